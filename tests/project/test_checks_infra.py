"""What the infra file asks for, judged as a whole: account, instance types, roll-out, scaling, environment."""

from __future__ import annotations

import pytest

from aces_action.project.model import Autoscaling, DataCapture, Rollout, Size
from tests.project.conftest import INFRA, Workspace

BASE = "SAGEMAKER_INSTANCE_TYPE: ml.m5.xlarge\naws_batch_instance_type: m5.xlarge\n"
ASYNC = "SAGEMAKER_INSTANCE_TYPE: ml.m5.xlarge\nASYNC_COMPONENT_SERVICE: sagemaker\n"
BOTH = "SAGEMAKER_INSTANCE_TYPE: {}\naws_batch_instance_type: {}\n"
TWO_JOBS = "aws_batch_instance_type: {}\naws_longtime_batch_instance_type: {}\n"
ALARMS = "alarms: [A]"
ROLE = "arn:aws:iam::{}:role/own"


def _found(workspace: Workspace, text: str, **load: str | None) -> list[tuple[str, int | None, int | None, str]]:
    workspace.write(INFRA, text)
    project, problems = workspace.load(**load)
    assert (project is None) == any(problem.severity == "error" for problem in problems)
    assert all(problem.message.ja != problem.message.en for problem in problems)
    return [(problem.code.removeprefix("ACES-"), problem.line, problem.column, problem.message.en) for problem in problems]


def _only(workspace: Workspace, text: str, code: str, line: int, column: int, message: str) -> None:
    found = _found(workspace, text)
    assert [each[:3] for each in found] == [(code, line, column)], found
    assert message in found[0][3]


# Account


@pytest.mark.parametrize("written", ["123456789012", "012345670123", "000000000001"])
def test_an_account_id_without_quotes_is_taken_as_it_is_written(workspace: Workspace, written: str) -> None:
    workspace.write(INFRA, f"{BASE}account_id: {written}\n")
    project, (problem,) = workspace.load(role_account=written)
    assert problem.code == "ACES-C023"
    assert project is not None
    assert project.infra.account_id == written


def test_the_warning_says_what_yaml_makes_of_an_account_id(workspace: Workspace) -> None:
    workspace.write(INFRA, f"{BASE}account_id: 012345670123\n")
    (problem,) = workspace.load(role_account=None)[1]
    assert problem.message.ja == (
        "account_idの012345670123に引用符がないため、YAMLでは数値の1402433619になります。書かれているとおりに使います。"
    )
    assert problem.hint.en.endswith("Quote it: account_id: '012345670123'")


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("12345678901", "It has 11 digits."),
        ("'1234-5678-9012'", "Write account_id: '123456789012'"),
        ("1234_5678_9012", "Write account_id: '123456789012'"),
        ("'１２３４５６７８９０１２'", "Write account_id: '123456789012'"),
        ("dev", ""),
        ("1.5", ""),
        ("~", ""),
    ],
)
def test_anything_else_is_no_account_id(workspace: Workspace, written: str, hint: str) -> None:
    workspace.write(INFRA, f"{BASE}account_id: {written}\n")
    (problem,) = workspace.problems()
    assert (problem.code, problem.line) == ("ACES-C014", 3)
    assert problem.hint.en.startswith(hint) if hint else problem.hint.en == ""


def test_a_role_of_another_account_is_refused_at_each_place(workspace: Workspace) -> None:
    own, other = ROLE.format("123456789012"), ROLE.format("210987654321")
    text = f"""{BASE}aws_longtime_batch_instance_type: m5.xlarge
sagemaker: {{execution_role_arn: {other}}}
batch:
  job_role_arn: {own}
  execution_role_arn: {other}
  longtime: {{job_role_arn: {other}}}
"""
    found = _found(workspace, text)
    assert [each[:2] for each in found] == [("C015", 4), ("C015", 7), ("C015", 8)]
    assert found[0][3] == (
        "sagemaker.execution_role_arn is a role of the account 210987654321, but the deployment is in 123456789012."
    )
    assert _found(workspace, text, role_account=None) == [], "without an account to compare with there is nothing to say"
    assert [each[1] for each in _found(workspace, f"{text}account_id: '123456789012'\n", role_account=None)] == [4, 7, 8]


