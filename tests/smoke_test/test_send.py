"""The requests on their way to the local AWS and back, for both kinds of endpoint."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import pytest
import requests

from aces_action.aws.clients import Clients
from aces_action.aws.tags import WITHDRAWN
from aces_action.language import Text
from aces_action.problems import ActionError, Problem
from aces_action.problems.catalogue import CATALOGUE
from aces_action.project.model import Request, Schema
from aces_action.resources.endpoint.rollout.wait_policy import WaitPolicy
from aces_action.smoke_test.model import Exchange
from aces_action.smoke_test.rollback_decision import FailedVersion, Rollback, give_up, is_to_blame
from aces_action.smoke_test.send import InvocationTarget, send
from sandbox.seed import admin_session, make_bucket, make_roles, push_image
from sandbox.server import Sandbox

PROJECT = "smoke"
BUCKET = f"{PROJECT}-dev"
SERVER = f"{PROJECT}-dev-algorithm-server"
FOLDER = f"async-inference/{SERVER}/smoke-test"


@dataclass(slots=True, kw_only=True)
class Asking:
    """The local AWS with one endpoint of each kind, a clock that only sleeping moves, and the lines that were told."""

    url: str
    clients: Clients
    folder: Path
    now: float = 0.0
    told: list[str] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def control(self, method: str, what: str, **wish: Any) -> Any:
        answer = requests.request(method, f"{self.url}/_sandbox/{what}", json=wish or None, timeout=10)
        assert answer.ok, answer.text
        return answer.json() if answer.content else None

    def calls(self, operation: str) -> int:
        return sum(call["operation"] == operation for call in self.control("GET", "calls"))

    def request(self, name: str = "plate.png", body: bytes = b"1", **expected: Any) -> Request:
        file = self.folder / name
        file.write_bytes(body)
        return Request(**{"name": f"smoke/{name}", "file": file, "size": len(body), "content_type": "image/png", **expected})

    def send(self, *asked: Request, kind: str = "realtime", limit: float = 600) -> list[Exchange]:
        target = InvocationTarget(endpoint_name=f"smoke-{kind}", is_async=kind == "async", bucket=BUCKET, folder=FOLDER)
        patience = WaitPolicy(limit=limit, now=lambda: self.now, sleep=self.sleep)
        return send(
            self.clients.sagemaker_runtime, self.clients.s3, asked, target, patience, lambda line: self.told.append(line.en)
        )


@pytest.fixture(scope="module")
def account(sandbox: Sandbox) -> boto3.Session:
    """Bucket with weights, roles and image, once for all tests here."""
    session = admin_session()
    make_bucket(sandbox, session, BUCKET)
    session.client("s3", endpoint_url=sandbox.aws_url).put_object(Bucket=BUCKET, Key="deploy.tar.gz", Body=b"x")
    make_roles(sandbox, session, project=PROJECT, env="dev", repository="example-org/example")
    push_image(sandbox, session, repository=SERVER)
    return session


@pytest.fixture
def asking(sandbox: Sandbox, account: boto3.Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Asking]:
    monkeypatch.setenv("AWS_ENDPOINT_URL", sandbox.aws_url)
    made = Asking(url=sandbox.aws_url, clients=Clients(account), folder=tmp_path)
    made.control("DELETE", "hosting")
    sagemaker: Any = made.clients.sagemaker
    image = f"123456789012.dkr.ecr.ap-northeast-1.amazonaws.com/{SERVER}:deploy"
    container = {"Image": image, "ModelDataUrl": f"s3://{BUCKET}/deploy.tar.gz"}
    role = f"arn:aws:iam::123456789012:role/{PROJECT}-dev-sagemaker-role"
    sagemaker.create_model(ModelName="model", ExecutionRoleArn=role, PrimaryContainer=container)
    base = f"s3://{BUCKET}/async-inference/{SERVER}"
    paths = {"OutputConfig": {"S3OutputPath": f"{base}/output", "S3FailurePath": f"{base}/failure"}}
    more: dict[str, Any]
    for kind, more in (("realtime", {}), ("async", {"AsyncInferenceConfig": paths})):
        variant = {"VariantName": "AllTraffic", "ModelName": "model", "InstanceType": "ml.t2.xlarge", "InitialInstanceCount": 1}
        sagemaker.create_endpoint_config(EndpointConfigName=kind, ProductionVariants=[variant], **more)
        sagemaker.create_endpoint(EndpointName=f"smoke-{kind}", EndpointConfigName=kind)
        for _ in range(2):
            sagemaker.describe_endpoint(EndpointName=f"smoke-{kind}")
    made.control("DELETE", "calls")
    yield made
    for what in ("hosting", "answers", "faults", "calls"):
        made.control("DELETE", what)


def codes(exchanges: list[Exchange]) -> list[list[str]]:
    return [[problem.code.removeprefix("ACES-") for problem in each.problems] for each in exchanges]


class TestRealtime:
    def test_an_answer_is_told_with_status_time_bytes_and_variant(self, asking: Asking) -> None:
        asking.control("POST", "answers", body='{"results":\n [1]}')
        (exchange,) = asking.send(asking.request(schema=Schema(content={"required": ["results"]})))
        assert exchange.passed
        assert asking.told == ["✓ smoke/plate.png  200  0.00 s  17 bytes  AllTraffic", '  {"results": [1]}']

    def test_a_models_error_is_never_asked_for_twice_and_has_its_words_and_its_log(self, asking: Asking) -> None:
        asking.control("POST", "answers", status=500, body="CUDA out of memory", times=None)
        (exchange,) = asking.send(asking.request())
        assert (codes([exchange]), asking.calls("InvokeEndpoint")) == ([["T007"]], 1)
        (problem,) = exchange.problems
        assert "(HTTP 500)" in problem.message.en
        assert "CUDA out of memory" in problem.message.ja
        assert "--log-stream-names AllTraffic/i-" in problem.hint.en

    def test_a_refusal_that_was_expected_passes_by_its_own_words(self, asking: Asking) -> None:
        asking.control("POST", "answers", status=400, body='{"error": "no image"}')
        asked = asking.request(status=400, schema=Schema(content={"required": ["error"]}))
        assert codes(asking.send(asked)) == [[]]

    def test_all_requests_are_tried_and_each_is_judged_by_itself(self, asking: Asking) -> None:
        for status in (200, 503, 200):
            asking.control("POST", "answers", status=status, body="{}")
        asked = [asking.request(f"{name}.png") for name in "abc"]
        assert codes(asking.send(*asked)) == [[], ["T007"], []]
        assert [line[:12] for line in asking.told if not line.startswith(" ")] == [
            "✓ smoke/a.png"[:12],
            "✗ smoke/b.png"[:12],
            "✓ smoke/c.png"[:12],
        ]

    @pytest.mark.parametrize(
        "fault",
        [
            {"kind": "reset"},
            {"kind": "error", "status": 503, "code": "ServiceUnavailable"},
            {"kind": "throttle", "status": 400},
            {"kind": "error", "status": 429, "code": "ModelNotReadyException"},
        ],
        ids=["connection", "busy", "throttled", "loading"],
    )
    def test_what_did_not_reach_the_model_is_sent_again(self, asking: Asking, fault: dict[str, Any]) -> None:
        code = {"code": "ThrottlingException"} if fault["kind"] == "throttle" else {}
        asking.control("POST", "faults", service="sagemaker-runtime", operation="InvokeEndpoint", times=2, **(fault | code))
        assert codes(asking.send(asking.request())) == [[]]
        assert (asking.calls("InvokeEndpoint"), asking.now) == (3, 3.0)

    def test_what_goes_on_not_reaching_it_is_no_verdict_on_the_version(self, asking: Asking) -> None:
        asking.control("POST", "faults", operation="InvokeEndpoint", kind="reset", times=None)
        exchanges = asking.send(asking.request())
        assert (codes(exchanges), asking.calls("InvokeEndpoint")) == ([["A007"]], 3)
        assert not is_to_blame(exchanges[0].problems)

    def test_a_failure_of_sagemaker_itself_is_told_and_not_sent_again(self, asking: Asking) -> None:
        asking.control("POST", "faults", operation="InvokeEndpoint", kind="error", status=500, code="InternalFailure")
        assert codes(asking.send(asking.request("a.png"), asking.request("b.png"))) == [["A006"], []]
        assert asking.calls("InvokeEndpoint") == 2

    def test_who_may_not_ask_is_told_so_once(self, asking: Asking) -> None:
        denied = {"kind": "error", "status": 403, "code": "AccessDeniedException", "times": None}
        asking.control("POST", "faults", operation="InvokeEndpoint", **denied)
        with pytest.raises(ActionError) as error:
            asking.send(asking.request("a.png"), asking.request("b.png"))
        assert [problem.code for problem in error.value.problems] == ["ACES-A005"]
        assert asking.calls("InvokeEndpoint") == 1

    def test_an_answer_that_is_no_text_is_not_put_into_the_log(self, asking: Asking) -> None:
        asking.control("POST", "answers", body="\0\0", content_type="image/png")
        asking.send(asking.request())
        assert asking.told[1] == "  (2 bytes of image/png)"


class TestAsynchronous:
    def test_a_request_lies_in_s3_by_its_content_and_once_however_often_it_is_sent(self, asking: Asking) -> None:
        asking.control("POST", "answers", body="{}", times=None)
        asked = asking.request("plate.PNG", b"picture")
        assert codes([*asking.send(asked, kind="async"), *asking.send(asked, kind="async")]) == [[], []]
        name = hashlib.sha256(b"picture").hexdigest()
        listed = asking.clients.s3.list_objects_v2(Bucket=BUCKET, Prefix=f"{FOLDER}/{name}")["Contents"]
        assert [each["Key"] for each in listed] == [f"{FOLDER}/{name}.png"]
        statuses = [call["status"] for call in asking.control("GET", "calls") if call["operation"] == "PutObject"]
        assert statuses == [200, 412]

    def test_the_endpoint_is_told_where_the_request_lies(self, asking: Asking) -> None:
        (exchange,) = asking.send(asking.request(body=b"where"), kind="async")
        assert exchange.answer
        place = json.loads(exchange.answer.body)["input"]
        assert place == f"s3://{BUCKET}/{FOLDER}/{hashlib.sha256(b'where').hexdigest()}.png"

    def test_an_object_at_the_failure_path_is_the_models_error(self, asking: Asking) -> None:
        asking.control("POST", "answers", status=500, body="CUDA out of memory")
        (exchange,) = asking.send(asking.request(), kind="async")
        (problem,) = exchange.problems
        assert problem.code == "ACES-T007"
        assert "(HTTP 500)" in problem.message.en
        assert "CUDA out of memory" in problem.message.en
        assert asking.told[0].startswith("✗ smoke/plate.png  500")

    def test_a_refusal_that_was_expected_passes(self, asking: Asking) -> None:
        asking.control("POST", "answers", status=400, body="no image", times=None)
        asked = (asking.request("a.png", status=400), asking.request("b.png", status=422))
        assert codes(asking.send(*asked, kind="async")) == [[], ["T006"]]

    def test_an_endpoint_that_takes_its_time_is_waited_for_with_a_line_a_minute(self, asking: Asking) -> None:
        asking.control("POST", "answers", seconds=3600, times=None)
        exchanges = asking.send(asking.request("a.png"), asking.request("b.png"), kind="async", limit=130)
        assert codes(exchanges) == [["T009"], ["T009"]]
        assert "within 130 s" in exchanges[0].problems[0].message.en
        waits = [line for line in asking.told if "no answer yet" in line]
        assert len(waits) == 2
        assert "2 of 2 requests have no answer yet" in waits[0]
        assert asking.now == pytest.approx(130, abs=1)

    def test_a_limit_of_its_own_ends_the_wait_for_one_request_alone(self, asking: Asking) -> None:
        asking.control("POST", "answers", seconds=3600, times=None)
        exchanges = asking.send(asking.request("a.png", max_seconds=5), asking.request("b.png"), kind="async", limit=100)
        assert [round(each.seconds) for each in exchanges] == [pytest.approx(5, abs=3), 100]

    def test_an_answer_that_comes_while_another_is_waited_for_is_told_at_once(self, asking: Asking) -> None:
        asking.control("POST", "answers", seconds=3600)
        asking.control("POST", "answers", body="{}")
        exchanges = asking.send(asking.request("a.png"), asking.request("b.png"), kind="async", limit=70)
        assert codes(exchanges) == [["T009"], []]
        assert asking.told[0].startswith("✓ smoke/b.png")

    @pytest.mark.parametrize("operation", ["PutObject", "GetObject"])
    def test_a_missing_permission_is_told_apart_from_an_answer_that_is_not_there_yet(
        self, asking: Asking, operation: str
    ) -> None:
        asking.control("POST", "answers", seconds=3600)
        denied = {"kind": "error", "status": 403, "code": "AccessDenied", "times": None}
        asking.control("POST", "faults", service="s3", operation=operation, **denied)
        with pytest.raises(ActionError) as error:
            asking.send(asking.request(body=operation.encode()), kind="async")
        (problem,) = error.value.problems
        assert problem.code == "ACES-A005"
        assert f"s3://{BUCKET}/async-inference/{SERVER}/" in problem.message.en


class TestRollbackDecision:
    @pytest.fixture
    def live(self, asking: Asking) -> str:
        return asking.clients.sagemaker.describe_endpoint_config(EndpointConfigName="realtime")["EndpointConfigArn"]

    def give_up(self, asking: Asking, live: str, *, untried: bool = True, rollback: Rollback | None = None) -> list[Problem]:
        version = FailedVersion(endpoint_name="smoke-realtime", config_name="new-one", config_arn=live, untried=untried)
        return give_up(asking.clients.sagemaker, version, rollback=rollback, now=datetime(2026, 1, 2, tzinfo=UTC))

    def withdrawn(self, asking: Asking, live: str) -> bool:
        return any(tag["Key"] == WITHDRAWN for tag in asking.clients.sagemaker.list_tags(ResourceArn=live)["Tags"])

    def test_a_version_that_stays_is_marked_and_said_to_serve_although_it_failed(self, asking: Asking, live: str) -> None:
        (problem,) = self.give_up(asking, live)
        assert problem.code == "ACES-T010"
        assert "new-one is serving although it failed" in problem.hint.en
        assert self.withdrawn(asking, live)

    def test_a_rollback_is_said_with_what_serves_again(self, asking: Asking, live: str) -> None:
        (problem,) = self.give_up(asking, live, rollback=lambda: "old-one")
        assert "It was rolled back: the endpoint serves old-one again" in problem.hint.en
        assert "old-one" in problem.hint.ja

    @pytest.mark.parametrize(("code", "said", "count"), [("E007", "no generation before it", 1), ("E001", "failed as well", 2)])
    def test_a_rollback_that_is_not_possible_or_fails_is_said(
        self, asking: Asking, live: str, code: str, said: str, count: int
    ) -> None:
        def rollback() -> str:
            raise failure(code)

        problems = self.give_up(asking, live, rollback=rollback)
        assert (said in problems[0].hint.en, len(problems)) == (True, count)
        assert self.withdrawn(asking, live)

    def test_what_served_before_this_run_is_left_alone(self, asking: Asking, live: str) -> None:
        (problem,) = self.give_up(asking, live, untried=False, rollback=lambda: pytest.fail("rolled back"))
        assert "served before this run already" in problem.hint.en
        assert not self.withdrawn(asking, live)

    def test_a_mark_that_cannot_be_made_is_told_as_well(self, asking: Asking, live: str) -> None:
        asking.control("POST", "faults", operation="AddTags", kind="error", status=400, code="AccessDeniedException")
        assert [problem.code for problem in self.give_up(asking, live)] == ["ACES-T010", "ACES-A005"]


def failure(code: str) -> ActionError:
    """One with this code, whatever the rollback says beside it."""
    kind = replace(CATALOGUE["E001"], code=f"ACES-{code}")
    return ActionError(Problem(kind=kind, message=Text("no", "いいえ")))
