from __future__ import annotations

from dataclasses import replace

from aces_action.output.sizes import size_text
from aces_action.output.tree import tree_lines
from aces_action.output.verdict import Entry, Verdict


def verdict(*entries: tuple[str, int], files: int | None = None, unpacked: int | None = None) -> Verdict:
    return Verdict(
        name="deploy.tar.gz",
        size=1,
        unpacked_size=sum(size for _, size in entries) if unpacked is None else unpacked,
        sha256="0" * 64,
        members=len(entries),
        files=len(entries) if files is None else files,
        entries=tuple(Entry(path=path, size=size) for path, size in entries),
        problems=(),
    )


def test_folders_come_first_with_the_size_of_all_that_is_in_them() -> None:
    found = verdict(("label.txt", 39), ("models/a/net.pth", 1_169_000_000), ("models/a/net.yml", 500), ("models/b/net.pth", 1000))
    assert tree_lines(found) == [
        "models/  1.17 GB",
        "  a/  1.17 GB",
        "    net.pth  1.17 GB",
        "    net.yml  500 B",
        "  b/  1 kB",
        "    net.pth  1 kB",
        "label.txt  39 B",
    ]


def test_a_chain_of_folders_is_one_line() -> None:
    assert tree_lines(verdict(("a/b/c/net.pth", 5))) == ["a/b/c/  5 B", "  net.pth  5 B"]


def test_what_the_verdict_does_not_name_is_counted() -> None:
    found = verdict(("a", 5), files=1201, unpacked=2005)
    assert tree_lines(found) == ["a  5 B", "… and 1,200 more files, 2 kB"]
    assert tree_lines(found, "ja") == ["a  5B", "… ほか1,200ファイル、2kB"]


def test_nothing_makes_no_lines() -> None:
    assert tree_lines(verdict()) == []


def test_what_is_wrong_is_marked_and_a_link_shows_where_it_leads() -> None:
    link = Entry(path="models/latest", size=0, target="v2", code="ACES-W004")
    found = replace(verdict(("models/net.pth", 5)), entries=(Entry(path="models/net.pth", size=5), link))
    assert tree_lines(found) == ["models/  5 B", "  net.pth  5 B", "  latest -> v2  ← ACES-W004"]


def test_a_size_never_has_four_digits() -> None:
    sizes = [size_text(size) for size in (999, 999_499, 999_500, 12_345_678_901)]
    assert [size.en for size in sizes] == ["999 B", "999 kB", "1 MB", "12.3 GB"]
    assert [size.ja for size in sizes] == ["999B", "999kB", "1MB", "12.3GB"]  # Japanese has no blank before a unit


def test_odd_names_do_not_break_it() -> None:
    assert tree_lines(verdict(("./", 1), ("a//b", 2), ("/x", 3))) == ["a/  2 B", "  b  2 B", "./  1 B", "x  3 B"]
