"""CloudWatch's alarms: moto's, with composite and log alarms, which moto cannot make, and told by their kinds as AWS does."""

from __future__ import annotations

from typing import Any

from moto.cloudwatch.models import Alarm
from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.responses import ActionResult, EmptyResult

_LOG = "AWS/Logs"  # in place of a namespace: moto's alarms have no kind


class CloudWatch(CloudWatchResponse):
    """botocore, DescribeAlarms: without `AlarmTypes` there are metric alarms alone."""

    def put_composite_alarm(self) -> ActionResult:
        self._put(rule=self._get_param("AlarmRule"))
        return EmptyResult()

    def put_log_alarm(self) -> ActionResult:
        self._put(namespace=_LOG)
        return EmptyResult()

    def describe_alarms(self) -> ActionResult:
        found: Any = super().describe_alarms().result
        kinds: dict[str, list[Alarm]] = {
            "MetricAlarms": [each for each in found["MetricAlarms"] if each.namespace != _LOG],
            "CompositeAlarms": found["CompositeAlarms"],
            "LogAlarms": [each for each in found["MetricAlarms"] if each.namespace == _LOG],
        }
        asked = [f"{kind}s" for kind in self._get_param("AlarmTypes") or ["MetricAlarm"]]
        return ActionResult({kind: alarms if kind in asked else [] for kind, alarms in kinds.items()})

    def _put(self, *, namespace: str = "", rule: str | None = None) -> None:
        self.cloudwatch_backend.put_metric_alarm(
            name=self._get_param("AlarmName"),
            namespace=namespace,
            metric_name="",
            comparison_operator="",
            evaluation_periods=1,
            period=60,
            threshold=0,
            statistic="",
            description=self._get_param("AlarmDescription", ""),
            dimensions=[],
            alarm_actions=self._get_param("AlarmActions", []),
            rule=rule,
            tags=self._get_param("Tags"),
        )
