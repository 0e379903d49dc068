"""The summary of each ending as people see it on GitHub, in a browser, in both languages, on a desk and on a telephone."""

from __future__ import annotations

import re

import pytest

from aces_action.language import LANGUAGES, Language
from aces_action.output.report import Report
from aces_action.output.summary import summary
from aces_action.problems.catalogue import CATALOGUE
from tests.pages import boxes
from tests.pages.boxes import Page
from tests.pages.conftest import ViewerOf
from tests.pages.endings import endings
from tests.pages.github import NARROW, ROOT, WIDE, Frame, to_html
from tests.pages.looking import Scheme

pytestmark = pytest.mark.chromium

MOST_ROWS = 12  # of tables, that a success shows before anybody scrolls
_LINKED = re.compile(
    r"https://github\.com/example-org/number-plate-detection/(?:actions/runs/\d+|commit/[0-9a-f]{40}|blob/[0-9a-f]{40}/\S+)"
)


def is_intended(report: Report, language: Language, href: str) -> bool:
    """A file or commit of the repository, a run, a job, what an output names, or where a code of this report is explained."""
    problems = [*report.problems, *(each for check in report.checks for each in (*check.problems, *check.notes))]
    explained = {problem.kind.help_url(language) for problem in problems}
    codes = {each.outcome.failure_code.removeprefix("ACES-") for each in report.fleet if each.outcome} & CATALOGUE.keys()
    explained |= {CATALOGUE[code].help_url(language) for code in codes}
    jobs = {each.job_url for each in report.fleet}
    return bool(_LINKED.fullmatch(href)) or href in {*report.outputs.values(), *explained, *jobs}


def objections_as_it_comes(page: Page, report: Report) -> list[str]:
    """What is wrong with a page on which nothing was unfolded yet."""
    found = [*boxes.missing_headline(page), *boxes.disordered_headings(page)]
    rows = boxes.rows_above_the_fold(page)
    if not report.problems and rows > MOST_ROWS:
        found.append(f"a success shows {rows} rows")
    errors = [problem.code for problem in report.problems if problem.severity == "error"]
    if errors and not page.is_narrow and not boxes.is_above_the_fold(page, errors[0]):
        found.append(f"{errors[0]} is not above the fold")
    if report.outputs.get("registration") == "deferred" and not boxes.is_above_the_fold(page, "command: register"):
        found.append("how to register is not above the fold")
    return found


def objections_unfolded(page: Page, report: Report, language: Language) -> list[str]:
    return [
        *boxes.overflowing(page),
        *boxes.cut_off(page),
        *boxes.narrow_cells(page),
        *boxes.broken_cells(page),
        *boxes.glued_links(page),
        *boxes.unintended_links(page, lambda href: is_intended(report, language, href)),
    ]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("ending", endings())
def test_the_page_can_be_read(ending: str, language: Language, viewer_of: ViewerOf) -> None:
    report = endings()[ending]
    article = to_html(summary(report, language, lambda text: text))
    for frame in (WIDE, NARROW):
        window = viewer_of(frame, language)
        window.show(article)
        found = objections_as_it_comes(window.boxes(), report)
        window.unfold()
        found += objections_unfolded(window.boxes(), report, language)
        if ending == "hostile":  # lines of a log are shown as they are, and may be of any length
            found = [each for each in found if not each.startswith("a sentence in a code block")]
        assert found == [], f"{frame.width} px"
    assert viewer_of(WIDE, language).violations() == []


@pytest.mark.parametrize("ending", ["deployed", "failed-sagemaker", "status"])
def test_nothing_is_wrong_in_the_dark(ending: str, viewer_of: ViewerOf) -> None:
    window = viewer_of(NARROW, "ja", "dark")
    window.show(to_html(summary(endings()[ending], "ja", lambda text: text)))
    window.unfold()
    assert window.violations() == []


def test_every_judgement_objects_to_a_page_that_nobody_can_read(viewer_of: ViewerOf) -> None:
    """Cut from a summary of former times, with the faults that people met on it."""
    article = to_html((ROOT / "tests/pages/unreadable.ja.md").read_text(encoding="utf-8"))
    window = viewer_of(WIDE, "ja")
    window.show(article)
    wide = window.boxes()
    assert not boxes.missing_headline(wide)
    assert boxes.rows_above_the_fold(wide) > 8
    for judgement in (
        boxes.overflowing,
        boxes.cut_off,
        boxes.narrow_cells,
        boxes.broken_cells,
        boxes.glued_links,
        boxes.disordered_headings,
        boxes.missing_images,
    ):
        assert judgement(wide), judgement.__name__
    assert boxes.unintended_links(wide, lambda href: is_intended(Report(), "ja", href))
    assert [each.partition(":")[0] for each in window.violations()] == [
        "empty-table-header",
        "empty-table-header",
        "heading-order",
    ]


@pytest.mark.parametrize("frame", [WIDE, NARROW], ids=lambda frame: f"{frame.width}px")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_window_is_as_wide_as_it_says_and_has_githubs_colours(frame: Frame, scheme: Scheme, viewer_of: ViewerOf) -> None:
    window = viewer_of(frame, "en", scheme)
    window.show("<p>a</p>")
    page = window.boxes()
    assert (page.width, page.content) == (frame.width, frame.width)
    assert page.edge == frame.width - frame.padding
