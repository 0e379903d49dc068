"""The preview over real HTTP, and from the command line."""

from __future__ import annotations

import http.client
import json
import re
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from aces_action.cli.preview.server import PreviewServer, serving
from aces_action.cli.preview.site import is_own_name
from tests.cli.conftest import CTRL_C, EXAMPLE, REGISTER, aces_action, at_a_terminal
from tests.preview.conftest import IMAGE, Repository, shown


@pytest.fixture
def url(repository: Repository) -> Iterator[str]:
    with shown(repository) as url:
        yield url


def events(url: str) -> Iterator[str]:
    """The versions that the server tells, one by one."""
    with requests.get(f"{url}/events", stream=True, timeout=15) as stream:
        assert stream.headers["Content-Type"] == "text/event-stream; charset=utf-8"
        for line in stream.iter_lines(chunk_size=1, decode_unicode=True):
            if line.startswith("data: "):
                yield line.removeprefix("data: ")


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:80",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "x@127.0.0.1",
        "",
        "[::1",
        "127.0.0.1/",
    ],
)
def test_a_name_that_somebody_else_has_pointed_here_is_refused(url: str, host: str) -> None:
    for path in ("/", "/image", "/events", "/style.css"):
        answer = requests.get(url + path, headers={"Host": host}, timeout=5)
        assert answer.status_code in {400, 403}
        assert "Number Plate" not in answer.text


@pytest.mark.parametrize(
    "host",
    ["localhost", "LOCALHOST:1", "plates.localhost", "127.0.0.1", "192.0.2.7:80", "[::1]:8477", "[fe80::1%25eth0]", "mine"],
)
def test_addresses_and_its_own_names_are_answered(host: str) -> None:
    assert is_own_name(host, "mine")


def test_a_request_without_a_host_is_refused(url: str) -> None:
    port = int(url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
        assert b" 403 " in connection.recv(1_000)


@pytest.mark.parametrize(
    "path",
    [
        "/nothing",
        "/services/0",
        "/services/x",
        "/../../etc/passwd",
        "/assets/style.css",
        "/preview.py",
        "/%2e%2e/pyproject.toml",
        "/services/1/",
    ],
)
def test_there_is_nothing_else(url: str, path: str) -> None:
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=5)
    connection.request("GET", path)
    assert connection.getresponse().status == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "CONNECT", "BREW"])
def test_nothing_can_be_sent_to_it(url: str, method: str) -> None:
    answer = requests.request(method, f"{url}/", data="x", timeout=5)
    assert answer.status_code == 501
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"


def test_every_answer_forbids_what_comes_from_elsewhere(url: str) -> None:
    for path in ("/", "/services/1", "/services/9", "/image", "/style.css", "/preview.js", "/icon.svg", "/nothing"):
        headers = requests.get(url + path, timeout=5).headers
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == "no-store"
        assert "Access-Control-Allow-Origin" not in headers


def test_nothing_on_the_pages_points_elsewhere(url: str) -> None:
    for path in ("/", "/services/1", "/style.css", "/preview.js"):
        text = requests.get(url + path, timeout=5).text
        assert re.findall(r"""(?:src|href)="(?!/|#)[^"]*"|url\(|@import|https?://""", text) == []


def test_the_picture_has_the_type_of_its_bytes(repository: Repository, url: str) -> None:
    answer = requests.get(f"{url}/image", timeout=5)
    assert (answer.headers["Content-Type"], answer.content) == ("image/png", (repository.root / IMAGE).read_bytes())
    jpeg = b"\xff\xd8\xff\xc0\x00\x0b\x08\x00\x01\x00\x01\x01\x01\x11\x00\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00\x00\xff\xd9"
    repository.write(IMAGE, jpeg)
    assert requests.get(f"{url}/image", timeout=5).headers["Content-Type"] == "image/jpeg"
    repository.write(IMAGE, b"<script>alert(1)</script>")
    assert requests.get(f"{url}/image", timeout=5).status_code == 404


def test_head_tells_the_length_and_sends_nothing(url: str) -> None:
    with requests.Session() as session:
        head, get = session.head(f"{url}/", timeout=5), session.get(f"{url}/", timeout=5)
    assert (head.text, head.headers["Content-Length"]) == ("", str(len(get.content)))


def test_each_change_is_told_once_with_the_pages_version(repository: Repository, url: str) -> None:
    versions = events(url)
    first = next(versions)
    assert f'data-version="{first}"' in requests.get(f"{url}/", timeout=5).text
    repository.write(REGISTER, "{ broken")
    second = next(versions)
    assert f'data-version="{second}"' in requests.get(f"{url}/", timeout=5).text
    repository.register({"title": "Mended"})
    assert len({first, second, next(versions)}) == 3
    assert "Mended" in requests.get(f"{url}/", timeout=5).text


def test_a_page_that_was_closed_leaves_no_thread(repository: Repository) -> None:
    with shown(repository) as url:
        for _ in range(3):
            next(events(url))
        repository.register({"title": "Changed"})  # whoever listens no more is noticed at the next word
        assert requests.get(f"{url}/", timeout=5).status_code == 200


