"""Random histories of one server: deployments, failures, rollbacks, stops, cancelled runs and what people do by hand.

python -m tests.commands.state_machine [SECONDS] [SEED]      goes on for as long as one likes

What is true is known by two ways that have nothing to do with the action: SageMaker's own records in the sandbox, and the
machine's memory of what served when. The sandbox runs by the machine's clock, so that hours pass in milliseconds.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import requests
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, Phase, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from aces_action.aws.clients import Clients
from aces_action.aws.errors import AWS_ERRORS, explain
from aces_action.aws.tags import MANAGED_BY, ROLLOUT_RUN, SERVER, TOOL, WITHDRAWN, Owner, as_list
from aces_action.cancellation import Cancelled
from aces_action.problems import ActionError
from aces_action.problems.catalogue import CATALOGUE
from aces_action.resources import endpoint
from aces_action.resources.endpoint.context import EndpointContext
from aces_action.resources.endpoint.lifecycle.prune import prune
from aces_action.resources.endpoint.lifecycle.restore import restore
from aces_action.resources.endpoint.lifecycle.rollback import plan_rollback, rollback
from aces_action.resources.endpoint.lifecycle.start_stop import plan_start, plan_stop, stop
from aces_action.smoke_test.rollback_decision import FailedVersion, give_up
from sandbox.archives import make_weights
from sandbox.aws.hosting.records import SERVING, Durations, Endpoint, Outcome, OutcomeKind, Status
from sandbox.aws.hosting.store import Hosting
from sandbox.seed import ACCOUNT, REGION, Seeded, new_admin_session, upload_weights
from sandbox.seed import seed as seed_account
from sandbox.server import Sandbox
from tests.commands.conftest import Server
from tests.reporting import MemoryReporter

_MOMENTS = Durations(creating=2.0, updating=2.0, deleting=1.0)
_DAY = 86_400.0
_WRITES_TO_ENDPOINT = frozenset({"CreateEndpoint", "UpdateEndpoint", "DeleteEndpoint"})
_NAMES = {"Endpoint": "EndpointName", "EndpointConfig": "EndpointConfigName", "Model": "ModelName"}
_KINDS = {"Endpoint": "endpoint", "EndpointConfig": "endpoint-config", "Model": "model"}
_READERS = ("generations", "usage")  # threads that read side by side: in no certain order, so nothing befalls the run there
_NOTHING_DONE = {"E004", "P028"}


def arn(kind: str, name: str) -> str:
    return f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:{kind}/{name}"


class Clock:
    """The time of everybody: it passes when somebody sleeps."""

    def __init__(self) -> None:
        self.begun, self.seconds = datetime.now(UTC), 0.0

    def now(self) -> float:
        return self.seconds

    def today(self) -> datetime:
        return self.begun + timedelta(seconds=self.seconds)

    def sleep(self, seconds: float) -> None:
        self.seconds += max(0.0, seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call of the action's: operation, what it is about, and how it was answered; 0: not yet."""

    operation: str
    request: dict[str, Any]
    status: int = 0
    answer: str = ""

    @property
    def about(self) -> tuple[str, str] | None:
        """The ARN and the kind of what a write changes; None for what reads or makes something."""
        if self.operation in {"AddTags", "DeleteTags"}:
            return self.request["ResourceArn"], "tags"
        for verb in ("Update", "Delete"):
            kind = self.operation.removeprefix(verb)
            if self.operation.startswith(verb) and kind in _NAMES:
                return arn(_KINDS[kind], self.request[_NAMES[kind]]), kind
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Twist:
    """What befalls a run at its `at`-th call (of that `operation`; empty: of any): it is cancelled `before` or `after` that, or
    somebody does something before it."""

    at: int
    what: str
    operation: str = ""
    version: str = "A"


@dataclass(slots=True, kw_only=True)
class Step:
    """One command: what befalls it and what it called. `meddled`: somebody stepped in while it ran. `left`: what the endpoint
    served when its deletion was asked for, after the wait for what was under way."""

    name: str
    twist: Twist | None = None
    number: int = 0
    now: bool = False
    calls: list[Call] = field(default_factory=list)
    meddled: bool = False
    left: str | None = None

    def sent(self, *operations: str) -> list[Call]:
        return [each for each in self.calls if each.operation in operations and each.status == 200]


