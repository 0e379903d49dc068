"""The scalable targets that the local Application Auto Scaling knows, and what becomes of them with their endpoints."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from moto.cloudwatch.models import cloudwatch_backends

from sandbox.aws.hosting.records import JSON, EndpointConfig
from sandbox.aws.hosting.store import Hosting
from sandbox.aws.wire import invalid


@dataclass(slots=True, kw_only=True)
class Target:
    """A scalable target with what hangs on it, in DescribeScalingPolicies' and DescribeScheduledActions' words.
    `endpoint_created` tells the endpoint from a later one of its name."""

    arn: str
    endpoint_arn: str
    endpoint_created: datetime
    variant: str
    min_capacity: int
    max_capacity: int
    suspended: dict[str, bool]
    tags: dict[str, str]
    created: datetime
    policies: dict[str, JSON] = field(default_factory=dict)
    actions: dict[str, JSON] = field(default_factory=dict)

    @property
    def resource_id(self) -> str:
        return f"endpoint/{self.endpoint_arn.rpartition('/')[2]}/variant/{self.variant}"


class Targets:
    """All scalable targets by region and resource id. The caller holds the lock of the state."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self._targets: dict[tuple[str, str], Target] = {}
        self.linked_role = False  # the service-linked role, which the first target in the account makes

    def find(self, hosting: Hosting, region: str, resource_id: str) -> Target | None:
        """The target; None also for one whose endpoint is gone."""
        self._forget_the_gone(hosting)
        return self._targets.get((region, resource_id))

    def by_arn(self, hosting: Hosting, arn: str) -> Target | None:
        self._forget_the_gone(hosting)
        return next((each for each in self._targets.values() if each.arn == arn), None)

    def of_endpoint(self, hosting: Hosting, endpoint_arn: str) -> list[Target]:
        self._forget_the_gone(hosting)
        return [each for each in self._targets.values() if each.endpoint_arn == endpoint_arn]

    def all(self, hosting: Hosting, region: str) -> list[Target]:
        self._forget_the_gone(hosting)
        return [target for (place, _), target in self._targets.items() if place == region]

    def add(self, region: str, target: Target) -> None:
        self._targets[region, target.resource_id] = target
        self.linked_role = True

    def remove(self, region: str, target: Target) -> None:
        del self._targets[region, target.resource_id]
        for policy in target.policies.values():
            forget_policy(region, policy)

    def check_update(self, hosting: Hosting, endpoint_arn: str, config_arn: str) -> None:
        """Raise AWS's refusal of an update that takes a scaled variant away or gives it another instance type."""
        new, old = hosting.config(config_arn), hosting.endpoint(endpoint_arn)
        if new is None or old is None:
            return
        before, after = instances(old.config), instances(new)
        names = [each.variant for each in self.of_endpoint(hosting, endpoint_arn)]
        if changed := [name for name in names if before.get(name) != after.get(name)]:
            raise invalid(
                f'The variant(s) "{", ".join(changed)}" must be deregistered as scalable targets with AWS Auto Scaling before '
                "they can be removed or have their instance type updated."
            )

    def _forget_the_gone(self, hosting: Hosting) -> None:
        for (region, _), target in list(self._targets.items()):
            endpoint = hosting.endpoint(target.endpoint_arn)
            if endpoint is None or endpoint.created != target.endpoint_created:
                self.remove(region, target)


def instances(config: EndpointConfig) -> dict[str, tuple[Any, ...]]:
    return {each["VariantName"]: (each.get("InstanceType"), each.get("InstancePools")) for each in config.variants}


def forget_policy(region: str, policy: JSON, *, but_actions: bool = False) -> None:
    """What goes with a policy: the alarms of target tracking, and a step policy's place among the actions of its alarms."""
    account = policy["PolicyARN"].split(":")[4]
    cloudwatch = cloudwatch_backends[account][region]
    cloudwatch.delete_alarms(policy["Tracking"])
    for alarm in () if but_actions else cloudwatch.alarms.values():
        alarm.alarm_actions = [each for each in alarm.alarm_actions if each != policy["PolicyARN"]]
