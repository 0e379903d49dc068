"""Addresses in the AWS console and of an endpoint's API, in each partition."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

import boto3
import pytest
from botocore.loaders import create_loader

from aces_action.aws.console import AwsConsole
from aces_action.aws.invocation import invocation_url

SERVER = "plates-dev-algorithm-server"
CONSOLES = {
    ("aws", "ap-northeast-1"): "https://ap-northeast-1.console.aws.amazon.com",
    ("aws-cn", "cn-north-1"): "https://cn-north-1.console.amazonaws.cn",
    ("aws-us-gov", "us-gov-west-1"): "https://us-gov-west-1.console.amazonaws-us-gov.com",
    ("aws-us-gov", "us-gov-east-1"): "https://us-gov-east-1.console.amazonaws-us-gov.com",
    ("aws-eusc", "eusc-de-east-1"): "https://eusc-de-east-1.console.amazonaws-eusc.eu",
}
UNKNOWN = {each["id"] for each in create_loader().load_data("partitions")["partitions"]} - {name for name, _ in CONSOLES}


@pytest.mark.parametrize(("place", "base"), CONSOLES.items())
def test_each_page_is_in_the_console_of_its_partition_and_region(place: tuple[str, str], base: str) -> None:
    partition, region = place
    console = AwsConsole(partition=partition, region=region)
    arn = f"arn:{partition}:batch:{region}:123456789012:job-definition/{SERVER}:3"
    logs = f"{base}/cloudwatch/home?region={region}#logsV2:log-groups/log-group"
    assert console.endpoint(SERVER) == f"{base}/sagemaker/home?region={region}#/endpoints/{SERVER}"
    assert console.job_definition(arn) == f"{base}/batch/home?region={region}#job-definition/detail/{arn}"
    assert console.server_logs(SERVER) == f"{logs}/$252Faws$252Fsagemaker$252FEndpoints$252F{SERVER}"
    assert console.job_logs("/aws/batch/job", SERVER) == (
        f"{logs}/$252Faws$252Fbatch$252Fjob$3FlogStreamNameFilter$3D{SERVER}$252F"
    )


@pytest.mark.parametrize("partition", sorted(UNKNOWN | {"aws-of-tomorrow"}))
def test_a_partition_whose_console_nobody_knows_has_no_links(partition: str) -> None:
    console = AwsConsole(partition=partition, region="some-region-1")
    links = {console.endpoint("a"), console.job_definition("arn:a"), console.server_logs("a"), console.job_logs("/a", "a")}
    assert links == {""}


@pytest.mark.parametrize("name", ["/aws/batch/a b", "/team#1/jobs?x=1", "100%", "ジョブ", "a$b", "<script>"])
def test_a_log_group_of_any_name_comes_back_whole_and_breaks_out_of_nothing(name: str) -> None:
    url = AwsConsole(partition="aws", region="us-east-1").job_logs(name, "d")
    assert not set(url) & set(' "<>\n')
    fragment = urlsplit(url).fragment.removeprefix("logsV2:log-groups/log-group/").partition("$3F")[0]
    assert unquote(unquote(fragment.replace("$", "%"))) == name


@pytest.mark.parametrize(
    ("region", "host"),
    [
        ("ap-northeast-1", "runtime.sagemaker.ap-northeast-1.amazonaws.com"),
        ("cn-northwest-1", "runtime.sagemaker.cn-northwest-1.amazonaws.com.cn"),
        ("us-gov-west-1", "runtime.sagemaker.us-gov-west-1.amazonaws.com"),
        ("eusc-de-east-1", "runtime.sagemaker.eusc-de-east-1.amazonaws.eu"),
    ],
)
def test_the_endpoints_url_is_where_botocore_sends_requests(region: str, host: str) -> None:
    client = boto3.client("sagemaker-runtime", region_name=region, aws_access_key_id="a", aws_secret_access_key="b")
    assert invocation_url(client, SERVER, is_async=False) == f"https://{host}/endpoints/{SERVER}/invocations"
    assert invocation_url(client, SERVER, is_async=True) == f"https://{host}/endpoints/{SERVER}/async-invocations"


def test_another_endpoint_of_aws_is_followed_but_for_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME", "https://me:secret@vpce.example.com:8443/aws/")
    client = boto3.client("sagemaker-runtime", region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b")
    assert invocation_url(client, "e", is_async=False) == "https://vpce.example.com:8443/aws/endpoints/e/invocations"
