"""Secrets that nobody may read anywhere: put into everything that the action is given, while call after call is broken.

`python -m tests.canaries [SEED [COUNT]]` tries COUNT cells (default: all), in the order of the seed, and says which of them leak.
A cell is a story, a call of it, and how that is answered. The suite plays a few of them (end_to_end/test_canaries.py).
"""

from __future__ import annotations

import base64
import html
import json
import random
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote

import pytest
import requests

from sandbox.archives import make_weights
from sandbox.server import Sandbox
from tests.conftest import REPOSITORY, Caller, Ended, callers
from tests.pages.markup import objections
from tests.test_sanitiser import commands, pieces, unescaped, unseen

# what the action is given, and knows for a secret
PLATFORM_TOKEN = "kQ7zLm2XvB4nRt9YpW3cDf6H"
SESSION = "IQoJb3JpZ2luX2VjENz5pTq8Vw2Lk9Xy4Bn7Rc1Df6Hs3Jg0Mz"
PASSWORD = "pV5xN8qJ2wZr"
OTHERS = "uE4tKb7YgC1sXh9PmDq3"  # a variable of the job that only its name calls a secret
MULTI_LINE = ("bH6vT0zKe2QrWn8Lx", "dJ9yU3sMf5PaGc1Vo")
# what it is not given, and knows by its form alone
FORMS = ("AKIA7QZ4XWJ2VPN9TCEB", "tG3mWs8KxZ1qLv5Yb", "rN2cHf7DjB4pQw9Xk")
CANARIES = [PLATFORM_TOKEN, SESSION, PASSWORD, OTHERS, *MULTI_LINE, *FORMS]

# Services whose errors are XML, which has neither half a surrogate pair nor control characters
_XML = {"s3", "sts", "iam", "ec2", "cloudwatch", "sns"}
_HOSTILE = "\n::error::gotcha\r##[error]gotcha\n::stop-commands::x\n](javascript:alert(1)) <img src=x> ![x](http://evil.example)"


@dataclass(frozen=True, slots=True)
class Cell:
    """`target`: aws, oidc or platform; `call` what is broken of it; `answer` how it is answered. `command` tells the story."""

    command: str
    target: str
    call: str
    answer: str

    def __str__(self) -> str:
        return f"{self.command}: {self.target} {self.call} {self.answer}"


def said(service: str) -> str:
    """What a server says that knows all canaries, and means no good."""
    aws, password, token = FORMS
    known = [
        f"token {PLATFORM_TOKEN[:-3]}…",
        json.dumps({"Authorization": f"Token {PLATFORM_TOKEN}", "cookie": SESSION}),
        f"Invalid header value b'{SESSION}'",
        base64.b64encode(f"me:{PASSWORD}".encode()).decode(),
        quote(OTHERS, safe=""),
        *MULTI_LINE,
    ]
    formed = [f"user {aws}", f"postgresql://me:{password}@db/x", f"api_key={token}", _HOSTILE]
    words = "\n".join([*known, *formed]) + " x" * 200 + PLATFORM_TOKEN
    return words if service in _XML else f"\ud800\x1b[2K\u202e{words}\udc83"


@contextmanager
def broken(caller: Caller, cell: Cell) -> Iterator[None]:
    sandbox = caller.sandbox
    if cell.target == "aws":
        service, _, operation = cell.call.partition(":")
        status, code = (403, "AccessDeniedException") if cell.answer == "denied" else (400, "ValidationException")
        caller.fault(
            service=service, operation=operation, kind="error", status=status, code=code, message=said(service), times=None
        )
    elif cell.target == "oidc":
        long = {"huge": "x" * 5_000_000, "deep": "[" * 100_000}.get(cell.answer)
        token = f"a.b.c\n::error::gotcha\n{PLATFORM_TOKEN}"
        wish = {"body": long or json.dumps({"value": token, "message": said("")})}
        requests.post(f"{sandbox.oidc_url}/_control", json=wish, timeout=10).raise_for_status()
    else:
        fault = {"kind": "echo", "method": cell.call, "status": int(cell.answer)}
        requests.post(f"{sandbox.platform_url}/_sandbox/sleep", json=fault, timeout=10).raise_for_status()
    try:
        yield
    finally:
        caller.control("DELETE", "faults")
        requests.delete(f"{sandbox.oidc_url}/_control", timeout=10)
        requests.delete(f"{sandbox.platform_url}/_sandbox/sleep", timeout=10)


