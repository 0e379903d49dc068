"""Inputs and workflow variables: every wrong one at once, with what it should look like."""

from __future__ import annotations

from typing import Any

import pytest

from aces_action.problems import ConfigurationError, Problem
from aces_action.settings import DEV_PLATFORM_URL, read_settings, secrets

GUIDE = {
    "ENV": "dev",
    "Project": "number-plate-detection",
    "DEPLOY_TAG": "deploy",
    "AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/number-plate-detection-dev-github-actions-role",
    "TENANT_ID": "3f2b8c1e-6d4a-4f7b-9a51-0c8e2d7f6b13",
    "FRONTEND_IMAGE_PATH": "server/algorithms/example_algorithm.png",
}


def problems_of(**changes: str) -> list[Problem]:
    with pytest.raises(ConfigurationError) as raised:
        read_settings({**GUIDE, **changes})
    assert raised.value.exit_status == 2
    return list(raised.value.problems)


def test_the_guides_variables_alone_are_enough() -> None:
    settings = read_settings(GUIDE)
    assert (settings.command, settings.env, settings.project) == ("deploy", "dev", "number-plate-detection")
    assert settings.aws_region == "ap-northeast-1"
    assert settings.platform_url == DEV_PLATFORM_URL
    assert settings.role_account == "123456789012"
    assert settings.wait_timeout == 3600


def test_an_input_wins_over_the_variable_and_keeps_its_hyphens() -> None:
    settings = read_settings({**GUIDE, "INPUT_DEPLOY-TAG": "v2", "INPUT_ENV": "dev", "INPUT_COMMAND": ""})
    assert settings.deploy_tag == "v2"


def test_everything_missing_is_said_at_once() -> None:
    with pytest.raises(ConfigurationError) as raised:
        read_settings({})
    assert [(problem.code, problem.message.en) for problem in raised.value.problems] == [
        ("ACES-S001", "ENV (input env) is not set."),
        ("ACES-S001", "Project (input project) is not set."),
        ("ACES-S001", "TENANT_ID (input tenant-id) is not set."),
    ]


def test_a_missing_input_says_how_to_set_it() -> None:
    (problem,) = problems_of(TENANT_ID="")
    assert "`TENANT_ID: …`" in problem.hint.en
    assert "`tenant-id: …`" in problem.hint.en


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("ENV", "prod", "one of dev, staging, production"),
        ("Project", "Number_Plate", "lower-case letters"),
        ("Project", "-x", "lower-case letters"),
        ("TENANT_ID", "3f2b8c1e6d4a4f7b9a510c8e2d7f6b13", "a UUID such as"),
        ("TENANT_ID", "{3f2b8c1e-6d4a-4f7b-9a51-0c8e2d7f6b13}", "a UUID such as"),
        ("TENANT_ID", "tenant", "a UUID such as"),
        ("AWS_ROLE_ARN", "arn:aws:iam::12345:role/x", "a role's ARN"),
        ("AWS_ROLE_ARN", "arn:aws:iam::123456789012:user/x", "a role's ARN"),
        ("AWS_REGION", "Tokyo", "ap-northeast-1"),
        ("DEPLOY_TAG", "a b", "an image tag"),
        ("FRONTEND_IMAGE_PATH", "../image.png", "inside the repository"),
        ("FRONTEND_IMAGE_PATH", "/etc/passwd", "inside the repository"),
        ("PLATFORM_URL", "platform.example.com", "an address such as"),
        ("PLATFORM_URL", "https://user:pass@platform.example.com", "an address such as"),
        ("PLATFORM_URL", "http://[::1", "an address such as"),
        ("INPUT_COMMAND", "deply", "one of deploy, plan, validate"),
        ("INPUT_WAIT-TIMEOUT", "60", "a time such as"),
        ("INPUT_WAIT-TIMEOUT", "7h", "at most 6h"),
        ("INPUT_WAIT-TIMEOUT", "0s", "a time such as"),
        ("INPUT_WEIGHTS-POLICY", "off", "one of strict, lenient"),
    ],
)
def test_a_wrong_input_is_refused_with_what_it_should_be(name: str, text: str, says: str) -> None:
    (problem,) = problems_of(**{name: text})
    assert problem.code == "ACES-S002"
    assert f"'{text}'" in problem.message.en or name == "PLATFORM_URL"
    assert says in problem.message.en


def test_several_wrong_inputs_are_reported_together() -> None:
    found = problems_of(ENV="prod", TENANT_ID="x", DEPLOY_TAG="a b")
    assert [problem.code for problem in found] == ["ACES-S002"] * 3


@pytest.mark.parametrize("name", ["ENV", "Project", "AWS_ROLE_ARN", "TENANT_ID"])
def test_a_placeholder_of_the_guide_is_called_one(name: str) -> None:
    (problem,) = problems_of(**{name: "arn:aws:iam::<REPLACE_YOUR_AWS_ACOUNT_ID>:role/x"})
    assert problem.code == "ACES-S003"
    assert "<REPLACE_YOUR_AWS_ACOUNT_ID>" in problem.message.en


def test_a_password_in_a_url_is_never_repeated() -> None:
    (problem,) = problems_of(PLATFORM_URL="https://user:hunter2@platform.example.com")
    assert "hunter2" not in problem.message.en + problem.hint.en


def test_a_wrong_secret_is_never_repeated() -> None:
    (problem,) = problems_of(PLATFORM_TOKEN="two words")
    assert "two words" not in problem.message.en + problem.hint.en


def test_staging_has_no_default_platform() -> None:
    (problem,) = problems_of(ENV="staging")
    assert problem.message.en == "PLATFORM_URL (input platform-url) is not set. ENV is staging, and only dev has a default."


def test_validate_needs_no_platform() -> None:
    assert read_settings({**GUIDE, "ENV": "staging", "INPUT_COMMAND": "validate"}).platform_url == ""


def test_the_token_is_not_part_of_the_settings_text() -> None:
    environ: dict[str, Any] = {**GUIDE, "PLATFORM_TOKEN": "f00dfeed"}
    assert "f00dfeed" not in repr(read_settings(environ))
    assert secrets(environ) == ("f00dfeed",)


@pytest.mark.parametrize(("text", "seconds"), [("90s", 90), ("45m", 2700), ("2h", 7200)])
def test_durations_are_read_in_seconds(text: str, seconds: int) -> None:
    assert read_settings({**GUIDE, "INPUT_WAIT-TIMEOUT": text}).wait_timeout == seconds
