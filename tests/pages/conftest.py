"""Windows of one browser, each kept for all articles of its width and language."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser

from aces_action.language import Language
from tests.pages.github import STYLESHEET, Frame
from tests.pages.looking import Scheme, Viewer, viewer

ViewerOf = Callable[..., Viewer]


@pytest.fixture(scope="session")
def stylesheet() -> None:
    """Skips where GitHub's stylesheet is not there; fails there if REQUIRE_CHROMIUM is set."""
    if STYLESHEET.is_file():
        return
    if os.environ.get("REQUIRE_CHROMIUM"):
        pytest.fail("GitHub's stylesheet is missing: `make node_modules` fetches it, with npm")
    pytest.skip("there is no node_modules: `make node_modules` fetches GitHub's stylesheet, with npm")


@pytest.fixture(scope="session")
def viewer_of(browser: Browser, stylesheet: None) -> Iterator[ViewerOf]:  # noqa: ARG001
    """The window of a width, language and scheme."""
    windows: dict[tuple[Frame, Language, Scheme], Viewer] = {}
    with ExitStack() as stack:

        def window(frame: Frame, language: Language, scheme: Scheme = "light") -> Viewer:
            key = (frame, language, scheme)
            if key not in windows:
                windows[key] = stack.enter_context(viewer(browser, frame, language, scheme=scheme))
            return windows[key]

        yield window
