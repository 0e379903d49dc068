"""The catalogue of codes, and the pages that are written from it."""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from aces_action import __version__
from aces_action.documentation.pages import generated_pages, stale_pages
from aces_action.language import LANGUAGES, Language
from aces_action.problems import Problem
from aces_action.problems.catalogue import CATALOGUE, PARTS, Kind
from aces_action.project import load_project
from aces_action.settings import read_settings
from tests.cells import cells

ROOT = Path(__file__).parent.parent
KINDS = list(CATALOGUE.values())
JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
INFRA = json.loads((ROOT / "schemas/infra.schema.json").read_text(encoding="utf-8"))


def snippets(kind: Kind, language: str) -> Iterator[str]:
    """The code blocks of one language among what a kind tells to write."""
    yield from re.findall(rf"^```{language}\n(.*?)^```", kind.fix.en + "\n", flags=re.MULTILINE | re.DOTALL)


def is_infra(snippet: str) -> bool:
    """Whether a block of YAML is for the infra file, by its keys."""
    written = yaml.safe_load(snippet)
    return isinstance(written, dict) and set(written) <= set(INFRA["properties"])


def test_no_code_is_given_twice_and_each_begins_with_the_letter_of_its_part() -> None:
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "aces_action/problems").rglob("*.py")]
    codes = Counter(re.findall(r'code="ACES-(\w+)"', "\n".join(sources)))
    assert codes == dict.fromkeys(CATALOGUE, 1)
    assert all(re.fullmatch(r"[A-Z]\d{3}", code) for code in CATALOGUE)
    assert list(dict.fromkeys(code[0] for code in CATALOGUE)) == list(PARTS)


@cells(KINDS, named=lambda kind: kind.code)
def test_a_code_says_in_both_languages_what_it_means_why_it_is_said_and_what_to_do(kind: Kind) -> None:
    for text in (kind.title, kind.cause, kind.fix):
        assert text.en
        assert JAPANESE.search(text.ja)
        assert not JAPANESE.search(text.en)
    for example in map(kind.example_in, LANGUAGES):
        assert example.strip() == example != ""
    assert len(kind.title.en) <= 60
    assert not kind.title.en.endswith(".")
    assert not kind.title.ja.endswith("。")


@cells(KINDS, named=lambda kind: kind.code)
def test_an_example_is_code_or_the_line_of_the_log_in_either_language(kind: Kind) -> None:
    english, japanese = map(kind.example_in, LANGUAGES)
    if english.startswith(kind.code):
        assert JAPANESE.search(japanese)
        assert not JAPANESE.search(english.replace("ラベル", ""))  # a file's name
        assert japanese.startswith(f"{kind.code} ")
    else:
        assert japanese == english


@cells(KINDS, named=lambda kind: kind.code)
def test_code_is_the_same_in_both_languages_and_its_comments_are_in_either(kind: Kind) -> None:
    for text in (kind.cause, kind.fix):
        english, japanese = (re.findall(r"```.*?```", each, flags=re.DOTALL) for each in (text.en, text.ja))
        assert [_COMMENT.sub("", each) for each in english] == [_COMMENT.sub("", each) for each in japanese]
        remarks = [found for each in japanese for found in _COMMENT.findall(each)]
        assert all(re.search(r"[\u3040-\u30ff\u4e00-\u9fff]", each) for each in remarks), remarks


_COMMENT = re.compile(r"\s#\s.*")


@cells(KINDS, named=lambda kind: kind.code)
def test_what_a_fix_tells_to_write_can_be_read(kind: Kind) -> None:
    for snippet in snippets(kind, "json"):
        json.loads(snippet if snippet.startswith("{") else f"{{{snippet}}}")
    for snippet in snippets(kind, "yaml"):
        assert yaml.safe_load(snippet)


REGISTER_FILE = "server/algorithms/register.json"
INFRA_FILE = "server/infra/configs/number-plate-detection-dev-algorithm-server-infra.yml"
BASE = "SAGEMAKER_INSTANCE_TYPE: ml.m5.large\naws_batch_instance_type: m5.large\n"


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A caller's repository in which nothing is wrong."""
    shutil.copytree(ROOT / "examples/number-plate-detection/server", tmp_path / "server")
    return tmp_path


def problems_in(workspace: Path, *, role_account: str | None = None) -> list[Problem]:
    return load_project(
        workspace,
        project="number-plate-detection",
        env="dev",
        image_path="server/algorithms/example_algorithm.png",
        role_account=role_account,
        config_path=None,
    )[1]


def codes(problems: list[Problem]) -> set[str]:
    return {problem.code.removeprefix("ACES-") for problem in problems}


def test_the_examples_start_from_a_repository_in_which_nothing_is_wrong(workspace: Path) -> None:
    assert problems_in(workspace) == []
    (workspace / INFRA_FILE).write_text(BASE)
    assert problems_in(workspace) == []


@pytest.mark.parametrize("code", ["C004", "C005", "C007", "C011", "C012"])
def test_an_example_of_a_service_brings_its_code(workspace: Path, code: str) -> None:
    register = json.loads((workspace / REGISTER_FILE).read_text(encoding="utf-8"))
    register["services"][0] |= json.loads(f"{{{CATALOGUE[code].example_in('en')}}}")
    (workspace / REGISTER_FILE).write_text(json.dumps(register))
    assert code in codes(problems_in(workspace))


