"""CloudWatch alarms by their names, of every kind that the role may see."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from aces_action.aws.errors import error_code, is_denied

if TYPE_CHECKING:
    from types_boto3_cloudwatch import CloudWatchClient
    from types_boto3_cloudwatch.literals import AlarmTypeType

# botocore, DescribeAlarms: 'to use this operation and return information about composite alarms, you must be signed on with the
# cloudwatch:DescribeAlarms permission that is scoped to *'. Asked for by a role with less, they cost the answer about all others.
_KINDS: tuple[tuple[AlarmTypeType, ...], ...] = (
    ("MetricAlarm", "CompositeAlarm", "LogAlarm"),
    ("MetricAlarm", "CompositeAlarm"),  # should a region not know log alarms yet
    ("MetricAlarm",),
)
_UNKNOWN_KIND = frozenset({"ValidationError", "ValidationException", "InvalidParameterValue", "InvalidParameterValueException"})


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundAlarms:
    """`described`: in DescribeAlarms' own words. `all_kinds`: whether a name that is not among them is no alarm at all; else it
    may be a composite or log alarm, which the role may not see."""

    described: tuple[Mapping[str, Any], ...]
    all_kinds: bool = True

    @property
    def states(self) -> dict[str, str]:
        """'OK', 'ALARM' or 'INSUFFICIENT_DATA' by the alarms' names."""
        return {each["AlarmName"]: str(each.get("StateValue", "")) for each in self.described}


def describe_alarms(client: CloudWatchClient, names: Iterable[str]) -> FoundAlarms:
    """The alarms of these names, of all kinds or, where the role may not ask for them, metric alarms alone.

    Raises botocore's errors where not even those may be asked for.
    """
    wanted, all_kinds = list(names), True
    for kinds in _KINDS:
        try:
            answer: Mapping[str, Any] = client.describe_alarms(AlarmNames=wanted, AlarmTypes=list(kinds))
        except ClientError as error:
            if kinds == _KINDS[-1] or not (is_denied(error) or error_code(error) in _UNKNOWN_KIND):
                raise
            all_kinds = all_kinds and not is_denied(error)
        else:
            break
    return FoundAlarms(
        described=tuple(each for kind in _KINDS[0] for each in answer.get(f"{kind}s", ())),
        all_kinds=all_kinds,
    )
