"""What a run changes: what is done and what is not, by the same rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from aces_action.changes import Change, noun
from aces_action.language import Language, Text, same
from aces_action.output.change_counts import change_counts, verb_text
from aces_action.output.page.advice import not_shown
from aces_action.output.page.blocks import Block, Code, Fold, Line, PageHeading, PageList, Words
from aces_action.output.page.identifiers import is_long
from aces_action.output.page.wording import paragraph, words
from aces_action.output.report import Report, done_and_waiting

_OPEN = 20  # changed rows that are not folded
_MOST = 200
_ITEM = "- "
_IN_FULL = Text("In full", "全文")
_ENDED_BADLY = frozenset({"failed", "cancelled"})


def changes_blocks(report: Report, language: Language) -> list[Block]:
    """Of a plan what would be done. Of a run that ended badly what was planned: `extent` says how much of that was done.

    Where the registration waits, its rows do too.
    """
    if report.result in {"planned", *_ENDED_BADLY}:
        if report.result == "planned":
            return _section(report.changes, Text("What would change", "変更の内容"), language, done=False)  # counted above
        return _planned(report.changes, language)
    done, waiting = done_and_waiting(report)
    later = Text("Still to be done on the ACES Platform", "ACES Platformで残っている変更")
    return [
        *_section(done, _counted(Text("Changes", "変更"), done, done=True), language, done=True),
        *_section(waiting, _counted(later, waiting, done=False), language, done=False),
    ]


def _planned(changes: Sequence[Change], language: Language) -> list[Block]:
    """What a run that ended badly had meant to do: below all that it did."""
    changed = [each for each in changes if each.is_change]
    if not changed:
        return []
    title = Text("What was planned: ", "予定していた変更: ") + change_counts(changed, done=False)
    items = tuple(_item(each, language, done=False, brief=False) for each in changed[:_MOST])
    rest = [paragraph((words(not_shown(left), language),))] if (left := len(changed) - _MOST) > 0 else []
    return [Fold(title=words(title, language), blocks=(PageList(items=items), *rest))]


def extent_blocks(report: Report, language: Language) -> list[Block]:
    """What a run that did not come to its end has changed, and what goes on: never half a deployment passed off as whole."""
    title = Text("What this run has changed", "この実行で変更したもの")
    blocks: list[Block] = [PageHeading(text=words(title, language))]
    writes = report.writes.last_words().in_(language)
    blocks += _lines(writes, brief=True)
    blocks += [paragraph((words(line, language),)) for line in report.under_way.in_(language).splitlines()]
    if long := "\n".join(line for line in writes.splitlines() if is_long(line)):
        blocks.append(Fold(title=words(_IN_FULL, language), blocks=tuple(_lines(long, brief=False))))
    return blocks


def _lines(text: str, *, brief: bool) -> Iterable[Block]:
    """Lines with a dash are a list."""
    for is_item, lines in groupby(text.splitlines(), lambda line: line.startswith(_ITEM)):
        spans = [Words(text=line.removeprefix(_ITEM), brief=brief) for line in lines]
        if is_item:
            yield PageList(items=tuple(((span,),) for span in spans))
        else:
            yield from (paragraph((span,)) for span in spans)


def _counted(title: Text, changes: Sequence[Change], *, done: bool) -> Text:
    return title + same(": ") + change_counts(changes, done=done)


def _section(changes: Sequence[Change], title: Text, language: Language, *, done: bool) -> list[Block]:
    if not changes:
        return []
    changed = [each for each in changes if each.is_change]
    unchanged = [each for each in changes if not each.is_change]
    blocks: list[Block] = []
    if changed:
        blocks.append(PageHeading(text=words(title, language)))
        blocks.append(PageList(items=tuple(_item(each, language, done=done) for each in changed[:_OPEN])))
        if folded := changed[_OPEN:_MOST]:
            more = Text(f"{len(folded):,} more", f"他{len(folded):,}件")
            items = tuple(_item(each, language, done=done) for each in folded)
            blocks.append(Fold(title=words(more, language), blocks=(PageList(items=items),)))
        if (left := len(changed) - _MOST) > 0:
            blocks.append(paragraph((words(not_shown(left), language),)))
    if unchanged:
        items = tuple(_item(each, language, done=done) for each in unchanged[:_MOST])
        folds: list[Block] = [PageList(items=items)]
        if (left := len(unchanged) - _MOST) > 0:
            folds.append(paragraph((words(not_shown(left), language),)))
        blocks.append(Fold(title=words(change_counts(unchanged, done=done), language), blocks=tuple(folds)))
    long = [each for each in changed[:_MOST] if any(is_long(text) for text in _texts(each, language))]
    if long:
        whole = tuple(_item(each, language, done=done, brief=False) for each in long)
        blocks.append(Fold(title=words(_IN_FULL, language), blocks=(PageList(items=whole),)))
    return blocks


def _texts(change: Change, language: Language) -> list[str]:
    return [change.name, *(reason.in_(language) for reason in change.reasons)]


def _item(change: Change, language: Language, *, done: bool, brief: bool = True) -> tuple[Line, ...]:
    """What happens to which kind of thing and why; the name below."""
    verb = words(verb_text(change.verb, done=done), language, strong=change.is_change)
    what = (verb, Words(text=" "), words(noun(change.resource), language))
    name = (Code(text=change.name, brief=brief),)
    if not change.reasons:
        return ((*what, Words(text=" "), *name),)
    first, *rest = ((words(reason, language, brief=brief),) for reason in change.reasons)
    return ((*what, Words(text=": "), *first), *rest, name)
