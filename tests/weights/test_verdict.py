"""A verdict can be stored as JSON and read again; whatever else is read is no verdict."""

from __future__ import annotations

import io
import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aces_action.output.verdict import RULES_VERSION, Verdict, from_json, to_json
from aces_action.resources.weights.inspect import inspect_archive
from tests.cells import cells
from tests.weights.corpus import DAMAGED, MEMBERS, SOUND_GZIPS, SOUND_TARS, Sample


def inspected(sample: Sample) -> Verdict:
    return inspect_archive(io.BytesIO(sample.archive), name="deploy.tar.gz")


@cells([*DAMAGED, *MEMBERS, *SOUND_GZIPS, *SOUND_TARS], named=str)
def test_every_verdict_is_read_as_it_was_written(sample: Sample) -> None:
    verdict = inspected(sample)
    text = to_json(verdict)
    assert from_json(text) == verdict
    assert to_json(inspected(sample)) == text


def test_the_json_says_what_a_person_looks_for() -> None:
    document = json.loads(to_json(inspected(SOUND_GZIPS[0])))
    assert (document["rules"], document["policy"], document["files"], document["unpacked_size"]) == (
        RULES_VERSION,
        "strict",
        2,
        1291,
    )
    assert document["entries"][0] == {"path": "models/net.yml", "size": 11}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "{}",
        "[" * 100_000,
        '{"format": "aces-action weights verdict 2"}',
        to_json(inspected(SOUND_GZIPS[0])).replace('"files": 2', '"files": -2'),
        to_json(inspected(SOUND_GZIPS[0])).replace('"files": 2', '"files": true'),
        to_json(inspected(SOUND_GZIPS[0])).replace('"strict"', '"kind"'),
        to_json(inspected(MEMBERS[0])).replace("ACES-W004", "ACES-W999"),
        to_json(inspected(MEMBERS[0])).replace('"severity": "error"', '"severity": "fine"'),
        to_json(inspected(MEMBERS[0])).replace('"hint"', '"advice"'),
    ],
    ids=range(12),
)
def test_anything_else_is_no_verdict(text: str) -> None:
    assert from_json(text) is None


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_an_altered_text_is_a_verdict_or_none(data: st.DataObject) -> None:
    text = to_json(inspected(MEMBERS[0]))
    at = data.draw(st.integers(0, len(text) - 1))
    from_json(text[:at] + data.draw(st.text(max_size=3)) + text[at + 1 :])


def test_a_verdict_of_older_rules_does_not_hold() -> None:
    sound, linked = inspected(SOUND_GZIPS[0]), inspected(MEMBERS[0])
    assert sound.holds("strict")
    assert sound.holds("lenient")
    assert not replace(sound, rules=RULES_VERSION - 1).holds("strict")
    assert linked.holds("strict")
    assert not linked.holds("lenient")