def test_of_two_accounts_that_differ_the_roles_may_be_of_either(workspace: Workspace) -> None:
    text = f"{BASE}account_id: '210987654321'\nsagemaker: {{execution_role_arn: {ROLE.format('210987654321')}}}\n"
    assert [each[:2] for each in _found(workspace, text)] == [("C015", 3)]


# Instance types


@pytest.mark.parametrize(
    ("text", "code", "line", "message", "hint"),
    [
        (BOTH.format("m5.xlarge", "m5.xlarge"), "C018", 1, "it begins with 'ml.'", "Write ml.m5.xlarge."),
        (BOTH.format("ml.m5.xlarge", "ml.m5.xlarge"), "C018", 2, "have no 'ml.'", "Write m5.xlarge, without 'ml.'."),
        (BOTH.format("ML.M5.XLARGE", "m5.xlarge"), "C018", 1, "it begins with 'ml.'", "Write ml.m5.xlarge."),
        (BOTH.format("ml.m5", "m5.xlarge"), "C018", 1, "it begins with 'ml.'", "There are: ml.m5.large, ml.m5.xlarge"),
        (BOTH.format("ml.m5.xlarg", "m5.xlarge"), "C018", 1, "ml.m5 has no such size on SageMaker", "Did you mean ml.m5.xlarge?"),
        (BOTH.format("ml.m5.xlarge", "m5.xlarg"), "C018", 2, "m5 has no such size on EC2", "Did you mean m5.xlarge?"),
        (BOTH.format("ml.m5.metal", "m5.metal"), "C018", 1, "ml.m5 has no such size", "There are: ml.m5.large, "),
        (BOTH.format("ml.m5z.xlarge", "m5.xlarge"), "C020", 1, "list of SageMaker's instance types", "Did you mean ml.m5"),
        (BOTH.format("ml.m5.xlarge", "m99.xlarge"), "C020", 2, "list of EC2's instance types", "If it is newer than the list"),
    ],
)
def test_an_instance_type_is_compared_with_awss_list(
    workspace: Workspace, text: str, code: str, line: int, message: str, hint: str
) -> None:
    _only(workspace, text, code, line, 26, message)
    assert hint in workspace.problems()[0].hint.en


def test_instance_types_that_nothing_runs_on_are_not_looked_up(workspace: Workspace) -> None:
    assert _found(workspace, f"{ASYNC}aws_batch_instance_type: g4dn.huge\n") == []


@pytest.mark.parametrize(
    ("endpoint", "batch", "message"),
    [
        ("ml.g4dn.xlarge", "m5.xlarge", "m5.xlarge (CPU), but SAGEMAKER_INSTANCE_TYPE is ml.g4dn.xlarge (GPU)"),
        ("ml.m5.xlarge", "g4dn.xlarge", "g4dn.xlarge (GPU), but SAGEMAKER_INSTANCE_TYPE is ml.m5.xlarge (CPU)"),
        ("ml.inf2.xlarge", "m5.xlarge", "SAGEMAKER_INSTANCE_TYPE is ml.inf2.xlarge (another accelerator)"),
    ],
)
def test_an_endpoint_with_a_gpu_beside_batch_without_is_a_warning(
    workspace: Workspace, endpoint: str, batch: str, message: str
) -> None:
    _only(workspace, BOTH.format(endpoint, batch), "C025", 2, 26, message)


@pytest.mark.parametrize(("endpoint", "batch"), [("ml.g5.xlarge", "g4dn.xlarge"), ("ml.c7g.xlarge", "m6g.large")])
def test_instance_types_of_one_kind_go_together(workspace: Workspace, endpoint: str, batch: str) -> None:
    assert _found(workspace, BOTH.format(endpoint, batch)) == []


@pytest.mark.parametrize(("endpoint", "batch"), [("ml.c7g.xlarge", "m5.xlarge"), ("ml.g5.xlarge", "g5g.xlarge")])
def test_one_image_cannot_run_on_both_processors(workspace: Workspace, endpoint: str, batch: str) -> None:
    _only(workspace, BOTH.format(endpoint, batch), "C021", 2, 26, "one image cannot run on both")


