"""The AWS session of a run: a role that renews itself through GitHub's OIDC, or the job's own credentials."""

from __future__ import annotations

import functools
import random
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import boto3
import botocore.session
from botocore.config import Config
from botocore.credentials import (
    AssumeRoleWithWebIdentityCredentialFetcher,
    CredentialProvider,
    CredentialResolver,
    DeferredRefreshableCredentials,
    RefreshableCredentials,
)
from botocore.exceptions import ClientError, UnknownCredentialError
from botocore.loaders import Loader, create_loader
from botocore.model import OperationModel

from aces_action import __version__
from aces_action.aws.answers import watch_answers
from aces_action.aws.consistency import wait_for_consistency
from aces_action.aws.errors import EXPIRED, was_refused
from aces_action.aws.identity import not_assumable
from aces_action.aws.keys import wrong_keys
from aces_action.aws.throttling import wait_for_tokens
from aces_action.problems import ActionError
from aces_action.problems.access.calls import clock_is_ahead
from aces_action.problems.access.credentials import credentials_ended

OnServiceRetry = Callable[[str, str, str], None]  # the service, the call that is tried again, and why
Answered = Callable[[str], None]  # the service that has answered as it should
_ATTEMPTS = 7  # of a call, where its client says nothing else
# In the context of a request: what was wrong with the attempt before, the key it was signed with, whether that was renewed for it
_WHY, _KEY, _RENEWED = "aces-action.why", "aces-action.key", "aces-action.renewed"


class _Renewing(DeferredRefreshableCredentials):
    """Credentials that are fetched anew near their end, and also when AWS says before that they have ended.

    botocore goes by their time alone; a session may be revoked, and clocks may differ.
    """

    # It asks for new ones from 15 minutes before their end, and fails the call if there are none at 10 minutes: an outage of
    # GitHub's of five minutes would end a deployment whose credentials are good.
    _mandatory_refresh_timeout = 60

    def __init__(self, fetch: Callable[[], Any], method: str) -> None:
        super().__init__(refresh_using=self._renew, method=method)
        self._fetch = fetch
        self.key: str | None = None  # the access key as it is, without a look whether it should be another one
        self._ended: str | None = None

    def refresh_needed(self, refresh_in: int | None = None) -> bool:
        if self._ended is not None and self._ended == self.key:
            return True
        return bool(super().refresh_needed(refresh_in))

    def _renew(self) -> Any:
        fetched, now = self._fetch(), datetime.now(UTC)
        if datetime.fromisoformat(fetched["expiry_time"]) <= now:  # botocore would raise a bare RuntimeError
            raise ActionError(clock_is_ahead(fetched["expiry_time"]))
        self.key = fetched["access_key"]
        return fetched

    def end(self, access_key: str | None) -> None:
        """AWS did not take this key any more: the next request asks for another one."""
        self._ended = access_key


class _GitHubIdentity(CredentialProvider):
    """Assumes a role with a fresh GitHub token, now and whenever the role's credentials come near their end."""

    METHOD = "assume-role-with-web-identity"

    def __init__(self, session: botocore.session.Session, role_arn: str, session_name: str, token: Callable[[], str]) -> None:
        super().__init__(session)
        cache: dict[str, Any] = {}
        used = ""

        def fresh() -> str:
            nonlocal used
            used = token()
            return used

        fetcher = AssumeRoleWithWebIdentityCredentialFetcher(
            session.create_client, fresh, role_arn, extra_args={"RoleSessionName": session_name}, cache=cache
        )

        def fetch() -> Any:
            cache.clear()  # botocore keeps what is good by its time, which is not the question here
            try:
                return fetcher.fetch_credentials()
            except ClientError as error:
                if was_refused(error, "AssumeRoleWithWebIdentity"):
                    raise ActionError(not_assumable(error, role_arn, used)) from error
                raise

        self.credentials = _Renewing(fetch, self.METHOD)

    def load(self) -> _Renewing:
        return self.credentials


def open_session(
    *,
    region: str,
    role_arn: str | None,
    session_name: str,
    token: Callable[[], str],
    tell: OnServiceRetry = lambda _service, _call, _why: None,
    answered: Answered = lambda _service: None,
) -> boto3.Session:
    """A session whose clients share retries (standard mode, with jitter), time-outs and our user agent.

    With `role_arn`, each (re)assumption calls `token` for a new web identity token, so a deploy may outlast any session
    of the role; a role that AWS refuses is an ActionError (A003) of the call that needed it. Without, botocore's usual chain:
    environment, profile, container, instance role. `tell` hears of each call that is made again, `answered` of each that went
    well. Nothing is called yet. Raises ActionError (A001) where a key of the environment can be none.
    """
    core = botocore.session.get_session()
    core.register_component("data_loader", service_descriptions(core.get_config_variable("data_path")))
    core.set_default_client_config(
        Config(
            retries={"mode": "standard", "total_max_attempts": _ATTEMPTS},
            connect_timeout=10,
            read_timeout=60,
            max_pool_connections=50,
            user_agent_extra=f"aces-action/{__version__}",
        )
    )
    core.set_config_variable("region", region)
    core.set_config_variable("sts_regional_endpoints", "regional")
    watch_answers(core)
    wait_for_consistency(core)
    wait_for_tokens(core, usual=_ATTEMPTS)
    _tell_retries(core, tell, answered)
    if role_arn:
        identity = _GitHubIdentity(core, role_arn, session_name, token)
        core.register_component("credential_provider", CredentialResolver([identity]))
        _renew_when_refused(core, identity.credentials)
        _ask_providers_again(core)
    else:
        _refuse_useless_keys(core)
    return boto3.Session(botocore_session=core, region_name=region)


