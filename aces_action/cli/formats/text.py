"""Problems for a person: each with its line of the file, and carets under what is meant."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Sequence

from click import style

from aces_action.cli.formats.result import CheckedDeployment, CheckResult, cleaned, counted
from aces_action.language import Language, Text
from aces_action.problems import Problem
from aces_action.sanitiser import Sanitiser, is_seen, neutralise

_TAB = 4  # columns from tab stop to tab stop
_BEFORE = 24  # columns kept before the span in a line that is too long
_LEAST = 40  # columns for the file's line, however narrow the terminal is
_LOOKED_AT = 1000  # characters before and after the start of the span: no terminal shows more
_SEVERITIES = {"error": Text("error", "エラー"), "warning": Text("warning", "警告")}
_COLOURS = {"error": "red", "warning": "yellow"}
_UNSEEN = "\N{REPLACEMENT CHARACTER}"


def as_text(
    result: CheckResult,
    language: Language,
    *,
    lines: Callable[[str], Sequence[str]],
    width: int,
    colour: bool,
    about: Sequence[str] = (),
) -> str:
    """The problems, what was checked, and the count. `lines` gives the lines of a file: none where it cannot be read.

    A secret in a line of a file is not shown. `about`: lines above the count, where what was checked is no deployment.
    """
    paint = style if colour else _unpainted
    paragraphs = list(problem_paragraphs(result, language, lines=lines, width=width, colour=colour))
    result = cleaned(result)
    mark, hue = ("✗", "red") if result.errors else ("✓", "yellow" if result.problems else "green")
    count = paint(f"{mark} {counted(result).in_(language)}", fg=hue, bold=True)
    checked = [_checked(each).in_(language) for each in result.checked]
    paragraphs.append("\n".join([*checked, *map(neutralise, about), count]))
    return "\n\n".join(paragraphs) + "\n"


def problem_paragraphs(
    result: CheckResult, language: Language, *, lines: Callable[[str], Sequence[str]], width: int, colour: bool
) -> Iterator[str]:
    """The problems alone, each in lines of its own."""
    paint, sanitiser = style if colour else _unpainted, Sanitiser(result.secrets)
    helped: set[str] = set()
    for problem in cleaned(result).problems:
        paragraph = [_headline(problem, language, paint)]
        if problem.file is not None and problem.line is not None and problem.line <= len(written := lines(problem.file)):
            paragraph += _excerpt(written[problem.line - 1], problem, width, paint, sanitiser.covered)
        paragraph += [f"  {neutralise(line)}" for line in problem.hint.in_(language).splitlines()]
        if problem.code not in helped:  # once for each code is enough
            paragraph.append("  " + paint(problem.kind.help_url(language), dim=True))
        helped.add(problem.code)
        yield "\n".join(paragraph)


def _unpainted(text: str, **_style: bool | str) -> str:
    return text


def _headline(problem: Problem, language: Language, paint: Callable[..., str]) -> str:
    """`file:line:column: error ACES-C005: …`; editors and terminals make a link of the first part."""
    place = paint(neutralise(problem.place), bold=True) + ": " if problem.place else ""
    severity = f"{_SEVERITIES[problem.severity].in_(language)} {problem.code}"
    return f"{place}{paint(severity, fg=_COLOURS[problem.severity], bold=True)}: {neutralise(problem.message.in_(language))}"


def _checked(checked: CheckedDeployment) -> Text:
    """`Checked number-plate-detection dev, as in .github/workflows/build_on_push_develop.yml`."""
    name = neutralise(" ".join(part for part in (checked.project, checked.env) if part))
    if checked.workflow is None:
        return Text(f"Checked {name}, without a workflow", f"検証した設定: {name}（ワークフローなし）")
    file = neutralise(checked.workflow)
    if not name:
        return Text(f"Checked {file}", f"検証した設定: {file}")
    return Text(f"Checked {name}, as in {file}", f"検証した設定: {name}（{file}）")


def _excerpt(line: str, problem: Problem, width: int, paint: Callable[..., str], covered: Callable[[str], str]) -> Iterator[str]:
    """The line with its number and, below it, the carets; of a long line what is around the span. `covered` hides its secrets."""
    line = line.rstrip("\r")
    start = min((problem.column or 1) - 1, len(line))
    ends_here = problem.end_line in {None, problem.line}
    end = len(line) if not ends_here else start + 1 if problem.end_column is None else problem.end_column - 1
    left_out = max(0, start - _LOOKED_AT)  # of a file that is one line not all is looked at for each problem
    more = len(line) > start + _LOOKED_AT
    cells = _cells(covered(line[left_out : start + _LOOKED_AT]))
    start, end = start - left_out, end - left_out
    number = str(problem.line)
    first, last = _window(cells, start, max(width - len(number) - 5, _LEAST))
    shown = neutralise("".join(text for text, _ in cells[first:last]))
    left, right = "…" if first or left_out else "", "…" if last < len(cells) or more else ""
    indent = len(left) + sum(columns for _, columns in cells[first:start])
    carets = "^" * max(1, sum(columns for _, columns in cells[start : min(end, last)]))
    yield f"  {paint(f'{number} |', dim=True)} {left}{shown.rstrip()}{right}"
    if problem.column is not None:
        mark = paint(carets, fg=_COLOURS[problem.severity], bold=True)
        yield f"  {paint(' ' * len(number) + ' |', dim=True)} {' ' * indent}{mark}"


def _cells(line: str) -> list[tuple[str, int]]:
    """What is shown for each character, and how many columns it takes: two for Japanese ones, none for combining marks."""
    cells: list[tuple[str, int]] = []
    column = 0
    for character in line:
        if character == "\t":
            columns = _TAB - column % _TAB
            text = " " * columns
        elif not is_seen(character):
            text, columns = _UNSEEN, 1
        elif unicodedata.category(character) in {"Mn", "Me"}:
            text, columns = character, 0
        else:
            text, columns = character, 2 if unicodedata.east_asian_width(character) in "WF" else 1
        cells.append((text, columns))
        column += columns
    return cells


def _window(cells: Sequence[tuple[str, int]], start: int, room: int) -> tuple[int, int]:
    """From which to which cell the line is shown, so that it fits and the span's start is seen."""
    if sum(columns for _, columns in cells) <= room:
        return 0, len(cells)
    room -= 2  # for an ellipsis on both sides
    first = start
    before = 0
    while first > 0 and before + cells[first - 1][1] <= _BEFORE:
        first -= 1
        before += cells[first][1]
    last, shown = first, 0
    while last < len(cells) and shown + cells[last][1] <= room:
        shown += cells[last][1]
        last += 1
    return first, last
