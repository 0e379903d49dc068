"""What follows below: links, calls, and in folds the checks, the weights, the outputs and the steps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from aces_action.durations import duration_text
from aces_action.language import EMPTY, Language, Text, same
from aces_action.output.check import Check, CheckOutcome
from aces_action.output.page.blocks import Block, Code, CodeBlock, Fold, Line, PageHeading, PageLink, PageList, Span, Words
from aces_action.output.page.wording import dotted, paragraph, words
from aces_action.output.report import PREFLIGHT, OutputName, Report, StepRecord
from aces_action.output.sizes import files_text, members_text, size_text
from aces_action.output.tables import COLUMNS
from aces_action.output.tree import tree_lines
from aces_action.problems import Problem
from aces_action.sanitiser import shorten

_ICONS: dict[CheckOutcome, str] = {"fine": "✅", "warning": "⚠️", "error": "❌", "not checked": "➖"}
_BAR = 16  # characters of the timeline
_TREE_LINES, _TREE_LINE = 300, 300  # lines of the tree of the weights, and characters of each
_LINKS: tuple[tuple[OutputName, Text], ...] = (
    ("console-url", Text("AWS console", "AWSコンソール")),
    ("logs-url", Text("Logs", "ログ")),
    ("platform-url", same("ACES Platform")),
)
# of no interest to a reader, or told above in words
_NOT_SHOWN: frozenset[OutputName] = frozenset({"status", "plan", "summary", "fleet"})


def link_blocks(report: Report, language: Language) -> list[Block]:
    """Where to look and how to call. The endpoint's address is no page that a browser could open."""
    links: list[Span] = [
        PageLink(label=words(label, language), url=url) for name, label in _LINKS if (url := report.outputs.get(name, ""))
    ]
    lines: list[Line] = [dotted(links)] if links else []
    if url := report.outputs.get("endpoint-url", ""):
        lines.append((words(Text("Endpoint: ", "エンドポイント: "), language), Code(text=url)))
    blocks: list[Block] = [PageHeading(text=words(Text("Links", "リンク"), language)), paragraph(*lines)] if lines else []
    calls: list[Block] = []
    for call in report.calls:
        calls += [paragraph((words(call.what, language),)), CodeBlock(lines=tuple(call.command.splitlines()))]
    title = words(Text("How to call it", "呼び出し方"), language)
    return [*blocks, *([Fold(title=title, blocks=tuple(calls))] if calls else [])]


def detail_blocks(report: Report, language: Language) -> list[Block]:
    weights = weights_blocks(report, language) if report.weights and report.weights.ok else []
    return [
        *([] if is_about_checks(report) else check_blocks(report, language)),
        *weights,
        *_outputs(report, language),
        *_timeline(report.steps, language),
    ]


def is_about_checks(report: Report) -> bool:
    """Whether the checks are what was asked for, and no preflight."""
    return report.checks_title != PREFLIGHT


def check_blocks(report: Report, language: Language) -> list[Block]:
    """Those that are not fine, and those with a note; all others are folded, and so is of a preflight what stands above."""
    if not report.checks:
        return []
    listed = frozenset(report.problems)
    folds = not is_about_checks(report)
    folded, others = list[Check](), list[Check]()
    for each in report.checks:
        is_listed = folds and each.kinds and listed.issuperset(_problems(each))
        (folded if _is_fine(each) or is_listed else others).append(each)
    blocks: list[Block] = []
    if others:
        blocks.append(PageHeading(text=words(report.checks_title, language)))
        blocks.append(PageList(items=tuple(_check(each, listed, language) for each in others)))
    if folded:
        marks = Counter(_ICONS[each.outcome] for each in folded)
        all_fine = all(_is_fine(each) for each in folded)
        passed = Text(f"{len(folded):,} passed", f"{len(folded):,}件は問題なし")
        counts = same(" ".join(f"{mark} {count:,}" for mark, count in sorted(marks.items(), key=lambda each: each[0] == "✅")))
        title = (same("✅ ") if all_fine else EMPTY) + report.checks_title + same(": ") + (passed if all_fine else counts)
        items = PageList(items=tuple(_check(each, listed, language) for each in folded))
        blocks.append(Fold(title=words(title, language), blocks=(items,)))
    return blocks


def _is_fine(check: Check) -> bool:
    return check.outcome == "fine" and not check.kinds


