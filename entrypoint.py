"""What the container starts."""

import gc
import os

gc.set_threshold(200_000)  # from 700: a run imports hundreds of thousands of objects, none of them garbage; 7% of a short one

from aces_action.main import main  # noqa: E402

# All is written and closed. Python would wait for threads that wait for an answer, while a cancelled run has ten seconds in all,
# and would take its modules and the descriptions of AWS apart, a fifth of a short run.
os._exit(main())
