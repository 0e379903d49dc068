"""C: the job around a step that uses the action, and the job that calls its workflow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from aces_action.language import Text, lines, same
from aces_action.problems.advice import did_you_mean
from aces_action.problems.kind import Kind, snippet
from aces_action.problems.problem import Problem

_PERMISSIONS = "permissions:\n  id-token: write\n  contents: read"

C046 = Kind(
    code="ACES-C046",
    severity="error",
    title=Text("The job may not get an OIDC token", "ジョブがOIDCトークンを取得できません"),
    cause=Text(
        "The action assumes the role of AWS_ROLE_ARN with GitHub's OIDC token, and a job gets one only with `id-token: write`. "
        "No default of a repository or organization gives it, `read-all` does not, and a job's own `permissions:` replaces the "
        "workflow's. A workflow that is called gets at most what the calling job has.",
        "アクションは、GitHubのOIDCトークンでAWS_ROLE_ARNのロールを引き受けます。"
        "トークンを取得できるのは、`id-token: write`があるジョブだけです。"
        "リポジトリや組織の既定値にも`read-all`にも含まれません。ジョブの`permissions:`は、ワークフローの`permissions:`を置き換えます。"
        "呼び出されるワークフローの権限は、呼び出し側のジョブの権限までです。",
    ),
    fix=Text("Give it to the job:", "ジョブに権限を付けてください。") + snippet("yaml", _PERMISSIONS),
    example="permissions:\n  contents: read",
)
C047 = Kind(
    code="ACES-C047",
    severity="warning",
    title=Text("The job may end before the wait", "待ち時間より先にジョブが終わります"),
    cause=Text(
        "`timeout-minutes` (360 without it) is not longer than `wait-timeout`. If the endpoint takes that long, GitHub ends the "
        "job first: the action can neither say what is wrong nor roll back.",
        "`timeout-minutes`（省略時は360）が`wait-timeout`より長くありません。エンドポイントの更新に時間がかかると、GitHubが先にジョブを終了し、"
        "原因の表示もロールバックもできません。",
    ),
    fix=Text(
        "Let the job have the time of `wait-timeout`, of the other steps, and 15 minutes more; or shorten `wait-timeout`.",
        "`wait-timeout`に、ほかのステップの時間と15分ほどの余裕を加えた値にするか、`wait-timeout`を短くしてください。",
    )
    + snippet("yaml", "timeout-minutes: 120"),
    example="timeout-minutes: 30\nwith:\n  wait-timeout: 60m",
)
C048 = Kind(
    code="ACES-C048",
    severity="error",
    title=Text("Repository not checked out", "リポジトリがチェックアウトされていません"),
    cause=Text(
        "No step before the action puts the repository's files in place, and a GitHub-hosted runner starts empty. The files of "
        "another job are not there either.",
        "アクションより前に、リポジトリのファイルを取得するステップがありません。GitHubホステッドランナーは空の状態で始まり、"
        "ほかのジョブのファイルもありません。",
    ),
    fix=Text("Check it out first:", "先にチェックアウトしてください。")
    + snippet("yaml", "steps:\n  - uses: actions/checkout@v5"),
    example="steps:\n  - uses: ORG/aces-action@v0.1.0",
)
C049 = Kind(
    code="ACES-C049",
    severity="warning",
    title=Text("Secret as plain text", "シークレットが平文で書かれています"),
    cause=Text(
        "The workflow has a token or a key as plain text. Everybody who can read the repository can read it, also after it is "
        "deleted: it stays in git's history.",
        "トークンやキーが、ワークフローに平文で書かれています。リポジトリを読める人なら誰でも読め、削除してもgitの履歴に残ります。",
    ),
    fix=Text(
        "Have it replaced by a new one, and keep that as a secret of the repository:",
        "新しいものを発行し直し、リポジトリのシークレットに保存してください。",
    )
    + snippet("yaml", "with:\n  platform-token: ${{ secrets.PLATFORM_TOKEN }}"),
    example="with:\n  platform-token: 0123456789",
)
C050 = Kind(
    code="ACES-C050",
    severity="warning",
    title=Text("Role of another project or environment", "別のプロジェクトまたは環境のロールです"),
    cause=Text(
        "By its name, the role of AWS_ROLE_ARN belongs to another project or environment than Project and ENV. Such a role may "
        "not touch this project's resources: AWS refuses the first call.",
        "AWS_ROLE_ARNのロール名が、ProjectとENVのものではありません。別のプロジェクトや環境のロールでは、このプロジェクトのリソースを操作できず、"
        "最初の呼び出しがAWSに拒否されます。",
    ),
    fix=Text(
        "Take the role of this project. If several projects share a role on purpose, nothing needs to be done.",
        "このプロジェクトのロールを指定してください。複数のプロジェクトで共有している場合は、対応は不要です。",
    ),
    example=(
        "ENV: staging\nProject: number-plate-detection\n"
        "AWS_ROLE_ARN: arn:aws:iam::123456789012:role/number-plate-detection-dev-github-actions-role"
    ),
)
C051 = Kind(
    code="ACES-C051",
    severity="error",
    title=Text("Placeholder for the owner of the action", "アクションの所有者が仮の名前のままです"),
    cause=Text(
        "`uses:` still has the placeholder of the examples for the organization that the action's repository belongs to. "
        "GitHub finds no such repository and starts no step.",
        "`uses:`で、アクションのリポジトリを所有する組織の名前が、サンプルの仮の名前のままです。"
        "GitHubはリポジトリを見つけられず、ステップを開始しません。",
    ),
    fix=Text(
        "Write the organization that your copy of the action belongs to.",
        "使用するアクションのリポジトリを所有する組織の名前にしてください。",
    )
    + snippet("yaml", "- uses: your-organization/aces-action@v0.1.0"),
    example="- uses: OWNER/aces-action@v0.1.0",
)
C052 = Kind(
    code="ACES-C052",
    severity="error",
    title=Text("GitHub refuses the call of the workflow", "ワークフローの呼び出しがGitHubに拒否されます"),
    cause=Text(
        "A job calls a reusable workflow with an input or a secret that it does not take, without an input that it requires, "
        "without a version, or with fewer permissions than its jobs ask for. GitHub then starts no job at all.",
        "再利用可能なワークフローを、存在しない入力やシークレットを付けて、必須の入力なしで、バージョンなしで、"
        "またはそのジョブが求めるより少ない権限で呼び出しています。GitHubはジョブを1つも開始しません。",
    ),
    fix=Text(
        "Compare `with:` and `secrets:` with `on.workflow_call` of the workflow that is called, and give the calling job the "
        "permissions that it needs: for fleet.yml those below, for drift.yml `issues: write` too.",
        "`with:`と`secrets:`を、呼び出されるワークフローの`on.workflow_call`に合わせ、呼び出し側のジョブに必要な権限を付けてください。"
        "fleet.ymlには次の権限が、drift.ymlにはさらに`issues: write`が必要です。",
    )
    + snippet("yaml", f"{_PERMISSIONS}\n  actions: read"),
    example="jobs:\n  deploy:\n    uses: ./.github/workflows/deploy.yml\n    with:\n      enviroment: dev",
)
C053 = Kind(
    code="ACES-C053",
    severity="warning",
    title=Text("Secret not passed to the called workflow", "シークレットが呼び出し先に渡っていません"),
    cause=Text(
        "A reusable workflow gives the action a secret that the calling job does not pass: there it is empty.",
        "再利用可能なワークフローがアクションに渡すシークレットを、呼び出し側のジョブが渡していません。呼び出し先では空になります。",
    ),
    fix=Text("Pass the secrets on:", "シークレットを渡してください。")
    + snippet("yaml", "jobs:\n  deploy:\n    uses: ./.github/workflows/deploy.yml\n    secrets: inherit"),
    example="jobs:\n  deploy:\n    uses: ./.github/workflows/deploy.yml",
)
C056 = Kind(
    code="ACES-C056",
    severity="warning",
    title=Text("Anybody's pull request decides what is deployed", "誰のpull requestでもデプロイできてしまいます"),
    cause=Text(
        "`pull_request_target` gives a job the rights of the repository, its secrets and OIDC tokens, even for a pull request "
        "from a fork. This job then checks out the pull request's own files: whoever opens one has them deployed, and every step "
        "that runs something of theirs hands them these rights.",
        "`pull_request_target`のジョブは、forkからのpull requestでも、リポジトリの権限（シークレットとOIDCトークン）で動きます。"
        "このジョブはさらに、pull requestのファイルをチェックアウトしています。"
        "誰がpull requestを開いても、そのファイルがデプロイされます。"
        "ファイルに含まれるものを実行するステップがあれば、その権限も渡ります。",
    ),
    fix=Text(
        "Take `pull_request` for `plan` and `validate`, and deploy what has been merged:",
        "`plan`と`validate`には`pull_request`を使い、デプロイはマージ後に行ってください。",
    )
    + snippet(
        "yaml",
        "on:\n  pull_request:\n    branches: [develop]\njobs:\n  plan:\n    runs-on: ubuntu-24.04\n    steps:\n"
        "      - uses: actions/checkout@v5\n      - uses: ORG/aces-action@v0.1.0\n        with:\n          command: plan",
    ),
    example=(
        "on: pull_request_target\nsteps:\n  - uses: actions/checkout@v5\n    with:\n"
        "      ref: ${{ github.event.pull_request.head.sha }}\n  - uses: ORG/aces-action@v0.1.0"
    ),
)

C057 = Kind(
    code="ACES-C057",
    severity="warning",
    title=Text("Fleet workflow without a fixed version", "fleetのワークフローのバージョンが固定されていません"),
    cause=Text(
        "A job calls fleet.yml or drift.yml of a branch. It hands them OIDC tokens for every role of the fleet, and both run the "
        "action of their own commit: whatever is pushed to that branch deploys your projects from then on.",
        "fleet.ymlまたはdrift.ymlを、ブランチを指定して呼び出しています。これらは、fleetのすべてのロールのOIDCトークンを受け取り、"
        "自分と同じコミットのアクションを実行します。そのブランチにpushされた内容で、次の実行からプロジェクトがデプロイされます。",
    ),
    fix=Text(
        "Name a version, or the commit of one. That pins the action, too:",
        "バージョンか、そのコミットを指定してください。アクションも同時に固定されます。",
    )
    + snippet("yaml", "jobs:\n  fleet:\n    uses: ORG/aces-action/.github/workflows/fleet.yml@v0.1.0"),
    example="jobs:\n  fleet:\n    uses: ORG/aces-action/.github/workflows/fleet.yml@main",
)

KINDS = (C046, C047, C048, C049, C050, C051, C052, C053, C056, C057)

OfCall = Literal["input", "secret"]
"""What a call gives a workflow."""


def no_oidc_token(job: str) -> Problem:
    return Problem(
        kind=C046,
        message=Text(
            f"The job {job} has no id-token: write, so it cannot assume the role of AWS_ROLE_ARN.",
            f"ジョブ{job}にid-token: writeがないため、AWS_ROLE_ARNのロールを引き受けられません。",
        ),
        hint=lines(
            Text("Give the job (its own permissions replace the workflow's):", "ジョブに次の権限を付けてください:"),
            same(_PERMISSIONS),
        ),
    )


def caller_without_token(job: str, file: str) -> Problem:
    """When a job calls a workflow that needs a token, and has no right to one itself."""
    return Problem(
        kind=C046,
        message=Text(
            f"The job {job} calls {file} without id-token: write: a called workflow has at most the permissions of its caller.",
            f"ジョブ{job}は、id-token: writeなしで{file}を呼び出しています。呼び出し先の権限は、呼び出し側の権限までです。",
        ),
        hint=lines(Text("Give the calling job:", "呼び出し側のジョブに次の権限を付けてください:"), same(_PERMISSIONS)),
    )


def job_ends_first(limit: str, wait: int) -> Problem:
    """When GitHub may end a job or a step after `limit` minutes, before the action has waited its `wait` minutes."""
    return Problem(
        kind=C047,
        message=Text(
            f"GitHub ends this after {limit} minutes, but the action may wait {wait} minutes for the endpoint.",
            f"GitHubは{limit}分で終了させますが、アクションはエンドポイントを最長{wait}分待ちます。",
        ),
        hint=Text(
            f"Set `timeout-minutes` to {wait + 30} or more, or `wait-timeout` to less.",
            f"`timeout-minutes`を{wait + 30}以上にするか、`wait-timeout`を短くしてください。",
        ),
    )


def no_checkout() -> Problem:
    return Problem(
        kind=C048,
        message=Text(
            "No step before this one checks the repository out: the action would find no files.",
            "これより前にリポジトリをチェックアウトするステップがないため、アクションからファイルが見えません。",
        ),
        hint=Text("Put this before it: - uses: actions/checkout@v5", "前に追加してください: - uses: actions/checkout@v5"),
    )


def secret_in_the_open(name: str) -> Problem:
    """When a secret's value stands in a workflow. It is not repeated."""
    secret = name.upper().replace("-", "_")
    return Problem(
        kind=C049,
        message=Text(
            f"{name} is a secret, and stands here as plain text.", f"{name}はシークレットですが、平文で書かれています。"
        ),
        hint=lines(
            same(f"{name}: ${{{{ secrets.{secret} }}}}"),
            Text(
                "Replace this one by a new one: it stays in git's history.",
                "この値はgitの履歴に残るため、発行し直してください。",
            ),
        ),
    )


