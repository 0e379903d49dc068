"""The smoke test: requests of the caller's that the endpoint must answer as expected before the platform hears of it.

`load` finds every mistake in the files before anything is deployed; `run` sends them; `judge` decides, purely, what is wrong with
an answer; `aftermath` says, and does, what becomes of a version that failed.
"""
