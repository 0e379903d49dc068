"""A run from its environment to its exit status, as far as it needs neither AWS nor the platform."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from aces_action.language import Text
from aces_action.main import run
from aces_action.problems import internal_error

ROOT = Path(__file__).parent.parent
EXAMPLE = ROOT / "examples/number-plate-detection"
WORKFLOW = ".github/workflows/build_on_push_develop.yml"
REGISTER = "server/algorithms/register.json"
INFRA = "server/infra/configs/number-plate-detection-dev-algorithm-server-infra.yml"
GUIDE = {
    "ENV": "dev",
    "Project": "number-plate-detection",
    "DEPLOY_TAG": "deploy",
    "AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/number-plate-detection-dev-github-actions-role",
    "TENANT_ID": "3f2b8c1e-6d4a-4f7b-9a51-0c8e2d7f6b13",
    "FRONTEND_IMAGE_PATH": "server/algorithms/example_algorithm.png",
    "INPUT_COMMAND": "validate",
}
HEAVY = ("boto3", "botocore", "sagemaker", "requests", "urllib3", "pydantic", "isal")


@dataclass(frozen=True, slots=True, kw_only=True)
class Repository:
    path: Path

    def replace(self, file: str, old: str, new: str) -> None:
        text = (self.path / file).read_text(encoding="utf-8")
        assert text.count(old) == 1
        (self.path / file).write_text(text.replace(old, new), encoding="utf-8")

    def run(self, log: io.StringIO | None = None, **variables: str) -> tuple[int, str]:
        """Exit status and log of a run under GitHub, with the guide's variables but for these."""
        log = log or io.StringIO()
        runner = {
            "GITHUB_ACTIONS": "true",
            "GITHUB_WORKSPACE": str(self.path),
            "GITHUB_OUTPUT": str(self.path.parent / "output"),
            "GITHUB_STEP_SUMMARY": str(self.path.parent / "summary"),
            "GITHUB_REPOSITORY": "org/plates",
            "GITHUB_WORKFLOW_REF": f"org/plates/{WORKFLOW}@refs/heads/develop",
            "GITHUB_JOB": "deploy",
        }
        return run({**runner, **GUIDE, **variables}, log), log.getvalue()

    def written(self, name: str) -> str:
        return (self.path.parent / name).read_text(encoding="utf-8")


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    shutil.copytree(EXAMPLE, tmp_path / "repository", ignore=shutil.ignore_patterns("*-staging-*"))
    return Repository(path=tmp_path / "repository")


def annotated(log: str) -> list[tuple[str, str]]:
    """Code and file of each error, in the order of the log; the file is empty where none is to blame."""
    found = re.findall(r"^::error (?:file=([^,:]*),)?[^\n]*?::(ACES-\w+) ", log, flags=re.MULTILINE)
    return [(code, file) for file, code in found]


def test_a_valid_configuration_is_told_as_such(repository: Repository) -> None:
    status, log = repository.run()
    assert status == 0
    assert "1 service: numberplate (simple)" in log
    assert "real-time endpoint on 1 × ml.t2.xlarge" in log
    assert annotated(log) == []
    assert "valid" in repository.written("output")


def test_all_that_is_wrong_with_settings_and_files_is_told_in_one_run(repository: Repository) -> None:
    repository.replace(REGISTER, '"simple"', '"simpel"')
    repository.replace(REGISTER, '"frame",', '"frame"')
    repository.replace(INFRA, "aws_batch_instance_type: m5.xlarge", "aws_batch_instance_type: [m5.xlarge")
    repository.replace(WORKFLOW, "ENV: dev", "ENV: prod")
    status, log = repository.run(TENANT_ID="aces", ENV="prod", INPUT_COMMAND="deploy")
    assert status == 2
    assert sorted(annotated(log)) == [
        ("ACES-C002", REGISTER),
        ("ACES-C003", INFRA),
        ("ACES-C004", REGISTER),
        ("ACES-S002", ""),
        ("ACES-S002", WORKFLOW),
    ]
    assert all(code in repository.written("summary") for code, _ in annotated(log))
    assert "ACES-S002" in repository.written("output")


def test_a_placeholder_in_a_variable_is_annotated_at_its_line_of_the_workflow(repository: Repository) -> None:
    repository.replace(WORKFLOW, GUIDE["TENANT_ID"], "<REPLACE_YOUR_TENANT_ID>")
    line = repository.path.joinpath(WORKFLOW).read_text(encoding="utf-8").partition("<REPLACE")[0].count("\n") + 1
    status, log = repository.run(TENANT_ID="<REPLACE_YOUR_TENANT_ID>")
    assert status == 2
    assert re.search(
        rf"^::error file={WORKFLOW},line={line},(?:endLine={line},)?col=18,endColumn=42,title=[^:]+::ACES-S003 ",
        log,
        re.MULTILINE,
    )