def role_of_another_project(role: str, own: str) -> Problem:
    """When a role with one of the guide's names is not that of project and environment, `own`."""
    return Problem(
        kind=C050,
        message=Text(
            f"The role {role} is not one of {own}, as Project and ENV say.",
            f"ロール{role}は、ProjectとENVが示す{own}のものではありません。",
        ),
        hint=Text(
            f"The guide's role is {own}-github-actions-role. If the role is shared on purpose, leave it as it is.",
            f"ガイドのロール名は{own}-github-actions-roleです。共有しているロールなら、対応は不要です。",
        ),
    )


def placeholder_owner(owner: str) -> Problem:
    """When `uses:` still has the examples' placeholder."""
    return Problem(
        kind=C051,
        message=Text(
            f"{owner} is the placeholder of the examples: GitHub finds no action there.",
            f"{owner}はサンプルの仮の名前です。GitHubはアクションを見つけられません。",
        ),
        hint=Text(
            "Write the owner of the action's repository in its place.",
            "アクションのリポジトリの所有者の名前に置き換えてください。",
        ),
    )


def unknown_in_call(what: OfCall, name: str, file: str, meant: str | None, known: Sequence[str]) -> Problem:
    """When a call gives what the called workflow does not take. `meant`: what is probably meant; `known`: what there is."""
    noun, nouns = (
        (Text("input", "入力"), Text("Inputs", "入力"))
        if what == "input"
        else (Text("secret", "シークレット"), Text("Secrets", "シークレット"))
    )
    listed = Text(", ".join(known) or "none", "、".join(known) or "なし")
    return Problem(
        kind=C052,
        message=Text(
            f"{file} has no {noun.en} {name}: GitHub refuses the whole workflow.",
            f"{file}に{noun.ja}{name}はありません。GitHubはワークフロー全体を拒否します。",
        ),
        hint=did_you_mean(meant) if meant else Text(f"{nouns.en}: {listed.en}.", f"指定できる{nouns.ja}: {listed.ja}"),
    )


