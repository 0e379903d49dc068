"""Inputs and workflow variables: every wrong one at once, with what it should look like."""

from __future__ import annotations

from typing import Any

import pytest

from aces_action.inputs import DEV_PLATFORM_URL, INPUTS, Input
from aces_action.language import Text
from aces_action.problems import Problem
from aces_action.settings import Settings, language_of, read_settings, secrets

GUIDE = {
    "ENV": "dev",
    "Project": "number-plate-detection",
    "DEPLOY_TAG": "deploy",
    "AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/number-plate-detection-dev-github-actions-role",
    "TENANT_ID": "3f2b8c1e-6d4a-4f7b-9a51-0c8e2d7f6b13",
    "FRONTEND_IMAGE_PATH": "server/algorithms/example_algorithm.png",
}


def problems_of(**changes: str) -> list[Problem]:
    reading = read_settings({**GUIDE, **changes})
    assert reading.settings is None
    assert reading.problems
    return list(reading.problems)


def settings_of(**changes: str) -> Settings:
    reading = read_settings({**GUIDE, **changes})
    assert reading.problems == ()
    assert reading.settings is not None
    return reading.settings


def test_the_guides_variables_alone_are_enough() -> None:
    settings = settings_of()
    assert (settings.command, settings.env, settings.project) == ("deploy", "dev", "number-plate-detection")
    assert settings.aws_region == "ap-northeast-1"
    assert settings.platform_url == DEV_PLATFORM_URL
    assert settings.wait_timeout == 3600
    assert read_settings(GUIDE).role_account == "123456789012"


def test_an_input_wins_over_the_variable_and_keeps_its_hyphens() -> None:
    settings = settings_of(**{"INPUT_DEPLOY-TAG": "v2", "INPUT_ENV": "dev", "INPUT_COMMAND": ""})
    assert settings.deploy_tag == "v2"


def test_everything_missing_is_said_at_once() -> None:
    assert [(problem.code, problem.message.en) for problem in read_settings({}).problems] == [
        ("ACES-S001", "ENV (input env) is not set."),
        ("ACES-S001", "Project (input project) is not set."),
        ("ACES-S001", "TENANT_ID (input tenant-id) is not set."),
    ]


def test_what_is_right_is_known_although_something_else_is_wrong() -> None:
    reading = read_settings({**GUIDE, "TENANT_ID": "x"})
    assert reading.settings is None
    assert (reading.values["project"], reading.values["env"], reading.values["tenant_id"]) == (
        "number-plate-detection",
        "dev",
        None,
    )
    assert reading.role_account == "123456789012"


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
        ("Project", "a--b", "single hyphens"),
        ("Project", "a" * 41, "at most 40"),
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
        ("INPUT_COMMAND", "deply", "one of deploy, plan, promote, validate, register"),
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
    assert f"「{text}」" in problem.message.ja or name == "PLATFORM_URL"
    assert says in problem.message.en


@pytest.mark.parametrize(
    ("name", "text", "advice"),
    [
        ("ENV", "prod", "Did you mean production?"),
        ("ENV", "Dev", "Did you mean dev?"),
        ("ENV", "stagging", "Did you mean staging?"),
        ("ENV", "test", ""),
        ("INPUT_COMMAND", "deply", "Did you mean deploy?"),
        ("Project", "Number_Plate", "Did you mean number-plate?"),
        ("Project", "a" * 41, "It has 41 characters."),
        ("Project", "ナンバー", ""),
        ("TENANT_ID", "3f2b8c1e6d4a4f7b9a510c8e2d7f6b13", "Did you mean 3f2b8c1e-6d4a-4f7b-9a51-0c8e2d7f6b13?"),
        ("INPUT_WAIT-TIMEOUT", "60", "Minutes are written 60m."),
        ("AWS_ROLE_ARN", "arn:aws:iam::123456789012:user/me", "That is the ARN of a user, not of a role."),
        ("AWS_ROLE_ARN", "arn:aws:iam::12345678901:role/x", "The account id in it has 11 digits"),
        ("AWS_ROLE_ARN", "arn:aws:iam:::role/x", "The account id in it has 0 digits"),
        (
            "AWS_ROLE_ARN",
            "arn:aws:sts::123456789012:assumed-role/x-dev-role/session",
            "The role's own is arn:aws:iam::123456789012:role/x-dev-role,",
        ),
    ],
)
def test_a_common_mistake_comes_with_what_may_be_meant(name: str, text: str, advice: str) -> None:
    (problem,) = problems_of(**{name: text})
    assert advice in problem.hint.en.partition("\n")[0]
    assert advice or problem.hint.en.count("\n") == 0


def test_a_wrong_input_is_told_in_japanese_too() -> None:
    (problem,) = problems_of(ENV="prod")
    assert problem.message.ja == "ENV（入力env）の値「prod」は使えません。dev、staging、productionのいずれかを指定してください。"
    assert problem.hint.ja == "productionではありませんか。\nenv: 環境。`dev`、`staging`、`production`のいずれか。"


def test_a_missing_input_is_told_in_japanese_too() -> None:
    (problem,) = problems_of(ENV="staging")
    assert problem.message.ja == (
        "PLATFORM_URL（入力platform-url）が設定されていません。ENVがstagingで、既定値はdevにしかありません。"
    )


