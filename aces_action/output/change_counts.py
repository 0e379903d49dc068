"""How many changes there are of each kind: planned or done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from aces_action.changes import Change, Verb
from aces_action.language import Text, joined

_DONE: dict[Verb, Text] = {
    "create": Text("created", "作成"),
    "update": Text("updated", "更新"),
    "replace": Text("replaced", "作り直し"),
    "attach": Text("waited for", "完了待ち"),
    "delete": Text("deleted", "削除"),
    "nothing": Text("as it was", "変更なし"),
}
_PLANNED: dict[Verb, Text] = {
    "create": Text("to create", "作成"),
    "update": Text("to update", "更新"),
    "replace": Text("to replace", "作り直し"),
    "attach": Text("to wait for", "完了待ち"),
    "delete": Text("to delete", "削除"),
    "nothing": Text("as it is", "変更なし"),
}


def verb_text(verb: Verb, *, done: bool) -> Text:
    return (_DONE if done else _PLANNED)[verb]


def change_counts(changes: Iterable[Change], *, done: bool) -> Text:
    """'2 created, 1 updated, 5 as they were'; '2 to create' where it is not done; empty where there is nothing to count."""
    counts = Counter(change.verb for change in changes)
    parts = []
    for verb in _DONE:
        if count := counts.get(verb):
            text = _unchanged(count, done=done) if verb == "nothing" else verb_text(verb, done=done)
            parts.append(Text(f"{count:,} {text.en}", f"{text.ja}{count:,}件"))
    return Text(joined(", ", parts).en, joined("、", parts).ja)


def _unchanged(count: int, *, done: bool) -> Text:
    one = count == 1
    english = ("as it was" if one else "as they were") if done else ("as it is" if one else "as they are")
    return Text(english, "変更なし")
