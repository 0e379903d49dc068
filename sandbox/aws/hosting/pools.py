"""Instance pools: a variant that may run on several instance types, in order of priority, and capacity that may be short.

SageMaker Developer Guide, 'Deploy to multiple instance types with instance pools': InstancePools stand in the place of
InstanceType; where there is no capacity of one type, the next is tried.
"""

from __future__ import annotations

from collections.abc import Collection

from sandbox.aws.hosting.records import JSON, EndpointConfig
from sandbox.aws.wire import invalid

SHORTAGE = (
    "Unable to provision requested ML compute capacity due to InsufficientInstanceCapacity error. "
    "Please retry using a different ML instance type or after some time."
)


def check(variant: JSON) -> None:
    """Raise AWS's refusal of a variant whose instance types are not told, told twice or told in two ways."""
    name, members = variant["VariantName"], variant.keys()
    if "ServerlessConfig" in members:
        return
    if {"InstanceType", "InstancePools"} <= members:
        raise invalid(f"Production variant {name} must have either InstanceType or InstancePools, not both.")
    if "InitialInstanceCount" not in members or not {"InstanceType", "InstancePools"} & members:
        raise invalid(f"Production variant {name} needs InitialInstanceCount, and InstanceType or InstancePools.")
    for member in ("InstanceType", "Priority"):
        values = [pool[member] for pool in variant.get("InstancePools", ())]
        if len(set(values)) < len(values):
            raise invalid(f"InstancePools of production variant {name} must each have their own {member}.")


def types(variant: JSON) -> list[str]:
    """The instance types that a variant may run on, the first choice first; none for a serverless one."""
    pools = sorted(variant.get("InstancePools", ()), key=lambda pool: int(pool["Priority"]))
    return [pool["InstanceType"] for pool in pools] or ([variant["InstanceType"]] if "InstanceType" in variant else [])


def is_short(config: EndpointConfig, short: Collection[str]) -> bool:
    """Whether there is a variant for which no type is left."""
    return any(names and set(names) <= set(short) for names in map(types, config.variants))


def summary(variant: JSON, count: int | None, short: Collection[str]) -> list[JSON] | None:
    """DescribeEndpoint's InstancePools: all instances are of the first type that is not short. None without pools."""
    if "InstancePools" not in variant:
        return None
    names = types(variant)
    taken = next((name for name in names if name not in short), names[0])
    return [{"InstanceType": name, "CurrentInstanceCount": (count or 0) if name == taken else 0} for name in names]
