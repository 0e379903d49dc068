"""What botocore works out anew for every client, here once per process and service: half of the time that a client takes.

It writes a method for each operation of the service, 700 for EC2, and asks each whether it needs endpoint discovery.
"""

from __future__ import annotations

from typing import Any

from botocore.client import ClientCreator
from botocore.model import ServiceModel

_creator: Any = ClientCreator  # its types tell only of what is public
_model: Any = ServiceModel
_write_methods = _creator._create_methods
_discovery_required = vars(ServiceModel)["endpoint_discovery_required"]
_methods: dict[tuple[str, str], dict[str, Any]] = {}
_discovery: dict[tuple[str, str], bool] = {}


def make_quickly() -> None:
    """Clients, from here on, in this process and its forks."""
    _creator._create_methods = _kept_methods
    _model.endpoint_discovery_required = property(_kept_discovery)


def _kept_methods(creator: ClientCreator, service_model: ServiceModel) -> dict[str, Any]:
    key = (service_model.service_name, service_model.api_version)
    if key not in _methods:
        _methods[key] = _write_methods(creator, service_model)
    return dict(_methods[key])  # whoever makes the class adds to them


def _kept_discovery(service_model: ServiceModel) -> bool:
    key = (service_model.service_name, service_model.api_version)
    if key not in _discovery:
        _discovery[key] = _discovery_required.__get__(service_model, ServiceModel)
    return _discovery[key]
