"""Sizes and counts for people."""

from __future__ import annotations

from aces_action.language import Text

_GIB = 1 << 30


def unspaced(measure: str) -> Text:
    """'1.17 GB', which Japanese writes without the blank."""
    return Text(measure, measure.replace(" ", ""))


def size_text(count: int) -> Text:
    """Bytes in decimal units with three digits, as '1.17 GB'."""
    value, unit = float(count), "B"
    for larger in ("kB", "MB", "GB", "TB"):
        if value < 999.5:
            break
        value, unit = value / 1000, larger
    return unspaced(f"{count} B" if unit == "B" else f"{value:.3g} {unit}")


def gib_text(count: int) -> Text:
    """Bytes in AWS's unit of volumes and memory, as '8.0 GiB'."""
    return unspaced(f"{count / _GIB:.1f} GiB")


def members_text(count: int) -> Text:
    return Text("1 member" if count == 1 else f"{count:,} members", f"メンバー{count:,}件")


def files_text(count: int) -> Text:
    return Text("1 file" if count == 1 else f"{count:,} files", f"{count:,}ファイル")
