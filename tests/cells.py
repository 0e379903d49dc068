"""Tables whose cells take less time than pytest takes for a test of their own, two or three milliseconds."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

import pytest

_Cell = TypeVar("_Cell")


def cells(values: Iterable[_Cell], *, named: Callable[[_Cell], str]) -> Callable[[Callable[[_Cell], None]], Callable[..., None]]:
    """Makes a test of one value the test of all of them. Each that is wrong is reported by its name, with its own failure."""

    def of_all(test: Callable[[_Cell], None]) -> Callable[..., None]:
        def play(subtests: pytest.Subtests) -> None:
            names = []
            for value in values:
                names.append(named(value))
                with subtests.test(names[-1]):
                    test(value)
            assert names, "an empty table shows nothing"

        play.__name__, play.__doc__ = test.__name__, test.__doc__
        return play

    return of_all
