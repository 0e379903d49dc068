"""docs/calling.md: its Python code does what it says, against the local AWS, and its commands are such as the AWS CLI takes."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Caller
from tests.test_calls import parameters, words_of

ROOT = Path(__file__).parents[2]
PAGES = {name: (ROOT / "docs" / name).read_text(encoding="utf-8") for name in ("calling.md", "ja/calling.md")}
KEYS = {"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7SANDBOX", "AWS_SECRET_ACCESS_KEY": "sandbox", "AWS_EC2_METADATA_DISABLED": "true"}


def blocks(page: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGES[page], flags=re.MULTILINE | re.DOTALL)


def printed(caller: Caller, code: str, example: str) -> str:
    """What a block prints, for the caller's own project and without its patience."""
    own = code.replace(example, caller.project).replace("time.sleep(10)", "time.sleep(0.2)")
    environ = {**KEYS, "AWS_ENDPOINT_URL": caller.sandbox.aws_url, "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, "-c", own]
    done = subprocess.run(
        command, cwd=caller.workspace, env=environ, capture_output=True, encoding="utf-8", timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_both_pages_have_the_same_code_but_for_its_words() -> None:
    def without_words(page: str, language: str) -> list[str]:
        return [re.sub(r'""".*?"""|f"\S+: \{failure\}"', "", block) for block in blocks(page, language)]

    for language in ("python", "sh", "yaml"):
        assert without_words("calling.md", language) == without_words("ja/calling.md", language) != []


def test_each_command_of_the_page_is_one_that_the_aws_cli_takes() -> None:
    for block in blocks("calling.md", "sh"):
        for words in words_of(block.replace("\\\n", " ")):
            assert words[1] == "s3" or parameters(words)


@pytest.mark.parametrize("page", PAGES)
def test_a_realtime_endpoint_and_a_job_answer_the_code_of_the_page(caller: Caller, page: str) -> None:
    assert caller.run().status == 0
    realtime, _, job = blocks(page, "python")
    caller.control("POST", "answers", {"endpoint": caller.server, "body": '{"results": []}', "times": 1})
    assert printed(caller, realtime, "number-plate-detection") == '{"results": []}\n'
    times = {"queued_seconds": 0, "starting_seconds": 0, "running_seconds": 0}
    caller.control("POST", "jobs", {"definition": caller.server, "outcome": "succeeded", **times})
    assert printed(caller, job, "number-plate-detection").startswith("SUCCEEDED")
    caller.control("POST", "jobs", {"definition": caller.server, "outcome": "failed", **times})
    assert printed(caller, job, "number-plate-detection").startswith("FAILED")


@pytest.mark.parametrize("page", PAGES)
def test_an_asynchronous_endpoint_answers_the_code_of_the_page(make_caller: Callable[..., Caller], page: str) -> None:
    caller = make_caller("document-summary")
    assert caller.run().status == 0
    (caller.workspace / "request.json").write_text('{"text": "a"}', encoding="utf-8")
    code, name = blocks(page, "python")[1], f"{caller.server}-async"
    caller.control("POST", "answers", {"endpoint": name, "body": "a summary", "seconds": 0.5, "times": 1})
    assert printed(caller, code, "document-summary") == "a summary\n"
    caller.control("POST", "answers", {"endpoint": name, "body": "no memory", "status": 500, "times": 1})
    assert "no memory" in printed(caller, code, "document-summary")
