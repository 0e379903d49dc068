"""The plan's lines and its count."""

from __future__ import annotations

import pytest

from aces_action.changes import Change, Verb
from aces_action.language import EMPTY, Language, Text, same
from aces_action.output.change_counts import change_counts
from aces_action.output.plan_lines import plan_lines


def change(verb: Verb, name: str = "plates", *reasons: Text, resource: str = "endpoint") -> Change:
    return Change(verb=verb, resource=resource, name=name, reasons=reasons)


def told(*changes: Change, language: Language = "en") -> list[str]:
    return [f"{line.mark} {line.text}" if line.mark else line.text for line in plan_lines(changes, language)]


def test_what_changes_comes_first_with_its_reasons_below_and_the_count_last() -> None:
    image = Text("image a -> b", "イメージ a -> b")
    changes = (
        change("nothing", resource="model"),
        change("update", "plates-1f", image, same("tag"), resource="endpoint config"),
        change("create"),
    )
    assert told(*changes) == [
        "~ update    endpoint config  plates-1f",
        "                             image a -> b",
        "                             tag",
        "+ create    endpoint         plates",
        "= as it is  model            plates",
        "Plan: 1 to create, 1 to update, 1 as it is",
    ]
    assert told(*changes, language="ja")[-1] == "計画: 作成1件、更新1件、変更なし1件"


def test_each_verb_has_its_mark_and_all_stand_in_one_column() -> None:
    verbs: tuple[Verb, ...] = ("create", "update", "replace", "attach", "delete", "nothing")
    lines = told(*map(change, verbs))
    assert [line[:5] for line in lines[:-1]] == ["  + c", "  ~ u", "-/+ r", "  … w", "  - d", "  = a"]
    assert lines[-1] == "Plan: 1 to create, 1 to update, 1 to replace, 1 to wait for, 1 to delete, 1 as it is"
    assert told(*map(change, verbs), language="ja")[-1] == (
        "計画: 作成1件、更新1件、作り直し1件、完了待ち1件、削除1件、変更なし1件"
    )


def test_nothing_to_be_seen_has_no_lines() -> None:
    assert told() == []


@pytest.mark.parametrize(
    ("verbs", "future", "past"),
    [
        ([], EMPTY, EMPTY),
        (["nothing"], Text("1 as it is", "変更なし1件"), Text("1 as it was", "変更なし1件")),
        (
            ["create", "nothing", "create", "update", "nothing"],
            Text("2 to create, 1 to update, 2 as they are", "作成2件、更新1件、変更なし2件"),
            Text("2 created, 1 updated, 2 as they were", "作成2件、更新1件、変更なし2件"),
        ),
        (
            ["delete", "replace", "attach"],
            Text("1 to replace, 1 to wait for, 1 to delete", "作り直し1件、完了待ち1件、削除1件"),
            Text("1 replaced, 1 waited for, 1 deleted", "作り直し1件、完了待ち1件、削除1件"),
        ),
    ],
)
def test_changes_are_counted_as_to_do_and_as_done(verbs: list[Verb], future: Text, past: Text) -> None:
    changes = list(map(change, verbs))
    assert (change_counts(changes, done=False), change_counts(changes, done=True)) == (future, past)
