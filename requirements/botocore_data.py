"""What the image keeps of botocore's descriptions of AWS, 400 services in 25 MB: what is called, without its texts.

    python requirements/botocore_data.py FOLDER POLICIES

writes them to FOLDER, in botocore's own layout: the newest version of each API, not compressed. A run reads a dozen of them, and
most of what it would inflate and parse is documentation, or operations that no role of ours may call: what the JSON files of the
folder POLICIES (docs/iam) name stays. A client has a method for each operation, so what is not kept fails when it is called.
"""

from __future__ import annotations

import gzip
import json
import re
import shutil
import sys
from collections.abc import Iterator
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
# Kept with all operations: of S3 the policies have other names, and a role needs no permission to sign in.
WHOLE = frozenset({"s3", "sso", "sso-oidc", "sts"})
# What doctor asks for whether a role may or not: a refusal is an answer, too
TRIED = frozenset({"DescribeRepositories", "GetOpenIDConnectProvider"})
_NEEDLESS = ("examples-1",)


def main(arguments: list[str]) -> None:
    target, policies = map(Path, arguments)
    operations = _permitted(policies) | TRIED
    data = Path(botocore.__file__).parent / "data"
    target.mkdir(parents=True)
    for file in data.glob("*.json"):
        shutil.copy(file, target)
    prefixes = set()
    for service in SERVICES:
        newest = max(folder for folder in (data / service).iterdir() if list(folder.glob("service-2.json*")))
        folder = target / service / newest.name
        folder.mkdir(parents=True)
        for file in newest.iterdir():
            if not file.name.startswith(_NEEDLESS):
                text = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
                described = _without_texts(json.loads(text))
                if file.name.startswith("service-2.json"):
                    prefixes.add(described["metadata"]["endpointPrefix"])
                    if service not in WHOLE:
                        described = _only(described, operations)
                _write(described, folder / file.name.removesuffix(".gz"))
    endpoints = json.loads((target / "endpoints.json").read_bytes())  # a megabyte, and read by every run
    for partition in endpoints["partitions"]:
        partition["services"] = {name: each for name, each in partition["services"].items() if name in prefixes}
    _write(endpoints, target / "endpoints.json")


def _permitted(policies: Path) -> set[str]:
    """The operations that some statement names."""
    texts = (file.read_text(encoding="utf-8") for file in policies.glob("*.json"))
    return {operation for text in texts for operation in re.findall(r'"[a-z0-9-]+:([A-Z]\w+)"', text)}


def _write(described: Any, file: Path) -> None:
    file.write_text(json.dumps(described, separators=(",", ":")), encoding="utf-8")


def _without_texts(described: Any) -> Any:
    """With empty texts of documentation: botocore asks for some. A structure's member of that name is an object, and stays."""
    if isinstance(described, dict):
        return {
            name: "" if name == "documentation" and isinstance(value, str) else _without_texts(value)
            for name, value in described.items()
        }
    return [_without_texts(each) for each in described] if isinstance(described, list) else described


def _only(service: dict[str, Any], operations: set[str]) -> dict[str, Any]:
    """With these operations alone, and the shapes that they lead to."""
    kept = {name: operation for name, operation in service["operations"].items() if name in operations}
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
