"""Names in another character set than UTF-8, as archives from Windows and from old Unix systems have them."""

from __future__ import annotations

from typing import NamedTuple


class Charset(NamedTuple):
    """`title`: as people know it; `codec`: as Python, iconv and convmv do."""

    title: str
    codec: str


# The one with fewer half-width katakana counts, else the first: any two bytes of EUC-JP are two of them in CP932
_JAPANESE = (Charset("CP932 (Shift_JIS)", "cp932"), Charset("EUC-JP", "euc-jp"))
_WESTERN = Charset("Windows-1252 (Latin-1)", "cp1252")


def charset_of(raw: bytes) -> Charset | None:
    """The set that a name which is not UTF-8 is probably in; None where it is UTF-8, cut off UTF-8, or nothing that is known."""
    try:
        raw.decode()
    except UnicodeDecodeError as error:
        if error.end == len(raw) and error.reason == "unexpected end of data":
            return None
    else:
        return None
    fitting = [charset for charset in _JAPANESE if _fits(raw, charset)]
    if fitting:
        return min(fitting, key=lambda charset: _half_width(raw.decode(charset.codec)))
    return _WESTERN if _fits(raw, _WESTERN) else None


def readable(raw: bytes) -> str:
    """The name as its writer saw it, else with backslashes for the bytes that say nothing."""
    charset = charset_of(raw)
    return raw.decode(charset.codec) if charset else raw.decode("utf-8", "backslashreplace")


def _fits(raw: bytes, charset: Charset) -> bool:
    try:
        return raw.decode(charset.codec).isprintable()
    except UnicodeDecodeError:
        return False


def _half_width(text: str) -> int:
    return sum("\uff61" <= character <= "\uff9f" for character in text)
