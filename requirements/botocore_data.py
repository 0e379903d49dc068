"""What the image keeps of botocore's descriptions of AWS, 400 services in 25 MB: those that are called, without their texts.

    python requirements/botocore_data.py FOLDER

writes them to FOLDER, in botocore's own layout: the newest version of each API, not compressed. A run reads a dozen of them, and
most of what it would inflate and parse is documentation.
"""

from __future__ import annotations

import gzip
import json
import shutil
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import botocore

# All that the action, the SageMaker SDK and the ways to get credentials ask for
SERVICES = (
    "application-autoscaling",
    "batch",
    "cloudwatch",
    "ec2",
    "ecr",
    "emr",
    "iam",
    "logs",
    "s3",
    "sagemaker",
    "sagemaker-featurestore-runtime",
    "sagemaker-metrics",
    "sagemaker-runtime",
    "service-quotas",
    "sns",
    "sso",
    "sso-oidc",
    "sts",
)
# EC2 has 830 operations, in two fifths of all that would be read. tests/test_repository.py holds these against docs/iam.
OPERATIONS = {
    "ec2": frozenset({"DescribeInstanceTypeOfferings", "DescribeInstanceTypes", "DescribeSecurityGroups", "DescribeSubnets"})
}
_NEEDLESS = ("examples-1",)


def main(arguments: list[str]) -> None:
    target = Path(arguments[0])
    data = Path(botocore.__file__).parent / "data"
    target.mkdir(parents=True)
    for file in data.glob("*.json"):
        shutil.copy(file, target)
    for service in SERVICES:
        newest = max(folder for folder in (data / service).iterdir() if list(folder.glob("service-2.json*")))
        folder = target / service / newest.name
        folder.mkdir(parents=True)
        for file in newest.iterdir():
            if not file.name.startswith(_NEEDLESS):
                text = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
                described = _without_texts(json.loads(text))
                if file.name.startswith("service-2.json") and service in OPERATIONS:
                    described = _only(described, OPERATIONS[service])
                compact = json.dumps(described, separators=(",", ":"))
                (folder / file.name.removesuffix(".gz")).write_text(compact, encoding="utf-8")


def _without_texts(described: Any) -> Any:
    """With empty texts of documentation: botocore asks for some. A structure's member of that name is an object, and stays."""
    if isinstance(described, dict):
        return {
            name: "" if name == "documentation" and isinstance(value, str) else _without_texts(value)
            for name, value in described.items()
        }
    return [_without_texts(each) for each in described] if isinstance(described, list) else described


def _only(service: dict[str, Any], operations: Iterable[str]) -> dict[str, Any]:
    """With these operations alone, and the shapes that they lead to."""
    kept = {name: service["operations"][name] for name in operations}
    shapes: dict[str, Any] = {}
    wanted = list(_shapes(kept))
    while wanted:
        name = wanted.pop()
        if name not in shapes:
            shapes[name] = service["shapes"][name]
            wanted += _shapes(shapes[name])
    return service | {"operations": kept, "shapes": shapes}


def _shapes(described: Any) -> Iterator[str]:
    """The names of the shapes that something refers to."""
    if isinstance(described, dict):
        if isinstance(described.get("shape"), str):
            yield described["shape"]
        described = list(described.values())
    if isinstance(described, list):
        for each in described:
            yield from _shapes(each)


if __name__ == "__main__":
    main(sys.argv[1:])
