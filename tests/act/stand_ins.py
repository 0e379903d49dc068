"""What stands for the other actions of the examples where act plays them: nothing here reaches GitHub, AWS or a registry.

Each does to the sandbox what the original does for ours, and nothing else that it can do: `actions/<name>/action.yml` calls
`python -m tests.act.stand_ins <name>`. Inputs come as INPUT_…, as a JavaScript action gets them.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
import requests

from sandbox.image import DOCKER_MANIFEST, OCI_MANIFEST, put_image

if TYPE_CHECKING:
    from types_boto3_ecr import ECRClient


def configure_aws_credentials() -> None:
    """Exchanges the job's OIDC token for the role's credentials, masks them, and sets them for the steps that follow."""
    request_token = os.environ["ACTIONS_ID_TOKEN_REQUEST_TOKEN"]
    asked = requests.get(
        f"{os.environ['ACTIONS_ID_TOKEN_REQUEST_URL']}&audience=sts.amazonaws.com",
        headers={"Authorization": f"Bearer {request_token}"},
        timeout=10,
    )
    asked.raise_for_status()
    region = os.environ["INPUT_AWS_REGION"]
    credentials = boto3.client("sts", region_name=region).assume_role_with_web_identity(
        RoleArn=os.environ["INPUT_ROLE_TO_ASSUME"], RoleSessionName="GitHubActions", WebIdentityToken=asked.json()["value"]
    )["Credentials"]
    secrets = {
        "AWS_ACCESS_KEY_ID": credentials["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": credentials["SecretAccessKey"],
        "AWS_SESSION_TOKEN": credentials["SessionToken"],
    }
    for secret in secrets.values():
        print(f"::add-mask::{secret}")
    _append("GITHUB_ENV", **secrets, AWS_REGION=region, AWS_DEFAULT_REGION=region)


def amazon_ecr_login() -> None:
    """Sets the output `registry`. No engine is logged in: what is pushed goes by way of ECR's own operations."""
    (token,) = _ecr().get_authorization_token()["authorizationData"]
    _append("GITHUB_OUTPUT", registry=token["proxyEndpoint"].removeprefix("https://"))


def build_push_action() -> None:
    """Pushes an image that differs with the context's Dockerfile. Like BuildKit's it has OCI's types unless told otherwise."""
    repository, _, tag = os.environ["INPUT_TAGS"].partition("/")[2].rpartition(":")
    digest = put_image(
        _ecr(),
        repository=repository,
        tag=tag,
        architecture=os.environ["INPUT_PLATFORMS"].removeprefix("linux/"),
        media_type=DOCKER_MANIFEST if "oci-mediatypes=false" in os.environ["INPUT_OUTPUTS"] else OCI_MANIFEST,
        content=Path(os.environ["INPUT_CONTEXT"], "Dockerfile").read_bytes(),
    )
    _append("GITHUB_OUTPUT", digest=digest)


def _ecr() -> ECRClient:
    """With the credentials of the step that signed in, to AWS_ENDPOINT_URL."""
    return boto3.client("ecr")


def _append(file: str, **values: str) -> None:
    with Path(os.environ[file]).open("a", encoding="utf-8") as lines:
        lines.writelines(f"{name}={value}\n" for name, value in values.items())


if __name__ == "__main__":
    stand_ins = (configure_aws_credentials, amazon_ecr_login, build_push_action)
    {one.__name__.replace("_", "-"): one for one in stand_ins}[sys.argv[1]]()
