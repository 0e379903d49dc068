"""What a container's start asks of the account: roles, image, secrets and logs, as the ECS agent does on an EC2 instance."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from moto.iam.exceptions import NotFoundException
from moto.iam.models import Role, iam_backends
from moto.logs.models import logs_backends
from moto.secretsmanager.models import secretsmanager_backends
from moto.ssm.models import ssm_backends

from sandbox.aws.batch import reasons
from sandbox.aws.batch.records import JSON
from sandbox.aws.batch.retries import Failure
from sandbox.aws.ecr import find_image
from sandbox.aws.permissions import granted
from sandbox.aws.policy import Need
from sandbox.aws.trust import trusts_service

DEFAULT_LOG_GROUP = "/aws/batch/job"  # botocore: AttemptContainerDetail, logStreamName
_REPOSITORY = re.compile(r"(?P<account>\d{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.[a-z.]+/(?P<name>[^:@]+).*")
# Of Secrets Manager: with a JSON key, a version's stage and its id behind the ARN (botocore: Secret, valueFrom)
_SECRET = re.compile(r"(?P<arn>arn:aws[a-z-]*:secretsmanager:[^:]*:\d*:secret:[^:]+)(:(?P<key>[^:]*))?(:[^:]*){0,2}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerStart:
    """The start of containers in one account and region."""

    account: str
    region: str
    partition: str

    def failure(self, container: JSON) -> Failure | None:
        """Why the container cannot start; None where it can."""
        for key in ("jobRoleArn", "executionRoleArn"):
            if (arn := container.get(key)) and not self._is_for_tasks(arn):
                return Failure(status_reason=reasons.ROLE.format(role=arn))
        words = self._image_failure(container) or self._secret_failure(container) or self._log_failure(container)
        return Failure(status_reason=reasons.NOT_STARTED, reason=words[:255]) if words else None  # botocore: 255 characters

    def secrets(self, container: JSON) -> dict[str, str]:
        """The values of the container's secrets by the names of its variables; those that are not there are left out."""
        found = {each["name"]: self._secret(each["valueFrom"]) for each in container.get("secrets", ())}
        return {name: value for name, value in found.items() if value is not None}

    def _image_failure(self, container: JSON) -> str | None:
        image: str = container["image"]
        match = _REPOSITORY.fullmatch(image)
        if match is None:  # of another registry: there
            return None
        repository = f"arn:{self.partition}:ecr:{match['region']}:{match['account']}:repository/{match['name']}"
        for action, resource in (("ecr:GetAuthorizationToken", "*"), ("ecr:BatchGetImage", repository)):
            if user := self._lacks(container, action, resource):
                return reasons.IMAGE_DENIED.format(user=user, action=action, resource=resource)
        return None if find_image(image) else reasons.IMAGE_MISSING.format(image=image)

    def _secret_failure(self, container: JSON) -> str | None:
        for each in container.get("secrets", ()):
            value: str = each["valueFrom"]
            match = _SECRET.fullmatch(value)
            if match:
                action, resource, words = "secretsmanager:GetSecretValue", match["arn"], reasons.SECRET
            else:
                name = value.partition(":parameter/")[2] or value.lstrip("/")
                resource = f"arn:{self.partition}:ssm:{self.region}:{self.account}:parameter/{name}"
                action, words = "ssm:GetParameters", reasons.PARAMETER
            if user := self._lacks(container, action, resource):
                return words + reasons.DENIED.format(user=user, action=action, resource=resource)
            if self._secret(value) is None:
                return words + (reasons.NO_SECRET if match else reasons.NO_PARAMETER.format(name=value))
        return None

    def _secret(self, value: str) -> str | None:
        match = _SECRET.fullmatch(value)
        if match is None:
            parameter = ssm_backends[self.account][self.region].get_parameter(value)
            return parameter.value if parameter else None
        kept = secretsmanager_backends[self.account][self.region].secrets
        if match["arn"] not in kept:
            return None
        version: Mapping[str, Any] = next(
            each for each in kept[match["arn"]].versions.values() if "AWSCURRENT" in each["version_stages"]
        )
        text: str = version["secret_string"]
        return str(json.loads(text)[match["key"]]) if match["key"] else text

    def _log_failure(self, container: JSON) -> str | None:
        """botocore, LogConfiguration: a group that is not there is made only where awslogs-create-group is true."""
        configuration = container.get("logConfiguration", {})
        if configuration.get("logDriver", "awslogs") != "awslogs":
            return None
        group, options = log_group(container), configuration.get("options", {})
        resource = f"arn:{self.partition}:logs:{self.region}:{self.account}:log-group:{group}:log-stream:"
        what, action = "stream", "logs:CreateLogStream"
        if group != DEFAULT_LOG_GROUP and group not in logs_backends[self.account][self.region].groups:
            if options.get("awslogs-create-group") != "true":
                return reasons.NO_LOG_GROUP
            what, action = "group", "logs:CreateLogGroup"
        user = self._lacks(container, action, resource)
        return reasons.LOG_DENIED.format(what=what, user=user, action=action) if user else None

    def _lacks(self, container: JSON, action: str, resource: str) -> str | None:
        """Who may not do it, as AWS names them: the execution role. Without one it is the instance's, which may (assumed)."""
        role = self._role(container.get("executionRoleArn", ""))
        if role is None:
            return None
        if granted(role, Need(action=action, resource=resource)):
            return None
        return f"arn:{self.partition}:sts::{self.account}:assumed-role/{role.name}/task"

    def _is_for_tasks(self, arn: str) -> bool:
        role = self._role(arn)
        return role is not None and trusts_service(_document(role.assume_role_policy_document), "ecs-tasks.amazonaws.com")

    def _role(self, arn: str) -> Role | None:
        try:
            return iam_backends[self.account][self.partition].get_role_by_arn(arn)
        except NotFoundException:
            return None


def log_group(container: JSON) -> str:
    group: str = container.get("logConfiguration", {}).get("options", {}).get("awslogs-group", DEFAULT_LOG_GROUP)
    return group


def _document(policy: str | dict[str, Any]) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(policy) if isinstance(policy, str) else policy
    return document
