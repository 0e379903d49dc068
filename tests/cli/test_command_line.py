"""The command line as a process: arguments, exit status, languages, streams."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from aces_action import __version__
from aces_action.cli.app import VERBS
from aces_action.cli.commands.weights import VERBS as WEIGHTS_VERBS
from aces_action.cli.prompts import columns
from tests.cli.conftest import ROOT, Repository, aces_action


@pytest.mark.parametrize("typed", ["deplo", "deploi", "redeploy"])
def test_who_wants_to_deploy_is_not_led_to_destroy(typed: str, tmp_path: Path) -> None:
    ended = aces_action(typed, cwd=tmp_path)
    assert (ended.status, ended.err.splitlines()[0]) == (2, f"✗ No such command '{typed}'. Did you mean 'deploy'?")
    japanese = aces_action(typed, cwd=tmp_path, LANG="ja_JP.UTF-8").err
    assert japanese.splitlines()[0] == f"✗ コマンド「{typed}」はありません。もしかして: deploy"


def test_who_wants_to_register_is_told_what_does_that(tmp_path: Path) -> None:
    ended = aces_action("register", cwd=tmp_path)
    assert (ended.status, "`aces-action deploy` lists what serves" in ended.err) == (2, True)
    assert "登録は`aces-action deploy`" in aces_action("registr", cwd=tmp_path, LANG="ja_JP.UTF-8").err


@pytest.mark.parametrize("typed", ["destory", "distroy", "destro", "stopp", "sotp", "redeploy", "develop", "delete", "remove"])
def test_no_wrong_verb_leads_to_one_that_takes_something_away(typed: str, tmp_path: Path) -> None:
    for variables in ({}, {"LANG": "ja_JP.UTF-8"}):
        ended = aces_action(typed, cwd=tmp_path, **variables)
        assert ended.status == 2
        assert not {"destroy", "stop"} & set(re.findall(r"[a-z-]+", ended.err.splitlines()[0].replace(typed, "")))


def test_a_mistyped_verb_is_told_with_the_one_that_is_meant(tmp_path: Path) -> None:
    assert "Did you mean 'status'?" in aces_action("statsu", cwd=tmp_path).err
    assert aces_action("validat", cwd=tmp_path, LANG="ja_JP.UTF-8").err.splitlines()[0].endswith("もしかして: validate")


@pytest.mark.parametrize(
    ("arguments", "english", "japanese"),
    [
        (
            ["valdate"],
            "No such command 'valdate'. Did you mean 'validate'?",
            "コマンド「valdate」はありません。もしかして: validate",
        ),
        (["weights", "psh"], "No such command 'psh'. Did you mean 'push'?", "コマンド「psh」はありません。もしかして: push"),
        (["weights", "check"], "Missing argument 'FILE'.", "FILEを指定してください。"),
        (
            ["validate", "--frmat"],
            "No such option '--frmat'. Did you mean '--format'?",
            "オプション--frmatはありません。もしかして: --format",
        ),
        (["validate", "--env"], "Option '--env' requires an argument.", "オプション--envには値が必要です。"),
        (["init", "--force=yes"], "Option '--force' does not take a value.", "オプション--forceに値は指定できません。"),
        (
            ["validate", "--env", "prod"],
            "Invalid value for '--env': 'prod' is not one of 'dev', 'staging', 'production'.",
            "--envは次のいずれかでなければなりません: dev、staging、production",
        ),
        (["validate", ".", "b"], "Got unexpected extra argument (b)", "余分な引数があります: b"),
        (["validate", ".", "b", "c d"], "Got unexpected extra arguments (b c d)", "余分な引数があります: b c d"),
        (["validate", "nowhere"], "There is no folder nowhere.", "フォルダnowhereがありません。"),
        (
            ["validate", "file"],
            "file is a file; give the top folder of the repository.",
            "fileはファイルです。リポジトリの最上位のフォルダを指定してください。",
        ),
    ],
)
def test_wrong_use_is_said_in_both_languages(arguments: list[str], english: str, japanese: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    ended = aces_action(*arguments, cwd=tmp_path)
    assert (ended.status, ended.out) == (2, "")
    assert ended.err.splitlines()[0] == f"✗ {english}"
    assert re.fullmatch(r"  aces-action( [a-z]+){0,2} --help", ended.err.splitlines()[1])
    assert aces_action(*arguments, cwd=tmp_path, LANG="ja_JP.UTF-8").err.startswith(f"✗ {japanese}\n")


def test_a_wrong_project_is_said_in_the_settings_own_words(tmp_path: Path) -> None:
    ended = aces_action("validate", "--project", "Plates", cwd=tmp_path)
    assert ended.status == 2
    assert ended.err.startswith("✗ --project: 'Plates' is not valid: it must be ")


def test_without_a_verb_there_is_help_and_failure(tmp_path: Path) -> None:
    for arguments in ([], ["--language", "ja"], ["weights"], ["weights", "--language", "ja"]):
        ended = aces_action(*arguments, cwd=tmp_path)
        assert ended.status == 2
        assert ended.out.startswith("使い方: aces-action " if "ja" in arguments else "Usage: aces-action ")


@pytest.mark.parametrize("verb", [*VERBS, *(f"weights {verb}" for verb in WEIGHTS_VERBS)])
def test_every_verb_has_help_in_both_languages(verb: str, tmp_path: Path) -> None:
    english, japanese = (aces_action(*verb.split(), "--help", "--language", language, cwd=tmp_path) for language in ("en", "ja"))
    assert english.status == japanese.status == 0
    assert english.out.isascii()
    assert re.search("[ぁ-ん]+。", japanese.out)
    assert not re.search(r"Usage:|Options:|Commands:|default:|\[required|Show this|\[OPTIONS|\[ARGS|\[COMMAND", japanese.out)
    assert max(map(columns, japanese.out.splitlines())) <= 80


def test_help_lists_every_verb_with_what_it_does(tmp_path: Path) -> None:
    told = aces_action("-h", cwd=tmp_path).out
    assert "  init       Write the files of a new project.\n  validate   Check the settings and files of a repository.\n" in told


def test_the_version_is_the_packages(tmp_path: Path) -> None:
    assert aces_action("--version", cwd=tmp_path).out == f"aces-action {__version__}\n"


def test_an_error_of_its_own_is_no_traceback_unless_it_is_asked_for() -> None:
    program = "import sys, aces_action.cli.app as c; c.program = lambda language: 1 / 0; sys.exit(c.main(['validate']))"

    def run(**variables: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", program]
        return subprocess.run(
            command, cwd=ROOT, env={"LANG": "C.UTF-8", **variables}, capture_output=True, text=True, check=False
        )

    ended = run()
    assert ended.returncode == 1
    assert ended.stderr.startswith("ACES-X001 Internal error in aces-action: ZeroDivisionError: division by zero\n")
    assert "Traceback" not in ended.stderr
    assert run(RUNNER_DEBUG="1").stderr.startswith("Traceback ")


def test_a_reader_that_goes_away_is_no_error(repository: Repository) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "aces_action", "validate"],
        cwd=repository.path,
        env={"PYTHONPATH": str(ROOT), "LANG": "C.UTF-8"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""


def test_verbs_are_imported_when_they_are_asked_for() -> None:
    program = "import sys, aces_action.cli.app as c; c.main(['--version']); print(*[m for m in sys.modules if m in {modules!r}])"
    heavy = ("aces_action.cli.commands.validate", "aces_action.settings", "jsonschema", "yaml", "boto3")
    done = subprocess.run(
        [sys.executable, "-c", program.replace("{modules!r}", repr(heavy))], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[1:] == [""]


def test_validate_brings_neither_boto3_nor_the_sdk(repository: Repository) -> None:
    program = (
        f"import sys, aces_action.cli.app as c; c.main(['validate', {str(repository.path)!r}]);"
        "print(*sorted({m.partition('.')[0] for m in sys.modules} & {'boto3', 'botocore', 'sagemaker', 'requests', 'pydantic'}))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-2:] == ["✓ No problems", ""]


@pytest.mark.parametrize("page", ["docs/command-line.md", "docs/ja/command-line.md"])
def test_the_shell_completes_verbs_and_options_as_it_is_documented(page: str, tmp_path: Path) -> None:
    text = (ROOT / page).read_text("utf-8")
    for shell in ("bash", "zsh", "fish"):
        assert f"_ACES_ACTION_COMPLETE={shell}_source aces-action" in text
    for words, at, expected in (("aces-action va", "1", "validate"), ("aces-action validate --f", "2", "--fix")):
        ended = aces_action(cwd=tmp_path, _ACES_ACTION_COMPLETE="bash_complete", COMP_WORDS=words, COMP_CWORD=at)
        assert f"plain,{expected}" in ended.out.splitlines()