def test_batch_alone_can_run_an_image_for_both_processors(workspace: Workspace) -> None:
    text = "aws_batch_instance_type: m5.xlarge\naws_longtime_batch_instance_type: m6g.xlarge\n"
    _only(workspace, text, "C025", 2, 35, "m6g.xlarge (arm64), but aws_batch_instance_type is m5.xlarge (x86_64)")


def test_an_unknown_type_is_not_judged_any_further(workspace: Workspace) -> None:
    assert [each[0] for each in _found(workspace, BOTH.format("ml.g99.xlarge", "m5.xlarge"))] == ["C020"]


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("aws_batch_instance_type: m5.large\nbatch: {gpus: 1}\n", [(2, 15)]),
        ("aws_batch_instance_type: m5.large\nbatch: {gpus: 0}\n", []),
        (
            TWO_JOBS.format("g5.xlarge", "m5.large") + "batch: {gpus: 1}\n",
            [(3, 15)],
        ),
        (
            TWO_JOBS.format("g5.xlarge", "m5.large") + "batch: {gpus: 1, longtime: {gpus: 0}}\n",
            [],
        ),
        (
            TWO_JOBS.format("m5.large", "m5.large") + "batch: {longtime: {gpus: 1}}\n",
            [(3, 26)],
        ),
    ],
)
def test_gpus_are_not_asked_of_a_type_without(workspace: Workspace, text: str, places: list[tuple[int, int]]) -> None:
    found = _found(workspace, text)
    assert [(line, column) for code, line, column, _ in found if code == "C021"] == places
    assert len(found) == len(places)


# Roll-out


def _rollout(text: str, count: int = 1) -> str:
    return f"{BASE}sagemaker:\n  instance_count: {count}\n  rollout: {{{text}}}\n"


@pytest.mark.parametrize(
    ("rollout", "count", "code", "message"),
    [
        ("strategy: fast", 1, "C004", "must be one of all_at_once, canary, linear, rolling"),
        ("size: 10%", 1, "C004", '"strategy" is missing in sagemaker.rollout'),
        (f"strategy: canary, {ALARMS}", 1, "C021", '"size" is missing in sagemaker.rollout'),
        (f"strategy: canary, size: 51%, {ALARMS}", 1, "C021", "is 51%, but must be at most 50% for canary"),
        (f"strategy: linear, size: 9%, {ALARMS}", 1, "C021", "is 9%, but must be 10% to 50% for linear"),
        (f"strategy: rolling, size: 4%, {ALARMS}", 1, "C021", "is 4%, but must be 5% to 50% for rolling"),
        (f"strategy: canary, size: ten, {ALARMS}", 1, "C004", "is ten, but must be per cent such as 10%"),
        (f"strategy: canary, size: 0, {ALARMS}", 1, "C004", "is 0, but must be per cent"),
        ("strategy: all_at_once, size: 10%", 1, "C021", "size cannot be given here: all_at_once shifts everything in one step."),
        ("strategy: all_at_once, rollback_size: 10%", 1, "C021", "only rolling goes back in batches"),
        (f"strategy: rolling, size: 10%, termination_wait: 1, {ALARMS}", 2, "C021", "termination_wait cannot be given here"),
        (f"strategy: canary, size: 2, {ALARMS}", 3, "C021", "is 2 of 3 instances (67%), but canary takes 0% to 50%"),
        (f"strategy: canary, size: 1, {ALARMS}", 1, "C021", "is 1 of 1 instances (100%)"),
        (f"strategy: linear, size: 1, {ALARMS}", 20, "C021", "is 1 of 20 instances (5%), but linear takes 10% to 50%"),
        (f"strategy: canary, size: 10%, maximum_execution_timeout: 599, {ALARMS}", 2, "C004", "between 600 and 28,800"),
        (
            f"strategy: linear, size: 20%, maximum_execution_timeout: 1500, {ALARMS}",
            2,
            "C021",
            "is 1,500 seconds, but the waits alone take 1,500",
        ),
        (
            f"strategy: canary, size: 20%, wait_interval: 600, termination_wait: 600, maximum_execution_timeout: 1000, {ALARMS}",
            2,
            "C021",
            "but the waits alone take 1,200",
        ),
        ("strategy: canary, size: 10%, alarms: []", 2, "C004", "a list of at least 1"),
        ("strategy: canary, size: 10%, alarms: [A, A]", 2, "C004", "without repetitions"),
        ("strategy: canary, size: 10%, alarms: [A, B, C, D, E, F, G, H, I, J, K]", 2, "C004", "a list of at most 10"),
        ("strategy: canary, size: 10%", 2, "C026", "The canary rollout has no alarms"),
    ],
)
def test_a_rollout_that_sagemaker_refuses_or_that_watches_nothing(
    workspace: Workspace, rollout: str, count: int, code: str, message: str
) -> None:
    found = [each for each in _found(workspace, _rollout(rollout, count)) if each[0] != "C026" or code == "C026"]
    assert [each[:2] for each in found] == [(code, 5)], found
    assert message in found[0][3]


