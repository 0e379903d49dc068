"""Imported by the fork server of `tests.forked` alone: a run that is forked finds all modules and the descriptions of AWS read.

A fork has its own copy of what is kept, so no run sees what another did to it.
"""

from __future__ import annotations

import gc
import importlib
import pkgutil

import sagemaker.core.resources  # noqa: F401  to be frozen with the rest

import aces_action
from aces_action.aws.session import open_session

_SERVICES = (
    "application-autoscaling",
    "batch",
    "cloudwatch",
    "ec2",
    "ecr",
    "iam",
    "logs",
    "s3",
    "sagemaker",
    "sagemaker-runtime",
    "service-quotas",
    "sns",
    "sts",
)

_session = open_session(region="ap-northeast-1", role_arn=None, session_name="", token=str)
for _service in _SERVICES:
    _session.client(_service, aws_access_key_id="none", aws_secret_access_key="none")  # type: ignore[call-overload]
del _session
for _module in pkgutil.walk_packages(aces_action.__path__, "aces_action."):
    if not _module.name.endswith("__main__"):
        importlib.import_module(_module.name)
gc.collect()
gc.freeze()  # nothing of it becomes garbage: the collector need not look at it in every fork
