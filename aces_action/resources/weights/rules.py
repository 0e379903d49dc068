"""What may be in an archive of weights: inspects each member as it passes by and remembers little."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from unicodedata import is_normalized, normalize

from aces_action.language import EMPTY, Text
from aces_action.output.verdict import Entry, Policy
from aces_action.problems.kind import Severity
from aces_action.problems.problem import Problem
from aces_action.problems.weights import contents, names, tar
from aces_action.problems.weights import members as member_problems
from aces_action.problems.weights.fault import Fault, MemberPlace, as_warning, in_member, pack_commands
from aces_action.resources.weights.charset import charset_of
from aces_action.resources.weights.errors import ArchiveError, shown
from aces_action.resources.weights.limits import Limits
from aces_action.resources.weights.member import (
    DIRECTORY,
    FILE,
    FOLDER_DUMP,
    HARD_LINK,
    NO_FILE,
    OLD_LONG_NAMES,
    SETUID_SETGID,
    SOLARIS_ACL,
    SOLARIS_ATTRIBUTES,
    SYMBOLIC_LINK,
    VOLUME_LABEL,
    FileRun,
    Member,
)
from aces_action.resources.weights.unusual import unusual_member

MAX_PROBLEMS = 20
"""Problems with members that are told one by one."""
MAX_ENTRIES = 200
"""Files that are listed."""
_MAX_PATH, _MAX_COMPONENT = 4096, 255  # bytes: Linux's PATH_MAX and NAME_MAX
_MAX_TOPS = 4
# What makes a path worth being taken apart, in a text of paths with a NUL before and behind each of them.
_UNUSUAL = ("\0\0", "\0.", "\0/", "/\0", "/.", "//", "\\", "__MACOSX")
_FOLDERS = frozenset({DIRECTORY, FOLDER_DUMP})
_LINKS = frozenset({SYMBOLIC_LINK, HARD_LINK})
_NO_PLACE = frozenset({VOLUME_LABEL, OLD_LONG_NAMES, SOLARIS_ACL, SOLARIS_ATTRIBUTES})
"""Their names are no paths, or those of the members that they belong to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Finding:
    fault: Fault
    name: str
    number: int
    offset: int


