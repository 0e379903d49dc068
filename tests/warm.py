"""Imported by the fork server of `tests.forked` alone: a run that is forked finds modules, schemas and AWS's descriptions read.

A fork has its own copy of what is kept, so no run sees what another did to it.
"""

from __future__ import annotations

import functools
import gc
import importlib
import inspect
import io
import pkgutil
from pathlib import Path
from typing import Any
from uuid import UUID

import pydantic
import sagemaker.core.resources as sdk

import aces_action
from aces_action.aws.session import open_session
from aces_action.main import run
from aces_action.project.platform_contract import packaged_contract
from tests.clients import make_quickly

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
    "sagemaker-featurestore-runtime",  # these two are made by the SDK
    "sagemaker-metrics",
    "sagemaker-runtime",
    "service-quotas",
    "sns",
    "sts",
)

# The SDK has pydantic work out the types of a function's parameters at every call
_checked = functools.cache(pydantic.validate_call(config={"arbitrary_types_allowed": True}))
_sdk: Any = sdk
_sdk.validate_call = lambda **_: _checked
for _kind in (sdk.Model, sdk.EndpointConfig, sdk.Endpoint):
    _checked(inspect.unwrap(_kind.create))
    _checked(inspect.unwrap(_kind.get))
_checked(inspect.unwrap(sdk.Endpoint.update))

make_quickly()
_session = open_session(region="ap-northeast-1", role_arn=None, session_name="", token=str)
for _service in _SERVICES:
    _client = _session.client(_service, aws_access_key_id="none", aws_secret_access_key="none")  # type: ignore[call-overload]
    _client.can_paginate(next(iter(_client.meta.method_to_api_mapping)))  # reads how all of its operations are paginated
    _client.meta.service_model.shape_for_error_code("")  # reads all of its errors
del _session, _client
_example = Path(__file__).parents[1] / "examples/number-plate-detection"
_inputs = {"INPUT_COMMAND": "validate", "INPUT_PROJECT": _example.name, "INPUT_ENV": "dev", "TENANT_ID": str(UUID(int=1))}
run({"GITHUB_WORKSPACE": str(_example), **_inputs}, io.StringIO())  # compiles patterns and schemas
packaged_contract()
for _module in pkgutil.walk_packages(aces_action.__path__, "aces_action."):
    if not _module.name.endswith("__main__"):
        importlib.import_module(_module.name)
gc.collect()
gc.freeze()  # nothing of it becomes garbage: the collector need not look at it in every fork
