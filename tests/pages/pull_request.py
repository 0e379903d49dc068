"""A pull request as its reviewer sees it: what was changed with our annotations below the lines, and the comment with the plan.

The page around them is drawn here, in GitHub's manner; the annotation and the comment are what the program writes.
"""

from __future__ import annotations

import html
import re
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import ndiff
from pathlib import Path

from aces_action.github.commands import annotation
from aces_action.language import Language
from aces_action.output.summary import plan_output
from aces_action.problems import Problem
from tests.pages.endings import endings
from tests.pages.failures import EXAMPLE, problems_of
from tests.pages.github import to_html
from tests.pages.project import INFRA_FILE

_BEFORE, _AFTER = "ml.t2.xlarge", "ml.g4dn.xlarge"
_CONTEXT = 2  # lines around a change
STYLE = """
.file { border: 1px solid #d1d9e0; border-radius: 6px; overflow: hidden; margin-bottom: 24px; }
.file > header, .comment > header { background: #f6f8fa; border-bottom: 1px solid #d1d9e0; padding: 8px 16px; font-size: 14px; }
.file > header { font-family: "Liberation Mono", monospace; font-size: 12px; font-weight: 600; }
.line { display: flex; font: 12px/20px "Liberation Mono", monospace; white-space: pre-wrap; }
.line > b { flex: 0 0 50px; color: #59636e; font-weight: 400; text-align: right; padding-right: 10px; }
.line > i { flex: 0 0 22px; font-style: normal; text-align: center; }
.removed { background: #ffebe9; } .added { background: #dafbe1; }
.annotation { border: 1px solid #d1d9e0; border-radius: 6px; margin: 8px 16px 8px 82px; }
.annotation > div { border-left: 4px solid #9a6700; padding: 8px 16px; border-radius: 6px; }
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
        file = repository / INFRA_FILE
        before = file.read_text(encoding="utf-8")
        after = before.replace(_BEFORE, _AFTER)
        file.write_text(after, encoding="utf-8")
        problems = problems_of(repository)
    comment = to_html(plan_output(replace(endings()["planned"], problems=[*problems]), language, lambda text: text))
    annotations = [annotation_of(problem, language) for problem in problems]
    return (
        f"<div class=file><header>{INFRA_FILE}</header>{_hunk(before, after, annotations)}</div>"
        "<div class=comment><header><b>github-actions</b> <i>bot</i> commented 2 minutes ago</header>"
        f"<div>{comment}</div></div>"
    )


def _hunk(before: str, after: str, annotations: Sequence[Annotation]) -> str:
    """The lines around the change, and each annotation below the line that it is of."""
    rows: list[str] = []
    old = new = 0
    lines_before, lines_after = before.splitlines(), after.splitlines()
    changed = next(number for number, line in enumerate(lines_after, start=1) if line != lines_before[number - 1])
    for each in ndiff(lines_before, lines_after):
        sign, text = each[0], each[2:]
        if sign == "?":
            continue
        old, new = old + (sign != "+"), new + (sign != "-")
        if abs(new - changed) > _CONTEXT:
            continue
        name = {"-": " removed", "+": " added"}.get(sign, "")
        numbers = f"<b>{'' if sign == '+' else old}</b><b>{'' if sign == '-' else new}</b>"
        rows.append(f"<div class='line{name}'>{numbers}<i>{sign}</i><span>{html.escape(text)}</span></div>")
        rows += [_drawn(annotation) for annotation in annotations if sign != "-" and annotation.line == new]
    return "".join(rows)


def _drawn(annotation: Annotation) -> str:
    return (
        f"<div class=annotation><div><p>Check warning on line {annotation.line} in {annotation.file}</p>"
        f"<p>GitHub Actions / Plan</p><strong>{html.escape(annotation.title)}</strong>"
        f"<div>{html.escape(annotation.message)}</div></div></div>"
    )
