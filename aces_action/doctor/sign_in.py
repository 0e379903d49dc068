"""The sign-in to AWS: in a job the exchange of GitHub's token for the role, at a terminal the person's own credentials."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from aces_action.aws.identity import Identity
from aces_action.language import Text, same
from aces_action.output.check import Check, not_asked
from aces_action.problems import Problem
from aces_action.problems.access.credentials import A004
from aces_action.problems.access.role import A003

TOKEN, ROLE, IDENTITY, ACCOUNT = (
    Text("GitHub OIDC token", "GitHubのOIDCトークン"),
    Text("Role of AWS_ROLE_ARN", "AWS_ROLE_ARNのロール"),
    Text("AWS identity", "AWSの認証情報"),
    Text("AWS account", "AWSアカウント"),
)
NOBODY = Text("there are no AWS credentials that work", "使えるAWSの認証情報がありません")
WRONG_ACCOUNT = Text("the credentials are those of another account", "認証情報が別のアカウントのものです")
_OWN_KEYS = Text("without AWS_ROLE_ARN the job's own credentials are used", "AWS_ROLE_ARNがないため、ジョブの認証情報を使います")
_IN_A_JOB = Text("only a job gets one (`command: doctor`)", "ジョブでだけ取得できます（`command: doctor`）")


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """How it went. `claims` are those of the token, as far as it was asked for; `identity` None: `problems` say why."""

    claims: Mapping[str, str] = field(default_factory=dict)
    token_problems: tuple[Problem, ...] = ()
    identity: Identity | None = None
    problems: tuple[Problem, ...] = ()


def sign_in_rows(sign_in: SignIn, *, role_arn: str | None, in_job: bool) -> list[Check]:
    """The token, the role and who it is. The trust policy proves itself by the exchange."""
    return [_token(sign_in, role_arn, in_job), *_role(sign_in, role_arn, in_job), _identity(sign_in)]


def _token(sign_in: SignIn, role_arn: str | None, in_job: bool) -> Check:
    if not in_job:
        return not_asked(TOKEN, _IN_A_JOB)
    if role_arn is None:
        return not_asked(TOKEN, _OWN_KEYS)
    found = same(sign_in.claims.get("sub", "")) or Text("given", "取得済み")
    return Check(what=TOKEN, found=same("–") if sign_in.token_problems else found, problems=sign_in.token_problems)


def _role(sign_in: SignIn, role_arn: str | None, in_job: bool) -> list[Check]:
    if not in_job or role_arn is None:
        return []
    if sign_in.token_problems:
        return [not_asked(ROLE, Text("there is no GitHub token", "GitHubのトークンがありません"))]
    name = role_arn.rpartition("/")[2]
    needed = Text(f"{name}, trusting this job", f"このジョブを信頼する{name}")
    if sign_in.identity is None and not is_refused(sign_in):
        return [not_asked(ROLE, Text("AWS does not answer as it should", "AWSから正しい応答がありません"))]
    if sign_in.identity is None:
        return [Check(what=ROLE, found=Text("not assumed", "引き受けられず"), needed=needed, problems=sign_in.problems)]
    return [Check(what=ROLE, found=Text(f"{name} lets this job in", f"{name}がこのジョブを許可"))]


def _identity(sign_in: SignIn) -> Check:
    if sign_in.identity:
        return Check(what=IDENTITY, found=same(sign_in.identity.arn))
    if sign_in.token_problems or is_refused(sign_in):
        return not_asked(IDENTITY, Text("not signed in to AWS", "AWSにサインインしていません"))
    return Check(what=IDENTITY, found=Text("none", "なし"), problems=sign_in.problems)


def account_row(identity: Identity | None, configured: str | None, region: str, problems: tuple[Problem, ...]) -> Check:
    """`configured`: the infra file's; `problems`: A004 where the two differ."""
    if identity is None:
        return not_asked(ACCOUNT, NOBODY)
    found = Text(f"{identity.account} in {region}", f"{identity.account}、{region}")
    return Check(what=ACCOUNT, found=found, needed=same(configured or identity.account), problems=problems)


def is_refused(sign_in: SignIn) -> bool:
    """Whether AWS does not let the job assume the role."""
    return any(problem.kind is A003 for problem in sign_in.problems)


def is_other_account(problems: tuple[Problem, ...]) -> bool:
    return any(problem.kind is A004 for problem in problems)
