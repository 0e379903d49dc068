"""The job around a step: what cannot succeed is told, and every right shape of a workflow gives nothing."""

from __future__ import annotations

from pathlib import Path
from textwrap import indent

import pytest

from aces_action.origin import OWNER
from aces_action.workflow.job import workflow_job_problems
from aces_action.workflow.steps import find_steps
from tests.project.conftest import EXAMPLES

FOLDER = ".github/workflows"
ROLE = "arn:aws:iam::123456789012:role/plates-dev-github-actions-role"
CHECKOUT = "      - uses: actions/checkout@v5\n"
TOKEN = "    permissions: {id-token: write, contents: read}\n"


def step(inputs: str = "", *, role: str = ROLE) -> str:
    given = f"aws-role-arn: {role}\nproject: plates\nenv: dev\n{inputs}".rstrip() + "\n"
    return f"      - uses: aces/aces-action@v1\n        with:\n{indent(given, ' ' * 10)}"


def workflow(job: str = TOKEN, *, head: str = "on: push\n", before: str = CHECKOUT, action: str | None = None) -> str:
    """A workflow with one job."""
    return f"{head}jobs:\n  deploy:\n    runs-on: ubuntu-24.04\n{job}    steps:\n{before}{step() if action is None else action}"


def found(tmp_path: Path, **files: str) -> list[tuple[str, str, int]]:
    """Code, file and line of each problem, in files by their names without .yml."""
    (tmp_path / FOLDER).mkdir(parents=True)
    for name, text in files.items():
        (tmp_path / FOLDER / f"{name}.yml").write_text(text, "utf-8")
    steps, problems = find_steps(tmp_path)
    assert problems == []
    problems = list(dict.fromkeys(problem for each in steps for problem in workflow_job_problems(each)))
    assert all(each.hint.ja and each.message.ja for each in problems)
    return [(each.code, Path(each.file or "").stem, each.line or 0) for each in problems]


CALLED = "on:\n  workflow_call:\n    inputs:\n      env: {type: string, required: true}\n"
CALLER = "on: push\njobs:\n  call:\n    uses: ./.github/workflows/x.yml\n    with: {env: dev}\n"
PASSES = "    permissions: {id-token: write}\n"
WITH_SECRET = step("platform-token: ${{ secrets.PLATFORM_TOKEN }}")
TARGET = "on: pull_request_target\n"
HEAD = "      - uses: actions/checkout@v5\n        with:\n          ref: ${{ github.event.pull_request.head.sha }}\n"

