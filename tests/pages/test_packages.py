"""What the tests of the pages need of npm: pinned, checked, and fetched from whatever registry the machine has."""

from __future__ import annotations

import json
import re
from typing import Any

from tests.pages.github import ROOT


def read(name: str) -> Any:
    return json.loads((ROOT / name).read_text(encoding="utf-8"))


def test_every_package_is_pinned_exactly_and_for_development_alone() -> None:
    package = read("package.json")
    assert package["private"] is True
    assert "dependencies" not in package
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in package["devDependencies"].values())


def test_the_lock_has_a_checksum_of_every_package_and_names_no_registry() -> None:
    lock = read("package-lock.json")
    assert lock["packages"].pop("")["devDependencies"] == read("package.json")["devDependencies"]
    for name, package in lock["packages"].items():
        assert re.fullmatch(r"sha512-[A-Za-z0-9+/]{86}==", package["integrity"]), name
        assert "resolved" not in package, name
    assert "registry" not in json.dumps(lock).lower()


def test_npm_runs_no_script_of_a_package_and_keeps_registries_out_of_the_lock() -> None:
    settings = dict(re.findall(r"^([a-z-]+)=(.*)$", (ROOT / ".npmrc").read_text(encoding="utf-8"), flags=re.MULTILINE))
    assert settings["ignore-scripts"] == settings["omit-lockfile-registry-resolved"] == "true"
    assert not any("registry" in name and name != "omit-lockfile-registry-resolved" for name in settings)
