"""The server image: SageMaker takes its manifest, and the instances can run it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from aces_action.aws.image import ServerImage, check_for_batch, check_for_sagemaker, download, read_image
from aces_action.language import Text, same
from aces_action.output.check import Check
from aces_action.preflight.check import PreflightCheck
from aces_action.preflight.input import PreflightInput, jobs
from aces_action.preflight.instances import instances_in, machines
from aces_action.preflight.queries import Answers, Query, QueryResult
from aces_action.problems import Problem
from aces_action.project.model import Infra
from aces_action.resources.batch.spec import Instance


def server_image(inputs: PreflightInput) -> Query[ServerImage]:
    """The image as ECR has it."""
    if (given := inputs.given) is not None:
        return Query(name="image", prepare=lambda _: lambda: given.image)
    return Query(
        name="image",
        prepare=lambda clients: partial(
            read_image,
            clients.ecr,
            registry=inputs.registry,
            repository=inputs.names.repository,
            tag=inputs.image_tag,
            fetch=download,
        ),
    )


def check_image(
    found: QueryResult[ServerImage], *, infra: Infra, instances: Mapping[str, Instance], reference: str
) -> list[Check]:
    """`reference` is the image as it should be in ECR, `repository:tag` or by its digest."""
    what = Text("Server image", "サーバのイメージ")
    if found.value is None:
        return found.failed(what, same(reference))
    image = found.value
    built = same(f"{image.digest[:19]}… {', '.join(image.architectures) or image.media_type}")
    return [Check(what=what, found=built, needed=same(reference), problems=tuple(_problems(image, infra, instances)))]


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


def _rows(inputs: PreflightInput, answers: Answers) -> list[Check]:
    return check_image(
        answers.of(server_image(inputs)),
        infra=inputs.infra,
        instances=instances_in(answers.of(machines(inputs))),
        reference=inputs.image_reference,
    )


CHECK = PreflightCheck(queries=lambda inputs: [server_image(inputs), machines(inputs)], rows=_rows)
