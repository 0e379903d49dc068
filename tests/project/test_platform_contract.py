"""The platform contract: what is wrong with a caller's file, at its place, and what a right one says."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import pytest

from aces_action.packaged_files import resource
from aces_action.problems import Problem
from aces_action.project.platform_contract import PACKAGED, Expression, load_contract, packaged_contract

TEXT = resource(PACKAGED).read_text(encoding="utf-8")
LEAST = "registration:\n  method: POST\n  path: /internal/tenants/{tenant_id}/services\n  body: '{services: services}'\n"


def problems_of(tmp_path: Path, text: str) -> list[Problem]:
    (tmp_path / "platform.yml").write_text(text, encoding="utf-8")
    contract, problems = load_contract(tmp_path, "platform.yml")
    assert (contract is None) == any(problem.severity == "error" for problem in problems)
    return problems


def line_of(text: str, part: str) -> int:
    return 1 + next(number for number, line in enumerate(text.splitlines()) if part in line)


@pytest.mark.parametrize(
    ("old", "new", "code", "words"),
    [
        ("services: body.services", "services: body.[services", "C055", "listing.read.services is not a JMESPath expression"),
        ("token: body.token", "token: 'body token'", "C055", "login.read.token is not a JMESPath expression"),
        ("server: server}", "server: servre}", "C055", "registration.body finds nothing for: server."),
        ("server: server}", "service: service}", "C055", "registration.body finds nothing for: service."),
        ('"{email: email, password: password}"', "nothing", "C055", "login.body builds no object and no list."),
        ("per: all", "per: each", "C004", "registration.per is each, but must be one of all, service"),
        ("  method: GET\n  path: /accounts", "  method: FETCH\n  path: /accounts", "C004", "status.method is FETCH"),
        ("{tenant_id}/services # [guide 2.3]", "{tenant}/services", "C004", "registration.path is"),
        ('"Token {token}"', "Token 0f1e2d3c4b5a69780f1e2d3c4b5a6978", "C004", "authorization is"),
        ("content: bytes", "contents: bytes", "C011", 'Unknown key "contents" in image_upload'),
        ("  fields: body.errors || body", "  fields: body.errors || |", "C055", "refusals.fields is not a JMESPath expression"),
        ("https://api-platform.acesinc.co.jp", "https://me:secret@host", "C004", "api_endpoints.production is"),
    ],
)
def test_a_mistake_is_shown_where_it_stands(tmp_path: Path, old: str, new: str, code: str, words: str) -> None:
    assert old in TEXT
    text = TEXT.replace(old, new, 1)
    [problem] = problems_of(tmp_path, text)
    assert (problem.code, problem.file) == (f"ACES-{code}", "platform.yml")
    assert words in problem.message.en
    assert problem.line == line_of(text, new.splitlines()[0])


def test_a_contract_that_registers_nothing_is_none(tmp_path: Path) -> None:
    [problem] = problems_of(tmp_path, "listing:\n  method: GET\n  path: /x\n  read:\n    services: body\n")
    assert '"registration" is missing' in problem.message.en


@pytest.mark.parametrize(
    "text", ["", "[]", "- a", "registration", "registration:", "listing: 3\n" + LEAST, "refusals: []\n" + LEAST]
)
def test_a_file_of_any_other_shape_is_a_problem_and_no_crash(tmp_path: Path, text: str) -> None:
    assert problems_of(tmp_path, text)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    _, [problem] = load_contract(tmp_path, "lost.yml")
    assert (problem.code, "platform contract" in problem.message.en) == ("ACES-C001", True)


def test_what_a_contract_leaves_out_is_not_called_or_as_usual(tmp_path: Path) -> None:
    assert problems_of(tmp_path, LEAST) == []
    contract, _ = load_contract(tmp_path, "platform.yml")
    assert contract is not None
    assert (contract.listing, contract.image, contract.image_upload, contract.login) == (None, None, None, None)
    assert (contract.registration.per, contract.registration.optional) == ("all", ("server",))
    usual = packaged_contract()
    assert contract.authorization == usual.authorization
    assert contract.refusals.unknown_field == usual.refusals.unknown_field
    assert contract.digest != usual.digest


def test_comments_do_not_make_another_contract(tmp_path: Path) -> None:
    assert problems_of(tmp_path, f"{TEXT}\n# a remark\n") == []
    contract, _ = load_contract(tmp_path, "platform.yml")
    assert contract is not None
    assert contract.digest == packaged_contract().digest


@pytest.mark.parametrize("scope", [None, [], {"body": None}, {"body": [1]}, {"body": {"a": "text"}}, {"body": {"a": {"b": 1}}}])
@pytest.mark.parametrize("text", ["length(body.a)", "body.a.b", "sort_by(body, &x)", "to_number(body.a)", "body[0].a || body"])
def test_an_expression_finds_something_or_nothing_in_any_answer(text: str, scope: object) -> None:
    Expression(text).of(scope)


@pytest.mark.parametrize(
    "path", ["@evil.example/x", ".evil.example/x", ":1@evil.example/", "https://evil.example/x", "\\\\evil.example"]
)
def test_a_route_stays_on_the_host_of_the_platform(tmp_path: Path, path: str) -> None:
    [problem] = problems_of(tmp_path, LEAST.replace("/internal/tenants/{tenant_id}/services", f"'{path}'"))
    assert problem.code == "ACES-C004"
    for route in (f"/{path}", f"//{path}"):  # which a contract may have
        contract = tmp_path / "platform.yml"
        contract.write_text(LEAST.replace("/internal/tenants/{tenant_id}/services", f"'{route}'"), encoding="utf-8")
        loaded, _ = load_contract(tmp_path, contract.name)
        assert loaded is None or urlsplit(f"https://platform.example{loaded.registration.path}").hostname == "platform.example"
