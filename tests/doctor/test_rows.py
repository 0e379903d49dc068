"""Platform, network, clock, runner, version and sign-in: for given answers, which row."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from aces_action import __version__
from aces_action.aws.identity import Identity
from aces_action.doctor import network, platform, release, runner, sign_in
from aces_action.doctor.settings import configuration_row
from aces_action.language import Text, same
from aces_action.output.check import Check
from aces_action.problems import Problem
from aces_action.problems.access import credentials, role
from aces_action.problems.access.calls import clock_is_off
from aces_action.problems.access.connection import no_answer
from aces_action.problems.listing import R004, R006
from aces_action.problems.preflight import P007, P008, P009
from aces_action.project.model import Infra

GB = 10**9
ROLE = "arn:aws:iam::123456789012:role/plates-dev-github-actions-role"
SHA = "08c6903cd8c0fde910a37f88322edcfb5dd907a8"
NOT = "not checked"


def outcomes(rows: list[Check]) -> list[str]:
    return [row.outcome for row in rows]


def codes(row: Check) -> list[str]:
    return [problem.code for problem in row.problems]


ASKED = platform.PlatformAsked(url="https://platform", tenant_id="t", with_token=True, in_job=True, may_defer=False)


@pytest.mark.parametrize(
    ("kind", "asked", "expected", "code"),
    [
        (None, ASKED, ["fine", "fine", "fine"], None),
        (None, replace(ASKED, tenant_id=None), ["fine", "fine", NOT], None),
        (None, replace(ASKED, with_token=False), ["fine", "fine", "fine"], None),
        (P007, ASKED, ["error", NOT, NOT], "ACES-P007"),
        (P007, replace(ASKED, may_defer=True), ["warning", NOT, NOT], "ACES-P030"),
        (P007, replace(ASKED, in_job=False), ["warning", NOT, NOT], "ACES-D001"),
        (P007, replace(ASKED, in_job=False, may_defer=True), ["warning", NOT, NOT], "ACES-D001"),
        (R004, ASKED, ["error", NOT, NOT], "ACES-R004"),
        (R006, ASKED, ["warning", NOT, NOT], "ACES-R006"),
        (P009, ASKED, ["fine", "error", NOT], "ACES-P009"),
        (P009, replace(ASKED, with_token=False), ["fine", "error", NOT], "ACES-P009"),
        (P009, replace(ASKED, with_token=False, in_job=False), ["fine", NOT, NOT], None),
        (P009, replace(ASKED, in_job=False), ["fine", "error", NOT], "ACES-P009"),
        (P008, ASKED, ["fine", "fine", "error"], "ACES-P008"),
        (P008, replace(ASKED, tenant_id=None), ["fine", "fine", NOT], None),
    ],
)
def test_what_the_platform_says_is_told_in_three_rows(
    kind: Any, asked: platform.PlatformAsked, expected: list[str], code: str | None
) -> None:
    problems = [Problem(kind=kind, message=same("x"), hint=same("y"))] if kind else []
    rows = platform.platform_rows(problems, asked)
    assert outcomes(rows) == expected
    assert [each for row in rows for each in codes(row)] == ([code] if code else [])
    assert all(row.skipped for row in rows if row.outcome == NOT)


def test_services_are_those_of_the_deployment() -> None:
    assert network.services_for(None) == ("sts", "s3", "ecr", "sagemaker", "batch")
    neither = Infra(account_id=None, endpoint=None, job=None, longtime_job=None, async_component="sagemaker")
    assert network.services_for(neither) == ("sts", "s3", "ecr")


def test_a_service_without_an_answer_is_named_and_the_same_cause_is_said_once() -> None:
    problem = no_answer("", "Could not connect to the endpoint URL")
    reached = [network.Reached(service=name, problem=problem if name != "s3" else None) for name in ("sts", "s3", "batch")]
    row = network.network_row(reached)
    assert (row.outcome, codes(row), row.found.en) == ("error", ["ACES-A007"], "no answer from sts, batch")


@pytest.mark.parametrize(
    ("ahead", "outcome", "found"),
    [
        (None, NOT, "not asked"),
        (0.4, "fine", "agrees with AWS's"),
        (-2.2, "fine", "agrees with AWS's"),
        (90.0, "fine", "90 s behind AWS's"),
        (-299.0, "fine", "299 s ahead of AWS's"),
        (300.0, "error", "300 s behind AWS's"),
        (-7200.0, "error", "7200 s ahead of AWS's"),
    ],
)
def test_the_clock_is_off_when_aws_would_refuse_what_it_signs(ahead: float | None, outcome: str, found: str) -> None:
    row = network.clock_row([network.Reached(service="sts", ahead=None), network.Reached(service="s3", ahead=ahead)])
    assert (row.outcome, row.found.en) == (outcome, found)
    assert codes(row) == (["ACES-A014"] if outcome == "error" else [])


@pytest.mark.parametrize(
    ("date", "ahead"),
    [
        ("Mon, 30 Nov 2026 08:01:40 GMT", 100.0),
        ("Mon, 30 Nov 2026 07:58:20 GMT", -100.0),
        ("Mon, 30 Nov 2026 08:01:40", None),
        ("", None),
        ("tomorrow", None),
    ],
)
def test_the_time_of_an_answer_is_read_from_its_header(date: str, ahead: float | None) -> None:
    assert network.ahead_of(date, datetime(2026, 11, 30, 8, tzinfo=UTC)) == ahead


@pytest.mark.parametrize(
    ("free", "image", "weights", "outcome"),
    [
        (None, GB, GB, NOT),
        (GB, 0, 0, "fine"),
        (7 * GB, 2 * GB, GB, "fine"),
        (7 * GB - 1, 2 * GB, GB, "warning"),
        (0, 1, 0, "warning"),
    ],
)
def test_the_disk_has_room_for_image_and_weights(free: int | None, image: int, weights: int, outcome: str) -> None:
    row = runner.disk_row(free, image=image, weights=weights)
    assert row.outcome == outcome
    assert codes(row) == (["ACES-D002"] if outcome == "warning" else [])


def test_free_space_is_that_of_the_fullest_disk_and_none_where_there_is_no_folder(tmp_path: Path) -> None:
    assert (runner.free_space((tmp_path, Path("/"))) or 0) > 0
    assert runner.free_space((tmp_path / "none",)) is None


@contextmanager
def engine(path: Path, answer: bytes) -> Iterator[None]:
    """A Docker engine that gives one answer."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listening:
        listening.bind(str(path))
        listening.listen(1)

        def serve() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(answer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield
        thread.join(10)


def answered(body: object) -> bytes:
    text = json.dumps(body).encode()
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(text), text)


