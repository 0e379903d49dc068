"""Whatever happens to a valid file: it stays valid, or has a problem with a place inside it. Never a traceback."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from aces_action.project.document import Source
from aces_action.project.json_reader import read_json
from aces_action.project.yaml_reader import read_yaml
from tests.project.conftest import ALGORITHM, EXAMPLES, INFRA, REGISTER, Workspace

FILES = {file: (EXAMPLES / "number-plate-detection" / file).read_text("utf-8") for file in (REGISTER, ALGORITHM, INFRA)}
SCRAPS = st.one_of(
    st.sampled_from(
        [*'{}[]":,\\#\t\n\r\0\x85\ufeff\u2028&*!|>-?%@`', "...", "---", "<<: ", "!!int ", "1e999", "<REPLACE_YOUR_X>", "\\u"]
    ),
    st.text(max_size=5),
)
# what JSON files of this project can hold: no surrogates (UTF-8 cannot carry them), numbers within 64 bits
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda children: st.lists(children, max_size=4) | st.dictionaries(st.text(max_size=5), children, max_size=4),
    max_leaves=20,
)


@contextmanager
def _workspace() -> Iterator[Workspace]:
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(EXAMPLES / "number-plate-detection/server", Path(folder, "server"))
        yield Workspace(path=Path(folder))


def _check(file: str, content: str | bytes) -> None:
    with _workspace() as workspace:
        workspace.write(file, content)
        project, problems = workspace.load()
        assert (project is None) == any(problem.severity == "error" for problem in problems)
        for problem in problems:
            assert problem.message.en
            assert problem.file in FILES
            if problem.line is None:
                assert problem.code == "ACES-C019"
                continue
            lines = (workspace.path / problem.file).read_bytes().decode("utf-8-sig", "replace").split("\n")
            assert 1 <= problem.line <= len(lines)
            assert problem.column is not None
            assert problem.end_column is not None
            assert 1 <= problem.column <= problem.end_column <= len(lines[problem.line - 1]) + 1


@given(file=st.sampled_from(list(FILES)), start=st.floats(0, 1), length=st.integers(0, 30), scrap=SCRAPS)
def test_text_that_is_deleted_or_put_in_anywhere(file: str, start: float, length: int, scrap: str) -> None:
    text = FILES[file]
    at = round(start * len(text))
    _check(file, (text[:at] + scrap + text[at + length :]).encode("utf-8", "surrogatepass"))


@given(file=st.sampled_from(list(FILES)), content=st.binary(max_size=200))
@example(file=REGISTER, content=b"\xff\xfe{\0}\0")
@example(file=INFRA, content=b"a: \xe3\x81")
def test_any_bytes_in_place_of_a_file(file: str, content: bytes) -> None:
    _check(file, content)


@given(
    file=st.sampled_from(list(FILES)),
    key=st.sampled_from(
        ["services", "name", "content", "input_mimes", "task_name", "algorithms", "sagemaker", "batch", "account_id"]
    ),
    value=VALUES,
)
def test_any_value_at_a_key(file: str, key: str, value: object) -> None:
    data = yaml.safe_load(FILES[file])
    (data["services"][0] if key in {"name", "content", "input_mimes"} and "services" in data else data)[key] = value
    _check(file, json.dumps(data) if file != INFRA else yaml.safe_dump(data, allow_unicode=True))


@given(value=VALUES, indent=st.sampled_from([None, 0, 2, "\t"]), ascii_only=st.booleans())
def test_json_reads_as_the_standard_library_reads_it_and_every_place_holds_its_value(
    value: object, indent: int | str | None, ascii_only: bool
) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    document, problems = read_json(Source.of("x.json", text))
    assert problems == []
    assert document is not None
    assert document.data == json.loads(text)
    for path, (start, end) in document.values.items():
        assert json.loads(text[start:end]) == document.get(*path)
    for path, (start, end) in document.keys.items():
        assert json.loads(text[start:end]) == path[-1]


@given(value=VALUES, flow=st.booleans())
def test_yaml_reads_as_pyyaml_reads_it_and_every_place_holds_its_value(value: object, flow: bool) -> None:
    text = yaml.safe_dump(value, allow_unicode=True, default_flow_style=flow)
    document, problems = read_yaml(Source.of("x.yml", text))
    assert problems == []
    assert document is not None
    assert document.data == yaml.safe_load(text)
    for path, (start, end) in document.values.items():
        found = document.get(*path)
        if not isinstance(found, dict | list | str):  # a part of a block or a folded text reads differently on its own
            assert yaml.safe_load(text[start:end]) == found
