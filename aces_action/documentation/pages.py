"""All pages of docs/ that are written from the code."""

from __future__ import annotations

from pathlib import Path

from aces_action.documentation.action_page import action_pages
from aces_action.documentation.error_pages import error_pages
from aces_action.documentation.markdown import GENERATED
from aces_action.documentation.schema_pages import schema_pages

ROOT = Path(__file__).parents[2]
"""The repository that this package lies in."""


def generated_pages() -> dict[str, str]:
    """The text of each page by its path in the repository."""
    return action_pages(ROOT) | schema_pages() | error_pages()


def stale_pages(root: Path = ROOT) -> list[Path]:
    """Pages that were once written from the code and are no longer."""
    written = {root / path for path in generated_pages()}
    return sorted(
        page for page in (root / "docs").rglob("*.md") if page not in written and GENERATED in page.read_text(encoding="utf-8")
    )
