"""An endpoint on another type where AWS has no free instance of the first choice, through the entrypoint."""

from __future__ import annotations

import json

from tests.conftest import Caller
from tests.end_to_end.test_failures import failed

FIRST, SECOND, THIRD = "ml.t2.xlarge", "ml.m4.xlarge", "ml.m5.xlarge"


def test_an_endpoint_falls_back_to_another_type_and_says_which(caller: Caller) -> None:
    first = caller.run()
    with caller.infra_file.open("a", encoding="utf-8") as infra:
        infra.write(f"sagemaker:\n  instance_pools: [{SECOND}, {THIRD}]\n  provision_timeout: 900\n")
    caller.control("POST", "capacity", {"short": [FIRST]})
    caller.control("POST", "quotas", {"name": f"{THIRD} for endpoint usage", "value": 0})

    ended = caller.run()
    assert (ended.status, ended.outputs["result"], ended.codes) == (0, "deployed", []), ended.log
    changes = {change["resource"]: change for change in json.loads(ended.outputs["changes"])}
    assert (changes["endpoint"]["verb"], changes["endpoint"]["reasons"]) == (
        "update",
        [
            f"InstanceType: {FIRST} -> {FIRST}, else {SECOND}, else {THIRD}",
            "VariantInstanceProvisionTimeoutInSeconds: (not set) -> 900",
        ],
    )
    assert f"real-time endpoint on 1 × {FIRST}, else {SECOND}, else {THIRD}" in ended.log
    assert "ACES-P031" in ended.log, "the quota of the last one is a warning"
    assert f"{caller.server} runs on 1 × {SECOND}" in ended.log
    config = caller.client("sagemaker").describe_endpoint_config(EndpointConfigName=ended.outputs["endpoint-config-name"])
    (variant,) = config["ProductionVariants"]
    assert "InstanceType" not in variant
    assert variant["InstancePools"] == [
        {"InstanceType": kind, "Priority": priority} for priority, kind in enumerate((FIRST, SECOND, THIRD), start=1)
    ]
    assert config["EndpointConfigName"] != first.outputs["endpoint-config-name"]

    again = caller.run()
    assert (again.status, again.outputs["result"]) == (0, "unchanged"), again.log


def test_where_no_type_is_free_the_deploy_fails_with_sagemakers_reason(caller: Caller) -> None:
    with caller.infra_file.open("a", encoding="utf-8") as infra:
        infra.write(f"sagemaker: {{instance_pools: [{SECOND}]}}\n")
    caller.control("POST", "capacity", {"short": [FIRST, SECOND]})
    ended = caller.run()
    failed(ended, 1, "ACES-E013")
    assert "InsufficientInstanceCapacity" in ended.log
