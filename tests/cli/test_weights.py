"""`aces-action weights check`, `ls` and `pack` on files, as a person calls them."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from aces_action.cli.commands.weights_pack import left_out, stored_links
from aces_action.resources.weights.survey import StoredLink
from tests.cli.conftest import ROOT, Ended, aces_action, at_a_terminal
from tests.weights.builder import ARCHIVE, END, MODEL, file, gz, link

REFUSED = gz(MODEL + link(b"models/latest", b"net.pth") + file(b"models/.DS_Store") + END)
HINT = """\
  aces-action weights pack models -o deploy.tar.gz
  or with GNU tar alone:
  tar czf deploy.tar.gz --exclude='.[!./]*' --exclude=__MACOSX --dereference --hard-dereference models
"""


def weights(*arguments: str, cwd: Path, **variables: str) -> Ended:
    return aces_action("weights", *arguments, cwd=cwd, **variables)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a sound archive, one that is refused, and what a third may be made of."""
    (tmp_path / "deploy.tar.gz").write_bytes(ARCHIVE)
    (tmp_path / "refused.tar.gz").write_bytes(REFUSED)
    models = tmp_path / "datadrive/models"
    models.mkdir(parents=True)
    (models / "net.pth").write_bytes(b"weights" * 1000)
    (models / "latest.pth").symlink_to("net.pth")
    (models / ".DS_Store").touch()
    return tmp_path


