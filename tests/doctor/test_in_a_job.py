"""`command: doctor` through the entrypoint: what is broken has its row, and all others stay as they are."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
import requests

from aces_action import __version__
from tests.conftest import Caller, Ended
from tests.end_to_end.test_deploy import writes
from tests.end_to_end.test_failures import denied

WORKFLOW = ".github/workflows/build_on_push_develop.yml"
MARKS = {"✓": "fine", "!": "warning", "✗": "error", "–": "not checked"}
# What cannot be asked by whoever is not signed in
INSIDE = frozenset({"S3 bucket", "Weights", "Server image", "Roles of the server", "Endpoint and quotas", "Job queues"})
NO_ENGINE = frozenset({"Docker engine"})  # where these tests run
PLATFORM = frozenset({"ACES Platform", "Platform token", "Tenant"})
Inputs = dict[str, str]
Break = Callable[[Caller], Inputs | None]


def table(ended: Ended) -> dict[str, str]:
    """The outcomes of the rows in the log, by what they are about."""
    rows = re.findall(r"^([✓!✗–])  (\S.*?)(?:  |$)", ended.log, flags=re.MULTILINE)
    return {what: MARKS[mark] for mark, what in rows if what != "Doctor"}


def below(ended: Ended, what: str) -> str:
    """The line below a row: code and fix, or why it was not asked."""
    found = re.search(rf"^[✓!✗–]  {re.escape(what)}(?:  .*)?\n   (.*)", ended.log, flags=re.MULTILINE)
    return found[1] if found else ""


def github(caller: Caller, **how: Any) -> None:
    answer = requests.post(f"{caller.sandbox.oidc_url}/_control", json={"tags": [f"v{__version__}"], **how}, timeout=10)
    assert answer.ok, answer.text


@pytest.fixture
def patient(caller: Caller) -> Caller:
    """A caller whose every row can be asked, but for the Docker engine, which these tests do not have."""
    caller.edit(WORKFLOW, "ORG/aces-action", "aces-inc/aces-action")
    caller.environment["GITHUB_WORKFLOW_REF"] = f"{caller.variables()['GITHUB_REPOSITORY']}/{WORKFLOW}@refs/heads/develop"
    caller.edit(WORKFLOW, "Project: number-plate-detection", f"Project: {caller.project}")
    caller.edit(WORKFLOW, "role/number-plate-detection", f"role/{caller.project}")
    github(caller)
    return caller


def healthy(caller: Caller) -> set[str]:
    """The rows where nothing is broken."""
    of_a_queue = ("Job definition", "Job queue", "Compute environment")
    return {
        *("Configuration", "GitHub OIDC token", "Role of AWS_ROLE_ARN", "AWS identity", "AWS account"),
        *("S3 bucket", "Weights", "Server image"),
        *("Role of the endpoint", "Role of the jobs", "Role that starts the jobs"),
        *(f"Endpoint {caller.server}", "Instance type ml.t2.xlarge", "Quota of ml.t2.xlarge", "Instance type m5.xlarge"),
        *(f"{what} {caller.server}{suffix}" for what in of_a_queue for suffix in ("", "-longtime")),
        *(*PLATFORM, "Network to AWS", "Clock", *NO_ENGINE, "Disk", "aces-action"),
    }


def test_where_nothing_is_broken_every_row_is_fine(patient: Caller) -> None:
    """Also under the roles of docs/iam and nothing more: a row that they may not look at would say so."""
    patient.control("DELETE", "calls")
    ended = patient.run(command="doctor")
    assert (ended.status, ended.outputs["result"], ended.outputs["failure-code"]) == (0, "healthy", ""), ended.log
    found = table(ended)
    assert {what for what in found if not what.startswith("Room in")} == healthy(patient)
    assert {what for what, outcome in found.items() if outcome != "fine"} == NO_ENGINE
    assert writes(patient.control("GET", "calls")) == []
    assert patient.listed() == {}
    assert ended.summary.startswith("## ✅ A deployment finds everything that it needs · in ")


def no_bucket(caller: Caller) -> None:
    s3 = caller.client("s3")
    s3.delete_object(Bucket=caller.bucket, Key="shared/weights/deploy.tar.gz")
    s3.delete_bucket(Bucket=caller.bucket)


def no_image(_caller: Caller) -> Inputs:
    return {"deploy_tag": "v9"}


def role_of_others(caller: Caller) -> None:
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    caller.client("iam").update_assume_role_policy(RoleName=f"{caller.project}-dev-sagemaker-role", PolicyDocument=document)


def no_quota(caller: Caller) -> None:
    caller.control("POST", "quotas", {"name": "ml.t2.xlarge for endpoint usage", "value": 0})


def queue_off(caller: Caller) -> None:
    caller.client("batch").update_job_queue(jobQueue=caller.server, state="DISABLED")


def platform_asleep(caller: Caller) -> None:
    requests.post(f"{caller.sandbox.platform_url}/_sandbox/sleep", json={"times": None, "kind": "503"}, timeout=10)


def wrong_token(_caller: Caller) -> Inputs:
    return {"platform_token": "tokenThatNobodyHas"}


def other_tenant(caller: Caller) -> None:
    caller.environment["TENANT_ID"] = "11111111-2222-4333-8444-555555555555"
    caller.edit(WORKFLOW, "3f2b8c1e-6d4a-4f7b-9a51-0c8e2d7f6b13", "11111111-2222-4333-8444-555555555555")


def no_oidc_token(caller: Caller) -> None:
    github(caller, fail=100, status=403)


def other_branch(caller: Caller) -> None:
    github(caller, claims={"sub": "repo:example-org/number-plate-detection:ref:refs/heads/topic"})


def provider_of_others(caller: Caller) -> None:
    github(caller, claims={"aud": "https://github.com/example-org"})


def other_account(caller: Caller) -> None:
    caller.edit(caller.infra_file, "'123456789012'", "'210987654321'")
    caller.environment["AWS_ROLE_ARN"] = ""
    caller.environment.update(AWS_ACCESS_KEY_ID="AKIAIOSFODNN7SANDBOX", AWS_SECRET_ACCESS_KEY="sandbox")
    caller.edit(WORKFLOW, "AWS_ROLE_ARN:", "# AWS_ROLE_ARN:")


def batch_out_of_reach(caller: Caller) -> None:
    caller.environment["AWS_ENDPOINT_URL_BATCH"] = "http://127.0.0.1:9"


def slow_clock(caller: Caller) -> None:
    caller.control("POST", "clock", {"seconds": 600})


def newer_version(caller: Caller) -> None:
    github(caller, tags=["v0.0.1", "v0.10.0", "v0.9.0", "nightly"])


def github_silent(caller: Caller) -> None:
    caller.environment["GITHUB_API_URL"] = "http://127.0.0.1:9"


def broken_register(caller: Caller) -> None:
    (caller.workspace / "server/algorithms/register.json").write_text("{", encoding="utf-8")


def broken_infra(caller: Caller) -> None:
    caller.edit(caller.infra_file, "SAGEMAKER_INSTANCE_TYPE", "SAGEMAKER_INSTANCE_TIPE")


def blind_role(caller: Caller) -> None:
    denied(caller, "iam", "GetRole")


def useless_proxy(caller: Caller) -> None:
    caller.environment["HTTPS_PROXY"] = "socks5://proxy.example.com:1080"


NOT = "not checked"
MATRIX: dict[Break, tuple[int, dict[str, tuple[str, str]]]] = {
    no_bucket: (1, {"S3 bucket": ("error", "ACES-P001"), "Weights": (NOT, "there is no bucket")}),
    no_image: (1, {"Server image": ("error", "ACES-P003")}),
    role_of_others: (1, {"Role of the endpoint": ("error", "ACES-P013")}),
    no_quota: (1, {"Quota of ml.t2.xlarge": ("error", "ACES-P016")}),
    queue_off: (1, {"Job queue SERVER": ("error", "ACES-P019")}),
    platform_asleep: (1, {"ACES Platform": ("error", "ACES-P007"), "Platform token": (NOT, ""), "Tenant": (NOT, "")}),
    wrong_token: (1, {"Platform token": ("error", "ACES-P009"), "Tenant": (NOT, "")}),
    other_tenant: (1, {"Tenant": ("error", "ACES-P008")}),
    newer_version: (0, {"aces-action": ("warning", "ACES-D003")}),
    github_silent: (0, {"aces-action": (NOT, "no tags of aces-inc/aces-action to be had (ConnectionError)")}),
    broken_register: (2, {"Configuration": ("error", "ACES-C")}),
    blind_role: (
        0,
        dict.fromkeys(("Role of the endpoint", "Role of the jobs", "Role that starts the jobs"), (NOT, "ACES-P010")),
    ),
}


@pytest.mark.parametrize("broken", MATRIX, ids=lambda broken: broken.__name__)
def test_one_thing_broken_is_its_row_with_its_fix_and_all_others_stay(patient: Caller, broken: Break) -> None:
    status, expected = MATRIX[broken]
    expected = {what.replace("SERVER", patient.server): row for what, row in expected.items()}
    ended = patient.run(command="doctor", **(broken(patient) or {}))
    found = table(ended)
    assert ended.status == status, ended.log
    others = {what: outcome for what, outcome in found.items() if outcome != "fine" and what not in NO_ENGINE}
    assert others == {what: outcome for what, (outcome, _) in expected.items()}
    for what, (_, words) in expected.items():
        assert words in below(ended, what)
        assert len(below(ended, what)) > len("ACES-P001")
    # of what could only be known by the broken thing there is no row: the weights, where they cannot be found
    assert healthy(patient) - found.keys() <= {"Weights"}


# What everything else hangs on: its row, and what is not asked for its sake
FOUNDATIONS: dict[Break, tuple[int, dict[str, str], frozenset[str]]] = {
    no_oidc_token: (1, {"GitHub OIDC token": "ACES-A002"}, frozenset({"Role of AWS_ROLE_ARN", "AWS identity", "AWS account"})),
    other_branch: (1, {"Role of AWS_ROLE_ARN": "ACES-A003"}, frozenset({"AWS identity", "AWS account"})),
    provider_of_others: (1, {"Role of AWS_ROLE_ARN": "ACES-A003"}, frozenset({"AWS identity", "AWS account"})),
    other_account: (1, {"AWS account": "ACES-A004"}, frozenset({"GitHub OIDC token"})),
    slow_clock: (1, {"Clock": "ACES-A014", "AWS identity": "ACES-A014"}, frozenset({"Role of AWS_ROLE_ARN", "AWS account"})),
    broken_infra: (2, {"Configuration": "ACES-C"}, frozenset()),
    useless_proxy: (
        2,
        {"Network to AWS": "ACES-A012"},
        frozenset({"GitHub OIDC token", "AWS identity", "AWS account", "Clock", "aces-action", *PLATFORM}),
    ),
}


@pytest.mark.parametrize("broken", FOUNDATIONS, ids=lambda broken: broken.__name__)
def test_what_hangs_on_a_broken_thing_is_not_asked_and_says_why_and_the_rest_goes_on(patient: Caller, broken: Break) -> None:
    status, codes, not_asked = FOUNDATIONS[broken]
    inputs = broken(patient) or {}
    ended = patient.run(command="doctor", **inputs)
    found = table(ended)
    assert ended.status == status, ended.log
    assert {what for what, outcome in found.items() if outcome == "error"} == set(codes)
    for what, code in codes.items():
        assert below(ended, what).startswith(code)
    skipped = {what for what, outcome in found.items() if outcome == "not checked"}
    assert skipped == not_asked | INSIDE | NO_ENGINE
    assert all(below(ended, what) for what in skipped)


def test_a_service_that_cannot_be_reached_is_named(patient: Caller) -> None:
    batch_out_of_reach(patient)
    ended = patient.run(command="doctor")
    found = table(ended)
    assert ended.status == 1
    assert found["Network to AWS"] == "error"
    assert "no answer from batch" in ended.log
    assert below(ended, "Network to AWS").startswith("ACES-A007")
    assert found["Job queues"] == "not checked"
    assert {what for what, outcome in found.items() if outcome != "fine"} == {"Network to AWS", "Job queues", *NO_ENGINE}


def test_with_everything_broken_every_row_is_there_and_nothing_is_repeated(patient: Caller) -> None:
    inputs: Inputs = {}
    for each in (no_bucket, no_image, role_of_others, no_quota, queue_off, wrong_token, newer_version, broken_register):
        inputs |= each(patient) or {}
    ended = patient.run(command="doctor", language="en", **inputs)
    found = table(ended)
    assert ended.status == 2
    errors = {what for what, outcome in found.items() if outcome == "error"}
    assert errors == {
        *("Configuration", "S3 bucket", "Server image", "Role of the endpoint", "Quota of ml.t2.xlarge"),
        *(f"Job queue {patient.server}", "Platform token"),
    }
    assert found["aces-action"] == "warning"
    assert len(ended.codes) == len(set(re.findall(r"^::error [^\n]*", ended.log, flags=re.MULTILINE)))
    assert ended.outputs["result"] == "failed"
    assert ended.summary.count("### Doctor") == 1
    for what in errors:
        assert f"\n- ❌ <strong>{what}</strong>: " in ended.page


def test_it_tells_the_same_in_japanese(patient: Caller) -> None:
    inputs = no_image(patient) | wrong_token(patient)
    english, japanese = (patient.run(command="doctor", language=language, **inputs) for language in ("en", "ja"))
    assert list(table(english).values()) == list(table(japanese).values())
    assert english.status == japanese.status == 1
    assert "### 診断" in japanese.summary
    rows = [line for line in japanese.log.splitlines() if re.match(r"[✓!✗–]  ", line)]
    assert not re.search(r"\b(not|the|is|asked|missing)\b", "\n".join(rows))


def test_no_secret_is_shown(patient: Caller) -> None:
    ended = patient.run(command="doctor", **wrong_token(patient))
    shown = re.sub(r"^::add-mask::.*\n", "", ended.log, flags=re.MULTILINE) + ended.summary + json.dumps(ended.outputs)
    assert "tokenThatNobodyHas" not in shown
    assert "eyJ" not in shown


def test_a_server_that_serves_is_as_well_as_one_that_is_not_deployed_yet(patient: Caller) -> None:
    assert patient.run().status == 0
    ended = patient.run(command="doctor")
    assert (ended.status, ended.outputs["result"]) == (0, "healthy"), ended.log
    assert table(ended)["Quota of ml.t2.xlarge"] == "fine"
