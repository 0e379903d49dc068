"""What registration would change, and what the platform would refuse: found before anything is deployed, as far as it shows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from aces_action.changes import Change
from aces_action.language import Text, same
from aces_action.problems import ActionError, Problem
from aces_action.problems import listing as problems
from aces_action.project.model import Image, Service
from aces_action.resources.listing.client import PRESENT, UNSEEN, PlatformClient, Registered
from aces_action.resources.listing.sent import NOTHING, Sent, SentStore, service_hash
from aces_action.resources.listing.spec import Listing, server_fields, service_fields
from aces_action.sanitiser import one_line

NEW_REVISION = "(new revision)"  # in place of the number of a revision that is not there yet
_NO_SUM = frozenset({UNSEEN, PRESENT})


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingPlan:
    """What a tenant's entry should say, and what has to change for that.

    `unseen`: a warning where the platform does not list what it has. `sent`: what was last sent, None where that is not known;
    `by_record`: it was needed, since the listing does not tell everything.
    """

    tenant_id: str
    listing: Listing
    changes: tuple[Change, ...]
    unseen: tuple[Problem, ...] = ()
    sent: Sent | None = None
    by_record: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformState:
    """What can be seen: `registered` None where nothing is listed, for the reason in `unseen`.

    `images`: the SHA-256 of each, None where there is none, `PRESENT` or `UNSEEN` where it cannot be told. Others are not sent.
    """

    registered: Registered | None
    images: Mapping[str, str | None]
    unseen: tuple[Problem, ...] = ()


def check(client: PlatformClient, tenant_id: str) -> list[Problem]:
    """For the preflight: does the platform answer, does it take the token, does it know the tenant, does it list its services?"""
    try:
        client.registered(tenant_id)
    except ActionError as error:
        return list(error.problems)
    return []


def plan(client: PlatformClient, tenant_id: str, listing: Listing, store: SentStore | None = None) -> ListingPlan:
    """Reads and compares: one change per image and service, 'nothing' where equal; before them one of the tenant if its plan
    changes. `store`: what was last sent, for what the platform does not show.

    Raises ActionError: P007, P008, P009, R004 of the client, R001 for what the platform would refuse.
    """
    state = read_state(client, tenant_id, listing)
    if refused := refusals(state, listing):
        raise ActionError(refused)
    by_record = not tells_everything(state, listing)
    sent = store.read(client, tenant_id) if by_record and store else None
    changes = tuple(compare(state, listing, sent or NOTHING))
    return ListingPlan(tenant_id=tenant_id, listing=listing, changes=changes, unseen=state.unseen, sent=sent, by_record=by_record)


def read_state(client: PlatformClient, tenant_id: str, listing: Listing) -> PlatformState:
    """Raises ActionError: P007, P008, P009, R004 of the client."""
    registered, unseen = None, tuple[Problem, ...]()
    try:
        registered = client.registered(tenant_id)
    except ActionError as error:
        if any(problem.kind is not problems.R006 for problem in error.problems):
            raise
        unseen = error.problems
    keys = {service.image_key for service in listing.services} | ({listing.image_key} if listing.image_key else set())
    images = {key: client.image_sha256(tenant_id, key) for key in sorted(keys)} if client.contract.image_upload else {}
    if registered is None:  # then 'not found' may just as well be said of the route
        images = {key: found or UNSEEN for key, found in images.items()}
    return PlatformState(registered=registered, images=images, unseen=unseen)


def tells_everything(state: PlatformState, listing: Listing) -> bool:
    """Whether what the platform shows is enough to know what has changed."""
    if state.registered is None or not _NO_SUM.isdisjoint(state.images.values()):
        return False
    found = ((state.registered.services.get(service.name), _wanted(service, listing)) for service in listing.services)
    return not any(entry is not None and _unshown(entry, wanted) for entry, wanted in found)


def compare(state: PlatformState, listing: Listing, sent: Sent = NOTHING, left_out: frozenset[str] = frozenset()) -> list[Change]:
    """The changes. Where the platform shows something, that counts; where it does not, what was last `sent`.

    `left_out`: fields that the platform does not know.
    """
    changes, registered = [], state.registered
    if registered and (reasons := list(_differences("", *_tenant_plans(registered, listing)))):
        changes.append(Change(verb="update", resource="tenant", name="plan", reasons=tuple(reasons)))
    if listing.image and (key := listing.image.path.name) in state.images:
        changes.append(_image_change(state.images[key], listing.image, sent.images.get(key)))
    for service in listing.services:
        wanted = {name: value for name, value in _wanted(service, listing).items() if name not in left_out}
        last, now = sent.services.get(service.name), service_hash(listing, service.name)
        if registered is None:
            changes.append(_unseen_change("service", service.name, last, now))
            continue
        found = registered.services.get(service.name)
        unshown = _unshown(found, wanted) if found is not None else []
        shown = {name: value for name, value in wanted.items() if name not in unshown}
        reasons = list(_differences("", found or {}, shown))
        if unshown and last != now:
            reasons.append(_not_shown(unshown, last))
        changes.append(_change("service", service.name, found is not None, reasons))
    return changes


def refusals(state: PlatformState, listing: Listing) -> list[Problem]:
    """What the platform would refuse, or what would hurt another project of the same tenant: as far as it lists that."""
    registered, images = state.registered, state.images
    if registered is None:
        return []
    found = []
    key, image, project = listing.image_key, listing.image, listing.server.project
    for service in listing.services:
        if owner := _other_owner(registered.services.get(service.name, {}), project):
            found.append(problems.name_taken(service.name, project=owner))
        if service.image_key != key and images.get(service.image_key, UNSEEN) is None:
            found.append(problems.image_missing(service.image_key, service=service.name, uploaded=key))
    if image and images.get(image.path.name) not in (None, UNSEEN, image_hash(image)):
        for name, entry in registered.services.items():
            if entry.get("image_key") == key and (owner := _other_owner(entry, project)):
                found.append(problems.image_taken(image.path.name, service=one_line(name), project=owner))
    return found


def _other_owner(entry: Mapping[str, object], project: str) -> str | None:
    """The project that registered an entry, if that is another one; None also where the entry does not say."""
    server = entry.get("server")
    owner = server.get("project") if isinstance(server, Mapping) else None
    return None if owner in (None, project) else one_line(str(owner))


def _wanted(service: Service, listing: Listing) -> dict[str, Any]:
    return {"input_mimes": [], "output_mimes": []} | service_fields(service) | {"server": server_fields(listing.server)}


def _unshown(entry: Mapping[str, object], wanted: Mapping[str, object]) -> list[str]:
    """The fields that were sent and that the listing does not have at all: it need not show everything."""
    return [name for name, value in wanted.items() if name not in entry and value not in (None, [])]


def _tenant_plans(registered: Registered, listing: Listing) -> tuple[dict[str, object], dict[str, object]]:
    """What is there and what should be, as far as the platform says."""
    have = {"plan_id": registered.plan_id, "overflow_mode": registered.overflow_mode}
    have = {name: value for name, value in have.items() if value is not None}
    want = {"plan_id": listing.plan_id, "overflow_mode": listing.overflow_mode}
    return have, {name: value for name, value in want.items() if name in have}


def image_hash(image: Image) -> str:
    return hashlib.sha256(image.content).hexdigest()


def _image_change(have: str | None, image: Image, last: str | None) -> Change:
    want, name = image_hash(image), image.path.name
    if have in _NO_SUM:
        return _unseen_change("image", name, last, want)
    reasons = [] if have == want else [same(f"sha256:{one_line(have or '', 12)} -> sha256:{want[:11]}…")]
    return _change("image", name, have is not None, reasons)


def _unseen_change(resource: str, name: str, last: str | None, now: str) -> Change:
    if last is None:
        return Change(verb="create", resource=resource, name=name, reasons=(_NEVER_SENT,))
    verb: Literal["nothing", "update"] = "nothing" if last == now else "update"
    return Change(verb=verb, resource=resource, name=name, reasons=() if last == now else (_SENT_OTHERWISE,))


_NEVER_SENT = Text(
    "cannot be seen on the platform, and not known to have been sent",
    "ACES Platformで確認できず、送信済みかどうかもわかりません",
)
_SENT_OTHERWISE = Text("not what was last sent", "前回送信した内容と異なります")


def _not_shown(fields: Sequence[str], last: str | None) -> Text:
    names = Text(", ".join(fields), "、".join(fields))
    if last is None:
        return names + Text(": not listed, and not known to have been sent", ": 一覧になく、送信済みかどうかもわかりません")
    return names + Text(": not listed, and not what was last sent", ": 一覧になく、前回送信した内容と異なります")


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
            text = same(f"{field}: {_shown(found)} -> {_shown(value)}")
            yield replace(text, ja=text.ja.replace(NEW_REVISION, "（新しいリビジョン）"))


def _shown(value: object) -> str:
    return one_line(json.dumps(value, ensure_ascii=False), 120)
