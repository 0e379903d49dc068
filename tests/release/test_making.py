"""The release commit in a repository of git's: that it can be made again, and what is seen of it afterwards."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from release.__main__ import main
from release.making import layers_epoch, make_commit, release_faults
from release.repository import Repository, clone
from release.version import Version
from tests.release.trees import IMAGE, OWNER, TREE

VERSION = Version(0, 2, 0)
PICTURE = b"\x89PNG\r\n\x1a\n\xff"
CATALOGUE = """
class Kind:
    def help_url(self, language):
        return "https://github.com/aces-inc/aces-action/blob/v0.2.0/" + PAGE
CATALOGUE = {"C001": Kind()}
PAGE = "README.md"
"""


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """`main`, with a commit that can be released as 0.2.0."""
    folder = tmp_path / "main"
    made = Repository(folder)
    for path, text in TREE.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    (folder / "aces_action/problems").mkdir()
    (folder / "aces_action/problems/catalogue.py").write_text(CATALOGUE, encoding="utf-8")
    (folder / "aces_action/language.py").write_text('LANGUAGES = ("en", "ja")\n', encoding="utf-8")
    (folder / "picture.png").write_bytes(PICTURE)
    (folder / "日本.md").write_bytes(b"one\r\ntwo")
    made.git("init", "--quiet", "--initial-branch=main")
    made.git("add", "--all")
    made.commit("All", 1_800_000_000)
    return made


def test_the_same_release_made_elsewhere_has_the_same_hash(repository: Repository, tmp_path: Path) -> None:
    other = clone(repository.folder, tmp_path / "other")
    first = make_commit(repository, VERSION, OWNER, IMAGE)
    assert make_commit(other, VERSION, OWNER, IMAGE) == first
    assert other.git("remote") == ""
    assert other.time_of(first) == 1_800_000_000


def test_a_release_made_of_a_tree_that_is_filled_in_already_is_the_same(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = clone(repository.folder, tmp_path / "other")
    monkeypatch.chdir(other.folder)
    monkeypatch.setattr("release.__main__._HERE", other.folder)
    assert main(["fill", OWNER]) == 0
    assert make_commit(other, VERSION, OWNER, IMAGE) == make_commit(repository, VERSION, OWNER, IMAGE)


@pytest.mark.parametrize("path", ["aces_action/__init__.py", "CHANGELOG.md"])
def test_a_release_of_changed_code_leaves_the_times_in_the_layers_of_the_packages_as_they_were(
    repository: Repository, path: str
) -> None:
    (repository.folder / path).write_text("# changed\n")
    commit = repository.commit("Code", 1_800_000_100)
    assert (layers_epoch(repository, commit), repository.time_of(commit)) == (1_800_000_000, 1_800_000_100)


@pytest.mark.parametrize("path", ["Dockerfile", "requirements/runtime.txt", "docs/iam/role.json"])
def test_a_release_of_other_packages_has_the_time_of_their_change(repository: Repository, path: str) -> None:
    with (repository.folder / path).open("a") as file:
        file.write("\n")
    commit = repository.commit("Packages", 1_800_000_100)
    assert layers_epoch(repository, commit) == 1_800_000_100


def test_every_file_is_read_with_its_mode_and_pictures_by_their_object(repository: Repository) -> None:
    (repository.folder / "action.yml").chmod(0o755)
    repository.commit("Executable", 1_800_000_001)
    files = repository.files("HEAD")
    assert files["action.yml"].startswith("100755\nname: ")
    assert files["日本.md"] == "100644\none\r\ntwo"
    assert files["picture.png"].startswith("100644 ")
    assert "picture.png" not in repository.texts("HEAD")


@pytest.fixture
def here(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> Repository:
    monkeypatch.setattr("release.__main__._HERE", repository.folder)
    return repository


def commit_release(*, version: str = "0.2.0", image: str = IMAGE) -> int:
    return main(["commit", version, OWNER, image])


def test_a_release_has_the_tags_of_its_version_and_major_version(here: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    assert commit_release() == 0
    assert here.tags() == ["v0", "v0.2.0"]
    assert here.commit_of("v0") == here.commit_of("v0.2.0") == here.commit_of("HEAD")
    assert capsys.readouterr().out == "v0\n"
    assert release_faults(here, "v0.2.0", OWNER) == []


def test_the_tag_of_the_major_version_stays_at_a_newer_release(here: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    main_commit = here.commit_of("HEAD")
    for tag in ("v0", "v0.10.0"):
        here.git("tag", tag)
    assert commit_release() == 0
    assert capsys.readouterr().out == "\n"
    assert here.commit_of("v0") == main_commit


def test_an_attempt_that_was_cut_off_after_its_tag_can_be_made_again(here: Repository) -> None:
    begin = here.commit_of("HEAD")
    assert commit_release() == 0
    here.git("checkout", "--quiet", begin)
    assert commit_release() == 0


@pytest.mark.parametrize(
    ("tag", "version", "image", "said"),
    [
        ("v0.2.0", "0.2.0", IMAGE, "v0.2.0 is out already"),
        ("v0.1.0", "0.3.0", IMAGE, "aces_action/__init__.py says 0.2.0, not 0.3.0"),
        ("v0.1.0", "0.2.0", "ghcr.io/aces-inc/aces-action:0.2.0", "action.yml must have the line"),
    ],
)
def test_a_release_that_may_not_be_is_not_tagged(
    tag: str, version: str, image: str, said: str, here: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    here.git("tag", tag)
    assert commit_release(version=version, image=image) == 1
    assert said in capsys.readouterr().err
    assert here.tags() == [tag]


def test_a_code_whose_page_is_not_in_the_release_keeps_it_from_being_tagged(
    here: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    catalogue = here.folder / "aces_action/problems/catalogue.py"
    catalogue.write_text(CATALOGUE.replace('"README.md"', '"docs/errors/c001.md"'), encoding="utf-8")
    here.commit("Lose a page", 1_800_000_001)
    assert commit_release() == 1
    assert (
        "a code: https://github.com/aces-inc/aces-action/blob/v0.2.0/docs/errors/c001.md leads nowhere" in capsys.readouterr().err
    )
    assert here.tags() == []


def test_a_tag_whose_commit_changed_more_is_seen_every_month(here: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    assert commit_release() == 0
    assert main(["verify", OWNER]) == 0
    assert capsys.readouterr().out.endswith(f"v0.2.0 {IMAGE}\n")
    (here.folder / "aces_action/main.py").write_text("print()\n", encoding="utf-8")
    here.git("add", "--all")
    here.git("-c", "user.name=x", "-c", "user.email=x@example.com", "commit", "--quiet", "--amend", "--no-edit")
    here.git("tag", "--force", "v0.2.0")
    assert main(["verify", OWNER]) == 1
    assert capsys.readouterr().err == "error: v0.2.0: aces_action/main.py was added\n"


def test_a_tag_without_an_image_by_digest_is_seen(here: Repository) -> None:
    here.git("tag", "v0.2.0")
    assert release_faults(here, "v0.2.0", OWNER) == ["v0.2.0: action.yml names no image by its digest"]


@pytest.mark.parametrize("arguments", [["check", "v1.2"], ["fill", "ORG"], ["fill", "a/b"], ["nothing"], []])
def test_what_is_no_version_owner_or_command_is_refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "usage: python3 -m release" in capsys.readouterr().err


def test_nothing_is_installed_to_make_a_release() -> None:
    done = subprocess.run(
        ["python3", "-S", "-c", "import release.__main__, aces_action.problems.catalogue"],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
