"""Autoscaling brought about, taken off and put back, over real HTTP."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from aces_action.language import Text, same
from aces_action.problems import ActionError, Problem
from aces_action.problems.catalogue import CATALOGUE
from aces_action.resources.autoscaling import CurrentScaling, apply, detached_for_update
from aces_action.resources.autoscaling.detach import detach, read_detachable
from aces_action.resources.autoscaling.restore import restore, schedule_request
from aces_action.resources.autoscaling.spec import WAKING, alarm_name, key, resource_id
from sandbox.server import Sandbox
from tests.autoscaling.conftest import Recorder, Scaled

Make = Callable[..., Scaled]


def codes(error: pytest.ExceptionInfo[ActionError]) -> list[str]:
    return [problem.code for problem in error.value.problems]


def fault(sandbox: Sandbox, **rule: Any) -> None:
    requests.post(f"{sandbox.aws_url}/_sandbox/faults", json=rule, timeout=10).raise_for_status()


def detached(scaled: Scaled) -> CurrentScaling | None:
    scaling = read_detachable(scaled.clients, scaled.name, scaled.owner)
    if scaling:
        detach(scaled.clients, scaling, scaled.reporter)
    return scaling


def calls(sandbox: Sandbox) -> list[str]:
    seen = requests.get(f"{sandbox.aws_url}/_sandbox/calls", timeout=10).json()
    return [call["operation"] for call in seen]


def forget_calls(sandbox: Sandbox) -> None:
    requests.delete(f"{sandbox.aws_url}/_sandbox/calls", timeout=10).raise_for_status()


class TestApply:
    def test_what_was_done_is_told_and_a_second_time_there_is_nothing_to_do(self, endpoint: Make) -> None:
        scaled = endpoint(sleeps=True)
        scaled.apply(scaled.wanted(0, 2, sleeps=True))
        assert scaled.said == [
            f"created scalable target {resource_id(scaled.name)}",
            "created scaling policy aces-target-tracking",
            "created scaling policy aces-scale-from-zero",
            f"created alarm {alarm_name(scaled.name)}",
        ]
        found = scaled.read()
        assert found.target and found.waking_alarm
        assert scaled.owner.owns(found.target.tags)
        assert scaled.owner.owns(found.waking_alarm.tags)
        scaled.said.clear()
        assert not any(change.is_change for change in scaled.apply(scaled.wanted(0, 2, sleeps=True)))
        assert scaled.said == []

    def test_nothing_is_asked_of_aws_twice_where_nothing_changes(self, endpoint: Make, sandbox: Sandbox) -> None:
        scaled = endpoint(sleeps=True)
        wanted = scaled.wanted(0, 2, sleeps=True)
        scaled.apply(wanted)
        forget_calls(sandbox)
        planned = scaled.plan(wanted)
        assert calls(sandbox).count("DescribeScalableTargets") == 1
        forget_calls(sandbox)
        assert apply(scaled.clients, scaled.owner, planned, scaled.reporter).changes == ()
        assert calls(sandbox) == []

    def test_what_a_roll_out_changed_since_the_plan_is_seen_before_the_writes(self, endpoint: Make) -> None:
        scaled = endpoint(sleeps=True)
        scaled.apply(scaled.wanted(0, 2, sleeps=True))
        planned = scaled.plan(scaled.wanted(0, 3, sleeps=True))
        with detached_for_update(scaled.clients, scaled.name, scaled.owner, scaled.reporter, autoscaled=False):
            pass
        apply(scaled.clients, scaled.owner, planned, scaled.reporter)
        found = scaled.read()
        policy = found.policy(WAKING)
        assert found.target and found.waking_alarm and policy
        assert (found.target.max_capacity, found.waking_alarm.actions) == (3, (policy.arn,))
        assert scaled.owner.owns(found.target.tags)

    def test_one_that_no_longer_sleeps_loses_what_woke_it(self, endpoint: Make) -> None:
        scaled = endpoint(sleeps=True)
        scaled.apply(scaled.wanted(0, 2, sleeps=True))
        scaled.apply(scaled.wanted(1, 2, sleeps=True))
        found = scaled.read()
        assert ([each.name for each in found.policies], found.alarms) == (["aces-target-tracking"], ())

    def test_capacities_changed_by_hand_are_set_right_and_a_pause_by_hand_stays(self, endpoint: Make) -> None:
        scaled = endpoint()
        scaled.apply(scaled.wanted(1, 4))
        paused: Any = {"DynamicScalingInSuspended": True}
        scaled.clients.application_autoscaling.register_scalable_target(**key(scaled.name), MaxCapacity=9, SuspendedState=paused)
        scaled.apply(scaled.wanted(1, 4))
        target = scaled.read().target
        assert target
        assert (target.max_capacity, target.suspended_state["DynamicScalingInSuspended"]) == (4, True)

    def test_an_alarm_that_was_cut_off_from_its_policy_wakes_again(self, endpoint: Make) -> None:
        scaled = endpoint(sleeps=True)
        wanted = scaled.wanted(0, 2, sleeps=True)
        scaled.apply(wanted)
        scaled.clients.application_autoscaling.delete_scaling_policy(PolicyName=WAKING, **key(scaled.name))
        alarm = scaled.read().waking_alarm
        assert alarm
        assert alarm.actions == ()
        scaled.apply(wanted)
        found = scaled.read()
        policy = found.policy(WAKING)
        assert found.waking_alarm and policy
        assert found.waking_alarm.actions == (policy.arn,)

    def test_what_others_hang_on_our_target_stays_when_ours_goes(self, endpoint: Make) -> None:
        scaled = endpoint()
        scaled.apply(scaled.wanted())
        scaled.add_policy("by-cpu")
        scaled.apply(None)
        found = scaled.read()
        assert found.target
        assert [each.name for each in found.policies] == ["by-cpu"]

    def test_what_is_not_ours_is_refused_with_the_command_that_hands_it_over(self, endpoint: Make) -> None:
        scaled = endpoint()
        client = scaled.clients.application_autoscaling
        client.register_scalable_target(**key(scaled.name), MinCapacity=1, MaxCapacity=9)
        assert scaled.apply(None) == ()
        with pytest.raises(ActionError) as error:
            scaled.apply(scaled.wanted())
        assert codes(error) == ["ACES-E035"]
        target = scaled.read().target
        assert target
        assert target.max_capacity == 9
        tags = {"aces:managed-by": "aces-action", "aces:project": scaled.owner.project, "aces:env": "dev"}
        client.tag_resource(ResourceARN=target.arn, Tags=tags)
        scaled.apply(scaled.wanted())

    def test_awss_refusal_is_told_in_its_own_words(self, endpoint: Make) -> None:
        scaled = endpoint("ml.t2.xlarge")
        with pytest.raises(ActionError, match="burstable") as error:
            scaled.apply(scaled.wanted())
        assert codes(error) == ["ACES-E038"]

    def test_where_nothing_is_wanted_a_missing_permission_is_a_warning(self, endpoint: Make, sandbox: Sandbox) -> None:
        scaled = endpoint()
        denied = {"kind": "error", "status": 400, "code": "AccessDeniedException", "times": None}
        fault(sandbox, service="application-autoscaling", **denied)
        planned = scaled.plan(None)
        (warning,) = planned.warnings
        assert (planned.changes, warning.code, warning.severity) == ((), "ACES-E039", "warning")
        assert "application-autoscaling" not in warning.message.ja or "DescribeScalableTargets" in warning.message.ja


class TestDetach:
    def test_all_comes_back_as_it_was(self, endpoint: Make) -> None:
        scaled = endpoint(sleeps=True)
        scaled.apply(scaled.wanted(0, 2, sleeps=True))
        scaled.add_policy("by-cpu")
        scaled.clients.application_autoscaling.put_scheduled_action(
            **key(scaled.name),
            ScheduledActionName="mornings",
            Schedule="cron(0 8 * * ? *)",
            EndTime=datetime.now(UTC) + timedelta(days=30),
            ScalableTargetAction={"MinCapacity": 1},
        )
        scaled.clients.application_autoscaling.register_scalable_target(
            **key(scaled.name), SuspendedState={"ScheduledScalingSuspended": True}
        )
        before = scaled.read()
        taken = detached(scaled)
        assert taken == before
        assert scaled.read().target is None
        assert any("by-cpu (others'): {" in line for line in scaled.said)
        restore(scaled.clients, taken, scaled.reporter)
        after = scaled.read()
        assert before.target and after.target and after.waking_alarm
        for field in ("min_capacity", "max_capacity", "suspended_state", "tags"):
            assert getattr(after.target, field) == getattr(before.target, field)
        assert [(each.name, each.settings) for each in after.policies] == [(each.name, each.settings) for each in before.policies]
        (schedule,) = after.scheduled
        assert {**schedule, "ScheduledActionARN": "", "CreationTime": ""} == {
            **before.scheduled[0],
            "ScheduledActionARN": "",
            "CreationTime": "",
        }
        waking = after.policy(WAKING)
        assert waking
        assert after.waking_alarm.actions == (waking.arn,)
        assert after.waking_alarm.tags == taken.alarms[0].tags
        assert not any(change.is_change for change in scaled.apply(scaled.wanted(0, 2, sleeps=True)))

    def test_an_endpoint_without_scaling_has_nothing_to_take_off(self, endpoint: Make) -> None:
        scaled = endpoint()
        assert detached(scaled) is None
        assert scaled.said == []

    def test_others_scaling_is_not_taken_off(self, endpoint: Make) -> None:
        scaled = endpoint()
        scaled.clients.application_autoscaling.register_scalable_target(**key(scaled.name), MinCapacity=1, MaxCapacity=9)
        with pytest.raises(ActionError) as error:
            detached(scaled)
        assert codes(error) == ["ACES-E036"]
        assert scaled.read().target

    def test_a_policy_that_others_alarm_sets_off_is_not_taken_off(self, endpoint: Make) -> None:
        scaled = endpoint()
        scaled.apply(scaled.wanted())
        arn = scaled.add_policy("on-load", alarm=f"{scaled.name}-load")
        with pytest.raises(ActionError, match=f"{scaled.name}-load") as error:
            detached(scaled)
        assert codes(error) == ["ACES-E036"]
        (alarm,) = scaled.read().alarms
        assert alarm.actions == (arn,)

    def test_with_its_alarm_handed_over_it_is_and_the_alarm_finds_the_policy_again(self, endpoint: Make) -> None:
        scaled = endpoint()
        scaled.apply(scaled.wanted())
        scaled.add_policy("on-load", alarm=f"{scaled.name}-load")
        tags = [{"Key": name, "Value": value} for name, value in scaled.owner.tags("").items()]
        scaled.clients.cloudwatch.tag_resource(ResourceARN=scaled.read().alarms[0].arn, Tags=tags)  # type: ignore[arg-type]
        with detached_for_update(scaled.clients, scaled.name, scaled.owner, scaled.reporter, autoscaled=True):
            assert scaled.read().target is None
        found = scaled.read()
        policy = found.policy("on-load")
        assert policy
        assert policy.alarms == (f"{scaled.name}-load",)

    def test_after_a_failure_in_between_it_comes_back_and_the_failure_is_told(self, endpoint: Make) -> None:
        scaled = endpoint()
        scaled.apply(scaled.wanted())
        with (
            pytest.raises(ActionError) as error,
            detached_for_update(scaled.clients, scaled.name, scaled.owner, scaled.reporter, autoscaled=False),
        ):
            raise ActionError(Problem(kind=CATALOGUE["E002"], message=same("rolled back")))
        assert codes(error) == ["ACES-E002"]
        assert scaled.read().target

    @pytest.mark.parametrize("moment", ["before it is off", "under way", "while it is put back"])
    def test_a_run_that_is_cut_off_puts_all_back(self, endpoint: Make, moment: str) -> None:
        scaled = endpoint()
        scaled.apply(scaled.wanted())
        scaled.add_policy("by-cpu")
        before = scaled.read()

        class CutsOff(Recorder):
            def info(self, text: Text | str) -> None:
                cut = {
                    "before it is off": "detaches scaling policy by-cpu",
                    "while it is put back": "restored scalable target",
                }
                super().info(text)
                line = self.said[-1]
                if line.startswith(cut.get(moment, "-")) and len([x for x in self.said if x.startswith(cut[moment])]) == 1:
                    raise KeyboardInterrupt

        reporter = CutsOff()
        with (
            pytest.raises(KeyboardInterrupt),
            detached_for_update(scaled.clients, scaled.name, scaled.owner, reporter, autoscaled=True),
        ):
            if moment == "under way":
                raise KeyboardInterrupt
        after = scaled.read()
        assert after.target and before.target
        assert after.target.tags == before.target.tags
        assert {each.name: each.settings for each in after.policies} == {each.name: each.settings for each in before.policies}
        assert reporter.left_behind == []

    def test_a_run_that_is_cut_off_says_what_it_could_not_put_back(self, endpoint: Make, sandbox: Sandbox) -> None:
        scaled = endpoint()
        scaled.apply(scaled.wanted())
        with (
            pytest.raises(KeyboardInterrupt),
            detached_for_update(scaled.clients, scaled.name, scaled.owner, scaled.reporter, autoscaled=True),
        ):
            fault(sandbox, kind="error", operation="RegisterScalableTarget", status=400, code="ValidationException", times=None)
            raise KeyboardInterrupt
        (left,) = scaled.left
        assert left.en == (
            f"The autoscaling of {scaled.name} is off: `command: deploy` sets it up as the infra file says, "
            "and restores what others have set."
        )
        assert any("scalable target" in line and "Could not restore all" in line for line in scaled.said)

    def test_what_cannot_be_put_back_is_told_beside_the_failure(self, endpoint: Make, sandbox: Sandbox) -> None:
        scaled = endpoint()
        scaled.apply(scaled.wanted())
        scaled.add_policy("by-cpu")
        with (
            pytest.raises(ActionError) as error,
            detached_for_update(scaled.clients, scaled.name, scaled.owner, scaled.reporter, autoscaled=True),
        ):
            refusal = {"status": 400, "code": "ValidationException", "message": "Too many policies", "skip": 1}
            fault(sandbox, kind="error", operation="PutScalingPolicy", **refusal)
            raise ActionError(Problem(kind=CATALOGUE["E002"], message=same("rolled back")))
        assert codes(error) == ["ACES-E002", "ACES-E037"]
        assert "scaling policy by-cpu: " in error.value.problems[1].hint.en
        assert [each.name for each in scaled.read().policies] == ["aces-target-tracking"]

    def test_what_is_only_ours_and_no_longer_wanted_does_not_come_back(self, endpoint: Make) -> None:
        scaled = endpoint()
        scaled.apply(scaled.wanted())
        with detached_for_update(scaled.clients, scaled.name, scaled.owner, scaled.reporter, autoscaled=False):
            pass
        assert scaled.read().target is None

    def test_a_schedule_that_has_begun_goes_on_and_one_that_is_over_is_let_go(self, endpoint: Make) -> None:
        scaled = endpoint()
        scaled.apply(scaled.wanted())
        now = datetime.now(UTC)
        for name, start, end in (("begun", now + timedelta(hours=1), None), ("over", None, now + timedelta(hours=1))):
            times: Any = {"StartTime": start} if start else {"EndTime": end}
            times |= {"Schedule": "rate(1 day)", "ScalableTargetAction": {"MinCapacity": 2}}
            scaled.clients.application_autoscaling.put_scheduled_action(**key(scaled.name), ScheduledActionName=name, **times)
        later = now + timedelta(hours=2)
        requests_ = {action["ScheduledActionName"]: schedule_request(action, later) for action in scaled.read().scheduled}
        assert requests_["over"] is None
        assert requests_["begun"] == {
            "ScheduledActionName": "begun",
            "Schedule": "rate(1 day)",
            "ScalableTargetAction": {"MinCapacity": 2},
        }
