"""How the text of an input is read: the value, None where the text is wrong; and what may be meant by a wrong one."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from urllib.parse import urlsplit

from aces_action.language import EMPTY, Text
from aces_action.problems import settings as problems
from aces_action.problems.advice import did_you_mean

ROLE_ARN = re.compile(r"arn:aws[a-z-]*:iam::(\d{12}):role/(?:[\x21-\x7e]+/)?[\w+=,.@-]{1,64}", re.ASCII)
_SESSION_ARN = re.compile(r"(arn:aws[a-z-]*):sts::(\d{12}):assumed-role/([\w+=,.@-]+)/.*", re.ASCII)
MAX_PROJECT = 40


def account_of_role(arn: str) -> str | None:
    """The account id in a role's ARN; None where it is none."""
    match = ROLE_ARN.fullmatch(arn)
    return match[1] if match else None


def no_advice(_text: str) -> Text:
    return EMPTY


def one_of(*allowed: str) -> Callable[[str], str | None]:
    return lambda text: text if text in allowed else None


def yes_or_no(text: str) -> bool | None:
    # YAML 1.1 and GitHub's YAML 1.2 disagree on whether a bare `yes` is a word or a boolean
    return {"true": True, "yes": True, "false": False, "no": False}.get(text.casefold())


def whole_number(least: int, most: int) -> Callable[[str], int | None]:
    return lambda text: int(text) if re.fullmatch(r"\d{1,9}", text, re.ASCII) and least <= int(text) <= most else None


def choice(*allowed: str) -> Text:
    return Text(f"one of {', '.join(allowed)}", f"{'、'.join(allowed)}のいずれか")


def nearest(*allowed: str) -> Callable[[str], Text]:
    def advice(text: str) -> Text:
        from aces_action.project.similar import meant_by  # the package reads the schemas, which a right input does not need

        meant = meant_by(text, allowed)
        return did_you_mean(meant) if meant else EMPTY

    return advice


def matching(pattern: str) -> Callable[[str], str | None]:
    compiled = re.compile(pattern, re.ASCII)
    return lambda text: text if compiled.fullmatch(text) else None


def project_name(text: str) -> str | None:
    # single hyphens only: ECR's repository names allow no two in a row
    return text if len(text) <= MAX_PROJECT and re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", text, re.ASCII) else None


def project_advice(text: str) -> Text:
    if len(text) > MAX_PROJECT and project_name(text[:MAX_PROJECT].strip("-")):
        return problems.project_length(len(text))
    meant = re.sub(r"[^a-z0-9]+", "-", text.casefold()).strip("-")
    return did_you_mean(meant) if text.isascii() and project_name(meant) else EMPTY


def tenant_id(text: str) -> str | None:
    parsed = _uuid(text)
    return parsed if parsed == text.lower() else None


def tenant_advice(text: str) -> Text:
    parsed = _uuid(text)
    return did_you_mean(parsed) if parsed else EMPTY


def _uuid(text: str) -> str | None:
    try:
        return str(uuid.UUID(text))  # also without hyphens, in braces or after 'urn:uuid:'
    except ValueError:
        return None


def role_arn_advice(text: str) -> Text:
    """The ARNs that are copied by mistake: a session's as the CLI shows it, a user's, one with the account id cut short."""
    if session := _SESSION_ARN.fullmatch(text):
        return problems.arn_of_session(f"{session[1]}:iam::{session[2]}:role/{session[3]}")
    if re.fullmatch(r"arn:aws[a-z-]*:iam::\d{12}:(?:user|group|oidc-provider|policy|instance-profile)/.*", text, re.ASCII):
        return problems.arn_of_another_kind(text.split(":")[5].partition("/")[0])
    account = re.fullmatch(r"arn:aws[a-z-]*:iam::(\d*):.*", text, re.ASCII)
    return problems.account_digits(len(account[1])) if account and len(account[1]) != 12 else EMPTY


def url(text: str) -> str | None:
    try:
        parts = urlsplit(text)
        valid = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        valid = False
    if not valid or parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        return None
    if not re.fullmatch(r"[\x21-\x7e]+", text):
        return None
    return text.rstrip("/")


def duration(text: str) -> int | None:
    match = re.fullmatch(r"(\d{1,6})([smh])", text, re.ASCII)
    seconds = int(match[1]) * {"s": 1, "m": 60, "h": 3600}[match[2]] if match else 0
    return seconds if 1 <= seconds <= 6 * 3600 else None


def duration_advice(text: str) -> Text:
    return problems.minutes(text) if re.fullmatch(r"[1-9]\d{0,2}", text) else EMPTY


def relative_path(text: str) -> str | None:
    parts = text.split("/")
    wrong = text.startswith(("/", "~")) or "\\" in text or ".." in parts or not parts[-1]
    return None if wrong else text


def fleet(text: str) -> str | None:
    return text if text.startswith("{") else relative_path(text)


PATH = Text(
    "a file's path inside the repository, with '/' and without '..'",
    "リポジトリ内のファイルのパス（区切りは「/」、「..」は使えません）",
)
