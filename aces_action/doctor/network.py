"""The way to AWS from here: the services that a deployment needs answer, and the clock agrees with AWS's. Nobody signs in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

from aces_action.aws.answers import UNREADABLE
from aces_action.aws.errors import AWS_ERRORS, error_code, explain
from aces_action.aws.session import open_session
from aces_action.language import Text, joined, same
from aces_action.output.check import Check, not_asked
from aces_action.problems import Problem
from aces_action.problems.access.calls import clock_differs
from aces_action.project.model import Infra

NETWORK, CLOCK = Text("Network to AWS", "AWSへの接続"), Text("Clock", "時計")
# AWS denies what was signed more than five minutes ago (IAM User Guide, 'Troubleshoot signed requests')
_MOST = 300
_QUICK = Config(
    signature_version=UNSIGNED, connect_timeout=3, read_timeout=10, retries={"mode": "standard", "total_max_attempts": 2}
)
# A call of each that only reads and needs no parameter: refused it is an answer too
_CALLS: Mapping[str, Callable[[Any], Any]] = {
    "sts": lambda client: client.get_caller_identity(),
    "s3": lambda client: client.head_bucket(Bucket="aces-action-doctor"),
    "ecr": lambda client: client.describe_repositories(),
    "sagemaker": lambda client: client.list_models(),
    "batch": lambda client: client.describe_job_queues(),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """What came of asking a service. `ahead`: seconds that AWS's clock is ahead of ours; None where its answer has no date."""

    service: str
    problem: Problem | None = None
    ahead: float | None = None


def services_for(infra: Infra | None) -> tuple[str, ...]:
    """The services that a deployment cannot do without; without an infra file those of any."""
    endpoint, batch = infra is None or infra.endpoint is not None, infra is None or infra.job is not None
    return ("sts", "s3", "ecr", *(("sagemaker",) if endpoint else ()), *(("batch",) if batch else ()))


def reach(region: str, services: tuple[str, ...]) -> list[Reached]:
    """Asks each of them, unsigned; none where the configuration of AWS's clients here cannot be used. Raises nothing."""
    try:
        clients = _clients(region, services)
    except AWS_ERRORS:  # a profile that there is not, of which the sign-in tells
        return []
    pool = ThreadPoolExecutor(max_workers=len(clients), thread_name_prefix="network")
    try:
        return list(pool.map(lambda each: _reach(*each), clients))
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _clients(region: str, services: tuple[str, ...]) -> list[tuple[str, Any]]:
    # a role that is never assumed: so the credentials that there may be are not looked at
    session = open_session(region=region, role_arn="-", session_name="", token=str)
    return [(service, session.client(service, config=_QUICK)) for service in services]  # type: ignore[call-overload]


def _reach(service: str, client: Any) -> Reached:
    try:
        answer = _CALLS[service](client)
    except ClientError as error:
        if error_code(error) == UNREADABLE:
            return Reached(service=service, problem=explain(error))
        answer = error.response
    except AWS_ERRORS as error:
        return Reached(service=service, problem=explain(error))
    headers = answer.get("ResponseMetadata", {}).get("HTTPHeaders", {})
    return Reached(service=service, ahead=ahead_of(headers.get("date", ""), datetime.now(UTC)))


def ahead_of(date: str, now: datetime) -> float | None:
    """How many seconds the time of a Date header is ahead of `now`."""
    try:
        return (parsedate_to_datetime(date) - now).total_seconds()
    except (TypeError, ValueError):  # the first: one without a time zone
        return None


def network_row(reached: list[Reached]) -> Check:
    if not reached:
        return not_asked(NETWORK, Text("the AWS configuration here cannot be used", "ここのAWSの設定が使えません"))
    failed = [each for each in reached if each.problem]
    problems = tuple(dict.fromkeys(each.problem for each in failed if each.problem))
    needed = joined(", ", [same(each.service) for each in reached])
    if not failed:
        return Check(what=NETWORK, found=needed)
    lacking = ", ".join(each.service for each in failed)
    found = Text(f"no answer from {lacking}", f"応答なし: {lacking}")
    return Check(what=NETWORK, found=found, needed=needed, problems=problems)


def clock_row(reached: list[Reached]) -> Check:
    ahead = next((each.ahead for each in reached if each.ahead is not None), None)
    if ahead is None:
        return not_asked(CLOCK, Text("AWS, whose clock counts, does not answer", "基準になるAWSから応答がありません"))
    off = round(abs(ahead))
    if off <= 2:  # the header has whole seconds, and the answer takes some time
        return Check(what=CLOCK, found=Text("agrees with AWS's", "AWSと一致"))
    found = (
        Text(f"{off} s behind AWS's", f"AWSより{off}秒遅れ")
        if ahead > 0
        else Text(f"{off} s ahead of AWS's", f"AWSより{off}秒進み")
    )
    needed = Text(f"within {_MOST} s", f"差が{_MOST}秒以内")
    return Check(what=CLOCK, found=found, needed=needed, problems=(clock_differs(off),) if off >= _MOST else ())
