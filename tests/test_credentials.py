"""Credentials in texts from outside are hidden by their form. Those here are made up."""

from __future__ import annotations

import ast
import string
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aces_action.credentials import hide_credentials, hide_keys

BASE64 = string.ascii_letters + string.digits + "+/"
WORD = string.ascii_letters + string.digits
DASHES = "-" * 5


def letters(alphabet: str, low: int, high: int | None = None) -> st.SearchStrategy[str]:
    return st.text(alphabet, min_size=low, max_size=high or low)


# how a secret stands in a line: what is around it, and what it is made of
FORMS: dict[str, tuple[st.SearchStrategy[str], Callable[[str], str]]] = {
    "access key": (letters(string.ascii_uppercase + string.digits, 16).map("AKIA".__add__), lambda each: f"using {each} now"),
    "temporary key": (letters(string.ascii_uppercase + string.digits, 16).map("ASIA".__add__), lambda each: f"key={each},"),
    "secret key": (letters(BASE64, 40), lambda each: f"aws_secret_access_key = {each}"),
    "secret key in JSON": (letters(BASE64, 40), lambda each: f'{{"SecretAccessKey": "{each}", "Version": 1}}'),
    "secret key in words": (letters(BASE64, 40), lambda each: f"The secret access key is {each}"),
    "session token": (letters(BASE64, 80, 300), lambda each: f'"SessionToken": "{each}"'),
    "session token alone": (letters(BASE64, 80, 300).map("IQoJ".__add__), lambda each: f"got {each} from STS"),
    "bearer": (letters(WORD + "._-", 12, 60), lambda each: f"Authorization: Bearer {each}"),
    "bearer in a dict": (letters(WORD, 12, 60), lambda each: f"{{'authorization': 'Bearer {each}'}}"),
    "basic": (letters(BASE64, 8, 60), lambda each: f"authorization: Basic {each}=="),
    "password in a URL": (letters(WORD + "!$%^*@:", 4, 30), lambda each: f"postgresql://server:{each}@db.internal:5432/plates"),
    "token as a user": (letters(WORD, 12, 40), lambda each: f"git clone https://{each}@github.com/o/r"),
    "signature": (letters("0123456789abcdef", 64), lambda each: f"https://b.s3.amazonaws.com/k?X-Amz-Signature={each}&x=1"),
    "security token": (
        letters(WORD, 60, 200),
        lambda each: f"https://b.s3.amazonaws.com/k?X-Amz-Security-Token={each}%2F&X-Amz-Expires=60",
    ),
    "signed header": (letters("0123456789abcdef", 64), lambda each: f"AWS4-HMAC-SHA256 SignedHeaders=host, Signature={each}"),
    "password": (letters(WORD + "!#$*", 4, 30), lambda each: f"DB_PASSWORD={each} started"),
    "quoted password": (letters(WORD + " ,;&)", 4, 30).map("x".__add__), lambda each: f'connect(password="{each}")'),
    "API key": (letters(WORD, 12, 40), lambda each: f"api_key: {each}"),
    "GitHub's": (letters(WORD, 36), lambda each: f"ghp_{each}"),
    "Hugging Face's": (letters(WORD, 34), lambda each: f"login hf_{each}"),
    "JWT": (letters(WORD, 20, 60), lambda each: f"token eyJhbGciOiJSUzI1NiJ9.{each}.{each}"),
    "token": (letters(WORD, 20, 60), lambda each: f"HF_TOKEN={each}"),
}
AROUND = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc"), exclude_characters="\"'"), max_size=30).map(
    lambda text: f"{text} " if text else ""
)


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=25)
@given(data=st.data())
def test_a_credential_is_hidden_wherever_it_stands(form: str, data: st.DataObject) -> None:
    secrets, put = FORMS[form]
    secret = data.draw(secrets)
    before = data.draw(AROUND.filter(lambda text: secret not in text + put("")))
    hidden = hide_credentials(before + put(secret))
    assert secret not in hidden
    assert "***" in hidden


@given(st.text(max_size=300))
def test_any_text_is_taken_and_what_is_hidden_stays_hidden(text: str) -> None:
    once = hide_credentials(text)
    assert hide_credentials(once) == once


@pytest.mark.parametrize(
    "line",
    [
        "ModuleNotFoundError: No module named 'secrets_manager'",
        "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB.",
        'File "/opt/program/serve", line 3, in <module>',
        "Loading tokenizer from /opt/ml/model/tokenizer.json",
        "botocore.exceptions.ClientError: An error occurred (AccessDenied) when calling the GetObject operation: Access Denied",
        "https://b.s3.ap-northeast-1.amazonaws.com/shared/weights/deploy.tar.gz",
        "s3://plates-dev/shared/weights/releases/9c1f2a04d19c1f2a04d19c1f2a04d19c1f2a04d19c1f2a04d19c1f2a04d1/deploy.tar.gz",
        '10.32.0.2 - - [11/Aug/2026:16:26:09 +0000] "GET /ping HTTP/1.1" 404 22',
        "unexpected token: <eos>",
        "ssh user@host failed",
        "arn:aws:sagemaker:ap-northeast-1:123456789012:endpoint-config/sk-plate-recognition-dev-1f2e3d4c5b",
        "pypi-mirror-classifier-dev-async",
        "sha256:9c1f2a04d19c1f2a04d19c1f2a04d19c1f2a04d19c1f2a04d19c1f2a04d1ffff",
    ],
)
def test_what_tells_of_a_failure_stays_as_it_is(line: str) -> None:
    assert hide_credentials(line) == line


