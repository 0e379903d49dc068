"""The owner of the action's repository. `main` leaves it open; a release fills it in.

Everything that names the action's repository is filled in, tests too: so they pass on a release as well. The placeholder stands
nowhere in this package beside the name of the action, or the release would fill that in here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

PLACEHOLDER = "ORG"
NAME = "aces-action"
ORIGIN_FILE = "aces_action/origin.py"

# In ASCII: a Japanese letter right after a name ends it
_REPOSITORY = re.compile(rf"\b{PLACEHOLDER}/{NAME}\b", re.ASCII)
_CONSTANT = re.compile(rf'^OWNER = "{PLACEHOLDER}"$', re.MULTILINE)
# Of a reader's repository, in examples of problems
_READERS = re.compile(rf"\b{PLACEHOLDER}/plates\b", re.ASCII)
_ANY = re.compile(rf"\b{PLACEHOLDER}/[\w.-]*", re.ASCII)
# GitHub: letters and digits, single hyphens between them, at most 39
_OWNER = re.compile(r"(?=.{1,39}\Z)[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*", re.ASCII)


def is_owner(text: str) -> bool:
    """Whether GitHub knows names such as this, and it is no placeholder."""
    return text != PLACEHOLDER and _OWNER.fullmatch(text) is not None


def filled(path: str, text: str, owner: str) -> str:
    """A file with the owner wherever it names the action's repository."""
    text = _REPOSITORY.sub(f"{owner}/{NAME}", text)
    return _CONSTANT.sub(f'OWNER = "{owner}"', text) if path == ORIGIN_FILE else text


def placeholders_left(texts: Mapping[str, str]) -> list[str]:
    """Where a placeholder still stands in a shipped file, as `path:line: what`, but for a reader's own repository."""
    left = []
    for path, text in texts.items():
        if path.startswith("tests/"):
            continue
        for number, line in enumerate(text.splitlines(), 1):
            words = _ANY.findall(_READERS.sub("", line))
            if path == ORIGIN_FILE and _CONSTANT.match(line):
                words.append(line)
            left += [f"{path}:{number}: {word}" for word in words]
    return left
