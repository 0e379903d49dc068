"""What the image holds, and that nothing of the caller's gets between it and its own code."""

from __future__ import annotations

import json
import runpy
import subprocess
from pathlib import Path
from typing import Any, cast

import pytest

from tests.conftest import ROOT

from .runner import run_container

pytestmark = pytest.mark.docker


@pytest.fixture(scope="session")
def settings(image: str) -> dict[str, Any]:
    """The image's configuration, as `docker inspect` shows it."""
    shown = subprocess.run(["docker", "image", "inspect", image], capture_output=True, text=True, check=True)
    return cast("dict[str, Any]", json.loads(shown.stdout)[0]["Config"])


def run_inside(image: str, settings: dict[str, Any], code: str, directory: Path, **environment: str) -> str:
    """The output of Python code, run by the interpreter and the flags of the entrypoint as the runner would run it."""
    interpreter, *flags = settings["Entrypoint"][:-1]
    (directory / "workspace").mkdir(exist_ok=True)
    done = run_container(
        image,
        environment,
        directory / "workspace",
        directory / "runner",
        options=("--entrypoint", interpreter),
        arguments=(*flags, "-c", code),
    )
    assert done.status == 0, done.stderr
    return done.stdout


def test_modules_in_the_callers_checkout_and_home_are_not_imported(image: str, settings: dict[str, Any], tmp_path: Path) -> None:
    user_packages = tmp_path / "runner/home/.local/lib/python3.13/site-packages"
    for place in (tmp_path / "workspace", user_packages):
        place.mkdir(parents=True)
        for module in ("aces_action", "boto3", "json", "requests", "sitecustomize", "usercustomize"):
            (place / f"{module}.py").write_text("print('TAKEN OVER')")
    (user_packages / "evil.pth").write_text("import sys; print('TAKEN OVER')")
    variables = {
        "PYTHONPATH": "/github/workspace",
        "PYTHONUSERBASE": "/github/home/.local",
        "PYTHONSTARTUP": "/github/workspace/json.py",
    }

    done = run_container(image, variables, tmp_path / "workspace", tmp_path / "runner")
    imported = run_inside(
        image,
        settings,
        "import aces_action, boto3, json, requests\nprint([module.__file__ for module in (aces_action, boto3, json, requests)])",
        tmp_path,
        **variables,
    )

    assert "TAKEN OVER" not in done.stdout + done.stderr + imported
    assert "/github" not in imported


def test_without_inputs_it_says_what_is_missing_and_ends_with_2(image: str, tmp_path: Path) -> None:
    (tmp_path / "workspace").mkdir()
    done = run_container(image, {}, tmp_path / "workspace", tmp_path / "runner")
    assert done.status == 2, done.stdout + done.stderr
    assert "::error" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


def test_it_starts_by_absolute_paths_as_the_user_and_in_the_directory_that_the_runner_chooses(settings: dict[str, Any]) -> None:
    entrypoint = settings["Entrypoint"]
    assert entrypoint[0].startswith("/")
    assert entrypoint[-1] == "/action/entrypoint.py"
    assert not settings.get("Cmd")
    assert not settings.get("User")
    assert settings.get("WorkingDir", "") in {"", "/"}


def test_it_holds_the_action_and_its_schemas_but_no_test_sandbox_or_installer(
    image: str, settings: dict[str, Any], tmp_path: Path
) -> None:
    shown = run_inside(
        image,
        settings,
        "import importlib.util, json, os\n"
        "names = ('docs', 'examples', 'flask', 'moto', 'pip', 'pytest', 'sandbox', 'tests')\n"
        "print(json.dumps([sorted(os.listdir('/action')), [name for name in names if importlib.util.find_spec(name)]]))",
        tmp_path,
    )
    held, importable = json.loads(shown)
    assert set(held) - {"__pycache__"} == {".venv", "aces_action", "entrypoint.py", "schemas"}
    assert importable == []


def test_every_module_that_a_command_imports_has_its_bytecode(image: str, settings: dict[str, Any], tmp_path: Path) -> None:
    shown = run_inside(
        image,
        settings,
        "import importlib, json, os, pkgutil, sys\n"
        "import aces_action, boto3, isal.igzip, sagemaker.core.resources\n"
        "for module in pkgutil.walk_packages(aces_action.__path__, 'aces_action.'):\n"
        "    importlib.import_module(module.name)\n"
        "session = boto3.session.Session('none', 'none', region_name='ap-northeast-1')\n"
        "for service in session.get_available_services():\n"
        "    session.client(service)\n"
        "specs = [module.__spec__ for module in list(sys.modules.values()) if getattr(module, '__spec__', None)]\n"
        "sources = [spec for spec in specs if spec.has_location and spec.origin.endswith('.py')]\n"
        "print(json.dumps([len(sources), [spec.origin for spec in sources if not os.path.exists(spec.cached)]]))",
        tmp_path,
    )
    count, without = json.loads(shown)
    assert count > 1000
    assert without == []


def test_a_module_without_bytecode_is_there_and_can_be_imported(image: str, settings: dict[str, Any], tmp_path: Path) -> None:
    shown = run_inside(image, settings, "import os, rich.tree as it\nprint(os.path.exists(it.__cached__), it.__file__)", tmp_path)
    assert shown.split() == ["False", "/action/.venv/lib/python3.13/site-packages/rich/tree.py"]


def test_the_services_of_aws_that_it_keeps_are_those_that_are_named_and_each_can_be_called(
    image: str, settings: dict[str, Any], tmp_path: Path
) -> None:
    named = runpy.run_path(str(ROOT / "requirements/botocore_data.py"))["SERVICES"]
    shown = run_inside(
        image,
        settings,
        "import boto3, json\n"
        "services = boto3.session.Session().get_available_services()\n"
        "clients = [boto3.client(service, region_name='ap-northeast-1') for service in services]\n"
        "print(json.dumps([client.meta.service_model.service_name for client in clients]))",
        tmp_path,
    )
    assert sorted(json.loads(shown)) == sorted(named)
