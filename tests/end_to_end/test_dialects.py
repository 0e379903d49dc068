"""A whole deployment onto a platform that speaks otherwise: what is not offered is a warning, and never in the way."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from aces_action.packaged_files import resource
from aces_action.project.platform_contract import PACKAGED
from tests.conftest import Caller


def speak(caller: Caller, **settings: str) -> None:
    body: dict[str, Any] = {"tenant": caller.tenant_id, **settings}
    requests.post(f"{caller.sandbox.platform_url}/_sandbox/dialect", json=body, timeout=10).raise_for_status()


def test_a_platform_that_lists_nothing_is_deployed_to_and_left_alone_when_nothing_has_changed(caller: Caller) -> None:
    speak(caller, listing="405", answer="nothing")
    first = caller.run()
    assert (first.outputs["result"], first.outputs["registration"]) == ("deployed", "done")
    assert first.warnings.count("ACES-R006") == 1
    second = caller.run()
    assert second.outputs["result"] == "unchanged"
    registered = caller.run(command="register", language="ja")
    assert registered.outputs["result"] == "unchanged"
    assert registered.warnings == ["ACES-R006"]
    speak(caller)
    assert caller.listed().keys() == {"numberplate"}


def test_a_platform_without_images_and_strict_about_its_fields_is_registered_with_what_it_takes(caller: Caller) -> None:
    speak(caller, images="none", server="refused", errors="rest")
    ended = caller.run()
    assert (ended.status, ended.outputs["registration"]) == (0, "done")
    assert {"ACES-R007", "ACES-R008"} <= set(ended.warnings)
    assert "server" not in caller.listed()["numberplate"]


def test_a_contract_of_the_callers_own_is_spoken_by(caller: Caller) -> None:
    text = resource(PACKAGED).read_text(encoding="utf-8").replace("services: body.services", "services: body")
    (caller.workspace / "platform.yml").write_text(text, encoding="utf-8")
    speak(caller, listing="array")
    ended = caller.run(platform_contract="platform.yml")
    assert (ended.status, ended.warnings) == (0, [])
    assert caller.run(platform_contract="platform.yml").outputs["result"] == "unchanged"


@pytest.mark.parametrize("command", ["validate", "deploy", "destroy"])
def test_a_contract_that_is_wrong_ends_the_run_before_anything_is_asked(caller: Caller, command: str) -> None:
    text = resource(PACKAGED).read_text(encoding="utf-8").replace("server: server}", "server: servers}")
    (caller.workspace / "platform.yml").write_text(text, encoding="utf-8")
    ended = caller.run(command=command, platform_contract="platform.yml", confirm="yes")
    assert (ended.status, ended.codes) == (2, ["ACES-C055"])
    assert "file=platform.yml,line=" in ended.log


def test_a_field_that_is_refused_ends_the_run_and_the_next_run_sends_again(caller: Caller) -> None:
    speak(caller, listing="501", errors="rest")
    assert caller.run().status == 0
    requests.post(
        f"{caller.sandbox.platform_url}/_sandbox/sleep",
        json={"kind": "echo", "status": 400, "times": 1, "method": "POST"},
        timeout=10,
    )
    caller.edit("server/algorithms/register.json", "Number Plate Detection", "Number Plates")
    refused = caller.run()
    assert (refused.status, refused.codes) == (1, ["ACES-R001"])
    again = caller.run()
    assert (again.status, again.outputs["registration"]) == (0, "done")
    speak(caller)
    assert caller.listed()["numberplate"]["title"] == "Number Plates"