def test_an_answer_that_cannot_be_made_is_told_at_the_terminal(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ValueError("unexpected")

    monkeypatch.setattr("aces_action.cli.preview.site.list_page", fail)
    errors: list[Exception] = []
    with shown(repository, on_error=errors.append) as url:
        with pytest.raises(requests.ConnectionError):
            requests.get(f"{url}/", timeout=5)
        assert requests.get(f"{url}/services/1", timeout=5).status_code == 200
    assert [str(error) for error in errors] == ["unexpected"]


def test_an_address_of_ipv6_is_served(repository: Repository) -> None:
    if not socket.has_ipv6:
        pytest.skip("no IPv6")
    from aces_action.cli.preview.content import PreviewSource
    from aces_action.cli.preview.site import PreviewSite

    site = PreviewSite(source=PreviewSource(workspace=repository.root), language="en")
    try:
        server = PreviewServer("::1", 0, site, print)
    except OSError:
        pytest.skip("this machine has no ::1")
    with serving(server) as url:
        assert url.startswith("http://[::1]:")
        assert requests.get(url, timeout=5).status_code == 200


@pytest.fixture
def opened(tmp_path: Path) -> Path:
    """A browser that only writes down what it is given: the file that it writes, beside the program `browser`."""
    program = tmp_path / "browser"
    program.write_text(f'#!/bin/sh\necho "$1" >> {tmp_path / "opened"}\necho a browser was opened\n')
    program.chmod(0o755)
    return tmp_path / "opened"


def test_ctrl_c_ends_it_with_0_after_a_browser_was_opened(repository: Repository, opened: Path) -> None:
    browser = str(opened.parent / "browser")
    ended = at_a_terminal("preview", cwd=repository.root, replies=(("a browser was opened", CTRL_C),), BROWSER=browser)
    assert ended.status == 0
    found = re.search(r"^Preview: (http://127\.0\.0\.1:\d+/)$", ended.out, re.MULTILINE)
    assert found
    assert ended.out.rstrip().endswith("Stopped.")
    assert opened.read_text().split() == [found[1]]


def test_no_browser_is_opened_where_none_is_wanted(repository: Repository, opened: Path) -> None:
    browser = str(opened.parent / "browser")
    ended = at_a_terminal(
        "preview", "--no-open", "--language", "ja", cwd=repository.root, replies=(("終了します。", CTRL_C),), BROWSER=browser
    )
    assert (ended.status, opened.exists()) == (0, False)
    assert "プレビュー: http://127.0.0.1:" in ended.out


def test_a_port_in_use_is_said(repository: Repository) -> None:
    with shown(repository) as url:
        port = url.rpartition(":")[2]
        ended = aces_action("preview", "--port", port, cwd=repository.root)
    assert ended.status == 1
    assert ended.err.startswith(f"error ACES-X030: Cannot listen on 127.0.0.1 port {port}: Address already in use")


def test_an_address_that_is_not_of_this_machine_is_said(repository: Repository) -> None:
    ended = aces_action("preview", "--host", "192.0.2.1", cwd=repository.root)
    assert (ended.status, ended.out) == (1, "")
    assert "ACES-X030: Cannot listen on 192.0.2.1 port 8477" in ended.err


def test_a_service_that_is_not_there_is_said_with_those_that_are(repository: Repository) -> None:
    ended = aces_action("preview", "--service", "plate", cwd=repository.root)
    assert ended.status == 2
    assert "no service 'plate'" in ended.err
    assert "numberplate" in ended.err


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("--port", "0", "1から65535まで"),
        ("--port", "x", "1から65535まで"),
        ("--port", "1" * 5_000, "1から65535まで"),
        ("--png", ".", ".はフォルダです。"),
        ("--png", "no/such.png", "フォルダnoがありません。"),
        ("--frontend-image-path", "/etc/passwd", "--frontend-image-path"),
    ],
)
def test_a_wrong_option_is_said_before_anything_is_served(repository: Repository, option: str, value: str, words: str) -> None:
    ended = aces_action("preview", option, value, "--language", "ja", cwd=repository.root)
    assert (ended.status, ended.out) == (2, "")
    assert words in ended.err


def test_without_a_browser_there_is_no_picture(repository: Repository, tmp_path: Path) -> None:
    file = tmp_path / "list.png"
    ended = aces_action("preview", "--png", str(file), cwd=repository.root, PATH=str(tmp_path))
    assert (ended.status, file.exists()) == (1, False)
    assert ended.err.startswith("error ACES-X031: No Chromium, Chrome or Edge was found.")
    named = aces_action("preview", "--png", str(file), cwd=repository.root, CHROME_PATH="/nowhere/chrome")
    assert "CHROME_PATH is /nowhere/chrome, which is not a program." in named.err


@pytest.mark.parametrize(
    ("program", "words"),
    [
        ("echo no display >&2; exit 1", "no display"),
        ("exit 3", "exit status 3"),
        ("""case "$*" in *dump-dom*) echo '<html data-height="900">';; *) echo disk full >&2;; esac""", "disk full"),
    ],
)
def test_a_browser_that_fails_is_quoted_and_what_was_there_stays(
    repository: Repository, tmp_path: Path, program: str, words: str
) -> None:
    browser, file = tmp_path / "chrome", tmp_path / "list.png"
    browser.write_text(f"#!/bin/sh\n{program}\n")
    browser.chmod(0o755)
    file.write_text("of before")
    ended = aces_action("preview", "--png", str(file), cwd=repository.root, CHROME_PATH=str(browser))
    assert ended.status == 1
    assert f"ACES-X032: {browser} wrote no picture: {words}" in ended.err
    assert file.read_text() == "of before"
    assert not list(tmp_path.glob(".*unfinished*"))


def test_every_example_can_be_shown(tmp_path: Path) -> None:
    examples = [register.relative_to(EXAMPLE.parent).parts[0] for register in EXAMPLE.parent.glob(f"*/{REGISTER}")]
    assert len(examples) == 2
    for example in (EXAMPLE.parent / name for name in examples):
        repository = Repository(root=shutil.copytree(example, tmp_path / example.name))
        titles = [service["title"] for service in json.loads((repository.root / REGISTER).read_text("utf-8"))["services"]]
        with shown(repository, language="ja") as url:
            page = requests.get(f"{url}/", timeout=5).text
        assert all(title in page for title in titles)
        assert 'data-summary="問題なし"' in page
