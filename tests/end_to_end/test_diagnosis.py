"""What a user sees of the cause when a roll-out fails: annotation, log, summary and the output `failure-code`."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from aces_action.resources.endpoint.concurrency import pending_since
from sandbox.seed import admin_session, make_alarm
from tests.conftest import Caller
from tests.end_to_end.test_failures import failed

TRACEBACK = [
    "Starting the inference server",
    "Traceback (most recent call last):",
    '  File "/opt/program/serve", line 3, in <module>',
    "    import cv2",
    "ModuleNotFoundError: No module named 'cv2'",
    "::error::\x1b[31mboto3 says: X-Amz-Security-Token=IQoJb3JpZ2luX2VjEXAMPLETOKEN&x=1",
]


def annotation(log: str) -> str:
    found: list[str] = re.findall(r"^::error [^\n]*", log, flags=re.MULTILINE)
    assert len(found) == 1, log
    return found[0]


def test_a_server_that_does_not_start_is_explained_by_its_own_last_lines(caller: Caller) -> None:
    caller.next_rollout(name=caller.server, outcome="fail", log=TRACEBACK)
    ended = caller.run()
    failed(ended, 1, "ACES-E021")
    told = annotation(ended.log)
    assert "did not pass the ping health check" in told
    assert told.index("Server failed while it started: ModuleNotFoundError: No module named 'cv2'") < told.index("did not pass")
    lines = ended.log.partition("::group::Last lines of the server\n")[2].partition("\n::endgroup::")[0].splitlines()
    assert re.fullmatch(r"AllTraffic/i-[0-9a-f]{17}", lines[0])
    assert lines[1:6] == [f"  | {line}" for line in TRACEBACK[:5]]
    assert lines[6].endswith("boto3 says: X-Amz-Security-Token=***&x=1")
    assert "### Last lines of the server" in ended.summary
    assert "ModuleNotFoundError: No module named 'cv2'\n" in ended.summary
    assert "IQoJb3Jp" not in ended.log + ended.summary
    assert "\x1b" not in ended.log + ended.summary


def test_a_silent_rollback_is_explained_by_what_the_new_server_wrote_and_not_by_the_old_one(caller: Caller) -> None:
    caller.next_rollout(name=caller.server, outcome="success", log=["PermissionError: of the one that serves"])
    caller.run()
    caller.edit(caller.infra_file, "ml.t2.xlarge", "ml.g4dn.xlarge")
    caller.next_rollout(
        name=caller.server, outcome="rollback-silent", log=["loading", "torch.OutOfMemoryError: CUDA out of memory."]
    )
    ended = caller.run(language="ja")
    failed_ja = (ended.status, ended.codes, ended.outputs["failure-code"])
    assert failed_ja == (1, ["ACES-E018"], "ACES-E018"), ended.log
    told = annotation(ended.log)
    assert "元に戻しました" in told or "ロールバックしました" in told
    assert "サーバのメモリが不足しました: torch.OutOfMemoryError: CUDA out of memory." in told
    assert "不足したのはGPUのメモリです" in told
    assert "サーバのログの末尾" in ended.summary


def test_a_log_that_may_not_be_read_is_a_word_beside_the_failure(caller: Caller) -> None:
    said = "User: x is not authorized to perform: logs:DescribeLogStreams on resource: y"
    caller.fault(service="logs", kind="error", status=400, code="AccessDeniedException", message=said, times=None)
    caller.next_rollout(name=caller.server, outcome="fail", log=TRACEBACK)
    ended = caller.run()
    failed(ended, 1, "ACES-E011")
    assert "lacks logs:DescribeLogStreams." in ended.log
    assert "lacks logs:DescribeLogStreams." in ended.summary
    assert "GET /ping" in annotation(ended.log)


def test_a_roll_out_that_takes_too_long_shows_where_the_server_is_and_when_it_began_is_known_to_the_next_run(
    caller: Caller,
) -> None:
    start = datetime.now(UTC)
    caller.next_rollout(name=caller.server, outcome="success", creating_seconds=600, log=["Loading shard 2 of 5"])
    ended = caller.run(wait_timeout="1s")
    failed(ended, 1, "ACES-E003")
    assert "The server's log: Loading shard 2 of 5" in annotation(ended.log)
    assert "  | Loading shard 2 of 5" in ended.log
    begun = pending_since(caller.client("sagemaker"), caller.server)
    assert begun is not None
    assert start - timedelta(seconds=1) <= begun <= datetime.now(UTC)
    assert pending_since(caller.client("sagemaker"), "no-such-endpoint") is None


def test_alarms_that_ring_explain_a_rollback_without_a_reason(caller: Caller) -> None:
    make_alarm(caller.sandbox, admin_session(), f"{caller.project}-5xx")
    with caller.infra_file.open("a", encoding="utf-8") as infra:
        rollout = f"{{strategy: canary, size: 10%, wait_interval: 0, alarms: [{caller.project}-5xx]}}"
        infra.write(f"sagemaker:\n  rollout: {rollout}\n")
    caller.run()
    caller.edit(caller.infra_file, "ml.t2.xlarge", "ml.g4dn.xlarge")
    caller.next_rollout(name=caller.server, outcome="rollback-silent", updating_seconds=6)
    process = caller.start()
    caller.wait_for_call("UpdateEndpoint")
    said = {"StateValue": "ALARM", "StateReason": "Threshold Crossed: 9.0"}
    caller.client("cloudwatch").set_alarm_state(AlarmName=f"{caller.project}-5xx", **said)
    ended = caller.end(process)
    failed(ended, 1, "ACES-E019")
    assert f"Alarm {caller.project}-5xx is ALARM since" in annotation(ended.log)
