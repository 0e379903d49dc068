"""`aces-action doctor`: what a person's own machine and credentials can see of all that a deployment needs."""

from __future__ import annotations

import json
import os
import re
import subprocess
import threading
import unicodedata
import uuid
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
import requests

from aces_action import __version__
from aces_action.aws.clients import Clients, for_diagnosis
from sandbox.iam import GITHUB
from sandbox.seed import ACCOUNT, admin_session, make_roles, make_tenant
from tests.cli.conftest import GITHUB_PROVIDER, WORKFLOW, Ended, aces_action, at_a_terminal, forget_provider
from tests.conftest import REPOSITORY, Caller
from tests.doctor.test_in_a_job import MARKS
from tests.end_to_end.test_deploy import writes
from tests.end_to_end.test_failures import denied

ONLY_IN_A_JOB = {"GitHub OIDC token", "Runner"}
INSIDE = {"S3 bucket", "Weights", "Server image", "Roles of the server", "Endpoint and quotas", "Job queues"}
PLATFORM = {"ACES Platform", "Platform token", "Tenant"}


def table(text: str) -> dict[str, str]:
    rows = text.rpartition("\n\n")[0]  # without the count
    return {what: MARKS[mark] for mark, what in re.findall(r"^([✓!✗–]) (\S.*?)(?:  .*)?$", rows, flags=re.MULTILINE)}


class Person:
    """Somebody with a checkout and an administrator's keys."""

    def __init__(self, caller: Caller) -> None:
        self.caller, self.folder = caller, caller.workspace
        credentials = admin_session().get_credentials()
        assert credentials is not None
        self.environ = {
            "AWS_ENDPOINT_URL": caller.sandbox.aws_url,
            "AWS_ACCESS_KEY_ID": credentials.access_key,
            "AWS_SECRET_ACCESS_KEY": credentials.secret_key,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "GITHUB_API_URL": caller.sandbox.oidc_url,
            "PYTHONDONTWRITEBYTECODE": "1",
        }

    @property
    def role(self) -> str:
        return f"{self.caller.project}-dev-github-actions-role"

    def git(self, *arguments: str) -> None:
        subprocess.run(["git", *arguments], cwd=self.folder, check=True, capture_output=True)

    def edit(self, old: str, new: str) -> None:
        self.caller.edit(WORKFLOW, old, new)

    def trust(self, sub: str) -> None:
        """Has the role let in whoever has this `sub` of GitHub's own."""
        condition = {f"{GITHUB}:aud": "sts.amazonaws.com", f"{GITHUB}:sub": sub}
        statement = {
            "Effect": "Allow",
            "Principal": {"Federated": GITHUB_PROVIDER},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {"StringEquals": condition},
        }
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        self.caller.client("iam").update_assume_role_policy(RoleName=self.role, PolicyDocument=document)

    def doctor(self, *arguments: str, **variables: str) -> Ended:
        environ = {name: value for name, value in (self.environ | variables).items() if value}
        return aces_action("doctor", *arguments, cwd=self.folder, **environ)


@pytest.fixture
def person(caller: Caller) -> Iterator[Person]:
    """Everything is right: the first workflow alone, the provider and the role for GitHub itself, a platform that answers."""
    made = Person(caller)
    for other in (made.folder / ".github/workflows").iterdir():
        if other.name != Path(WORKFLOW).name:
            other.unlink()
    for old, new in (
        ("ORG/aces-action", "aces-inc/aces-action"),
        ("Project: number-plate-detection", f"Project: {caller.project}"),
        ("role/number-plate-detection", f"role/{caller.project}"),
        ("3f2b8c1e-6d4a-4f7b-9a51-0c8e2d7f6b13", caller.tenant_id),
        ("      TENANT_ID", f"      PLATFORM_URL: {caller.sandbox.platform_url}\n      TENANT_ID"),
    ):
        made.edit(old, new)
    made.git("init", "--quiet", "--initial-branch", "develop")
    made.git("remote", "add", "origin", f"git@github.com:{REPOSITORY}.git")
    iam = caller.client("iam")
    forget_provider(iam)
    iam.create_open_id_connect_provider(Url=f"https://{GITHUB}", ClientIDList=["sts.amazonaws.com"], ThumbprintList=["0" * 40])
    made.trust(f"repo:{REPOSITORY}:environment:dev")
    tell_github(caller)
    try:
        yield made
    finally:
        forget_provider(iam)


def tell_github(caller: Caller, **how: object) -> None:
    requests.post(f"{caller.sandbox.oidc_url}/_control", json={"tags": [f"v{__version__}"], **how}, timeout=10).raise_for_status()


