"""The pages by value: what is shown of any register.json and picture, however broken."""

from __future__ import annotations

import json
import re
import shutil
import time
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aces_action.cli.preview.page import detail_page, list_page
from aces_action.project.schema import property_rules
from tests.cli.conftest import REGISTER, WORKFLOW
from tests.preview.conftest import ALGORITHM, IMAGE, Repository

VOID = frozenset({"meta", "link", "img", "br"})


class Tree(HTMLParser):
    """Checks that each element is closed; keeps texts, tags and ids."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.text = ""
        self.feed(page.decode())
        assert self.open == []
        assert len(set(self.ids)) == len(self.ids)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.ids += [value for name, value in attrs if name == "id" and value]
        assert not [name for name, _ in attrs if name.startswith("on") or name == "style"], "the policy refuses it"
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data + "\n"


def page(repository: Repository, number: int | None = None, language: str = "en", **options: Any) -> Tree:
    content = repository.read(**options)
    made = list_page(content, language) if number is None else detail_page(number, content, language)  # type: ignore[arg-type]
    return Tree(made)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"plan_id": 1,\n  "services": [}', "server/algorithms/register.json:2:16"),
        ("", "server/algorithms/register.json"),
        ("\x00\x01", "server/algorithms/register.json"),
        ("[1, 2]", "cannot be shown yet"),
        ('{"services": {}}', "services is an object"),
        ('{"services": []}', "No services in register.json."),
        ('{"services": [null, 3, "x", [], {}]}', "(no title)"),
        ('{"services": [{"title": {"a": [1]}, "name": 3, "type": [], "content": false}]}', "(no title)"),
    ],
)
def test_a_broken_register_json_is_a_page_with_its_problems(repository: Repository, text: str, words: str) -> None:
    repository.write(REGISTER, text)
    assert words in page(repository).text
    for number in (1, 5, 6):
        assert page(repository, number).text


@settings(max_examples=20)
@given(
    services=st.lists(
        st.one_of(
            st.none(),
            st.dictionaries(
                st.sampled_from(["title", "name", "content", "type", "image_key", "input_mimes", "<b>"]),
                st.recursive(
                    st.none() | st.booleans() | st.integers() | st.text(), lambda of: st.lists(of, max_size=2), max_leaves=3
                ),
                max_size=6,
            ),
        ),
        max_size=3,
    )
)
def test_whatever_is_in_it_makes_a_whole_page(services: list[Any], tmp_path_factory: pytest.TempPathFactory) -> None:
    repository = Repository(root=tmp_path_factory.mktemp("any"))
    (repository.root / "server/algorithms").mkdir(parents=True)
    repository.write(REGISTER, json.dumps({"services": services}))
    for number in (None, 1, 2):
        assert page(repository, number).tags.count("script") == 1


def test_markup_in_any_text_is_shown_as_text(repository: Repository) -> None:
    hostile = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    repository.register(
        {"title": hostile, "subtitle": hostile, "content": hostile, "name": hostile, "type": hostile, "unit_name": hostile}
    )
    for number in (None, 1):
        shown = page(repository, number)
        assert "<script>alert(1)</script>" in shown.text
        assert shown.tags.count("script") == 1
        assert shown.tags.count("img") == 1


def test_a_missing_repository_is_no_crash(tmp_path: Path) -> None:
    shown = page(Repository(root=tmp_path))
    assert "register.json, what the platform lists, does not exist" in shown.text
    assert "2 errors" in shown.text


def test_each_limit_is_that_of_the_schema(repository: Repository) -> None:
    shown = page(repository).text
    limits = {rule.key: (rule.most, rule.unit) for rule in property_rules("register.schema.json", ("services", 0)) if rule.most}
    assert limits.keys() == {"name", "title", "subtitle", "content"}
    counts = re.findall(r"^(\d+)/(\d+) (bytes|characters)$", shown, re.MULTILINE)
    assert {(int(most), unit) for _, most, unit in counts} == set(limits.values())
    assert ("22", "60", "bytes") in counts
    assert "22/60バイト" in page(repository, language="ja").text
    assert "11/30文字" in page(repository, 1, "ja").text
    assert "2.88 kB/5 MB" in shown


@pytest.mark.parametrize(
    ("title", "rest"), [("x" * 61, "x"), ("x" * 58 + "検出", "検出"), ("検" * 20 + "出", "出"), ("x" * 60, "")]
)
def test_what_is_over_a_limit_is_marked_with_the_words_of_the_check(repository: Repository, title: str, rest: str) -> None:
    repository.register({"title": title})
    content = repository.read()
    field = content.services[0].field("title") if content.services else None
    assert field is not None
    assert field.split() == (title.removesuffix(rest), rest)
    shown = list_page(content, "en").decode()
    assert (f'<mark class="over">{rest}</mark>' in shown) == bool(rest)
    words = f"services[0].title has {len(title.encode())} bytes of UTF-8, but must have at most 60"
    assert shown.count(words) == (2 if rest else 0)  # among the problems, and at its place


def test_all_services_are_shown_in_their_order_with_their_own_problems(repository: Repository) -> None:
    repository.register({}, {"name": "second", "title": "Second"}, {"title": "Third"})
    shown = list_page(repository.read(), "en").decode()
    assert re.findall(r'<h2><a href="/services/(\d)" id="link-\d"><span>([^<]+)<', shown) == [
        ("1", "Number Plate Detection"),
        ("2", "Second"),
        ("3", "Third"),
    ]
    second, third = shown[shown.index('id="service-2"') :].split('id="service-3"')
    assert '"second"' in second
    assert "ACES-C" not in second
    assert "numberplate" in third  # the name is taken
    detail = page(repository, 2)
    assert {"back", "previous", "next"} <= set(detail.ids)
    assert "2 / 3" in detail.text


def test_a_problem_is_shown_with_its_line_and_what_is_wrong_in_it(repository: Repository) -> None:
    repository.register({"plan": 3, "title": "漢" * 21})
    shown = list_page(repository.read(), "ja").decode()
    assert '<span class="number">8</span>"title": <mark>"漢漢' in shown
    assert "エラー ACES-C005" in shown
    assert "エラー2件" in shown


def test_a_long_line_is_shown_around_what_is_wrong(repository: Repository) -> None:
    repository.write(REGISTER, json.dumps({"plan_id": 1, "padding": "x" * 5_000, "overflow_mode": "no", "rest": "y" * 5_000}))
    shown = page(repository).text
    assert '"no"' in shown
    assert "x" * 500 not in shown
    assert "y" * 500 not in shown


def test_many_problems_in_one_line_are_shown_at_once(repository: Repository) -> None:
    services = [{"name": f"n{number}", "title": "x" * 100} for number in range(300)]
    repository.write(REGISTER, json.dumps({"plan_id": 1, "overflow_mode": 1, "services": services}))
    content = repository.read()
    begun = time.process_time()
    assert len(list_page(content, "en")) > 100_000
    assert time.process_time() - begun < 20  # of minutes, when each problem had the whole line looked at again


def test_a_credential_in_a_file_is_not_shown(repository: Repository) -> None:
    repository.register({"content": "AKIAIOSFODNN7EXAMPLE", "secret": "AKIAIOSFODNN7EXAMPLE"})
    for number in (None, 1):
        assert "AKIAIOSFODNN7EXAMPLE" not in page(repository, number).text


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "not a PNG or JPEG image"),
        (b"\x89PNG\r\n\x1a\n" + bytes(40), "is not a whole PNG image"),
        (bytes(5_000_001), "is larger than 5 MB"),
        (None, "does not exist"),
    ],
)
def test_a_picture_that_is_none_is_said_in_its_place(repository: Repository, content: bytes | None, words: str) -> None:
    if content is None:
        (repository.root / IMAGE).unlink()
    else:
        repository.write(IMAGE, content)
    made = list_page(repository.read(), "en").decode()
    card = made[made.index('<article class="card"') :]
    assert "<img" not in card
    assert "The picture cannot be shown" in card
    assert words in card


def test_the_picture_is_that_of_the_option_the_workflow_or_image_key(repository: Repository) -> None:
    assert repository.read().image_path == IMAGE
    repository.write("other.png", (repository.root / IMAGE).read_bytes())
    assert repository.read(image_path="./other.png").image_path == "other.png"
    shutil.rmtree(repository.root / ".github")
    found = repository.read()
    assert (found.image_path, found.image is not None) == (IMAGE, True)
    repository.register({"image_key": "../../../etc/passwd"})
    assert repository.read().image is None
    repository.write(REGISTER, "{")
    assert repository.read().image_path is None
    assert "No picture" not in page(repository).text  # there is no service to have one


def test_the_environment_chooses_between_workflows(repository: Repository) -> None:
    workflow = (repository.root / WORKFLOW).read_text("utf-8")
    staging = re.sub(r"ENV: dev\b", "ENV: staging", workflow).replace("example_algorithm.png", "staging.png")
    repository.write(".github/workflows/staging.yml", staging)
    assert repository.read(env="staging").image_path == IMAGE.replace("example_algorithm", "staging")
    assert repository.read(env="dev").image_path == IMAGE


@pytest.mark.parametrize("file", [REGISTER, ALGORITHM, IMAGE, WORKFLOW])
def test_the_version_follows_every_file_that_counts(repository: Repository, file: str) -> None:
    versions = {repository.read().version, repository.read().version}
    content = (repository.root / file).read_bytes()
    repository.write(file, content + b"\n")
    versions.add(repository.read().version)
    (repository.root / file).unlink()
    versions.add(repository.read().version)
    assert len(versions) == 3


def test_both_languages_show_the_same(repository: Repository) -> None:
    for number in (None, 1, 7):
        english, japanese = (page(repository, number, language) for language in ("en", "ja"))
        assert english.tags.count("article") == japanese.tags.count("article")
        assert english.ids == japanese.ids
        assert re.search("[ぁ-ん]", japanese.text)
