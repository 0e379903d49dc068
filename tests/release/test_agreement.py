"""Version, changelog, tags, labels, base and addresses agree, or a release is not made."""

from __future__ import annotations

from pathlib import Path

import pytest

from release.agreement import base_faults, label_faults, labels, link_faults, pinned_base, sources_of_packages, version_faults
from release.version import Version
from tests.release.trees import CHANGELOG, DIGEST, DOCKERFILE, OWNER, TREE

ROOT = Path(__file__).parents[2]
VERSION = Version(0, 2, 0)
BASE = f"python:3.13.16-slim-trixie@{DIGEST}"


def test_a_prepared_commit_can_be_released() -> None:
    assert version_faults(TREE, VERSION, ["v0.1.0", "v0"]) == []
    assert pinned_base(TREE) == BASE


@pytest.mark.parametrize(
    ("changed", "tags", "fault"),
    [
        ({}, ["v0.2.0"], "v0.2.0 is out already: a version is released once"),
        ({"aces_action/__init__.py": '__version__ = "0.1.0"\n'}, [], "aces_action/__init__.py says 0.1.0, not 0.2.0"),
        ({"aces_action/__init__.py": ""}, [], "aces_action/__init__.py says nothing, not 0.2.0"),
        ({"CHANGELOG.md": CHANGELOG.replace("[0.2.0]", "[0.3.0]")}, [], "CHANGELOG.md has no section 0.2.0 with a date"),
        ({"CHANGELOG.md": CHANGELOG.replace("### Added\n\n- All.\n", "")}, [], "CHANGELOG.md says nothing of 0.2.0"),
        (
            {"CHANGELOG.md": CHANGELOG.replace("ed]\n", "ed]\n\n- New.\n")},
            [],
            "CHANGELOG.md has changes that are in no version yet",
        ),
        ({"Dockerfile": DOCKERFILE.replace(f"@{DIGEST}", "")}, [], "the Dockerfile does not name its base by digest"),
    ],
)
def test_what_does_not_agree_is_a_fault(changed: dict[str, str], tags: list[str], fault: str) -> None:
    assert version_faults(TREE | changed, VERSION, tags) == [fault]


def test_the_labels_say_which_version_of_which_commit_it_is() -> None:
    wanted = labels(VERSION, "4f2d", OWNER)
    assert wanted == {
        "org.opencontainers.image.version": "0.2.0",
        "org.opencontainers.image.revision": "4f2d",
        "org.opencontainers.image.source": "https://github.com/aces-inc/aces-action",
    }
    assert label_faults({**wanted, "org.opencontainers.image.title": "aces-action"}, wanted) == []


@pytest.mark.parametrize("name", ["version", "revision", "source"])
def test_a_label_that_is_missing_or_another_is_a_fault(name: str) -> None:
    wanted = labels(VERSION, "4f2d", OWNER)
    label = f"org.opencontainers.image.{name}"
    right = wanted[label]
    assert label_faults(wanted | {label: "x"}, wanted) == [f"the image's label {label} is 'x', not {right!r}"]
    assert label_faults({}, {label: right}) == [f"the image's label {label} is None, not {right!r}"]


@pytest.mark.parametrize(
    ("own", "fault"),
    [
        (["a", "b", "c"], []),
        (["a", "c", "b"], ["the image's first layers are not those of its base"]),
        (["a"], ["the image's first layers are not those of its base"]),
        ([], ["the image's first layers are not those of its base"]),
        (["a", "b"], ["the image has no layer beside those of its base"]),
    ],
)
def test_an_image_must_begin_with_its_base(own: list[str], fault: list[str]) -> None:
    assert base_faults(["a", "b"], own) == fault


def test_the_packages_of_the_image_are_made_of_files_that_the_dockerfile_names() -> None:
    assert sources_of_packages(DOCKERFILE) == [
        "Dockerfile",
        "requirements/runtime.txt",
        "requirements/data.py",
        "docs/iam/*.json",
    ]
    own = sources_of_packages((ROOT / "Dockerfile").read_text(encoding="utf-8"))
    assert "requirements/runtime.txt" in own
    assert [path for path in own if not list(ROOT.glob(path))] == []


HOME = "https://github.com/aces-inc/aces-action"
RAW = "https://raw.githubusercontent.com/aces-inc/aces-action"


@pytest.mark.parametrize(
    ("address", "fault"),
    [
        (f"{HOME}/blob/v0.2.0/docs/errors/c001.md", ""),
        (f"{HOME}/blob/v0.2.0/docs/errors/c001.md#aces-c001).", ""),
        (f"{HOME}/tree/v0.2.0/docs", ""),
        (f"{HOME}/blob/v0.2.0/docs/errors/c001.mdを", ""),
        (f"{RAW}/v0.2.0/schemas/register.schema.json", ""),
        (f"{HOME}/tree/v0.2.0", ""),
        (f"{HOME}/blob/main/nothing.md", ""),  # of the newest, not of a release
        ("https://github.com/someone/aces-action/blob/v0.2.0/nothing.md", ""),
        (f"{HOME}/blob/v0.2.0/docs/errors/c002.md", "leads nowhere"),
        (f"{HOME}/blob/v0.2.0/docs/err", "leads nowhere"),
        (f"{RAW}/v0.2.0/schemas/infra.schema.json", "leads nowhere"),
        (f"{HOME}/blob/v0.1.0/docs/errors/c001.md", "is of another version"),
        (f"{RAW}/v0.2.1/schemas/register.schema.json", "is of another version"),
    ],
)
def test_an_address_of_a_file_of_the_release_leads_to_one(address: str, fault: str) -> None:
    paths = ["docs/errors/c001.md", "schemas/register.schema.json"]
    found = link_faults({"README.md": f'see <a href="{address}">'}, paths, OWNER, VERSION)
    assert [each.partition(f": {address.partition('#')[0]} ")[2] for each in found] == ([fault] if fault else [])
