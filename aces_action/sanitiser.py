"""The one gate for text from outside: what a server, a file, an exception or a person's setting says, before anybody reads it.

Log, annotations, summary and outputs take text through here alone, in this order: characters that nobody sees go, secrets go,
what would be a command for the runner is broken, then it may be cut, and then it is written as the medium wants it. A secret
that is cut, quoted or encoded first is no longer known for one.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable

from aces_action.credentials import HIDDEN, KnownSecrets, hide_credentials

ZERO_WIDTH_SPACE = "\u200b"
LONGEST = 100_000  # characters of one text that are looked at

LINE_END = r"[\n\v\f\x1c-\x1e\x85\u2028\u2029]"  # as str.splitlines has them, but for the carriage return
_LINE_ENDS = re.compile(rf"\r\n|\r|{LINE_END}")
# Of a code that has no end only the beginning goes: what comes after it may be our own words
_TERMINAL_CODES = re.compile(r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|(?:\x1b\]|\x9d)(?:[^\x07\x1b\n]*(?:\x07|\x1b\\))?|\x1b[@-Z\\^_]")
# Unicode's categories Cc, but for tab and line feed, and Cf: control characters, bidirectional ones, those without width, tags
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f\u202a-\u202e"
    "\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0001\U000e0020-\U000e007f]"
)
_SURROGATE = re.compile("[\ud800-\udfff]")
_COMMAND = re.compile(r"^(\s*):(?=:)", re.MULTILINE)
# What Markdown as GitHub reads it makes markup of; an address is a link even without brackets
_MARKUP = re.compile(r"[\\`*_\[\]|~@]|(?:(?<=http)|(?<=https)|(?<=ftp)):(?=//)|(?<=www)\.", re.IGNORECASE)
_BRACKETS = re.compile(r"[\[\]]")


class Sanitiser:
    """The gate of one run, with the secrets that it knows. Without any it still knows credentials by their form."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._known = KnownSecrets()
        for secret in secrets:
            self.add(secret)

    def add(self, secret: str) -> None:
        """A secret that no text shows from here on."""
        self._known.add(secret)
        self._known.add(seen(secret))

    def redact(self, text: str) -> str:
        """The text in characters that can be seen, without secrets. Lines stay lines; an endless text is cut."""
        whole = seen(text[:LONGEST])
        if len(text) > LONGEST:  # the last word may be half a credential, which would not be known for one
            whole = re.sub(r"\S{1,500}\Z", HIDDEN, whole) + "…"
        return hide_credentials(self._known.hide(whole))

    def clean(self, text: str) -> str:
        """The text for the log: without secrets, and nothing in it is a command."""
        return neutralise(self.redact(text))

    def one_line(self, text: str, limit: int = 200) -> str:
        """The text for a message: one line of at most `limit` characters."""
        within = self.redact(text)
        flat = " ".join(within.split())
        return shorten(self._known.hide(flat), limit)

    def output(self, value: str) -> str:
        """A step output. JSON stays JSON: its texts are cleaned, one by one."""
        if value[:1] in {"[", "{"}:
            try:
                return json.dumps(self.cleaned(json.loads(value)), ensure_ascii=False)
            except (ValueError, RecursionError):
                pass
        return self.redact(value)

    def cleaned(self, value: object) -> object:
        """What JSON can hold, with its texts as `redact` gives them."""
        match value:
            case str():
                return self.redact(value)
            case list():
                return [self.cleaned(each) for each in value]
            case dict():
                return {self.redact(name): self.cleaned(each) for name, each in value.items()}
        return value

    def covered(self, line: str) -> str:
        """A line of a file with as many stars as there are characters in its secrets: columns stay."""
        return hide_credentials(self._known.hide(line, _stars), _stars)


def _stars(secret: str) -> str:
    return "*" * len(secret)


def one_line(text: str, limit: int = 200) -> str:
    """Text from outside for a message where no secret is known: one line, credentials hidden, at most `limit` characters."""
    return Sanitiser().one_line(text, limit)


def seen(text: str) -> str:
    """The characters of a text that somebody sees. Each kind of line end becomes a line feed.

    Lone surrogates become U+FFFD: JSON's `\\ud800` and bytes of a file's name that are no UTF-8 are in Python's texts, and
    nothing can write them.
    """
    if _SURROGATE.search(text):
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return _UNSEEN.sub("", _TERMINAL_CODES.sub("", _LINE_ENDS.sub("\n", text)))


def is_seen(character: str) -> bool:
    """Whether a character of one line is shown as it is; all others would move the cursor, or nobody would see them."""
    return character != "\n" and seen(character) == character


def neutralise(text: str) -> str:
    """Text that the runner cannot take for a command and that cannot move the cursor of a terminal.

    A line that would start a command gets a zero-width space inside its marker, which a reader does not see. .NET may overlook
    such a character where it looks for the marker, but takes the command's name from a fixed number of characters after it
    (actions/runner, ActionCommand.cs), and finds none of its own there.
    """
    return _COMMAND.sub(rf"\1:{ZERO_WIDTH_SPACE}", seen(text).replace("##[", f"##{ZERO_WIDTH_SPACE}["))


def shorten(text: str, limit: int) -> str:
    """At most `limit` characters, the last one an ellipsis where something was cut."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def markdown(text: str) -> str:
    """One line of a text that has been cleaned, for a paragraph or a cell of GitHub's Markdown: nothing in it is markup."""
    flat = html.escape(text.replace("\n", " "), quote=False)
    return _MARKUP.sub(_entity, flat)


def markdown_block(text: str) -> str:
    """Lines of a text that has been cleaned, as they are: Markdown reads nothing within <pre> at the start of a line."""
    return f"<pre>{_BRACKETS.sub(_entity, html.escape(text, quote=False))}</pre>"


def _entity(mark: re.Match[str]) -> str:
    return f"&#{ord(mark[0])};"
