"""A caller's workspace: a copy of an example, to be broken."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from aces_action.problems import Problem
from aces_action.project import load_project
from aces_action.project.model import Project

EXAMPLES = Path(__file__).parents[2] / "examples"
REGISTER = "server/algorithms/register.json"
ALGORITHM = "server/algorithms/algorithm.json"
INFRA = "server/infra/configs/number-plate-detection-dev-algorithm-server-infra.yml"
IMAGE = "server/algorithms/example_algorithm.png"


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    path: Path

    def text(self, file: str) -> str:
        return (self.path / file).read_text(encoding="utf-8")

    def write(self, file: str, content: str | bytes) -> None:
        target = self.path / file
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content if isinstance(content, bytes) else content.encode())

    def replace(self, file: str, old: str, new: str) -> None:
        text = self.text(file)
        assert text.count(old) == 1, f"{old!r} is {text.count(old)} times in {file}"
        self.write(file, text.replace(old, new))

    def load(
        self,
        *,
        image_path: str | None = IMAGE,
        role_account: str | None = "123456789012",
        config_path: str | None = None,
        project: str | None = "number-plate-detection",
    ) -> tuple[Project | None, list[Problem]]:
        return load_project(
            self.path, project=project, env="dev", image_path=image_path, role_account=role_account, config_path=config_path
        )

    def problems(self) -> list[Problem]:
        return self.load()[1]


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A copy of examples/number-plate-detection in which nothing is wrong, without the lines that tell editors the schema:
    the tests' places count from the guide's own first line."""
    shutil.copytree(EXAMPLES / "number-plate-detection", tmp_path / "repository", ignore=shutil.ignore_patterns("*-staging-*"))
    copy = Workspace(path=tmp_path / "repository")
    for file in (REGISTER, ALGORITHM, INFRA):
        copy.write(file, "".join(line for line in copy.text(file).splitlines(keepends=True) if "$schema" not in line))
    return copy
