"""A: the role that a job assumes by GitHub's OIDC token."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from aces_action.language import Text, lines, same, sentences
from aces_action.problems.access.connection import CHECK_DNS
from aces_action.problems.advice import run_again
from aces_action.problems.kind import Kind, snippet
from aces_action.problems.problem import Problem

A002 = Kind(
    code="ACES-A002",
    severity="error",
    title=Text("No OIDC token from GitHub", "GitHubのOIDCトークンがありません"),
    cause=Text(
        "AWS_ROLE_ARN is set, but GitHub gives this job no OIDC token, and nobody can assume the role without one. "
        "Usually the job lacks the permission `id-token: write`, which a pull request from a fork never gets. Otherwise "
        "GitHub's own service has an incident.",
        "AWS_ROLE_ARNが設定されていますが、このジョブはGitHubからOIDCトークンを取得できず、ロールを引き受けられません。"
        "多くの場合、ジョブに`id-token: write`の権限がありません。forkからのpull requestでは、この権限は得られません。"
        "そうでなければ、GitHub側の障害です。",
    ),
    fix=Text(
        "Give the job the permission. Where another workflow calls yours, the calling job needs it too. For pull requests "
        "from forks use `command: validate`, which needs no AWS.",
        "ジョブに権限を与えてください。別のワークフローから呼び出しているときは、呼び出し側のジョブにも必要です。"
        "forkからのpull requestでは、AWSを使わない`command: validate`を使ってください。",
    )
    + snippet("yaml", "permissions:\n  id-token: write\n  contents: read"),
    example="permissions:\n  contents: read",
)

A003 = Kind(
    code="ACES-A003",
    severity="error",
    title=Text("Role not assumable", "ロールを引き受けられません"),
    cause=Text(
        "GitHub gave the job a token, but AWS does not let it assume the role of AWS_ROLE_ARN, or of `promote-from-role`: there "
        "is no such role, or its trust policy does not allow this repository, branch or environment.",
        "ジョブはGitHubのトークンを取得しましたが、AWSがAWS_ROLE_ARNまたは`promote-from-role`のロールの引き受けを認めませんでした。"
        "そのロールがないか、ロールの信頼ポリシーがこのリポジトリ、ブランチ、environmentを許可していません。",
    ),
    fix=Text(
        "Check the role's ARN letter by letter. Then compare the claims that the message shows with the conditions of the "
        "role's trust policy. `aces-action bootstrap --apply` creates the role for this repository and branch, or gives the "
        "role that it has created the conditions of today (`--parameter Repository=`, `Branch=`, `GitHubEnvironment=`, "
        "`EnvironmentBranch=`; `PromoteTo=` for a role to promote from). "
        "A job with `environment:` has that in its `sub`, and not the branch. By hand:",
        "まず、ロールのARNに誤りがないか確認してください。次に、メッセージにあるトークンのclaim（subなど）を、"
        "ロールの信頼ポリシーの条件と比べてください。`aces-action bootstrap --apply`で、"
        "このリポジトリとブランチ用のロールを作成するか、作成済みのロールの条件を更新できます"
        "（`--parameter Repository=`、`Branch=`、`GitHubEnvironment=`、`EnvironmentBranch=`、"
        "昇格元を読み取るロールは`PromoteTo=`）。"
        "`environment:`のあるジョブの`sub`には、ブランチではなくenvironmentが入ります。手動の場合:",
    )
    + snippet(
        "json",
        '"Condition": {\n'
        '  "StringEquals": { "token.actions.githubusercontent.com:aud": "sts.amazonaws.com" },\n'
        '  "StringLike": { "token.actions.githubusercontent.com:sub": "repo:OWNER/REPOSITORY:*" }\n'
        "}",
    ),
    example=Text(
        "ACES-A003 AWS does not let this job assume "
        "arn:aws:iam::123456789012:role/number-plate-detection-dev-github-actions-role: AccessDenied: Not authorized to perform "
        "sts:AssumeRoleWithWebIdentity",
        "ACES-A003 "
        "このジョブはarn:aws:iam::123456789012:role/number-plate-detection-dev-github-actions-roleを引き受けられません: "
        "AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity",
    ),
)

KINDS = (A002, A003)

_IAM, _PROVIDER = "aws iam", "--open-id-connect-provider-arn"
# When a job of the repository itself gets no token
_GIVE_PERMISSION = lines(
    Text(
        "Give the job the permission to ask GitHub for a token:", "ジョブに、GitHubからトークンを取得する権限を与えてください。"
    ),
    same("    permissions:\n      id-token: write\n      contents: read"),
)
_GITHUB_MAY_BE_DOWN = sentences(
    run_again(),
    Text(
        "githubstatus.com says whether GitHub Actions has an incident.",
        "GitHub Actionsに障害が起きているかは、githubstatus.comでわかります。",
    ),
)


def no_token_for_forks() -> Problem:
    """When the event says that the job is for a pull request from a fork."""
    return Problem(
        kind=A002,
        message=Text(
            "GitHub gives no OIDC token to pull requests from forks, and this job is for one.",
            "GitHubは、forkからのpull requestにはOIDCトークンを発行しません。このジョブはforkからのpull requestのものです。",
        ),
        hint=lines(
            Text(
                "No `permissions` change that. Validate such pull requests, which needs no AWS; plan from branches of this "
                "repository, or after the merge:",
                "`permissions`を設定しても変わりません。forkからのpull requestではAWSを使わない検証だけを行い、計画は"
                "このリポジトリのブランチから、またはマージ後に実行してください:",
            ),
            same(
                "    with:\n"
                "      command: "
                "${{ github.event.pull_request.head.repo.full_name == github.repository && 'plan' || 'validate' }}"
            ),
        ),
    )


def no_token_offered() -> Problem:
    """When the runner gives the job no address to ask for a token."""
    message = Text("The runner offers this job no OIDC token.", "ランナーが、このジョブにOIDCトークンを提供していません。")
    return Problem(kind=A002, message=message, hint=_GIVE_PERMISSION)


def token_refused(status: int) -> Problem:
    """When GitHub answers 401 or 403."""
    message = Text(
        f"GitHub refused this job an OIDC token (HTTP {status}).",
        f"GitHubが、このジョブへのOIDCトークンの発行を拒否しました（HTTP {status}）。",
    )
    return Problem(kind=A002, message=message, hint=_GIVE_PERMISSION)


def answer_without_token(status: int) -> Problem:
    """When GitHub fails, or what came is no token."""
    message = Text(
        f"GitHub's token endpoint answered HTTP {status} without a token.",
        f"GitHubのトークンのエンドポイントが、トークンなしでHTTP {status}を返しました。",
    )
    return Problem(kind=A002, message=message, hint=_GITHUB_MAY_BE_DOWN)


def no_answer_from_github(error: str) -> Problem:
    """When GitHub does not answer, after several attempts. `error` is the exception's name."""
    message = Text(
        f"GitHub's token endpoint does not answer ({error}).", f"GitHubのトークンのエンドポイントが応答しません（{error}）。"
    )
    return Problem(kind=A002, message=message, hint=_GITHUB_MAY_BE_DOWN)


