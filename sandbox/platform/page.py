"""What is registered, as the product's preview shows services, with what a registration adds to them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote
from xml.etree.ElementTree import Element

from aces_action.cli.preview.card import ServiceCard, card, facts, picture, written
from aces_action.cli.preview.markup import Content, document, element
from aces_action.language import Language
from sandbox.platform.api import JST

_LANGUAGE: Language = "en"
_PLANS = {1: "business plan"}


def services_page(listings: list[dict[str, Any]]) -> bytes:
    """The listings of all tenants, as the platform's routes give them."""
    nothing = element("p", "No tenants yet.", class_="empty") if not listings else None
    return document(
        _LANGUAGE,
        "ACES Platform (sandbox)",
        element(
            "header",
            element("p", element("strong", "ACES Platform"), element("span", "sandbox", class_="badge"), class_="brand"),
            class_="top",
        ),
        element("main", element("h1", "ACES Platform (sandbox)", class_="unseen"), *map(_tenant, listings), nothing),
    )


def _tenant(listing: Mapping[str, Any]) -> Element:
    tenant, services = listing["tenant"], listing["services"]
    plan = tenant["plan_id"]
    return element(
        "section",
        element(
            "div",
            element("h2", written(tenant["name"], _LANGUAGE)),
            element("span", tenant["department"]),
            element("span", f"{_PLANS.get(plan, 'no business plan')} (plan_id {plan})", class_="kind"),
            element("code", tenant["uuid"], class_="soft"),
            class_="tenant",
        ),
        element("div", *(_service(service, tenant["uuid"]) for service in services), class_="cards") if services else None,
        None if services else element("p", "Nothing is registered for this tenant yet.", class_="empty"),
    )


def _service(service: Mapping[str, Any], tenant: str) -> Element:
    parts = ServiceCard(
        anchor=service["name"],
        heading=element("h3", written(service["title"], _LANGUAGE)),
        subtitle=written(service["subtitle"], _LANGUAGE),
        content=written(service["content"], _LANGUAGE),
        kind=service["type"],
        picture=picture(f"/internal/tenants/{tenant}/images/{quote(service['image_key'])}", service["title"]),
    )
    return card(parts, facts(*_rows(service)))


def _rows(service: Mapping[str, Any]) -> Iterator[tuple[str, tuple[Content, ...]]]:
    server = service.get("server") or {}
    yield "task_name", (element("code", service["name"]),)
    if service["type"] == "file":
        mimes = (", ".join(service[key]) for key in ("input_mimes", "output_mimes"))
        yield "Files", (" → ".join(mimes),)
    yield "Sync API", _sync(server.get("sync"))
    yield "Async API", tuple(_async(server.get("async")))
    if server:
        account = element("span", f"account {server['account_id']}, {server['region']}", class_="soft")
        yield "Project", (f"{server['project']} ({server['env']})", element("br"), account)
    registered, updated = service["registered_at"], service["updated_at"]
    yield "Registered", (_japanese_time(registered), None if updated == registered else f", updated {_japanese_time(updated)}")


def _sync(sync: Mapping[str, Any] | None) -> tuple[Content, ...]:
    return ("SageMaker endpoint", element("code", sync["endpoint_name"])) if sync else ("not supported",)


def _async(asynchronous: Mapping[str, Any] | None) -> Iterator[Content]:
    if not asynchronous:
        yield "not supported"
    elif asynchronous["component"] == "aws_batch":
        yield "AWS Batch"
        for key in ("job_definition_arn", "longtime_job_definition_arn"):
            if arn := asynchronous.get(key):
                yield element("code", arn.rpartition("/")[2])
    else:
        yield "SageMaker endpoint"
        yield element("code", asynchronous["endpoint_name"])
        if seconds := asynchronous.get("invocation_timeout_seconds"):
            yield element("span", f"up to {seconds} s", class_="soft")


def _japanese_time(text: str) -> str:
    return f"{datetime.fromisoformat(text).astimezone(JST):%Y-%m-%d %H:%M} JST"
