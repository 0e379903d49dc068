"""`python -m aces_action`: the command line."""

from __future__ import annotations

import sys

from aces_action.cli.app import enter

sys.exit(enter())
