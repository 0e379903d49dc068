"""Asks AWS and the platform everything at once, then judges the answers. Reads only."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from aces_action.aws.alarms import FoundAlarms, describe_alarms
from aces_action.aws.clients import Clients
from aces_action.aws.identity import Identity
from aces_action.aws.image import ServerImage, download, read_image
from aces_action.aws.naming import Names
from aces_action.language import EMPTY, Text, same
from aces_action.output.check import Check
from aces_action.preflight.alarms_and_topics import check_alarm, check_topic, topic_exists
from aces_action.preflight.bucket import MISSING, check_bucket, find_region
from aces_action.preflight.driver import check_driver
from aces_action.preflight.endpoint import Standing, check_endpoint, read_standing
from aces_action.preflight.image import check_image, jobs
from aces_action.preflight.instances import Machine, check_batch_type, check_room, not_asked, read_machines, read_zones, tightest
from aces_action.preflight.network import Place, check_network, read_security_groups, read_subnets
from aces_action.preflight.platform import check_platform, is_asleep
from aces_action.preflight.queries import Answer, Questions
from aces_action.preflight.queues import Queue, Surroundings, check_queue, read_queues
from aces_action.preflight.quotas import Quota, Usage, check_types, count_usage, find_quotas, in_earnest
from aces_action.preflight.roles import check_role, own_arn, read_trust, roles_of, simulate_passing
from aces_action.preflight.weights import FoundWeights, check_weights, find_weights
from aces_action.problems import CATALOGUE, Problem
from aces_action.project.model import EndpointSettings, Infra, JobSettings
from aces_action.resources.batch.spec import Instance, check_fit
from aces_action.resources.listing import PlatformClient
from aces_action.resources.listing import check as ask_platform
from aces_action.resources.weights.s3_object import S3Object
from aces_action.settings import Strictness


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What is to be deployed, and by whom.

    `changes`: this run is to deploy it; a plan may run under a role that can only read. `may_sleep`: without the platform, the
    registration waits for another run. `may_wait`: for a roll-out that others have begun.
    """

    infra: Infra
    infra_file: str
    names: Names
    identity: Identity
    role_arn: str | None
    region: str
    project: str
    env: str
    image_tag: str
    tenant_id: str
    platform_url: str
    changes: bool
    may_sleep: bool
    run_url: str
    may_wait: bool = True

    @property
    def registry(self) -> str:
        """The account's registry of images in the region."""
        return f"{self.identity.account}.dkr.ecr.{self.region}.{self.identity.domain}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What the later steps build on. Role ARNs are those to pass to SageMaker and Batch.

    `if_updated`: what is wrong as soon as there is something to update, and a warning until then.
    """

    image: ServerImage
    weights: S3Object
    sagemaker_role: str
    batch_job_role: str
    batch_execution_role: str
    instances: dict[str, Instance]
    platform_sleeps: bool
    if_updated: tuple[Problem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Preflight:
    """How it went: a row for everything that was looked at, and the findings if no row has an error."""

    checks: tuple[Check, ...]
    findings: Findings | None

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Each once, in the order of the rows."""
        return tuple(dict.fromkeys(problem for check in self.checks for problem in check.problems))


def preflight(clients: Clients, platform: PlatformClient, subject: Subject, *, strictness: Strictness = "normal") -> Preflight:
    """Looks at everything that the deployment needs. Under 'strict', what may not be looked at is an error too (P029)."""
    # not as a context manager: that would wait for slow answers when the job is cancelled
    pool = ThreadPoolExecutor(max_workers=24, thread_name_prefix="preflight")
    try:
        answers = _ask(Questions(pool), clients, platform, subject)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
    checks = _judge(answers, subject)
    if strictness == "strict":
        checks = [_strict(each) for each in checks]
    failed = any(problem.severity == "error" for check in checks for problem in check.problems)
    findings = None if failed else _findings(answers, subject, checks)
    return Preflight(checks=tuple(checks), findings=findings)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answers:
    """All that was asked. A mapping has an answer for each of its questions."""

    bucket: Answer[str]
    weights: Answer[FoundWeights]
    image: Answer[ServerImage]
    machines: Answer[dict[str, Machine]]
    zones: Answer[dict[str, frozenset[str]]]
    trusts: dict[str, Answer[Mapping[str, Any]]]
    passing: dict[str, Answer[dict[str, bool]]]
    standing: Answer[Standing | None]
    quotas: Answer[dict[str, Quota]]
    usage: Answer[dict[str, Usage]]
    queues: Answer[dict[str, Queue]]
    subnets: Answer[dict[str, Place]]
    groups: Answer[dict[str, Place]]
    topics: dict[str, Answer[bool]]
    alarms: Answer[FoundAlarms]
    platform: list[Problem]
    elsewhere: Answer[dict[str, Place]]
    others: Answer[dict[str, Machine]]


