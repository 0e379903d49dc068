"""Registration in every form in which a platform may speak: dialects × what can happen to a registration."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import requests

from aces_action.problems import ActionError
from aces_action.resources.listing import Circumstances, Listing, PlatformClient, SentStore, apply, plan
from sandbox.seed import admin_session
from sandbox.server import Sandbox
from tests.listing.dialects import DIALECTS, Dialect, contract_of
from tests.listing.examples import PNG, TENANT, TOKEN, image, listing, server, service

pytestmark = pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
OTHER = b"\x89PNG\r\n\x1a\n another picture"
WRITES = ("PUT", "POST")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One platform in one dialect, as a run of the action has it; each run is a client of its own."""

    dialect: Dialect
    url: str
    folder: Path
    store: SentStore

    def run(self, wanted: Listing) -> list[str]:
        """One registration. Returns the codes of its warnings; raises what ends it."""
        around = Circumstances(backoff=0.001)
        with PlatformClient(self.url, token=TOKEN, contract=contract_of(self.dialect, self.folder), around=around) as client:
            planned = plan(client, TENANT, wanted, self.store)
            result = apply(client, planned, self.store)
        return sorted(problem.code for problem in (*planned.unseen, *result.warnings))

    def fails(self, wanted: Listing) -> ActionError:
        with pytest.raises(ActionError) as caught:
            self.run(wanted)
        return caught.value

    def writes(self, wanted: Listing) -> list[str]:
        """What a registration sends, by method and path."""
        requests.delete(f"{self.url}/_sandbox/calls", timeout=5)
        self.run(wanted)
        calls = requests.get(f"{self.url}/_sandbox/calls", timeout=5).json()["calls"]
        return [f"{call['method']} {call['path'].rpartition(TENANT)[2]}" for call in calls if call["method"] in WRITES]

    def sleep(self, kind: str, **more: Any) -> None:
        requests.post(f"{self.url}/_sandbox/sleep", json={"kind": kind, **more}, timeout=5).raise_for_status()

    def speak(self, **settings: str) -> None:
        requests.post(f"{self.url}/_sandbox/dialect", json={"tenant": TENANT, **settings}, timeout=5).raise_for_status()

    def title(self) -> str:
        """What the platform has, whatever it shows."""
        self.speak()
        body = requests.get(f"{self.url}/internal/tenants/{TENANT}/services", timeout=5).json()
        self.speak(**self.dialect.settings)
        [found] = [entry["title"] for entry in body["services"] if entry["name"] == "number-plate"]
        return str(found)

    def picture(self) -> bytes:
        self.speak()
        content = requests.get(f"{self.url}/internal/tenants/{TENANT}/images/number_plate.png", timeout=5).content
        self.speak(**self.dialect.settings)
        return content


@pytest.fixture
def stage(dialect: Dialect, platform: str, sandbox: Sandbox, tmp_path: Path) -> Iterator[Stage]:
    client: Any = admin_session().client("s3", endpoint_url=sandbox.aws_url, region_name="us-east-1")
    bucket = f"b-{uuid.uuid4().hex[:12]}"
    client.create_bucket(Bucket=bucket)
    store = SentStore(client=client, bucket=bucket, weights_key="shared/weights/deploy.tar.gz", server="s", debug=lambda _: None)
    made = Stage(dialect=dialect, url=platform, folder=tmp_path, store=store)
    made.speak(**dialect.settings)
    yield made
    requests.delete(f"{platform}/_sandbox/sleep", timeout=5)


def test_a_first_registration_arrives_and_says_what_the_platform_does_not_offer(stage: Stage) -> None:
    assert stage.run(listing()) == list(stage.dialect.warnings)
    assert stage.title() == "Number Plate Detection"
    assert stage.dialect.resends_image or stage.picture() == PNG


def test_what_is_unchanged_is_not_sent_again(stage: Stage) -> None:
    stage.run(listing())
    expected = ["PUT /images/number_plate.png"] if stage.dialect.resends_image else []
    assert stage.writes(listing()) == expected


def test_what_has_changed_is_sent_once_and_only_that(stage: Stage) -> None:
    both = listing(services=(service(), service("other")))
    stage.run(both)
    changed = replace(both, services=(service(title="New"), service("other")))
    sent = [call for call in stage.writes(changed) if call == "POST /services"]
    assert len(sent) == (2 if stage.dialect.settings.get("server") == "refused" else 1)
    assert stage.title() == "New"
    assert [call for call in stage.writes(changed) if call == "POST /services"] == []


