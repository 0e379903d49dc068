"""`aces-action tenant-id`: the guide's two calls, and everything that can keep a person from its answer."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests
from werkzeug.wrappers import Request, Response

from aces_action.packaged_files import resource
from aces_action.project.platform_contract import PACKAGED
from sandbox.platform.app import running
from tests.cli.conftest import Ended, aces_action, at_a_terminal
from tests.listing.conftest import Oddity, oddity

__all__ = ["oddity"]

EMAIL, PASSWORD = "engineer@example.com", "pässwörd 1"
TENANT = "3f2b8c1e-6d4a-4f7b-9a51-0c8e2d7f6b13"
TOKEN = "0f1e2d3c4b5a6978" * 4


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running(str(tmp_path_factory.mktemp("accounts") / "platform.sqlite")) as url:
        tenant = {"uuid": TENANT, "name": "画像AI", "department": "R&D", "plan_id": 1, "email": EMAIL, "password": PASSWORD}
        requests.post(f"{url}/_sandbox/tenants", json=tenant, timeout=5).raise_for_status()
        yield url


def ask(url: str, cwd: Path, *more: str, typed: str = f"{PASSWORD}\n", env: str = "dev") -> Ended:
    options = ["--env", env, "--email", EMAIL, "--api-endpoint", url, "--password-stdin"]
    ended = aces_action("tenant-id", *options, *more, cwd=cwd, typed=typed)
    assert PASSWORD not in ended.out + ended.err
    assert TOKEN not in ended.out + ended.err
    return ended


def answers(**routes: Response) -> Callable[[Request], Response]:
    """`login` and `status`, each with its answer; what is not named is the guide's."""
    usual = {
        "login": Response(json.dumps({"id": 89, "token": TOKEN, "token_key": TOKEN[:8]}), mimetype="application/json"),
        "status": Response(json.dumps({"tenant": {"uuid": TENANT, "name": "aces", "plan_id": 0}}), mimetype="application/json"),
    }
    return lambda request: (usual | routes)[request.path.strip("/").rpartition("/")[2]]


def problem(ended: Ended) -> str:
    assert (ended.status, ended.out) == (1, "")
    return ended.err.splitlines()[0]


def test_a_wrong_password_is_refused_in_the_platforms_words(platform: str, tmp_path: Path) -> None:
    told = ask(platform, tmp_path, typed="wrong\n")
    assert problem(told) == (
        f"error ACES-R010: The ACES Platform at {platform} refused the login (401): Unable to log in with the credentials given."
    )
    assert "--env" in told.err
    nested = ask(platform, tmp_path, "--language", "ja", typed="wrong\n")
    assert "ログインを拒否しました（401）" in problem(nested)


def test_an_account_without_a_tenant_says_so(oddity: Oddity, tmp_path: Path) -> None:
    oddity.answer = answers(status=Response('{"user": {"id": 1}, "tenant": null}', mimetype="application/json"))
    assert problem(ask(oddity.url, tmp_path)) == f"error ACES-R011: The account {EMAIL} belongs to no tenant of {oddity.url}."


@pytest.mark.parametrize(
    ("route", "answer", "words"),
    [
        (
            "login",
            Response("<html>", 200, mimetype="text/html"),
            "does not match the platform contract (text/html",
        ),
        ("login", Response("", 204), "does not match the platform contract"),
        ("login", Response('{"token": 3}', 200, mimetype="application/json"), "does not match the platform contract"),
        ("login", Response("{", 200, mimetype="application/json"), "does not match the platform contract"),
        ("login", Response("<html>", 404, mimetype="text/html"), "is 404 Not Found, with an HTML page"),
        ("status", Response("<html>", 200, mimetype="text/html"), "does not match the platform contract (text/html"),
        ("status", Response('{"tenant": {"uuid": "x"}}', 200), "does not match the platform contract"),
        ("status", Response(f"you sent {TOKEN} and {PASSWORD}", 500), "is 500 you sent *** and ***"),
    ],
)
def test_an_answer_that_is_not_the_apis_is_told_in_one_line(
    oddity: Oddity, tmp_path: Path, route: str, answer: Response, words: str
) -> None:
    oddity.answer = answers(**{route: answer})
    told = problem(ask(oddity.url, tmp_path))
    assert told.startswith("error ACES-R012: The answer of ")
    assert words in told


def test_a_redirect_is_not_followed_so_the_password_stays_here(oddity: Oddity, platform: str, tmp_path: Path) -> None:
    requests.delete(f"{platform}/_sandbox/calls", timeout=5)
    oddity.answer = answers(login=Response(status=307, headers={"Location": f"{platform}/accounts/login/"}))
    assert f"is a redirect to {platform}/accounts/login/, which is not followed" in problem(ask(oddity.url, tmp_path))
    assert requests.get(f"{platform}/_sandbox/calls", timeout=5).json() == {"calls": []}


