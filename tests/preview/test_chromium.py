"""The preview as a person sees it, in Chromium: what is shown, what an edit changes, keyboard, screen reader, colours."""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from aces_action.project.schema import property_rules
from sandbox.platform.app import running
from tests.cli.conftest import REGISTER, aces_action
from tests.preview.conftest import IMAGE, Repository, shown

pytestmark = pytest.mark.chromium

DESK = {"width": 1280, "height": 800}
SEVERAL: tuple[dict[str, Any], ...] = (
    {},
    {"name": "second", "title": "A title that is far too long for what the platform would list of it", "type": "image"},
    {
        "content": "改行のない長い説明文" * 9,
        "title": "Wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww",
        "type": "file",
    },
)
BROKEN = '{\n  "plan_id": 1\n  "services": []\n}'


@contextmanager
def looked_at(browser: Browser, url: str, **options: Any) -> Iterator[Page]:
    """A page of its own, in which nothing goes wrong: no error in the console, and nothing is asked of anybody else."""
    with browser.new_context(viewport=options.pop("viewport", DESK), **options) as context:
        page = context.new_page()
        complaints: list[str] = []
        asked: list[str] = []

        def hear(message: ConsoleMessage) -> None:
            if message.type in {"error", "warning"}:
                complaints.append(message.text)

        page.on("console", hear)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(url)
        yield page
        own = re.match(r"http://[^/]+/", page.url)
        assert own
        assert [each for each in asked if not each.startswith(own[0])] == []
        assert complaints == []


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.id"))


def background(page: Page) -> tuple[int, ...]:
    colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
    return tuple(int(part) for part in re.findall(r"\d+", colour)[:3])


def test_the_list_shows_what_the_platform_would_list(repository: Repository, browser: Browser) -> None:
    with shown(repository) as url, looked_at(browser, url) as page:
        card = page.get_by_role("article")
        expect(card).to_have_count(1)
        expect(card.get_by_role("heading", level=2)).to_have_text("Number Plate Detection")
        expect(card).to_contain_text("ナンバープレート検出")
        expect(card).to_contain_text("画像から車のパーツの種類と位置を高速かつ高精度に検出。")
        picture = card.get_by_role("img", name="Picture of Number Plate Detection")
        assert picture.evaluate("image => [image.naturalWidth, image.naturalHeight]") == [640, 360]
        limits = card.get_by_role("list", name="Limits").get_by_role("listitem")
        assert [re.sub(r"\s+", " ", each) for each in limits.all_inner_texts()] == [
            "title 22/60 bytes",
            "subtitle 30/30 bytes",
            "content 81/255 bytes",
            "name 11/30 characters",
            "picture 2.88 kB/5 MB",
        ]
        assert page.title() == "Algorithms – plates"


def test_a_service_shows_every_key_with_what_the_schema_says_of_it(repository: Repository, browser: Browser) -> None:
    with shown(repository, language="ja") as url, looked_at(browser, url) as page:
        page.get_by_role("link", name="Number Plate Detection").click()
        expect(page).to_have_url(f"{url}/services/1")
        expect(page.get_by_role("heading", level=1)).to_have_text("Number Plate Detection")
        text = page.get_by_role("main").inner_text()
        for rule in property_rules("register.schema.json", ("services", 0)):
            assert (rule.description.ja in text) == rule.required, rule.key  # the others are not given
        assert "plan_id" in text
        assert "30/30バイト" in text


def test_what_is_over_a_limit_is_red_and_said(repository: Repository, browser: Browser) -> None:
    repository.register({"subtitle": "ナンバープレートの検出"})
    words = "services[0].subtitle has 33 bytes of UTF-8, but must have at most 30: 3 too many."
    with shown(repository) as url, looked_at(browser, url) as page:
        limit = page.get_by_role("listitem").filter(has_text="subtitle")
        expect(limit.get_by_text("33/30 bytes")).to_have_css("color", "rgb(180, 35, 24)")
        expect(limit.get_by_text(words)).to_be_visible()
        expect(page.locator("mark.over")).to_have_text("出")
        expect(page.get_by_role("region", name="Problems")).to_contain_text(words)


