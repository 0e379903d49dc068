"""Whether a generation still has all that it needs to serve again: its model, image and weights."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from botocore.exceptions import ClientError

from aces_action.aws.errors import AWS_ERRORS, is_denied
from aces_action.aws.image import in_ecr
from aces_action.problems.endpoint import lifecycle as problems
from aces_action.problems.problem import ActionError
from aces_action.resources.endpoint.history import Generation
from aces_action.resources.endpoint.spec import Request
from aces_action.resources.endpoint.state import read_model

if TYPE_CHECKING:
    from aces_action.aws.clients import Clients


def intact_model(clients: Clients, target: Generation, command: problems.RestoringCommand) -> Request:
    """The model of a generation, once it is certain that it still has all it needs, as far as the role may look.

    Raises ActionError (E007, E008) that says what is gone.
    """
    model = read_model(clients.sagemaker, target.model_names[0]) if target.model_names else None
    if model is None:
        raise ActionError(problems.not_whole(target.name, [problems.model_part()], command))
    container, gone = model.get("PrimaryContainer", {}), []
    if not has_image(clients, container.get("Image", "")):
        gone.append(problems.image_part(container["Image"]))
    if not has_weights(clients, container.get("ModelDataUrl", "")):
        gone.append(problems.weights_part(container["ModelDataUrl"]))
    if gone:
        raise ActionError(problems.not_whole(target.name, gone, command))
    return model


def has_image(clients: Clients, uri: str) -> bool:
    """False only for what is certainly gone: images of other registries, and what the role may not see, pass."""
    found = in_ecr(uri)
    if not found:
        return True
    account, repository, digest = found
    try:
        answer = clients.ecr.batch_get_image(registryId=account, repositoryName=repository, imageIds=[{"imageDigest": digest}])
    except clients.ecr.exceptions.RepositoryNotFoundException:
        return False
    except AWS_ERRORS:
        return True
    return bool(answer["images"]) or all(each.get("failureCode") != "ImageNotFound" for each in answer["failures"])


def has_weights(clients: Clients, uri: str) -> bool:
    """False only for what is certainly gone."""
    parts = urlsplit(uri)
    if parts.scheme != "s3":
        return True
    try:
        clients.s3.head_object(Bucket=parts.netloc, Key=parts.path.lstrip("/"))
    except ClientError as error:
        return is_denied(error) or error.response["ResponseMetadata"]["HTTPStatusCode"] != 404
    except AWS_ERRORS:
        return True
    return True
