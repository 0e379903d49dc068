"""`aces-action init` as a person answers it, at a real terminal of 80 columns: wrong answers, keys that edit, giving up."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
import yaml

from aces_action.packaged_files import resource
from aces_action.project.platform_contract import PACKAGED
from sandbox.platform.app import running
from sandbox.seed import ACCOUNT
from sandbox.server import Sandbox
from tests.cli.conftest import CTRL_C, REGISTER, WORKFLOW, Ended, at_a_terminal
from tests.cli.test_init import FILES, NEEDED, OWNER, TENANT, written

ENTER, CTRL_D = "\n", "\x04"
LEFT, UP, BACKSPACE = "\x1b[D", "\x1b[A", "\x7f"
MARK = "> "
EMAIL, PASSWORD = "engineer@example.com", "pässwörd 1"
TEXTS = ("--name", "plates", "--title", "Plates", "--subtitle", "車番", "--content", "Reads plates.")
REST = (
    "--region",
    "ap-northeast-1",
    "--mode",
    "async",
    "--cpu",
    "--platform-url",
    "http://a.internal",
    "--runner",
    "vpc",
    *TEXTS,
)


def asked(words: str, answer: str) -> tuple[tuple[str, str], ...]:
    """A question, and what is typed once the mark behind it says that the terminal is ready for it."""
    return (words, ""), (MARK, answer)


def told(words: str, answer: str) -> tuple[tuple[str, str], ...]:
    """What is said of a wrong answer, and the next one."""
    return asked(words, answer)


def answer_to(folder: Path, *arguments: str, replies: tuple[tuple[tuple[str, str], ...], ...] = (), **variables: str) -> Ended:
    """Without AWS, but for what the variables say: neither files of this machine nor its instance's."""
    environ = {"HOME": str(folder.parent), "AWS_EC2_METADATA_DISABLED": "true", "COLUMNS": "80", **variables}
    flat = tuple(reply for each in replies for reply in each)
    ended = at_a_terminal("init", *arguments, cwd=folder, replies=flat, **environ)
    assert "^[" not in ended.out, "an arrow key is echoed"
    return ended


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "Car Parts"
    made.mkdir()
    return made


def service(folder: Path) -> dict[str, str]:
    found: dict[str, str] = json.loads((folder / REGISTER).read_text(encoding="utf-8"))["services"][0]
    return found


def variables(folder: Path) -> dict[str, str]:
    found: dict[str, str] = yaml.safe_load((folder / WORKFLOW).read_text(encoding="utf-8"))["jobs"]["deploy"]["env"]
    return found


def test_a_person_is_asked_for_everything_and_asked_again_with_the_reason(folder: Path) -> None:
    ended = answer_to(
        folder,
        replies=(
            asked("Project name [car-parts]", "Plates\n"),
            told("✗ 'Plates' is not valid: it must be ", ENTER),
            asked("Environment [dev]", "4\n"),
            told("✗ '4' is not one of these: type a number from 1 to 3, or dev, staging,", "develop\n"),
            told("✗ 'develop' is not one of these", ENTER),
            asked("AWS account id\r\n", ENTER),
            told("✗ This needs an answer.", "1234\n"),
            told("✗ '1234' is not an AWS account id: it must have 12 digits.", "０１２３４５６７８９０１\n"),
            asked("AWS region [ap-northeast-1]", ENTER),
            asked("Serving mode [realtime-and-batch]", "２\n"),
            asked("CPU or GPU [cpu]", "GPU\n"),
            asked("internal API\r\n[http://api-dev.aces-platform-dev.internal]", ENTER),
            asked("Tenant id on the ACES Platform", "aces\n"),
            told("✗ 'aces' is not valid: it must be ", f"{TENANT}\n"),
            asked("Runner of the workflow [self-hosted]", "self-hosted, gpu build\n"),
            told("✗ 'self-hosted, gpu build' is not valid", "self-hosted, build\n"),
            asked("Owner of aces-action's repository on GitHub", "a/b\n"),
            told("✗ 'a/b' is no name on GitHub.", "aces-inc\n"),
            asked("task_name [car-parts]", ENTER),
            asked("English name in the list [Car Parts]", "あ" * 21 + "\n"),
            told("✗ services[0].title has 63 bytes", ENTER),
            asked("Japanese name in the list [Car Parts]", "部品\n"),
            asked("Description in the list [Car Parts]", ENTER),
        ),
    )
    assert ended.status == 0, ended.out
    assert {re.sub("plates-dev", "car-parts-dev", file) for file in FILES} - written(folder) == {
        file for file in FILES if file.startswith("server/smoke-test/job")
    }
    assert service(folder)["subtitle"] == "部品"
    assert variables(folder)["Project"] == "car-parts"
    assert ":012345678901:role/" in variables(folder)["AWS_ROLE_ARN"]
    assert "PLATFORM_URL" not in variables(folder)  # that of dev is the action's own default
    infra = (folder / "server/infra/configs/car-parts-dev-algorithm-server-infra.yml").read_text(encoding="utf-8")
    assert "SAGEMAKER_INSTANCE_TYPE: 'ml.g4dn.xlarge'" in infra


@pytest.mark.parametrize("given_up", [CTRL_C, CTRL_D])
def test_a_person_who_gives_up_has_nothing_written(given_up: str, folder: Path) -> None:
    replies = (asked("Project name", "plates\n"), asked("Environment", given_up))
    ended = answer_to(folder, replies=replies)
    assert ended.status == 130
    assert ended.out.rstrip().endswith("\nCancelled.")
    assert written(folder) == set()


