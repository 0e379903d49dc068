"""A fleet as GitHub would run it: the list, a job for each entry, and the last job, each through `entrypoint.py`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests

from tests.conftest import REPOSITORY, Caller, Ended

JOBS = "https://github.com/example-org/number-plate-detection/actions/runs/1/job/"


@pytest.fixture
def repository(caller: Caller) -> Iterator[str]:
    """The address of the stand-in's control for the repository that the jobs run in."""
    address = f"{caller.sandbox.oidc_url}/_github/{REPOSITORY}"
    yield address
    requests.delete(address, timeout=10)


def write_fleet(caller: Caller, projects: list[str]) -> None:
    role = "arn:aws:iam::123456789012:role/{}-dev-github-actions-role"
    entries = [{"project": each, "env": "dev", "aws-role-arn": role.format(each)} for each in projects]
    fleet = {"defaults": {"tenant-id": caller.tenant_id}, "deployments": entries}
    (caller.workspace / ".github/fleet.yml").write_text(json.dumps(fleet), encoding="utf-8")


def gather(caller: Caller, ended: dict[str, Ended]) -> None:
    """What the artifacts bring to the last job."""
    (caller.workspace / "outcomes").mkdir(exist_ok=True)
    for project, each in ended.items():
        (caller.workspace / f"outcomes/{project}-dev.json").write_text(each.outputs["outcome"], encoding="utf-8")


def combined(caller: Caller, **inputs: str) -> Ended:
    caller.environment["GITHUB_TOKEN"] = "of-the-job"
    return caller.run(command="combine", **inputs)


def change_by_hand(caller: Caller) -> None:
    """Somebody gives the endpoint a config of their own."""
    client = caller.client("sagemaker")
    name = client.describe_endpoint(EndpointName=caller.server)["EndpointConfigName"]
    config = client.describe_endpoint_config(EndpointConfigName=name)
    client.create_endpoint_config(EndpointConfigName=f"{caller.server}-byhand", ProductionVariants=config["ProductionVariants"])
    client.update_endpoint(EndpointName=caller.server, EndpointConfigName=f"{caller.server}-byhand")
    client.get_waiter("endpoint_in_service").wait(EndpointName=caller.server, WaiterConfig={"Delay": 1, "MaxAttempts": 60})


def test_a_night_over_four_projects_ends_on_one_page_and_in_one_issue(
    caller: Caller, make_caller: Callable[..., Caller], repository: str
) -> None:
    """`caller` serves as it should; one is ahead, one was changed by hand, one fails, and one has lost its runner."""
    ahead, by_hand, failing = make_caller(), make_caller(), make_caller(weights=None)
    for each in (caller, by_hand):
        assert each.run().status == 0
    change_by_hand(by_hand)
    write_fleet(caller, [caller.project, ahead.project, by_hand.project, failing.project, "p-lost"])
    listed = caller.run(command="fleet")
    assert (listed.status, listed.outputs["result"]) == (0, "valid")
    matrix = json.loads(listed.outputs["fleet"])["deployments"]
    assert [each["environment"] for each in matrix] == ["dev"] * 5

    runs = {each.project: each.run(command="plan") for each in (caller, ahead, by_hand, failing)}
    assert [each.status for each in runs.values()] == [0, 0, 0, 1]
    gather(caller, runs)
    jobs: list[dict[str, Any]] = [
        {"name": f"nightly / Plan / {project} dev", "html_url": f"{JOBS}{number}", "status": "completed", "conclusion": "success"}
        for number, project in enumerate(runs)
    ]
    jobs.append({"name": "nightly / Plan / p-lost dev", "html_url": f"{JOBS}9", "status": "completed", "conclusion": "failure"})
    requests.put(repository, json={"permissions": {"actions": "read", "issues": "write"}, "jobs": jobs}, timeout=10)

    ended = combined(caller, issue="true")
    assert (ended.status, ended.codes, ended.warnings) == (0, [], ["ACES-F003"])
    assert (ended.outputs["result"], ended.outputs["has-changes"]) == ("combined", "true")
    assert ended.page.startswith(
        "## ❌ 5 deployments: 1 failed, 1 without a result, 1 changed by hand, 1 not deployed yet, 1 unchanged\n"
    )
    order = (failing.project, "p-lost", by_hand.project, ahead.project, caller.project)
    places = [ended.page.index(f"[{project} dev]({JOBS}") for project in order]
    assert places == sorted(places)
    assert f"docs/errors/{runs[failing.project].outputs['failure-code'].removeprefix('ACES-').lower()}.md" in ended.page
    assert "which this action did not create" in ended.page
    there = requests.get(repository, timeout=10).json()
    [issue] = there["issues"]
    assert issue["labels"] == [{"name": "aces-fleet"}]
    assert issue["body"].partition("\n")[2].startswith(ended.summary.partition("\n")[0])
    assert all(f"[{each} dev]({JOBS}" in issue["body"].replace("<!-- -->", "") for each in (*runs, "p-lost"))

    gather(caller, {caller.project: runs[caller.project]})
    write_fleet(caller, [caller.project])
    ended = combined(caller, issue="true", language="ja")
    assert ended.page.startswith("## ✅ デプロイ1件: 変更なし1件\n")
    there = requests.get(repository, timeout=10).json()
    assert [each["state"] for each in there["issues"]] == ["closed"]
    assert "デプロイ1件: 変更なし1件" in there["comments"][-1]["body"]