@pytest.mark.parametrize(
    ("rollout", "count", "expected"),
    [
        ("strategy: all_at_once", 1, ("all_at_once", None, 300, 0, None, None, ())),
        (f"strategy: canary, size: 10%, {ALARMS}", 2, ("canary", Size(unit="percent", value=10), 300, 0, None, None, ("A",))),
        (
            f"strategy: linear, size: 2, wait_interval: 0, termination_wait: 60, maximum_execution_timeout: 600, {ALARMS}",
            4,
            ("linear", Size(unit="instances", value=2), 0, 60, 600, None, ("A",)),
        ),
        (
            f"strategy: rolling, size: 50%, rollback_size: 100%, {ALARMS}",
            2,
            ("rolling", Size(unit="percent", value=50), 300, 0, None, Size(unit="percent", value=100), ("A",)),
        ),
    ],
)
def test_a_rollout_reaches_the_project(workspace: Workspace, rollout: str, count: int, expected: tuple[object, ...]) -> None:
    workspace.write(INFRA, _rollout(rollout, count))
    project, problems = workspace.load()
    assert problems == []
    assert project is not None
    assert project.infra.endpoint is not None
    found = project.infra.endpoint.rollout
    assert isinstance(found, Rollout)
    assert expected == (
        found.strategy,
        found.size,
        found.wait_interval,
        found.termination_wait,
        found.maximum_execution_timeout,
        found.rollback_size,
        found.alarms,
    )


def test_inf1_is_updated_all_at_once_whatever_is_asked_for(workspace: Workspace) -> None:
    text = _rollout(f"strategy: canary, size: 10%, {ALARMS}", 2).replace("ml.m5.xlarge", "ml.inf1.xlarge")
    found = [each for each in _found(workspace, text) if each[0] != "C025"]
    assert [each[:3] for each in found] == [("C012", 5, 3)]


def test_a_size_in_instances_is_not_judged_where_their_number_changes(workspace: Workspace) -> None:
    scaled = "autoscaling: {min_capacity: 1, max_capacity: 9, target_value: 1}"
    text = f"{BASE}sagemaker: {{{scaled}, rollout: {{strategy: canary, size: 4, {ALARMS}}}}}\n"
    assert _found(workspace, text) == []


def test_refusals_of_a_rollout_are_said_in_japanese(workspace: Workspace) -> None:
    workspace.write(INFRA, _rollout("strategy: all_at_once, size: 10%"))
    (problem,) = workspace.problems()
    assert problem.message.ja == ("sagemaker.rollout.sizeはここでは指定できません。all_at_onceでは一度にすべて切り替わります。")
    assert problem.hint.ja == "この項目を削除してください。"
    workspace.write(INFRA, _rollout(f"strategy: canary, size: 2, {ALARMS}", 3))
    (problem,) = workspace.problems()
    assert problem.message.ja == "sagemaker.rollout.sizeは3台中の2台（67%）ですが、canaryでは0%から50%です。"
    assert problem.hint.ja == "1から1までの数か、割合を書いてください。"


# Scaling


