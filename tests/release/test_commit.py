"""The release commit changes two things, and a commit that changes anything else is seen."""

from __future__ import annotations

import pytest

from release.commit import commit_faults, image_name, released_image, with_image, with_owner
from release.owner import filled, is_owner, placeholders_left
from tests.release.trees import ACTION, DIGEST, IMAGE, OPEN, ORIGIN, OWNER, README, TREE

AFTER = TREE | with_owner(TREE, OWNER) | {"action.yml": with_image(ACTION, IMAGE)}


def test_a_release_has_the_owner_and_the_image_and_nothing_else() -> None:
    assert {path for path in TREE if TREE[path] != AFTER[path]} == {"README.md", "aces_action/origin.py", "action.yml"}
    assert AFTER["action.yml"] == ACTION.replace("Dockerfile", f"docker://{IMAGE}")
    assert AFTER["aces_action/origin.py"] == ORIGIN.replace("ORG", OWNER)
    assert commit_faults(TREE, AFTER, OWNER, IMAGE) == []


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"new.py": ""}, "new.py was added"),
        ({"README.md": None}, "README.md was removed"),
        ({"README.md": f"{AFTER['README.md']}\n"}, "README.md has 5 lines, and had 4"),
        ({"README.md": README.replace("ORG", "someone-else")}, "README.md:0: '- uses: someone-else/aces-action@v0.2.0'"),
        ({"README.md": README.replace("ORG", OWNER).replace("uses", "use")}, "README.md:0: '- use: aces-inc"),
        ({"CHANGELOG.md": TREE["CHANGELOG.md"].replace("All", "Most")}, "CHANGELOG.md:8: '- Most.', from '- All.'"),
        ({"aces_action/origin.py": ORIGIN.replace('"ORG"', '"else"')}, "aces_action/origin.py:0: 'OWNER = \"else\"'"),
        ({"Dockerfile": TREE["Dockerfile"].replace("slim", "full")}, "Dockerfile:0:"),
        ({"action.yml": ACTION}, f"action.yml does not name {IMAGE}"),
        ({"action.yml": ACTION.replace("Dockerfile", f"docker://{IMAGE[:-1]}0")}, "action.yml:4:"),
        ({"action.yml": ACTION.replace("Dockerfile", "docker://ghcr.io/aces-inc/aces-action:0.2.0")}, "action.yml:4:"),
        ({"action.yml": AFTER["action.yml"].replace("docker\n", "composite\n")}, "action.yml:3:"),
        ({"mode": "100755\n"}, "mode:0: '100755', from '100644'"),
        ({"picture": "100644 1234"}, "picture:0: '100644 1234', from '100644 0123'"),
    ],
)
def test_another_change_is_a_fault(changed: dict[str, str | None], fault: str) -> None:
    kept = {"mode": "100644\n", "picture": "100644 0123"}
    after = {path: text for path, text in (AFTER | kept | changed).items() if text is not None}
    faults = commit_faults(TREE | kept, after, OWNER, IMAGE)
    assert [each for each in faults if each.startswith(fault)] != [], faults


def test_the_owner_in_another_file_than_that_of_the_constant_is_a_fault() -> None:
    before, after = TREE | {"x.py": 'OWNER = "ORG"'}, AFTER | {"x.py": f'OWNER = "{OWNER}"'}
    assert commit_faults(before, after, OWNER, IMAGE) == ["x.py:0: 'OWNER = \"aces-inc\"', from 'OWNER = \"ORG\"'"]


@pytest.mark.parametrize("owner", ["", "ORG", "-a", "a-", "a--b", "a/b", "a b", "a" * 40, "日本"])
def test_what_is_no_owner_is_refused(owner: str) -> None:
    assert not is_owner(owner)
    assert commit_faults(TREE, AFTER, owner, IMAGE) == [f"{owner!r} is no owner's name"]


def test_an_owner_in_capitals_has_an_image_in_small_letters() -> None:
    assert is_owner("ACES-Inc")
    assert image_name("ACES-Inc") == "ghcr.io/aces-inc/aces-action"


@pytest.mark.parametrize(
    ("action", "image"),
    [
        (ACTION.replace("Dockerfile", f"docker://{IMAGE}"), IMAGE),  # released already
        (ACTION + "  image: Dockerfile\n", IMAGE),
        (ACTION, "ghcr.io/aces-inc/aces-action:0.2.0"),
        (ACTION, f"ghcr.io/aces-inc/aces action@{DIGEST}"),
        (ACTION, f"{IMAGE}0"),
    ],
)
def test_an_image_without_a_digest_or_an_action_without_the_dockerfile_is_refused(action: str, image: str) -> None:
    with pytest.raises(ValueError, match=r"action\.yml must have the line"):
        with_image(action, image)


def test_the_released_image_is_read_from_the_action() -> None:
    assert released_image(AFTER["action.yml"]) == IMAGE
    assert released_image(ACTION) is None
    assert released_image(f"{AFTER['action.yml']}  image: docker://{IMAGE}\n") is None


@pytest.mark.parametrize(
    ("path", "text", "left"),
    [
        ("README.md", README, [f"README.md:1: {OPEN}", f"README.md:3: {OPEN}"]),
        ("docs/ja/x.md", f"使うのは{OPEN}の最新", [f"docs/ja/x.md:1: {OPEN}"]),
        ("docs/x.md", "see ORG/other", ["docs/x.md:1: ORG/other"]),
        ("aces_action/origin.py", ORIGIN, ['aces_action/origin.py:1: OWNER = "ORG"']),
        ("docs/x.md", "https://github.com/ORG/plates/actions/runs/7", []),
        ("docs/x.md", "`ORG` left over", []),
        ("tests/test_x.py", OPEN, []),
    ],
)
def test_a_placeholder_that_is_left_is_found_but_for_a_readers_own_repository(path: str, text: str, left: list[str]) -> None:
    assert placeholders_left({path: text}) == left
    assert placeholders_left({path: filled(path, text, OWNER)}) == [each for each in left if "other" in each]
