from __future__ import annotations

import io

from aces_action.language import Text
from aces_action.resources.weights.progress import CHECKED, READ, Bar, LogLines


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_the_log_has_a_line_every_ten_seconds_and_none_before() -> None:
    clock, said = Clock(), list[Text]()
    lines = LogLines(READ, 4_000_000_000, said.append, clock=clock)
    for second in range(26):
        clock.now = float(second)
        lines.advance(100_000_000)
    lines.finish()
    assert [line.en for line in said] == ["read 1.10 / 4.00 GB", "read 2.10 / 4.00 GB"]
    assert said[0].ja == "読み込み 1.10 / 4.00 GB"


def test_a_terminal_has_one_line_that_is_drawn_again_ten_times_a_second() -> None:
    clock, stream = Clock(), io.StringIO()
    bar = Bar("sent", 100_000_000, stream, clock=clock)
    for step in range(100):
        clock.now = step / 100
        bar.advance(1_000_000)
    bar.finish()
    drawn = stream.getvalue()
    assert drawn.count("\n") == 1
    assert 10 <= drawn.count("\r") <= 12
    assert drawn.splitlines()[-1].split("\r")[-1].startswith(f"sent {'█' * 30} 100%  100 MB")


def test_where_nobody_knows_how_much_will_come_only_what_came_is_told() -> None:
    clock, said, stream = Clock(), list[Text](), io.StringIO()
    lines, bar = LogLines(CHECKED, 0, said.append, clock=clock), Bar("checked", 0, stream, clock=clock)
    clock.now = 10.0
    lines.advance(2_000_000_000)
    bar.advance(2_000_000_000)
    assert [line.en for line in said] == ["checked 2.00 GB"]
    assert stream.getvalue() == "\rchecked 2,000 MB  200 MB/s "


def test_nothing_is_drawn_for_what_never_began() -> None:
    stream = io.StringIO()
    Bar("sent", 10, stream).finish()
    assert stream.getvalue() == ""