def input_of_call_missing(name: str, file: str) -> Problem:
    return Problem(
        kind=C052,
        message=Text(
            f"{file} requires the input {name}, which is not given: GitHub refuses the whole workflow.",
            f"{file}の必須の入力{name}がありません。GitHubはワークフロー全体を拒否します。",
        ),
        hint=same(f"with:\n  {name}: …"),
    )


def too_few_permissions(job: str, file: str, lacking: Sequence[str], needed: Mapping[str, str]) -> Problem:
    """When a job calls fleet.yml or drift.yml with fewer permissions than these have `needed`."""
    listed = ", ".join(f"{scope}: {needed[scope]}" for scope in lacking)
    block = "\n".join(["permissions:", *(f"  {scope}: {level}" for scope, level in needed.items())])
    return Problem(
        kind=C052,
        message=Text(
            f"The job {job} calls {file} without {listed}: GitHub refuses the whole workflow.",
            f"ジョブ{job}は、{listed}の権限なしで{file}を呼び出しています。GitHubはワークフロー全体を拒否します。",
        ),
        hint=lines(
            Text(
                "Give the calling job (its own permissions replace the workflow's):",
                "呼び出し側のジョブに次の権限を付けてください（ワークフローの`permissions:`は置き換えられます）:",
            ),
            same(block),
        ),
    )


