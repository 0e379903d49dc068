"""What the name of an instance type tells, by value, and AWS's lists against botocore itself."""

from __future__ import annotations

import subprocess
import sys

import botocore.session
import pytest

from aces_action.project.instance_types import (
    accelerator,
    correction,
    ec2_instance_types,
    is_burstable,
    processor,
    sagemaker_instance_types,
)
from tests.project.conftest import EXAMPLES

IMPORTS = """
import sys
from aces_action.project.instance_types import ec2_instance_types, sagemaker_instance_types
print(len(ec2_instance_types()) > 1000 < 4 * len(sagemaker_instance_types()), "botocore" in sys.modules)
"""


def _enum(service: str, shape: str) -> list[str]:
    values: list[str] = botocore.session.get_session().get_service_model(service).shape_for(shape).metadata["enum"]
    return values


def test_the_lists_are_botocores_own() -> None:
    assert list(sagemaker_instance_types()) == _enum("sagemaker", "ProductionVariantInstanceType")
    assert list(ec2_instance_types()) == _enum("ec2", "InstanceType")


def test_the_lists_are_read_without_importing_botocore() -> None:
    done = subprocess.run([sys.executable, "-c", IMPORTS], cwd=EXAMPLES.parent, check=True, capture_output=True, text=True)
    assert done.stdout == "True False\n"


@pytest.mark.parametrize(
    ("instance_type", "expected"),
    [
        ("m5.xlarge", ("CPU", "x86_64")),
        ("ml.m5d.xlarge", ("CPU", "x86_64")),
        ("a1.large", ("CPU", "arm64")),
        ("t4g.micro", ("CPU", "arm64")),
        ("ml.c7g.large", ("CPU", "arm64")),
        ("m6gd.large", ("CPU", "arm64")),
        ("im4gn.large", ("CPU", "arm64")),
        ("x2gd.large", ("CPU", "arm64")),
        ("g4dn.xlarge", ("GPU", "x86_64")),
        ("g4ad.xlarge", ("GPU", "x86_64")),
        ("g5g.xlarge", ("GPU", "arm64")),
        ("gr6.4xlarge", ("GPU", "x86_64")),
        ("ml.p6-b200.48xlarge", ("GPU", "x86_64")),
        ("ml.p6e-gb200.36xlarge", ("GPU", "arm64")),
        ("inf2.xlarge", ("inf", "x86_64")),
        ("ml.trn1.2xlarge", ("trn", "x86_64")),
        ("u-6tb1.metal", ("CPU", "x86_64")),
        ("no type", ("CPU", "x86_64")),
    ],
)
def test_the_name_tells_what_it_computes_with_and_on_which_processor(instance_type: str, expected: tuple[str, str]) -> None:
    assert (accelerator(instance_type), processor(instance_type)) == expected


def test_every_family_with_gpus_that_sagemaker_has_is_known_as_one() -> None:
    families = {name.split(".")[1] for name in sagemaker_instance_types() if accelerator(name) == "GPU"}
    assert {"g4dn", "g5", "g6", "p3", "p4d", "p5"} <= families
    assert not {"m5", "c5", "r5", "inf1", "trn1", "t2"} & families


@pytest.mark.parametrize(("instance_type", "expected"), [("ml.t2.medium", True), ("t3a.micro", True), ("ml.trn1.2xlarge", False)])
def test_burstable_types_are_told_by_their_family(instance_type: str, expected: bool) -> None:
    assert is_burstable(instance_type) is expected


@pytest.mark.parametrize(
    ("value", "for_endpoint", "expected"),
    [
        ("m5.xlarge", True, "ml.m5.xlargeと書いてください。"),
        ("ml.g4dn.xlarge", False, "「ml.」を削除してg4dn.xlargeと書いてください。"),
        ("ml.g4dn.xlrage", False, "g4dn.xlargeではありませんか。"),
        ("gpu", True, ""),
    ],
)
def test_what_to_write_instead_is_said_in_japanese(value: str, for_endpoint: bool, expected: str) -> None:
    assert correction(value, for_endpoint=for_endpoint).ja == expected
