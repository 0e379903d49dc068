"""Credentials in texts: those that the run was given, whole, in pieces and encoded; others by their form.

A server's log can hold others: its own keys, a presigned URL in a traceback, the password of a database. A harmless word hidden
by mistake costs less than a key in a public log.
"""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache, lru_cache
from urllib.parse import quote, quote_plus, unquote

HIDDEN = "***"
PIECE = 8  # characters of a secret that give it away

_SECRET_NAME = re.compile(
    r"(?:^|_)(?:TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|(?:ACCESS|SECRET|API|PRIVATE)_KEY(?:_ID)?)$", re.IGNORECASE
)
_ADDRESS_NAME = re.compile(r"_(?:URL|PROXY)$", re.IGNORECASE)
_PASSWORD = re.compile(r"://[^/?#\s:]*:(.{4,})@")  # also one with signs that had to be encoded; a shorter one would hide words

# what stands in a template for a value: <token>, ${{ secrets.X }}, $X, …
_SCHEME = r"(?:(?:basic|bearer|token|digest|aws4-hmac-sha256)\s+)?"
_TEMPLATE = r"(?:<[\w -]{1,40}>|\$\{[^}]{0,80}\}+|(?-i:\$[A-Z_]{1,40})|…|\.\.\.)(?:[\s\"',;)}]|$)"
_NO_VALUE = rf"(?!\s*[\"']?{_SCHEME}{_TEMPLATE})"
_QUOTED_OR_WORD = rf"{_NO_VALUE}(?:\"[^\"]*\"?|'[^']*'?|[^\s\"',;&)}}\]]+)"
# the last: but not the name in the ARN of a secret, which is none
_SENSITIVE = (
    r"secret[ _-]?(?:access[ _-]?)?key|(?:session|security|access|refresh|auth)[ _-]?token|api[ _-]?key"
    r"|(?:access|account)[ _-]?key(?:[ _-]?id)?|client[ _-]?secret|private[ _-]?key|passphrase|password|passwd|pwd"
    r"|(?<!\d{12}:)secret"
)
_ASSIGNED = r"[\"']?\s*(?:=>|[:=]|%3D)\s*"

# Each is replaced by its first group, if it has one, and `***`; with it whether upper and lower case are the same to it
_FORMS_OF_CREDENTIALS = (
    # keys of AWS by their prefixes (IAM User Guide, 'Unique identifiers'), and session tokens, which are long base64
    (r"(?<![A-Za-z0-9])(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{12,}", False),
    (r"(?<![A-Za-z0-9+/])(?:IQoJ|FwoG|FQoG|AQoD)[A-Za-z0-9+/=_%-]{60,}", False),
    # presigned URLs and signed requests
    (rf"(X-Amz-(?:Signature|Security-Token|Credential){_ASSIGNED})[^\s\"'&,]+", True),
    (r"(\b(?:Signature|sig)=)[^\s\"'&,]+", True),
    (r"(\bAWSAccessKeyId=)[^\s\"'&,]+", True),
    # user and password in a URL; the last @ before the path ends them
    (r"([a-z][a-z0-9+.-]{0,30}://)(?!(?:user:password|ユーザ:パスワード)@)[^\s/?#\"'<>]*@", True),
    # headers, also as http.client and requests quote one that they refuse
    (r"(header value:?\s+b?)(?:\"(?:[^\"\\]|\\.)*\"?|'(?:[^'\\]|\\.)*'?)", True),
    (
        rf"(\b(?:proxy-)?authorization{_ASSIGNED}[\"']?){_NO_VALUE}{_SCHEME}[^\"'\r\n]+",
        True,
    ),
    (r"(\bbearer\s+)[A-Za-z0-9._~+/=-]{8,}", True),
    (rf"(\b(?:set-)?cookie{_ASSIGNED})[^\r\n]+", True),
    # whatever is called a secret, also where a plan tells of a change: old -> new
    (
        rf"((?:{_SENSITIVE}){_ASSIGNED}){_QUOTED_OR_WORD}(?:\s*->\s*{_QUOTED_OR_WORD})?",
        True,
    ),
    (r"(secret[ _-]?(?:access[ _-]?)?key\W{1,8}(?:is\W{1,3})?)[A-Za-z0-9/+=]{40}(?![A-Za-z0-9/+=])", True),
    (rf"(token{_ASSIGNED})[\"']?[A-Za-z0-9._~+/=-]{{16,}}", True),
    # tokens by the prefixes of those who make them
    (r"(?<![A-Za-z0-9])(?:gh[pousr]_|github_pat_|glpat-|hf_|xox[abeprs]-|npm_)[A-Za-z0-9_-]{16,}", False),
    # a name may begin so as well: sk-plate-recognition-dev
    (r"(?<![A-Za-z0-9])(?:sk-|pypi-)(?=[A-Za-z0-9_-]{0,30}(?:[A-Z]|[a-z0-9_]{16}))[A-Za-z0-9_-]{16,}", False),
    (r"(?<![A-Za-z0-9])(?:(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{16,}|AIza[A-Za-z0-9_-]{30,})", False),
    (r"(hooks\.slack\.com/services/)[\w/-]+", True),
    (r"(?<![A-Za-z0-9])eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*)?", False),
)
_KEY_BEGINS = re.compile(r"-----BEGIN [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----", re.IGNORECASE)
_KEY_ENDS = re.compile(r"-----END [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----", re.IGNORECASE)
_KEY_BODY = re.compile(r"\S*|.*[A-Za-z0-9+/=]{40}.*|(?:Proc-Type|DEK-Info|Comment|Version):.*", re.IGNORECASE)


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    """Compiled when the first text is looked at: that takes 5 ms."""
    return tuple(re.compile(form, re.IGNORECASE if ignore_case else 0) for form, ignore_case in _FORMS_OF_CREDENTIALS)


