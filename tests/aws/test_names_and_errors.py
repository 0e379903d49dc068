"""Names, tags, image rules and the texts of AWS's errors, by value."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, NoCredentialsError
from hypothesis import given
from hypothesis import strategies as st

from aces_action.aws.errors import explain
from aces_action.aws.identity import claims
from aces_action.aws.image import DOCKER_MANIFEST, ServerImage, check_for_batch, check_for_sagemaker, download, read_image
from aces_action.aws.session import session_name
from aces_action.aws.tags import Owner, is_ours
from aces_action.project.document import Source
from aces_action.project.instance_types import processor, sagemaker_instance_types
from aces_action.project.model import EndpointSettings, InferenceMode, Infra, JobSettings
from aces_action.project.names import Names, check_names, names_for
from aces_action.project.yaml_reader import read_yaml
from sandbox.image import OCI_INDEX
from sandbox.seed import admin_session, new_admin_session, push_index
from sandbox.server import Sandbox


def infra(mode: InferenceMode | None = "realtime", *, batch: bool = True) -> Infra:
    job = JobSettings(instance_type="m5.xlarge") if batch else None
    return Infra(
        account_id=None,
        async_component="aws_batch" if batch else "sagemaker",
        endpoint=EndpointSettings(instance_type="ml.t2.xlarge", mode=mode) if mode else None,
        job=job,
        longtime_job=job,
    )


def names(project: str = "number-plate-detection") -> Names:
    return names_for(project, "dev", infra())


def client_error(code: str, message: str, operation: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, operation)


def test_names_follow_the_convention() -> None:
    assert names().bucket == "number-plate-detection-dev"
    assert names().endpoint == names().job == "number-plate-detection-dev-algorithm-server"
    assert names().longtime_job == names().longtime_job_queue == "number-plate-detection-dev-algorithm-server-longtime"
    assert names_for("p-x", "dev", infra("async", batch=False)).endpoint == "p-x-dev-algorithm-server-async"
    assert names_for("p-x", "dev", infra(None)).endpoint is None


def test_the_infra_files_own_names_win() -> None:
    own = infra()
    assert own.endpoint and own.job
    own = replace(own, endpoint=replace(own.endpoint, name="mine"), job=replace(own.job, name="my-job", queue="my-queue"))
    found = names_for("p-x", "dev", own)
    assert (found.endpoint, found.job, found.job_queue) == ("mine", "my-job", "my-queue")


def test_names_that_aws_would_refuse_are_found_before_anything_is_made() -> None:
    file, _ = read_yaml(Source.of("infra.yml", "account_id: 123456789012\n"))
    assert file is not None
    problems = check_names(names("a" * 40), file)
    assert {problem.code for problem in problems} == {"ACES-C016"}
    assert "The model would be called" in problems[0].message.en
    assert check_names(names(), file) == []


@given(st.text(), st.text())
def test_the_session_name_fits_stss_pattern(repository: str, run_id: str) -> None:
    assert re.fullmatch(r"[\w+=,.@-]{2,64}", session_name(repository, run_id), re.ASCII)


def test_the_session_name_says_repository_and_run() -> None:
    assert session_name("example-org/number-plate-detection", "123") == "aces-action.number-plate-detection.123"


def test_a_resource_of_another_project_or_without_tags_is_not_ours() -> None:
    tags = Owner(project="a", env="dev", server="s", repository="o/r").tags("h")
    assert is_ours(tags, project="a", env="dev")
    assert not is_ours(tags, project="b", env="dev")
    assert not is_ours(tags, project="a", env="production")
    assert not is_ours({}, project="a", env="dev")
    assert "aces:commit" not in tags


def image(media_type: str = DOCKER_MANIFEST, *architectures: str) -> ServerImage:
    return ServerImage(uri="r/s@sha256:1", digest="sha256:1", media_type=media_type, architectures=architectures or ("amd64",))


@pytest.mark.parametrize("media_type", ["application/vnd.oci.image.index.v1+json", "application/vnd.oci.image.manifest.v1+json"])
def test_a_manifest_that_sagemaker_refuses_is_refused_with_the_build_settings(media_type: str) -> None:
    (problem,) = check_for_sagemaker(image(media_type), "ml.t2.xlarge")
    assert problem.code == "ACES-P004"
    assert "provenance: false" in problem.hint.en
    assert "oci-mediatypes=false" in problem.hint.en


def test_an_image_for_another_processor_is_refused() -> None:
    (problem,) = check_for_sagemaker(image(DOCKER_MANIFEST, "arm64"), "ml.t2.xlarge")
    assert problem.message.en == "The image is built for arm64, but ml.t2.xlarge runs amd64."
    (problem,) = check_for_sagemaker(image(), "ml.c7g.large")
    assert "platforms: linux/arm64" in problem.hint.en
    (problem,) = check_for_batch(image(DOCKER_MANIFEST, "arm64"), "m5.xlarge", ("x86_64",))
    assert problem.code == "ACES-P005"


def test_an_image_for_the_processor_of_an_instance_type_and_no_other_is_taken_whatever_the_type() -> None:
    """GB200 (ml.p6e-gb200) has NVIDIA's own ARM processor, which is no Graviton."""
    built = {"arm64": image(DOCKER_MANIFEST, "arm64"), "x86_64": image(DOCKER_MANIFEST, "amd64")}
    for name in sagemaker_instance_types():
        taken = {chips for chips, each in built.items() if not check_for_sagemaker(each, name)}
        assert taken == {processor(name)}, name
    assert processor("ml.p6e-gb200.36xlarge") == "arm64"


