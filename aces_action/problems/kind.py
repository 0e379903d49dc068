"""What is known of a kind of problem, whatever it was found in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from aces_action import __version__
from aces_action.language import Language, Text, same

Severity = Literal["error", "warning"]

_DOCUMENTATION = f"https://github.com/ORG/aces-action/blob/v{__version__}/docs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of problem: its stable code, how grave it is, and what docs/errors.md says about it.

    `title` is a few words for annotations and tables. `cause` (when this is said, and why it matters) and `fix` (what to do) are
    Markdown. `example` is plain text: what is wrong in a file, the same in every language, or the line of the log as a `Text`.
    """

    code: str
    severity: Severity
    title: Text
    cause: Text = field(repr=False)
    fix: Text = field(repr=False)
    example: str | Text = field(repr=False)

    @property
    def anchor(self) -> str:
        """That of the code's section in the documentation."""
        return self.code.lower()

    def example_in(self, language: Language) -> str:
        return self.example.in_(language) if isinstance(self.example, Text) else self.example

    def help_url(self, language: Language) -> str:
        """Where this version's documentation explains the code."""
        return f"{_DOCUMENTATION}/{'ja/' if language == 'ja' else ''}errors.md#{self.anchor}"


def snippet(language: str, text: str) -> Text:
    """A block of code below a text: the same in both languages."""
    return same(f"\n\n```{language}\n{text}\n```")
