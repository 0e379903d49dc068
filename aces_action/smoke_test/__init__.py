"""The smoke test: requests of the caller's that the endpoint must answer as expected before it is listed on the platform.

`load` finds every mistake in the files before anything is deployed; `send` sends them; `judge` decides, purely, what is wrong
with an answer; `rollback_decision` says, and does, what becomes of a version that failed.
"""
