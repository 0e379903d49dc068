"""The AWS session of a run: a role that renews itself through GitHub's OIDC, or the job's own credentials."""

from __future__ import annotations

import re
from collections.abc import Callable

import boto3
import botocore.session
from botocore.config import Config
from botocore.credentials import (
    AssumeRoleWithWebIdentityCredentialFetcher,
    CredentialProvider,
    CredentialResolver,
    DeferredRefreshableCredentials,
)

from aces_action import __version__

_METHOD = "assume-role-with-web-identity"


class _GitHubIdentity(CredentialProvider):
    """Assumes a role with a fresh GitHub token, now and whenever the role's credentials come near their end."""

    METHOD = _METHOD

    def __init__(self, session: botocore.session.Session, role_arn: str, session_name: str, token: Callable[[], str]) -> None:
        super().__init__(session)
        self._fetcher = AssumeRoleWithWebIdentityCredentialFetcher(
            session.create_client, token, role_arn, extra_args={"RoleSessionName": session_name}
        )

    def load(self) -> DeferredRefreshableCredentials:
        return DeferredRefreshableCredentials(method=self.METHOD, refresh_using=self._fetcher.fetch_credentials)


def open_session(*, region: str, role_arn: str | None, session_name: str, token: Callable[[], str]) -> boto3.Session:
    """A session whose clients share retries (standard mode, with jitter), time-outs and our user agent.

    With `role_arn`, each (re)assumption calls `token` for a new web identity token, so a deploy may outlast any session
    of the role. Without, botocore's usual chain: environment, profile, container, instance role. Nothing is called yet.
    """
    core = botocore.session.get_session()
    core.set_default_client_config(
        Config(
            retries={"mode": "standard", "max_attempts": 6},
            connect_timeout=10,
            read_timeout=60,
            max_pool_connections=20,
            user_agent_extra=f"aces-action/{__version__}",
        )
    )
    core.set_config_variable("region", region)
    if role_arn:
        core.register_component("credential_provider", CredentialResolver([_GitHubIdentity(core, role_arn, session_name, token)]))
    return boto3.Session(botocore_session=core, region_name=region)


def session_name(repository: str, run_id: str) -> str:
    """`aces-action.<repository>.<run id>` within STS's pattern `[\\w+=,.@-]{2,64}`: CloudTrail then says who did it."""
    name = ".".join(part for part in ("aces-action", repository.rpartition("/")[2][:30], run_id[:20]) if part)
    return re.sub(r"[^\w+=,.@-]", "-", name, flags=re.ASCII)[:64]
