"""`aces-action validate --fix`: what it changes, what it never touches, and what it says."""

from __future__ import annotations

import json
import os
import random
import shlex
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aces_action.cli.checking import check
from aces_action.cli.discovery import Selection
from aces_action.cli.fixes import fix_files, preview
from tests.cli.conftest import EXAMPLE, INFRA, REGISTER, WORKFLOW, Repository, aces_action
from tests.conftest import ROOT
from tests.project.test_mutations import VALID

MARK = b"\xef\xbb\xbf"
MISTYPED = ('"content"', '"context"')


def git(repository: Repository, *arguments: str) -> None:
    names = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "init.defaultBranch=main"]
    subprocess.run(["git", *names, *arguments], cwd=repository.path, check=True, capture_output=True)


def test_what_can_only_mean_one_thing_is_fixed_and_shown(repository: Repository) -> None:
    before = (repository.path / REGISTER).read_bytes()
    repository.replace(REGISTER, *MISTYPED)
    ended = repository.run("validate", "--fix")
    assert (ended.status, ended.err) == (0, "")
    assert ended.out.startswith(f"Fixed 1 place in 1 file:\n\n--- {REGISTER}\n+++ {REGISTER}\n@@ ")
    assert '\n-            "context": "画像' in ended.out
    assert '\n+            "content": "画像' in ended.out
    assert ended.out.endswith("✓ No problems\n")
    assert (repository.path / REGISTER).read_bytes() == before


def test_all_files_are_fixed_and_what_needs_a_person_is_left_and_told(repository: Repository) -> None:
    repository.replace(REGISTER, '"plan_id": 1,', '"plan_id"：1，')
    repository.replace(INFRA, "account_id: '123456789012'", "acount_id: 123456789012")
    repository.replace(WORKFLOW, "platform-token:", "platform_token:")
    repository.replace(INFRA, "aws_batch\n", "batch\n")
    ended = repository.run("validate", "--fix")
    assert ended.status == 2
    assert ended.out.startswith("Fixed 5 places in 3 files:\n")
    assert "Did you mean aws_batch?" in ended.out
    assert ended.out.endswith("✗ 1 error\n")


def test_it_is_said_how_many_can_be_fixed(repository: Repository) -> None:
    repository.replace(REGISTER, *MISTYPED)
    repository.replace(REGISTER, '"simple"', '"movie"')
    assert "\n`aces-action validate --fix` fixes 1 of these.\n✗ 2 errors\n" in repository.run("validate").out
    assert "このうち1件は`aces-action validate --fix`で修正できます。" in repository.run("validate", "--language", "ja").out


def test_diff_shows_it_and_writes_nothing(repository: Repository) -> None:
    repository.replace(REGISTER, *MISTYPED)
    before = (repository.path / REGISTER).read_bytes()
    for flags in (("--diff",), ("--diff", "--fix")):
        ended = repository.run("validate", *flags)
        assert ended.status == 2
        assert ended.out.startswith("--fix would change 1 place in 1 file:\n")
        assert '+            "content":' in ended.out
        assert "error ACES-C011" in ended.out
    assert (repository.path / REGISTER).read_bytes() == before


def test_the_words_around_the_diff_are_japanese_too(repository: Repository) -> None:
    repository.replace(REGISTER, *MISTYPED)
    assert repository.run("validate", "--diff", "--language", "ja").out.startswith(
        "--fixで、1個のファイルの1か所を修正できます。\n"
    )
    assert repository.run("validate", "--fix", "--language", "ja").out.startswith("1個のファイルの1か所を修正しました。\n")
    assert repository.run("validate", "--fix", "--language", "ja").out.startswith("自動で修正できるものはありません。\n")


def test_where_nothing_can_be_fixed_nothing_is_written(repository: Repository) -> None:
    times = {path: path.stat().st_mtime_ns for path in repository.path.rglob("*") if path.is_file()}
    ended = repository.run("validate", "--fix")
    assert ended.out.startswith("There is nothing to fix automatically.\n")
    assert {path: path.stat().st_mtime_ns for path in repository.path.rglob("*") if path.is_file()} == times


@pytest.mark.parametrize("form", ["json", "sarif", "github"])
def test_other_formats_stay_what_they_are_and_the_diff_goes_beside_them(repository: Repository, form: str) -> None:
    repository.replace(REGISTER, *MISTYPED)
    ended = repository.run("validate", "--fix", "--format", form)
    assert ended.status == 0
    assert '+            "content":' in ended.err
    assert "@@" not in ended.out
    if form != "github":
        json.loads(ended.out)


