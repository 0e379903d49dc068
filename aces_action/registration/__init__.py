"""The algorithm's listing on the ACES Platform: `desired`, `plan`, `apply`, and `check` for the preflight."""

from aces_action.registration.apply import apply
from aces_action.registration.client import PlatformClient
from aces_action.registration.desired import AsyncSageMakerTarget, BatchTarget, Listing, SageMakerTarget, Server, desired
from aces_action.registration.plan import check, plan

__all__ = [
    "AsyncSageMakerTarget",
    "BatchTarget",
    "Listing",
    "PlatformClient",
    "SageMakerTarget",
    "Server",
    "apply",
    "check",
    "desired",
    "plan",
]
