"""Every fault at every call: what becomes of a run, what it says of itself, and whether a run again completes.

`python -m tests.faults --help` plays the whole matrix, or a sample of it; the suite plays a small one.
"""
