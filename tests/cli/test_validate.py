"""`aces-action validate` as a process."""

from __future__ import annotations

import json

import pytest

from tests.cli.conftest import INFRA, REGISTER, WORKFLOW, Repository, aces_action, at_a_terminal


def break_type(repository: Repository) -> int:
    """Makes an error in register.json, columns 21 to 28, and returns its line."""
    repository.replace(REGISTER, '"type": "simple"', '"type": "simpel"')
    lines = (repository.path / REGISTER).read_text(encoding="utf-8").splitlines()
    return lines.index('            "type": "simpel",') + 1


def test_errors_are_exit_status_2_and_go_where_output_goes(repository: Repository) -> None:
    line = break_type(repository)
    ended = repository.run("validate")
    assert (ended.status, ended.err) == (2, "")
    assert ended.out.startswith(f"{REGISTER}:{line}:21: error ACES-C004: services[0].type is ")
    assert f'\n  {line} |             "type": "simpel",\n     |                     ^^^^^^^^\n' in ended.out
    assert ended.out.endswith(f"\n\nChecked number-plate-detection dev, as in {WORKFLOW}\n✗ 1 error\n")


def test_warnings_are_exit_status_0(repository: Repository) -> None:
    repository.replace(REGISTER, '"plan_id": 1', '"plan_id": 2')
    ended = repository.run("validate")
    assert ended.status == 0
    assert ended.out.endswith("✓ 1 warning\n")


def test_nothing_wrong_is_said_in_one_look(repository: Repository) -> None:
    ended = repository.run("validate")
    assert (ended.status, ended.out) == (0, f"Checked number-plate-detection dev, as in {WORKFLOW}\n✓ No problems\n")


@pytest.mark.parametrize("variables", [{"LANG": "ja_JP.UTF-8"}, {"LC_ALL": "ja_JP.UTF-8"}, {"LC_MESSAGES": "ja_JP.UTF-8"}])
def test_it_speaks_the_locales_language(repository: Repository, variables: dict[str, str]) -> None:
    assert repository.run("validate", **variables).out.endswith("✓ 問題なし\n")
    assert repository.run("validate", "--language", "en", **variables).out.endswith("✓ No problems\n")


def test_files_are_named_from_where_the_person_is(repository: Repository) -> None:
    line = break_type(repository)
    ended = aces_action("validate", "repository", cwd=repository.path.parent)
    assert ended.out.startswith(f"repository/{REGISTER}:{line}:21: error")
    assert f'  {line} |             "type": "simpel",' in ended.out
    assert f"as in repository/{WORKFLOW}" in ended.out
    inside = aces_action("validate", "..", cwd=repository.path / "server")
    assert inside.out.startswith(f"../{REGISTER}:{line}:21: error")
    assert f'  {line} |             "type": "simpel",' in inside.out


def test_json_is_utf8_in_any_locale(repository: Repository) -> None:
    line = break_type(repository)
    ended = repository.run("validate", "--format", "json", "--language", "ja", PYTHONIOENCODING="shift_jis")
    (problem,) = json.loads(ended.out)["problems"]
    assert ended.status == 2
    assert (problem["file"], problem["line"]) == (REGISTER, line)
    assert "services[0].type" in problem["message"]
    assert not problem["message"].isascii()


def test_text_is_written_in_a_locale_that_lacks_its_marks(repository: Repository) -> None:
    ended = repository.run("validate", PYTHONIOENCODING="shift_jis")
    assert ended.out.endswith("\n? No problems\n")


def test_sarif_names_the_file_from_the_top_of_the_checkout(repository: Repository) -> None:
    line = break_type(repository)
    ended = aces_action("validate", "repository", "--format", "sarif", cwd=repository.path.parent)
    (result,) = json.loads(ended.out)["runs"][0]["results"]
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": f"repository/{REGISTER}", "uriBaseId": "%SRCROOT%"}
    assert place["region"] == {"startLine": line, "startColumn": 21, "endLine": line, "endColumn": 29}


def test_in_a_job_on_github_problems_are_annotations_unless_another_format_is_asked_for(repository: Repository) -> None:
    line = break_type(repository)
    assert repository.run("validate", GITHUB_ACTIONS="true").out.startswith(f"::error file={REGISTER},line={line},")
    assert repository.run("validate", "--format", "text", GITHUB_ACTIONS="true").out.startswith(f"{REGISTER}:{line}:21: error")


def test_the_jobs_own_variables_are_not_taken_for_the_workflows(repository: Repository) -> None:
    """ENV is set in many shells."""
    ended = repository.run("validate", ENV="nonsense", Project="Nonsense", TENANT_ID="nonsense", INPUT_ENV="nonsense")
    assert ended.status == 0


def test_flags_win(repository: Repository) -> None:
    assert repository.run("validate", "--env", "staging").out.startswith(
        f"{INFRA.replace('-dev-', '-staging-')}: error ACES-C001"
    )
    assert repository.run("validate", "--config-path", INFRA, "--env", "staging").status == 0
    assert repository.run("validate", "--config-path", "../infra.yml").status == 2


def test_a_token_in_the_workflow_is_not_shown_again(repository: Repository) -> None:
    repository.replace(WORKFLOW, "${{ secrets.PLATFORM_TOKEN }}", "hunter2 hunter2")
    for form in ("text", "json", "sarif", "github"):
        ended = repository.run("validate", "--format", form)
        assert ended.status == 2
        assert "hunter2" not in ended.out


def test_colours_are_for_terminals_that_want_them(repository: Repository) -> None:
    break_type(repository)
    assert "\x1b[31m\x1b[1merror ACES-C004\x1b[0m" in at_a_terminal("validate", cwd=repository.path).out
    assert "\x1b" not in at_a_terminal("validate", cwd=repository.path, NO_COLOR="1").out
    assert "\x1b" not in at_a_terminal("validate", cwd=repository.path, TERM="dumb").out
    assert "\x1b" not in repository.run("validate").out


def test_a_file_of_one_long_line_is_shown_where_it_matters(repository: Repository) -> None:
    listing = json.loads((repository.path / REGISTER).read_text(encoding="utf-8"))
    listing["services"] = [{**listing["services"][0], "type": "simpel", "name": f"n{number}"} for number in range(200)]
    (repository.path / REGISTER).write_text(json.dumps(listing, ensure_ascii=False), encoding="utf-8")
    excerpts = [line for line in repository.run("validate").out.splitlines() if line.startswith("  1 | ")]
    assert len([line for line in excerpts if '"type": "simpel"' in line]) == 200
    assert max(len(line) for line in excerpts) <= 100
