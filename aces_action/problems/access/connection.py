"""A: the way to AWS and GitHub: proxies, certificates, addresses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from aces_action.language import EMPTY, Text, lines, same, sentences
from aces_action.problems.kind import Kind, snippet
from aces_action.problems.problem import Problem

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
        "Run the job again. If that does not help, check AWS_REGION; on a runner of your own also DNS, proxy and firewall.",
        "ジョブを再実行してください。続くときは、AWS_REGIONを確認してください。"
        "自前のランナーでは、DNS、プロキシ、ファイアウォールも確認してください。",
    ),
    example=Text(
        'ACES-A007 AWS does not answer: Could not connect to the endpoint URL: "https://sts.ap-northeast-9.amazonaws.com/"',
        'ACES-A007 AWSから応答がありません: Could not connect to the endpoint URL: "https://sts.ap-northeast-9.amazonaws.com/"',
    ),
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
    example=Text(
        "ACES-A009 REQUESTS_CA_BUNDLE is /opt/corp/ca.pem, which is not in the action's container.",
        "ACES-A009 REQUESTS_CA_BUNDLEの/opt/corp/ca.pemは、アクションのコンテナにありません。",
    ),
)

A010 = Kind(
    code="ACES-A010",
    severity="error",
    title=Text("AWS_ENDPOINT_URL is not an address", "AWS_ENDPOINT_URLの値がアドレスではありません"),
    cause=Text(
        "AWS_ENDPOINT_URL, or its form for one service, makes AWS's clients connect to another address than AWS's own, but "
        "its value is not an `http://` or `https://` address. Nothing was called.",
        "AWS_ENDPOINT_URL（またはサービスごとの変数）は、AWSの代わりに接続するアドレスを指定するものですが、"
        "値が`http://`または`https://`で始まるアドレスではありません。まだ何も呼び出していません。",
    ),
    fix=Text(
        "Delete the variable, unless you use a local AWS or a VPC endpoint. In that case, write the whole address.",
        "ローカルのAWSやVPCエンドポイントを使うのでなければ、変数を削除してください。使う場合は、アドレス全体を書いてください。",
    )
    + snippet("yaml", "env:\n  AWS_ENDPOINT_URL_S3: https://bucket.vpce-0123456789abcdef0.s3.ap-northeast-1.vpce.amazonaws.com"),
    example=Text(
        "ACES-A010 AWS_ENDPOINT_URL is localhost:4566, which is not an http:// or https:// address.",
        "ACES-A010 AWS_ENDPOINT_URLのlocalhost:4566は、http://またはhttps://で始まるアドレスではありません。",
    ),
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
    example=Text(
        "ACES-A012 Cannot connect to AWS through the proxy http://proxy.example.com:8080 (HTTPS_PROXY).",
        "ACES-A012 プロキシhttp://proxy.example.com:8080（HTTPS_PROXY）を経由してAWSに接続できません。",
    ),
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
    example=Text(
        "ACES-A013 No TLS connection to AWS: its certificate is signed by an authority that is unknown here.",
        "ACES-A013 AWSにTLSで接続できません: 証明書に署名した認証局を確認できません。",
    ),
)

KINDS = (A007, A009, A010, A012, A013)

CHECK_DNS = Text(
    "Run the job again. If that does not help, check the runner's DNS and its internet connection.",
    "ジョブを再実行してください。それでも変わらない場合は、ランナーのDNSと、インターネットへの接続を確認してください。",
    Text(
        "Try again. If that does not help, check your DNS, connection and VPN.",
        "もう一度実行してください。それでも変わらない場合は、DNS、ネットワーク接続、VPNを確認してください。",
    ),
)
_CHECK_THE_WAY = Text(
    "Run the job again. If that does not help, check AWS_REGION and the runner's internet connection.",
    "ジョブを再実行してください。それでも変わらない場合は、AWS_REGIONと、ランナーからインターネットへの接続を確認してください。",
    Text(
        "Try again. If that does not help, check the region (AWS_REGION, or the profile's) and your connection, proxy and VPN.",
        "もう一度実行してください。それでも変わらない場合は、リージョン（AWS_REGIONまたはプロファイルの設定）と、"
        "ネットワーク接続、プロキシ、VPNを確認してください。",
    ),
)
# The runner mounts the workspace, HOME and the files of commands into an action's container, nothing else of its own
# (actions/runner: ContainerActionHandler.cs).
_COPY_THE_CERTIFICATES = Text(
    "The action runs in a container, which cannot see the runner's files outside the workspace. Copy the certificates there in "
    "an earlier step, and give the path of the copy:\n",
    "アクションはコンテナで動くため、ランナーのファイルのうち、ワークスペースの外にあるものは見えません。前のステップで証明書をコピーし、"
    "コピーしたファイルを指定してください:\n",
) + same(
    "    - run: cp /etc/ssl/certs/ca-certificates.crt .ca.pem\n"
    "    - uses: …/aces-action@…\n"
    "      env:\n"
    "        REQUESTS_CA_BUNDLE: /github/workspace/.ca.pem"
)
_GIVE_CERTIFICATES = Text(
    _COPY_THE_CERTIFICATES.en,
    _COPY_THE_CERTIFICATES.ja,
    Text(
        "Name a file with the certificates in PEM format, or unset the variable.",
        "PEM形式の証明書のファイルを指定するか、変数の設定を解除してください。",
    ),
)
_PROXY_FORM = Text(
    "Write it as http://HOST:PORT or http://USER:PASSWORD@HOST:PORT, where the job or the runner sets it. In user and password, "
    "write @ as %40, # as %23, / as %2F, ? as %3F and % as %25.",
    "http://ホスト:ポート、またはhttp://ユーザ:パスワード@ホスト:ポートの形式で、ジョブまたはランナーの設定に書いてください。"
    "ユーザとパスワードの中では、@を%40、#を%23、/を%2F、?を%3F、%を%25と書きます。",
    Text(
        "Set it to http://HOST:PORT or http://USER:PASSWORD@HOST:PORT. In user and password, write @ as %40, # as %23, / as %2F, "
        "? as %3F and % as %25.",
        "http://ホスト:ポート、またはhttp://ユーザ:パスワード@ホスト:ポートの形式で設定してください。"
        "ユーザとパスワードの中では、@を%40、#を%23、/を%2F、?を%3F、%を%25と書きます。",
    ),
)

TlsFault = Literal["out-of-date", "other-host", "no-tls", "unknown-authority", "handshake"]
# What is wrong with the connection, and what to do
_TLS_FAULTS: Mapping[TlsFault, tuple[Text, Text]] = {
    "out-of-date": (
        Text("its certificate is not valid today", "証明書が有効期間外です"),
        Text(
            "Check the runner's clock first. If it is right, contact the administrator of that server or of the company's proxy.",
            "まずランナーの時計を確認してください。正しい場合は、サーバまたは社内プロキシの管理者に連絡してください。",
            Text(
                "Check this machine's clock first. If it is right, contact the administrator of that server or of the company's "
                "proxy.",
                "まずこのマシンの時計を確認してください。正しい場合は、サーバまたは社内プロキシの管理者に連絡してください。",
            ),
        ),
    ),
    "other-host": (
        Text("its certificate is for another host", "証明書が別のホストのものです"),
        Text(
            "Check the address, and whether a proxy or a portal of the network answers in its place.",
            "アドレスが正しいか、プロキシやネットワークの認証画面が代わりに応答していないかを確認してください。",
        ),
    ),
    "no-tls": (
        Text("the other end does not speak TLS", "相手がTLSで応答しません"),
        Text(
            "Check whether the address should start with http://, not https://. The same goes for a proxy (HTTPS_PROXY is "
            "usually http://…).",
            "アドレスが「https://」ではなく「http://」でないか確認してください。プロキシのアドレスも同様です"
            "（HTTPS_PROXYの値は、多くの場合「http://…」です）。",
        ),
    ),
    "unknown-authority": (
        Text("its certificate is signed by an authority that is unknown here", "証明書に署名した認証局を確認できません"),
        lines(
            Text(
                "Most often a company proxy that inspects TLS, with its own certificate authority.",
                "多くの場合、TLSの中身を検査する社内プロキシが、独自の認証局で署名しています。",
            ),
            _GIVE_CERTIFICATES,
        ),
    ),
    "handshake": (
        Text("the TLS handshake failed", "TLSのハンドシェイクに失敗しました"),
        Text(
            "Run it again. If that does not help, check the proxies and firewalls in between.",
            "もう一度実行してください。それでも変わらない場合は、途中のプロキシやファイアウォールを確認してください。",
        ),
    ),
}

ProxyFault = Literal["not-an-address", "credentials-not-encoded", "no-host", "port-0"]
_PROXY_FAULTS: Mapping[ProxyFault, Text] = {
    "not-an-address": Text(
        "it has a space, a line break or another character that is not allowed in an address.",
        "空白や改行など、アドレスに使えない文字が含まれています。",
    ),
    "credentials-not-encoded": Text(
        "user or password has a '#', '/' or '?' that is not encoded.",
        "ユーザまたはパスワードに「#」「/」「?」がそのまま入っています。",
    ),
    "no-host": Text("it names no host.", "ホスト名がありません。"),
    "port-0": Text("its port is 0.", "ポートが0です。"),
}


def no_answer(resource: str, reason: str) -> Problem:
    """When AWS is not reached, after several attempts. `reason` in botocore's words."""
    about = Text(f" ({resource})", f"（{resource}）") if resource else EMPTY
    return Problem(
        kind=A007,
        message=Text(f"AWS does not answer{about.en}: {reason}", f"AWSから応答がありません{about.ja}: {reason}"),
        hint=_CHECK_THE_WAY,
    )


