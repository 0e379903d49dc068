"""What is wrong at a terminal alone: which deployment is meant, and who has to agree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from aces_action.language import Text, joined, lines, sentences
from aces_action.problems.configuration.workflow import C027
from aces_action.problems.endpoint import E009
from aces_action.problems.problem import Problem

INFRA_NAME = "<project>-<env>-algorithm-server-infra.yml"


def nothing_to_validate(infra_folder: str) -> Problem:
    """When neither a workflow nor the name of an infra file says what to check."""
    return Problem(kind=C027, message=_unknown(infra_folder), hint=_SELECT_FOR_VALIDATE)


def only_a_run_knows(setting: Text, infra_folder: str) -> Problem:
    """When the workflow has an expression for project or environment, and no infra file's name says what it can be."""
    return Problem(
        kind=C027,
        message=Text(
            f"{setting.en} is an expression, and no infra file in {infra_folder}/ says by its name what it can be.",
            f"{setting.ja}が式で指定されていますが、{infra_folder}/に、名前から値がわかるinfraファイルがありません。",
        ),
        hint=_SELECT_FOR_VALIDATE,
    )


_NEW_PROJECT = Text(
    "For a new project, `aces-action init` writes the files.",
    "新しいプロジェクトでは、`aces-action init`でファイルを作成できます。",
)
_SELECT_FOR_VALIDATE = lines(
    Text(
        "Say which: aces-action validate --project NAME --env dev",
        "aces-action validate --project NAME --env dev のように指定してください。",
    ),
    _NEW_PROJECT,
)


def no_deployment(verb: str, infra_folder: str) -> Problem:
    """When a verb about a server finds none."""
    return Problem(kind=C027, message=_unknown(infra_folder), hint=lines(_select(verb, ""), _NEW_PROJECT))


def several_deployments(verb: str, deployments: Sequence[Text], *, by_region: bool) -> Problem:
    """When a verb about a server finds more than one; `by_region`: project and environment do not tell them apart."""
    names = joined(", ", deployments)
    return Problem(
        kind=C027,
        message=Text(
            f"There are several deployments here: {names.en}.", f"このリポジトリには、複数のデプロイ先があります: {names.ja}"
        ),
        hint=_select(verb, " --region REGION" if by_region else ""),
    )


def _unknown(infra_folder: str) -> Text:
    return Text(
        f"Project and environment are not known: no workflow that uses aces-action names them, and no {INFRA_NAME} in "
        f"{infra_folder}/ does.",
        f"プロジェクトと環境がわかりません。aces-actionを使うワークフローにも、{infra_folder}/の{INFRA_NAME}の名前にもありません。",
    )


def _select(verb: str, more: str) -> Text:
    return Text(
        f"Say which: aces-action {verb} --project NAME --env dev{more}",
        f"aces-action {verb} --project NAME --env dev{more} のように指定してください。",
    )


def not_agreed(verb: str, server: str, count: int, *, was_asked: bool) -> Problem:
    """When nobody said yes to a plan. `count`: the resources that would change."""
    problem = not_confirmed(verb, server, count, was_asked=was_asked)
    yes = Text("Answer y at the prompt, or give --yes.", "確認を求められたらyと入力するか、--yesを指定してください。")
    return replace(problem, hint=yes if was_asked else sentences(_NO_TERMINAL, yes))


_NO_TERMINAL = Text("There is no terminal to prompt on.", "ここでは確認の入力ができません。")


def not_confirmed(verb: str, server: str, count: int, *, was_asked: bool) -> Problem:
    """When nobody agreed to what cannot simply be taken back. `count`: the resources that would change."""
    reason = Text("The answer was not the server's name.", "入力がサーバ名と一致しません。") if was_asked else _NO_TERMINAL
    left = Text("nothing was changed", "何も変更していません")
    if verb == "deploy":  # which has stored the verdict on the weights by then
        left = Text("nothing was deployed", "デプロイしていません")
    return Problem(
        kind=E009,
        message=Text(
            f"`aces-action {verb}` would change {count} resource{'' if count == 1 else 's'} of {server} and was not confirmed: "
            f"{left.en}.",
            f"`aces-action {verb}`は{server}のリソース{count}件を変更します。確認がないため、{left.ja}。",
        ),
        hint=sentences(
            reason,
            Text(
                f"Type {server} at the prompt, or give --yes.",
                f"確認を求められたら{server}と入力するか、--yesを指定してください。",
            ),
        ),
    )
