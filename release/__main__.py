"""`python3 -m release`: what docs/releasing.md and .github/workflows/release.yml call."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from release import engine, registry
from release.agreement import labels, pinned_base, version_faults
from release.changelog import CHANGELOG, section
from release.commit import ACTION_FILE, commit_faults, released_image, with_owner
from release.dry_run import ONLY_GITHUB, OWNER, Request, Transcript, dry_run
from release.making import ReleaseError, image_faults, layers_epoch, make_commit, must_not, release_faults, tree_faults
from release.owner import is_owner
from release.preparation import prepared
from release.repository import Repository
from release.version import Version, moves_major, parse_version, released_versions

_HERE = Path.cwd()


def _version(text: str) -> Version:
    version = parse_version(text)
    if version is None:
        raise argparse.ArgumentTypeError(f"{text!r} is not a version such as 1.2.3")
    return version


def _owner(text: str) -> str:
    if not is_owner(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not the name of an owner on GitHub")
    return text


def _prepare(asked: argparse.Namespace) -> None:
    repository = Repository(_HERE)
    changed = prepared(repository.texts("HEAD"), asked.version, datetime.now(UTC).date())
    repository.write(changed)
    print("\n".join(changed) or f"Everything says {asked.version} already.")


def _check(asked: argparse.Namespace) -> None:
    repository = Repository(_HERE)
    must_not(version_faults(repository.texts("HEAD"), asked.version, repository.tags()))


def _fill(asked: argparse.Namespace) -> None:
    repository = Repository(_HERE)
    repository.write(with_owner(repository.texts("HEAD"), asked.owner))


def _base(_asked: argparse.Namespace) -> None:
    print(pinned_base(Repository(_HERE).texts("HEAD")))


def _epoch(_asked: argparse.Namespace) -> None:
    print(layers_epoch(Repository(_HERE), "HEAD"))


def _labels(asked: argparse.Namespace) -> None:
    for name, value in _wanted(asked).items():
        print(f"{name}={value}")


def _test(asked: argparse.Namespace) -> None:
    base = engine.layers(pinned_base(Repository(_HERE).texts("HEAD")))
    engine.layers(asked.image)  # pulls it
    faults, log = image_faults(asked.image, base, _wanted(asked), _HERE)
    print(log)
    must_not(faults)


def _commit(asked: argparse.Namespace) -> None:
    repository = Repository(_HERE)
    before, texts, tags = repository.files("HEAD"), repository.texts("HEAD"), repository.tags()
    commit = make_commit(repository, asked.version, asked.owner, asked.image)
    if asked.version.tag in tags and repository.commit_of(asked.version.tag) == commit:
        tags.remove(asked.version.tag)  # by an earlier attempt of this very release: made again, its commit has the same hash
    must_not(version_faults(texts, asked.version, tags))
    must_not(commit_faults(before, repository.files(commit), asked.owner, asked.image))
    must_not(tree_faults(repository, commit, asked.owner, asked.version, {}))
    moved = [asked.version.moving_tag] if moves_major(asked.version, tags) else []
    for tag in (asked.version.tag, *moved):
        repository.git("tag", "--force", tag, commit)
    print("\n".join(moved))


def _notes(asked: argparse.Namespace) -> None:
    print(section(Repository(_HERE).texts("HEAD")[CHANGELOG], asked.version) or "")


def _verify(asked: argparse.Namespace) -> None:
    repository = Repository(_HERE)
    versions = released_versions(repository.tags())
    must_not([fault for version in versions for fault in release_faults(repository, version.tag, asked.owner)])
    for version in versions:
        print(version.tag, released_image(repository.texts(version.tag)[ACTION_FILE]))


def _dry_run(asked: argparse.Namespace) -> None:
    for there, missing in (
        (engine.answers(), "No Docker engine answers. Start Docker, or say where it is with DOCKER_HOST."),
        (registry.is_installed(), f"{registry.PROGRAM} is missing. On Debian and Ubuntu: apt-get install docker-registry"),
    ):
        must_not([] if there else [missing])
    request = Request(version=asked.version, owner=asked.owner, base=os.environ.get("PYTHON_BASE_IMAGE") or None)
    with tempfile.TemporaryDirectory(prefix="release-") as scratch:
        dry_run(request, Path(scratch), Transcript())
    print(f"\n{ONLY_GITHUB}\n\nNothing was pushed anywhere, and this checkout is as it was.")


def _wanted(asked: argparse.Namespace) -> dict[str, str]:
    return labels(asked.version, Repository(_HERE).commit_of("HEAD"), asked.owner)


_COMMANDS = {
    "prepare": (_prepare, "version", "write the version into the checkout, wherever it stands, and date its changelog"),
    "check": (_check, "version", "that the commit that is checked out can be released as this version"),
    "fill": (_fill, "owner", "write the owner into the checkout, wherever main leaves that open"),
    "base": (_base, "", "the base image that the Dockerfile pins"),
    "epoch": (_epoch, "", "the SOURCE_DATE_EPOCH of the image: when what its packages are made from was last changed"),
    "labels": (_labels, "version owner", "the labels of the image of the commit that is checked out"),
    "test": (_test, "version owner image", "run an image, and compare its labels and its base; after `fill`"),
    "commit": (_commit, "version owner image", "make and check the release commit and its tags, and print those that move"),
    "notes": (_notes, "version", "what the changelog says of a version"),
    "verify": (_verify, "owner", "that the commit of every release changed the image and the owner alone; print tags and images"),
    "dry-run": (_dry_run, "version --owner", "make a release on this machine, push nothing, and change nothing"),
}
_ARGUMENTS = {
    "version": {"type": _version, "metavar": "VERSION"},
    "owner": {"type": _owner, "metavar": "OWNER"},
    "image": {"metavar": "IMAGE"},
    "--owner": {"type": _owner, "default": OWNER},
}


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python3 -m release", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, (function, wanted, told) in _COMMANDS.items():
        command = commands.add_parser(name, help=told, description=told)
        command.set_defaults(function=function)
        for argument in wanted.split():
            command.add_argument(argument, **_ARGUMENTS[argument])  # type: ignore[arg-type]
    asked = parser.parse_args(arguments)
    try:
        asked.function(asked)
    except (ReleaseError, engine.EngineError, registry.RegistryError, ValueError, subprocess.SubprocessError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