def test_json_and_sarif_carry_the_fix_as_data(repository: Repository) -> None:
    repository.replace(REGISTER, *MISTYPED)
    (problem,) = json.loads(repository.run("validate", "--format", "json").out)["problems"]
    line = problem["line"]
    assert problem["fix"] == {"line": line, "column": 13, "end_line": line, "end_column": 22, "text": '"content"'}
    (result,) = json.loads(repository.run("validate", "--format", "sarif").out)["runs"][0]["results"]
    (change,) = result["fixes"][0]["artifactChanges"]
    region = {"startLine": line, "startColumn": 13, "endLine": line, "endColumn": 22}
    assert change["replacements"] == [{"deletedRegion": region, "insertedContent": {"text": '"content"'}}]
    assert change["artifactLocation"]["uri"] == REGISTER


def test_files_are_named_from_where_the_person_is(repository: Repository) -> None:
    repository.replace(REGISTER, *MISTYPED)
    ended = aces_action("validate", "repository", "--fix", cwd=repository.path.parent)
    assert f"--- repository/{REGISTER}\n" in ended.out
    assert ended.status == 0


def test_mark_line_ends_mode_and_comments_stay(repository: Repository) -> None:
    path = repository.path / INFRA
    before = MARK + path.read_bytes().replace(b"\n", b"\r\n") + "# 最後の行 　：".encode()
    path.write_bytes(before.replace(b"account_id: '123456789012'", b"acount_id:   123456789012\t"))
    path.chmod(0o640)
    assert repository.run("validate", "--fix").status == 0
    assert path.read_bytes() == before.replace(b"account_id: '123456789012'", b"account_id:   '123456789012'\t")
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert [each.name for each in path.parent.iterdir()] == [path.name], "nothing is left beside it"


def test_a_secret_beside_a_fix_is_not_shown(repository: Repository) -> None:
    repository.replace(
        WORKFLOW, "platform-token: ${{ secrets.PLATFORM_TOKEN }}", "platform-token: hunter2hunter2\n          comand: plan"
    )
    ended = repository.run("validate", "--fix")
    assert "+          command: plan" in ended.out
    assert "hunter2" not in ended.out
    assert "hunter2hunter2" in (repository.path / WORKFLOW).read_text("utf-8")


def test_a_file_that_git_has_conflicts_in_is_left_as_it_is(repository: Repository) -> None:
    git(repository, "init")
    git(repository, "add", "-A")
    git(repository, "commit", "-m", "one")
    for branch, plan in (("theirs", "2"), ("main", "3")):
        git(repository, "checkout", *(["-b"] if branch == "theirs" else []), branch)
        repository.replace(REGISTER, '"plan_id": 1', f'"plan_id": {plan}')
        git(repository, "commit", "-am", branch)
    with pytest.raises(subprocess.CalledProcessError):
        git(repository, "merge", "theirs")
    mistyped = (EXAMPLE / REGISTER).read_bytes().replace(b'"content"', b'"context"')
    (repository.path / REGISTER).write_bytes(mistyped)  # without marks, but nobody has told git that it is resolved
    ended = repository.run("validate", "--fix")
    assert ended.status == 2
    assert f"{REGISTER} was left as it is: git has an unresolved conflict in it." in ended.out
    assert (repository.path / REGISTER).read_bytes() == mistyped


def test_a_link_is_followed_inside_the_repository_and_stays_a_link(repository: Repository) -> None:
    repository.replace(REGISTER, *MISTYPED)
    link = repository.path / REGISTER
    shutil.move(link, repository.path / "real.json")
    link.symlink_to("../../real.json")
    assert repository.run("validate", "--fix").status == 0
    assert link.is_symlink()
    assert (repository.path / "real.json").read_bytes() == (EXAMPLE / REGISTER).read_bytes()


