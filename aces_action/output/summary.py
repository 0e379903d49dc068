"""The job summary and the outputs `plan` and `summary`, in GitHub's Markdown. Texts only: nothing is written here."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from aces_action.language import Language
from aces_action.output.page.contents import fleet_page, plan_page, summary_page
from aces_action.output.page.markdown import PageWriter

if TYPE_CHECKING:
    from aces_action.output.report import Report

# GitHub drops a summary of more than 1 MiB whole, and other steps of the job may write there too. A comment on a pull request
# takes 65,536 characters, and a variable of a process 128 kB (Linux: MAX_ARG_STRLEN)
_SUMMARY_ROOM, _OUTPUT_ROOM = 450_000, 59_000


def summary(report: Report, language: Language, redact: Callable[[str], str]) -> str:
    """The job summary. `redact` hides secrets: it sees each text before anything in it is escaped."""
    return PageWriter(language=language, redact=redact, room=_SUMMARY_ROOM).page(summary_page(report, language))


def summary_output(report: Report, language: Language, redact: Callable[[str], str]) -> str:
    """The same for a comment or a variable."""
    return PageWriter(language=language, redact=redact, room=_OUTPUT_ROOM).page(summary_page(report, language))


def fleet_output(report: Report, language: Language, redact: Callable[[str], str]) -> str:
    """What became of a fleet, for an issue."""
    return PageWriter(language=language, redact=redact, room=_OUTPUT_ROOM).page(fleet_page(report, language))


def plan_output(report: Report, language: Language, redact: Callable[[str], str]) -> str:
    """What is or would be changed, and what is wrong, for a comment on a pull request."""
    return PageWriter(language=language, redact=redact, room=_OUTPUT_ROOM).page(plan_page(report, language))
