"""The algorithm's listing on the ACES Platform: `desired`, `plan`, `apply`, and `check` for the preflight."""

from aces_action.resources.listing.apply import ListingResult, apply
from aces_action.resources.listing.client import PlatformClient
from aces_action.resources.listing.connection import Circumstances
from aces_action.resources.listing.plan import NEW_REVISION, ListingPlan, check, plan
from aces_action.resources.listing.sent import SentStore
from aces_action.resources.listing.spec import (
    AsyncSageMakerTarget,
    BatchTarget,
    Listing,
    PlatformServer,
    SageMakerTarget,
    desired,
)

__all__ = [
    "NEW_REVISION",
    "AsyncSageMakerTarget",
    "BatchTarget",
    "Circumstances",
    "Listing",
    "ListingPlan",
    "ListingResult",
    "PlatformClient",
    "PlatformServer",
    "SageMakerTarget",
    "SentStore",
    "apply",
    "check",
    "desired",
    "plan",
]
