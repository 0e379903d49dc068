"""The revisions of a job definition: which has served when, and what a rollback goes back to.

Batch tells neither when a revision was registered nor which one served: tags do. Jobs that are submitted by the definition's name
run on the newest ACTIVE revision (botocore: SubmitJob, jobDefinition), so that is the one that serves. A deregistered revision
can be read for 180 days (botocore: DeregisterJobDefinition).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from aces_action.aws.tags import (
    COMMIT,
    CONTENT_HASH,
    DESTROYED,
    REGISTERED,
    ROLLOUT_RUN,
    RUN_URL,
    SERVED,
    WITHDRAWN,
    Owner,
    stamp,
    time_in,
)
from aces_action.resources.endpoint.history import rollback_begun, run_in

if TYPE_CHECKING:
    from types_boto3_batch import BatchClient

_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRevision:
    """One revision of ours. `fields` are DescribeJobDefinitions'. Times in UTC."""

    name: str
    number: int
    arn: str
    active: bool
    tags: Mapping[str, str]
    fields: Mapping[str, Any]

    @property
    def label(self) -> str:
        """As Batch's calls take it."""
        return f"{self.name}:{self.number}"

    @property
    def content(self) -> str:
        """The same for revisions of the same content; one that was adopted by hand is like no other."""
        return self.tags.get(CONTENT_HASH) or self.arn

    @property
    def commit(self) -> str:
        return self.tags.get(COMMIT, "")

    @property
    def run_url(self) -> str:
        return self.tags.get(RUN_URL, "")

    @property
    def registered(self) -> datetime | None:
        """None for a revision of earlier versions, or one that was adopted by hand."""
        return time_in(self.tags.get(REGISTERED, ""))

    @property
    def noted(self) -> datetime | None:
        """When it began to serve, as its tags say."""
        return time_in(self.tags.get(SERVED, ""))

    @property
    def served(self) -> datetime | None:
        """When it began to serve; None where its deployment has not come to its end.

        Earlier versions noted nothing, and registered after all else had gone well: each served, in the order of the numbers.
        """
        return self.noted or (None if self.registered else datetime.fromtimestamp(self.number, UTC))

    @property
    def awaited(self) -> datetime | None:
        """When the rollback began that registered it and has not come to its end; None where there is none."""
        return rollback_begun(self.tags.get(ROLLOUT_RUN, ""))

    @property
    def withdrawn(self) -> datetime | None:
        return time_in(self.tags.get(WITHDRAWN, ""))

    @property
    def was_good(self) -> bool:
        return _is_good(self.served, self.withdrawn)

    @property
    def image(self) -> str:
        return str(self._container.get("image", ""))

    @property
    def weights(self) -> str:
        variables = {each.get("name"): each.get("value", "") for each in self._container.get("environment", ())}
        return str(variables.get("WEIGHTS_S3_URI", ""))

    @property
    def _container(self) -> Mapping[str, Any]:
        container: Mapping[str, Any] = self.fields.get("containerProperties") or {}
        return container


def serves_as_noted(tags: Mapping[str, str]) -> bool:
    """Whether the tags of the newest revision say that it serves: not after a run that was cut off, or a rollback from it.

    Of a revision of earlier versions they need not.
    """
    served, withdrawn = (time_in(tags.get(tag, "")) for tag in (SERVED, WITHDRAWN))
    return _is_good(served, withdrawn) if REGISTERED in tags or withdrawn else True


def read_revisions(client: BatchClient, owner: Owner, name: str) -> list[JobRevision]:
    """All revisions that are ours, also deregistered ones, newest first. Raises ClientError."""
    pages = client.get_paginator("describe_job_definitions").paginate(jobDefinitionName=name)
    found = [each for page in pages for each in page["jobDefinitions"] if each["jobDefinitionName"] == name]
    revisions = [
        JobRevision(
            name=name,
            number=each["revision"],
            arn=each["jobDefinitionArn"],
            active=each.get("status", "ACTIVE") == "ACTIVE",
            tags=each.get("tags", {}),
            fields=each,
        )
        for each in found
        if owner.owns(each.get("tags", {}))
    ]
    return sorted(revisions, key=lambda each: each.number, reverse=True)


def serving(revisions: Iterable[JobRevision]) -> JobRevision | None:
    """What jobs that are submitted by the name run on."""
    return max((each for each in revisions if each.active), key=lambda each: each.number, default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class JobContent:
    """All revisions that say the same, as one: what an endpoint config is of an endpoint.

    `newest` may be deregistered. `served`: when the content last began to serve; `withdrawn`: when it was last given up.
    """

    newest: JobRevision
    served: datetime | None
    withdrawn: datetime | None

    @property
    def content(self) -> str:
        return self.newest.content

    @property
    def was_good(self) -> bool:
        return _is_good(self.served, self.withdrawn)

    def before(self, live: JobRevision) -> bool:
        """Whether it served before the revision that serves. Of one that is not noted yet, all did."""
        return self.served is not None and (live.served is None or self.served < live.served)


def contents(revisions: Iterable[JobRevision]) -> list[JobContent]:
    """What the revisions say, the last that served first."""
    by_content: dict[str, list[JobRevision]] = {}
    for each in revisions:
        by_content.setdefault(each.content, []).append(each)
    found = [
        JobContent(
            newest=max(same, key=lambda each: each.number),
            served=max((each.served for each in same if each.served), default=None),
            withdrawn=max((each.withdrawn for each in same if each.withdrawn), default=None),
        )
        for same in by_content.values()
    ]
    return sorted(found, key=lambda each: (each.served or _NEVER, each.newest.number), reverse=True)


def previous_revision(revisions: Sequence[JobRevision], live: JobRevision) -> JobContent | None:
    """What a rollback from `live` brings back: the content that last served before it and was not given up.

    None: there is nothing to go back to.
    """
    gone = max((moment for each in revisions if (moment := time_in(each.tags.get(DESTROYED, "")))), default=_NEVER)
    return next(
        (
            each
            for each in contents(revisions)
            if each.content != live.content and each.was_good and each.before(live) and (each.served or _NEVER) > gone
        ),
        None,
    )


def note_served(client: BatchClient, owner: Owner, arn: str, *, at: datetime) -> None:
    """Notes on a revision of ours that it serves from now on."""
    client.tag_resource(resourceArn=arn, tags=owner.mark({SERVED: stamp(at)}))


def note_withdrawn(client: BatchClient, owner: Owner, arn: str, *, at: datetime) -> None:
    """Notes on a revision of ours that it is none to go back to."""
    client.tag_resource(resourceArn=arn, tags=owner.mark({WITHDRAWN: stamp(at)}))


def note_arrived(client: BatchClient, owner: Owner, revision: JobRevision) -> None:
    """Notes that the rollback which registered a revision has come to its end: the next one goes further back."""
    run = run_in(revision.tags.get(ROLLOUT_RUN, "")) or owner.run_url
    client.tag_resource(resourceArn=revision.arn, tags=owner.mark({ROLLOUT_RUN: run or "-"}))


def note_destroyed(client: BatchClient, owner: Owner, arn: str, *, at: datetime) -> None:
    """Notes on the newest revision of ours that nothing goes back behind this time."""
    client.tag_resource(resourceArn=arn, tags=owner.mark({DESTROYED: stamp(at)}))


def _is_good(served: datetime | None, withdrawn: datetime | None) -> bool:
    return served is not None and (withdrawn is None or withdrawn < served)
