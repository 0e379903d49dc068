"""A pull request as its reviewer sees it: the changed line with our annotation below it, and the comment with the plan.

The page around them is drawn here, in GitHub's manner; the annotation and the comment are what the program writes.
"""

from __future__ import annotations

import html
import re
import shutil
import tempfile
from dataclasses import dataclass
from difflib import ndiff
from pathlib import Path

from aces_action.github.commands import annotation
from aces_action.language import Language
from aces_action.output.summary import plan_output
from aces_action.problems import Problem
from tests.pages.endings import endings
from tests.pages.failures import EXAMPLE, REGISTER, problems_of
from tests.pages.github import to_html

_BEFORE, _AFTER = "ナンバープレート検出", "ナンバープレートを検出します"
_CONTEXT = 3  # lines around a change
STYLE = """
.file { border: 1px solid #d1d9e0; border-radius: 6px; overflow: hidden; margin-bottom: 24px; }
.file > header, .comment > header { background: #f6f8fa; border-bottom: 1px solid #d1d9e0; padding: 8px 16px; font-size: 14px; }
.file > header { font-family: "Liberation Mono", monospace; font-size: 12px; font-weight: 600; }
.line { display: flex; font: 12px/20px "Liberation Mono", monospace; white-space: pre-wrap; }
.line > b { flex: 0 0 50px; color: #59636e; font-weight: 400; text-align: right; padding-right: 10px; }
.line > i { flex: 0 0 22px; font-style: normal; text-align: center; }
.removed { background: #ffebe9; } .added { background: #dafbe1; }
.annotation { border: 1px solid #d1d9e0; border-radius: 6px; margin: 8px 16px 8px 82px; }
.annotation > div { border-left: 4px solid #cf222e; padding: 8px 16px; border-radius: 6px; }
.annotation > div > p { margin: 0 0 4px; font-size: 13px; color: #59636e; } .annotation strong { font-size: 14px; }
.annotation > div > div { white-space: pre-wrap; font: 12px/1.5 "Liberation Mono", monospace; overflow-wrap: anywhere; }
.comment { border: 1px solid #d1d9e0; border-radius: 6px; overflow: hidden; }
.comment > header b { font-weight: 600; } .comment > header { color: #59636e; } .comment > header b { color: #1f2328; }
.comment > header i { font-style: normal; font-size: 12px; border: 1px solid #d1d9e0; border-radius: 2em; padding: 0 7px; }
.comment > div { padding: 16px; } .comment > div > :first-child { margin-top: 0; }
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotation:
    """What the runner makes of a command in the log."""

    file: str
    line: int
    title: str
    message: str


def annotation_of(problem: Problem, language: Language) -> Annotation:
    """Read back from the very line that the log has of it."""
    found = re.fullmatch(r"::(?:error|warning) ([^:]*)::(.*)", annotation(problem, language))
    assert found
    properties = dict(part.split("=", 1) for part in found[1].split(","))
    return Annotation(
        file=_unescaped(properties["file"]),
        line=int(properties["line"]),
        title=_unescaped(properties["title"]),
        message=_unescaped(found[2]),
    )


def _unescaped(text: str) -> str:
    for escape, character in (("%3A", ":"), ("%2C", ","), ("%0D", "\r"), ("%0A", "\n"), ("%25", "%")):
        text = text.replace(escape, character)
    return text


def pull_request(language: Language) -> str:
    """The article of the picture."""
    with tempfile.TemporaryDirectory(prefix="aces-pages-") as folder:
        repository = shutil.copytree(EXAMPLE, Path(folder, "repository"))
        file = repository / REGISTER
        before = file.read_text(encoding="utf-8")
        after = before.replace(_BEFORE, _AFTER)
        file.write_text(after, encoding="utf-8")
        (problem,) = problems_of(repository)
    comment = to_html(plan_output(endings()["planned"], language, lambda text: text))
    return (
        f"<div class=file><header>{REGISTER}</header>{_hunk(before, after, annotation_of(problem, language))}</div>"
        "<div class=comment><header><b>github-actions</b> <i>bot</i> commented 2 minutes ago</header>"
        f"<div>{comment}</div></div>"
    )


def _hunk(before: str, after: str, of: Annotation) -> str:
    """The lines around the change, and the annotation below the one that it is of."""
    rows, old, new = [], 0, 0
    for each in ndiff(before.splitlines(), after.splitlines()):
        sign, text = each[0], each[2:]
        if sign == "?":
            continue
        old, new = old + (sign != "+"), new + (sign != "-")
        if abs(new - of.line) > _CONTEXT:
            continue
        name = {"-": " removed", "+": " added"}.get(sign, "")
        numbers = f"<b>{'' if sign == '+' else old}</b><b>{'' if sign == '-' else new}</b>"
        rows.append(f"<div class='line{name}'>{numbers}<i>{sign}</i><span>{html.escape(text)}</span></div>")
        if sign != "-" and new == of.line:
            rows.append(
                f"<div class=annotation><div><p>Check failure on line {of.line} in {of.file}</p><p>GitHub Actions / Plan</p>"
                f"<strong>{html.escape(of.title)}</strong><div>{html.escape(of.message)}</div></div></div>"
            )
    return "".join(rows)
