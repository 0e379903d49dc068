"""One file of the caller from its path to its data: read, recognised and parsed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

from aces_action.language import Text
from aces_action.problems import content as problems
from aces_action.problems.problem import Problem
from aces_action.project.document import Document, Source
from aces_action.project.files import read_source
from aces_action.project.json_reader import read_json
from aces_action.project.yaml_reader import read_yaml

_BEGINS = re.compile(r"(?:\s|#[^\n]*(?:\n|\Z)|//[^\n]*(?:\n|\Z))*")  # JSON's readers take comments for a slip of the pen


def read_document(
    workspace: Path, file: str, *, syntax: Literal["JSON", "YAML"], purpose: Text
) -> tuple[Document | None, list[Problem]]:
    """The data of a file with every problem of its syntax; no document where reading could not go on. `purpose` names it to
    the user."""
    source = read_source(workspace, file, purpose=purpose)
    if isinstance(source, Problem):
        return None, [source]
    if syntax == "YAML":
        return read_yaml(source)
    if _is_yaml(source):
        first = _BEGINS.match(source.text)
        at = first.end() if first else 0
        return None, [source.at((at, len(source.text)), problems.yaml_instead_of_json(source.file))]
    return read_json(source)


def _is_yaml(source: Source) -> bool:
    """Whether it begins like no JSON, not even a broken one, and is YAML that is right."""
    begins = _BEGINS.match(source.text)
    if begins is None or source.text[begins.end() : begins.end() + 1] in {"", "{", "[", '"', "“", "｛", "［"}:
        return False
    document, wrong = read_yaml(source)
    return document is not None and not wrong and isinstance(document.data, dict | list)
