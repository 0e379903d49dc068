"""Application Auto Scaling for SageMaker's variants. moto's takes any target, keeps no tags, and leaves policies behind.

What AWS documents is kept: a target needs its variant; deregistering it deletes policies and scheduled actions; a deleted policy
is taken out of the actions of its alarms; target tracking has alarms of its own; what is deleted with its endpoint is gone.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from uuid import uuid4

from moto.applicationautoscaling.responses import ApplicationAutoScalingResponse
from moto.cloudwatch.models import CloudWatchBackend, cloudwatch_backends
from moto.core.responses import ActionResult
from moto.core.utils import get_service_model

from aces_action.project.instance_types import is_burstable
from sandbox.aws import constraints
from sandbox.aws.hosting.records import JSON
from sandbox.aws.hosting.store import Hosting
from sandbox.aws.state import state_of
from sandbox.aws.targets import Target, Targets, forget_policy, instances
from sandbox.aws.wire import Refusal, invalid

DIMENSION = "sagemaker:variant:DesiredInstanceCount"
_SETTINGS = {
    "TargetTrackingScaling": "TargetTrackingScalingPolicyConfiguration",
    "StepScaling": "StepScalingPolicyConfiguration",
    "PredictiveScaling": "PredictiveScalingPolicyConfiguration",
}
_NOTHING_SUSPENDED = {"DynamicScalingInSuspended": False, "DynamicScalingOutSuspended": False, "ScheduledScalingSuspended": False}


class ApplicationAutoScaling(ApplicationAutoScalingResponse):
    """For SageMaker's variants alone: nobody here scales anything else."""

    def _run(self, step: Callable[[Targets, Hosting, JSON], JSON]) -> ActionResult:
        request: JSON = json.loads(self.body or "{}")
        operation = self._get_action()
        constraints.check(get_service_model("application-autoscaling").operation_model(operation).input_shape, request)
        scaled = (request.get("ServiceNamespace", "sagemaker"), request.get("ScalableDimension", DIMENSION))
        if scaled != ("sagemaker", DIMENSION):
            raise NotImplementedError(f"{operation} for {' '.join(scaled)}")
        state = state_of(self.normalized_request)
        with state.lock:
            return ActionResult(step(state.targets, state.hosting, request))

    def _found(self, targets: Targets, hosting: Hosting, request: JSON) -> Target:
        target = targets.find(hosting, self.region, request["ResourceId"])
        if target is None:
            raise Refusal(
                400,
                "ObjectNotFoundException",
                f"No scalable target found for service namespace: sagemaker, resource ID: {request['ResourceId']}, "
                f"scalable dimension: {DIMENSION}",
            )
        return target

    def register_scalable_target(self) -> ActionResult:  # type: ignore[override]
        def step(targets: Targets, hosting: Hosting, request: JSON) -> JSON:
            target = targets.find(hosting, self.region, request["ResourceId"])
            if target and request.get("Tags"):
                raise invalid(
                    "The scalable target that you tried to tag already exists. To update tags on an existing scalable target, "
                    "use "
                    "the TagResource API."
                )
            if target is None:
                target = self._new_target(hosting, request)
            low, high = request.get("MinCapacity", target.min_capacity), request.get("MaxCapacity", target.max_capacity)
            self._check(hosting, target, low, high)
            target.min_capacity, target.max_capacity = low, high
            target.suspended |= request.get("SuspendedState", {})
            targets.add(self.region, target)
            _into_range(hosting, target)
            return {"ScalableTargetARN": target.arn}

        return self._run(step)

    def _new_target(self, hosting: Hosting, request: JSON) -> Target:
        if not {"MinCapacity", "MaxCapacity"} <= request.keys():
            raise invalid("MinCapacity and MaxCapacity must be specified when registering a new scalable target")
        parts = request["ResourceId"].split("/")
        if len(parts) != 4 or (parts[0], parts[2]) != ("endpoint", "variant"):
            raise invalid("Unsupported service namespace, resource type or scalable dimension")
        arn = f"arn:{self.partition}:sagemaker:{self.region}:{self.current_account}:endpoint/{parts[1]}"
        endpoint = hosting.endpoint(arn)
        if endpoint is None or parts[3] not in instances(endpoint.config):
            raise invalid(f"SageMaker endpoint variant doesn't exist: {request['ResourceId']}")
        return Target(
            arn=f"arn:{self.partition}:application-autoscaling:{self.region}:{self.current_account}:scalable-target/{uuid4().hex}aa",
            endpoint_arn=arn,
            endpoint_created=endpoint.created,
            variant=parts[3],
            min_capacity=request["MinCapacity"],
            max_capacity=request["MaxCapacity"],
            suspended=dict(_NOTHING_SUSPENDED),
            tags=dict(request.get("Tags", {})),
            created=datetime.now(UTC),
        )

    def _check(self, hosting: Hosting, target: Target, low: int, high: int) -> None:
        endpoint = hosting.endpoint(target.endpoint_arn)
        if endpoint is None:
            return
        if low < 0 or low > high:
            raise invalid(f"Minimum capacity {low} must be between 0 and the maximum capacity {high}")
        if low == 0 and "AsyncInferenceConfig" not in endpoint.config.request:
            raise invalid("Minimum capacity 0 is supported for asynchronous endpoints only")
        kind = instances(endpoint.config)[target.variant][0] or ""
        if is_burstable(kind):
            raise invalid(f"Autoscaling is not supported for variants of burstable instance type {kind}")

    def deregister_scalable_target(self) -> ActionResult:  # type: ignore[override]
        def step(targets: Targets, hosting: Hosting, request: JSON) -> JSON:
            targets.remove(self.region, self._found(targets, hosting, request))
            return {}

        return self._run(step)

    def describe_scalable_targets(self) -> ActionResult:  # type: ignore[override]
        def step(targets: Targets, hosting: Hosting, request: JSON) -> JSON:
            wanted = request.get("ResourceIds")
            rows = [each for each in targets.all(hosting, self.region) if wanted is None or each.resource_id in wanted]
            return {"ScalableTargets": [self._described(each) for each in rows]}

        return self._run(step)

    def _described(self, target: Target) -> JSON:
        role = "AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint"
        return {
            **_key(target),
            "MinCapacity": target.min_capacity,
            "MaxCapacity": target.max_capacity,
            "RoleARN": f"arn:{self.partition}:iam::{self.current_account}:role/aws-service-role/"
            f"sagemaker.application-autoscaling.amazonaws.com/{role}",
            "CreationTime": target.created,
            "SuspendedState": target.suspended,
            "ScalableTargetARN": target.arn,
        }

    def put_scaling_policy(self) -> ActionResult:  # type: ignore[override]
        def step(targets: Targets, hosting: Hosting, request: JSON) -> JSON:
            target = self._found(targets, hosting, request)
            name, old = request["PolicyName"], target.policies.get(request["PolicyName"])
            kind = str(request.get("PolicyType", old["PolicyType"] if old else "StepScaling"))
            if old and kind != old["PolicyType"]:
                raise invalid(f"The policy {name} exists with another policy type: {old['PolicyType']}")
            settings = request.get(_SETTINGS[kind])
            if settings is None:
                raise invalid(f"{_SETTINGS[kind]} must be specified for a policy of the type {kind}")
            if kind == "TargetTrackingScaling":
                _check_metric(settings)
                settings = {"DisableScaleIn": False, **settings}  # AWS fills this in
            arn = old["PolicyARN"] if old else self._policy_arn(target, name)
            if old:
                forget_policy(self.region, old, but_actions=True)
            policy = {
                **_key(target),
                "PolicyName": name,
                "PolicyARN": arn,
                "PolicyType": kind,
                _SETTINGS[kind]: settings,
                "CreationTime": old["CreationTime"] if old else datetime.now(UTC),
                "Tracking": self._track(target, arn) if kind == "TargetTrackingScaling" else [],
            }
            target.policies[name] = policy
            return {"PolicyARN": arn, "Alarms": self._alarms(policy)}

        return self._run(step)

    def _policy_arn(self, target: Target, name: str) -> str:
        place = f"arn:{self.partition}:autoscaling:{self.region}:{self.current_account}"
        return f"{place}:scalingPolicy:{uuid4()}:resource/sagemaker/{target.resource_id}:policyName/{name}"

    def _track(self, target: Target, arn: str) -> list[str]:
        """The alarms of a target tracking policy, which Application Auto Scaling makes itself."""
        names = [f"TargetTracking-{target.resource_id}-{which}-{uuid4()}" for which in ("AlarmHigh", "AlarmLow")]
        for name in names:
            self._cloudwatch().put_metric_alarm(
                name=name,
                namespace="AWS/SageMaker",
                metric_name="InvocationsPerInstance",
                comparison_operator="GreaterThanThreshold" if "AlarmHigh" in name else "LessThanThreshold",
                evaluation_periods=3,
                period=60,
                threshold=1.0,
                statistic="Sum",
                description=f"DO NOT EDIT OR DELETE. For TargetTrackingScaling policy {arn}.",
                dimensions=[{"Name": "EndpointName", "Value": target.resource_id.split("/")[1]}],
                alarm_actions=[arn],
            )
        return names

    def _cloudwatch(self) -> CloudWatchBackend:
        return cloudwatch_backends[self.current_account][self.region]

    def _alarms(self, policy: JSON) -> list[JSON]:
        alarms = self._cloudwatch().alarms.values()
        return [
            {"AlarmName": alarm.name, "AlarmARN": alarm.alarm_arn}
            for alarm in alarms
            if policy["PolicyARN"] in alarm.alarm_actions
        ]

    def describe_scaling_policies(self) -> ActionResult:  # type: ignore[override]
        def step(targets: Targets, hosting: Hosting, request: JSON) -> JSON:
            rows = [
                {**policy, "Alarms": self._alarms(policy)}
                for target in self._asked(targets, hosting, request)
                for policy in target.policies.values()
            ]
            return {"ScalingPolicies": rows}

        return self._run(step)

    def delete_scaling_policy(self) -> ActionResult:  # type: ignore[override]
        def step(targets: Targets, hosting: Hosting, request: JSON) -> JSON:
            target = self._found(targets, hosting, request)
            if request["PolicyName"] not in target.policies:
                raise Refusal(400, "ObjectNotFoundException", f"No scaling policy found: {request['PolicyName']}")
            forget_policy(self.region, target.policies.pop(request["PolicyName"]))
            return {}

        return self._run(step)

    def put_scheduled_action(self) -> ActionResult:  # type: ignore[override]
        def step(targets: Targets, hosting: Hosting, request: JSON) -> JSON:
            target = self._found(targets, hosting, request)
            name, now = request["ScheduledActionName"], datetime.now(UTC)
            for member in ("StartTime", "EndTime"):
                if member in request:
                    request[member] = datetime.fromtimestamp(request[member], UTC)
                    if request[member] <= now:
                        raise invalid(f"{member} must not be in the past")
            place = f"arn:{self.partition}:autoscaling:{self.region}:{self.current_account}"
            target.actions[name] = {
                **target.actions.get(name, {"CreationTime": now}),
                **request,
                "ScheduledActionARN": f"{place}:scheduledAction:{uuid4()}:resource/sagemaker/{target.resource_id}"
                f":scheduledActionName/{name}",
            }
            return {}

        return self._run(step)

    def describe_scheduled_actions(self) -> ActionResult:  # type: ignore[override]
        def step(targets: Targets, hosting: Hosting, request: JSON) -> JSON:
            found = self._asked(targets, hosting, request)
            return {"ScheduledActions": [action for target in found for action in target.actions.values()]}

        return self._run(step)

    def delete_scheduled_action(self) -> ActionResult:  # type: ignore[override]
        def step(targets: Targets, hosting: Hosting, request: JSON) -> JSON:
            target = self._found(targets, hosting, request)
            if target.actions.pop(request["ScheduledActionName"], None) is None:
                raise Refusal(400, "ObjectNotFoundException", f"No scheduled action found: {request['ScheduledActionName']}")
            return {}

        return self._run(step)

    def _asked(self, targets: Targets, hosting: Hosting, request: JSON) -> Iterator[Target]:
        for target in targets.all(hosting, self.region):
            if request.get("ResourceId") in (None, target.resource_id):
                yield target

    def list_tags_for_resource(self) -> ActionResult:
        return self._run(lambda targets, hosting, request: {"Tags": self._tagged(targets, hosting, request).tags})

    def tag_resource(self) -> ActionResult:
        def step(targets: Targets, hosting: Hosting, request: JSON) -> JSON:
            self._tagged(targets, hosting, request).tags.update(request["Tags"])
            return {}

        return self._run(step)

    def untag_resource(self) -> ActionResult:
        def step(targets: Targets, hosting: Hosting, request: JSON) -> JSON:
            tags = self._tagged(targets, hosting, request).tags
            for name in request["TagKeys"]:
                tags.pop(name, None)
            return {}

        return self._run(step)

    def _tagged(self, targets: Targets, hosting: Hosting, request: JSON) -> Target:
        target = targets.by_arn(hosting, request["ResourceARN"])
        if target is None:
            raise Refusal(400, "ResourceNotFoundException", f"The resource doesn't exist: {request['ResourceARN']}")
        return target


def _key(target: Target) -> JSON:
    return {"ServiceNamespace": "sagemaker", "ResourceId": target.resource_id, "ScalableDimension": DIMENSION}


def _check_metric(settings: JSON) -> None:
    metrics = [name for name in ("PredefinedMetricSpecification", "CustomizedMetricSpecification") if name in settings]
    if len(metrics) != 1:
        raise invalid("Exactly one of PredefinedMetricSpecification and CustomizedMetricSpecification must be specified")


def _into_range(hosting: Hosting, target: Target) -> None:
    """Registering brings what is outside of the range into it (API reference: RegisterScalableTarget)."""
    endpoint = hosting.endpoint(target.endpoint_arn)
    if endpoint is None or endpoint.status != "InService":
        return
    count = endpoint.scales[target.variant].count
    wanted = None if count is None else min(max(count, target.min_capacity), target.max_capacity)
    if wanted is not None and wanted != count:
        change = {"VariantName": target.variant, "DesiredInstanceCount": wanted}
        hosting.update_weights_and_capacities(target.endpoint_arn, {"DesiredWeightsAndCapacities": [change]})
