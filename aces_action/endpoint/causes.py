"""Known reasons why SageMaker gives an endpoint up, with what mends them. Deciding only."""

from __future__ import annotations

import re

_ARCHIVE = """\
SageMaker could not unpack the weights. Make the archive again without links, hidden and unneeded files,
upload it and run the job again."""
_PING = """\
The server did not answer GET /ping on port 8080 with 200 in time. Its log is in CloudWatch, /aws/sagemaker/Endpoints/….
If it only needs longer to load: sagemaker.container_startup_health_check_timeout in the infra file (up to 3600 seconds)."""
_QUOTA = """\
The account's quota '<instance type> for endpoint usage' is used up. Ask for more in the Service Quotas console (Amazon
SageMaker), or delete an endpoint that is no longer used. An update needs room for the old and the new instances at once."""
_CAPACITY = """\
AWS has no free instance of this type at the moment. Run the job again later, or choose another SAGEMAKER_INSTANCE_TYPE."""
_MANIFEST = """\
The image was pushed in the OCI format. Build it with
docker buildx build --provenance=false --sbom=false --output type=image,oci-mediatypes=false,push=true …"""
_PROCESSOR = "The image is built for another processor. Build it with --platform linux/amd64."
_PULL = """\
SageMaker could not pull the image. Check that it is in ECR and that the execution role may read it
(ecr:BatchGetImage, ecr:GetDownloadUrlForLayer, ecr:GetAuthorizationToken)."""
_DOWNLOAD = """\
Fetching the weights took too long. Set sagemaker.model_data_download_timeout in the infra file (up to 3600 seconds)."""
_MEMORY = "The server ran out of memory. Choose a larger SAGEMAKER_INSTANCE_TYPE in the infra file."
_ALARM = "An alarm of the roll-out went off and SageMaker went back to the old version. Look at that alarm in CloudWatch."

_CAUSES = (
    (r"failed to extract model data archive", _ARCHIVE),
    (r"ping health check", _PING),
    (r"ResourceLimitExceeded|service limit|exceeded the .*limit|quota", _QUOTA),
    (r"Insufficient ?Instance ?Capacity|insufficient capacity|unable to provision requested ML compute capacity", _CAPACITY),
    (r"unsupported manifest media type", _MANIFEST),
    (r"exec format error", _PROCESSOR),
    (r"CannotPullContainer|failed to pull|image .*does not exist", _PULL),
    (r"download.*tim(?:ed |e-?)out", _DOWNLOAD),
    (r"out of memory|OutOfMemory", _MEMORY),
    (r"\balarm", _ALARM),
)


def remedy(reason: str) -> str:
    """What to do about SageMaker's FailureReason. Empty when the cause is not known."""
    return next((advice for pattern, advice in _CAUSES if re.search(pattern, reason, re.IGNORECASE)), "")
