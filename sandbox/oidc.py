"""GitHub's OIDC endpoint: what ACTIONS_ID_TOKEN_REQUEST_URL answers to a job with `id-token: write`.

The key pair is made anew for every `Issuer`; the local STS verifies tokens with the same object, so nothing is fetched.
Claims are those of GitHub's 'OpenID Connect reference'.
"""

from __future__ import annotations

import secrets
import threading
import time
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from flask import Flask, Response, jsonify, request
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from sandbox import github

TOKEN_LIFETIME = 300  # seconds, as GitHub's


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuer:
    """Who issues tokens: address, key pair, and the bearer token that a job shows to get one."""

    url: str
    key: RSAKey = field(
        default_factory=lambda: RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256"}, auto_kid=True), repr=False
    )
    request_token: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)

    @property
    def host(self) -> str:
        """The issuer without its scheme: how IAM names the provider, in its ARN and in the keys of conditions."""
        return self.url.partition("://")[2]

    def request_url(self, repository: str, environment: str = "dev") -> str:
        """The value of ACTIONS_ID_TOKEN_REQUEST_URL for a job of `repository` (owner/name) with that GitHub environment; empty:
        without one. It has a query, as GitHub's has."""
        return f"{self.url}/{repository}/idtoken?api-version=2.0&environment={environment}"

    def token(
        self, *, repository: str, audience: str, environment: str = "dev", lifetime: int = TOKEN_LIFETIME, **claims: object
    ) -> str:
        """A signed token for a push to `develop`, and a job with a GitHub environment; empty: without one. `lifetime` in seconds
        (negative: expired); `claims` replace its claims."""
        owner, now = repository.partition("/")[0], int(time.time())
        context = f"environment:{environment}" if environment else "ref:refs/heads/develop"
        workflow = f"{repository}/.github/workflows/build_on_push_develop.yml@refs/heads/develop"
        payload = {
            "iss": self.url,
            "aud": audience,
            "sub": f"repo:{repository}:{context}",
            "jti": str(uuid4()),
            "iat": now,
            "nbf": now - TOKEN_LIFETIME,
            "exp": now + lifetime,
            "repository": repository,
            "repository_owner": owner,
            "ref": "refs/heads/develop",
            "ref_type": "branch",
            "sha": "0" * 40,
            "actor": "example-engineer",
            "event_name": "push",
            "run_id": "1",
            "run_number": "1",
            "run_attempt": "1",
            "workflow": "build_on_push_develop",
            "workflow_ref": workflow,
            "job_workflow_ref": workflow,
            "runner_environment": "github-hosted",
        }
        if environment:
            payload["environment"] = environment
        return jwt.encode({"alg": "RS256", "typ": "JWT", "kid": self.key.kid}, payload | claims, self.key)

    def verify(self, token: str) -> dict[str, Any]:
        """The claims of a token that this issuer signed, expired or not. Raises ValueError for any other text."""
        try:
            claims = jwt.decode(token, self.key, algorithms=["RS256"]).claims
        except (JoseError, ValueError) as error:
            raise ValueError(f"Not a token of {self.url}: {error}") from error
        if claims.get("iss") != self.url:
            raise ValueError(f"Issuer is {claims.get('iss')}, not {self.url}")
        return claims


@dataclass(slots=True, kw_only=True)
class _Control:
    """What a test has asked the endpoint to do to the requests that follow."""

    fail: int = 0
    status: int = 500
    slow_seconds: float = 0.0
    claims: dict[str, object] = field(default_factory=dict)
    lifetime: int = TOKEN_LIFETIME
    body: str | None = None  # what is answered in place of a token
    tags: list[str] | None = None  # of each repository; None: there is none that everybody may see
    ids: list[int] | None = None  # of each repository's owner, and of the repository; None as before


def create_app(issuer: Issuer, stopping: threading.Event) -> Flask:
    """The endpoint. `POST /_control` takes the fields of `_Control` as JSON; `DELETE /_control` forgets them."""
    app = Flask(__name__)
    control = _Control()
    lock = threading.Lock()

    @app.get("/<owner>/<name>/idtoken")
    def id_token(owner: str, name: str) -> tuple[Response, int]:
        stopping.wait(control.slow_seconds)
        with lock:
            if control.fail > 0:
                control.fail -= 1
                return jsonify(message="Asked to fail through /_control"), control.status
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            return jsonify(message="Authorization: bearer ACTIONS_ID_TOKEN_REQUEST_TOKEN is missing"), 401
        if not secrets.compare_digest(token, issuer.request_token):
            return jsonify(message="Not the request token of this job"), 403
        if control.body is not None:
            return Response(control.body, content_type="application/json"), 200
        claims = {"environment": request.args.get("environment", ""), **control.claims}
        value = issuer.token(
            repository=f"{owner}/{name}",
            audience=request.args.get("audience", f"https://github.com/{owner}"),
            environment=str(claims.pop("environment")),
            lifetime=control.lifetime,
            **claims,
        )
        return jsonify(count=len(value), value=value), 200

    @app.get("/.well-known/openid-configuration")
    def configuration() -> Response:
        return jsonify(
            issuer=issuer.url,
            jwks_uri=f"{issuer.url}/.well-known/jwks",
            response_types_supported=["id_token"],
            subject_types_supported=["public"],
            id_token_signing_alg_values_supported=["RS256"],
            scopes_supported=["openid"],
        )

    @app.get("/.well-known/jwks")
    def keys() -> Response:
        return jsonify(keys=[issuer.key.as_dict(private=False)])

    @app.get("/repos/<owner>/<name>/tags")
    def tags(owner: str, name: str) -> tuple[Response, int]:
        """GitHub's REST API, 'List repository tags'. `name` is for whoever reads the address."""
        if control.tags is None:
            return jsonify(message="Not Found", repository=f"{owner}/{name}"), 404
        return jsonify([{"name": tag, "commit": {"sha": "0" * 40}} for tag in control.tags]), 200

    @app.get("/repos/<owner>/<name>")
    def repository(owner: str, name: str) -> tuple[Response, int]:
        """GitHub's REST API, 'Get a repository'."""
        if control.ids is None:
            return jsonify(message="Not Found"), 404
        owner_id, repository_id = control.ids
        return jsonify(id=repository_id, full_name=f"{owner}/{name}", owner={"login": owner, "id": owner_id}), 200

    app.register_blueprint(github.blueprint())

    @app.route("/_control", methods=["POST", "DELETE"])
    def change() -> tuple[Response, int]:
        nonlocal control
        wish = request.get_json() if request.method == "POST" else {}
        try:
            control = _Control(**wish)
        except TypeError as error:
            return jsonify(message=str(error)), 400
        return jsonify(control), 200

    return app
