"""The release commit: what it changes, and that a commit has changed nothing else."""

from __future__ import annotations

import re
from collections.abc import Mapping

from release.owner import NAME, ORIGIN_FILE, PLACEHOLDER, filled, is_owner

ACTION_FILE = "action.yml"
_BUILT = "  image: Dockerfile"
_PINNED = re.compile(r"  image: docker://(?P<image>\S+@sha256:[0-9a-f]{64})")


def image_name(owner: str) -> str:
    """Where a release's image is. A registry takes small letters alone, GitHub's names have both."""
    return f"ghcr.io/{owner.lower()}/{NAME}"


def with_owner(texts: Mapping[str, str], owner: str) -> dict[str, str]:
    """The files that name the action's repository, with its owner: what the image is built from."""
    return {path: new for path, text in texts.items() if (new := filled(path, text, owner)) != text}


def with_image(action: str, image: str) -> str:
    """action.yml with the released image, `name@sha256:…`, in place of the Dockerfile.

    Raises:
        ValueError: It does not name the Dockerfile exactly once, or the image has no digest.
    """
    lines = action.split("\n")
    pinned = f"  image: docker://{image}"
    if lines.count(_BUILT) != 1 or not _PINNED.fullmatch(pinned):
        raise ValueError(f"{ACTION_FILE} must have the line {_BUILT!r} once, and the image a digest: {image}")
    return "\n".join(pinned if line == _BUILT else line for line in lines)


def released_image(action: str) -> str | None:
    """The image that an action.yml names by its digest; None if it is built from the Dockerfile."""
    found = [match["image"] for line in action.split("\n") if (match := _PINNED.fullmatch(line))]
    return found[0] if len(found) == 1 else None


def commit_faults(before: Mapping[str, str], after: Mapping[str, str], owner: str, image: str) -> list[str]:
    """What a release commit has changed beside `runs.image` and the owner's placeholders, and what of these it has not.

    `before` and `after` have every file of the commit's parent and of the commit, as `Repository.files` reads them. This compares
    line by line, and does not ask how the commit was made.
    """
    if not is_owner(owner):
        return [f"{owner!r} is no owner's name"]
    faults = [f"{path} was added" for path in after.keys() - before.keys()]
    faults += [f"{path} was removed" for path in before.keys() - after.keys()]
    for path in sorted(before.keys() & after.keys()):
        old, new = before[path].split("\n"), after[path].split("\n")
        if len(old) != len(new):
            faults.append(f"{path} has {len(new)} lines, and had {len(old)}")
            continue
        faults += [
            f"{path}:{number}: {now!r}, from {was!r}"
            for number, (was, now) in enumerate(zip(old, new, strict=True))
            if was != now and not _allowed(path, was, now, owner, image)
        ]
    if released_image(after.get(ACTION_FILE, "")) != image:
        faults.append(f"{ACTION_FILE} does not name {image}")
    return sorted(faults)


def _allowed(path: str, was: str, now: str, owner: str, image: str) -> bool:
    if path == ACTION_FILE and was == _BUILT:
        return now == f"  image: docker://{image}"
    repository = was.replace(f"{PLACEHOLDER}/{NAME}", f"{owner}/{NAME}")
    return now == repository or (path == ORIGIN_FILE and (was, now) == (f'OWNER = "{PLACEHOLDER}"', f'OWNER = "{owner}"'))