@pytest.mark.parametrize(
    ("answer", "version"),
    [
        (answered({"Version": "29.1.2"}), "29.1.2"),
        (answered({"Version": 29}), None),
        (answered(["29.1.2"]), None),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n{no", None),
        (b"what?", None),
        (b"", None),
    ],
)
def test_the_engine_says_its_version_or_nothing_is_known_of_it(tmp_path: Path, answer: bytes, version: str | None) -> None:
    with engine(tmp_path / "s", answer):
        assert runner.engine_version(tmp_path / "s") == version
    assert runner.docker_row(version).outcome == ("fine" if version else NOT)


def test_without_a_socket_nothing_is_known_of_an_engine(tmp_path: Path) -> None:
    assert runner.engine_version(tmp_path / "none") is None


@pytest.mark.parametrize(
    ("uses", "repository", "ref"),
    [
        ("aces-inc/aces-action@v0.1.0", "aces-inc/aces-action", "v0.1.0"),
        ("aces-inc/tools/aces-action@main", "aces-inc/tools", "main"),
        (f"aces-inc/aces-action@{SHA}", "aces-inc/aces-action", SHA),
        ("docker://ghcr.io/aces-inc/aces-action:v0.1.0", "aces-inc/aces-action", "v0.1.0"),
        ("docker://ghcr.io/aces-inc/aces-action@sha256:00", "aces-inc/aces-action", ""),
        ("./", "", ""),
        ("./.github/actions/aces-action", "", ""),
        ("", "", ""),
    ],
)
def test_uses_names_the_repository_of_the_action(uses: str, repository: str, ref: str) -> None:
    assert release.reference_of(uses) == release.ActionReference(repository=repository, ref=ref)


OURS = release.ActionReference(repository="aces-inc/aces-action", ref="v0.0.9")


@pytest.mark.parametrize(
    ("reference", "tags", "in_job", "outcome", "words"),
    [
        (OURS, [f"v{__version__}", "v0.0.9"], True, "fine", f"v{__version__}, the newest"),
        (OURS, ["v0.0.9", "v0.0.10"], True, "fine", "v0.0.10, the newest"),
        (OURS, ["v0.0.9", "v0.0.10"], False, "warning", "v0.0.10, the newest"),
        (OURS, ["v99.0.0", "v100.0.0", "latest", "v1"], True, "warning", "v100.0.0, the newest"),
        (replace(OURS, ref="main"), [f"v{__version__}"], False, "fine", f"v{__version__}, the newest"),
        (OURS, [], True, NOT, "aces-inc/aces-action has no version"),
        (OURS, ["latest", "v1"], True, NOT, "aces-inc/aces-action has no version"),
        (OURS, "HTTP 404", True, NOT, "(HTTP 404)"),
        (release.ActionReference(repository="", ref=""), "HTTP 404", True, NOT, "no workflow names"),
    ],
)
def test_the_version_is_held_against_the_newest_tag(
    reference: release.ActionReference, tags: list[str] | str, in_job: bool, outcome: str, words: str
) -> None:
    row = release.version_row(reference, tags, in_job=in_job)
    assert row.outcome == outcome
    assert words in f"{row.needed.en} {row.skipped.en}"
    assert codes(row) == (["ACES-D003"] if outcome == "warning" else [])


IDENTITY = Identity(account="123456789012", arn="arn:aws:sts::123456789012:assumed-role/r/s", partition="aws")
REFUSED = role.role_refused(ROLE, "AccessDenied", Text("x", "x"))
CLOCK = clock_is_off("GetCallerIdentity", "", "SignatureDoesNotMatch", "Signature expired")


@pytest.mark.parametrize(
    ("found", "role_arn", "in_job", "expected"),
    [
        (sign_in.SignIn(identity=IDENTITY, claims={"sub": "repo:o/n:x"}), ROLE, True, ["fine", "fine", "fine"]),
        (sign_in.SignIn(identity=IDENTITY), None, True, [NOT, "fine"]),
        (sign_in.SignIn(identity=IDENTITY), None, False, [NOT, "fine"]),
        (sign_in.SignIn(token_problems=(role.no_token_offered(),)), ROLE, True, ["error", NOT, NOT]),
        (sign_in.SignIn(problems=(REFUSED,)), ROLE, True, ["fine", "error", NOT]),
        (sign_in.SignIn(problems=(CLOCK,)), ROLE, True, ["fine", NOT, "error"]),
        (sign_in.SignIn(problems=(credentials.no_credentials(),)), None, True, [NOT, "error"]),
        (sign_in.SignIn(problems=(credentials.no_credentials(),)), None, False, [NOT, "error"]),
    ],
)
def test_the_sign_in_is_told_step_by_step(found: sign_in.SignIn, role_arn: str | None, in_job: bool, expected: list[str]) -> None:
    assert outcomes(sign_in.sign_in_rows(found, role_arn=role_arn, in_job=in_job)) == expected


def test_the_configuration_counts_its_problems() -> None:
    error, warning = Problem(kind=P008, message=same("x")), Problem(kind=R006, message=same("y"))
    assert configuration_row([]).outcome == "fine"
    assert configuration_row([warning]).outcome == "warning"
    row = configuration_row([error, warning, warning])
    assert (row.outcome, row.found.en) == ("error", "1 error, 2 warnings")
