"""The smoke test on a user's main paths: through the entrypoint, under the role of docs/iam."""

from __future__ import annotations

import json
import re
import signal
import time
from collections.abc import Callable
from typing import Any

from tests.conftest import Caller

PATH = "server/smoke-test/plate.png"
DETECTED = '{"results": [{"label": "plate", "score": 0.9}]}'


def tags(caller: Caller) -> dict[str, str]:
    """Of the endpoint."""
    sagemaker = caller.client("sagemaker")
    arn = sagemaker.describe_endpoint(EndpointName=caller.server)["EndpointArn"]
    return {tag["Key"]: tag["Value"] for tag in sagemaker.list_tags(ResourceArn=arn)["Tags"]}


def sent(caller: Caller) -> int:
    return sum(call["operation"].startswith("InvokeEndpoint") for call in caller.control("GET", "calls"))


def test_a_version_that_answers_as_expected_is_registered_and_not_asked_again(caller: Caller) -> None:
    caller.control("POST", "answers", {"body": DETECTED})
    ended = caller.run(smoke_test_path=PATH)
    assert (ended.status, ended.outputs["result"], len(caller.listed())) == (0, "deployed", 1), ended.log
    assert "✓ server/smoke-test/plate.png  200" in ended.log
    row = next(line for line in ended.summary.splitlines() if "plate.png" in line)
    assert row.startswith("- ✅ `server/smoke-test/plate.png` · 200 · ")
    assert "AllTraffic" in row
    assert "0.9" in row

    caller.control("DELETE", "calls")
    again = caller.run(smoke_test_path=PATH)
    assert (again.status, again.outputs["result"], sent(caller)) == (0, "unchanged", 0), again.log
    assert "passed these requests before" in again.log


def test_a_pass_that_cannot_be_noted_is_a_warning_and_the_next_run_asks_again(caller: Caller) -> None:
    caller.control("POST", "answers", {"body": DETECTED})
    said = {
        "status": 400,
        "code": "AccessDeniedException",
        "message": "not authorized to perform: sagemaker:AddTags on resource: x",
    }
    caller.fault(service="sagemaker", operation="AddTags", kind="error", after="InvokeEndpoint", **said)
    ended = caller.run(smoke_test_path=PATH)
    assert (ended.status, ended.outputs["result"], len(caller.listed())) == (0, "deployed", 1), ended.log
    (warning,) = re.findall(r"::warning [^\n]*title=ACES-T011[^\n]*", ended.log)
    assert "passed, but that could not be recorded. " in warning
    assert "lacks sagemaker:AddTags" in warning
    caller.control("DELETE", "calls")
    caller.control("POST", "answers", {"body": DETECTED})
    again = caller.run(smoke_test_path=PATH)
    assert (again.status, again.outputs["result"], sent(caller)) == (0, "unchanged", 1), again.log
    assert "ACES-T011" not in again.log


def test_a_wrong_answer_fails_the_deploy_and_the_platform_is_not_told_until_it_is_right(caller: Caller) -> None:
    answer = '::error::hijack {"results": []}'
    caller.control("POST", "answers", {"body": answer})
    ended = caller.run(smoke_test_path=PATH, rollback_on_failure="false")
    assert (ended.status, ended.outputs["result"], caller.listed()) == (1, "failed", {}), ended.log
    assert [code for code in ended.codes if code.startswith("ACES-T")] == ["ACES-T008", "ACES-T010"]
    assert ended.outputs["failure-code"] == "ACES-T008"
    assert "serves although it failed" in ended.log
    assert "hijack" in ended.log
    assert not [line for line in ended.log.splitlines() if line.lstrip().startswith("::error::")]
    assert "\n- ❌ `server/smoke-test/plate.png` · 200 · " in ended.summary

    caller.control("POST", "answers", {"body": DETECTED})  # nothing has changed but the answer: it is asked again
    again = caller.run(smoke_test_path=PATH)
    assert (again.status, sent(caller), len(caller.listed())) == (0, 2, 1), again.log


def test_a_version_that_fails_makes_room_for_the_one_before_and_the_outputs_name_what_serves(caller: Caller) -> None:
    good = caller.run().outputs["endpoint-config-name"]
    caller.edit(caller.infra_file, "ml.t2.xlarge", "ml.g4dn.xlarge")
    caller.control("POST", "answers", {"status": 500, "body": "out of memory"})
    ended = caller.run(smoke_test_path=PATH)
    assert (ended.status, ended.outputs["result"], ended.outputs["failure-code"]) == (1, "failed", "ACES-T007"), ended.log
    serving = caller.client("sagemaker").describe_endpoint(EndpointName=caller.server)["EndpointConfigName"]
    assert (serving, ended.outputs["endpoint-config-name"]) == (good, good)
    assert f"rolling {caller.server} back to the previous generation" in ended.log
    bad, back = re.findall(r"^- update of endpoint \S+ to (\S+) accepted$", ended.log, flags=re.MULTILINE)
    assert f"\n- tags of endpoint config {bad} set: aces:withdrawn" in ended.log
    assert back == good
    assert bad != good


