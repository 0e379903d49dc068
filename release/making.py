"""What the workflow and the dry run have in common: the commit that is made, and the checks of the image and of the tree."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from release import engine
from release.agreement import base_faults, label_faults, link_faults, sources_of_packages
from release.commit import ACTION_FILE, commit_faults, released_image, with_image, with_owner
from release.owner import NAME, placeholders_left
from release.repository import Repository
from release.version import Version


class ReleaseError(Exception):
    """What keeps a release from being made, one line each."""

    def __init__(self, faults: Iterable[str]) -> None:
        super().__init__("\n".join(faults))


def must_not(faults: Sequence[str]) -> None:
    """End the release where there are faults.

    Raises:
        ReleaseError: There are.
    """
    if faults:
        raise ReleaseError(faults)


def layers_epoch(repository: Repository, commit: str) -> int:
    """SOURCE_DATE_EPOCH of a release's image: no file of its layers is newer.

    It is not the time of the commit: with that, the packages would be another layer in every release, although nothing in them
    has changed, and every upgrade would pull all of them."""
    return repository.time_of(commit, *sources_of_packages(repository.texts(commit)["Dockerfile"]))


def make_commit(repository: Repository, version: Version, owner: str, image: str) -> str:
    """The release commit on what is checked out, which may be filled in already. The same values make the same hash."""
    parent = repository.commit_of("HEAD")
    texts = repository.texts(parent)
    changed = with_owner(texts, owner)
    changed[ACTION_FILE] = with_image(changed.get(ACTION_FILE, texts[ACTION_FILE]), image)
    repository.write(changed)
    return repository.commit(f"Release {version.tag}\n\nThe image {image}, built from {parent}.", repository.time_of(parent))


def image_faults(image: str, base: Sequence[str], wanted: Mapping[str, str], tree: Path) -> tuple[list[str], str]:
    """What is wrong with an image that the engine has, and what its runs have said. `tree` has the example, filled in."""
    about = engine.inspect(image)
    faults, log = engine.self_test(image, tree)
    return label_faults(about["Config"]["Labels"] or {}, wanted) + base_faults(base, about["RootFS"]["Layers"]) + faults, log


def tree_faults(repository: Repository, commit: str, owner: str, version: Version, said: Mapping[str, str]) -> list[str]:
    """What is wrong with the files of a release, which are checked out, and with what its image has `said`: placeholders that are
    left, and addresses that lead nowhere."""
    texts = repository.texts(commit)
    shipped = {path: text for path, text in texts.items() if not path.startswith("tests/")} | dict(said)
    pages = help_urls(repository.folder)
    begin = f"https://github.com/{owner}/{NAME}/blob/{version.tag}/"
    faults = placeholders_left(shipped)
    faults += link_faults(shipped | {"a code": "\n".join(pages)}, repository.files(commit).keys(), owner, version)
    return faults + [f"{url} is not of this release" for url in pages if not url.startswith(begin)]


def help_urls(folder: Path) -> list[str]:
    """The addresses of the pages of all codes, as the program of this tree makes them."""
    code = (
        "from aces_action.language import LANGUAGES\n"
        "from aces_action.problems.catalogue import CATALOGUE\n"
        "print('\\n'.join(kind.help_url(language) for kind in CATALOGUE.values() for language in LANGUAGES))"
    )
    said = subprocess.run([sys.executable, "-B", "-c", code], cwd=folder, check=True, stdout=subprocess.PIPE, text=True).stdout
    return said.split()


def release_faults(repository: Repository, tag: str, owner: str) -> list[str]:
    """What is wrong with the commit of a release that is out: it may have changed its parent in two things alone."""
    commit = repository.commit_of(tag)
    image = released_image(repository.texts(commit)[ACTION_FILE])
    if image is None:
        return [f"{tag}: {ACTION_FILE} names no image by its digest"]
    faults = commit_faults(repository.files(f"{commit}^"), repository.files(commit), owner, image)
    return [f"{tag}: {fault}" for fault in faults]
