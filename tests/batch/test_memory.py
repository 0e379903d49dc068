"""What a job may ask of an instance type."""

from __future__ import annotations

import pytest

from aces_action.resources.batch.memory import registered_memory, usable_memory


def test_a_job_never_asks_for_more_than_an_instance_registers_and_never_for_much_less() -> None:
    # what EC2 names does not count where there is a measurement
    shares = {name: usable_memory(name, 0) / registered for name, registered in registered_memory().items()}
    assert len(shares) == 600
    assert {name: share for name, share in shares.items() if not 0.88 <= share < 1} == {}


def test_an_m5_xlarge_does_not_give_95_percent_of_what_ec2_names() -> None:
    assert usable_memory("m5.xlarge", 16384) == 15330  # it registers 15,484; 95 % were 15,564


@pytest.mark.parametrize(
    ("size", "usable"), [(512, 0), (400, 0), (1024, 512), (4096, 3584), (8192, 7578), (16384, 15156), (1048576, 969933)]
)
def test_of_a_type_that_nobody_has_measured_more_is_left_to_the_system(size: int, usable: int) -> None:
    assert usable_memory("m99.xlarge", size) == usable