def test_a_link_out_of_the_repository_is_never_written_through(repository: Repository) -> None:
    repository.replace(REGISTER, *MISTYPED)
    link, outside = repository.path / REGISTER, repository.path.parent / "outside.json"
    shutil.move(link, outside)
    link.symlink_to(outside)
    before = outside.read_bytes()
    ended = repository.run("validate", "--fix")
    assert (ended.status, outside.read_bytes()) == (2, before)
    assert "ACES-C019" in ended.out


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everything")
def test_a_file_that_may_not_be_written_is_an_error_and_stays(repository: Repository) -> None:
    repository.replace(REGISTER, *MISTYPED)
    (repository.path / REGISTER).chmod(0o444)
    ended = repository.run("validate", "--fix")
    assert ended.status == 1
    assert '"context"' in (repository.path / REGISTER).read_text("utf-8")


def test_where_nothing_more_can_be_written_the_file_is_named_and_stays_as_it_is(repository: Repository) -> None:
    repository.replace(REGISTER, *MISTYPED)
    before = (repository.path / REGISTER).read_bytes()
    limited = (
        f"ulimit -f 0; exec {shlex.quote(sys.executable)} -B -m aces_action validate --fix"  # as on a full disk, also for root
    )
    done = subprocess.run(
        ["bash", "-c", limited], cwd=repository.path, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, check=False
    )
    assert (done.returncode, done.stderr.decode()) == (1, f"✗ Not possible: File too large: {REGISTER}\n")
    assert (repository.path / REGISTER).read_bytes() == before
    assert [file.name for file in (repository.path / REGISTER).parent.iterdir() if file.name.startswith(".")] == []


# What is right, broken at random in the ways that can be fixed and in others

WIDE = {":": "：", ",": "，", " ": "\u3000", '"': "“", "#": "＃", "{": "｛", "}": "｝", "[": "［", "]": "］"}
FORMS = [(mark, line_end) for mark in (b"", MARK) for line_end in ("\n", "\r\n")]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("fixes") / "repository"
    shutil.copytree(EXAMPLE, path)
    return path


def _damaged(text: str, seed: int, count: int) -> str:
    """The text with full-width signs for some, and slips of the pen in some words."""
    chance = random.Random(seed)  # noqa: S311
    for _ in range(count):
        at = chance.randrange(1, len(text) - 1)
        match chance.randrange(4):
            case 0:
                places = [place for place, sign in enumerate(text) if sign in WIDE]
                at = chance.choice(places)
                text = text[:at] + WIDE[text[at]] + text[at + 1 :]
            case 1:
                text = text[:at] + text[at + 1 :]
            case 2:
                text = text[:at] + text[at + 1] + text[at] + text[at + 2 :]
            case _:
                text = text[:at] + chance.choice("_-xX'\u200b\u00a0\u3000\t,") + text[at:]
    return text


@settings(max_examples=40)
@given(index=st.integers(0, len(VALID) - 1), seed=st.integers(0, 10**9), count=st.integers(1, 6), form=st.sampled_from(FORMS))
def test_after_a_fix_nothing_more_can_be_fixed_and_all_other_lines_are_the_same(
    folder: Path, index: int, seed: int, count: int, form: tuple[bytes, str]
) -> None:
    mark, line_end = form
    for file, text in VALID[:1] + VALID[2:3] + VALID[4:5]:
        (folder / file).write_text(text, "utf-8")
    file, text = VALID[index]
    broken = _damaged(text, seed, count)
    content = mark + broken.replace("\n", line_end).encode()
    (folder / file).write_bytes(content)
    selection = Selection(project="number-plate-detection", env="dev")
    offered = preview(folder, selection)
    assert (folder / file).read_bytes() == content
    fixed = fix_files(folder, selection)
    after = (folder / file).read_bytes()
    assert bool(offered.files) == bool(fixed.files) == (after != content)
    assert not any(problem.fix for problem in check(folder, selection).problems)
    assert after.startswith(MARK) == bool(mark)
    assert after.count(b"\r\n") == content.count(b"\r\n")
    lines = list(zip(content.split(b"\n"), after.split(b"\n"), strict=True))
    changed = [before for before, now in lines if before != now]
    assert len(changed) <= fixed.places
    assert all(before.split(b"#", 1)[1:] == now.split(b"#", 1)[1:] for before, now in lines if before.lstrip().startswith(b"#"))


def test_a_fix_never_gives_a_valid_file_another_meaning(folder: Path) -> None:
    for file, text in VALID:
        (folder / file).write_text(text, "utf-8")
        assert not preview(folder, Selection(project="number-plate-detection", env="dev")).files, file
        (folder / file).write_bytes((EXAMPLE / file).read_bytes())
