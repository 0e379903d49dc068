"""Who the run is in AWS: the account is checked before anything else is asked."""

from __future__ import annotations

import base64
import binascii
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore import loaders
from botocore.exceptions import ClientError

from aces_action.aws.errors import AWS_ERRORS, error_code, error_message, explain
from aces_action.github.oidc import AUDIENCE
from aces_action.language import Text, lines, same
from aces_action.problems import CATALOGUE, ActionError, Problem
from aces_action.sanitiser import one_line

if TYPE_CHECKING:
    from types_boto3_sts import STSClient

_ISSUER = "token.actions.githubusercontent.com"
_IAM, _PROVIDER = "aws iam", "--open-id-connect-provider-arn"
_CLAIMS = ("sub", "aud", "repository", "ref")


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """The caller as STS names it. `partition` is 'aws' outside China, GovCloud and the sovereign clouds."""

    account: str
    arn: str
    partition: str

    @property
    def domain(self) -> str:
        """The partition's domain, such as amazonaws.com or amazonaws.com.cn, as botocore knows it."""
        partitions = loaders.create_loader().load_data("partitions")["partitions"]
        return next((str(each["outputs"]["dnsSuffix"]) for each in partitions if each["id"] == self.partition), "amazonaws.com")


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
    except (IndexError, ValueError, binascii.Error, RecursionError):
        return {}
    return {name: one_line(str(read[name])) for name in _CLAIMS if name in read} if isinstance(read, dict) else {}


def not_assumable(error: ClientError, role_arn: str, token: str) -> Problem:
    """AWS refused the role for this token, of which the claims are told: never the token itself."""
    code, said = error_code(error), error_message(error)
    return Problem(
        kind=CATALOGUE["A003"],
        message=Text(
            f"AWS does not let this job assume {role_arn}: {code}: {said}",
            f"このジョブは{role_arn}を引き受けられません: {code}: {said}",
        ),
        hint=_way_in(said, role_arn, token),
    )


def _way_in(said: str, role_arn: str, token: str) -> Text:
    """What to do about a refusal, by AWS's words: InvalidIdentityToken alone has four causes.

    The words are those of public reports: aws-actions/configure-aws-credentials#280, #291, #357; botocore says of an
    unreachable provider that it is often transient (IDPCommunicationErrorException).
    """
    lowered, (_, partition, _, _, account, *_) = said.lower(), f"{role_arn}:::::".split(":")
    found = re.search(r"https://([\w./-]*\w)", said)
    issuer = found[1] if found else _ISSUER
    provider = f"arn:{partition}:iam::{account}:oidc-provider/{issuer}"
    if "no openidconnect provider" in lowered:
        command = f"    {_IAM} create-open-id-connect-provider --url https://{issuer} --client-id-list {AUDIENCE}"
        return lines(
            Text(
                f"Account {account} has no OIDC provider for GitHub, or AWS_ROLE_ARN names the wrong account. The account's "
                "administrator creates it once: with docs/iam/roles.cfn.yml of aces-action and WithOidcProvider=true, or with:",
                f"アカウント{account}に、GitHubのOIDCプロバイダがありません。または、AWS_ROLE_ARNのアカウントが違います。"
                "プロバイダは、AWSアカウントの管理者が一度だけ作成します。aces-actionのdocs/iam/roles.cfn.ymlを"
                "WithOidcProvider=trueで適用するか、次のコマンドを使ってください:",
            ),
            same(command),
        )
    if "audience" in lowered:
        command = f"    {_IAM} add-client-id-to-open-id-connect-provider --client-id {AUDIENCE} {_PROVIDER} {provider}"
        return lines(
            Text(
                f"GitHub's OIDC provider in account {account} lacks the audience {AUDIENCE}. Add it:",
                f"アカウント{account}にあるGitHubのOIDCプロバイダに、audienceの{AUDIENCE}がありません。追加してください:",
            ),
            same(command),
        )
    if "thumbprint" in lowered:
        command = f"    {_IAM} get-open-id-connect-provider {_PROVIDER} {provider}"
        return lines(
            Text(
                "The thumbprints of that OIDC provider are out of date. Update them (IAM console, Identity providers):",
                "OIDCプロバイダのサムプリントが古くなっています。更新してください（IAMコンソールの「IDプロバイダ」）:",
            ),
            same(command),
        )
    if "token expired" in lowered or "verification key" in lowered or "temporarily" in lowered:
        return Text(
            "This is usually temporary. Run the job again. If it persists on a self-hosted runner, check its clock.",
            "多くの場合、一時的なものです。ジョブを再実行してください。セルフホストランナーで続く場合は、時計を確認してください。",
        )
    if "not activated in this region" in lowered:
        return Text(
            f"STS is disabled in this region for account {account}: enable it (IAM console, Account settings), or set "
            "AWS_REGION.",
            f"アカウント{account}では、このリージョンのSTSが無効です。有効にするか（IAMコンソールの「アカウント設定」）、"
            "AWS_REGIONを変更してください。",
        )
    shown = "".join(f"\n  {name}: {value}" for name, value in claims(token).items())
    return Text(
        "The role does not exist, or its trust policy does not allow this job. Check AWS_ROLE_ARN, and that the trust "
        f"policy names GitHub's OIDC provider and these claims of the job's token:{shown}",
        "ロールが存在しないか、信頼ポリシーがこのジョブを許可していません。AWS_ROLE_ARNを確認し、信頼ポリシーに"
        f"GitHubのOIDCプロバイダと、ジョブのトークンの次のクレームが書かれていることを確認してください:{shown}",
    )
