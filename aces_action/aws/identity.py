"""Who the run is in AWS: the account is checked before anything else is asked."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from aces_action.aws.errors import AWS_ERRORS, error_code, error_message, explain
from aces_action.language import Text
from aces_action.problems import CATALOGUE, ActionError, Problem

if TYPE_CHECKING:
    from types_boto3_sts import STSClient

_CLAIMS = ("sub", "aud", "repository", "ref")


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """The caller as STS names it. `partition` is 'aws' outside China and GovCloud."""

    account: str
    arn: str
    partition: str


def who_am_i(client: STSClient) -> Identity:
    """Asks STS who the run is; with a role this is the first assumption.

    Raises ActionError: A001 no or expired credentials, A002 no token, A003 the role cannot be assumed, A007 no answer.
    """
    try:
        answer = client.get_caller_identity()
    except AWS_ERRORS as error:
        raise ActionError(explain(error)) from error
    return Identity(account=answer["Account"], arn=answer["Arn"], partition=answer["Arn"].split(":")[1])


def check_account(identity: Identity, *, configured: str | None, infra_file: str) -> list[Problem]:
    """The account of the credentials against `account_id` of the infra file."""
    if configured is None or configured == identity.account:
        return []
    return [
        Problem(
            kind=CATALOGUE["A004"],
            message=Text(
                f"The credentials belong to AWS account {identity.account}, but account_id is {configured}.",
                f"認証情報はAWSアカウント{identity.account}のものですが、account_idは{configured}です。",
            ),
            hint=Text(
                "Correct account_id, or AWS_ROLE_ARN in the workflow: nothing has been touched in either account.",
                "account_id、またはワークフローのAWS_ROLE_ARNを修正してください。どちらのアカウントにも変更は加えていません。",
            ),
            file=infra_file,
        )
    ]


def claims(token: str) -> dict[str, str]:
    """The claims of a JWT that a trust policy looks at. Unreadable tokens give none."""
    try:
        payload = token.split(".")[1]
        read = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (IndexError, ValueError, binascii.Error):
        return {}
    return {name: str(read[name]) for name in _CLAIMS if name in read} if isinstance(read, dict) else {}


def not_assumable(error: ClientError, role_arn: str, token: str) -> Problem:
    """AWS refused the role for this token, of which the claims are told: never the token itself."""
    code, said = error_code(error), error_message(error)
    shown = "".join(f"\n  {name}: {value}" for name, value in claims(token).items())
    return Problem(
        kind=CATALOGUE["A003"],
        message=Text(
            f"AWS does not let this job assume {role_arn}: {code}: {said}",
            f"このジョブは{role_arn}を引き受けられません: {code}: {said}",
        ),
        hint=Text(
            "Either there is no such role, or its trust policy does not admit this job. Check AWS_ROLE_ARN, and that the trust "
            f"policy names GitHub's OIDC provider and these claims of the job's token:{shown}",
            "ロールが存在しないか、信頼ポリシーがこのジョブを許可していません。AWS_ROLE_ARNを確認し、信頼ポリシーに"
            f"GitHubのOIDCプロバイダと、ジョブのトークンの次のクレームが書かれていることを確認してください:{shown}",
        ),
    )
