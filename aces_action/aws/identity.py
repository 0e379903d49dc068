"""Who the run is in AWS: the account is checked before anything else is asked."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore import loaders
from botocore.exceptions import ClientError

from aces_action.aws.errors import AWS_ERRORS, error_code, error_message, explain
from aces_action.github.oidc import AUDIENCE
from aces_action.language import Text
from aces_action.problems import ActionError, Problem
from aces_action.problems.access import credentials, role
from aces_action.sanitiser import one_line

if TYPE_CHECKING:
    from types_boto3_sts import STSClient

_ISSUER = "token.actions.githubusercontent.com"
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
    return [credentials.wrong_account(identity.account, configured, infra_file)]


def check_role_accounts(identity: Identity, accounts: Sequence[str]) -> list[Problem]:
    """The account of a person's credentials against those of the roles that the workflows name: none, or one of them."""
    return [credentials.account_of_no_role(identity.account, accounts)] if accounts and identity.account not in accounts else []


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
    code, answer = error_code(error), error_message(error)
    return role.role_refused(role_arn, f"{code}: {answer}", _advice(answer, role_arn, token))


def _advice(answer: str, role_arn: str, token: str) -> Text:
    """What to do about a refusal, by AWS's words: InvalidIdentityToken alone has four causes.

    The words are those of public reports: aws-actions/configure-aws-credentials#280, #291, #357; botocore says of an
    unreachable provider that it is often transient (IDPCommunicationErrorException).
    """
    lowered, (_, partition, _, _, account, *_) = answer.lower(), f"{role_arn}:::::".split(":")
    found = re.search(r"https://([\w./-]*\w)", answer)
    issuer = found[1] if found else _ISSUER
    provider_arn = f"arn:{partition}:iam::{account}:oidc-provider/{issuer}"
    if "no openidconnect provider" in lowered:
        return role.create_provider(account, issuer, AUDIENCE)
    if "audience" in lowered:
        return role.add_audience(account, provider_arn, AUDIENCE)
    if "thumbprint" in lowered:
        return role.update_thumbprints(provider_arn)
    if "token expired" in lowered or "verification key" in lowered or "temporarily" in lowered:
        return role.usually_temporary()
    if "not activated in this region" in lowered:
        return role.enable_sts(account)
    return role.compare_trust_policy(claims(token))
