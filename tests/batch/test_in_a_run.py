"""A whole deployment with what a job definition can say beyond the defaults, under the role of docs/iam."""

from __future__ import annotations

from tests.conftest import Caller

BATCH = """
batch:
  shared_memory: 2048
  command: [python, job.py]
  environment: {{LOG_LEVEL: info, EMPTY: ""}}
  secrets: {{API_TOKEN: "arn:aws:ssm:ap-northeast-1:123456789012:parameter/canary-token"}}
  ulimits: {{nofile: {{soft: 65536, hard: 65536}}}}
  volumes: {{scratch: {{path: /scratch}}}}
  log_group: /aws/batch/{server}
  log_retention_days: 30
  longtime: {{timeout: 86400}}
"""


def test_a_deployment_makes_the_log_group_once_and_a_second_one_has_nothing_to_do(caller: Caller) -> None:
    with caller.infra_file.open("a", encoding="utf-8") as infra:
        infra.write(BATCH.format(server=caller.server))
    first = caller.run()
    assert first.outputs["result"] == "deployed", first.log
    [group] = caller.client("logs").describe_log_groups(logGroupNamePrefix=f"/aws/batch/{caller.server}")["logGroups"]
    assert group["retentionInDays"] == 30
    client = caller.client("batch")
    definitions = [
        client.describe_job_definitions(jobDefinitionName=name, status="ACTIVE")["jobDefinitions"]
        for name in (caller.server, f"{caller.server}-longtime")
    ]
    assert [each[0].get("timeout") for each in definitions] == [None, {"attemptDurationSeconds": 86400}]
    assert {each[0]["containerProperties"]["linuxParameters"]["sharedMemorySize"] for each in definitions} == {2048}

    caller.control("DELETE", "calls")
    again = caller.run()
    assert again.outputs["result"] == "unchanged", again.log
    logs = [call["operation"] for call in caller.control("GET", "calls") if call["service"] == "logs"]
    assert logs == ["DescribeLogGroups"]  # once for both jobs

    caller.edit(caller.infra_file, "canary-token", "canary-other")
    changed = caller.run(command="plan")
    assert "secrets.API_TOKEN: " in changed.log
    assert "canary" not in changed.log
