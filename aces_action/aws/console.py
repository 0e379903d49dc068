"""Where the AWS console shows what is deployed. Pure: names in, addresses out.

None of these addresses is in an API or a model of AWS's; where each is from stands beside it. A partition whose console nobody
here knows has none: no link is better than one that leads nowhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

# By partition. AWS General Reference, 'AWS Management Console endpoints'; 'Amazon Web Services in China: Getting Started'; AWS
# GovCloud (US) User Guide, 'Signing in'; AWS European Sovereign Cloud, 'Endpoints'. Each takes the region before it, as the
# consoles' own address bars have it.
_HOSTS = {
    "aws": "console.aws.amazon.com",
    "aws-cn": "console.amazonaws.cn",
    "aws-us-gov": "console.amazonaws-us-gov.com",
    "aws-eusc": "console.amazonaws-eusc.eu",
}
# SageMaker Developer Guide, 'Log groups and streams that SageMaker AI sends'
_SERVER_LOGS = "/aws/sagemaker/Endpoints/"


@dataclass(frozen=True, slots=True, kw_only=True)
class AwsConsole:
    """The console of a region."""

    partition: str
    region: str

    def endpoint(self, name: str) -> str:
        """The page of a SageMaker endpoint. As the console's own address bar has it, and aws-samples print it."""
        return self._page("sagemaker", f"/endpoints/{_escaped(name)}")

    def job_definition(self, arn: str) -> str:
        """The page of a revision of a Batch job definition. As Apache Airflow links it (BatchJobDefinitionLink)."""
        return self._page("batch", f"job-definition/detail/{quote(arn, safe=':/')}")

    def server_logs(self, endpoint_name: str) -> str:
        """What the servers of an endpoint write."""
        return self._log_group(f"{_SERVER_LOGS}{endpoint_name}")

    def job_logs(self, group: str, definition: str) -> str:
        """What jobs of a definition write: their streams alone, since all jobs of an account may share the group.

        Batch User Guide, 'Log stream name': it begins with the name of the job definition and a slash.
        """
        return self._log_group(group, streams=f"{definition}/")

    def _log_group(self, group: str, *, streams: str = "") -> str:
        """CloudWatch's console encodes a name behind the `#` twice, and writes `$` for the outer `%`: a slash is `$252F`. The `?`
        and `=` of its own query, encoded once, are `$3F` and `$3D`."""
        query = f"$3FlogStreamNameFilter$3D{_twice_encoded(streams)}" if streams else ""
        return self._page("cloudwatch", f"logsV2:log-groups/log-group/{_twice_encoded(group)}{query}")

    def _page(self, service: str, fragment: str) -> str:
        """Empty where the partition's console is not known."""
        host = _HOSTS.get(self.partition)
        return f"https://{self.region}.{host}/{service}/home?region={self.region}#{fragment}" if host else ""


def _escaped(text: str) -> str:
    return quote(text, safe="")


def _twice_encoded(text: str) -> str:
    return _escaped(_escaped(text)).replace("%", "$")
