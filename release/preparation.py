"""What is changed on `main` before a release, in a pull request of its own: the version wherever it stands, and the changelog."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from release.changelog import CHANGELOG, with_section
from release.owner import NAME, PLACEHOLDER
from release.version import VERSION_FILE, Version, declared_version

_OWNERS = rf"(?:{PLACEHOLDER}|OWNER|your-organization)"
_NOT_OURS = ("requirements/", CHANGELOG)


def prepared(texts: Mapping[str, str], version: Version, day: date) -> dict[str, str]:
    """The files that change, by their paths, as they are to be."""
    old = re.escape(declared_version(texts[VERSION_FILE]))
    # As a reference or in an address: OWNER/aces-action@v1.2.3, OWNER/aces-action/.github/workflows/fleet.yml@v1.2.3,
    # OWNER/aces-action/v1.2.3/…, OWNER/aces-action/blob/v1.2.3/…
    named = re.compile(rf"(\b{_OWNERS}/{NAME}(?:(?:/[\w./-]+\.yml)?@|/|/blob/|/tree/|/commits/)v){old}\b(?!\.\d)", re.ASCII)
    # As prose and pre-commit have it, in pages alone
    told = re.compile(rf"(\[Version |\[バージョン|# v|`@?v|release verify v|^ *rev: v){old}\b(?!\.\d)", re.ASCII | re.MULTILINE)
    changed = {}
    for path, text in texts.items():
        new = text
        if path == VERSION_FILE:
            new = re.sub(r'^(__version__ = )".*"$', rf'\g<1>"{version}"', text, flags=re.MULTILINE)
        elif path == CHANGELOG:
            new = with_section(text, version, day)
        elif not path.startswith(_NOT_OURS):
            new = named.sub(rf"\g<1>{version}", text)
            if path.endswith(".md"):
                new = told.sub(rf"\g<1>{version}", new)
        if new != text:
            changed[path] = new
    return changed
