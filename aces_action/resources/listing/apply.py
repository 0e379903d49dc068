"""Registration: the image first, since services name it; then the services; then a look whether it all arrived."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from aces_action.deployment.changes import Change, noun
from aces_action.language import EMPTY, Text, joined, sentences
from aces_action.problems import CATALOGUE, ActionError, Problem
from aces_action.resources.listing.client import PlatformClient
from aces_action.resources.listing.plan import plan
from aces_action.resources.listing.spec import Listing, registration


def apply(client: PlatformClient, tenant_id: str, listing: Listing, changes: Sequence[Change]) -> tuple[str, ...]:
    """Register what `changes` (of `plan`) say and nothing else. Gives the names of all services of the listing.

    Raises ActionError: R001 refused, R002 the platform went away (says what was done by then), R003 it kept something else,
    P008, P009 and R004 as `plan`.
    """
    names = tuple(service.name for service in listing.services)
    wanted = {(change.resource, change.name) for change in changes if change.is_change}
    changed = frozenset(name for name in names if ("service", name) in wanted)
    if ("tenant", "plan") in wanted:
        # The plan travels with the services; sending those that are registered already changes nothing about them.
        changed = changed or frozenset(names)
    sent, done = list[Text](), list[Text]()
    with _told_what_was_done(sent, done):
        if listing.image and listing.image_key and ("image", listing.image_key) in wanted:
            sent.append(Text(f"image {listing.image_key}", f"イメージ画像{listing.image_key}"))
            client.upload_image(tenant_id, listing.image_key, listing.image)
            done += sent
        if changed:
            sent += [Text(f"service {name}", f"サービス{name}") for name in names if name in changed]
            client.register(tenant_id, registration(listing, changed))
            done[:] = sent
        left = [change for change in plan(client, tenant_id, listing) if change.is_change] if done else []
    if left:
        raise ActionError([_not_kept(change) for change in left])
    return names


@contextmanager
def _told_what_was_done(sent: Sequence[Text], done: Sequence[Text]) -> Iterator[None]:
    """A platform that stops answering in the middle: not the preflight's P007 any more. What was `sent` and is not `done` may
    have arrived all the same."""
    try:
        yield
    except ActionError as error:
        arrived, open_ = joined(", ", done), joined(", ", sent[len(done) :])
        so_far = sentences(
            Text(f"Already registered: {arrived.en}.", f"それまでに登録したもの: {arrived.ja}。") if done else EMPTY,
            Text(f"Possibly registered, no answer: {open_.en}.", f"登録されたかどうかわからないもの: {open_.ja}。")
            if open_
            else EMPTY,
        )
        raise ActionError(
            replace(problem, kind=CATALOGUE["R002"], message=sentences(problem.message, so_far))
            if problem.kind == CATALOGUE["P007"]
            else problem
            for problem in error.problems
        ) from error


def _not_kept(change: Change) -> Problem:
    kind = noun(change.resource)
    what = Text(f"{kind.en} {change.name}", f"{kind.ja}「{change.name}」")
    otherwise = joined("; ", change.reasons)
    return Problem(
        kind=CATALOGUE["R003"],
        message=Text(
            f"The ACES Platform took the {what.en}, but shows it otherwise: {otherwise.en}",
            f"ACES Platformは{what.ja}を受け付けましたが、登録内容が異なります: {otherwise.ja}",
        ),
        hint=Text(
            "Does another job register the same service right now? Run this job again; "
            "if that does not help, ask the administrators.",
            "別のジョブが同じサービスを同時に登録していないか確認し、ジョブを再実行してください。"
            "それでも変わらない場合は、ACES Platformの管理者に連絡してください。",
        ),
    )
