"""W: the archive of weights. A module for each thing that finds problems, with its kinds and the functions that make them."""

from __future__ import annotations

from aces_action.problems.weights import contents, fit, gzip, members, names, packing, push, s3, tar

KINDS = tuple(
    sorted(
        (kind for module in (gzip, tar, members, names, contents, s3, push, packing, fit) for kind in module.KINDS),
        key=lambda kind: kind.code,
    )
)