@functools.cache
def service_descriptions(data_path: str | None) -> Loader:
    """botocore's descriptions of the services, megabytes of JSON, each read once per process instead of once per session.

    `data_path`: where to look first, as AWS_DATA_PATH has it.
    """
    return create_loader(data_path)


def ends_within(session: boto3.Session, seconds: float) -> bool:
    """Whether the job's own credentials are known to end within that time, and nothing renews them.

    Those of an instance, a container, a profile or a process renew themselves; of keys in the environment botocore knows the
    end where AWS_CREDENTIAL_EXPIRATION tells it.
    """
    credentials = session.get_credentials()
    if not isinstance(credentials, RefreshableCredentials) or credentials.method != "env":
        return False
    return bool(credentials.refresh_needed(int(seconds)))


def _refuse_useless_keys(core: botocore.session.Session) -> None:
    """Keys of the environment that can be none are a problem (A001), and so are calls with those whose end has come: of botocore
    they would be what http.client says of a header, with the key, and bare RuntimeErrors."""
    try:
        provider = core.get_component("credential_provider").get_provider("env")
        if wrong := wrong_keys(provider.environ):
            raise ActionError(wrong.values())
        keys = provider.load()
    except UnknownCredentialError:  # with a profile of one's own choice the environment does not count
        return

    def refuse(**_: Any) -> None:
        if keys.refresh_needed(0):
            raise ActionError(credentials_ended())

    if isinstance(keys, RefreshableCredentials):  # else there is no AWS_CREDENTIAL_EXPIRATION
        core.get_component("event_emitter").register("provide-client-params", refuse)


def session_name(repository: str, run_id: str) -> str:
    """`aces-action.<repository>.<run id>` within STS's pattern `[\\w+=,.@-]{2,64}`: CloudTrail then says who did it."""
    name = ".".join(part for part in ("aces-action", repository.rpartition("/")[2][:30], run_id[:20]) if part)
    return re.sub(r"[^\w+=,.@-]", "-", name, flags=re.ASCII)[:64]


def _tell_retries(core: botocore.session.Session, tell: OnServiceRetry, answered: Answered) -> None:
    """Each attempt after the first is told, with what was wrong with the one before."""

    def remember(
        response: tuple[Any, Mapping[str, Any]] | None,
        caught_exception: Exception | None,
        request_dict: Any,
        event_name: str,
        **_: Any,
    ) -> None:
        if response is not None and response[0].status_code < 300:
            answered(event_name.split(".")[1])
        code = "" if response is None else str(response[1].get("Error", {}).get("Code", ""))
        request_dict["context"][_WHY] = code or type(caught_exception).__name__

    def repeated(request: Any, operation_name: str, event_name: str, **_: Any) -> None:
        if request.context.get("retries", {}).get("attempt", 1) > 1:
            tell(event_name.split(".")[1], operation_name, request.context.get(_WHY, ""))

    events = core.get_component("event_emitter")
    events.register("needs-retry", remember)
    events.register("request-created", repeated)


def _renew_when_refused(core: botocore.session.Session, credentials: _Renewing) -> None:
    """A call that AWS refuses because the credentials have ended is made once more, with new ones. Never twice."""

    def signed(request: Any, **_: Any) -> None:
        request.context[_KEY] = credentials.key

    def again(
        response: tuple[Any, Mapping[str, Any]] | None, operation: OperationModel, request_dict: Any, **_: Any
    ) -> float | None:
        context = request_dict["context"]
        code = "" if response is None else str(response[1].get("Error", {}).get("Code", ""))
        if code not in EXPIRED or context.get(_RENEWED) or operation.name.startswith("AssumeRole"):
            return None
        context[_RENEWED] = True
        credentials.end(context.get(_KEY))  # not today's key: another thread may have renewed it meanwhile
        return 0.0

    events = core.get_component("event_emitter")
    events.register_last("request-created", signed)  # the signer is one of those that hear of it before
    events.register("needs-retry", again)


def _ask_providers_again(core: botocore.session.Session) -> None:
    """STS could not reach GitHub's keys to verify the token: 'often transient', says its API reference, but botocore's standard
    mode does not try it again."""

    def again(response: tuple[Any, Mapping[str, Any]] | None, attempts: int, **_: Any) -> float | None:
        code = "" if response is None else str(response[1].get("Error", {}).get("Code", ""))
        if code != "IDPCommunicationError" or attempts > 3:
            return None
        return random.uniform(0.5, 1) * (1 << attempts - 1)  # noqa: S311  a pause

    core.get_component("event_emitter").register("needs-retry.sts.AssumeRoleWithWebIdentity", again)
