"""Each thing that can be wrong with a caller's files: its code, its place and its words."""

from __future__ import annotations

import time

import pytest

from aces_action.project.model import EndpointSettings, JobSettings
from tests.project.conftest import ALGORITHM, EXAMPLES, IMAGE, INFRA, REGISTER, Workspace

_INPUT = '"input_mimes": ["application/zip"]'
_MIMES = f'{_INPUT}, "output_mimes": ["application/json"]'

REGISTER_CASES = [
    # what is replaced, by what, code, line, column, part of the message, part of the hint
    pytest.param('"content"', '"context"', "C011", 9, 13, 'Unknown key "context" in services[0]', '"content"', id="context"),
    pytest.param('"plan_id": 1,', "", "C004", 1, 1, '"plan_id" is missing', "business plan", id="plan_id missing"),
    pytest.param('"plan_id": 1', '"plan_id": 0', "C013", 2, 16, "plan_id is 0", "business plan", id="plan_id 0"),
    pytest.param('"plan_id": 1', '"plan_id": "1"', "C004", 2, 16, 'is "1", but must be a whole number', "", id="plan_id text"),
    pytest.param('"overflow_mode": 1', '"overflow_mode": -1', "C004", 3, 22, "at least 0", "", id="negative"),
    pytest.param('"numberplate"', '"Numberplate"', "C004", 6, 21, "lower-case letters", "", id="upper case"),
    pytest.param('"numberplate"', '"numberplate\\n"', "C004", 6, 21, "lower-case letters", "", id="line feed at the end"),
    pytest.param(
        '"numberplate"', f'"{"n" * 31}"', "C005", 6, 21, "has 31 characters, but must have at most 30", "", id="long name"
    ),
    pytest.param('"numberplate"', '"numberplates"', "C006", 6, 21, 'has "numberplate"', '"numberplate"', id="other name"),
    pytest.param('"numberplate"', "1", "C004", 6, 21, "services[0].name is 1", 'Quote it: "1"', id="name a number"),
    pytest.param(
        "Number Plate Detection", "N" * 61, "C005", 7, 22, "61 bytes of UTF-8, but must have at most 60", "", id="title"
    ),
    pytest.param("プレート検出", "プレートの検出", "C005", 8, 25, "33 bytes", "30 bytes are 10 Japanese", id="subtitle"),
    pytest.param(
        "画像から", "画" * 63, "C005", 9, 24, "258 bytes of UTF-8, but must have at most 255: 3 too many", "", id="content"
    ),
    pytest.param('"Number Plate Detection"', '""', "C004", 7, 22, "text of one line", "", id="empty title"),
    pytest.param('"simple"', '"simpel"', "C004", 10, 21, '"simpel", but must be one of simple, image, file', "", id="type"),
    pytest.param(
        '"simple"', f'"simple", {_INPUT}', "C012", 10, 31, "input_mimes has no effect", "type file", id="MIME types in vain"
    ),
    pytest.param('"simple"', f'"file", {_INPUT}', "C007", 5, 9, '"output_mimes" is missing', "", id="mime"),
    pytest.param(
        '"simple"', f'"file", {_MIMES.replace("/zip", "")}', "C007", 10, 45, "a MIME type such as", "", id="half a MIME"
    ),
    pytest.param('"frame"', "null", "C004", 11, 26, "services[0].unit_name is null", "", id="null"),
    pytest.param(": 0,", ": 1e999,", "C002", 12, 32, "too large", "", id="infinite"),
    pytest.param(": 0,", ": NaN,", "C002", 12, 32, "NaN is not JSON", "", id="NaN"),
    pytest.param(": 0,", ": 01,", "C002", 12, 32, "01 is not JSON", "leading zero", id="leading zero"),
    pytest.param(": false", ": False", "C002", 13, 40, "False is not JSON", "Write false", id="Python's False"),
    pytest.param("example_algorithm.png", "other.png", "C008", 14, 26, '"example_algorithm.png"', "", id="image_key"),
    pytest.param('"example_algorithm', '"a/example_algorithm', "C004", 14, 26, "without a folder", "", id="image folder"),
    pytest.param('["NA"]', '"NA"', "C004", 15, 27, "must be a list", "", id="algorithms"),
    pytest.param('["NA"]', '["NA"],', "C002", 15, 33, "Trailing comma", "delete it", id="trailing comma"),
    pytest.param('"plan_id"', '// note\n    "plan_id"', "C002", 2, 5, "no comments", "", id="comment"),
    pytest.param('"plan_id": 1,', '"plan_id": 1', "C002", 2, 16, "comma is missing", "", id="missing comma"),
    pytest.param('"frame"', '"x",\n"unit_name": "x"', "C010", 12, 1, "twice; first in line 11", "", id="duplicate key"),
    pytest.param('"simple"', "“simple”", "C002", 10, 21, "is not JSON", "straight double quotes", id="typographic quotes"),
    pytest.param("Number Plate", "Number\tPlate", "C002", 7, 29, "A tab inside a string", "\\t", id="tab"),
    pytest.param("Number Plate", "Number\nPlate", "C002", 7, 22, "not closed on its line", "", id="open string"),
    pytest.param("Number Plate", "\\ud83d", "C002", 7, 22, "Half of a surrogate pair", "", id="surrogate"),
    pytest.param("numberplate", "<REPLACE_YOUR_NAME>", "C009", 6, 21, "still has <REPLACE_YOUR_NAME>", "", id="placeholder"),
]

