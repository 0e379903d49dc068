"""An image as files: what `docker save` wrote, with the times of our layers as the release wants them.

BuildKit does this itself (`rewrite-timestamp=true`, since 0.13). Other builders write the time of the build into every layer that
they make, so that no two builds are equal; here their archive is written again, with no time in it later than SOURCE_DATE_EPOCH.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import shutil
import tarfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, cast

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
_CONFIG = "application/vnd.oci.image.config.v1+json"
_LAYER = "application/vnd.oci.image.layer.v1.tar"  # unpacked: it goes to a registry on this machine and back
_GZIP = b"\x1f\x8b"
# What OCI's image specification knows of a configuration. Engines add more: a host's name, their own version.
_KEPT = ("architecture", "os", "variant")
_CONFIGURED = ("User", "ExposedPorts", "Env", "Entrypoint", "Cmd", "Volumes", "WorkingDir", "Labels", "StopSignal")


@dataclass(frozen=True, slots=True, kw_only=True)
class Blob:
    """Bytes that a registry keeps by their digest."""

    media_type: str
    digest: str
    size: int

    def descriptor(self) -> dict[str, Any]:
        return {"mediaType": self.media_type, "digest": self.digest, "size": self.size}


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """An image in a folder of blobs, each named by its digest."""

    folder: Path
    index: Blob
    manifest: Blob
    blobs: Sequence[Blob]
    layers: Sequence[str]


class _Digested(io.RawIOBase):
    """Writes to another file, and keeps the digest of all that was written."""

    def __init__(self, target: IO[bytes]) -> None:
        self._target = target
        self._hash = hashlib.sha256()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._hash.update(data)
        self._target.write(data)
        return len(data)

    @property
    def digest(self) -> str:
        return f"sha256:{self._hash.hexdigest()}"


def rewrite(saved: Path, folder: Path, *, base_layers: int, epoch: int) -> Image:
    """An archive of `docker save` as an image whose own layers have no time after `epoch`. Those of the base stay as they are."""
    folder.mkdir(parents=True)
    with tarfile.open(saved) as archive:
        entry = json.loads(_read(archive, "manifest.json"))[0]
        config = json.loads(_read(archive, entry["Config"]))
        blobs = []
        for number, name in enumerate(entry["Layers"]):
            with _unpacked(archive, name) as source:
                blobs.append(_layer(source, folder, epoch if number >= base_layers else None))
    layers = [blob.digest for blob in blobs]
    made = {key: config[key] for key in _KEPT if key in config} | {
        "config": {key: config["config"][key] for key in _CONFIGURED if config["config"].get(key)},
        "created": _time(epoch),
        "history": [_event(event, epoch) for event in config.get("history", [])],
        "rootfs": {"type": "layers", "diff_ids": layers},
    }
    settings = _kept(made, _CONFIG, folder)
    manifest = _kept(
        {
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": settings.descriptor(),
            "layers": [blob.descriptor() for blob in blobs],
        },
        MANIFEST,
        folder,
    )
    platform = {key: made[key] for key in ("architecture", "os", "variant") if made.get(key)}
    entries = [manifest.descriptor() | {"platform": platform}]
    index = _kept({"schemaVersion": 2, "mediaType": INDEX, "manifests": entries}, INDEX, folder)
    return Image(folder=folder, index=index, manifest=manifest, blobs=(settings, *blobs), layers=layers)


def write_loadable(folder: Path, manifest: Blob, target: Path) -> None:
    """The image of a folder of blobs as an archive for `docker load`."""
    found = json.loads((folder / manifest.digest).read_bytes())
    names = {blob["digest"]: f"{blob['digest'].partition(':')[2]}.tar" for blob in found["layers"]}
    with tarfile.open(target, "w") as archive:
        archive.add(folder / found["config"]["digest"], "config.json")
        for digest, name in names.items():
            archive.add(folder / digest, name)
        entry = {"Config": "config.json", "RepoTags": None, "Layers": [names[blob["digest"]] for blob in found["layers"]]}
        content = json.dumps([entry]).encode()
        member = tarfile.TarInfo("manifest.json")
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))


def _read(archive: tarfile.TarFile, name: str) -> bytes:
    return cast("IO[bytes]", archive.extractfile(name)).read()


def _unpacked(archive: tarfile.TarFile, name: str) -> IO[bytes]:
    """A layer, which an engine saves packed or not."""
    file = cast("IO[bytes]", archive.extractfile(name))
    packed = file.read(2) == _GZIP
    file.seek(0)
    return cast("IO[bytes]", gzip.open(file)) if packed else file


def _layer(source: IO[bytes], folder: Path, epoch: int | None) -> Blob:
    draft = folder / "draft"
    with draft.open("wb") as file:
        written = _Digested(file)
        if epoch is None:
            shutil.copyfileobj(source, written, 1 << 20)
        else:
            _copy_tar(source, cast("IO[bytes]", written), epoch)
    size = draft.stat().st_size
    draft.rename(folder / written.digest)
    return Blob(media_type=_LAYER, digest=written.digest, size=size)


def _copy_tar(source: IO[bytes], target: IO[bytes], epoch: int) -> None:
    """Every member as it is, in the same order, but for its times."""
    with (
        tarfile.open(fileobj=source, mode="r:") as read,
        tarfile.open(fileobj=target, mode="w|", format=tarfile.PAX_FORMAT) as written,
    ):
        for member in read:
            member.mtime = min(int(member.mtime), epoch)
            member.pax_headers = {
                key: value for key, value in member.pax_headers.items() if key not in {"mtime", "atime", "ctime"}
            }
            written.addfile(member, read.extractfile(member) if member.isreg() else None)


def _event(event: dict[str, Any], epoch: int) -> dict[str, Any]:
    """A line of the history. A comment names images of the engine that built this one; podman writes the labels that a build is
    given in any order, and they stand in the configuration anyway."""
    kept = {key: value for key, value in event.items() if key not in {"comment", "created"}}
    if "created_by" in kept:
        kept["created_by"] = kept["created_by"].partition(" LABEL ")[0]
    created = datetime.fromisoformat(event["created"]).timestamp() if event.get("created") else epoch
    return kept | {"created": _time(min(int(created), epoch))}


def _time(epoch: int) -> str:
    return datetime.fromtimestamp(epoch, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _kept(value: dict[str, Any], media_type: str, folder: Path) -> Blob:
    content = json.dumps(value, sort_keys=True, separators=(",", ":")).encode()
    digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
    (folder / digest).write_bytes(content)
    return Blob(media_type=media_type, digest=digest, size=len(content))
