"""Problems to be put into the formats."""

from __future__ import annotations

from aces_action.cli.formats.result import CheckedDeployment, CheckResult
from aces_action.language import Text
from aces_action.problems import Kind, Problem
from aces_action.problems.catalogue import CATALOGUE

REGISTER = "server/algorithms/register.json"
LINES = {REGISTER: ["{", '\t"title": "車の検出",', '    "plan_id": 2', "}"]}
TITLE = Problem(
    kind=CATALOGUE["C005"],
    message=Text("title is too long.", "titleが長すぎます。"),
    hint=Text("Shorten it.\nA Japanese character takes 3 bytes.", "短くしてください。\n日本語は1文字3バイトです。"),
    file=REGISTER,
    line=2,
    column=11,
    end_line=2,
    end_column=17,
)
PLAN = Problem(
    kind=CATALOGUE["C013"],
    message=Text("plan_id is 2.", "plan_idが2です。"),
    file=REGISTER,
    line=3,
    column=16,
    end_line=3,
    end_column=17,
)
MISSING = Problem(
    kind=CATALOGUE["C001"],
    message=Text("example.png does not exist.", "example.pngがありません。"),
    file="server/algorithms/日本語 の絵.png",
)
NOWHERE = Problem(kind=CATALOGUE["C027"], message=Text("Project unknown.", "プロジェクト不明。"))
WORKFLOW = CheckedDeployment(project="plates", env="dev", workflow=".github/workflows/deploy.yml")
HELP = CATALOGUE["C005"].help_url("en").rpartition("/")[0]
HELP_JA = CATALOGUE["C005"].help_url("ja").rpartition("/")[0]


def findings(
    *problems: Problem, checked: tuple[CheckedDeployment, ...] = (WORKFLOW,), secrets: tuple[str, ...] = ()
) -> CheckResult:
    return CheckResult(checked=checked, problems=problems, secrets=secrets)


def at(line: int = 1, column: int | None = None, end: int | None = None, *, kind: Kind = CATALOGUE["C004"]) -> Problem:
    """A problem at a place of `file`."""
    return Problem(
        kind=kind, message=Text("Wrong.", "誤り。"), file="file", line=line, column=column, end_line=line, end_column=end
    )
