"""The job around a step that uses the action: what keeps its run from succeeding, and what GitHub refuses before it starts.

For files before a run: a run itself knows better. What only a run knows (expressions) is taken to be right.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from aces_action.inputs import ENVIRONMENTS, INPUTS, Input
from aces_action.problems.configuration import workflow_job as problems
from aces_action.problems.problem import Problem
from aces_action.project.document import Document, Path
from aces_action.project.similar import certain
from aces_action.workflow.calls import declared_inputs, is_called, required_inputs, secret_of, triggers, unknown_to_called
from aces_action.workflow.permissions import access, at_permissions
from aces_action.workflow.steps import ActionStep

_BY_NAME = {spec.name: spec for spec in INPUTS}
# Those that wait for SageMaker
_WAITING = frozenset({"deploy", "promote", "rollback", "stop", "start", "destroy"})
# GitHub docs, 'Workflow syntax', jobs.<job_id>.timeout-minutes: 'Default: 360'
_LONGEST_JOB = 360
_HOSTED = re.compile(r"(?:ubuntu|windows|macos)-[\w.-]+")  # a new machine for each job, with nothing on it
# Steps that put none of the repository's files in place
_BRINGS_NOTHING = re.compile(r"(?:actions/setup-[\w-]+|aws-actions/[\w-]+|docker/[\w-]+)(?:/[\w./-]+)?@\S+")
_MAY_BRING = re.compile(r"\b(?:git|gh|svn|hg|curl|wget|tar|unzip|aws|gsutil|az|cp|mv|rsync|scp|python|node|make|bash|sh)\b|\./")
_SERVER = rf"(?P<server>[\w-]+-(?:{'|'.join(ENVIRONMENTS)}))"
_ROLE = re.compile(rf"arn:aws[a-z-]*:iam::\d{{12}}:role/(?:\S+/)?(?P<name>{_SERVER}-(?:github-actions|aces-plan)-role)")
PLACEHOLDERS = frozenset({"ORG", "OWNER"})
# What names the branch of a pull request: GitHub docs, 'Secure use reference' and 'Contexts reference'
_HEAD = re.compile(r"github\.event\.(?:pull_request\.(?:head|merge_commit_sha|number)|number)|github\.head_ref|refs/pull/")
_SECRETS = ("AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")


def workflow_job_problems(step: ActionStep) -> Iterator[Problem]:
    """The problems of the job around a step, and of the job that calls its workflow: C046 to C053, C056."""
    yield from _no_oidc_token(step)
    yield from _ends_before_the_wait(step)
    yield from _no_checkout(step)
    yield from _secrets_in_the_open(step)
    yield from _role_of_another_project(step)
    yield from _placeholder_owner(step)
    yield from _refused_call(step)
    yield from _secrets_not_passed(step)
    yield from _files_of_anybody(step)


def _value(step: ActionStep, name: str) -> str | None:
    """The text of an input, its default where it is not given; None where only a run knows it."""
    spec = _BY_NAME[name]
    path = step.place(spec)
    text = step.text(path) if path else ""
    return spec.default or "" if text == "" else text


def _no_oidc_token(step: ActionStep) -> Iterator[Problem]:
    """GitHub docs, 'OpenID Connect': a token needs `id-token: write`, which no default of an organisation gives; what a job says
    of permissions takes the place of what the workflow says. A called workflow has at most what its caller has."""
    role = step.place(_BY_NAME["aws-role-arn"])
    if role is None or not _value(step, "aws-role-arn") or _value(step, "command") == "validate":
        return
    if _lacks_token(step.document, step.path[:2]):
        yield at_permissions(step.document, step.path[:2], problems.no_oidc_token(step.job))
    elif step.call and _lacks_token(step.call.document, step.call.path):
        problem = problems.caller_without_token(str(step.call.path[-1]), step.call.file)
        yield at_permissions(step.call.document, step.call.path, problem)


def _lacks_token(document: Document, job: Path) -> bool:
    """Of a workflow that others call, whose own job says nothing, it is for the caller to say."""
    given = access(document, job, "id-token")
    return given in {"none", "read"} or (given is None and not is_called(document))


def _ends_before_the_wait(step: ActionStep) -> Iterator[Problem]:
    wait = _BY_NAME["wait-timeout"].read(_value(step, "wait-timeout") or "")
    if not isinstance(wait, int) or _value(step, "command") not in _WAITING:
        return
    limits = [(*step.path, "timeout-minutes"), (*step.path[:2], "timeout-minutes")]
    given = [path for path in limits if path in step.document.values]
    minutes = [(value, path) for path in given if isinstance(value := step.document.get(*path), int | float)]
    if len(minutes) < len(given):  # an expression
        return
    least, path = min(minutes, default=(_LONGEST_JOB, step.place(_BY_NAME["wait-timeout"]) or step.path))
    if least * 60 <= wait:
        yield step.document.at(path, problems.job_ends_first(f"{least:g}", wait // 60))


def _no_checkout(step: ActionStep) -> Iterator[Problem]:
    runner = step.document.get(*step.path[:2], "runs-on")
    labels = runner if isinstance(runner, list) else [runner]
    if not all(isinstance(label, str) and _HOSTED.fullmatch(label) for label in labels):
        return
    for index in range(int(step.path[-1])):
        before = step.document.get(*step.path[:-1], index)
        uses, run = (before.get("uses"), before.get("run")) if isinstance(before, dict) else (None, None)
        if isinstance(uses, str) and _BRINGS_NOTHING.fullmatch(uses.strip()):
            continue
        if not isinstance(run, str) or _MAY_BRING.search(run):
            return
    yield step.document.at((*step.path, "uses"), problems.no_checkout())


def _secrets_in_the_open(step: ActionStep) -> Iterator[Problem]:
    token = step.place(_BY_NAME["platform-token"])
    places = [token, *(step.variables.get(name) for name in _SECRETS)]
    for path in places:
        if path is not None and step.text(path):
            yield step.at(path, problems.secret_in_the_open(str(path[-1])))


def _role_of_another_project(step: ActionStep) -> Iterator[Problem]:
    """By the guide's names of roles alone: others tell nothing of a project."""
    role, project, env = (_value(step, name) for name in ("aws-role-arn", "project", "env"))
    found = _ROLE.fullmatch(role or "")
    path = step.place(_BY_NAME["aws-role-arn"])
    if not (found and path and project and env) or not _is_name(project, env):
        return
    own = f"{project}-{env}"
    if found["server"] != own:
        yield step.at(path, problems.role_of_another_project(found["name"], own))


