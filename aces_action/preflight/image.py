"""The server image: SageMaker takes its manifest, and the instances can run it."""

from __future__ import annotations

from collections.abc import Mapping

from aces_action.aws.image import ServerImage, check_for_batch, check_for_sagemaker
from aces_action.language import Text, same
from aces_action.output.check import Check
from aces_action.preflight.queries import Answer
from aces_action.problems import Problem
from aces_action.project.model import Infra, JobSettings
from aces_action.resources.batch.spec import Instance


def check_image(found: Answer[ServerImage], *, infra: Infra, instances: Mapping[str, Instance], wanted: str) -> list[Check]:
    """`wanted` is the image as it should be in ECR, `repository:tag`."""
    what = Text("Server image", "サーバのイメージ")
    if found.value is None:
        return found.failed(what, same(wanted))
    image = found.value
    built = same(f"{image.digest[:19]}… {', '.join(image.architectures) or image.media_type}")
    return [Check(what=what, found=built, needed=same(wanted), problems=tuple(_problems(image, infra, instances)))]


def _problems(image: ServerImage, infra: Infra, instances: Mapping[str, Instance]) -> list[Problem]:
    """Of the first that cannot run it: the others would say the same of the same image."""
    for instance_type in infra.endpoint.instance_types if infra.endpoint else ():
        if problems := check_for_sagemaker(image, instance_type):
            return problems
    for job in jobs(infra):
        instance = instances.get(job.instance_type)
        if instance and (problems := check_for_batch(image, job.instance_type, instance.architectures)):
            return problems
    return []


def jobs(infra: Infra) -> tuple[JobSettings, ...]:
    """The settings of the job definitions that are deployed: of the standard one, then of the long-time one."""
    return tuple(job for job in (infra.job, infra.longtime_job) if job)