def github_unresolved(host: str) -> Problem:
    """When DNS does not know the host of GitHub's token endpoint, after several attempts."""
    message = Text(
        f"GitHub's token endpoint cannot be reached: DNS does not know the host {host}.",
        f"GitHubのトークンのエンドポイントに接続できません。DNSでホスト{host}を解決できません。",
    )
    return Problem(kind=A002, message=message, hint=CHECK_DNS)


def role_refused(role_arn: str, answer: str, advice: Text) -> Problem:
    """When STS does not let the job assume the role. `answer` in AWS's words; `advice`: one of those below."""
    return Problem(
        kind=A003,
        message=Text(
            f"AWS does not let this job assume {role_arn}: {answer}", f"このジョブは{role_arn}を引き受けられません: {answer}"
        ),
        hint=advice,
    )


def create_provider(account: str, issuer: str, audience: str) -> Text:
    """What to do where the account does not know GitHub at all."""
    return lines(
        Text(
            f"Account {account} has no OIDC provider for GitHub, or AWS_ROLE_ARN names the wrong account. An account needs it "
            "once. At a terminal, `aces-action bootstrap --apply` creates it with everything else that is missing. By itself:",
            f"アカウント{account}に、GitHubのOIDCプロバイダがありません。または、AWS_ROLE_ARNのアカウントが違います。"
            "プロバイダは、アカウントに一度だけ作成します。ターミナルで`aces-action bootstrap --apply`を実行すると、"
            "足りないほかのものとあわせて作成します。プロバイダだけを作成するには:",
        ),
        _creating(issuer, audience),
    )