def aws_unresolved(resource: str, host: str) -> Problem:
    """When DNS does not know a host of AWS's, after several attempts."""
    about = Text(f" ({resource})", f"（{resource}）") if resource else EMPTY
    return Problem(
        kind=A007,
        message=Text(
            f"AWS cannot be reached{about.en}: DNS does not know the host {host}.",
            f"AWSに接続できません{about.ja}。DNSでホスト{host}を解決できません。",
        ),
        hint=sentences(
            CHECK_DNS,
            Text(
                "If only this host is unknown, check AWS_REGION.",
                "このホストだけを解決できない場合は、AWS_REGIONを確認してください。",
            ),
        ),
    )


def no_answer_of_aws(operation: str, resource: str, content: str) -> Problem:
    """When something answered that is not AWS, or the answer broke off. `operation` empty where it is not known."""
    on = Text(f" on {resource}", f"（{resource}）") if resource else EMPTY
    about = Text(f" about {resource}", f"{resource}について") if resource else EMPTY
    call = Text(f" to {operation}{on.en}", f"{operation}{on.ja}の呼び出しで") if operation else about
    return Problem(
        kind=A007,
        message=Text(
            f"The answer{call.en} is not from AWS, or incomplete: {content}",
            f"{call.ja}受け取った応答は、AWSのものではないか、途中で切れています: {content}",
        ),
        hint=sentences(
            Text(
                "Something between the runner and AWS may have answered in its place, such as a proxy or a firewall.",
                "ランナーとAWSの間にあるプロキシやファイアウォールなどが、AWSの代わりに応答した可能性があります。",
                Text(
                    "Something between this machine and AWS may have answered in its place, such as a proxy or a firewall.",
                    "このマシンとAWSの間にあるプロキシやファイアウォールなどが、AWSの代わりに応答した可能性があります。",
                ),
            ),
            _CHECK_THE_WAY,
        ),
    )


