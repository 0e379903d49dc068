"""What the container starts."""

import sys

from aces_action.main import main

sys.exit(main())