def _ask(questions: Questions, clients: Clients, platform: PlatformClient, subject: Subject) -> _Answers:
    """A client is made in this thread only (making one is not thread-safe), while others answer already.

    What takes longest comes first.
    """
    infra, names, endpoint = subject.infra, subject.names, subject.infra.endpoint
    kinds = endpoint.instance_types if endpoint else ()
    types = sorted({*(job.instance_type for job in jobs(infra)), *(kind.removeprefix("ml.") for kind in kinds)})

    on_platform = questions.ask(lambda: ask_platform(platform, subject.tenant_id))
    quotas = usage = standing = None
    if endpoint and names.endpoint:
        quota_client, name = clients.service_quotas, names.endpoint
        all_kinds = Text(", ".join(kinds), "、".join(kinds))
        quotas = questions.ask_if_allowed(
            Text(f"The quota of {all_kinds.en}", f"{all_kinds.ja}のクォータ"), lambda: find_quotas(quota_client, kinds)
        )
        hosting = clients.sagemaker
        usage = questions.ask_if_allowed(
            Text(f"The use of {all_kinds.en}", f"{all_kinds.ja}の使用数"), lambda: count_usage(hosting, kinds, name)
        )
        standing = questions.ask(lambda: read_standing(hosting, name))

    batch_client = clients.batch if infra.job else None
    queues = None
    if batch_client:
        asked = [name for name in (names.job_queue, names.longtime_job_queue) if name]
        queues = questions.ask_if_allowed(Text("The job queues", "ジョブキュー"), partial(read_queues, batch_client, asked))

    weights_client = clients.s3
    bucket = questions.ask_if_allowed(
        Text(f"The bucket {names.bucket}", f"バケット{names.bucket}"),
        lambda: find_region(weights_client, names.bucket, subject.region),
    )
    weights = questions.ask(lambda: find_weights(weights_client, names.bucket, names.weights_key))

    registry_client = clients.ecr
    image = questions.ask(
        lambda: read_image(
            registry_client,
            registry=subject.registry,
            repository=names.repository,
            tag=subject.image_tag,
            fetch=download,
        )
    )

    iam = clients.iam
    roles = roles_of(infra, names, subject.identity)
    caller = own_arn(subject.identity, subject.role_arn)
    trusts = {
        role.arn: questions.ask_if_allowed(
            Text(f"The role {role.name}", f"ロール{role.name}"), partial(read_trust, iam, role.name)
        )
        for role in roles
    }
    passing = {
        service: questions.ask_if_allowed(
            Text(f"Whether the roles may be passed to {service}", f"{service}にロールを渡せるか"),
            partial(simulate_passing, iam, caller, service, [role.arn for role in roles if role.service == service]),
        )
        for service in sorted({role.service for role in roles})
        if subject.changes
    }

    topics, alarms = {}, None
    if endpoint:
        for _, arn in _topics(endpoint):
            topics[arn] = questions.ask_if_allowed(
                Text(f"The SNS topic {arn}", f"SNSトピック{arn}"), partial(topic_exists, clients.sns, arn)
            )
        if names_of_alarms := _alarms(endpoint):
            alarms = questions.ask_if_allowed(
                Text("The alarms of the roll-out", "ロールアウトのアラーム"),
                partial(describe_alarms, clients.cloudwatch, names_of_alarms),
            )

    ec2 = clients.ec2
    about_types = Text("The instance types", "インスタンスタイプ")
    ask_types = questions.ask if jobs(infra) else partial(questions.ask_if_allowed, about_types)
    machines = ask_types(lambda: read_machines(ec2, types))
    zones = questions.ask_if_allowed(
        Text("The zones of the instance types", "インスタンスタイプのゾーン"),
        lambda: read_zones(ec2, [job.instance_type for job in jobs(infra)]),
    )
    subnets = groups = None
    if endpoint and endpoint.subnets:
        subnet_ids, group_ids = endpoint.subnets, endpoint.security_group_ids
        subnets = questions.ask_if_allowed(Text("The subnets", "サブネット"), lambda: read_subnets(ec2, subnet_ids))
        groups = questions.ask_if_allowed(
            Text("The security groups", "セキュリティグループ"), lambda: read_security_groups(ec2, group_ids)
        )

    # what can be asked only when the queues are known
    found_queues: Answer[dict[str, Queue]] = queues.result() if queues else Answer(value={})
    environments = [each for queue in (found_queues.value or {}).values() for each in queue.environments]
    elsewhere = questions.ask_if_allowed(
        Text("The zones of the compute environments", "コンピューティング環境のゾーン"),
        lambda: read_subnets(ec2, {subnet for each in environments for subnet in each.subnets}),
    )
    unknown = {name for each in environments for name in each.instance_types if "." in name} - set(types)
    others = questions.ask_if_allowed(about_types, lambda: read_machines(ec2, unknown))

    return _Answers(
        bucket=bucket.result(),
        weights=weights.result(),
        image=image.result(),
        machines=machines.result(),
        zones=zones.result(),
        trusts={arn: each.result() for arn, each in trusts.items()},
        passing={service: each.result() for service, each in passing.items()},
        standing=standing.result() if standing else Answer(),
        quotas=quotas.result() if quotas else Answer(),
        usage=usage.result() if usage else Answer(),
        queues=found_queues,
        subnets=subnets.result() if subnets else Answer(),
        groups=groups.result() if groups else Answer(),
        topics={arn: each.result() for arn, each in topics.items()},
        alarms=alarms.result() if alarms else Answer(),
        platform=_problems_of(on_platform.result()),
        elsewhere=elsewhere.result(),
        others=others.result(),
    )


