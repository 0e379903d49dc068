"""Job definitions in the sandbox: what is refused, how AWS tells what it took, and when an attempt is made again."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.aws.batch.retries import Failure, is_retried
from tests.sandbox.conftest import SMALL, Queue, refusal

ROLE = "arn:aws:iam::123456789012:role/role"
EXITED = "Essential container in task exited"
LOST = Failure(status_reason="Host EC2 (instance i-0123) terminated.")
PULL = Failure(status_reason="Task failed to start", reason="CannotPullContainerError: no route")
OWN = Failure(status_reason=EXITED, exit_code=3)
OUT_OF_MEMORY = Failure(status_reason=EXITED, reason="OutOfMemoryError: Container killed due to memory usage", exit_code=137)
TIME = Failure(status_reason="Job attempt duration exceeded timeout", exit_code=137, timed_out=True)
SPOT = [{"onStatusReason": "Host EC2*", "action": "RETRY"}, {"onReason": "*", "action": "EXIT"}]


def retries(attempts: int, *rules: dict[str, str]) -> dict[str, Any]:
    return {"attempts": attempts, "evaluateOnExit": list(rules)}


class TestRetries:
    @pytest.mark.parametrize(
        ("strategy", "failure", "made", "again"),
        [
            ({}, OWN, 1, False),
            (retries(1), LOST, 1, False),
            (retries(3), OWN, 1, True),  # without rules all is tried again
            (retries(3), OWN, 2, True),
            (retries(3), OWN, 3, False),
            (retries(3), TIME, 1, False),
            (retries(3, {"onExitCode": "*", "action": "RETRY"}), TIME, 1, False),
            (retries(3, *SPOT), LOST, 1, True),
            (retries(3, *SPOT), OWN, 1, False),
            (retries(3, *SPOT), PULL, 1, False),
            (retries(3, SPOT[0]), OWN, 1, True),  # what no rule knows is tried again
            (retries(3, {"onExitCode": "3", "action": "EXIT"}), OWN, 1, False),
            (retries(3, {"onExitCode": "30", "action": "EXIT"}), OWN, 1, True),
            (retries(3, {"onExitCode": "1*", "action": "exit"}), OUT_OF_MEMORY, 1, False),
            (retries(3, {"onExitCode": "*", "action": "EXIT"}), LOST, 1, True),  # it has none
            (retries(3, {"onReason": "CannotPull*", "onExitCode": "1", "action": "EXIT"}), PULL, 1, True),  # all must be met
            (retries(3, {"onReason": "CannotPull*", "onStatusReason": "Task*", "action": "EXIT"}), PULL, 1, False),
            (retries(3, {"onReason": "Cannot", "action": "EXIT"}), PULL, 1, True),  # not a beginning without its asterisk
            (retries(3, {"action": "EXIT"}), OWN, 1, False),
            (retries(3, {"onExitCode": "3", "action": "RETRY"}, {"onExitCode": "*", "action": "EXIT"}), OWN, 1, True),
            (retries(3, {"onExitCode": "*", "action": "EXIT"}, {"onExitCode": "3", "action": "RETRY"}), OWN, 1, False),
        ],
    )
    def test_the_first_rule_that_is_met_decides_and_none_means_again(
        self, strategy: dict[str, Any], failure: Failure, made: int, again: bool
    ) -> None:
        assert is_retried(strategy, failure, made=made) is again


class TestRefused:
    @pytest.mark.parametrize(
        ("more", "words"),
        [
            ({"jobDefinitionName": "a.b"}, "is not supported pattern"),
            ({"jobDefinitionName": "a" * 129}, "is not supported pattern"),
            ({"retryStrategy": {"attempts": 0}}, "between 1 and 10"),
            ({"retryStrategy": {"attempts": 11}}, "between 1 and 10"),
            ({"retryStrategy": {"evaluateOnExit": SPOT}}, "needs attempts"),
            ({"retryStrategy": retries(2, *SPOT * 3)}, "at most 5"),
            ({"retryStrategy": retries(2, {"onReason": "a-b", "action": "EXIT"})}, "does not match the pattern"),
            ({"retryStrategy": retries(2, {"onReason": "*a", "action": "EXIT"})}, "does not match the pattern"),
            ({"retryStrategy": retries(2, {"onReason": "a" * 513, "action": "EXIT"})}, "does not match the pattern"),
            ({"retryStrategy": retries(2, {"onExitCode": "1 ", "action": "EXIT"})}, "does not match the pattern"),
            ({"timeout": {"attemptDurationSeconds": 59}}, "at least 60"),
            ({"timeout": {}}, "at least 60"),
            ({"schedulingPriority": 10000}, "between 0 and 9999"),
            ({"schedulingPriority": -1}, "between 0 and 9999"),
        ],
    )
    def test_what_breaks_a_rule_of_the_definition(self, queue: Queue, more: dict[str, Any], words: str) -> None:
        assert words in refusal(queue.register, **more)

    @pytest.mark.parametrize(
        ("container", "words"),
        [
            ({"image": ""}, "image"),
            ({"image": "a" * 256}, "image"),
            ({"resourceRequirements": SMALL[:1]}, "MEMORY must be given"),
            ({"resourceRequirements": [*SMALL, SMALL[0]]}, "once"),
            ({"resourceRequirements": [SMALL[0], {"type": "MEMORY", "value": "3"}]}, "MEMORY must be a whole number"),
            ({"resourceRequirements": [SMALL[1], {"type": "VCPU", "value": "0.5"}]}, "VCPU must be a whole number"),
            ({"resourceRequirements": [*SMALL, {"type": "GPU", "value": "0"}]}, "GPU must be a whole number"),
            ({"jobRoleArn": "role"}, "is not an ARN"),
            ({"environment": [{"name": "AWS_BATCH_X", "value": "1"}]}, "cannot start with AWS_BATCH"),
            ({"secrets": [{"name": "A", "valueFrom": "a"}]}, "'executionRoleArn'"),
            (
                {
                    "secrets": [{"name": "A", "valueFrom": "a"}],
                    "environment": [{"name": "A", "value": "1"}],
                    "executionRoleArn": ROLE,
                },
                "must be unique",
            ),
            ({"secrets": [{"name": "A", "valueFrom": "arn:aws:s3:::b"}], "executionRoleArn": ROLE}, "neither of Secrets Manager"),
            ({"ulimits": [{"name": "files", "softLimit": 1, "hardLimit": 1}]}, "is unknown"),
            ({"ulimits": [{"name": "nofile", "softLimit": 2, "hardLimit": 1}]}, "more than hardLimit"),
            ({"ulimits": [{"name": "nofile", "softLimit": 1, "hardLimit": 1}] * 2}, "Duplicate"),
            ({"linuxParameters": {"sharedMemorySize": 0}}, "sharedMemorySize"),
            ({"linuxParameters": {"swappiness": 101}}, "swappiness"),
            ({"linuxParameters": {"tmpfs": [{"containerPath": "/t", "size": 0}]}}, "tmpfs"),
            ({"mountPoints": [{"sourceVolume": "v", "containerPath": "/v"}]}, "Unknown volume 'v'."),
            ({"volumes": [{"name": "v/"}]}, "Volume name"),
            ({"volumes": [{"name": "v"}], "mountPoints": [{"sourceVolume": "v", "containerPath": "v"}]}, "absolute"),
            ({"logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-create-group": "yes"}}}, "true or false"),
            ({"ephemeralStorage": {"sizeInGiB": 30}}, "not applicable"),
            ({"runtimePlatform": {"cpuArchitecture": "ARM64"}}, "not applicable"),
        ],
    )
    def test_what_breaks_a_rule_of_the_container(self, queue: Queue, container: dict[str, Any], words: str) -> None:
        assert words in refusal(queue.register, container=container)

    def test_an_unknown_log_driver_breaks_botocores_model(self, queue: Queue) -> None:
        with pytest.raises(ClientError, match="enum value set"):
            queue.register({"logConfiguration": {"logDriver": "none"}})

    def test_an_unknown_revision_cannot_be_deregistered(self, queue: Queue) -> None:
        queue.register()
        for name in ("server", "server:2", "none:1"):
            assert "not found" in refusal(queue.batch.deregister_job_definition, jobDefinition=name)


class TestTold:
    def test_a_definition_comes_back_with_empty_lists_in_other_orders_and_without_empty_variables(self, queue: Queue) -> None:
        names = [f"N{number}" for number in range(20)]
        arn = queue.register(
            {
                "environment": [*({"name": name, "value": name} for name in names), {"name": "EMPTY", "value": ""}],
                "linuxParameters": {"sharedMemorySize": 64, "tmpfs": [{"containerPath": "/t", "size": 1}]},
                "logConfiguration": {"logDriver": "awslogs"},
            },
            retryStrategy=retries(2, *SPOT),
            tags={"a": "b"},
        )
        [told] = queue.batch.describe_job_definitions(jobDefinitions=[arn])["jobDefinitions"]
        container = told.pop("containerProperties")
        assert told == {
            "jobDefinitionName": "server",
            "jobDefinitionArn": arn,
            "revision": 1,
            "status": "ACTIVE",
            "type": "container",
            "parameters": {},
            "retryStrategy": retries(2, *({**rule, "action": rule["action"].lower()} for rule in SPOT)),
            "tags": {"a": "b"},
            "propagateTags": False,
            "platformCapabilities": ["EC2"],
            "containerOrchestrationType": "ECS",
        }
        variables = [each["name"] for each in container.pop("environment")]
        assert sorted(variables) == sorted(names) != variables != names
        lists = ("command", "volumes", "mountPoints", "ulimits", "secrets")
        assert container == {
            "image": "image",
            "resourceRequirements": SMALL,
            "linuxParameters": {
                "sharedMemorySize": 64,
                "devices": [],
                "tmpfs": [{"containerPath": "/t", "size": 1, "mountOptions": []}],
            },
            "logConfiguration": {"logDriver": "awslogs", "options": {}, "secretOptions": []},
            **{name: [] for name in lists},
        }

    def test_revisions_are_found_by_name_status_and_page_and_inactive_ones_stay_for_180_days(self, queue: Queue) -> None:
        arns = [queue.register() for _ in range(3)]
        queue.batch.deregister_job_definition(jobDefinition="server:2")
        queue.batch.deregister_job_definition(jobDefinition="server:2")  # twice is fine

        def found(**request: Any) -> list[str]:
            answer = queue.batch.describe_job_definitions(**request)
            return sorted(each["jobDefinitionArn"] for each in answer["jobDefinitions"])

        assert found(jobDefinitionName="server") == arns
        assert found(jobDefinitionName="server", status="ACTIVE") == [arns[0], arns[2]]
        assert found(jobDefinitionName="server", status="INACTIVE") == [arns[1]]
        assert found(jobDefinitionName="serve") == found(jobDefinitions=["server"]) == []
        assert found(jobDefinitions=["server:1", arns[1]]) == arns[:2]
        pages = queue.batch.get_paginator("describe_job_definitions").paginate(
            jobDefinitionName="server", PaginationConfig={"PageSize": 2}
        )
        assert [len(page["jobDefinitions"]) for page in pages] == [2, 1]
        assert "other parameters" in refusal(
            queue.batch.describe_job_definitions, jobDefinitions=["server:1"], jobDefinitionName="server"
        )
        queue.ahead(181 * 86400)
        assert found(jobDefinitionName="server") == [arns[0], arns[2]]
        assert queue.register().endswith(":4")

    def test_numbers_go_on_where_all_are_inactive(self, queue: Queue) -> None:
        queue.batch.deregister_job_definition(jobDefinition=queue.register())
        assert queue.register().endswith(":2")

    def test_tags_are_put_on_later(self, queue: Queue) -> None:
        arn = queue.register(tags={"a": "1"})
        queue.batch.tag_resource(resourceArn=arn, tags={"b": "2"})
        [told] = queue.batch.describe_job_definitions(jobDefinitions=[arn])["jobDefinitions"]
        assert told["tags"] == queue.batch.list_tags_for_resource(resourceArn=arn)["tags"] == {"a": "1", "b": "2"}
        job = queue.submit(tags={"c": "3"})
        queue.batch.tag_resource(resourceArn=queue.describe(job)["jobArn"], tags={"d": "4"})
        assert queue.describe(job)["tags"] == {"c": "3", "d": "4"}
