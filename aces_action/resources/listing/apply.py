"""Registration: the image first, since services name it; then the services; then a look whether it arrived, where that shows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from aces_action.changes import noun
from aces_action.language import Text
from aces_action.problems import ActionError, Problem, preflight
from aces_action.problems import listing as problems
from aces_action.resources.listing.client import UNSEEN, PlatformClient
from aces_action.resources.listing.plan import ListingPlan, compare, image_hash, read_state, tells_everything
from aces_action.resources.listing.sent import NOTHING, Sent, SentStore, service_hash
from aces_action.resources.listing.spec import registration


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingResult:
    """The names of all services of the listing, and what the platform did not take, as warnings."""

    services: tuple[str, ...]
    warnings: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Changing:
    """What is sent. `image` None: the image stays."""

    services: tuple[str, ...]
    image: str | None


def apply(client: PlatformClient, plan: ListingPlan, store: SentStore | None = None) -> ListingResult:
    """Registers what the plan says and nothing else; without changes in it, the platform is not called.

    Raises ActionError: R001 refused, R002 the platform stopped answering (says what was done by then), R003 it kept something
    else, P008, P009 and R004 as `plan`; with the warnings of what came before.
    """
    names = tuple(service.name for service in plan.listing.services)
    changing = _changing(plan)
    if not changing.services and not changing.image:
        return ListingResult(services=names)
    warnings: list[Problem] = []
    before = _forget(client, plan, store, changing, warnings)
    try:
        sent = _send(client, plan, changing, warnings)
        shows_all = _look_again(client, plan, changing, sent)
        if store and not shows_all:
            now = Sent(services={**before.services, **sent.services}, images={**before.images, **sent.images})
            warnings += filter(None, [store.write(client, plan.tenant_id, now)])
    except ActionError as error:
        raise ActionError([*error.problems, *warnings]) from error
    return ListingResult(services=names, warnings=tuple(warnings))


def _changing(plan: ListingPlan) -> _Changing:
    listing, changing = plan.listing, {(change.resource, change.name) for change in plan.changes if change.is_change}
    names = tuple(service.name for service in listing.services)
    changed = tuple(name for name in names if ("service", name) in changing)
    if ("tenant", "plan") in changing:
        # The plan travels with the services; sending those that are registered already changes nothing about them.
        changed = changed or names
    key = listing.image_key
    return _Changing(services=changed, image=key if key and ("image", key) in changing else None)


def _forget(
    client: PlatformClient, plan: ListingPlan, store: SentStore | None, changing: _Changing, warnings: list[Problem]
) -> Sent:
    """Takes out of the record what is about to be sent, if it is there or may be. Returns the rest."""
    if store is None:
        return NOTHING
    before = plan.sent if plan.by_record else store.read(client, plan.tenant_id)
    images = [changing.image] if changing.image else []
    rest = (before or NOTHING).without(changing.services, images)
    if before is None or rest != before:
        warnings += filter(None, [store.write(client, plan.tenant_id, rest, is_stale=True)])
    return rest


def _send(client: PlatformClient, plan: ListingPlan, changing: _Changing, warnings: list[Problem]) -> Sent:
    """Sends the image and the services. Returns what the platform has accepted."""
    tenant_id, listing = plan.tenant_id, plan.listing
    sent, done = list[Text](), list[Text]()
    images: dict[str, str] = {}
    with _told_what_was_done(sent, done):
        if listing.image and (key := changing.image):
            sent.append(Text(f"image {key}", f"イメージ画像{key}"))
            if refused := client.upload_image(tenant_id, key, listing.image):
                warnings.append(refused)
                sent.pop()
            else:
                images[key] = image_hash(listing.image)
            done[:] = sent
        for names in client.requests(changing.services):
            sent += [Text(f"service {name}", f"サービス{name}") for name in names]
            client.register(tenant_id, registration(listing, frozenset(names)))
            done[:] = sent
    if client.left_out:
        warnings.append(problems.registered_without(sorted(client.left_out)))
    return Sent(services={name: service_hash(listing, name) for name in changing.services}, images=images)


def _look_again(client: PlatformClient, plan: ListingPlan, changing: _Changing, sent: Sent) -> bool:
    """Whether the platform shows all that it was sent. Raises ActionError R003 where it shows something else."""
    if plan.unseen:
        return False
    services = [Text(f"service {name}", f"サービス{name}") for name in changing.services]
    images = [Text(f"image {key}", f"イメージ画像{key}") for key in sent.images]
    with _told_what_was_done([*images, *services], [*images, *services]):
        state = read_state(client, plan.tenant_id, plan.listing)
    if state.registered is None:
        return False
    # What was just accepted and is not found is not shown: there may be no look-up
    state = replace(
        state, images={key: UNSEEN if key in sent.images and not found else found for key, found in state.images.items()}
    )
    arrived = {("image", key) for key in sent.images} | {("service", name) for name in changing.services} | {("tenant", "plan")}
    left = [
        change
        for change in compare(state, plan.listing, sent, client.left_out)
        if change.is_change and (change.resource, change.name) in arrived
    ]
    if left:
        raise ActionError(problems.not_kept(noun(change.resource), change.name, change.reasons) for change in left)
    return tells_everything(state, plan.listing)


@contextmanager
def _told_what_was_done(sent: Sequence[Text], done: Sequence[Text]) -> Iterator[None]:
    """A platform that stops answering in the middle: not the preflight's P007 any more. What was `sent` and is not `done` may
    have arrived all the same."""
    try:
        yield
    except ActionError as error:
        raise ActionError(
            problems.stopped_answering(problem, registered=done, unanswered=sent[len(done) :])
            if problem.kind == preflight.P007
            else problem
            for problem in error.problems
        ) from error