class Ground:
    """What all histories share: sandbox, clock, clients that tell the machine of each call, and an administrator's."""

    def __init__(self, sandbox: Sandbox, hosting: Hosting, clock: Clock, archive: Path) -> None:
        project = "state-machine"
        self.sandbox, self.hosting, self.clock = sandbox, hosting, clock
        self.seeded: Seeded = seed_account(sandbox, project=project, env="dev")
        upload_weights(sandbox, archive, project=project, env="dev")
        self.weights_uri = f"s3://{self.seeded.bucket}/shared/weights/deploy.tar.gz"
        session = new_admin_session()
        session.events.register("before-send.sagemaker", self._sending)
        session.events.register("response-received.sagemaker", self._received)
        by_hand = new_admin_session()
        for each in (session, by_hand):
            each.events.register("before-send.sagemaker", self._counting)
        self.clients, self.admin = Clients(session), Clients(by_hand)
        self.machine: Machine | None = None
        self.deletions = 0
        self._pending: dict[int, Call] = {}

    def _sending(self, request: Any, **_: Any) -> None:
        call = Call(operation=request.headers["X-Amz-Target"].decode().partition(".")[2], request=json.loads(request.body))
        self._tell(lambda machine: machine.sending(call))
        self._pending[threading.get_ident()] = call

    def _counting(self, request: Any, **_: Any) -> None:
        """Of each attempt, where an answer took too long; not of one that a history cancels before it is sent."""
        self.deletions += b".Delete" in request.headers["X-Amz-Target"]

    def _received(self, response_dict: dict[str, Any] | None, **_: Any) -> None:
        if response_dict is None:  # it was never sent
            return
        call = self._pending.pop(threading.get_ident())
        answered = replace(call, status=response_dict["status_code"], answer=response_dict["body"].decode())
        self._tell(lambda machine: machine.received(answered))

    def _tell(self, what: Callable[[Machine], None]) -> None:
        """An objection of the machine's must not be taken for a failed call, which botocore and the action know to handle."""
        if self.machine is None or threading.current_thread().name.startswith(_READERS):
            return
        try:
            what(self.machine)
        except AssertionError as error:
            self.machine.objections.append(error)


@contextmanager
def ground(sandbox: Sandbox, archive: Path) -> Iterator[Ground]:
    """Puts a SageMaker with a clock of its own in the place of the sandbox's. AWS_ENDPOINT_URL leads to the sandbox."""
    clock = Clock()
    usual, hosting = sandbox.state.hosting, Hosting(clock=clock.now, today=clock.today)
    sandbox.state.hosting = hosting
    try:
        yield Ground(sandbox, hosting, clock, archive)
    finally:
        sandbox.state.hosting = usual


versions = st.sampled_from("ABCD")
fates: st.SearchStrategy[OutcomeKind] = st.sampled_from(
    ("success", "success", "success", "success", "fail", "rollback", "rollback-silent", "rollback-failed")
)
_BY_HAND = ("update", "update", "byhand", "scale", "delete", "delete config", "untag", "tag", "tag", "another endpoint")
_HELD: dict[str, Status] = {
    each: each for each in ("RollingBack", "SystemUpdating", "OutOfService", "Failed", "UpdateRollbackFailed")
}
_MEDDLING = ("before", "after", "before", "after", "before", "after", "update", "update", "scale", "delete", "untag", "byhand")
_TURNS = ("CreateEndpoint", "UpdateEndpoint", "DeleteEndpoint", "AddTags", "DescribeEndpoint", "DeleteEndpointConfig", "")
_cut = st.builds(
    Twist, at=st.integers(1, 8), operation=st.sampled_from(_TURNS), what=st.sampled_from(_MEDDLING), version=versions
)
_nearly = st.builds(Twist, at=st.integers(1, 2), operation=st.sampled_from(_TURNS[:4]), what=st.sampled_from(_MEDDLING[:6]))
_late = st.builds(Twist, at=st.integers(1, 45), what=st.sampled_from(_MEDDLING), version=versions)
twists = st.none() | st.none() | st.none() | _cut | _nearly | _late
limits = st.sampled_from((7200.0, 7200.0, 7200.0, 7200.0, 1.0))
waits = st.sampled_from((True, True, True, False))


