"""What is known of a kind of problem, whatever it was found in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from aces_action.language import Language, Text, same
from aces_action.origin import BLOB

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of problem: its stable code, how grave it is, and what its page in docs/errors says about it.

    `title` is a few words for annotations and tables. `cause` (when this is said, and why it matters) and `fix` (what to do) are
    Markdown. `example` is plain text: what is wrong in a file, the same in every language, or the line of the log as a `Text`.
    """

    code: str
    severity: Severity
    title: Text
    cause: Text = field(repr=False)
    fix: Text = field(repr=False)
    example: str | Text = field(repr=False)

    def page(self, language: Language) -> str:
        """The path in the repository of the page that explains the code."""
        return f"docs/{'ja/' if language == 'ja' else ''}errors/{self.code.removeprefix('ACES-').lower()}.md"

    def example_in(self, language: Language) -> str:
        return self.example.in_(language) if isinstance(self.example, Text) else self.example

    def help_url(self, language: Language) -> str:
        """That page as of this version, on GitHub: it is there for every release, whatever becomes of a site."""
        return f"{BLOB}/{self.page(language)}"


def snippet(language: str, text: str, *comments: Text) -> Text:
    """A block of code below a text: the same in both languages, but for its `comments`, which take the places of {0}, {1}…"""
    block = same(f"\n\n```{language}\n{text}\n```")
    for number, comment in enumerate(comments):
        en, ja = (each.replace(f"{{{number}}}", f"# {told}") for each, told in ((block.en, comment.en), (block.ja, comment.ja)))
        block = Text(en, ja)
    return block
