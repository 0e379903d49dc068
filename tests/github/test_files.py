"""Outputs and summary as the runner reads the files back."""

from __future__ import annotations

import re
import resource
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from aces_action.github.files import SUMMARY_LIMIT, write_outputs, write_summary


def read_outputs(text: str) -> dict[str, str]:
    """The runner's way: `name<<delimiter`, lines, the delimiter alone on a line."""
    outputs, lines = {}, iter(text.split("\n"))
    for line in lines:
        if match := re.fullmatch(r"([^<=]+)<<(.+)", line):
            value = []
            for each in lines:
                if each == match[2]:
                    break
                value.append(each)
            outputs[match[1]] = "\n".join(value)
        else:
            assert line == ""
    return outputs


@given(st.dictionaries(st.sampled_from(["result", "endpoint-name", "changes"]), st.text(alphabet=st.characters(codec="utf-8"))))
@example({"result": "a\nresult<<x\nforged\nx", "changes": "EOF"})
def test_the_runner_reads_back_every_output(outputs: dict[str, str]) -> None:
    with TemporaryDirectory() as folder:
        file = Path(folder, "output")
        write_outputs(file, outputs)
        assert read_outputs(file.read_bytes().decode()) == outputs


def test_outputs_are_added_to_those_of_earlier_writers(tmp_path: Path) -> None:
    file = tmp_path / "output"
    file.write_text("earlier=1\n")
    write_outputs(file, {"result": "deployed"})
    assert file.read_text().startswith("earlier=1\nresult<<")


@pytest.fixture
def nearly_full_disk(tmp_path: Path) -> Iterator[Path]:
    """A file with something in it, on a disk that takes ten bytes more of it."""
    file = tmp_path / "file"
    file.write_text("earlier=1\n")
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (file.stat().st_size + 10, usual[1]))
    yield file
    resource.setrlimit(resource.RLIMIT_FSIZE, usual)


def test_a_disk_that_fills_up_leaves_no_half_an_output_for_which_the_runner_would_fail_the_step(nearly_full_disk: Path) -> None:
    with pytest.raises(OSError, match="File too large"):
        write_outputs(nearly_full_disk, {"result": "deployed"})
    assert nearly_full_disk.read_text() == "earlier=1\n"


def test_a_disk_that_fills_up_leaves_no_half_a_summary(nearly_full_disk: Path) -> None:
    with pytest.raises(OSError, match="File too large"):
        write_summary(nearly_full_disk, "## ✅ Deployed\n")
    assert nearly_full_disk.read_text() == "earlier=1\n"


@pytest.mark.parametrize("write", [lambda file: write_outputs(file, {"result": "x"}), lambda file: write_summary(file, "x")])
def test_what_a_full_disk_does_not_take_is_an_error(write: Callable[[Path], None]) -> None:
    with pytest.raises(OSError, match="No space left on device"):
        write(Path("/dev/full"))


def test_a_summary_that_would_be_dropped_whole_is_cut_at_a_line_and_says_so(tmp_path: Path) -> None:
    file = tmp_path / "summary"
    file.write_text("already there\n")
    write_summary(file, "重み line\n" * 200_000)
    content = file.read_bytes()
    assert len(content) <= SUMMARY_LIMIT
    assert "_The summary was cut here: GitHub takes at most 1 MiB. The whole text is in the log._" in content.decode()
    assert content.decode().endswith("_サマリーをここで切りました。GitHubの上限は1MiBです。全文はログにあります。_\n")
    assert set(content.decode().partition("\n\n…")[0].splitlines()[1:]) == {"重み line"}


def test_a_full_summary_file_takes_no_more(tmp_path: Path) -> None:
    file = tmp_path / "summary"
    file.write_bytes(b"x" * SUMMARY_LIMIT)
    write_summary(file, "more\n")
    assert file.stat().st_size == SUMMARY_LIMIT
