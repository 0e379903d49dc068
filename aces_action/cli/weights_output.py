"""The verdict on an archive for `weights check` and `weights ls`, its formats, and the option that chooses the policy."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from functools import partial
from typing import get_args

import click

from aces_action import __version__
from aces_action.cli.aws import aws_explained, s3_client
from aces_action.cli.console import Terminal
from aces_action.cli.formats.result import CheckResult
from aces_action.cli.progress import debug_for, progress_for
from aces_action.language import Language, Text
from aces_action.output.sizes import members_text, size_text
from aces_action.output.verdict import Policy, Verdict
from aces_action.resources.weights.commands import check, is_s3

POLICIES: tuple[Policy, ...] = get_args(Policy)
SHAPE_VERSION = 1

_POLICY_HELP = Text(
    "strict refuses links and hidden files; lenient warns of those that stay inside.",
    "strictはリンクと隠しファイルをエラーにします。lenientは、アーカイブの外を指さないものを警告だけにします。",
)


def policy_option(language: Language) -> Callable[[click.decorators.FC], click.decorators.FC]:
    """`--policy`, as the action's input weights-policy."""
    choice = click.Choice(POLICIES)
    return click.option("--policy", type=choice, default=POLICIES[0], show_default=True, help=_POLICY_HELP.in_(language))


def verdict_on(place: str, policy: Policy, person: Terminal, *, every_file: bool = False) -> Verdict:
    """See `resources.weights.commands.check`."""
    with aws_explained() if is_s3(place) else nullcontext():
        return check(
            place,
            policy=policy,
            client=partial(s3_client, person),
            start_progress=progress_for(person),
            debug=partial(debug_for, person),
            every_file=every_file,
        )


def findings_of(verdict: Verdict) -> CheckResult:
    return CheckResult(checked=(), problems=verdict.problems)


def print_verdict(verdict: Verdict, place: str, person: Terminal) -> None:
    """The problems, the archive, and the count, as `validate` prints them."""
    from aces_action.cli.formats.text import as_text

    about = about_archive(verdict, place).in_(person.language).split("\n")
    text = as_text(
        findings_of(verdict), person.language, lines=lambda _: (), width=person.width, colour=person.colour, about=about
    )
    click.echo(text, nl=False, color=person.colour)


def about_archive(verdict: Verdict, place: str) -> Text:
    """`Checked deploy.tar.gz (1.17 GB): 5 members, 1.26 GB unpacked` and the SHA-256; of a damaged one what could be read."""
    members = members_text(verdict.members)
    if not verdict.sha256:
        return Text(
            f"Checked {place} up to the damage: {members.en}", f"検査したファイル: {place}（壊れている箇所まで: {members.ja}）"
        )
    size, unpacked = size_text(verdict.size), size_text(verdict.unpacked_size)
    return Text(
        f"Checked {place} ({size.en}): {members.en}, {unpacked.en} unpacked\nsha256 {verdict.sha256}",
        f"検査したファイル: {place}（{size.ja}、{members.ja}、展開後{unpacked.ja}）\nsha256 {verdict.sha256}",
    )


def verdict_json(verdict: Verdict, place: str, language: Language, more: Mapping[str, object] | None = None) -> str:
    """One object. docs/weights.md describes the shape; `version` grows when it changes. Unknown values are null.

    `more`: what a command adds to it.
    """
    from aces_action.cli.formats.json import problem_object

    findings = findings_of(verdict)
    data = {
        "version": SHAPE_VERSION,
        "tool": {"name": "aces-action", "version": __version__},
        "language": language,
        "place": place,
        "ok": verdict.ok,
        "policy": verdict.policy,
        "size": verdict.size if verdict.sha256 else None,
        "unpacked_size": verdict.unpacked_size,
        "sha256": verdict.sha256 or None,
        "members": verdict.members,
        "files": verdict.files,
        "entries": [
            {"path": entry.path, "size": entry.size, "target": entry.target or None, "code": entry.code or None}
            for entry in verdict.entries
        ],
        "summary": {"errors": findings.errors, "warnings": findings.warnings},
        "problems": [problem_object(problem, language) for problem in verdict.problems],
        **(more or {}),
    }
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"
