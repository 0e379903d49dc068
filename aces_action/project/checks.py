"""Rules of register.json and algorithm.json that no schema can say, and of what is left of the template in any file.

Pure functions of documents. They take what they can use of data that a schema may already have refused, and stay silent about
the rest.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from aces_action.language import Text
from aces_action.problems import Problem
from aces_action.project.document import Document, Path, dotted
from aces_action.project.lookalikes import difference
from aces_action.project.similar import closest

_PLACEHOLDER = re.compile(r"<REPLACE_YOUR_[^<>\s]*>?")


def placeholder_problems(document: Document) -> list[Problem]:
    """`<REPLACE_YOUR_…>` of the template that nobody replaced, in keys and values (comments may speak of it)."""
    problems = []
    for path in document.values:
        value = document.get(*path)
        if isinstance(value, str) and (found := _PLACEHOLDER.search(value)):
            left, place = found.group(), dotted(path)
            message = Text(f"{place} still has {left} of the template.", f"{place}にテンプレートの{left}が残っています。")
            hint = Text(f"Replace {left} by your own value.", f"{left}を実際の値に置き換えてください。")
            problems.append(document.problem("C009", path, message, hint))
    for path in document.keys:
        if found := _PLACEHOLDER.search(str(path[-1])):
            left = found.group()
            message = Text(f"The key {left} of the template is still there.", f"テンプレートのキー{left}が残っています。")
            hint = Text("Replace it by your own.", "実際のキーに置き換えてください。")
            problems.append(document.problem("C009", path, message, hint, of="key"))
    return problems


def task_names(algorithm: Document) -> tuple[str, ...]:
    """Every task_name of algorithm.json in order: that of the top and those of its `algorithms`."""
    entries = algorithm.get("algorithms")
    count = len(entries) if isinstance(entries, list) else 0
    names = [algorithm.get("task_name"), *(algorithm.get("algorithms", index, "task_name") for index in range(count))]
    return tuple(dict.fromkeys(name for name in names if isinstance(name, str) and name))


def register_problems(register: Document, tasks: tuple[str, ...] | None, image_path: str | None) -> list[Problem]:
    """register.json as a whole, against algorithm.json (`tasks`; None where that is not known) and FRONTEND_IMAGE_PATH."""
    problems = []
    plan = register.get("plan_id")
    if isinstance(plan, int | float) and not isinstance(plan, bool) and plan != 1:
        message = Text(f"plan_id is {plan}; 1 is the business plan.", f"plan_idが{plan}です。businessプランは1です。")
        hint = Text(
            'A private algorithm needs the business plan: write "plan_id": 1.',
            'PrivateAlgorithmにはbusinessプランが必要です。"plan_id": 1と書いてください。',
        )
        problems.append(register.problem("C013", ("plan_id",), message, hint))
    services = register.get("services")
    first_places: dict[str, Path] = {}
    known = None if tasks is None else frozenset(tasks)
    for index in range(len(services) if isinstance(services, list) else 0):
        at: Path = ("services", index)
        name = register.get(*at, "name")
        if isinstance(name, str):
            problems.extend(_name_problems(register, (*at, "name"), name, first_places))
            if known is not None and tasks is not None and name not in known:
                problems.append(_not_a_task(register, (*at, "name"), name, tasks))
        kind = register.get(*at, "type")
        for key in ("input_mimes", "output_mimes"):
            if kind in ("simple", "image") and register.get(*at, key) is not None:
                place = dotted((*at, key))
                message = Text(
                    f"{place} has no effect: the type is {kind}, not file.",
                    f"{place}は効果がありません。typeが{kind}で、fileではありません。",
                )
                hint = Text("Delete it, or write type file.", "削除するか、typeをfileにしてください。")
                problems.append(register.problem("C012", (*at, key), message, hint, of="key"))
        problems.extend(_image_key_problems(register, (*at, "image_key"), image_path))
    return problems


def _name_problems(register: Document, path: Path, name: str, first_places: dict[str, Path]) -> Iterator[Problem]:
    first = first_places.setdefault(name, path)
    if first != path:
        place, taken, line = dotted(path), dotted(first), register.line(first)
        message = Text(
            f'{place} "{name}" is taken by {taken} in line {line}.', f"{place}の「{name}」は{line}行目の{taken}と同じです。"
        )
        hint = Text("Each service has a name of its own.", "サービスごとに別の名前にしてください。")
        yield register.problem("C010", path, message, hint)


def _not_a_task(register: Document, path: Path, name: str, tasks: tuple[str, ...]) -> Problem:
    place, rest = dotted(path), len(tasks) - 5
    listed = Text(", ".join(f'"{task}"' for task in tasks[:5]), "".join(f"「{task}」" for task in tasks[:5]))
    if rest > 0:
        listed += Text(f" and {rest} more", f"など、あと{rest}個")
    message = Text(
        f'{place} is "{name}", but algorithm.json has no such task_name; it has {listed.en}.',
        f"{place}の「{name}」がalgorithm.jsonのtask_nameにありません。あるのは{listed.ja}です。",
    )
    meant = tasks[0] if len(tasks) == 1 else closest(name, tasks[:50])
    hint = (
        Text(f'Did you mean "{meant}"?', f"「{meant}」ではありませんか。")
        if meant
        else Text(
            "Write one of those, or add this task to algorithm.json.",
            "そのいずれかを書くか、このタスクをalgorithm.jsonに追加してください。",
        )
    )
    return register.problem("C006", path, message, hint)


def _image_key_problems(register: Document, path: Path, image_path: str | None) -> Iterator[Problem]:
    key = register.get(*path)
    if image_path is None or not isinstance(key, str) or key == (image := PurePosixPath(image_path).name):
        return
    place = dotted(path)
    message = Text(
        f'{place} is "{key}", but the file of FRONTEND_IMAGE_PATH is "{image}".',
        f"{place}は「{key}」ですが、FRONTEND_IMAGE_PATHのファイルは「{image}」です。",
    )
    hint = difference(key, image, register.source.file) or Text(
        f'Write "image_key": "{image}", or change FRONTEND_IMAGE_PATH.',
        f'"image_key": "{image}"と書くか、FRONTEND_IMAGE_PATHを変更してください。',
    )
    yield register.problem("C008", path, message, hint)