def _creating(issuer: str, audience: str) -> Text:
    return same(f"    {_IAM} create-open-id-connect-provider --url https://{issuer} --client-id-list {audience}")


def add_audience(account: str, provider_arn: str, audience: str) -> Text:
    """What to do where the account knows GitHub, but not for AWS."""
    return lines(
        Text(
            f"GitHub's OIDC provider in account {account} lacks the audience {audience}. Add it:",
            f"アカウント{account}にあるGitHubのOIDCプロバイダに、audienceの{audience}がありません。追加してください:",
        ),
        same(f"    {_IAM} add-client-id-to-open-id-connect-provider --client-id {audience} {_PROVIDER} {provider_arn}"),
    )


def update_thumbprints(provider_arn: str) -> Text:
    """What to do where GitHub's certificate is newer than what the account has noted of it."""
    return lines(
        Text(
            "The thumbprints of that OIDC provider are out of date. Update them (IAM console, Identity providers):",
            "OIDCプロバイダのサムプリントが古くなっています。更新してください（IAMコンソールの「IDプロバイダ」）:",
        ),
        same(f"    {_IAM} get-open-id-connect-provider {_PROVIDER} {provider_arn}"),
    )


def usually_temporary() -> Text:
    """What to do where a token was too old, or STS could not reach GitHub's keys."""
    return sentences(
        Text("This is usually temporary.", "多くの場合、一時的なものです。"),
        run_again(),
        Text(
            "If it persists on a self-hosted runner, check its clock.",
            "自前のランナーで続く場合は、時計を確認してください。",
        ),
    )


def enable_sts(account: str) -> Text:
    """What to do where the account has switched off STS in the region."""
    return Text(
        f"STS is disabled in this region for account {account}: enable it (IAM console, Account settings), or set AWS_REGION.",
        f"アカウント{account}では、このリージョンのSTSが無効です。有効にするか（IAMコンソールの「アカウント設定」）、"
        "AWS_REGIONを変更してください。",
    )


def compare_trust_policy(claims: Mapping[str, str]) -> Text:
    """What to do where the role may not exist, or its trust policy does not admit the job: `claims` are those of its token."""
    listed = "".join(f"\n  {name}: {value}" for name, value in claims.items())
    return Text(
        "The role does not exist, or its trust policy does not allow this job. Check its ARN in the workflow. At a terminal, "
        "`aces-action bootstrap` shows what is missing of the role, and with --apply creates or updates it; a role to promote "
        "from is created there with `--parameter PromoteTo=ENVIRONMENT`. The trust policy must name GitHub's "
        f"OIDC provider and these claims of the job's token:{listed}",
        "ロールが存在しないか、信頼ポリシーがこのジョブを許可していません。ワークフローに書いたARNを確認してください。ターミナルで"
        "`aces-action bootstrap`を実行すると、ロールに足りないものを確認でき、--applyで作成または更新できます。"
        "昇格元を読み取るロールは、昇格元の環境で`--parameter PromoteTo=ENVIRONMENT`を付けて作成します。信頼ポリシーには、"
        f"GitHubのOIDCプロバイダと、ジョブのトークンの次のclaimが必要です:{listed}",
    )


def provider_missing(account: str, issuer: str, audience: str) -> Problem:
    """When the account has no OIDC provider of that issuer."""
    return Problem(
        kind=A003,
        message=Text(
            f"Account {account} has no OIDC provider for {issuer}, so GitHub jobs cannot assume a role in it.",
            f"アカウント{account}に{issuer}のOIDCプロバイダがないため、GitHubのジョブはロールを引き受けられません。",
        ),
        hint=lines(
            Text(
                "An account needs it once. `aces-action bootstrap --apply` creates it with everything else that is missing. By "
                "itself:",
                "プロバイダは、アカウントに一度だけ作成します。`aces-action bootstrap --apply`で、"
                "足りないほかのものとあわせて作成できます。"
                "プロバイダだけを作成するには:",
            ),
            _creating(issuer, audience),
        ),
    )


