"""What is wrong with the runner's environment is told as that, and not as a failure of AWS, of GitHub or of this action."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.conftest import Caller

DEAD = "http://127.0.0.1:9"  # the discard service, which no runner has
KEYS = {"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"}


@pytest.mark.parametrize(
    ("environment", "code", "words"),
    [
        ({"REQUESTS_CA_BUNDLE": "/opt/corp/ca.pem"}, "ACES-A009", ("REQUESTS_CA_BUNDLE is /opt/corp/ca.pem",)),
        ({"AWS_CA_BUNDLE": "/opt/corp/ca.pem"}, "ACES-A009", ("AWS_CA_BUNDLE is /opt/corp/ca.pem",)),
        ({"AWS_ENDPOINT_URL": "localhost:4566"}, "ACES-A010", ("Write https://localhost:4566",)),
        ({"AWS_ENDPOINT_URL_STS": "http://"}, "ACES-A010", ("AWS_ENDPOINT_URL_STS is http://",)),
        ({"HTTPS_PROXY": "http://user:p@ss#1@proxy.corp:8080"}, "ACES-A012", ("HTTPS_PROXY is not usable",)),
        ({"AWS_PROFILE": "corp"}, "ACES-A011", ("AWS_PROFILE is corp", "AWS_ROLE_ARN")),
        ({"AWS_PROFILE": ""}, "ACES-A011", ("AWS_PROFILE is empty",)),
        ({"AWS_DEFAULT_PROFILE": "corp"}, "ACES-A011", ("AWS_DEFAULT_PROFILE",)),
        ({"http_proxy": DEAD}, "ACES-A012", (f"through the proxy {DEAD} (http_proxy)", "GitHub's token endpoint", "NO_PROXY")),
        ({"HTTP_PROXY": f"http://user:pass%23word@{DEAD[7:]}"}, "ACES-A012", (f"through the proxy {DEAD} (HTTP_PROXY)",)),
        (
            {
                "AWS_ROLE_ARN": "",
                **KEYS,
                "HTTPS_PROXY": f"http://user:pass%23word@{DEAD[7:]}",
                "AWS_ENDPOINT_URL": "https://aws.invalid",
            },
            "ACES-A012",
            (f"Cannot connect to AWS through the proxy {DEAD} (HTTPS_PROXY).",),
        ),
        ({"AWS_ROLE_ARN": "", "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE"}, "ACES-A001", ("AWS_SECRET_ACCESS_KEY is missing",)),
        ({"AWS_ROLE_ARN": "", "AWS_EC2_METADATA_DISABLED": "true"}, "ACES-A001", ("no AWS credentials", "id-token: write")),
    ],
)
def test_a_setting_of_the_environment_is_named(
    caller: Caller, environment: dict[str, str], code: str, words: tuple[str, ...]
) -> None:
    caller.environment.update(environment)
    ended = caller.run(command="plan")
    assert ended.codes == [code], ended.log
    assert all(each in ended.log for each in words), ended.log
    shown = "\n".join(line for line in ended.log.splitlines() if not line.startswith("::add-mask::")) + ended.summary
    assert "pass%23word" not in shown
    assert "p@ss#1" not in shown


def test_validate_asks_nobody_and_so_does_not_care(caller: Caller) -> None:
    caller.environment.update(REQUESTS_CA_BUNDLE="/opt/corp/ca.pem", HTTPS_PROXY="http://:0", AWS_PROFILE="corp")
    assert caller.run(command="validate").status == 0


@pytest.fixture
def company(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """An https:// address whose certificate no public authority has signed, as behind a company's proxy, and its authority."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "company")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    public, private = tmp_path / "ca.pem", tmp_path / "key.pem"
    public.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(public, private)

    class Refuse(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_error(403)

        do_POST = do_GET  # noqa: N815

        def log_message(self, *_: object) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Refuse)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]  # a client that breaks off is what is meant
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"https://localhost:{server.server_address[1]}", public
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_companys_certificate_on_the_way_to_github_or_aws_is_told_as_that(caller: Caller, company: tuple[str, Path]) -> None:
    url, authority = company
    caller.environment["ACTIONS_ID_TOKEN_REQUEST_URL"] = f"{url}/token?api-version=2.0"
    ended = caller.run(command="plan")
    assert ended.codes == ["ACES-A013"], ended.log
    assert "GitHub's token endpoint: its certificate is signed by an authority that is unknown here" in ended.log
    assert "REQUESTS_CA_BUNDLE: /github/workspace/.ca.pem" in ended.log
    caller.environment["REQUESTS_CA_BUNDLE"] = str(authority)
    assert caller.run(command="plan").codes == ["ACES-A002"]  # the way is free: the endpoint itself refuses

    del caller.environment["REQUESTS_CA_BUNDLE"]
    caller.environment.update(AWS_ROLE_ARN="", AWS_ENDPOINT_URL=url, **KEYS)
    ended = caller.run(command="plan")
    assert ended.codes == ["ACES-A013"], ended.log
    assert "No TLS connection to AWS" in ended.log
    caller.environment["REQUESTS_CA_BUNDLE"] = str(authority)  # botocore takes it too
    assert caller.run(command="plan").codes != ["ACES-A013"]


