"""The last step of a deployment: old generations, as a user sees it."""

from __future__ import annotations

import json
from collections import Counter

from aces_action.aws.tags import SERVED, WITHDRAWN, as_list
from tests.conftest import Caller


def give_up(caller: Caller) -> str:
    """As after a rollback from it: the generation that serves is none to go back to. Gives its name."""
    sagemaker = caller.client("sagemaker")
    (config,) = sagemaker.list_endpoint_configs(NameContains=caller.server)["EndpointConfigs"]
    tags = as_list({SERVED: "2026-01-01T00:00:00Z", WITHDRAWN: "2026-01-02T00:00:00Z"})
    sagemaker.add_tags(ResourceArn=config["EndpointConfigArn"], Tags=tags)
    name: str = config["EndpointConfigName"]
    return name


def test_what_is_no_longer_needed_goes_after_an_update_and_a_run_without_changes_does_not_look(caller: Caller) -> None:
    assert caller.run().status == 0
    caller.control("DELETE", "calls")
    unchanged = caller.run()
    assert unchanged.outputs["result"] == "unchanged", unchanged.log
    calls = Counter(call["operation"] for call in caller.control("GET", "calls"))
    assert (calls["ListEndpointConfigs"], calls["ListModels"], "Clean-up" in unchanged.log) == (0, 0, False)
    assert (calls["ListEndpoints"], calls["ListServiceQuotas"]) == (1, 0)  # the look for an endpoint of before; no quotas
    old = give_up(caller)
    caller.edit(caller.infra_file, "ml.t2.xlarge", "ml.g4dn.xlarge")
    ended = caller.run()
    assert (ended.status, ended.outputs["result"]) == (0, "deployed"), ended.log
    deleted = [each for each in json.loads(ended.outputs["changes"]) if each["verb"] == "delete"]
    assert [(each["resource"], each["name"], each["reasons"]) for each in deleted] == [
        ("endpoint config", old, ["it was given up"]),
        ("model", old, ["its endpoint config is deleted, too"]),
    ]
    assert f"\n- <strong>deleted</strong> endpoint config: it was given up<br>`{old}`\n" in ended.summary
    sagemaker = caller.client("sagemaker")
    (left,) = sagemaker.list_models(NameContains=caller.server)["Models"]
    assert left["ModelName"] == ended.outputs["endpoint-config-name"] != old


def test_a_deployment_is_no_failure_because_the_tidying_up_is_one(caller: Caller) -> None:
    assert caller.run().status == 0
    give_up(caller)
    caller.edit(caller.infra_file, "ml.t2.xlarge", "ml.g4dn.xlarge")
    caller.fault(service="sagemaker", operation="ListModels", kind="error", status=400, code="ValidationException", times=None)
    ended = caller.run()
    assert (ended.status, ended.outputs["result"], ended.outputs["failure-code"]) == (0, "deployed", ""), ended.log
    assert ended.log.count("title=ACES-E030") == 1
