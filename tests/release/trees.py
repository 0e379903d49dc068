"""A small repository of the action, as values."""

from __future__ import annotations

OWNER = "aces-inc"
# In two parts: the release fills in what names the action's repository, here too
OPEN = "ORG" + "/aces-action"
DIGEST = "sha256:" + "ab" * 32
IMAGE = f"ghcr.io/{OWNER}/aces-action@{DIGEST}"

ACTION = "name: ACES deploy\n\nruns:\n  using: docker\n  image: Dockerfile\n"
ORIGIN = 'OWNER = "ORG"\nNAME = "aces-action"\n'
INIT = '"""Deploys."""\n\n__version__ = "0.2.0"\n'
CHANGELOG = (
    "# Changelog\n\n## [Unreleased]\n\n## [0.2.0] - 2026-12-01\n\n### Added\n\n- All.\n\n## [0.1.0] - 2026-11-01\n\n- First.\n"
)
DOCKERFILE = f"""\
ARG BASE_IMAGE=python:3.13.16-slim-trixie@{DIGEST}

FROM ${{BASE_IMAGE}} AS packages
COPY requirements/runtime.txt /tmp/
COPY requirements/data.py docs/iam/*.json /tmp/kept/

FROM ${{BASE_IMAGE}}
COPY --from=packages /action /action
COPY aces_action /action/aces_action
"""
README = f"- uses: {OPEN}@v0.2.0\n\nhttps://github.com/{OPEN}/blob/v0.2.0/README.md\n"

TREE = {
    "CHANGELOG.md": CHANGELOG,
    "Dockerfile": DOCKERFILE,
    "README.md": README,
    "aces_action/__init__.py": INIT,
    "aces_action/origin.py": ORIGIN,
    "action.yml": ACTION,
    "docs/iam/role.json": "{}\n",
    "requirements/runtime.txt": "boto3==1.0\n",
}
