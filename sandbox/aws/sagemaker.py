"""SageMaker over moto: hosting (models, endpoint configs, endpoints, their tags) is ours, everything else stays moto's."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from moto.core.responses import ActionResult, EmptyResult
from moto.core.utils import get_service_model
from moto.iam.exceptions import NotFoundException
from moto.iam.models import iam_backends
from moto.logs.models import logs_backends
from moto.s3.models import s3_backends
from moto.sagemaker.responses import SageMakerResponse

from sandbox.aws import constraints
from sandbox.aws.ecr import find_image
from sandbox.aws.hosting.records import JSON
from sandbox.aws.hosting.store import Hosting
from sandbox.aws.state import state_of
from sandbox.aws.trust import trusts_service
from sandbox.aws.wire import Refusal, invalid

# CreateModel refuses an index, and a single OCI manifest as well (aws/amazon-sagemaker-feedback#180, moby/buildkit#5480)
_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"


class SageMaker(SageMakerResponse):
    """moto's SageMaker with a life cycle for hosting."""

    @property
    def _place(self) -> str:
        return f"arn:{self.partition}:sagemaker:{self.region}:{self.current_account}"

    def _arn(self, kind: str, name: str) -> str:
        return f"{self._place}:{kind}/{name}"

    def _run(self, step: Callable[[Hosting, JSON], JSON | None]) -> ActionResult:
        """Check the request against botocore's model, then take one step in the hosting, alone."""
        request: JSON = json.loads(self.body or "{}")
        operation = get_service_model("sagemaker").operation_model(self._get_action())
        constraints.check(operation.input_shape, request)
        state = state_of(self.normalized_request)
        with state.lock:
            result = step(state.hosting, request)
        return EmptyResult() if result is None else ActionResult(result)

    def create_model(self) -> ActionResult:
        def step(hosting: Hosting, request: JSON) -> JSON:
            arn = self._arn("model", request["ModelName"])
            containers = [request["PrimaryContainer"]] if "PrimaryContainer" in request else request.get("Containers", [])
            if not containers:
                raise invalid("One of PrimaryContainer or Containers must be specified.")
            images = tuple(self._checked_image(container, request.get("ExecutionRoleArn", "")) for container in containers)
            hosting.create_model(arn, request, images)
            return {"ModelArn": arn}

        return self._run(step)

    def _checked_image(self, container: JSON, role_arn: str) -> tuple[str, str]:
        """A container's image with its digest, once role, image and model data are found to be there."""
        try:
            role = iam_backends[self.current_account][self.partition].get_role_by_arn(role_arn)
        except NotFoundException:
            role = None
        if role is None or not trusts_service(json.loads(role.assume_role_policy_document), "sagemaker.amazonaws.com"):
            raise invalid(
                f"Could not assume role {role_arn}. Please ensure that the role exists and allows principal "
                "'sagemaker.amazonaws.com' to assume the role."
            )
        uri = container.get("Image", "")
        image = find_image(uri)
        if image is None:
            raise invalid(f"Requested image {uri} not found.")
        if image.media_type != _MANIFEST:
            raise invalid(
                f"Unsupported manifest media type {image.media_type} for image {image.resolved}. "
                "Ensure that valid manifest media type is used for specified image."
            )
        if url := container.get("ModelDataUrl"):
            self._check_model_data(url, role_arn)
        return uri, image.resolved

    def _check_model_data(self, url: str, role_arn: str) -> None:
        if not url.endswith(".tar.gz"):
            raise Refusal(
                400, "ValidationException", f'Invalid model data "{url}": it must be a gzip tar archive with suffix .tar.gz.'
            )
        parts = urlsplit(url)
        bucket = s3_backends[self.current_account][self.partition].buckets.get(parts.netloc)
        if bucket is None or parts.path.lstrip("/") not in bucket.keys or bucket.region_name != self.region:
            raise invalid(
                f'Could not access model data at {url}. Please ensure that the role "{role_arn}" exists and that its trust '
                'relationship policy allows the action "sts:AssumeRole" for the service principal "sagemaker.amazonaws.com". '
                f'Also ensure that the role has "s3:GetObject" permissions and that the object is located in {self.region}.',
            )

    def describe_model(self) -> ActionResult:
        return self._run(lambda hosting, request: hosting.describe_model(self._arn("model", request["ModelName"])))

    def delete_model(self) -> ActionResult:
        return self._run(lambda hosting, request: hosting.delete_model(self._arn("model", request["ModelName"])))

    def list_models(self) -> ActionResult:
        return self._run(lambda hosting, request: hosting.list_models(request, self._place))

    def create_endpoint_config(self) -> ActionResult:
        def step(hosting: Hosting, request: JSON) -> JSON:
            arn = self._arn("endpoint-config", request["EndpointConfigName"])
            hosting.create_endpoint_config(arn, request)
            return {"EndpointConfigArn": arn}

        return self._run(step)

    def describe_endpoint_config(self) -> ActionResult:
        return self._run(
            lambda hosting, request: hosting.describe_endpoint_config(self._arn("endpoint-config", request["EndpointConfigName"]))
        )

    def delete_endpoint_config(self) -> ActionResult:
        return self._run(
            lambda hosting, request: hosting.delete_endpoint_config(self._arn("endpoint-config", request["EndpointConfigName"]))
        )

    def list_endpoint_configs(self) -> ActionResult:
        return self._run(lambda hosting, request: hosting.list_endpoint_configs(request, self._place))

    def create_endpoint(self) -> ActionResult:
        return self._change_endpoint(Hosting.create_endpoint)

    def update_endpoint(self) -> ActionResult:
        targets = state_of(self.normalized_request).targets

        def change(hosting: Hosting, arn: str, request: JSON) -> None:
            targets.check_update(hosting, arn, self._arn("endpoint-config", request["EndpointConfigName"]))
            hosting.update_endpoint(arn, request)

        return self._change_endpoint(change)

    def update_endpoint_weights_and_capacities(self) -> ActionResult:
        return self._change_endpoint(Hosting.update_weights_and_capacities)

    def _change_endpoint(self, change: Callable[[Hosting, str, JSON], None]) -> ActionResult:
        def step(hosting: Hosting, request: JSON) -> JSON:
            arn = self._arn("endpoint", request["EndpointName"])
            change(hosting, arn, request)
            self._keep_logs(hosting)
            return {"EndpointArn": arn}

        return self._run(step)

    def _keep_logs(self, hosting: Hosting) -> None:
        """What new containers write goes to CloudWatch Logs, which are moto's."""
        logs = logs_backends[self.current_account][self.region]
        for each in hosting.take_logs():
            group = f"/aws/sagemaker/Endpoints/{each.endpoint_name}"
            logs.ensure_log_group(group)
            logs.ensure_log_stream(group, each.stream)
            now = int(time.time() * 1000)
            logs.put_log_events(group, each.stream, [{"timestamp": now, "message": line} for line in each.lines])

    def describe_endpoint(self) -> ActionResult:
        return self._run(lambda hosting, request: hosting.describe_endpoint(self._arn("endpoint", request["EndpointName"])))

    def delete_endpoint(self) -> ActionResult:
        return self._run(lambda hosting, request: hosting.delete_endpoint(self._arn("endpoint", request["EndpointName"])))

    def list_endpoints(self) -> ActionResult:
        return self._run(lambda hosting, request: hosting.list_endpoints(request, self._place))

    def add_tags(self) -> ActionResult:
        def step(hosting: Hosting, request: JSON) -> JSON | None:
            tags = hosting.tags(request["ResourceArn"])
            if tags is None:
                return None
            tags.update({tag["Key"]: tag["Value"] for tag in request["Tags"]})
            return {"Tags": _tag_list(tags)}

        return self._tagged(step, super().add_tags)

    def list_tags(self) -> ActionResult:
        def step(hosting: Hosting, request: JSON) -> JSON | None:
            tags = hosting.tags(request["ResourceArn"])
            return None if tags is None else {"Tags": _tag_list(tags)}

        return self._tagged(step, super().list_tags)

    def delete_tags(self) -> ActionResult:
        def step(hosting: Hosting, request: JSON) -> JSON | None:
            tags = hosting.tags(request["ResourceArn"])
            if tags is None:
                return None
            for key in request["TagKeys"]:
                tags.pop(key, None)
            return {}

        return self._tagged(step, super().delete_tags)

    def _tagged(self, step: Callable[[Hosting, JSON], JSON | None], otherwise: Callable[[], ActionResult]) -> ActionResult:
        """Tags of hosting's resources are ours; those of anything else are moto's."""
        result = self._run(step)
        return otherwise() if isinstance(result, EmptyResult) else result


def _tag_list(tags: dict[str, str]) -> list[dict[str, Any]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]
