"""Known causes for which SageMaker gives an endpoint up, by its own words and by the server's. Deciding only.

The texts that the patterns stand for are in tests/endpoint/test_causes.py, each with what it is to be taken for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from aces_action.language import EMPTY, Text
from aces_action.problems import causes as kinds
from aces_action.problems.kind import Kind
from aces_action.resources.endpoint.diagnosis.advice import Advice
from aces_action.resources.endpoint.diagnosis.clues import CLUES, Clue, Weight
from aces_action.resources.endpoint.diagnosis.facts import Facts
from aces_action.resources.endpoint.diagnosis.log_statements import EXCEPTION, FRAME, Statement, excerpt, statements
from aces_action.resources.endpoint.diagnosis.pings import ping_status, timed_out
from aces_action.resources.endpoint.diagnosis.remedies import hint

UNPACKING = kinds.E010
PING = kinds.E011
QUOTA = kinds.E012
CAPACITY = kinds.E013
MANIFEST = kinds.E014
PROCESSOR = kinds.E015
PULL = kinds.E016
DOWNLOAD = kinds.E017
MEMORY = kinds.E018
ALARM = kinds.E019
ACCESS = kinds.E020
START = kinds.E021
DISK = kinds.E022
NETWORK = kinds.E023
OF_AWS = kinds.E024

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
            r"(?:could not|cannot|unable to|failed to) assume",
            r"role ARN\b.*\binvalid|trust (?:relationship )?policy",
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

_NAMES = re.compile(r"\b(?:arn:[\w-]+:|s3://|https?://)[^\s\"',]+|\"[^\"]*\"|\b\d{12}\.dkr\.ecr\.[^\s\"',]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A cause with the part of the server's log that shows it, and what fixes it where that is more than the kind's advice."""

    kind: Kind
    said: str
    advice: Advice | None = None


def cause_in_reason(reason: str) -> Kind | None:
    """What SageMaker's own words stand for; None when it is not known. Names in them, which anybody may choose, say nothing."""
    plain = _NAMES.sub("…", reason)
    return next((kind for kind, patterns in _REASONS if _is_in(patterns, plain)), None)


def cause_in_lines(log: Sequence[str]) -> Evidence | None:
    """What the lines of a server's log stand for, with the statement that shows it.

    The weightiest counts, and of those the last: it ended the server. Warnings and what calls itself harmless count for nothing.
    """
    return cause_in_statements(statements(log), log)


def cause_in_statements(said: Sequence[Statement], log: Sequence[str]) -> Evidence | None:
    """The same for the statements of a log's lines."""
    sights = [sight for number, each in enumerate(said) if (sight := _sight(number, each))]
    if any("WORKER TIMEOUT" in each.text for each in said):
        # gunicorn kills a worker that does not answer it in time: that is no want of memory
        sights = [each for each in sights if not (each.clue.kind is MEMORY and _KILLED_BY_ITS_MASTER.search(each.text))]
    sights = _still_true(sights, log) or [each for each in (_health_check(log),) if each]
    chosen = _decisive(sights, said)
    if chosen is None:
        return None
    return Evidence(kind=chosen.clue.kind, said=excerpt(chosen.text, *chosen.span), advice=chosen.clue.advice)


