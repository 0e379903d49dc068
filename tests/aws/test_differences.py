"""How the reasons of a change tell two values apart."""

from __future__ import annotations

import pytest

from aces_action.aws.differences import ABSENT, difference
from aces_action.language import Text, same

REPOSITORY = "123456789012.dkr.ecr.ap-northeast-1.amazonaws.com/plate-dev-algorithm-server"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (f"{REPOSITORY}@sha256:1f", f"{REPOSITORY}@sha256:9c", same("Image: sha256:1f -> sha256:9c")),
        (
            f"{REPOSITORY}@sha256:1f",
            f"{REPOSITORY}-async@sha256:9c",
            same(f"Image: {REPOSITORY}@sha256:1f -> {REPOSITORY}-async@sha256:9c"),
        ),
        (f"{REPOSITORY}:deploy", f"{REPOSITORY}@sha256:9c", same(f"Image: {REPOSITORY}:deploy -> {REPOSITORY}@sha256:9c")),
        (
            ABSENT,
            f"{REPOSITORY}@sha256:9c",
            Text(f"Image: (not set) -> {REPOSITORY}@sha256:9c", f"Image: （未設定） -> {REPOSITORY}@sha256:9c"),
        ),
        ("", "@sha256:9c", same("Image:  -> @sha256:9c")),
    ],
)
def test_two_images_of_one_repository_are_told_apart_by_their_digests(old: object, new: object, told: Text) -> None:
    assert difference("Image", old, new) == told
