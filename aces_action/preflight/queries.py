"""Asking side by side: what is asked never raises, but is answered, or not, with the reason."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Generic, TypeVar

from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from aces_action.aws.errors import AWS_ERRORS, error_code, explain, is_denied, missing_permission
from aces_action.language import Text, same
from aces_action.output.check import Check
from aces_action.problems import CATALOGUE, ActionError, Problem

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer(Generic[T]):
    """What was answered; else why not."""

    value: T | None = None
    problems: tuple[Problem, ...] = ()

    def failed(self, what: Text, needed: Text) -> list[Check]:
        """The row of the table, where there is no answer."""
        return [Check(what=what, found=same("–"), needed=needed, problems=self.problems)] if self.problems else []


class Questions:
    """Asks in threads; for as long as the block lasts."""

    def __init__(self, pool: ThreadPoolExecutor) -> None:
        self._pool = pool

    def ask(self, question: Callable[[], T]) -> Future[Answer[T]]:
        """A question that the deployment itself depends on: that it may not be asked is as bad as a wrong answer."""
        return self._pool.submit(_answer, question)

    def ask_if_allowed(self, about: Text, question: Callable[[], T]) -> Future[Answer[T]]:
        """A question that the deployment can do without: where there is no answer, a warning (P010) says so."""
        return self._pool.submit(_answer, question, about)


def unchecked(about: Text, error: ClientError | BotoCoreError | ResponseParserError) -> Problem:
    """That something was not looked at, and which permission is missing for it."""
    if isinstance(error, ClientError) and is_denied(error):
        permission = missing_permission(error, _PREFIXES.get(error.operation_name, ""))
        return Problem(
            kind=CATALOGUE["P010"],
            message=Text(
                f"{about.en}: not checked, missing permission {permission}.",
                f"{about.ja}を確認できませんでした。{permission}の権限がありません。",
            ),
            hint=Text(
                f"Allow {permission} in the role of AWS_ROLE_ARN.", f"AWS_ROLE_ARNのロールに{permission}を許可してください。"
            ),
        )
    why = error_code(error) if isinstance(error, ClientError) else type(error).__name__
    return Problem(
        kind=CATALOGUE["P010"],
        message=Text(
            f"{about.en}: not checked, AWS does not answer that ({why}).",
            f"{about.ja}を確認できませんでした。AWSから応答がありません（{why}）。",
        ),
    )


# IAM's prefix of the action, where AWS's message does not say it
_PREFIXES = {
    "GetRole": "iam",
    "SimulatePrincipalPolicy": "iam",
    "DescribeInstanceTypes": "ec2",
    "DescribeInstanceTypeOfferings": "ec2",
    "DescribeSubnets": "ec2",
    "DescribeSecurityGroups": "ec2",
    "DescribeAlarms": "cloudwatch",
    "DescribeJobQueues": "batch",
    "DescribeComputeEnvironments": "batch",
    "GetTopicAttributes": "sns",
    "ListEndpoints": "sagemaker",
    "DescribeEndpoint": "sagemaker",
    "DescribeEndpointConfig": "sagemaker",
    "ListServiceQuotas": "servicequotas",
    "ListAWSDefaultServiceQuotas": "servicequotas",
}


def _answer(question: Callable[[], T], about: Text | None = None) -> Answer[T]:
    try:
        return Answer(value=question())
    except ActionError as error:
        return Answer(problems=error.problems)
    except AWS_ERRORS as error:
        return Answer(problems=(explain(error) if about is None else unchecked(about, error),))
