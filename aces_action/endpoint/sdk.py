"""Writing to SageMaker through the SageMaker Python SDK's typed resources (`sagemaker.core.resources`).

The module is imported only when there is something to write: importing the SDK takes seconds. Its models of what
SageMaker answers are strict, and creating reads back: a refusal of the answer after the resource exists is no failure.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError
from sagemaker.core.resources import Endpoint, EndpointConfig, Model

if TYPE_CHECKING:
    import boto3

_VERBATIM = frozenset({"Environment"})  # mappings whose keys are the user's, not the API's


def create_model(session: boto3.Session, request: Mapping[str, Any], exists: Callable[[], bool]) -> None:
    """Creates a model from a CreateModel request. `exists` says by a look of its own whether it is there."""
    _tolerant(lambda: Model.create(**_sdk_arguments(request), session=session, region=session.region_name), exists)


def create_config(session: boto3.Session, request: Mapping[str, Any], exists: Callable[[], bool]) -> None:
    """Creates an endpoint config from a CreateEndpointConfig request."""
    _tolerant(lambda: EndpointConfig.create(**_sdk_arguments(request), session=session, region=session.region_name), exists)


def create_endpoint(session: boto3.Session, request: Mapping[str, Any], exists: Callable[[], bool]) -> None:
    """Creates an endpoint from a CreateEndpoint request. Does not wait."""
    _tolerant(lambda: Endpoint.create(**_sdk_arguments(request), session=session, region=session.region_name), exists)


def update_endpoint(
    session: boto3.Session, name: str, config_name: str, *, retain_counts: bool, started: Callable[[], bool]
) -> None:
    """Starts an update to another endpoint config. `retain_counts` keeps what people or autoscaling have scaled it to."""
    endpoint = Endpoint.get(endpoint_name=name, session=session, region=session.region_name)
    endpoint.endpoint_config_name = config_name
    _tolerant(lambda: endpoint.update(retain_all_variant_properties=retain_counts), started)


def delete_endpoint(session: boto3.Session, name: str) -> None:
    """Starts the deletion of an endpoint."""
    Endpoint.get(endpoint_name=name, session=session, region=session.region_name).delete()


def _tolerant(write: Callable[[], object], done: Callable[[], bool]) -> None:
    try:
        write()
    except ValidationError as error:
        if not done():
            raise
        logging.getLogger(__name__).debug("the SDK could not read SageMaker's answer back: %s", error)


def _sdk_arguments(request: Mapping[str, Any]) -> dict[str, Any]:
    """A request in the API's words as the SDK's keyword arguments: `VolumeSizeInGB` is `volume_size_in_gb` there."""
    return {_snake(key): value if key in _VERBATIM else _converted(value) for key, value in request.items()}


def _converted(value: Any) -> Any:
    if isinstance(value, Mapping):
        return _sdk_arguments(value)
    return [_converted(each) for each in value] if isinstance(value, list) else value


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()
