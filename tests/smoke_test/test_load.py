"""From smoke-test-path to requests: what is sent, and every mistake in the files at its place."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aces_action.problems import Problem
from aces_action.project.model import JobKind, JobRequest, Request, Schema
from aces_action.smoke_test.job_model import jobs_mark
from aces_action.smoke_test.load import Served, load_requests
from aces_action.smoke_test.model import ASYNC_LIMIT, REALTIME_LIMIT, mark_of


def write(workspace: Path, **files: str | bytes) -> None:
    """Files below smoke/; `__` in a name stands for a dot."""
    for name, content in files.items():
        path = workspace / "smoke" / name.replace("__", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)


def load(workspace: Path, path: str = "smoke", served: Served = "realtime") -> tuple[tuple[Request, ...], list[Problem]]:
    requests, problems = load_requests(workspace, path, served)
    return tuple(each for each in requests if isinstance(each, Request)), problems


def told(problems: list[Problem]) -> list[tuple[str, str]]:
    return [(problem.code.removeprefix("ACES-"), problem.place) for problem in problems]


# What is sent


def test_requests_are_sorted_and_their_types_are_those_of_the_extensions(tmp_path: Path) -> None:
    write(tmp_path, b__JPG=b"2", a__json="{}", c=b"3", d__npy=b"4")
    requests, problems = load(tmp_path)
    assert problems == []
    assert [(each.name, each.content_type, each.size) for each in requests] == [
        ("smoke/a.json", "application/json", 2),
        ("smoke/b.JPG", "image/jpeg", 1),
        ("smoke/c", "application/octet-stream", 1),
        ("smoke/d.npy", "application/x-npy", 1),
    ]
    assert {(each.status, each.schema, each.max_seconds) for each in requests} == {(200, None, None)}


@pytest.mark.parametrize("mark", ["yml", "yaml", "json"])
def test_an_expectation_says_what_the_extension_does_not(tmp_path: Path, mark: str) -> None:
    said = '{"content_type": "image/x-plate", "accept": "text/csv", "custom_attributes": "a=b", "status": 422, "max_seconds": 2}'
    write(tmp_path, plate__png=b"1", **{f"plate__png__expect__{mark}": said})
    ((request,), problems) = load(tmp_path)
    assert problems == []
    assert (request.content_type, request.accept, request.custom_attributes) == ("image/x-plate", "text/csv", "a=b")
    assert (request.status, request.max_seconds) == (422, 2.0)


def test_one_file_may_be_the_path_and_has_its_expectation_beside_it(tmp_path: Path) -> None:
    write(tmp_path, one__json="{}", one__json__expect__yml="status: 201", two__json="{}")
    (request,), problems = load(tmp_path, "smoke/one.json")
    assert (request.name, request.status, problems) == ("smoke/one.json", 201, [])


def test_sub_folders_are_walked_and_what_is_hidden_is_not(tmp_path: Path) -> None:
    write(tmp_path, **{"deep/er/x__json": "{}", "a__json": "{}", "__DS_Store": "x", "__git/config": "x"})
    requests, problems = load(tmp_path)
    assert ([each.name for each in requests], problems) == (["smoke/a.json", "smoke/deep/er/x.json"], [])


def test_a_file_that_is_named_as_a_schema_is_no_request(tmp_path: Path) -> None:
    write(
        tmp_path,
        **{
            "a__json": "{}",
            "a__json__expect__yml": "schema_file: schemas/answer.json",
            "schemas/answer__json": '{"type": "object"}',
        },
    )
    (request,), problems = load(tmp_path)
    assert (request.name, problems) == ("smoke/a.json", [])
    assert request.schema is not None
    assert request.schema.content == {"type": "object"}


def test_an_expectation_of_comments_alone_expects_nothing_special(tmp_path: Path) -> None:
    write(tmp_path, a__json="{}", a__json__expect__yml="# status: 400\n")
    (request,), problems = load(tmp_path)
    assert (request.status, problems) == (200, [])


def test_what_was_asked_is_told_apart_by_content_body_and_expectation(tmp_path: Path) -> None:
    marks = set()
    for content, body, status in (("a" * 64, "1", 200), ("b" * 64, "1", 200), ("a" * 64, "2", 200), ("a" * 64, "1", 201)):
        write(tmp_path, a__json=body, a__json__expect__yml=f"status: {status}")
        marks.add(mark_of(content, load(tmp_path)[0]))
    assert len(marks) == 4
    assert mark_of("a" * 64, load(tmp_path)[0]) in marks


# Mistakes


def test_a_path_that_is_not_there_is_told_with_what_was_meant(tmp_path: Path) -> None:
    write(tmp_path, plate__png=b"1")
    _, (problem,) = load(tmp_path, "smoke/plates.png")
    assert (problem.code, problem.hint.en) == ("ACES-C001", "Did you mean smoke/plate.png?")


def test_a_path_out_of_the_repository_is_refused(tmp_path: Path) -> None:
    (tmp_path / "workspace").mkdir()
    (tmp_path / "secret").write_text("x")
    assert told(load(tmp_path / "workspace", "../secret")[1]) == [("C019", "")]
    (tmp_path / "workspace/smoke").mkdir()
    (tmp_path / "workspace/smoke/a.json").symlink_to(tmp_path / "secret")
    assert [code for code, _ in told(load(tmp_path / "workspace")[1])] == ["C019"]


@pytest.mark.parametrize("files", [{}, {"__keep": ""}])
def test_a_folder_without_a_request_is_refused(tmp_path: Path, files: dict[str, str]) -> None:
    (tmp_path / "smoke").mkdir()
    write(tmp_path, **files)
    assert told(load(tmp_path)[1]) == [("T001", "smoke")]


def test_a_folder_that_is_no_smoke_test_is_not_sent(tmp_path: Path) -> None:
    write(tmp_path, **{f"{number}__txt": "x" for number in range(101)})
    requests, problems = load(tmp_path)
    assert (requests, told(problems)) == ((), [("T001", "smoke")])


@pytest.mark.parametrize(("served", "limit"), [("realtime", REALTIME_LIMIT), ("async", ASYNC_LIMIT), (None, ASYNC_LIMIT)])
def test_a_body_of_a_byte_too_many_is_refused(tmp_path: Path, served: Served, limit: int) -> None:
    write(tmp_path, a__bin=b"", b__bin=b"")
    for name, size in (("a.bin", limit), ("b.bin", limit + 1)):
        with (tmp_path / "smoke" / name).open("wb") as file:
            file.truncate(size)
    _, (problem,) = load(tmp_path, served=served)
    assert (problem.code, problem.file) == ("ACES-T002", "smoke/b.bin")
    assert f"{limit + 1:,} bytes" in problem.message.en


def test_unknown_keys_and_wrong_values_are_placed_all_at_once(tmp_path: Path) -> None:
    write(tmp_path, a__json="{}", a__json__expect__yml="contenttype: image/png\nstatus: 99\nmax_seconds: '5'\naccept: ' x'\n")
    _, problems = load(tmp_path)
    file = "smoke/a.json.expect.yml"
    assert told(problems) == [
        ("C011", f"{file}:1:1"),
        ("C004", f"{file}:2:9"),
        ("C004", f"{file}:3:14"),
        ("C004", f"{file}:4:9"),
    ]
    assert problems[0].hint.en == 'Did you mean "content_type"?'


def test_broken_syntax_is_placed(tmp_path: Path) -> None:
    write(tmp_path, a__json="{}", a__json__expect__yml="status: [\n", b__json="{}", b__json__expect__json='{"status": 200,}')
    assert [code for code, _ in told(load(tmp_path)[1])] == ["C003", "C002"]


def test_schema_and_schema_file_are_not_both_taken(tmp_path: Path) -> None:
    write(tmp_path, a__json="{}", a__json__expect__yml="schema: {}\nschema_file: x.json\n")
    assert told(load(tmp_path)[1]) == [("C004", "smoke/a.json.expect.yml:2:1")]


def test_an_expectation_without_its_request_is_told_with_the_name_that_it_should_have(tmp_path: Path) -> None:
    write(tmp_path, plate__png=b"1", plate__expect__yml="status: 200")
    _, (problem,) = load(tmp_path)
    assert (problem.code, problem.file) == ("ACES-T003", "smoke/plate.expect.yml")
    assert problem.hint.en == "Did you mean smoke/plate.png.expect.yml?"


def test_two_expectations_of_one_request_are_refused(tmp_path: Path) -> None:
    write(tmp_path, a__png=b"1", a__png__expect__yml="status: 200", a__png__expect__json="{}")
    assert [code for code, _ in told(load(tmp_path)[1])] == ["T003"]


@pytest.mark.parametrize(
    ("schema", "place", "said"),
    [
        ("schema:\n  type: object\n  properties:\n    a: {minimum: one}\n", "4:18", "'one' is not of type 'number'"),
        ("schema: {pattern: '('}\n", "1:19", "'(' is not a 'regex'"),
        ("schema: {$ref: '#/$defs/lost'}\n", "1:16", "#/$defs/lost leads to no place"),
        ("schema: {$ref: 'http://127.0.0.1:9/x'}\n", "1:16", "http://127.0.0.1:9/x leads to no place"),
        ("schema: {$schema: 'http://json-schema.org/draft-07/schema#'}\n", "1:19", "draft-07/schema#, but is read as"),
        ("schema: {properties: {a: {$ref: other.json}}}\n", "1:33", "other.json leads to no place"),
    ],
)
def test_what_is_no_json_schema_is_placed(tmp_path: Path, schema: str, place: str, said: str) -> None:
    write(tmp_path, a__json="{}", a__json__expect__yml=schema)
    _, (problem,) = load(tmp_path)
    assert (problem.code, problem.place) == ("ACES-T004", f"smoke/a.json.expect.yml:{place}")
    assert said in problem.message.en
    assert said.split(maxsplit=1)[0].rstrip(",") in problem.message.ja


def test_references_inside_the_schema_are_followed(tmp_path: Path) -> None:
    write(tmp_path, a__json="{}", a__json__expect__yml="schema: {$ref: '#/$defs/a', $defs: {a: {$anchor: b}, c: {$ref: '#b'}}}")
    assert load(tmp_path)[1] == []


def test_a_schema_file_has_its_own_places_and_one_that_is_lost_is_shown_where_it_is_named(tmp_path: Path) -> None:
    write(
        tmp_path,
        a__json="{}",
        a__json__expect__yml="schema_file: wrong.yml",
        b__json="{}",
        b__json__expect__yml="schema_file: rong.yml",
        wrong__yml="type: object\nrequired: a\n",
    )
    assert told(load(tmp_path)[1]) == [("C001", "smoke/b.json.expect.yml:1:14"), ("T004", "smoke/wrong.yml:2:11")]


def test_under_batch_alone_there_is_a_warning_and_nothing_is_sent(tmp_path: Path) -> None:
    write(tmp_path, a__json="{}")
    requests, (problem,) = load(tmp_path, served="nothing")
    assert (requests, problem.code, problem.severity) == ((), "ACES-T005", "warning")


def test_a_linked_folder_is_not_passed_over_in_silence(tmp_path: Path) -> None:
    write(tmp_path, a__json="{}")
    (tmp_path / "smoke/more").symlink_to(tmp_path)
    assert told(load(tmp_path)[1]) == [("C019", "smoke/more")]


WHOLE = b"status: 200\nmax_seconds: 30\naccept: a/b\nschema:\n  type: object\n  $ref: '#/$defs/a'\n  $defs: {a: {pattern: x}}\n"


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(0, len(WHOLE)), gone=st.integers(0, 12), put=st.binary(max_size=6))
def test_whatever_becomes_of_an_expectation_it_is_right_or_has_problems_inside_the_file(
    tmp_path: Path, at: int, gone: int, put: bytes
) -> None:
    content = WHOLE[:at] + put + WHOLE[at + gone :]
    write(tmp_path, a__png=b"1", a__png__expect__yml=content)
    for problem in load(tmp_path)[1]:
        assert problem.file == "smoke/a.png.expect.yml"
        assert (problem.line or 1) <= content.decode("utf-8", errors="replace").count("\n") + 1


# Jobs


def load_jobs(
    workspace: Path, served: Served = "realtime", jobs: tuple[JobKind, ...] = ("standard",)
) -> tuple[list[object], list[str]]:
    requests, problems = load_requests(workspace, "smoke", served, jobs)
    return list(requests), [f"{problem.code.removeprefix('ACES-')} {problem.place}" for problem in problems]


def test_a_request_that_names_a_job_definition_is_a_job(tmp_path: Path) -> None:
    said = """\