class TestCheck:
    def test_a_refused_archive_is_told_as_validate_tells_problems(self, folder: Path) -> None:
        ended = weights("check", "refused.tar.gz", cwd=folder)
        assert (ended.status, ended.err) == (1, "")
        first, second, end = ended.out.split("\n\n")
        assert first.startswith(
            "error ACES-W004: models/latest -> net.pth is a symbolic link (member 4 of 5, byte 3,584 of the tar).\n"
            "  Store the file itself instead of a link to it. SageMaker would only say"
        )
        assert HINT.replace("deploy", "refused") in first
        assert second.startswith("error ACES-W005: models/.DS_Store is hidden ('.DS_Store')")
        assert re.fullmatch(
            r"Checked refused\.tar\.gz \(\d+ B\): 5 members, 1\.3 kB unpacked\nsha256 [0-9a-f]{64}\n✗ 2 errors\n", end
        )

    def test_it_is_wholly_in_japanese_when_asked_for(self, folder: Path) -> None:
        told = weights("check", "refused.tar.gz", "--language", "ja", cwd=folder).out
        assert told.startswith("エラー ACES-W004: models/latest -> net.pth はシンボリックリンクです")
        assert "検査したファイル: refused.tar.gz（" in told
        assert "、メンバー5件、展開後1.3kB）\n" in told
        assert told.endswith("✗ エラー2件\n")

    def test_a_lenient_policy_warns_of_what_stays_inside(self, folder: Path) -> None:
        ended = weights("check", "refused.tar.gz", "--policy", "lenient", cwd=folder)
        assert ended.status == 0
        assert ended.out.startswith("warning ACES-W004: ")
        assert ended.out.endswith("✓ 2 warnings\n")

    def test_a_truncated_archive_is_told_how_far_it_went(self, folder: Path) -> None:
        (folder / "half.tar.gz").write_bytes(ARCHIVE[: len(ARCHIVE) // 2])
        ended = weights("check", "half.tar.gz", cwd=folder)
        assert ended.status == 1
        assert "error ACES-W002: half.tar.gz: the gzip stream is cut off" in ended.out
        assert "\nChecked half.tar.gz up to the damage: " in ended.out

    @pytest.mark.parametrize("size", [0, len(ARCHIVE) // 2])
    def test_a_damaged_file_of_ones_own_is_to_be_fetched_or_packed_again_as_nobody_has_uploaded_it(
        self, folder: Path, size: int
    ) -> None:
        (folder / "half.tar.gz").write_bytes(ARCHIVE[:size])
        english, japanese = (weights("check", "half.tar.gz", "--language", each, cwd=folder).out for each in ("en", "ja"))
        assert "Did it come from elsewhere? Then fetch it again.\n  If not, pack it again:\n  aces-action weights pack" in english
        assert "入手し直してください。\n  そうでなければ、まとめ直してください:\n  aces-action weights pack" in japanese
        assert "upload" not in english
        assert "アップロード" not in japanese

    @pytest.mark.parametrize(
        ("place", "words"),
        [("none.tar.gz", "none.tar.gz cannot be read: No such file or directory."), ("datadrive", "Is a directory.")],
    )
    def test_what_cannot_be_read_is_said_without_a_traceback(self, folder: Path, place: str, words: str) -> None:
        ended = weights("check", place, cwd=folder)
        assert (ended.status, ended.out) == (1, "")
        assert ended.err.startswith("error ACES-C019: ")
        assert words in ended.err
        assert weights("check", place, "--language", "ja", cwd=folder).err.startswith(
            f"エラー ACES-C019: {place}を読み込めません: "
        )

    def test_a_sound_archive_is_fine(self, folder: Path) -> None:
        ended = weights("check", "deploy.tar.gz", cwd=folder)
        assert (ended.status, ended.err) == (0, "")
        assert ended.out.endswith("✓ No problems\n")

    def test_standard_input_is_read(self, folder: Path) -> None:
        for name, status in (("deploy.tar.gz", 0), ("refused.tar.gz", 1)):
            with (folder / name).open("rb") as source:
                command = [sys.executable, "-m", "aces_action", "weights", "check", "-"]
                done = subprocess.run(command, stdin=source, cwd=ROOT, env={"LANG": "C.UTF-8"}, capture_output=True, check=False)
            assert done.returncode == status
            assert b"Checked - (" in done.stdout

    def test_other_programs_get_one_json_object(self, folder: Path) -> None:
        ended = weights("check", "refused.tar.gz", "--format", "json", cwd=folder)
        assert ended.status == 1
        told = json.loads(ended.out)
        assert (told["version"], told["place"], told["ok"], told["policy"]) == (1, "refused.tar.gz", False, "strict")
        assert (told["members"], told["files"], told["unpacked_size"]) == (5, 3, 1298)
        assert told["entries"][-2] == {"path": "models/latest", "size": 0, "target": "net.pth", "code": "ACES-W004"}
        assert told["summary"] == {"errors": 2, "warnings": 0}
        assert [problem["code"] for problem in told["problems"]] == ["ACES-W004", "ACES-W005"]

    def test_in_json_what_a_damaged_archive_does_not_tell_is_null(self, folder: Path) -> None:
        (folder / "half.tar.gz").write_bytes(ARCHIVE[: len(ARCHIVE) // 2])
        told = json.loads(weights("check", "half.tar.gz", "--format", "json", cwd=folder).out)
        assert (told["size"], told["sha256"], told["ok"]) == (None, None, False)

    def test_in_a_github_job_problems_are_annotations(self, folder: Path) -> None:
        told = weights("check", "refused.tar.gz", cwd=folder, GITHUB_ACTIONS="true").out
        assert told.startswith("::error title=Link in the archive::ACES-W004 models/latest -> net.pth")

    def test_it_needs_neither_aws_nor_what_reads_configuration(self, folder: Path) -> None:
        program = (
            "import sys, aces_action.cli.app as c; c.main(['weights', 'check', sys.argv[1]]);"
            "print(*sorted({'boto3', 'botocore', 'jsonschema', 'yaml', 'requests', 'tarfile', 'traceback'} & set(sys.modules)))"
        )
        command = [sys.executable, "-c", program, str(folder / "deploy.tar.gz")]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        assert done.stdout.splitlines()[-2:] == ["✓ No problems", ""]

    def test_whoever_waits_at_a_terminal_sees_a_bar(self, folder: Path) -> None:
        told = at_a_terminal("weights", "check", "deploy.tar.gz", cwd=folder).out
        assert f"\rchecked {'█' * 30} 100%" in told

    def test_a_cancelled_check_of_standard_input_ends_at_once(self) -> None:
        with subprocess.Popen(
            [sys.executable, "-m", "aces_action", "weights", "check", "-"],
            cwd=ROOT,
            env={"LANG": "C.UTF-8"},
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as process:
            wait_for_thread(process.pid)
            process.send_signal(signal.SIGINT)
            assert process.wait(timeout=10) == 130
            assert process.stderr is not None
            assert process.stderr.read() == b"\nCancelled.\n"


def wait_for_thread(pid: int) -> None:
    """Until the process reads: from then on it has more than one thread."""
    deadline = time.monotonic() + 30
    while len(list(Path(f"/proc/{pid}/task").iterdir())) == 1:
        assert time.monotonic() < deadline
        time.sleep(0.01)


class TestLs:
    def test_every_file_is_listed_and_what_is_wrong_is_marked(self, folder: Path) -> None:
        ended = weights("ls", "refused.tar.gz", cwd=folder)
        assert ended.status == 1
        assert ended.out.splitlines() == [
            "models/  1.3 kB",
            "  net.yml  11 B",
            "  net.pth  1.28 kB",
            "  latest -> net.pth  ← ACES-W004",
            "  .DS_Store  7 B  ← ACES-W005",
            "3 files, 1.3 kB",
        ]
        assert ended.err == "✗ 2 errors: aces-action weights check refused.tar.gz\n"

    def test_more_files_than_a_summary_shows_are_all_listed(self, folder: Path) -> None:
        many = gz(b"".join(file(b"models/part-%03d" % number) for number in range(300)) + END)
        (folder / "many.tar.gz").write_bytes(many)
        ended = weights("ls", "many.tar.gz", "--language", "ja", cwd=folder)
        assert ended.out.count("part-") == 300
        assert ended.out.endswith("\n300ファイル、2.1kB\n")

    def test_a_name_cannot_play_tricks_on_the_terminal(self, folder: Path) -> None:
        (folder / "odd.tar.gz").write_bytes(gz(file(b"m/\x1b[2Jnet\n::error::") + END))
        told = weights("ls", "odd.tar.gz", cwd=folder).out
        assert "\x1b" not in told
        assert "\n::error" not in told


class TestPack:
    def test_a_link_that_leads_out_stops_it_and_nothing_is_left(self, folder: Path) -> None:
        (folder / "datadrive/models/other.pth").symlink_to("/etc/hosts")
        ended = weights("pack", "datadrive", "-o", "new.tar.gz", cwd=folder)
        assert (ended.status, ended.out) == (1, "")
        assert ended.err.startswith("error ACES-W004: datadrive/models/other.pth -> /etc/hosts leads out of the folder")
        assert not [path for path in folder.iterdir() if "new" in path.name]

    @pytest.mark.parametrize(
        ("arguments", "english", "japanese"),
        [
            ([], "Missing argument 'DIR...'.", "DIR...を指定してください。"),
            (["datadrive", "-o", "x.tgz"], "--output: SageMaker takes weights only", "--output: SageMakerが読み込む"),
            (["datadrive", "-o", "no/x.tar.gz"], "--output: there is no folder no.", "--output: フォルダnoがありません。"),
            (["datadrive", "-o", "dir.tar.gz"], "--output: dir.tar.gz is a folder.", "--output: dir.tar.gzはフォルダです。"),
            (["models", "-C", "no"], "--directory: there is no folder no.", "--directory: フォルダnoがありません。"),
        ],
    )
    def test_wrong_use_is_said(self, folder: Path, arguments: list[str], english: str, japanese: str) -> None:
        (folder / "dir.tar.gz").mkdir()
        for language, words in (("en", english), ("ja", japanese)):
            ended = weights("pack", *arguments, "--language", language, cwd=folder)
            assert (ended.status, ended.out) == (2, "")
            assert ended.err.startswith(f"✗ {words}")

    def test_links_are_refused_when_that_is_wanted(self, folder: Path) -> None:
        ended = weights("pack", "datadrive", "--links", "refuse", cwd=folder)
        assert ended.status == 1
        assert "error ACES-W004: datadrive/models/latest.pth -> net.pth is a symbolic link." in ended.err

    def test_a_folder_that_takes_no_file_is_said(self, folder: Path) -> None:
        ended = weights("pack", "datadrive", "-o", "/proc/x.tar.gz", cwd=folder)  # not even root may write there
        assert ended.status == 1
        assert ended.err.startswith("✗ Not possible: No such file or directory: /proc/.x.tar.gz.partial")

    def test_what_it_makes_is_checked_and_what_it_left_out_is_said(self, folder: Path) -> None:
        ended = weights("pack", "models", "-C", "datadrive", "-o", "new.tar.gz", cwd=folder)
        assert (ended.status, ended.err) == (0, "")
        left, links, link, twice, checked, digest, count = ended.out.splitlines()
        assert left == "Left out, as hidden or a cache: models/.DS_Store"
        assert (links, link) == ("Links stored as the files they lead to: 1", "  models/latest.pth -> net.pth  7 kB")
        assert twice.startswith("Because of them, 7 kB are in the archive more than once (SageMaker cannot extract links).")
        assert re.fullmatch(r"Checked new\.tar\.gz \(\d+ B\): 3 members, 14 kB unpacked", checked)
        assert digest.startswith("sha256 ")
        assert count == "✓ No problems"
        assert weights("check", "new.tar.gz", cwd=folder).status == 0

    def test_each_link_is_named_with_its_bytes_in_japanese_and_in_json_too(self, folder: Path) -> None:
        (folder / "datadrive/models/same.pth").hardlink_to(folder / "datadrive/models/net.pth")
        told = weights("pack", "models", "-C", "datadrive", "-o", "new.tar.gz", "--language", "ja", cwd=folder).out
        assert told.splitlines()[1:5] == [
            "リンク先のファイルとして含めたリンク: 2件",
            "  models/latest.pth -> net.pth  7kB",
            "  models/same.pth = models/net.pth（ハードリンク）  7kB",
            (
                "リンクのため、14kBが重複して入っています（SageMakerはリンクを展開できません）。"
                "サーバに不要なリンクを削除して、まとめ直してください。"
            ),
        ]
        ended = weights("pack", "models", "-C", "datadrive", "-o", "new.tar.gz", "--format", "json", cwd=folder)
        told = json.loads(ended.out)
        assert (told["ok"], told["files"], told["repeated_size"]) == (True, 3, 14_000)
        assert told["left_out"] == ["models/.DS_Store"]
        assert told["links"] == [
            {"path": "models/latest.pth", "kind": "symbolic", "target": "net.pth", "size": 7000},
            {"path": "models/same.pth", "kind": "hard", "target": "models/net.pth", "size": 7000},
        ]

    def test_of_many_links_the_largest_are_named(self) -> None:
        links = [StoredLink(name=f"m/{number}", kind="symbolic", target="x", size=number) for number in range(25)]
        told = stored_links(links, 0)
        assert told.en.splitlines()[1] == "  m/24 -> x  24 B"
        assert told.en.splitlines()[-1] == "  and 5 more  10 B"
        assert told.ja.splitlines()[-1] == "  ほか5件  10B"
        assert not stored_links([], 0)

    def test_an_archive_that_was_there_is_replaced_only_by_a_whole_one(self, folder: Path) -> None:
        (folder / "datadrive/models/large.pth").touch()
        os.truncate(folder / "datadrive/models/large.pth", 20 << 30)  # sparse: takes a minute to pack
        with subprocess.Popen(
            [sys.executable, "-m", "aces_action", "weights", "pack", "datadrive"],
            cwd=folder,
            env={"PYTHONPATH": str(ROOT), "LANG": "C.UTF-8"},
            stderr=subprocess.PIPE,
        ) as process:
            wait_for_thread(process.pid)
            process.send_signal(signal.SIGINT)
            assert process.wait(timeout=30) == 130
        assert (folder / "deploy.tar.gz").read_bytes() == ARCHIVE
        assert [path.name for path in folder.iterdir() if "partial" in path.name] == []

    def test_of_much_that_is_left_out_the_first_are_named(self) -> None:
        names = [f".{number}" for number in range(12)]
        told = left_out(names)
        assert told.en == "Left out, as hidden or a cache: .0, .1, .2, .3, .4, .5, .6, .7 and 4 more"
        assert told.ja == "除いたもの（隠しファイル、キャッシュ）: .0, .1, .2, .3, .4, .5, .6, .7 ほか4件"
        assert not left_out([])