def test_an_edit_is_shown_at_once_and_announced_and_the_focus_stays(repository: Repository, browser: Browser) -> None:
    with shown(repository) as url, looked_at(browser, url) as page:
        status = page.get_by_role("status")
        expect(status).to_have_text("Watching for changes")
        page.get_by_role("link", name="Number Plate Detection").focus()
        repository.register({"title": "Car Detection"})
        expect(page.get_by_role("heading", level=2)).to_have_text("Car Detection")
        expect(status).to_have_text(re.compile(r"^Updated at .+: No problems$"))
        assert focused(page) == "link-1"
        before = page.get_by_role("img").get_attribute("src")
        repository.write(IMAGE, (repository.root / IMAGE).read_bytes() + b"\n")
        expect(page.get_by_role("img")).not_to_have_attribute("src", before or "")


def test_a_broken_file_shows_its_problems_and_recovers(repository: Repository, browser: Browser) -> None:
    with shown(repository, language="ja") as url, looked_at(browser, f"{url}/services/1") as page:
        repository.write(REGISTER, BROKEN)
        problems = page.get_by_role("region", name="問題")
        expect(problems).to_contain_text(f"{REGISTER}:2:")
        expect(page.get_by_role("status")).to_contain_text("エラー")
        repository.write(IMAGE, b"GIF89a")
        expect(problems).to_contain_text("PNGでもJPEGでもありません")
        repository.register({"title": "Mended"})
        repository.write(IMAGE, (Path(__file__).parents[2] / "examples/number-plate-detection" / IMAGE).read_bytes())
        expect(page.get_by_role("heading", level=1)).to_have_text("Mended")
        expect(problems).to_have_count(0)
        expect(page.get_by_role("status")).to_contain_text("問題なし")


def test_a_service_that_goes_away_says_so_and_comes_back(repository: Repository, browser: Browser) -> None:
    repository.register({}, {"name": "second", "title": "Second"})
    with shown(repository) as url, looked_at(browser, f"{url}/services/2") as page:
        repository.register({})
        expect(page.get_by_text("register.json has no such service.").last).to_be_visible()
        repository.register({}, {"name": "second", "title": "Second again"})
        expect(page.get_by_role("heading", level=1)).to_have_text("Second again")


def test_the_end_of_the_server_is_said(repository: Repository, browser: Browser) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        with shown(repository) as url:
            page.goto(url)
            expect(page.get_by_role("status")).to_have_text("Watching for changes")
        expect(page.get_by_role("status")).to_contain_text("Not connected", timeout=10_000)


def test_markup_of_the_callers_does_nothing(repository: Repository, browser: Browser) -> None:
    hostile = "<img src=/x onerror=document.title='taken'>"
    repository.register({"title": hostile, "content": f"</p><script>document.title='taken'</script>{hostile}", "type": hostile})
    with shown(repository) as url, looked_at(browser, url) as page:
        heading = page.locator(".card h2")
        expect(heading).to_contain_text(hostile)
        repository.register({"title": hostile + hostile})  # by the script too
        expect(heading).to_contain_text(hostile + hostile)
        assert page.title() == "Algorithms – plates"
        assert page.locator("img").count() == 1


def test_the_keyboard_alone_is_enough(repository: Repository, browser: Browser) -> None:
    repository.register({}, {"name": "second", "title": "Second"}, {"name": "third", "title": "Third"})
    with shown(repository) as url, looked_at(browser, url) as page:
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
        expect(page.get_by_role("link", name="Skip to the content")).to_be_in_viewport()
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert focused(page) == "link-1"
        outline = "getComputedStyle(document.activeElement, '::after').outlineStyle"
        assert page.evaluate(outline) == "solid"
        for key, name in (("ArrowRight", "link-2"), ("ArrowRight", "link-3"), ("ArrowRight", "link-3"), ("ArrowLeft", "link-2")):
            page.keyboard.press(key)
            assert focused(page) == name
        page.keyboard.press("Enter")
        page.wait_for_url(f"{url}/services/2")
        for key, number in (("ArrowRight", 3), ("ArrowRight", 3), ("ArrowLeft", 2), ("ArrowLeft", 1)):
            page.keyboard.press(key)
            page.wait_for_url(f"{url}/services/{number}")
        page.keyboard.press("Escape")
        page.wait_for_url(f"{url}/#link-1")
        assert focused(page) == "link-1"
        page.keyboard.press("Control+ArrowRight")  # the browser's own
        assert focused(page) == "link-1"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_fails_a_check_of_axe_or_is_wider_than_its_window(repository: Repository, browser: Browser, scheme: str) -> None:
    repository.register(*SEVERAL)
    with shown(repository, language="ja") as url, looked_at(browser, url, color_scheme=scheme) as page:
        for path in ("/", "/services/2"):
            page.goto(url + path)
            assert Axe().run(page).generate_report() == "Found 0 accessibility violations:\n", path
        repository.write(REGISTER, BROKEN)
        repository.write(IMAGE, b"")
        page.goto(url)
        assert Axe().run(page).violations_count == 0
        repository.register(*SEVERAL)
        for path in ("/", "/services/2", "/services/3"):
            page.goto(url + path)
            for width in (320, 390, 768, 1280):
                page.set_viewport_size({"width": width, "height": 800})
                assert page.evaluate("document.documentElement.scrollWidth") == width, path


