"""Lengths of time for a reader."""

from __future__ import annotations

from datetime import datetime

from aces_action.language import Text


def duration(seconds: float) -> str:
    """'0.4 s', '12 s', '3 min 05 s', '1 h 02 min'."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    return f"{minutes} min {rest:02d} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02d} min"


def hours(since: datetime | None, now: datetime) -> float | None:
    return None if since is None else max(0.0, (now - since).total_seconds() / 3600)


def span(amount: float) -> Text:
    """So many hours for a reader: minutes below one hour."""
    if amount >= 1:
        return Text(f"{amount:.1f} h", f"{amount:.1f}時間")
    minutes = int(amount * 60)
    return Text(f"{minutes} min", f"{minutes}分") if minutes else Text("less than a minute", "1分未満")
