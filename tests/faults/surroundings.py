"""What can be wrong around a whole run, rather than with one of its calls: disk, workspace, names, clock."""

from __future__ import annotations

import ctypes
import resource
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, NoReturn

Lost = Literal["outputs", "summary"]
Limit = Literal["read-only", "no-names", "full-disk"]

FULL_DISK_AT = 1 << 18  # bytes of what is in a runner's files already, more than a log has
_ROOM = 3_000  # bytes until the disk is full: less than the outputs take
_FULL = "/dev/full"  # full(4): a write fails with ENOSPC; whoever runs this need not be root
_HERE, _NOWHERE = "127.0.0.1", "name.invalid"  # RFC 6761: never resolved
_CAP_DAC_OVERRIDE, _CAPABILITY_VERSION_3 = 1, 0x20080522  # linux/capability.h


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """`variables` replace the runner's; the addresses in those that `unnamed` lists become names. `limit` befalls the process
    before it begins. `clock_ahead`: seconds that the clocks of AWS and GitHub are ahead of the runner's. `lost`: what cannot
    be read afterwards. `fails`: whether the run cannot but fail."""

    name: str
    variables: Mapping[str, str] = field(default_factory=dict)
    unnamed: tuple[str, ...] = ()
    limit: Limit | None = None
    clock_ahead: float = 0.0
    lost: frozenset[Lost] = frozenset()
    fails: bool = False

    def around(self, variables: Mapping[str, str]) -> dict[str, str]:
        named = {name: variables[name].replace(_HERE, _NOWHERE) for name in self.unnamed}
        return {**variables, **self.variables, **named}


_GITHUB, _AWS, _PLATFORM = "ACTIONS_ID_TOKEN_REQUEST_URL", "AWS_ENDPOINT_URL", "PLATFORM_URL"
_UNNAMED = {"all": (_GITHUB, _AWS, _PLATFORM), "github": (_GITHUB,), "aws": (_AWS,), "platform": (_PLATFORM,)}
_HOUR = 3600.0
_OUTPUT, _SUMMARY = {"GITHUB_OUTPUT": _FULL}, {"GITHUB_STEP_SUMMARY": _FULL}

ORDINARY = Surroundings(name="")
SURROUNDINGS = {
    each.name: each
    for each in (
        Surroundings(name="full-disk-outputs", variables=_OUTPUT, lost=frozenset({"outputs"})),
        Surroundings(name="full-disk-summary", variables=_SUMMARY, lost=frozenset({"summary"})),
        Surroundings(name="full-disk-both", variables=_OUTPUT | _SUMMARY, lost=frozenset({"outputs", "summary"})),
        Surroundings(name="disk-fills-up", limit="full-disk", lost=frozenset({"outputs", "summary"})),
        Surroundings(name="read-only-workspace", limit="read-only"),
        *(
            Surroundings(name=f"no-dns-{which}", unnamed=unnamed, limit="no-names", fails=True)
            for which, unnamed in _UNNAMED.items()
        ),
        Surroundings(name="clock-hour-behind", clock_ahead=_HOUR, fails=True),
        Surroundings(name="clock-hour-ahead", clock_ahead=-_HOUR, fails=True),
    )
}


def befall(limit: Limit) -> None:
    """Brings it about in this process, for good, whose folder is the workspace."""
    _LIMITS[limit]()


def _make_workspace_read_only() -> None:
    """By its permissions, which count for root as well once that has given up to override them: no mount, so anybody may."""
    for path in (Path(), *Path().rglob("*")):
        path.chmod(path.stat().st_mode & ~0o222)
    libc = ctypes.CDLL(None, use_errno=True)
    header, sets = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0), (ctypes.c_uint32 * 6)()
    if libc.capget(header, sets) == 0:
        for index in range(3):  # effective, permitted, inheritable
            sets[index] &= ~(1 << _CAP_DAC_OVERRIDE)
        libc.capset(header, sets)
    try:
        Path("written").touch()
    except PermissionError:
        return
    raise AssertionError("the workspace is not read-only")


def _resolve_nothing() -> None:
    """As glibc answers where no name server does (getaddrinfo(3): EAI_AGAIN)."""
    resolve: Callable[..., Any] = socket.getaddrinfo

    def answer(host: Any, *arguments: Any, **options: Any) -> Any:
        return resolve(host, *arguments, **options) if host == _HERE else unknown()

    def unknown() -> NoReturn:
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    socket.getaddrinfo = answer


def _fill_the_disk() -> None:
    """No file may grow beyond that: the first bytes of a write still go through, and then it fails, as on a disk that fills up.
    What the system says is 'File too large', which is as far as anybody gets without a disk of their own."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (FULL_DISK_AT + _ROOM, FULL_DISK_AT + _ROOM))


_LIMITS: dict[Limit, Callable[[], None]] = {
    "read-only": _make_workspace_read_only,
    "no-names": _resolve_nothing,
    "full-disk": _fill_the_disk,
}
