"""The SageMaker SDK's typed resources against the sandbox: their response models are strict, and read all of it."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
import requests
from botocore.exceptions import ClientError

from sandbox.seed import Seeded
from sandbox.server import Sandbox

INFERENCE = {"OutputConfig": {"S3OutputPath": "s3://number-plate-detection-dev/async"}}


@pytest.fixture
def weights(empty: Sandbox, session: boto3.Session, seeded: Seeded) -> str:
    s3 = session.client("s3", endpoint_url=empty.aws_url)
    s3.put_object(Bucket=seeded.bucket, Key="shared/weights/deploy.tar.gz", Body=b"weights")
    return f"s3://{seeded.bucket}/shared/weights/deploy.tar.gz"


def test_the_typed_resources_create_read_update_and_delete(
    empty: Sandbox, seeded: Seeded, weights: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sagemaker.core.resources import Endpoint, EndpointConfig, Model  # 3 s, so only where it is used

    monkeypatch.setenv("AWS_ENDPOINT_URL", empty.aws_url)  # the SDK makes its own clients from our session
    session = boto3.Session(aws_access_key_id="AKIAIOSFODNN7SANDBOX", aws_secret_access_key="x", region_name="ap-northeast-1")
    tags = [{"key": "project", "value": "number-plate-detection"}]
    model = Model.create(
        model_name="model-1",
        execution_role_arn=seeded.sagemaker_role_arn,
        primary_container={"image": seeded.image_uri, "model_data_url": weights, "environment": {"A": "b"}},
        tags=tags,
        session=session,
    )
    assert model.primary_container.image == seeded.image_uri
    variant: dict[str, Any] = {
        "variant_name": "AllTraffic",
        "model_name": "model-1",
        "instance_type": "ml.t2.xlarge",
        "initial_instance_count": 1,
    }
    for name in ("old", "new"):
        config = EndpointConfig.create(
            endpoint_config_name=name,
            production_variants=[variant],
            async_inference_config={"output_config": {"s3_output_path": INFERENCE["OutputConfig"]["S3OutputPath"]}},
            tags=tags,
            session=session,
        )
        assert config.production_variants[0].instance_type == "ml.t2.xlarge"
    endpoint = Endpoint.create(endpoint_name="server", endpoint_config_name="old", tags=tags, session=session)
    assert endpoint.endpoint_status == "Creating"
    assert endpoint.pending_deployment_summary.production_variants[0].variant_status[0].status == "Creating"
    endpoint.refresh()
    assert endpoint.endpoint_status == "InService"
    endpoint.endpoint_config_name = "new"
    endpoint.update(retain_all_variant_properties=True)
    endpoint.refresh()
    endpoint.refresh()
    assert (endpoint.endpoint_status, endpoint.endpoint_config_name) == ("InService", "new")
    requests.post(f"{empty.aws_url}/_sandbox/endpoints", json={"outcome": "rollback"}, timeout=5).raise_for_status()
    endpoint.endpoint_config_name = "old"
    endpoint.update()
    endpoint.refresh()
    endpoint.refresh()
    assert (endpoint.endpoint_config_name, bool(endpoint.failure_reason)) == ("new", True)
    assert [one.endpoint_name for one in Endpoint.get_all(session=session)] == ["server"]
    endpoint.delete()
    endpoint.refresh()
    for resource in (EndpointConfig.get("new", session=session), EndpointConfig.get("old", session=session), model):
        resource.delete()
    with pytest.raises(ClientError, match="Could not find model"):
        Model.get("model-1", session=session)
