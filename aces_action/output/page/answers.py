"""What the smoke test was answered: requests and jobs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from aces_action.durations import duration_text
from aces_action.language import EMPTY, Language, Text, same
from aces_action.output.page.blocks import Block, Code, Line, PageHeading, PageList, Span, Words
from aces_action.output.page.wording import dotted, words
from aces_action.output.report import Report
from aces_action.output.sizes import size_text

if TYPE_CHECKING:
    from aces_action.smoke_test.job_model import JobResult
    from aces_action.smoke_test.model import Exchange

_ANSWER = 200  # characters of an answer
_NO_ANSWER = Text("no answer", "応答なし")


def answers_blocks(report: Report, language: Language) -> list[Block]:
    blocks: list[Block] = []
    if report.exchanges:
        blocks.append(PageHeading(text=words(Text("Smoke test", "スモークテスト"), language)))
        blocks.append(PageList(items=tuple(_exchange(each, language) for each in report.exchanges)))
    if report.jobs:
        blocks.append(PageHeading(text=words(Text("Jobs of the smoke test", "スモークテストのジョブ"), language)))
        blocks.append(PageList(items=tuple(_job(each, language) for each in report.jobs)))
    return blocks


def _exchange(exchange: Exchange, language: Language) -> tuple[Line, ...]:
    answer = exchange.answer
    facts = [
        same(str(answer.status)) if answer and answer.status else EMPTY,
        duration_text(exchange.seconds),
        same(size_text(answer.size)) if answer else _NO_ANSWER,
        same(answer.variant) if answer else EMPTY,
    ]
    head = _head(exchange.request.name, facts, language, passed=exchange.passed)
    return (head, (Code(text=answer.excerpt(_ANSWER)),)) if answer else (head,)


def _job(result: JobResult, language: Language) -> tuple[Line, ...]:
    seen = result.seen
    how = EMPTY
    if seen:
        code = seen.exit_code
        how = same(seen.status) if code is None else Text(f"exit code {code}", f"終了コード{code}")
    times = result.times
    lasted = (
        (times.queued, Text("queued ", "待機")),
        (times.starting, Text("starting ", "起動")),
        (times.running, Text("running ", "実行")),
    )
    facts = [how, *(name + duration_text(seconds) for seconds, name in lasted if seconds is not None)]
    head = _head(result.test.request.name, facts, language, passed=result.passed)
    job: tuple[Line, ...] = ((words(Text("job ", "ジョブ "), language), Code(text=result.job_id)),) if result.job_id else ()
    answer: tuple[Line, ...] = ((Code(text=result.answer.excerpt(_ANSWER)),),) if result.answer else ()
    return (head, *answer, *job)


def _head(name: str, facts: Iterable[Text], language: Language, *, passed: bool) -> Line:
    spans: list[Span] = [Code(text=name), *(words(fact, language) for fact in facts if fact)]
    return (Words(text="✅ " if passed else "❌ "), *dotted(spans))
