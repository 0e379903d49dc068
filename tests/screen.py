"""A terminal as small as what is written to one needs: what stands on it after carriage returns and the rest."""

from __future__ import annotations

import re
import unicodedata

_TOKEN = re.compile(r"\x1b\[(\d*)([A-Za-z])|(\r)|(\n)|([^\x1b\r\n])")


class Screen:
    """So many columns, as many lines as there are. A character that takes two columns is followed by an empty cell."""

    def __init__(self, columns: int) -> None:
        self._columns = columns

    def shows(self, written: str) -> list[str]:
        """The lines, without blanks at their ends. Anything but colours, 'clear to the end', CR and LF is an AssertionError."""
        lines: list[list[str]] = [[]]
        column = 0
        place = 0
        while place < len(written):
            token = _TOKEN.match(written, place)
            assert token, repr(written[place : place + 10])
            place = token.end()
            _, code, back, down, character = token.groups()
            if code == "K":
                del lines[-1][column:]
            elif code:
                assert code == "m", token[0]
            elif back:
                column = 0
            elif down:
                lines.append([])
                column = 0
            else:
                wide = 2 if unicodedata.east_asian_width(character) in "WF" else 1
                if column + wide > self._columns:
                    lines.append([])
                    column = 0
                line = lines[-1]
                line += [" "] * (column + wide - len(line))
                line[column : column + wide] = [character, *[""] * (wide - 1)]
                column += wide
        return ["".join(line).rstrip() for line in lines]
