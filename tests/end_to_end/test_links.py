"""The outputs that are URLs, run by run: they lead to what there is, and to nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from aces_action.packaged_files import resource
from aces_action.project.platform_contract import PACKAGED
from tests.conftest import Caller, Ended

LINKS = ("endpoint-url", "console-url", "logs-url", "platform-url")
DEMO_SITE = "https://dev-platform.acesinc.co.jp"
CONSOLE = "https://ap-northeast-1.console.aws.amazon.com"
REGION = "region=ap-northeast-1"
LOGS = f"{CONSOLE}/cloudwatch/home?{REGION}#logsV2:log-groups/log-group"


def links(ended: Ended) -> dict[str, str]:
    return {name: ended.outputs[name] for name in LINKS if ended.outputs.get(name)}


def of_endpoint(caller: Caller, name: str, *, is_async: bool = False) -> dict[str, str]:
    path = "async-invocations" if is_async else "invocations"
    return {
        "endpoint-url": f"{caller.sandbox.aws_url}/endpoints/{name}/{path}",
        "console-url": f"{CONSOLE}/sagemaker/home?{REGION}#/endpoints/{name}",
        "logs-url": f"{LOGS}/$252Faws$252Fsagemaker$252FEndpoints$252F{name}",
        "platform-url": DEMO_SITE,
    }


def of_jobs(outputs: Mapping[str, str], group: str, definition: str) -> dict[str, str]:
    arn = outputs["batch-job-definition-arn"]
    return {
        "console-url": f"{CONSOLE}/batch/home?{REGION}#job-definition/detail/{arn}",
        "logs-url": f"{LOGS}/{group}$3FlogStreamNameFilter$3D{definition}$252F",
        "platform-url": DEMO_SITE,
    }


def test_a_deployment_links_to_its_endpoint_until_it_is_stopped(caller: Caller) -> None:
    expected = of_endpoint(caller, caller.server)
    planned = caller.run(command="plan")
    assert (planned.outputs["result"], links(planned)) == ("planned", {})  # nothing is there yet
    assert links(caller.run()) == expected
    for command, result in (("deploy", "unchanged"), ("plan", "planned"), ("register", "unchanged"), ("status", "shown")):
        ended = caller.run(command=command)
        assert (ended.outputs["result"], links(ended)) == (result, expected), ended.log
    stopped = caller.run(command="stop")
    assert (stopped.outputs["result"], links(stopped)) == ("stopped", {})
    shown = caller.run(command="status")
    assert "endpoint-url" not in links(shown)
    assert links(shown)["console-url"].endswith(shown.outputs["batch-job-definition-arn"])  # the definitions stay
    started = caller.run(command="start")
    assert (started.outputs["result"], links(started)) == ("started", expected)
    assert links(caller.run(command="destroy", confirm="true")) == {}


def test_a_rollback_links_to_what_serves_again(caller: Caller) -> None:
    caller.run()
    caller.edit(caller.infra_file, "ml.t2.xlarge", "ml.g4dn.xlarge")
    caller.run()
    back = caller.run(command="rollback")
    assert (back.outputs["result"], links(back)) == ("rolled-back", of_endpoint(caller, caller.server)), back.log


def test_an_asynchronous_endpoint_has_the_url_of_its_own_api(make_caller: Callable[..., Caller]) -> None:
    caller = make_caller("document-summary")
    assert links(caller.run()) == of_endpoint(caller, f"{caller.server}-async", is_async=True)


def test_batch_alone_links_to_the_revision_that_serves_and_to_the_logs_of_its_jobs(caller: Caller) -> None:
    caller.edit(caller.infra_file, "SAGEMAKER_INSTANCE_TYPE:", "# SAGEMAKER_INSTANCE_TYPE:")
    first = caller.run()
    assert links(first) == of_jobs(first.outputs, "$252Faws$252Fbatch$252Fjob", caller.server)
    group = f"/aws/batch/{caller.project}-dev-jobs"
    caller.edit(caller.infra_file, "ASYNC_COMPONENT_SERVICE", f"batch: {{log_group: {group}}}\nASYNC_COMPONENT_SERVICE")
    second = caller.run()
    assert second.status == 0, second.log
    assert links(second) == of_jobs(second.outputs, group.replace("/", "$252F"), caller.server)
    shown = caller.run(command="status")
    assert links(shown) == links(second)
    back = caller.run(command="rollback")
    assert links(back)["console-url"].endswith(f"{caller.server}:3"), back.log


def test_what_is_not_listed_yet_does_not_link_to_the_platform(caller: Caller) -> None:
    caller.environment["PLATFORM_URL"] = "http://127.0.0.1:9"
    ended = caller.run(platform="deferred")
    assert (ended.outputs["registration"], links(ended).get("platform-url")) == ("deferred", None), ended.log
    assert links(ended)["console-url"] == of_endpoint(caller, caller.server)["console-url"]
    del caller.environment["PLATFORM_URL"]
    planned = caller.run(command="plan")
    assert ("endpoint-url" in links(planned), "platform-url" in links(planned)) == (True, False), planned.log


def test_a_roll_out_that_fails_links_to_the_logs_of_what_failed_or_to_what_serves_still(caller: Caller) -> None:
    expected = of_endpoint(caller, caller.server)
    del expected["platform-url"]
    caller.next_rollout(name=caller.server, outcome="fail")
    failed = caller.run()
    assert (failed.outputs["result"], links(failed)) == (
        "failed",
        {name: url for name, url in expected.items() if name != "endpoint-url"},
    ), failed.log
    caller.run()
    caller.edit(caller.infra_file, "ml.t2.xlarge", "ml.g4dn.xlarge")
    caller.next_rollout(name=caller.server, outcome="rollback")
    failed = caller.run()
    assert (failed.outputs["result"], links(failed)) == ("failed", expected), failed.log


def test_a_roll_out_that_is_refused_links_to_nothing(caller: Caller) -> None:
    refusal = {"status": 400, "code": "ValidationException", "message": "no", "times": None}
    caller.fault(service="sagemaker", operation="CreateEndpoint", kind="error", **refusal)
    failed = caller.run()
    assert (failed.outputs["result"], links(failed)) == ("failed", {}), failed.log


@pytest.mark.parametrize("site", ["", "https://plates.example.com/demo"])
def test_the_demo_site_is_that_of_the_contract(caller: Caller, site: str) -> None:
    packaged = resource(PACKAGED).read_text(encoding="utf-8")
    wanted = f"dev: {site}" if site else "staging: https://s.example.com"
    (caller.workspace / "platform.yml").write_text(packaged.replace(f"dev: {DEMO_SITE}", wanted), encoding="utf-8")
    ended = caller.run(platform_contract="platform.yml")
    assert (ended.status, links(ended).get("platform-url", "")) == (0, site), ended.log


def test_a_version_that_cannot_be_rolled_back_either_does_not_link_to_what_does_not_serve(caller: Caller) -> None:
    caller.run()
    caller.edit(caller.infra_file, "ml.t2.xlarge", "ml.g4dn.xlarge")
    caller.control("POST", "answers", {"status": 500, "body": "out of memory"})
    caller.next_rollout(name=caller.server, outcome="success")
    caller.next_rollout(name=caller.server, outcome="fail")
    failed = caller.run(smoke_test_path="server/smoke-test/plate.png")
    assert caller.client("sagemaker").describe_endpoint(EndpointName=caller.server)["EndpointStatus"] == "Failed"
    assert "endpoint-url" not in links(failed), failed.log
    assert links(failed)["logs-url"] == of_endpoint(caller, caller.server)["logs-url"]
