"""The endpoint config that an endpoint serves was deleted: AWS allows that, and takes no update of the endpoint after it.

Every command in that state, and the way out of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from aces_action.problems import ActionError
from aces_action.resources.endpoint.history import read_generations
from aces_action.resources.endpoint.lifecycle.delete import find_endpoints, remove
from aces_action.resources.endpoint.lifecycle.prune import delete, owned_models, prune, read_models, read_usage
from aces_action.resources.endpoint.lifecycle.prune_decision import decide_all
from aces_action.resources.endpoint.lifecycle.restore import RestorePlan, restore
from aces_action.resources.endpoint.lifecycle.rollback import plan_rollback, rollback
from aces_action.resources.endpoint.lifecycle.start_stop import StopPlan, plan_start, plan_stop, stop
from aces_action.resources.endpoint.status import read_status
from tests.commands.conftest import LATELY, LONG_AGO, Server
from tests.conftest import Caller


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A config that is not seen counts as deleted after a moment, in place of seconds; but in a process of its own."""
    monkeypatch.setattr("aces_action.resources.endpoint.state._DELETED_AFTER", 0.1)


@pytest.fixture
def orphan(server: Server) -> Server:
    """A served, then B, which serves on without its endpoint config."""
    server.stand(A=LONG_AGO, B=LATELY)
    server.client.delete_endpoint_config(EndpointConfigName=server.config("B"))
    return server


def told(planned: RestorePlan | StopPlan) -> str:
    return " ".join(reason.en for change in planned.changes for reason in change.reasons)


@pytest.mark.parametrize(
    "refused",
    [
        lambda server: server.deploy("C"),
        lambda server: server.plan("C").changes,
        lambda server: plan_rollback(server.context()),
    ],
    ids=["deploy", "plan", "rollback"],
)
@pytest.mark.parametrize("status", ["InService", "SystemUpdating", "UpdateRollbackFailed"])
def test_what_would_update_it_is_refused_with_the_way_out_before_anything_is_written(
    orphan: Server, refused: Callable[[Server], object], status: str
) -> None:
    if status != "InService":
        orphan.hold(status, 0 if status == "SystemUpdating" else None)
    with pytest.raises(ActionError, match="ACES-E041") as caught:
        refused(orphan)
    [problem] = caught.value.problems
    assert orphan.config("B") in problem.message.en
    assert problem.hint.en.index("`command: stop`") < problem.hint.en.index("`command: deploy`")
    assert "requests fail" in problem.hint.en
    assert "数分間応答しなくなる" in problem.hint.ja
    assert orphan.serves().startswith("B")
    assert set(orphan.generations()) == {"A"}
    assert orphan.generations()["A"].awaited is None


def test_the_same_content_gets_its_config_back(orphan: Server) -> None:
    orphan.deploy("B")
    assert (orphan.serves(), set(orphan.generations())) == ("B", {"A", "B"})
    assert orphan.generations()["B"].was_good


def test_where_sagemaker_refuses_although_there_is_a_config_of_that_name_again_the_way_out_is_the_same(orphan: Server) -> None:
    orphan.deploy("B")
    with pytest.raises(ActionError, match="ACES-E041"):
        orphan.deploy("C")
    assert not orphan.reporter.is_at_work
    stop(orphan.context(), plan_stop(orphan.context()))
    restore(orphan.context(), plan_start(orphan.context()))
    assert orphan.serves() == "B"
    orphan.deploy("C")
    assert orphan.serves() == "C"


def test_start_and_status_say_so_and_change_nothing(orphan: Server) -> None:
    planned = plan_start(orphan.context())
    assert not any(change.is_change for change in planned.changes)
    assert "was deleted: the endpoint still serves" in told(planned)
    standing = read_status(orphan.client, orphan.owner, [orphan.name], is_async=False, at=datetime.now(UTC))
    [drift] = standing.endpoints[0].drift
    assert "refuses every update until the endpoint is recreated" in drift.en
    assert standing.previous == orphan.config("A")


def test_stop_names_what_start_brings_back_and_start_brings_it(orphan: Server) -> None:
    planned = plan_stop(orphan.context())
    assert f"was deleted: `start` will bring back {orphan.config('A')} instead" in told(planned)
    stop(orphan.context(), planned)
    restore(orphan.context(), plan_start(orphan.context()))
    assert orphan.serves() == "A"
    orphan.deploy("C")
    rollback(orphan.context())
    assert orphan.serves() == "A"


def test_after_stop_a_deployment_makes_it_anew(orphan: Server) -> None:
    stop(orphan.context(), plan_stop(orphan.context()))
    orphan.deploy("C")
    assert orphan.serves() == "C"


def test_without_another_generation_only_a_deployment_comes_after_stop(server: Server) -> None:
    server.stand(A=LATELY)
    server.client.delete_endpoint_config(EndpointConfigName=server.config("A"))
    with pytest.raises(ActionError, match="ACES-E041"):
        plan_rollback(server.context())
    planned = plan_stop(server.context())
    assert "`start` cannot bring it back, only `deploy` can" in told(planned)
    stop(server.context(), planned)
    with pytest.raises(ActionError, match="ACES-E008"):
        plan_start(server.context())
    server.deploy("A")
    assert server.serves() == "A"


def test_a_roll_out_under_way_whose_old_config_goes_is_waited_for(server: Server) -> None:
    server.stand(A=LONG_AGO, B=LATELY)
    config = server.put("C", run=3).config_name
    server.client.update_endpoint(EndpointName=server.name, EndpointConfigName=config)
    server.client.delete_endpoint_config(EndpointConfigName=server.config("B"))
    server.deploy("D")
    assert server.serves() == "D"


@pytest.mark.parametrize("status", ["Failed", "OutOfService"])
def test_what_has_to_be_made_anew_anyway_is(orphan: Server, status: str) -> None:
    orphan.hold(status, None)
    orphan.deploy("C")
    assert orphan.serves() == "C"


def test_the_clean_up_keeps_all_and_destroy_takes_all(orphan: Server) -> None:
    client, owner = orphan.client, orphan.owner
    pruned = prune(orphan.context(now=lambda: datetime(2030, 1, 1, tzinfo=UTC)), endpoints=[orphan.name], keep=0)
    assert (pruned.changes, [each.code for each in pruned.warnings]) == ((), ["ACES-E030"])
    for found in find_endpoints(client, owner):
        remove(replace(orphan.context(), endpoint_name=found.name))
    generations, models = read_generations(client, owner), owned_models(client, owner, read_models(client, owner))
    decisions = decide_all(generations, models, usage=read_usage(client))
    assert not delete(orphan.clients, decisions, endpoints=[], reporter=orphan.reporter).left
    assert (orphan.serves(), orphan.generations(), read_models(client, owner)) == ("", {}, [])


def test_a_workflow_is_refused_in_the_plan_and_stop_and_deploy_lead_out(caller: Caller) -> None:
    first = caller.run()
    assert first.status == 0, first.log
    caller.client("sagemaker").delete_endpoint_config(EndpointConfigName=first.outputs["endpoint-config-name"])
    caller.edit(caller.infra_file, "ml.t2.xlarge", "ml.g4dn.xlarge")
    refused = caller.run()
    assert (refused.status, refused.codes, refused.outputs["failure-code"]) == (1, ["ACES-E041"], "ACES-E041"), refused.log
    assert "Nothing was changed." in refused.log
    assert caller.run(command="stop").status == 0
    again = caller.run()
    assert (again.status, again.outputs["result"]) == (0, "deployed"), again.log