INFRA_CASES = [
    pytest.param("'123456789012'", "123456789012", "C023", 2, 13, "has no quotes", "account_id: '1", id="number"),
    pytest.param("'123456789012'", "012345670123", "C023", 2, 13, "the number 1402433619", "as octal", id="octal"),
    pytest.param("'123456789012'", "'12345678901'", "C014", 2, 13, "12 digits", "", id="11 digits"),
    pytest.param("'123456789012'", "'210987654321'", "C015", 2, 13, "the account 123456789012", "", id="other account"),
    pytest.param("'123456789012'", "<REPLACE_YOUR_ID>", "C009", 2, 13, "<REPLACE_YOUR_ID>", "", id="placeholder"),
    pytest.param("'ml.t2.xlarge'", "t2.xlarge", "C018", 5, 26, "it begins with 'ml.'", "", id="without ml."),
    pytest.param("'ml.t2.xlarge'", "ml.t2.xlrage", "C018", 5, 26, "no such size", "ml.t2.xlarge", id="size"),
    pytest.param("'ml.t2.xlarge'", "ml.zz9.xlarge", "C020", 5, 26, "not in the list", "continues", id="unknown family"),
    pytest.param(
        "aws_batch_instance_type: m5", "aws_batch_instance_type: ml.m5", "C018", 6, 26, "no 'ml.'", "", id="ml. for Batch"
    ),
    pytest.param("aws_batch_instance_type:", "aws_batch_instance_typ:", "C011", 6, 1, "Unknown key", "instance_type", id="key"),
    pytest.param("ASYNC_COMPONENT_SERVICE:", "async_component_service:", "C011", 10, 1, "Unknown", "ASYNC_C", id="case"),
    pytest.param("SERVICE: aws_batch", "SERVICE: batch", "C004", 10, 26, "one of sagemaker, aws_batch", "", id="service"),
    pytest.param("SERVICE: aws_batch", "SERVICE:", "C004", 10, 25, "SERVICE is empty", "", id="nothing"),
    pytest.param("SERVICE: aws_batch", "SERVICE: aws_batch\nvolume: 1", "C011", 11, 1, 'key "volume"', "Known", id="unknown key"),
    pytest.param("# 非", "account_id: '123456789012'\n# 非", "C010", 9, 1, "twice; first in line 2", "", id="duplicate key"),
    pytest.param("# 非", "---\n# 非", "C003", 9, 1, "second YAML document", "'---'", id="two documents"),
    pytest.param("# 非", "\ta: 1\n# 非", "C003", 9, 1, "A tab", "spaces", id="tab"),
    pytest.param("# 非", "sagemaker: *x\n# 非", "C003", 9, 12, "*x refers to no anchor", "", id="alias"),
    pytest.param("# 非", "sagemaker: &x [*x]\n# 非", "C003", 9, 16, "*x refers to no anchor", "", id="circle"),
    pytest.param("# 非", "sagemaker: !Ref x\n# 非", "C003", 9, 12, "tag !Ref", "", id="tag"),
    pytest.param("# 非", "sagemaker: x: y\n# 非", "C003", 9, 13, "A ':' where", "", id="two colons"),
    pytest.param("# 非", 'sagemaker: "x\n# 非', "C003", 9, 12, "quotes that begin here", "", id="open quotes"),
    pytest.param("# 非", "sagemaker: {volume_size: .inf}\n# 非", "C003", 9, 26, "too large", "", id="infinite"),
    pytest.param("# 非", "sagemaker: {volume_size: 1000}\n# 非", "C004", 9, 26, "between 1 and 512", "", id="volume"),
    pytest.param("# 非", "sagemaker: {subnets: [subnet-1]}\n# 非", "C004", 9, 13, 'also needs "security_', "", id="VPC"),
    pytest.param("# 非", "batch: {environment: {N: 1}}\n# 非", "C004", 9, 26, "must be text", 'N: "1"', id="environment"),
    pytest.param("# 非", "batch: {environment: {ON: yes}}\n# 非", "C004", 9, 27, "ON is yes", 'ON: "yes"', id="yes"),
    pytest.param("# 非", "batch: {environment: {a-b: ''}}\n# 非", "C004", 9, 23, '"a-b" cannot be a name', "", id="variable"),
    pytest.param("# 非", "batch: {environment: {AWS_BATCH_X: ''}}\n# 非", "C004", 9, 23, "for itself", "", id="AWS_BATCH"),
    pytest.param("# 非", "batch: {job_definition_name: a.b}\n# 非", "C016", 9, 30, "128 letters", "", id="job name"),
    pytest.param("# 非", "sagemaker: {endpoint_name: a_b}\n# 非", "C016", 9, 28, "63 letters", "", id="endpoint name"),
    pytest.param("# 非", "sagemaker: {async: {}}\n# 非", "C012", 9, 13, "sagemaker.async has no effect", "", id="async in vain"),
    pytest.param("# 非", "SAGEMAKER_INFERENCE_MODE: async\n# 非", "C021", 9, 27, "cannot go with", "delete", id="async endpoint"),
    pytest.param("SERVICE: aws_batch", "SERVICE: sagemaker\nbatch: {}", "C012", 11, 1, "batch has no effect", "", id="batch"),
    pytest.param(
        "SAGEMAKER_INSTANCE_TYPE: 'ml.t2.xlarge'", "sagemaker: {}", "C012", 5, 1, "sagemaker has no", "", id="no endpoint"
    ),
    pytest.param("aws_batch_instance_type: m5.xlarge\naws", "aws", "C021", 6, 1, "also needs", "m5.xlarge", id="longtime alone"),
]


