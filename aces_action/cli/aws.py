"""AWS with a person's own credentials: profile, single sign-on, environment."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from aces_action.cli.console import Terminal
from aces_action.problems import ActionError

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

_REGION = "ap-northeast-1"  # where neither AWS_REGION nor the profile names one: as in the action


def s3_client(person: Terminal) -> S3Client:
    """A client of S3 with the action's time-outs and retries. Takes a third of a second: boto3 is imported here."""
    from aces_action.aws.session import open_session

    check_way(person)
    return open_session(region=own_region(person), role_arn=None, session_name="", token=str).client("s3")


def check_way(person: Terminal) -> None:
    """Raises ActionError (A009, A010, A012) where nothing can be called with the environment as it is."""
    if problems := person.no_way():
        raise ActionError(problems)


def own_region(person: Terminal) -> str:
    """That of AWS_REGION, else of the profile, else the action's."""
    import boto3

    return person.region or boto3.Session().region_name or _REGION


@contextmanager
def aws_explained() -> Iterator[None]:
    """Makes problems of what AWS and botocore say, with what a person at a terminal can do about it."""
    from aces_action.aws.errors import AWS_ERRORS, explain

    try:
        yield
    except AWS_ERRORS as error:
        raise ActionError(explain(error).for_terminal()) from error
    except ActionError as error:
        raise ActionError([problem.for_terminal() for problem in error.problems]) from error
