"""An image on its way from one repository to another, over HTTP against the local ECR, with what goes wrong on it."""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
import requests
from botocore.config import Config
from botocore.exceptions import ClientError

from aces_action.aws.image import download, read_image_by_digest
from aces_action.problems import ActionError
from aces_action.promotion.image import ImagePlan, Repository, TransferOptions, copy_image, plan_image, tag_of
from aces_action.resources.weights.progress import NoProgress
from sandbox.aws.accounts import administrators_key
from sandbox.seed import ACCOUNT, REGION, SECOND_ACCOUNT, admin_session, push_image, push_index
from sandbox.server import Sandbox

if TYPE_CHECKING:
    from types_boto3_ecr import ECRClient

HASTE = TransferOptions(attempts=3, pause=0.0)
LARGE = os.urandom(11 << 20)  # two parts of ECR's size


@dataclass(frozen=True, slots=True, kw_only=True)
class Registries:
    """A repository in each of two accounts, and the switches of the server that they are on."""

    sandbox: Sandbox
    source: Repository
    target: Repository

    def push(self, **image: Any) -> str:
        return push_image(self.sandbox, admin_session(), repository=self.source.name, **image)

    def plan(self, digest: str) -> ImagePlan:
        return plan_image(self.source, self.target, digest)

    def copy(self, digest: str, options: TransferOptions = HASTE) -> ImagePlan:
        plan = self.plan(digest)
        copy_image(plan, lambda _verb, _total: NoProgress(), options)
        return plan

    def manifest(self, repository: Repository, **image_id: str) -> str:
        client: Any = repository.client
        found = client.batch_get_image(repositoryName=repository.name, imageIds=[image_id])["images"]
        return found[0]["imageManifest"] if found else ""

    def fault(self, operation: str, **rule: Any) -> None:
        self._control("POST", "faults", {"operation": operation, **rule})

    def operations(self) -> list[str]:
        """What AWS was asked and has done since the last look."""
        calls = self._control("GET", "calls")
        self._control("DELETE", "calls")
        return [call["operation"] for call in calls if call["status"] == 200]

    def heal(self) -> None:
        self._control("DELETE", "faults")

    def _control(self, method: str, what: str, body: object = None) -> Any:
        answer = requests.request(method, f"{self.sandbox.aws_url}/_sandbox/{what}", json=body, timeout=10)
        answer.raise_for_status()
        return answer.json() if answer.content else None


def client(sandbox: Sandbox, account: str) -> ECRClient:
    session = boto3.Session(administrators_key(account), "sandbox", region_name=REGION)
    return session.client(
        "ecr", endpoint_url=sandbox.aws_url, config=Config(retries={"mode": "standard", "total_max_attempts": 3})
    )


@pytest.fixture
def make_registries(sandbox: Sandbox) -> Callable[..., Registries]:
    def make(**settings: Any) -> Registries:
        name, repositories = f"r-{uuid.uuid4().hex[:8]}", []
        for account in (ACCOUNT, SECOND_ACCOUNT):
            ecr: Any = client(sandbox, account)
            ecr.create_repository(repositoryName=name, **settings)
            registry = f"{account}.dkr.ecr.{REGION}.amazonaws.com"
            repositories.append(Repository(client=ecr, registry=registry, name=name))
        requests.delete(f"{sandbox.aws_url}/_sandbox/wishes", timeout=10).raise_for_status()
        return Registries(sandbox=sandbox, source=repositories[0], target=repositories[1])

    return make


@pytest.fixture
def registries(make_registries: Callable[..., Registries]) -> Registries:
    return make_registries()


def code(error: pytest.ExceptionInfo[ActionError]) -> str:
    return error.value.problems[0].code