def test_warnings_alone_do_not_stop_a_run(repository: Repository) -> None:
    repository.replace(REGISTER, '"plan_id": 1', '"plan_id": 2')
    status, log = repository.run()
    assert status == 0
    assert f"::warning file={REGISTER}" in log
    assert "ACES-C013" in repository.written("summary")


def test_the_language_of_a_run_is_that_of_its_input_even_if_other_inputs_are_wrong(repository: Repository) -> None:
    status, log = repository.run(INPUT_LANGUAGE="ja", ENV="prod")
    assert status == 2
    assert "ENV（入力env）の値「prod」は使えません。" in log


def test_an_error_of_the_actions_own_is_told_with_its_place_and_without_a_traceback() -> None:
    def broken() -> None:
        raise LookupError("the reason")

    with pytest.raises(LookupError) as raised:
        broken()
    problem = internal_error(raised.value, Text("Look closer.", "詳しく見てください。"))
    assert problem.code == "ACES-X001"
    assert problem.message.ja == "aces-action自身のエラーです: LookupError: the reason"
    assert f"{Path(__file__).name}:" in problem.hint.ja
    assert problem.hint.en.endswith("; Look closer.")


def test_validate_loads_nothing_that_talks_to_a_network(repository: Repository) -> None:
    program = f"import sys; from aces_action.main import main; main(); print('loaded', *(set({HEAVY!r}) & set(sys.modules)))"
    environ = {**GUIDE, "GITHUB_WORKSPACE": str(repository.path), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", program], env=environ, capture_output=True, text=True, encoding="utf-8", check=True
    )
    assert "1 service: numberplate" in done.stdout
    assert done.stdout.splitlines()[-1] == "loaded"


def test_what_cannot_be_written_keeps_nothing_else_from_being_written(repository: Repository, tmp_path: Path) -> None:
    status, log = repository.run(GITHUB_OUTPUT=str(tmp_path), INPUT_LANGUAGE="ja")
    assert status == 0
    assert repository.written("summary").startswith("## ✅")
    for what in ("ステップの出力", "出力`plan`と`summary`"):
        assert f"::ACES-X005 {what}を書き込めません: フォルダです。%0A" in log
    assert "✓\x1b[0m 設定にエラーはありません" in log.splitlines()[-1]


@pytest.mark.parametrize("broken", ["plan_output", "summary_output", "summary"])
def test_a_fault_in_a_page_hides_neither_result_nor_exit_status(
    broken: str, repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> str:
        raise LookupError("the reason")

    monkeypatch.setattr(f"aces_action.output.summary.{broken}", fail)
    status, log = repository.run(ENV="prod")
    assert status == 2
    what = "The job summary" if broken == "summary" else "The outputs `plan` and `summary`"
    assert f"ACES-X005 {what} could not be written: LookupError: the reason." in log
    assert "✗\x1b[0m failed" in log.splitlines()[-1]
    assert re.search(r"^result<<(\S+)\nfailed\n\1\n", repository.written("output"), re.MULTILINE)
    assert broken == "summary" or repository.written("summary").startswith("## ❌")


def test_a_log_that_nobody_takes_changes_no_exit_status(repository: Repository) -> None:
    class Lost(io.StringIO):
        def write(self, text: str, /) -> int:
            if "::error" in text:
                raise BrokenPipeError(text)
            return super().write(text)

    assert repository.run(Lost(), ENV="prod")[0] == 2
    assert repository.written("summary").startswith("## ❌")


def test_a_log_that_nobody_takes_from_the_first_line_on_is_an_error_of_the_run(repository: Repository) -> None:
    class Closed(io.StringIO):
        def write(self, text: str, /) -> int:
            raise BrokenPipeError(text)

    assert repository.run(Closed())[0] == 1
    assert "ACES-X001" in repository.written("summary")


def test_a_run_that_is_cancelled_before_it_is_ready_says_so(repository: Repository) -> None:
    program = """
import os, signal, sys

from aces_action.main import main


class Cancelling:
    def find_spec(self, name, *_):
        if name == "aces_action.running":
            os.kill(os.getpid(), signal.SIGTERM)


sys.meta_path.insert(0, Cancelling())
sys.exit(main())
"""
    environ = {**GUIDE, "GITHUB_WORKSPACE": str(repository.path), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", program], env=environ, capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert done.returncode == 143
    assert done.stdout.splitlines()[0].startswith("aces-action ")
    assert "ACES-X002" in done.stdout
    assert done.stderr == ""
