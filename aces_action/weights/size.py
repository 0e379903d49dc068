"""Sizes for people."""

from __future__ import annotations


def size_text(count: int) -> str:
    """Bytes in decimal units with three digits, as '1.17 GB'."""
    value, unit = float(count), "B"
    for larger in ("kB", "MB", "GB", "TB"):
        if value < 999.5:  # noqa: PLR2004  what rounds to a thousand belongs to the next unit
            break
        value, unit = value / 1000, larger
    return f"{count} B" if unit == "B" else f"{value:.3g} {unit}"