class TestWhatIsRefused:
    def test_a_target_without_a_repository_is_told_with_what_creates_it(self, registries: Registries) -> None:
        digest = registries.push()
        elsewhere = replace(registries.target, name="r-none")
        with pytest.raises(ActionError) as refused:
            plan_image(registries.source, elsewhere, digest)
        assert code(refused) == "ACES-P003"
        assert "aces-action bootstrap" in refused.value.problems[0].hint.en

    @pytest.mark.parametrize("longer", [False, True])
    def test_a_layer_of_other_bytes_is_refused_and_no_image_is_put(self, registries: Registries, *, longer: bool) -> None:
        digest = registries.push(content=LARGE)
        layer, layers = registries.plan(digest).blobs[0].digest, registries.sandbox.state.layers
        layers[layer] = layers[layer] + b"x" if longer else layers[layer][:-1] + bytes([layers[layer][-1] ^ 1])
        with pytest.raises(ActionError) as refused:
            registries.copy(digest)
        assert code(refused) == "ACES-M007"
        assert layer in refused.value.problems[0].message.en
        assert registries.manifest(registries.target, imageDigest=digest) == ""

    def test_a_download_that_never_gets_on_is_given_up_without_its_signed_address(self, registries: Registries) -> None:
        digest = registries.push(content=LARGE)
        layer = registries.plan(digest).blobs[0].digest
        del registries.sandbox.state.layers[layer]
        with pytest.raises(ActionError) as refused:
            registries.copy(digest)
        message = refused.value.problems[0].message
        assert code(refused) == "ACES-M008"
        assert "(404)" in message.en
        assert "http" not in message.en + message.ja

    def test_a_refusal_of_the_target_is_the_callers_to_explain(self, registries: Registries) -> None:
        digest = registries.push()
        registries.fault("PutImage", kind="error", status=400, code="LimitExceededException", times=None)
        with pytest.raises(ClientError):
            registries.copy(digest)
        registries.heal()
        assert registries.manifest(registries.target, imageDigest=digest) == ""

    def test_one_refusal_ends_the_layers_that_are_under_way_too(self, registries: Registries) -> None:
        digest = registries.push(content=LARGE)
        plan = registries.plan(digest)
        registries.fault("UploadLayerPart", kind="slow", seconds=2)
        registries.fault("InitiateLayerUpload", kind="error", status=403, code="AccessDeniedException", skip=1, times=None)
        registries.operations()
        with pytest.raises(ClientError, match="InitiateLayerUpload"):
            copy_image(plan, lambda _verb, _total: NoProgress(), HASTE)
        registries.heal()
        assert registries.operations().count("UploadLayerPart") <= 1  # of the two that the large layer has


