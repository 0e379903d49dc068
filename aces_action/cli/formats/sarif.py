"""Problems as SARIF 2.1.0, which GitHub's code scanning shows at the lines of a repository.

The specification is OASIS's 'Static Analysis Results Interchange Format (SARIF) Version 2.1.0 Plus Errata 01'; what code
scanning takes of it is in GitHub's 'SARIF support for code scanning'.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from aces_action import __version__
from aces_action.cli.formats.result import CheckResult, cleaned
from aces_action.language import Language
from aces_action.origin import HOME
from aces_action.problems import Kind, Problem
from aces_action.problems.problem import Fix

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_ROOT = "%SRCROOT%"  # what code scanning resolves against the top of the checkout


def as_sarif(result: CheckResult, language: Language) -> str:
    """One run. A problem with a file is a result; one of the call itself, which has none, is a notification."""
    result = cleaned(result)
    kinds = sorted({problem.code: problem.kind for problem in result.problems}.values(), key=lambda kind: kind.code)
    rules = {kind.code: index for index, kind in enumerate(kinds)}
    seen: Counter[str] = Counter()
    results = [_result(problem, rules, seen, language) for problem in result.problems if problem.file]
    notifications = [_notification(problem, rules, language) for problem in result.problems if not problem.file]
    run = {
        "tool": {
            "driver": {
                "name": "aces-action",
                "informationUri": HOME,
                "version": __version__,
                "semanticVersion": __version__,
                "rules": [_rule(kind, language) for kind in kinds],
            }
        },
        "language": "ja-JP" if language == "ja" else "en-US",
        "automationDetails": {"id": "aces-action/validate/"},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {_ROOT: {"description": {"text": "The folder that the command was run in."}}},
        "invocations": [
            {
                "executionSuccessful": not any(notice["level"] == "error" for notice in notifications),
                "exitCode": result.exit_status,
                "toolConfigurationNotifications": notifications,
            }
        ],
        "results": results,
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, ensure_ascii=False, indent=2) + "\n"


def _rule(kind: Kind, language: Language) -> dict[str, Any]:
    cause, fix = kind.cause.in_(language), kind.fix.in_(language)
    address = kind.help_url(language)
    example = f"\n\n```\n{kind.example_in(language)}\n```"
    return {
        "id": kind.code,
        "name": "".join(
            word[:1].upper() + word[1:] for word in "".join(c if c.isalnum() else " " for c in kind.title.en).split()
        ),
        "shortDescription": {"text": kind.title.in_(language)},
        "fullDescription": {"text": cause},
        "help": {"text": f"{cause}\n\n{fix}\n\n{address}", "markdown": f"{cause}\n\n{fix}{example}\n\n<{address}>"},
        "helpUri": address,
        "defaultConfiguration": {"level": kind.severity},
        "properties": {"problem.severity": kind.severity, "precision": "very-high", "tags": ["configuration"]},
    }


def _result(problem: Problem, rules: Mapping[str, int], seen: Counter[str], language: Language) -> dict[str, Any]:
    artifact = {"uri": quote(problem.file or ""), "uriBaseId": _ROOT}
    region = {
        "startLine": problem.line or 1,  # code scanning wants a line, also of a file that is not there
        "startColumn": problem.column,
        "endLine": problem.end_line,
        "endColumn": problem.end_column,
    }
    place = {"artifactLocation": artifact, "region": {key: value for key, value in region.items() if value is not None}}
    # without line and column: the same problem stays the same alert when lines are added above it
    content = "\0".join([problem.code, problem.file or "", problem.message.en])
    seen[content] += 1
    digest = hashlib.sha256(f"{content}\0{seen[content]}".encode()).hexdigest()
    return {
        "ruleId": problem.code,
        "ruleIndex": rules[problem.code],
        "level": problem.severity,
        "message": _message(problem, language),
        "locations": [{"physicalLocation": place}],
        "partialFingerprints": {"problem/v1": digest},
        **({"fixes": [_fix(problem.fix, artifact, problem, language)]} if problem.fix else {}),
    }


def _fix(fix: Fix, artifact: Mapping[str, str], problem: Problem, language: Language) -> dict[str, Any]:
    """SARIF 2.1.0, 3.55 to 3.57: an empty region to put something in, no content to delete."""
    region = {"startLine": fix.line, "startColumn": fix.column, "endLine": fix.end_line, "endColumn": fix.end_column}
    replacement = {"deletedRegion": region, **({"insertedContent": {"text": fix.new}} if fix.new else {})}
    return {
        "description": {"text": (problem.hint or problem.message).in_(language)},
        "artifactChanges": [{"artifactLocation": artifact, "replacements": [replacement]}],
    }


def _notification(problem: Problem, rules: Mapping[str, int], language: Language) -> dict[str, Any]:
    return {
        "level": problem.severity,
        "message": _message(problem, language),
        "associatedRule": {"id": problem.code, "index": rules[problem.code]},
    }


def _message(problem: Problem, language: Language) -> dict[str, str]:
    texts: Sequence[str] = [problem.message.in_(language), problem.hint.in_(language)]
    return {"text": "\n".join(text for text in texts if text)}