def _scaling(text: str, base: str = BASE, extra: str = "") -> str:
    return f"{base}sagemaker:\n  autoscaling: {{{text}, target_value: 5}}\n{extra}"


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        (_scaling("min_capacity: 3, max_capacity: 2"), 4, "min_capacity is 3, more than max_capacity 2"),
        (_scaling("min_capacity: 0, max_capacity: 2"), 4, "a real-time endpoint needs at least 1 instance"),
        (
            _scaling("min_capacity: 1, max_capacity: 2", extra="  instance_count: 3\n"),
            5,
            "outside of what autoscaling keeps: 1 to 2",
        ),
        (
            _scaling("min_capacity: 2, max_capacity: 3", extra="  instance_count: 1\n"),
            5,
            "outside of what autoscaling keeps: 2 to 3",
        ),
        (_scaling("min_capacity: 1, max_capacity: 2", BASE.replace("ml.m5", "ml.t2")), 4, "burstable instances are not scaled"),
    ],
)
def test_scaling_that_cannot_be(workspace: Workspace, text: str, line: int, message: str) -> None:
    found = _found(workspace, text)
    assert [each[:2] for each in found] == [("C021", line)], found
    assert message in found[0][3]


def test_an_asynchronous_endpoint_may_sleep(workspace: Workspace) -> None:
    workspace.write(INFRA, _scaling("min_capacity: 0, max_capacity: 2, scale_out_cooldown: 60", ASYNC))
    project, problems = workspace.load()
    assert problems == []
    assert project is not None
    assert project.infra.endpoint is not None
    assert project.infra.endpoint.autoscaling == Autoscaling(
        min_capacity=0, max_capacity=2, target_value=5.0, scale_in_cooldown=300, scale_out_cooldown=60
    )


def test_a_compute_environment_is_left_to_the_preflight(workspace: Workspace) -> None:
    text = f"{BASE}aws_longtime_batch_instance_type: m5.xlarge\nbatch: {{compute_environment: own, longtime: {{queue: q}}}}\n"
    assert _found(workspace, text) == []
    project, _ = workspace.load()
    assert project is not None
    assert project.infra.longtime_job is not None
    assert (project.infra.longtime_job.compute_environment, project.infra.longtime_job.queue) == ("own", "q")


# Asynchronous inference and data capture


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("include_inference_response_in: [success]", '"success_topic" is missing in sagemaker.async'),
        (
            "include_inference_response_in: [success, error], success_topic: 'arn:aws:sns:ap-northeast-1:123456789012:t'",
            '"error_topic" is missing in sagemaker.async',
        ),
    ],
)
def test_an_answer_goes_into_a_message_only_where_there_is_one(workspace: Workspace, text: str, message: str) -> None:
    _only(workspace, f"{ASYNC}sagemaker: {{async: {{{text}}}}}\n", "C021", 3, 20, message)


@pytest.mark.parametrize(
    "text",
    [
        "async: {success_topic: t}",
        "async: {invocation_timeout: 3601}",
        "async: {include_inference_response_in: [failure]}",
        "async: {kms_key_id: ''}",
        "data_capture: {sampling_percentage: 101}",
        "data_capture: {capture: []}",
        "data_capture: {capture: [all]}",
        "data_capture: {s3_uri: bucket/path}",
    ],
)
def test_values_that_aws_refuses_are_refused(workspace: Workspace, text: str) -> None:
    assert [each[:2] for each in _found(workspace, f"{ASYNC}sagemaker: {{{text}}}\n")] == [("C004", 3)]