def _problems(check: Check) -> tuple[Problem, ...]:
    return (*check.problems, *check.notes)


def _check(check: Check, listed: frozenset[Problem], language: Language) -> tuple[Line, ...]:
    """What is needed stands only where it is not what was found; the fix only where it does not stand above."""
    what, found = words(check.what, language, strong=check.outcome != "fine"), words(check.found, language, brief=True)
    head: list[Span] = [Words(text=f"{_ICONS[check.outcome]} "), what]
    head += [Words(text=": "), found] if check.found else []
    if check.needed and check.needed != check.found:
        label = COLUMNS[-1]
        needed = Text(f" ({label.en}: {check.needed.en})", f"（{label.ja}: {check.needed.ja}）")
        head.append(words(needed, language, brief=True))
    codes = [PageLink(label=Words(text=kind.code), url=kind.help_url(language)) for kind in check.kinds]
    lines: list[Line] = [(*head, *(span for code in codes for span in (Words(text=" · "), code)))]
    if not listed.issuperset(_problems(check)):
        lines.append((words(check.fix, language),))
    if check.skipped:
        lines.append((words(check.skipped, language),))
    return tuple(lines)


def weights_blocks(report: Report, language: Language) -> list[Block]:
    """What is in the archive, as a tree: open where the archive is refused, since it shows which files are meant."""
    verdict = report.weights
    if verdict is None:
        return []
    members, files = members_text(verdict.members), files_text(verdict.files)
    unpacked, size = size_text(verdict.unpacked_size), size_text(verdict.size)
    facts = (
        Text(f"{size.en}, {members.en}, {unpacked.en} unpacked", f"{size.ja}、{members.ja}、展開後{unpacked.ja}")
        if verdict.sha256
        else Text(f"Read up to the damage: {members.en}", f"壊れている箇所まで: {members.ja}")
    )
    lines: list[Line] = [(words(facts, language),), (Code(text=report.weights_uri),)]
    lines += [(Words(text="SHA-256 "), Code(text=verdict.sha256))] if verdict.sha256 else []
    tree = tree_lines(verdict, language)
    shown = [shorten(line, _TREE_LINE) for line in tree[:_TREE_LINES]]
    code = [CodeBlock(lines=(*shown, *(["…"] if len(tree) > len(shown) else [])))] if tree else []
    named = Text("Weights", "重みファイル")
    content = Text(f"{files.en}, {unpacked.en}", f"{files.ja}、{unpacked.ja}")
    if verdict.ok:
        return [Fold(title=words(named + same(": ") + content, language), blocks=(paragraph(*lines), *code))]
    head: list[Block] = [PageHeading(text=words(named, language)), paragraph(*lines)]
    return [*head, Fold(title=words(content, language), blocks=tuple(code), is_open=True)] if code else head


def _outputs(report: Report, language: Language) -> list[Block]:
    shown = [(name, value) for name, value in report.outputs.items() if value and name not in _NOT_SHOWN]
    if not shown:
        return []
    items = tuple(((Words(text=name),), (Code(text=value),)) for name, value in shown)
    title = words(Text(f"Outputs: {len(shown)}", f"出力: {len(shown)}件"), language)
    return [Fold(title=title, blocks=(PageList(items=items),))]


def _timeline(steps: Sequence[StepRecord], language: Language) -> list[Block]:
    """The steps with their durations; the bar shows when each ran, the whole width being the whole run."""
    if not steps:
        return []
    total = sum(step.seconds for step in steps) or 1.0
    items, before = [], 0.0
    for step in steps:
        start, end = round(before / total * _BAR), round((before + step.seconds) / total * _BAR)
        bar = "·" * min(start, _BAR - 1) + "█" * max(1, end - start)
        icon = "✅ " if step.result == "done" else "❌ "
        named = (words(step.name, language), Words(text=" "), words(duration_text(step.seconds), language))
        items.append(((Words(text=icon), Code(text=bar.ljust(_BAR, "·")), Words(text=" "), *named),))
        before += step.seconds
    lasted = duration_text(total)
    title = Text(f"Steps: {len(steps)} in {lasted.en}", f"ステップ: {len(steps)}件、{lasted.ja}")
    return [Fold(title=words(title, language), blocks=(PageList(items=tuple(items)),))]
