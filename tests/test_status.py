"""How a server stands, as `command: status` tells it: log, summary and output."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from aces_action.durations import span
from aces_action.language import Language, Text, same
from aces_action.output.report import Report
from aces_action.output.status import EndpointStatus, GenerationStatus, ServerStatus, VariantStatus, as_json
from aces_action.output.summary import summary
from aces_action.output.tables import status_lines

NOW = datetime(2026, 5, 11, 12, tzinfo=UTC)
OLD = GenerationStatus(
    name="server-a",
    serves=False,
    served=NOW - timedelta(days=2),
    withdrawn=None,
    rollout_seconds=185.0,
    image_digest="sha256:" + "1" * 64,
    weights="s3://plates-dev/shared/weights/releases/abcdef0123456789/deploy.tar.gz",
    instance_type="ml.t2.xlarge",
    commit="0123456789abcdef",
    run_url="https://github.com/org/plates/actions/runs/7",
)
LIVE = replace(OLD, name="server-b", serves=True, served=NOW - timedelta(hours=3), rollout_seconds=None)
ENDPOINT = EndpointStatus(
    name="server",
    status="Updating",
    config_name="server-b",
    created=NOW - timedelta(hours=5),
    variants=(VariantStatus(name="AllTraffic", instances=1, desired_instances=3, weight=1.0, desired_weight=1.0),),
    under_way=True,
    target="server-c",
    progress=(same("AllTraffic: Creating"),),
    started_by="https://github.com/org/plates/actions/runs/9",
    commit="0123456789abcdef",
    drift=(Text("AllTraffic: 3 instances instead of 1: kept", "AllTraffic: インスタンス数3（設定は1）。そのまま維持します"),),
)
STATUS = ServerStatus(at=NOW, endpoints=(ENDPOINT,), generations=(LIVE, OLD), previous="server-a")
STOPPED = ServerStatus(at=NOW, endpoints=(EndpointStatus(name="server"),), generations=(replace(LIVE, serves=False), OLD))


def page(server_status: ServerStatus, language: Language = "en") -> str:
    return summary(Report(result="shown", server_status=server_status), language, lambda text: text)


def test_the_log_tells_what_serves_what_is_under_way_and_by_whom() -> None:
    lines = status_lines(STATUS)
    assert lines[:8] == [
        "endpoint server  Updating",
        "  serves server-b",
        "  created 5.0 h ago",
        "  AllTraffic: 1 of 3 instances, weight 1",
        "  under way: Updating to server-c, started by https://github.com/org/plates/actions/runs/9",
        "  AllTraffic: Creating",
        "  commit 0123456789abcdef",
        "  not as deployed: AllTraffic: 3 instances instead of 1: kept",
    ]
    columns = "served", "withdrawn", "roll-out", "image", "weights", "instance type", "commit"
    assert lines[8].startswith("generation            served                withdrawn  roll-out    image         weights  ")
    assert all(each in lines[8] for each in columns)
    assert lines[9].startswith("server-b    serves    2026-05-11 09:00 UTC                         111111111111  abcdef012345  ")
    assert lines[10].endswith("3 min 05 s  111111111111  abcdef012345  ml.t2.xlarge   0123456789ab")


def test_a_stopped_server_is_called_so_with_the_way_back() -> None:
    assert STOPPED.stopped
    assert "It is stopped: `command: start` brings back what served last." in status_lines(STOPPED)
    assert "停止しています。`command: start`で、最後に稼働していた世代を再開できます。" in page(STOPPED, "ja")
    assert page(STOPPED).startswith("## 📋 Status: nothing was changed · stopped\n")
    assert as_json(STOPPED)["stopped"] is True


def test_the_summary_has_the_endpoint_with_its_facts_and_each_generation_in_two_lines() -> None:
    shown = page(STATUS)
    assert "### Endpoint\n\n<strong>Updating</strong> · `server`\n\n- commit `0123456789ab`\n- serves server-b\n" in shown
    assert (
        "- previous · served 2026-05-09 12:00 UTC · ml.t2.xlarge · `0123456789ab` · "
        "[run](https://github.com/org/plates/actions/runs/7)<br>`server-a`\n"
    ) in shown
    folded = shown.partition("<details><summary>Generations in full</summary>")[2]
    assert f"- `server-a`<br>roll-out `3 min 05 s`<br>image `sha256:{'1' * 64}`<br>weights `{OLD.weights}`<br>commit `" in folded
    assert f"- <strong>稼働中</strong> · 稼働開始 2026-05-11 18:00 JST · {LIVE.instance_type} · " in page(STATUS, "ja")
    assert "### 世代" in page(STATUS, "ja")
    assert "進行中: Updating（server-cへ）" in page(STATUS, "ja")
    assert "- 進行中のロールアウトの[実行](https://github.com/org/plates/actions/runs/9)" in page(STATUS, "ja")


def test_nothing_that_aws_tells_is_taken_for_markup() -> None:
    failed = replace(ENDPOINT, failure_reason="<script>alert(1)</script> [x](http://x) | `y`")
    shown = page(ServerStatus(at=NOW, endpoints=(failed,), generations=(replace(OLD, run_url="a|b"),)))
    assert "<script>" not in shown
    assert "[x]" not in shown
    assert "](a|b" not in shown
    assert "run `a|b`" in shown


def test_the_output_is_json_with_times_in_utc() -> None:
    told = json.loads(json.dumps(as_json(STATUS)))
    assert told["endpoints"][0]["under-way"] == {
        "to": "server-c",
        "run": "https://github.com/org/plates/actions/runs/9",
        "progress": ["AllTraffic: Creating"],
    }
    assert (told["endpoints"][0]["age-hours"], told["previous"]) == (5.0, "server-a")
    assert told["generations"][0]["served"] == "2026-05-11T09:00:00+00:00"
    assert told["endpoints"][0]["drift"] == ["AllTraffic: 3 instances instead of 1: kept"]


def test_why_an_update_before_failed_is_not_told_as_the_endpoints_own_failure() -> None:
    reason = "did not pass the ping health check"
    serves = replace(ENDPOINT, status="InService", under_way=False, failure_reason=reason)
    server_status = replace(STATUS, endpoints=(serves,))
    assert f"  an earlier update failed: {reason}" in status_lines(server_status)
    assert f"以前の更新の失敗の理由: {reason}" in page(server_status, "ja")
    (told,) = json.loads(json.dumps(as_json(server_status)))["endpoints"]
    assert (told["failure-reason"], told["earlier-failure-reason"]) == (None, reason)


@pytest.mark.parametrize("status", ["Failed", "UpdateRollbackFailed", "OutOfService"])
def test_why_an_endpoint_has_failed_is_told_as_its_failure(status: str) -> None:
    server_status = replace(STATUS, endpoints=(replace(ENDPOINT, status=status, under_way=False, failure_reason="no capacity"),))
    assert "  failed: no capacity" in status_lines(server_status)
    assert "失敗の理由: no capacity" in page(server_status, "ja")
    (told,) = json.loads(json.dumps(as_json(server_status)))["endpoints"]
    assert (told["failure-reason"], told["earlier-failure-reason"]) == ("no capacity", None)


@pytest.mark.parametrize(
    ("seconds", "english", "japanese"),
    [
        (0, "less than a minute", "1分未満"),
        (59, "less than a minute", "1分未満"),
        (120, "2 min", "2分"),
        (3_599, "59 min", "59分"),
        (3_600, "1.0 h", "1.0時間"),
        (113_040, "31.4 h", "31.4時間"),
    ],
)
def test_a_span_below_an_hour_is_told_in_minutes(seconds: int, english: str, japanese: str) -> None:
    assert span(seconds / 3600) == Text(english, japanese)
    made = replace(ENDPOINT, created=NOW - timedelta(seconds=seconds))
    assert f"  作成から{japanese}" in status_lines(replace(STATUS, endpoints=(made,)), "ja")
