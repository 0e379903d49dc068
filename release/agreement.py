"""That what is released agrees with itself: tag, version, changelog, image and the addresses that the release names."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

from release.changelog import CHANGELOG, section, unreleased
from release.owner import NAME
from release.version import VERSION_FILE, Version, declared_version

_BASE = re.compile(r"^ARG BASE_IMAGE=([\w./-]+:[\w.-]+@sha256:[0-9a-f]{64})$", re.MULTILINE)
_PACKAGES = re.compile(r"^FROM \S+ AS packages\n(.*?)^FROM ", re.MULTILINE | re.DOTALL)
_LABEL = "org.opencontainers.image."


def pinned_base(texts: Mapping[str, str]) -> str:
    """The base that the Dockerfile names, with its digest; empty where it names none by digest."""
    found = _BASE.search(texts.get("Dockerfile", ""))
    return found[1] if found else ""


def sources_of_packages(dockerfile: str) -> list[str]:
    """What the layers below our own code are made of: the Dockerfile, and what its stage `packages` copies (git's pathspecs)."""
    stage = _PACKAGES.search(dockerfile)
    copied = re.findall(r"^COPY (.+) \S+$", stage[1], re.MULTILINE) if stage else []
    return ["Dockerfile", *(path for paths in copied for path in paths.split())]


def labels(version: Version, revision: str, owner: str) -> dict[str, str]:
    """What an image says of itself. `revision` is the commit of `main` that the release is made of."""
    return {
        f"{_LABEL}version": str(version),
        f"{_LABEL}revision": revision,
        f"{_LABEL}source": f"https://github.com/{owner}/{NAME}",
    }


def label_faults(found: Mapping[str, str], wanted: Mapping[str, str]) -> list[str]:
    return [
        f"the image's label {name} is {found.get(name)!r}, not {value!r}"
        for name, value in wanted.items()
        if found.get(name) != value
    ]


def version_faults(texts: Mapping[str, str], version: Version, tags: Collection[str]) -> list[str]:
    """What keeps a commit of `main` from being released as this version. `tags` are all that there are."""
    faults = []
    if version.tag in tags:
        faults.append(f"{version.tag} is out already: a version is released once")
    if (declared := declared_version(texts.get(VERSION_FILE, ""))) != str(version):
        faults.append(f"{VERSION_FILE} says {declared or 'nothing'}, not {version}")
    told = section(texts.get(CHANGELOG, ""), version)
    if not told:
        faults.append(
            f"{CHANGELOG} has no section {version} with a date" if told is None else f"{CHANGELOG} says nothing of {version}"
        )
    if unreleased(texts.get(CHANGELOG, "")):
        faults.append(f"{CHANGELOG} has changes that are in no version yet")
    if not pinned_base(texts):
        faults.append("the Dockerfile does not name its base by digest")
    return faults


def base_faults(base: Sequence[str], own: Sequence[str]) -> list[str]:
    """That an image's layers (digests of what is unpacked) begin with those of its base, and go on."""
    if list(own[: len(base)]) != list(base):
        return ["the image's first layers are not those of its base"]
    return [] if len(own) > len(base) else ["the image has no layer beside those of its base"]


def link_faults(texts: Mapping[str, str], paths: Collection[str], owner: str, version: Version) -> list[str]:
    """Addresses of files of this release that lead nowhere. `paths`: every file of the release."""
    repository = re.escape(f"{owner}/{NAME}")
    address = re.compile(
        rf"https://(?:github\.com/{repository}/(?:blob|tree|raw)|raw\.githubusercontent\.com/{repository})/"
        r"v(?P<version>\d+\.\d+\.\d+)/?(?P<path>[\w./-]*\w)?",
        re.ASCII,
    )
    folders = {path[:end] for path in paths for end, char in enumerate(path) if char == "/"}
    faults = []
    for path, text in texts.items():
        for found in address.finditer(text):
            target = found["path"]
            if found["version"] != str(version):
                faults.append(f"{path}: {found[0]} is of another version")
            elif target and target not in paths and target not in folders:
                faults.append(f"{path}: {found[0]} leads nowhere")
    return faults
