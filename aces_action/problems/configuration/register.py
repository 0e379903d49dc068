"""C: register.json, by itself and against algorithm.json."""

from __future__ import annotations

from aces_action.language import Text
from aces_action.problems.kind import Kind, snippet

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