class Inspector:
    """Inspects the members of one archive, in order, and adds up what passes by. `unpacked_size`: bytes of all files together."""

    def __init__(self, policy: Policy, limits: Limits, listed: int = MAX_ENTRIES) -> None:
        """`listed`: how many files are kept as entries."""
        self.members = 0
        self.files = 0
        self.unpacked_size = 0
        self.entries: list[Entry] = []
        self._policy = policy
        self._max_paths = limits.paths
        self._listed = listed
        self._findings: list[_Finding] = []
        self._untold: Counter[Severity] = Counter()
        self._code = ""  # of the first problem with the member that is looked at
        # Paths are kept as hashes (64 bits, with a new seed in each process): the memory does not grow with their length.
        self._files: set[int] = set()
        self._folders: set[int] = set()
        self._last_folder = ""
        self._tops: set[str] = set()
        self._links = 0
        self._decomposed = 0
        self._first_decomposed = ""

    def inspect(self, member: Member) -> None:
        """Raises ArchiveError (W012) when the archive has more members than can be remembered."""
        self.members += 1
        self._code = ""
        kind = member.kind
        if kind not in NO_FILE:
            self.files += 1
            self.unpacked_size += member.size
        if kind == FILE:
            if member.mode & SETUID_SETGID:
                self._find(member, member_problems.owners_rights(member.mode))
        elif kind in _LINKS:
            self._links += 1
            self._inspect_link(member)
        elif kind != DIRECTORY:
            self._find(member, unusual_member(kind))
        path = None if kind in _NO_PLACE else self._inspect_path(member)
        if path is not None:
            self._inspect_place(member, path)
        if len(self.entries) < self._listed and kind not in _FOLDERS:
            target = shown(member.target) if kind in _LINKS else ""
            self.entries.append(Entry(path=shown(member.path), size=member.size, target=target, code=self._code))

    def inspect_run(self, run: FileRun) -> None:
        """The same for a run of plain files, all at once unless one of them has a path that is not plain or not free."""
        paths = _plain_paths(run.paths)
        if paths is None or not self._take_places(paths):
            for member in run.members():
                self.inspect(member)
            return
        self.members += len(paths)
        self.files += len(paths)
        self.unpacked_size += sum(run.sizes)
        left = self._listed - len(self.entries)
        if left > 0:
            pairs = zip(run.paths[:left], run.sizes, strict=False)
            self.entries.extend(Entry(path=shown(path), size=size) for path, size in pairs)

    def problems(self, name: str, *, complete: bool, uri: str = "") -> Iterator[Problem]:
        """What was found, in the order of the archive. `complete`: the whole of it was seen; `uri`: see `pack_commands`."""
        stem = PurePosixPath(name).name.removesuffix(".tar.gz")
        commands = self.pack_commands(name, uri)
        if complete and not self.files:
            nothing = contents.links_alone if self._links else contents.no_file if self.members else contents.empty
            yield nothing(name, commands)
        elif complete and self._tops == {stem}:
            folder = shown(stem.encode())
            yield contents.needless_folder(name, folder, quoted_folder=shlex.quote(stem), quoted_archive=_file_name(name))
        if self._decomposed:
            yield names.decomposed(name, self._decomposed_names())
        helped: set[Severity] = set()
        for finding in self._findings:
            severity = finding.fault.kind.severity
            place = MemberPlace(
                name=finding.name, number=finding.number, offset=finding.offset, total=self.members if complete else None
            )
            yield in_member(finding.fault, place, EMPTY if severity in helped else commands)  # one archive is packed once
            helped.add(severity)
        if count := self._untold.total():
            yield contents.more_problems(name, count, "error" if self._untold["error"] else "warning", commands)

    def _decomposed_names(self) -> names.DecomposedNames:
        first = self._first_decomposed
        return names.DecomposedNames(
            count=self._decomposed,
            first=shown(first.encode()),
            stored=len(first.encode()),
            typed=len(normalize("NFC", first).encode()),
        )

    def pack_commands(self, name: str, uri: str = "") -> Text:
        """The commands that pack the same folders again. `uri`: where the archive is in S3, so that it has to be uploaded again.

        Names that do not start in the folder where tar runs are left to the user: 'DIR'.
        """
        tops = sorted(top for top in self._tops if not _is_hidden(top))
        usable = 0 < len(tops) <= _MAX_TOPS and all(top.isprintable() and len(top) < 80 and top[0] != "-" for top in tops)
        folders = " ".join(map(shlex.quote, tops)) if usable else "DIR"
        return pack_commands(folders, _file_name(name), shlex.quote(uri) if uri else "")

    def _find(self, member: Member, fault: Fault) -> None:
        self._code = self._code or fault.kind.code
        if len(self._findings) < MAX_PROBLEMS:
            finding = _Finding(fault=fault, name=shown(member.path), number=member.number, offset=member.offset)
            self._findings.append(finding)
        else:
            self._untold[fault.kind.severity] += 1

    def _inspect_link(self, member: Member) -> None:
        symbolic = member.kind == SYMBOLIC_LINK
        target = shown(member.target)
        link = member_problems.symbolic_link(target) if symbolic else member_problems.hard_link(target)
        if self._policy == "lenient":
            if self._stays_inside(member):
                link = as_warning(link)
            else:
                link = member_problems.symbolic_link_outside(target) if symbolic else member_problems.hard_link_outside(target)
        self._find(member, link)

    def _stays_inside(self, member: Member) -> bool:
        """Whether a link leads to a place in the archive, whatever other links (that stay inside) are on its way.

        Therefore '..' counts only at the start of a symbolic link: after a name, that name may be a link to somewhere higher.
        """
        target = member.target.decode("utf-8", "surrogateescape")
        if not target or target[0] == "/":
            return False
        parts = _components(target)
        if member.kind == HARD_LINK:
            return ".." not in parts and hash("/".join(parts)) in self._files
        ups = next((count for count, part in enumerate(parts) if part != ".."), len(parts))
        return ".." not in parts[ups:] and ups < len(_components(member.path.decode("utf-8", "surrogateescape")))

    def _inspect_path(self, member: Member) -> str | None:
        """The member's path without '.' and double slashes; None if it has no place in the archive."""
        try:
            text = member.path.decode()
        except UnicodeDecodeError:
            charset = charset_of(member.path)
            self._find(member, names.other_charset(charset.title, charset.codec) if charset else names.not_utf8())
            return None
        if member.kind in _FOLDERS and not _components(text):
            return ""  # the root itself, which the SDK's repack_model names '/' and `tar -C DIR .` names './'; it makes nothing
        if not text or "\0" in text or len(member.path) > _MAX_PATH:
            self._find(member, names.impossible_name())
            return None
        if not is_normalized("NFC", text) and any(map(_is_decomposed, text.split("/"))):
            self._decomposed += 1
            self._first_decomposed = self._first_decomposed or text
            self._code = self._code or names.W021.code
        # Nearly all paths are plain; only the others are worth being taken apart.
        plain = text[0] not in "./" and "/." not in text and "//" not in text and "\\" not in text and "__MACOSX" not in text
        if plain and len(member.path) <= _MAX_COMPONENT:
            return text.rstrip("/")
        parts = _components(text)
        if text[0] == "/" or ".." in parts:
            self._find(member, member_problems.absolute_path() if text[0] == "/" else member_problems.leaves_archive())
            return None
        if "\\" in text:
            self._find(member, names.backslash())
        if any(len(part.encode()) > _MAX_COMPONENT for part in parts):
            self._find(member, names.long_component(_MAX_COMPONENT))
        if not parts:
            self._find(member, names.nameless())
        if hidden := next(filter(_is_hidden, parts), None):
            mac = hidden.startswith(("._", "__MACOSX"))
            found = (member_problems.macos_leftover if mac else member_problems.hidden)(shown(hidden.encode()))
            self._find(member, as_warning(found) if self._policy == "lenient" else found)
        return "/".join(parts)

    def _inspect_place(self, member: Member, path: str) -> None:
        """Whether the path is free: each file once, and no file where a folder has to be. Folders may be named again."""
        folder, _, name = (path, "", "") if member.kind in _FOLDERS else path.rpartition("/")
        if folder != self._last_folder:
            self._enter(member, folder)
        if name:
            key = hash(path)
            if key in self._files:
                self._find(member, names.twice())
            elif key in self._folders:
                self._find(member, names.file_is_folder())
            self._files.add(key)
            if not folder:
                self._note_top(name)
        if len(self._files) + len(self._folders) > self._max_paths:
            raise ArchiveError(tar.too_many_paths(self._max_paths))

    def _take_places(self, paths: list[str]) -> bool:
        """Notes the files with their folders if each of them finds its place free, else nothing (False)."""
        files = set(map(hash, paths))
        free = len(files) == len(paths) and files.isdisjoint(self._files) and files.isdisjoint(self._folders)
        if not free:
            return False
        parents = {path.rpartition("/")[0] for path in paths}
        folders: set[int] = set()
        for parent in parents:
            folder = parent
            while folder and (key := hash(folder)) not in self._folders and key not in folders:
                if key in files or key in self._files:
                    return False
                folders.add(key)
                folder = folder.rpartition("/")[0]
        if len(self._files) + len(self._folders) + len(files) + len(folders) > self._max_paths:
            return False
        self._files |= files
        self._folders |= folders
        for parent in sorted(parents):
            self._note_top(parent.partition("/")[0])
        if "" in parents:
            for path in paths:
                if "/" not in path:
                    self._note_top(path)
        return True

    def _enter(self, member: Member, folder: str) -> None:
        self._last_folder = folder
        self._note_top(folder.partition("/")[0])
        while folder and (key := hash(folder)) not in self._folders:
            if key in self._files:
                self._find(member, names.folder_is_file(shown(folder.encode())))
            self._folders.add(key)
            folder = folder.rpartition("/")[0]

    def _note_top(self, top: str) -> None:
        if top and len(self._tops) <= _MAX_TOPS:
            self._tops.add(top)


def _plain_paths(paths: list[bytes]) -> list[str] | None:
    """The paths without './' before them; None if one is not UTF-8 in NFC and in the plainest form. None is over PATH_MAX."""
    framed = b"\0%b\0" % b"\0".join(paths)
    if framed.startswith(b"\0./"):  # as `tar czf … -C DIR .` writes each of them
        framed = framed.replace(b"\0./", b"\0")
    try:
        text = framed.decode()
    except UnicodeDecodeError:
        return None
    if not is_normalized("NFC", text) or any(mark in text for mark in _UNUSUAL):
        return None
    return text[1:-1].split("\0")


def _components(path: str) -> list[str]:
    return [part for part in path.split("/") if part not in ("", ".")]


def _is_decomposed(component: str) -> bool:
    """Unlike a name with characters that NFC replaces, such as compatibility ideographs: people type those."""
    return normalize("NFD", component) == component != normalize("NFC", component)


def _is_hidden(component: str) -> bool:
    return component.startswith(".") or component == "__MACOSX"


def _file_name(name: str) -> str:
    return shlex.quote(PurePosixPath(name).name if name.endswith(".tar.gz") else "deploy.tar.gz")
