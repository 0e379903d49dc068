"""Members that are neither files, folders nor links.

How SageMaker handles them is not documented. GNU tar, libarchive's bsdtar and Python's tarfile differ on nearly all of them.
"""

from __future__ import annotations

from aces_action.problems.weights import members as problems
from aces_action.problems.weights.fault import Fault
from aces_action.resources.weights.member import (
    BLOCK_DEVICE,
    CHARACTER_DEVICE,
    CONTINUATION,
    FIFO,
    FOLDER_DUMP,
    OLD_LONG_NAMES,
    SOLARIS_ACL,
    SOLARIS_ATTRIBUTES,
    SPARSE,
    VOLUME_LABEL,
)

_FAULTS = {
    CHARACTER_DEVICE: problems.device(),
    BLOCK_DEVICE: problems.device(),
    FIFO: problems.pipe(),
    SPARSE: problems.sparse_file(),
    VOLUME_LABEL: problems.volume_label(),
    FOLDER_DUMP: problems.folder_dump(),
    CONTINUATION: problems.continuation(),
    OLD_LONG_NAMES: problems.old_long_names(),
    SOLARIS_ACL: problems.solaris_attribute(),
    SOLARIS_ATTRIBUTES: problems.solaris_attribute(),
}


def unusual_member(kind: bytes) -> Fault:
    """`kind`: any type flag, known or not."""
    return _FAULTS.get(kind) or problems.unknown_type(kind.decode() if kind.isalnum() else f"0x{kind.hex()}")
