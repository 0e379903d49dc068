"""How far something is: lines in a log, and a bar that leaves nothing behind in a terminal of any width."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aces_action.language import LANGUAGES, Language, Text
from aces_action.output.tables import columns_of
from aces_action.resources.weights.progress import ASSEMBLING, CHECKED, READ, SENT, Bar, LogLines, Pace, Transfer, bar_line
from aces_action.resources.weights.push import PartReader
from tests.screen import Screen


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


class Terminal(io.StringIO):
    """What is written, and what stands on the screen."""

    def __init__(self, columns: int = 80) -> None:
        super().__init__()
        self.columns = columns

    @property
    def screen(self) -> list[str]:
        return Screen(self.columns).shows(self.getvalue())


def bar(total: int, terminal: Terminal, clock: Clock, *, language: Language = "en", verb: Text = SENT) -> Bar:
    return Bar(verb.in_(language), total, terminal, language=language, columns=lambda: terminal.columns, clock=clock)


def test_the_log_has_a_line_every_ten_seconds_and_none_before() -> None:
    clock, said = Clock(), list[Text]()
    lines = LogLines(READ, 4_000_000_000, said.append, clock=clock)
    for second in range(26):
        clock.now = float(second)
        lines.advance(100_000_000)
    lines.finish()
    assert [line.en for line in said] == ["read 1.10 / 4.00 GB", "read 2.10 / 4.00 GB"]
    assert said[0].ja == "読み込み 1.10 / 4.00GB"


def test_a_log_says_what_is_waited_for_only_where_it_has_said_anything() -> None:
    clock, said = Clock(), list[Text]()
    lines = LogLines(SENT, 100, said.append, clock=clock)
    lines.wait_for(ASSEMBLING)
    assert said == []
    clock.now = 11.0
    lines.advance(100)
    lines.wait_for(ASSEMBLING)
    assert said[-1] == ASSEMBLING


def test_a_terminal_has_one_line_that_is_drawn_again_ten_times_a_second() -> None:
    clock, terminal = Clock(), Terminal()
    shown = bar(100_000_000, terminal, clock)
    for step in range(100):
        clock.now = step / 100
        shown.advance(1_000_000)
    shown.finish()
    assert 10 <= terminal.getvalue().count("\r") <= 13
    assert terminal.screen == [f"sent {'█' * 30} 100%  100 MB", ""]


def test_a_shorter_line_leaves_nothing_of_a_longer_one() -> None:
    clock, terminal = Clock(), Terminal()
    shown = bar(2_000_000_000, terminal, clock)
    for second in range(20):
        clock.now = float(second)
        shown.advance(100_000_000 if second < 19 else 200_000_000 - 100_000_000)
    assert terminal.screen == [f"sent {'█' * 30} 100%  2,000 MB  100.0 MB/s"]
    shown.wait_for(ASSEMBLING)
    assert terminal.screen == [f"sent {'█' * 30} 100%  2,000 MB  S3 is assembling the parts"]
    shown.finish()
    assert terminal.screen == [f"sent {'█' * 30} 100%  2,000 MB  100.0 MB/s", ""]


def test_what_was_typed_into_the_line_is_gone_at_its_end_and_late_bytes_draw_no_more() -> None:
    clock, terminal = Clock(), Terminal()
    shown = bar(100, terminal, clock)
    shown.advance(40)
    terminal.write("^C")
    shown.finish()
    shown.advance(40)
    assert terminal.screen == [f"sent {'█' * 12}{'·' * 18}  40%  0 MB", ""]


def test_the_time_left_is_that_of_the_last_seconds_and_none_at_first() -> None:
    clock, terminal = Clock(), Terminal()
    shown = bar(1_000_000_000, terminal, clock)
    shown.advance(500_000_000)  # parts of an earlier upload, which say nothing of the line
    for second in range(1, 41):
        clock.now = float(second)
        shown.advance(10_000_000 if second <= 20 else 2_000_000)
        if second == 2:
            assert "left" not in terminal.screen[0]
        if second == 20:
            assert terminal.screen[0].endswith("10.0 MB/s  30 s left")
    assert terminal.screen[0].endswith("2.0 MB/s  2 min 10 s left")


def test_the_pace_does_not_jump_with_every_block() -> None:
    pace, rates = Pace(), []
    for step in range(400):  # 8 MB at once, every now and then
        pace.note(step / 10, 8_000_000 * (step // 16))
        if step > 200:
            rates.append(pace.rate)
    assert max(rates) < 1.25 * min(rates)


def test_where_nobody_knows_how_much_will_come_only_what_came_is_told() -> None:
    clock, said, terminal = Clock(), list[Text](), Terminal()
    lines, shown = LogLines(CHECKED, 0, said.append, clock=clock), bar(0, terminal, clock, verb=CHECKED)
    for second in range(11):
        clock.now = float(second)
        lines.advance(200_000_000)
        shown.advance(200_000_000)
    assert [line.en for line in said] == ["checked 2.20 GB"]
    assert terminal.screen == ["checked  2,200 MB  200.0 MB/s"]


def test_nothing_is_drawn_for_what_never_began() -> None:
    terminal = Terminal()
    bar(10, terminal, Clock()).finish()
    assert terminal.getvalue() == ""


@given(
    width=st.integers(1, 200),
    language=st.sampled_from(LANGUAGES),
    total=st.sampled_from([0, 1, 10**6, 10**12]),
    share=st.floats(0, 1.2),
    rate=st.sampled_from([0.0, 1.0, 1e7]),
    waiting=st.sampled_from(["", ASSEMBLING.en, ASSEMBLING.ja]),
)
def test_the_line_fits_into_a_terminal_of_any_width(
    width: int, language: Language, total: int, share: float, rate: float, waiting: str
) -> None:
    transfer = Transfer(total=total, done=int(share * total), rate=rate, waiting=waiting)
    line = bar_line(SENT.in_(language), transfer, language=language, width=width)
    assert columns_of(line) <= width
    if width >= 12 and total:
        assert "%" in line


@pytest.mark.parametrize(
    ("width", "line"),
    [
        (79, "送信 ███████████████···············  50%  1,000MB  10.0MB/秒  残り1分40秒"),
        (48, "送信 ██···  50%  1,000MB  10.0MB/秒  残り1分40秒"),
        (40, "送信 █████·····  50%  1,000MB  10.0MB/秒"),
        (11, "送信  50%"),
        (6, "送信  "),
    ],
)
def test_a_narrow_terminal_has_the_most_important(width: int, line: str) -> None:
    assert bar_line("送信", Transfer(total=2 * 10**9, done=10**9, rate=1e7), language="ja", width=width) == line


def test_a_part_tells_of_each_block_and_takes_back_what_goes_again() -> None:
    told: list[int] = []

    class Heard:
        def advance(self, count: int, /) -> None:
            told.append(count)

        def wait_for(self, what: Text, /) -> None:
            pass

        def finish(self) -> None:
            pass

    part = PartReader(b"x" * 100, Heard())
    part.seek(0, io.SEEK_END)  # how long it is
    part.seek(0)
    assert told == []
    assert (part.read(60), part.read(60)) == (b"x" * 60, b"x" * 40)
    part.seek(0)
    part.read()
    assert (told, sum(told)) == ([60, 40, -100, 100], 100)


@pytest.mark.parametrize("columns", [0, 1, 2])
def test_a_terminal_without_a_size_is_no_place_to_wait_in(columns: int) -> None:
    terminal = Terminal(columns)
    progress = bar(10, terminal, Clock())
    progress.advance(10)
    progress.finish()
    assert terminal.getvalue().endswith("\n")
