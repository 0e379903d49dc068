"""How a wait has gone, and what that means: success is InService on our config with every variant settled. A rollback in any
disguise is a failure. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace

from aces_action.language import EMPTY, Text, joined
from aces_action.problems.endpoint import rollout as problems
from aces_action.problems.endpoint.state import recreated, replaced_by_another
from aces_action.problems.problem import Problem
from aces_action.resources.endpoint.state import TRANSIENT, CurrentEndpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A look at the endpoint that was unlike the one before. `seconds` since the wait began; `endpoint` None: it was gone."""

    seconds: float
    endpoint: CurrentEndpoint | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """What was seen during a wait of so many `seconds`, oldest first.

    `origin` is the endpoint config that served before. `overdue`: `limit` seconds were over before the end came. `silence` is
    why AWS did not answer at that moment; empty when it did.
    """

    events: tuple[Event, ...] = ()
    seconds: float = 0.0
    origin: str = ""
    limit: float = 0.0
    overdue: bool = False
    silence: Text = EMPTY

    @property
    def endpoint(self) -> CurrentEndpoint | None:
        """As it was last seen. None: it was gone, or never seen."""
        return self.events[-1].endpoint if self.events else None

    @property
    def looks(self) -> tuple[CurrentEndpoint, ...]:
        return tuple(event.endpoint for event in self.events if event.endpoint is not None)

    @property
    def reason(self) -> str:
        """The last FailureReason that came up on the way. One that was there at the start is an earlier failure's."""
        earlier = self.looks[0].failure_reason if self.looks else ""
        return next((each.failure_reason for each in reversed(self.looks) if each.failure_reason not in {"", earlier}), "")

    @property
    def messages(self) -> tuple[str, ...]:
        """What SageMaker said about the variants' instances, each once, as `AllTraffic: Creating: …`. Text from outside."""
        return tuple(
            dict.fromkeys(
                f"{variant.name}: {stage.status}: {stage.message}"
                for each in self.looks
                for variant in (*each.pending, *each.variants)
                for stage in variant.stages
                if stage.message
            )
        )

    @property
    def recreated(self) -> bool:
        """Whether the endpoint is another one than at the start, of the same name."""
        return len({each.created for each in self.looks if each.created is not None}) > 1

    def taken_over(self, config_name: str) -> bool:
        """Whether somebody else's roll-out has taken the place of that to `config_name`."""
        current = self.endpoint
        return current is not None and (self.recreated or bool(_others(current, {config_name, self.origin})))


def under_way(current: CurrentEndpoint | None) -> bool:
    """Also InService with a variant that has not its desired instances yet: SageMaker says so before the fleet is complete."""
    if current is None:
        return False
    return current.status in TRANSIENT or (current.status == "InService" and not current.settled)


def verdict(
    current: CurrentEndpoint | None, *, name: str, config_name: str, observation: Observation | None = None
) -> Problem | None:
    """What is wrong with the outcome of a roll-out to `config_name`; None when the endpoint serves it, wholly.

    A failed update ends InService on the OLD config, sometimes without a FailureReason: the name of the config tells.
    `observation` is what was seen on the way, where somebody watched.
    """
    seen = observation or Observation()
    if seen.overdue and seen.silence:
        return too_long(name, seen)
    if current is None:
        return problems.gone(name)
    others = _others(current, {config_name, seen.origin or current.config_name})
    if seen.recreated or others:
        other = next(iter(_others(current, {config_name, seen.origin})), current.config_name)
        by_whom = recreated if seen.recreated else replaced_by_another
        return by_whom(name, config_name, current.status, other)
    serving = current.config_name
    if current.status == "InService" and serving == config_name:
        return None if current.settled else too_long(name, replace(seen, events=(Event(seconds=0.0, endpoint=current),)))
    reason = current.failure_reason or seen.reason
    if current.status == "InService":
        return problems.rolled_back(name, config_name, serving, reason, _remedy(reason))
    if current.status in TRANSIENT:
        return too_long(name, seen)
    if current.status == "UpdateRollbackFailed":
        return problems.mixed(name, reason, _remedy(reason))
    return problems.failed(name, current.status, reason, _remedy(reason))


def too_long(name: str, observation: Observation) -> Problem:
    """That the limit is over (E003), with what was missing at that moment."""
    current, waited = observation.endpoint, observation.limit
    status = current.status if current else ""
    if observation.silence:
        return problems.unknown_state(name, observation.silence, status, waited)
    if current is not None and status == "InService":
        return problems.not_complete(name, current.config_name, waited, _missing(current))
    return problems.still_under_way(name, status, waited)


def _others(current: CurrentEndpoint, known: set[str]) -> set[str]:
    """The configs that it serves or moves to, besides ours and the one before. SageMaker's own rollback leads to that one."""
    return {current.config_name, current.target_config or ""} - known - {""}


def _missing(current: CurrentEndpoint) -> Text:
    """What each unsettled variant has of what it should have."""
    parts = []
    for each in current.variants:
        if each.current_instances != each.desired_instances:
            parts.append(problems.missing_instances(each.name, each.current_instances, each.desired_instances))
        if each.current_weight != each.desired_weight:
            parts.append(problems.missing_weight(each.name, each.current_weight, each.desired_weight))
    return joined("; ", parts) or problems.NO_VARIANTS


def _remedy(reason: str) -> Text:
    from aces_action.resources.endpoint.diagnosis.causes import remedy  # with its patterns: what goes well needs none of them

    return remedy(reason)
