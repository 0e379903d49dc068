"""AWS's rules for the way of a roll-out (DeploymentConfig) that botocore's model does not have: who breaks them is refused."""

from __future__ import annotations

from collections.abc import Iterator

from sandbox.aws.hosting.records import JSON, EndpointConfig
from sandbox.aws.wire import invalid

# API reference: TrafficRoutingConfig, RollingUpdatePolicy; shares of the fleet in per cent
_SHARES = {"CanarySize": (1, 50), "LinearStepSize": (10, 50), "MaximumBatchSize": (5, 50), "RollbackMaximumBatchSize": (5, 100)}
_STEPS = {"CANARY": "CanarySize", "LINEAR": "LinearStepSize"}


def check(deployment: JSON, old: EndpointConfig, new: EndpointConfig) -> None:
    """Raise AWS's refusal of the first rule that the roll-out from one config to the other breaks."""
    if {"BlueGreenUpdatePolicy", "RollingUpdatePolicy"} <= deployment.keys():
        raise invalid("Only one of BlueGreenUpdatePolicy and RollingUpdatePolicy may be specified.")
    if {variant["VariantName"] for variant in old.variants} != {variant["VariantName"] for variant in new.variants}:
        raise invalid("A deployment configuration needs the same variant names in the old and the new endpoint configuration.")
    policy: JSON = deployment.get("RollingUpdatePolicy") or deployment.get("BlueGreenUpdatePolicy") or {}
    traffic: JSON = policy.get("TrafficRoutingConfiguration", {})
    step = _STEPS.get(traffic.get("Type", ""))
    for member in _STEPS.values():
        if (member in traffic) != (member == step):
            raise invalid(f"{member} {'must not' if member in traffic else 'must'} be specified for {traffic['Type']}.")
    fleet = sum(variant.get("InitialInstanceCount", 1) for variant in new.variants)
    for member, share in _sizes({**policy, **traffic}, fleet):
        low, high = _SHARES[member]
        if not low <= share <= high:
            raise invalid(
                f"{member} must be {low} to {high} percent of the variant's instances, but is {share:g} percent of them."
            )
    waits = traffic.get("WaitIntervalInSeconds", 0) + policy.get("TerminationWaitInSeconds", 0)
    limit = policy.get("MaximumExecutionTimeoutInSeconds")
    if limit is not None and limit <= waits:
        raise invalid(f"MaximumExecutionTimeoutInSeconds ({limit}) must be greater than the waits in all ({waits}).")


def _sizes(members: JSON, fleet: int) -> Iterator[tuple[str, float]]:
    for member in _SHARES:
        if size := members.get(member):
            yield member, size["Value"] if size["Type"] == "CAPACITY_PERCENT" else 100 * size["Value"] / fleet
