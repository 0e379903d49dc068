"""What is imported, and when: `validate` must be quick, and the SDK takes seconds."""

from __future__ import annotations

import re
import subprocess
import sys

import grimp

from tests.conftest import ROOT, Caller

HEAVY = ("boto3", "botocore", "sagemaker", "pandas", "numpy", "requests", "urllib3", "isal", "pydantic")


def loaded_by(code: str, packages: tuple[str, ...] = HEAVY) -> set[str]:
    """Which of the packages are loaded after the code has run in a new process."""
    program = f"{code}\nimport sys\nprint(*[name for name in {packages!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_what_validate_needs_brings_neither_boto3_nor_the_sdk() -> None:
    assert loaded_by("import aces_action.main") == set()


def test_the_first_line_of_the_log_waits_for_no_package_at_all() -> None:
    assert (
        loaded_by("import aces_action.main", ("jsonschema", "yaml", "click", "aces_action.output", "aces_action.project"))
        == set()
    )


def test_the_image_has_what_its_entrypoint_can_import_and_nothing_else() -> None:
    graph = grimp.build_graph("aces_action", cache_dir=None)
    needed, waiting = set[str](), {"aces_action.main"}
    while waiting:
        module = waiting.pop()
        needed.add(module)
        package = module.rpartition(".")[0]
        waiting |= ({*graph.find_modules_directly_imported_by(module), package} - {""}) - needed
    ignored = [line.removesuffix(".py").replace("/", ".") for line in (ROOT / ".dockerignore").read_text().splitlines()]
    left_out = {module for module in graph.modules if any(f"{module}.".startswith(f"{each}.") for each in ignored)}
    assert left_out == graph.modules - needed


def test_the_story_of_a_deployment_does_not_bring_the_sdk() -> None:
    assert loaded_by("import aces_action.commands.deploy") & {"sagemaker", "pandas", "numpy", "pydantic"} == set()


def test_a_run_with_nothing_to_do_never_loads_the_sdk(caller: Caller) -> None:
    assert caller.run().outputs["result"] == "deployed"
    caller.environment["PYTHONPROFILEIMPORTTIME"] = "1"
    with caller.start_as_the_runner() as (_, wait):
        again = wait()
    assert again.outputs["result"] == "unchanged"
    assert "sagemaker.core" not in again.log
    assert re.search(r"\| +boto3\n", again.log)  # the profile was there to be read
