"""The templates by value: AWS takes them, the pages name all that is in them, and what they say of data."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
import yaml

from aces_action.bootstrap.template import LARGEST_BODY, StackTemplate, project, roles
from sandbox.aws.cloudformation.resources import KINDS
from sandbox.aws.cloudformation.template import Template, read_template
from tests.conftest import ROOT

FOLDER = ROOT / "docs/infra"
TEMPLATES = pytest.mark.parametrize("template", [roles(), project()], ids=lambda each: each.suffix)


def ours() -> Template:
    return read_template(project().body)


@TEMPLATES
def test_a_template_is_sent_whole_and_within_the_size_that_aws_takes(template: StackTemplate) -> None:
    text = (ROOT / template.file).read_text(encoding="utf-8")
    assert len(template.body.encode()) < LARGEST_BODY
    assert read_template(template.body) == read_template(text)
    assert template.parameters == read_template(text).content["Parameters"].keys()


def test_cfn_lint_has_nothing_to_say_of_it() -> None:
    command = [str(Path(sys.executable).with_name("cfn-lint")), "--regions", "ap-northeast-1", "--include-checks", "I", "--"]
    ended = subprocess.run([*command, str(FOLDER / "project.cfn.yml")], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (0, ""), ended.stdout + ended.stderr


@pytest.mark.parametrize("page", ["README.md", "README.ja.md"])
def test_the_pages_name_every_parameter(page: str) -> None:
    text = (FOLDER / page).read_text(encoding="utf-8")
    assert {name for name in project().parameters if f"`{name}`" not in text} == set()


def test_what_holds_data_outlives_the_stack_and_every_replacement() -> None:
    kinds = {"AWS::S3::Bucket", "AWS::ECR::Repository", "AWS::Logs::LogGroup"}
    found = [each for each in ours().content["Resources"].values() if each["Type"] in kinds]
    assert len(found) == 3
    assert {(each["DeletionPolicy"], each["UpdateReplacePolicy"]) for each in found} == {("RetainExceptOnCreate", "Retain")}


def test_objects_of_the_bucket_never_expire() -> None:
    rules = ours().content["Resources"]["WeightsBucket"]["Properties"]["LifecycleConfiguration"]["Rules"]
    assert [set(rule) - {"Id", "Status"} for rule in rules] == [{"AbortIncompleteMultipartUpload"}]


def test_untagged_images_are_counted_and_never_go_by_their_age() -> None:
    """What serves has no tag once a newer image was pushed: more are kept than generations can be."""
    repository = ours().content["Resources"]["ImageRepositoryOfServer"]["Properties"]
    policy = repository["LifecyclePolicy"]["Fn::If"][1]["LifecyclePolicyText"]["Fn::Sub"]
    assert re.findall(r'"countType":"(\w+)"', policy) == ["imageCountMoreThan"]
    assert "tagged" not in re.findall(r'"tagStatus":"(\w+)"', policy)
    kept = ours().content["Parameters"]["KeepUntaggedImages"]["Default"]
    inputs: Any = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))["inputs"]
    (most,) = re.findall(r"0 to (\d+)", inputs["keep-generations"]["description"])
    assert kept > int(most)


def test_environments_are_changed_in_place_and_their_running_jobs_are_left_to_end() -> None:
    found = [each["Properties"] for each in ours().content["Resources"].values() if each["Type"].endswith("ComputeEnvironment")]
    assert len(found) == 2
    for properties in found:
        assert properties["ReplaceComputeEnvironment"] is False
        assert properties["UpdatePolicy"]["TerminateJobsOnUpdate"] is False
        assert "ServiceRole" not in properties
        assert properties["ComputeResources"]["MinvCpus"] == 0
        assert "DesiredvCpus" not in properties["ComputeResources"]


# What the template has no use for: other keys, table buckets, clusters of EKS, users and groups, other settings of buckets
_USELESS = re.compile(
    r"(?:kms|eks|s3tables|firehose):|iam:(?:Attach|Detach)(?:Group|User)|iam:PassRole|s3:(?:\w*Metadata|Put\w*Acl|DeleteObject|REST)"
    r"|logs:(?:CreateLogDelivery|DeleteData|Put(?:Bearer|Data|Index|Resource))|ec2:AuthorizeSecurityGroupIngress"
)


@pytest.mark.parametrize("kind", KINDS)
def test_the_policy_for_people_has_what_cloudformation_calls_to_make_and_to_read_each_type(kind: str) -> None:
    """By AWS's own schemas."""
    policy = json.loads((FOLDER / "bootstrap-policy.json").read_text(encoding="utf-8"))
    granted = [action for statement in policy["Statement"] for action in statement["Action"]]
    from cfnlint.schema import PROVIDER_SCHEMA_MANAGER  # here: no other test pays for it

    handlers = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", kind).schema["handlers"]
    needed = {each for name in ("create", "read", "delete") for each in handlers[name]["permissions"]}
    spelt = {f"{each.partition(':')[0].lower()}:{each.partition(':')[2]}" for each in needed}
    missing = {each for each in spelt if not any(fnmatchcase(each, action) for action in granted)}
    assert {each for each in missing if not _USELESS.match(each)} == set()
