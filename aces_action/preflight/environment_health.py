"""Compute environments that run the jobs today, and what will bite later: their image, how they are updated, their disk."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from aces_action.output.sizes import gib_text
from aces_action.preflight.compute_environments import Environment, lacks
from aces_action.problems import Problem
from aces_action.problems.preflight import environment_health as problems

_GIB = 1 << 30
# The root volume of the images that Batch takes, AL2 and AL2023 alike (aws/amazon-ecs-ami: block_device_size_gb). Docker and
# the operating system share it; disks of the instance's own are not used unless user data says so.
VOLUME = 30 * _GIB
# Layers are compressed in ECR. Unpacked, images of ours are two to three times as large (assumed): the lower, so as not to
# warn of what fits.
_UNPACKED = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class DiskNeeds:
    """What a job takes of its instance's disk at the least, in bytes: the image as ECR has it, the archive of the weights."""

    image: int
    archive: int

    @property
    def total(self) -> int:
        """The image unpacked, the archive and its content, which is hardly smaller."""
        return self.image * _UNPACKED + self.archive * 2


def health_problems(environment: Environment, disk: DiskNeeds | None) -> Iterator[Problem]:
    """Warnings of an environment that can run the job: at most one each on its image, on its updates and on its disk."""
    if environment.resources not in {"EC2", "SPOT"}:
        return  # without instances of Batch's
    in_place = environment.strategy != "BEST_FIT" and environment.service_linked
    name, grace = environment.name, environment.grace_minutes if in_place else None
    if any(image in problems.SUCCESSORS for image in environment.images):
        newer = [problems.SUCCESSORS.get(image, image) for image in environment.images]
        too_old = [each for each in environment.instance_types if any(lacks(image, each) for image in newer)]
        yield problems.on_amazon_linux_2(name, environment.images, too_old=too_old, grace_minutes=grace)
    elif environment.image_outdated:
        yield problems.image_outdated(name, grace_minutes=grace)
    if environment.strategy == "BEST_FIT":
        yield problems.best_fit(name, spot=environment.resources == "SPOT")
    elif not environment.service_linked:
        yield problems.own_service_role(name)
    if disk and environment.default_volume and disk.total > VOLUME:
        yield problems.disk_too_small(
            name, image=gib_text(disk.image), archive=gib_text(disk.archive), needed=gib_text(disk.total), volume=gib_text(VOLUME)
        )
