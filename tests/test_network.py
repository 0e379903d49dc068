"""What is wrong with the way to the network, by the environment alone: told with the variable, never with a password."""

from __future__ import annotations

import ssl
from pathlib import Path

import certifi
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.provisional import urls

from aces_action.language import Text
from aces_action.network import Network, Proxy, environment_problems, proxy_failure, read_network, tls_failure, without_password


def said(**environ: str) -> list[str]:
    return [f"{problem.code} {problem.message.en}" for problem in environment_problems(environ)]


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "AWS_CA_BUNDLE"])
def test_certificates_that_are_not_in_the_container_are_named_with_their_variable(variable: str, tmp_path: Path) -> None:
    empty, key = tmp_path / "empty.pem", tmp_path / "key.pem"
    empty.write_text("")
    key.write_text("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")
    for path, why in (
        ("/opt/corp/ca.pem", "which is not in the action's container."),
        (str(empty), "which holds no certificate in PEM format."),
        (str(key), "which holds no certificate in PEM format."),
        ("a\0b", "which is not in the action's container."),
    ):
        [problem] = environment_problems({variable: path})
        assert (problem.code, problem.message.en) == ("ACES-A009", f"{variable} is {path}, {why}")
        assert "/github/workspace/" in problem.hint.en
        assert problem.message.ja.startswith(f"{variable}の{path}")
    assert said(**{variable: certifi.where()}) == []
    assert said(**{variable: str(tmp_path)}) == []
    assert said(**{variable: ""}) == []


@pytest.mark.parametrize(
    ("value", "hint"),
    [
        ("localhost:4566", "Write https://localhost:4566"),
        ("vpce-1.sts.amazonaws.com", "Write https://vpce-1.sts.amazonaws.com"),
        ("http://", ""),
        ("https://[::1", ""),
        ("http://host:80a", ""),
        ("ftp://host", ""),
        ("https://host name", ""),
        ("https://host\n", ""),
        ("https://ホスト．jp", ""),
    ],
)
@pytest.mark.parametrize("variable", ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL_APPLICATION_AUTO_SCALING"])
def test_an_address_for_aws_that_is_none_is_found_before_botocore_stumbles_over_it(variable: str, value: str, hint: str) -> None:
    [problem] = environment_problems({variable: value})
    assert problem.code == "ACES-A010"
    assert problem.message.en.startswith(f"{variable} is ")
    assert hint in problem.hint.en


@pytest.mark.parametrize(
    "value", ["", "http://127.0.0.1:5000", "https://vpce-0a.s3.ap-northeast-1.vpce.amazonaws.com", "https://[::1]:9"]
)
def test_an_address_for_aws_is_left_alone(value: str) -> None:
    assert said(AWS_ENDPOINT_URL=value, AWS_ENDPOINT_URL_S3=value, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS="x") == []


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("http://user:p@ss#1@proxy.corp:8080", "user or password has a '#', '/' or '?' that is not encoded."),
        ("http://user:pa/ss@proxy.corp:8080", "user or password has a '#', '/' or '?' that is not encoded."),
        ("user:pa?ss@proxy.corp:8080", "user or password has a '#', '/' or '?' that is not encoded."),
        ("http://proxy.corp:80a", "its port is not a number from 1 to 65535 (proxy.corp:80a)."),
        ("http://proxy.corp:99999", "its port is not a number from 1 to 65535 (proxy.corp:99999)."),
        ("http://user:secret@proxy.corp:8O8O", "its port is not a number from 1 to 65535 (proxy.corp:8O8O)."),
        ("http://", "it names no host."),
        ("http://:8080", "it names no host."),
        ("http://proxy.corp:0", "its port is 0."),
        ("socks5://proxy.corp:1080", "a proxy of the kind socks5:// cannot be used, only http:// and https://."),
        ("http://proxy.corp:8080\n", "it has a space, a line break or another character that is not allowed in an address."),
        ("http://ｐｒｏｘｙ:8080", "it has a space, a line break or another character that is not allowed in an address."),
        (
            "http://user:se cret@proxy.corp:8080",
            "it has a space, a line break or another character that is not allowed in an address.",
        ),
    ],
)
@pytest.mark.parametrize("variable", ["HTTP_PROXY", "https_proxy", "ALL_PROXY"])
def test_a_proxy_that_can_be_no_address_is_found_with_its_variable(variable: str, value: str, why: str) -> None:
    assert said(**{variable: value}) == [f"ACES-A012 {variable} is not usable: {why}"]


@pytest.mark.parametrize(
    "value", ["http://proxy.corp:8080", "proxy.corp:3128", "http://user:p%23ss@proxy.corp", "http://user:p@ss@10.0.0.1:1", ""]
)
def test_a_proxy_with_an_address_is_left_alone(value: str) -> None:
    assert said(HTTP_PROXY=value, HTTPS_PROXY=value, NO_PROXY="localhost") == []


def test_the_proxy_on_the_way_is_known_with_the_variable_that_counts() -> None:
    network = read_network(
        {"HTTPS_PROXY": "http://upper:1", "https_proxy": "http://u:secret@lower:2", "ALL_PROXY": "all:3", "HTTP_PROXY": ""}
    )
    assert network.proxy_for("https://x") == Proxy(variable="https_proxy", address="http://lower:2")
    assert network.proxy_for("http://x") == Proxy(variable="ALL_PROXY", address="all:3")
    assert Network().proxy_for("https://x") is None


@given(address=urls() | st.text(), user=st.text(min_size=1), password=st.text(min_size=1))
@example(address="proxy.corp:8080", user="user", password="p@ss#1")
def test_no_password_is_ever_shown(address: str, user: str, password: str) -> None:
    mark = "canary"
    whole = f"http://{user}:{mark}{password}{mark}@{address.rpartition('://')[2].replace('@', '')}"
    assert mark not in without_password(whole)
    for variable in ("HTTPS_PROXY", "AWS_ENDPOINT_URL"):
        for problem in environment_problems({variable: whole}):
            assert mark not in problem.message.en + problem.message.ja + problem.hint.en + problem.hint.ja
    proxy = read_network({"HTTPS_PROXY": whole}).proxy_for("https://x")
    assert mark not in proxy_failure(Text("AWS", "AWS"), proxy).message.en


@pytest.mark.parametrize(
    ("error", "reason", "hint"),
    [
        (
            "certificate verify failed: self-signed certificate in certificate chain",
            "an authority that is unknown",
            "company proxy",
        ),
        (
            "certificate verify failed: unable to get local issuer certificate",
            "an authority that is unknown",
            "/github/workspace/",
        ),
        ("certificate verify failed: certificate has expired", "not valid today", "clock"),
        ("certificate verify failed: certificate is not yet valid", "not valid today", "clock"),
        ("certificate verify failed: Hostname mismatch, certificate is not valid for 'x'", "for another host", "portal"),
        ("[SSL: WRONG_VERSION_NUMBER] wrong version number", "does not speak TLS", "http://"),
        ("[SSL: RECORD_LAYER_FAILURE] record layer failure", "does not speak TLS", "http://"),
        ("[SSL: SSLV3_ALERT_HANDSHAKE_FAILURE] handshake failure", "the TLS handshake failed", "firewall"),
    ],
)
def test_a_tls_failure_is_told_by_its_cause(error: str, reason: str, hint: str) -> None:
    problem = tls_failure(Text("AWS", "AWS"), ssl.SSLError(1, error))
    assert problem.code == "ACES-A013"
    assert reason in problem.message.en
    assert hint in problem.hint.en
