"""Known causes for which SageMaker gives an endpoint up, by its own words and by the server's. Deciding only.

The texts that the patterns stand for are in tests/endpoint/test_causes.py, each with what it is to be taken for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from aces_action.endpoint.remedies import Facts, hint
from aces_action.language import EMPTY, Text
from aces_action.problems import CATALOGUE, Kind

UNPACKING = CATALOGUE["E010"]
PING = CATALOGUE["E011"]
QUOTA = CATALOGUE["E012"]
CAPACITY = CATALOGUE["E013"]
MANIFEST = CATALOGUE["E014"]
PROCESSOR = CATALOGUE["E015"]
PULL = CATALOGUE["E016"]
DOWNLOAD = CATALOGUE["E017"]
MEMORY = CATALOGUE["E018"]
ALARM = CATALOGUE["E019"]
ACCESS = CATALOGUE["E020"]
START = CATALOGUE["E021"]
DISK = CATALOGUE["E022"]
NETWORK = CATALOGUE["E023"]
OF_AWS = CATALOGUE["E024"]

SYMPTOMS = frozenset({PING.code, START.code, OF_AWS.code})
"""What SageMaker says also when something more definite is behind it, which then stands in the server's log."""

_Patterns = tuple[tuple[Kind, tuple[str, ...]], ...]

# SageMaker's own words: FailureReason, and refusals. What is more definite comes first: the first that is found counts.
_REASONS: _Patterns = (
    (
        QUOTA,
        (r"ResourceLimitExceeded", r"service limit '", r"for endpoint usage", r"exceeded the account[\w -]* limit"),
    ),
    (
        CAPACITY,
        (
            r"insufficient ?(?:instance ?)?capacity",
            r"CapacityError",
            r"unable to provision (?:the )?requested ML compute capacity",
            r"temporarily unavailable in supported availability zones",
            r"not enough capacity",
        ),
    ),
    (MANIFEST, (r"unsupported manifest", r"manifest media type", r"invalid image manifest")),
    (PROCESSOR, (r"exec format error", r"does not match the (?:detected )?host platform")),
    (
        DISK,
        (
            r"no space left on device",
            r"model data archive is too large",
            r"(?:not enough|insufficient) (?:disk|storage)",
            r"disk (?:is )?full",
        ),
    ),
    (
        NETWORK,
        (
            r"InsufficientFreeAddresses",
            r"(?:not|n't) (?:have )?(?:enough|sufficient) free (?:ip|addresses|ipv4)",
            r"insufficient free (?:ip )?addresses",
            r"route table has a route",
            r"NAT (?:device|gateway)",
            r"S3 VPC endpoint",
            r"Invalid(?:Subnet|SecurityGroup|Group|Vpc)",
            r"(?:subnet|security group)s?\b[^.]*\b(?:not exist|not found|invalid)",
            r"network interface",
            r"NetworkInterface",
        ),
    ),
    (
        UNPACKING,
        (
            r"(?:extract|unpack|decompress|untar)\w* (?:the )?model (?:data )?(?:archive|artifact)",
            r"valid tar\.gz archive",
            r"symbolic links?\b.*\b(?:tar|archive)",
        ),
    ),
    (
        DOWNLOAD,
        (
            r"download\w*\b[^.]*\b(?:timed?[ -]?out|timeout)",
            r"(?:timed?[ -]?out|timeout)\b[^.]*\bdownload",
            r"ModelDataDownloadTimeout",
        ),
    ),
    (
        PULL,
        (
            r"CannotPullContainer",
            r"(?:cannot|could not|unable to|failed to) pull",
            r"BatchGetImage|GetDownloadUrlForLayer",
            r"images included in the model",
            r"requested image\b.*\bnot found",
            r"image\b.*\bdoes not exist",
            r"repository of your image",
        ),
    ),
    (
        ACCESS,
        (
            r"could not access model data",
            r"(?:failed to download|could not find) model data",
            r"could not assume role|unable to assume",
            r"permissions? to download the object",
            r"not authorized to perform: (?:s3|kms|sts):",
            r"kms:Decrypt|\bKMS\b",
            r"AccessDenied",
        ),
    ),
    (MEMORY, (r"out of memory", r"OutOfMemory", r"\bOOM\b", r"exit code 137", r"insufficient memory")),
    (
        ALARM,
        (
            r"\balarms?\b(?:\(s\))?[^.]*\b(?:breach|state|alarm|trigger|trip|rang|fire|went)",
            r"(?:due to|because of|by) (?:an? |the )?(?:cloudwatch )?alarm",
        ),
    ),
    (PING, (r"ping health check", r"health checks?\b[^.]*\b(?:fail|time|pass)", r"fail\w*\b[^.]*\bhealth check")),
    (
        START,
        (
            r"CannotStartContainer",
            r"docker run <image> serve",
            r"container\b[^.]*\b(?:exited|failed to start|did not start)",
            r"executable file not found",
        ),
    ),
    (
        OF_AWS,
        (
            r"request to service failed",
            r"contact (?:customer|AWS) support",
            r"internal (?:server |service )?(?:error|failure)",
            r"InternalServerError|InternalFailure",
        ),
    ),
)

