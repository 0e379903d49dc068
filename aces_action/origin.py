"""Where the action comes from: its repository on GitHub, and the files there as they were when this version was made."""

from __future__ import annotations

from aces_action import __version__

OWNER = "ORG"
NAME = "aces-action"
HOME = f"https://github.com/{OWNER}/{NAME}"
ISSUES = f"{HOME}/issues"
BLOB = f"{HOME}/blob/v{__version__}"
"""Before a file's path: its page, to be read."""
TREE = f"{HOME}/tree/v{__version__}"
"""Before a folder's path: its page."""
RAW = f"https://raw.githubusercontent.com/{OWNER}/{NAME}/v{__version__}"
"""Before a file's path: its bytes, as an editor wants a schema."""
SITE = f"https://{OWNER.lower()}.github.io/{NAME}"
"""Where GitHub Pages serves the pages of docs/, of the newest version."""
