"""A: credentials and access to AWS."""

from aces_action.problems.access import calls, connection, credentials, role

KINDS = (*credentials.KINDS, *role.KINDS, *calls.KINDS, *connection.KINDS)
