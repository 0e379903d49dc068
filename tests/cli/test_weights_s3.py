"""`aces-action weights push`, and `check` and `ls` of what is in S3, with a person's own credentials."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from botocore.exceptions import EndpointConnectionError

from aces_action.cli.aws import aws_explained
from aces_action.problems import ActionError
from sandbox.archives import make_weights
from sandbox.seed import admin_session, make_bucket
from sandbox.server import Sandbox
from tests.cli.conftest import CTRL_C, Ended, aces_action, at_a_terminal
from tests.screen import Screen
from tests.weights.builder import ARCHIVE, END, MODEL, gz, link
from tests.weights.s3.conftest import KEY, VERDICT_KEY, Bucket

REFUSED = gz(MODEL + link(b"models/latest", b"net.pth") + END)
Run = Callable[..., Ended]


@pytest.fixture
def bucket(sandbox: Sandbox) -> Iterator[Bucket]:
    """The bucket of a project of its own."""
    name = f"p-{uuid.uuid4().hex[:8]}-dev"
    make_bucket(sandbox, admin_session(), name)
    made = Bucket(client=admin_session().client("s3", endpoint_url=sandbox.aws_url), name=name, url=sandbox.aws_url)
    made.calls()
    yield made
    made.no_more_faults()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "deploy.tar.gz").write_bytes(ARCHIVE)
    (tmp_path / "refused.tar.gz").write_bytes(REFUSED)
    return tmp_path


@pytest.fixture
def signed_in(sandbox: Sandbox) -> dict[str, str]:
    credentials = admin_session().get_credentials()
    assert credentials is not None
    return {
        "AWS_ENDPOINT_URL": sandbox.aws_url,
        "AWS_ACCESS_KEY_ID": credentials.access_key,
        "AWS_SECRET_ACCESS_KEY": credentials.secret_key,
        "AWS_EC2_METADATA_DISABLED": "true",
    }


@pytest.fixture
def run(signed_in: dict[str, str], folder: Path) -> Run:
    """Runs a verb of `weights` where the archives are."""

    def run(*arguments: str, **variables: str) -> Ended:
        given = {name: value for name, value in (signed_in | variables).items() if value}
        return aces_action("weights", *arguments, cwd=folder, **given)

    return run


@pytest.mark.parametrize(
    ("arguments", "english", "japanese"),
    [
        (["push", "deploy.tar.gz"], "Give a target: s3://BUCKET/KEY", "s3://BUCKET/KEY、または"),
        (["push", "deploy.tar.gz", "--env", "dev"], "Give a target: s3://BUCKET/KEY", "s3://BUCKET/KEY、または"),
        (["push", "deploy.tar.gz", "s3://b-dev/w/", "--env", "dev"], "Give TARGET, or", "TARGETと、"),
        (["push", "deploy.tar.gz", "--project", "Plates", "--env", "dev"], "--project: 'Plates' is not", "--project: 「Plates」"),
    ],
)
def test_wrong_use_is_said_in_both_languages(run: Run, arguments: list[str], english: str, japanese: str) -> None:
    for language, words in (("en", english), ("ja", japanese)):
        ended = run(*arguments, "--language", language)
        assert ended.status == 2
        assert ended.err.startswith(f"✗ {words}")


@pytest.mark.parametrize("arguments", [["check", "s3://b-dev"], ["push", "deploy.tar.gz", "b-dev/weights/deploy.tar.gz"]])
def test_what_is_no_address_is_said_before_anybody_is_asked(run: Run, arguments: list[str]) -> None:
    ended = run(*arguments, AWS_ACCESS_KEY_ID="", AWS_SECRET_ACCESS_KEY="")
    assert ended.status == 1
    assert "is not the URI of an object in S3." in ended.err


def test_whoever_is_not_signed_in_is_told_how_to(run: Run, bucket: Bucket) -> None:
    for arguments in (["push", "deploy.tar.gz", bucket.uri], ["check", bucket.uri]):
        ended = run(*arguments, AWS_ACCESS_KEY_ID="", AWS_SECRET_ACCESS_KEY="", AWS_CONFIG_FILE="none")
        assert ended.status == 1
        assert ended.err.startswith("error ACES-A001: There are no AWS credentials.\n  Sign in, or choose a profile")


def test_expired_credentials_come_with_what_a_person_can_do(run: Run, bucket: Bucket) -> None:
    bucket.fault("GetObject", kind="error", status=400, code="ExpiredToken", message="expired", times=None)
    bucket.put(ARCHIVE)
    ended = run("check", bucket.uri)
    assert ended.status == 1
    assert "ACES-A001" in ended.err
    assert "  aws sso login\n" in ended.err


def test_a_missing_permission_comes_with_what_a_person_can_do_and_with_awss_words(run: Run, bucket: Bucket) -> None:
    bucket.put(ARCHIVE)
    bucket.deny("GetObject", "s3:GetObject")
    for language, advice, said in (
        ("en", "Use a profile that has it (AWS_PROFILE)", "AWS said: "),
        ("ja", "AWS_PROFILEで", "AWSの応答: "),
    ):
        ended = run("check", bucket.uri, "--language", language)
        assert ended.status == 1
        assert "ACES-A005" in ended.err
        assert advice in ended.err
        assert said in ended.err
        assert "AWS_ROLE_ARN" not in ended.err


def test_without_a_connection_nobody_is_told_of_jobs_and_runners() -> None:
    with pytest.raises(ActionError) as caught, aws_explained():
        raise EndpointConnectionError(endpoint_url="https://s3.ap-northeast-1.amazonaws.com")
    [problem] = caught.value.problems
    assert problem.code == "ACES-A007"
    assert problem.hint.en.startswith("Try again. If that does not help, check the region")
    assert problem.hint.ja.startswith("もう一度実行してください。")
    assert "runner" not in problem.hint.en


def test_a_damaged_object_may_be_whole_at_home(run: Run, bucket: Bucket) -> None:
    bucket.put(ARCHIVE[: len(ARCHIVE) // 2])
    ended = run("check", bucket.uri)
    assert ended.status == 1
    assert "Check your own file, and upload it again if it is intact:\n" in ended.out


def test_an_object_that_is_not_there_is_said_with_the_command_that_puts_it_there(run: Run, bucket: Bucket) -> None:
    ended = run("check", bucket.uri)
    assert ended.status == 1
    assert ended.err.startswith(f"error ACES-P002: There are no weights at {bucket.uri}.\n")
    assert f"  aces-action weights push deploy.tar.gz {bucket.uri}\n" in ended.err


def test_a_missing_bucket_is_said_before_the_file_is_read(run: Run, bucket: Bucket) -> None:
    for language, words in (("en", "There is no S3 bucket nobucket-dev."), ("ja", "S3バケットnobucket-devがありません。")):
        ended = run("push", "not-there.tar.gz", "s3://nobucket-dev/shared/weights/deploy.tar.gz", "--language", language)
        assert (ended.status, ended.out) == (1, "")
        assert f" ACES-P001: {words}\n" in ended.err
    assert set(bucket.calls()) == {"HeadBucket"}


def test_a_missing_bucket_is_said_to_whoever_may_not_read_in_it(run: Run, bucket: Bucket) -> None:
    for operation in ("HeadObject", "GetObject"):
        bucket.deny(operation, "s3:GetObject")
    assert "ACES-P001" in run("push", "deploy.tar.gz", "s3://nobucket-dev/shared/weights/deploy.tar.gz").err


def test_whoever_may_not_look_at_the_bucket_may_push_into_it(run: Run, bucket: Bucket) -> None:
    bucket.deny("HeadBucket", "s3:ListBucket")
    assert run("push", "deploy.tar.gz", bucket.uri).status == 0


def test_after_ctrl_c_it_is_said_that_the_next_push_resumes(bucket: Bucket, folder: Path, signed_in: dict[str, str]) -> None:
    bucket.fault("PutObject", kind="slow", seconds=20, times=None)
    for language, words in (
        ("en", "Cancelled. Push again: parts that are in S3"),
        ("ja", "中止しました。もう一度pushしてください。"),
    ):
        arguments = ("weights", "push", "deploy.tar.gz", bucket.uri, "--language", language)
        ended = at_a_terminal(*arguments, cwd=folder, replies=(("100%", CTRL_C),), **signed_in)
        assert ended.status == 130
        assert words in ended.out


def test_a_push_that_goes_on_with_an_interrupted_one_says_so(run: Run, bucket: Bucket, folder: Path) -> None:
    make_weights(folder / "large.tar.gz", megabytes=20)
    bucket.fault("UploadPart", kind="error", status=403, code="AccessDenied", message="denied", skip=1, times=None)
    assert run("push", "large.tar.gz", bucket.uri).status == 1
    bucket.no_more_faults()
    ended = run("push", "large.tar.gz", bucket.uri)
    assert ended.status == 0, ended.err
    assert re.search(r"Pushed to \S+: resumed an interrupted upload, [\d.]+ MB sent, [\d.]+ MB were there\.", ended.out)


def test_a_bad_archive_is_not_pushed(run: Run, bucket: Bucket) -> None:
    ended = run("push", "refused.tar.gz", bucket.uri)
    assert (ended.status, ended.out) == (1, "")
    assert ended.err.startswith("error ACES-W004: models/latest -> net.pth is a symbolic link")
    assert ended.err.endswith("✗ 1 error\n")
    assert bucket.listing() == []


def test_an_infra_file_with_mistakes_is_said_before_anything_is_sent(run: Run, bucket: Bucket, folder: Path) -> None:
    (folder / "infra.yml").write_text("names:\n  bukket: x\n")
    ended = run("push", "deploy.tar.gz", "--project", "plates", "--env", "dev", "--config-path", "infra.yml")
    assert ended.status == 2
    assert ended.err.startswith("infra.yml:2:3: error ACES-C011: ")
    assert bucket.calls() == []


def test_what_is_pushed_has_its_verdict_beside_it_and_the_second_time_nothing_is_sent(run: Run, bucket: Bucket) -> None:
    first, again = run("push", "deploy.tar.gz", bucket.uri), run("push", "deploy.tar.gz", bucket.uri, "--language", "ja")
    assert (first.status, first.err, again.status) == (0, "", 0)
    assert first.out.endswith(f"✓ No problems\nPushed to {bucket.uri}: {len(ARCHIVE)} B sent.\n")
    assert again.out.endswith(f"✓ 問題なし\n同じ重みファイルがすでに{bucket.uri}にあります。\n")
    assert bucket.listing() == [KEY, VERDICT_KEY]


def test_project_and_environment_lead_to_where_the_action_looks(run: Run, bucket: Bucket, folder: Path) -> None:
    project = bucket.name.removesuffix("-dev")
    assert run("push", "deploy.tar.gz", "--project", project, "--env", "dev").status == 0
    (folder / "server/infra/configs").mkdir(parents=True)
    (folder / f"server/infra/configs/{project}-dev-algorithm-server-infra.yml").write_text(
        "account_id: 012345678901\nnames:\n  weights_key: models/best.tar.gz\nSAGEMAKER_INSTANCE_TYPE: ml.m5.large\n"
        "aws_batch_instance_type: m5.large\n"
    )
    assert run("push", "deploy.tar.gz", "--project", project, "--env", "dev").status == 0
    assert bucket.listing() == ["models/best.tar.gz", "models/best.tar.gz.verdict.json", KEY, VERDICT_KEY]


def test_a_verdict_that_cannot_be_kept_is_a_warning(run: Run, bucket: Bucket) -> None:
    message = "User: me is not authorized to perform: s3:PutObject on resource: verdict"
    bucket.fault("PutObject", kind="error", status=403, code="AccessDenied", message=message, skip=1)
    ended = run("push", "deploy.tar.gz", bucket.uri)
    assert ended.status == 0
    assert ended.out.startswith("warning ACES-W017: ")


def test_what_is_in_s3_is_checked_and_listed(run: Run, bucket: Bucket) -> None:
    bucket.put(REFUSED)
    checked, listed = run("check", bucket.uri), run("ls", bucket.uri)
    assert (checked.status, listed.status) == (1, 1)
    assert f"\nChecked {bucket.uri} (" in checked.out
    assert "  latest -> net.pth  ← ACES-W004\n" in listed.out
    assert bucket.listing() == [KEY]
    bucket.calls()
    run("push", "deploy.tar.gz", bucket.uri)
    bucket.calls()
    assert run("check", bucket.uri).status == 0
    assert bucket.calls() == ["HeadObject", "GetObject"]


def test_the_region_is_the_profiles_own(run: Run, bucket: Bucket, folder: Path) -> None:
    bucket.put(ARCHIVE)
    (folder / "config").write_text("[profile me]\nregion = us-west-2\n")
    assert run("check", bucket.uri, AWS_CONFIG_FILE="config", AWS_PROFILE="me").status == 0
    ended = run("check", bucket.uri, AWS_CONFIG_FILE="config", AWS_PROFILE="nobody")
    assert (ended.status, "Traceback" in ended.err) == (1, False)
    assert "AWS_PROFILE is nobody" in ended.err


@pytest.mark.parametrize(
    ("language", "columns", "there", "gone"),
    [
        ("en", 120, f"sent {'█' * 30} 100%  18 MB  S3 is assembling the parts", "left"),
        ("ja", 60, f"送信 {'█' * 23} 100%  18MB  S3が結合しています", "残り"),
        ("ja", 24, "送信 ███████ 100%  18MB", "残り"),
    ],
)
def test_a_slow_push_is_seen_to_its_end_on_one_line_of_any_width(
    bucket: Bucket, folder: Path, signed_in: dict[str, str], language: str, columns: int, there: str, gone: str
) -> None:
    make_weights(folder / "large.tar.gz", megabytes=20)
    bucket.fault("CompleteMultipartUpload", kind="slow", seconds=1)
    arguments = ("weights", "push", "large.tar.gz", bucket.uri, "--language", language)
    ended = at_a_terminal(*arguments, cwd=folder, replies=(), **{**signed_in, "COLUMNS": str(columns)})
    assert ended.status == 0, ended.out
    drawn = ended.out.split("\r")
    assert there in {line.removesuffix("\x1b[K") for line in drawn}, ended.out
    screen = Screen(columns).shows(ended.out)
    _, sent = (line for line in screen if "100%" in line)
    assert gone not in sent
    assert re.fullmatch(r"(sent|送信) █+ 100%  18 ?MB(  [\d.,]+ ?MB/(s|秒))?", sent)
    assert len([line for line in screen if re.match("(sent|送信) ", line)]) == 1


def test_ctrl_c_leaves_the_line_as_it_was_and_nothing_after_it(bucket: Bucket, folder: Path, signed_in: dict[str, str]) -> None:
    make_weights(folder / "large.tar.gz", megabytes=20)
    bucket.fault("CompleteMultipartUpload", kind="slow", seconds=20, times=None)
    arguments = ("weights", "push", "large.tar.gz", bucket.uri)
    ended = at_a_terminal(*arguments, cwd=folder, replies=(("S3 is assembling", CTRL_C),), COLUMNS="100", **signed_in)
    assert ended.status == 130
    screen = Screen(100).shows(ended.out)
    (place,) = (number for number, line in enumerate(screen) if line.startswith("sent "))
    assert "^C" not in screen[place]
    assert "Cancelled. Push again" in screen[place + 1]