def call_without_version(file: str, version: str) -> Problem:
    """When `uses:` names fleet.yml or drift.yml of the action's repository, and no version of it."""
    return Problem(
        kind=C052,
        message=Text(
            f"uses: names no version of {file}: GitHub refuses the whole workflow.",
            f"`uses:`に{file}のバージョンがありません。GitHubはワークフロー全体を拒否します。",
        ),
        hint=Text(f"Add @v{version} or a commit to it.", f"末尾に@v{version}またはコミットを付けてください。"),
    )


def not_pinned(file: str, ref: str, version: str) -> Problem:
    """When a call takes fleet.yml or drift.yml of a branch, or of a tag that is no version."""
    return Problem(
        kind=C057,
        message=Text(
            f"{ref} is neither a version nor a commit: whatever is pushed there is what {file} deploys with.",
            f"{ref}はバージョンでもコミットでもありません。そこにpushされた内容で{file}が動きます。",
        ),
        hint=Text(f"Write @v{version} or the commit of a version.", f"@v{version}か、バージョンのコミットを指定してください。"),
    )


def checkout_token_not_passed(file: str) -> Problem:
    """When the list of deployments names other repositories, and a call does not pass the secret that may read them."""
    return Problem(
        kind=C053,
        message=Text(
            f"Entries of the fleet have `repository`, and this job passes no CHECKOUT_TOKEN to {file}: "
            "only public ones can be read.",
            f"fleetの項目に`repository`がありますが、このジョブは{file}にCHECKOUT_TOKENを渡していません。"
            "公開リポジトリしか読み取れません。",
        ),
        hint=same("secrets:\n  CHECKOUT_TOKEN: ${{ secrets.CHECKOUT_TOKEN }}"),
    )