def test_all_is_well_as_far_as_can_be_seen_from_here(person: Person) -> None:
    person.caller.control("DELETE", "calls")
    ended = person.doctor()
    found = table(ended.out)
    assert ended.status == 0, ended.out
    assert {what for what, outcome in found.items() if outcome != "fine"} == ONLY_IN_A_JOB
    assert {"OIDC provider in AWS", f"Role {person.role}", "Clock", "Tenant", "aces-action"} <= found.keys()
    assert "✓ 0 would fail, 0 to look at, 2 not checked from here" in ended.out
    assert writes(person.caller.control("GET", "calls")) == []
    assert ended.err == ""


def no_provider(person: Person) -> None:
    person.caller.client("iam").delete_open_id_connect_provider(OpenIDConnectProviderArn=GITHUB_PROVIDER)


def provider_without_audience(person: Person) -> None:
    iam = person.caller.client("iam")
    iam.delete_open_id_connect_provider(OpenIDConnectProviderArn=GITHUB_PROVIDER)
    iam.create_open_id_connect_provider(Url=f"https://{GITHUB}", ClientIDList=["https://github.com/x"], ThumbprintList=["0" * 40])


def no_role(person: Person) -> None:
    person.edit("github-actions-role", "github-action-role")


def other_environment(person: Person) -> None:
    person.edit("      name: dev #", "      name: production #")


def other_owner(person: Person) -> None:
    person.trust("repo:somebody/number-plate-detection:environment:dev")


def other_ids(person: Person) -> None:
    tell_github(person.caller, ids=[1234, 5678])
    person.trust("repo:example-org@1234/number-plate-detection@9999:environment:dev")


def no_queue(person: Person) -> None:
    person.caller.client("batch").update_job_queue(jobQueue=person.caller.server, state="DISABLED")


def newer(person: Person) -> None:
    tell_github(person.caller, tags=["v9.0.0"])


def slow_clock(person: Person) -> None:
    person.caller.control("POST", "clock", {"seconds": -200})


ROLE = "Role PROJECT-dev-github-actions-role"
MATRIX: dict[Callable[[Person], None], tuple[int, str, str, str]] = {
    no_provider: (1, "OIDC provider in AWS", "error", "aws iam create-open-id-connect-provider --url https://token.actions"),
    provider_without_audience: (1, "OIDC provider in AWS", "error", "aws iam add-client-id-to-open-id-connect-provider"),
    other_environment: (1, ROLE, "error", f"does not allow repo:{REPOSITORY}:environment:production"),
    other_owner: (1, ROLE, "error", f"repo:{REPOSITORY}:environment:dev"),
    other_ids: (1, ROLE, "error", "repo:example-org@1234/number-plate-detection@5678:environment:dev"),
    no_queue: (1, "Job queue PROJECT-dev-algorithm-server", "error", "ACES-P019"),
    newer: (0, "aces-action", "warning", "uses: aces-inc/aces-action@v9.0.0"),
}


@pytest.mark.parametrize("broken", MATRIX, ids=lambda broken: broken.__name__)
def test_one_thing_broken_is_its_row_with_its_fix_and_all_others_stay(person: Person, broken: Callable[[Person], None]) -> None:
    status, what, outcome, words = MATRIX[broken]
    what = what.replace("PROJECT", person.caller.project)
    broken(person)
    ended = person.doctor()
    assert ended.status == status, ended.out
    found = table(ended.out)
    assert {row: each for row, each in found.items() if each != "fine" and row not in ONLY_IN_A_JOB} == {what: outcome}
    assert words.replace(" ", "") in re.sub(r"\s", "", ended.out)


def test_a_role_that_is_not_there_is_said_with_what_makes_it(person: Person) -> None:
    no_role(person)
    ended = person.doctor()
    assert ended.status == 1
    assert "of AWS_ROLE_ARN does not exist." in ended.out
    assert "aces-action bootstrap" in ended.out


def test_the_form_of_the_subject_with_ids_is_taken_too(person: Person) -> None:
    tell_github(person.caller, ids=[1234, 5678])
    person.trust("repo:example-org@1234/number-plate-detection@5678:environment:dev")
    assert person.doctor().status == 0


def test_the_template_as_it_is_lets_the_workflow_in(person: Person) -> None:
    """The sandbox replaces GitHub's issuer by its own; here it is put back."""
    make_roles(person.caller.sandbox, admin_session(), project=person.caller.project, env="dev", repository=REPOSITORY)
    iam = person.caller.client("iam")
    document = iam.get_role(RoleName=person.role)["Role"]["AssumeRolePolicyDocument"]
    text = json.dumps(document).replace(person.caller.sandbox.issuer.host, GITHUB)
    iam.update_assume_role_policy(RoleName=person.role, PolicyDocument=text)
    assert person.doctor().status == 0


