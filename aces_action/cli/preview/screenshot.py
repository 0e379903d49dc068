"""A picture of a page by a Chromium, Chrome or Edge of the machine, driven by its command line alone."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from aces_action.problems import ActionError
from aces_action.problems import preview as problems

WIDTH = 1280  # CSS pixels
_MOST = 16_000  # pixels of height: beyond that Chromium draws nothing
_PATIENCE = 120  # seconds for one start of the browser
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge", "msedge")
# Where these install themselves on macOS and Windows, which is not on PATH (assumed: their installers' defaults)
_PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
)
_HEIGHT = re.compile(r'<html[^>]*\bdata-height="([0-9]+)"')
# The browser talks to nobody but this server: no updates, no look-ups, no first-run pages
_OPTIONS = (
    "--headless",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-extensions",
    "--disable-gpu",
    "--disable-sync",
    "--hide-scrollbars",
    "--no-default-browser-check",
    "--no-first-run",
    "--no-proxy-server",
)


def find_browser(environ: Mapping[str, str]) -> str:
    """CHROME_PATH, else the first on PATH, else at its usual place. Raises ActionError (X031)."""
    path = environ.get("PATH")
    if named := environ.get("CHROME_PATH"):
        if found := shutil.which(named, path=path):
            return found
        raise ActionError(problems.no_browser(named))
    found = next((found for name in (*_NAMES, *_PLACES) if (found := shutil.which(name, path=path))), None)
    if found is None:
        raise ActionError(problems.no_browser(None))
    return found


def take_picture(url: str, file: Path, browser: str, *, width: int = WIDTH) -> None:
    """Writes a PNG of the whole page at `url`, two pixels for each CSS pixel. Raises ActionError (X032), OSError."""
    with TemporaryDirectory(prefix="aces-preview-", ignore_cleanup_errors=True) as profile:
        shown = _run(browser, profile, f"--window-size={width},400", "--dump-dom", url)
        height = _HEIGHT.search(shown.stdout)
        if height is None:
            raise ActionError(problems.no_picture(browser, _last_words(shown)))
        # Beside the file, since a browser in a sandbox of its own (snap) has another /tmp; and a broken one replaces nothing
        unfinished = file.with_name(f".{file.name}.unfinished.png")
        size = f"--window-size={width},{min(int(height[1]), _MOST)}"
        try:
            ended = _run(browser, profile, size, "--force-device-scale-factor=2", f"--screenshot={unfinished.resolve()}", url)
            if not unfinished.is_file():
                raise ActionError(problems.no_picture(browser, _last_words(ended)))
            unfinished.replace(file)
        finally:
            unfinished.unlink(missing_ok=True)


def _run(browser: str, profile: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    # Chromium refuses its sandbox to root; the page is ours
    as_root = ["--no-sandbox"] if sys.platform != "win32" and os.geteuid() == 0 else []
    command = [browser, *_OPTIONS, *as_root, f"--user-data-dir={profile}", *arguments]
    try:
        return subprocess.run(
            command, capture_output=True, text=True, encoding="utf-8", errors="replace", timeout=_PATIENCE, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise ActionError(problems.no_picture(browser, f"{_PATIENCE} s")) from error


def _last_words(ended: subprocess.CompletedProcess[str]) -> str:
    lines = [line for line in ended.stderr.splitlines() if line.strip()]
    return lines[-1] if lines else f"exit status {ended.returncode}"
