"""STS: AssumeRoleWithWebIdentity as AWS does it, with tokens verified, trust policies asked and credentials that end."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from typing import Any

from moto.core.responses import ActionResult
from moto.iam.exceptions import NotFoundException
from moto.iam.models import IAMBackend, OpenIDConnectProvider, iam_backends
from moto.sts.responses import TokenResponse

from sandbox.aws.accounts import account_of_role
from sandbox.aws.state import state_of
from sandbox.aws.trust import trusts_web_identity
from sandbox.aws.wire import Refusal
from sandbox.iam import GITHUB


class SecurityTokenService(TokenResponse):
    """moto's STS with web identity."""

    def _authenticate_and_authorize_normal_action(self, resource: str = "*") -> None:
        """moto's own enforcement, where a test has it on, looks for a signature; this operation has none, its token counts."""
        if self._get_action() != "AssumeRoleWithWebIdentity":
            super()._authenticate_and_authorize_normal_action(resource)

    def assume_role_with_web_identity(self) -> ActionResult:
        state = state_of(self.normalized_request)
        role_arn, session_name = self.params["RoleArn"], self.params["RoleSessionName"]
        iam = iam_backends[account_of_role(role_arn)][self.partition]  # the request is not signed
        try:
            claims = state.issuer.verify(self.params["WebIdentityToken"])
        except ValueError as error:
            raise Refusal(
                400, "InvalidIdentityToken", f"The provided token is not valid or could not be verified. ({error})"
            ) from error
        providers = _providers(iam, state.issuer.host)
        if not providers:
            raise Refusal(400, "InvalidIdentityToken", f"No OpenIDConnect provider found in your account for {state.issuer.url}")
        providers = [each for each in providers if claims["aud"] in each.client_id_list]
        if not providers:
            raise Refusal(400, "InvalidIdentityToken", "Incorrect token audience")
        if claims["exp"] <= time.time():
            times = f"current date/time {int(time.time())} must be before the expiration date/time {claims['exp']}"
            raise Refusal(400, "ExpiredTokenException", f"Token expired: {times}")
        try:
            role = iam.get_role_by_arn(role_arn)
        except NotFoundException:
            role = None
        # AWS does not tell a role that is not there from one that does not let the token in.
        document = _document(role.assume_role_policy_document) if role else {}
        provider = next((each for each in providers if trusts_web_identity(document, each.arn, claims)), None)
        if role is None or provider is None:
            raise Refusal(403, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity")
        duration = int(self.params.get("DurationSeconds", 3600))
        if not 900 <= duration <= 43200:
            raise Refusal(400, "ValidationError", f"Value '{duration}' at 'durationSeconds' is not between 900 and 43200")
        if duration > int(role.max_session_duration or 3600):
            raise Refusal(
                400, "ValidationError", "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
            )
        assumed = self.backend.assume_role_with_web_identity(
            region_name=self.region,
            role_session_name=session_name,
            role_arn=role_arn,
            policy=self.params.get("Policy"),
            duration=duration,
            external_id=None,
        )
        lifetime = state.credentials_lifetime if state.credentials_lifetime is not None else duration
        end = state.now() + lifetime
        state.credentials_end[assumed.access_key_id] = end
        return ActionResult(
            {
                "Credentials": {
                    "AccessKeyId": assumed.access_key_id,
                    "SecretAccessKey": assumed.secret_access_key,
                    "SessionToken": assumed.session_token,
                    "Expiration": datetime.fromtimestamp(end, UTC),
                },
                "AssumedRoleUser": {"AssumedRoleId": assumed.user_id, "Arn": assumed.arn},
                "SubjectFromWebIdentityToken": claims["sub"],
                "Audience": claims["aud"],
                "Provider": provider.arn,
            }
        )


def _providers(iam: IAMBackend, host: str) -> list[OpenIDConnectProvider]:
    """Those that the issuer of this sandbox speaks for: its own, and GitHub's, whose place it takes."""
    return [provider for provider in iam.open_id_providers.values() if provider.url.removeprefix("https://") in {host, GITHUB}]


def _document(policy: str | dict[str, Any]) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(policy) if isinstance(policy, str) else policy
    return document