def _expect(workspace: Workspace, file: str, code: str, line: int, column: int, message: str, hint: str) -> None:
    project, problems = workspace.load()
    found = [problem for problem in problems if problem.code == f"ACES-{code}" and message in problem.message.en]
    assert len(found) == 1, problems
    assert (found[0].file, found[0].line, found[0].column) == (file, line, column)
    assert hint in found[0].hint.en
    assert (project is None) == any(problem.severity == "error" for problem in problems)
    assert [problem for problem in problems if problem.severity == found[0].severity] == found, "one mistake, one problem"


@pytest.mark.parametrize(("old", "new", "code", "line", "column", "message", "hint"), REGISTER_CASES)
def test_a_mistake_in_register_json_is_one_problem_at_its_place(
    workspace: Workspace, old: str, new: str, code: str, line: int, column: int, message: str, hint: str
) -> None:
    workspace.replace(REGISTER, old, new)
    _expect(workspace, REGISTER, code, line, column, message, hint)


@pytest.mark.parametrize(("old", "new", "code", "line", "column", "message", "hint"), INFRA_CASES)
def test_a_mistake_in_the_infra_file_is_one_problem_at_its_place(
    workspace: Workspace, old: str, new: str, code: str, line: int, column: int, message: str, hint: str
) -> None:
    workspace.replace(INFRA, old, new)
    _expect(workspace, INFRA, code, line, column, message, hint)


