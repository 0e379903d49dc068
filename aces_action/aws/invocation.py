"""Where an endpoint takes requests: as botocore itself would send them."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

if TYPE_CHECKING:
    from types_boto3_sagemaker_runtime import SageMakerRuntimeClient


def invocation_url(client: SageMakerRuntimeClient, endpoint_name: str, *, is_async: bool) -> str:
    """The URL of InvokeEndpoint, or of InvokeEndpointAsync.

    The host is what botocore knows of region and partition, or where AWS_ENDPOINT_URL points, without user and password; the path
    is that of its service model.
    """
    operation = client.meta.service_model.operation_model("InvokeEndpointAsync" if is_async else "InvokeEndpoint")
    base = urlsplit(client.meta.endpoint_url)
    path = str(operation.http["requestUri"]).replace("{EndpointName}", quote(endpoint_name, safe=""))
    return f"{base.scheme}://{base.netloc.rpartition('@')[2]}{base.path.rstrip('/')}{path}"
