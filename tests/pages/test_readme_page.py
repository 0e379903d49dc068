"""The first thing that people see of this repository, as GitHub shows it."""

from __future__ import annotations

import pytest

from aces_action.language import Language
from tests.pages import boxes
from tests.pages.conftest import ViewerOf
from tests.pages.github import NARROW, ROOT, WIDE, Frame, to_html

pytestmark = pytest.mark.chromium

PAGES: dict[str, Language] = {"README.md": "en", "README.ja.md": "ja"}


@pytest.mark.parametrize("frame", [WIDE, NARROW], ids=lambda frame: f"{frame.width}px")
@pytest.mark.parametrize("name", PAGES)
def test_a_readme_fits_its_window_and_its_pictures_are_there(name: str, frame: Frame, viewer_of: ViewerOf) -> None:
    window = viewer_of(frame, PAGES[name])
    window.show(to_html((ROOT / name).read_text(encoding="utf-8")))
    window.unfold()
    page = window.boxes()
    judgements = (
        boxes.overflowing,
        boxes.missing_headline,
        boxes.disordered_headings,
        boxes.missing_images,
        boxes.glued_links,
        *([boxes.narrow_cells] if frame == WIDE else []),
    )
    assert [found for judgement in judgements for found in judgement(page)] == []
    if frame == WIDE:
        assert window.violations() == []
