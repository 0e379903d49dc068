"""AWS with a person's own credentials: profile, single sign-on, environment."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from aces_action.language import Text, lines, same
from aces_action.problems import ActionError, Problem
from aces_action.terminal.surroundings import Terminal

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

_REGION = "ap-northeast-1"  # where neither AWS_REGION nor the profile names one: as in the action
_SIGN_IN = lines(
    Text("Sign in, or choose a profile that is signed in:", "サインインするか、サインイン済みのプロファイルを指定してください:"),
    same("aws sso login\nexport AWS_PROFILE=NAME"),
)

_HAVE_IT_ALLOWED = Text(
    "Sign in as somebody who may (AWS_PROFILE chooses the profile), or ask whoever looks after the AWS account for it.",
    "権限のあるプロファイルをAWS_PROFILEで指定するか、AWSアカウントの管理者に権限の追加を依頼してください。",
)
_CHECK_THE_WAY = Text(
    "Try again. If it stays so, check the region (AWS_REGION, or the profile's) and your connection, proxy and VPN.",
    "もう一度実行してください。それでも変わらない場合は、リージョン（AWS_REGIONまたはプロファイルの設定）と、"
    "ネットワーク接続、プロキシ、VPNを確認してください。",
)


def s3_client(person: Terminal) -> S3Client:
    """A client of S3 with the action's time-outs and retries. Takes a third of a second: boto3 is imported here."""
    import boto3

    from aces_action.aws.session import open_session

    region = person.region or boto3.Session().region_name or _REGION
    return open_session(region=region, role_arn=None, session_name="", token=str).client("s3")


@contextmanager
def aws_explained() -> Iterator[None]:
    """Makes problems of what AWS and botocore say, with what a person at a terminal can do about it."""
    from botocore.exceptions import NoCredentialsError, PartialCredentialsError

    from aces_action.aws.errors import AWS_ERRORS, explain

    try:
        yield
    except AWS_ERRORS as error:
        problem = explain(error)
        if isinstance(error, NoCredentialsError | PartialCredentialsError):
            problem = replace(problem, message=Text("There are no AWS credentials.", "AWSの認証情報がありません。"))
        raise ActionError(_for_a_person(problem)) from error
    except ActionError as error:
        raise ActionError(map(_for_a_person, error.problems)) from error


def _for_a_person(problem: Problem) -> Problem:
    """The catalogue's advice on credentials, permissions and connections is for a workflow. AWS's own words stay."""
    from aces_action.aws.errors import ALLOW_IT, CHECK_THE_WAY

    if problem.code == "ACES-A001":
        return replace(problem, hint=_SIGN_IN)
    hint = problem.hint
    for for_a_job, for_a_person in ((ALLOW_IT, _HAVE_IT_ALLOWED), (CHECK_THE_WAY, _CHECK_THE_WAY)):
        hint = Text(hint.en.replace(for_a_job.en, for_a_person.en), hint.ja.replace(for_a_job.ja, for_a_person.ja))
    return replace(problem, hint=hint)
