"""The one gate for text from outside: what a server, a file, an exception or a person's setting says, before anybody reads it.

Log, annotations, summary and outputs take text through here alone, in this order: characters that nobody sees go, secrets go,
what would be a command for the runner is broken, then it may be cut, and then it is written as the medium wants it. A secret
that is cut, quoted or encoded first is no longer known for one.
"""

from __future__ import annotations

import functools
import html
import json
import re
from collections.abc import Iterable

from aces_action.credentials import HIDDEN, KnownSecrets, hide_credentials

ZERO_WIDTH_SPACE = "\u200b"
LONGEST = 100_000  # characters of one text that are looked at
_KEPT = 1000  # characters of one text that is remembered as it is without secrets

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
# What GitHub makes markup or a link of. cmark-gfm finds markup and addresses in the text as it is written: there an entity keeps
# it from that. Mail addresses, @mentions, #1, GH-1, :emoji: and commits are found in what the text has become: there an empty
# comment does (github/cmark-gfm, issue 181, for @ and #; for the others it is assumed), and <span> at a formula (GitHub Docs:
# Writing mathematical expressions). A commit has 7 to 40 digits (GitHub Docs: Autolinked references), so 6 at a time are none
_MARKUP = re.compile(
    r"(?P<entity>[&<>\\`*_\[\]|~]|(?:(?<=http)|(?<=https)|(?<=ftp)):(?=//)|(?<=www)\.)"
    r"|(?P<cut>@|\#(?=\d)|(?<=GH)-(?=\d)|:(?=[\w+-]+(?::|\Z))|(?<![0-9a-z])[0-9a-f]{7,40}(?![0-9a-z]))"
    r"|(?P<formula>\$)",
    re.IGNORECASE,
)
_COMMENT, _COMMIT = "<!-- -->", 6
_TICKS = 40  # that stand side by side in code
# What would begin a heading, a list, a rule or a quotation where it stands first; the others are entities already
_BEGINS_BLOCK = re.compile(r"(?P<mark>[#+=-])|(?P<number>\d{1,9})(?P<end>[.)])(?=\s|$)")


class Sanitiser:
    """The gate of one run, with the secrets that it knows. Without any it still knows credentials by their form."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._known = KnownSecrets()
        self._known_so_far = 0  # adds
        self._kept = functools.lru_cache(maxsize=1024)(lambda text, _known_so_far: self._redacted(text))
        for secret in secrets:
            self.add(secret)

    def add(self, secret: str) -> None:
        """A secret that no text shows from here on."""
        for form in {secret, seen(secret)}:
            self._known.add(form)
        self._known_so_far += 1  # what was kept before is not taken any more

    def redact(self, text: str) -> str:
        """The text in characters that can be seen, without secrets. Lines stay lines; an endless text is cut."""
        # log, summary and outputs say most texts again
        return self._kept(text, self._known_so_far) if len(text) <= _KEPT else self._redacted(text)

    def _redacted(self, text: str) -> str:
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
    """One line of a text that has been cleaned, for a paragraph, an item or HTML in GitHub's Markdown: nothing in it is markup,
    nor a link."""
    return _MARKUP.sub(_as_text, text.replace("\n", " "))


def markdown_line(line: str) -> str:
    """A line of Markdown whose texts are escaped, so that it is a paragraph whatever stands first in it."""
    return _BEGINS_BLOCK.sub(_in_a_paragraph, line.strip(), count=1) if _BEGINS_BLOCK.match(line.strip()) else line.strip()


def markdown_code(text: str) -> str:
    """One line of a text that has been cleaned, as code: in its backticks nothing is anything else. Not for HTML or a table."""
    flat = _without_long_runs(" ".join(text.split("\n")).strip())
    if not flat:
        return ""
    ticks = "`" * (_longest_run("`", flat) + 1)
    pad = " " if "`" in (flat[0], flat[-1]) else ""
    return f"{ticks}{pad}{flat}{pad}{ticks}"


def markdown_block(lines: Iterable[str]) -> str:
    """Lines of a text that has been cleaned, as they are, in a fence that none of them ends."""
    text = _without_long_runs("\n".join(lines))
    fence = "`" * max(3, _longest_run("`", text) + 1)
    return f"{fence}text\n{text}\n{fence}"


def _without_long_runs(text: str) -> str:
    """cmark takes no more than 80 backticks for the mark of code (inlines.c, MAXBACKTICKS), and counts a fence's up to 255."""
    return text.replace("`" * _TICKS, "`" * _TICKS + ZERO_WIDTH_SPACE)


def _longest_run(mark: str, text: str) -> int:
    return max((len(run) for run in re.findall(f"{re.escape(mark)}+", text)), default=0)


def _as_text(found: re.Match[str]) -> str:
    text = found[0]
    if found["entity"]:
        return html.escape(text, quote=False) if text in "&<>" else f"&#{ord(text)};"
    if found["formula"]:
        return f"<span>{text}</span>"
    pieces = [text[start : start + _COMMIT] for start in range(0, len(text), _COMMIT)]
    return _COMMENT.join(pieces) if len(pieces) > 1 else text + _COMMENT


def _in_a_paragraph(found: re.Match[str]) -> str:
    return f"\\{found[0]}" if found["mark"] else f"{found['number']}\\{found['end']}"