def test_another_server_is_sent_although_no_listing_may_show_it(stage: Stage) -> None:
    stage.run(listing())
    assert "POST /services" in stage.writes(listing(server=server(revision=2)))
    assert "POST /services" not in stage.writes(listing(server=server(revision=2)))


def test_a_refused_field_is_named_and_what_was_there_stays_known(stage: Stage) -> None:
    stage.run(listing())
    error = stage.fails(listing(services=(service(title="あ" * 21),)))
    found = [problem for problem in error.problems if problem.severity == "error"]
    assert [problem.code for problem in found] == ["ACES-R001"]
    assert found[0].message.en.startswith("The ACES Platform refused title of service 'number-plate': must be at most 60 bytes")
    assert found[0].file == "server/algorithms/register.json"
    stage.run(listing())
    assert stage.title() == "Number Plate Detection"


def test_another_picture_is_sent_and_the_services_stay(stage: Stage) -> None:
    stage.run(listing())
    sent = stage.writes(listing(image=image(OTHER)))
    assert len(sent) == 1
    assert sent[0].removesuffix("/number_plate.png") in {"PUT /images", "POST /images"}
    if not stage.dialect.resends_image:
        assert stage.picture() == OTHER
        assert stage.writes(listing(image=image(OTHER))) == []


def test_after_an_answer_that_was_lost_nothing_is_taken_for_granted(stage: Stage) -> None:
    """The platform has what was sent, and nobody knows. Going back to what was there before must not be skipped."""
    stage.run(listing())
    stage.sleep("lost", method="POST", times=4)
    error = stage.fails(listing(services=(service(title="New"),)))
    assert error.problems[0].code == "ACES-R002"
    assert "Possibly registered, no answer: service number-plate." in error.problems[0].message.en
    assert stage.title() == ("New" if stage.dialect.settings.get("server") != "refused" else "Number Plate Detection")
    stage.run(listing())
    assert stage.title() == "Number Plate Detection"


def test_an_answer_that_was_lost_once_is_asked_for_again(stage: Stage) -> None:
    stage.run(listing())
    stage.sleep("lost", method="POST", times=1)
    stage.run(listing(services=(service(title="New"),)))
    assert stage.title() == "New"
    assert "POST /services" not in stage.writes(listing(services=(service(title="New"),)))


@pytest.mark.parametrize("kind", ["503", "reset"])
def test_a_platform_that_sleeps_ends_the_run(stage: Stage, kind: str) -> None:
    stage.sleep(kind)
    assert [problem.code for problem in stage.fails(listing()).problems] == ["ACES-P007"]


def test_a_wrong_token_and_an_unknown_tenant_end_the_run(stage: Stage) -> None:
    contract = contract_of(stage.dialect, stage.folder)
    with PlatformClient(stage.url, token="wrong", contract=contract) as client, pytest.raises(ActionError) as caught:
        plan(client, TENANT, listing(), stage.store)
    assert [problem.code for problem in caught.value.problems] == ["ACES-P009"]
    nobody = "00000000-0000-4000-8000-000000000000"
    requests.post(f"{stage.url}/_sandbox/dialect", json={"tenant": nobody, **stage.dialect.settings}, timeout=5)
    with PlatformClient(stage.url, token=TOKEN, contract=contract) as client, pytest.raises(ActionError) as caught:
        apply(client, plan(client, nobody, listing(), stage.store), stage.store)
    assert [problem.code for problem in caught.value.problems if problem.severity == "error"] == ["ACES-P008"]


def test_another_project_is_not_overwritten_where_the_listing_says_whose_a_service_is(stage: Stage) -> None:
    stage.run(listing(server=server("vehicle-count")))
    told = stage.dialect.sees and stage.dialect.settings.get("listing") != "bare" and "server" not in stage.dialect.settings
    if told or "server" not in stage.dialect.settings:  # told by the plan, or by the platform itself
        error = stage.fails(listing())
        assert error.problems[0].code == "ACES-R001"
        assert ("would be overwritten" in error.problems[0].message.en) == told
    else:
        stage.run(listing())
