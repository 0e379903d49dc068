"""The judgements of a page: each finds what it is for, by value, and lets a good page pass."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.pages import boxes
from tests.pages.boxes import Box, Page
from tests.pages.github import to_html

SEEN = Box(tag="p", text="Deployed.", own="Deployed.", left=24, top=80, right=900, bottom=104, content=876, room=876)
HEADLINE = replace(SEEN, tag="h2", text="✅ Deployed", top=24, bottom=60)
CELL = replace(SEEN, tag="td", inside=("tr", "tbody", "table"), right=200, lines=1)
LINK = replace(SEEN, tag="a", text="Console", href="https://console.aws.amazon.com/", room=0)


def page(*parts: Box, width: int = 1012, content: float = 1012) -> Page:
    return Page(width=width, content=content, edge=width - 24, boxes=parts)


def test_a_good_page_passes_every_judgement() -> None:
    good = page(HEADLINE, SEEN, CELL, LINK)
    judgements = (
        boxes.overflowing,
        boxes.cut_off,
        boxes.narrow_cells,
        boxes.broken_cells,
        boxes.glued_links,
        boxes.missing_headline,
        boxes.disordered_headings,
        boxes.missing_images,
    )
    assert [found for judgement in judgements for found in judgement(good)] == []
    assert boxes.unintended_links(good, lambda href: href == LINK.href) == []


def test_a_page_that_is_wider_than_its_window_overflows() -> None:
    assert boxes.overflowing(page(SEEN, content=1100)) == ["the page is 1100 px wide in a window of 1012 px"]


def test_what_ends_beyond_the_edge_overflows_unless_it_stands_in_a_code_block() -> None:
    wide = replace(SEEN, right=1000)
    assert len(boxes.overflowing(page(wide))) == 1
    assert boxes.overflowing(page(replace(wide, inside=("pre",)))) == []


def test_a_table_may_scroll_on_a_telephone_and_nowhere_else() -> None:
    scrolling = replace(SEEN, tag="table", overflow="auto", content=1200, right=340, room=316)
    assert boxes.overflowing(page(scrolling, width=390, content=390)) == []
    assert len(boxes.overflowing(page(scrolling))) == 1
    assert boxes.overflowing(page(replace(scrolling, tag="pre"))) == []
    assert len(boxes.overflowing(page(replace(scrolling, tag="div"), width=390, content=390))) == 1


@pytest.mark.parametrize(
    "line",
    [
        "Push the server image before this action runs, as 123456789012.dkr.ecr.ap-northeast-1.amazonaws.com/x:deploy.",
        "ロールが存在しないか、信頼ポリシーがこのジョブを許可していません。",
    ],
)
def test_a_sentence_that_a_code_block_cuts_off_is_found(line: str) -> None:
    block = replace(SEEN, tag="pre", text=f"aws s3 ls\n{line}", content=1400, overflow="auto")
    assert boxes.cut_off(page(block)) == [f"a sentence in a code block is cut: {line!r}"]
    assert boxes.cut_off(page(replace(block, content=876))) == []


def test_a_long_command_may_scroll_and_a_short_sentence_above_it_is_read_without() -> None:
    command = "aws s3 cp s3://number-plate-detection-dev/shared/weights/releases/0d3e7696eeae7d0d/deploy.tar.gz - | tar -tz"
    block = replace(SEEN, tag="pre", text=f"Check its content by this.\n{command}", content=1100, overflow="auto")
    assert boxes.cut_off(page(block)) == []


def test_clipped_text_is_found() -> None:
    assert len(boxes.cut_off(page(replace(SEEN, overflow="hidden", content=1000)))) == 1


def test_a_cell_narrower_than_four_letters_may_have_two_lines_and_no_more() -> None:
    narrow = replace(CELL, right=24 + 3 * 16, text="エンドポイント", lines=4)
    assert boxes.narrow_cells(page(narrow)) == ["<td> 'エンドポイント': 4 lines in 3.0 em"]
    assert boxes.narrow_cells(page(replace(narrow, lines=2))) == []
    assert boxes.narrow_cells(page(replace(narrow, right=24 + 5 * 16))) == []


def test_a_short_cell_must_not_break_on_a_wide_page() -> None:
    broken = replace(CELL, text="変更なし", lines=2)
    assert len(boxes.broken_cells(page(broken))) == 1
    assert boxes.broken_cells(page(broken, width=390, content=390)) == []
    assert boxes.broken_cells(page(replace(broken, text="a\nb"))) == []


@pytest.mark.parametrize(
    ("text", "href"),
    [
        ("https://x.example/aを参照してください。", "https://x.example/a"),
        ("https://x.example/a", "https://x.example/a%E3%80%82"),
        ("https://x.example/a", "https://x.example/?q=%E3%82%92"),
        ("x", "https://x.example/を"),
    ],
)
def test_a_link_that_has_swallowed_japanese_is_found(text: str, href: str) -> None:
    assert boxes.glued_links(page(replace(LINK, text=text, href=href)))


def test_a_link_to_a_file_with_a_japanese_name_is_fine() -> None:
    href = "https://github.com/o/n/blob/0123/server/%E5%A4%9C%E9%96%93.png#L7"
    assert boxes.glued_links(page(replace(LINK, text="server/夜間.png:7", href=href))) == []


def test_a_link_that_nobody_meant_is_found() -> None:
    parts = page(LINK, replace(LINK, href="#problems"), replace(LINK, href="http://evil.example"))
    assert boxes.unintended_links(parts, lambda href: href == LINK.href) == ["<a> 'Console' leads to http://evil.example"]


def test_the_headline_comes_first() -> None:
    assert boxes.missing_headline(page(SEEN)) == ["there is no heading"]
    assert len(boxes.missing_headline(page(replace(HEADLINE, top=400, bottom=440)))) == 1


def test_what_is_above_the_fold_is_seen_at_once() -> None:
    row = replace(SEEN, tag="tr")
    below = replace(row, top=800, bottom=830, own="below")
    assert boxes.rows_above_the_fold(page(row, row, below, replace(row, right=24))) == 2
    assert boxes.is_above_the_fold(page(SEEN, below), "Deployed")
    assert not boxes.is_above_the_fold(page(SEEN, below), "below")


def test_a_heading_that_skips_a_level_is_found() -> None:
    assert len(boxes.disordered_headings(page(HEADLINE, replace(HEADLINE, tag="h4")))) == 1
    assert boxes.disordered_headings(page(HEADLINE, replace(HEADLINE, tag="h3"), HEADLINE)) == []


def test_an_image_that_is_not_there_is_found() -> None:
    assert boxes.missing_images(page(replace(SEEN, tag="img", href="x.png", loaded=False))) == ["x.png was not loaded"]


@pytest.mark.parametrize(
    ("markdown", "article"),
    [
        ("<script>alert(1)</script>a", "&lt;script&gt;alert(1)&lt;/script&gt;a"),
        ('<p style="color:red" class="x" id="y" onclick="z">a</p>', "<p>a</p>"),
        ('<td nowrap width="9">a', '<td nowrap width="9">a'),
        ("<blink>a</blink>", "<p>a</p>"),
        ("[a](javascript:alert(1))", "<p><a>a</a></p>"),
        ('<a href="javascript:x">a</a>', "<p><a>a</a></p>"),
        ('<img src="data:image/png;base64,x">', "<img>"),
        ("<details open><summary>a</summary></details>", "<details open><summary>a</summary></details>"),
        ("&lt;b&gt; &amp; x", "<p>&lt;b&gt; &amp; x</p>"),
        (
            "https://x.example/aを見る",
            '<p><a href="https://x.example/a%E3%82%92%E8%A6%8B%E3%82%8B">https://x.example/aを見る</a></p>',
        ),
    ],
)
def test_markdown_becomes_what_github_makes_of_it(markdown: str, article: str) -> None:
    assert to_html(markdown).strip() == article