@pytest.mark.parametrize("url", ["http://api-dev-platform.acesinc.co.jp", "http://localhost.example.com"])
def test_a_password_is_never_sent_unencrypted_to_another_machine(url: str, tmp_path: Path) -> None:
    ended = ask(url, tmp_path)
    assert (ended.status, "unencrypted" in ended.err) == (2, True)


def test_a_dev_platform_that_sleeps_is_said_to_stop_in_the_evening(oddity: Oddity, tmp_path: Path) -> None:
    oddity.answer = lambda _request: Response("<html>", 503, mimetype="text/html")
    told = ask(oddity.url, tmp_path)
    assert "ACES-P007" in problem(told)
    assert "22:00" in told.err
    assert "Run the command again." in told.err
    assert "deployed" not in told.err
    assert "22:00" not in ask(oddity.url, tmp_path, env="production").err


def test_without_a_terminal_the_password_has_to_be_piped(platform: str, tmp_path: Path) -> None:
    options = ["--env", "dev", "--email", EMAIL, "--api-endpoint", platform]
    ended = aces_action("tenant-id", *options, cwd=tmp_path)
    assert (ended.status, ended.out, "--password-stdin" in ended.err) == (2, "", True)
    empty = ask(platform, tmp_path, typed="\n")
    assert (empty.status, "no password" in empty.err) == (2, True)


@pytest.mark.parametrize(
    ("option", "words"),
    [
        (["--email", "nobody"], "--email"),
        (["--api-endpoint", "https://me:hunter2@host"], "--api-endpoint"),
        (["--platform-contract", "../x.yml"], "--platform-contract"),
    ],
)
def test_a_wrong_option_is_told_before_anything_is_asked(platform: str, tmp_path: Path, option: list[str], words: str) -> None:
    ended = ask(platform, tmp_path, *option)
    assert (ended.status, words in ended.err, "hunter2" in ended.err) == (2, True, False)


def test_an_environment_whose_api_nobody_knows_needs_its_address(tmp_path: Path) -> None:
    ended = aces_action("tenant-id", "--env", "staging", "--email", EMAIL, "--password-stdin", cwd=tmp_path, typed="x\n")
    assert (ended.status, "--api-endpoint" in ended.err) == (2, True)


def test_the_tenant_is_printed_with_its_name_and_plan(platform: str, tmp_path: Path) -> None:
    ended = ask(platform, tmp_path)
    assert (ended.status, ended.err) == (0, "")
    assert ended.out == f"tenant  画像AI\nplan  1 (business)\nTENANT_ID: {TENANT}\n"
    japanese = ask(platform, tmp_path, "--language", "ja").out
    assert japanese == f"テナント  画像AI\nプラン  1（businessプラン）\nTENANT_ID: {TENANT}\n"


def test_programs_get_json(platform: str, tmp_path: Path) -> None:
    found = json.loads(ask(platform, tmp_path, "--format", "json").out)
    assert (found["version"], found["env"]) == (1, "dev")
    assert found["tenant"] == {"uuid": TENANT, "name": "画像AI", "plan_id": 1}


def test_a_person_is_asked_without_an_echo(platform: str, tmp_path: Path) -> None:
    options = ["--env", "dev", "--email", EMAIL, "--api-endpoint", platform]
    ended = at_a_terminal("tenant-id", *options, cwd=tmp_path, replies=(("Password: ", f"{PASSWORD}\n"),))
    assert (ended.status, TENANT in ended.out) == (0, True)
    assert PASSWORD not in ended.out


def test_the_token_is_given_back_where_the_contract_has_a_way(oddity: Oddity, tmp_path: Path) -> None:
    text = resource(PACKAGED).read_text(encoding="utf-8")
    (tmp_path / "platform.yml").write_text(f"{text}\nlogout:\n  method: POST\n  path: /accounts/logout/\n", encoding="utf-8")
    oddity.answer = answers(logout=Response("<html>", 500))
    assert ask(oddity.url, tmp_path, "--platform-contract", "platform.yml").status == 0
    assert [request.path for request in oddity.requests] == ["/accounts/login/", "/accounts/status", "/accounts/logout/"]
    assert [request.headers.get("Authorization") for request in oddity.requests[1:]] == [f"Token {TOKEN}"] * 2
    oddity.requests.clear()
    ask(oddity.url, tmp_path)
    assert [request.path for request in oddity.requests] == ["/accounts/login/", "/accounts/status"]


def test_nothing_is_stored(platform: str, tmp_path: Path) -> None:
    ask(platform, tmp_path)
    assert list(tmp_path.iterdir()) == []