@pytest.mark.parametrize("scrap", ["a", "://", "secret ", "eyJ", "token:", "sk-"])
def test_a_long_line_of_what_only_begins_like_a_credential_stays_as_it_is(scrap: str) -> None:
    assert hide_credentials(scrap * 2000) == scrap * 2000  # an expression that tries every way would not come to an end


@pytest.mark.parametrize(("scrap", "shown"), [("password=", "password=***"), ("AKIA", "***")])
def test_a_long_line_of_credentials_is_hidden_to_its_end(scrap: str, shown: str) -> None:
    assert hide_credentials(scrap * 2000) == shown


BODY = ["MIIEpAIBAAKCAQEA" + "x" * 48, "y" * 64, "c2hvcnQ="]
BEGIN, END = f"{DASHES}BEGIN RSA PRIVATE KEY{DASHES}", f"{DASHES}END RSA PRIVATE KEY{DASHES}"


@pytest.mark.parametrize(
    ("lines", "shown"),
    [
        (["before", BEGIN, *BODY, END, "after it"], ["before", "***", "***", "after it"]),
        (["before it", *BODY, END, "after"], ["before it", "***", "after"]),
        (["before", BEGIN, *BODY], ["before", "***"]),
        (
            ["before", BEGIN, *BODY, "Traceback (most recent call last):", "more"],
            ["before", "***", "Traceback (most recent call last):", "more"],
        ),
        ([f"key='{BEGIN}\\nMIIE\\n{END}' end"], ["key='***' end"]),
        ([f"key='{BEGIN}\\nMIIE\\n"], ["key='***"]),
        ([BEGIN, "Proc-Type: 4,ENCRYPTED", "", *BODY, END], ["***", "***"]),
        (["no key", "here"], ["no key", "here"]),
        ([], []),
    ],
)
def test_a_private_key_is_hidden_also_where_a_part_of_it_is_cut_off(lines: list[str], shown: list[str]) -> None:
    assert hide_keys(lines) == shown


@given(st.lists(st.sampled_from([BEGIN, END, *BODY, "a word or two", ""]), max_size=12))
def test_no_line_of_a_key_between_its_marks_is_ever_shown(lines: list[str]) -> None:
    shown = hide_keys(lines)
    assert all(mark not in line for line in shown for mark in (BEGIN, END))
    assert len(shown) <= len(lines)


def own_texts() -> list[str]:
    """Every text that the program writes itself, with a letter for what is interpolated."""
    texts: list[str] = []
    for file in sorted((Path(__file__).parents[1] / "aces_action").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            match node:
                case ast.Constant(value=str() as text):
                    texts.append(text)
                case ast.JoinedStr():
                    texts.append("".join(str(each.value) if isinstance(each, ast.Constant) else "X" for each in node.values))
    return texts


def test_nothing_that_we_say_ourselves_is_taken_for_a_credential() -> None:
    assert [text for text in own_texts() if hide_credentials(text) != text] == []


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("-H 'Authorization: Token <token>'", "-H 'Authorization: Token <token>'"),
        ("PLATFORM_SECRET: ${{ secrets.PLATFORM_SECRET }}", "PLATFORM_SECRET: ${{ secrets.PLATFORM_SECRET }}"),
        ('"password": "…"', '"password": "…"'),
        ("password=$DB_PASSWORD", "password=$DB_PASSWORD"),
        ("password=$ecret", "password=***"),
        (
            "arn:aws:secretsmanager:ap-northeast-1:123456789012:secret:db-AbCdEf",
            "arn:aws:secretsmanager:ap-northeast-1:123456789012:secret:db-AbCdEf",
        ),
        ("12345678901:secret:db-AbCdEf", "12345678901:secret:***"),
        ("password=<b>ecret", "password=***"),
        ("password=…ecret", "password=***"),
        ("Authorization: Token abc <token>", "Authorization: ***"),
        ("environment.API_KEY: old-one -> new-one", "environment.API_KEY: ***"),
        ("Invalid header value b'IQoJ\\n'", "Invalid header value b***"),
        ("or return character(s) in header value: 'a\\nb' x", "or return character(s) in header value: *** x"),
        ("AccountKey=abc==;x", "AccountKey=***;x"),
        ("https://hooks.slack.com/services/T0/B0/xyz", "https://hooks.slack.com/services/***"),
    ],
)
def test_what_stands_in_a_template_is_shown_and_nothing_that_only_looks_like_it(line: str, shown: str) -> None:
    assert hide_credentials(line) == shown
