"""Asking side by side: a query never raises, but is answered, or not, with the reason."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar, cast

from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from aces_action.aws.clients import Clients
from aces_action.aws.errors import AWS_ERRORS, error_code, explain, is_denied, missing_permission
from aces_action.language import EMPTY, Text, same
from aces_action.output.check import Check
from aces_action.problems import ActionError, Problem
from aces_action.problems.preflight import not_checked

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryResult(Generic[T]):
    """The answer to a query; else why there is none. Neither for what was not asked."""

    value: T | None = None
    problems: tuple[Problem, ...] = ()

    def failed(self, what: Text, needed: Text = EMPTY) -> list[Check]:
        """The row of the table, where there is no answer; none where there is one."""
        return [Check(what=what, found=same("–"), needed=needed, problems=self.problems)] if self.problems else []


@dataclass(frozen=True, slots=True, kw_only=True)
class Query(Generic[T]):
    """A question to AWS or to the platform. Queries of the same `name` are one: asked once, for all checks that need the answer.

    `prepare` takes the client that is needed (in one thread: making a client is not thread-safe) and returns the call that is
    made in another. `optional`: the deployment can do without an answer, so that where there is none a warning (P010) says so of
    this subject; else it is as bad as a wrong answer. `slow`: takes several calls one after the other, so it is asked first.
    """

    name: str
    prepare: Callable[[Clients], Callable[[], T]] = field(compare=False)
    optional: Text | None = field(default=None, compare=False)
    slow: bool = field(default=False, compare=False)


class Answers:
    """What came back for each query."""

    def __init__(self, futures: dict[str, Future[QueryResult[Any]]]) -> None:
        self._futures = futures

    def of(self, query: Query[T]) -> QueryResult[T]:
        """Waits for the answer. An empty result for what was not asked."""
        future = self._futures.get(query.name)
        return cast("QueryResult[T]", future.result()) if future else QueryResult()


class Queries:
    """Asks in the threads of a pool."""

    def __init__(self, pool: ThreadPoolExecutor, clients: Clients) -> None:
        self._pool, self._clients = pool, clients
        self._futures: dict[str, Future[QueryResult[Any]]] = {}
        self.answers = Answers(self._futures)

    def ask(self, query: Query[Any]) -> None:
        """Begins to ask, unless that was asked before."""
        if query.name not in self._futures:
            self._futures[query.name] = self._pool.submit(answer, query.prepare(self._clients), query.optional)


def unchecked(subject: Text, error: ClientError | BotoCoreError | ResponseParserError) -> Problem:
    """That something was not looked at, and which permission is missing for it."""
    if isinstance(error, ClientError) and is_denied(error):
        return not_checked.no_permission(subject, missing_permission(error, _PREFIXES.get(error.operation_name, "")))
    if isinstance(error, ClientError):
        return not_checked.refused(subject, error_code(error))
    return not_checked.no_answer(subject, type(error).__name__)


# IAM's prefix of the action, where AWS's message does not say it
_PREFIXES = {
    "GetRole": "iam",
    "GetOpenIDConnectProvider": "iam",
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


def answer(call: Callable[[], T], optional: Text | None) -> QueryResult[T]:
    """The result of a call; never raises. `optional` as in `Query`."""
    try:
        return QueryResult(value=call())
    except ActionError as error:
        return QueryResult(problems=error.problems)
    except AWS_ERRORS as error:
        return QueryResult(problems=(explain(error) if optional is None else unchecked(optional, error),))
