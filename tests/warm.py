"""Imported by the fork server of `tests.forked` alone: what every run would read again from the disk is read once.

botocore's descriptions of the services are ten megabytes of JSON: reading EC2's alone takes as long as the rest of a run. A fork
has its own copy of what is kept, so no run sees what another did to it.
"""

from __future__ import annotations

import functools
import gc
import importlib
import pkgutil
from collections.abc import Callable
from typing import Any

import boto3
import sagemaker.core.resources  # noqa: F401  to be frozen with the rest
from botocore.loaders import JSONFileLoader

import aces_action

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

_read: Callable[..., Any] = JSONFileLoader._load_file  # type: ignore[attr-defined]


@functools.cache
def _read_once(path: str, opener: Callable[..., Any]) -> Any:
    return _read(JSONFileLoader(), path, opener)


JSONFileLoader._load_file = lambda _self, path, opener: _read_once(path, opener)  # type: ignore[attr-defined]
_session = boto3.Session(region_name="ap-northeast-1")
for _service in _SERVICES:
    _session.client(_service, aws_access_key_id="none", aws_secret_access_key="none")  # type: ignore[call-overload]
del _session
for _module in pkgutil.walk_packages(aces_action.__path__, "aces_action."):
    if not _module.name.endswith("__main__"):
        importlib.import_module(_module.name)
gc.collect()
gc.freeze()  # nothing of it becomes garbage: the collector need not look at it in every fork
