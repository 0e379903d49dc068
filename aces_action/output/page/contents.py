"""A report as a page: what stands on it, in which order."""

from __future__ import annotations

from dataclasses import replace

from aces_action.language import Language
from aces_action.output.fleet import BAD, DIFFERS
from aces_action.output.page.advice import advice_blocks
from aces_action.output.page.answers import answers_blocks
from aces_action.output.page.blocks import Block, SummaryPage
from aces_action.output.page.changes import changes_blocks, extent_blocks
from aces_action.output.page.details import check_blocks, detail_blocks, is_about_checks, link_blocks, weights_blocks
from aces_action.output.page.fleet import fleet_blocks, fleet_title
from aces_action.output.page.headline import headline, place_line
from aces_action.output.page.promotion import promotion_blocks
from aces_action.output.page.server_status import status_blocks
from aces_action.output.page.wording import paragraph, words
from aces_action.output.report import Report
from aces_action.output.tables import STOPPED


def summary_page(report: Report, language: Language) -> SummaryPage:
    """All that there is to say of a run."""
    page = plan_page(report, language)
    refused = weights_blocks(report, language) if report.weights and not report.weights.ok else []
    findings: list[Block] = [paragraph((words(STOPPED, language),))] if report.result == "stopped" else []
    findings += status_blocks(report.server_status, language) if report.server_status else []
    findings += check_blocks(report, language) if is_about_checks(report) else []
    fleet = fleet_page(report, language)
    return replace(
        page,
        advice=(*page.advice, *refused),
        extent=(*page.extent, *fleet.extent),
        changes=(*page.changes, *fleet.changes),
        findings=(*findings, *fleet.findings),
        answers=tuple(answers_blocks(report, language)),
        links=tuple(link_blocks(report, language)),
        details=tuple(detail_blocks(report, language)),
    )


def fleet_page(report: Report, language: Language) -> SummaryPage:
    """What became of a fleet: for an issue."""
    return SummaryPage(
        headline=(words(fleet_title(report.fleet), language),),
        place=place_line(report, language),
        extent=tuple(fleet_blocks(report.fleet, language, BAD)),
        changes=tuple(fleet_blocks(report.fleet, language, DIFFERS)),
        findings=tuple(fleet_blocks(report.fleet, language, frozenset({"changed", "unchanged"}))),
    )


def plan_page(report: Report, language: Language) -> SummaryPage:
    """What is or would be changed, and what is wrong: for a comment on a pull request."""
    ended_badly = report.result in {"failed", "cancelled"}
    return SummaryPage(
        headline=headline(report, language),
        place=place_line(report, language),
        advice=tuple(advice_blocks(report, language)),
        extent=tuple(extent_blocks(report, language)) if ended_badly else (),
        changes=(*promotion_blocks(report, language), *changes_blocks(report, language)),
    )
