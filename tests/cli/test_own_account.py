"""Whose credentials a person has at hand: nothing that is wrong with them stops anybody."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from aces_action.cli.console import terminal
from aces_action.cli.init import own_account
from aces_action.cli.init.own_account import AccountLookup, OwnAccount
from sandbox.seed import ACCOUNT
from sandbox.server import Sandbox

KEYS = {"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7SANDBOX", "AWS_SECRET_ACCESS_KEY": "sandbox"}


def found(folder: Path, monkeypatch: pytest.MonkeyPatch, **variables: str) -> OwnAccount:
    """With these variables and the files in `folder` alone."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    nothing = {
        name: str(folder / file) for name, file in (("AWS_CONFIG_FILE", "config"), ("AWS_SHARED_CREDENTIALS_FILE", "keys"))
    }
    for name, value in ({"AWS_EC2_METADATA_DISABLED": "true"} | nothing | variables).items():
        monkeypatch.setenv(name, value)
    return AccountLookup(terminal(os.environ, [])).result()


@pytest.mark.parametrize(
    ("config", "variables"),
    [
        ("", {}),
        ("", {"AWS_PROFILE": "gone"}),
        ("[default\nregion\n", {}),
        ("[default]\ncredential_process = no-such-program\n", {}),
        ("", KEYS | {"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}),
        ("", KEYS | {"AWS_ENDPOINT_URL": "no address"}),
        ("", KEYS | {"AWS_CA_BUNDLE": "/nowhere"}),
    ],
)
def test_where_nothing_can_be_found_out_there_is_no_account(
    config: str, variables: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "config").write_text(config)
    assert found(tmp_path, monkeypatch, **variables).account_id is None


@pytest.mark.parametrize("through", [[], ["between"]])
def test_a_role_that_asks_for_a_code_is_not_assumed(
    through: list[str], sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names, config = ["default", *through], ""
    for name, source in zip(names, [*through, "base"], strict=True):
        config += f"[{name if name == 'default' else f'profile {name}'}]\nregion = us-west-2\nsource_profile = {source}\n"
        config += f"role_arn = arn:aws:iam::123456789012:role/{name}\n"
    config += "mfa_serial = arn:aws:iam::123456789012:mfa/me\n"
    config += "[profile base]\naws_access_key_id = AKIAIOSFODNN7SANDBOX\naws_secret_access_key = sandbox\n"
    (tmp_path / "config").write_text(config)
    assert found(tmp_path, monkeypatch, AWS_ENDPOINT_URL=sandbox.aws_url) == OwnAccount(region="us-west-2")


def test_an_answer_that_does_not_come_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "config").write_text("[default]\ncredential_process = sleep 60\n")
    monkeypatch.setattr(own_account, "_PATIENCE", 0.2)
    started = time.monotonic()
    assert found(tmp_path, monkeypatch) == OwnAccount()
    assert time.monotonic() - started < 10


def test_the_account_is_that_of_the_credentials(sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    account = found(tmp_path, monkeypatch, AWS_ENDPOINT_URL=sandbox.aws_url, AWS_REGION="us-west-2", **KEYS)
    assert account == OwnAccount(account_id=ACCOUNT, region="us-west-2")
