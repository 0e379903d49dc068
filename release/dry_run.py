"""A release from its beginning to its tags, on this machine: nothing leaves it, and the checkout stays as it is."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

from release import engine, registry
from release.agreement import labels, pinned_base, version_faults
from release.archive import Image, rewrite, write_loadable
from release.changelog import CHANGELOG, section
from release.commit import ACTION_FILE, commit_faults, image_name, with_owner
from release.engine import EngineError
from release.making import ReleaseError, image_faults, layers_epoch, make_commit, must_not, tree_faults
from release.owner import NAME
from release.preparation import prepared
from release.repository import Repository, clone
from release.version import VERSION_FILE, Version, declared_version, moves_major

ROOT = Path(__file__).parents[1]
OWNER = "example-org"

ONLY_GITHUB = """\
What only GitHub does (docs/releasing.md has the checklist):
  builds amd64 and arm64 with BuildKit, each on a machine of its own, and once more on another
  pushes to ghcr.io, and pulls from there without a login
  attests provenance and SBOM, and verifies what is attested
  pushes the tags, publishes the release and makes it immutable"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """`base` takes the place of the pinned base, for an engine that reaches no registry."""

    version: Version
    owner: str = OWNER
    base: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    """The commit of `main` that is released, in a clone that is filled in for the owner."""

    repository: Repository
    main: str
    texts: Mapping[str, str]
    labels: Mapping[str, str]


class Transcript:
    """Tells what is done, with the seconds since the beginning."""

    def __init__(self) -> None:
        self._start = monotonic()

    def step(self, text: str) -> None:
        print(f"\n== {text} ({monotonic() - self._start:.0f} s)", flush=True)

    def line(self, text: str) -> None:
        print(f"   {text}", flush=True)


def dry_run(request: Request, scratch: Path, tell: Transcript) -> str:
    """Make a release in `scratch`, an empty folder; returns the name of the release commit.

    Raises:
        ReleaseError: The checker found something.
        EngineError, RegistryError: The engine or the registry failed.
    """
    source = _cloned(request, scratch / "clone", tell)
    base = request.base or pinned_base(source.texts)
    base_layers = engine.layers(base)
    image = _built_twice(source, request.base, len(base_layers), scratch, tell)

    tell.step("Push to a registry on this machine, and pull by digest")
    with registry.running(scratch / "registry") as host:
        digest = registry.push(host, NAME, image)
        tell.line(f"pushed {host}/{NAME}@{digest}")
        loaded = _pulled(host, digest, scratch, tell)
    try:
        tell.step("Self-test of what was pulled")
        faults, log = image_faults(loaded, base_layers, source.labels, source.repository.folder)
    finally:
        _forget(loaded)
    must_not(faults)
    tell.line(f"its labels are version, revision and source of this release; its first layer{_s(base_layers)} that of {base}")
    if request.base:
        tell.line(f"which stands here for {pinned_base(source.texts)}")
    tell.line("without inputs it ends with 2 and says what is missing; `validate` of the example ends with 0")
    return _tagged(source, request, f"{image_name(request.owner)}@{digest}", log, tell)


def _cloned(request: Request, folder: Path, tell: Transcript) -> _Source:
    tell.step("Scratch clone")
    version, repository = request.version, clone(ROOT, folder)
    texts = repository.texts("HEAD")
    now = datetime.now(UTC)
    if changed := prepared(texts, version, now.date()):
        tell.line(
            f"main says {declared_version(texts[VERSION_FILE])}: `release prepare` has changed {len(changed)} files, here alone"
        )
        repository.write(changed)
        repository.commit(f"Prepare {version.tag}", int(now.timestamp()))
    main = repository.commit_of("HEAD")
    texts = repository.texts(main)
    must_not(version_faults(texts, version, repository.tags()))
    tell.line(f"{version.tag} of {main[:12]}: {VERSION_FILE} and {CHANGELOG} agree, the Dockerfile names its base by digest")
    filled = with_owner(texts, request.owner)
    repository.write(filled)
    tell.line(f"{len(filled)} files filled in for {request.owner}")
    return _Source(repository=repository, main=main, texts=texts, labels=labels(version, main, request.owner))


def _built_twice(source: _Source, base: str | None, base_layers: int, scratch: Path, tell: Transcript) -> Image:
    tell.step("Two builds, without a cache")
    epoch = layers_epoch(source.repository, source.main)
    made = []
    for number in (1, 2):
        name, saved = f"localhost/{NAME}:dry-run-{os.getpid()}", scratch / "saved.tar"
        try:
            engine.build(source.repository.folder, name, base=base, labels=source.labels)
            engine.docker("save", "--output", str(saved), name)
        finally:
            _forget(name)
        made.append(rewrite(saved, scratch / f"build{number}", base_layers=base_layers, epoch=epoch))
        saved.unlink()
    first, second = made
    for one, other in zip(first.layers, second.layers, strict=True):
        tell.line(f"{one}  {'the same' if one == other else f'differs: {other}'}")
    if first.manifest.digest != second.manifest.digest:
        told = [(each.folder / each.blobs[0].digest).read_text(encoding="utf-8") for each in made]
        raise ReleaseError(["two builds of the same commit are not the same image", *told])
    tell.line(
        f"the same image, {sum(blob.size for blob in first.blobs) / 1e6:.1f} MB unpacked, no time in its own layers after {epoch}"
    )
    return first


def _pulled(host: str, digest: str, scratch: Path, tell: Transcript) -> str:
    """The image, in the engine, from the registry: by the engine itself where it speaks to an unencrypted one."""
    reference = f"{host}/{NAME}@{digest}"
    try:
        engine.docker("pull", "--quiet", reference)
    except EngineError:
        manifest = registry.pull(host, NAME, digest, scratch / "pulled")
        write_loadable(scratch / "pulled", manifest, scratch / "pulled.tar")
        tell.line("pulled and checked blob by blob: this engine takes no unencrypted registry")
        return engine.load(scratch / "pulled.tar")
    tell.line("pulled by the engine")
    return reference


def _tagged(source: _Source, request: Request, image: str, log: str, tell: Transcript) -> str:
    tell.step("Release commit and tags, in the scratch clone")
    repository, version, main = source.repository, request.version, source.main
    tags = repository.tags()
    commit = make_commit(repository, version, request.owner, image)
    must_not(commit_faults(repository.files(main), repository.files(commit), request.owner, image))
    tell.line(f"{commit} on {main[:12]}:{repository.git('diff', '--shortstat', main, commit).rstrip()}")
    tell.line(f"nothing but the owner, and in {ACTION_FILE}: image: docker://{image}")
    must_not(tree_faults(repository, commit, request.owner, version, {"the image's log": log}))
    tell.line("no placeholder is left; every address of a file of this release, and the page of every code, is there")
    repository.git("tag", version.tag, commit)
    tell.line(f"{version.tag} is there, for good")
    if moves_major(version, tags):
        repository.git("tag", "--force", version.moving_tag, commit)
        tell.line(f"{version.moving_tag} is here now")
    else:
        tell.line(f"{version.moving_tag} stays where it is: a newer version is out")
    tell.line(f"notes of the release: {len((section(source.texts[CHANGELOG], version) or '').splitlines())} lines of {CHANGELOG}")
    return commit


def _forget(image: str) -> None:
    with contextlib.suppress(EngineError):
        engine.docker("image", "rm", "--force", image)


def _s(layers: list[str]) -> str:
    return " is" if len(layers) == 1 else f"s are, {len(layers)} of them,"
