"""E: the SageMaker endpoint. Its kinds of problems; the functions that make the problems are in the modules."""

from aces_action.problems.endpoint import lifecycle, rollout, state
from aces_action.problems.endpoint.lifecycle import E007, E008, E009, E030, E031, E032, E033, E034
from aces_action.problems.endpoint.rollout import E001, E002, E003, E005, E006
from aces_action.problems.endpoint.state import E004, E040, E041

__all__ = [
    "E001", "E002", "E003", "E004", "E005", "E006", "E007", "E008", "E009", "E030", "E031", "E032", "E033", "E034", "E040",
    "E041", "KINDS",
]  # fmt: skip

KINDS = (*rollout.KINDS, *state.KINDS, *lifecycle.KINDS)