@pytest.mark.parametrize(
    ("content", "code", "line", "message"),
    [
        ("", "C002", 1, "The file is empty"),
        ("[]", "C004", 1, "a list of 0, but must be an object with task_name"),
        ("{}", "C004", 1, "must be an object with task_name"),
        ('{"task_name": ""}', "C004", 1, "text that is not empty"),
        ('{"algorithms": []}', "C004", 1, "at least 1"),
        ('{"algorithms": [{}]}', "C004", 1, '"task_name" is missing in algorithms[0]'),
        ('{\n"task_name": "numberplate"', "C002", 2, "closed with '}'"),
        ('{"task_name": "numberplate"}}', "C002", 1, "JSON ends before this"),
        ("[" * 100_000, "C002", 1, "Nested deeper"),
        ("[" + "0," * 200_000 + "0]", "C002", 1, "More than 100,000 values"),
        ("9" * 5_000, "C002", 1, "too large"),
        (b'{"task_name": "\xff"}', "C019", 1, "is not UTF-8: the byte 0xFF"),
        ('{"task_name": "検出"}'.encode("cp932"), "C019", 1, "is not UTF-8"),
        ('{"task_name": "numberplate"}'.encode("utf-16"), "C019", None, "is UTF-16"),
        (b" " * 1_000_001, "C019", None, "larger than 1 MB"),
    ],
)
def test_a_broken_algorithm_json_is_one_problem(
    workspace: Workspace, content: str | bytes, code: str, line: int | None, message: str
) -> None:
    workspace.write(ALGORITHM, content)
    project, problems = workspace.load()
    assert project is None
    assert [(problem.code, problem.file, problem.line) for problem in problems] == [(f"ACES-{code}", ALGORITHM, line)]
    assert message in problems[0].message.en


@pytest.mark.parametrize(
    ("content", "code", "message"),
    [
        ("", "C004", "must be an object"),
        ("- a", "C004", "a list of 1, but must be an object"),
        ("a: " + "[" * 100_000, "C003", "Nested deeper"),
        ("- " * 5_000 + "a", "C003", "Nested deeper"),
        ("a: " + "9" * 5_000, "C003", "not a number"),
        ("a: \x07", "C003", "U+0007"),
        ("a: !!int x", "C003", "not a number"),
        ("? [a]\n: b", "C003", "A key must be plain text"),
        ("<<: 1", "C003", "takes a mapping"),
    ],
)
def test_a_broken_infra_file_is_one_problem(workspace: Workspace, content: str, code: str, message: str) -> None:
    workspace.write(INFRA, content)
    problems = [problem for problem in workspace.problems() if problem.code != "ACES-C017"]
    assert [(problem.code, problem.file, problem.line) for problem in problems] == [(f"ACES-{code}", INFRA, 1)]
    assert message in problems[0].message.en


def test_aliases_that_multiply_are_refused_before_they_fill_the_memory(workspace: Workspace) -> None:
    lines = ["a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]"]
    lines += [f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 10)}]" for level in range(1, 10)]
    workspace.write(INFRA, "\n".join(lines))
    assert "More than 100,000 values" in workspace.problems()[0].message.en


def test_anchors_and_merge_keys_are_understood_and_keys_written_out_win(workspace: Workspace) -> None:
    text = "batch:\n  environment: &env {A: x, B: x}\n  longtime:\n    environment:\n      <<: *env\n      B: y\n"
    workspace.write(INFRA, workspace.text(INFRA) + text)
    project, problems = workspace.load()
    assert problems == []
    assert project is not None
    assert project.infra.longtime_job is not None
    assert project.infra.longtime_job.environment == (("A", "x"), ("B", "y"))


def test_a_problem_in_an_aliased_value_is_shown_where_the_alias_stands(workspace: Workspace) -> None:
    text = "sagemaker:\n  environment: &env {A: 1}\nbatch:\n  environment: *env\n"
    workspace.write(INFRA, workspace.text(INFRA) + text)
    assert [(problem.line, problem.column) for problem in workspace.problems()] == [(12, 25), (14, 16)]


