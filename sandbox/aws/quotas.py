"""Service Quotas: SageMaker's, which moto has not. The list is made from botocore's own list of instance types."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from typing import Any

from moto.core.utils import get_service_model
from moto.servicequotas.responses import ServiceQuotasResponse

from sandbox.aws.state import state_of
from sandbox.aws.wire import Refusal, invalid

_USES = ("endpoint usage", "training job usage")  # AWS has a dozen more
_PLENTY = 1000.0


class ServiceQuotas(ServiceQuotasResponse):
    """A quota for each instance type and use, the same in every region, as far as a test does not say otherwise."""

    def list_service_quotas(self) -> str:
        return self._page(state_of(self.normalized_request).quotas)

    def list_aws_default_service_quotas(self) -> str:
        """Without the values that a test has set; a quota that a test has taken away is not here either."""
        changed = state_of(self.normalized_request).quotas
        return self._page({name: value for name, value in changed.items() if value is None})

    def _page(self, changed: dict[str, float | None]) -> str:
        """JSON, and not moto's ActionResult: to write a hundred quotas by their model takes four times as long as all else."""
        request: dict[str, Any] = json.loads(self.body)
        if request["ServiceCode"] != "sagemaker":
            raise Refusal(400, "NoSuchResourceException", "The request failed because the specified service does not exist.")
        size = int(request.get("MaxResults", 100))
        if not 1 <= size <= 100:
            raise invalid("MaxResults must be between 1 and 100")
        start = int(request.get("NextToken", 0))
        names = [name for name in _names() if name not in changed or changed[name] is not None]
        quotas = [
            {
                "ServiceCode": "sagemaker",
                "ServiceName": "Amazon SageMaker",
                "QuotaName": name,
                "QuotaCode": _code(name),
                "QuotaArn": f"arn:{self.partition}:servicequotas:{self.region}:{self.current_account}:sagemaker/{_code(name)}",
                "Value": changed.get(name, _PLENTY),
                "Unit": "None",
                "Adjustable": True,
                "GlobalQuota": False,
            }
            for name in names[start : start + size]
        ]
        more = {"NextToken": str(start + size)} if start + size < len(names) else {}
        return json.dumps({"Quotas": quotas, **more})


@cache
def _names() -> tuple[str, ...]:
    types = get_service_model("sagemaker").shape_for("ProductionVariantInstanceType").metadata["enum"]
    return tuple(sorted(f"{name} for {use}" for name in types for use in _USES))


@cache
def _code(name: str) -> str:
    """Made up, but of AWS's form, and always the same for one quota."""
    return f"L-{hashlib.sha256(name.encode()).hexdigest()[:8].upper()}"
