"""T, and B of its jobs: the smoke test, from the files of its requests to what becomes of a version that fails it."""

from __future__ import annotations

from aces_action.problems.smoke_test import answers, files, job_causes, jobs, outcome

KINDS = (*files.KINDS, *answers.KINDS, *outcome.KINDS, *jobs.KINDS, *job_causes.KINDS)
