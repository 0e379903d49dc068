"""GitHub's OIDC token: what the user reads where there is none. The way over HTTP is tested from end to end."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest
import requests
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from aces_action.github.oidc import fetch_token
from aces_action.problems import ActionError
from sandbox.server import Sandbox


@pytest.mark.parametrize(("url", "request_token"), [(None, "t"), ("", "t"), ("http://127.0.0.1:9/", None)])
def test_a_job_without_the_permission_is_told_to_ask_for_it_in_both_languages(url: str | None, request_token: str | None) -> None:
    with pytest.raises(ActionError) as raised:
        fetch_token(url, request_token)
    [problem] = raised.value.problems
    assert problem.code == "ACES-A002"
    assert problem.message.en == "The runner offers this job no OIDC token."
    assert problem.message.ja == "ランナーが、このジョブにOIDCトークンを提供していません。"
    assert problem.hint.ja == (
        "ジョブに、GitHubからトークンを取得する権限を与えてください。\n"
        "    permissions:\n      id-token: write\n      contents: read"
    )


def test_a_pull_request_from_a_fork_is_told_that_no_permission_helps_and_what_does() -> None:
    with pytest.raises(ActionError) as raised:
        fetch_token(None, None, from_fork=True)
    [problem] = raised.value.problems
    assert problem.code == "ACES-A002"
    assert problem.message.en == "GitHub gives no OIDC token to pull requests from forks, and this job is for one."
    assert problem.message.ja.startswith("GitHubは、forkからのpull requestにはOIDCトークンを発行しません。")
    assert "id-token" not in problem.hint.en + problem.hint.ja
    for hint in (problem.hint.en, problem.hint.ja):
        assert "head.repo.full_name == github.repository && 'plan' || 'validate'" in hint


def test_an_endpoint_that_cannot_be_reached_is_named_as_the_cause() -> None:
    with pytest.raises(ActionError) as raised:
        fetch_token("nonsense://x", "t")
    [problem] = raised.value.problems
    assert problem.message.en == "GitHub's token endpoint does not answer (InvalidSchema)."
    assert problem.message.ja == "GitHubのトークンのエンドポイントが応答しません（InvalidSchema）。"


@pytest.mark.usefixtures("no_dns")
def test_a_host_that_dns_does_not_know_is_named() -> None:
    with pytest.raises(ActionError) as raised:
        fetch_token("https://token.invalid/idtoken", "t")
    [problem] = raised.value.problems
    assert problem.code == "ACES-A002"
    assert problem.message.en == "GitHub's token endpoint cannot be reached: DNS does not know the host token.invalid."
    assert "the runner's DNS" in problem.hint.en
    assert "githubstatus.com" not in problem.hint.en


@pytest.fixture
def ask(sandbox: Sandbox) -> Iterator[Callable[..., str]]:
    """Asks the local endpoint for a token, after telling it how to behave."""

    def asked(tell: Callable[[str, str], None] = lambda _call, _why: None, from_fork: bool = False, **behaviour: object) -> str:
        requests.post(f"{sandbox.oidc_url}/_control", json=behaviour, timeout=10).raise_for_status()
        return fetch_token(sandbox.oidc_request_url, sandbox.oidc_request_token, from_fork=from_fork, tell=tell)

    yield asked
    requests.delete(f"{sandbox.oidc_url}/_control", timeout=10)


def test_an_endpoint_that_fails_at_first_is_asked_again_and_each_time_is_told(ask: Callable[..., str]) -> None:
    told: list[tuple[str, str]] = []
    assert ask(lambda *each: told.append(each), fail=2, status=503).count(".") == 2
    assert told == [("GET", "HTTP 503"), ("GET", "HTTP 503")]


def test_a_slow_endpoint_is_waited_for(ask: Callable[..., str]) -> None:
    assert ask(slow_seconds=0.5).count(".") == 2


def test_a_refused_token_is_not_asked_for_again_and_comes_with_the_yaml(ask: Callable[..., str]) -> None:
    told: list[tuple[str, str]] = []
    with pytest.raises(ActionError) as raised:
        ask(lambda *each: told.append(each), fail=1, status=403)
    [problem] = raised.value.problems
    assert told == []
    assert problem.message.en == "GitHub refused this job an OIDC token (HTTP 403)."
    assert "permissions:\n      id-token: write" in problem.hint.en
    assert "fork" not in problem.hint.en


def test_a_refusal_of_a_pull_request_from_a_fork_is_told_as_such(ask: Callable[..., str]) -> None:
    with pytest.raises(ActionError) as raised:
        ask(from_fork=True, fail=1, status=403)
    [problem] = raised.value.problems
    assert problem.message.en.startswith("GitHub gives no OIDC token to pull requests from forks")


@pytest.mark.parametrize(
    "body",
    [
        '{"value": "a.b.c\\n::error::gotcha"}',
        '{"value": "a.b.c\\r::stop-commands::x"}',
        '{"value": "a.b"}',
        '{"value": "a.b.c.d"}',
        '{"value": "a..c"}',
        '{"value": "あ.b.c"}',
        '{"value": "a.b.\\ud800"}',
        '{"value": ["a.b.c"]}',
        '{"value": "a.b.' + "c" * 20_000 + '"}',
        '{"value": "a.b.' + "c" * 5_000_000 + '"}',
        '{"value": ' + "[" * 30_000,
        '["a.b.c"]',
        "<html>",
        "",
    ],
    ids=lambda body: body[:40],
)
def test_a_token_that_can_be_none_is_refused_in_one_short_line(ask: Callable[..., str], body: str) -> None:
    with pytest.raises(ActionError) as raised:
        ask(body=body)
    [problem] = raised.value.problems
    assert problem.code == "ACES-A002"
    assert problem.message.en == "GitHub's token endpoint answered HTTP 200 without a token."


def test_a_redirect_is_not_followed_so_the_runners_own_token_stays_here() -> None:
    asked: list[str] = []

    @Request.application
    def endpoint(request: Request) -> Response:
        asked.append(f"{request.path} {request.headers.get('Authorization')}")
        if request.path == "/token":
            return Response(status=302, headers={"Location": "/elsewhere"})
        return Response('{"value": "a.b.c"}')

    server = make_server("127.0.0.1", 0, endpoint, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        with pytest.raises(ActionError) as raised:
            fetch_token(f"http://127.0.0.1:{server.port}/token", "of-the-runner")
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert [problem.code for problem in raised.value.problems] == ["ACES-A002"]
    assert asked == ["/token bearer of-the-runner"]