# Workflows that are right, in the many shapes that people write
RIGHT: dict[str, dict[str, str]] = {
    "of the job": {"x": workflow()},
    "of the workflow": {"x": workflow("", head="on: push\npermissions:\n  id-token: write\n  contents: read\n")},
    "all of the workflow": {"x": workflow("", head="on: push\npermissions: write-all\n")},
    "all of the job": {"x": workflow("    permissions: write-all\n", head="on: push\npermissions: {}\n")},
    "none for the workflow, some for the job": {"x": workflow(head="on: push\npermissions: {}\n")},
    "by an anchor": {"x": workflow("    permissions: *p\n", head="on: push\npermissions: &p {id-token: write}\n")},
    "a role that only a run knows": {"x": workflow("", action=step(role="${{ vars.ROLE }}"))},
    "a role that only a run knows in env": {
        "x": workflow("    env: {AWS_ROLE_ARN: '${{ secrets.R }}'}\n", action=step(role="''"))
    },
    "no role": {"x": workflow("", action="      - uses: aces/aces-action@v1\n")},
    "nothing of AWS": {"x": workflow("", action=step("command: validate"))},
    "a reusable workflow of whose callers nothing is known": {"x": workflow("", head="on: workflow_call\n")},
    "a reusable workflow in a list": {"x": workflow("", head="on: [workflow_call, workflow_dispatch]\n")},
    "a caller that has it": {"x": workflow(head=CALLED), "y": CALLER + PASSES},
    "a caller whose workflow has it": {"x": workflow("", head=CALLED), "y": "permissions: write-all\n" + CALLER},
    "a caller that is called itself": {"x": workflow(head=CALLED), "y": CALLER.replace("on: push", "on: workflow_call")},
    "a caller of another repository's": {
        "x": workflow(),
        "y": "on: push\njobs:\n  a:\n    uses: o/r/.github/workflows/x.yml@v1\n",
    },
    "secrets inherited": {
        "x": workflow(head=CALLED, action=WITH_SECRET),
        "y": CALLER + PASSES + "    secrets: inherit\n",
    },
    "a secret passed": {
        "x": workflow(head=CALLED, action=WITH_SECRET),
        "y": CALLER + PASSES + "    secrets: {platform_token: '${{ secrets.PLATES }}'}\n",
    },
    "inputs in another case": {"x": workflow(head=CALLED), "y": CALLER.replace("env:", "ENV:") + PASSES},
    "time enough": {"x": workflow(TOKEN + "    timeout-minutes: 120\n")},
    "time from an expression": {"x": workflow(TOKEN + "    timeout-minutes: ${{ inputs.minutes }}\n")},
    "a shorter wait": {"x": workflow(TOKEN + "    timeout-minutes: 45\n", action=step("wait-timeout: 30m"))},
    "a wait from an expression": {"x": workflow(TOKEN + "    timeout-minutes: 1\n", action=step("wait-timeout: ${{ vars.W }}"))},
    "a plan needs no wait": {"x": workflow(TOKEN + "    timeout-minutes: 15\n", action=step("command: plan"))},
    "a command that only a run knows": {
        "x": workflow(TOKEN + "    timeout-minutes: 5\n", action=step("command: ${{ inputs.command }}"))
    },
    "a checkout with a condition": {"x": workflow(before="      - if: always()\n        uses: actions/checkout@v5\n")},
    "a checkout by git": {"x": workflow(before="      - run: git clone https://example.com/x .\n")},
    "a checkout by somebody's action": {"x": workflow(before="      - uses: someone/prepare@v1\n")},
    "an own runner, which may keep its files": {"x": workflow(before="").replace("ubuntu-24.04", "[self-hosted, linux]")},
    "a runner that only a run knows": {"x": workflow(before="").replace("ubuntu-24.04", "${{ matrix.os }}")},
    "a group of runners": {"x": workflow(before="").replace("ubuntu-24.04", "{group: large}")},
    "files of another job": {"x": workflow(before="      - uses: actions/download-artifact@v5\n")},
    "a token from a secret": {"x": workflow(action=WITH_SECRET)},
    "a token from an expression": {"x": workflow(action=step("platform-token: ${{ needs.a.outputs.t || secrets.T }}"))},
    "an empty token": {"x": workflow(action=step("platform-token: ''"))},
    "a role with a path": {"x": workflow(action=step(role=ROLE.replace("role/", "role/teams/vision/")))},
    "a role of one's own name": {"x": workflow(action=step(role=ROLE.replace("plates-dev-github-actions-role", "shared")))},
    "a shared role of another name": {
        "x": workflow(action=step(role=ROLE.replace("plates-dev-github-actions-role", "all-dev-deploy-role")))
    },
    "the role for plans": {"x": workflow(action=step(role=ROLE.replace("github-actions-role", "aces-plan-role")))},
    "a matrix": {
        "x": workflow(
            TOKEN + "    strategy: {matrix: {env: [dev, staging]}}\n",
            action=step().replace("env: dev", "env: ${{ matrix.env }}"),
        )
    },
    "an owner like the placeholder": {"x": workflow(action=step().replace("aces/aces-action", "org/aces-action"))},
    "a copy in the repository": {"x": workflow(action=step().replace("aces/aces-action@v1", "./.github/actions/aces-action"))},
    "an image without an owner": {"x": workflow(action=step().replace("aces/aces-action@v1", "docker://aces-action:v1"))},
    "the base branch's files on pull_request_target": {"x": workflow(head=TARGET)},
    "a pull request's files, read only": {
        "x": workflow(head=TARGET, before=HEAD, action=step("command: validate", role="''")),
    },
    "a pull request's files on pull_request": {"x": workflow(head="on: pull_request\n", before=HEAD)},
    "a container of the job's": {"x": workflow(TOKEN + "    container: node:22\n")},
}


@pytest.mark.parametrize("name", RIGHT)
def test_a_workflow_that_is_right_gives_nothing(tmp_path: Path, name: str) -> None:
    assert found(tmp_path, **RIGHT[name]) == []


def test_the_examples_workflows_are_right() -> None:
    for example in sorted(EXAMPLES.iterdir()):
        steps, problems = find_steps(example)
        assert problems == []
        assert steps or example.name == "fleet"  # whose jobs are those of the workflows that it calls
        found = [problem.code for each in steps for problem in workflow_job_problems(each)]
        left_open = {"ACES-C051"} if OWNER == "ORG" else set[str]()  # a release has filled it in
        assert set(found) == (left_open if steps else set()), "the owner is for whoever copies them to fill in"