_KILLED_BY_ITS_MASTER = re.compile(r"sent SIGKILL|signal (?:9|SIGKILL)\b", re.IGNORECASE)
_HYPOTHETICAL = re.compile(
    r"\b(?:if|when|unless|avoid\w*|prevent\w*|in case of|may|might|would|without|never|ignor\w+|handl\w+|on|for|against)"
    r"\s[\w\s'\"`-]{0,20}$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sight:
    """A clue, found in the statement of that number and in that line of the log. `span`: where in the text."""

    clue: Clue
    number: int
    line: int
    text: str
    span: tuple[int, int]

    @property
    def words(self) -> str:
        """The text without what differs from one start of the server to the next."""
        return re.sub(r"\d+", "0", self.text)


def _sight(number: int, statement: Statement) -> _Sight | None:
    """The first clue in a statement that is meant in earnest."""
    text = statement.text
    if statement.harmless or (FRAME.match(text) and not text.startswith("Traceback")):
        return None
    for clue in CLUES:
        if statement.calm and not clue.at_any_level:
            continue
        found = clue.pattern.search(text)
        if found and not _HYPOTHETICAL.search(text[: found.start()]):
            return _Sight(clue=clue, number=number, line=statement.line, text=text, span=found.span())
    return None


def _still_true(sights: Sequence[_Sight], log: Sequence[str]) -> list[_Sight]:
    """Without what an answered health check disproves: a server that answers has started, and one that is too slow runs.

    What came after the answer, or comes again, is no longer disproved.
    """
    answered = [number for number, line in enumerate(log) if ping_status(line) == 200]
    slow = [number for number, line in enumerate(log) if timed_out(line)]

    def holds(sight: _Sight) -> bool:
        if sight.clue.kind not in _OF_THE_START:
            return True
        if answered and (sight.line < answered[-1] or sight.clue.weight < Weight.CAUSE):
            return False
        return not slow or any(each.line > slow[0] and each.words == sight.words for each in sights)

    return [each for each in sights if holds(each)]


_OF_THE_START = (START, PROCESSOR)


def _health_check(log: Sequence[str]) -> _Sight | None:
    """The last answer to the health check, where it is not the one that is wanted."""
    answers = [(number, status) for number, line in enumerate(log) if (status := ping_status(line))]
    if not answers or answers[-1][1] == 200:
        return None
    number = answers[-1][0]
    at = max(0, log[number].find("/ping"))
    return _Sight(clue=_NOT_ANSWERED, number=number, line=number, text=log[number], span=(at, at + len("/ping")))


_NOT_ANSWERED = Clue(kind=PING, pattern=re.compile("/ping"), weight=Weight.SYMPTOM, at_any_level=True)


def _decisive(sights: Sequence[_Sight], said: Sequence[Statement]) -> _Sight | None:
    """Which of them ended the server."""
    for weight in sorted({each.clue.weight for each in sights}, reverse=True):
        last = _of_a_whole_run([each for each in sights if each.clue.weight is weight])
        if weight is Weight.CAUSE:
            before = {each.words for each in sights if each.number < last.number}
            after = [each for each in sights if each.clue.weight is Weight.EXCEPTION and each.number > last.number]
            later = [each for each in after if each.words not in before]
            if later and _went_on(said[last.number + 1 : later[0].number]):
                return later[-1]
        return last
    return None


def _of_a_whole_run(sights: Sequence[_Sight]) -> _Sight:
    """The last, but where the log ends amid another start of the server what followed the same words the time before."""
    last = sights[-1]
    before = [at for at, each in enumerate(sights[:-1]) if each.words == last.words]
    followed_by = [each for each in sights[before[-1] : -1] if each.words != last.words] if before else []
    return followed_by[-1] if followed_by else last


def _went_on(between: Sequence[Statement]) -> bool:
    """Whether the server went on after a failure: it wrote something that is neither of the failure nor of its end."""
    return any(
        not _OF_THE_END.search(each.text) and not EXCEPTION.search(each.text) and not each.text[:1].isspace() for each in between
    )


_OF_THE_END = re.compile(
    r"exit|shut|stop|terminat|clean|kill|\bdie[sd]?\b|abort|fail|error|exception|traceback|handling of the above|direct cause"
    r"|終了|停止|失敗|エラー",
    re.IGNORECASE,
)


def remedy(reason: str) -> Text:
    """What to do about SageMaker's words, where nothing else is known. Empty when the cause is not known."""
    kind = cause_in_reason(reason)
    return hint(kind, reason, Facts()) if kind else EMPTY


def _is_in(patterns: Iterable[str], text: str) -> bool:
    return any(re.search(pattern, text, re.IGNORECASE) for pattern in patterns)
