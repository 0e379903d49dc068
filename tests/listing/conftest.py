"""A real platform per test run, emptied before each test, and a server that answers whatever a test wants."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
import requests
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from aces_action.resources.listing import Circumstances, PlatformClient
from sandbox.platform.app import running
from tests.listing.examples import TENANT, TOKEN


@pytest.fixture(scope="session")
def _platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running(str(tmp_path_factory.mktemp("platform") / "platform.sqlite")) as url:
        yield url


@pytest.fixture
def platform(_platform: str) -> str:
    """The URL of a platform with one tenant, not yet on the business plan, whose user has TOKEN."""
    requests.post(f"{_platform}/_sandbox/reset", timeout=5).raise_for_status()
    tenant = {"uuid": TENANT, "name": "Vision", "department": "R&D", "plan_id": 0, "token": TOKEN}
    requests.post(f"{_platform}/_sandbox/tenants", json=tenant, timeout=5).raise_for_status()
    return _platform


@pytest.fixture
def client(platform: str) -> Iterator[PlatformClient]:
    with PlatformClient(platform, token=TOKEN, around=Circumstances(backoff=0.01)) as made:
        yield made


@pytest.fixture
def sleep(platform: str) -> Callable[..., None]:
    def fault(kind: str, **more: float) -> None:
        requests.post(f"{platform}/_sandbox/sleep", json={"kind": kind, **more}, timeout=5).raise_for_status()

    return fault


@pytest.fixture
def calls(platform: str) -> Callable[[], list[str]]:
    """The calls so far, as 'GET services 200'."""

    def fetch() -> list[str]:
        answer = requests.get(f"{platform}/_sandbox/calls", timeout=5).json()["calls"]
        return [f"{call['method']} {call['path'].partition(TENANT + '/')[2]} {call['status']}" for call in answer]

    return fetch


@dataclass
class Oddity:
    """A server that is not the platform: gives its one answer to everything, and keeps what it was asked."""

    url: str = ""
    answer: Callable[[Request], Response] = field(default=lambda _request: Response(status=500))
    requests: list[Request] = field(default_factory=list)


@pytest.fixture
def oddity() -> Iterator[Oddity]:
    odd = Oddity()

    @Request.application
    def application(request: Request) -> Response:
        request.get_data()
        odd.requests.append(request)
        return odd.answer(request)

    made = make_server("127.0.0.1", 0, application, threaded=True)
    thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    odd.url = f"http://127.0.0.1:{made.server_port}"
    yield odd
    made.shutdown()
    thread.join()
    made.server_close()
