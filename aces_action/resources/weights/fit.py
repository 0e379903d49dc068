"""Whether the instance has room for the weights: on its volume to unpack them, in its memory to load them."""

from __future__ import annotations

from aces_action.language import Text
from aces_action.problems import CATALOGUE, Problem
from aces_action.resources.weights.verdict import Verdict

_GIB = 1 << 30


def fit_problems(verdict: Verdict, *, instance_type: str, volume: int | None, memory: int | None) -> tuple[Problem, ...]:
    """Warnings: W018 when archive and files together are larger than the volume, W019 when the files are larger than the memory.

    `volume` and `memory` in bytes; None when it is not known. A server need not load all of its files, so none is an error.
    """
    problems = []
    needed, files = _gib(verdict.size + verdict.unpacked_size), _gib(verdict.unpacked_size)
    if volume is not None and verdict.size + verdict.unpacked_size > volume:
        space = _gib(volume)
        text = Text(
            f"{verdict.name} and the files in it need {needed}, but the volume of {instance_type} has {space}.",
            f"{verdict.name}とその中身には{needed}が必要ですが、{instance_type}のボリュームは{space}です。",
        )
        hint = Text(
            "Set sagemaker.volume_size in the infra file (in GB, up to 512), or leave out what the server does not load.",
            "infraファイルのsagemaker.volume_size（GB単位、最大512）を設定するか、サーバが読み込まないものを除いてください。",
        )
        problems.append(Problem(kind=CATALOGUE["W018"], message=text, hint=hint))
    if memory is not None and verdict.unpacked_size > memory:
        space = _gib(memory)
        text = Text(
            f"The files in {verdict.name} have {files}, but {instance_type} has {space} of memory.",
            f"{verdict.name}の中身は{files}ですが、{instance_type}のメモリは{space}です。",
        )
        hint = Text(
            "Choose an instance type with more memory, unless the server loads only a part of them.",
            "サーバが一部しか読み込まない場合を除き、メモリのより大きなインスタンスタイプを選んでください。",
        )
        problems.append(Problem(kind=CATALOGUE["W019"], message=text, hint=hint))
    return tuple(problems)


def _gib(size: int) -> str:
    return f"{size / _GIB:.1f} GiB"