def test_whoever_is_not_signed_in_sees_all_that_needs_no_sign_in(person: Person) -> None:
    ended = person.doctor(AWS_ACCESS_KEY_ID="", AWS_SECRET_ACCESS_KEY="")
    found = table(ended.out)
    assert ended.status == 1
    assert {what for what, outcome in found.items() if outcome == "error"} == {"AWS identity"}
    assert "ACES-A001 There are no AWS credentials." in ended.out
    skipped = {what for what, outcome in found.items() if outcome == "not checked"}
    assert skipped == ONLY_IN_A_JOB | INSIDE | {"AWS account", "OIDC provider in AWS", f"Role {person.role}"}
    assert {found[what] for what in ("Configuration", "Network to AWS", "Clock", "Tenant", "aces-action")} == {"fine"}


def test_a_profile_that_is_not_there_is_the_sign_ins_row(person: Person) -> None:
    ended = person.doctor(AWS_PROFILE="nobody", AWS_ACCESS_KEY_ID="", AWS_SECRET_ACCESS_KEY="")
    assert ended.status == 1
    assert "ACES-A011 AWS_PROFILE is nobody" in ended.out
    assert table(ended.out)["Network to AWS"] == "not checked"
    assert table(ended.out)["ACES Platform"] == "fine"


def test_a_platform_out_of_reach_is_a_warning_here(person: Person) -> None:
    person.edit(person.caller.sandbox.platform_url, "http://127.0.0.1:9")
    ended = person.doctor("--language", "ja")
    assert ended.status == 0, ended.out
    assert "ACES-D001" in ended.out
    assert "`command: doctor`で、ランナーから確認してください" in re.sub(r"\s", "", ended.out).replace(
        "command:doctor", "command: doctor"
    )


def test_a_token_is_checked_where_there_is_one_here_and_never_shown(person: Person) -> None:
    tenant_id = str(uuid.uuid4())
    make_tenant(person.caller.sandbox, tenant_id=tenant_id, name="t", token="tokenOfThisTenant")
    person.edit(person.caller.tenant_id, tenant_id)
    right = person.doctor(PLATFORM_TOKEN="tokenOfThisTenant")
    assert (right.status, table(right.out)["Platform token"], table(right.out)["Tenant"]) == (0, "fine", "fine")
    wrong = person.doctor(PLATFORM_TOKEN="tokenOfNobodyAtAll")
    assert (wrong.status, table(wrong.out)["Platform token"]) == (1, "error")
    broken = person.doctor(PLATFORM_TOKEN="two words")
    assert (broken.status, table(broken.out)["Platform token"]) == (1, "error")
    for ended in (right, wrong, broken):
        assert not re.search("tokenOfThisTenant|tokenOfNobodyAtAll|two words", ended.out + ended.err)


def test_nobody_who_is_silent_keeps_it_waiting_for_minutes() -> None:
    clients = for_diagnosis(Clients(admin_session()))
    for client in (clients.sts, clients.s3, clients.ecr, clients.sagemaker, clients.batch, clients.iam, clients.ec2):
        config = client.meta.config
        assert (config.connect_timeout + config.read_timeout) * config.retries["total_max_attempts"] < 60  # type: ignore[attr-defined]