def _judge(answers: _Answers, subject: Subject) -> list[Check]:
    """A row for each thing, in the order in which a reader thinks of them."""
    infra, names, identity, endpoint = subject.infra, subject.names, subject.identity, subject.infra.endpoint
    machines = answers.machines.value or {}
    instances = {name: machine.instance for name, machine in machines.items()}
    account = Text(f"{identity.account} in {subject.region}", f"{identity.account}、{subject.region}")
    rows = [Check(what=Text("AWS account", "AWSアカウント"), found=account, needed=same(infra.account_id or identity.account))]
    rows += check_bucket(answers.bucket, bucket=names.bucket, region=subject.region)
    rows += check_weights(
        answers.weights, bucket=names.bucket, key=names.weights_key, without_bucket=answers.bucket.value == MISSING
    )
    image = f"{names.repository}:{subject.image_tag}"
    rows += check_image(answers.image, infra=infra, instances=instances, wanted=image)
    roles = roles_of(infra, names, identity)
    rows += [check_role(role, answers.trusts[role.arn], answers.passing.get(role.service, Answer())) for role in roles]
    for service, passing in answers.passing.items():
        rows += not_asked(Text(f"Passing roles to {service}", f"{service}へのロールの受け渡し"), passing.problems)
    if endpoint and names.endpoint:
        rows += _judge_endpoint(answers, subject, endpoint, names.endpoint)
    rows += _judge_jobs(answers, subject, machines)
    rows += check_platform(answers.platform, url=subject.platform_url, tenant_id=subject.tenant_id, may_sleep=subject.may_sleep)
    return rows


def _judge_endpoint(answers: _Answers, subject: Subject, endpoint: EndpointSettings, name: str) -> list[Check]:
    file, standing = subject.infra_file, answers.standing.value
    rows = check_endpoint(
        name,
        answers.standing,
        is_async=endpoint.mode == "async",
        project=subject.project,
        env=subject.env,
        run_url=subject.run_url,
        may_wait=subject.may_wait,
    )
    exists = standing is not None and standing.can_be_updated
    rows += check_types(answers.quotas, answers.usage, endpoint, exists=exists, region=subject.region)
    rows += check_driver(answers.image.value, endpoint, file=file)
    machine, weights = tightest(endpoint.instance_types, answers.machines.value or {}), answers.weights.value
    if machine and weights:
        rows += check_room(f"ml.{machine.instance.instance_type}", machine, size=weights.weights.size)
    if not subject.infra.job:  # else the jobs say it
        rows += not_asked(Text("Instance types", "インスタンスタイプ"), answers.machines.problems)
    rows += check_network(endpoint.subnets, endpoint.security_group_ids, answers.subnets, answers.groups, file=file)
    for key, arn in _topics(endpoint):
        rows += check_topic(key, arn, answers.topics[arn], file=file)
    for alarm in _alarms(endpoint):
        rows += check_alarm(alarm, answers.alarms, file=file)
    return rows


