"""Credentials in texts from outside that nobody has registered as secrets: found by their form, and hidden.

What the run itself was given is hidden by `Log.redact`. A server's log can hold others: its own keys, a presigned URL in a
traceback, the password of a database. A harmless word hidden by mistake costs less than a key in a public log.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

HIDDEN = "***"

_QUOTED_OR_WORD = r"(?:\"[^\"]*\"?|'[^']*'?|[^\s\"',;&)}\]]+)"
_SENSITIVE = (
    r"secret[ _-]?(?:access[ _-]?)?key|(?:session|security|access|refresh|auth)[ _-]?token|api[ _-]?key"
    r"|access[ _-]?key(?:[ _-]?id)?|client[ _-]?secret|private[ _-]?key|passphrase|password|passwd|pwd|secret"
)
_ASSIGNED = r"[\"']?\s*(?:=>|[:=]|%3D)\s*"

# each is replaced by its first group, if it has one, and `***`
_PATTERNS = tuple(
    re.compile(pattern, re.IGNORECASE if ignore_case else 0)
    for pattern, ignore_case in (
        # keys of AWS by their prefixes (IAM User Guide, 'Unique identifiers'), and session tokens, which are long base64
        (r"(?<![A-Za-z0-9])(?:AKIA|ASIA)[A-Z0-9]{12,}", False),
        (r"(?<![A-Za-z0-9+/])(?:IQoJ|FwoG|FQoG|AQoD)[A-Za-z0-9+/=_%-]{60,}", False),
        # presigned URLs and signed requests
        (rf"(X-Amz-(?:Signature|Security-Token|Credential){_ASSIGNED})[^\s\"'&,]+", True),
        (r"(\b(?:Signature|sig)=)[^\s\"'&,]+", True),
        (r"(\bAWSAccessKeyId=)[^\s\"'&,]+", True),
        # user and password in a URL; the last @ before the path ends them
        (r"([a-z][a-z0-9+.-]{0,30}://)[^\s/?#\"'<>]*@", True),
        # headers
        (
            rf"(\b(?:proxy-)?authorization{_ASSIGNED}[\"']?)(?:(?:basic|bearer|token|digest|aws4-hmac-sha256)\s+)?[^\"'\r\n]+",
            True,
        ),
        (r"(\bbearer\s+)[A-Za-z0-9._~+/=-]{8,}", True),
        (rf"(\b(?:set-)?cookie{_ASSIGNED})[^\r\n]+", True),
        # whatever is called a secret
        (
            rf"((?:{_SENSITIVE}){_ASSIGNED}){_QUOTED_OR_WORD}",
            True,
        ),
        (r"(secret[ _-]?(?:access[ _-]?)?key\W{1,8}(?:is\W{1,3})?)[A-Za-z0-9/+=]{40}(?![A-Za-z0-9/+=])", True),
        (rf"(token{_ASSIGNED})[\"']?[A-Za-z0-9._~+/=-]{{16,}}", True),
        # tokens by the prefixes of those who make them
        (r"(?<![A-Za-z0-9])(?:gh[pousr]_|github_pat_|glpat-|hf_|xox[abeprs]-|sk-|npm_|pypi-)[A-Za-z0-9_-]{16,}", False),
        (r"(?<![A-Za-z0-9])eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*)?", False),
    )
)
_KEY_BEGINS = re.compile(r"-----BEGIN [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----", re.IGNORECASE)
_KEY_ENDS = re.compile(r"-----END [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----", re.IGNORECASE)
_KEY_BODY = re.compile(r"\S*|.*[A-Za-z0-9+/=]{40}.*|(?:Proc-Type|DEK-Info|Comment|Version):.*", re.IGNORECASE)


def hide_credentials(text: str) -> str:
    """One line of text with each credential in it as `***`. For those that go over several lines: `hide_keys` first."""
    for pattern in _PATTERNS:
        text = pattern.sub(lambda found: (found[1] if found.re.groups else "") + HIDDEN, text)
    return text


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