@pytest.mark.parametrize("spec", INPUTS, ids=lambda spec: spec.name)
def test_every_input_is_described_in_both_languages(spec: Input) -> None:
    assert all((spec.purpose.en, spec.purpose.ja, spec.expected.en, spec.expected.ja))
    assert spec.description_ja.endswith("。")


@pytest.mark.parametrize(("text", "language"), [("ja", "ja"), ("", "en"), ("fr", "en")])
def test_the_language_of_wrong_settings_is_the_one_asked_for_as_far_as_it_is_one(text: str, language: str) -> None:
    assert language_of({"INPUT_LANGUAGE": text}) == language


def test_several_wrong_inputs_are_reported_together() -> None:
    found = problems_of(ENV="prod", TENANT_ID="x", DEPLOY_TAG="a b")
    assert [problem.code for problem in found] == ["ACES-S002"] * 3


@pytest.mark.parametrize("name", ["ENV", "Project", "AWS_ROLE_ARN", "TENANT_ID"])
def test_a_placeholder_of_the_guide_is_called_one(name: str) -> None:
    (problem,) = problems_of(**{name: "arn:aws:iam::<REPLACE_YOUR_AWS_ACOUNT_ID>:role/x"})
    assert problem.code == "ACES-S003"
    called = next(spec for spec in INPUTS if spec.variable == name).called
    assert problem.message == Text(
        f"{called.en} still has <REPLACE_YOUR_AWS_ACOUNT_ID> from the template.",
        f"{called.ja}に、テンプレートの<REPLACE_YOUR_AWS_ACOUNT_ID>が残っています。",
    )


def test_a_password_in_a_url_is_never_repeated() -> None:
    (problem,) = problems_of(PLATFORM_URL="https://user:hunter2@platform.example.com")
    assert "hunter2" not in repr(problem)


def test_a_wrong_secret_is_never_repeated() -> None:
    (problem,) = problems_of(PLATFORM_TOKEN="two words")
    assert "two words" not in repr(problem)


def test_staging_has_no_default_platform() -> None:
    (problem,) = problems_of(ENV="staging")
    assert problem.message.en == "PLATFORM_URL (input platform-url) is not set. ENV is staging, and only dev has a default."


def test_validate_needs_no_platform() -> None:
    assert settings_of(ENV="staging", INPUT_COMMAND="validate").platform_url == ""


def test_the_token_is_not_part_of_the_settings_text() -> None:
    environ: dict[str, Any] = {**GUIDE, "PLATFORM_TOKEN": "f00dfeed"}
    assert "f00dfeed" not in repr(read_settings(environ))
    assert "f00dfeed" not in repr(settings_of(**environ))
    assert secrets(environ) == ("f00dfeed",)


@pytest.mark.parametrize(("text", "seconds"), [("90s", 90), ("45m", 2700), ("2h", 7200)])
def test_durations_are_read_in_seconds(text: str, seconds: int) -> None:
    assert settings_of(**{"INPUT_WAIT-TIMEOUT": text}).wait_timeout == seconds


@pytest.mark.parametrize(
    ("name", "value", "hidden"),
    [
        ("HF_TOKEN", "hf-0123456789", ("hf-0123456789",)),
        ("AWS_ACCESS_KEY_ID", "ASIAIOSFODNN7EXAMPLE", ("ASIAIOSFODNN7EXAMPLE",)),
        ("AWS_SESSION_TOKEN", "line-one\nline-two", ("line-one\nline-two",)),
        ("DB_PASSWORD", "hunter2-hunter2", ("hunter2-hunter2",)),
        ("DB_PASSWORD", "short", ()),  # it would hide words
        ("DB_SECRET", "arn:aws:secretsmanager:ap-northeast-1:123456789012:secret:plates-dev-AbCdEf", ()),
        ("HOOK_TOKEN", "https://hooks.example.com/services/T00000001/xYz0123456789", ("T00000001", "xYz0123456789")),
        ("HOOK_TOKEN", "https://me:hunter2-hunter2@hooks.example.com", ("hunter2-hunter2",)),
        ("HOOK_TOKEN", "https://me:correcthorse@hooks.example.com", ("correcthorse",)),
        ("HOOK_TOKEN", "https://hooks.example.com/abcdefghijklmnopqrstuvwxyz", ("abcdefghijklmnopqrstuvwxyz",)),
        ("HOOK_TOKEN", "https://hooks.example.com", ()),
        ("AWS_WEB_IDENTITY_TOKEN_FILE", "/var/run/token-of-the-job", ()),
        ("HTTPS_PROXY", "http://user:pass%23word@proxy:8080", ("pass%23word", "pass#word")),
        ("HTTPS_PROXY", "http://user:p@ss#1@proxy:8080", ("p@ss#1",)),
        ("HTTPS_PROXY", "http://user:p@proxy:8080", ()),
        ("HTTPS_PROXY", "http://proxy.example:8080", ()),
        ("PLATFORM_URL", "http://me:hunter2@platform", ("hunter2",)),
    ],
)
def test_what_the_environment_has_of_secrets_is_known_by_the_names_of_its_variables(
    name: str, value: str, hidden: tuple[str, ...]
) -> None:
    assert secrets({name: value}) == hidden