def _judge_jobs(answers: _Answers, subject: Subject, machines: dict[str, Machine]) -> list[Check]:
    names, rows = subject.names, []
    for instance_type in sorted({job.instance_type for job in jobs(subject.infra)}):
        rows += check_batch_type(instance_type, answers.machines, answers.zones, region=subject.region)
        if (machine := machines.get(instance_type)) and (weights := answers.weights.value):
            rows += check_room(instance_type, machine, size=weights.weights.size)
    surroundings = Surroundings(
        machines=machines | (answers.others.value or {}),
        zone_of={subnet: place.zone for subnet, place in (answers.elsewhere.value or {}).items()},
        offered=answers.zones.value or {},
    )
    for job, definition, queue in zip(
        jobs(subject.infra), (names.job, names.longtime_job), (names.job_queue, names.longtime_job_queue), strict=False
    ):
        if definition and (machine := machines.get(job.instance_type)):
            rows.append(_fit(job, machine.instance, definition, subject.infra_file))
        if queue and answers.queues.value is not None:
            rows += check_queue(queue, answers.queues.value.get(queue), job, surroundings)
    if subject.infra.job:
        rows += not_asked(Text("Job queues", "ジョブキュー"), answers.queues.problems)
        rows += not_asked(Text("Zones", "ゾーン"), answers.zones.problems + answers.elsewhere.problems + answers.others.problems)
    return rows


def _fit(job: JobSettings, instance: Instance, name: str, file: str) -> Check:
    asked = [
        Text(f"{job.vcpus} vCPUs", f"vCPU {job.vcpus}個") if job.vcpus else EMPTY,
        Text(f"{job.memory:,} MiB", f"メモリ{job.memory:,} MiB") if job.memory else EMPTY,
        Text(f"{job.gpus} GPUs", f"GPU {job.gpus}個") if job.gpus else EMPTY,
    ]
    said = [each for each in asked if each]
    takes = Text(", ".join(each.en for each in said), "、".join(each.ja for each in said)) if said else _WHOLE
    problems = check_fit(job, instance, name=name, file=file)
    return Check(
        what=Text(f"Job definition {name}", f"ジョブ定義{name}"),
        found=takes,
        needed=Text(f"fits into {instance.instance_type}", f"{instance.instance_type}に収まる"),
        problems=tuple(problems),
    )


_WHOLE = Text("all of the instance", "インスタンス全体")


def _findings(answers: _Answers, subject: Subject, checks: list[Check]) -> Findings | None:
    if answers.image.value is None or answers.weights.value is None:
        return None
    roles = {role.use: role.arn for role in roles_of(subject.infra, subject.names, subject.identity)}
    problems = [problem for check in checks for problem in check.problems]
    return Findings(
        image=answers.image.value,
        weights=answers.weights.value.weights,
        sagemaker_role=roles.get("sagemaker", ""),
        batch_job_role=roles.get("batch job", ""),
        batch_execution_role=roles.get("batch execution", ""),
        instances={name: machine.instance for name, machine in (answers.machines.value or {}).items()},
        platform_sleeps=is_asleep(answers.platform),
        if_updated=tuple(in_earnest(problem) for problem in problems if problem.kind == CATALOGUE["P017"]),
    )


def _strict(check: Check) -> Check:
    """Under `preflight: strict` what was not looked at is an error."""
    strict = CATALOGUE["P029"]
    return replace(
        check,
        problems=tuple(
            replace(problem, kind=strict) if problem.kind == CATALOGUE["P010"] else problem for problem in check.problems
        ),
    )


def _problems_of(answer: Answer[list[Problem]]) -> list[Problem]:
    return [*(answer.value or []), *answer.problems]


def _topics(endpoint: EndpointSettings) -> list[tuple[str, str]]:
    """Where the infra file names topics, and which; each once."""
    named = {
        endpoint.async_success_topic: "sagemaker.async.success_topic",
        endpoint.async_error_topic: "sagemaker.async.error_topic",
    }
    return [(key, arn) for arn, key in named.items() if arn]


def _alarms(endpoint: EndpointSettings) -> tuple[str, ...]:
    return endpoint.rollout.alarms if endpoint.rollout else ()
