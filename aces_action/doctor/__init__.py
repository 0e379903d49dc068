"""What surrounds a deployment, beside what its preflight looks at: sign-in, trust, platform, runner, clock, version. Reads only.

A module has one subject: what it asks, and its judgement as rows of the table, which is pure.
"""