def test_without_a_word_of_githubs_there_is_a_page_without_links(caller: Caller) -> None:
    write_fleet(caller, ["plates", "cards"])
    ended = caller.run(command="combine")
    assert (ended.status, ended.warnings) == (0, ["ACES-F003", "ACES-F003"])
    assert "GitHub does not tell of the jobs of this run (HTTP 404)" in ended.log
    assert "its job was cancelled, has lost its runner, or never started" in ended.page
    assert "OIDC" not in ended.log
    assert "Credentials" not in ended.log


def test_an_issue_that_github_does_not_take_fails_the_job_with_what_it_needs(caller: Caller, repository: str) -> None:
    write_fleet(caller, ["plates"])
    requests.put(repository, json={"permissions": {"actions": "read"}}, timeout=10)
    ended = combined(caller, issue="true")
    assert (ended.status, ended.codes) == (1, ["ACES-F004"])
    assert "HTTP 403" in ended.log
    assert "issues: write" in ended.log
    assert "GITHUB_TOKEN: " not in ended.log  # it had one
    assert "plates dev" in ended.page


@pytest.mark.parametrize("command", ["fleet", "combine"])
def test_a_fleet_with_a_mistake_ends_the_run_at_its_line(caller: Caller, command: str) -> None:
    (caller.workspace / ".github/fleet.yml").write_text("deployments:\n  - project: Plates\n    env: dev\n", encoding="utf-8")
    ended = caller.run(command=command)
    assert ended.status == 2
    assert ended.codes == ["ACES-C004", "ACES-S002"]
    assert "file=.github/fleet.yml,line=2" in ended.log
    assert "fleet" not in ended.outputs


def test_an_input_of_a_fleet_that_is_wrong_is_told(caller: Caller) -> None:
    ended = caller.run(command="combine", fleet="../fleet.yml", issue="perhaps", fleet_name="Fleet!")
    assert (ended.status, ended.codes) == (2, ["ACES-S002"] * 3)


def test_an_outcome_is_left_by_every_run_also_by_one_that_never_came_to_aws(caller: Caller) -> None:
    wrong = caller.run(env="develop")
    assert json.loads(wrong.outputs["outcome"]) == {
        "result": "failed",
        "failure-code": "ACES-S002",
        "failure": wrong.log.partition("ACES-S002 ")[2].partition("\n")[0].replace("%0A", "\n").partition("\n")[0],
        "has-changes": False,
        "by-hand": False,
        "waits": False,
        "changes": [],
        "more": 0,
    }
