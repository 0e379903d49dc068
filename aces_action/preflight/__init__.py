"""What must be true before anything is touched: reads only, side by side, and every problem at once.

A module has one subject: a question or two that it asks AWS, and the decision what is wrong with the answers, which is pure.
`run.CHECKS` lists them.
"""

from aces_action.preflight.input import PreflightInput
from aces_action.preflight.run import Preflight, PreflightResult, check_capacity, preflight

__all__ = ["Preflight", "PreflightInput", "PreflightResult", "check_capacity", "preflight"]
