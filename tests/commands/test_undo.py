"""What a rollback, a start and a stop decide and leave behind, and what a deployment notes: in this process, over HTTP."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
import requests

from aces_action.aws.tags import ROLLOUT_RUN
from aces_action.changes import Change
from aces_action.problems import ActionError
from aces_action.resources import endpoint
from aces_action.resources.endpoint.concurrency import run_of
from aces_action.resources.endpoint.history import mark_awaited, mark_withdrawn
from aces_action.resources.endpoint.lifecycle.restore import restore
from aces_action.resources.endpoint.lifecycle.rollback import plan_rollback, rollback
from aces_action.resources.endpoint.lifecycle.start_stop import plan_start, plan_stop, stop
from aces_action.resources.endpoint.rollout.rollout import ServingEndpoint
from aces_action.resources.endpoint.state import read_endpoint, read_with_config
from tests.commands.conftest import LATELY, LONG_AGO, RUN, Server


def endpoint_change(changes: Iterable[Change]) -> Change:
    return next(each for each in changes if each.resource == "endpoint")


def reasons(change: Change) -> list[str]:
    return [each.en for each in change.reasons]


def scale(server: Server, count: int) -> None:
    wish = {"VariantName": "AllTraffic", "DesiredInstanceCount": count}
    server.client.update_endpoint_weights_and_capacities(EndpointName=server.name, DesiredWeightsAndCapacities=[wish])
    while server.serves().endswith("Updating"):
        pass


def instances(server: Server) -> int:
    current = read_endpoint(server.client, server.name)
    assert current is not None
    return current.variants[0].current_instances


def begin(server: Server, version: str) -> None:
    """As by a run that was cut off after its write."""
    server.put(version)
    server.client.update_endpoint(EndpointName=server.name, EndpointConfigName=server.config(version))


@contextmanager
def around(asked: list[str], server: Server) -> Iterator[None]:
    """What is done to the autoscaling around a change of the endpoint: here it notes what serves."""
    asked.append(f"before: {server.serves()}")
    yield
    asked.append(f"after: {server.serves()}")


class TestRollback:
    def test_it_goes_back_step_by_step_and_never_to_what_was_given_up(self, server: Server) -> None:
        server.stand(A=LONG_AGO, B=LONG_AGO + timedelta(days=1), C=LATELY)
        rollback(server.context())
        assert server.serves() == "B"
        rollback(server.context())
        assert server.serves() == "A"
        with pytest.raises(ActionError, match="ACES-E007") as caught:
            rollback(server.context())
        hint = caught.value.problems[0].hint
        assert server.config("C") in hint.en
        assert hint.ja.count("に取りやめ") == 2
        assert server.serves() == "A"

    def test_the_tags_of_the_endpoint_are_those_of_what_it_serves_again(self, server: Server) -> None:
        server.stand(A=LONG_AGO, B=LATELY)
        rollback(server.context(run=7))
        tags, back = server.tags(), server.generations()["A"]
        assert tags["aces:content-hash"] == back.content_hash
        assert (tags["aces:commit"], tags["aces:run-url"]) == (f"{1:040x}", f"{RUN}/7")
        assert (back.run_url, back.tags[ROLLOUT_RUN]) == (f"{RUN}/1", f"{RUN}/7")

    def test_given_up_content_is_good_again_once_it_is_deployed_anew(self, server: Server) -> None:
        server.stand(A=LONG_AGO, B=LATELY)
        rollback(server.context())
        server.deploy("B", run=10)
        assert server.generations()["B"].was_good
        rollback(server.context())
        assert server.serves() == "A"

    def test_a_rollback_that_sagemaker_takes_back_is_a_failure_and_what_was_left_stays_given_up(self, server: Server) -> None:
        server.stand(A=LONG_AGO, B=LATELY)
        server.next_rollout(outcome="rollback-silent")
        with pytest.raises(ActionError, match="ACES-E002"):
            rollback(server.context())
        assert server.serves() == "B"
        assert not server.generations()["B"].was_good

    def test_from_what_the_action_did_not_make_it_goes_back_to_what_served_last(self, server: Server) -> None:
        server.stand(A=LONG_AGO, B=LATELY)
        variants = [dict(each) for each in server.content("B").config["ProductionVariants"]]
        server.client.create_endpoint_config(EndpointConfigName=f"{server.name}-byhand", ProductionVariants=variants)
        server.client.update_endpoint(EndpointName=server.name, EndpointConfigName=f"{server.name}-byhand")
        rollback(server.context())
        assert server.serves() == "B"

    def test_it_is_among_generations_of_the_same_mode(self, make_server: Callable[..., Server]) -> None:
        realtime = make_server()
        realtime.stand(A=LONG_AGO)
        asynchronous = make_server(is_async=True)
        asynchronous.owner = realtime.owner
        asynchronous.stand(B=LATELY)
        with pytest.raises(ActionError, match="ACES-E007"):
            plan_rollback(asynchronous.context())

    def test_a_generation_without_its_model_is_refused_before_anything_is_touched(self, server: Server) -> None:
        server.stand(A=LONG_AGO, B=LATELY)
        server.client.delete_model(ModelName=server.content("A").model_name)
        with pytest.raises(ActionError, match=r"ACES-E007.*its model is gone"):
            rollback(server.context())
        assert server.generations()["B"].was_good

    def test_a_generation_without_its_image_is_refused_too(self, server: Server) -> None:
        server.stand(A=LONG_AGO, B=LATELY)
        gone = {"kind": "error", "status": 400, "code": "RepositoryNotFoundException", "message": "There is none."}
        server.control("POST", "faults", {"service": "ecr", "operation": "BatchGetImage", **gone})
        with pytest.raises(ActionError, match=r"ACES-E007.*its image .* is gone"):
            rollback(server.context())

    def test_one_that_was_cut_off_and_is_done_meanwhile_is_noted_and_the_next_goes_further(self, server: Server) -> None:
        server.stand(A=LONG_AGO, B=LONG_AGO + timedelta(days=1), C=LATELY)
        mark_withdrawn(server.client, server.generations()["C"].arn, at=LATELY + timedelta(hours=1))
        server.client.update_endpoint(EndpointName=server.name, EndpointConfigName=server.config("B"))
        while server.serves() != "B":
            pass
        planned = plan_rollback(server.context())
        assert [(each.verb, each.resource) for each in planned.changes if each.is_change] == [("update", "endpoint tags")]
        restore(server.context(), planned)
        assert server.serves() == "B"
        assert server.tags()["aces:content-hash"] == server.generations()["B"].content_hash
        rollback(server.context())
        assert server.serves() == "A"

    def test_what_served_before_and_serves_again_unnoted_is_left_for_what_served_in_between(self, server: Server) -> None:
        server.stand(A=LONG_AGO, B=LATELY)
        serve_unnoted(server, "A")
        rollback(server.context())
        assert server.serves() == "B"
        assert not server.generations()["A"].was_good

    def test_so_is_what_was_created_by_a_run_that_was_cut_off(self, server: Server) -> None:
        server.stand(A=LONG_AGO, B=LATELY)
        stop(server.context(), plan_stop(server.context()))
        cut_off_after_creation(server, "A")
        rollback(server.context())
        assert server.serves() == "B"

    def test_a_mix_becomes_whole_again_by_what_served_also_where_nothing_notes_that(self, server: Server) -> None:
        server.stand(A=LONG_AGO, B=LATELY)
        serve_unnoted(server, "A")
        server.hold("UpdateRollbackFailed", None)
        rollback(server.context())
        assert server.serves() == "A"


class TestStop:
    def test_what_serves_unnoted_is_what_start_brings_back_whatever_served_in_between(self, server: Server) -> None:
        server.stand(A=LONG_AGO, B=LATELY)
        serve_unnoted(server, "A")
        stop(server.context(), plan_stop(server.context()))
        restore(server.context(), plan_start(server.context()))
        assert server.serves() == "A"

    def test_what_serves_is_noted_before_the_endpoint_goes_so_that_start_finds_it(self, server: Server) -> None:
        server.stand(A=LONG_AGO, B=LATELY)
        mark_withdrawn(server.client, server.generations()["B"].arn, at=LATELY + timedelta(hours=1))  # its rollback failed
        asked: list[str] = []
        context = server.context(detached_for_delete=lambda: around(asked, server))
        stop(context, plan_stop(context))
        assert asked == ["before: B", "after: "]
        assert server.serves() == ""
        planned = plan_start(server.context())
        assert not isinstance(planned.goal, ServingEndpoint)
        assert planned.goal.spec.config_name == server.config("B")

    def test_what_is_made_anew_is_announced_before_it_is_deleted_too(self, server: Server) -> None:
        server.stand(A=LONG_AGO, B=LATELY)
        server.hold("OutOfService", None)
        asked: list[str] = []
        rollback(server.context(detached_for_update=lambda: around(asked, server)))
        assert asked == ["before: B OutOfService", "after: A"]

    def test_what_it_has_cost_is_told_in_instance_hours(self, server: Server) -> None:
        server.stand(A=LATELY)
        scale(server, 3)
        current = read_endpoint(server.client, server.name)
        assert current is not None
        assert current.created is not None
        later = current.created + timedelta(hours=2)
        [change] = plan_stop(server.context(now=lambda: later)).changes
        assert reasons(change) == ["about 6.0 instance-hours since it was created (3 × 2.0 h, by today's count)"]

    def test_an_endpoint_of_others_beside_the_wanted_one_is_passed_by(self, server: Server) -> None:
        server.stand(A=LATELY)
        server.client.delete_tags(ResourceArn=read_arn(server), TagKeys=["aces:managed-by"])
        assert plan_stop(server.context(), only_if_ours=True).changes == ()
        with pytest.raises(ActionError, match="ACES-E004"):
            plan_stop(server.context())


class TestDeploy:
    def test_a_good_rollout_is_noted_with_its_time_and_a_joined_one_without(self, server: Server) -> None:
        server.deploy("A")
        served = server.generations()["A"]
        assert served.was_good
        assert served.rollout_seconds is not None
        begin(server, "B")
        server.deploy("B", run=2)
        joined = server.generations()["B"]
        assert (joined.was_good, joined.rollout_seconds) == (True, None)

    @pytest.mark.parametrize("joins", [False, True])
    def test_what_sagemaker_said_on_the_way_of_a_failed_rollout_is_told(self, server: Server, joins: bool) -> None:
        server.deploy("A")
        server.next_rollout(outcome="rollback-silent", message="Waiting for capacity", updating_seconds=0.6)
        if joins:
            begin(server, "B")
        with pytest.raises(ActionError, match="ACES-E002") as failed:
            server.deploy("B", run=2)
        assert "AllTraffic: Creating: Waiting for capacity" in failed.value.events

    def test_notes_that_an_earlier_run_could_not_make_are_made_by_the_next(self, server: Server) -> None:
        server.put("A")
        server.client.create_endpoint(
            EndpointName=server.name,
            EndpointConfigName=server.config("A"),
            Tags=[{"Key": key, "Value": value} for key, value in server.by(1).tags(server.content("A").content_hash).items()],
        )
        while server.serves() != "A":
            pass
        [*_, stale] = server.plan("A", run=2).changes
        assert (stale.resource, reasons(stale)) == (
            "endpoint tags",
            [f"the tags of {server.config('A')} do not say that it serves"],
        )
        server.deploy("A", run=2)
        assert server.generations()["A"].was_good
        assert not any(each.is_change for each in server.plan("A", run=3).changes)

    def test_a_run_after_one_that_was_cut_off_notes_the_content_also_where_it_has_served_before(self, server: Server) -> None:
        server.stand(A=LONG_AGO, B=LATELY)
        stop(server.context(), plan_stop(server.context()))
        cut_off_after_creation(server, "A")
        server.deploy("A", run=2)
        served = {version: each.served for version, each in server.generations().items()}
        assert max(served, key=lambda version: served[version] or LONG_AGO) == "A"

    def test_a_rollout_that_others_began_is_refused_before_anything_is_made(self, server: Server) -> None:
        server.stand(A=LATELY)
        server.next_rollout(outcome="success", updating_seconds=600)
        config = server.put("B", run=3).config_name
        server.client.update_endpoint(EndpointName=server.name, EndpointConfigName=config)
        with pytest.raises(ActionError, match=f"ACES-P028.*{RUN}/3"):
            server.deploy("C", run=4, may_wait=False)
        assert "C" not in server.generations()
        for planning in (plan_rollback, plan_start, plan_stop):
            with pytest.raises(ActionError, match="ACES-P028"):
                planning(server.context(run=4, may_wait=False))
        change = endpoint_change(server.plan("C", run=4).changes)
        assert reasons(change)[-1] == f"Updating to {config} was started by {RUN}/3"

    def test_content_of_an_earlier_run_is_told_to_be_rolled_out_by_this_one(self, server: Server) -> None:
        server.stand(A=LONG_AGO, B=LATELY)
        server.deploy("A", run=5)
        assert server.generations()["A"].tags[ROLLOUT_RUN] == f"{RUN}/5"


class TestCalls:
    """What a run costs that changes nothing."""

    def test_nothing_is_called_where_nothing_changes(self, server: Server) -> None:
        server.deploy("A")
        plan = server.plan("A")
        server.control("DELETE", "calls")
        assert endpoint.apply(server.context(), plan).config_name == server.config("A")
        assert calls(server) == {}

    def test_what_the_preflight_has_read_is_not_read_again(self, server: Server) -> None:
        server.deploy("A")
        reading = read_with_config(server.client, server.name)
        server.control("DELETE", "calls")
        plan = endpoint.read_plan(server.context(), server.content("A"), reading)
        assert not plan.has_changes
        assert calls(server) == {"DescribeModel": 1, "ListTags": 2}  # of the model and of the endpoint config

    def test_one_that_was_under_way_by_then_is_read_again(self, server: Server) -> None:
        server.deploy("A")
        reading = read_with_config(server.client, server.name)
        assert reading.current is not None
        before = replace(reading, current=replace(reading.current, status="SystemUpdating"))
        assert not endpoint.read_plan(server.context(), server.content("A"), before).has_changes


def calls(server: Server) -> dict[str, int]:
    answer = requests.get(f"{server.sandbox.aws_url}/_sandbox/calls", timeout=10).json()
    return dict(Counter(call["operation"] for call in answer))


class TestDrift:
    def test_instances_that_people_have_scaled_are_told_and_kept(self, server: Server) -> None:
        server.stand(A=LATELY)
        scale(server, 3)
        told = "AllTraffic: 3 instances instead of 1: kept"
        unchanged = endpoint_change(server.plan("A").changes)
        assert (unchanged.verb, reasons(unchanged)) == ("nothing", [told])
        assert reasons(endpoint_change(server.plan("B").changes))[-1] == told
        server.deploy("B")
        assert instances(server) == 3

    def test_another_count_in_the_infra_file_sets_them_back(self, server: Server) -> None:
        server.stand(A=LATELY)
        scale(server, 3)
        told = reasons(endpoint_change(server.plan("A", instances=2).changes))
        assert "AllTraffic: 3 instances instead of 1: reset" in told
        server.deploy("A", instances=2)
        assert instances(server) == 2

    def test_a_config_that_is_none_of_ours_is_told(self, server: Server) -> None:
        server.stand(A=LATELY)
        variants = [dict(each) for each in server.content("A").config["ProductionVariants"]]
        server.client.create_endpoint_config(EndpointConfigName=f"{server.name}-byhand", ProductionVariants=variants)
        server.client.update_endpoint(EndpointName=server.name, EndpointConfigName=f"{server.name}-byhand")
        while server.serves().endswith("Updating"):
            pass
        change = endpoint_change(server.plan("A").changes)
        assert f"it serves {server.name}-byhand, which this action did not create" in reasons(change)

    def test_tags_that_name_other_content_than_what_serves_are_told(self, server: Server) -> None:
        server.stand(A=LONG_AGO, B=LATELY)
        server.client.update_endpoint(EndpointName=server.name, EndpointConfigName=server.config("A"))
        while server.serves().endswith("Updating"):
            pass
        change = endpoint_change(server.plan("C").changes)
        assert any("its tags do not match" in each for each in reasons(change))


def serve_unnoted(server: Server, version: str) -> None:
    """A generation from before serves again, and no run has noted that."""
    server.client.update_endpoint(EndpointName=server.name, EndpointConfigName=server.config(version))
    while server.serves() != version:
        pass


def cut_off_after_creation(server: Server, version: str) -> None:
    """The endpoint is made anew by a run that is cancelled while it waits; the roll-out goes well."""
    server.next_rollout(creating_seconds=600)

    def cancelled(_: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        server.deploy(version, context=server.context(run=8, wait_policy=endpoint.WaitPolicy(limit=60, sleep=cancelled)))
    server.hold("InService")
    while server.serves() != version:
        pass


def read_arn(server: Server) -> str:
    current = read_endpoint(server.client, server.name)
    assert current is not None
    return current.arn


class TestScaledToNothing:
    """An asynchronous endpoint that sleeps: an update which kept its 0 instances would try nothing."""

    @pytest.fixture
    def sleeping(self, make_server: Callable[..., Server]) -> Server:
        server = make_server(is_async=True)
        server.stand(A=LONG_AGO, B=LATELY)
        scale(server, 0)
        return server

    def test_a_version_that_cannot_start_does_not_pass(self, sleeping: Server) -> None:
        sleeping.next_rollout(outcome="rollback")
        with pytest.raises(ActionError, match="ACES-E002"):
            sleeping.deploy("C")
        assert (sleeping.serves(), instances(sleeping)) == ("B", 0)

    def test_a_good_one_is_started_and_autoscaling_may_take_it_down(self, sleeping: Server) -> None:
        told = reasons(endpoint_change(sleeping.plan("C").changes))[-1]
        assert told == "AllTraffic: 0 instances instead of 1: started, to check that the new version runs"
        sleeping.deploy("C")
        assert (sleeping.serves(), instances(sleeping)) == ("C", 1)
        scale(sleeping, 0)
        assert not any(each.is_change for each in sleeping.plan("C").changes)

    def test_nor_does_a_rollback_pass_that_starts_nothing(self, sleeping: Server) -> None:
        sleeping.next_rollout(outcome="rollback-silent")
        with pytest.raises(ActionError, match="ACES-E002"):
            rollback(sleeping.context())
        rollback(sleeping.context())
        assert (sleeping.serves(), instances(sleeping)) == ("A", 1)

    def test_the_weight_that_people_have_set_stays(self, sleeping: Server) -> None:
        wish = {"VariantName": "AllTraffic", "DesiredWeight": 3.0}
        sleeping.client.update_endpoint_weights_and_capacities(EndpointName=sleeping.name, DesiredWeightsAndCapacities=[wish])
        while sleeping.serves().endswith("Updating"):
            pass
        sleeping.deploy("C")
        current = read_endpoint(sleeping.client, sleeping.name)
        assert current is not None
        assert [(each.current_instances, each.current_weight) for each in current.variants] == [(1, 3.0)]


class TestRollbackMark:
    def test_what_follows_a_rollback_belongs_to_it_so_that_one_cut_off_there_goes_no_further(self, server: Server) -> None:
        server.stand(A=LONG_AGO, B=LONG_AGO + timedelta(days=1), C=LATELY)

        def scaling_fails(_: ServingEndpoint) -> None:
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            restore(server.context(), plan_rollback(server.context()), then=scaling_fails)
        assert server.generations()["B"].awaited
        rollback(server.context())
        assert server.serves() == "B"
        rollback(server.context())
        assert server.serves() == "A"

    def test_a_stop_ends_a_rollback_that_was_cut_off(self, server: Server) -> None:
        server.stand(A=LONG_AGO, B=LATELY)
        mark_awaited(server.client, server.generations()["A"].arn, run_url="", at=LATELY + timedelta(hours=1))
        stop(server.context(), plan_stop(server.context()))
        assert server.generations()["A"].awaited is None
        with pytest.raises(ActionError, match=r"ACES-E007.*it is stopped"):
            plan_rollback(server.context())

    def test_a_start_ends_one_too(self, server: Server) -> None:
        server.stand(A=LONG_AGO, B=LATELY)
        mark_awaited(server.client, server.generations()["A"].arn, run_url=f"{RUN}/4", at=LATELY + timedelta(hours=1))
        server.hold("Failed", None)
        restore(server.context(), plan_start(server.context()))
        assert (server.serves(), server.generations()["A"].awaited) == ("B", None)

    def test_so_does_what_is_deployed_after_it(self, server: Server) -> None:
        server.stand(A=LONG_AGO, B=LONG_AGO + timedelta(days=1), C=LATELY)
        mark_awaited(server.client, server.generations()["A"].arn, run_url=f"{RUN}/4", at=LATELY + timedelta(hours=1))
        server.deploy("D")
        rollback(server.context())
        assert server.serves() == "C"

    def test_where_the_goal_itself_has_failed_the_next_goes_further(self, server: Server) -> None:
        server.stand(A=LONG_AGO, B=LONG_AGO + timedelta(days=1), C=LATELY)
        server.hold("Failed", None)
        server.next_rollout(outcome="fail")
        with pytest.raises(ActionError, match="ACES-E001"):
            rollback(server.context())
        assert server.serves() == "B Failed"
        rollback(server.context())
        assert server.serves() == "A"

    @pytest.mark.parametrize("run_url", ["", f"{RUN}/7"])
    def test_the_mark_keeps_the_run_readable(self, server: Server, run_url: str) -> None:
        server.stand(A=LATELY)
        mark_awaited(server.client, server.generations()["A"].arn, run_url=run_url, at=LATELY)
        marked = server.generations()["A"]
        assert (marked.awaited, run_of(marked.tags)) == (LATELY, run_url or f"{RUN}/1")
