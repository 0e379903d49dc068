"""`command: status`: how the server stands. Reads only, also under the role that may only plan."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from aces_action.deployment.context import Deployment
from aces_action.deployment.endpoints import endpoint_names
from aces_action.output.report import Outcome
from aces_action.output.status import as_json
from aces_action.resources.endpoint.status import read_status


def status(d: Deployment) -> Outcome:
    """In the log, in the summary, and as JSON in the output `status`."""
    wanted = d.server.infra.endpoint
    with d.reporter.step("Status"):
        server_status = read_status(
            d.clients.sagemaker,
            d.owner,
            endpoint_names(d.names),
            is_async=wanted is not None and wanted.mode == "async",
            at=datetime.now(UTC),
        )
        d.reporter.status(server_status)
    first = server_status.endpoints[0]
    if first.status:
        d.reporter.output("endpoint-name", first.name)
        d.reporter.output("endpoint-config-name", first.config_name)
    d.reporter.output("status", json.dumps(as_json(server_status), ensure_ascii=False))
    return "shown"
