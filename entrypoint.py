"""What the container starts."""

import gc
import sys

gc.set_threshold(50_000)  # from 700: a run imports hundreds of thousands of objects, none of them garbage; 7% of a short one

from aces_action.main import main  # noqa: E402

sys.exit(main())