def secret_variables(environ: Mapping[str, str]) -> tuple[str, ...]:
    """The secrets among the values of variables: the keys of AWS and whatever else a name calls one; passwords in addresses."""
    found: list[str] = []
    for name, value in environ.items():
        if _SECRET_NAME.search(name):
            found += _secret_parts(value)
        elif _ADDRESS_NAME.search(name) and (password := _PASSWORD.search(value)):
            found += [password[1], unquote(password[1])]
    return tuple(dict.fromkeys(found))


def _secret_parts(value: str) -> list[str]:
    """What gives a secret variable away, since each piece of that is hidden: not an ARN, whose parts are those of all that we
    tell of; and of an address, such as a webhook's, not its scheme, its host and plain words."""
    text = value.strip()
    if len(text) < PIECE or re.fullmatch(r"arn:aws[a-z-]*:\S+", text):
        return []
    if (address := re.fullmatch(r"https?://[^/?#\s]+([/?#]\S*)?", text, re.IGNORECASE)) is None:
        return [value]
    password = _PASSWORD.search(text)
    parts = [part for part in re.split(r"[/?#&=]", address[1] or "") if len(part) >= PIECE]
    secret_parts = [part for part in parts if not re.fullmatch(r"[a-z.-]{8,20}", part)]
    return [*secret_parts, password[1], unquote(password[1])] if password else secret_parts


