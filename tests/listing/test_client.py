"""What a user reads when the platform does not answer as it should."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable
from urllib.parse import quote

import pytest
from werkzeug.wrappers import Request, Response

from aces_action.problems import ActionError, Problem
from aces_action.resources.listing import Circumstances, PlatformClient, check
from aces_action.resources.listing.client import PRESENT
from aces_action.resources.listing.spec import registration
from aces_action.sanitiser import one_line
from tests.listing.conftest import Oddity
from tests.listing.examples import TENANT, TOKEN, image, listing, service

ALL = frozenset({"number-plate", "other"})


def problem_of(url: str, *, token: str | None = TOKEN, timeout: tuple[float, float] = (2, 5)) -> Problem:
    [problem] = check(PlatformClient(url, token=token, around=Circumstances(timeout=timeout, backoff=0.01)), TENANT)
    assert TOKEN not in f"{problem.message.en}{problem.hint.en}"
    return problem


def problems_of_registering(url: str) -> tuple[Problem, ...]:
    with pytest.raises(ActionError) as caught:
        PlatformClient(url, token=TOKEN).register(TENANT, registration(listing(), ALL))
    return caught.value.problems


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def says(answer: Response) -> Callable[[Request], Response]:
    return lambda _request: answer


def test_an_unknown_dev_host_is_told_apart_and_the_hint_says_how_to_start_the_dev_environment() -> None:
    problem = problem_of("http://api-dev.no-such-platform.internal")
    assert problem.code == "ACES-P007"
    assert "DNS does not know the host api-dev.no-such-platform.internal" in problem.message.en
    assert "inside ACES's network" in problem.message.en
    assert "22:00 JST" in problem.hint.en
    assert "ACES Platformのdev環境のサービスを起動する" in problem.hint.en
    assert problem.message.ja == (
        "ACES Platform（http://api-dev.no-such-platform.internal）から応答がありません: "
        "DNSでホストapi-dev.no-such-platform.internalを解決できません（.internalの名前はACESのネットワーク内でのみ解決できます）。"
    )
    assert "22:00" in problem.hint.ja
    assert "run the job again" in problem.hint.en


def test_another_host_that_is_unknown_gets_other_advice() -> None:
    problem = problem_of("https://api-platform.invalid")
    assert problem.code == "ACES-P007"
    assert "22:00" not in problem.hint.en
    assert "PLATFORM_URL" in problem.hint.en
    assert "run the job again" in problem.hint.en


def test_a_refused_connection_is_told_apart() -> None:
    problem = problem_of(f"http://127.0.0.1:{free_port()}")
    assert (problem.code, "refuses connections" in problem.message.en) == ("ACES-P007", True)


def test_a_platform_that_takes_too_long_is_asked_once(oddity: Oddity) -> None:
    told = threading.Event()
    oddity.answer = lambda _request: Response(status=200 if told.wait(5) else 500)
    problem = problem_of(oddity.url, timeout=(1, 0.2))
    told.set()
    assert (problem.code, "did not answer within 0.2 s" in problem.message.en) == ("ACES-P007", True)
    assert len(oddity.requests) == 1


def test_a_connection_that_nobody_takes_is_told_apart() -> None:
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        with socket.create_connection(full.getsockname()):
            problem = problem_of(f"http://127.0.0.1:{full.getsockname()[1]}", timeout=(0.05, 0.05))
    assert (problem.code, "no connection within 0.05 s" in problem.message.en) == ("ACES-P007", True)


def test_https_to_a_server_that_speaks_http_is_a_tls_problem(platform: str) -> None:
    problem = problem_of(platform.replace("http:", "https:"))
    assert (problem.code, "No TLS connection" in problem.message.en) == ("ACES-P007", True)
    assert "http://" in problem.hint.en


def test_a_proxy_that_does_not_answer_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{free_port()}")
    problem = problem_of("http://api-platform.invalid")
    assert (problem.code, "proxy" in problem.message.en, "NO_PROXY" in problem.hint.en) == ("ACES-P007", True, True)


@pytest.mark.parametrize(("kind", "cause"), [("502", "502 Bad Gateway"), ("503", "503 Service Unavailable"), ("reset", "broke")])
def test_a_platform_that_stays_down_is_asked_four_times(
    platform: str, sleep: Callable[..., None], calls: Callable[[], list[str]], kind: str, cause: str
) -> None:
    sleep(kind)
    problem = problem_of(platform)
    assert (problem.code, cause in problem.message.en) == ("ACES-P007", True)
    assert len(calls()) == 4


@pytest.mark.parametrize("kind", ["502", "503", "reset"])
def test_a_platform_that_comes_back_is_no_problem(
    client: PlatformClient, sleep: Callable[..., None], calls: Callable[[], list[str]], kind: str
) -> None:
    sleep(kind, times=2)
    assert check(client, TENANT) == []
    assert len(calls()) == 3


def test_retry_after_is_heeded_up_to_five_seconds(client: PlatformClient, sleep: Callable[..., None]) -> None:
    sleep("503", seconds=1, times=1)
    started = time.monotonic()
    assert check(client, TENANT) == []
    assert time.monotonic() - started >= 1
    assert client._connection._session.get_adapter("http://").max_retries.retry_after_max == 5  # type: ignore[attr-defined]


@pytest.mark.parametrize("status", [400, 404, 413, 429])
def test_what_is_our_fault_is_not_tried_again(oddity: Oddity, status: int) -> None:
    oddity.answer = lambda _request: Response("{}", status, {"Retry-After": "3"}, mimetype="application/json")
    problem_of(oddity.url)
    assert len(oddity.requests) == 1


def test_an_unknown_tenant_comes_with_both_ways_to_look_it_up(client: PlatformClient) -> None:
    [problem] = check(client, "00000000-0000-4000-8000-000000000000")
    assert problem.code == "ACES-P008"
    assert "00000000-0000-4000-8000-000000000000" in problem.message.en
    assert "チーム管理" in problem.hint.en
    assert "/accounts/status" in problem.hint.en


def test_a_wrong_token_is_refused_without_being_shown(platform: str) -> None:
    problem = problem_of(platform, token="not-the-token-at-all")
    assert problem.code == "ACES-P009"
    assert "refused PLATFORM_TOKEN (401): Invalid token." in problem.message.en
    assert "not-the-token-at-all" not in f"{problem.message.en}{problem.hint.en}"
    assert "/accounts/login/" in problem.hint.en


def test_a_platform_that_wants_a_token_says_so(oddity: Oddity) -> None:
    oddity.answer = says(Response('{"detail": "Who are you?"}', 403))
    problem = problem_of(oddity.url, token=None)
    assert (problem.code, "wants a token (403): Who are you?" in problem.message.en) == ("ACES-P009", True)


@pytest.mark.parametrize("token", ["two words", "line\nbreak", "", "ト"])
def test_a_token_that_cannot_be_one_is_refused_before_any_call(token: str) -> None:
    with pytest.raises(ActionError) as caught:
        PlatformClient("http://127.0.0.1", token=token)
    assert caught.value.problems[0].code == "ACES-P009"
    assert "two words" not in str(caught.value)


@pytest.mark.parametrize("url", ["", "api-dev", "ftp://host", "http://"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(ActionError) as caught:
        PlatformClient(url)
    assert caught.value.problems[0].code == "ACES-S002"


def test_a_password_in_the_address_is_not_shown() -> None:
    assert "hunter2" not in problem_of(f"http://me:hunter2@127.0.0.1:{free_port()}").message.en


def test_a_redirect_is_not_followed_so_the_token_stays_here(
    oddity: Oddity, platform: str, calls: Callable[[], list[str]]
) -> None:
    oddity.answer = says(Response(status=302, headers={"Location": f"{platform}/internal/tenants/{TENANT}/services"}))
    problem = problem_of(oddity.url)
    assert (problem.code, f"redirect to {platform}" in problem.message.en) == ("ACES-R004", True)
    assert calls() == []


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Response("<html>Sign in</html>", 200, mimetype="text/html"), "is not a listing of services (text/html"),
        (Response("[]", 200, mimetype="application/json"), "is not a listing of services"),
        (Response('{"tenant": null, "services": {}}', 200), "is not a listing of services"),
        (Response('{"tenant": {}, "services": [{"name": 3}]}', 200), "has a service without a name"),
        (Response("<html>nginx</html>", 404, mimetype="text/html"), "is 404 Not Found, with an HTML page"),
        (Response("Traceback\n\n  in f\x1b[31m", 500, mimetype="text/plain"), "is 500 Traceback in f ("),
        (Response("", 418), "is 418 I'm a Teapot"),
        (Response("", 299), "is not a listing of services"),
    ],
)
def test_an_answer_that_is_no_listing_is_a_warning_in_one_line(oddity: Oddity, answer: Response, words: str) -> None:
    oddity.answer = says(answer)
    problem = problem_of(oddity.url)
    assert (problem.code, problem.severity) == ("ACES-R006", "warning")
    assert f"/internal/tenants/{TENANT}/services {words}" in problem.message.en
    assert "\n" not in problem.message.en
    assert "\x1b" not in problem.message.en


def test_a_server_that_sends_our_token_back_does_not_get_it_into_the_log(oddity: Oddity) -> None:
    oddity.answer = lambda request: Response(f"you sent {request.headers['Authorization']}", 500)
    assert "you sent Token ***" in problem_of(oddity.url).message.en


@pytest.mark.parametrize("cut", [0, 3, 150, 180, 195])
@pytest.mark.parametrize("status", [302, 400, 401, 404, 418, 500])
def test_nothing_of_our_token_is_shown_wherever_it_comes_back(oddity: Oddity, status: int, cut: int) -> None:
    secret = "kQ7zLm2XvB4nRt9YpW3cDf6H"
    said = json.dumps({"detail": f"{'x' * cut} {secret}", "errors": {f"{'y' * cut}{secret}": [secret, quote(secret)]}})
    headers = {"Location": f"/login?{'x' * cut}&{secret}", "Content-Type": f"text/{'x' * cut} {secret}"}
    oddity.answer = says(Response(said, status, headers))
    for problem in check(PlatformClient(oddity.url, token=secret, around=Circumstances(backoff=0.01)), TENANT):
        shown = f"{problem.message}{problem.hint}"
        assert not [secret[at : at + 4] for at in range(len(secret) - 3) if secret[at : at + 4] in shown]


@pytest.mark.parametrize(
    "credential", ["AKIAIOSFODNN7EXAMPLE", "password=hunter2hunter2", "api_key: sk-0123456789abcdef0123", "ghp_" + "a" * 36]
)
@pytest.mark.parametrize("cut", [0, 170])
def test_a_credential_in_an_error_of_the_platform_is_hidden_by_its_form(oddity: Oddity, credential: str, cut: int) -> None:
    oddity.answer = says(Response(f"{'x ' * (cut // 2)}{credential}", 500, mimetype="text/plain"))
    shown = problem_of(oddity.url).message.en
    assert "***" in shown
    assert credential[-8:] not in shown


@pytest.mark.parametrize("body", ["[" * 100_000, '{"detail": ' * 50_000, "9" * 10_000, "\udc83" * 3])
@pytest.mark.parametrize("status", [200, 400, 401, 404, 500])
def test_an_answer_that_cannot_be_read_is_told_in_a_short_line(oddity: Oddity, body: str, status: int) -> None:
    oddity.answer = says(Response(body.encode("utf-8", "surrogateescape"), status, mimetype="application/json"))
    problem = problem_of(oddity.url)
    assert problem.code in {"ACES-R006", "ACES-P009"}
    assert len(problem.message.en) < 600
    problem.message.en.encode()


def test_an_answer_without_end_is_not_read_to_its_end(oddity: Oddity) -> None:
    oddity.answer = says(Response('{"services": "' + "x" * (17 << 20), 200, mimetype="application/json"))
    problem = problem_of(oddity.url)
    assert (problem.code, "is larger than 16 MiB" in problem.message.en) == ("ACES-R006", True)
    assert "16MiBを超えています" in problem.message.ja


def test_every_refused_field_is_named_with_its_service_and_file(client: PlatformClient) -> None:
    client.upload_image(TENANT, "number_plate.png", image())
    wrong = listing(services=(service(), service("other", title="あ" * 21, subtitle="", image_key="absent.png")))
    with pytest.raises(ActionError) as caught:
        client.register(TENANT, registration(wrong, ALL))
    found = {problem.message.en.partition(":")[0]: problem for problem in caught.value.problems}
    title = found["The ACES Platform refused title of service 'other'"]
    assert title.message.en.endswith("must be at most 60 bytes in UTF-8, but has 63")
    assert title.message.ja.startswith("ACES Platformがサービス「other」のtitleを拒否しました: ")
    assert (title.code, title.file) == ("ACES-R001", "server/algorithms/register.json")
    assert "The ACES Platform refused subtitle of service 'other'" in found
    assert len(found) == 2


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("plain words", "refused the registration (400): plain words"),
        ('{"errors": []}', 'refused the registration (400): {"errors": []}'),
        ('{"errors": {"plan_id": "must be 1"}}', "refused plan_id: must be 1"),
        ('{"errors": {"services.7": [1, null]}}', "refused services.7: 1; None"),
        (json.dumps({"errors": {"a\nb": ["c\n::error::d" + "x" * 999]}}), "refused a b: c ::error::dxxx"),
    ],
)
def test_a_refusal_of_any_shape_becomes_short_lines(oddity: Oddity, body: str, words: str) -> None:
    oddity.answer = says(Response(body, 400, mimetype="application/json"))
    [problem] = problems_of_registering(oddity.url)
    assert (problem.code, words in problem.message.en) == ("ACES-R001", True)
    assert len(problem.message.en) < 300
    assert "\n" not in problem.message.en


def test_a_flood_of_refused_fields_is_cut(oddity: Oddity) -> None:
    oddity.answer = says(Response(json.dumps({"errors": {f"field{n}": ["no"] for n in range(50)}}), 400))
    problems = problems_of_registering(oddity.url)
    assert len(problems) == 21
    assert problems[-1].message.en == "The ACES Platform refused 30 more fields."


def test_names_with_special_characters_stay_one_path_segment(oddity: Oddity) -> None:
    oddity.answer = says(Response("{}", 200))
    PlatformClient(f"{oddity.url}/base/").image_sha256("a/b", "ナンバー #1?.png")
    assert oddity.requests[0].environ["REQUEST_URI"] == (
        "/base/internal/tenants/a%2Fb/images/%E3%83%8A%E3%83%B3%E3%83%90%E3%83%BC%20%231%3F.png"
    )


def test_an_image_that_is_not_there_is_none_and_a_weak_etag_counts(client: PlatformClient, oddity: Oddity) -> None:
    assert client.image_sha256(TENANT, "absent.png") is None
    oddity.answer = says(Response("", 200, {"ETag": f'W/"{"ABCD" * 16}"'}))
    assert PlatformClient(oddity.url).image_sha256(TENANT, "x.png") == "abcd" * 16


def test_an_etag_that_is_no_sum_is_none_and_not_told(oddity: Oddity) -> None:
    oddity.answer = lambda request: Response("", 200, {"ETag": request.headers["Authorization"]})
    assert PlatformClient(oddity.url, token=TOKEN).image_sha256(TENANT, "x.png") == PRESENT


def test_text_from_outside_is_one_short_line() -> None:
    assert one_line(" a\r\n\tb\x00c\u2028d ") == "a bc d"
    assert one_line("x" * 300) == "x" * 199 + "…"
