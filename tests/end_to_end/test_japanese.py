"""Runs in Japanese: nothing that they show has English in it, but names, codes and what AWS and the server said."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.conftest import Caller, Ended
from tests.end_to_end.test_smoke_test import DETECTED, PATH
from tests.japanese import english_in

PING = (
    "The primary container for production variant AllTraffic did not pass the ping health check. "
    "Please check CloudWatch logs for this endpoint."
)


def in_outputs(outputs: dict[str, str]) -> str:
    """The prose in the outputs: reasons of changes, and what `status` says of drift and progress."""
    texts: list[str] = []

    def gather(value: Any, key: str = "") -> None:
        if isinstance(value, dict):
            for name, inner in value.items():
                gather(inner, name)
        elif isinstance(value, list):
            texts.extend(each for each in value if isinstance(each, str) and key in {"reasons", "drift", "progress", "not-read"})
            for inner in value:
                gather(inner, key)

    for name in {"changes", "status"} & set(outputs):
        gather(json.loads(outputs[name]))
    return "\n".join([*texts, outputs.get("plan", ""), outputs.get("summary", "")])


def english(ended: Ended, *quoted: str) -> list[str]:
    return [*english_in("\n".join([ended.log, ended.summary, in_outputs(ended.outputs)]), quoted=quoted)]


def test_what_is_deployed_changed_stopped_and_shown_is_told_in_japanese_alone(caller: Caller) -> None:
    caller.control("POST", "answers", {"body": DETECTED})

    def ran(result: str, **inputs: str) -> str:
        ended = caller.run(language="ja", **inputs)
        assert (ended.outputs["result"], english(ended)) == (result, []), ended.log
        return ended.log

    assert "このエンドポイントはまだありません" in ran("planned", command="plan")
    assert re.search(r"^✓ SageMaker  [\d.分]+秒$", ran("deployed", smoke_test_path=PATH), re.MULTILINE)
    ran("unchanged", smoke_test_path=PATH)
    caller.edit(caller.infra_file, "ml.t2.xlarge", "ml.g4dn.xlarge")
    ran("deployed")
    ran("shown", command="status")
    ran("rolled-back", command="rollback")
    ran("failed", command="rollback")
    ran("stopped", command="stop")
    ran("started", command="start")
    ran("failed", command="destroy")
    ran("destroyed", command="destroy", confirm="yes")


def test_reasons_of_changes_are_in_the_language_of_the_run(caller: Caller) -> None:
    reasons = [each["reasons"] for each in json.loads(caller.run(command="plan", language="ja").outputs["changes"])]
    assert ["このエンドポイントはまだありません"] in reasons
    assert ["there is no such endpoint"] in [
        each["reasons"] for each in json.loads(caller.run(command="plan").outputs["changes"])
    ]


@pytest.mark.parametrize(
    ("spoil", "quoted"),
    [
        (lambda caller: caller.edit(caller.infra_file, "ml.t2.xlarge", "t2.xlarge"), ()),
        (lambda caller: caller.edit("server/algorithms/register.json", '"overflow_mode": 1,', '"overflow_mode": 1'), ()),
        (lambda caller: caller.environment.update(DEPLOY_TAG="v9"), ()),
        (
            lambda caller: caller.environment.update(AWS_ROLE_ARN="arn:aws:iam::123456789012:role/nobody"),
            ("Not authorized to perform",),
        ),
        (lambda caller: caller.environment.update(ACTIONS_ID_TOKEN_REQUEST_URL=""), ()),
        (lambda caller: caller.next_rollout(name=caller.server, outcome="fail", log=["ImportError: cv2"]), (PING, "ImportError")),
    ],
    ids=["an instance type", "a comma", "an image", "a role", "a token", "a roll-out"],
)
def test_what_fails_is_told_in_japanese_alone(caller: Caller, spoil: Any, quoted: tuple[str, ...]) -> None:
    spoil(caller)
    ended = caller.run(language="ja")
    assert (ended.outputs["result"], english(ended, *quoted)) == ("failed", []), ended.log


def test_a_doctor_speaks_japanese(caller: Caller) -> None:
    ended = caller.run(command="doctor", language="ja")
    assert english(ended) == [], ended.log
