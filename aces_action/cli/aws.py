"""AWS with a person's own credentials: profile, single sign-on, environment."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from aces_action.cli.console import Terminal
from aces_action.language import Text, lines, same
from aces_action.network import INTO_THE_CONTAINER, ON_THIS_MACHINE
from aces_action.problems import ActionError, Problem

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

_REGION = "ap-northeast-1"  # where neither AWS_REGION nor the profile names one: as in the action
_SIGN_IN = lines(
    Text("Sign in, or choose a profile that is signed in:", "サインインするか、サインイン済みのプロファイルを指定してください:"),
    same("aws sso login\nexport AWS_PROFILE=NAME"),
)

_NO_CREDENTIALS = Text("There are no AWS credentials.", "AWSの認証情報がありません。")
_HAVE_IT_ALLOWED = Text(
    "Sign in as somebody who may (AWS_PROFILE chooses the profile), or ask whoever looks after the AWS account for it.",
    "権限のあるプロファイルをAWS_PROFILEで指定するか、AWSアカウントの管理者に権限の追加を依頼してください。",
)
_CHECK_THE_WAY = Text(
    "Try again. If it stays so, check the region (AWS_REGION, or the profile's) and your connection, proxy and VPN.",
    "もう一度実行してください。それでも変わらない場合は、リージョン（AWS_REGIONまたはプロファイルの設定）と、"
    "ネットワーク接続、プロキシ、VPNを確認してください。",
)
_IN_THAT_ACCOUNT = Text(
    "Sign in to that account (AWS_PROFILE chooses the profile), or correct account_id: nothing has been touched "
    "in either account.",
    "そのアカウントのプロファイルをAWS_PROFILEで指定するか、account_idを修正してください。どちらのアカウントにも変更は加えていません。",
)
_ENDS_EARLY = Text(
    "Your AWS credentials end before --wait-timeout does, and nothing renews them.",
    "AWSの認証情報は、--wait-timeoutより先に期限が切れ、更新されません。",
)
_JOINS = Text(
    "What SageMaker has begun goes on without them: sign in again then, and the same command waits for it. "
    "Those of a profile (AWS_PROFILE) renew themselves.",
    "期限が切れても、SageMakerが始めた処理は続きます。サインインし直して同じコマンドを実行すると、その完了を待ちます。"
    "プロファイル（AWS_PROFILE）の認証情報は自動で更新されます。",
)

# What a text says to a workflow, and what it says to a person
_OF_A_WORKFLOW = r"(?P<command>`command: (?:deploy|register|plan)`)"
_PHRASES = (
    (re.compile(r"(?:the|this) job again"), "the command again"),
    (re.compile(r"ジョブを再実行"), "コマンドを再実行"),
    (re.compile(r"`command: (status|rollback|stop|start|destroy|validate)`"), r"`aces-action \1`"),
    (re.compile(rf"{_OF_A_WORKFLOW}(?=[\u3001-\u9fff\uff01-\uff5e])"), r"ワークフローの\g<command>"),
    (re.compile(rf"(?<!ワークフローの){_OF_A_WORKFLOW}"), r"the workflow's \g<command>"),
    (re.compile(r"the role of AWS_ROLE_ARN lacks"), "you lack"),
    (re.compile(r"AWS_ROLE_ARNのロールに"), "使用中のAWS認証情報に"),
    (re.compile(r"(?<![-A-Za-z])wait-timeout"), "--wait-timeout"),
    (re.compile(r"\b(?:the runner|the action's container)\b"), "this machine"),
    (re.compile(r"アクションのコンテナ|ランナー"), "このマシン"),
)


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
        raise ActionError(for_a_person(explain(error))) from error
    except ActionError as error:
        raise ActionError(map(for_a_person, error.problems)) from error


def for_a_person(problem: Problem) -> Problem:
    """The same problem in a terminal's words: advice on credentials, permissions and connections is for a workflow. AWS's own
    words stay."""
    from aces_action.aws.errors import ALLOW_IT, CHECK_THE_WAY, NO_KEYS

    message, hint = problem.message, problem.hint
    match problem.code:
        case "ACES-A011":
            hint = _SIGN_IN
        case "ACES-A001":
            message, hint = _NO_CREDENTIALS if message == NO_KEYS else message, _SIGN_IN
        case "ACES-A004":
            hint = _IN_THAT_ACCOUNT
        case "ACES-A008":
            message, hint = _ENDS_EARLY, _JOINS
    for for_a_job, for_who_sits_there in (
        (ALLOW_IT, _HAVE_IT_ALLOWED),
        (CHECK_THE_WAY, _CHECK_THE_WAY),
        (INTO_THE_CONTAINER, ON_THIS_MACHINE),
    ):
        hint = Text(hint.en.replace(for_a_job.en, for_who_sits_there.en), hint.ja.replace(for_a_job.ja, for_who_sits_there.ja))
    return replace(problem, message=message.map(in_a_persons_words), hint=hint.map(in_a_persons_words))


def in_a_persons_words(text: str) -> str:
    """Without jobs to run again and inputs to set."""
    for phrase, other in _PHRASES:
        text = phrase.sub(other, text)
    return text
