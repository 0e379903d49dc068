"""SageMaker's runtime: inference, answered by the config that serves, or as a test wants it."""

from __future__ import annotations

import json
import threading
import uuid
from urllib.parse import urlsplit

from moto.s3.models import s3_backends
from moto.sagemakerruntime.responses import SageMakerRuntimeResponse

from sandbox.aws.answers import Answer, take_answer
from sandbox.aws.hosting.records import JSON
from sandbox.aws.state import State, state_of
from sandbox.aws.wire import Refusal

_MOST_REALTIME = 6_291_456  # bytes of a body
_MOST_ASYNCHRONOUS = 1 << 30  # bytes of the object that holds it
# What moto takes for an answer. It goes by a header `status`, and looks at no status beside it
_Reply = tuple[int, dict[str, str], bytes]


class SageMakerRuntime(SageMakerRuntimeResponse):
    """Inference: the serving config answers with what it is, so that a caller sees which content served."""

    use_raw_body = True  # an image is not text

    @property
    def _endpoint(self) -> str:
        return self.path.split("/")[2]

    def _serving(self, *, wants_async: bool) -> tuple[str, JSON, Answer]:
        """The name of the config that serves, its request, and the rule for this answer."""
        state, name = state_of(self.normalized_request), self._endpoint
        arn = f"arn:{self.partition}:sagemaker:{self.region}:{self.current_account}:endpoint/{name}"
        with state.lock:
            config = state.hosting.serving_config(arn)
            if config is None:
                raise Refusal(400, "ValidationError", f"Endpoint {name} of account {self.current_account} not found.")
            if ("AsyncInferenceConfig" in config.request) != wants_async:
                right = "InvokeEndpoint" if wants_async else "InvokeEndpointAsync"
                raise Refusal(400, "ValidationError", f"Endpoint {name} does not support this inference type: use {right}.")
            return config.name, config.request, take_answer(state.answers, name)

    def invoke_endpoint(self) -> _Reply:
        size = len(self.body)
        if size > _MOST_REALTIME:
            raise Refusal(
                413, "ValidationError", f"Request has exceeded the maximum payload size of {_MOST_REALTIME} bytes: {size}."
            )
        config_name, config, answer = self._serving(wants_async=False)
        state_of(self.normalized_request).stopping.wait(answer.seconds)
        variant = config["ProductionVariants"][0]["VariantName"]
        said = answer.body if answer.body is not None else json.dumps({"endpoint_config": config_name, "received_bytes": size})
        if answer.status >= 400:
            return self._model_error(answer.status, said, variant)
        headers = {
            "status": str(answer.status),
            "Content-Type": answer.content_type,
            "x-Amzn-Invoked-Production-Variant": variant,
        }
        return answer.status, headers, said.encode()

    def _model_error(self, status: int, said: str, variant: str) -> _Reply:
        group = f"/aws/sagemaker/Endpoints/{self._endpoint}"
        url = f"https://{self.region}.console.aws.amazon.com/cloudwatch/home?region={self.region}#logEventViewer:group={group}"
        error = {
            "Message": f"{_received(status, said)} See {url} in account {self.current_account} for more information.",
            "OriginalStatusCode": status,
            "OriginalMessage": said,
            "LogStreamArn": f"arn:{self.partition}:logs:{self.region}:{self.current_account}:log-group:{group}"
            f":log-stream:{variant}/i-0123456789abcdef0",
        }
        headers = {"status": "424", "Content-Type": "application/json", "x-amzn-ErrorType": "ModelError"}
        return 424, headers, json.dumps(error).encode()

    def invoke_endpoint_async(self) -> tuple[int, dict[str, str], str]:
        config_name, config, answer = self._serving(wants_async=True)
        location = self.headers.get("X-Amzn-SageMaker-InputLocation", "")
        self._check_input(location)
        own = self.headers.get("X-Amzn-SageMaker-Inference-Id")
        paths = config["AsyncInferenceConfig"]["OutputConfig"]
        name = own or str(uuid.uuid4())
        output = f"{paths['S3OutputPath'].rstrip('/')}/{name}.out"
        failure = f"{paths['S3FailurePath'].rstrip('/')}/{name}-error.out" if "S3FailurePath" in paths else ""
        said = answer.body if answer.body is not None else json.dumps({"endpoint_config": config_name, "input": location})
        if answer.status < 400:
            self._leave(output, said, answer)
        elif failure:
            self._leave(failure, _received(answer.status, said), answer)
        headers = {"status": "202", "X-Amzn-SageMaker-OutputLocation": output}
        if failure:
            headers["X-Amzn-SageMaker-FailureLocation"] = failure
        return 202, headers, json.dumps({"InferenceId": name})

    def _check_input(self, location: str) -> None:
        parts = urlsplit(location)
        bucket = s3_backends[self.current_account][self.partition].buckets.get(parts.netloc)
        found = bucket.keys.get(parts.path.lstrip("/")) if bucket else None
        # AWS finds that out later, and says so at the failure path
        if found is not None and found.size > _MOST_ASYNCHRONOUS:
            raise Refusal(400, "ValidationError", f"The payload at {location} exceeds {_MOST_ASYNCHRONOUS} bytes.")

    def _leave(self, location: str, said: str, answer: Answer) -> None:
        """Puts it there, now or when the container has had its time."""
        backend, parts = s3_backends[self.current_account][self.partition], urlsplit(location)
        state: State = state_of(self.normalized_request)

        def leave() -> None:
            if not state.stopping.wait(answer.seconds):
                stored = backend.put_object(parts.netloc, parts.path.lstrip("/"), said.encode())
                stored.set_metadata({"Content-Type": answer.content_type}, replace=False)

        if answer.seconds:
            threading.Thread(target=leave, daemon=True).start()
        else:
            leave()


def _received(status: int, said: str) -> str:
    """SageMaker's words for a container's error."""
    return f'Received {"client" if status < 500 else "server"} error ({status}) from primary with message "{said}".'
