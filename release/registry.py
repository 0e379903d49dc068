"""A registry on this machine for the time of a dry run, and the little of its protocol that pushes and pulls an image.

Docker takes an unencrypted registry of this machine, podman's service only where its own settings name it. So that the dry run
changes the settings of no engine, it speaks to the registry itself, and checks every digest as an engine does.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from release.archive import INDEX, MANIFEST, Blob, Image

PROGRAM = "docker-registry"  # Debian's and Ubuntu's name of the CNCF's registry, https://github.com/distribution/distribution
_PATIENCE = 20  # seconds until it answers


class RegistryError(Exception):
    """The registry answered otherwise than its protocol says, or with other bytes than those asked for."""


@contextmanager
def running(folder: Path) -> Iterator[str]:
    """A registry that serves `host:port` and nobody but this machine, until the block ends."""
    folder.mkdir(parents=True)
    with socket.create_server(("127.0.0.1", 0)) as free:
        host = f"127.0.0.1:{free.getsockname()[1]}"
    settings = {
        "version": 0.1,
        "log": {"level": "error", "accesslog": {"disabled": True}},
        "storage": {"filesystem": {"rootdirectory": str(folder / "storage")}},
        "http": {"addr": host},
    }
    (folder / "registry.yml").write_text(json.dumps(settings), encoding="utf-8")  # JSON is YAML, too
    with (folder / "registry.log").open("wb") as log:
        command = [PROGRAM, "serve", str(folder / "registry.yml")]
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
        try:
            _wait_for(host, process, folder / "registry.log")
            yield host
        finally:
            process.terminate()
            process.wait(_PATIENCE)


def push(host: str, name: str, image: Image) -> str:
    """Push an image by its digest alone, and return that of its index."""
    for blob in image.blobs:
        _, headers, _ = _call(host, "POST", f"/v2/{name}/blobs/uploads/", expected=202)
        place = urlsplit(headers["location"])
        with (image.folder / blob.digest).open("rb") as content:
            path = f"{place.path}?{place.query}&digest={blob.digest}"
            sent = {"Content-Type": "application/octet-stream", "Content-Length": str(blob.size)}
            _call(host, "PUT", path, body=content, headers=sent, expected=201)
    for blob in (image.manifest, image.index):
        told, sent = (image.folder / blob.digest).read_bytes(), {"Content-Type": blob.media_type}
        _call(host, "PUT", f"/v2/{name}/manifests/{blob.digest}", body=told, headers=sent, expected=201)
    return image.index.digest


def pull(host: str, name: str, digest: str, folder: Path) -> Blob:
    """Fetch the only image of an index by the index's digest into a folder of blobs, and return the image's manifest."""
    folder.mkdir(parents=True)
    index = json.loads(_fetched(host, name, digest, INDEX, folder))
    (entry,) = index["manifests"]
    manifest = json.loads(_fetched(host, name, entry["digest"], MANIFEST, folder))
    for blob in (manifest["config"], *manifest["layers"]):
        hashed = hashlib.sha256()
        connection = http.client.HTTPConnection(host, timeout=60)
        connection.request("GET", f"/v2/{name}/blobs/{blob['digest']}")
        answer = connection.getresponse()
        with (folder / blob["digest"]).open("wb") as file:
            while piece := answer.read(1 << 20):
                hashed.update(piece)
                file.write(piece)
        connection.close()
        if f"sha256:{hashed.hexdigest()}" != blob["digest"]:
            raise RegistryError(f"{blob['digest']} came as sha256:{hashed.hexdigest()}")
    return Blob(media_type=MANIFEST, digest=entry["digest"], size=entry["size"])


def _fetched(host: str, name: str, digest: str, media_type: str, folder: Path) -> bytes:
    _, _, content = _call(host, "GET", f"/v2/{name}/manifests/{digest}", headers={"Accept": media_type}, expected=200)
    if f"sha256:{hashlib.sha256(content).hexdigest()}" != digest:
        raise RegistryError(f"{digest} came as sha256:{hashlib.sha256(content).hexdigest()}")
    (folder / digest).write_bytes(content)
    return content


def _call(
    host: str, method: str, path: str, *, body: Any = None, headers: dict[str, str] | None = None, expected: int
) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection(host, timeout=60)
    try:
        connection.request(method, path, body=body, headers=headers or {})
        answer = connection.getresponse()
        content = answer.read()
    finally:
        connection.close()
    if answer.status != expected:
        raise RegistryError(f"{method} {path}: HTTP {answer.status}, not {expected}: {content[:300]!r}")
    return answer.status, {key.lower(): value for key, value in answer.getheaders()}, content


def _wait_for(host: str, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end and process.poll() is None:
        try:
            _call(host, "GET", "/v2/", expected=200)
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RegistryError(f"the registry did not start: {log.read_text(encoding='utf-8', errors='replace')[-500:]}")


def is_installed() -> bool:
    return shutil.which(PROGRAM) is not None
