"""How a server stands: its endpoints, generations and job definitions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from aces_action.aws.tags import short_commit
from aces_action.changes import noun
from aces_action.language import Language, Text, same
from aces_action.output.job_status import (
    JOB_COLUMNS,
    NO_REVISION,
    REVISION_COLUMNS,
    job_cells,
    notes,
    origin_text,
    queue_text,
    revision_cells,
)
from aces_action.output.page.blocks import Block, Code, Fold, Line, PageHeading, PageLink, PageList, Span, Words
from aces_action.output.page.wording import dotted, paragraph, words
from aces_action.output.status import EndpointStatus, GenerationStatus, JobDefinitionStatus, ServerStatus
from aces_action.output.tables import NOT_THERE, STOPPED, endpoint_facts, generation_state, rollout_time, time_text
from aces_action.problems.advice import NEVER_DEPLOYED

_RUN = re.compile(r"https://[\w.-]+/[\w.-]+/[\w.-]+/actions/runs/\d+", re.ASCII)
_OPEN = 10  # generations, revisions or jobs that are not folded


def status_blocks(status: ServerStatus, language: Language) -> list[Block]:
    blocks: list[Block] = []
    if status.endpoints:
        blocks.append(PageHeading(text=words(Text("Endpoint", "エンドポイント"), language)))
    for endpoint in status.endpoints:
        blocks += _endpoint(endpoint, status, language)
    if status.stopped and status.generations:
        blocks.append(paragraph((words(STOPPED, language),)))
    if status.generations:
        blocks.append(PageHeading(text=words(Text("Generations", "世代"), language)))
        blocks += _folded([_generation(each, status, language) for each in status.generations], language)
        title = words(Text("Generations in full", "世代の詳細"), language)
        items = tuple(_generation_in_full(each, language) for each in status.generations)
        blocks.append(Fold(title=title, blocks=(PageList(items=items),)))
    for definition in status.job_definitions:
        blocks += _job_definition(definition, language)
    if status.never_deployed:
        blocks.append(paragraph((words(NEVER_DEPLOYED, language),)))
    return blocks


def _endpoint(endpoint: EndpointStatus, status: ServerStatus, language: Language) -> list[Block]:
    state = words(same(endpoint.status) if endpoint.status else NOT_THERE, language, strong=True)
    of_run, of_rollout = run_link(endpoint.run_url, language), run_link(endpoint.started_by, language)
    # what is a link here is no text
    described = replace(endpoint, commit="", run_url="" if of_run else endpoint.run_url)
    described = replace(described, started_by="" if of_rollout else endpoint.started_by)
    facts: list[Line] = [(words(fact, language),) for fact in endpoint_facts(described, status)]
    commit: list[Span] = (
        [words(Text("commit ", "コミット "), language), Code(text=short_commit(endpoint.commit))] if endpoint.commit else []
    )
    if commit or of_run:
        facts.insert(0, (*commit, *([Words(text=" · ")] if commit and of_run else []), *of_run))
    if of_rollout:
        facts.append((words(Text("under way, started by the ", "進行中のロールアウトの"), language), *of_rollout))
    head = paragraph((state, Words(text=" · "), Code(text=endpoint.name)))
    return [head, PageList(items=tuple((fact,) for fact in facts))] if facts else [head]


def _generation(each: GenerationStatus, status: ServerStatus, language: Language) -> tuple[Line, ...]:
    """What it is and since when; its name below."""
    head = dotted(
        [
            *([words(state, language, strong=each.serves)] if (state := generation_state(each, status)) else []),
            *_labelled((Text("served ", "稼働開始 "), time_text(each.served)), language),
            *_labelled((Text("withdrawn ", "取りやめ "), time_text(each.withdrawn)), language),
            *([Words(text=each.instance_type)] if each.instance_type else []),
            *([Code(text=short_commit(each.commit))] if each.commit else []),
            *([words(origin, language)] if (origin := origin_text(each.promoted_from)) else []),
            *run_link(each.run_url, language),
        ]
    )
    return (head, (Code(text=each.name),))


def _generation_in_full(each: GenerationStatus, language: Language) -> tuple[Line, ...]:
    lines: list[Line] = [(Code(text=each.name),)]
    facts: tuple[tuple[Text, str], ...] = (
        (Text("roll-out ", "ロールアウト "), rollout_time(each).in_(language)),
        (Text("image ", "イメージ "), each.image_digest),
        (Text("weights ", "重みファイル "), each.weights),
        (Text("commit ", "コミット "), each.commit),
        (Text("promoted from ", "昇格元 "), each.promoted_from),
    )
    lines += [(words(label, language), Code(text=value)) for label, value in facts if value]
    if each.run_url and not _RUN.fullmatch(each.run_url):
        lines.append((words(Text("run ", "実行 "), language), Code(text=each.run_url)))
    return tuple(lines)


def _labelled(fact: tuple[Text, Text], language: Language) -> list[Span]:
    label, value = fact
    return [words(label + value, language)] if value else []


def run_link(url: str, language: Language) -> list[Span]:
    """A run of GitHub's, which is a link. Its address comes from a tag, so it may be anything else."""
    return [PageLink(label=words(Text("run", "実行"), language), url=url)] if _RUN.fullmatch(url) else []


def _job_definition(definition: JobDefinitionStatus, language: Language) -> list[Block]:
    """Its queue, its revisions and its last jobs. What Batch and containers say is text from outside."""
    blocks: list[Block] = [PageHeading(text=words(noun("job definition") + same(f" {definition.name}"), language))]
    blocks += [paragraph((words(each, language),)) for each in (queue_text(definition), *notes(definition))]
    revisions, jobs = revision_cells(definition), job_cells(definition)
    if revisions:
        blocks += _folded([_row(REVISION_COLUMNS, row, language) for row in revisions], language)
    else:
        blocks.append(paragraph((words(NO_REVISION, language),)))
    if jobs:
        blocks.append(PageHeading(text=words(Text("Last jobs", "最近のジョブ"), language)))
        blocks += _folded([_row(JOB_COLUMNS, row, language) for row in jobs], language)
    return blocks


def _row(columns: Sequence[Text], cells: Sequence[Text], language: Language) -> tuple[Line, ...]:
    """The first two cells speak for themselves; the name stands below."""
    name, state, *rest = cells
    named: Iterable[tuple[Text, Text]] = zip(columns[2:], rest, strict=True)
    spans: list[Span] = [words(state, language, strong=True)] if state else []
    spans += [words(column + same(" ") + cell, language, brief=True) for column, cell in named if cell]
    return (dotted(spans), (Code(text=name.in_(language)),)) if spans else ((Code(text=name.in_(language)),),)


def _folded(items: Sequence[tuple[Line, ...]], language: Language) -> list[Block]:
    blocks: list[Block] = [PageList(items=tuple(items[:_OPEN]))]
    if rest := items[_OPEN:]:
        more = Text(f"{len(rest):,} more", f"他{len(rest):,}件")
        blocks.append(Fold(title=words(more, language), blocks=(PageList(items=tuple(rest)),)))
    return blocks
