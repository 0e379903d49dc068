"""What a file really is that was given the name of a .tar.gz, or that was found inside a gzip instead of a tar."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from aces_action.file_type import file_type
from aces_action.language import Text
from aces_action.problems.weights import other_files as problems
from aces_action.problems.weights.other_files import OtherFile

_BY_TYPE: Mapping[str, Callable[[Text], OtherFile]] = {
    "lfs": problems.lfs_pointer,
    "tar": problems.tar,
    "gzip": problems.gzip,
    "zip": problems.zip_archive,
    "hdf5": problems.hdf5,
    "pickle": problems.pickle,
    **dict.fromkeys(("7z", "rar", "bzip2", "xz", "zstd"), problems.archive),
    **dict.fromkeys(("html", "s3-error", "xml", "not-found"), problems.error_page),
}
_JSON = re.compile(rb"\s*\{\s*\"")


def describe(head: bytes) -> OtherFile:
    """What the file that starts with `head` (512 bytes are enough) is, and what to do about it."""
    if kind := file_type(head):
        return _BY_TYPE.get(kind.key, problems.plain)(kind.name)
    if _JSON.match(head):
        return problems.json()
    if _has_tar_checksum(head):  # tars older than POSIX have no magic number
        return problems.old_tar()
    return problems.unknown(head[:8].hex(" "))


def _has_tar_checksum(head: bytes) -> bool:
    stated = head[148:156].strip(b" \0")
    if len(head) < 512 or not stated.isdigit() or stated.strip(b"01234567"):
        return False
    return int(stated, 8) == sum(head[:148]) + 8 * 32 + sum(head[156:512])