class Machine(RuleBasedStateMachine):
    """One history. Numbers of `_served`, `_confirmed` and `_given_up` are moments of the machine's own count."""

    def __init__(self, shared: Ground) -> None:
        super().__init__()
        self.ground = shared
        self.hosting, self.clock = shared.hosting, shared.clock
        self.run = 0
        self.moment = 0
        self.served: dict[str, int] = {}  # when it last began to serve
        self.confirmed: dict[str, int] = {}  # when a run last said that it serves
        self.given_up: dict[str, int] = {}  # when it was last rolled back from
        self.begun_back: set[str] = set()  # where a rollback that was cut off leads to
        self.mixed: set[str] = set()  # what an endpoint serves after a rollback that failed
        self.live: tuple[datetime, str] | None = None
        self.step: Step | None = None
        self.objections: list[AssertionError] = []
        self.meanwhile: list[str] = []  # notes, made on whatever thread

    # The scene

    @initialize(generations=st.sampled_from(("", "A", "AB", "ABC")))
    def begin(self, generations: str) -> None:
        shared = self.ground
        self.hosting.reset()
        self._no_fate()
        requests.delete(f"{shared.sandbox.aws_url}/_sandbox/calls", timeout=10)
        shared.deletions = 0
        owner = Owner(project="state-machine", env="dev", server=shared.seeded.server)
        self.server = Server(
            sandbox=shared.sandbox, clients=shared.clients, seeded=shared.seeded, weights_uri=shared.weights_uri, owner=owner
        )
        self.names = {version: self.server.config(version) for version in "ABCD"}
        self.versions = {name: version for version, name in self.names.items()}
        # of somebody else, with a name as ours: nothing ever happens to it
        self.foreign = f"{owner.server}-{0:010x}"
        self.admin: Any = shared.admin.sagemaker
        self._make(self.foreign, self.server.content("A"), {MANAGED_BY: "somebody"})
        shared.machine = self
        self.foreign_before = self._described(self.foreign)
        for version in generations:
            with self._command("deploy", None) as step:
                self._do(step, partial(self._apply, version, limit=7200.0, may_wait=True))
                self._confirm(self.names[version])

    def teardown(self) -> None:
        self.ground.machine = None
        if not hasattr(self, "server"):
            return
        answer = requests.get(f"{self.ground.sandbox.aws_url}/_sandbox/calls", timeout=10)
        calls = answer.json()
        assert not [each for each in calls if each["service"] == "s3" and each["method"] in {"DELETE", "PUT", "POST"}]
        deletes = [each for each in calls if each["service"] == "sagemaker" and each["operation"].startswith("Delete")]
        assert len(deletes) <= self.ground.deletions, "a deletion that the machine has not seen"

    def _make(self, name: str, content: endpoint.DesiredEndpoint, tags: dict[str, str]) -> None:
        """Model and endpoint config, where there are none of that name."""
        if self.hosting.config(arn("endpoint-config", name)) is None:
            variants = [{**each, "ModelName": name} for each in content.config["ProductionVariants"]]
            own = as_list(tags)
            try:
                self.admin.create_model(ModelName=name, **content.model, Tags=own)
            except ClientError as error:
                assert "already existing" in str(error)
            self.admin.create_endpoint_config(EndpointConfigName=name, ProductionVariants=variants, Tags=own)

    def _described(self, name: str) -> tuple[object, ...]:
        return tuple(
            (self.hosting.tags(arn(kind, name)), describe(arn(kind, name)))
            for kind, describe in (
                ("model", self.hosting.describe_model),
                ("endpoint-config", self.hosting.describe_endpoint_config),
            )
        )

    def _no_fate(self) -> None:
        self.hosting.forget_control()
        self.hosting.set_durations(None, _MOMENTS)

    # What is true

    @property
    def record(self) -> Endpoint | None:
        return self.hosting.endpoint(arn("endpoint", self.server.name))

    @property
    def untagged(self) -> bool:
        record = self.record
        return record is not None and MANAGED_BY not in record.tags

    def _serving(self) -> str | None:
        """The endpoint config that answers requests now."""
        record = self.record
        return record.config.name if record and record.status in SERVING else None

    def _moving(self) -> str | None:
        """The endpoint config that a roll-out under way leads to."""
        record = self.record
        moving = record.transition.config if record and record.transition else None
        return moving.name if moving else None

    def _in_use(self) -> set[str]:
        """The endpoint configs, and models of the same names, that the account's endpoints use or move to."""
        names = [each["EndpointName"] for each in self.hosting.list_endpoints({"MaxResults": 100}, REGION)["Endpoints"]]
        records = [record for name in names if (record := self.hosting.endpoint(arn("endpoint", name)))]
        moving = [record.transition.config for record in records if record.transition and record.transition.config]
        return {each.name for each in (*(record.config for record in records), *moving)}

    def _settled(self, name: str) -> bool:
        record = self.record
        return record is not None and (record.status, record.config.name) == ("InService", name) and record.transition is None

    def _now(self) -> int:
        self.moment += 1
        return self.moment

    def observe(self) -> None:
        """Notes what has begun to serve since the last look."""
        record = self.record
        live = (record.created, record.config.name) if record and record.status in SERVING else None
        if live and live != self.live:
            self.served[live[1]] = self._now()
        self.live = live
        moving = record.transition.config if record and record.transition else None
        if record and record.status == "UpdateRollbackFailed":
            self.mixed |= {record.config.name}
        elif moving and record and moving is not record.config:
            self.mixed = {moving.name}
        elif not moving:
            self.mixed = set()

    def _confirm(self, name: str) -> None:
        self.confirmed[name] = self._now()
        self.given_up.pop(name, None)
        self.begun_back = set()

    def _good(self, *, without: Collection[str] = ()) -> tuple[str | None, set[str]]:
        """What a rollback or a start has to find: the last confirmed generation, and those unconfirmed that served after it."""

        def stands(name: str, at: int) -> bool:
            found = self.hosting.config(arn("endpoint-config", name))
            return at > self.given_up.get(name, 0) and name not in without and found is not None and SERVER in found.tags

        sure = {name: at for name, at in self.confirmed.items() if stands(name, at)}
        best = max(sure, key=sure.__getitem__, default=None)
        after = sure[best] if best else 0
        unsure = {name for name, at in self.served.items() if at > after and stands(name, at) and name in self.versions}
        return best, unsure

    # What befalls a run

    def sending(self, call: Call) -> None:
        step = self.step
        if step is None:
            return
        if step.twist and step.twist.operation in {"", call.operation}:
            step.number += 1
            step.now = step.number == step.twist.at
        if step.twist and step.now:
            if step.twist.what == "before":
                raise Cancelled(2)
            if step.twist.what != "after":
                self._meddle(step, step.twist)
        self.observe()
        record = self.record
        if call.operation == "DeleteEndpoint" and record and record.status in {"InService", "UpdateRollbackFailed"}:
            step.left = record.config.name if record.transition is None else None
        self._judge_write(step, call)

    def received(self, call: Call) -> None:
        step = self.step
        if step is None:
            return
        step.calls.append(call)
        self.observe()
        if call.operation == "AddTags" and call.status == 200:
            name = call.request["ResourceArn"].rpartition("/")[2]
            if any(tag["Key"] == WITHDRAWN for tag in call.request["Tags"]):
                self.given_up[name] = self._now()
        if call.operation == "DeleteEndpointConfig" and call.status == 200:  # one of that name to come is another generation
            self._forget(call.request["EndpointConfigName"])
        if call.operation.startswith("Delete") and call.status >= 400 and "Could not find" not in call.answer:
            assert step.meddled, f"a refused deletion: {call}"
        if step.twist and step.now:
            step.now = False
            if step.twist.what == "after":
                raise Cancelled(2)

    def _forget(self, config_name: str) -> None:
        for memory in (self.served, self.confirmed, self.given_up):
            memory.pop(config_name, None)

    def _judge_write(self, step: Step, call: Call) -> None:
        """Nothing without our tags is changed, nothing that serves is deleted but by a stop."""
        found = call.about
        if found is None or step.meddled:
            return
        about, kind = found
        try:
            tags = self.hosting.tags(about) or {}
        except Exception:  # noqa: BLE001  moto's refusal: it is gone, and the call is refused too
            return
        assert tags.get(MANAGED_BY) == TOOL, f"{call.operation} of what is not ours: {about}"
        name = about.rpartition("/")[2]
        if call.operation == "DeleteEndpoint":
            record = self.record
            assert record is not None
            assert step.name == "stop" or record.status not in SERVING, f"deleted while it was {record.status}"
        if call.operation.startswith("Delete") and kind != "Endpoint":
            assert name not in self.mixed, f"{call.operation} of {name}, which serves after a rollback that failed"
            assert name not in self._in_use(), f"{call.operation} of {name}, which an endpoint uses"

    def _meddle(self, step: Step, twist: Twist) -> None:
        step.meddled = True
        self.step = None
        try:
            self.meanwhile.append(f"    meanwhile somebody: {twist.what} {twist.version}")
            self._by_hand(twist.what, twist.version)
        finally:
            self.step = step

    def _by_hand(self, what: str, version: str) -> None:
        """What somebody does in the console, or another run that ends at once; refusals of AWS's are theirs."""
        name, client = self.server.name, self.admin
        try:
            if what == "update":
                self.run += 1
                content = self.server.content(version)
                self._make(content.config_name, content, self.server.by(self.run).tags(content.content_hash))
                client.update_endpoint(EndpointName=name, EndpointConfigName=content.config_name)
            elif what == "byhand":
                self._make(f"{name}-byhand", self.server.content(version), {})
                client.update_endpoint(EndpointName=name, EndpointConfigName=f"{name}-byhand")
            elif what == "scale":
                wish = {"VariantName": "AllTraffic", "DesiredInstanceCount": 1 + self.moment % 3}
                client.update_endpoint_weights_and_capacities(EndpointName=name, DesiredWeightsAndCapacities=[wish])
            elif what == "delete":
                client.delete_endpoint(EndpointName=name)
            elif what == "delete config" and (live := self._serving()):
                client.delete_endpoint_config(EndpointConfigName=live)
                self._forget(live)
            elif what == "untag":
                client.delete_tags(ResourceArn=arn("endpoint", name), TagKeys=[MANAGED_BY])
            elif what == "another endpoint":
                client.create_endpoint(EndpointName=f"by-hand-{version}", EndpointConfigName=self.names[version])
            elif what == "tag":
                client.add_tags(ResourceArn=arn("endpoint", name), Tags=[{"Key": MANAGED_BY, "Value": TOOL}])
        except ClientError as error:
            self.meanwhile.append(f"    refused: {error}")
        self.observe()

    # A command and how it ends

    @contextmanager
    def _command(self, name: str, twist: Twist | None, fate: OutcomeKind = "success") -> Iterator[Step]:
        self.run += 1
        self.clock.sleep(1.0)
        self.observe()
        self.server.reporter = MemoryReporter()
        if fate != "success":
            self.hosting.expect(Outcome(outcome=fate, name=self.server.name))
        step = self.step = Step(name=name, twist=twist)
        try:
            yield step
        finally:
            self.step = None
            self._no_fate()
            self.observe()

    def _do(self, step: Step, command: Callable[[], object]) -> tuple[str, ActionError | None]:
        """'done', 'failed' with the error, or 'cancelled'."""
        began = self._serving()
        try:
            command()
        except ActionError as error:
            outcome, failed = "failed", error
        except AWS_ERRORS as error:  # as main.py does
            outcome, failed = "failed", ActionError(explain(error))
        except Cancelled:
            outcome, failed = "cancelled", None
        else:
            outcome, failed = "done", None
        self.observe()
        codes = [] if failed is None else [each.code.removeprefix("ACES-") for each in failed.problems]
        record = self.record
        self._tell()
        note(f"    {outcome} {failed or ''} -> {self._state()}")
        if self.objections:
            raise self.objections[0]
        assert set(codes) <= set(CATALOGUE)
        if failed:
            assert "X001" not in codes
        if step.sent(*_WRITES_TO_ENDPOINT) and record and record.transition and not step.meddled:
            assert self.server.reporter.is_at_work, "SageMaker is at work, and nobody is told"
        if outcome != "cancelled" and not (record and record.transition):
            assert not self.server.reporter.is_at_work or codes[:1] == ["E003"], "SageMaker is not at work, but that is said"
        if failed and began and not step.meddled and step.name != "stop" and self._serving() is None:
            assert record is not None
            assert record.status in str(failed), "nothing serves any more, and the error does not say so"
        if failed and self.untagged and not step.meddled:
            assert codes == ["E004"]
            assert not step.sent(*_WRITES_TO_ENDPOINT, "AddTags")
        return outcome, failed

    def _tell(self) -> None:
        for line in self.meanwhile:
            note(line)
        self.meanwhile.clear()

    def _state(self) -> str:
        record = self.record
        if record is None:
            return "nothing"
        moving = record.transition and record.transition.config
        to = f" -> {self._short(moving.name)}" if moving else ""
        return f"{self._short(record.config.name)} {record.status}{to}"

    def _short(self, name: str) -> str:
        return self.versions.get(name, name)

    def _context(self, *, limit: float = 7200.0, may_wait: bool = True) -> EndpointContext:
        policy = endpoint.WaitPolicy(limit=limit, now=self.clock.now, sleep=self.clock.sleep)
        return self.server.context(run=self.run, may_wait=may_wait, wait_policy=policy, now=self.clock.today)

    def _apply(self, version: str, *, limit: float, may_wait: bool) -> endpoint.ServingEndpoint:
        return self.server.deploy(version, context=self._context(limit=limit, may_wait=may_wait))

    # Commands

    @rule(
        version=versions,
        fate=fates,
        twist=twists,
        limit=limits,
        may_wait=waits,
        keep=st.none() | st.integers(0, 2),
        failing_test=st.sampled_from((False, False, False, True)),
    )
    def deploy(
        self,
        version: str,
        fate: OutcomeKind,
        twist: Twist | None,
        limit: float,
        may_wait: bool,
        keep: int | None,
        failing_test: bool,
    ) -> None:
        """As the command does: the roll-out, the smoke test, and a clean-up after success alone."""
        wanted = self.names[version]
        with self._command("deploy", twist, fate) as step:
            served, under_way = self._serving(), self._moving()
            outcome, failed = self._do(step, lambda: self._apply(version, limit=limit, may_wait=may_wait))
            if outcome == "done":
                if not step.meddled:
                    assert self._settled(wanted), f"success, but it is {self._state()}"
                self._confirm(wanted)
            elif outcome == "failed" and not step.meddled:
                codes = {each.code.removeprefix("ACES-") for each in failed.problems} if failed else set()
                assert not self._settled(wanted) or codes & _NOTHING_DONE, "failure, but it serves what it should"
                if self._serving():
                    assert self._serving() in {served, wanted, under_way} or codes & _NOTHING_DONE or served is None or self.mixed
            if outcome != "done":
                return
            if failing_test and served != wanted:
                self._give_up(step, wanted)
            elif keep is not None:
                self._clean_up(step, keep)

    def _give_up(self, step: Step, wanted: str) -> None:
        """The smoke test failed: the generation before comes back."""
        best, unsure = self._good(without={wanted})
        answers: list[str] = []

        def back() -> str:
            answers.append(rollback(self._context()).config_name)
            return answers[0]

        def give() -> None:
            version = FailedVersion(
                endpoint_name=self.server.name,
                config_name=wanted,
                config_arn=arn("endpoint-config", wanted),
                untried=True,
            )
            raise ActionError(give_up(self.server.client, version, rollback=back, now=self.clock.today()))

        outcome, failed = self._do(step, give)
        if outcome == "cancelled" or step.meddled:
            self.begun_back |= unsure | ({best} if best else set())
            return
        assert failed is not None
        if answers:
            assert answers[0] in unsure | {best}
            assert self._settled(answers[0])
            self.given_up[wanted] = self._now()
            self._confirm(answers[0])
        elif best is None:
            assert self._settled(wanted)
            self.given_up[wanted] = self._now()
        else:
            self.begun_back |= unsure | {best}

    def _clean_up(self, step: Step, keep: int) -> None:
        configs = {
            each["EndpointConfigName"]
            for each in self.hosting.list_endpoint_configs({"MaxResults": 100}, REGION)["EndpointConfigs"]
        }
        live = self._serving()

        def stand(moments: dict[str, int]) -> dict[str, int]:
            return {
                name: at for name, at in moments.items() if at > self.given_up.get(name, 0) and name != live and name in configs
            }

        sure = stand(self.confirmed)
        last = stand(self.served) | sure  # of a run that was cut off it is not said whether it could note what serves
        last |= {name: at for name, at in stand(self.served).items() if at > last[name]}
        kept = {*sorted(last, key=last.__getitem__, reverse=True)[:keep]} & sure.keys()
        before = len(step.calls)
        outcome, _ = self._do(
            step,
            lambda: prune(self._context(), endpoints=[self.server.name], keep=keep),
        )
        assert outcome != "failed", "a clean-up fails nothing"
        gone = {call.request["EndpointConfigName"] for call in step.calls[before:] if call.operation == "DeleteEndpointConfig"}
        if not step.meddled:
            assert not gone & {live, *kept}, f"deleted {gone}, live {live}, to be kept {kept}"

    @rule(fate=fates, twist=twists, limit=limits, may_wait=waits)
    def rollback(self, fate: OutcomeKind, twist: Twist | None, limit: float, may_wait: bool) -> None:
        with self._command("rollback", twist, fate) as step:
            allowed, must = self._targets()
            gave_up = dict(self.given_up)
            result: list[endpoint.ServingEndpoint] = []

            def back() -> None:
                context = self._context(limit=limit, may_wait=may_wait)
                result.append(restore(context, plan_rollback(context)))

            outcome, failed = self._do(step, back)
            left = {name for name, at in self.given_up.items() if gave_up.get(name) != at}
            if outcome != "done" and (left or step.sent("AddTags")):  # a rollback after this one goes on with it
                self.begun_back |= allowed | {moving for moving in (self._moving(),) if moving}
            if step.meddled:
                if result:
                    self._confirm(result[0].config_name)
                return
            if outcome == "done":
                goal = result[0].config_name
                assert self._settled(goal), f"success with {goal}, but it is {self._state()}"
                assert goal in allowed, f"{self._short(goal)} instead of {sorted(map(self._short, allowed))}"
                self._confirm(goal)
            if failed and any(each.code == "ACES-E007" for each in failed.problems):
                assert not must, f"there is {sorted(map(self._short, must))} to go back to"

    def _targets(self) -> tuple[set[str], set[str]]:
        """What a rollback may lead to, and what there is for certain."""
        record = self.record
        if record is None or record.status == "Deleting":
            return set(self.begun_back), set()
        transition, live = record.transition, record.config.name
        moving = transition.config.name if transition and transition.config and transition.status_after else None
        if "rollback " in record.config.tags.get(ROLLOUT_RUN, ""):  # it is done, but not noted: that is done first
            return {live, *self.begun_back, *self._good(without={live})[1]}, set()
        if moving and transition and moving != live:
            if not transition.succeeds and transition.status_after == "InService":
                return {live, *self.begun_back}, set()
            leaving = {moving}
        else:
            leaving = {live}
        if record.status == "UpdateRollbackFailed":
            leaving = self.mixed - {live}
        best, unsure = self._good(without=leaving)
        must = {best} if best else set()
        if record.status in {"Failed", "OutOfService"} or (transition and transition.status_after == "Failed"):
            other, more = self._good(without={live})
            return {*must, *unsure, *more, *({other} if other else set()), *self.begun_back}, set()
        return {*must, *unsure, *self.begun_back}, must

    @rule(twist=twists, limit=limits, may_wait=waits)
    def stop(self, twist: Twist | None, limit: float, may_wait: bool) -> None:
        with self._command("stop", twist) as step:

            def away() -> None:
                context = self._context(limit=limit, may_wait=may_wait)
                stop(context, plan_stop(context))

            outcome, _ = self._do(step, away)
            if outcome == "done" and not step.meddled:
                assert self.record is None
            if step.left in self.versions and step.left and not step.meddled and step.sent("DeleteEndpoint"):
                self._confirm(step.left)

    @rule(fate=fates, twist=twists, limit=limits, may_wait=waits)
    def start(self, fate: OutcomeKind, twist: Twist | None, limit: float, may_wait: bool) -> None:
        with self._command("start", twist, fate) as step:
            record = self.record
            gone = record is None or record.status in {"Deleting", "Failed", "OutOfService"}
            best, unsure = self._good()
            result: list[endpoint.ServingEndpoint] = []

            def back() -> None:
                context = self._context(limit=limit, may_wait=may_wait)
                result.append(restore(context, plan_start(context)))

            outcome, failed = self._do(step, back)
            if outcome == "done":
                goal = result[0].config_name
                if not step.meddled:
                    assert self._settled(goal), f"success with {goal}, but it is {self._state()}"
                    assert not gone or goal in {best, *unsure}, f"{self._short(goal)} instead of {self._short(best or '')}"
                if goal in self.versions:
                    self._confirm(goal)
            if failed and not step.meddled and any(each.code == "ACES-E008" for each in failed.problems):
                assert best is None, f"there is {best} to start"

    # What people do by hand, and time

    @rule(what=st.sampled_from((*_BY_HAND, *_HELD)), version=versions)
    def somebody(self, what: str, version: str) -> None:
        """Does something in the console, or SageMaker does something by itself."""
        self.clock.sleep(1.0)
        if what not in _HELD:
            self._by_hand(what, version)
        elif self.record and self.record.status != "Deleting":
            for_good = what in {"OutOfService", "Failed", "UpdateRollbackFailed"}
            self.hosting.hold_status(self.server.name, _HELD[what], None if for_good else 2.0)
            self.observe()
        self._tell()
        note(f"    -> {self._state()}")

    @rule(seconds=st.sampled_from((1.0, 60.0, 2 * _DAY)))
    def time_passes(self, seconds: float) -> None:
        self.clock.sleep(seconds)
        self.observe()

    @invariant()
    def what_is_somebody_elses_is_as_it_was(self) -> None:
        if hasattr(self, "server"):
            assert self._described(self.foreign) == self.foreign_before


