"""Writes the pages that come from the code: `python -m aces_action.documentation` (`make docs`)."""

from __future__ import annotations

from aces_action.documentation.pages import ROOT, generated_pages, stale_pages


def main() -> None:
    """Writes them in the repository that this package lies in, and deletes those that nothing writes any more."""
    for path, text in generated_pages().items():
        page = ROOT / path
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(text, encoding="utf-8")
    for page in stale_pages():
        page.unlink()


if __name__ == "__main__":
    main()
