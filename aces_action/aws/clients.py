"""The AWS clients of a run, each made at its first use: the models of some services take a tenth of a second to load."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from botocore.config import Config

from aces_action.aws.consistency import wait_at_most

if TYPE_CHECKING:
    import boto3
    from types_boto3_application_autoscaling import ApplicationAutoScalingClient
    from types_boto3_batch import BatchClient
    from types_boto3_cloudwatch import CloudWatchClient
    from types_boto3_ec2 import EC2Client
    from types_boto3_ecr import ECRClient
    from types_boto3_iam import IAMClient
    from types_boto3_logs import CloudWatchLogsClient
    from types_boto3_s3 import S3Client
    from types_boto3_sagemaker import SageMakerClient
    from types_boto3_sagemaker_runtime import SageMakerRuntimeClient
    from types_boto3_service_quotas import ServiceQuotasClient
    from types_boto3_sns import SNSClient
    from types_boto3_sts import STSClient

# For what is good to know, and not needed: a runner inside a VPC may have no way to these services, and is not to wait for long.
_BRIEF = Config(connect_timeout=3, read_timeout=10, retries={"mode": "standard", "total_max_attempts": 2})

# For what may be needed: as many attempts as usual, but no long wait for where there is no way.
_PATIENT = Config(connect_timeout=3, read_timeout=20)
# For what is asked when the run has failed already: nobody is to wait long for the reason.
_BRIEFER = Config(connect_timeout=2, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 2})
# What must not be done twice: who asks finds out what came of it.
_NOT_TWICE = Config(connect_timeout=5, read_timeout=30, retries={"mode": "standard", "total_max_attempts": 1})
# SageMaker gives a container 60 s for an answer (API reference: InvokeEndpoint). Who asks decides what is ever sent twice.
_ONCE = Config(read_timeout=75, retries={"mode": "standard", "total_max_attempts": 1})

# For who wants to know what is wrong: also that nothing answers is to be known within a minute.
_DIAGNOSING = Config(connect_timeout=3, read_timeout=12, retries={"mode": "standard", "total_max_attempts": 3})

# For what is put right after a signal: ten seconds later the run is killed.
_IN_HASTE = Config(connect_timeout=1, read_timeout=1.5, retries={"mode": "standard", "total_max_attempts": 2})


class Clients:
    """boto3 clients of one session. Making one is not thread-safe, using one is: make them before threads start."""

    def __init__(self, session: boto3.Session, usual: Config | None = None) -> None:
        """`usual`: for clients that need nothing of their own; None for the session's."""
        self.session = session
        self._usual = usual

    @cached_property
    def application_autoscaling(self) -> ApplicationAutoScalingClient:
        return self.session.client("application-autoscaling", config=_PATIENT)

    @cached_property
    def batch(self) -> BatchClient:
        return self.session.client("batch", config=self._usual)

    @cached_property
    def batch_once(self) -> BatchClient:
        """For SubmitJob, which has no token against a job that is submitted twice (botocore: SubmitJobRequest)."""
        return self.session.client("batch", config=_NOT_TWICE)

    @cached_property
    def cloudwatch(self) -> CloudWatchClient:
        return self.session.client("cloudwatch", config=_BRIEF)

    @cached_property
    def ec2(self) -> EC2Client:
        return self.session.client("ec2", config=self._usual)

    @cached_property
    def ecr(self) -> ECRClient:
        return self.session.client("ecr", config=self._usual)

    @cached_property
    def iam(self) -> IAMClient:
        return self.session.client("iam", config=self._usual)

    @cached_property
    def log_groups(self) -> CloudWatchLogsClient:
        """For groups that a deployment makes: with as many attempts as any other write."""
        return self.session.client("logs", config=self._usual)

    @cached_property
    def logs(self) -> CloudWatchLogsClient:
        return self.session.client("logs", config=_BRIEFER)

    @cached_property
    def s3(self) -> S3Client:
        return self.session.client("s3", config=self._usual)

    @cached_property
    def sagemaker(self) -> SageMakerClient:
        return self.session.client("sagemaker", config=self._usual)

    @cached_property
    def sagemaker_brief(self) -> SageMakerClient:
        """For what is asked of every endpoint of the account, and not needed: botocore counts the attempts of a client together
        (botocore.retries.quota), and those are not to use up what the deployment's own calls have."""
        return self.session.client("sagemaker", config=_BRIEF)

    @cached_property
    def sagemaker_runtime(self) -> SageMakerRuntimeClient:
        return self.session.client("sagemaker-runtime", config=_ONCE)

    @cached_property
    def service_quotas(self) -> ServiceQuotasClient:
        return self.session.client("service-quotas", config=_BRIEF)

    @cached_property
    def sns(self) -> SNSClient:
        return self.session.client("sns", config=_BRIEF)

    @cached_property
    def sts(self) -> STSClient:
        return self.session.client("sts", config=self._usual)


def for_diagnosis(clients: Clients) -> Clients:
    """Clients of the same session that do not wait long for where there is no way."""
    return Clients(clients.session, _DIAGNOSING)


def in_haste(clients: Clients) -> Clients:
    """Clients of the same session that wait for seconds only, for what scales an endpoint and for Batch."""
    hurried = Clients(clients.session)
    hurried.application_autoscaling = clients.session.client("application-autoscaling", config=_IN_HASTE)
    wait_at_most(hurried.application_autoscaling, 1)
    hurried.batch = clients.session.client("batch", config=_IN_HASTE)
    wait_at_most(hurried.batch, 1)
    hurried.cloudwatch = clients.session.client("cloudwatch", config=_IN_HASTE)
    return hurried
