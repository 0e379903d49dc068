"""The ACES Platform: it answers, takes the token and knows the tenant."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from aces_action.language import Text, same
from aces_action.output.check import Check
from aces_action.preflight.check import PreflightCheck
from aces_action.preflight.input import PreflightInput
from aces_action.preflight.queries import Answers, Query, QueryResult
from aces_action.problems import Problem
from aces_action.problems.listing import R006
from aces_action.problems.preflight import P007
from aces_action.problems.preflight.platform import registration_deferred
from aces_action.resources.listing import check as ask_for_tenant


def platform_problems(inputs: PreflightInput, answers: Answers) -> list[Problem]:
    """Those of asking the platform for the tenant."""
    return [problem for query in _queries(inputs) for problem in _all(answers.of(query))]


def _all(result: QueryResult[list[Problem]]) -> list[Problem]:
    return [*(result.value or []), *result.problems]


def _queries(inputs: PreflightInput) -> list[Query[list[Problem]]]:
    if (platform := inputs.platform) is None:
        return []
    return [Query(name="platform", prepare=lambda _clients: partial(ask_for_tenant, platform, inputs.tenant_id), slow=True)]


def check_platform(problems: Sequence[Problem], *, url: str, tenant_id: str, may_defer: bool) -> list[Check]:
    """`problems` are those of asking it for the tenant. `may_defer`: the registration may then wait (`platform: deferred`)."""
    what = same("ACES Platform")
    needed = Text(f"answers, knows {tenant_id}", f"応答し、{tenant_id}がある")
    if not problems:
        return [Check(what=what, found=same(url), needed=needed)]
    judged = tuple(registration_deferred(problem) if may_defer and problem.kind is P007 else problem for problem in problems)
    if is_asleep(problems):
        found = Text("does not answer", "応答なし")
    elif all(problem.kind is R006 for problem in problems):
        found = Text("answers, does not list its services", "応答あり、一覧は確認できず")
    else:
        found = Text("refuses", "拒否")
    return [Check(what=what, found=found, needed=needed, problems=judged)]


def is_asleep(problems: Sequence[Problem]) -> bool:
    """Whether it is for now that the platform cannot be asked: not one of the problems is about what it said."""
    return bool(problems) and all(problem.kind is P007 for problem in problems)


def _rows(inputs: PreflightInput, answers: Answers) -> list[Check]:
    if inputs.platform is None:
        return []
    return check_platform(
        platform_problems(inputs, answers), url=inputs.platform_url, tenant_id=inputs.tenant_id, may_defer=inputs.may_defer
    )


CHECK = PreflightCheck(queries=_queries, rows=_rows)