def test_batch_takes_manifests_of_several_processors() -> None:
    assert check_for_batch(image(OCI_INDEX, "arm64", "amd64"), "m5.xlarge", ("x86_64",)) == []


def test_batch_cannot_run_an_index_without_an_image_for_its_processor() -> None:
    (problem,) = check_for_batch(image(OCI_INDEX, "arm64"), "m5.xlarge", ("x86_64",))
    assert problem.code == "ACES-P005"
    assert problem.message.en == "The image is built for arm64, but m5.xlarge runs amd64."


@pytest.mark.parametrize("architecture", ["amd64", "arm64"])
def test_what_an_index_is_built_for_is_read_without_its_attestations(sandbox: Sandbox, architecture: str) -> None:
    repository = f"index-{architecture}"
    push_index(sandbox, admin_session(), repository=repository, architecture=architecture)
    session: Any = admin_session()
    client = session.client("ecr", endpoint_url=sandbox.aws_url)
    found = read_image(client, registry="r", repository=repository, tag="deploy", fetch=download)
    assert (found.media_type, found.architectures) == (OCI_INDEX, (architecture,))


def test_a_missing_permission_is_named() -> None:
    said = (
        "User: arn:aws:sts::123456789012:assumed-role/r/s is not authorized to perform: sagemaker:CreateModel on resource: arn:x"
    )
    problem = explain(client_error("AccessDeniedException", said, "CreateModel"), resource="server")
    assert problem.code == "ACES-A005"
    assert problem.message.en == "The role may not call CreateModel on server: it lacks sagemaker:CreateModel."


def test_a_refused_look_at_s3_names_the_iam_action_not_the_operation() -> None:
    assert "it lacks s3:GetObject" in explain(client_error("403", "Forbidden", "HeadObject")).message.en


def test_credentials_that_ended_are_no_missing_permission() -> None:
    assert explain(client_error("ExpiredToken", "expired", "HeadObject")).code == "ACES-A001"


def test_connection_and_credential_errors_have_their_codes() -> None:
    assert explain(NoCredentialsError()).code == "ACES-A001"
    assert explain(EndpointConnectionError(endpoint_url="https://sagemaker")).code == "ACES-A007"


@pytest.mark.usefixtures("no_dns")
def test_a_host_of_aws_that_dns_does_not_know_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    with pytest.raises(EndpointConnectionError) as raised:
        new_admin_session().client("sts", endpoint_url="https://sts.invalid").get_caller_identity()
    problem = explain(raised.value, resource="server")
    assert problem.code == "ACES-A007"
    assert problem.message.en == "AWS cannot be reached (server): DNS does not know the host sts.invalid."
    assert "the runner's DNS" in problem.hint.en


def test_other_refusals_carry_awss_words() -> None:
    problem = explain(client_error("ValidationException", "1 validation error", "CreateModel"), resource="server")
    assert problem.message.en == "AWS refused CreateModel on server: ValidationException: 1 validation error"


def test_a_tokens_claims_are_shown_without_the_token() -> None:
    payload = base64.urlsafe_b64encode(json.dumps({"sub": "repo:o/r:ref:refs/heads/develop", "jti": "x"}).encode()).decode()
    assert claims(f"e30.{payload.rstrip('=')}.sig") == {"sub": "repo:o/r:ref:refs/heads/develop"}


@given(st.text())
def test_an_unreadable_token_has_no_claims(token: str) -> None:
    assert isinstance(claims(token), dict)