def bundle_missing(variable: str, path: str) -> Problem:
    """When a variable for certificates names a path that leads to nothing."""
    where = Text(
        "which is not in the action's container.",
        "は、アクションのコンテナにありません。",
        Text("which does not exist.", "がありません。"),
    )
    return _unusable_bundle(variable, path, where)


def bundle_without_certificates(variable: str, path: str) -> Problem:
    """When the file is there, and OpenSSL finds nothing in it."""
    return _unusable_bundle(
        variable, path, Text("which holds no certificate in PEM format.", "に、PEM形式の証明書がありません。")
    )


def bundle_not_readable(variable: str, path: str, reason: Text) -> Problem:
    """When the file may not be read; `reason`: the system's."""
    return _unusable_bundle(variable, path, Text(f"which cannot be read ({reason.en}).", f"を読み取れません（{reason.ja}）。"))


def _unusable_bundle(variable: str, path: str, fault: Text) -> Problem:
    message = Text(f"{variable} is {path}, ", f"{variable}の{path}") + fault
    return Problem(kind=A009, message=message, hint=_GIVE_CERTIFICATES)


def not_an_address(variable: str, value: str, better: str) -> Problem:
    """When a variable for AWS's address holds none. `better`: the address that may be meant; empty where none can be guessed."""
    return Problem(
        kind=A010,
        message=Text(
            f"{variable} is {value}, which is not an http:// or https:// address.",
            f"{variable}の{value}は、http://またはhttps://で始まるアドレスではありません。",
        ),
        hint=lines(
            Text(f"Write {better} (or http://).", f"{better}（またはhttp://）と書いてください。") if better else EMPTY,
            Text(
                "It is only for a local AWS or a VPC endpoint: otherwise delete it from the workflow or the runner's settings.",
                "この変数は、ローカルのAWSやVPCエンドポイントを使う場合だけのものです。"
                "不要なら、ワークフローまたはランナーの設定から削除してください。",
                Text(
                    "It is only for a local AWS or a VPC endpoint: otherwise unset it.",
                    "この変数は、ローカルのAWSやVPCエンドポイントを使う場合だけのものです。不要なら、設定を解除してください。",
                ),
            ),
        ),
    )


