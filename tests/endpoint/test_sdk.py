"""The SDK: what its strict models cannot read of an answer keeps nothing from being changed or deleted, and signals reach us."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import boto3
import pytest

from aces_action.resources.endpoint.rollout import writes as sdk
from aces_action.resources.endpoint.state import read_endpoint
from sandbox.seed import ACCOUNT, REGION
from tests.endpoint.hosted import Hosted


@pytest.fixture
def unreadable() -> boto3.Session:
    """A session to which SageMaker describes everything with something that the SDK's models refuse."""
    session = boto3.Session("AKIAIOSFODNN7SANDBOX", "sandbox", region_name=REGION)  # the administrator's is shared by all tests

    def spoil(parsed: dict[str, Any], **_: Any) -> None:
        parsed["EndpointArn"] = parsed["EndpointConfigArn"] = parsed["ModelArn"] = {"arn": f"arn:aws:{REGION}:{ACCOUNT}"}

    for operation in ("DescribeEndpoint", "DescribeEndpointConfig", "DescribeModel"):
        session.events.register(f"after-call.sagemaker.{operation}", spoil)
    return session


def test_an_update_and_deletions_go_through(hosted: Hosted, unreadable: boto3.Session) -> None:
    name, client = hosted.server, hosted.client
    old, new = hosted.generation(1), hosted.generation(2)
    hosted.endpoint(name, old)

    def moves() -> bool:
        current = read_endpoint(client, name)
        return current is not None and new in {current.target_config, current.config_name}

    sdk.update_endpoint(unreadable, name, new, retained="nothing", rollout=None, started=moves)
    while (current := read_endpoint(client, name)) is None or current.status != "InService":
        pass
    assert current.config_name == new
    sdk.delete_endpoint(unreadable, name, lambda: False)
    while read_endpoint(client, name):
        pass
    sdk.delete_config(unreadable, old, lambda: False)
    sdk.delete_model(unreadable, old, lambda: False)
    assert (hosted.names("EndpointConfigs"), hosted.names("Models")) == ({new}, {new})


def test_what_is_gone_already_is_fine(hosted: Hosted) -> None:
    for delete in (sdk.delete_endpoint, sdk.delete_config, sdk.delete_model):
        delete(hosted.session, f"{hosted.server}-gone", lambda: False)


class CancelledError(BaseException):
    """What the handler raises: as `main.Cancelled`, no Exception."""


@contextmanager
def cancelled_by(signum: signal.Signals) -> Iterator[None]:
    """As main.py: the first signal raises, a second one is ignored."""

    def cancel(signum: int, _frame: FrameType | None) -> None:
        signal.signal(signum, signal.SIG_IGN)
        raise CancelledError

    before = signal.signal(signum, cancel)
    try:
        yield
    finally:
        signal.signal(signum, before)


@contextmanager
def killed_in(code: Any, signum: signal.Signals) -> Iterator[None]:
    """Sends this process the signal when a function is entered for the first time."""

    def entered(frame: FrameType, event: str, _argument: object) -> None:
        if event == "call" and frame.f_code is code:
            sys.setprofile(None)
            os.kill(os.getpid(), signum)

    sys.setprofile(entered)
    try:
        yield
    finally:
        sys.setprofile(None)


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_during_the_look_up_of_defaults_is_not_swallowed(hosted: Hosted, signum: signal.Signals) -> None:
    """sagemaker.core has an `except BaseException` around that, after which it goes on to the write."""
    assert sdk._LOOK_UP.co_name == "get_updated_kwargs_with_configured_attributes"
    name = hosted.name(1)
    request = {
        "ModelName": name,
        "PrimaryContainer": {"Image": hosted.seeded.image_uri},
        "ExecutionRoleArn": hosted.seeded.sagemaker_role_arn,
    }
    # The signal comes again 10 ms later. A quicker answer would end the call, and the test, before that.
    hosted.control("faults", service="sagemaker", operation="CreateModel", kind="slow", seconds=30)
    with cancelled_by(signum), pytest.raises(CancelledError), killed_in(sdk._LOOK_UP, signum):
        sdk.create_model(hosted.session, request, lambda: False)
        pytest.fail("the write is over, and the signal got lost")


def test_a_signal_during_the_call_itself_interrupts_it_at_once(hosted: Hosted) -> None:
    """The answer may take a minute; a cancelled job has ten seconds."""
    hosted.control("faults", service="sagemaker", operation="DeleteModel", kind="slow", seconds=30)
    started = time.monotonic()
    threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
    with cancelled_by(signal.SIGINT), pytest.raises(CancelledError):
        sdk.delete_model(hosted.session, hosted.generation(1), lambda: False)
    assert time.monotonic() - started < 5


def test_handlers_are_as_before_after_a_call(hosted: Hosted) -> None:
    with cancelled_by(signal.SIGTERM):
        before = [signal.getsignal(signum) for signum in (signal.SIGINT, signal.SIGTERM)]
        sdk.delete_model(hosted.session, hosted.generation(1), lambda: False)
        assert [signal.getsignal(signum) for signum in (signal.SIGINT, signal.SIGTERM)] == before
