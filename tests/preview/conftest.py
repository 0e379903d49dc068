"""A caller's repository, its preview over HTTP, and a browser to look at it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pytest

from aces_action.cli.preview.content import PreviewContent, PreviewSource, read_content
from aces_action.cli.preview.server import PreviewServer, serving
from aces_action.cli.preview.site import PreviewSite
from aces_action.language import Language
from tests.cli.conftest import EXAMPLE, REGISTER, WORKFLOW

IMAGE = "server/algorithms/example_algorithm.png"
ALGORITHM = "server/algorithms/algorithm.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Repository:
    """A copy of the example, to be edited."""

    root: Path

    def write(self, file: str, text: str | bytes) -> None:
        """As an editor does: a new file takes the place of the old one."""
        path = self.root / file
        new = path.with_name(f"{path.name}.new")
        new.write_bytes(text.encode() if isinstance(text, str) else text)
        new.replace(path)

    def register(self, *services: dict[str, Any], **top: Any) -> None:
        """register.json with the example's service and what each of `services` changes of it."""
        example = json.loads((EXAMPLE / REGISTER).read_text("utf-8"))
        first = example["services"][0]
        example |= {"services": [first | changes for changes in services or ({},)]} | top
        self.write(REGISTER, json.dumps(example, ensure_ascii=False, indent=4))

    def read(self, **options: Any) -> PreviewContent:
        return read_content(PreviewSource(workspace=self.root, **options))


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = Repository(root=shutil.copytree(EXAMPLE, tmp_path / "plates", ignore=shutil.ignore_patterns("promote.yml")))
    assert (made.root / WORKFLOW).is_file()
    return made


@contextmanager
def shown(
    repository: Repository,
    *,
    language: Language = "en",
    theme: Literal["light", "dark"] | None = None,
    on_error: Callable[[Exception], None] | None = None,
) -> Iterator[str]:
    """The preview's URL, without the slash at its end."""
    site = PreviewSite(source=PreviewSource(workspace=repository.root), language=language, theme=theme)
    errors: list[Exception] = []
    with serving(PreviewServer("127.0.0.1", 0, site, on_error or errors.append)) as url:
        yield url.rstrip("/")
    assert errors == []
