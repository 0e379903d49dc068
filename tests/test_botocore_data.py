"""What the image keeps of botocore's descriptions is enough for all that is called."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from botocore.loaders import Loader
from botocore.model import ListShape, MapShape, ServiceModel, Shape, StructureShape

from tests.conftest import ROOT

_SOURCES = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "aces_action").rglob("*.py"))]
_CALLED = {name for source in _SOURCES for name in re.findall(r"""\bclient\(\s*["']([a-z0-9-]+)["']""", source)}


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Loader:
    """Only what the image has."""
    folder = tmp_path_factory.mktemp("image") / "data"
    subprocess.run([sys.executable, ROOT / "requirements/botocore_data.py", folder], check=True)
    return Loader(extra_search_paths=[str(folder)], include_default_search_paths=False)


def described(loader: Loader, service: str) -> ServiceModel:
    return ServiceModel(loader.load_service_model(service, "service-2"), service_name=service)


def members(shape: Shape | None, seen: set[str] | None = None) -> Iterator[str]:
    """Everything in a shape, by path."""
    seen = seen or set()
    if shape is None or shape.name in seen:
        return
    yield f"{shape.name}: {shape.type_name}"
    if isinstance(shape, StructureShape):
        for name, member in shape.members.items():
            yield from (f"{name}.{each}" for each in members(member, seen | {shape.name}))
    elif isinstance(shape, ListShape):
        yield from members(shape.member, seen | {shape.name})
    elif isinstance(shape, MapShape):
        yield from members(shape.value, seen | {shape.name})


def test_every_service_that_is_called_is_there_with_the_api_of_botocore(kept: Loader) -> None:
    whole = Loader()
    assert len(_CALLED) > 10
    for service in sorted(_CALLED):
        ours, all_of_it = described(kept, service), described(whole, service)
        assert ours.api_version == all_of_it.api_version
        if service != "ec2":
            assert ours.operation_names == all_of_it.operation_names
        assert kept.load_service_model(service, "endpoint-rule-set-1")["version"]


def test_what_is_kept_of_ec2_is_what_the_roles_may_call_and_whole(kept: Loader) -> None:
    ours, all_of_it = described(kept, "ec2"), described(Loader(), "ec2")
    policies = "".join(file.read_text(encoding="utf-8") for file in (ROOT / "docs/iam").iterdir())
    assert sorted(ours.operation_names) == sorted(set(re.findall(r"ec2:([A-Z]\w+)", policies)))
    for name in ours.operation_names:
        mine, whole = ours.operation_model(name), all_of_it.operation_model(name)
        assert list(members(mine.input_shape)) == list(members(whole.input_shape))
        assert list(members(mine.output_shape)) == list(members(whole.output_shape))


def test_no_texts_are_kept(kept: Loader) -> None:
    assert kept.load_service_model("s3", "service-2")["operations"]["PutObject"]["documentation"] == ""
    folder = Path(kept.search_paths[0])
    assert all(len(file.read_bytes()) < 1_500_000 and json.loads(file.read_bytes()) for file in folder.rglob("*.json"))
