"""One project in two environments: dev in one account, and staging in another, where nothing is deployed yet."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import pytest
import requests

from sandbox.seed import ACCOUNT, REGION, SECOND_ACCOUNT, admin_session, make_bucket, make_job_queues, make_roles, make_tenant
from sandbox.server import Sandbox
from tests.conftest import REPOSITORY, Caller, Ended

ANSWER = '{"results": [{"label": "plate", "score": 1.0}]}'
SMOKE_TEST = "server/smoke-test/plate.png"


@dataclass(frozen=True, slots=True, kw_only=True)
class Environments:
    """`dev` is promoted from, `staging` to; both have the same repository of files. `role`: that may read in dev's account."""

    dev: Caller
    staging: Caller
    role: str

    def deploy(self, **inputs: str) -> Ended:
        """Deploys dev, and asks it."""
        ended = self.dev.run(**{"smoke_test_path": SMOKE_TEST} | inputs)
        assert ended.status == 0, ended.log
        return ended

    def promote(self, **inputs: str) -> Ended:
        return self.staging.run(**{"command": "promote", "promote_from": "dev", "promote_from_role": self.role} | inputs)


@pytest.fixture
def make_environments(make_caller: Callable[..., Caller], sandbox: Sandbox) -> Iterator[Callable[..., Environments]]:
    """Makes both, staging in `account`. `weights`: another archive than the usual one."""
    made: list[Caller] = []

    def make(*, account: str = SECOND_ACCOUNT, example: str = "number-plate-detection", **given: object) -> Environments:
        dev = make_caller(example, **given)
        session, own = admin_session(), admin_session(REGION, account)
        make_roles(sandbox, session, project=dev.project, env="dev", repository=REPOSITORY, PromoteTo="staging")
        staging = replace(dev, env="staging", account=account, tenant_id=str(uuid.uuid4()), folder=dev.folder / "staging")
        staging.folder.mkdir()
        infra = dev.infra_file.read_text(encoding="utf-8")
        staging.infra_file.write_text(infra.replace(ACCOUNT, account), encoding="utf-8")
        dev.control("POST", "answers", {"body": ANSWER, "times": None})
        make_bucket(sandbox, own, staging.bucket)
        make_roles(sandbox, own, account=account, project=dev.project, env="staging", repository=REPOSITORY)
        own.client("ecr", endpoint_url=sandbox.aws_url).create_repository(repositoryName=staging.server)
        make_job_queues(sandbox, own, staging.server, ("m5.xlarge",))
        make_tenant(sandbox, tenant_id=staging.tenant_id, name="example-org")
        made.append(staging)
        return Environments(dev=dev, staging=staging, role=f"arn:aws:iam::{ACCOUNT}:role/{dev.project}-dev-aces-promote-role")

    yield make
    names = [f"{each.server}{suffix}" for each in made for suffix in ("", "-longtime")]
    requests.delete(f"{sandbox.aws_url}/_sandbox/queues", json={"names": names}, timeout=10).raise_for_status()
    prefixes = [each.server.removesuffix("algorithm-server") for each in made]
    requests.delete(f"{sandbox.aws_url}/_sandbox/roles", json={"prefixes": prefixes}, timeout=10).raise_for_status()


@pytest.fixture
def environments(make_environments: Callable[..., Environments]) -> Environments:
    return make_environments()
