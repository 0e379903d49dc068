"""The keys of AWS in the environment: whether they can be keys at all. Imports nothing of AWS's; nothing is asked."""

from __future__ import annotations

from collections.abc import Mapping

from aces_action.problems import Problem
from aces_action.problems.access import credentials as problems

# What botocore reads (credentials.py, EnvProvider); the third is an older name of the last, and wins over it
KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SECURITY_TOKEN", "AWS_SESSION_TOKEN")


def wrong_keys(environ: Mapping[str, str]) -> dict[str, Problem]:
    """A001 by the variable's name, for each that holds what no key has: http.client would refuse it as a header, and quote it.

    Without an access key botocore looks at none of them.
    """
    if not environ.get(KEYS[0]):
        return {}
    return {name: problems.wrong_key(name, flaw) for name in KEYS if (flaw := _flaw(environ.get(name, "")))}


def _flaw(key: str) -> problems.KeyFlaw | None:
    """What no key has; None where it may be one."""
    within = key.strip()
    before, after = key[: len(key) - len(key.lstrip())], key[len(key.rstrip()) :]
    if key and not within:
        return "only-blanks"
    if after:
        return "line-break-at-end" if _has_line_break(after) else "blank-at-end"
    if before:
        return "line-break-at-start" if _has_line_break(before) else "blank-at-start"
    if any(each.isspace() for each in within):
        return "line-break-inside" if _has_line_break(within) else "blank-inside"
    if not within.isascii():
        return "not-ascii"
    if not within.isprintable():
        return "control-character"
    if within[:1] in {'"', "'"} or within[-1:] in {'"', "'"}:
        return "quoted"
    return None


def _has_line_break(text: str) -> bool:
    return bool(set(text) & set("\r\n"))
