"""SageMaker's hosting as AWS behaves: models, endpoint configs, and endpoints that take time, fail and roll back.

Knows nothing of HTTP or of moto: requests come in as the JSON that boto3 sent, checked against botocore's model. What needs
another service (does the image exist, the role, the model data) was asked before a model comes here.

Time is elapsed time: a transition of 0 seconds is over once somebody has seen it (on the second describe), any other once
its seconds have passed. Nothing runs in the background; every request first settles what is over.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import get_args

from sandbox.aws.hosting import describe, guardrails, pools
from sandbox.aws.hosting.records import (
    JSON,
    SERVING,
    UNDER_WAY,
    ContainerLog,
    Durations,
    Endpoint,
    EndpointConfig,
    Model,
    Outcome,
    OutcomeKind,
    RolloutKind,
    Scale,
    Status,
    Transition,
)
from sandbox.aws.wire import invalid

_PING = (
    "The primary container for production variant {variant} did not pass the ping health check. "
    "Please check CloudWatch logs for this endpoint."
)


class Hosting:
    """All models, endpoint configs and endpoints by ARN, and what is to befall the next ones. The caller holds the lock.

    `clock` says how long something takes, in seconds; `today` is what stands in answers.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic, today: Callable[[], datetime] | None = None) -> None:
        self._clock, self._today = clock, today or _now
        self.reset()

    def reset(self) -> None:
        self._models: dict[str, Model] = {}
        self._configs: dict[str, EndpointConfig] = {}
        self._endpoints: dict[str, Endpoint] = {}
        self._logs: list[ContainerLog] = []
        self.forget_control()

    # Control, by a test

    def forget_control(self) -> None:
        self._outcomes: list[Outcome] = []
        self._durations: dict[str | None, Durations] = {}
        self.short: frozenset[str] = frozenset()  # instance types of which there is no capacity

    def expect(self, outcome: Outcome) -> None:
        self._outcomes.append(outcome)

    def set_durations(self, name: str | None, durations: Durations) -> None:
        self._durations[name] = durations

    def durations(self, name: str | None) -> Durations:
        return self._durations.get(name) or self._durations.get(None) or Durations()

    def hold_status(self, name: str, status: Status, seconds: float | None) -> None:
        """Give every endpoint `name` a status for so many seconds, then back (None: for good). What is under way is over at once.

        Raises KeyError if there is no such endpoint.
        """
        if status not in get_args(Status):
            raise ValueError(f"status is {status!r}, not one of {', '.join(get_args(Status))}")
        for endpoint in list(self._endpoints.values()):
            if endpoint.transition and endpoint.name == name:
                self._finish(endpoint, endpoint.transition)
        endpoints = [endpoint for endpoint in self._endpoints.values() if endpoint.name == name]
        if not endpoints:
            raise KeyError(name)
        for endpoint in endpoints:
            endpoint.transition = None if seconds is None else self._transition(seconds, endpoint.status)
            endpoint.status, endpoint.modified = status, self._today()

    # Models

    def create_model(self, arn: str, request: JSON, images: tuple[tuple[str, str], ...]) -> None:
        if arn in self._models:
            raise invalid(f'Cannot create already existing model "{arn}".')
        tags, request = _split_tags(request)
        self._models[arn] = Model(
            name=request["ModelName"], arn=arn, request=request, images=images, created=self._today(), tags=tags
        )

    def describe_model(self, arn: str) -> JSON:
        return describe.model(self._model(arn))

    def delete_model(self, arn: str) -> None:
        """Also one in use: AWS's reference does not forbid that, and nothing refuses it."""
        self._model(arn)
        del self._models[arn]

    def list_models(self, request: JSON, place: str) -> JSON:
        rows = [
            {"ModelName": model.name, "ModelArn": model.arn, "CreationTime": model.created}
            for model in self._models.values()
            if _place(model.arn) == place
        ]
        return describe.page(rows, request, result="Models", name="ModelName")

    # Endpoint configs

    def create_endpoint_config(self, arn: str, request: JSON) -> None:
        if arn in self._configs:
            raise invalid(f'Cannot create already existing endpoint configuration "{arn}".')
        tags, request = _split_tags(request)
        variants: list[JSON] = request["ProductionVariants"]
        if len({variant["VariantName"] for variant in variants}) < len(variants):
            raise invalid("Production variant names must be unique within an endpoint configuration.")
        for variant in variants:
            if model_name := variant.get("ModelName"):
                self._model(_sibling(arn, "model", model_name))
            pools.check(variant)
        self._configs[arn] = EndpointConfig(
            name=request["EndpointConfigName"], arn=arn, request=request, created=self._today(), tags=tags
        )

    def describe_endpoint_config(self, arn: str) -> JSON:
        return describe.endpoint_config(self._config(arn))

    def delete_endpoint_config(self, arn: str) -> None:
        """Also one in use: 'you must not', says AWS's reference of DeleteEndpointConfig, and nothing keeps one from it."""
        self._config(arn)
        del self._configs[arn]

    def list_endpoint_configs(self, request: JSON, place: str) -> JSON:
        rows = [
            {"EndpointConfigName": config.name, "EndpointConfigArn": config.arn, "CreationTime": config.created}
            for config in self._configs.values()
            if _place(config.arn) == place
        ]
        return describe.page(rows, request, result="EndpointConfigs", name="EndpointConfigName")

    # Endpoints

    def create_endpoint(self, arn: str, request: JSON) -> None:
        self._settle()
        if arn in self._endpoints:
            raise invalid(f'Cannot create already existing endpoint "{arn}".')
        config = self._deployable(_sibling(arn, "endpoint-config", request["EndpointConfigName"]))
        tags, request = _split_tags(request)
        name = request["EndpointName"]
        now = self._today()
        outcome = self._take_outcome(name, ("success", "fail"))
        if pools.is_short(config, self.short):
            outcome = Outcome(outcome="fail", reason=pools.SHORTAGE)
        transition = self._transition(self.durations(name).creating, "InService")
        transition.config, transition.scales = config, _initial_scales(config)
        transition.deployment_config = request.get("DeploymentConfig")
        _decide(transition, outcome)
        self._logs += _logs_of(name, config, outcome)
        self._endpoints[arn] = Endpoint(
            name=name,
            arn=arn,
            status="Creating",
            config=config,
            scales={},
            created=now,
            modified=now,
            tags=tags,
            transition=transition,
        )

    def update_endpoint(self, arn: str, request: JSON) -> None:
        endpoint = self._changeable(arn)
        config = self._deployable(_sibling(arn, "endpoint-config", request["EndpointConfigName"]))
        if self._configs.get(endpoint.config.arn) is not endpoint.config:
            # of the old one, whatever it is to become (hashicorp/terraform-provider-aws#40048, #48997). That another one of its
            # name does not help is assumed
            raise invalid(f'Could not find endpoint configuration "{endpoint.config.arn}".')
        if config is endpoint.config and endpoint.status != "UpdateRollbackFailed":
            # 'To update an endpoint, you must create a new EndpointConfig' (API reference of UpdateEndpoint).
            raise invalid(f'Endpoint "{arn}" already uses endpoint configuration "{config.arn}". Create a new one to update it.')
        _check_async(endpoint, config)
        if deployment := request.get("DeploymentConfig"):
            guardrails.check(deployment, endpoint.config, config)
        scales = _initial_scales(config)
        if request.get("RetainAllVariantProperties"):
            excluded = {item["VariantPropertyType"] for item in request.get("ExcludeRetainedVariantProperties", ())}
            for variant, old in endpoint.scales.items():
                if variant in scales:
                    scales[variant] = Scale(
                        count=scales[variant].count if "DesiredInstanceCount" in excluded else old.count,
                        weight=scales[variant].weight if "DesiredWeight" in excluded else old.weight,
                    )
        outcome = Outcome(outcome="success")
        if any(scale.count != 0 for scale in scales.values()):  # without an instance no container starts, so none fails (assumed)
            outcome = self._take_outcome(endpoint.name, get_args(RolloutKind))
            if pools.is_short(config, self.short):
                outcome = Outcome(outcome="rollback", reason=pools.SHORTAGE)
        transition = self._transition(self.durations(endpoint.name).updating, "InService")
        transition.config, transition.scales = config, scales
        transition.deployment_config = request.get("DeploymentConfig")
        if request.get("RetainDeploymentConfig") and not transition.deployment_config:
            transition.deployment_config = endpoint.deployment_config
        _decide(transition, outcome)
        self._logs += _logs_of(endpoint.name, config, outcome)
        endpoint.status, endpoint.transition, endpoint.modified = "Updating", transition, self._today()

    def update_weights_and_capacities(self, arn: str, request: JSON) -> None:
        endpoint = self._changeable(arn)
        scales = dict(endpoint.scales)
        for wish in request["DesiredWeightsAndCapacities"]:
            name = wish["VariantName"]
            if name not in scales:
                raise invalid(
                    f'The variant name(s) "{name}" is/are not present within endpoint configuration "{endpoint.config.arn}".'
                )
            scales[name] = Scale(
                count=wish.get("DesiredInstanceCount", scales[name].count), weight=wish.get("DesiredWeight", scales[name].weight)
            )
        transition = self._transition(self.durations(endpoint.name).updating, "InService")
        transition.config, transition.scales = endpoint.config, scales
        transition.deployment_config = endpoint.deployment_config
        outcome = self._take_outcome(endpoint.name, ("scaling-rollback",))
        if outcome.outcome == "scaling-rollback":  # the one way to RollingBack (botocore's text of EndpointStatus)
            transition.succeeds, transition.reason, transition.status_after = False, outcome.reason, "RollingBack"
        endpoint.status, endpoint.transition, endpoint.modified = "Updating", transition, self._today()

    def delete_endpoint(self, arn: str) -> None:
        endpoint = self._endpoint(arn)
        if endpoint.status in UNDER_WAY:
            raise invalid(f'Cannot update in-progress endpoint "{arn}".')  # AWS says 'update' here too
        endpoint.transition = self._transition(self.durations(endpoint.name).deleting, None)
        endpoint.status, endpoint.modified = "Deleting", self._today()

    def describe_endpoint(self, arn: str) -> JSON:
        endpoint = self._endpoint(arn)
        models = {model.name: model for model in self._models.values() if _in_place_of(model.arn, arn)}
        described = describe.endpoint(endpoint, models, self._clock(), self.short)
        if endpoint.transition:
            endpoint.transition.seen = True
        return described

    def list_endpoints(self, request: JSON, place: str) -> JSON:
        self._settle()
        rows: list[JSON] = []
        for endpoint in self._endpoints.values():
            if _place(endpoint.arn) != place:
                continue
            if endpoint.transition:
                endpoint.transition.seen = True
            rows.append(
                {
                    "EndpointName": endpoint.name,
                    "EndpointArn": endpoint.arn,
                    "CreationTime": endpoint.created,
                    "LastModifiedTime": endpoint.modified,
                    "EndpointStatus": endpoint.status,
                }
            )
        return describe.page(rows, request, result="Endpoints", name="EndpointName")

    def serving_config(self, arn: str) -> EndpointConfig | None:
        """The config that answers inference requests now; None where nothing does. Counts as nobody's look at the status."""
        self._settle()
        endpoint = self._endpoints.get(arn)
        return endpoint.config if endpoint and endpoint.status in SERVING else None

    def endpoint(self, arn: str) -> Endpoint | None:
        """An endpoint, for other services that hang on it. Counts as nobody's look at the status."""
        self._settle()
        return self._endpoints.get(arn)

    def config(self, arn: str) -> EndpointConfig | None:
        return self._configs.get(arn)

    def take_logs(self) -> list[ContainerLog]:
        """What containers have written since this was last asked."""
        taken, self._logs = self._logs, []
        return taken

    # Tags

    def tags(self, arn: str) -> dict[str, str] | None:
        """The tags of a model, config or endpoint, to read and to change; None for an ARN of something else."""
        if arn.split(":")[5].partition("/")[0] not in ("model", "endpoint-config", "endpoint"):
            return None
        self._settle()
        tagged = self._models.get(arn) or self._configs.get(arn) or self._endpoints.get(arn)
        if tagged is None:
            raise invalid(f"Could not find resource {arn}.")
        return tagged.tags

    # The life cycle

    def _transition(self, seconds: float, status_after: Status | None) -> Transition:
        return Transition(started=self._clock(), started_at=self._today(), seconds=seconds, status_after=status_after)

    def _settle(self) -> None:
        now = self._clock()
        for endpoint in list(self._endpoints.values()):
            transition = endpoint.transition
            if transition and (now - transition.started >= transition.seconds if transition.seconds else transition.seen):
                self._finish(endpoint, transition)

    def _finish(self, endpoint: Endpoint, transition: Transition) -> None:
        if transition.status_after is None:
            del self._endpoints[endpoint.arn]
            return
        endpoint.transition, endpoint.status, endpoint.modified = None, transition.status_after, self._today()
        if transition.config:
            endpoint.failure_reason = transition.reason
            if transition.succeeds:
                endpoint.config, endpoint.scales = transition.config, transition.scales
                endpoint.deployment_config = transition.deployment_config
        if transition.status_after == "RollingBack":
            endpoint.transition = self._transition(transition.seconds, "InService")

    def _endpoint(self, arn: str) -> Endpoint:
        self._settle()
        if arn not in self._endpoints:
            raise invalid(f'Could not find endpoint "{arn}".')
        return self._endpoints[arn]

    def _changeable(self, arn: str) -> Endpoint:
        endpoint = self._endpoint(arn)
        if endpoint.status in UNDER_WAY:
            raise invalid(f'Cannot update in-progress endpoint "{arn}".')
        if endpoint.status == "Failed":
            raise invalid(f'Cannot update endpoint "{arn}" in status Failed. A failed endpoint can only be deleted.')
        return endpoint

    def _model(self, arn: str) -> Model:
        if arn not in self._models:
            raise invalid(f'Could not find model "{arn}".')
        return self._models[arn]

    def _config(self, arn: str) -> EndpointConfig:
        if arn not in self._configs:
            raise invalid(f'Could not find endpoint configuration "{arn}".')
        return self._configs[arn]

    def _deployable(self, arn: str) -> EndpointConfig:
        """A config whose models are there still."""
        config = self._config(arn)
        for name in sorted(config.model_names):
            self._model(_sibling(arn, "model", name))
        return config

    def _take_outcome(self, name: str, kinds: tuple[OutcomeKind, ...]) -> Outcome:
        for outcome in self._outcomes:
            if outcome.name in (None, name) and outcome.outcome in kinds:
                if outcome.times is not None:
                    outcome.times -= 1
                    if outcome.times <= 0:
                        self._outcomes.remove(outcome)
                return outcome
        return Outcome(outcome="success")