def prepare(caller: Caller) -> None:
    """Gives the action its canaries, and lets what answers it tell others."""
    token = {"uuid": caller.tenant_id, "name": "Vision", "department": "R&D", "plan_id": 1, "token": PLATFORM_TOKEN}
    requests.post(f"{caller.sandbox.platform_url}/_sandbox/tenants", json=token, timeout=10).raise_for_status()
    caller.environment.update(
        PLATFORM_TOKEN=PLATFORM_TOKEN,
        AWS_ACCESS_KEY_ID="ASIAIOSFODNN7EXAMPLE",  # of no use beside a role, and not to be told all the same
        AWS_SECRET_ACCESS_KEY="unused",
        AWS_SESSION_TOKEN=SESSION,
        HF_TOKEN=OTHERS,
        SIGNING_PRIVATE_KEY="\n".join(MULTI_LINE),
        NOTHING_PROXY=f"http://me:{PASSWORD}@proxy.example:3128",
        RUNNER_DEBUG="1",
        PYTHONIOENCODING="ascii",  # as in a container without a locale
    )
    (caller.workspace / "smoke").mkdir(exist_ok=True)
    (caller.workspace / "smoke/plate.json").write_text('{"image": "x"}', encoding="utf-8")
    caller.control("POST", "answers", {"endpoint": None, "body": said("s3"), "times": None})


def play(caller: Caller, cell: Cell) -> list[str]:
    """Runs the cell. Returns what is wrong with what it left to read."""
    with broken(caller, cell):
        try:
            return leaks(run(caller, cell.command))
        except pytest.fail.Exception as error:
            return [str(error)[:200]]


def run(caller: Caller, command: str) -> Ended:
    return caller.run(command=command, smoke_test_path="smoke", preflight="normal", wait_timeout="30s")


def leaks(ended: Ended) -> list[str]:
    log = "\n".join(line for line in ended.log.split("\n") if not line.startswith("::add-mask::"))
    outputs = json.dumps(ended.outputs, ensure_ascii=False)
    everything = "\n".join([unescaped(log), outputs, *(text.replace("<!-- -->", "") for text in (outputs, ended.summary))])
    encoded = [base64.b64encode(each.encode()).decode()[:16] for each in CANARIES] + [quote(each) for each in CANARIES]
    found = pieces(CANARIES, everything) + [each for each in encoded if each in html.unescape(unquote(everything))]
    ours = ("::group::", "::endgroup::", "::debug::", "::error title=", "::error file=", "::warning title=", "::warning file=")
    found += [f"a command: {line}" for line in commands(log) if not line.startswith(ours)]
    found += [f"a character: {each!a}" for each in unseen(log + ended.summary)]
    found += [f"markup: {each}" for each in objections(ended.summary, "https://")]
    found += ["X001"] if "ACES-X001" in ended.log else []
    found += ["no result"] if not ended.outputs.get("result") else []
    found += [f"{len(ended.log):,} characters of log"] if len(ended.log) > 200_000 else []
    return found


def cells(calls: list[tuple[str, str]], command: str) -> list[Cell]:
    """All ways to break a story with these calls of AWS."""
    aws = [Cell(command, "aws", f"{service}:{name}", how) for service, name in calls for how in ("refused", "denied")]
    oidc = [Cell(command, "oidc", "token", how) for how in ("lines", "huge", "deep")]
    methods = ("GET", "HEAD", "PUT", "POST") if command == "deploy" else ("GET", "HEAD")
    platform = [Cell(command, "platform", each, status) for each in methods for status in ("302", "400", "401", "404", "500")]
    return aws + oidc + platform


def seen_calls(caller: Caller) -> list[tuple[str, str]]:
    return sorted({(call["service"], call["operation"]) for call in caller.control("GET", "calls") if call["operation"]})


def main(seed: str = "1", count: str = "0") -> int:
    with tempfile.TemporaryDirectory() as folder, Sandbox(repository=REPOSITORY) as sandbox:
        archive = Path(folder) / "deploy.tar.gz"
        make_weights(archive, megabytes=1)
        with callers(sandbox, archive, Path(folder)) as make:
            return _play_all(make, seed, int(count))


def _play_all(make: Callable[..., Caller], seed: str, count: int) -> int:
    bad = 0
    todo = []
    for command in ("deploy", "plan", "status"):
        caller = make()
        prepare(caller)
        caller.control("DELETE", "calls")
        if found := leaks(run(caller, command)):
            print(f"{command}: {found}", flush=True)
        todo += cells(seen_calls(caller), command)
    random.Random(seed).shuffle(todo)  # noqa: S311  which cells are played first
    todo = todo[: count or None]
    for cell in todo:
        caller = make()
        prepare(caller)
        found = play(caller, cell)
        bad += bool(found)
        print(f"{'✗' if found else '✓'} {cell}  {found or ''}", flush=True)
    print(f"{len(todo)} cells, {bad} with a leak")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