def secret_not_passed(secret: str, name: str, file: str) -> Problem:
    """When a called workflow gives the action a secret (for `name`) that its caller does not pass."""
    return Problem(
        kind=C053,
        message=Text(
            f"{file} gives the action secrets.{secret} as {name}, and this job does not pass it: it is empty there.",
            f"{file}は{name}にsecrets.{secret}を使いますが、このジョブが渡していないため、空になります。",
        ),
        hint=Text(
            f"Add `secrets: inherit`, or {secret} under `secrets:`.",
            f"`secrets: inherit`を追加するか、`secrets:`に{secret}を書いてください。",
        ),
    )


def files_of_anybody(job: str) -> Problem:
    """When a job that has the rights of the repository checks out the files of whoever opened a pull request."""
    return Problem(
        kind=C056,
        message=Text(
            f"On pull_request_target the job {job} checks out the pull request's own files: anybody's are deployed.",
            f"pull_request_targetのジョブ{job}がpull requestのファイルを使うため、誰のファイルでもデプロイされます。",
        ),
        hint=Text(
            "Take `pull_request` instead: forks then get neither secrets nor a token. Or leave `ref:` out.",
            "`pull_request`にすると、forkにはシークレットもトークンも渡りません。または`ref:`を外してください。",
        ),
    )
