"""`command: fleet` and `command: combine`: what goes before the jobs of a fleet, and what comes after them. Nothing asks AWS."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aces_action.fleet.combine import combine, read_outcomes
from aces_action.fleet.issue import IssueTexts, needs_attention, open_issue, steps, take
from aces_action.fleet.jobs import Job, jobs_of
from aces_action.fleet.load import Fleet, load_fleet
from aces_action.github.rest import GitHubError
from aces_action.github.run import Run
from aces_action.github.site import GitHubSite
from aces_action.language import Text, joined, same
from aces_action.output.fleet import EntryResult
from aces_action.output.page.fleet import ENDS, STATE_WORDS, fleet_counts, fleet_title
from aces_action.output.report import Outcome
from aces_action.output.reporter import Reporter
from aces_action.problems import ActionError, ConfigurationError
from aces_action.problems.fleet import issue_refused, no_result

_LISTED = 50  # entries that the log names; the page has all


def read_fleet(workspace: Path, given: str, reporter: Reporter) -> Outcome:
    """Reads the fleet, and gives it to GitHub's matrix. Raises ConfigurationError with every problem of it."""
    with reporter.step("Configuration"):
        fleet = _load(workspace, given, reporter)
        for entry in fleet.entries:
            reporter.info(same(entry.name))
    reporter.output("fleet", fleet.as_json())
    return "valid"


def combine_outcomes(values: Mapping[str, Any], github: Run, site: GitHubSite, reporter: Reporter) -> Outcome:
    """Shows the outcomes of a fleet as one page, and writes the issue if that is asked for.

    That a deployment failed is no failure of this run: its own job has it. Raises ConfigurationError where the fleet is wrong,
    ActionError (F004) where GitHub does not take the issue.
    """
    with reporter.step("Configuration"):
        fleet = _load(github.workspace, values["fleet"], reporter)
    with reporter.step("Results"):
        jobs = _jobs(site, github, reporter)
        results = combine(fleet.entries, read_outcomes(github.workspace / values["outcomes_path"], fleet.entries), jobs)
        reporter.combined(results)
        reporter.info(fleet_counts(results))
        for each in [each for each in results if needs_attention(each)][:_LISTED]:
            if each.state == "missing":
                reporter.warn(no_result(each.entry.name, ENDS[each.ended]))
            else:
                code = each.outcome.failure_code if each.outcome else ""
                reporter.info(joined("  ", (STATE_WORDS[each.state], same(each.entry.name), same(code))))
    if values["issue"]:
        with reporter.step("Issue"):
            _write_issue(values["fleet_name"], results, github, site, reporter)
    return "combined"


def _load(workspace: Path, given: str, reporter: Reporter) -> Fleet:
    fleet, problems = load_fleet(workspace, given)
    if fleet is None:
        raise ConfigurationError(problems)
    reporter.warn(*problems)
    return fleet


def _jobs(site: GitHubSite, github: Run, reporter: Reporter) -> list[Job] | None:
    """The jobs of this run, None where GitHub does not tell: then there are no links to them, and no reasons."""
    try:
        return jobs_of(site, github.repository, github.run_id)
    except GitHubError as error:
        reporter.info(
            Text(
                f"GitHub does not tell of the jobs of this run ({error}): the page has no links to them. "
                "The job needs `actions: read` and GITHUB_TOKEN.",
                f"GitHubからこの実行のジョブを取得できないため、ページにジョブへのリンクはありません（{error}）。"
                "ジョブに`actions: read`とGITHUB_TOKENが必要です。",
            )
        )
        return None


def _write_issue(name: str, results: tuple[EntryResult, ...], github: Run, site: GitHubSite, reporter: Reporter) -> None:
    run, counts = github.run_url, fleet_title(results)
    texts = IssueTexts(
        title=reporter.said(Text(f"{name}: not as it should be", f"{name}: 想定と異なるデプロイがあります")),
        body=reporter.fleet_page() + (f"\n{run}\n" if run else ""),
        comment=f"{reporter.said(counts)}\n\n{run}",
    )
    try:
        todo = steps(open_issue(site, github.repository, name), name, results, texts)
        urls = [take(site, github.repository, step) for step in todo]
    except GitHubError as error:
        raise ActionError(issue_refused(str(error), has_token=site.token is not None)) from error
    nothing = Text(
        "no issue of this fleet is open, and none is needed", "このfleetの開いているissueはなく、新しいissueも不要です"
    )
    reporter.info(same(urls[-1]) if urls else nothing)
