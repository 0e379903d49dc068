"""What is wrong with an answer, by what its request expects. Pure."""

from __future__ import annotations

import json
import re
from typing import cast

from aces_action.language import EMPTY, Text, lines, same
from aces_action.problems import Problem
from aces_action.problems.smoke_test import answers as problems
from aces_action.problems.smoke_test.job_causes import GPU_MEMORY
from aces_action.project.document import Json
from aces_action.project.model import Request, RequestFile
from aces_action.sanitiser import shorten
from aces_action.smoke_test.model import InvocationResult

# PyTorch's words, the driver's and the runtime's (cuda.h, cuda_runtime_api.h)
_OUT_OF_GPU_MEMORY = re.compile(r"CUDA out of memory|CUDA_ERROR_OUT_OF_MEMORY|cudaErrorMemoryAllocation")
_SHOWN = 500  # characters of an answer in a message


def judge(request: Request, answer: InvocationResult, *, seconds: float, endpoint_name: str) -> list[Problem]:
    """All that is not as expected: T006 the status, T007 an error of the container, T008 the content, T009 the time."""
    found = _status_problems(request, answer, endpoint_name)
    if not found:  # of another answer than the expected one, the content says nothing more
        found += content_problems(request, answer)
    if request.max_seconds is not None and seconds > request.max_seconds:
        found.append(problems.too_slow(request.name, seconds, limit=request.max_seconds))
    return found


def json_of(answer: InvocationResult) -> tuple[Json, Text | None]:
    """The answer as JSON, or why it is none."""

    def refuse(word: str) -> Json:
        raise ValueError(word)

    try:
        return cast("Json", json.loads(answer.body.decode("utf-8"), parse_constant=refuse)), None
    except RecursionError:
        return None, problems.TOO_DEEP
    except ValueError as error:  # also of the decoder: UnicodeDecodeError
        return None, same(str(error))


def _status_problems(request: Request, answer: InvocationResult, endpoint_name: str) -> list[Problem]:
    name, status, expected, shown = request.name, answer.status, request.status, answer.excerpt(_SHOWN)
    if answer.failed and request.expects_success:
        refused = request.content_type if status and 400 <= status < 500 else ""
        look = problems.where_to_look(endpoint_name, log_stream=answer.log_stream, refused_type=refused)
        hint = lines(GPU_MEMORY if _OUT_OF_GPU_MEMORY.search(shown) else EMPTY, look)
        return [problems.container_failed(name, status, expected=expected, answer=shown, hint=hint)]
    # an error of an asynchronous endpoint whose status nobody tells is the error that was expected
    if answer.failed == (not request.expects_success) and (status is None or status == expected):
        return []
    return [problems.wrong_status(name, status, expected=expected, answer=shown)]


def content_problems(request: RequestFile, answer: InvocationResult) -> list[Problem]:
    """T008: what of an answer does not fit the schema of its request, if there is one."""
    if request.schema is None:
        return []
    name, shown = request.name, answer.excerpt(_SHOWN)
    if not answer.is_whole:
        return [problems.does_not_fit(name, [problems.partly_read(answer.size, read=len(answer.body))], answer=shown)]
    content, why = json_of(answer)
    if why:
        return [problems.no_json(name, why, answer=shown)]
    from aces_action.smoke_test.answer_schema import misfits

    differences = [text.map(lambda words: shorten(words, _SHOWN)) for text in misfits(request.schema, content)]
    return [problems.does_not_fit(name, differences, answer=shown)] if differences else []
