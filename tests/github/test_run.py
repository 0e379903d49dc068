"""What is read of the runner's variables and of the event that they point to, which others have a say in."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from aces_action.github.run import read_run

BASE = "example-org/number-plate-detection"
FORK = {"full_name": "someone/number-plate-detection", "fork": True}


@pytest.fixture
def event(tmp_path: Path) -> Path:
    return tmp_path / "event.json"


def from_fork(event: Path, name: str = "pull_request", repository: str = BASE) -> bool:
    variables = {"GITHUB_EVENT_NAME": name, "GITHUB_EVENT_PATH": str(event), "GITHUB_REPOSITORY": repository}
    return read_run(variables).from_fork


def of_head(repo: object) -> str:
    return json.dumps({"pull_request": {"head": {"repo": repo}}})


def test_a_branch_of_another_repository_is_a_fork(event: Path) -> None:
    event.write_text(of_head(FORK))
    assert from_fork(event)
    assert from_fork(event, "pull_request_review")


def test_a_fork_that_has_been_deleted_since_is_one_too(event: Path) -> None:
    event.write_text(of_head(None))
    assert from_fork(event)


def test_a_branch_of_the_repository_itself_is_none_even_where_that_is_a_fork_of_something(event: Path) -> None:
    event.write_text(of_head({"full_name": "Example-Org/number-plate-detection", "fork": True}))
    assert not from_fork(event)


def test_without_names_it_counts_whether_the_repository_is_called_a_fork(event: Path) -> None:
    event.write_text(of_head({"fork": True}))
    assert from_fork(event)
    event.write_text(of_head({"fork": "yes"}))
    assert not from_fork(event)


@pytest.mark.parametrize("name", ["push", "pull_request_target", "workflow_dispatch"])
def test_other_events_get_a_token_wherever_the_pull_request_comes_from(event: Path, name: str) -> None:
    event.write_text(of_head(FORK))
    assert not from_fork(event, name)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"nonsense",
        b"\xff\xfe\x00",
        b"[" * 100_000,
        b"1" * 10_000,
        b"[]",
        b'"pull_request"',
        b'{"pull_request": []}',
        b'{"pull_request": {"head": "main"}}',
        b'{"pull_request": {"head": {}}}',
        b'{"pull_request": {"head": {"repo": {"full_name": 1}}}}',
        of_head(FORK).encode() + b" " * (1 << 22),
    ],
    ids=lambda content: content[:20],
)
def test_an_event_that_tells_nothing_is_no_fork_and_no_failure(event: Path, content: bytes) -> None:
    event.write_bytes(content)
    assert not from_fork(event)


def test_an_event_that_is_not_there_is_no_failure(event: Path) -> None:
    assert not from_fork(event)
    assert not from_fork(event.parent)
    assert not read_run({"GITHUB_EVENT_NAME": "pull_request"}).from_fork
