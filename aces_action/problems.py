"""What can be wrong, with what the user needs to put it right.

A `Problem` is data: finding one knows nothing of printing one. `github.log` and `github.summary` turn it into text.
Every kind of problem has a stable code in `CATALOGUE`; the letter names the part that found it:
S settings, C configuration files, A credentials and AWS access, P preflight, W weights, E endpoint, B Batch,
R registration on the ACES Platform, X the action itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from aces_action.language import EMPTY, Text, same

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of problem: its stable code, how grave it is, and a title of a few words for the annotation."""

    code: str
    severity: Severity
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong, where, and how to mend it.

    `message` says what is wrong, in one sentence; `hint` what to do about it (may have several lines: a command or YAML to
    paste). `file` is a POSIX path relative to the workspace. Lines and columns count from 1; columns count characters;
    `end_column` is the column after the last character.
    """

    kind: Kind
    message: Text
    hint: Text = EMPTY
    file: str | None = None
    line: int | None = None
    column: int | None = None
    end_line: int | None = None
    end_column: int | None = None

    def __post_init__(self) -> None:  # until every text is in both languages
        for name in ("message", "hint"):
            if isinstance(value := getattr(self, name), str):
                object.__setattr__(self, name, same(value))

    @property
    def code(self) -> str:
        return self.kind.code

    @property
    def severity(self) -> Severity:
        return self.kind.severity

    @property
    def place(self) -> str:
        """`file:line:column` as far as it is known, else an empty string."""
        parts = [self.file, self.line, self.column]
        known = parts[: parts.index(None)] if None in parts else parts
        return ":".join(str(part) for part in known)


class ActionError(Exception):
    """The deployment cannot go on. Carries every problem known at that moment; `exit_status` is 1: a step failed."""

    exit_status = 1

    def __init__(self, problems: Problem | Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__("; ".join(f"{problem.code} {problem.message.en}" for problem in self.problems))


class ConfigurationError(ActionError):
    """The inputs or the caller's files are wrong (exit status 2): nothing was touched, AWS was not even asked."""

    exit_status = 2


def _catalogue(*kinds: tuple[str, Severity, str]) -> dict[str, Kind]:
    entries = [Kind(code=f"ACES-{code}", severity=severity, title=title) for code, severity, title in kinds]
    return {entry.code.removeprefix("ACES-"): entry for entry in entries}


CATALOGUE = _catalogue(
    # Settings: inputs and workflow variables
    ("S001", "error", "Missing input"),
    ("S002", "error", "Wrong input"),
    ("S003", "error", "Placeholder left in a workflow variable"),
    # Configuration: the caller's files
    ("C001", "error", "File not found"),
    ("C002", "error", "Not valid JSON"),
    ("C003", "error", "Not valid YAML"),
    ("C004", "error", "Does not match the schema"),
    ("C005", "error", "Text too long"),
    ("C006", "error", "Name is not a task_name"),
    ("C007", "error", "MIME types missing"),
    ("C008", "error", "Image not usable"),
    ("C009", "error", "Placeholder left in a file"),
    ("C010", "error", "Duplicate key or name"),
    ("C011", "error", "Unknown key"),
    ("C012", "warning", "Setting without effect"),
    ("C013", "warning", "plan_id is not the business plan"),
    ("C014", "error", "account_id is not an AWS account id"),
    ("C015", "error", "Account differs from AWS_ROLE_ARN"),
    ("C016", "error", "Name does not fit AWS's rules"),
    ("C017", "error", "Nothing to deploy"),
    ("C018", "error", "Wrong instance type"),
    ("C019", "error", "File cannot be read"),
    ("C020", "warning", "Instance type not known"),
    ("C021", "error", "Settings that cannot go together"),
    # Credentials and AWS access
    ("A001", "error", "No AWS credentials"),
    ("A002", "error", "No OIDC token from GitHub"),
    ("A003", "error", "Role not assumable"),
    ("A004", "error", "Wrong AWS account"),
    ("A005", "error", "Permission missing"),
    ("A006", "error", "AWS refused a call"),
    ("A007", "error", "AWS not reachable"),
    # Preflight
    ("P001", "error", "Bucket not usable"),
    ("P002", "error", "Weights not found"),
    ("P003", "error", "Image not found in ECR"),
    ("P004", "error", "Image manifest not accepted by SageMaker"),
    ("P005", "error", "Image built for another architecture"),
    ("P006", "error", "Execution role not found"),
    ("P007", "error", "ACES Platform does not answer"),
    ("P008", "error", "Tenant not known to the ACES Platform"),
    ("P009", "error", "ACES Platform refused the token"),
    ("P010", "warning", "Not checked"),
    ("P011", "error", "Instance type not known to EC2"),
    # Weights
    ("W001", "error", "Not a gzip file"),
    ("W002", "error", "Damaged gzip stream"),
    ("W003", "error", "Damaged tar archive"),
    ("W004", "error", "Link in the archive"),
    ("W005", "error", "Hidden file in the archive"),
    ("W006", "error", "Path leaves the archive"),
    ("W007", "error", "Special file in the archive"),
    ("W008", "error", "Archive without files"),
    ("W009", "error", "Duplicate member"),
    ("W010", "error", "Member name not usable"),
    ("W011", "error", "Weights changed during the check"),
    ("W012", "error", "Archive beyond all limits"),
    ("W013", "error", "More problems in the archive"),
    ("W014", "warning", "File with its owner's rights"),
    ("W015", "warning", "Needless folder in the archive"),
    # Endpoint
    ("E001", "error", "Endpoint failed"),
    ("E002", "error", "Update rolled back"),
    ("E003", "error", "Waited too long for the endpoint"),
    ("E004", "error", "Endpoint is not ours"),
    ("E005", "error", "SageMaker refused the request"),
    ("E006", "error", "Endpoint does not serve what was asked"),
    # Batch
    ("B001", "error", "Batch refused the job definition"),
    ("B002", "error", "Job definition does not fit the instance"),
    # Registration
    ("R001", "error", "ACES Platform refused the registration"),
    ("R002", "error", "ACES Platform went away"),
    ("R003", "error", "ACES Platform did not keep what was sent"),
    ("R004", "error", "Unexpected answer from the ACES Platform"),
    # The action itself
    ("X001", "error", "Internal error"),
    ("X002", "error", "Cancelled"),
)