def play(shared: Ground, wish: settings, number: int | None = None) -> None:
    """As many histories as `wish` says. `number` is the seed."""
    factory: Any = partial(Machine, shared)
    if number is not None:
        factory._hypothesis_internal_use_seed = number
    run_state_machine_as_test(factory, settings=wish)


def main(seconds: float, number: int) -> int:
    until, histories = time.monotonic() + seconds, 0
    with tempfile.TemporaryDirectory() as folder:
        archive = Path(folder) / "deploy.tar.gz"
        make_weights(archive, megabytes=1)
        with Sandbox() as sandbox, ground(sandbox, archive) as shared:
            os.environ["AWS_ENDPOINT_URL"] = sandbox.aws_url  # the SDK makes its own clients of the session
            while time.monotonic() < until:
                # no shrinking: it takes minutes, and a history reads well as it is
                wish = settings(
                    phases=[Phase.generate],
                    report_multiple_bugs=False,
                    max_examples=50,
                    stateful_step_count=25,
                    deadline=None,
                    print_blob=True,
                    database=None,
                    suppress_health_check=list(HealthCheck),
                )
                play(shared, wish, number)
                histories, number = histories + 25, number + 1
    sys.stdout.write(f"{histories} histories, the last seed was {number - 1}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]) if len(sys.argv) > 1 else 60.0, int(sys.argv[2]) if len(sys.argv) > 2 else 1))