class KnownSecrets:
    """What the run was given and nobody may read: whole, in pieces of `PIECE` characters and more, and as others write it.

    Pieces, because who quotes a text may have cut it. Of a secret of several lines each line is one. The piece is looked up in a
    set, so a text takes the same time for one secret as for a hundred.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._pieces: set[str] = set()
        self._whole: dict[str, str] = {}  # what is looked for as it stands, and the sign of a cut at its end, which stays
        for secret in secrets:
            self.add(secret)

    def add(self, secret: str) -> None:
        """From here on it is hidden. Blanks at its ends are no part of it."""
        for part in (secret.strip(), *lines_of(secret)):
            if not part:
                continue
            for form in _forms(part):
                self._pieces.update(form[start : start + PIECE] for start in range(len(form) - PIECE + 1))
                if len(form) < PIECE:
                    self._whole[form] = ""
            # the last that is seen of one that was cut
            self._whole |= {part[:length] + cut: cut for length in range(4, PIECE) for cut in ("…", "...")}
        self._whole = dict(sorted(self._whole.items(), key=lambda each: len(each[0]), reverse=True))

    def hide(self, text: str, cover: Callable[[str], str] = lambda _: HIDDEN) -> str:
        """The text with each of them, and each piece of them, as `***`."""
        if self._pieces:
            text = "".join(cover(part) if secret else part for part, secret in self._parts(text))
        for found, cut in self._whole.items():
            text = text.replace(found, cover(found.removesuffix(cut)) + cut)
        return text

    def _parts(self, text: str) -> Iterator[tuple[str, bool]]:
        """The text in parts, and whether each is made of pieces of a secret."""
        shown = 0
        starts = [start for start in range(len(text) - PIECE + 1) if text[start : start + PIECE] in self._pieces]
        for number, start in enumerate(starts):
            if number == 0 or start > starts[number - 1] + PIECE:
                yield text[shown:start], False
                shown = start
            if number + 1 == len(starts) or starts[number + 1] > start + PIECE:
                yield text[shown : start + PIECE], True
                shown = start + PIECE
        yield text[shown:], False


def lines_of(secret: str) -> list[str]:
    """The lines of a secret of several lines, but for those too short to be told from words; of any other that one."""
    lines = [line.strip() for line in secret.splitlines()]
    return [line for line in lines if len(line) >= (4 if len(lines) > 1 else 1)]


def _forms(secret: str) -> set[str]:
    """A secret as it is, and as it stands in JSON, in Python's and in URLs' quotes, in HTML and in base64."""
    octets = secret.encode("utf-8", "replace")
    escaped = (json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1], repr(secret)[1:-1], repr(octets)[2:-1])
    in_urls = (quote(octets, safe=""), quote(octets), quote_plus(octets))
    forms = {secret, secret.replace("/", "\\/"), *escaped, *in_urls, html.escape(secret), html.escape(secret, quote=False)}
    forms |= {re.sub(r"%[0-9A-F]{2}", lambda octet: octet[0].lower(), form) for form in in_urls}
    if len(octets) >= PIECE:
        for before in range(3):  # base64 of something that has it, such as user:password: three ways to fall on its letters
            start = -(-before * 8 // 6)
            end = (before + len(octets)) * 8 // 6  # what comes after it has no part in these letters
            encoded = base64.b64encode(bytes(before) + octets).decode()[start:end]
            forms |= {encoded, encoded.translate(str.maketrans("+/", "-_"))}
    return forms


def hide_credentials(text: str, cover: Callable[[str], str] = lambda _: HIDDEN) -> str:
    """Text with each credential in it, by its form, as `***`. A private key of several lines is one too; no other is."""
    lines = hide_keys(text.split("\n")) if "\n" in text or "-----" in text else [text]
    return "\n".join(_hide_in_line(line, cover) for line in lines)


@lru_cache(maxsize=512)  # what is said is in the log, and in the summary in two languages
def _hide_in_line(line: str, cover: Callable[[str], str]) -> str:
    def covered(found: re.Match[str]) -> str:
        kept = found[1] if found.re.groups else ""
        return kept + cover(found[0][len(kept) :])

    for pattern in _patterns():
        line = pattern.sub(covered, line)
    return line


def hide_keys(lines: Iterable[str]) -> list[str]:
    """Lines with `***` in place of the private keys among them, also of one whose first or last lines are missing."""
    shown: list[str] = []
    inside = False
    for line in lines:
        begins, ends = _KEY_BEGINS.search(line), _KEY_ENDS.search(line)
        if begins:
            ends = _KEY_ENDS.search(line, begins.end())
            inside = ends is None
            shown.append(line[: begins.start()] + HIDDEN + (line[ends.end() :] if ends else ""))
        elif ends:
            while not inside and shown and _is_body(shown[-1]):
                shown.pop()
            inside = False
            shown.append(HIDDEN + line[ends.end() :])
        elif not (inside and _is_body(line)):
            inside = False
            shown.append(line)
    return shown


def _is_body(line: str) -> bool:
    """Whether a line can be one of a key between its marks."""
    return _KEY_BODY.fullmatch(line.strip()) is not None
