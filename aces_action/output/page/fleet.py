"""What became of a fleet, on one page: the worst first, and no entry left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby

from aces_action.changes import Verb, noun
from aces_action.language import EMPTY, Language, Text, joined, same
from aces_action.output.change_counts import verb_text
from aces_action.output.fleet import BAD, DIFFERS, Ended, EntryResult, OutcomeChange, State, state_counts
from aces_action.output.page.blocks import Block, Code, Fold, Line, PageHeading, PageLink, PageList, Span, Words
from aces_action.output.page.identifiers import short
from aces_action.output.page.wording import dotted, paragraph, words
from aces_action.sanitiser import shorten

# So that GitHub's most entries have room, whatever stands in them: tests/fleet/test_page.py. Each leads to its job, which has all
_DETAILED = 40  # entries of one state with what they change; of the others a line
_CHANGES, _NAME, _REASONS = 3, 100, 150  # of an entry; characters
STATE_WORDS: Mapping[State, Text] = {
    "failed": Text("failed", "失敗"),
    "missing": Text("without a result", "結果なし"),
    "cancelled": Text("cancelled", "キャンセル"),
    "by-hand": Text("changed by hand", "手動の変更あり"),
    "ahead": Text("not deployed yet", "未デプロイの変更あり"),
    "waiting": Text("to register", "登録待ち"),
    "changed": Text("changed", "変更済み"),
    "unchanged": Text("unchanged", "変更なし"),
}
_HEADINGS: Mapping[State, Text] = {
    "failed": Text("Failed", "失敗"),
    "missing": Text("Without a result", "結果なし"),
    "cancelled": Text("Cancelled", "キャンセル"),
    "by-hand": Text("Changed by hand", "手動の変更あり"),
    "ahead": Text("Not deployed yet", "未デプロイの変更あり"),
    "waiting": Text("Still to be registered on the ACES Platform", "ACES Platformへの登録待ち"),
    "changed": Text("Changed", "変更済み"),
    "unchanged": Text("Unchanged", "変更なし"),
}
_MEANINGS: Mapping[State, Text] = {
    "missing": Text("How far these came is not known.", "どこまで進んだかはわかりません。"),
    "by-hand": Text(
        "Somebody changed AWS without the action, or a run was cut off. The next deployment sets it right.",
        "アクション以外でAWSが変更されたか、実行が途中で終わっています。次のデプロイで元に戻ります。",
    ),
    "ahead": Text(
        "The repository, the image or the weights are newer than what is deployed.",
        "リポジトリ、イメージ、重みファイルのいずれかが、デプロイ済みのものより新しくなっています。",
    ),
}
ENDS: Mapping[Ended, Text] = {
    "cancelled": Text("its job was cancelled", "ジョブがキャンセルされました"),
    "skipped": Text("its job was skipped", "ジョブがスキップされました"),
    "failed": Text("its job failed before the action could say anything", "アクションが結果を残す前に、ジョブが失敗しました"),
    "lost": Text("its job went well, but the result was not found", "ジョブは成功しましたが、結果が見つかりません"),
    "running": Text("its job has not ended", "ジョブが終わっていません"),
    "never started": Text("its job never started", "ジョブが開始されませんでした"),
    "unknown": Text(
        "its job was cancelled, has lost its runner, or never started",
        "ジョブがキャンセルされたか、ランナーが失われたか、開始されませんでした",
    ),
}
_VERBS: tuple[Verb, ...] = ("create", "update", "replace", "attach", "delete")


def fleet_counts(results: Sequence[EntryResult]) -> Text:
    """'1 failed, 1 without a result, 118 unchanged'."""
    counts = [
        Text(f"{count:,} {STATE_WORDS[state].en}", f"{STATE_WORDS[state].ja}{count:,}件")
        for state, count in state_counts(results).items()
    ]
    return Text(joined(", ", counts).en, joined("、", counts).ja)


def fleet_title(results: Sequence[EntryResult]) -> Text:
    states = set(state_counts(results))
    icon = "❌" if states & BAD else "⚠️" if states & DIFFERS else "✅"
    count = len(results)
    one, many = Text("1 deployment", "デプロイ1件"), Text(f"{count:,} deployments", f"デプロイ{count:,}件")
    return same(f"{icon} ") + (one if count == 1 else many) + same(": ") + fleet_counts(results)


def fleet_blocks(results: Sequence[EntryResult], language: Language, states: frozenset[State]) -> list[Block]:
    """The entries of these states, a heading and a list for each; those where nothing happened are folded."""
    blocks: list[Block] = []
    for state, group in groupby(results, lambda each: each.state):
        if state not in states:
            continue
        entries = list(group)
        items = tuple(_item(each, language, detailed=place < _DETAILED) for place, each in enumerate(entries))
        title = words(_HEADINGS[state] + same(f": {len(entries):,}"), language)
        if state == "unchanged":
            blocks.append(Fold(title=title, blocks=(PageList(items=items),)))
            continue
        meaning = [paragraph((words(_MEANINGS[state], language),))] if state in _MEANINGS else []
        blocks += [PageHeading(text=title), *meaning, PageList(items=items)]
    return blocks


def _item(result: EntryResult, language: Language, *, detailed: bool) -> tuple[Line, ...]:
    name = Words(text=result.entry.name, strong=not result.job_url)
    first: list[Span] = [PageLink(label=name, url=result.job_url) if result.job_url else name]
    if result.state == "missing":
        return (dotted([*first, words(ENDS[result.ended], language)]),)
    outcome = result.outcome
    if outcome is None or result.state == "unchanged":
        return (tuple(first),)
    if outcome.failure_code and result.state == "failed":
        first.append(_code(outcome.failure_code, language))
    if not detailed:
        return (dotted(first),)
    if result.state in {"failed", "cancelled"}:
        return (dotted(first), *([(Words(text=outcome.failure, brief=True),)] if outcome.failure else []))
    done = outcome.result != "planned"
    rows = [_change(change, language, done=done) for change in outcome.changes[:_CHANGES]]
    if more := len(outcome.changes) - len(rows) + outcome.more:
        rows.append((words(Text(f"and {more:,} more", f"ほか{more:,}件"), language),))
    return (dotted(first), *rows)


def _code(code: str, language: Language) -> Span:
    """The code with its title, leading to its page; a code of another version has neither here."""
    from aces_action.problems.catalogue import CATALOGUE  # all codes, which no other page needs

    kind = CATALOGUE.get(code.removeprefix("ACES-"))
    if kind is None:
        return Code(text=code)
    label = same(f"{code} ") + kind.title
    return PageLink(label=Words(text=label.in_(language)), url=kind.help_url(language))


def _change(change: OutcomeChange, language: Language, *, done: bool) -> Line:
    """What happens to which kind of thing, its name, and why: what its run said, in the language of that run."""
    verb = next((verb_text(each, done=done) for each in _VERBS if each == change.verb), EMPTY)
    about: list[Span] = [words(verb, language), Words(text=" ")] if verb else []
    about += [words(noun(change.resource), language), Words(text=" "), Code(text=shorten(change.name, _NAME), brief=True)]
    reasons = shorten(short("; ".join(change.reasons)), _REASONS)
    return (*about, *([Words(text=": "), Words(text=reasons, brief=True)] if reasons else []))
