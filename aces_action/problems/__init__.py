"""What can be wrong: each kind with its stable code and what its page in docs/errors says, and each problem that is found."""

from aces_action.problems.action import internal_error
from aces_action.problems.kind import Kind, Severity
from aces_action.problems.problem import ActionError, ConfigurationError, Problem

__all__ = ["ActionError", "ConfigurationError", "Kind", "Problem", "Severity", "internal_error"]
