"""Registers the revisions that the plan asks for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from aces_action.aws.errors import error_code, error_message, explain, is_general
from aces_action.language import Text
from aces_action.problems import CATALOGUE, ActionError, Problem
from aces_action.resources.batch.plan import read_plan
from aces_action.resources.batch.spec import DesiredJobDefinition

if TYPE_CHECKING:
    from types_boto3_batch import BatchClient


def apply(
    client: BatchClient,
    desired: DesiredJobDefinition,
    *,
    project: str,
    env: str,
    tags: Mapping[str, str],
    changed: Callable[[Text], None],
) -> str:
    """Registers a revision where the newest one differs; returns the ARN of the revision to use, with its number.

    A revision that it registers is told to `changed`.

    Raises ActionError: B001 when Batch refuses it, A005 without the permission, E004 when the name is not ours.
    """
    change, current = read_plan(client, desired, project=project, env=env)
    if current is not None and not change.is_change:
        return current.arn
    try:
        answer = client.register_job_definition(**desired.request, tags=tags)
    except ClientError as error:
        raise ActionError(_refused(error, desired.name)) from error
    name = f"{desired.name}:{answer['revision']}"
    changed(Text(f"registered {name}", f"ジョブ定義{name}の登録"))
    return answer["jobDefinitionArn"]


def _refused(error: ClientError, name: str) -> Problem:
    if is_general(error):
        return explain(error, resource=name)
    code, said = error_code(error), error_message(error)
    return Problem(
        kind=CATALOGUE["B001"],
        message=Text(
            f"Batch refused the job definition {name}: {code}: {said}",
            f"AWS Batchがジョブ定義{name}を拒否しました: {code}: {said}",
        ),
        hint=Text("Check the batch: settings of the infra file.", "infraファイルのbatch:の設定を確認してください。"),
    )
