"""From the input smoke-test-path to requests, or to everything that is wrong with their files.

A request is a file whose bytes are the body. Beside it may lie an expectation, `<file name>.expect.yml` (or .yaml, .json). A
folder is walked with its sub-folders, in the order of the paths; hidden files, expectations, and files that an expectation names
as its schema_file are no requests.
"""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import Any, Literal

from aces_action.file_type import CONVERTED, file_type
from aces_action.language import Text
from aces_action.problems import Problem
from aces_action.problems.smoke_test import files as file_problems
from aces_action.problems.smoke_test.jobs import no_job_definition
from aces_action.project.checks import placeholder_problems
from aces_action.project.content import BOM, foreign_text, link_target
from aces_action.project.document import Document
from aces_action.project.files import find, unreadable
from aces_action.project.model import JobKind, JobRequest, Request, Schema
from aces_action.project.reader import read_document
from aces_action.project.schema import schema_problems, sound_data
from aces_action.project.similar import closest
from aces_action.smoke_test.answer_schema import answer_schema
from aces_action.smoke_test.model import ASYNC_LIMIT, REALTIME_LIMIT

Served = Literal["realtime", "async", "nothing"] | None
"""What answers: which kind of endpoint, nothing under Batch alone, None where the configuration does not tell."""

AnyRequest = Request | JobRequest

MOST_REQUESTS = 100
MARKS = (".expect.yml", ".expect.yaml", ".expect.json")

