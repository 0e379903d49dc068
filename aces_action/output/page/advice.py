"""What is wrong and what to do about it: the reason first, then where, then the fix."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from aces_action.language import Language, Text
from aces_action.output.page.blocks import Block, CodeBlock, Fold, Line, PageHeading, PageLink, PageList, Passage, Words
from aces_action.output.page.headline import code_link, file_link
from aces_action.output.page.wording import code_or_words, dotted, paragraph, words
from aces_action.output.report import Report
from aces_action.output.server_log import SHOWN, WIDTH
from aces_action.problems.preflight.platform import P030
from aces_action.problems.problem import Problem
from aces_action.sanitiser import shorten

_MOST = 200  # problems that are told one by one
_CHARACTERS = 150_000  # of the problems that are told one by one


def advice_blocks(report: Report, language: Language) -> list[Block]:
    """What somebody must do something about, then what the server wrote. Other warnings are a line that unfolds."""
    pressing = [problem for problem in report.problems if _is_pressing(problem)]
    blocks: list[Block] = []
    if pressing:
        blocks += [PageHeading(text=words(Text("What to do", "対処方法"), language)), *_problems(pressing, report, language)]
    return [*blocks, *_server_logs(report, language), *_job_logs(report, language), *warning_blocks(report, language)]


def _is_pressing(problem: Problem) -> bool:
    """An error, or that the registration is left to whoever reads this."""
    return problem.severity == "error" or problem.kind is P030


def warning_blocks(report: Report, language: Language) -> list[Block]:
    warnings = [problem for problem in report.problems if not _is_pressing(problem)]
    if not warnings:
        return []
    count = len(warnings)
    titles = dict.fromkeys(problem.kind.title.in_(language) for problem in warnings)
    what = ("、" if language == "ja" else "; ").join(titles)
    named = Text(f"⚠️ {count:,} warning{'' if count == 1 else 's'}: {what}", f"⚠️ 警告{count:,}件: {what}")
    return [Fold(title=words(named, language), blocks=tuple(_problems(warnings, report, language)))]


def _problems(problems: Sequence[Problem], report: Report, language: Language) -> list[Block]:
    """Of very many those that fit in full, and of the rest how many there are of each kind."""
    blocks: list[Block] = []
    shown, room = 0, _CHARACTERS
    for problem in problems[:_MOST]:
        room -= len(problem.message.in_(language)) + len(problem.hint.in_(language))
        if room < 0 and shown:
            break
        blocks += _problem(problem, report, language)
        shown += 1
    return [*blocks, *_rest(problems[shown:], language)] if shown < len(problems) else blocks


def _problem(problem: Problem, report: Report, language: Language) -> list[Block]:
    mark = "❌ " if problem.severity == "error" else "⚠️ "
    message = words(problem.message, language, strong=True)
    place = file_link(report, problem)
    below = dotted([code_link(problem, language), *([place] if place else [])])
    return [paragraph((Words(text=mark), message), below), Passage(text=problem.hint)]


def _rest(problems: Sequence[Problem], language: Language) -> list[Block]:
    kinds = {problem.code: problem for problem in reversed(problems)}
    counts = Counter(problem.code for problem in problems)
    items: list[tuple[Line, ...]] = []
    for code, count in counts.items():
        link: PageLink = code_link(kinds[code], language)
        items.append(((Words(text=f"{count:,} × "), link, Words(text=" "), words(kinds[code].kind.title, language)),))
    return [paragraph((words(not_shown(len(problems)), language),)), PageList(items=tuple(items))]


def not_shown(count: int) -> Text:
    return Text(
        f"Not listed here: {count:,}. The log has them all.", f"ここに示していないもの: {count:,}件。ログにはすべてあります。"
    )


def _server_logs(report: Report, language: Language) -> list[Block]:
    """What the server wrote last, a block for each variant, and what SageMaker went through on the way."""
    blocks: list[Block] = []
    if report.server_logs:
        blocks.append(PageHeading(text=words(Text("Last lines of the server", "サーバのログの末尾"), language)))
    for each in report.server_logs:
        served = Text(" (of an instance that served before)", "（以前から稼働しているインスタンス）")
        if each.stream:
            whose = () if each.is_new else (words(served, language),)
            blocks.append(paragraph((code_or_words(each.stream), *whose)))
        if each.lines:
            blocks.append(CodeBlock(lines=each.shown))
        if each.missing:
            blocks.append(paragraph((words(each.missing, language),)))
    if report.events:
        title = words(Text("What SageMaker did", "SageMakerの経過"), language)
        blocks.append(Fold(title=title, blocks=(CodeBlock(lines=tuple(report.events)),)))
    return blocks


def _job_logs(report: Report, language: Language) -> list[Block]:
    """The last lines of the smoke test's jobs that failed."""
    blocks: list[Block] = []
    for each in report.jobs:
        if not each.passed and each.lines:
            name = each.test.request.name
            title = Text(f"Last lines of the job of {name}", f"{name}のジョブのログの末尾")
            lasts = tuple(shorten(line, WIDTH) for line in each.lines[-SHOWN:])
            blocks += [PageHeading(text=words(title, language)), CodeBlock(lines=lasts)]
    return blocks
