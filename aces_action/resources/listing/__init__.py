"""The algorithm's listing on the ACES Platform: `desired`, `plan`, `apply`, and `check` for the preflight."""

from aces_action.resources.listing.apply import apply
from aces_action.resources.listing.client import PlatformClient
from aces_action.resources.listing.plan import check, plan
from aces_action.resources.listing.spec import AsyncSageMakerTarget, BatchTarget, Listing, SageMakerTarget, Server, desired

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
