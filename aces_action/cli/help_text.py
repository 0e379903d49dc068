"""--help in Japanese: click's layout, with its own words translated and lines broken by columns: a character takes two."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import click

from aces_action.cli.prompts import columns, wrapped

_HEADINGS = {"Options": "オプション", "Commands": "コマンド"}
# click's own metavars: ours are named in the texts
_METAVARS = {"[OPTIONS]": "[オプション]", "[COMMAND]": "[コマンド]", "[ARGS]...": "[引数]..."}
_WORDS = {
    "Show this message and exit.": "このヘルプを表示して終了します。",
    "[default: ": "[既定値: ",
    "[required]": "[必須]",
}


class JapaneseHelp(click.HelpFormatter):
    """What click writes of itself is English, and it takes a line of Japanese for half as wide as it is."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, _translated(args, _METAVARS), prefix or "使い方: ")

    def write_heading(self, heading: str) -> None:
        super().write_heading(_HEADINGS.get(heading, heading))

    def write_text(self, text: str) -> None:
        indent = " " * self.current_indent
        paragraphs = [each.replace("\n", "") for each in text.split("\n\n")]
        broken = ["\n".join(wrapped(each, self.width - len(indent), indent=indent)) for each in paragraphs]
        self.write("\n\n".join(broken) + "\n")

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        listed = list(rows)
        first_column = min(max(columns(term) for term, _ in listed), col_max) + col_spacing
        indent = " " * (self.current_indent + first_column)
        for term, text in listed:
            lines = list(wrapped(_translated(text, _WORDS), self.width - len(indent), indent=indent)) if text else []
            if lines and columns(term) <= first_column - col_spacing:
                lines[0] = " " * self.current_indent + term + " " * (first_column - columns(term)) + lines[0].lstrip()
            else:
                lines.insert(0, " " * self.current_indent + term)
            self.write("\n".join(lines) + "\n")


class JapaneseContext(click.Context):
    """Of a verb whose --help is in Japanese."""

    formatter_class = JapaneseHelp


def _translated(text: str, words: Mapping[str, str]) -> str:
    for english, japanese in words.items():
        text = text.replace(english, japanese)
    return text