def test_tls_to_something_that_does_not_speak_it_is_told_as_that(caller: Caller) -> None:
    caller.environment["ACTIONS_ID_TOKEN_REQUEST_URL"] = caller.sandbox.oidc_request_url.replace("http://", "https://")
    ended = caller.run(command="plan")
    assert ended.codes == ["ACES-A013"], ended.log
    assert "does not speak TLS" in ended.log


@pytest.mark.parametrize(
    ("code", "said", "words"),
    [
        (
            "InvalidIdentityToken",
            "No OpenIDConnect provider found in your account for https://token.actions.githubusercontent.com",
            (
                "Account 123456789012 has no OIDC provider",
                "`aces-action bootstrap --apply` creates it",
                "create-open-id-connect-provider --url https://token",
            ),
        ),
        (
            "InvalidIdentityToken",
            "No OpenIDConnect provider found in your account for https://token.actions.githubusercontent.com/acme.",
            ("--url https://token.actions.githubusercontent.com/acme --client-id-list sts.amazonaws.com",),
        ),
        (
            "InvalidIdentityToken",
            "Incorrect token audience",
            (
                "add-client-id-to-open-id-connect-provider --client-id sts.amazonaws.com",
                "--open-id-connect-provider-arn arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com",
            ),
        ),
        (
            "InvalidIdentityToken",
            "OpenIDConnect provider's HTTPS certificate doesn't match configured thumbprint",
            ("thumbprints of that OIDC provider are out of date",),
        ),
        (
            "ExpiredTokenException",
            "Token expired: current date/time 1 must be before the expiration date/time 0",
            ("check its clock",),
        ),
        (
            "InvalidIdentityToken",
            "Couldn't retrieve verification key from your identity provider",
            ("This is usually temporary",),
        ),
        (
            "RegionDisabledException",
            "STS is not activated in this region for account:123456789012.",
            ("STS is disabled in this region",),
        ),
        ("AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity", ("trust policy", "sub: repo:")),
        ("ValidationError", "Request ARN is invalid", ("Check its ARN in the workflow",)),
    ],
)
def test_a_refusal_of_the_role_is_answered_by_its_cause(caller: Caller, code: str, said: str, words: tuple[str, ...]) -> None:
    caller.fault(
        service="sts", operation="AssumeRoleWithWebIdentity", kind="error", status=400, code=code, message=said, times=None
    )
    ended = caller.run(command="plan")
    assert ended.codes == ["ACES-A003"], ended.log
    assert all(each in ended.log for each in words), ended.log


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (
            "SignatureDoesNotMatch",
            "Signature expired: 20261129T120000Z is now earlier than 20261129T130000Z (20261129T131500Z - 15 min.)",
        ),
        ("InvalidSignatureException", "Signature not yet current: 20261129T140000Z is still later than 20261129T130000Z"),
        ("RequestTimeTooSkewed", "The difference between the request time and the current time is too large."),
    ],
)
def test_a_clock_that_is_off_is_not_taken_for_wrong_keys(caller: Caller, code: str, said: str) -> None:
    caller.fault(service="sts", operation="GetCallerIdentity", kind="error", status=403, code=code, message=said, times=None)
    ended = caller.run(command="plan")
    assert ended.codes == ["ACES-A014"], ended.log
    assert "the clock here is off" in ended.log