@pytest.mark.parametrize("code", ["C002", "C013"])
def test_an_example_of_the_register_brings_its_code(workspace: Path, code: str) -> None:
    text = CATALOGUE[code].example_in("en")
    if not text.startswith("{"):
        text = json.dumps(json.loads((workspace / REGISTER_FILE).read_text(encoding="utf-8")) | json.loads(f"{{{text}}}"))
    (workspace / REGISTER_FILE).write_text(text)
    assert code in codes(problems_in(workspace))


@pytest.mark.parametrize(
    ("code", "beside"),
    [
        *((code, BASE) for code in ("B003", "B004", "C003", "C009", "C014", "C021", "C023", "C026", "C032")),
        *((code, "") for code in ("C010", "C017", "C018", "C020", "C025", "C030", "C031")),
    ],
)
def test_an_example_of_the_infra_file_brings_its_code(workspace: Path, code: str, beside: str) -> None:
    (workspace / INFRA_FILE).write_text(f"{beside}{CATALOGUE[code].example_in('en')}\n")
    assert code in codes(problems_in(workspace))


@pytest.mark.parametrize(
    "kind", [kind for kind in KINDS if any(map(is_infra, snippets(kind, "yaml")))], ids=lambda kind: kind.code
)
def test_an_infra_file_as_a_fix_tells_to_write_it_has_no_errors(workspace: Path, kind: Kind) -> None:
    for snippet in filter(is_infra, snippets(kind, "yaml")):
        beside = [line for line in BASE.splitlines() if line.partition(":")[0] not in snippet]
        (workspace / INFRA_FILE).write_text("\n".join([snippet, *beside]))
        problems = problems_in(workspace)
        assert [problem for problem in problems if problem.severity == "error" or problem.kind == kind] == []


def test_an_example_of_two_accounts_brings_its_code(workspace: Path) -> None:
    written, workflow = CATALOGUE["C015"].example_in("en").split("\n\n")
    (workspace / INFRA_FILE).write_text(f"{BASE}{written}\n")
    assert codes(problems_in(workspace, role_account=re.findall(r"\d{12}", workflow)[0])) == {"C015"}


@pytest.mark.parametrize("code", ["S001", "S002", "S003"])
def test_an_example_of_the_workflow_brings_its_code(code: str) -> None:
    written = yaml.safe_load(CATALOGUE[code].example_in("en"))
    variables = {name: re.sub(r"\$\{\{.*\}\}", "", value) for name, value in written.get("env", written).items()}
    assert code in codes(list(read_settings(variables).problems))


def test_made_up_accounts_alone_stand_in_the_texts() -> None:
    text = "\n".join(
        each
        for kind in KINDS
        for each in (kind.cause.en, kind.cause.ja, kind.fix.en, kind.fix.ja, *map(kind.example_in, LANGUAGES))
    )
    assert set(re.findall(r"\b\d{12}\b", text)) == {"123456789012", "210987654321"}


def test_a_code_links_to_its_page_of_this_very_version() -> None:
    base = f"https://github.com/ORG/aces-action/blob/v{__version__}/docs"
    assert CATALOGUE["C001"].help_url("en") == f"{base}/errors/c001.md"
    assert CATALOGUE["C001"].help_url("ja") == f"{base}/ja/errors/c001.md"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_link_to_the_section_that_a_code_had_before_leads_to_its_row_which_links_to_its_page(language: Language) -> None:
    index = (ROOT / f"docs/{'ja/' if language == 'ja' else ''}errors.md").read_text(encoding="utf-8")
    for kind in KINDS:
        page = kind.help_url(language).rpartition("/")[2]
        assert index.count(f'<a id="{kind.code.lower()}"></a>[{kind.code}](errors/{page})') == 1


def test_a_page_has_title_links_cause_fix_and_example() -> None:
    assert generated_pages()["docs/ja/errors/w011.md"] == (
        "# ACES-W011: 検査中に重みファイルが変わりました\n\n"
        "<!-- Written by `make docs` from the code: change it there. -->\n\n"
        "English: [ACES-W011: Weights changed during the check](../../errors/w011.md)\n\n"
        "**エラー** · [エラーコード](../errors.md#aces-w011)\n\n"
        "## 原因\n\n"
        "読んでいる間に、S3のファイルが置き換えられたか、削除されました。"
        "検査したものと今あるものが違うので、何もデプロイしていません。\n\n"
        "## 直し方\n\n"
        "アップロードが完了してから、ジョブを再実行してください。\n\n"
        "## 例\n\n"
        "```text\n"
        "ACES-W011 s3://number-plate-detection-dev/shared/weights/deploy.tar.gzが検査中に置き換えられました。\n"
        "```\n"
    )


def test_the_pages_are_what_the_code_says() -> None:
    there = {path: (ROOT / path).read_text(encoding="utf-8") for path in generated_pages() if (ROOT / path).exists()}
    assert there == generated_pages(), "make docs"


def test_a_page_that_the_code_writes_no_longer_is_found() -> None:
    assert stale_pages() == [], "make docs"


def test_a_page_of_a_code_that_is_gone_is_stale_and_one_written_by_hand_is_not(tmp_path: Path) -> None:
    folder = tmp_path / "docs/errors"
    folder.mkdir(parents=True)
    for name in ("w004.md", "w999.md"):
        (folder / name).write_text((ROOT / "docs/errors/w004.md").read_text(encoding="utf-8"), encoding="utf-8")
    (folder / "by-hand.md").write_text("# By hand\n", encoding="utf-8")
    assert stale_pages(tmp_path) == [folder / "w999.md"]
