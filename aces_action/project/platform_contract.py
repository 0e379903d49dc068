"""How the ACES Platform is spoken to, as data: `platform/aces.yml` of this package, or a file of the caller in its place.

Bodies are built and answers read by JMESPath, which comes with boto3. docs/platform-api.md tells what the guide fixes of it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any, Literal

from aces_action.language import Text
from aces_action.packaged_files import resource
from aces_action.problems.configuration import contract as problems
from aces_action.problems.problem import Problem
from aces_action.project.checks import placeholder_problems
from aces_action.project.document import Document, Path, dotted
from aces_action.project.lookalikes import lookalike_problems
from aces_action.project.reader import read_document
from aces_action.project.schema import schema_problems

if TYPE_CHECKING:
    from aces_action.inputs import Environment

PACKAGED = "platform/aces.yml"
SCHEMA = "platform-contract.schema.json"

_PURPOSE = Text("the platform contract", "ACES Platformとの通信の定義")
# What a body may be made of, with a value of each name to try an expression with
_SCOPES: Mapping[Path, Mapping[str, Any]] = {
    ("login", "body"): {"email": "a", "password": "b"},
    ("registration", "body"): {
        "plan_id": 1,
        "overflow_mode": 1,
        "services": [{"name": "a"}],
        "service": {"name": "a"},
        "server": {"project": "a"},
        "tenant_id": "a",
    },
    ("image_upload", "body"): {"tenant_id": "a", "image_key": "b"},
}
_READ = ("login", "status", "listing", "image")
_REFUSALS = ("fields", "detail")


class Expression:
    """A JMESPath expression that is known to be one."""

    __slots__ = ("_compiled", "text")

    def __init__(self, text: str) -> None:
        import jmespath  # what is read of the files needs it only where a contract is

        self.text, self._compiled = text, jmespath.compile(text)

    def of(self, scope: object) -> Any:
        """What it finds; None also where it does not fit the scope: answers are from outside, and may have any shape."""
        from jmespath.exceptions import JMESPathError

        try:
            return self._compiled.search(scope)
        except (JMESPathError, ValueError, TypeError, AttributeError, RecursionError):  # its functions raise those of Python too
            return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One call. `path` has names in braces; `body` is None where nothing, or a file alone, is sent; `read` has the parts of the
    answer by their names."""

    method: str
    path: str
    body: Expression | None
    read: Mapping[str, Expression]


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationRoute(Route):
    """`per`: what one request registers; `optional`: the body's fields that the platform need not know."""

    per: Literal["all", "service"]
    optional: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadRoute(Route):
    """`file`: the form's field with the image; None where the image itself is the body."""

    file: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusalFormat:
    """How an answer is read that refuses. `general`: keys of texts that are about no field."""

    fields: Expression
    detail: Expression
    general: frozenset[str]
    unknown_field: tuple[str, ...]
    unknown_tenant: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformContract:
    """A route that is None is not called. `demo_sites` are for people. `digest`: of all else that it says; another contract may
    send something else."""

    authorization: str
    api_endpoints: Mapping[Environment, str]
    demo_sites: Mapping[Environment, str]
    login: Route | None
    status: Route | None
    logout: Route | None
    registration: RegistrationRoute
    listing: Route | None
    image: Route | None
    image_upload: UploadRoute | None
    refusals: RefusalFormat
    digest: str = field(repr=False)


def load_contract(workspace: FilePath, file: str | None) -> tuple[PlatformContract | None, list[Problem]]:
    """The contract in a file of the workspace with every problem of it, or without one the packaged one."""
    return _load(workspace, file) if file else (packaged_contract(), [])


@cache
def packaged_contract() -> PlatformContract:
    """As this version knows the platform."""
    path = resource(PACKAGED)
    contract, found = _load(path.parent, path.name)
    if contract is None:
        raise AssertionError(f"the packaged contract is wrong: {[problem.message.en for problem in found]}")
    return contract