class TestACopy:
    def test_it_is_the_same_to_the_byte_under_a_tag_of_its_own(self, registries: Registries) -> None:
        digest = registries.push(content=LARGE)
        plan = registries.copy(digest)
        assert plan.change.verb == "create"
        original = registries.manifest(registries.source, imageDigest=digest)
        assert registries.manifest(registries.target, imageDigest=digest) == original
        assert registries.manifest(registries.target, imageTag=tag_of(digest)) == original
        assert registries.manifest(registries.target, imageTag="deploy") == ""

    def test_again_it_asks_once_and_writes_nothing(self, registries: Registries) -> None:
        digest = registries.push()
        registries.copy(digest)
        registries.operations()
        plan = registries.copy(digest)
        assert (plan.change.verb, plan.blobs) == ("nothing", ())
        calls = registries._control("GET", "calls")
        assert [call["operation"] for call in calls] == ["BatchGetImage"]

    def test_where_tags_cannot_change_it_may_be_repeated_too(self, make_registries: Callable[..., Registries]) -> None:
        registries = make_registries(imageTagMutability="IMMUTABLE")
        digest = registries.push()
        plan = registries.plan(digest)
        for _ in range(2):  # two runs that planned at the same time
            copy_image(plan, lambda _verb, _total: NoProgress(), HASTE)
        assert registries.manifest(registries.target, imageTag=tag_of(digest))

    def test_where_tags_cannot_change_a_lost_answer_is_no_failure_either(
        self, make_registries: Callable[..., Registries]
    ) -> None:
        registries = make_registries(imageTagMutability="IMMUTABLE")
        digest = registries.push()
        registries.fault("PutImage", kind="lost")
        registries.copy(digest)
        assert registries.manifest(registries.target, imageTag=tag_of(digest))

    def test_a_tag_that_cannot_change_and_names_another_image_is_refused(
        self, make_registries: Callable[..., Registries]
    ) -> None:
        registries = make_registries(imageTagMutability="IMMUTABLE")
        digest = registries.push()
        there = admin_session(account=SECOND_ACCOUNT)
        push_image(registries.sandbox, there, repository=registries.target.name, tag=tag_of(digest), content=b"another")
        with pytest.raises(ClientError, match="ImageTagAlreadyExistsException"):
            registries.copy(digest)

    def test_only_layers_that_are_not_there_are_copied(self, registries: Registries) -> None:
        first = registries.push(content=LARGE)
        registries.copy(first)
        second = registries.push(content=LARGE, environment=("VERSION=2",))
        plan = registries.copy(second)
        assert len(plan.blobs) == 1  # its config
        assert registries.manifest(registries.target, imageDigest=second)

    def test_an_index_comes_with_all_that_it_names(self, registries: Registries) -> None:
        digest = push_index(registries.sandbox, admin_session(), repository=registries.source.name)
        registries.copy(digest)
        index = registries.manifest(registries.target, imageDigest=digest)
        children = [each["digest"] for each in json.loads(index)["manifests"]]
        assert len(children) == 2
        assert all(registries.manifest(registries.target, imageDigest=child) for child in children)
        assert registries.manifest(registries.target, imageTag=tag_of(digest)) == index

    def test_an_image_that_is_there_without_its_tag_gets_it(self, registries: Registries) -> None:
        digest = registries.push()
        push_image(registries.sandbox, admin_session(account=SECOND_ACCOUNT), repository=registries.target.name)
        plan = registries.copy(digest)
        assert plan.blobs == ()
        assert registries.manifest(registries.target, imageTag=tag_of(digest))


class TestOnTheWay:
    def test_a_download_that_breaks_off_goes_on_where_it_broke(self, registries: Registries) -> None:
        digest = registries.push(content=LARGE)
        registries.fault("GetLayer", kind="truncate", times=3)
        registries.copy(digest)
        assert registries.manifest(registries.target, imageDigest=digest)

    def test_passwords_that_the_runner_has_for_other_hosts_are_not_sent_along(
        self, registries: Registries, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "netrc").write_text("default login somebody password secret\n", encoding="utf-8")
        monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
        digest = registries.push(content=LARGE)
        config = read_image_by_digest(
            registries.source.client, registry="r", repository=registries.source.name, digest=digest, fetch=download
        )
        assert config
        registries.copy(digest)
        assert registries.manifest(registries.target, imageDigest=digest)

    @pytest.mark.parametrize("operation", ["InitiateLayerUpload", "UploadLayerPart", "CompleteLayerUpload", "PutImage"])
    def test_an_answer_that_gets_lost_is_no_failure(self, registries: Registries, operation: str) -> None:
        digest = registries.push(content=LARGE)
        registries.fault(operation, kind="lost")
        registries.copy(digest)
        assert registries.manifest(registries.target, imageTag=tag_of(digest))

    @pytest.mark.parametrize(
        ("operation", "skip", "left"),
        [("InitiateLayerUpload", 1, 1), ("UploadLayerPart", 1, 2), ("CompleteLayerUpload", 1, 1), ("PutImage", 0, 0)],
    )
    def test_what_is_cut_off_is_resumed_by_the_next_run(
        self, registries: Registries, operation: str, skip: int, left: int
    ) -> None:
        digest = registries.push(content=LARGE)
        registries.fault(operation, kind="error", status=500, times=None, skip=skip)
        with pytest.raises(ClientError):
            registries.copy(digest, replace(HASTE, connections=1))
        assert registries.manifest(registries.target, imageDigest=digest) == ""
        registries.heal()
        registries.operations()
        registries.copy(digest)
        assert registries.manifest(registries.target, imageTag=tag_of(digest))
        assert registries.operations().count("InitiateLayerUpload") == left  # of the two layers: those that had not arrived
