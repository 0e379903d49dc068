"""A member of a tar as it stands in the archive, and the kinds of members that there are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

# POSIX's type flags (pax, 'ustar Interchange Format')
FILE, HARD_LINK, SYMBOLIC_LINK, CHARACTER_DEVICE, BLOCK_DEVICE, DIRECTORY, FIFO = (b"%d" % flag for flag in range(7))
# GNU's (GNU tar manual, 'Basic Tar Format'), Solaris's and star's (libarchive's tar(5), star(5))
SPARSE, VOLUME_LABEL, FOLDER_DUMP, CONTINUATION, OLD_LONG_NAMES = b"S", b"V", b"D", b"M", b"N"
SOLARIS_ACL, SOLARIS_ATTRIBUTES, STAR_INODE = b"A", b"E", b"I"

WITHOUT_DATA = frozenset({HARD_LINK, SYMBOLIC_LINK, CHARACTER_DEVICE, BLOCK_DEVICE, DIRECTORY, FIFO})
NO_FILE = WITHOUT_DATA | {VOLUME_LABEL, FOLDER_DUMP}
"""What no file comes from. Of any other kind, even an unknown one, tools unpack a file, as POSIX wants."""
SETUID_SETGID = 0o6000

BLOCK = 512


class Member(NamedTuple):
    """One member as it stands in the archive. A NamedTuple, for its speed: archives may have 100,000 of them.

    `number` counts from 1; `offset` is where its first header starts, in bytes of the tar; `path` and `target` are raw bytes.
    `kind` is the type flag, with FILE for all that mean a regular file, DIRECTORY also for v7's file that ends with a slash,
    SPARSE and CONTINUATION for each of the ways to write such a file. `size` is what the archive holds of it, in bytes.
    """

    number: int
    offset: int
    path: bytes
    kind: bytes
    size: int
    target: bytes
    mode: int


class FileRun(NamedTuple):
    """Files one after the other with nothing odd in their headers: no setuid, no link, no extended header.

    `number` and `offset` are those of the first; `paths` and `sizes` have an item for each file. A path may still be anything.
    """

    number: int
    offset: int
    paths: list[bytes]
    sizes: list[int]

    def members(self) -> Iterator[Member]:
        """Each file as the member that it is, the permission bits left out."""
        offset = self.offset
        for number, (path, size) in enumerate(zip(self.paths, self.sizes, strict=True), self.number):
            yield Member(number, offset, path, FILE, size, b"", 0)
            offset += BLOCK + size + -size % BLOCK
