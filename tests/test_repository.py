"""The repository's agreement with itself: its locks, its version, the files that must be there."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from aces_action import __version__

ROOT = Path(__file__).parents[1]
LOCKS = ("requirements/runtime.txt", "requirements/dev.txt")


def read(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def pins(lock: str) -> dict[str, frozenset[str]]:
    """The hashes of every `name==version ; marker` of a lock."""
    entries = re.findall(r"^(\S[^\\\n]*?) \\\n((?:    --hash=\S+(?: \\)?\n)+)", read(lock), re.MULTILINE)
    return {pin: frozenset(re.findall(r"sha256:[0-9a-f]{64}", hashes)) for pin, hashes in entries}


FILES = """
    .ci/run .github/workflows/ci.yml CHANGELOG.md CONTRIBUTING.md Dockerfile LICENSE Makefile README.ja.md README.md action.yml
    docs/architecture.md docs/dependencies.md docs/platform-api.md entrypoint.py examples/document-summary
    examples/number-plate-detection sandbox/demo.py schemas/algorithm.schema.json schemas/infra.schema.json
    schemas/platform.openapi.yaml schemas/register.schema.json
"""


def test_what_a_reader_or_the_runner_looks_for_is_there() -> None:
    assert [path for path in FILES.split() if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_host_index_or_path_of_the_machine_that_made_it(lock: str) -> None:
    assert re.findall(r"^.*(?:://|--[a-z-]*(?:index|find-links|host)|(?:^|\s)[/~]\S| @ ).*$", read(lock), re.MULTILINE) == []


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_has_the_hashes_of_the_files_for_every_platform(lock: str) -> None:
    """A private mirror often holds the files for one machine alone, and a lock made from it would work there alone."""
    locked = pins(lock)
    assert len(locked) == len(re.findall(r"^\S+==", read(lock), re.MULTILINE))
    compiled = {pin.split("==")[0]: len(hashes) for pin, hashes in locked.items()}
    counts = [compiled[name] for name in ("isal", "numpy", "pandas", "pyyaml", "rpds-py")]
    assert min(counts) > 20, counts


def test_the_tests_run_with_exactly_what_the_image_installs() -> None:
    runtime, development = pins("requirements/runtime.txt"), pins("requirements/dev.txt")
    assert {pin: development.get(pin) for pin in runtime} == runtime


def test_every_dependency_of_the_project_is_locked() -> None:
    project = tomllib.loads(read("pyproject.toml"))["project"]
    wanted = {
        "requirements/runtime.txt": [*project["dependencies"], *project["optional-dependencies"]["deploy"]],
        "requirements/dev.txt": [*project["dependencies"], *project["optional-dependencies"]["dev"]],
    }
    for lock, requirements in wanted.items():
        names = {re.split(r"[\[<>=~! ;]", requirement)[0].lower().replace("_", "-") for requirement in requirements}
        assert names - {pin.split("==")[0] for pin in pins(lock)} == set(), "make lock"


def test_the_changelog_keeps_a_place_for_what_is_next_and_dates_every_release_up_to_this_version() -> None:
    headings = re.findall(r"^## (.*)$", read("CHANGELOG.md"), re.MULTILINE)
    assert headings[0] == "[Unreleased]"
    released = [re.fullmatch(r"\[(\d+\.\d+\.\d+)\] - \d{4}-\d{2}-\d{2}", heading) for heading in headings[1:]]
    assert all(released)
    newest = released[0][1] if released and released[0] else "0.0.0"
    assert [int(part) for part in __version__.split(".")] >= [int(part) for part in newest.split(".")]


def test_everything_that_another_repository_made_is_pinned_by_digest() -> None:
    uses = [
        line for path in (ROOT / ".github/workflows").glob("*.yml") for line in path.read_text().splitlines() if "uses: " in line
    ]
    assert uses
    assert [line for line in uses if not re.search(r"uses: (\./|\$/|[\w./-]+@[0-9a-f]{40} # v\d)", line)] == []
    assert re.search(r"^ARG BASE_IMAGE=python:[\w.-]+-slim-\w+@sha256:[0-9a-f]{64}$", read("Dockerfile"), re.MULTILINE)


def test_the_owner_of_the_action_stands_in_one_place_of_the_program() -> None:
    """In `origin.py`. The examples of problems are written out, as their readers see them."""
    modules = [path for path in (ROOT / "aces_action").rglob("*.py") if "problems" not in path.parts]
    assert [str(path.relative_to(ROOT)) for path in modules if "ORG/" in path.read_text(encoding="utf-8")] == []