class _WantsToken(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(401)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


def test_a_platform_that_wants_a_token_is_no_fault_of_who_has_none_here(person: Person) -> None:
    with HTTPServer(("127.0.0.1", 0), _WantsToken) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        person.edit(person.caller.sandbox.platform_url, f"http://127.0.0.1:{server.server_port}")
        ended = person.doctor()
        server.shutdown()
    found = table(ended.out)
    assert ended.status == 0, ended.out
    assert [found[what] for what in ("ACES Platform", "Platform token", "Tenant")] == ["fine", "not checked", "not checked"]
    assert "set PLATFORM_TOKEN" in ended.out


def test_a_token_that_stands_in_the_workflow_is_not_shown_either(person: Person) -> None:
    person.edit("${{ secrets.PLATFORM_TOKEN }}", "tokenOfNobodyAtAll")
    ended = person.doctor()
    assert (ended.status, table(ended.out)["Configuration"]) == (0, "warning")
    assert "tokenOfNobody" not in ended.out + ended.err


def test_what_only_a_run_knows_is_not_guessed(person: Person) -> None:
    person.edit("DEPLOY_TAG: deploy", "DEPLOY_TAG: ${{ github.sha }}")
    person.edit(f"TENANT_ID: {person.caller.tenant_id}", "TENANT_ID: ${{ vars.TENANT_ID }}")
    person.edit(f"arn:aws:iam::{ACCOUNT}:role/{person.role}", "${{ vars.AWS_ROLE_ARN }}")
    ended = person.doctor()
    found = table(ended.out)
    assert ended.status == 0, ended.out
    assert {what for what, outcome in found.items() if outcome != "fine"} == ONLY_IN_A_JOB | {"Server image", "Tenant"}
    assert f"Role {person.role}" not in found


def test_the_tags_that_the_api_does_not_show_are_listed_by_git(person: Person, tmp_path: Path) -> None:
    tell_github(person.caller, tags=None)
    action = tmp_path / "aces-inc/aces-action"
    action.mkdir(parents=True)
    identity = ("-c", "user.name=n", "-c", "user.email=e@example.com")
    for arguments in (("init", "--quiet"), ("commit", "--quiet", "--allow-empty", "--message", "x"), ("tag", "v9.0.0")):
        subprocess.run(["git", *identity, *arguments], cwd=action, check=True, capture_output=True)
    ended = person.doctor(GITHUB_SERVER_URL=f"file://{tmp_path}")
    assert table(ended.out)["aces-action"] == "warning"
    assert "the newest one of aces-inc/aces-action is v9.0.0" in re.sub(r"\s+", " ", ended.out)


def test_what_a_person_may_not_read_is_not_checked_and_says_which_permission_is_missing(person: Person) -> None:
    for operation in ("GetRole", "GetOpenIDConnectProvider"):
        denied(person.caller, "iam", operation)
    ended = person.doctor()
    found = table(ended.out)
    assert ended.status == 0, ended.out
    roles = {"Role of the endpoint", "Role of the jobs", "Role that starts the jobs", f"Role {person.role}"}
    unseen = {what for what, outcome in found.items() if outcome == "not checked"}
    assert unseen == ONLY_IN_A_JOB | roles | {"OIDC provider in AWS"}
    assert "missing permission iam:GetOpenIDConnectProvider" in re.sub(r"\s+", " ", ended.out)
    assert "AWS_PROFILE" in ended.out


def test_mistakes_in_the_files_are_its_first_row_and_the_rest_goes_on(person: Person) -> None:
    (person.folder / "server/algorithms/register.json").write_text("{", encoding="utf-8")
    ended = person.doctor()
    found = table(ended.out)
    assert ended.status == 2
    assert {what for what, outcome in found.items() if outcome == "error"} == {"Configuration"}
    assert "server/algorithms/register.json:1:" in ended.out
    assert found["S3 bucket"] == "fine"


def test_without_an_infra_file_the_account_and_the_way_are_looked_at(person: Person, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    ended = person.doctor(str(tmp_path / "empty"))
    found = table(ended.out)
    assert ended.status == 2
    assert "ACES-C027" in ended.out
    fine = {what for what, outcome in found.items() if outcome == "fine"}
    assert fine == {"AWS identity", "AWS account", "OIDC provider in AWS", "Network to AWS", "Clock"}
    assert INSIDE | PLATFORM - {"ACES Platform"} <= {what for what, outcome in found.items() if outcome == "not checked"}


def test_one_of_several_deployments_has_to_be_said(person: Person) -> None:
    text = (person.folder / WORKFLOW).read_text(encoding="utf-8")
    (person.folder / ".github/workflows/production.yml").write_text(text.replace("ENV: dev", "ENV: production"))
    ended = person.doctor()
    assert ended.status == 2
    assert "aces-action doctor --project NAME --env dev" in ended.err
    assert person.doctor("--env", "dev").status == 0


def test_an_environment_that_nothing_can_be_called_with_is_said_once(person: Person) -> None:
    ended = person.doctor(HTTPS_PROXY="socks5://proxy.example.com:1080")
    found = table(ended.out)
    assert ended.status == 2
    assert {what for what, outcome in found.items() if outcome == "error"} == {"Network to AWS"}
    assert ended.out.count("ACES-A012") == 1
    assert found["Configuration"] == "fine"


@pytest.mark.parametrize("language", ["en", "ja"])
def test_no_line_is_wider_than_the_terminal_but_those_to_paste(person: Person, language: str) -> None:
    for each in (no_provider, other_owner, no_queue, newer):
        each(person)
    ended = person.doctor("--language", language, COLUMNS="80")
    shown = at_a_terminal("doctor", "--language", language, cwd=person.folder, replies=(), COLUMNS="80", **person.environ)
    assert (ended.status, shown.status) == (1, 1)
    text = re.sub(r"\x1b\[[0-9;]*m", "", shown.out)
    assert "\x1b[" in shown.out
    for line in text.splitlines():
        columns = sum(2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in line)
        to_paste, one_word = re.match(r"        |      aws ", line), max(map(len, line.split()), default=0) > 50
        assert columns <= 80 or to_paste or one_word, line
