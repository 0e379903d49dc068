"""fleet.yml and drift.yml, and who calls them: by value."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from aces_action.inputs import COMMANDS, INPUTS
from aces_action.output.report import OutputName
from release.owner import NAME, PLACEHOLDER

ROOT = Path(__file__).parents[2]
WORKFLOWS = ROOT / ".github/workflows"
SCHEMA = json.loads((ROOT / "schemas/fleet.schema.json").read_text(encoding="utf-8"))
ENTRY = SCHEMA["properties"]["deployments"]["items"]["properties"]
EXAMPLE = "examples/number-plate-detection/.github/workflows"
# What only reads waits for no deployment
READS = ["plan", "status", "validate", "doctor"]


def read(file: Path) -> dict[str, Any]:
    found: dict[Any, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return {("on" if key is True else key): value for key, value in found.items()}  # YAML 1.1's `on`


FLEET, DRIFT = read(WORKFLOWS / "fleet.yml"), read(WORKFLOWS / "drift.yml")
CALLERS = {name: read(ROOT / f"examples/fleet/.github/workflows/{name}.yml") for name in ("deploy_fleet", "drift_at_night")}


def jobs() -> Iterator[tuple[str, dict[str, Any]]]:
    for workflow in (FLEET, DRIFT):
        yield from workflow["jobs"].items()


def ours(job: dict[str, Any]) -> dict[str, Any]:
    [step] = [step for step in job["steps"] if step.get("uses") == "./.aces-action"]
    assert isinstance(step, dict)
    return step


def test_no_workflow_of_ours_names_the_owner_who_is_filled_in_by_a_release() -> None:
    """A release's token may not push a commit that changes a workflow (docs/releasing.md): there must be nothing to fill in."""
    named = [file.name for file in WORKFLOWS.glob("*.yml") if f"{PLACEHOLDER}/{NAME}" in file.read_text(encoding="utf-8")]
    assert named == []


def test_each_job_runs_the_action_of_the_workflows_own_commit() -> None:
    for name, job in jobs():
        if "steps" not in job:
            continue
        place = job["steps"].index(ours(job))
        [own] = [step["with"] for step in job["steps"][:place] if step.get("with", {}).get("path") == ".aces-action"]
        assert (own["repository"], own["ref"]) == ("${{ job.workflow_repository }}", "${{ job.workflow_sha }}"), name
        assert own["persist-credentials"] is False


def test_a_job_has_the_permissions_that_it_uses_and_its_caller_no_fewer() -> None:
    assert (FLEET["permissions"], DRIFT["permissions"]) == ({}, {})
    assert {name: job["permissions"] for name, job in FLEET["jobs"].items()} == {
        "list": {"contents": "read"},
        "deployment": {"id-token": "write", "contents": "read"},
        "combine": {"contents": "read", "actions": "read"},
    }
    assert DRIFT["jobs"]["issue"]["permissions"] == {"contents": "read", "actions": "read", "issues": "write"}
    for called, callers in (
        (FLEET, [DRIFT["jobs"]["plan"], CALLERS["deploy_fleet"]["jobs"]["fleet"]]),
        (DRIFT, [CALLERS["drift_at_night"]["jobs"]["drift"]]),
    ):
        needed = {right for job in called["jobs"].values() for right in job["permissions"].items()}
        for caller in callers:
            assert set(caller["permissions"].items()) == needed  # GitHub starts nothing with less, and more is not used


def test_a_call_gives_only_what_there_is_to_give() -> None:
    calls = [(FLEET, DRIFT["jobs"]["plan"]), (FLEET, CALLERS["deploy_fleet"]["jobs"]["fleet"])]
    calls.append((DRIFT, CALLERS["drift_at_night"]["jobs"]["drift"]))
    for called, caller in calls:
        takes = called["on"]["workflow_call"]
        assert set(caller.get("with", {})) <= set(takes["inputs"])
        assert set(caller["secrets"]) <= set(takes["secrets"])
    options = CALLERS["deploy_fleet"]["on"]["workflow_dispatch"]["inputs"]["command"]["options"]
    assert set(options) <= set(COMMANDS)