def test_keys_edit_the_answer_also_in_japanese(folder: Path) -> None:
    given = [*NEEDED, *OWNER, *REST]
    texts = given.index("--title")
    ended = answer_to(
        folder,
        *given[:texts],
        replies=(
            asked("English name", "部品検出" + LEFT * 2 + "自動" + ENTER),
            asked("Japanese name", "部品" * 50 + BACKSPACE * 94 + ENTER),  # over the end of the line and back
            asked("Description", UP * 2 + "\x01My \x05 x" + BACKSPACE + "2" + ENTER),  # the answer before last, Ctrl-A, Ctrl-E
        ),
    )
    assert ended.status == 0, ended.out
    found = service(folder)
    assert (found["title"], found["subtitle"], found["content"]) == ("部品自動検出", "部品" * 3, "My 部品自動検出 2")


def test_what_an_option_says_is_not_asked_for(folder: Path) -> None:
    ended = answer_to(folder, *NEEDED, *OWNER, *REST)
    assert ended.status == 0, ended.out
    assert MARK not in ended.out.split("Checked")[0]


def test_no_line_of_a_question_is_wider_than_the_terminal(folder: Path) -> None:
    """In Japanese too, where a character takes two columns."""
    ended = answer_to(
        folder,
        *("--language", "ja", *OWNER, *TEXTS),
        replies=(
            *(asked(words, ENTER) for words in ("プロジェクト名 [car-parts]", "環境 [dev]")),
            asked("AWSアカウントのID", "012345678901\n"),
            *(asked(words, ENTER) for words in ("AWSリージョン", "推論の提供方法", "CPUかGPUか", "内部APIのURL")),
            asked("TENANT_ID", f"{TENANT}\n"),
            asked("ワークフローのランナー", ENTER),
        ),
    )
    assert ended.status == 0, ended.out
    lines = [re.sub(r"\x1b\[[\d;?]*[a-z]", "", line) for line in ended.out.splitlines()]
    wide = [line for line in lines if sum(2 if ord(each) > 0x2000 else 1 for each in line) > 80]
    assert [line for line in wide if not line.startswith("     ")] == []  # commands are pasted as they are
    assert "✓ 問題なし" in ended.out


def test_files_in_the_way_are_told_before_anything_is_asked(folder: Path) -> None:
    (folder / WORKFLOW).parent.mkdir(parents=True)
    (folder / WORKFLOW).write_text("on: push\n")
    ended = answer_to(folder, replies=(((f"Already here: {WORKFLOW}. ", ""),), asked("Project name", CTRL_C)))
    assert ended.status == 130
    assert ended.out.index("Already here") < ended.out.index("Project name")


def test_the_account_of_ones_credentials_is_the_default(sandbox: Sandbox, folder: Path) -> None:
    (folder.parent / ".aws").mkdir()
    keys = "aws_access_key_id = AKIAIOSFODNN7SANDBOX\naws_secret_access_key = sandbox\nregion = us-west-2\n"
    (folder.parent / ".aws/credentials").write_text(f"[parts-dev]\n{keys}")
    ended = answer_to(
        folder,
        *(*OWNER, *TEXTS, "--tenant-id", TENANT, "--env", "dev", "--mode", "async", "--cpu", "--runner", "vpc"),
        *("--platform-url", "http://a.internal", "--project", "plates"),
        replies=(
            asked(f"AWS account id [{ACCOUNT}]\r\n  Your AWS credentials (profile parts-dev) belong to this account.", ENTER),
            asked("AWS region [us-west-2]", ENTER),
        ),
        AWS_PROFILE="parts-dev",
        AWS_ENDPOINT_URL=sandbox.aws_url,
    )
    assert ended.status == 0, ended.out
    assert f":{ACCOUNT}:role/" in variables(folder)["AWS_ROLE_ARN"]
    assert variables(folder)["AWS_REGION"] == "us-west-2"


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running(str(tmp_path_factory.mktemp("accounts") / "platform.sqlite")) as url:
        tenant = {"uuid": TENANT, "name": "画像AI", "department": "R&D", "plan_id": 1, "email": EMAIL, "password": PASSWORD}
        requests.post(f"{url}/_sandbox/tenants", json=tenant, timeout=5).raise_for_status()
        yield url


def test_the_tenant_is_looked_up_with_the_account_and_asked_for_again_where_that_fails(platform: str, folder: Path) -> None:
    given = [*NEEDED, *OWNER, *REST]
    at = given.index("--tenant-id")
    default = yaml.safe_load(resource(PACKAGED).read_text(encoding="utf-8"))["api_endpoints"]["dev"]
    account = (asked("E-mail address of your account", "me\n"), told("✗ 'me' is no e-mail address.", f"{EMAIL}\n"))
    url = asked(f"Address of the accounts API [{default}]", f"{platform}\n")
    ended = answer_to(
        folder,
        *(*given[:at], *given[at + 2 :]),
        replies=(
            asked("Type ? to look it up", "？\n"),
            *account,
            url,
            (("Password (not shown, not stored): ", "wrong\n"), ("✗ ACES-R010: ", "")),
            asked("Tenant id on the ACES Platform", "?\n"),
            asked("E-mail address of your account", f"{EMAIL}\n"),
            asked("Address of the accounts API", "http://example.com\n"),
            told("must begin with https://", f"{platform}\n"),
            (("Password (not shown, not stored): ", f"{PASSWORD}\n"), (f"TENANT_ID: {TENANT} (画像AI)", "")),
        ),
    )
    assert ended.status == 0, ended.out
    assert variables(folder)["TENANT_ID"] == TENANT
    assert PASSWORD not in ended.out
