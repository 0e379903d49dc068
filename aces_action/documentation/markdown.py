"""Pieces of Markdown that GitHub and the site show alike."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Sequence

from aces_action.language import LANGUAGES, Language, Text

GENERATED = "<!-- Written by `make docs` from the code: change it there. -->"
"""Stands below the heading of each page that is written here: what carries it and is written no more is deleted."""

_OTHER_LANGUAGE = Text("日本語", "English")


def in_both_languages(name: str, write: Callable[[Language], Iterable[str]]) -> dict[str, str]:
    """A page and its counterpart, each with a link to the other, by their paths in the repository.

    `name` is the path below docs/; `write` gives the page's parts, the heading first.
    """
    paths: dict[Language, str] = {"en": f"docs/{name}", "ja": f"docs/ja/{name}"}
    parts = {language: list(write(language)) for language in LANGUAGES}
    pages = {}
    for language, path in paths.items():
        [other] = [each for each in LANGUAGES if each != language]
        heading, *rest = parts[language]
        title = parts[other][0].removeprefix("# ")
        link = f"{_OTHER_LANGUAGE.in_(language)}: [{title}]({posixpath.relpath(paths[other], posixpath.dirname(path))})"
        pages[path] = "\n\n".join([heading, GENERATED, link, *rest]) + "\n"
    return pages


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; its cells are Markdown already."""
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (header, ["---"] * len(header), *rows))


def plain(text: str) -> str:
    """Text that is no Markdown, but for its code in backticks: nothing of it forms a tag, a cell, emphasis or a link."""
    signs = {"<": "&lt;", ">": "&gt;", "*": "\\*"}
    text = re.sub(r"(?<!`)https?://[\w./:-]*\w", r"`\g<0>`", text)
    return re.sub(r"`[^`]*`|[<>*]", lambda found: signs.get(found[0], found[0]), text).replace("|", "\\|")
