"""The comparison by value, and what would be refused: no server involved."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from aces_action.changes import Change
from aces_action.language import Text, same
from aces_action.problems import Problem
from aces_action.resources.listing import NEW_REVISION, AsyncSageMakerTarget, BatchTarget
from aces_action.resources.listing.client import PRESENT, UNSEEN, Registered
from aces_action.resources.listing.plan import PlatformState, compare, refusals
from aces_action.resources.listing.spec import Listing, registration, server_fields, service_fields
from tests.listing.examples import JOBS, PNG, listing, server, service

SHA = hashlib.sha256(PNG).hexdigest()
IMAGES = {"number_plate.png": SHA}
NOT_THERE = Text("not on the platform yet", "ACES Platformにまだありません")


def registered(wanted: Listing, plan_id: object = 1, **fields: object) -> Registered:
    """A platform that has the listing, with some fields of each service otherwise."""
    extra: dict[str, Any] = {"registered_at": "2026-11-01T00:00:00+00:00", "server": server_fields(wanted.server)}
    services = {entry.name: service_fields(entry) | extra | fields for entry in wanted.services}
    return Registered(plan_id=plan_id, overflow_mode=1, services=services)


def changes(have: Registered, images: Mapping[str, str | None], wanted: Listing) -> list[Change]:
    return compare(PlatformState(registered=have, images=images), wanted)


def refused(have: Registered, images: Mapping[str, str | None], wanted: Listing) -> list[Problem]:
    return refusals(PlatformState(registered=have, images=images), wanted)


def test_a_service_of_another_project_is_not_overwritten() -> None:
    [problem] = refused(registered(listing(server=server("vehicle-count"))), IMAGES, listing())
    assert problem.code == "ACES-R001"
    assert (
        problem.message.en
        == "The tenant already has a service 'number-plate', of project 'vehicle-count': it would be overwritten."
    )
    assert problem.file == "server/algorithms/register.json"


def test_an_image_key_that_nobody_uploads_is_refused_with_the_right_one() -> None:
    wanted = listing(services=(service(image_key="example.png"),))
    [problem] = refused(registered(wanted), IMAGES | {"example.png": None}, wanted)
    assert problem.hint.en == "Set image_key to 'number_plate.png', the name of that file."
    assert refused(registered(wanted), IMAGES | {"example.png": "0" * 64}, wanted) == []


def test_without_an_image_of_our_own_the_platform_must_have_it() -> None:
    [problem] = refused(registered(listing()), {"number_plate.png": None}, listing(image=None))
    assert problem.hint.en == "Set FRONTEND_IMAGE_PATH to the image."


def test_the_picture_of_another_project_is_not_replaced() -> None:
    theirs = registered(listing(services=(service("count"),), server=server("vehicle-count")))
    [problem] = refused(theirs, {"number_plate.png": "0" * 64}, listing())
    assert "also the image of service 'count', project 'vehicle-count'" in problem.message.en
    assert refused(theirs, IMAGES, listing()) == []
    assert [problem.code for problem in refused(theirs, {"number_plate.png": PRESENT}, listing())] == ["ACES-R001"]
    assert refused(theirs, {"number_plate.png": UNSEEN}, listing()) == []


def test_what_is_registered_already_changes_nothing() -> None:
    assert changes(registered(listing()), IMAGES, listing()) == [
        Change(verb="nothing", resource="image", name="number_plate.png"),
        Change(verb="nothing", resource="service", name="number-plate"),
    ]


def test_on_an_empty_platform_everything_is_created_and_the_plan_set() -> None:
    empty = Registered(plan_id=0, overflow_mode=0, services={})
    assert changes(empty, {"number_plate.png": None}, listing()) == [
        Change(verb="update", resource="tenant", name="plan", reasons=(same("plan_id: 0 -> 1"), same("overflow_mode: 0 -> 1"))),
        Change(verb="create", resource="image", name="number_plate.png", reasons=(NOT_THERE,)),
        Change(verb="create", resource="service", name="number-plate", reasons=(NOT_THERE,)),
    ]


def test_every_changed_field_is_a_reason() -> None:
    have = registered(listing(), title="Old", algorithms=["A"], results_to_show_default=True, point_per_frame=0.0)
    [_, change] = changes(have, IMAGES, listing())
    assert (change.verb, tuple(each.en for each in change.reasons)) == (
        "update",
        (
            'title: "Old" -> "Number Plate Detection"',
            "results_to_show_default: true -> false",
            'algorithms: ["A"] -> ["NA"]',
        ),
    )


def test_a_new_job_definition_revision_is_a_reason() -> None:
    have = registered(listing(server=server(revision=3)))
    wanted = server(revision=4)
    [_, change] = changes(have, IMAGES, listing(server=wanted))
    assert tuple(each.en for each in change.reasons) == (
        f'server.async.job_definition_arn: "{JOBS}:3" -> "{JOBS}:4"',
        f'server.async.longtime_job_definition_arn: "{JOBS}-longtime:3" -> "{JOBS}-longtime:4"',
    )


def test_a_revision_that_is_not_there_yet_is_called_so_in_either_language() -> None:
    planned = BatchTarget(job_definition_arn=f"plates:{NEW_REVISION}", job_queue="plates", longtime_job_definition_arn=None)
    wanted = listing(server=replace(server(), async_api=planned))
    [_, change] = changes(registered(listing()), IMAGES, wanted)
    assert change.reasons[0].en.endswith('-> "plates:(new revision)"')
    assert change.reasons[0].ja.endswith('-> "plates:（新しいリビジョン）"')


def test_mime_types_that_are_gone_and_null_for_none_are_told_apart() -> None:
    [_, change] = changes(registered(listing(), input_mimes=["image/png"], output_mimes=None), IMAGES, listing())
    assert tuple(each.en for each in change.reasons) == ('input_mimes: ["image/png"] -> []',)


def test_an_entry_without_a_server_is_taken_over() -> None:
    have = registered(listing(), server=None)
    assert refused(have, IMAGES, listing()) == []
    [_, change] = changes(have, IMAGES, listing())
    assert change.verb == "update"
    assert change.reasons[0].en.startswith("server: null -> {")
    assert len(change.reasons[0].en) < 150


def test_another_picture_is_an_update_by_its_digest() -> None:
    [change, _] = changes(registered(listing()), {"number_plate.png": "0" * 64}, listing())
    assert (change.verb, tuple(each.en for each in change.reasons)) == ("update", (f"sha256:00000000000… -> sha256:{SHA[:11]}…",))


def test_text_of_the_platform_in_a_reason_is_one_line() -> None:
    [_, change] = changes(registered(listing(), title="a\n::error::b\u2028\x1b[0m"), IMAGES, listing())
    assert tuple(each.en for each in change.reasons) == ('title: "a\\n::error::b \\u001b[0m" -> "Number Plate Detection"',)


def test_the_body_has_the_columns_of_register_json_and_what_serves() -> None:
    endpoint = AsyncSageMakerTarget(endpoint_name="document-summary-dev-algorithm-server-async", invocation_timeout_seconds=120)
    wanted = listing(
        services=(service(type="file", input_mimes=("application/zip",), output_mimes=("text/plain",)), service("other")),
        server=replace(server(), sync_api=None, async_api=endpoint),
    )
    body = registration(wanted, frozenset({"number-plate"}))
    assert [entry["input_mimes"] for entry in body["services"]] == [["application/zip"]]
    assert "input_mimes" not in registration(wanted, frozenset({"other"}))["services"][0]
    assert (body["server"]["sync"], body["server"]["async"]) == (
        None,
        {
            "component": "sagemaker",
            "endpoint_name": "document-summary-dev-algorithm-server-async",
            "invocation_timeout_seconds": 120,
        },
    )


def test_a_time_limit_that_is_gone_is_a_reason_and_one_that_never_was_is_none() -> None:
    def answering(seconds: int | None) -> Listing:
        target = AsyncSageMakerTarget(endpoint_name="server-async", invocation_timeout_seconds=seconds)
        return listing(server=replace(server(), sync_api=None, async_api=target))

    [_, change] = changes(registered(answering(120)), IMAGES, answering(None))
    assert change.reasons == (same("server.async.invocation_timeout_seconds: 120 -> null"),)
    older = server_fields(answering(None).server)
    del older["async"]["invocation_timeout_seconds"]
    assert not changes(registered(answering(None), server=older), IMAGES, answering(None))[1].is_change


def test_what_stands_in_the_way_is_told_in_japanese_too() -> None:
    theirs = refused(registered(listing(server=server("vehicle-count"))), IMAGES, listing())
    assert [problem.message.ja for problem in theirs] == [
        "このテナントには、プロジェクト「vehicle-count」のサービス「number-plate」がすでにあり、上書きされてしまいます。"
    ]
