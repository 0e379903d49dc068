"""What registration would change, and what the platform would refuse: found before anything is deployed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping

from aces_action.deployment.changes import Change
from aces_action.language import Text, same
from aces_action.problems import CATALOGUE, ActionError, Problem
from aces_action.project.model import Image
from aces_action.resources.listing.client import REGISTER_FILE, PlatformClient, Registered
from aces_action.resources.listing.spec import Listing, server_fields, service_fields
from aces_action.sanitiser import one_line


def check(client: PlatformClient, tenant_id: str) -> list[Problem]:
    """For the preflight: does the platform answer, does it take the token, does it know the tenant?"""
    try:
        client.registered(tenant_id)
    except ActionError as error:
        return list(error.problems)
    return []


def plan(client: PlatformClient, tenant_id: str, listing: Listing) -> list[Change]:
    """One change per image and service, 'nothing' where equal; before them one of the tenant if its plan changes.

    Raises ActionError: P007, P008, P009, R004 of the client, R001 for what the platform would refuse.
    """
    registered = client.registered(tenant_id)
    keys = {service.image_key for service in listing.services} | ({listing.image_key} if listing.image_key else set())
    images = {key: client.image_sha256(tenant_id, key) for key in sorted(keys)}
    if problems := refusals(registered, images, listing):
        raise ActionError(problems)
    return compare(registered, images, listing)


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
    problems = []
    key, image, project = listing.image_key, listing.image, listing.server.project
    for service in listing.services:
        name = service.name
        if owner := _other_owner(registered.services.get(name, {}), project):
            message = Text(
                f"The tenant already has a service {name!r}, of project {owner!r}: it would be overwritten.",
                f"このテナントには、プロジェクト「{owner}」のサービス「{name}」がすでにあり、上書きされてしまいます。",
            )
            hint = Text(
                "Choose another `name` in register.json and `task_name` in algorithm.json. Or is TENANT_ID another team's?",
                "register.jsonの`name`とalgorithm.jsonの`task_name`を別の名前にしてください。"
                "TENANT_IDが別のチームのものでないかも確認してください。",
            )
            problems.append(_refusal(message, hint))
        if service.image_key != key and images.get(service.image_key) is None:
            message = Text(
                f"image_key {service.image_key!r} of service {name!r} is not on the platform, nor FRONTEND_IMAGE_PATH's.",
                f"サービス「{name}」のimage_key「{service.image_key}」は、ACES Platformになく、"
                "FRONTEND_IMAGE_PATHのファイル名とも異なります。",
            )
            hint = (
                Text(
                    f"Set image_key to {key!r}, the name of that file.",
                    f"image_keyを、そのファイル名「{key}」にしてください。",
                )
                if key
                else Text("Set FRONTEND_IMAGE_PATH to the image.", "FRONTEND_IMAGE_PATHに画像を指定してください。")
            )
            problems.append(_refusal(message, hint))
    if image and images.get(image.path.name) not in (None, _sha256(image)):
        for name, entry in registered.services.items():
            if entry.get("image_key") == key and (owner := _other_owner(entry, project)):
                shown = one_line(name)
                message = Text(
                    f"{key!r} is also the image of service {shown!r}, project {owner!r}: it would be overwritten.",
                    f"「{key}」はプロジェクト「{owner}」のサービス「{shown}」の画像でもあり、上書きされてしまいます。",
                )
                hint = Text(
                    "Give the file another name, in FRONTEND_IMAGE_PATH and in image_key of register.json.",
                    "FRONTEND_IMAGE_PATHとregister.jsonのimage_keyで、ファイルを別の名前にしてください。",
                )
                problems.append(_refusal(message, hint))
    return problems


def _refusal(message: Text, hint: Text) -> Problem:
    return Problem(kind=CATALOGUE["R001"], message=message, hint=hint, file=REGISTER_FILE)


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
