"""Writing to SageMaker through the SageMaker Python SDK's typed resources (`sagemaker.core.resources`).

The module is imported only when there is something to write: importing the SDK takes seconds. The SDK reads back after each
write, by strict models of what SageMaker answers: whatever is wrong with that reading is no failure of the write.
"""

from __future__ import annotations

import logging
import re
import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from botocore.exceptions import ClientError
from pydantic import ValidationError
from sagemaker.core.resources import Base, Endpoint, EndpointConfig, Model
from sagemaker.core.shapes import DeploymentConfig, VariantProperty

from aces_action.aws.consistency import went_through
from aces_action.aws.errors import is_denied
from aces_action.resources.endpoint.state import is_missing

if TYPE_CHECKING:
    import boto3

_Resource = TypeVar("_Resource", Endpoint, EndpointConfig, Model)
Retained = Literal["nothing", "weights", "weights and counts"]
_VERBATIM = frozenset({"Environment"})  # mappings whose keys are the user's, not the API's
_LOOK_UP = Base.get_updated_kwargs_with_configured_attributes.__code__
_A_MOMENT = 0.01  # seconds; the look-up takes a few thousandths


def create_model(session: boto3.Session, request: Mapping[str, Any], exists: Callable[[], bool]) -> None:
    """Creates a model from a CreateModel request. `exists` says by a look of its own whether it is there."""

    def write() -> None:
        Model.create(**_sdk_arguments(request), session=session, region=session.region_name)

    _tolerant("CreateModel", write, exists)


def create_config(session: boto3.Session, request: Mapping[str, Any], exists: Callable[[], bool]) -> None:
    """Creates an endpoint config from a CreateEndpointConfig request."""

    def write() -> None:
        EndpointConfig.create(**_sdk_arguments(request), session=session, region=session.region_name)

    _tolerant("CreateEndpointConfig", write, exists)


def create_endpoint(session: boto3.Session, request: Mapping[str, Any], exists: Callable[[], bool]) -> None:
    """Creates an endpoint from a CreateEndpoint request. Does not wait."""

    def write() -> None:
        Endpoint.create(**_sdk_arguments(request), session=session, region=session.region_name)

    _tolerant("CreateEndpoint", write, exists)


def delete_endpoint(session: boto3.Session, name: str, is_gone: Callable[[], bool]) -> None:
    """Starts the deletion of an endpoint. Does not wait; what is gone already is fine.

    `is_gone` says by a look of its own whether it is, or is about to be.
    """
    _deleted(_known(Endpoint(endpoint_name=name), session).delete, is_gone)


def delete_config(session: boto3.Session, name: str, is_gone: Callable[[], bool]) -> None:
    """Deletes an endpoint config. What is gone already is fine."""
    _deleted(_known(EndpointConfig(endpoint_config_name=name), session).delete, is_gone)


def delete_model(session: boto3.Session, name: str, is_gone: Callable[[], bool]) -> None:
    """Deletes a model. What is gone already is fine."""
    _deleted(_known(Model(model_name=name), session).delete, is_gone)


def _known(resource: _Resource, session: boto3.Session) -> _Resource:
    """A resource by its name alone, to be changed through this session. `get` would do it too, but reads all of the resource by
    strict models first: what these do not know would keep us from changing or deleting it."""
    resource._set_client_context(session=session, region=session.region_name)  # noqa: SLF001  `get` alone does it otherwise
    return resource


def _deleted(write: Callable[[], object], is_gone: Callable[[], bool]) -> None:
    try:
        with _signals_kept():
            write()
    except ClientError as error:
        if not is_missing(error) and not went_through(error, is_gone):
            raise


def update_endpoint(
    session: boto3.Session,
    name: str,
    config_name: str,
    *,
    retained: Retained,
    rollout: Mapping[str, Any] | None,
    started: Callable[[], bool],
) -> None:
    """Starts an update of an endpoint to another endpoint config.

    `retained`: which of the variants' properties stay as people or autoscaling have set them, in the place of the config's;
    `rollout` is the request's DeploymentConfig, None: all at once, as SageMaker does by itself.
    """
    endpoint, way = _known(Endpoint(endpoint_name=name, endpoint_config_name=config_name), session), dict[str, Any]()
    if rollout is not None:
        # without the SDK's inner shapes: these leave out what is 0, and a wait of 0 seconds must be said
        fields = {_snake(key): value for key, value in rollout.items()}
        way["deployment_config"] = DeploymentConfig.model_construct(**fields)
    if retained == "weights":
        way["exclude_retained_variant_properties"] = [VariantProperty(variant_property_type="DesiredInstanceCount")]
    _tolerant("UpdateEndpoint", lambda: endpoint.update(retain_all_variant_properties=retained != "nothing", **way), started)


def _tolerant(operation: str, write: Callable[[], object], done: Callable[[], bool]) -> None:
    """Writes, and raises only what says that nothing was written. `done` says by a look of its own that it was."""
    try:
        with _signals_kept():
            write()
    except ValidationError as error:
        if not done():
            raise
        _tell(operation, error)
    except ClientError as error:
        # a refusal of a repeated call may be about the call before, whose answer got lost on the way
        if error.operation_name == operation and (is_denied(error) or not went_through(error, done)):
            raise
        _tell(operation, error)


@contextmanager
def _signals_kept() -> Iterator[None]:
    """Around a call of the SDK: a signal does not get lost in its look-up of defaults, and comes again right after that.

    Before each create, `sagemaker.core.resources` looks up defaults in files within `except BaseException` (Base.
    get_updated_kwargs_with_configured_attributes), which swallows whatever a signal's handler raises, and goes on to the write.
    Only there a signal is put off. Anywhere else it interrupts as ever, above all the HTTP call: that may take a minute, and a
    cancelled job has ten seconds for its last words.
    """
    if threading.current_thread() is not threading.main_thread():  # Python runs handlers in the main thread alone
        yield
        return
    handlers = {signum: signal.getsignal(signum) for signum in (signal.SIGINT, signal.SIGTERM)}

    def handle(signum: int, frame: FrameType | None) -> None:
        handler = handlers[signal.Signals(signum)]
        if _is_looking_up(frame):
            # to this thread, so that it interrupts what it waits for by then: a signal to another one would wait for the answer
            again = threading.Timer(_A_MOMENT, signal.pthread_kill, (threading.get_ident(), signum))
            again.daemon = True
            again.start()
        elif callable(handler):
            handler(signum, frame)

    held = [signum for signum, handler in handlers.items() if callable(handler)]
    for signum in held:
        signal.signal(signum, handle)
    try:
        yield
    finally:
        for signum in held:
            if signal.getsignal(signum) is handle:  # the handler itself may have set another
                signal.signal(signum, handlers[signum])


def _is_looking_up(frame: FrameType | None) -> bool:
    while frame is not None:
        if frame.f_code is _LOOK_UP:
            return True
        frame = frame.f_back
    return False


def _tell(operation: str, error: Exception) -> None:
    logging.getLogger(__name__).debug("%s went through, but the SDK could not read back: %s", operation, error)


def _sdk_arguments(request: Mapping[str, Any]) -> dict[str, Any]:
    """A request in the API's words as the SDK's keyword arguments: `VolumeSizeInGB` is `volume_size_in_gb` there."""
    return {_snake(key): value if key in _VERBATIM else _converted(value) for key, value in request.items()}


def _converted(value: Any) -> Any:
    if isinstance(value, Mapping):
        return _sdk_arguments(value)
    return [_converted(each) for each in value] if isinstance(value, list) else value


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()