def test_a_version_whose_smoke_test_was_cut_off_makes_room_too_when_a_run_again_finds_it_wrong(caller: Caller) -> None:
    good = caller.run().outputs["endpoint-config-name"]
    caller.edit(caller.infra_file, "ml.t2.xlarge", "ml.g4dn.xlarge")
    caller.control("POST", "answers", {"seconds": 30, "times": None})
    started = caller.start(smoke_test_path=PATH)
    sagemaker = caller.client("sagemaker")
    deadline = time.monotonic() + 60
    while not any(value.startswith("pending") for value in tags(caller).values()):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    started.send_signal(signal.SIGTERM)
    cut = caller.end(started)
    assert (cut.status, cut.outputs["result"]) == (143, "cancelled"), cut.log
    assert "serves untested" in cut.log
    caller.control("DELETE", "answers")
    caller.control("POST", "answers", {"status": 500, "body": "out of memory", "times": None})
    again = caller.run(smoke_test_path=PATH)
    assert (again.status, again.outputs["failure-code"]) == (1, "ACES-T007"), again.log
    assert f"It was rolled back: the endpoint serves {good} again." in again.log
    assert sagemaker.describe_endpoint(EndpointName=caller.server)["EndpointConfigName"] == good


def test_an_asynchronous_endpoint_answers_by_s3_and_its_failures_are_read_there(make_caller: Callable[..., Caller]) -> None:
    caller = make_caller("document-summary")
    folder = caller.workspace / "smoke"
    folder.mkdir()
    (folder / "text.json").write_text('{"text": "…"}', encoding="utf-8")
    caller.control("POST", "answers", {"status": 500, "body": "the model is not loaded", "seconds": 0.2})
    ended = caller.run(smoke_test_path="smoke", rollback_on_failure="false")
    assert (ended.status, caller.listed()) == (1, {}), ended.log
    assert [code for code in ended.codes if code.startswith("ACES-T")] == ["ACES-T007", "ACES-T010"]
    assert "the model is not loaded" in ended.log

    again = caller.run(smoke_test_path="smoke/text.json")
    assert (again.status, len(caller.listed())) == (0, 1), again.log
    keys = [
        each["Key"] for each in caller.client("s3").list_objects_v2(Bucket=caller.bucket, Prefix="async-inference/")["Contents"]
    ]
    assert len([key for key in keys if "/smoke-test/" in key]) == 1


def test_mistakes_in_the_requests_are_found_before_anything_is_deployed_and_shown_at_their_places(caller: Caller) -> None:
    caller.edit(f"{PATH}.expect.yml", "status: 200", "state: 200")
    caller.control("DELETE", "calls")
    for command in ("deploy", "validate"):
        ended = caller.run(command=command, smoke_test_path=PATH)
        assert (ended.status, ended.codes) == (2, ["ACES-C011"]), ended.log
        assert f"file={PATH}.expect.yml,line=3" in ended.log
    assert caller.control("GET", "calls") == []


def test_a_path_that_is_wrong_is_shown_at_its_line_of_the_workflow(caller: Caller) -> None:
    workflow = ".github/workflows/build_on_push_develop.yml"
    caller.edit(
        workflow,
        "        with:\n          platform-token",
        "        with:\n          smoke-test-path: server/smoke\n          platform-token",
    )
    caller.environment.update(GITHUB_WORKFLOW_REF=f"example-org/number-plate-detection/{workflow}@refs/heads/develop")
    ended = caller.run(command="validate", smoke_test_path="server/smoke")
    line = 1 + (caller.workspace / workflow).read_text(encoding="utf-8").splitlines().index(
        "          smoke-test-path: server/smoke"
    )
    assert (ended.status, ended.codes) == (2, ["ACES-C001"]), ended.log
    assert f"file={workflow},line={line}," in ended.log


def test_under_batch_alone_the_smoke_test_is_a_warning(caller: Caller) -> None:
    caller.edit(caller.infra_file, "SAGEMAKER_INSTANCE_TYPE:", "# SAGEMAKER_INSTANCE_TYPE:")
    ended = caller.run(command="validate", smoke_test_path=PATH)
    assert (ended.status, "ACES-T005" in ended.log) == (0, True), ended.log


def test_other_commands_do_not_look_at_the_requests(caller: Caller) -> None:
    assert caller.run().status == 0
    ended = caller.run(command="register", smoke_test_path="server/lost")
    assert ended.status == 0, ended.log


def test_a_role_that_may_not_ask_leaves_the_version_untested_and_untold(caller: Caller) -> None:
    denied: dict[str, Any] = {"kind": "error", "status": 403, "code": "AccessDeniedException", "times": None}
    caller.fault(service="sagemaker-runtime", **denied)
    ended = caller.run(smoke_test_path=PATH)
    assert (ended.status, ended.codes, caller.listed()) == (1, ["ACES-A005"], {}), ended.log
    assert "serves untested" in ended.log
    assert json.loads(ended.outputs["changes"])
