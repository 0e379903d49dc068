"""No secret is to be read anywhere, whatever answers: a few of the cells that `python -m tests.canaries` plays all of."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from tests.canaries import Cell, leaks, play, prepare, run
from tests.conftest import Caller

_CELLS = [
    Cell("deploy", "aws", "sagemaker:CreateEndpoint", "refused"),
    Cell("deploy", "aws", "sagemaker-runtime:InvokeEndpoint", "refused"),
    Cell("deploy", "aws", "s3:CopyObject", "denied"),
    Cell("plan", "aws", "sts:GetCallerIdentity", "refused"),
    Cell("plan", "aws", "ecr:BatchGetImage", "denied"),
    Cell("plan", "oidc", "token", "lines"),
    Cell("plan", "oidc", "token", "huge"),
    Cell("plan", "oidc", "token", "deep"),
    Cell("plan", "platform", "GET", "302"),
    Cell("plan", "platform", "GET", "400"),
    Cell("plan", "platform", "HEAD", "500"),
    Cell("deploy", "platform", "POST", "401"),
]


@pytest.mark.parametrize("cell", random.Random(11).sample(_CELLS, 6), ids=str)  # noqa: S311
def test_a_broken_call_gives_no_secret_away(caller: Caller, cell: Cell) -> None:
    prepare(caller)
    assert play(caller, cell) == []


def test_a_deployment_gives_no_secret_away_that_its_container_tells(make_caller: Callable[..., Caller]) -> None:
    caller = make_caller()
    prepare(caller)
    caller.next_rollout(name=None, outcome="success")
    assert leaks(run(caller, "deploy")) == []
