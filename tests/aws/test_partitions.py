"""Outside of AWS's first partition: the domain is botocore's, and none is taken for granted."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import aces_action
from aces_action.aws.identity import Identity
from aces_action.aws.image import in_ecr
from aces_action.preflight.roles import BATCH, CONTAINERS, SAGEMAKER

DOMAINS = {
    "aws": "amazonaws.com",
    "aws-cn": "amazonaws.com.cn",
    "aws-us-gov": "amazonaws.com",
    "aws-eusc": "amazonaws.eu",
    "aws-iso": "c2s.ic.gov",
    "aws-of-tomorrow": "amazonaws.com",
}
DIGEST = f"sha256:{'1' * 64}"


def identity(partition: str) -> Identity:
    return Identity(account="123456789012", arn=f"arn:{partition}:iam::123456789012:user/u", partition=partition)


@pytest.mark.parametrize("partition", DOMAINS)
def test_the_partitions_domain_is_botocores(partition: str) -> None:
    assert identity(partition).domain == DOMAINS[partition]


@pytest.mark.parametrize("partition", DOMAINS)
def test_an_image_in_ecr_is_known_in_every_partition(partition: str) -> None:
    registry = f"123456789012.dkr.ecr.some-region-1.{identity(partition).domain}"
    assert in_ecr(f"{registry}/team/server@{DIGEST}") == ("123456789012", "team/server", DIGEST)
    assert in_ecr(f"docker.io/team/server@{DIGEST}") is None
    assert in_ecr(f"{registry}/team/server:deploy") is None


def without_kinds(source: str) -> str:
    """A module's text but for what docs/errors says of its kinds of problems: those are examples."""
    nodes = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    kinds = [node for node in nodes if isinstance(node.func, ast.Name) and node.func.id == "Kind"]
    for text in [ast.get_source_segment(source, node) or "" for node in kinds]:
        source = source.replace(text, "")
    return source


def test_no_address_is_written_with_the_domain_of_one_partition() -> None:
    # principals are the same in every partition, and so is the audience that GitHub's provider is made with
    package = Path(aces_action.__file__).parent
    sources = {path: without_kinds(path.read_text(encoding="utf-8")) for path in package.rglob("*.py")}
    named = {found for text in sources.values() for found in re.findall(r"[\w.{}<>-]*amazonaws[\w.]*\w", text, re.ASCII)}
    principals = {SAGEMAKER, CONTAINERS, BATCH, "sts.amazonaws.com", "sso.amazonaws.com"}  # the last in the path of roles
    # what identity.py says of itself, and its last resort; China's console has a domain of its own
    assert named - principals == {"amazonaws.com", "amazonaws.com.cn", "console.amazonaws.cn"}
    arns = {found for text in sources.values() for found in re.findall(r"[frb]+\"arn:aws:\S*", text)}
    assert arns == set()
