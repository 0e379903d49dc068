"""Lengths of time for a reader, and times with their zone: UTC in English, Japan's own in Japanese."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from aces_action.language import Text

_JST = timezone(timedelta(hours=9))  # Japan has no summer time


def duration(seconds: float) -> str:
    """'0.4 s', '12 s', '3 min 05 s', '1 h 02 min'."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    return f"{minutes} min {rest:02d} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02d} min"


def duration_text(seconds: float) -> Text:
    """The same for a sentence in either language: '3 min 05 s', '3分05秒'."""
    written = duration(seconds)
    japanese = written
    for unit, word in ((" min", "分"), (" h", "時間"), (" s", "秒")):
        japanese = japanese.replace(unit, word)
    return Text(written, japanese.replace(" ", ""))


def clock(seconds: float) -> str:
    """How far a wait is, as a column of the log: '3:05'."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d}"


def hours(since: datetime | None, now: datetime) -> float | None:
    return None if since is None else max(0.0, (now - since).total_seconds() / 3600)


def time_of_day(moment: datetime) -> Text:
    """'10:02:11 UTC', '19:02:11 JST'."""
    return _in_zones(moment, "%H:%M:%S")


def date_and_time(moment: datetime) -> Text:
    """'2026-05-11 02:10 UTC', '2026-05-11 11:10 JST'."""
    return _in_zones(moment, "%Y-%m-%d %H:%M")


def _in_zones(moment: datetime, form: str) -> Text:
    english, japanese = (moment.astimezone(zone).strftime(form) for zone in (UTC, _JST))
    return Text(english + " UTC", japanese + " JST")


def span(amount: float) -> Text:
    """So many hours for a reader: days from two days on, minutes below one hour."""
    if amount >= 48:
        return Text(f"{amount / 24:.0f} days", f"{amount / 24:.0f}日")
    if amount >= 1:
        return Text(f"{amount:.1f} h", f"{amount:.1f}時間")
    minutes = int(amount * 60)
    return Text(f"{minutes} min", f"{minutes}分") if minutes else Text("less than a minute", "1分未満")
