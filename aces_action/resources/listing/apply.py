"""Registration: the image first, since services name it; then the services; then a look whether it all arrived."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from aces_action.changes import noun
from aces_action.language import Text
from aces_action.problems import ActionError, preflight
from aces_action.problems import listing as problems
from aces_action.resources.listing.client import PlatformClient
from aces_action.resources.listing.plan import ListingPlan
from aces_action.resources.listing.plan import plan as plan_again
from aces_action.resources.listing.spec import registration


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingResult:
    """The names of all services of the listing."""

    services: tuple[str, ...]


def apply(client: PlatformClient, plan: ListingPlan) -> ListingResult:
    """Registers what the plan says and nothing else; without changes in it, the platform is not called.

    Raises ActionError: R001 refused, R002 the platform stopped answering (says what was done by then), R003 it kept something
    else, P008, P009 and R004 as `plan`.
    """
    tenant_id, listing = plan.tenant_id, plan.listing
    names = tuple(service.name for service in listing.services)
    changing = {(change.resource, change.name) for change in plan.changes if change.is_change}
    changed = frozenset(name for name in names if ("service", name) in changing)
    if ("tenant", "plan") in changing:
        # The plan travels with the services; sending those that are registered already changes nothing about them.
        changed = changed or frozenset(names)
    sent, done = list[Text](), list[Text]()
    with _told_what_was_done(sent, done):
        if listing.image and listing.image_key and ("image", listing.image_key) in changing:
            sent.append(Text(f"image {listing.image_key}", f"イメージ画像{listing.image_key}"))
            client.upload_image(tenant_id, listing.image_key, listing.image)
            done += sent
        if changed:
            sent += [Text(f"service {name}", f"サービス{name}") for name in names if name in changed]
            client.register(tenant_id, registration(listing, changed))
            done[:] = sent
        left = [change for change in plan_again(client, tenant_id, listing).changes if change.is_change] if done else []
    if left:
        raise ActionError(problems.not_kept(noun(change.resource), change.name, change.reasons) for change in left)
    return ListingResult(services=names)


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