def test_colours_follow_the_system_unless_they_are_chosen(repository: Repository, browser: Browser) -> None:
    with shown(repository) as url, looked_at(browser, url, color_scheme="light") as page:
        assert min(background(page)) > 200
        page.emulate_media(color_scheme="dark")
        assert max(background(page)) < 60
    with shown(repository, theme="dark") as url, looked_at(browser, url, color_scheme="light") as page:
        assert max(background(page)) < 60


def test_the_policy_is_obeyed(repository: Repository, browser: Browser) -> None:
    with shown(repository) as url, browser.new_context() as context:
        page = context.new_page()
        page.goto(url)
        page.evaluate("document.body.insertAdjacentHTML('beforeend', '<p id=styled style=\"color:red\">x</p>')")
        assert page.evaluate("getComputedStyle(document.getElementById('styled')).color") != "rgb(255, 0, 0)"
        elsewhere = "fetch('http://127.0.0.1:9/').then(() => 'sent', error => String(error))"
        assert "Failed to fetch" in page.evaluate(elsewhere)


def test_png_writes_the_whole_page_as_a_picture(repository: Repository, browser_path: str, tmp_path: Path) -> None:
    repository.register(*SEVERAL)
    file = tmp_path / "second.png"
    options = ["--service", "second", "--dark", "--language", "ja", "--png", str(file)]
    ended = aces_action("preview", *options, cwd=repository.root, CHROME_PATH=browser_path)
    assert (ended.status, ended.out, ended.err) == (0, "", "")
    width, height = struct.unpack(">8x8xII", file.read_bytes()[:24])
    assert width == 2 * 1280
    assert height > 2 * 1200


def test_the_sandboxs_platform_shows_what_is_registered_by_the_same_page(
    browser: Browser, repository: Repository, tmp_path: Path
) -> None:
    tenant = "3f2b8c1e-6d4a-4f7b-9a51-0c8e2d7f6b13"
    with running(str(tmp_path / "platform.sqlite")) as url:
        made = {
            "uuid": tenant,
            "name": "画像AI",
            "department": "R&D",
            "plan_id": 1,
            "email": "e@example.com",
            "password": "x" * 9,
        }
        requests.post(f"{url}/_sandbox/tenants", json=made, timeout=5).raise_for_status()
        image = f"{url}/internal/tenants/{tenant}/images/{Path(IMAGE).name}"
        png = {"Content-Type": "image/png"}
        requests.put(image, data=(repository.root / IMAGE).read_bytes(), headers=png, timeout=5).raise_for_status()
        server = {"account_id": "123456789012", "region": "ap-northeast-1", "project": "plates", "env": "dev", "sync": None}
        register = json.loads((repository.root / REGISTER).read_text("utf-8"))
        body = {key: value for key, value in register.items() if key != "$schema"} | {"server": server | {"async": None}}
        answer = requests.post(f"{url}/internal/tenants/{tenant}/services", json=body, timeout=5)
        assert answer.status_code == 200, answer.text
        with looked_at(browser, url) as page:
            expect(page.get_by_role("article").get_by_role("heading", level=3)).to_have_text("Number Plate Detection")
            assert page.get_by_role("img").evaluate("image => image.naturalWidth") == 640
            assert Axe().run(page).generate_report() == "Found 0 accessibility violations:\n"
            page.set_viewport_size({"width": 390, "height": 844})
            assert page.evaluate("document.documentElement.scrollWidth") == 390
