"""The package as it is installed: everything that it needs is in the wheel, and nothing of the repository is needed beside it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
import zipfile
from configparser import ConfigParser
from email.parser import HeaderParser
from pathlib import Path

import pytest
import yaml

from aces_action.cli.preview.markup import ASSETS
from tests.cli.conftest import ROOT, WORKFLOW
from tests.shared import made_once

SOURCES = ("pyproject.toml", "README.md", "LICENSE", "aces_action", "schemas", "examples", "docs/iam", "docs/infra")
BUILD = "import sys; from setuptools.build_meta import build_wheel; build_wheel(sys.argv[1])"


def install(folder: Path) -> None:
    """The package, made by the build backend of pyproject.toml without any network and unpacked into `folder`/site."""
    source, dist = folder / "source", folder / "dist"
    source.mkdir()
    for name in SOURCES:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, source)
    done = subprocess.run(
        [sys.executable, "-c", BUILD, str(dist)], cwd=source, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    (wheel,) = dist.glob("aces_action-*-py3-none-any.whl")
    with zipfile.ZipFile(wheel) as content:
        content.extractall(folder / "site")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the installed package."""
    return made_once(tmp_path_factory, "installed", install) / "site"


def installed(site: Path, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Runs what the console script runs. -P: nothing is imported from the working folder."""
    program = "import sys; from aces_action.cli.app import main; sys.exit(main())"
    return subprocess.run(
        [sys.executable, "-P", "-c", program, *arguments],
        cwd=cwd,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(site), "LANG": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def files(folder: Path, pattern: str) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob(pattern) if path.is_file()}


def test_every_module_and_every_schema_is_in_it(site: Path) -> None:
    modules = {file for file in files(site / "aces_action", "*.py") if not file.startswith("examples/")}
    assert modules == files(ROOT / "aces_action", "*.py")
    assert files(site / "aces_action", "*.yml") >= {"platform/aces.yml"}
    assert files(site / "aces_action/cli/preview/assets", "*") == set(ASSETS)
    assert files(site / "aces_action/schemas", "*") == files(ROOT / "schemas", "*.schema.json")
    assert files(site / "aces_action/docs", "*") == {"iam/roles.cfn.yml", "infra/project.cfn.yml"}


def test_nothing_lies_beside_the_package(site: Path) -> None:
    assert {path.name.split("-")[0] for path in site.iterdir()} == {"aces_action"}


def test_the_installed_command_validates_an_example(site: Path, tmp_path: Path) -> None:
    example = shutil.copytree(ROOT / "examples/number-plate-detection", tmp_path / "example")
    for workflow in example.glob(".github/workflows/*"):
        workflow.write_text(workflow.read_text("utf-8").replace("ORG/aces-action", "aces-inc/aces-action"), "utf-8")
    done = installed(site, "validate", str(example), cwd=site)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "✓ No problems"), done.stderr


def test_the_installed_command_starts_a_project(site: Path, tmp_path: Path) -> None:
    options = [
        "--owner",
        "aces-inc",
        "--project",
        "plates",
        "--env",
        "dev",
        "--tenant-id",
        "5d0c7a52-93c1-4b0e-8a3e-2f6b1f0f9c11",
    ]
    done = installed(site, "init", *options, "--account-id", "123456789012", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / WORKFLOW).is_file()
    assert files(tmp_path / "server/app", "*") == {"algorithm.py", "job.py", "server.py"}


def test_the_workflow_uses_the_repository_that_it_was_installed_from(site: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(site, tmp_path / "site")
    (metadata,) = copy.glob("aces_action-*.dist-info")
    (metadata / "direct_url.json").write_text(
        '{"url": "ssh://git@ghe.example.com/ml-team/aces-action.git", "vcs_info": {"vcs": "git", "requested_revision": "v1"}}'
    )
    folder = tmp_path / "project"
    folder.mkdir()
    options = ["--project", "plates", "--env", "dev", "--tenant-id", "5d0c7a52-93c1-4b0e-8a3e-2f6b1f0f9c11"]
    done = installed(copy, "init", *options, "--account-id", "123456789012", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert "uses: ml-team/aces-action@" in (folder / WORKFLOW).read_text(encoding="utf-8")


def test_the_schemas_of_the_wheel_are_the_ones_that_are_read(site: Path, tmp_path: Path) -> None:
    shutil.copytree(site, tmp_path / "site")
    (tmp_path / "site/aces_action/schemas/register.schema.json").write_text('{"required": ["only_here"]}', encoding="utf-8")
    done = installed(tmp_path / "site", "validate", str(ROOT / "examples/number-plate-detection"), cwd=tmp_path)
    assert '"only_here" is missing' in done.stdout


def test_the_console_script_is_the_command_line(site: Path) -> None:
    scripts = ConfigParser()
    (entry_points,) = site.glob("aces_action-*.dist-info/entry_points.txt")
    scripts.read(entry_points)
    assert dict(scripts["console_scripts"]) == {"aces-action": "aces_action.cli.app:enter"}


def test_a_terminal_does_not_have_to_install_the_sdk(site: Path) -> None:
    (metadata,) = site.glob("aces_action-*.dist-info/METADATA")
    wanted = HeaderParser().parsestr(metadata.read_text(encoding="utf-8")).get_all("Requires-Dist") or []
    assert any(each.startswith("click") for each in wanted)
    assert all("extra ==" in each for each in wanted if each.startswith(("sagemaker", "pydantic")))


def test_the_hook_runs_the_command_without_file_names() -> None:
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert (hook["id"], hook["entry"], hook["language"]) == ("aces-action-validate", "aces-action validate", "python")
    assert hook["pass_filenames"] is False


def test_the_packages_that_are_listed_are_those_that_are_there() -> None:
    listed = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]["packages"]
    there = {
        ".".join(path.parent.relative_to(ROOT).parts) for path in (ROOT / "aces_action").rglob("*.py") if path.parent.is_dir()
    }
    assert set(listed) == there | {f"aces_action.{name}" for name in ("schemas", "examples", "docs.iam", "docs.infra")}