def test_all_problems_of_all_files_come_at_once_in_order(workspace: Workspace) -> None:
    workspace.replace(REGISTER, '"content"', '"context"')
    workspace.replace(REGISTER, "ナンバー", "ナンバーナンバー")
    workspace.replace(ALGORITHM, '"task_name"', '"task-name"')
    workspace.replace(INFRA, "'ml.t2.xlarge'", "t2.xlarge")
    workspace.write(IMAGE, "GIF89a")
    problems = workspace.problems()
    assert [(problem.code, problem.file, problem.line) for problem in problems] == [
        ("ACES-C004", ALGORITHM, 1),
        ("ACES-C008", IMAGE, None),
        ("ACES-C005", REGISTER, 8),
        ("ACES-C011", REGISTER, 9),
        ("ACES-C018", INFRA, 5),
    ]


def test_the_columns_of_a_problem_span_the_value_in_characters(workspace: Workspace) -> None:
    workspace.replace(REGISTER, "ナンバー", "ナンバーナンバー")
    (problem,) = workspace.problems()
    assert (problem.line, problem.column, problem.end_line, problem.end_column) == (8, 25, 8, 41)


def test_two_services_of_one_name_are_refused(workspace: Workspace) -> None:
    text = workspace.text(REGISTER)
    service = text[text.index("        {") : text.index("\n    ]")]
    workspace.replace(REGISTER, service, f"{service},\n{service}")
    assert [(problem.code, problem.line) for problem in workspace.problems()] == [("ACES-C010", 18)]


def test_a_thousand_wrong_services_are_a_thousand_problems(workspace: Workspace) -> None:
    text = workspace.text(REGISTER)
    service = text[text.index("        {") : text.index("\n    ]")]
    wrong = [service.replace('"simple"', '"simpel"').replace("numberplate", f"numberplate{index}") for index in range(1_000)]
    workspace.replace(REGISTER, service, ",\n".join(wrong))
    tasks = ", ".join(f'{{"task_name": "numberplate{index}"}}' for index in range(1_000))
    workspace.write(ALGORITHM, f'{{"algorithms": [{tasks}]}}')
    assert [problem.code for problem in workspace.problems()] == ["ACES-C004"] * 1_000


def _services(workspace: Workspace, count: int, *, wrong: bool) -> None:
    text = (EXAMPLES / "number-plate-detection" / REGISTER).read_text("utf-8")
    service = text[text.index("        {") : text.index("\n    ]")].replace('"content"', '"context"' if wrong else '"content"')
    each = [service.replace("numberplate", f"numberplate{index}") for index in range(count)]
    workspace.write(REGISTER, f"{text[: text.index('        {')]}{','.join(each)}{text[text.index(chr(10) + '    ]') :]}")
    tasks = ", ".join(f'{{"task_name": "numberplate{index}"}}' for index in range(count))
    workspace.write(ALGORITHM, f'{{"algorithms": [{tasks}]}}')


@pytest.mark.parametrize("wrong", [False, True], ids=["valid", "a problem in each"])
def test_a_thousand_services_take_about_ten_times_as_long_as_a_hundred(workspace: Workspace, wrong: bool) -> None:
    best = {}
    for count in (100, 1_000):
        _services(workspace, count, wrong=wrong)
        assert len(workspace.problems()) == (count if wrong else 0)
        times = []
        for _ in range(2):  # the better of them: other work on the machine only ever adds
            start = time.process_time()
            workspace.load()
            times.append(time.process_time() - start)
        best[count] = min(times)
    assert best[1_000] < 25 * best[100]


def test_unknown_keys_beyond_twenty_are_counted(workspace: Workspace) -> None:
    workspace.write(INFRA, workspace.text(INFRA) + "".join(f"x{index}: 1\n" for index in range(1_000)))
    problems = workspace.problems()
    assert len(problems) == 21
    assert problems[-1].message.en == "980 more unknown keys."


