"""What of a source may be promoted, by value: everything that keeps it from that, and what is promoted."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from aces_action.aws.tags import (
    COMMIT,
    CONTENT_HASH,
    REGISTERED,
    RUN_URL,
    SERVED,
    SMOKE_TESTED,
    WITHDRAWN,
    Owner,
)
from aces_action.problems import Problem
from aces_action.project.names import content_name
from aces_action.promotion.version import PromotedVersion, SourceEndpoint, SourceJob, has_passed, judge
from aces_action.resources.batch.history import JobRevision
from aces_action.resources.endpoint.state import CurrentEndpoint
from aces_action.smoke_test.model import mark_of

OWNER = Owner(project="plates", env="dev", server="plates-dev-algorithm-server")
NAME, CONTENT = OWNER.server, "0123456789abcdef" * 4
CONFIG = content_name(NAME, CONTENT)
DIGEST, SHA256 = f"sha256:{'4d' * 32}", "9c" * 32
IMAGE = f"123456789012.dkr.ecr.ap-northeast-1.amazonaws.com/{NAME}@{DIGEST}"
WEIGHTS = f"s3://plates-dev/shared/weights/releases/{SHA256}/deploy.tar.gz"
SINCE = "2026-11-27T01:02:03.000Z"
RUN = "https://github.com/example-org/plates/actions/runs/7"
TAGS = OWNER.tags(CONTENT)
CONFIG_TAGS = TAGS | {SERVED: SINCE, COMMIT: "4f2d1c7b9a3e", RUN_URL: RUN}
MARK = f"{CONTENT[:10]}.{'ab' * 8}"
ENDPOINT = SourceEndpoint(
    name=NAME,
    current=CurrentEndpoint(
        arn=f"arn:aws:sagemaker:ap-northeast-1:123456789012:endpoint/{NAME}",
        status="InService",
        config_name=CONFIG,
        target_config=None,
        failure_reason="",
        variants=(),
        progress=(),
    ),
    tags=TAGS | {SMOKE_TESTED: MARK},
    config={"EndpointConfigName": CONFIG},
    config_tags=CONFIG_TAGS,
    model={"PrimaryContainer": {"Image": IMAGE, "ModelDataUrl": WEIGHTS}},
    model_tags=TAGS,
)


def job(name: str = NAME, tags: dict[str, str] | None = None, *, image: str = IMAGE, weights: str = WEIGHTS) -> SourceJob:
    given = OWNER.tags("1f" * 32) | {REGISTERED: SINCE, SERVED: SINCE} | (tags or {})
    container: dict[str, Any] = {"image": image, "environment": [{"name": "WEIGHTS_S3_URI", "value": weights}]}
    fields = {"containerProperties": container}
    return SourceJob(name=name, live=JobRevision(name=name, number=3, arn=f"{name}:3", active=True, tags=given, fields=fields))


JOBS = (job(), job(f"{NAME}-longtime"))


def refused(endpoint: SourceEndpoint | None = ENDPOINT, *jobs: SourceJob) -> list[Problem]:
    found = judge(OWNER, endpoint, jobs or JOBS)
    assert isinstance(found, list)
    return found


def codes(endpoint: SourceEndpoint | None = ENDPOINT, *jobs: SourceJob) -> list[str]:
    return [problem.code for problem in refused(endpoint, *jobs)]


def current(**changes: Any) -> SourceEndpoint:
    assert ENDPOINT.current
    return replace(ENDPOINT, current=replace(ENDPOINT.current, **changes))


def test_an_endpoint_that_is_not_there_or_not_ours_is_nothing_to_promote() -> None:
    assert codes(SourceEndpoint(name=NAME)) == ["ACES-M001"]
    assert codes(replace(ENDPOINT, tags={})) == ["ACES-M001"]
    staging = replace(OWNER, env="staging").tags(CONTENT)
    assert codes(replace(ENDPOINT, tags=staging)) == ["ACES-M001"]


def test_all_that_is_missing_is_told_at_once() -> None:
    gone = SourceJob(name=f"{NAME}-longtime", live=None)
    found = refused(SourceEndpoint(name=NAME), replace(job(), foreign=True), gone)
    assert [problem.code for problem in found] == ["ACES-M001"] * 3
    assert "was not deployed by this action" in found[1].message.en
    assert found[2].message.en == f"dev has no job definition {NAME}-longtime."


@pytest.mark.parametrize("status", ["Creating", "Updating", "RollingBack", "Deleting", "Failed", "UpdateRollbackFailed"])
def test_an_endpoint_that_is_not_at_rest_in_service_is_not_promoted(status: str) -> None:
    found = refused(current(status=status))
    assert [problem.code for problem in found] == ["ACES-M002"]
    assert status in found[0].message.en


def test_maintenance_of_awss_own_keeps_nothing_from_being_promoted() -> None:
    assert isinstance(judge(OWNER, current(status="SystemUpdating"), JOBS), PromotedVersion)


@pytest.mark.parametrize(
    "endpoint",
    [
        replace(ENDPOINT, config=None),
        replace(ENDPOINT, model=None),
        replace(ENDPOINT, config_tags={}),
        replace(ENDPOINT, model_tags={}),
        replace(ENDPOINT, tags=TAGS | {SMOKE_TESTED: MARK, CONTENT_HASH: "f" * 64}),
        replace(ENDPOINT, model_tags=TAGS | {CONTENT_HASH: "f" * 64}),
        replace(ENDPOINT, config_tags=CONFIG_TAGS | {WITHDRAWN: "2026-11-28T00:00:00.000Z"}),
        replace(ENDPOINT, config_tags={key: value for key, value in CONFIG_TAGS.items() if key != SERVED}),
        current(config_name=f"{NAME}-by-hand"),
    ],
    ids=[
        "config deleted",
        "model deleted",
        "foreign config",
        "foreign model",
        "endpoint's tags of other content",
        "model of other content",
        "given up",
        "never noted as serving",
        "another config",
    ],
)
def test_what_no_deployment_left_there_is_not_promoted(endpoint: SourceEndpoint) -> None:
    assert codes(endpoint) == ["ACES-M003"]


def test_a_job_definition_that_was_given_up_is_not_promoted() -> None:
    given_up = job(tags={WITHDRAWN: "2026-11-28T00:00:00.000Z"})
    assert codes(ENDPOINT, given_up) == ["ACES-M003"]


@pytest.mark.parametrize(
    ("other", "what"),
    [
        (job(image=IMAGE.replace("4d", "5e")), "different images"),
        (job(weights=WEIGHTS.replace("9c", "8b")), "different weights"),
    ],
)
def test_parts_of_different_content_are_not_promoted_and_each_is_shown(other: SourceJob, what: str) -> None:
    [problem] = refused(ENDPOINT, other)
    assert (problem.code, what in problem.message.en) == ("ACES-M003", True)
    assert f"{CONFIG}: " in problem.message.en
    assert f"{NAME}:3: " in problem.message.en


def test_an_image_by_its_tag_is_not_promoted() -> None:
    by_tag = IMAGE.replace(f"@{DIGEST}", ":deploy")
    endpoint = replace(ENDPOINT, model={"PrimaryContainer": {"Image": by_tag, "ModelDataUrl": WEIGHTS}})
    assert codes(endpoint, job(image=by_tag)) == ["ACES-M003"]


@pytest.mark.parametrize("uri", ["s3://plates-dev/shared/weights/deploy.tar.gz", "", f"s3://plates-dev/releases/{'9C' * 32}/x"])
def test_weights_that_are_no_release_are_not_promoted(uri: str) -> None:
    endpoint = replace(ENDPOINT, model={"PrimaryContainer": {"Image": IMAGE, "ModelDataUrl": uri}})
    assert codes(endpoint, job(weights=uri)) == ["ACES-M006"]


@pytest.mark.parametrize(
    "mark",
    [
        "",
        f"pending {CONFIG} {SINCE}",
        f"{'f' * 10}.{'ab' * 8}",  # of the content before: a rollback, or an update that was not asked
        f"{CONTENT[:10]}",
        f"{CONTENT[:10]}.",
        f"{CONTENT[:10]}.{'ab' * 8}x",
        "yes",
    ],
)
def test_a_content_without_the_mark_of_its_own_smoke_test_is_not_promoted(mark: str) -> None:
    endpoint = replace(ENDPOINT, tags=TAGS | ({SMOKE_TESTED: mark} if mark else {}))
    tested = job(tags={SMOKE_TESTED: "ab" * 8})  # jobs alone are not all of that deployment's smoke test
    assert codes(endpoint, tested) == ["ACES-M004"]


@pytest.mark.parametrize(
    ("mark", "said", "said_ja"),
    [
        (mark_of(CONTENT, ()), "the endpoint was asked nothing", "エンドポイントにはリクエストを送っていません"),
        (f"failed {CONFIG}", "Its last smoke test failed", "最後のスモークテストは失敗しました"),
        (f"pending {CONFIG} {SINCE}", "Its smoke test was cut off", "スモークテストは途中で終わりました"),
    ],
    ids=["Batch jobs alone", "failed", "cut off"],
)
def test_an_endpoint_that_has_not_passed_is_refused_with_what_is_missing(mark: str, said: str, said_ja: str) -> None:
    [problem] = refused(replace(ENDPOINT, tags=TAGS | {SMOKE_TESTED: mark}), job(tags={SMOKE_TESTED: "ab" * 8}))
    assert problem.code == "ACES-M004"
    assert said in problem.message.en
    assert said_ja in problem.message.ja
    assert ("Add a request for the endpoint" in problem.hint.en) == (mark == mark_of(CONTENT, ()))


def test_a_note_about_another_content_says_nothing_of_this_one() -> None:
    before = replace(ENDPOINT, tags=TAGS | {SMOKE_TESTED: f"failed {NAME}-other"})
    [problem] = refused(before)
    assert problem.message.en == f"What {NAME} serves in dev has not passed its smoke test."


def test_a_mark_is_about_no_content_without_its_hash() -> None:
    assert not has_passed({SMOKE_TESTED: f".{'ab' * 8}"}, {})
    assert has_passed(ENDPOINT.tags, CONFIG_TAGS)


def test_jobs_without_an_endpoint_are_promoted_if_one_of_them_was_tested() -> None:
    assert codes(None) == ["ACES-M004"]
    version = judge(OWNER, None, [job(tags={SMOKE_TESTED: "ab" * 8}), JOBS[1]])
    assert isinstance(version, PromotedVersion)
    assert version.label == f"{NAME}:3"


@pytest.mark.parametrize("mark", ["", f"failed {'ab' * 8}", "yes"])
def test_a_job_without_the_mark_of_requests_that_it_passed_is_not_promoted(mark: str) -> None:
    assert codes(None, job(tags={SMOKE_TESTED: mark})) == ["ACES-M004"]


def test_jobs_of_which_one_failed_its_test_are_not_promoted_though_the_other_passed() -> None:
    failed = job(f"{NAME}-longtime", tags={SMOKE_TESTED: "failed"})
    [problem] = refused(None, job(tags={SMOKE_TESTED: "ab" * 8}), failed)
    assert problem.code == "ACES-M004"
    assert problem.message.en.startswith(f"What {NAME}-longtime:3 serves in dev has not passed")
    assert "failed" in problem.message.en


def test_what_is_promoted_is_named_by_its_digests_and_says_where_it_comes_from() -> None:
    assert judge(OWNER, ENDPOINT, JOBS) == PromotedVersion(
        env="dev",
        label=CONFIG,
        account="123456789012",
        repository=NAME,
        digest=DIGEST,
        bucket="plates-dev",
        key=f"shared/weights/releases/{SHA256}/deploy.tar.gz",
        sha256=SHA256,
        served=datetime(2026, 11, 27, 1, 2, 3, tzinfo=UTC),
        commit="4f2d1c7b9a3e",
        run_url=RUN,
    )


def test_where_it_comes_from_stands_in_a_tag_of_what_is_made_of_it_and_of_nothing_else() -> None:
    version = judge(OWNER, ENDPOINT, JOBS)
    assert isinstance(version, PromotedVersion)
    target = Owner(project="plates", env="staging", server="plates-staging-algorithm-server", promoted_from=version.origin)
    assert target.tags(CONTENT)["aces:promoted-from"] == f"dev 123456789012 {CONFIG}"
    assert "aces:promoted-from" not in target.tags("")  # of an endpoint that is created: it will serve others
    assert "aces:promoted-from" not in OWNER.tags(CONTENT)