batch: longtime
command: [run, --fast]
environment: {B: x, A: "${SMOKE_TEST_INPUT_S3_URI}"}
parameters: {p: q}
share_identifier: smoke
output: answer.json
exit_code: 3
max_seconds: 60
schema: {type: object}
"""
    write(tmp_path, a__png=b"1", a__png__expect__yml=said, b__png=b"1")
    (job, other), problems = load_jobs(tmp_path, jobs=("standard", "longtime"))
    assert problems == []
    assert isinstance(job, JobRequest)
    assert isinstance(other, Request)
    assert (job.kind, job.command, job.parameters, job.share_identifier) == (
        "longtime",
        ("run", "--fast"),
        (("p", "q"),),
        "smoke",
    )
    assert job.environment == (("A", "${SMOKE_TEST_INPUT_S3_URI}"), ("B", "x"))
    assert (job.output, job.exit_code, job.max_seconds, job.schema) == (
        "answer.json",
        3,
        60.0,
        Schema(content={"type": "object"}),
    )


@pytest.mark.parametrize(
    ("said", "codes"),
    [
        ("batch: standrad", ["C004 smoke/a.png.expect.yml:1:8"]),
        ("batch: longtime", ["B020 smoke/a.png.expect.yml:1:8"]),
        ("batch: standard\nstatus: 200", ["C004 smoke/a.png.expect.yml:2:1"]),
        ("batch: standard\ncontent_type: image/png", ["C004 smoke/a.png.expect.yml:2:1"]),
        ("batch: standard\nschema: {}", ["C004 smoke/a.png.expect.yml:2:1"]),
        ("batch: standard\nschema_file: x.json", ["C004 smoke/a.png.expect.yml:2:1"]),
        ("exit_code: 0", ["C004 smoke/a.png.expect.yml:1:1"]),
        ("environment: {A: x}", ["C004 smoke/a.png.expect.yml:1:1"]),
        ("batch: standard\nenvironment: {AWS_BATCH_JOB_ID: x}", ["C004 smoke/a.png.expect.yml:2:15"]),
        ("batch: standard\nenvironment: {SMOKE_TEST_INPUT_S3_URI: x}", ["C004 smoke/a.png.expect.yml:2:15"]),
        ("batch: standard\nenvironment: {A: 1}", ["C004 smoke/a.png.expect.yml:2:18"]),
        ("batch: standard\ncommand: run it", ["C004 smoke/a.png.expect.yml:2:10"]),
        ("batch: standard\noutput: ../x", ["C004 smoke/a.png.expect.yml:2:9"]),
        ("batch: standard\noutput: s3://only-a-bucket", ["C004 smoke/a.png.expect.yml:2:9"]),
        ("batch: standard\nexit_code: 256", ["C004 smoke/a.png.expect.yml:2:12"]),
    ],
)
@pytest.mark.parametrize("served", ["realtime", "nothing"])
def test_a_mistake_in_a_job_is_found_at_its_place(tmp_path: Path, said: str, codes: list[str], served: Served) -> None:
    write(tmp_path, a__png=b"1", a__png__expect__yml=said)
    found = load_jobs(tmp_path, served)[1]
    if served == "nothing" and not said.startswith("batch"):
        assert [each.partition(" ")[0] for each in found] == ["T005"]
    else:
        assert [each for each in found if not each.startswith("T005")] == codes


def test_under_batch_alone_jobs_are_run_and_the_other_requests_are_skipped_with_a_warning(tmp_path: Path) -> None:
    write(tmp_path, a__png=b"1", a__png__expect__yml="batch: standard", b__png=b"1")
    (job,), problems = load_jobs(tmp_path, "nothing")
    assert isinstance(job, JobRequest)
    assert problems == ["T005 smoke"]
    (tmp_path / "smoke/b.png").unlink()
    assert load_jobs(tmp_path, "nothing")[1] == []


def test_a_job_of_what_the_configuration_does_not_tell_is_no_mistake(tmp_path: Path) -> None:
    write(tmp_path, a__png=b"1", a__png__expect__yml="batch: longtime")
    assert load_requests(tmp_path, "smoke", None)[1] == []


@pytest.mark.parametrize("change", [{"exit_code": 1}, {"command": ("x",)}, {"output": "y"}, {"max_seconds": 3.0}, {"name": "z"}])
def test_what_differs_in_a_job_is_run_again(tmp_path: Path, change: dict[str, Any]) -> None:
    file = tmp_path / "a"
    file.write_bytes(b"1")
    one = JobRequest(name="a", file=file, size=1, content_type="text/plain", kind="standard")
    assert jobs_mark([one]) == jobs_mark([one])
    assert jobs_mark([one]) != jobs_mark([replace(one, **change)])
    before = jobs_mark([one])
    file.write_bytes(b"2")
    assert jobs_mark([one]) != before
