"""The job log: groups, lines, annotations and masks, in GitHub's workflow commands or as plain text for a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TextIO

from aces_action.github.commands import annotation, command, neutralise, problem_text
from aces_action.language import Language, Text
from aces_action.problems import Problem

ANNOTATIONS_PER_STEP = 10  # of each severity; GitHub drops the rest without a word


class Log:
    """Writes the log of one run. Secrets given to `mask` never appear in a line again, whoever wrote them into a text.

    `workflow_commands` is false at a terminal: the same text without `::…` lines. `language` is that of problems; `worded` puts
    them in the words of whoever reads them.
    """

    def __init__(
        self,
        stream: TextIO,
        *,
        workflow_commands: bool,
        debug: bool = False,
        language: Language = "en",
        worded: Callable[[Problem], Problem] = lambda problem: problem,
    ) -> None:
        self._stream = stream
        self._commands = workflow_commands
        self._debug = debug
        self.language: Language = language
        self._worded = worded
        self._secrets: list[str] = []
        self._annotated = {"error": 0, "warning": 0}

    def mask(self, secret: str) -> None:
        """Hides a secret from here on; the runner is told too. GitHub masks line by line, so each line is one mask."""
        for line in secret.splitlines():
            if line.strip() and line not in self._secrets:
                if self._commands:
                    self._write(command("add-mask", line))
                self._secrets = sorted([*self._secrets, line], key=len, reverse=True)

    def redact(self, text: str) -> str:
        """The text with every known secret as `***`."""
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return text

    def group(self, title: str) -> None:
        self._write(command("group", self.redact(neutralise(title))) if self._commands else f"▶ {title}")

    def end_group(self) -> None:
        if self._commands:
            self._write("::endgroup::")

    def info(self, text: str) -> None:
        """A line, or several, that the user should see. Safe for text from outside."""
        self._write(neutralise(self.redact(text)))

    def debug(self, text: str) -> None:
        """A line that is shown when the run is repeated with debug logging (RUNNER_DEBUG)."""
        if self._debug:
            safe = neutralise(self.redact(text))
            self._write(command("debug", safe) if self._commands else f"  · {safe}")

    def problems(self, problems: Iterable[Problem]) -> None:
        """Prints problems, errors first: as annotations while GitHub keeps them, as plain text beyond, none left out."""
        not_annotated = 0
        for problem in sorted(map(self._worded, problems), key=lambda each: each.severity):
            self._annotated[problem.severity] += 1
            # before anything is escaped: an escaped secret would not be found
            safe = replace(problem, message=problem.message.map(self.redact), hint=problem.hint.map(self.redact))
            if self._commands and self._annotated[problem.severity] <= ANNOTATIONS_PER_STEP:
                self._write(annotation(safe, self.language))
            else:
                self.info(f"{'✗' if problem.severity == 'error' else '!'} {problem_text(safe, self.language)}")
                not_annotated += 1
        if self._commands and not_annotated:
            self.info(_beyond_annotations(not_annotated).in_(self.language))

    def _write(self, text: str) -> None:
        self._stream.write(text + "\n")
        self._stream.flush()


def _beyond_annotations(count: int) -> Text:
    limit = ANNOTATIONS_PER_STEP
    return Text(
        f"Not shown as annotations: {count} (GitHub takes {limit} errors and {limit} warnings of a step). All are listed above.",
        f"アノテーションになっていない問題: {count}件（GitHubの上限は、1ステップにつきエラー{limit}件と警告{limit}件です）。"
        "すべての問題は、上に表示しています。",
    )
