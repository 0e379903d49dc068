"""The story of `command: status`: how the server stands. Reads only, also under the role that may only plan."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from aces_action.aws.naming import Names
from aces_action.deployment.access import outages_told, owner_of, sign_in
from aces_action.deployment.reach import endpoint_names
from aces_action.github.log import Log
from aces_action.github.run import Run
from aces_action.output.report import Report
from aces_action.output.status import as_json
from aces_action.output.steps import Steps
from aces_action.output.tables import standing_lines
from aces_action.project.model import Server
from aces_action.resources.endpoint.status import read_status
from aces_action.settings import ServerSettings


def status(server: Server, names: Names, settings: ServerSettings, run: Run, log: Log, steps: Steps, report: Report) -> None:
    """In the log, in the summary, and as JSON in the output `status`."""
    clients, identity = sign_in(server, settings, run, log, steps, report, outages_told(log, report))
    wanted = server.infra.endpoint
    with steps.step("Status"):
        standing = read_status(
            clients.sagemaker,
            owner_of(settings, names, run, identity),
            endpoint_names(names),
            is_async=wanted is not None and wanted.mode == "async",
            at=datetime.now(UTC),
        )
        for line in standing_lines(standing):
            log.info(line)
    report.standing = standing
    first = standing.endpoints[0]
    if first.status:
        report.outputs["endpoint-name"] = first.name
        report.outputs["endpoint-config-name"] = first.config_name
    report.outputs["status"] = json.dumps(as_json(standing), ensure_ascii=False)
    report.result = "shown"
