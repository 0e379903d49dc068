"""What the image keeps of botocore's descriptions is enough for all that is called."""

from __future__ import annotations

import json
import re
import runpy
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from botocore import xform_name
from botocore.loaders import Loader
from botocore.model import ListShape, MapShape, OperationModel, ServiceModel, Shape, StructureShape
from botocore.regions import EndpointResolver

from tests.conftest import ROOT

# What only a terminal does, it does with pip's botocore, which is whole.
_AT_A_TERMINAL = ("aces_action/bootstrap/", "aces_action/cli/")
_SOURCES = [
    path.read_text(encoding="utf-8")
    for path in sorted((ROOT / "aces_action").rglob("*.py"))
    if not path.relative_to(ROOT).as_posix().startswith(_AT_A_TERMINAL)
]
_PROGRAM = ROOT / "requirements/botocore_data.py"
_POLICIES = ROOT / "docs/iam"
_CALLED = {name for source in _SOURCES for name in re.findall(r"""\bclient\(\s*["']([a-z0-9-]+)["']""", source)}


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Loader:
    """Only what the image has."""
    folder = tmp_path_factory.mktemp("image") / "data"
    subprocess.run([sys.executable, _PROGRAM, folder, _POLICIES], check=True)
    return Loader(extra_search_paths=[str(folder)], include_default_search_paths=False)


@cache
def whole() -> Loader:
    """All that botocore has."""
    return Loader()


@cache
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


def shapes_of(operation: OperationModel) -> tuple[Shape | None, ...]:
    return operation.input_shape, operation.output_shape, *operation.error_shapes


def kept_services() -> tuple[str, ...]:
    services: tuple[str, ...] = runpy.run_path(str(_PROGRAM))["SERVICES"]
    return services


def whole_services() -> frozenset[str]:
    services: frozenset[str] = runpy.run_path(str(_PROGRAM))["WHOLE"]
    return services


def test_every_service_that_is_called_is_there_with_the_api_of_botocore(kept: Loader) -> None:
    assert len(_CALLED) > 10
    for service in sorted(_CALLED):
        ours, all_of_it = described(kept, service), described(whole(), service)
        assert ours.api_version == all_of_it.api_version
        if service in whole_services():
            assert ours.operation_names == all_of_it.operation_names
        assert kept.load_service_model(service, "endpoint-rule-set-1")["version"]


def test_every_operation_that_a_role_may_call_is_there_and_whole(kept: Loader) -> None:
    policies = "".join(file.read_text(encoding="utf-8") for file in _POLICIES.glob("*.json"))
    prefixes = {"sagemaker-runtime": "sagemaker", "service-quotas": "servicequotas"}
    for service in kept_services():
        ours, all_of_it = described(kept, service), described(whole(), service)
        permitted = set(re.findall(rf'"{prefixes.get(service, service)}:([A-Z]\w+)"', policies))
        assert set(ours.operation_names) >= permitted & set(all_of_it.operation_names)
        for name in ours.operation_names:
            mine, theirs = ours.operation_model(name), all_of_it.operation_model(name)
            for kept_shape, shape in zip(shapes_of(mine), shapes_of(theirs), strict=True):
                assert list(members(kept_shape)) == list(members(shape))


def test_no_code_of_ours_calls_an_operation_that_is_not_kept(kept: Loader) -> None:
    """In the image it would be an AttributeError: a role must be permitted to call it, by docs/iam."""
    there: set[str] = set()
    left_out: set[str] = set()
    for service in kept_services():
        names = described(kept, service).operation_names
        there |= {xform_name(name) for name in names}
        left_out |= {xform_name(name) for name in set(described(whole(), service).operation_names) - set(names)}
    called = {
        name for source in _SOURCES for name in re.findall(r"""(?<!botocore\.session)[."]([a-z]+(?:_[a-z]+)+)[("]""", source)
    }
    assert called & there > {"describe_endpoint", "list_endpoints", "describe_job_queues"}
    assert called & (left_out - there) == set()


@pytest.mark.parametrize("region", ["ap-northeast-1", "cn-north-1"])
def test_every_service_is_reached_where_botocore_alone_would_reach_it(kept: Loader, region: str) -> None:
    endpoints, all_of_them = (loader.load_data("endpoints") for loader in (kept, whole()))
    for service in kept_services():
        name = described(kept, service).endpoint_prefix
        ours, theirs = (EndpointResolver(each).construct_endpoint(name, region) for each in (endpoints, all_of_them))
        assert ours == theirs


def test_no_texts_are_kept(kept: Loader) -> None:
    assert kept.load_service_model("s3", "service-2")["operations"]["PutObject"]["documentation"] == ""
    folder = Path(kept.search_paths[0])
    assert all(len(file.read_bytes()) < 1_500_000 and json.loads(file.read_bytes()) for file in folder.rglob("*.json"))
