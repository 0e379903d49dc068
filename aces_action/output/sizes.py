"""Sizes and counts for people."""

from __future__ import annotations

from aces_action.language import Text


def size_text(count: int) -> str:
    """Bytes in decimal units with three digits, as '1.17 GB'."""
    value, unit = float(count), "B"
    for larger in ("kB", "MB", "GB", "TB"):
        if value < 999.5:
            break
        value, unit = value / 1000, larger
    return f"{count} B" if unit == "B" else f"{value:.3g} {unit}"


def members_text(count: int) -> Text:
    return Text("1 member" if count == 1 else f"{count:,} members", f"メンバー{count:,}件")


def files_text(count: int) -> Text:
    return Text("1 file" if count == 1 else f"{count:,} files", f"{count:,}ファイル")
