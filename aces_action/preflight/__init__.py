"""What must be true before anything is touched: reads only, side by side, and every problem at once.

A module has one subject: a question or two that it asks AWS, and the decision what is wrong with the answers, which is pure.
"""

from aces_action.preflight.run import Findings, Preflight, Subject, preflight

__all__ = ["Findings", "Preflight", "Subject", "preflight"]