def test_everything_of_an_asynchronous_endpoint_reaches_the_project(workspace: Workspace) -> None:
    topic = "arn:aws:sns:ap-northeast-1:123456789012:{}"
    workspace.write(
        INFRA,
        f"""{ASYNC}
sagemaker:
  async:
    kms_key_id: alias/results
    success_topic: {topic.format("done")}
    error_topic: {topic.format("failed")}
    include_inference_response_in: [success, error]
    invocation_timeout: 900
  data_capture: {{sampling_percentage: 20, capture: [input], s3_uri: 's3://bucket/captured', kms_key_id: alias/captured}}
""",
    )
    project, problems = workspace.load()
    assert problems == []
    assert project is not None
    endpoint = project.infra.endpoint
    assert endpoint is not None
    assert (endpoint.async_kms_key_id, endpoint.async_success_topic, endpoint.async_error_topic) == (
        "alias/results",
        topic.format("done"),
        topic.format("failed"),
    )
    assert (endpoint.async_include_inference_response_in, endpoint.async_invocation_timeout) == (("success", "error"), 900)
    assert endpoint.data_capture == DataCapture(
        sampling_percentage=20, s3_uri="s3://bucket/captured", capture=("input",), kms_key_id="alias/captured"
    )


# Environment


def _environment(entries: int, length: int) -> str:
    return "{" + ", ".join(f"V{index:03}: '{'x' * length}'" for index in range(entries)) + "}"


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        (f"sagemaker: {{environment: {_environment(101, 1)}}}", "C004", "at most 100 entries"),
        (f"sagemaker: {{environment: {_environment(1, 1025)}}}", "C005", "1,025 bytes of UTF-8, but must have at most 1,024"),
        (f"sagemaker: {{environment: {{A: {'字' * 342}}}}}", "C005", "1,026 bytes of UTF-8, but must have at most 1,024"),
        (f"sagemaker: {{environment: {_environment(40, 900)}}}", "C005", "has 36,160 bytes, but must have at most 32,768"),
        (f"batch: {{environment: {_environment(30, 900)}}}", "C005", "as JSON, in a job definition of 24 KiB in all"),
    ],
)
def test_an_environment_that_is_too_large(workspace: Workspace, text: str, code: str, message: str) -> None:
    found = _found(workspace, f"{BASE}{text}\n")
    assert [each[:2] for each in found] == [(code, 3)], found
    assert message in found[0][3]


def test_batch_takes_long_values_and_many_of_them(workspace: Workspace) -> None:
    assert _found(workspace, f"{BASE}batch: {{environment: {_environment(200, 10)}}}\n") == []
    assert _found(workspace, f"{BASE}batch: {{environment: {_environment(2, 5_000)}}}\n") == []


# Causes and what follows from them


def test_a_nested_mistyped_key_hides_nothing_else(workspace: Workspace) -> None:
    text = f"{BASE}sagemaker: {{rolout: 1, async: {{}}, autoscaling: {{min_capacity: 0, max_capacity: 1, target_value: 1}}}}\n"
    assert sorted(each[0] for each in _found(workspace, text)) == ["C011", "C012", "C021"]


def test_a_mistyped_key_at_the_top_is_not_also_missing(workspace: Workspace) -> None:
    found = _found(workspace, "SAGEMAKER_INSTANCE_TYP: ml.m5.xlarge\nASYNC_COMPONENT_SERVICE: sagemaker\n")
    assert [each[0] for each in found] == ["C011"]


def test_a_placeholder_is_no_wrong_value_as_well(workspace: Workspace) -> None:
    text = "SAGEMAKER_INSTANCE_TYPE: <REPLACE_YOUR_TYPE>\naws_batch_instance_type: m5.xlarge\naccount_id: <REPLACE_YOUR_ID>\n"
    assert [each[:2] for each in _found(workspace, text)] == [("C009", 1), ("C009", 3)]


# The infra file where a setting is wrong


def test_without_project_or_env_the_only_infra_file_there_is_checked(workspace: Workspace) -> None:
    workspace.replace(INFRA, "'ml.t2.xlarge'", "t2.xlarge")
    assert [problem.code for problem in workspace.load(project=None)[1]] == ["ACES-C018"]
    workspace.write(INFRA.replace("-dev-", "-production-"), workspace.text(INFRA))
    assert [problem.file for problem in workspace.load(project=None)[1]] == [INFRA], "the environment tells which it is"
    workspace.write(INFRA.replace("plate-detection", "plates"), workspace.text(INFRA))
    assert workspace.load(project=None) == (None, [])
    (workspace.path / INFRA).unlink()
    (workspace.path / INFRA.replace("plate-detection", "plates")).unlink()
    assert workspace.load(project=None) == (None, [])
