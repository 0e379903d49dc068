"""The version that is promoted, and whether what was read of the source may be one. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from aces_action.aws.image import in_ecr
from aces_action.aws.tags import COMMIT, CONTENT_HASH, RUN_URL, SERVED, SMOKE_TESTED, Owner, time_in
from aces_action.changes import noun
from aces_action.language import Text
from aces_action.problems import Problem
from aces_action.problems import promotion as problems
from aces_action.project.names import HASH_LENGTH, content_name
from aces_action.resources.endpoint.history import was_good
from aces_action.resources.endpoint.state import CurrentEndpoint
from aces_action.smoke_test.job_model import JOBS_FAILED
from aces_action.smoke_test.model import mark_of

if TYPE_CHECKING:
    from aces_action.resources.batch.history import JobRevision

# SystemUpdating: AWS's own maintenance, which leads to the same endpoint config (botocore: EndpointStatus)
_AT_REST = frozenset({"InService", "SystemUpdating"})
_RELEASE = re.compile(r"s3://([^/]+)/((?:[^/]+/)*releases/([0-9a-f]{64})/[^/]+)", re.ASCII)
_JOBS_MARK = re.compile(r"[0-9a-f]{16}", re.ASCII)  # smoke_test/job_model.py: jobs_mark


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceEndpoint:
    """What was read of the source's endpoint. `config` and `model` are SageMaker's answers, None where there is none."""

    name: str
    current: CurrentEndpoint | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    config: Mapping[str, Any] | None = None
    config_tags: Mapping[str, str] = field(default_factory=dict)
    model: Mapping[str, Any] | None = None
    model_tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceJob:
    """What was read of one of the source's job definitions. `live` is what jobs by the name run on, if that is ours; `foreign`:
    others have registered the newest revision."""

    name: str
    live: JobRevision | None
    foreign: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PromotedVersion:
    """What serves in the environment `env`: one image and one release of weights, which have passed their smoke test there.

    `repository` and `digest`: in ECR of the account; `bucket`, `key` and `sha256`: the release. `label`: the endpoint config, or
    the revision of a job definition. `served`: since when, in UTC; `commit` and `run_url`: of its deployment.
    """

    env: str
    label: str
    account: str
    repository: str
    digest: str
    bucket: str
    key: str
    sha256: str
    served: datetime | None
    commit: str
    run_url: str

    @property
    def origin(self) -> str:
        """Where it came from, as it stands in a tag."""
        return f"{self.env} {self.account} {self.label}"

    @property
    def weights_uri(self) -> str:
        return f"s3://{self.bucket}/{self.key}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """An endpoint or a revision of a job definition: what it is made of, and how its last smoke test ended."""

    label: str
    image: str
    weights: str
    tags: Mapping[str, str]
    passed: bool
    lacks: problems.Untested = "no note"


def judge(owner: Owner, endpoint: SourceEndpoint | None, jobs: Sequence[SourceJob]) -> PromotedVersion | list[Problem]:
    """What is promoted, or all that keeps it from that (M001 to M004, M006). `owner`: of the source.

    A smoke test of a deployment with an endpoint is noted on the endpoint once requests and jobs have all passed, and counts if
    one of them was for the endpoint; without an endpoint on each job definition that was tested, and one is enough, if no other
    has failed.
    """
    found: list[Problem] = []
    parts: list[_Part] = []
    for each in ([_endpoint(owner, endpoint)] if endpoint else []) + [_job(owner.env, job) for job in jobs]:
        if isinstance(each, Problem):
            found.append(each)
        else:
            parts.append(each)
    if found:
        return found
    whole = _whole(owner.env, parts)
    if isinstance(whole, Problem):
        return [whole]
    tested = parts[:1] if endpoint else parts
    failed = [part for part in tested if part.lacks == "failed"]
    if failed or not any(part.passed for part in tested):
        names = [endpoint.name] if endpoint else [part.label for part in failed or tested]
        return [problems.never_passed(owner.env, names, (failed or tested)[0].lacks)]
    return whole


def has_passed(endpoint_tags: Mapping[str, str], config_tags: Mapping[str, str]) -> bool:
    """Whether the mark of the smoke test is about the very content that serves, and about requests that its endpoint was asked
    (smoke_test/model.py: mark_of)."""
    content, mark = config_tags.get(CONTENT_HASH, ""), endpoint_tags.get(SMOKE_TESTED, "")
    about_it = bool(content) and re.fullmatch(rf"{re.escape(content[:HASH_LENGTH])}\.[0-9a-f]{{16}}", mark) is not None
    return about_it and mark != mark_of(content, ())


def _lacks(mark: str, content: str, config_name: str) -> problems.Untested:
    """Why the endpoint has not passed (deployment/smoke_testing.py writes the mark)."""
    if mark == mark_of(content, ()):
        return "jobs alone"
    if mark == f"failed {config_name}":
        return "failed"
    return "cut off" if mark.startswith(f"pending {config_name}") else "no note"


def _endpoint(owner: Owner, reading: SourceEndpoint) -> _Part | Problem:
    env, name, current = owner.env, reading.name, reading.current
    if current is None:
        return problems.nothing_there(env, noun("endpoint"), name, foreign=False)
    if not owner.owns(reading.tags):
        return problems.nothing_there(env, noun("endpoint"), name, foreign=True)
    if current.status not in _AT_REST or current.leads_to != current.config_name:
        return problems.not_settled(env, name, current.status)
    content = reading.config_tags.get(CONTENT_HASH, "")
    as_deployed = (
        reading.config is not None
        and reading.model is not None
        and owner.owns(reading.config_tags)
        and owner.owns(reading.model_tags)
        and current.config_name == content_name(owner.server, content)
        and content == reading.model_tags.get(CONTENT_HASH) == reading.tags.get(CONTENT_HASH)
        and was_good(reading.config_tags)
    )
    if not as_deployed or reading.model is None:
        return problems.changed_by_others(env, name)
    container = reading.model.get("PrimaryContainer", {})
    return _Part(
        label=current.config_name,
        image=str(container.get("Image", "")),
        weights=str(container.get("ModelDataUrl", "")),
        tags=reading.config_tags,
        passed=has_passed(reading.tags, reading.config_tags),
        lacks=_lacks(reading.tags.get(SMOKE_TESTED, ""), content, current.config_name),
    )


def _job(env: str, reading: SourceJob) -> _Part | Problem:
    live = reading.live
    if live is None or reading.foreign:
        return problems.nothing_there(env, noun("job definition"), reading.name, foreign=reading.foreign)
    if not live.was_good:
        return problems.changed_by_others(env, live.label)
    mark = live.tags.get(SMOKE_TESTED, "")
    return _Part(
        label=live.label,
        image=live.image,
        weights=live.weights,
        tags=live.tags,
        passed=_JOBS_MARK.fullmatch(mark) is not None,
        lacks="failed" if mark == JOBS_FAILED else "no note",
    )


def _whole(env: str, parts: Sequence[_Part]) -> PromotedVersion | Problem:
    """The one image and the one release of all parts."""
    first = parts[0]
    uses: tuple[tuple[Text, list[str]], ...] = (
        (Text("images", "イメージ"), [part.image for part in parts]),
        (Text("weights", "重みファイル"), [part.weights for part in parts]),
    )
    for what, values in uses:
        if len(set(values)) > 1:
            return problems.parts_differ(env, what, [(part.label, value) for part, value in zip(parts, values, strict=True)])
    image, release = in_ecr(first.image), _RELEASE.fullmatch(first.weights)
    if image is None:
        return problems.changed_by_others(
            env, first.label, Text("Its image is not one of ECR by digest.", "イメージがECRのダイジェスト指定ではありません。")
        )
    if release is None:
        return problems.no_release(env, first.weights)
    account, repository, digest = image
    return PromotedVersion(
        env=env,
        label=first.label,
        account=account,
        repository=repository,
        digest=digest,
        bucket=release[1],
        key=release[2],
        sha256=release[3],
        served=time_in(first.tags.get(SERVED, "")),
        commit=first.tags.get(COMMIT, ""),
        run_url=first.tags.get(RUN_URL, ""),
    )