# What is served


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{}", "C017"),
        ("ASYNC_COMPONENT_SERVICE: sagemaker\naws_batch_instance_type: m5.xlarge", "C017"),
        ("SAGEMAKER_INSTANCE_TYPE: ml.t2.xlarge", "C012"),
        ("aws_batch_instance_type: m5.xlarge\nSAGEMAKER_INFERENCE_MODE: realtime", "C012"),
        ("aws_batch_instance_type: m5.xlarge\nbatch: {longtime: {vcpus: 1}}", "C012"),
        ("SAGEMAKER_INSTANCE_TYPE: ml.t2.xlarge\nASYNC_COMPONENT_SERVICE: sagemaker\nbatch: {vcpus: 1}", "C012"),
    ],
)
def test_settings_that_serve_nothing_are_named(workspace: Workspace, text: str, code: str) -> None:
    workspace.write(INFRA, text)
    assert [problem.code for problem in workspace.problems()] == [f"ACES-{code}"]


@pytest.mark.parametrize(
    ("text", "mode", "jobs"),
    [
        ("aws_batch_instance_type: m5.xlarge", None, 1),
        ("aws_batch_instance_type: m5.xlarge\naws_longtime_batch_instance_type: m5.large", None, 2),
        ("SAGEMAKER_INSTANCE_TYPE: ml.t2.xlarge\naws_batch_instance_type: m5.xlarge", "realtime", 1),
        (
            "SAGEMAKER_INSTANCE_TYPE: ml.t2.xlarge\nASYNC_COMPONENT_SERVICE: sagemaker\naws_batch_instance_type: m5.xlarge",
            "async",
            0,
        ),
        (
            "SAGEMAKER_INSTANCE_TYPE: ml.t2.xlarge\nASYNC_COMPONENT_SERVICE: sagemaker\nSAGEMAKER_INFERENCE_MODE: realtime",
            "realtime",
            0,
        ),
    ],
)
def test_each_way_to_serve_of_the_guide(workspace: Workspace, text: str, mode: str | None, jobs: int) -> None:
    workspace.write(INFRA, text)
    project, problems = workspace.load()
    assert problems == []
    assert project is not None
    infra = project.infra
    assert (infra.endpoint.mode if infra.endpoint else None) == mode
    assert [job is not None for job in (infra.job, infra.longtime_job)] == [jobs >= 1, jobs == 2]


def test_every_setting_of_the_infra_file_reaches_the_project(workspace: Workspace) -> None:
    workspace.write(
        INFRA,
        """
        SAGEMAKER_INSTANCE_TYPE: ml.g4dn.xlarge
        ASYNC_COMPONENT_SERVICE: sagemaker
        sagemaker:
          instance_count: 2.0
          execution_role_arn: arn:aws:iam::123456789012:role/service/own
          environment: {B: "2", A: 2024-01-01}
          model_data_download_timeout: 1200
          container_startup_health_check_timeout: 600
          volume_size: 100
          subnets: [subnet-0a]
          security_group_ids: [sg-0b]
          async: {max_concurrent_invocations_per_instance: 4, output_path: s3://bucket/out, failure_path: s3://bucket/bad}
          endpoint_name: own
        """,
    )
    project, problems = workspace.load()
    assert problems == []
    assert project is not None
    assert project.infra.account_id is None
    assert project.infra.endpoint == EndpointSettings(
        instance_type="ml.g4dn.xlarge",
        mode="async",
        instance_count=2,
        execution_role_arn="arn:aws:iam::123456789012:role/service/own",
        environment=(("A", "2024-01-01"), ("B", "2")),
        model_data_download_timeout=1200,
        container_startup_health_check_timeout=600,
        volume_size=100,
        subnets=("subnet-0a",),
        security_group_ids=("sg-0b",),
        max_concurrent_invocations_per_instance=4,
        async_output_path="s3://bucket/out",
        async_failure_path="s3://bucket/bad",
        name="own",
    )


