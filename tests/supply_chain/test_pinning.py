"""What users copy to pin the action and to stay up to date: files that fit their programs' schemas, as the page shows them."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.documentation.markdown import blocks_of

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs/pinning"
PAGES = ("docs/pinning.md", "docs/ja/pinning.md")


@pytest.mark.parametrize(("schema", "name"), [("renovate", "renovate.json"), ("dependabot", "dependabot.yml")])
def test_the_files_for_renovate_and_dependabot_fit_their_schemas(schema: str, name: str) -> None:
    check = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{schema}", str(FOLDER / name)]
    checked = subprocess.run(check, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout


def test_zizmor_has_nothing_to_say_of_the_file_for_dependabot() -> None:
    zizmor = [str(Path(sys.executable).with_name("zizmor")), "--offline", "--no-progress", "--persona", "pedantic"]
    checked = subprocess.run([*zizmor, str(FOLDER / "dependabot.yml")], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize("page", PAGES)
def test_the_page_shows_the_files_as_they_are(page: str) -> None:
    shown = [block.text.strip() for block in blocks_of((ROOT / page).read_text(encoding="utf-8"))]
    for file in sorted(FOLDER.iterdir()):
        assert file.read_text(encoding="utf-8").strip() in shown, file.name


def test_the_action_is_in_a_group_of_its_own() -> None:
    """A pull request that changes what deploys is read by itself."""
    groups = yaml.safe_load((FOLDER / "dependabot.yml").read_text(encoding="utf-8"))["updates"][0]["groups"]
    assert groups["aces-action"]["patterns"] == groups["actions"]["exclude-patterns"] == ["ORG/aces-action"]
    *_, last = json.loads((FOLDER / "renovate.json").read_text(encoding="utf-8"))["packageRules"]
    assert (last["matchPackageNames"], last["groupName"], last["automerge"]) == (["ORG/aces-action"], "aces-action", False)


@pytest.mark.parametrize("page", PAGES)
def test_what_deploys_is_shown_with_a_commit_and_its_version(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    assert re.search(r"^- uses: ORG/aces-action@COMMIT # v\d+\.\d+\.\d+$", text, re.MULTILINE)
