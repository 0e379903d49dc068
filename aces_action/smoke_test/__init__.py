"""The smoke test: requests of the caller's that the endpoint, or Batch jobs, must answer as expected before the listing.

`load` finds every mistake in the files before anything is deployed; `send` sends them; `judge` decides, purely, what is wrong
with an answer; `rollback_decision` says, and does, what becomes of a version that failed.

`jobs` runs the requests that are Batch jobs: submitted once (`job_submission`), followed with their logs (`job_log`), judged
(`job_answer`) and, where they fail, explained (`job_diagnosis`, pure).
"""