def _load(workspace: FilePath, file: str) -> tuple[PlatformContract | None, list[Problem]]:
    document, found = read_document(workspace, file, syntax="YAML", purpose=_PURPOSE)
    if document is None:
        return None, found
    found = [*found, *placeholder_problems(document), *schema_problems(document, SCHEMA)]
    found += lookalike_problems(document, {problem.place for problem in found})
    known = {problem.place for problem in found}
    found += [problem for problem in _expression_problems(document) if problem.place not in known]
    found.sort(key=lambda each: (each.line or 0, each.column or 0, each.code))
    if any(problem.severity == "error" for problem in found) or not isinstance(document.data, dict):
        return None, found
    return _contract(document.data), found


def _expression_problems(document: Document) -> Iterator[Problem]:
    for path in _expression_paths(document):
        text = document.get(*path)
        if not isinstance(text, str) or not text:
            continue  # the schema speaks of that
        try:
            expression = Expression(text)
        except ValueError as error:  # all of JMESPath's
            yield document.at(path, problems.no_expression(dotted(path), str(error).splitlines()[0]))
            continue
        if scope := _SCOPES.get(path):
            yield from _body_problems(document, path, expression, scope)


def _expression_paths(document: Document) -> Iterator[Path]:
    yield from _SCOPES
    yield from (("refusals", name) for name in _REFUSALS)
    for route in _READ:
        read = document.get(route, "read")
        yield from ((route, "read", name) for name in (read if isinstance(read, dict) else ()))


def _body_problems(document: Document, path: Path, expression: Expression, scope: Mapping[str, Any]) -> Iterator[Problem]:
    """A body that is none, or has a field that is nothing: mostly a name that there is not."""
    if path == ("registration", "body") and document.get("registration", "per") != "service":
        scope = {name: value for name, value in scope.items() if name != "service"}
    body = expression.of(scope)
    if not isinstance(body, dict | list) or not body:
        yield document.at(path, problems.no_body(dotted(path), list(scope)))
    elif isinstance(body, dict) and (empty := [str(name) for name, value in body.items() if value is None]):
        yield document.at(path, problems.empty_fields(dotted(path), empty, list(scope)))


def _contract(data: Mapping[str, Any]) -> PlatformContract:
    registration, upload, refusals = data["registration"], data.get("image_upload"), data.get("refusals", {})
    usual = {} if refusals.keys() >= {"general", "unknown_field", "unknown_tenant"} else _packaged_refusals()
    words = {name: refusals.get(name, usual.get(name)) for name in ("general", "unknown_field", "unknown_tenant")}
    return PlatformContract(
        authorization=data.get("authorization", "Token {token}"),
        api_endpoints={env: url.rstrip("/") for env, url in data.get("api_endpoints", {}).items()},
        demo_sites=data.get("demo_sites", {}),
        login=_route(data.get("login")),
        status=_route(data.get("status")),
        logout=_route(data.get("logout")),
        registration=RegistrationRoute(
            **_parts(registration), per=registration.get("per", "all"), optional=tuple(registration.get("optional", ["server"]))
        ),
        listing=_route(data.get("listing")),
        image=_route(data.get("image")),
        image_upload=UploadRoute(**_parts(upload), file=_file_field(upload)) if upload else None,
        refusals=RefusalFormat(
            fields=Expression(refusals.get("fields", "body.errors || body")),
            detail=Expression(refusals.get("detail", "body.detail")),
            general=frozenset(words["general"]),
            unknown_field=tuple(words["unknown_field"]),
            unknown_tenant=tuple(words["unknown_tenant"]),
        ),
        digest=_digest({key: value for key, value in data.items() if key != "demo_sites"}),
    )


def _digest(data: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()


def _packaged_refusals() -> Mapping[str, Any]:
    path = resource(PACKAGED)
    document, _ = read_document(path.parent, path.name, syntax="YAML", purpose=_PURPOSE)
    found = document.get("refusals") if document else None
    return found if isinstance(found, dict) else {}


def _route(data: Mapping[str, Any] | None) -> Route | None:
    return Route(**_parts(data)) if data else None


def _parts(data: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "method": data["method"],
        "path": data["path"],
        "body": Expression(data["body"]) if "body" in data else None,
        "read": {name: Expression(text) for name, text in data.get("read", {}).items()},
    }


def _file_field(data: Mapping[str, Any]) -> str | None:
    name: str = data.get("file", "image")
    return name if data.get("content") == "multipart" else None
