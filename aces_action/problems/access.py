"""A: credentials and access to AWS."""

from __future__ import annotations

from aces_action.language import Text
from aces_action.problems.kind import Kind, snippet

A001 = Kind(
    code="ACES-A001",
    severity="error",
    title=Text("No AWS credentials", "AWSの認証情報がありません"),
    cause=Text(
        "The job has no credentials for AWS, or AWS does not accept those it has: keys that have expired, were deleted or "
        "were copied wrongly.",
        "ジョブにAWSの認証情報がないか、AWSがそれを受け付けませんでした。"
        "期限切れのキー、削除されたキー、コピーを誤ったキーなどが原因です。",
    ),
    fix=Text(
        "Let the job take on a role by GitHub's OIDC token; such credentials renew themselves for as long as the run takes:",
        "GitHubのOIDCトークンで、ジョブにロールを引き受けさせてください。この認証情報は、実行が終わるまで自動で更新されます。",
    )
    + snippet(
        "yaml",
        "permissions:\n"
        "  id-token: write\n"
        "  contents: read\n"
        "env:\n"
        "  AWS_ROLE_ARN: arn:aws:iam::123456789012:role/number-plate-detection-dev-github-actions-role",
    ),
    example="ACES-A001 AWS did not accept the credentials for GetCallerIdentity (ExpiredToken).",
)
A002 = Kind(
    code="ACES-A002",
    severity="error",
    title=Text("No OIDC token from GitHub", "GitHubのOIDCトークンがありません"),
    cause=Text(
        "AWS_ROLE_ARN is set, but GitHub gives this job no OIDC token, without which AWS lets nobody take on the role. "
        "Mostly the job lacks the permission `id-token: write`; a pull request from a fork never has it. Else GitHub's own "
        "service has a fault.",
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
        "GitHub gave the job a token, but AWS does not let it take on the role of AWS_ROLE_ARN: there is no such role, or "
        "its trust policy does not admit this repository, branch or environment.",
        "ジョブはGitHubのトークンを取得しましたが、AWSがAWS_ROLE_ARNのロールの引き受けを認めませんでした。"
        "そのロールがないか、ロールの信頼ポリシーがこのリポジトリ、ブランチ、environmentを許可していません。",
    ),
    fix=Text(
        "Check AWS_ROLE_ARN letter by letter. Then compare the claims that the message shows with the conditions of the "
        "role's trust policy; whoever looks after the AWS account can change it:",
        "まず、AWS_ROLE_ARNに誤りがないか確認してください。次に、メッセージにあるトークンのclaim（subなど）を、"
        "ロールの信頼ポリシーの条件と比べてください。ポリシーの変更は、AWSアカウントの管理者に依頼してください。",
    )
    + snippet(
        "json",
        '"Condition": {\n'
        '  "StringEquals": { "token.actions.githubusercontent.com:aud": "sts.amazonaws.com" },\n'
        '  "StringLike": { "token.actions.githubusercontent.com:sub": "repo:OWNER/REPOSITORY:*" }\n'
        "}",
    ),
    example=(
        "ACES-A003 AWS does not let this job assume "
        "arn:aws:iam::123456789012:role/number-plate-detection-dev-github-actions-role: AccessDenied: Not authorized to "
        "perform sts:AssumeRoleWithWebIdentity"
    ),
)
A004 = Kind(
    code="ACES-A004",
    severity="error",
    title=Text("Wrong AWS account", "AWSアカウントが違います"),
    cause=Text(
        "The credentials of the job belong to another AWS account than `account_id` of the infra file names. Nothing has "
        "been touched in either of them.",
        "ジョブの認証情報が、infraファイルの`account_id`とは別のAWSアカウントのものです。"
        "どちらのアカウントでも、まだ何も変更していません。",
    ),
    fix=Text(
        "Correct whichever is wrong: `account_id` of the infra file, or AWS_ROLE_ARN of the workflow. Does the workflow use "
        "the variables of another environment?",
        "infraファイルの`account_id`か、ワークフローのAWS_ROLE_ARNの、誤っている方を直してください。"
        "ワークフローが別の環境の変数を使っていないかも確認してください。",
    ),
    example="ACES-A004 The credentials belong to AWS account 123456789012, but account_id is 210987654321.",
)
A005 = Kind(
    code="ACES-A005",
    severity="error",
    title=Text("Permission missing", "権限がありません"),
    cause=Text(
        "AWS refused a call because the role of the job lacks a permission for it. The message names the call and the "
        "permission, and gives AWS's own words.",
        "ジョブのロールに権限がないため、AWSが呼び出しを拒否しました。"
        "呼び出しの名前、足りない権限、AWSの応答をメッセージに示します。",
    ),
    fix=Text(
        "Have the permission added to the policy of the role in AWS_ROLE_ARN; docs/iam has all that the action needs, "
        "so that it can be done at once. If the role has it already, a permission boundary or an SCP of the organisation "
        "may deny it.",
        "AWS_ROLE_ARNのロールのポリシーに、その権限を追加してもらってください。必要な権限の一覧はdocs/iamにあり、"
        "まとめて追加できます。すでに追加されている場合は、permissions boundaryや組織のSCPで拒否されている可能性があります。",
    )
    + snippet("json", '{ "Effect": "Allow", "Action": "sagemaker:UpdateEndpoint", "Resource": "*" }'),
    example=(
        "ACES-A005 The role may not call UpdateEndpoint on number-plate-detection-dev-algorithm-server: "
        "it lacks sagemaker:UpdateEndpoint."
    ),
)
A006 = Kind(
    code="ACES-A006",
    severity="error",
    title=Text("AWS refused a call", "AWSが呼び出しを拒否しました"),
    cause=Text(
        "AWS answered a call with an error that this action has no specific advice for. "
        "The message has AWS's own words, the hint AWS's request id where there is one.",
        "AWSの呼び出しが、このアクションに個別の説明がないエラーになりました。"
        "メッセージにAWSの応答を、ヒントに（あれば）AWSのリクエストIDを示します。",
    ),
    fix=Text(
        "Read what AWS says: it mostly names the parameter or the limit. Throttling and faults of AWS pass: run the job "
        "again. Otherwise give AWS Support the request id.",
        "AWSの応答を確認してください。多くの場合、問題のパラメータや上限が示されています。"
        "スロットリングやAWS側の一時的な障害なら、ジョブを再実行してください。"
        "解決しないときは、リクエストIDを添えてAWSサポートに問い合わせてください。",
    ),
    example="ACES-A006 AWS refused DescribeInstanceTypes: InternalError: An internal error has occurred",
)
A007 = Kind(
    code="ACES-A007",
    severity="error",
    title=Text("AWS not reachable", "AWSに接続できません"),
    cause=Text(
        "No connection to AWS, or it broke off, also after several attempts: a region that does not exist, a runner without "
        "a way to the internet, or a fault in the network. Or something in between (a proxy) answered in AWS's place.",
        "AWSに接続できないか、接続が途中で切れました（再試行後）。"
        "存在しないリージョン、インターネットに出られないランナー、ネットワークの障害などが原因です。"
        "プロキシなど、途中にあるものがAWSの代わりに応答した場合もあります。",
    ),
    fix=Text(
        "Run the job again. If it stays so, check AWS_REGION; on a runner of your own also DNS, proxy and firewall.",
        "ジョブを再実行してください。続くときは、AWS_REGIONを確認してください。"
        "自前のランナーでは、DNS、プロキシ、ファイアウォールも確認してください。",
    ),
    example='ACES-A007 AWS does not answer: Could not connect to the endpoint URL: "https://sts.ap-northeast-9.amazonaws.com/"',
)
A008 = Kind(
    code="ACES-A008",
    severity="warning",
    title=Text("AWS credentials end before the run may", "AWSの認証情報が実行中に失効します"),
    cause=Text(
        "There is no AWS_ROLE_ARN, and the keys in the job's environment end (AWS_CREDENTIAL_EXPIRATION) before wait-timeout "
        "would. Nothing renews them: a roll-out that takes longer goes on without the job, which then fails.",
        "AWS_ROLE_ARNがなく、ジョブの環境変数にあるキーの期限（AWS_CREDENTIAL_EXPIRATION）が、wait-timeoutより先に切れます。"
        "このキーは更新されません。デプロイがそれより長くかかると、SageMakerの処理は続きますが、ジョブは失敗します。",
    ),
    fix=Text(
        "Let the action assume the role itself: its credentials renew themselves. Or make the keys last longer.",
        "このアクションにロールを引き受けさせてください。その認証情報は自動で更新されます。または、キーの有効期間を長くしてください。",
    )
    + snippet(
        "yaml",
        "permissions:\n"
        "  id-token: write\n"
        "  contents: read\n"
        "env:\n"
        "  AWS_ROLE_ARN: arn:aws:iam::123456789012:role/number-plate-detection-dev-github-actions-role",
    ),
    example="ACES-A008 The job's AWS credentials end before wait-timeout does, and nothing renews them.",
)
A009 = Kind(
    code="ACES-A009",
    severity="error",
    title=Text("CA bundle not usable", "CA証明書のファイルが使えません"),
    cause=Text(
        "REQUESTS_CA_BUNDLE, CURL_CA_BUNDLE or AWS_CA_BUNDLE names a file that does not exist or holds no certificates. The "
        "action runs in a container: of the runner's files it sees only the workspace. Nothing was called.",
        "REQUESTS_CA_BUNDLE、CURL_CA_BUNDLE、AWS_CA_BUNDLEのいずれかが、存在しないファイルか、証明書のないファイルを指しています。"
        "アクションはコンテナで動くため、ランナーのファイルのうち見えるのはワークスペースだけです。まだ何も呼び出していません。",
    ),
    fix=Text(
        "Copy the certificates into the workspace in an earlier step, and give the copy's path as the container sees it:",
        "前のステップで証明書をワークスペースにコピーし、コンテナから見たパスを指定してください。",
    )
    + snippet(
        "yaml",
        "- run: cp /etc/ssl/certs/ca-certificates.crt .ca.pem\n"
        "- uses: ORG/aces-action@v0.1.0\n"
        "  env:\n"
        "    REQUESTS_CA_BUNDLE: /github/workspace/.ca.pem",
    ),
    example="ACES-A009 REQUESTS_CA_BUNDLE is /opt/corp/ca.pem, which is not in the action's container.",
)
A010 = Kind(
    code="ACES-A010",
    severity="error",
    title=Text("AWS_ENDPOINT_URL is not an address", "AWS_ENDPOINT_URLの値がアドレスではありません"),
    cause=Text(
        "AWS_ENDPOINT_URL, or its form for one service, makes AWS's clients connect to another address than AWS's own, but "
        "its value is not an http:// or https:// address. Nothing was called.",
        "AWS_ENDPOINT_URL（またはサービスごとの変数）は、AWSの代わりに接続するアドレスを指定するものですが、"
        "値がhttp://またはhttps://で始まるアドレスではありません。まだ何も呼び出していません。",
    ),
    fix=Text(
        "Delete the variable, unless you use a local AWS or a VPC endpoint. In that case, write the whole address.",
        "ローカルのAWSやVPCエンドポイントを使うのでなければ、変数を削除してください。使う場合は、アドレス全体を書いてください。",
    )
    + snippet("yaml", "env:\n  AWS_ENDPOINT_URL_S3: https://bucket.vpce-0123456789abcdef0.s3.ap-northeast-1.vpce.amazonaws.com"),
    example="ACES-A010 AWS_ENDPOINT_URL is localhost:4566, which is not an http:// or https:// address.",
)
A011 = Kind(
    code="ACES-A011",
    severity="error",
    title=Text("AWS profile not found", "AWSのプロファイルがありません"),
    cause=Text(
        "AWS_PROFILE (or AWS_DEFAULT_PROFILE) names a profile that does not exist. The action's container does not see the "
        "runner's ~/.aws.",
        "AWS_PROFILE（またはAWS_DEFAULT_PROFILE）のプロファイルがありません。アクションのコンテナからは、ランナーの~/.awsは見えません。",
    ),
    fix=Text(
        "Delete the variable from the job and from the runner's settings; an empty value counts as a name, too. The action "
        "gets its credentials from AWS_ROLE_ARN:",
        "ジョブとランナーの設定から、この変数を削除してください（空の値も名前として扱われます）。認証情報はAWS_ROLE_ARNで取得します。",
    )
    + snippet(
        "yaml",
        "env:\n  AWS_ROLE_ARN: arn:aws:iam::123456789012:role/number-plate-detection-dev-github-actions-role",
    ),
    example="ACES-A011 AWS_PROFILE is corp, but there is no such profile here.",
)
A012 = Kind(
    code="ACES-A012",
    severity="error",
    title=Text("Proxy not usable", "プロキシが使えません"),
    cause=Text(
        "A variable such as HTTPS_PROXY names a proxy that does not let us through, or its value cannot be an address: a '#' "
        "in the password, a port that is not a number. The service behind it may be fine.",
        "HTTPS_PROXYなどの変数にあるプロキシを経由して接続できないか、値がアドレスになっていません"
        "（パスワードに「#」がある、ポートが数でないなど）。接続先のサービスに問題があるとは限りません。",
    ),
    fix=Text(
        "Correct the variable where the job or the runner sets it. In user and password, write characters such as @ and # as "
        "%40 and %23. NO_PROXY lists hosts that need no proxy, such as the platform's.",
        "ジョブまたはランナーの設定で、変数を修正してください。ユーザとパスワードの中の@や#は、%40や%23と書きます。"
        "プロキシの要らないホスト（ACES Platformなど）はNO_PROXYに書きます。",
    )
    + snippet(
        "yaml",
        "env:\n  HTTPS_PROXY: http://USER:PASSWORD@proxy.example.com:8080\n  NO_PROXY: .internal,169.254.169.254",
    ),
    example="ACES-A012 The proxy http://proxy.example.com:8080 (HTTPS_PROXY) does not let us through to AWS.",
)
A013 = Kind(
    code="ACES-A013",
    severity="error",
    title=Text("No TLS connection", "TLSで接続できません"),
    cause=Text(
        "A certificate on the way to AWS or GitHub could not be verified. Most often a company proxy inspects TLS and signs "
        "with its own authority, which the action's container does not know. Or the clock is off, or the address is wrong.",
        "AWSまたはGitHubへの接続で、証明書を確認できません。多くの場合、TLSの中身を検査する社内プロキシが独自の認証局で署名しており、"
        "アクションのコンテナがその認証局を知りません。時計のずれや、アドレスの誤りの場合もあります。",
    ),
    fix=Text(
        "Give the container the company's certificates. The file replaces the built-in list, so it needs the public "
        "authorities too (a runner's own list usually has both):",
        "会社の認証局の証明書をコンテナに渡してください。このファイルは組み込みの一覧の代わりになるため、公的な認証局も必要です"
        "（ランナーの一覧には、多くの場合どちらも入っています）。",
    )
    + snippet(
        "yaml",
        "- run: cp /etc/ssl/certs/ca-certificates.crt .ca.pem\n"
        "- uses: ORG/aces-action@v0.1.0\n"
        "  env:\n"
        "    REQUESTS_CA_BUNDLE: /github/workspace/.ca.pem",
    ),
    example="ACES-A013 No TLS connection to AWS: its certificate is signed by an authority that is not known here.",
)
A014 = Kind(
    code="ACES-A014",
    severity="error",
    title=Text("The runner's clock is off", "ランナーの時計がずれています"),
    cause=Text(
        "AWS rejects requests whose time differs from its own by more than a few minutes. The credentials may be fine.",
        "AWSは、時刻が数分以上ずれているリクエストを拒否します。認証情報に問題があるとは限りません。",
    ),
    fix=Text(
        "Set the runner's clock (often off on a virtual machine that was asleep), then run the job again.",
        "ランナーの時計を合わせてから（スリープから復帰した仮想マシンでよく起きます）、ジョブを再実行してください。",
    )
    + snippet("sh", "sudo timedatectl set-ntp true && timedatectl"),
    example="ACES-A014 AWS refused GetCallerIdentity: the clock here is off (SignatureDoesNotMatch).",
)

KINDS = (A001, A002, A003, A004, A005, A006, A007, A008, A009, A010, A011, A012, A013, A014)
