"""Whether AWS lets the workflow's jobs in, as a terminal can see it: the OIDC provider, and the trust policy of the role.

A job finds out by doing it (`sign_in`); from a terminal there is no token to exchange.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from aces_action.aws.errors import error_code
from aces_action.doctor.subjects import JobSubjects
from aces_action.github.oidc import AUDIENCE
from aces_action.language import Text, same
from aces_action.output.check import Check, not_asked
from aces_action.preflight.queries import QueryResult
from aces_action.preflight.roles import ABSENT
from aces_action.problems import Problem
from aces_action.problems.access import role as problems

if TYPE_CHECKING:
    from types_boto3_iam import IAMClient

PROVIDER = Text("OIDC provider in AWS", "AWSのOIDCプロバイダ")
_EXCHANGE = "sts:assumerolewithwebidentity"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trusted:
    """Whom the role has to let in: jobs of `repository`, by the provider of `provider_arn`. `ids` are those of the repository's
    owner and of itself, None where GitHub does not tell them."""

    repository: str
    provider_arn: str
    ids: tuple[int, int] | None = None

    @property
    def issuer(self) -> str:
        return self.provider_arn.partition(":oidc-provider/")[2]


def read_provider(client: IAMClient, arn: str) -> tuple[str, ...] | None:
    """The audiences of an OIDC provider; None where there is none of that ARN."""
    try:
        return tuple(client.get_open_id_connect_provider(OpenIDConnectProviderArn=arn).get("ClientIDList", ()))
    except ClientError as error:
        if error_code(error) == "NoSuchEntity":
            return None
        raise


def provider_row(found: QueryResult[tuple[str, ...] | None], arn: str) -> Check:
    """`found` without a value and without problems: there is no such provider."""
    _, _, _, _, account, resource = arn.split(":", 5)
    issuer = resource.partition("/")[2]
    needed = Text(f"{issuer} for {AUDIENCE}", f"{issuer}（{AUDIENCE}）")
    if found.problems:
        return Check(what=PROVIDER, found=same("–"), needed=needed, problems=found.problems)
    if found.value is None:
        problem = problems.provider_missing(account, issuer, AUDIENCE)
        return Check(what=PROVIDER, found=Text("missing", "なし"), needed=needed, problems=(problem,))
    wrong = () if AUDIENCE in found.value else (problems.audience_missing(account, arn, AUDIENCE),)
    return Check(what=PROVIDER, found=same(issuer), needed=needed, problems=wrong)


def name_of(jobs: JobSubjects) -> str:
    return jobs.role_arn.rpartition("/")[2]


def role_noun(jobs: JobSubjects) -> Text:
    return Text(f"Role {name_of(jobs)}", f"ロール{name_of(jobs)}")


def trust_row(found: QueryResult[Mapping[str, Any]], jobs: JobSubjects, trusted: Trusted) -> Check:
    """`found`: the trust policy, ABSENT where there is no such role."""
    what = role_noun(jobs)
    wanted = [f"repo:{trusted.repository}:{context}" for context in jobs.contexts] or [f"repo:{trusted.repository}:ref:…"]
    needed = Text(f"lets in {', '.join(wanted)}", f"{'、'.join(wanted)}を許可")
    if found.value is None:
        return Check(what=what, found=same("–"), needed=needed, problems=found.problems)
    if found.value == ABSENT:
        return Check(what=what, found=Text("missing", "なし"), needed=needed, problems=(problems.no_role(name_of(jobs)),))
    if not trusted.repository:
        return not_asked(
            what, Text("no remote of git's says which repository this is", "gitのremoteからリポジトリがわかりません")
        )
    admitted = tuple(dict.fromkeys(value for each in _statements(found.value, trusted) for value in _subjects(each, trusted)))
    shown = same(", ".join(admitted)) if admitted else Text("no GitHub job", "GitHubのジョブの許可なし")
    return Check(what=what, found=shown, needed=needed, problems=tuple(_wrong(found.value, jobs, trusted, admitted)))


def _wrong(policy: Mapping[str, Any], jobs: JobSubjects, trusted: Trusted, admitted: tuple[str, ...]) -> Iterator[Problem]:
    name = name_of(jobs)
    statements = list(_statements(policy, trusted))
    if not statements:
        yield problems.provider_not_trusted(name, trusted.provider_arn)
        return
    letting_in = [each for each in statements if _takes_audience(each, trusted)]
    if not letting_in:
        yield problems.audience_not_trusted(name, f"{trusted.issuer}:aud", AUDIENCE)
        return
    refused = [context for context in jobs.contexts if not any(_lets_in(each, context, trusted) for each in letting_in)]
    if jobs.any_branch and not jobs.contexts and not any(_is_of(value, trusted) for value in admitted):
        refused = ["ref:refs/heads/BRANCH"]
    if not refused and (refs := _refused_refs(letting_in, jobs, trusted)):
        yield problems.branch_of_environment_not_trusted(name, refs, _refs(letting_in, trusted))
    if refused:
        repository = _with_ids(trusted) if any("@" in value for value in admitted) else trusted.repository
        yield problems.subject_not_trusted(name, [f"repo:{repository}:{context}" for context in refused], admitted)


def _statements(policy: Mapping[str, Any], trusted: Trusted) -> Iterator[Mapping[str, Any]]:
    """Those that let tokens of the provider in, whatever their conditions."""
    for statement in _listed(policy.get("Statement")):
        principal = statement.get("Principal")
        federated = _listed(principal.get("Federated")) if isinstance(principal, Mapping) else []
        actions = [str(action).lower() for action in _listed(statement.get("Action"))]
        if (
            statement.get("Effect") == "Allow"
            and trusted.provider_arn in federated
            and any(fnmatchcase(_EXCHANGE, action) for action in actions)
        ):
            yield statement


def _conditions(statement: Mapping[str, Any], key: str) -> list[tuple[str, list[str]]]:
    """Operator and values of each condition on a key. Keys of conditions are the same in upper and lower case."""
    return [
        (str(operator).lower(), [str(value) for value in _listed(values)])
        for operator, block in (statement.get("Condition") or {}).items()
        for name, values in block.items()
        if name.lower() == key.lower()
    ]


def _takes_audience(statement: Mapping[str, Any], trusted: Trusted) -> bool:
    return all(_holds(operator, values, AUDIENCE) for operator, values in _conditions(statement, f"{trusted.issuer}:aud"))


def _subjects(statement: Mapping[str, Any], trusted: Trusted) -> list[str]:
    found = _conditions(statement, f"{trusted.issuer}:sub")
    return [value for _, values in found for value in values] if found else ["*"]


def _lets_in(statement: Mapping[str, Any], context: str, trusted: Trusted) -> bool:
    """Whether the statement lets a job in, by what stands behind the repository in its `sub`, which may have ids or not."""
    conditions = _conditions(statement, f"{trusted.issuer}:sub")
    subject = f"repo:{trusted.repository}:{context}"
    return all(_holds(operator, [_plain(each, trusted) for each in values], subject) for operator, values in conditions)


def _refused_refs(statements: list[Mapping[str, Any]], jobs: JobSubjects, trusted: Trusted) -> list[str]:
    """Branches of jobs with an environment that no statement lets in which lets the environment in."""
    environments = [each for each in jobs.contexts if each.startswith("environment:")]
    for_environment = [each for each in statements if any(_lets_in(each, context, trusted) for context in environments)]
    return [ref for ref in jobs.refs if for_environment and not any(_takes_ref(each, ref, trusted) for each in for_environment)]


def _takes_ref(statement: Mapping[str, Any], ref: str, trusted: Trusted) -> bool:
    return all(_holds(operator, values, ref) for operator, values in _conditions(statement, f"{trusted.issuer}:ref"))


def _refs(statements: list[Mapping[str, Any]], trusted: Trusted) -> list[str]:
    """What the conditions on `ref` name."""
    found = (_conditions(each, f"{trusted.issuer}:ref") for each in statements)
    return list(dict.fromkeys(value for conditions in found for _, values in conditions for value in values))


def _holds(operator: str, values: list[str], value: str) -> bool:
    """What is not known of operators is taken to hold: AWS alone knows."""
    base = operator.rpartition(":")[2].removesuffix("ifexists")
    match base:
        case "stringequals":
            return value in values
        case "stringequalsignorecase":
            return value.lower() in {each.lower() for each in values}
        case "stringlike":
            return any(fnmatchcase(value, re.sub(r"\[", "[[]", each)) for each in values)
    return True


_IDS = re.compile(r"repo:([\w.-]+)@(\d+|[*?]+)/([\w.-]+)@(\d+|[*?]+)(?=:|$)", re.ASCII)


def _plain(value: str, trusted: Trusted) -> str:
    """A subject of a policy without ids; unchanged where they are others than the repository's."""
    found = _IDS.match(value)
    if found is None:
        return value
    if trusted.ids and not all(fnmatchcase(str(own), each) for own, each in zip(trusted.ids, (found[2], found[4]), strict=True)):
        return value
    return f"repo:{found[1]}/{found[3]}{value[found.end() :]}"


def _is_of(value: str, trusted: Trusted) -> bool:
    """Whether a subject of a policy may be one of the repository's branches."""
    pattern = _plain(value, trusted)
    head = f"repo:{trusted.repository}:"
    return pattern.startswith(head) or ("*" in pattern and fnmatchcase(f"{head}ref:refs/heads/main", pattern))


def _with_ids(trusted: Trusted) -> str:
    if trusted.ids is None:
        return trusted.repository
    owner, _, name = trusted.repository.partition("/")
    return f"{owner}@{trusted.ids[0]}/{name}@{trusted.ids[1]}"


def _listed(value: Any) -> list[Any]:
    """IAM writes a single value without its list."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
