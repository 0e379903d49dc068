"""Registration over real HTTP against the sandbox's platform."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

import pytest
import requests
from werkzeug.wrappers import Request, Response

from aces_action.changes import Change
from aces_action.problems import ActionError
from aces_action.project.model import Infra, Project
from aces_action.resources.listing import Circumstances, Listing, ListingPlan, PlatformClient, apply, desired, plan
from tests.listing.conftest import Oddity
from tests.listing.examples import TENANT, TOKEN, image, listing, server, service

FIRST_TIME = ListingPlan(
    tenant_id=TENANT,
    listing=listing(),
    changes=(
        Change(verb="create", resource="image", name="number_plate.png"),
        Change(verb="create", resource="service", name="number-plate"),
    ),
)


def deploy(client: PlatformClient, wanted: Listing) -> tuple[str, ...]:
    return apply(client, plan(client, TENANT, wanted)).services


def test_a_foreign_service_is_refused_by_the_plan_and_by_the_platform(client: PlatformClient) -> None:
    theirs = listing(server=server("vehicle-count"))
    deploy(client, theirs)
    with pytest.raises(ActionError) as planned:
        plan(client, TENANT, listing())
    assert planned.value.problems[0].code == "ACES-R001"
    with pytest.raises(ActionError) as applied:
        # Planned before the other project took the name.
        changes = tuple(replace(change, verb="create") for change in plan(client, TENANT, theirs).changes)
        apply(client, replace(FIRST_TIME, changes=changes))
    assert applied.value.problems[0].message.en == (
        "The ACES Platform refused name of service 'number-plate': 'number-plate' belongs to project 'vehicle-count'"
    )


def test_a_platform_that_goes_away_before_the_first_call(client: PlatformClient, sleep: Callable[..., None]) -> None:
    planned = plan(client, TENANT, listing())
    sleep("503")
    with pytest.raises(ActionError) as caught:
        apply(client, planned)
    [problem] = caught.value.problems
    assert problem.code == "ACES-R002"
    assert problem.message.en.endswith("Possibly registered, no answer: image number_plate.png.")
    assert problem.message.ja.endswith("登録されたかどうかわからないもの: イメージ画像number_plate.png。")
    assert "run the job again" in problem.hint.en


def test_a_platform_that_goes_away_between_image_and_services_says_what_was_done(oddity: Oddity) -> None:
    oddity.answer = lambda request: Response(status=201 if request.method == "PUT" else 503)
    client = PlatformClient(oddity.url, around=Circumstances(backoff=0))
    with pytest.raises(ActionError) as caught:
        apply(client, FIRST_TIME)
    [problem] = caught.value.problems
    assert problem.code == "ACES-R002"
    assert "Already registered: image number_plate.png. Possibly registered, no answer: service " in problem.message.en
    assert "イメージ画像number_plate.png。登録されたかどうかわからないもの: サービス" in problem.message.ja


def test_a_platform_that_keeps_something_else_is_found_by_reading_back(oddity: Oddity) -> None:
    def forgets(_request: Request) -> Response:
        return Response(
            json.dumps({"tenant": {"plan_id": 1, "overflow_mode": 1}, "services": []}), headers={"ETag": f'"{"0" * 64}"'}
        )

    oddity.answer = forgets
    with pytest.raises(ActionError) as caught:
        apply(PlatformClient(oddity.url), FIRST_TIME)
    assert [problem.code for problem in caught.value.problems] == ["ACES-R003", "ACES-R003"]
    assert "service number-plate, but shows something else: not on the platform yet" in caught.value.problems[1].message.en
    assert caught.value.problems[1].message.ja == (
        "ACES Platformはサービス「number-plate」を受け付けましたが、登録内容が異なります: ACES Platformにまだありません"
    )


def test_the_first_registration_sends_the_image_then_the_services_and_looks_again(
    client: PlatformClient, calls: Callable[[], list[str]]
) -> None:
    assert deploy(client, listing()) == ("number-plate",)
    assert calls()[2:] == [
        "PUT images/number_plate.png 201",
        "POST services 200",
        "GET services 200",
        "HEAD images/number_plate.png 200",
    ]
    assert client.registered(TENANT).plan_id == 1


def test_the_second_registration_sends_nothing(client: PlatformClient, calls: Callable[[], list[str]]) -> None:
    deploy(client, listing())
    before = len(calls())
    assert deploy(client, listing()) == ("number-plate",)
    assert calls()[before:] == ["GET services 200", "HEAD images/number_plate.png 200"]


def test_only_what_changed_is_sent(client: PlatformClient, platform: str) -> None:
    both = listing(services=(service(), service("plate-count")))
    deploy(client, both)
    before = services_of(platform)
    changed = replace(both, services=(both.services[0], replace(both.services[1], title="Plate Count")))
    assert [change.name for change in plan(client, TENANT, changed).changes if change.is_change] == ["plate-count"]
    assert deploy(client, changed) == ("number-plate", "plate-count")
    after = services_of(platform)
    assert after["number-plate"] == before["number-plate"]
    assert after["plate-count"]["title"] == "Plate Count"


def test_a_new_picture_alone_leaves_the_services(client: PlatformClient, calls: Callable[[], list[str]]) -> None:
    deploy(client, listing())
    before = len(calls())
    deploy(client, listing(image=image(b"\x89PNG\r\n\x1a\n another")))
    assert [call for call in calls()[before:] if not call.startswith(("GET", "HEAD"))] == ["PUT images/number_plate.png 204"]


def test_a_plan_that_was_changed_by_hand_is_set_again(client: PlatformClient, platform: str) -> None:
    deploy(client, listing())
    before = services_of(platform)
    tenant = {"uuid": TENANT, "name": "Vision", "department": "R&D", "plan_id": 0, "token": TOKEN}
    requests.post(f"{platform}/_sandbox/tenants", json=tenant, timeout=5).raise_for_status()
    [change] = [change for change in plan(client, TENANT, listing()).changes if change.is_change]
    assert (change.resource, tuple(each.en for each in change.reasons)) == ("tenant", ("plan_id: 0 -> 1",))
    deploy(client, listing())
    assert client.registered(TENANT).plan_id == 1
    assert services_of(platform) == before


def test_services_of_other_projects_stay(client: PlatformClient, platform: str) -> None:
    deploy(client, listing(services=(service("count"),), server=server("vehicle-count")))
    deploy(client, listing())
    assert services_of(platform).keys() == {"count", "number-plate"}


def test_batch_alone_registers_no_sync_api(client: PlatformClient, platform: str) -> None:
    deploy(client, listing(server=replace(server(), sync_api=None)))
    assert services_of(platform)["number-plate"]["server"]["sync"] is None


def test_the_listing_is_what_the_project_says_and_the_server_is() -> None:
    infra = Infra(account_id=None, async_component="aws_batch", endpoint=None, job=None, longtime_job=None)
    project = Project(
        plan_id=1,
        overflow_mode=1,
        services=(service(),),
        task_names=("number-plate",),
        image=image(),
        infra=infra,
        infra_file=PurePosixPath("server/infra/configs/number-plate-detection-dev-algorithm-server-infra.yml"),
    )
    assert desired(project, server()) == listing()


def services_of(platform: str) -> dict[str, dict[str, Any]]:
    body = requests.get(f"{platform}/internal/tenants/{TENANT}/services", timeout=5).json()
    return {service["name"]: service for service in body["services"]}
