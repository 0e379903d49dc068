"""Values of a workflow as the runner hands them over."""

from __future__ import annotations

import math
import re

_INTEGER = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_BASES = ((re.compile(r"0x([0-9a-fA-F]{1,8})"), 16), (re.compile(r"0o([0-7]{1,11})"), 8))
_SPECIAL = {
    f"{sign}.{word}": text
    for word in ("inf", "Inf", "INF")
    for sign, text in (("", "Infinity"), ("+", "Infinity"), ("-", "-Infinity"))
}
_SPECIAL |= dict.fromkeys((".nan", ".NaN", ".NAN"), "NaN") | dict.fromkeys(("", "~", "null", "Null", "NULL"), "")
_SPECIAL |= dict.fromkeys(("true", "True", "TRUE"), "true") | dict.fromkeys(("false", "False", "FALSE"), "false")


def handed_over(written: str) -> str:
    """What the runner hands over of a value that is written without quotes.

    GitHub reads a workflow by YAML 1.2's core schema, keeps numbers as doubles and writes them in .NET's format G15
    (actions/runner: YamlObjectReader.cs, ExpressionConstants.cs; actions/runner#849): `1.10` arrives as `1.1`, `0123` as `123`.
    """
    if written in _SPECIAL:
        return _SPECIAL[written]
    for pattern, base in _BASES:
        if found := pattern.fullmatch(written):
            bits = int(found[1], base)
            return str(bits - (1 << 32) if bits >= 1 << 31 else bits)  # an Int32, by its bits
    if not (_INTEGER.fullmatch(written) or _FLOAT.fullmatch(written)):
        return written
    number = float(written)
    if math.isinf(number):
        return "Infinity" if number > 0 else "-Infinity"
    return f"{number:.15G}"
