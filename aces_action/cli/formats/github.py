"""Problems as GitHub's workflow commands, exactly as the action writes them."""

from __future__ import annotations

import io

from aces_action.cli.formats.result import CheckResult, cleaned, counted
from aces_action.github.log import Log
from aces_action.language import Language


def as_github(result: CheckResult, language: Language) -> str:
    """Annotations while GitHub keeps them, plain lines beyond, and the count at the end."""
    stream = io.StringIO()
    log = Log(stream, workflow_commands=True, language=language)
    log.problems(cleaned(result).problems)
    log.info(counted(result).in_(language))
    return stream.getvalue()
