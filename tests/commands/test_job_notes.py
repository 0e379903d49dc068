"""What a deployment has brought to serve together goes back together, also where it was noted by two runs."""

from __future__ import annotations

import pytest

from tests.commands.test_jobs import active, digest, image, serves, well
from tests.conftest import Caller

pytestmark = pytest.mark.long


def test_what_was_registered_together_goes_back_together_although_two_runs_noted_it(caller: Caller) -> None:
    caller.edit(caller.infra_file, "SAGEMAKER_INSTANCE_TYPE:", "# SAGEMAKER_INSTANCE_TYPE:")
    well(caller.run())
    image(caller, b"second")
    denied = {"kind": "error", "status": 403, "code": "AccessDeniedException"}
    caller.fault(service="batch", operation="TagResource", skip=1, **denied)
    first = well(caller.run())
    assert "::ACES-B017" in first.log
    well(caller.run(), "unchanged")
    well(caller.run(command="rollback"), "rolled-back")
    for name in (caller.server, f"{caller.server}-longtime"):
        assert (active(caller, name), digest(caller, 3, name)) == ([1, 2, 3], digest(caller, 1, name))


def test_an_endpoint_and_what_was_registered_after_it_go_back_together_although_two_runs_noted_it(caller: Caller) -> None:
    first = well(caller.run())
    image(caller, b"second")
    caller.fault(service="batch", operation="TagResource", kind="error", status=403, code="AccessDeniedException")
    assert "::ACES-B017" in well(caller.run()).log
    well(caller.run(), "unchanged")
    well(caller.run(command="rollback"), "rolled-back")
    assert (serves(caller), digest(caller, 3)) == (first.outputs["endpoint-config-name"], digest(caller, 1))