# Workflows that are wrong, each with what is told: code, file, line
WRONG: dict[str, tuple[dict[str, str], list[tuple[str, str, int]]]] = {
    "nothing said of permissions": ({"x": workflow("")}, [("ACES-C046", "x", 3)]),
    "other permissions of the job": (
        {"x": workflow("    permissions:\n      contents: read\n", head="on: push\npermissions: write-all\n")},
        [("ACES-C046", "x", 6)],
    ),
    "no permission at all": ({"x": workflow("", head="on: push\npermissions: {}\n")}, [("ACES-C046", "x", 2)]),
    "permission to read all": ({"x": workflow("    permissions: read-all\n")}, [("ACES-C046", "x", 5)]),
    "permission to read the token": ({"x": workflow("    permissions: {id-token: read}\n")}, [("ACES-C046", "x", 5)]),
    "a role of the workflow's variables": (
        {"x": workflow("", head=f"on: push\nenv: {{AWS_ROLE_ARN: '{ROLE}'}}\n", action="      - uses: aces/aces-action@v1\n")},
        [("ACES-C046", "x", 4)],
    ),
    "a reusable workflow that says no": (
        {"x": workflow("    permissions: {}\n", head="on: workflow_call\n")},
        [("ACES-C046", "x", 5)],
    ),
    "a caller without it": ({"x": workflow(head=CALLED), "y": CALLER}, [("ACES-C046", "y", 3)]),
    "a caller with another": (
        {"x": workflow("", head=CALLED), "y": CALLER + "    permissions:\n      contents: read\n"},
        [("ACES-C046", "y", 6)],
    ),
    "less time than the default wait": ({"x": workflow(TOKEN + "    timeout-minutes: 30\n")}, [("ACES-C047", "x", 6)]),
    "as much time as the wait": (
        {"x": workflow(TOKEN + "    timeout-minutes: 45\n", action=step("wait-timeout: 45m"))},
        [("ACES-C047", "x", 6)],
    ),
    "less time for the step": (
        {"x": workflow(TOKEN + "    timeout-minutes: 90\n", action=step() + "        timeout-minutes: 10\n")},
        [("ACES-C047", "x", 14)],
    ),
    "longer than GitHub's default": ({"x": workflow(action=step("wait-timeout: 6h"))}, [("ACES-C047", "x", 13)]),
    "no checkout": ({"x": workflow(before="")}, [("ACES-C048", "x", 7)]),
    "no checkout after what brings nothing": (
        {
            "x": workflow(
                before="      - uses: actions/setup-python@v6\n      - uses: aws-actions/configure-aws-credentials@v5\n"
                "      - uses: docker/setup-buildx-action@v3\n      - run: echo hello\n"
            )
        },
        [("ACES-C048", "x", 11)],
    ),
    "a checkout too late": ({"x": workflow(before="", action=step() + CHECKOUT)}, [("ACES-C048", "x", 7)]),
    "a token": ({"x": workflow(action=step("platform-token: 0123456789abcdef"))}, [("ACES-C049", "x", 13)]),
    "a key of AWS's": (
        {"x": workflow(TOKEN + "    env:\n      AWS_SECRET_ACCESS_KEY: abcdefgh\n")},
        [("ACES-C049", "x", 7)],
    ),
    "a role of another environment": (
        {"x": workflow(action=step(role=ROLE.replace("-dev-", "-staging-")))},
        [("ACES-C050", "x", 10)],
    ),
    "a role of another project": ({"x": workflow(action=step(role=ROLE.replace("plates", "faces")))}, [("ACES-C050", "x", 10)]),
    "the examples' placeholder": (
        {"x": workflow(action=step().replace("aces/", "ORG/"))},
        [("ACES-C051", "x", 8)],
    ),
    "the placeholder of an image": (
        {"x": workflow(action=step().replace("aces/aces-action@v1", "docker://ghcr.io/OWNER/aces-action:v1"))},
        [("ACES-C051", "x", 8)],
    ),
    "an input that the called workflow has not": (
        {"x": workflow(head=CALLED), "y": CALLER.replace("env: dev", "env: dev, enviroment: x") + PASSES},
        [("ACES-C052", "y", 5)],
    ),
    "an input that it requires": (
        {"x": workflow(head=CALLED), "y": CALLER.replace("    with: {env: dev}\n", "") + PASSES},
        [("ACES-C052", "y", 4)],
    ),
    "a mistyped input is not missing too": (
        {"x": workflow(head=CALLED.replace("env:", "environment:")), "y": CALLER.replace("env:", "enviroment:") + PASSES},
        [("ACES-C052", "y", 5)],
    ),
    "a secret that is not passed": (
        {"x": workflow(head=CALLED, action=WITH_SECRET), "y": CALLER + PASSES},
        [("ACES-C053", "y", 4)],
    ),
    "another secret is passed": (
        {
            "x": workflow(head=CALLED, action=WITH_SECRET),
            "y": CALLER + PASSES + "    secrets:\n      OTHER: ${{ secrets.OTHER }}\n",
        },
        [("ACES-C053", "y", 7)],
    ),
    "a pull request's files on pull_request_target": ({"x": workflow(head=TARGET, before=HEAD)}, [("ACES-C056", "x", 9)]),
    "the fork's repository": (
        {"x": workflow(head=TARGET, before=HEAD.replace("ref", "repository").replace("head.sha", "head.repo.full_name"))},
        [("ACES-C056", "x", 9)],
    ),
    "its merge": (
        {"x": workflow(head=TARGET, before=HEAD.replace("${{ github.event.pull_request.head.sha }}", "refs/pull/1/merge"))},
        [("ACES-C056", "x", 9)],
    ),
    "its branch by git": (
        {"x": workflow(head=TARGET, before="      - run: git fetch origin ${{ github.head_ref }}\n")},
        [("ACES-C056", "x", 7)],
    ),
    "one event of several": (
        {"x": workflow(head="on: {push: {}, pull_request_target: {}}\n", before=HEAD)},
        [("ACES-C056", "x", 9)],
    ),
    "a caller's event": (
        {"x": workflow(head=CALLED, before=HEAD), "y": CALLER.replace("on: push", "on: pull_request_target") + PASSES},
        [("ACES-C056", "x", 12)],
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_workflow_that_is_wrong_is_told_at_its_place(tmp_path: Path, name: str) -> None:
    files, expected = WRONG[name]
    assert found(tmp_path, **files) == expected


def test_a_secrets_value_is_not_repeated(tmp_path: Path) -> None:
    (tmp_path / FOLDER).mkdir(parents=True)
    (tmp_path / FOLDER / "x.yml").write_text(workflow(action=step("platform-token: hunter2hunter2")))
    steps, _ = find_steps(tmp_path)
    (problem,) = workflow_job_problems(steps[0])
    assert "hunter2" not in f"{problem.message} {problem.hint}"
    assert "${{ secrets.PLATFORM_TOKEN }}" in problem.hint.en


def test_a_reusable_workflow_is_there_once_for_each_call_with_what_that_gives(tmp_path: Path) -> None:
    called = CALLED + "      image: {type: string, default: a.png}\n      tag: {type: string}\n      quick: {type: boolean}\n"
    action = (
        "      - uses: aces/aces-action@v1\n        with:\n          env: ${{ inputs.env }}\n"
        "          frontend-image-path: ${{inputs.image}}\n          deploy-tag: ${{ inputs.tag }}\n"
        "          project: ${{ inputs.project }}\n          command: ${{ inputs.quick && 'plan' || 'deploy' }}\n"
    )
    calls = "".join(
        f"  {job}:\n    uses: ./.github/workflows/x.yml\n    with: {{{given}}}\n"
        for job, given in (("a", "env: dev"), ("b", "env: staging, tag: v1, image: b.png"), ("c", "env: '${{ vars.E }}'"))
    )
    (tmp_path / FOLDER).mkdir(parents=True)
    (tmp_path / FOLDER / "x.yml").write_text(workflow(head=called, action=action))
    (tmp_path / FOLDER / "y.yml").write_text(f"on: push\njobs:\n{calls}")
    steps, problems = find_steps(tmp_path)
    assert problems == []
    assert [each.environ() for each in steps] == [
        {"INPUT_ENV": "dev", "INPUT_FRONTEND-IMAGE-PATH": "a.png", "INPUT_DEPLOY-TAG": ""},
        {"INPUT_ENV": "staging", "INPUT_FRONTEND-IMAGE-PATH": "b.png", "INPUT_DEPLOY-TAG": "v1"},
        {"INPUT_FRONTEND-IMAGE-PATH": "a.png", "INPUT_DEPLOY-TAG": ""},
    ]


def test_a_reusable_workflow_that_also_starts_by_itself_is_there_as_it_is_too(tmp_path: Path) -> None:
    (tmp_path / FOLDER).mkdir(parents=True)
    (tmp_path / FOLDER / "x.yml").write_text(workflow(head=CALLED.replace("on:\n", "on:\n  push:\n")))
    (tmp_path / FOLDER / "y.yml").write_text(CALLER)
    steps, _ = find_steps(tmp_path)
    assert [each.call is None for each in steps] == [True, False]


@pytest.mark.parametrize(("name", "count"), [("ACES deploy", 1), ("Another action", 0)])
def test_the_action_at_the_top_of_its_own_repository_is_used_by_a_dot(tmp_path: Path, name: str, count: int) -> None:
    (tmp_path / FOLDER).mkdir(parents=True)
    (tmp_path / FOLDER / "x.yml").write_text("on: push\njobs:\n  a:\n    steps:\n      - uses: ./\n")
    (tmp_path / "action.yml").write_text(f"name: {name}\nruns: {{using: docker, image: Dockerfile}}\n")
    steps, problems = find_steps(tmp_path)
    assert (len(steps), problems) == (count, [])