def audience_missing(account: str, provider_arn: str, audience: str) -> Problem:
    """When the account's provider is not for AWS."""
    return Problem(
        kind=A003,
        message=Text(
            f"The OIDC provider {provider_arn} lacks the audience {audience}.",
            f"OIDCプロバイダ{provider_arn}に、audienceの{audience}がありません。",
        ),
        hint=add_audience(account, provider_arn, audience),
    )


_MAKE_ROLES = Text(
    "`aces-action bootstrap --apply` creates it; without `--apply`, it only shows what it would create. "
    "Or correct AWS_ROLE_ARN in the workflow.",
    "`aces-action bootstrap --apply`で作成できます（`--apply`を付けなければ、内容を表示するだけです）。"
    "または、ワークフローのAWS_ROLE_ARNを修正してください。",
)


def no_role(name: str) -> Problem:
    """When there is no role of the name in AWS_ROLE_ARN."""
    return Problem(
        kind=A003,
        message=Text(f"The role {name} of AWS_ROLE_ARN does not exist.", f"AWS_ROLE_ARNのロール{name}がありません。"),
        hint=_MAKE_ROLES,
    )


def provider_not_trusted(name: str, provider_arn: str) -> Problem:
    """When no statement of the trust policy lets tokens of GitHub's in."""
    principal = f'"Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity", "Principal": {{"Federated": "{provider_arn}"}}'
    return Problem(
        kind=A003,
        message=Text(
            f"The trust policy of the role {name} does not trust GitHub's OIDC provider.",
            f"ロール{name}の信頼ポリシーが、GitHubのOIDCプロバイダを許可していません。",
        ),
        hint=lines(Text("Its statement needs:", "ステートメントに次の内容が必要です:"), same(f"    {principal}")),
    )


def audience_not_trusted(name: str, key: str, audience: str) -> Problem:
    """When the trust policy wants tokens for another audience."""
    return Problem(
        kind=A003,
        message=Text(
            f"The trust policy of the role {name} only allows tokens for an audience other than {audience}.",
            f"ロール{name}の信頼ポリシーが、{audience}以外のaudienceのトークンだけを許可しています。",
        ),
        hint=lines(Text("Its condition has to be:", "条件を次のようにしてください:"), same(f'    "{key}": "{audience}"')),
    )


def branch_of_environment_not_trusted(name: str, refused: Sequence[str], admitted: Sequence[str]) -> Problem:
    """When the trust policy lets the job's environment in, but from another branch."""
    return Problem(
        kind=A003,
        message=Text(
            f"The trust policy of the role {name} allows the environment only from {', '.join(admitted)}, not from "
            f"{', '.join(refused)}.",
            f"ロール{name}の信頼ポリシーは、environmentを{'、'.join(admitted)}からだけ許可し、{'、'.join(refused)}からは許可していません。",
        ),
        hint=Text(
            "Correct its condition on `ref`, or the branch that deploys. `aces-action bootstrap --apply` brings it in line with "
            "the workflow.",
            "`ref`の条件、またはデプロイするブランチを修正してください。"
            "`aces-action bootstrap --apply`で、ワークフローに合わせられます。",
        ),
    )


def subject_not_trusted(name: str, refused: Sequence[str], admitted: Sequence[str]) -> Problem:
    """When the trust policy lets other jobs in than those of the workflows."""
    found = ", ".join(admitted)
    return Problem(
        kind=A003,
        message=Text(
            f"The trust policy of the role {name} does not allow {', '.join(refused)}; it allows {found or 'nothing'}.",
            f"ロール{name}の信頼ポリシーが{'、'.join(refused)}を許可していません（許可しているもの: {found or 'なし'}）。",
        ),
        hint=sentences(
            Text(
                "Correct its condition on `sub`, or the branch or environment of the job.",
                "`sub`の条件、またはジョブのブランチやenvironmentを修正してください。",
            ),
            Text(
                "`aces-action bootstrap --apply` brings it in line with the workflow.",
                "`aces-action bootstrap --apply`で、ワークフローに合わせられます。",
            ),
        ),
    )