def _is_name(project: str, env: str) -> bool:
    return all(spec.read(text) is not None for spec, text in ((_BY_NAME["project"], project), (_BY_NAME["env"], env)))


def _placeholder_owner(step: ActionStep) -> Iterator[Problem]:
    """GitHub takes names in any case, but nobody writes an owner's name in capitals."""
    uses = str(step.document.get(*step.path, "uses")).strip()
    owner = uses.removeprefix("docker://").split("/")[-2:][0] if uses.startswith("docker://") else uses.partition("/")[0]
    if owner in PLACEHOLDERS:
        yield step.document.at((*step.path, "uses"), problems.placeholder_owner(owner))


def _refused_call(step: ActionStep) -> Iterator[Problem]:
    """GitHub refuses a workflow whose call gives what the called one does not take, or lacks what it requires."""
    if step.call is None:
        return
    call, known = step.call, declared_inputs(step.document)
    yield from unknown_to_called(call, "input", known)
    names = call.names("with")
    for name in required_inputs(step.document):
        if name.casefold() not in {each.casefold() for each in names} and not any(certain(each, known) == name for each in names):
            yield call.document.at((*call.path, "uses"), problems.input_of_call_missing(name, call.file))


def _secrets_not_passed(step: ActionStep) -> Iterator[Problem]:
    if step.call is None:
        return
    for spec in INPUTS:
        path = step.place(spec)
        secret = secret_of(str(step.document.get(*path))) if path else None
        if secret and not step.call.passes(secret):
            yield step.call.at_secrets(problems.secret_not_passed(secret, _called(spec), step.call.file))


def _called(spec: Input) -> str:
    return spec.variable or spec.name


def _files_of_anybody(step: ActionStep) -> Iterator[Problem]:
    """GitHub docs, 'Events that trigger workflows', pull_request_target: it runs with the base branch's rights and files, unless
    a step checks out others. `validate` only reads them."""
    started = {*triggers(step.document), *(triggers(step.call.document) if step.call else ())}
    if "pull_request_target" not in started or _value(step, "command") == "validate":
        return
    for index in range(int(step.path[-1])):
        before = (*step.path[:-1], index)
        for place in ((*before, "with", "ref"), (*before, "with", "repository"), (*before, "run")):
            if _HEAD.search(str(step.document.get(*place) or "")):
                yield step.document.at(place, problems.files_of_anybody(step.job))
                return
