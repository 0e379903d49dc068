"""To whom a repository belongs, by the addresses that git and pip write."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from aces_action.github.git_folder import GitFolder, Remote, list_tags, owner_in, read_git_folder, remote_in


@pytest.mark.parametrize(
    "address",
    [
        "",
        "/home/me/aces-action",
        "../aces-action",
        "file:///home/me/aces-action",
        "https://github.com",
        "https://github.com/aces-inc",
        "https://github.com/aces inc/aces-action",
        "https:///aces-inc/aces-action",
        "C:\\aces-inc\\aces-action",
        "git@github.com:aces-action.git",
        "https://[::1/aces-inc/aces-action",
        "ext::sh -c touch% /tmp/pwned",
    ],
)
def test_an_address_that_names_no_repository_gives_none(address: str) -> None:
    assert remote_in(address) is None


@pytest.mark.parametrize(
    "address",
    [
        "https://github.com/aces-inc/aces-action",
        "https://github.com/aces-inc/aces-action.git",
        "https://github.com/aces-inc/aces-action/",
        "https://me:hunter2@ghe.example.com:8443/aces-inc/aces-action.git",
        "git+https://github.com/aces-inc/aces-action.git",
        "ssh://git@github.com/aces-inc/aces-action.git",
        "ssh://git@ghe.example.com:2222/aces-inc/aces-action",
        "git+ssh://git@github.com/aces-inc/aces-action.git",
        "git@github.com:aces-inc/aces-action.git",
        "work-github:aces-inc/aces-action.git",
        "https://github.com/aces-inc/aces-action/archive/refs/tags/v0.1.0.zip",
    ],
)
def test_an_address_is_read_however_it_is_written_and_wherever_it_is(address: str) -> None:
    assert remote_in(address) == Remote(owner="aces-inc", name="aces-action")
    assert owner_in(json.dumps({"url": address, "vcs_info": {"vcs": "git"}})) == "aces-inc"


@pytest.mark.parametrize(
    "noted",
    ["", "{", "[]", "{}", '{"url": 3}', '{"url": "https://github.com/aces-inc/fork"}', '{"url": "file:///nowhere/aces-action"}'],
)
def test_what_pip_has_noted_otherwise_tells_no_owner(noted: str) -> None:
    assert owner_in(noted) is None


def test_a_package_from_a_clone_belongs_to_whom_the_clone_comes_from(tmp_path: Path) -> None:
    clone = tmp_path / "a clone"
    subprocess.run(["git", "init", "-q", str(clone)], check=True)
    noted = json.dumps({"url": clone.as_uri(), "dir_info": {"editable": True}})
    assert owner_in(noted) is None
    subprocess.run(["git", "-C", str(clone), "remote", "add", "origin", "git@github.com:aces-inc/aces-action.git"], check=True)
    assert owner_in(noted) == "aces-inc"


def test_a_folder_without_git_is_no_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nothing = GitFolder(is_repository=False)
    assert read_git_folder(tmp_path) == nothing
    subprocess.run(["git", "init", "-q", "-b", "develop", str(tmp_path)], check=True)
    assert read_git_folder(tmp_path) == GitFolder(is_repository=True, top=tmp_path, branch="develop")
    monkeypatch.setenv("PATH", "/nowhere")
    assert read_git_folder(tmp_path) == nothing


def test_a_repositorys_own_configuration_starts_nothing_when_tags_are_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere, started = tmp_path / "elsewhere", tmp_path / "started"
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    settings = {"protocol.ext.allow": "always", f"url.ext::touch {started} .insteadOf": f"file://{elsewhere}"}
    for name, value in settings.items():
        subprocess.run(["git", "-C", str(tmp_path), "config", name, value], check=True)
    monkeypatch.chdir(tmp_path)
    assert list_tags(f"file://{elsewhere}") == []
    assert not started.exists()
