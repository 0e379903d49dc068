"""JSON and YAML as people really write them: every problem with its first and last character, and the rest read all the same."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from aces_action.language import Text
from aces_action.problems import Problem
from aces_action.project.document import Document, Json, Path, Source
from aces_action.project.json_reader import read_json
from aces_action.project.yaml_reader import read_yaml

Reader = Callable[[Source], tuple[Document | None, list[Problem]]]
Seen = list[tuple[str, int | None, int | None, int | None, str]]


def read(reader: Reader, text: str) -> tuple[Json, Seen]:
    """The data (None if unreadable) and the problems as code, line, column, end column and the beginning of the message."""
    document, problems = reader(Source.of("file", text))
    for problem in problems:
        assert problem.end_line == problem.line
        assert problem.message.ja != problem.message.en
    seen: Seen = [
        (each.code.removeprefix("ACES-"), each.line, each.column, each.end_column, each.message.en) for each in problems
    ]
    return document.data if document else None, seen


def expect(seen: Seen, expected: list[tuple[str, int, int, int, str]]) -> None:
    assert [each[:4] for each in seen] == [each[:4] for each in expected], seen
    for (*_, said), (*_, words) in zip(seen, expected, strict=True):
        assert words in said


JSON_CASES = [
    pytest.param('{"a": "x\ty\tz"}', {"a": "x y z"}, [(1, 9, 10, "A tab"), (1, 11, 12, "A tab")], id="tabs in a string"),
    pytest.param('{"a": "\\d\\u12G"}', {"a": "\\d\\u12G"}, [(1, 8, 10, "no escape"), (1, 10, 14, "no escape")], id="escapes"),
    pytest.param('{"a": "\\\\d\x01"}', {"a": "\\d "}, [(1, 11, 12, "U+0001")], id="control character"),
    pytest.param('{"a": "\\ud83d"}', {"a": "\ufffd"}, [(1, 7, 15, "surrogate")], id="half a surrogate pair"),
    pytest.param('{"a": 1,}', {"a": 1}, [(1, 8, 9, "Trailing comma before '}'")], id="trailing comma in an object"),
    pytest.param("[1, [2,],]", [1, [2]], [(1, 7, 8, "before ']'"), (1, 9, 10, "before ']'")], id="trailing commas in lists"),
    pytest.param(
        '{ // one\n"a": 1 # two\n/* three\n */}', {"a": 1}, [(1, 3, 9, ""), (2, 8, 13, ""), (3, 1, 9, "")], id="comments"
    ),
    pytest.param('{"a": 1\n "b": [1\n2]}', {"a": 1, "b": [1, 2]}, [(1, 7, 8, "comma"), (2, 8, 9, "comma")], id="no commas"),
    pytest.param("{'a': True}", {"a": True}, [(1, 2, 5, "'a' is not"), (1, 7, 11, "True is not")], id="Python"),
    pytest.param('{a: "b"}', {"a": "b"}, [(1, 2, 3, "a is not JSON")], id="JavaScript"),
    pytest.param("{“a”: „b“}".replace("„b“", "“b c”"), {"a": "b c"}, [(1, 2, 5, ""), (1, 7, 12, "")], id="typographic"),
    pytest.param(
        '{"a"：1，\n"b"：［］｝',
        {"a": 1, "b": []},
        [(1, 5, 6, "："), (1, 7, 8, "，"), *((2, at, at + 1, "") for at in (4, 5, 6, 7))],
        id="full width",
    ),
    pytest.param('{\u3000"a":\xa01}', {"a": 1}, [(1, 2, 3, "full-width space"), (1, 7, 8, "U+00A0")], id="odd blanks"),
    pytest.param(
        "[01, +1, .5, 1., 1_000]",
        [1, 1, 0.5, 1, 1000],
        [(1, start, end, "is not JSON") for start, end in ((2, 4), (6, 8), (10, 12), (14, 16), (18, 23))],
        id="numbers",
    ),
    pytest.param("[NaN, 1,]", None, [(1, 2, 5, "NaN is not JSON")], id="NaN"),
    pytest.param('{"a" 1}', None, [(1, 6, 7, "Expected ':' after the key, but there is '1'")], id="no colon"),
    pytest.param("[1,,2]", None, [(1, 4, 5, "Expected a value, but there is ','")], id="two commas"),
    pytest.param('{"a": 1 "b": 2}', None, [(1, 7, 8, "comma is missing")], id="two entries in a line"),
    pytest.param("[1}", None, [(1, 3, 4, "Expected ',' or ']'")], id="other bracket"),
    pytest.param('{"a": {', None, [(1, 7, 8, "the '{' of line 1 is closed")], id="not closed"),
    pytest.param('{"a": "b\n}', None, [(1, 7, 9, "not closed on its line")], id="string not closed"),
    pytest.param("{} {}", None, [(1, 4, 5, "JSON ends before this")], id="two values"),
    pytest.param("// only a comment", None, [(1, 1, 18, "no comments"), (1, 1, 1, "empty")], id="nothing"),
]


@pytest.mark.parametrize(("text", "data", "problems"), JSON_CASES)
def test_each_problem_of_json_is_placed_and_reading_goes_on(
    text: str, data: Json, problems: list[tuple[int, int, int, str]]
) -> None:
    for variant in (text, text.replace("\n", "\r\n")):
        found, seen = read(read_json, variant)
        assert found == data
        expect(seen, [("C002", *problem) for problem in problems])


def test_each_key_of_json_that_is_there_again_is_placed_with_the_line_of_the_first() -> None:
    data, seen = read(read_json, '{"a": 1,\r\n "a": {"b": 1},\r\n "a": {"b": 2, "b": 3}}')
    assert data == {"a": {"b": 3}}
    expect(seen, [("C010", 2, 2, 5, "line 1"), ("C010", 3, 2, 5, "line 1"), ("C010", 3, 16, 19, "line 3")])


YAML_CASES = [
    pytest.param("a: 1\n\tb: 2", None, [("C003", 2, 1, 2, "A tab")], id="tab as indentation"),
    pytest.param("a:\n  b: 1\n \tc: 2", None, [("C003", 3, 2, 3, "A tab")], id="tab after a space"),
    pytest.param("a:\t1 \t# x", {"a": 1}, [], id="tabs between key, value and comment"),
    pytest.param("a: 1\nb: 2\na: 3\n", {"a": 3, "b": 2}, [("C010", 3, 1, 2, "first in line 1")], id="key twice"),
    pytest.param("{a: 1, 'a': 2}", {"a": 2}, [("C010", 1, 8, 11, "first in line 1")], id="key twice in flow style"),
    pytest.param("a: 1\n---\nb: 2\n", {"a": 1}, [("C003", 2, 1, 4, "A second YAML document")], id="two documents"),
    pytest.param("%YAML 1.1\n---\na: 1\n...\n", {"a": 1}, [], id="directive and document end"),
    pytest.param("a: 1\n...\nb: 2", None, [("C003", 3, 1, 2, "after the end")], id="text after the end"),
    pytest.param(
        "a: {b: 1,\nc: [1, 2\nd: 3", None, [("C003", 2, 4, 5, "The '[' that begins here is not closed")], id="open flow"
    ),
    pytest.param("a: [1, {b: ]}", None, [("C003", 1, 12, 13, "A value was expected")], id="flow without a value"),
    pytest.param("a: *x", None, [("C003", 1, 4, 6, "*x refers to no anchor")], id="alias of nothing"),
    pytest.param("a: &x {b: *x}", None, [("C003", 1, 11, 13, "*x refers to no anchor")], id="anchor in itself"),
    pytest.param("a: &x 1\nb: &x 2\nc: *x", {"a": 1, "b": 2, "c": 2}, [], id="anchor set twice"),
    pytest.param("a: &x {b: 1}\nc: {<<: *x, b: 2}", {"a": {"b": 1}, "c": {"b": 2}}, [], id="merge"),
    pytest.param("a: &x 1\nc: {<<: *x}", None, [("C003", 2, 9, 11, "'<<' takes a mapping")], id="merge of no mapping"),
    pytest.param("a: {<<: [{b: 1}, {b: 2, c: 3}]}", {"a": {"b": 1, "c": 3}}, [], id="merge of two"),
    pytest.param("a: {'<<': 1}", {"a": {"<<": 1}}, [], id="a quoted << is a key"),
    pytest.param("? [a]\n: b", None, [("C003", 1, 3, 4, "A key must be plain text")], id="list as key"),
    pytest.param("a: !Ref b", None, [("C003", 1, 4, 10, "The tag !Ref")], id="tag"),
    pytest.param("a: .inf", None, [("C003", 1, 4, 8, "too large")], id="infinite"),
    pytest.param("a: b: c", None, [("C003", 1, 5, 6, "A ':' where no key is allowed")], id="two colons"),
    pytest.param("a: 'b\nc: d", None, [("C003", 1, 4, 5, "quotes that begin here")], id="open quotes"),
    pytest.param("a: @b", None, [("C003", 1, 4, 5, "cannot begin a value")], id="at sign"),
    pytest.param("a：1\nb: 2", None, [("C003", 1, 2, 3, "full-width colon")], id="full-width colon"),
    pytest.param(
        "a: 1　\n　b: 2",
        {"a": 1, "b": 2},
        [("C003", 1, 5, 6, "full-width space"), ("C003", 2, 1, 2, "full-width space")],
        id="full-width spaces",
    ),
    pytest.param(
        "a: '　'  #　：\nb: c\xa0", {"a": "　", "b": "c"}, [("C003", 2, 5, 6, "U+00A0")], id="full-width in quotes and comments"
    ),
    pytest.param("a: \x07\nb: \ufeffc", None, [("C003", 1, 4, 5, "U+0007"), ("C003", 2, 4, 5, "U+FEFF")], id="hidden characters"),
]


@pytest.mark.parametrize(("text", "data", "problems"), YAML_CASES)
def test_each_problem_of_yaml_is_placed(text: str, data: Json, problems: list[tuple[str, int, int, int, str]]) -> None:
    for variant in (text, text.replace("\n", "\r\n")):
        found, seen = read(read_yaml, variant)
        assert found == data
        expect(seen, problems)


@pytest.mark.parametrize(("reader", "pair"), [(read_json, '"{0}": {1}'), (read_yaml, "{0}: {1}")])
def test_columns_count_characters_however_wide_they_are(reader: Reader, pair: str) -> None:
    wide = "検😀e\u0301"  # a kanji, a character beyond 16 bits, and an e with its accent as a character of its own
    document, problems = reader(Source.of("file", "{" + pair.format(wide, "[1, 2]") + "}"))
    assert problems == []
    assert document is not None
    quotes = 2 if reader is read_json else 0
    place = document.source.place(document.span((wide, 1)))
    assert place == {"line": 1, "column": 2 + 4 + quotes + 2 + 4, "end_line": 1, "end_column": 2 + 4 + quotes + 2 + 5}


def test_what_stands_on_several_lines_is_placed_on_its_first_without_the_line_end() -> None:
    for line_end in ("\n", "\r\n"):
        source = Source.of("file", line_end.join(["ab", "cd"]))
        assert source.place((1, 4)) == {"line": 1, "column": 2, "end_line": 1, "end_column": 3}


def test_a_merged_value_is_placed_at_its_alias_and_one_written_out_at_itself() -> None:
    document, _ = read_yaml(Source.of("file", "a: &x {b: 1, c: 2}\nd:\n  <<: *x\n  c: 3\n"))
    assert document is not None
    assert document.get("d") == {"b": 1, "c": 3}
    places = {name: document.source.place(document.span(("d", name))) for name in "bc"}
    assert [(place["line"], place["column"], place["end_column"]) for place in places.values()] == [(3, 7, 9), (4, 6, 7)]


def test_the_value_under_an_alias_is_placed_at_the_alias() -> None:
    document, _ = read_yaml(Source.of("file", "a: &x {b: {c: 1}}\nd: *x\n"))
    assert document is not None
    assert document.get("d", "b", "c") == 1
    assert document.source.place(document.span(("d", "b", "c")))["line"] == 2


def test_problems_are_told_in_japanese_too() -> None:
    _, (comma,) = read_json(Source.of("file", "[1,]"))
    assert comma.message == Text("Trailing comma before ']'.", "「]」の前に余分なカンマがあります。")
    _, (tab,) = read_yaml(Source.of("file", "a:\n\tb: 1"))
    assert tab.message == Text("A tab where YAML needs spaces.", "半角スペースを書くところにタブがあります。")
    _, (twice,) = read_yaml(Source.of("file", "a: 1\na: 2"))
    assert twice.message.ja == "キー「a」が2回書かれています。最初は1行目です。"


# Whatever the text


SCRAPS = st.one_of(
    st.sampled_from("{}[]\":,\\/#*\t\n\r\0\x85\ufeff\u2028\u3000：，&!|>-?%@`'0a検😀"),
    st.sampled_from(
        ["\r\n", "...", "---", "<<: ", "*a", "&a ", "!!int ", "1e999", "true", "True", "\\u", "\\ud83d", "// ", "- ", ": "]
    ),
)
TEXTS = st.one_of(st.text(max_size=60), st.lists(SCRAPS, max_size=25).map("".join))


@given(text=TEXTS, reader=st.sampled_from([read_json, read_yaml]))
@example(text="[\r\n1,\r\n]", reader=read_json)
@example(text='"a\n', reader=read_json)
@example(text="[0_, +1e999]", reader=read_json)
@example(text='"\\\x1f"', reader=read_json)
@example(text="\u2028a: [\x85", reader=read_yaml)
def test_any_text_is_a_document_or_a_problem_inside_the_file(text: str, reader: Reader) -> None:
    document, problems = reader(Source.of("file", text))
    assert document is not None or problems
    lines = text.split("\n")
    for problem in problems:
        assert problem.file == "file"
        assert problem.line is not None
        assert problem.column is not None
        assert problem.end_column is not None
        assert problem.end_line == problem.line
        assert 1 <= problem.line <= len(lines)
        assert 1 <= problem.column <= problem.end_column <= len(lines[problem.line - 1].removesuffix("\r")) + 1
    if document is not None:
        assert all(0 <= start <= end <= len(text) for spans in (document.values, document.keys) for start, end in spans.values())


@given(text=TEXTS)
def test_what_the_json_reader_accepts_without_a_problem_is_what_the_standard_library_reads(text: str) -> None:
    document, problems = read_json(Source.of("file", text))
    if document is not None and not problems:
        assert document.data == json.loads(text)
    else:
        assert problems


# what files of this project can hold: no surrogates (UTF-8 cannot carry them), numbers within 64 bits, no odd blanks at the ends
WORDS = st.text().map(lambda text: text.strip("\u3000\xa0\u200b"))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats(allow_nan=False, allow_infinity=False) | WORDS,
    lambda children: st.lists(children, max_size=4) | st.dictionaries(WORDS, children, max_size=4),
    max_leaves=20,
)


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


LEAVES = st.sampled_from(
    ["plain", "検出", "two words", "😀", "'quoted: text'", '"x\\ty"', "1", "-0.5", "yes", "0x1F", "2024-01-01"]
)
KEYS = st.sampled_from(["a", "b", "検", "😀", "q q"])
TREES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, min_size=1, max_size=3) | st.dictionaries(KEYS, inner, min_size=1, max_size=3)
)


@given(tree=TREES)
def test_every_scalar_of_yaml_is_placed_exactly_whatever_the_line_ends(tree: object) -> None:
    text = written(tree, "")
    for line_end in ("\n", "\r\n"):
        document, problems = read_yaml(Source.of("file", text.replace("\n", line_end)))
        assert problems == []
        assert document is not None
        assert document.data == yaml.safe_load(text.replace("2024-01-01", "'2024-01-01'"))  # dates stay text here
        for path, (start, end) in document.values.items():
            if not isinstance(document.get(*path), dict | list):
                assert document.source.text[start:end] == leaf(tree, path)


def written(tree: object, indent: str) -> str:
    """A tree in block style; a leaf is its own text."""
    match tree:
        case dict():
            return "".join(f"\n{indent}{key}: {written(value, indent + '  ')}" for key, value in tree.items())
        case list():
            return "".join(f"\n{indent}- {written(value, indent + '  ')}" for value in tree)
    return str(tree)


def leaf(tree: object, path: Path) -> object:
    for step in path:
        inner: Mapping[object, object] = (
            tree if isinstance(tree, dict) else dict(enumerate(tree if isinstance(tree, list) else ()))
        )
        tree = inner[step]
    return tree


# In time proportional to the size


def register(services: int) -> str:
    entry = {"name": "n", "title": "Number Plate Detection", "content": "画像から" * 15, "algorithms": ["NA"], "type": "simple"}
    return json.dumps(
        {"plan_id": 1, "services": [{**entry, "name": f"n{index}"} for index in range(services)]}, indent=4, ensure_ascii=False
    )


def seconds(reader: Reader, text: str) -> float:
    """The best of five: other work on the machine only ever adds."""
    best = float("inf")
    for _ in range(5):
        start = time.process_time()
        reader(Source.of("file", text))
        best = min(best, time.process_time() - start)
    return best


@pytest.mark.parametrize("reader", [read_json, read_yaml])
@pytest.mark.parametrize("broken", [False, True], ids=["valid", "a problem in each service"])
def test_ten_times_the_services_take_about_ten_times_as_long(reader: Reader, broken: bool) -> None:
    small, large = (register(count) for count in (100, 1_000))
    if broken:
        small, large = (text.replace('"type": "simple"', '"type": "simple", "type": "simple"') for text in (small, large))
    assert seconds(reader, large) < 25 * seconds(reader, small)
