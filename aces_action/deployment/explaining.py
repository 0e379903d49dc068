"""Around everything that rolls an endpoint out: its failure is explained, with the server's last lines, before it goes on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from aces_action.aws.clients import Clients
from aces_action.github.log import Log
from aces_action.output.report import Report
from aces_action.problems import ActionError
from aces_action.resources.endpoint.diagnosis.diagnose import Diagnosis, began, diagnose
from aces_action.resources.endpoint.diagnosis.facts import Facts

_TITLE = "Last lines of the server"


@contextmanager
def explained(clients: Clients, facts: Facts, log: Log, report: Report, *, joins: bool = False) -> Iterator[None]:
    """Raises what the body raised, explained; tells the server's last lines in a group of their own and in the report.

    To be put around the step, since groups of the log cannot be nested. `joins`: the roll-out began before this run. What
    happened on the way is in `report.events` when the body has failed.
    """
    since = (began(clients.sagemaker, facts.endpoint_name) if joins else None) or datetime.now(UTC)
    try:
        yield
    except ActionError as error:
        diagnosis = diagnose(clients, error, facts, since=since, redact=log.redact, events=report.events)
        report.server_logs, report.events = diagnosis.logs, list(diagnosis.events)
        _tell(diagnosis, log)
        if diagnosis.problems == error.problems:
            raise
        raise ActionError(diagnosis.problems) from error


def _tell(diagnosis: Diagnosis, log: Log) -> None:
    if not diagnosis.logs:
        return
    log.group(_TITLE)
    for each in diagnosis.logs:
        if each.stream:
            log.info(f"{each.stream}{'' if each.is_new else '  (it served before)'}")
        for line in each.shown:
            log.info(f"  | {line}")
        if each.missing:
            log.info(each.missing.en)
    log.end_group()
