"""The runner of a job: its Docker engine, and the room on its disk."""

from __future__ import annotations

import http.client
import json
import shutil
import socket
from collections.abc import Iterable
from pathlib import Path

from aces_action.language import Text, same
from aces_action.output.check import Check, not_asked
from aces_action.output.sizes import size_text
from aces_action.problems.doctor import little_disk

DOCKER, DISK, RUNNER = Text("Docker engine", "Dockerエンジン"), Text("Disk", "ディスク"), Text("Runner", "ランナー")
# The runner mounts it into the container of an action (actions/runner: ContainerActionHandler.cs)
SOCKET = Path("/var/run/docker.sock")
# A build holds the image's layers packed and unpacked, and the cache of the build (assumed)
_TIMES_PACKED = 3
_LARGEST = 1 << 16  # bytes of the engine's answer


class _EngineConnection(http.client.HTTPConnection):
    """HTTP over the engine's socket."""

    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=3)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


def engine_version(path: Path = SOCKET) -> str | None:
    """The version of the Docker engine behind a socket (Docker Engine API: GET /version); None where nothing answers."""
    connection = _EngineConnection(path)
    try:
        connection.request("GET", "/version")
        found = json.loads(connection.getresponse().read(_LARGEST))
        version = found.get("Version") if isinstance(found, dict) else None
        return version if isinstance(version, str) else None
    except (OSError, ValueError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def free_space(folders: Iterable[Path]) -> int | None:
    """The bytes that are free where there are fewest; None where that cannot be told."""
    try:
        return min((shutil.disk_usage(folder).free for folder in folders), default=None)
    except OSError:
        return None


def docker_row(version: str | None) -> Check:
    if version is None:
        return not_asked(DOCKER, Text("no socket of an engine is mounted here", "Dockerのソケットがマウントされていません"))
    return Check(what=DOCKER, found=same(version[:40]))


def disk_row(free: int | None, *, image: int, weights: int) -> Check:
    """`image` and `weights`: their bytes in ECR and S3, 0 where they are not known."""
    if free is None:
        return not_asked(DISK, Text("the free space cannot be read here", "空き容量を取得できません"))
    wanted = image * _TIMES_PACKED + weights
    found = Text(f"{size_text(free).en} free", f"空き{size_text(free).ja}")
    if not wanted:
        return Check(what=DISK, found=found)
    needed = Text(f"{size_text(wanted).en} for image and weights", f"イメージと重みファイルに{size_text(wanted).ja}")
    return Check(what=DISK, found=found, needed=needed, problems=(little_disk(free, wanted),) if free < wanted else ())
