"""The sandbox's platform over real HTTP: it must refuse what the real one would."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import requests
from openapi_spec_validator import validate

from sandbox.platform.app import create_app, running
from sandbox.platform.validation import errors_of, load_specification, validator

TENANT = "3f2b8c1e-6d4a-4f7b-9a51-0c8e2d7f6b13"
PNG = b"\x89PNG\r\n\x1a\n a picture"


class Platform:
    """The platform at `url`, with paths relative to the tenant."""

    def __init__(self, url: str) -> None:
        self.url = url

    def __call__(self, method: str, path: str, **more: Any) -> requests.Response:
        address = path if path.startswith("/") else f"/internal/tenants/{TENANT}/{path}"
        return requests.request(method, f"{self.url}{address}", timeout=10, **more)

    def put_image(self, key: str = "plate.png", content: bytes = PNG, media_type: str = "image/png") -> requests.Response:
        return self("PUT", f"images/{key}", data=content, headers={"Content-Type": media_type})

    def register(self, *services: dict[str, Any], **server: Any) -> requests.Response:
        return self("POST", "services", json=registration(*services, **server))


def service(**fields: Any) -> dict[str, Any]:
    return {
        "name": "number-plate",
        "title": "Number Plate Detection",
        "subtitle": "ナンバープレート検出",
        "content": "画像から車のパーツの種類と位置を高速かつ高精度に検出。",
        "type": "simple",
        "unit_name": "frame",
        "point_per_frame": 0,
        "results_to_show_default": False,
        "image_key": "plate.png",
        "algorithms": ["NA"],
    } | fields


def registration(*services: dict[str, Any], **server: Any) -> dict[str, Any]:
    where = {"project": "number-plate-detection", "env": "dev", "account_id": "123456789012", "region": "ap-northeast-1"}
    targets = {"sync": {"component": "sagemaker", "endpoint_name": "number-plate-detection-dev-algorithm-server"}, "async": None}
    return {"plan_id": 1, "overflow_mode": 1, "services": list(services), "server": where | targets | server}


@pytest.fixture(scope="module")
def _platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    with running(str(tmp_path_factory.mktemp("platform") / "platform.sqlite")) as url:
        yield Platform(url)


@pytest.fixture
def platform(_platform: Platform) -> Platform:
    _platform("POST", "/_sandbox/reset")
    tenant = {"uuid": TENANT, "name": "Vision", "department": "R&D", "plan_id": 0, "token": "a-token"}
    account = {"email": "engineer@example.com", "password": "correct horse"}
    assert _platform("POST", "/_sandbox/tenants", json=tenant | account).status_code == 201
    return _platform


@pytest.fixture(scope="module")
def specification() -> dict[str, Any]:
    return load_specification()


def test_an_unknown_tenant_is_404_on_every_route(platform: Platform) -> None:
    path = "/internal/tenants/00000000-0000-4000-8000-000000000000"
    answers = [
        platform("GET", f"{path}/services"),
        platform("POST", f"{path}/services", json=registration(service())),
        platform("GET", f"{path}/images/plate.png"),
        platform("PUT", f"{path}/images/plate.png", data=PNG, headers={"Content-Type": "image/png"}),
    ]
    assert [(answer.status_code, answer.json()) for answer in answers] == [(404, {"detail": "Tenant not found."})] * 4


@pytest.mark.parametrize("header", ["Token wrong", "Bearer a-token", "a-token", "Token "])
def test_a_wrong_token_is_401_everywhere(platform: Platform, header: str) -> None:
    for path in ("/accounts/status", "services", "images/plate.png"):
        answer = platform("GET", path, headers={"Authorization": header})
        assert (answer.status_code, answer.json()) == (401, {"detail": "Invalid token."})


def test_status_needs_a_token_and_internal_routes_do_not(platform: Platform) -> None:
    assert platform("GET", "/accounts/status").status_code == 401
    assert platform("GET", "services").status_code == 200
    assert platform("GET", "services", headers={"Authorization": "Token a-token"}).status_code == 200


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"email": "engineer@example.com", "password": "wrong"}, 401),
        ({"email": "nobody@example.com", "password": "correct horse"}, 401),
        ({"email": "engineer@example.com"}, 400),
        (["engineer@example.com"], 400),
    ],
)
def test_a_wrong_login_is_refused(platform: Platform, body: object, status: int) -> None:
    assert platform("POST", "/accounts/login/", json=body).status_code == status


@pytest.mark.parametrize(
    ("fields", "field", "message"),
    [
        ({"title": "あ" * 20 + "!"}, "title", "must be at most 60 bytes in UTF-8, but has 61"),
        ({"subtitle": "あ" * 11}, "subtitle", "must be at most 30 bytes in UTF-8, but has 33"),
        ({"content": "あ" * 86}, "content", "must be at most 255 bytes in UTF-8, but has 258"),
        ({"name": "n" * 31}, "name", f"'{'n' * 31}' is too long"),
        ({"name": "Plate"}, "name", r"'Plate' does not match '^[^A-Z\\s/]+$'"),
        ({"type": "video"}, "type", "'video' is not one of ['simple', 'image', 'file']"),
        ({"type": "file", "input_mimes": ["text/plain"]}, "output_mimes", "is required"),
        ({"input_mimes": ["text"]}, "input_mimes.0", r"'text' does not match '^[^/\\s]+/[^/\\s]+$'"),
        ({"results_to_show_default": "no"}, "results_to_show_default", "'no' is not of type 'boolean'"),
        ({"image_key": "absent.png"}, "image_key", "no image 'absent.png' was uploaded"),
    ],
)
def test_the_guides_columns_are_checked(platform: Platform, fields: dict[str, Any], field: str, message: str) -> None:
    platform.put_image()
    answer = platform.register(service(**fields))
    assert (answer.status_code, answer.json()) == (400, {"errors": {f"services.0.{field}": [message]}})


def test_what_just_fits_is_taken(platform: Platform) -> None:
    platform.put_image()
    longest = service(name="n" * 30, title="あ" * 20, subtitle="あ" * 10, content="あ" * 85)
    assert platform.register(longest).status_code == 200


@pytest.mark.parametrize(
    ("server", "field"),
    [
        ({"account_id": "12345"}, "server.account_id"),
        ({"env": "test"}, "server.env"),
        ({"sync": {"component": "aws_batch", "endpoint_name": "x"}}, "server.sync.component"),
        ({"async": {"component": "sagemaker"}}, "server.async.endpoint_name"),
        ({"async": {"component": "aws_batch", "endpoint_name": "x"}}, "server.async.job_queue"),
        ({"async": {}}, "server.async.component"),
        (
            {"async": {"component": "sagemaker", "endpoint_name": "x", "invocation_timeout_seconds": 3601}},
            "server.async.invocation_timeout_seconds",
        ),
    ],
)
def test_what_serves_is_checked(platform: Platform, server: dict[str, Any], field: str) -> None:
    platform.put_image()
    answer = platform.register(service(), **server)
    assert answer.status_code == 400
    assert field in answer.json()["errors"]


def test_a_body_that_is_not_json_and_unknown_fields_are_refused(platform: Platform) -> None:
    assert platform("POST", "services", data="{").json() == {"errors": {"body": ["None is not of type 'object'"]}}
    answer = platform.register(service(colour="red"))
    assert "'colour' was unexpected" in answer.json()["errors"]["services.0"][0]


def test_one_wrong_service_registers_none_and_leaves_the_plan(platform: Platform) -> None:
    platform.put_image()
    assert platform.register(service(), service(name="other", image_key="absent.png")).status_code == 400
    assert platform.register(service(), service()).json() == {"errors": {"services.1.name": ["'number-plate' is named twice"]}}
    body = platform("GET", "services").json()
    assert (body["services"], body["tenant"]["plan_id"]) == ([], 0)


def test_a_service_of_another_project_is_409_and_stays(platform: Platform) -> None:
    platform.put_image()
    before = platform.register(service()).json()["services"]
    answer = platform.register(service(name="mine"), service(title="Mine now"), project="vehicle-count")
    assert answer.status_code == 409
    assert answer.json() == {"errors": {"services.1.name": ["'number-plate' belongs to project 'number-plate-detection'"]}}
    assert platform("GET", "services").json()["services"] == before


def test_an_image_must_be_one_of_at_most_5_mb(platform: Platform) -> None:
    assert platform.put_image(media_type="image/gif").status_code == 400
    assert platform.put_image(media_type="image/jpeg").json() == {"errors": {"image": ["is not image/jpeg by its first bytes"]}}
    assert platform.put_image(content=b"").status_code == 400
    assert platform.put_image(content=PNG.ljust(5_000_000)).status_code == 201
    assert platform("GET", "images/absent.png").json() == {"detail": "Image not found."}


def test_too_large_an_image_is_413(tmp_path: Path) -> None:
    # Without a connection: a server that answers early may reset it while the client is still sending.
    client = create_app(str(tmp_path / "platform.sqlite")).test_client()
    client.post("/_sandbox/tenants", json={"uuid": TENANT, "name": "a", "department": "b", "plan_id": 0})
    image = f"/internal/tenants/{TENANT}/images/plate.png"
    answer = client.put(image, data=PNG.ljust(5_000_001), content_type="image/png")
    assert (answer.status_code, answer.json) == (413, {"detail": "The body has more than 5,000,000 bytes."})


def test_an_image_comes_back_as_sent_with_its_digest(platform: Platform) -> None:
    etag = f'"{hashlib.sha256(PNG).hexdigest()}"'
    first, second = platform.put_image("ナンバー 1.png"), platform.put_image("ナンバー 1.png")
    assert [(answer.status_code, answer.headers["ETag"]) for answer in (first, second)] == [(201, etag), (204, etag)]
    got, head = platform("GET", "images/ナンバー 1.png"), platform("HEAD", "images/ナンバー 1.png")
    assert (got.content, got.headers["Content-Type"], got.headers["ETag"]) == (PNG, "image/png", etag)
    assert (head.content, head.headers["ETag"]) == (b"", etag)
    assert platform("GET", "images/ナンバー 1.png", headers={"If-None-Match": etag}).status_code == 304


def test_a_registration_sets_the_plan_and_keeps_other_services(platform: Platform) -> None:
    platform.put_image()
    platform.register(service(name="other"))
    body = platform.register(service()).json()
    assert body == platform("GET", "services").json()
    assert [entry["name"] for entry in body["services"]] == ["number-plate", "other"]
    assert (body["tenant"]["plan_id"], body["tenant"]["overflow_mode"]) == (1, 1)
    assert platform.register(service()).json() == body


def test_a_login_gives_a_token_that_tells_the_tenant(platform: Platform) -> None:
    login = platform("POST", "/accounts/login/", json={"email": "engineer@example.com", "password": "correct horse"}).json()
    status = platform("GET", "/accounts/status", headers={"Authorization": f"Token {login['token']}"}).json()
    assert status["tenant"] == {"uuid": TENANT, "name": "Vision", "department": "R&D", "plan_id": 0}
    assert status["user"] == {"id": login["id"], "email": "engineer@example.com", "full_name": "Engineer of Vision", "role_id": 1}


def test_what_is_registered_survives_a_restart(tmp_path: Path) -> None:
    database = str(tmp_path / "platform.sqlite")
    with running(database) as url:
        platform = Platform(url)
        platform("POST", "/_sandbox/tenants", json={"uuid": TENANT, "name": "a", "department": "b", "plan_id": 0})
        platform.put_image()
        before = platform.register(service()).json()
    with running(database) as url:
        assert Platform(url)("GET", "services").json() == before


def test_many_at_once_lose_nothing(platform: Platform) -> None:
    platform.put_image()
    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(lambda number: platform.register(service(name=f"s{number}")).status_code, range(40)))
    assert statuses == [200] * 40
    assert len(platform("GET", "services").json()["services"]) == 40


def test_the_page_shows_services_and_escapes_them(platform: Platform) -> None:
    assert "Nothing is registered for this tenant yet." in platform("GET", "/").text
    platform.put_image()
    batch = {
        "component": "aws_batch",
        "job_definition_arn": "arn:aws:batch:ap-northeast-1:123456789012:job-definition/plates:7",
        "job_queue": "plates",
        "longtime_job_definition_arn": "arn:aws:batch:ap-northeast-1:123456789012:job-definition/plates-longtime:3",
        "longtime_job_queue": "plates-longtime",
    }
    platform.register(service(title="<script>alert(1)</script>"), **{"async": batch})
    platform.register(service(name="files", type="file", input_mimes=["application/zip"], output_mimes=["text/csv"]), sync=None)
    page = platform("GET", "/").text
    assert "<script>" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    for text in (
        "ナンバープレート検出",
        "plates:7",
        "plates-longtime:3",
        "application/zip → text/csv",
        "not supported",
        " JST",
        "R&amp;D",
    ):
        assert text in page
    assert f"/internal/tenants/{TENANT}/images/plate.png" in page


def test_faults_are_lifted_by_count_or_by_hand(platform: Platform) -> None:
    platform("POST", "/_sandbox/sleep", json={"kind": "503", "seconds": 2, "times": 1})
    asleep = platform("GET", "services")
    assert (asleep.status_code, asleep.headers["Retry-After"], asleep.headers["Content-Type"]) == (
        503,
        "2",
        "text/html; charset=utf-8",
    )
    assert platform("GET", "services").status_code == 200
    platform("POST", "/_sandbox/sleep", json={"kind": "reset"})
    for _ in range(2):
        with pytest.raises(requests.ConnectionError):
            platform("GET", "services")
    platform("DELETE", "/_sandbox/sleep")
    platform("POST", "/_sandbox/sleep", json={"kind": "slow", "seconds": 0.2})
    assert platform("GET", "services").elapsed.total_seconds() >= 0.2
    platform("DELETE", "/_sandbox/sleep")
    platform("POST", "/_sandbox/sleep", json={"kind": "503", "method": "POST", "times": 1})
    assert platform("GET", "services").status_code == 200
    assert platform("POST", "services", json={}).status_code == 503
    assert platform("POST", "services", json={}).status_code == 400
    assert platform("POST", "/_sandbox/sleep", json={"kind": "nap"}).status_code == 400


def test_the_calls_are_on_record(platform: Platform) -> None:
    platform("GET", "services", headers={"Authorization": "Token a-token"})
    [call] = platform("GET", "/_sandbox/calls").json()["calls"]
    assert (call["method"], call["path"], call["status"], call["with_token"]) == (
        "GET",
        f"/internal/tenants/{TENANT}/services",
        200,
        True,
    )
    platform("DELETE", "/_sandbox/calls")
    assert platform("GET", "/_sandbox/calls").json() == {"calls": []}


def test_the_specification_is_valid_openapi(specification: dict[str, Any]) -> None:
    validate(specification)


def test_the_application_has_the_routes_of_the_specification_and_no_others(specification: dict[str, Any], tmp_path: Path) -> None:
    rules = create_app(str(tmp_path / "platform.sqlite")).url_map.iter_rules()
    served = {
        (rule.rule.replace("<", "{").replace(">", "}"), method.lower())
        for rule in rules
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.rule.startswith(("/accounts/", "/internal/"))
    }
    assert served == {
        (path, method) for path, item in specification["paths"].items() for method in item if method in ("get", "post", "put")
    }


def test_answers_are_as_specified(platform: Platform, specification: dict[str, Any]) -> None:
    platform.put_image()
    login = platform("POST", "/accounts/login/", json={"email": "engineer@example.com", "password": "correct horse"})
    answers = {
        "Login": login,
        "Status": platform("GET", "/accounts/status", headers={"Authorization": f"Token {login.json()['token']}"}),
        "Listing": platform.register(service()),
        "Errors": platform.register(service(title="")),
        "Detail": platform("GET", "images/absent.png"),
    }
    found = {name: errors_of(answer.json(), validator(specification, name)) for name, answer in answers.items()}
    assert found == {name: {} for name in answers}
