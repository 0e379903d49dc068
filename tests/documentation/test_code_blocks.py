"""What the pages tell to write and to run: it fits our schemas, GitHub's and the command line, in both languages."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from check_jsonschema.builtin_schemas import get_builtin_schema  # type: ignore[import-untyped]
from jsonschema import Draft202012Validator

from aces_action.cli.app import program as command_line
from aces_action.inputs import INPUTS
from tests.cells import cells
from tests.documentation.markdown import ROOT, Block, all_blocks

BLOCKS = all_blocks()
# Shown, not run: logs, sessions at a terminal, pictures
SHOWN = {"text", "console", "mermaid"}
SCHEMAS = {
    name: json.loads((ROOT / f"schemas/{name}.schema.json").read_text(encoding="utf-8"))
    for name in ("register", "algorithm", "infra", "smoke-test", "platform-contract", "fleet")
}
# What a part of an infra file stands beside; the keys of the part go before
BESIDE = {"SAGEMAKER_INSTANCE_TYPE": "ml.g4dn.xlarge", "aws_batch_instance_type": "g4dn.xlarge"}
STATEMENT = {"Sid", "Effect", "Principal", "Action", "Resource", "Condition"}
JOB = {
    "permissions",
    "steps",
    "env",
    "concurrency",
    "timeout-minutes",
    "runs-on",
    "environment",
    "needs",
    "if",
    "name",
    "uses",
    "with",
}
IMAGE_BUILD = {"platforms", "provenance", "sbom", "outputs"}
READ = {spec.name: spec.read for spec in INPUTS}


def faults(schema: str, written: Any) -> list[str]:
    return [f"{schema}: {error.message}" for error in Draft202012Validator(SCHEMAS[schema]).iter_errors(written)]


def keys_of(schema: str) -> set[str]:
    return set(SCHEMAS[schema]["properties"])


def workflow_of(written: Any) -> dict[str, Any] | None:
    """The workflow that a block is, or is a part of: jobs, a job, its steps, or what a step is given."""
    match written:
        case {"jobs": _}:
            return {"on": "push"} | {("on" if key is True else key): value for key, value in written.items()}  # YAML 1.1's `on`
        case [{"uses": _} | {"run": _}, *_]:
            return workflow_of({"steps": written})
        case {"with": given, **rest} if not rest:
            return workflow_of(given)
        case {**keys} if set(keys) <= READ.keys() and not any(isinstance(value, dict) for value in keys.values()):
            return workflow_of([{"uses": "ORG/aces-action@v0.1.0", "with": keys}])
        case {**keys} if set(keys) <= IMAGE_BUILD:
            return workflow_of([{"uses": "docker/build-push-action@v7", "with": keys}])
        case {**keys} if set(keys) <= JOB:
            return workflow_of({"jobs": {"job": {"runs-on": "ubuntu-24.04", "steps": [{"run": "true"}]} | keys}})
    return None


def input_faults(workflow: Mapping[str, Any]) -> list[str]:
    """Inputs of our steps that there are not, or that would be refused."""
    steps = [step for job in workflow["jobs"].values() for step in job.get("steps", [])]
    given = [pair for step in steps if "aces-action@" in step.get("uses", "") for pair in step.get("with", {}).items()]
    return [
        f"{name}: {value}"
        for name, value in given
        if name not in READ or ("${{" not in str(value) and READ[name](str(value)) is None)
    ]


def json_faults(text: str) -> list[str]:
    """A whole file of ours or of Renovate's, a statement of a policy, or keys of either to copy."""
    whole = text.lstrip().startswith("{")
    written = json.loads(text if whole else f"{{{text}}}")
    service = set(SCHEMAS["register"]["$defs"]["service"]["properties"])
    if str(written.get("$schema", "")).endswith("/renovate-schema.json"):
        return [error.message for error in Draft202012Validator(get_builtin_schema("vendor.renovate")).iter_errors(written)]
    if {"services"} <= written.keys():
        return faults("register", written)
    if {"task_name", "algorithms"} & written.keys() and whole:
        return faults("algorithm", written)
    return sorted(written.keys() - (STATEMENT | service | keys_of("register")))


def yaml_faults(text: str) -> list[str]:
    """All or part of an infra file, an expectation, a platform contract, hooks of pre-commit, Dependabot's file, a workflow."""
    written = yaml.safe_load(text)
    keys = set(written) if isinstance(written, dict) else set()
    if keys == {"version", "updates"}:
        return [error.message for error in Draft202012Validator(get_builtin_schema("vendor.dependabot")).iter_errors(written)]
    if keys and keys <= keys_of("infra"):
        return faults("infra", BESIDE | written)
    if keys and keys <= keys_of("smoke-test"):
        return min(faults("smoke-test", written), faults("smoke-test", {"batch": "standard"} | written), key=len)
    if keys and keys <= keys_of("platform-contract"):
        contract = yaml.safe_load((ROOT / "aces_action/platform/aces.yml").read_text(encoding="utf-8"))
        parts = {key: contract[key] | part if isinstance(part, dict) else part for key, part in written.items()}
        return faults("platform-contract", contract | parts)
    if keys and keys <= keys_of("fleet"):
        return faults("fleet", written)
    if keys == {"repos"}:
        hooks = {hook["id"] for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))}
        return [hook["id"] for repository in written["repos"] for hook in repository["hooks"] if hook["id"] not in hooks]
    workflow = workflow_of(written)
    return ["is nothing that is known here"] if workflow is None else input_faults(workflow)


