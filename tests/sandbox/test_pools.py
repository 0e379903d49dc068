"""Instance pools of the sandbox's SageMaker: what it refuses, and which type it takes where capacity is short."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from sandbox.aws.hosting.pools import check, is_short, summary
from sandbox.aws.hosting.records import EndpointConfig
from sandbox.aws.wire import Refusal

SINGLE = {"VariantName": "v", "InitialInstanceCount": 2, "InstanceType": "ml.g4dn.xlarge"}
POOLS: dict[str, Any] = {
    "VariantName": "v",
    "InitialInstanceCount": 2,
    "InstancePools": [{"InstanceType": "ml.g5.xlarge", "Priority": 2}, {"InstanceType": "ml.g4dn.xlarge", "Priority": 1}],
}


def config(*variants: dict[str, Any]) -> EndpointConfig:
    request = {"ProductionVariants": list(variants)}
    return EndpointConfig(name="c", arn="arn", request=request, created=datetime.now(UTC), tags={})


@pytest.mark.parametrize("variant", [SINGLE, POOLS, {"VariantName": "v", "ServerlessConfig": {}}])
def test_one_way_to_tell_the_instance_types_is_taken(variant: dict[str, Any]) -> None:
    check(variant)


@pytest.mark.parametrize(
    ("variant", "words"),
    [
        ({**SINGLE, **POOLS}, "either InstanceType or InstancePools, not both"),
        ({"VariantName": "v", "InitialInstanceCount": 2}, "needs InitialInstanceCount, and InstanceType or InstancePools"),
        ({"VariantName": "v", "InstancePools": POOLS["InstancePools"]}, "needs InitialInstanceCount"),
        ({**POOLS, "InstancePools": [POOLS["InstancePools"][0]] * 2}, "their own InstanceType"),
        (
            {**POOLS, "InstancePools": [{"InstanceType": kind, "Priority": 1} for kind in ("ml.g5.xlarge", "ml.g6.xlarge")]},
            "their own Priority",
        ),
    ],
)
def test_anything_else_is_refused(variant: dict[str, Any], words: str) -> None:
    with pytest.raises(Refusal, match=words):
        check(variant)


def test_the_first_type_by_priority_that_is_not_short_is_taken() -> None:
    def taken(*short: str) -> dict[str, int]:
        return {pool["InstanceType"]: pool["CurrentInstanceCount"] for pool in summary(POOLS, 2, short) or ()}

    assert taken() == {"ml.g4dn.xlarge": 2, "ml.g5.xlarge": 0}
    assert taken("ml.g4dn.xlarge") == {"ml.g4dn.xlarge": 0, "ml.g5.xlarge": 2}
    assert summary(SINGLE, 2, ()) is None


def test_capacity_is_short_where_no_type_is_left() -> None:
    assert not is_short(config(SINGLE, POOLS), {"ml.g5.xlarge"})
    assert is_short(config(POOLS, SINGLE), {"ml.g4dn.xlarge"})
    assert is_short(config(POOLS), {"ml.g4dn.xlarge", "ml.g5.xlarge"})
    assert not is_short(config({"VariantName": "v", "ServerlessConfig": {}}), {"ml.g5.xlarge"})
