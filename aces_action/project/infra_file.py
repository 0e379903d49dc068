"""Where the guide puts the infra file of a deployment."""

from __future__ import annotations

INFRA_FOLDER = "server/infra/configs"


def infra_file(project: str, env: str) -> str:
    """The path in the repository, unless `config-path` gives another."""
    return f"{INFRA_FOLDER}/{project}-{env}-algorithm-server-infra.yml"