def _now() -> datetime:
    return datetime.now(UTC)


def _place(arn: str) -> str:
    """What the ARNs of an account in a region begin with."""
    return arn.rpartition(":")[0]


def _sibling(arn: str, kind: str, name: str) -> str:
    """The ARN of another resource in the same account and region."""
    return f"{_place(arn)}:{kind}/{name}"


def _in_place_of(arn: str, other: str) -> bool:
    """Whether two ARNs are in the same account and region."""
    return _place(arn) == _place(other)


def _split_tags(request: JSON) -> tuple[dict[str, str], JSON]:
    tags = {tag["Key"]: tag["Value"] for tag in request.get("Tags", ())}
    return tags, {key: value for key, value in request.items() if key != "Tags"}


def _initial_scales(config: EndpointConfig) -> dict[str, Scale]:
    return {
        variant["VariantName"]: Scale(count=variant.get("InitialInstanceCount"), weight=variant.get("InitialVariantWeight", 1.0))
        for variant in config.variants
    }


def _logs_of(name: str, config: EndpointConfig, outcome: Outcome) -> Iterator[ContainerLog]:
    """A log stream for each variant, named as AWS does; of an asynchronous endpoint a second one, of what became of requests."""
    for variant in config.variants if outcome.log else []:
        stream = f"{variant['VariantName']}/i-{uuid.uuid4().hex[:17]}"
        yield ContainerLog(endpoint_name=name, stream=stream, lines=tuple(outcome.log))
        if "AsyncInferenceConfig" in config.request:
            yield ContainerLog(endpoint_name=name, stream=f"{stream}/data-log", lines=("No request has come yet",))


def _check_async(endpoint: Endpoint, config: EndpointConfig) -> None:
    is_async, will_be = ("AsyncInferenceConfig" in one.request for one in (endpoint.config, config))
    if is_async and not will_be:
        raise invalid(f"The AsyncInferenceConfig parameter cannot be removed from this endpoint {endpoint.name}.")
    if will_be and not is_async:
        raise invalid(f"The AsyncInferenceConfig parameter cannot be added to this endpoint {endpoint.name}.")


def _decide(transition: Transition, outcome: Outcome) -> None:
    """Write into a transition how it will end, and what is said of it until then."""
    transition.message = outcome.message
    if outcome.outcome == "success":
        return
    transition.succeeds = False
    ends: dict[OutcomeKind, Status] = {"fail": "Failed", "rollback-failed": "UpdateRollbackFailed"}
    transition.status_after = ends.get(outcome.outcome, "InService")
    if outcome.outcome != "rollback-silent":
        transition.reason = outcome.reason or _PING.format(variant=next(iter(transition.scales)))
