"""Imported by each process of the tests: what botocore makes anew for every session is made once per process.

Each run of the action has a session of its own, as it must, and for each session botocore reads its descriptions of the services,
thirty megabytes of JSON, and makes a class with a method for each of their operations: most of the time of a short run.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from botocore.client import ClientCreator
from botocore.loaders import JSONFileLoader
from botocore.model import ServiceModel

_read: Callable[..., Any] = JSONFileLoader._load_file  # type: ignore[attr-defined]
_load_model: Callable[..., ServiceModel] = ClientCreator._load_service_model  # type: ignore[attr-defined]
_make_class: Callable[..., type] = ClientCreator._create_client_class  # type: ignore[attr-defined]
_models: dict[tuple[str, str | None], ServiceModel] = {}
_classes: dict[str, type] = {}


@functools.cache
def _kept(path: str, opener: Callable[..., Any]) -> Any:
    return _read(JSONFileLoader(), path, opener)


def _read_once(loader: JSONFileLoader, path: str, opener: Callable[..., Any]) -> Any:
    # botocore changes the model of S3 as it goes, and moto, which reads it too, is not to see that
    return _read(loader, path, opener) if "service-2" in path else _kept(path, opener)


def _load_model_once(creator: ClientCreator, service_name: str, api_version: str | None = None) -> ServiceModel:
    key = (service_name, api_version)
    if key not in _models:
        _models[key] = _load_model(creator, service_name, api_version)
    return _models[key]


def _make_class_once(creator: ClientCreator, service_name: str, service_model: ServiceModel) -> type:
    if service_name not in _classes:
        _classes[service_name] = _make_class(creator, service_name, service_model)
    return _classes[service_name]


JSONFileLoader._load_file = _read_once  # type: ignore[attr-defined]
ClientCreator._load_service_model = _load_model_once  # type: ignore[attr-defined]
ClientCreator._create_client_class = _make_class_once  # type: ignore[attr-defined]
