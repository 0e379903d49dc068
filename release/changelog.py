"""The changelog: the section of a version, and the one that a new version gets."""

from __future__ import annotations

import re
from datetime import date

from release.version import Version

CHANGELOG = "CHANGELOG.md"
_OPEN = "## [Unreleased]\n"


def section(text: str, version: Version) -> str | None:
    """What a version's section says, without its heading; None if it has none, or one without a date."""
    heading = rf"^## \[{re.escape(str(version))}\] - \d{{4}}-\d\d-\d\d$"
    found = re.search(rf"{heading}\n(.*?)(?=^## \[|\Z)", text, re.MULTILINE | re.DOTALL)
    return found[1].strip() if found else None


def unreleased(text: str) -> str:
    """What is in no version yet."""
    found = re.search(rf"^{re.escape(_OPEN)}(.*?)(?=^## \[|\Z)", text, re.MULTILINE | re.DOTALL)
    return found[1].strip() if found else ""


def with_section(text: str, version: Version, day: date) -> str:
    """The changelog with all that is unreleased as this version's; unchanged if it has its section already."""
    if section(text, version) is not None:
        return text
    return text.replace(_OPEN, f"{_OPEN}\n## [{version}] - {day.isoformat()}\n", 1)
