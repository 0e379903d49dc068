"""The ACES Platform in three rows: does it answer, does it take the token, does it know the tenant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from aces_action.language import Text, same
from aces_action.output.check import Check, not_asked
from aces_action.problems import Problem
from aces_action.problems.doctor import platform_out_of_reach
from aces_action.problems.listing import R006
from aces_action.problems.preflight import P007, P008, P009
from aces_action.problems.preflight.platform import registration_deferred

ANY_TENANT = "00000000-0000-0000-0000-000000000000"
"""In place of a tenant that is not known: whoever answers that there is none has answered."""

PLATFORM, TOKEN, TENANT = same("ACES Platform"), Text("Platform token", "トークン"), Text("Tenant", "テナント")
_NO_TOKEN_HERE = Text(
    "the token is a secret of the job; set PLATFORM_TOKEN to have it checked here",
    "トークンはジョブのシークレットです。ここで確認するには、PLATFORM_TOKENを設定してください",
)
NOT_KNOWN = Text("TENANT_ID is not known here", "ここではTENANT_IDがわかりません")
_NOT_LISTED = Text("this platform does not list services, which would tell", "サービスの一覧がなく、確認する方法がありません")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformAsked:
    """How the platform was asked. `tenant_id` None: for any tenant."""

    url: str
    tenant_id: str | None
    with_token: bool
    in_job: bool
    may_defer: bool


def platform_rows(problems: Sequence[Problem], asked: PlatformAsked) -> list[Check]:
    """`problems` are those of asking it for the tenant's services, all of one kind."""
    needed = Text("answers", "応答すること")
    kind = problems[0].kind if problems else None
    if kind is P009:
        return [Check(what=PLATFORM, found=same(asked.url)), *_refused(problems, asked)]
    if kind is P008 or kind is None:
        return [Check(what=PLATFORM, found=same(asked.url)), _accepted(asked), _tenant(problems, asked)]
    if kind is R006:
        found = Text("answers, does not list its services", "応答あり、一覧は確認できず")
        rest = [not_asked(what, _NOT_LISTED) for what in (TOKEN, TENANT)]
        return [Check(what=PLATFORM, found=found, problems=tuple(problems)), *rest]
    found = Text("does not answer", "応答なし") if kind is P007 else Text("answers something else", "想定外の応答")
    row = Check(what=PLATFORM, found=found, needed=needed, problems=tuple(_judged(each, asked) for each in problems))
    why = Text("the platform does not answer as it should", "ACES Platformから正しい応答がありません")
    return [row, not_asked(TOKEN, why), not_asked(TENANT, why)]


def _judged(problem: Problem, asked: PlatformAsked) -> Problem:
    """From a person's machine an internal address may well be out of reach: that says nothing of the runner."""
    if problem.kind is not P007:
        return problem
    if not asked.in_job:
        return platform_out_of_reach(problem)
    return registration_deferred(problem) if asked.may_defer else problem


def _refused(problems: Sequence[Problem], asked: PlatformAsked) -> list[Check]:
    why = Text("the platform wants a token that it accepts first", "先に、受け付けられるトークンが必要です")
    if not asked.with_token and not asked.in_job:
        return [not_asked(TOKEN, _NO_TOKEN_HERE), not_asked(TENANT, why)]
    found = Text("refused", "拒否") if asked.with_token else Text("none", "なし")
    return [
        Check(what=TOKEN, found=found, needed=Text("one that it accepts", "受け付けられるもの"), problems=tuple(problems)),
        not_asked(TENANT, why),
    ]


def _accepted(asked: PlatformAsked) -> Check:
    found = Text("accepted", "受け付けられた") if asked.with_token else Text("none, and none is asked for", "なし（不要）")
    return Check(what=TOKEN, found=found)


def _tenant(problems: Sequence[Problem], asked: PlatformAsked) -> Check:
    if asked.tenant_id is None:
        return not_asked(TENANT, NOT_KNOWN)
    found = Text("not known", "なし") if problems else same(asked.tenant_id)
    return Check(what=TENANT, found=found, needed=same(asked.tenant_id) if problems else same(""), problems=tuple(problems))
