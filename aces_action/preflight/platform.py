"""The ACES Platform: it answers, takes the token and knows the tenant."""

from __future__ import annotations

from dataclasses import replace

from aces_action.language import Text, same
from aces_action.output.check import Check
from aces_action.problems import CATALOGUE, Problem

_ASLEEP = CATALOGUE["P007"]


def check_platform(problems: list[Problem], *, url: str, tenant_id: str, may_sleep: bool) -> list[Check]:
    """`problems` are those of asking it for the tenant. `may_sleep`: the registration may then wait (`platform: deferred`)."""
    what = same("ACES Platform")
    needed = Text(f"answers, knows {tenant_id}", f"応答し、{tenant_id}がある")
    if not problems:
        return [Check(what=what, found=same(url), needed=needed)]
    told = tuple(deferred(each) if may_sleep and each.kind == _ASLEEP else each for each in problems)
    found = Text("does not answer", "応答なし") if is_asleep(problems) else Text("refuses", "拒否")
    return [Check(what=what, found=found, needed=needed, problems=told)]


def is_asleep(problems: list[Problem]) -> bool:
    """Whether it is for now that the platform cannot be asked: not one of the problems is about what it said."""
    return bool(problems) and all(each.kind == _ASLEEP for each in problems)


def deferred(problem: Problem) -> Problem:
    """That the platform does not answer, where the registration may wait for it."""
    return replace(
        problem,
        kind=CATALOGUE["P030"],
        hint=Text(
            "The deployment goes on without it. When the platform is up, register what serves:\nwith:\n  command: register",
            "ACES Platformへの登録なしでデプロイを続けます。ACES Platformが起動したら、次の設定で登録してください:\n"
            "with:\n  command: register",
        ),
    )