def commands_of(script: str) -> list[list[str]]:
    """The simple commands of a script, in words."""
    lines = re.sub(r"\\\n", " ", script)
    found: list[list[str]] = []
    for line in lines.splitlines():
        lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
        lexer.whitespace_split = True
        words: list[str] = []
        try:
            for word in [*lexer, ";"]:
                if set(word) <= set("();<>|&"):
                    found, words = [*found, words], []
                else:
                    words.append(word)
        except ValueError:  # a quotation over several lines, which no command of ours has
            continue
    return [words for words in found if words]


def call_faults(words: list[str]) -> list[str]:
    """What the command line would say of a call: it is read, and not made."""
    command: click.Command = command_line("en")
    context = click.Context(command, info_name="aces-action")
    try:
        while isinstance(command, click.Group):
            _, words, _ = command.make_parser(context).parse_args(list(words))
            if not words:
                return []
            name, *words = words
            inner = command.get_command(context, name)
            if inner is None:
                return [f"no verb {name}"]
            command, context = inner, click.Context(inner, parent=context, info_name=name)
        values, rest, _ = command.make_parser(context).parse_args(list(words))
        for parameter in command.params:
            value = values.get(parameter.name or "")
            if isinstance(parameter.type, click.Choice) and isinstance(value, str) and "$" not in value:
                parameter.type.convert(value, parameter, context)
            if isinstance(parameter, click.Argument) and parameter.required and not (isinstance(value, str | tuple) and value):
                return [f"no {parameter.name}"]
    except click.UsageError as error:
        return [error.format_message()]
    return [f"one too many: {' '.join(rest)}"] if rest else []


def script_faults(text: str) -> list[str]:
    """What our commands and targets in a script are called with, and should not."""
    found = []
    for words in commands_of(text):
        program, *arguments = [word for number, word in enumerate(words) if number or "=" not in word] or [""]
        if program == "aces-action":
            found += call_faults(arguments)
        elif program == "make":
            targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
            found += [f"make {word}" for word in arguments if "=" not in word and word not in targets]
    return found


def python_faults(text: str) -> list[str]:
    compile(text, "block", "exec")
    return []


CHECKS: dict[str, Callable[[str], list[str]]] = {
    "json": json_faults,
    "yaml": yaml_faults,
    "sh": script_faults,
    "bash": script_faults,
    "python": python_faults,
}


@cells([block for block in BLOCKS if block.language not in SHOWN], named=lambda block: block.place)
def test_a_block_of_code_is_right(block: Block) -> None:
    assert CHECKS[block.language](block.text) == []


def test_every_workflow_in_the_pages_is_one_by_githubs_rules(tmp_path: Path) -> None:
    files = []
    for number, block in enumerate(block for block in BLOCKS if block.language == "yaml"):
        if workflow := workflow_of(yaml.safe_load(block.text)):
            file = tmp_path / f"{number}-{re.sub(r'[^a-z0-9]+', '-', block.place.lower())}.yml"
            file.write_text(yaml.safe_dump(workflow, allow_unicode=True, sort_keys=False), encoding="utf-8")
            files.append(str(file))
    assert len(files) > 20
    lint = [str(Path(sys.executable).with_name("actionlint")), "-no-color", "-oneline", "-shellcheck=", "-pyflakes=", *files]
    told = subprocess.run(lint, capture_output=True, text=True, check=False)
    assert told.stdout == ""


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("sh", "aces-action vaildate .", ["no verb vaildate"]),
        ("sh", "aces-action weights pack x --outptu y", ["No such option '--outptu'. Did you mean '--output'?"]),
        (
            "sh",
            "aces-action validate --format \\\n  xml",
            ["Invalid value for '--format': 'xml' is not one of 'text', 'json', 'sarif', 'github'."],
        ),
        ("sh", "cd x && LANG=C aces-action weights check", ["no place"]),
        ("sh", "make demmo  # a comment", ["make demmo"]),
        ("yaml", "- uses: ORG/aces-action@v0.1.0\n  with:\n    comand: plan", ["comand: plan"]),
        ("yaml", "with:\n  wait-timeout: 2 hours", ["wait-timeout: 2 hours"]),
        ("yaml", "sagemaker:\n  instance_count: none", ["infra: 'none' is not of type 'integer'"]),
        ("yaml", "repos: [{repo: x, hooks: [{id: aces}]}]", ["aces"]),
        ("yaml", "something: else", ["is nothing that is known here"]),
        ("yaml", "version: 1\nupdates: []", ["2 was expected"]),
        ("json", '"titel": "Plates"', ["titel"]),
        ("json", '{"task_name": ""}', ["algorithm: '' should be non-empty"]),
    ],
)
def test_a_block_that_is_wrong_is_found(language: str, text: str, expected: list[str]) -> None:
    assert CHECKS[language](text) == expected
