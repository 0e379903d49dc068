"""C: register.json, by itself and against algorithm.json."""

from __future__ import annotations

from collections.abc import Sequence

from aces_action.language import Text
from aces_action.problems.configuration.serving import C012
from aces_action.problems.kind import Kind, snippet
from aces_action.problems.problem import Problem

C006 = Kind(
    code="ACES-C006",
    severity="error",
    title=Text("Name is not a task_name", "nameと同じtask_nameがありません"),
    cause=Text(
        "`name` of a service in register.json is none of the `task_name`s of algorithm.json. The platform finds the "
        "algorithm by that name, which is also a part of the API's URL.",
        "register.jsonのサービスの`name`と同じ`task_name`が、algorithm.jsonにありません。"
        "ACES Platformはこの名前でアルゴリズムを見つけます。APIのURLにも使われます。",
    ),
    fix=Text(
        "Write the same name in both files.",
        "2つのファイルに同じ名前を書いてください。",
    )
    + snippet(
        "text",
        'server/algorithms/register.json    "name": "numberplate"\nserver/algorithms/algorithm.json   "task_name": "numberplate"',
    ),
    example=(
        'server/algorithms/register.json    "name": "algorithm"\nserver/algorithms/algorithm.json   "task_name": "numberplate"'
    ),
)
C013 = Kind(
    code="ACES-C013",
    severity="warning",
    title=Text("plan_id is not the business plan", "plan_idがbusinessプランではありません"),
    cause=Text(
        "`plan_id` is another number than 1. The registration sets the tenant's plan to it, and private algorithms need the "
        "business plan, which is 1.",
        "`plan_id`が1以外です。登録すると、テナントのプランがこの値になります。"
        "PrivateAlgorithmには、businessプラン（1）が必要です。",
    ),
    fix=Text("Unless another plan is meant:", "別のプランにする意図がなければ、次のように書いてください。")
    + snippet("json", '"plan_id": 1'),
    example='"plan_id": 0',
)

KINDS = (
    C006,
    C013,
)

_LISTED_TASKS = 5


def another_plan(plan: float) -> Problem:
    """When plan_id is a number, but not that of the business plan."""
    return Problem(
        kind=C013,
        message=Text(f"plan_id is {plan}; 1 is the business plan.", f"plan_idが{plan}です。businessプランは1です。"),
        hint=Text(
            'A private algorithm needs the business plan: write "plan_id": 1.',
            'PrivateAlgorithmにはbusinessプランが必要です。"plan_id": 1と書いてください。',
        ),
    )


def not_a_task(place: str, name: str, tasks: Sequence[str], meant: str | None) -> Problem:
    """When algorithm.json has no task of the service's name. `meant`: the task that is probably meant."""
    listed = Text(
        ", ".join(f'"{task}"' for task in tasks[:_LISTED_TASKS]), "".join(f"「{task}」" for task in tasks[:_LISTED_TASKS])
    )
    if (rest := len(tasks) - _LISTED_TASKS) > 0:
        listed += Text(f" and {rest} more", f"など、あと{rest}個")
    return Problem(
        kind=C006,
        message=Text(
            f'{place} is "{name}", but algorithm.json has no such task_name; it has {listed.en}.',
            f"{place}の「{name}」がalgorithm.jsonのtask_nameにありません。あるのは{listed.ja}です。",
        ),
        hint=Text(f'Did you mean "{meant}"?', f"「{meant}」ではありませんか。")
        if meant
        else Text(
            "Write one of those, or add this task to algorithm.json.",
            "そのいずれかを書くか、このタスクをalgorithm.jsonに追加してください。",
        ),
    )


def mimes_without_effect(place: str, service_type: str) -> Problem:
    """When a service that is not of type file lists MIME types."""
    return Problem(
        kind=C012,
        message=Text(
            f"{place} has no effect: the type is {service_type}, not file.",
            f"{place}は効果がありません。typeが{service_type}で、fileではありません。",
        ),
        hint=Text("Delete it, or write type file.", "削除するか、typeをfileにしてください。"),
    )
