"""Long identifiers, short enough for a line that people read. The full text belongs into a fold."""

from __future__ import annotations

import re

_DIGITS = 12  # of a digest: as many as in names and logs

_ARN = re.compile(r"\barn:aws[\w-]*:[\w-]*:[\w-]*:\d*:(?=\S)")
_UUID = re.compile(
    r"(?<![0-9A-Za-z])([0-9a-f]{8})-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?![0-9A-Za-z])", re.IGNORECASE
)
_DIGEST = re.compile(rf"(?<![0-9A-Za-z])([0-9a-f]{{{_DIGITS}}})[0-9a-f]{{8,}}(?![0-9A-Za-z])", re.IGNORECASE)


def short(text: str) -> str:
    """The text with ARNs, UUIDs and digests cut to what tells them apart: 'sha256:9c1f2a3b4c5d…', 'arn:…:role/deploy'."""
    return _DIGEST.sub(r"\1…", _UUID.sub(r"\1…", _ARN.sub("arn:…:", text)))


def is_long(text: str) -> bool:
    return short(text) != text