def test_the_long_time_job_takes_over_what_it_does_not_override_but_never_the_name(workspace: Workspace) -> None:
    workspace.write(
        INFRA,
        """
        aws_batch_instance_type: m5.xlarge
        aws_longtime_batch_instance_type: g4dn.xlarge
        batch:
          vcpus: 2
          memory: 8000
          timeout: 60
          attempts: 3
          job_role_arn: arn:aws:iam::123456789012:role/own
          environment: {A: "1"}
          queue: shared
          job_definition_name: own
          longtime: {memory: 16000, gpus: 1, timeout: 86400, environment: {B: "2"}}
        """,
    )
    project, problems = workspace.load()
    assert problems == []
    assert project is not None
    role = "arn:aws:iam::123456789012:role/own"
    assert project.infra.job == JobSettings(
        instance_type="m5.xlarge",
        vcpus=2,
        memory=8000,
        timeout=60,
        attempts=3,
        job_role_arn=role,
        environment=(("A", "1"),),
        queue="shared",
        name="own",
    )
    assert project.infra.longtime_job == JobSettings(
        instance_type="g4dn.xlarge",
        vcpus=2,
        memory=16000,
        gpus=1,
        timeout=86400,
        attempts=3,
        job_role_arn=role,
        environment=(("B", "2"),),
        queue="shared",
    )


def test_job_definitions_of_one_name_are_refused(workspace: Workspace) -> None:
    text = "batch:\n  job_definition_name: own\n  longtime: {job_definition_name: own}\n"
    workspace.write(INFRA, workspace.text(INFRA) + text)
    assert [(problem.code, problem.line, problem.column) for problem in workspace.problems()] == [("ACES-C010", 13, 35)]


def test_without_frontend_image_path_no_image_is_looked_at(workspace: Workspace) -> None:
    (workspace.path / IMAGE).unlink()
    project, problems = workspace.load(image_path=None)
    assert problems == []
    assert project is not None
    assert project.image is None


@pytest.mark.parametrize(
    ("file", "old", "new", "message", "hint"),
    [
        (
            REGISTER,
            '"plan_id": 1',
            '"plan_id": 0',
            "plan_idが0です。businessプランは1です。",
            'PrivateAlgorithmにはbusinessプランが必要です。"plan_id": 1と書いてください。',
        ),
        (
            REGISTER,
            '"numberplate"',
            '"numberplates"',
            "services[0].nameの「numberplates」がalgorithm.jsonのtask_nameにありません。あるのは「numberplate」です。",
            "「numberplate」ではありませんか。",
        ),
        (
            REGISTER,
            "numberplate",
            "<REPLACE_YOUR_NAME>",
            "services[0].nameにテンプレートの<REPLACE_YOUR_NAME>が残っています。",
            "<REPLACE_YOUR_NAME>を実際の値に置き換えてください。",
        ),
        (
            REGISTER,
            '"simple"',
            f'"simple", {_INPUT}',
            "services[0].input_mimesは効果がありません。typeがsimpleで、fileではありません。",
            "削除するか、typeをfileにしてください。",
        ),
        (
            INFRA,
            "'123456789012'",
            "'210987654321'",
            "account_idは210987654321ですが、AWS_ROLE_ARNはアカウント123456789012のロールです。",
            "どちらもデプロイするアカウントでなければなりません。誤っている方を直してください。",
        ),
        (
            INFRA,
            "'ml.t2.xlarge'",
            "t2.xlarge",
            (
                "SAGEMAKER_INSTANCE_TYPEがt2.xlargeになっています。"
                "「ml.」で始まるSageMakerのインスタンスタイプ（ml.t2.xlarge（CPU）、ml.g4dn.xlarge（GPU）など）にしてください。"
            ),
            "ml.t2.xlargeと書いてください。",
        ),
        (
            INFRA,
            "# 非",
            "sagemaker: {async: {}}\n# 非",
            "sagemaker.asyncは効果がありません。エンドポイントがリアルタイムです。",
            "",
        ),
        (
            INFRA,
            "# 非",
            "SAGEMAKER_INFERENCE_MODE: async\n# 非",
            "SAGEMAKER_INFERENCE_MODEのasyncは、ASYNC_COMPONENT_SERVICEがaws_batchの場合は使えません。",
            (
                "aws_batchでは、同期APIにエンドポイントが、非同期APIにBatchが応答します。この行を削除してください。\n"
                "非同期エンドポイントを使う場合はASYNC_COMPONENT_SERVICE: sagemakerと書いてください。"
            ),
        ),
    ],
)
def test_the_same_is_said_in_japanese(workspace: Workspace, file: str, old: str, new: str, message: str, hint: str) -> None:
    workspace.replace(file, old, new)
    (problem,) = workspace.problems()
    assert (problem.message.ja, problem.hint.ja) == (message, hint)
