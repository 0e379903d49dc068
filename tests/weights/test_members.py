"""Which members are refused, how each is named, and what the user is told to type."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest

from aces_action.output.verdict import Policy, Verdict
from aces_action.problems.weights.fault import IN_S3
from aces_action.resources.weights.inspect import inspect_archive
from aces_action.resources.weights.rules import MAX_ENTRIES, MAX_PROBLEMS
from tests.weights.builder import END, GNU, MODEL, file, folder, gz, header, link, long_name
from tests.weights.corpus import MEMBERS, Sample


def inspected(members: bytes, *, policy: Policy = "strict", name: str = "deploy.tar.gz") -> Verdict:
    return inspect_archive(io.BytesIO(gz(members + END)), name=name, policy=policy)


@pytest.mark.parametrize("sample", MEMBERS, ids=str)
def test_a_member_that_sagemaker_might_refuse_is_named(sample: Sample) -> None:
    (problem,) = inspect_archive(io.BytesIO(sample.archive), name="deploy.tar.gz").problems
    assert (problem.code, problem.severity) == (f"ACES-{sample.code}", "error")
    assert sample.words in problem.message.en
    assert "(member 4 of 4, byte 3,584 of the tar)" in problem.message.en
    assert "Failed to extract model data archive" in problem.hint.en
    assert "\ntar czf deploy.tar.gz " in problem.hint.en


def test_the_data_of_a_sparse_file_is_passed_over() -> None:
    extended = bytearray(header(b"net", kind=b"S", size=7, magic=GNU))
    extended[482] = 1
    extended[148:156] = b"%06o\0 " % (sum(extended) - sum(extended[148:156]) + 8 * 32)
    sparse = bytes(extended) + bytes(504) + b"\1" + bytes(7) + bytes(512) + b"weights".ljust(512, b"\0")
    assert [problem.code for problem in inspected(sparse + MODEL).problems] == ["ACES-W007"]


@pytest.mark.parametrize(
    "member",
    [
        pytest.param(link(b"m/a", b"/etc/passwd"), id="absolute"),
        pytest.param(link(b"m/a", b"../../x"), id="above"),
        pytest.param(link(b"a", b".."), id="above the top"),
        pytest.param(link(b"m/a", b"b/../../x"), id="above through another name"),
        pytest.param(link(b"m/a", b"b/.."), id="by way of what may be a link"),
        pytest.param(link(b"m/a", b""), id="without target"),
        pytest.param(link(b"m/a", b"models/none", kind=b"1"), id="hard link to what is not there"),
        pytest.param(link(b"m/a", b"../x", kind=b"1"), id="hard link above"),
    ],
)
def test_a_link_that_leaves_the_archive_is_refused_even_when_lenient(member: bytes) -> None:
    (problem,) = inspected(MODEL + member, policy="lenient").problems
    assert (problem.code, problem.severity) == ("ACES-W004", "error")
    assert "leaves the archive" in problem.message.en


def test_a_file_behind_a_link_is_refused_even_when_lenient() -> None:
    verdict = inspected(MODEL + link(b"latest", b"models") + file(b"latest/x"), policy="lenient")
    assert [(problem.code, problem.severity) for problem in verdict.problems] == [
        ("ACES-W004", "warning"),
        ("ACES-W009", "error"),
    ]
    assert not verdict.ok


def test_names_cannot_forge_log_lines_or_flood_them() -> None:
    verdict = inspected(link(b"a\n::error::\x1b[31m", "\u202egnp.exe".encode()) + long_name(b"." + b"x" * 3000) + file(b"."))
    first, second, _ = verdict.problems
    assert first.message.en.startswith("a\\n::error::\\x1b[31m -> \\u202egnp.exe is a symbolic link")
    assert len(second.message.en) < 400
    assert all(entry.path.isprintable() and len(entry.path) <= 201 for entry in verdict.entries)


def test_only_the_first_problems_are_told_one_by_one() -> None:
    hidden = b"".join(file(b"m/.%d" % number) for number in range(MAX_PROBLEMS + 1234))
    verdict = inspected(hidden)
    assert len(verdict.problems) == MAX_PROBLEMS + 1
    assert (verdict.problems[-1].code, verdict.problems[-1].severity) == ("ACES-W013", "error")
    assert "1,234 more problems" in verdict.problems[-1].message.en
    lenient = inspected(hidden, policy="lenient")
    assert lenient.ok
    assert lenient.problems[-1].severity == "warning"
    assert not inspected(hidden + file(b"/x"), policy="lenient").ok


def test_only_the_first_files_are_listed() -> None:
    verdict = inspected(b"".join(file(b"m/%d" % number) for number in range(MAX_ENTRIES + 50)))
    assert (len(verdict.entries), verdict.files) == (MAX_ENTRIES, MAX_ENTRIES + 50)


def test_a_file_that_runs_with_its_owners_rights_is_warned_of() -> None:
    verdict = inspected(MODEL + file(b"models/run", mode=0o4755))
    (problem,) = verdict.problems
    assert (problem.code, verdict.ok) == ("ACES-W014", True)
    assert "mode 4755" in problem.message.en


def test_a_needless_folder_named_like_the_archive_is_warned_of() -> None:
    (problem,) = inspected(folder(b"./deploy/") + file(b"./deploy/net.pth")).problems
    assert (problem.code, problem.severity) == ("ACES-W015", "warning")
    assert problem.hint.en.endswith("tar czf deploy.tar.gz -C deploy .")


@pytest.mark.parametrize(
    ("members", "folders"),
    [
        pytest.param(file(b"my models/net.pth") + file(b"x/.y"), "'my models' x", id="quoted"),
        pytest.param(file(b"/home/me/net.pth"), "DIR", id="absolute"),
        pytest.param(file(b"-rf/.x"), "DIR", id="like an option"),
        pytest.param(b"".join(file(b"%d/.x" % number) for number in range(9)), "DIR", id="too many"),
        pytest.param(file(b".git/x"), "DIR", id="hidden alone"),
    ],
)
def test_the_command_names_the_folders_of_the_archive(members: bytes, folders: str) -> None:
    command = inspected(members).problems[0].hint.en.splitlines()[-1]
    assert command.removeprefix("tar czf deploy.tar.gz --exclude='.[!./]*' --exclude=__MACOSX ") == (
        f"--dereference --hard-dereference {folders}"
    )


def test_the_commands_that_pack_the_archive_again_are_told_once() -> None:
    told = inspected(MODEL + file(b"models/.a") + file(b"models/.b") + link(b"models/latest", b"net.pth")).problems
    assert [problem.hint.en.count("aces-action weights pack") for problem in told] == [1, 0, 0]


def test_an_archive_in_s3_is_packed_and_then_pushed_over_itself() -> None:
    source = io.BytesIO(gz(MODEL + file(b"models/.a") + END))
    at = "s3://plates-dev/shared/weights/deploy.tar.gz"
    (problem,) = inspect_archive(source, name="deploy.tar.gz", origin=replace(IN_S3, uri=at)).problems
    commands = "aces-action weights pack models -o deploy.tar.gz\naces-action weights push deploy.tar.gz"
    assert f"\n{commands} {at}\n" in problem.hint.en
    assert "weights push" not in inspected(MODEL + file(b"models/.a")).problems[0].hint.en


def test_half_an_archive_in_s3_may_be_whole_at_home() -> None:
    whole = gz(MODEL + END)
    origin = replace(IN_S3, uri="s3://plates-dev/my weights/deploy.tar.gz")
    (problem,) = inspect_archive(io.BytesIO(whole[: len(whole) // 2]), name="deploy.tar.gz", origin=origin).problems
    assert problem.hint.ja.splitlines()[1:3] == [
        "aces-action weights check deploy.tar.gz",
        "aces-action weights push deploy.tar.gz 's3://plates-dev/my weights/deploy.tar.gz'",
    ]


def test_files_with_problems_are_marked_in_the_list() -> None:
    entries = inspected(MODEL + file(b"models/.a") + link(b"models/latest", b"net.pth")).entries[-2:]
    assert [(entry.path, entry.target, entry.code) for entry in entries] == [
        ("models/.a", "", "ACES-W005"),
        ("models/latest", "net.pth", "ACES-W004"),
    ]


def test_a_member_is_named_in_japanese_too() -> None:
    (problem,) = inspected(MODEL + link(b"models/latest", b"../v2")).problems
    assert problem.message.ja == ("models/latest -> ../v2 はシンボリックリンクです（4件中4番目のメンバー、tarの3,584バイト目）。")
    advice, command, other, _ = problem.hint.ja.splitlines()
    assert advice == (
        "リンクではなく、ファイルそのものを含めてください。"
        "このままではSageMakerが数分後に「Failed to extract model data archive」とだけ出して失敗します。"
    )
    assert command == "aces-action weights pack models -o deploy.tar.gz"
    assert other == "GNU tarだけで作る場合:"
