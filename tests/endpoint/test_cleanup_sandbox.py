"""The clean-up against the sandbox, which refuses to delete what an endpoint uses."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
import requests

from aces_action.aws.tags import MANAGED_BY, SERVER
from aces_action.resources.endpoint.concurrency import mark_rollout_run
from aces_action.resources.endpoint.history import read_generations
from aces_action.resources.endpoint.lifecycle.prune import Deleted, PruneResult, delete, prune, read_models
from aces_action.resources.endpoint.lifecycle.prune_decision import EndpointUse, PruneDecision, decide_all
from tests.endpoint.hosted import NOW, Hosted


def cleaned(hosted: Hosted, *, keep: int = 1, now: datetime = NOW) -> PruneResult:
    return prune(hosted.context(now=lambda: now), endpoints=(hosted.server,), keep=keep)


@pytest.fixture
def four(hosted: Hosted) -> Hosted:
    """Four generations, 4 the newest and live."""
    for number in (1, 2, 3, 4):
        hosted.generation(number, served=10 - number)
    hosted.endpoint(hosted.server, hosted.name(4))
    hosted.calls()
    return hosted


def numbered(hosted: Hosted, *numbers: int) -> set[str]:
    return {hosted.name(each) for each in numbers}


def deleted(found: PruneResult) -> set[str]:
    return {change.name for change in found.changes}


def test_an_old_generation_that_a_hand_made_endpoint_uses_stays_with_its_model(four: Hosted) -> None:
    four.endpoint("by-hand", four.name(1), tags={})
    found = cleaned(four)
    assert (deleted(found), found.warnings) == (numbered(four, 2), ())
    assert four.names("EndpointConfigs") == four.names("Models") == numbered(four, 1, 3, 4)
    assert f"keeping endpoint config {four.name(1)}: endpoint by-hand uses it" in four.reporter.lines


def test_a_model_behind_a_hand_made_config_stays(four: Hosted) -> None:
    four.config("by-hand", model=four.name(1), tags={})
    four.endpoint("by-hand", "by-hand", tags={})
    assert deleted(cleaned(four)) == numbered(four, 1, 2)
    assert four.names("EndpointConfigs") == {"by-hand", *numbered(four, 3, 4)}
    assert four.names("Models") == numbered(four, 1, 3, 4)


def test_what_an_endpoint_is_moving_to_stays(four: Hosted) -> None:
    four.endpoint("by-hand", four.name(4), tags={})
    four.control("endpoints", name="by-hand", updating_seconds=60)
    four.client.update_endpoint(EndpointName="by-hand", EndpointConfigName=four.name(1))
    assert deleted(cleaned(four)) == numbered(four, 2)


def test_what_has_our_name_and_not_our_tags_stays(four: Hosted) -> None:
    foreign = four.name(9)
    four.model(foreign, tags={MANAGED_BY: "somebody"})
    four.config(foreign, tags={MANAGED_BY: "somebody"})
    four.model(four.name(8), tags=four.owner.tags("0") | {SERVER: "another"})
    later = NOW + timedelta(days=3)
    assert deleted(cleaned(four, now=later)) == numbered(four, 1, 2)
    assert four.names("Models") == numbered(four, 3, 4, 8, 9)
    assert foreign in four.names("EndpointConfigs")


def test_names_that_only_begin_like_ours_are_not_even_looked_at(four: Hosted) -> None:
    for name in (f"{four.server}-by-hand", f"{four.server}-0123456789a", f"x-{four.name(1)}"):
        four.model(name)
        four.config(name)
    cleaned(four, now=NOW + timedelta(days=3))
    assert len(four.names("Models")) == len(four.names("EndpointConfigs")) == 5


@pytest.mark.parametrize(
    "operation", ["ListEndpointConfigs", "ListModels", "ListEndpoints", "DescribeEndpoint", "DescribeEndpointConfig", "ListTags"]
)
def test_where_something_may_not_be_looked_at_all_stays_and_one_warning_names_it(four: Hosted, operation: str) -> None:
    four.endpoint("by-hand", four.name(4), tags={})
    fault = {"service": "sagemaker", "operation": operation, "kind": "error", "times": None, "status": 400}
    # of each, the first calls are about what is ours
    skip = {"DescribeEndpoint": 1, "DescribeEndpointConfig": 4, "ListTags": 4}.get(operation, 0)
    four.control("faults", **fault, code="AccessDeniedException", message="no", skip=skip)
    found = cleaned(four)
    assert (found.changes, [each.code for each in found.warnings]) == ((), ["ACES-E030"])
    assert operation in found.warnings[0].message.en
    requests.delete(f"{four.sandbox.aws_url}/_sandbox/faults", timeout=10)
    assert len(four.names("Models")) == 4


def test_beside_an_endpoint_whose_rollback_failed_all_stays(four: Hosted) -> None:
    four.endpoint("by-hand", four.name(4), tags={})
    four.control("endpoints/by-hand/status", status="UpdateRollbackFailed")
    found = cleaned(four)
    assert (found.changes, [each.code for each in found.warnings]) == ((), ["ACES-E030"])
    assert "by-hand is UpdateRollbackFailed" in found.warnings[0].message.en


def refuse(
    hosted: Hosted, operation: str, *, code: str = "ValidationException", message: str = "Not today.", **more: Any
) -> None:
    fault = {"service": "sagemaker", "operation": operation, "kind": "error", "status": 400, "code": code, "message": message}
    hosted.control("faults", **fault, **more)


def test_a_refused_delete_is_a_warning_and_its_model_stays_with_it(four: Hosted) -> None:
    refuse(four, "DeleteEndpointConfig")
    found = cleaned(four)
    (warning,) = found.warnings
    left = four.names("EndpointConfigs") - numbered(four, 3, 4)
    assert len(left) == 1
    assert (warning.code, warning.severity) == ("ACES-E031", "warning")
    assert {name in warning.message.en for name in left} == {True}
    assert "Not today." in warning.message.en
    assert four.names("Models") == four.names("EndpointConfigs")
    assert deleted(found) == numbered(four, 1, 2) - left


def test_a_missing_permission_is_asked_for_once_and_not_per_resource(four: Hosted) -> None:
    refuse(four, "DeleteEndpointConfig", code="AccessDeniedException", times=None)
    found = cleaned(four)
    assert found.changes == ()
    assert len(found.warnings) == 1
    assert four.calls().count("DeleteEndpointConfig") == 1
    assert four.names("Models") == numbered(four, 1, 2, 3, 4)


def test_what_is_gone_already_is_fine(four: Hosted) -> None:
    refuse(four, "DescribeModel", message='Could not find model "x".', times=None)
    refuse(four, "DeleteEndpointConfig", message='Could not find endpoint configuration "x".', times=None)
    found = cleaned(four)
    assert (deleted(found), found.warnings) == (numbered(four, 1, 2), ())


def test_an_endpoint_that_another_run_has_set_to_work_meanwhile_is_not_disturbed(four: Hosted) -> None:
    decisions = decide_all(read_generations(four.client, four.owner), read_models(four.client, four.owner), usage=EndpointUse())
    four.control("endpoints", name=four.server, updating_seconds=60)
    four.client.update_endpoint(EndpointName=four.server, EndpointConfigName=four.name(1))
    (left,) = deletion(four, decisions).left  # told once
    assert "Updating again" in left.problem.message.en
    assert four.names("EndpointConfigs") == four.names("Models") == numbered(four, 1, 2, 3, 4)


def deletion(hosted: Hosted, decisions: tuple[PruneDecision, ...]) -> Deleted:
    return delete(hosted.clients, decisions, endpoints=(hosted.server,), reporter=hosted.reporter)


def test_a_live_one_that_became_live_after_the_decision_stays(four: Hosted) -> None:
    decisions = decide_all(read_generations(four.client, four.owner), read_models(four.client, four.owner), usage=EndpointUse())
    assert [each.decision.name for each in deletion(four, decisions).left] == [four.name(4)]
    assert four.names("EndpointConfigs") == four.names("Models") == numbered(four, 4)


def test_what_another_run_has_marked_after_the_decision_stays(four: Hosted) -> None:
    decisions = decide_all(read_generations(four.client, four.owner), read_models(four.client, four.owner), usage=EndpointUse())
    mark_rollout_run(
        four.client, four.name(2), replace(four.owner, run_url="https://github.com/example-org/plates/actions/runs/2")
    )
    left = deletion(four, decisions).left
    assert {each.decision.name: each.problem.message.en for each in left}[four.name(2)] == "Another run is about to roll it out."
    assert four.names("EndpointConfigs") == four.names("Models") == numbered(four, 2, 4)


def test_the_endpoints_of_the_account_are_read_only_where_something_may_go(four: Hosted) -> None:
    assert cleaned(four, keep=5) == PruneResult()
    calls = Counter(four.calls())
    assert calls == {"ListEndpointConfigs": 1, "DescribeEndpointConfig": 4, "ListTags": 4, "ListModels": 1, "DescribeEndpoint": 1}
    cleaned(four, keep=1)
    assert Counter(four.calls())["ListEndpoints"] == 1


def test_all_pages_of_endpoints_models_and_configs_are_read(hosted: Hosted) -> None:
    for number in range(1, 14):
        hosted.generation(number, served=100 - number)
    hosted.endpoint(hosted.server, hosted.name(13))
    for number in range(1, 12):
        hosted.endpoint(f"by-hand-{number}", hosted.name(number), tags={})
    assert deleted(cleaned(hosted, keep=0)) == numbered(hosted, 12)


def test_after_a_stop_the_last_that_served_stays(four: Hosted) -> None:
    four.client.delete_endpoint(EndpointName=four.server)
    four.control("endpoints", name=four.server, deleting_seconds=0)
    four.client.describe_endpoint(EndpointName=four.server)
    assert deleted(cleaned(four, keep=0)) == numbered(four, 1, 2, 3)


def test_each_deletion_is_told_as_a_change_with_its_reason(four: Hosted) -> None:
    found = cleaned(four)
    assert [(each.verb, each.resource) for each in found.changes] == [("delete", "endpoint config")] * 2 + [
        ("delete", "model")
    ] * 2
    assert found.changes[0].reasons[0].en == "more than 1 generations have served since"
    assert sum(line.startswith("deleted ") for line in four.reporter.lines) == 4
