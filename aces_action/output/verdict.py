"""What is known of an archive after one pass, as a value that can be stored and read again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, cast, get_args

from aces_action.language import Text
from aces_action.problems.kind import Severity
from aces_action.problems.problem import Problem
from aces_action.problems.weights import KINDS
from aces_action.problems.weights.fault import restored

Policy = Literal["strict", "lenient"]

RULES_VERSION = 2
"""Counts up whenever a rule changes what is refused: a stored verdict of older rules is not trusted."""
_FORMAT = "aces-action weights verdict 1"
_KINDS = {kind.code: kind for kind in KINDS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One file or link of the archive, for the tree in the summary. The texts are safe to show; `size` in bytes.

    `target`: where a link leads; `code`: of the first problem with this member. Both are empty where there is none.
    """

    path: str
    size: int
    target: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Sizes in bytes. `size`: compressed; `unpacked_size`: of all files in it; `entries`: its first files.

    When the archive was too damaged to be read to its end, the numbers count what was seen, `size` is 0 and `sha256` (hex, of the
    compressed bytes) is empty. `policy` and `rules` say by what it was inspected.
    """

    name: str
    size: int
    unpacked_size: int
    sha256: str
    members: int
    files: int
    entries: tuple[Entry, ...]
    problems: tuple[Problem, ...]
    policy: Policy = "strict"
    rules: int = RULES_VERSION

    @property
    def ok(self) -> bool:
        return all(problem.severity != "error" for problem in self.problems)

    def holds(self, policy: Policy) -> bool:
        """Whether today's rules with this policy would give the same verdict, as far as the rules tell."""
        return self.rules == RULES_VERSION and (self.policy == policy or not self.problems)


def to_json(verdict: Verdict) -> str:
    """The verdict as one JSON object; the same verdict is the same text."""
    document = {
        "format": _FORMAT,
        "rules": verdict.rules,
        "policy": verdict.policy,
        "name": verdict.name,
        "size": verdict.size,
        "unpacked_size": verdict.unpacked_size,
        "sha256": verdict.sha256,
        "members": verdict.members,
        "files": verdict.files,
        "entries": [_entry_to_json(entry) for entry in verdict.entries],
        "problems": [_problem_to_json(problem) for problem in verdict.problems],
    }
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def from_json(text: str) -> Verdict | None:
    """The verdict in a text that `to_json` wrote; None when it is anything else, or of a later format."""
    try:
        document = _Object(json.loads(text))
        if document.text("format") != _FORMAT:
            return None
        return Verdict(
            name=document.text("name"),
            size=document.number("size"),
            unpacked_size=document.number("unpacked_size"),
            sha256=document.text("sha256"),
            members=document.number("members"),
            files=document.number("files"),
            entries=tuple(_entry_from_json(each) for each in document.objects("entries")),
            problems=tuple(_problem_from_json(each) for each in document.objects("problems")),
            policy=cast("Policy", document.one_of("policy", get_args(Policy))),
            rules=document.number("rules"),
        )
    except (ValueError, KeyError, RecursionError):
        return None


def _entry_to_json(entry: Entry) -> dict[str, object]:
    more = {name: value for name, value in (("target", entry.target), ("code", entry.code)) if value}
    return {"path": entry.path, "size": entry.size, **more}


def _entry_from_json(document: _Object) -> Entry:
    target, code = document.text("target", ""), document.text("code", "")
    return Entry(path=document.text("path"), size=document.number("size"), target=target, code=code)


def _problem_to_json(problem: Problem) -> dict[str, object]:
    return {
        "code": problem.code,
        "severity": problem.severity,
        "message": {"en": problem.message.en, "ja": problem.message.ja},
        "hint": {"en": problem.hint.en, "ja": problem.hint.ja},
    }


def _problem_from_json(document: _Object) -> Problem:
    severity = cast("Severity", document.one_of("severity", get_args(Severity)))
    message, hint = document.object("message"), document.object("hint")
    return restored(
        _KINDS[document.text("code")],
        severity,
        Text(message.text("en"), message.text("ja")),
        Text(hint.text("en"), hint.text("ja")),
    )


class _Object:
    """A JSON object of which nothing is believed: each method raises ValueError or KeyError if it does not find its kind."""

    def __init__(self, value: object) -> None:
        if not isinstance(value, dict):
            raise ValueError(value)  # noqa: TRY004 - `from_json` takes it for a malformed text, as it does the other errors
        self._fields = cast("Mapping[str, object]", value)

    def text(self, key: str, default: str | None = None) -> str:
        """The text; `default` where there is no such field, unless it is None."""
        value = self._fields[key] if default is None else self._fields.get(key, default)
        if not isinstance(value, str):
            raise ValueError(key)  # noqa: TRY004
        return value

    def number(self, key: str) -> int:
        value = self._fields[key]
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise ValueError(key)
        return value

    def one_of(self, key: str, known: tuple[str, ...]) -> str:
        value = self.text(key)
        if value not in known:
            raise ValueError(key)
        return value

    def object(self, key: str) -> _Object:
        return _Object(self._fields[key])

    def objects(self, key: str) -> list[_Object]:
        value = self._fields[key]
        if not isinstance(value, list):
            raise ValueError(key)  # noqa: TRY004
        return [_Object(each) for each in value]