# The server's own words. What ends a server is often not the last line, so each cause is looked for in all of them.
_LINES: _Patterns = (
    (PROCESSOR, (r"exec format error", r"cannot execute binary file", r"does not match the (?:detected )?host platform")),
    (DISK, (r"no space left on device", r"\bErrno 28\b", r"disk quota exceeded")),
    (
        MEMORY,
        (
            r"\bout of memory\b(?!\?)",
            r"\w*OutOfMemory\w*",
            r"\bMemoryError\b",
            r"std::bad_alloc",
            r"(?:cannot|failed to|can't) allocate memory",
            r"not enough memory",
            r"unable to allocate [\d.]+ ?[KMGT]i?B",
            r"CUBLAS_STATUS_ALLOC_FAILED",
            r"\bcudaMalloc\b.*\bfail",
            r"\bResourceExhaustedError\b",
            r"\bOOM[- ]?kill",
            r"(?:exit|status|return)(?:ed)?(?: with)?(?: code| status)?:? ?137\b",
            r"(?:^|: )Killed$",
            r"\bsent SIGKILL\b",
            r"signal (?:9|SIGKILL)\b",
        ),
    ),
    (
        ACCESS,
        (
            r"An error occurred \((?:AccessDenied\w*|403|AllAccessDisabled|KMS\.\w+)\) when calling the \w+ operation",
            r"not authorized to perform: (?:s3|kms|sts|secretsmanager|ssm):",
            r"\bNoCredentialsError\b",
        ),
    ),
    (
        NETWORK,
        (
            r"\b(?:ConnectTimeoutError|EndpointConnectionError)\b",
            r"could not connect to the endpoint URL",
            r"temporary failure in name resolution",
            r"network is unreachable",
        ),
    ),
    (
        START,
        (
            r"\b[A-Z]\w*Error: ",
            r"\b(?:Error|Exception)$",
            r"executable file not found",
            r"error while loading shared libraries|cannot open shared object file",
            r"permission denied",
            r"no such file or directory",
            r"worker failed to boot",
            r"segmentation fault|core dumped",
            r"exited with (?:code|status)",
            r"address already in use",
            r"^Traceback \(most recent call last\)",
            r"driver version is insufficient|no kernel image is available|unsatisfied condition: cuda",
        ),
    ),
    (MEMORY, (r"\bworker died\b",)),
    (PING, (r"upstream timed out.*GET /ping", r"\bGET /ping HTTP/[\d.]+\"? (?!200\b)\d{3}\b", r"WORKER TIMEOUT")),
)
_KILLED_BY_ITS_MASTER = re.compile(r"sent SIGKILL|signal (?:9|SIGKILL)\b", re.IGNORECASE)
_TOO_SLOW = re.compile(r"WORKER TIMEOUT")
_NAMES = re.compile(r"\b(?:arn:[\w-]+:|s3://|https?://)[^\s\"',]+|\"[^\"]*\"|\b\d{12}\.dkr\.ecr\.[^\s\"',]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A cause with what it follows from: SageMaker's reason, or a line of the server's log."""

    kind: Kind
    said: str


def cause_in_reason(reason: str) -> Kind | None:
    """What SageMaker's own words stand for; None when it is not known. Names in them, which anybody may choose, say nothing."""
    plain = _NAMES.sub("…", reason)
    return next((kind for kind, patterns in _REASONS if _is_in(patterns, plain)), None)


def cause_in_lines(log: Sequence[str]) -> Evidence | None:
    """What the lines of a server's log stand for, with the line that shows it: the last one of the most definite cause."""
    too_slow = any(_TOO_SLOW.search(line) for line in log)
    for kind, patterns in _LINES:
        for line in reversed(log):
            # gunicorn kills a worker that does not answer it in time: that is no want of memory
            if too_slow and kind is MEMORY and _KILLED_BY_ITS_MASTER.search(line):
                continue
            if _is_in(patterns, line):
                return Evidence(kind=kind, said=line.strip())
    return None


def remedy(reason: str) -> Text:
    """What to do about SageMaker's words, where nothing else is known. Empty when the cause is not known."""
    kind = cause_in_reason(reason)
    return hint(kind, reason, Facts()) if kind else EMPTY


def _is_in(patterns: Iterable[str], text: str) -> bool:
    return any(re.search(pattern, text, re.IGNORECASE) for pattern in patterns)
