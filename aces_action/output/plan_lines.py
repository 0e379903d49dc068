"""A plan in lines for a log and for a terminal, with the marks that terraform's readers know; and its changes, counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from aces_action.changes import Change, Verb, noun
from aces_action.colour import Hue, MarkedLine
from aces_action.language import Language, Text, joined
from aces_action.output.tables import VERBS, columns_of, padded

_MARKS: Mapping[Verb, tuple[str, Hue]] = {
    "create": ("+", "green"),
    "update": ("~", "yellow"),
    "replace": ("-/+", "red"),
    "attach": ("…", "cyan"),
    "delete": ("-", "red"),
    "nothing": ("=", "grey"),
}
_DONE: Mapping[Verb, Text] = {
    "create": Text("created", "作成"),
    "update": Text("updated", "更新"),
    "replace": Text("replaced", "作り直し"),
    "attach": Text("waited for", "完了待ち"),
    "delete": Text("deleted", "削除"),
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
    yield MarkedLine(hue="cyan", text=(_PLAN + to_do(changes)).in_(language))


def to_do(changes: Iterable[Change]) -> Text:
    """'2 to create, 1 to update, 5 as they are'."""
    counts = Counter(change.verb for change in changes)
    parts = [
        Text(f"{counts[verb]} to {VERBS[verb].en}", f"{VERBS[verb].ja}{counts[verb]}件")
        for verb in _MARKS
        if verb != "nothing" and counts[verb]
    ]
    return _counted(parts, counts["nothing"], Text("as it is", "変更なし"), Text("as they are", "変更なし"))


def done(changes: Iterable[Change]) -> Text:
    """'2 created, 1 updated, 5 as they were'; empty where there is nothing to count."""
    counts = Counter(change.verb for change in changes)
    parts = [Text(f"{counts[verb]} {each.en}", f"{each.ja}{counts[verb]}件") for verb, each in _DONE.items() if counts[verb]]
    return _counted(parts, counts["nothing"], Text("as it was", "変更なし"), Text("as they were", "変更なし"))


def _counted(parts: Sequence[Text], unchanged: int, one: Text, many: Text) -> Text:
    words = one if unchanged == 1 else many
    counted = [*parts, *([Text(f"{unchanged} {words.en}", f"{words.ja}{unchanged}件")] if unchanged else [])]
    return Text(joined(", ", counted).en, joined("、", counted).ja)
