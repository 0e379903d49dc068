"""The version of the action against the newest tag of its repository: the one that the workflow's `uses:` names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from aces_action import __version__
from aces_action.doctor.input import DoctorInput
from aces_action.github.git_folder import list_tags
from aces_action.github.site import tags_of
from aces_action.language import Text, same
from aces_action.output.check import Check
from aces_action.problems.doctor import newer_version

VERSION = same("aces-action")
# owner/name@ref, with a folder or without; docker://host/owner/name:tag
_USES = re.compile(r"(?P<name>[\w-]+/[\w.-]+)(?:/[^@\s]+)?@(?P<ref>\S+)", re.ASCII)
_IMAGE = re.compile(r"docker://(?:[\w.-]+/)?(?P<name>[\w-]+/[\w.-]+)(?::(?P<ref>[\w.-]+))?(?:@\S+)?", re.ASCII)
_VERSION = re.compile(r"v?(\d{1,6})\.(\d{1,6})\.(\d{1,6})", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionReference:
    """The action as a workflow names it. `repository` is empty for a copy in the repository itself."""

    repository: str
    ref: str


def reference_of(uses: str) -> ActionReference:
    found = (_IMAGE if uses.startswith("docker://") else _USES).fullmatch(uses.strip())
    if found is None or uses.startswith("."):
        return ActionReference(repository="", ref="")
    return ActionReference(repository=found["name"], ref=found["ref"] or "")


def used_reference(asked: DoctorInput) -> ActionReference:
    """That of the first step; where no workflow names one, the runner's word for it."""
    uses = next((str(step.document.get(*step.path, "uses")) for step in asked.steps), "")
    found = reference_of(uses)
    return found if found.repository else ActionReference(repository=asked.site.action, ref="")


def newest_tags(asked: DoctorInput, repository: str) -> list[str] | str:
    """By GitHub's API; where that does not tell, as for a private repository without a token, by git and the person's own access.
    A few words where neither tells."""
    found = tags_of(asked.site, repository)
    if isinstance(found, str) and not asked.in_job:
        return list_tags(f"{asked.site.server_url}/{repository}") or found
    return found


def version_row(reference: ActionReference, tags: Sequence[str] | str, *, in_job: bool) -> Check:
    """In a job what runs counts; at a terminal what the workflow names, where that is a version."""
    used = (None if in_job else _parsed(reference.ref)) or _parsed(__version__) or (0, 0, 0)
    shown = f"v{'.'.join(map(str, used))}"
    if not reference.repository:
        return _skipped(
            shown, Text("no workflow names the repository of the action", "ワークフローからアクションのリポジトリがわかりません")
        )
    if isinstance(tags, str):
        repository = reference.repository
        return _skipped(
            shown, Text(f"could not read the tags of {repository} ({tags})", f"{repository}のタグを取得できません（{tags}）")
        )
    versions = [(version, tag) for tag in tags if (version := _parsed(tag))]
    if not versions:
        return _skipped(
            shown, Text(f"{reference.repository} has no version", f"{reference.repository}にバージョンのタグがありません")
        )
    newest, tag = max(versions)
    problems = (newer_version(shown, tag, reference.repository),) if newest > used else ()
    return Check(what=VERSION, found=same(shown), needed=Text(f"{tag}, the newest", f"最新の{tag}"), problems=problems)


def _skipped(shown: str, reason: Text) -> Check:
    return Check(what=VERSION, found=same(shown), skipped=reason)


def _parsed(tag: str) -> tuple[int, int, int] | None:
    found = _VERSION.fullmatch(tag)
    return (int(found[1]), int(found[2]), int(found[3])) if found else None