def proxy_not_usable(variable: str, fault: ProxyFault) -> Problem:
    """When a variable for a proxy holds what cannot be its address. Nothing of user and password is said."""
    return _unusable_proxy(variable, _PROXY_FAULTS[fault])


def proxy_of_another_kind(variable: str, scheme: str) -> Problem:
    """When the proxy is one such as socks5://."""
    fault = Text(
        f"a proxy of the kind {scheme}:// cannot be used, only http:// and https://.",
        f"{scheme}://のプロキシには対応していません（http://とhttps://だけです）。",
    )
    return _unusable_proxy(variable, fault)


def proxy_with_wrong_port(variable: str, host: str) -> Problem:
    """When the port is no number, or too large. `host`: the address without user and password."""
    fault = Text(f"its port is not a number from 1 to 65535 ({host}).", f"ポートが1から65535までの数ではありません（{host}）。")
    return _unusable_proxy(variable, fault)


def _unusable_proxy(variable: str, fault: Text) -> Problem:
    message = Text(f"{variable} is not usable: {fault.en}", f"{variable}は使えません。{fault.ja}")
    return Problem(kind=A012, message=message, hint=_PROXY_FORM)


def proxy_refuses(service: Text, variable: str, address: str) -> Problem:
    """When a proxy does not let us through to a service, which may be in order itself. Empty: it is not known which one."""
    through = Text(f"the proxy {address} ({variable})", f"プロキシ{address}（{variable}）")
    of = same(variable)
    if not variable:
        through, of = Text("the proxy", "プロキシ"), Text("HTTPS_PROXY or HTTP_PROXY", "HTTPS_PROXYまたはHTTP_PROXY")
    return Problem(
        kind=A012,
        message=Text(
            f"Cannot connect to {service.en} through {through.en}.", f"{through.ja}を経由して{service.ja}に接続できません。"
        ),
        hint=Text(
            f"Correct {of.en} where the job or the runner sets it, start the proxy, or add the host to NO_PROXY.",
            f"ジョブまたはランナーの設定で{of.ja}を修正するか、プロキシを起動するか、ホストをNO_PROXYに追加してください。",
            Text(
                f"Correct {of.en}, start the proxy, or add the host to NO_PROXY.",
                f"{of.ja}を修正するか、プロキシを起動するか、ホストをNO_PROXYに追加してください。",
            ),
        ),
    )


def no_tls(service: Text, fault: TlsFault) -> Problem:
    """When a certificate on the way to a service is not accepted, or no TLS is spoken there."""
    reason, hint = _TLS_FAULTS[fault]
    return Problem(
        kind=A013,
        message=Text(f"No TLS connection to {service.en}: {reason.en}.", f"{service.ja}にTLSで接続できません: {reason.ja}。"),
        hint=hint,
    )
