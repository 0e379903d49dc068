"""The job log: groups, lines, annotations and masks, in GitHub's workflow commands or as plain text for a terminal."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import TextIO

from aces_action import __version__
from aces_action.colour import Hue, MarkedLine, painted, with_painted_marks
from aces_action.credentials import lines_of
from aces_action.github.commands import annotation, command, problem_text, redacted
from aces_action.language import Language, Text
from aces_action.problems import Problem
from aces_action.sanitiser import Sanitiser

ANNOTATIONS_PER_STEP = 10  # of each severity; GitHub drops the rest without a word


class Log:
    """Writes the log of one run. Any text will do: what is from outside goes through `sanitiser`, so that a secret given to
    `mask` never appears in a line again, whoever wrote it into a text.

    `workflow_commands` false: the same text without `::…` lines. `language` is that of all texts, `at_terminal` whether they are
    in the words of a terminal, and `width` its columns; None where lines may be of any length. `colour`: our own marks are in
    colour, which is put on after all that is from outside has lost its own.
    """

    def __init__(
        self,
        stream: TextIO,
        *,
        workflow_commands: bool,
        debug: bool = False,
        language: Language = "en",
        at_terminal: bool = False,
        width: int | None = None,
        colour: bool = False,
    ) -> None:
        if isinstance(stream, io.TextIOWrapper):  # a locale may lack some of our marks, or be ASCII
            stream.reconfigure(errors="replace")
        self._stream = stream
        self.sanitiser = Sanitiser()
        self._commands = workflow_commands
        self._debug = debug
        self.language: Language = language
        self._at_terminal = at_terminal
        self.width = width
        self._colour = colour
        self.is_lost = False
        self._masked: set[str] = set()
        self._annotated = {"error": 0, "warning": 0}

    def mask(self, secret: str) -> None:
        """Hides a secret from here on; the runner is told too. GitHub masks line by line, so each line is one mask."""
        self.sanitiser.add(secret)
        for line in lines_of(secret):
            if self._commands and line not in self._masked:
                self._write(command("add-mask", line))
            self._masked.add(line)

    def redact(self, text: str) -> str:
        """The text with every secret as `***`."""
        return self.sanitiser.redact(text)

    def output(self, value: str) -> str:
        """The value of a step output, without secrets."""
        return self.sanitiser.output(value)

    def begin(self, command: str, title: str) -> None:
        """The first line: what runs, and what it is about."""
        self.info(f"aces-action {__version__}  {command}  {title}")

    def group(self, title: str) -> None:
        safe = self.sanitiser.one_line(title)
        self._write(command("group", safe) if self._commands else f"{self._painted('▶', 'cyan')} {safe}")

    def end_group(self) -> None:
        if self._commands:
            self._write("::endgroup::")

    def info(self, text: str) -> None:
        """A line, or several, that the user should see. Safe for text from outside."""
        safe = self.sanitiser.clean(text)
        self._write(with_painted_marks(safe) if self._colour else safe)

    def line(self, line: MarkedLine) -> None:
        """A line with a mark in a colour of its own, or all in one."""
        safe = self.sanitiser.clean(line.text)
        self._write(f"{self._painted(line.mark, line.hue)} {safe}" if line.mark else self._painted(safe, line.hue))

    def said(self, text: Text) -> str:
        """The text in the language and the words of whoever reads."""
        return (text.for_terminal() if self._at_terminal else text).in_(self.language)

    def debug(self, text: str) -> None:
        """A line that is shown when the run is repeated with debug logging (RUNNER_DEBUG)."""
        if self._debug:
            safe = self.sanitiser.clean(text)
            self._write(command("debug", safe) if self._commands else self._painted(f"  · {safe}", "grey"))

    def problems(self, problems: Iterable[Problem]) -> None:
        """Prints problems, errors first: as annotations while GitHub keeps them, as plain text beyond, none left out."""
        not_annotated = 0
        for problem in sorted(problems, key=lambda each: each.severity):
            self._annotated[problem.severity] += 1
            safe = redacted(problem.for_terminal() if self._at_terminal else problem, self.redact)
            if self._commands and self._annotated[problem.severity] <= ANNOTATIONS_PER_STEP:
                self._write(annotation(safe, self.language))
            else:
                self.info(f"{'✗' if problem.severity == 'error' else '!'} {problem_text(safe, self.language)}")
                not_annotated += 1
        if self._commands and not_annotated:
            self.info(self.said(_beyond_annotations(not_annotated)))

    def _painted(self, text: str, hue: Hue) -> str:
        return painted(text, hue) if self._colour else text

    def _write(self, text: str) -> None:
        """Raises OSError once where nobody takes the text any more. After that nothing is written: whoever still has something to
        put right must not be stopped by that again."""
        if self.is_lost:
            return
        try:
            self._stream.write(text + "\n")
            self._stream.flush()
        except OSError:
            self.is_lost = True
            raise


def _beyond_annotations(count: int) -> Text:
    limit = ANNOTATIONS_PER_STEP
    return Text(
        f"Not shown as annotations: {count} (GitHub takes {limit} errors and {limit} warnings of a step). All are listed above.",
        f"アノテーションになっていない問題: {count}件（GitHubの上限は、1ステップにつきエラー{limit}件と警告{limit}件です）。"
        "すべての問題は、上に表示しています。",
    )
