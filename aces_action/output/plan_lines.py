"""A plan in lines for a log and for a terminal, with the marks that terraform's readers know; and its changes, counted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from aces_action.changes import Change, Verb, noun
from aces_action.colour import Hue, MarkedLine
from aces_action.language import Language, Text
from aces_action.output.change_counts import change_counts
from aces_action.output.tables import VERBS, columns_of, padded

_MARKS: Mapping[Verb, tuple[str, Hue]] = {
    "create": ("+", "green"),
    "update": ("~", "yellow"),
    "replace": ("-/+", "red"),
    "attach": ("…", "cyan"),
    "delete": ("-", "red"),
    "nothing": ("=", "grey"),
}
_PLAN = Text("Plan: ", "計画: ")
_VERB, _NOUN = 9, 16  # columns of what is done, and of what it is done to, at the least


def plan_lines(changes: Sequence[Change], language: Language) -> Iterator[MarkedLine]:
    """A line for each change, with its reasons below; last what stays as it is, and the count."""
    if not changes:
        return
    ordered = sorted(changes, key=lambda change: not change.is_change)
    nouns = max(_NOUN, *(columns_of(noun(change.resource).in_(language)) for change in changes))
    marks = max(len(_MARKS[change.verb][0]) for change in changes)
    for change in ordered:
        mark, hue = _MARKS[change.verb]
        verb, resource = VERBS[change.verb].in_(language), noun(change.resource).in_(language)
        text = f"{padded(verb, _VERB)} {padded(resource, nouns)} {change.name}"
        yield MarkedLine(mark=mark.rjust(marks), hue=hue, text=text)
        indent = " " * (marks + _VERB + nouns + 3)
        yield from (MarkedLine(hue="grey", text=f"{indent}{reason.in_(language)}") for reason in change.reasons)
    yield MarkedLine(hue="cyan", text=(_PLAN + change_counts(changes, done=False)).in_(language))
