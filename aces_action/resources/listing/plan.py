"""What registration would change, and what the platform would refuse: found before anything is deployed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from aces_action.changes import Change
from aces_action.language import Text, same
from aces_action.problems import ActionError, Problem
from aces_action.problems import listing as problems
from aces_action.project.model import Image
from aces_action.resources.listing.client import PlatformClient, Registered
from aces_action.resources.listing.spec import Listing, server_fields, service_fields
from aces_action.sanitiser import one_line


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingPlan:
    """What a tenant's entry should say, and what has to change for that."""

    tenant_id: str
    listing: Listing
    changes: tuple[Change, ...]


def check(client: PlatformClient, tenant_id: str) -> list[Problem]:
    """For the preflight: does the platform answer, does it take the token, does it know the tenant?"""
    try:
        client.registered(tenant_id)
    except ActionError as error:
        return list(error.problems)
    return []


def plan(client: PlatformClient, tenant_id: str, listing: Listing) -> ListingPlan:
    """Reads and compares: one change per image and service, 'nothing' where equal; before them one of the tenant if its plan
    changes.

    Raises ActionError: P007, P008, P009, R004 of the client, R001 for what the platform would refuse.
    """
    registered = client.registered(tenant_id)
    keys = {service.image_key for service in listing.services} | ({listing.image_key} if listing.image_key else set())
    images = {key: client.image_sha256(tenant_id, key) for key in sorted(keys)}
    if refused := refusals(registered, images, listing):
        raise ActionError(refused)
    return ListingPlan(tenant_id=tenant_id, listing=listing, changes=tuple(compare(registered, images, listing)))


def compare(registered: Registered, images: Mapping[str, str | None], listing: Listing) -> list[Change]:
    """The changes; `images` has the SHA-256 of each image on the platform, None where there is none."""
    changes = []
    plans = {"plan_id": listing.plan_id, "overflow_mode": listing.overflow_mode}
    if reasons := list(_differences("", {"plan_id": registered.plan_id, "overflow_mode": registered.overflow_mode}, plans)):
        changes.append(Change(verb="update", resource="tenant", name="plan", reasons=tuple(reasons)))
    if listing.image and listing.image_key:
        have, want = images.get(listing.image_key), _sha256(listing.image)
        reasons = [] if have == want else [same(f"sha256:{one_line(have or '', 12)} -> sha256:{want[:11]}…")]
        changes.append(_change("image", listing.image_key, have is not None, reasons))
    server = server_fields(listing.server)
    for service in listing.services:
        found = registered.services.get(service.name)
        wanted = {"input_mimes": [], "output_mimes": []} | service_fields(service) | {"server": server}
        changes.append(_change("service", service.name, found is not None, list(_differences("", found or {}, wanted))))
    return changes


def refusals(registered: Registered, images: Mapping[str, str | None], listing: Listing) -> list[Problem]:
    """What the platform would refuse, or what would hurt another project of the same tenant."""
    found = []
    key, image, project = listing.image_key, listing.image, listing.server.project
    for service in listing.services:
        if owner := _other_owner(registered.services.get(service.name, {}), project):
            found.append(problems.name_taken(service.name, project=owner))
        if service.image_key != key and images.get(service.image_key) is None:
            found.append(problems.image_missing(service.image_key, service=service.name, uploaded=key))
    if image and images.get(image.path.name) not in (None, _sha256(image)):
        for name, entry in registered.services.items():
            if entry.get("image_key") == key and (owner := _other_owner(entry, project)):
                found.append(problems.image_taken(image.path.name, service=one_line(name), project=owner))
    return found


def _other_owner(entry: Mapping[str, object], project: str) -> str | None:
    """The project that registered an entry, if that is another one; None also where the entry does not say."""
    server = entry.get("server")
    owner = server.get("project") if isinstance(server, Mapping) else None
    return None if owner in (None, project) else one_line(str(owner))


def _sha256(image: Image) -> str:
    return hashlib.sha256(image.content).hexdigest()


def _change(resource: str, name: str, exists: bool, reasons: list[Text]) -> Change:
    if not exists:
        reason = Text("not on the platform yet", "ACES Platformにまだありません")
        return Change(verb="create", resource=resource, name=name, reasons=(reason,))
    return Change(verb="update" if reasons else "nothing", resource=resource, name=name, reasons=tuple(reasons))


def _differences(path: str, have: Mapping[str, object], want: Mapping[str, object]) -> Iterator[Text]:
    """One line per field that is not as wanted; fields that only the platform knows are left alone."""
    for name, value in want.items():
        field, found = f"{path}{name}", have.get(name)
        if isinstance(value, Mapping) and isinstance(found, Mapping):
            yield from _differences(f"{field}.", found, value)
        elif (found or [] if isinstance(value, list) else found) != value:
            yield same(f"{field}: {_shown(found)} -> {_shown(value)}")


def _shown(value: object) -> str:
    return one_line(json.dumps(value, ensure_ascii=False), 120)
