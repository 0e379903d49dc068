"""How the reasons of a change tell what differs between what is and what should be."""

from __future__ import annotations

from aces_action.language import Text, same

ABSENT = object()  # in place of a value: there is none

_NOT_SET = Text("(not set)", "（未設定）")
_ADDED, _REMOVED, _CHANGED = Text("added", "追加"), Text("removed", "削除"), Text("changed", "変更")


def difference(name: str, old: object, new: object) -> Text:
    """Both values, as 'InstanceType: ml.t2.xlarge -> ml.g4dn.xlarge'. One in words is a `Text`.

    Of two images in one repository only the digests are told: the repository is long, and the same.
    """
    before, after = (_NOT_SET if each is ABSENT else each if isinstance(each, Text) else same(str(each)) for each in (old, new))
    repository, at, _ = before.en.partition("@sha256:")
    if at and after.en.startswith(f"{repository}@"):
        before, after = (each.map(lambda image: image.removeprefix(f"{repository}@")) for each in (before, after))
    return Text(f"{name}: {before.en} -> {after.en}", f"{name}: {before.ja} -> {after.ja}")


def hidden_difference(name: str, old: object, new: object) -> Text:
    """Only that it differs, as 'Environment.TOKEN: changed': for values that may be somebody's secrets."""
    how = _ADDED if old is ABSENT else _REMOVED if new is ABSENT else _CHANGED
    return Text(f"{name}: {how.en}", f"{name}: {how.ja}")