_SCHEMA = "smoke-test.schema.json"
_REQUESTS = Text("the requests of the smoke test", "スモークテストのリクエスト")
_REQUEST = Text("a request of the smoke test", "スモークテストのリクエスト")
_EXPECTATION = Text("an expectation of the smoke test", "スモークテストの期待する応答")
_ANSWER = Text("the JSON Schema of an answer", "応答のJSON Schema")
_LOOKED_AT = 1_000_000  # bytes of a body: whether it is another thing is told by its beginning, or as a whole if it is short
_JSON = re.compile(r"application/(?:json|jsonlines|x-ndjson|[\w.-]+\+json)(?:\s*;.*)?", re.IGNORECASE)
_OTHER = "application/octet-stream"
# by the last extension; Python's own table depends on the machine
_TYPES = {
    ".json": "application/json",
    ".jsonl": "application/jsonlines",
    ".ndjson": "application/x-ndjson",
    ".csv": "text/csv",
    ".txt": "text/plain",
    ".xml": "application/xml",
    ".html": "text/html",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".bmp": "image/bmp",
    ".webp": "image/webp",
    ".tif": "image/tiff",
    ".tiff": "image/tiff",
    ".wav": "audio/wav",
    ".mp3": "audio/mpeg",
    ".mp4": "video/mp4",
    ".mov": "video/quicktime",
    ".pdf": "application/pdf",
    ".npy": "application/x-npy",
    ".npz": "application/x-npz",
    ".zip": "application/zip",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Expectation:
    """One expectation file as far as it could be read. `data` has what is right in it; `schema_file` is from the top."""

    file: str
    document: Document | None
    data: Mapping[str, object]
    schema_file: str | None


def content_type_of(name: str) -> str:
    """The content type of a file by its extension."""
    return _TYPES.get(PurePosixPath(name).suffix.lower(), _OTHER)


def load_requests(
    workspace: Path, path: str, served: Served, jobs: Collection[JobKind] | None = None
) -> tuple[tuple[AnyRequest, ...], list[Problem]]:
    """The requests at a path of the workspace, in the order in which they are sent, and every problem of their files.

    `jobs`: of which job definitions there are, None where the configuration does not tell. Where one of the problems is an error,
    the requests are not to be sent.
    """
    name = PurePosixPath(path).as_posix()
    expectations: list[_Expectation] = []
    requests, problems = _load(workspace, name, served, jobs, expectations)
    if served != "nothing":
        return requests, problems
    asked = sum(isinstance(each, Request) for each in requests)
    unsent = [file_problems.no_endpoint(name, asked)]
    if not any(each.document and each.document.get("batch") is not None for each in expectations):
        return (), unsent  # nothing is meant to be a job, so nothing in the files matters
    return tuple(each for each in requests if isinstance(each, JobRequest)), [*problems, *(unsent if asked else ())]


def _load(
    workspace: Path, name: str, served: Served, jobs: Collection[JobKind] | None, expectations: list[_Expectation]
) -> tuple[tuple[AnyRequest, ...], list[Problem]]:
    """As `load_requests`; `expectations` gets those that were found."""
    found = find(workspace, name, purpose=_REQUESTS)
    if isinstance(found, Problem):
        return (), [found]
    files, problems = _files(workspace, name, found)
    if len(files) > 2 * MOST_REQUESTS:  # each may have an expectation
        return (), [*problems, file_problems.too_many_files(name, len(files), limit=MOST_REQUESTS)]
    for file in files:
        if file.endswith(MARKS):
            expectation, more = _read(workspace, file)
            expectations.append(expectation)
            problems += more
    schemas = {each.schema_file for each in expectations}
    bodies = [file for file in files if not file.endswith(MARKS) and file not in schemas]
    problems += _strays(expectations, bodies)
    if len(bodies) > MOST_REQUESTS:
        return (), [*problems, file_problems.too_many_files(name, len(bodies), limit=MOST_REQUESTS)]
    if not bodies:
        problems.append(file_problems.no_requests(name))
    requests: list[AnyRequest] = []
    for body in bodies:
        own = next((each for each in expectations if _request_of(each.file) == body), None)
        match _request(workspace, body, own, served):
            case Problem() as problem:
                problems.append(problem)
            case (request, more):
                requests.append(request)
                problems += more
                problems += _without_definition(request, own, jobs)
    return tuple(requests), sorted(problems, key=lambda each: (each.file or "", each.line or 0, each.column or 0, each.code))


def _files(workspace: Path, name: str, found: Path) -> tuple[list[str], list[Problem]]:
    """Every file that counts, by its path from the top of the repository, in order. Of one file, its expectations too."""
    if not found.is_dir():
        beside = [f"{name}{mark}" for mark in MARKS]
        return [name, *(each for each in beside if (workspace / each).exists())], []
    problems: list[Problem] = []
    files: list[str] = []

    def failed(error: OSError) -> None:
        problems.append(unreadable(name, _REQUESTS, error))

    for folder, folders, names in os.walk(workspace / name, onerror=failed):
        inside = PurePosixPath(Path(folder).relative_to(workspace).as_posix())
        folders[:] = [each for each in folders if not each.startswith(".")]
        links = [each for each in folders if Path(folder, each).is_symlink()]
        problems += [file_problems.linked_folder(str(inside / each)) for each in links]
        files += [str(inside / each) for each in names if not each.startswith(".")]
    return sorted(files), problems


def _read(workspace: Path, file: str) -> tuple[_Expectation, list[Problem]]:
    document, problems = _document(workspace, file, _EXPECTATION)
    nothing = _Expectation(file=file, document=document, data={}, schema_file=None)
    if document is None:
        return nothing, problems
    if document.data is None and document.format == "YAML":  # nothing but comments: all as it is without one
        return nothing, problems
    problems = [*problems, *placeholder_problems(document), *schema_problems(document, _SCHEMA)]
    data = sound_data(document, _SCHEMA)
    if not isinstance(data, dict):
        return nothing, problems
    named = data.get("schema_file")
    schema_file = posixpath.normpath(f"{posixpath.dirname(file)}/{named}").lstrip("/") if isinstance(named, str) else None
    return _Expectation(file=file, document=document, data=data, schema_file=schema_file), problems


def _document(workspace: Path, file: str, purpose: Text) -> tuple[Document | None, list[Problem]]:
    is_yaml = file.lower().endswith((".yml", ".yaml"))
    return read_document(workspace, file, syntax="YAML" if is_yaml else "JSON", purpose=purpose)


def _request(
    workspace: Path, body: str, expectation: _Expectation | None, served: Served
) -> tuple[AnyRequest, list[Problem]] | Problem:
    file = find(workspace, body, purpose=_REQUEST)
    if isinstance(file, Problem):
        return file
    try:
        if not file.is_file():
            return file_problems.not_a_file(body)
        with file.open("rb") as stream:
            size = os.fstat(stream.fileno()).st_size
            content = stream.read(_LOOKED_AT)
    except OSError as error:
        return unreadable(body, _REQUEST, error)
    data: Mapping[str, Any] = expectation.data if expectation else {}
    schema, problems = _schema(workspace, expectation) if expectation else (None, [])
    max_seconds = data.get("max_seconds")
    common: dict[str, Any] = {
        "name": body,
        "file": file,
        "size": size,
        "content_type": data.get("content_type") or content_type_of(body),
        "schema": schema,
        "max_seconds": float(max_seconds) if max_seconds is not None else None,
    }
    request = _job_request(data, common) if "batch" in data else _endpoint_request(data, common)
    if isinstance(request, JobRequest):
        accepted = request.exit_code == 0
    else:
        accepted, is_realtime = request.status < 400, served == "realtime"
        limit = REALTIME_LIMIT if is_realtime else ASYNC_LIMIT
        problems += [file_problems.too_large(body, size, limit=limit, is_realtime=is_realtime)] if size > limit else []
    problems += _foreign(body, content, request.content_type, accepted=accepted)
    return request, problems


def _endpoint_request(data: Mapping[str, Any], common: dict[str, Any]) -> Request:
    """`data` has been checked against the schema."""
    return Request(
        **common,
        accept=data.get("accept"),
        custom_attributes=data.get("custom_attributes"),
        status=int(data.get("status", 200)),
    )


def _job_request(data: Mapping[str, Any], common: dict[str, Any]) -> JobRequest:
    return JobRequest(
        **common,
        kind=data["batch"],
        command=tuple(data.get("command", ())),
        environment=tuple(sorted(data.get("environment", {}).items())),
        parameters=tuple(sorted(data.get("parameters", {}).items())),
        share_identifier=data.get("share_identifier"),
        output=data.get("output"),
        exit_code=int(data.get("exit_code", 0)),
    )


def _without_definition(
    request: AnyRequest, expectation: _Expectation | None, jobs: Collection[JobKind] | None
) -> Iterable[Problem]:
    """A job of a definition that the infra file does not ask for."""
    if isinstance(request, JobRequest) and jobs is not None and request.kind not in jobs and expectation and expectation.document:
        yield expectation.document.at(("batch",), no_job_definition(request.name, request.kind))


def _foreign(body: str, content: bytes, content_type: str, *, accepted: bool) -> list[Problem]:
    """A body that nobody can mean to send: a pointer or a converted picture in place of the file, no JSON where JSON is to be
    accepted. Whatever else is sent, and what is to be refused, may be anything. `content` is its beginning."""
    kind = file_type(content)
    key = kind.key if kind else ""
    if key == "lfs" or (accepted and key in CONVERTED):
        problem = foreign_text(body, content)
    elif accepted and len(content) < _LOOKED_AT and _JSON.fullmatch(content_type):
        problem = foreign_text(body, content) or (None if content.removeprefix(BOM).strip() else file_problems.empty_json(body))
    elif accepted and content_type.startswith("image/") and (key in {"html", "s3-error"} or link_target(content)):
        problem = foreign_text(body, content)
    else:
        problem = None
    return [problem] if problem else []


def _schema(workspace: Path, expectation: _Expectation) -> tuple[Schema | None, list[Problem]]:
    if expectation.document and "schema" in expectation.data:
        return answer_schema(expectation.document, ("schema",))
    if expectation.document is None or expectation.schema_file is None:
        return None, []
    if (lost := find(workspace, expectation.schema_file, purpose=_ANSWER)) and isinstance(lost, Problem):
        # shown at the line that names it: there may be nothing else to show it at
        return None, [expectation.document.at(("schema_file",), lost)]
    document, problems = _document(workspace, expectation.schema_file, _ANSWER)
    if document is None or problems:
        return None, problems
    return answer_schema(document, ())


def _request_of(expectation: str) -> str:
    """The file that an expectation is for."""
    return next(expectation.removesuffix(mark) for mark in MARKS if expectation.endswith(mark))


def _strays(expectations: Iterable[_Expectation], bodies: list[str]) -> list[Problem]:
    """Expectations without a request, and those of a request that has one already."""
    problems: list[Problem] = []
    first: dict[str, str] = {}
    for file in (each.file for each in expectations):
        body = _request_of(file)
        if body not in bodies:
            problems.append(_orphan(file, body, bodies))
        elif first.setdefault(body, file) != file:
            problems.append(file_problems.second_expectation(file, body, first=first[body]))
    return problems


def _orphan(file: str, body: str, bodies: list[str]) -> Problem:
    here = [each for each in bodies if posixpath.dirname(each) == posixpath.dirname(file)]
    nearest = closest(body, islice(here, 500))
    meant = f"{nearest}{file.removeprefix(body)}" if nearest else None
    return file_problems.expectation_without_request(file, body, meant=meant)