@pytest.mark.parametrize("example", ["build_on_push_develop", "endpoint", "stop_at_night"])
def test_a_deployment_takes_turns_with_those_of_a_push_and_never_cancels_or_is_cut_off(example: str) -> None:
    concurrency = FLEET["jobs"]["deployment"]["concurrency"]
    assert (concurrency["cancel-in-progress"], concurrency["queue"]) == (False, "max")
    [reads] = re.findall(r"fromJSON\('(\[.*?\])'\)", concurrency["group"])
    assert json.loads(reads) == READS
    [group] = re.findall(r"\|\| format\('([^']+)', matrix\.project, matrix\.env\) }}$", concurrency["group"])
    assert group.format("number-plate-detection", "dev") in read(ROOT / EXAMPLE / f"{example}.yml")["concurrency"]["group"]


def test_one_that_fails_does_not_cut_off_the_others_and_the_last_job_runs_whatever_happened() -> None:
    assert FLEET["jobs"]["deployment"]["strategy"]["fail-fast"] is False
    assert FLEET["jobs"]["combine"]["if"].startswith("${{ always() && ")
    assert DRIFT["jobs"]["issue"]["if"] == "${{ !cancelled() }}"
    assert DRIFT["jobs"]["plan"]["with"]["command"] == "plan"


def test_an_entry_reaches_the_action_with_all_that_it_says() -> None:
    text = json.dumps(FLEET["jobs"]["deployment"])
    assert {key for key in ENTRY if f"matrix.{key} " not in text} == set()
    assert set(re.findall(r"matrix\.([\w-]+)", text)) == set(ENTRY)
    given = ours(FLEET["jobs"]["deployment"])["with"]
    promoting = {"promote-from", "promote-from-role"}
    for name in ({spec.name for spec in INPUTS} & ENTRY.keys()) - promoting:
        assert given[name] == f"${{{{ matrix.{name} }}}}"
    assert set(given) <= {spec.name for spec in INPUTS}
    # Other commands refuse these two (ACES-S002)
    for name in promoting:
        commands = json.dumps(["deploy", "plan", "doctor"])
        assert given[name] == f"${{{{ contains(fromJSON('{commands}'), inputs.command) && matrix.{name} || '' }}}}"
    assert given["command"] == "${{ inputs.command == 'deploy' && matrix.promote-from && 'promote' || inputs.command }}"


def test_an_entry_has_no_key_that_would_be_an_input_by_another_name() -> None:
    of_github = {"runner", "environment", "repository", "ref"}
    assert set(ENTRY) - {spec.name for spec in INPUTS} == of_github
    assert not of_github & {spec.name for spec in INPUTS}


def test_every_output_that_is_used_is_one() -> None:
    outputs = set(OutputName.__args__)  # type: ignore[attr-defined]
    for _, job in jobs():
        for used in re.findall(r"steps\.\w+\.outputs\.([\w-]+)", json.dumps(job)):
            assert used in outputs


def test_outcomes_travel_under_one_name_and_an_earlier_attempt_gives_way() -> None:
    uploads = [
        step["with"]
        for _, job in jobs()
        for step in job.get("steps", ())
        if step.get("uses", "").startswith("actions/upload-artifact@")
    ]
    [upload] = uploads
    assert upload["name"] == "fleet.${{ inputs.name }}.${{ matrix.project }}-${{ matrix.env }}"
    assert upload["path"].endswith("/${{ matrix.project }}-${{ matrix.env }}.json")
    assert (upload["overwrite"], upload["if-no-files-found"]) == (True, "error")
    for job in (FLEET["jobs"]["combine"], DRIFT["jobs"]["issue"]):
        [download] = [step["with"] for step in job["steps"] if step.get("uses", "").startswith("actions/download-artifact@")]
        assert download == {"pattern": "fleet.${{ inputs.name }}.*", "path": ".aces-outcomes", "merge-multiple": True}
        given = ours(job)["with"]
        assert (given["outcomes-path"], given["fleet"]) == (".aces-outcomes", "${{ inputs.fleet }}")


def test_no_variable_of_a_step_holds_a_whole_list() -> None:
    """Linux takes 128 kB of one (MAX_ARG_STRLEN), and 256 deployments may have more."""
    for name, job in jobs():
        for step in job.get("steps", ()):
            assert ".outputs.fleet" not in json.dumps([step.get("env", {}), step.get("with", {})]), name


def test_nothing_from_an_entry_is_written_into_a_script() -> None:
    for name, job in jobs():
        for step in job.get("steps", ()):
            assert "${{" not in step.get("run", ""), name
