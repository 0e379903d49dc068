"""Whose AWS credentials a person has at hand: looked up while they answer other questions, and never a reason to fail."""

from __future__ import annotations

from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import dataclass, replace
from threading import Thread
from typing import TYPE_CHECKING

from aces_action.cli.console import Terminal

if TYPE_CHECKING:
    from botocore.session import Session

DEFAULT_REGION = "ap-northeast-1"  # the action's

_PATIENCE = 3  # seconds more, once the answer is needed


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnAccount:
    """`profile` None where none is named. `account_id` and `region` None where nothing tells."""

    account_id: str | None = None
    region: str | None = None
    profile: str | None = None


class AccountLookup:
    """`sts get-caller-identity` in a thread of its own."""

    def __init__(self, person: Terminal) -> None:
        self._found: Future[OwnAccount] = Future()
        Thread(target=self._run, args=(person,), daemon=True).start()

    def result(self) -> OwnAccount:
        """What is found by now, or in a moment."""
        try:
            return self._found.result(_PATIENCE)
        except FutureTimeoutError:
            return OwnAccount()

    def _run(self, person: Terminal) -> None:
        try:
            self._found.set_result(_look_up(person))
        except Exception:  # noqa: BLE001  a broken profile, a credential_process, anything: there is no default then
            self._found.set_result(OwnAccount(region=person.region))


def _asks_for_a_code(session: Session) -> bool:
    """Whether the profile, or one that it goes by, is a role with MFA: botocore would ask for its code among other questions."""
    profiles, name = session.full_config["profiles"], session.profile or "default"
    seen = set()
    while name in profiles and name not in seen:
        seen.add(name)
        if "mfa_serial" in profiles[name]:
            return True
        name = profiles[name].get("source_profile")
    return False


def _look_up(person: Terminal) -> OwnAccount:
    import boto3
    import botocore.session
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError

    session = botocore.session.Session()
    region = person.region or session.get_config_variable("region")
    found = OwnAccount(region=region, profile=session.get_config_variable("profile"))
    if person.no_way() or _asks_for_a_code(session) or session.get_credentials() is None:
        return found
    config = Config(connect_timeout=2, read_timeout=3, retries={"total_max_attempts": 1})
    client = boto3.Session(botocore_session=session, region_name=region or DEFAULT_REGION).client("sts", config=config)
    try:
        return replace(found, account_id=client.get_caller_identity()["Account"])
    except (BotoCoreError, ClientError):  # expired, say: the region is known all the same
        return found
