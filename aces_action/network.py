"""The way to the network as the environment describes it: proxies, CA bundles, addresses of AWS. What is wrong with it is told
before anything is called, and what fails on the way is told apart from a failure of AWS, GitHub or the platform."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from aces_action.language import EMPTY, Text, lines, same
from aces_action.problems import CATALOGUE, Problem

# requests takes the first of these that is set (requests.sessions: merge_environment_settings), botocore the third, else the
# first (botocore.endpoint: EndpointCreator)
_BUNDLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "AWS_CA_BUNDLE")
_PROXIES = ("http", "https", "all")

# The runner mounts the workspace, HOME and the files of commands into an action's container, nothing else of its own
# (actions/runner: ContainerActionHandler.cs).
INTO_THE_CONTAINER = Text(
    "The action runs in a container, which sees no file of the runner outside the workspace. Copy the certificates there in an "
    "earlier step, and give the path of the copy:\n",
    "アクションはコンテナで動くため、ランナーのファイルのうち、ワークスペースの外にあるものは見えません。前のステップで証明書をコピーし、"
    "コピーしたファイルを指定してください:\n",
) + same(
    "    - run: cp /etc/ssl/certs/ca-certificates.crt .ca.pem\n"
    "    - uses: …/aces-action@…\n"
    "      env:\n"
    "        REQUESTS_CA_BUNDLE: /github/workspace/.ca.pem"
)
# What a terminal says instead
ON_THIS_MACHINE = Text(
    "Name a file with the certificates in PEM format, or unset the variable.",
    "PEM形式の証明書のファイルを指定するか、変数の設定を解除してください。",
)
_COMPANY = Text(
    "Most often a company proxy that inspects TLS, with its own certificate authority.",
    "多くの場合、TLSの中身を検査する社内プロキシが、独自の認証局で署名しています。",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proxy:
    """A proxy, and the variable that names it. `address` is without user and password."""

    variable: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """The proxies by the scheme of what is asked for through them: 'http', 'https', or 'all'."""

    proxies: Mapping[str, Proxy] = field(default_factory=dict)

    def proxy_for(self, url: str) -> Proxy | None:
        """The proxy on the way to `url`, as far as NO_PROXY does not say otherwise."""
        return self.proxies.get(urlsplit(url).scheme) or self.proxies.get("all")


def read_network(environ: Mapping[str, str]) -> Network:
    """The proxies by their variables; the lower-case name wins (urllib.request: getproxies_environment)."""
    named = {scheme: _named_proxy(environ, scheme) for scheme in _PROXIES}
    return Network(
        proxies={scheme: Proxy(variable=found[0], address=without_password(found[1])) for scheme, found in named.items() if found}
    )


def _named_proxy(environ: Mapping[str, str], scheme: str) -> tuple[str, str] | None:
    names = (f"{scheme}_proxy", f"{scheme.upper()}_PROXY")
    return next(((name, environ[name]) for name in names if environ.get(name)), None)


def without_password(address: str) -> str:
    """An address to show: without user and password, also where they hold characters that they must not."""
    scheme, separator, rest = address.partition("://") if "://" in address else ("", "", address)
    return scheme + separator + rest.rpartition("@")[2]


def environment_problems(environ: Mapping[str, str]) -> list[Problem]:
    """What nothing can be called with (A009, A010, A012): each variable, what is wrong with it, and never a password."""
    return [*_bundle_problems(environ), *_endpoint_problems(environ), *_proxy_problems(environ)]


def _bundle_problems(environ: Mapping[str, str]) -> Iterator[Problem]:
    for variable in _BUNDLES:
        path = environ.get(variable, "")
        if path and (fault := _bundle_fault(path)):
            yield Problem(
                kind=CATALOGUE["A009"],
                message=Text(f"{variable} is {path}, {fault.en}", f"{variable}の{path}{fault.ja}"),
                hint=INTO_THE_CONTAINER,
            )


def _bundle_fault(path: str) -> Text | None:
    """Why no certificates can be had from a path."""
    import ssl  # takes a hundredth of a second, which `validate` need not

    missing = Text("which is not in the action's container.", "は、アクションのコンテナにありません。")
    try:
        if not Path(path).exists():
            return missing
        if Path(path).is_dir():
            return None  # a folder with files named by hashes, as `c_rehash` makes it: looked into only when one is needed
        ssl.create_default_context(cafile=path)
    except ssl.SSLError:
        return Text("which holds no certificate in PEM format.", "に、PEM形式の証明書がありません。")
    except OSError as error:
        reason = error.strerror or type(error).__name__
        return Text(f"which cannot be read ({reason}).", f"を読み取れません（{reason}）。")
    except ValueError:  # a NUL byte
        return missing
    return None


def _endpoint_problems(environ: Mapping[str, str]) -> Iterator[Problem]:
    """botocore refuses such an address with a bare ValueError (botocore.args, botocore.endpoint: is_valid_endpoint_url)."""
    for variable, value in sorted(environ.items()):
        if not value or not (variable == "AWS_ENDPOINT_URL" or variable.startswith("AWS_ENDPOINT_URL_")):
            continue
        if _is_address(value):
            continue
        shown = without_password(value)
        better = (
            Text(f"Write https://{shown} (or http://).", f"https://{shown}（またはhttp://）と書いてください。")
            if _is_address(f"https://{shown}")
            else EMPTY
        )
        yield Problem(
            kind=CATALOGUE["A010"],
            message=Text(
                f"{variable} is {shown}, which is not an http:// or https:// address.",
                f"{variable}の{shown}は、http://またはhttps://で始まるアドレスではありません。",
            ),
            hint=lines(
                better,
                Text(
                    "It is only for a local AWS or a VPC endpoint: otherwise delete it from the workflow or the runner's "
                    "settings.",
                    "この変数は、ローカルのAWSやVPCエンドポイントを使う場合だけのものです。"
                    "不要なら、ワークフローまたはランナーの設定から削除してください。",
                ),
            ),
        )


def _is_address(value: str) -> bool:
    try:
        parts = urlsplit(value)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and _is_plain(value) and (parts.port or 1) > 0
    except ValueError:  # a port that is no number, brackets that are not closed
        return False


def _is_plain(value: str) -> bool:
    return value.isascii() and value.isprintable() and " " not in value


def _proxy_problems(environ: Mapping[str, str]) -> Iterator[Problem]:
    for scheme in _PROXIES:
        if (found := _named_proxy(environ, scheme)) and (fault := _proxy_fault(found[1])):
            variable, _ = found
            yield Problem(
                kind=CATALOGUE["A012"],
                message=Text(f"{variable} is not usable: {fault.en}", f"{variable}は使えません。{fault.ja}"),
                hint=_PROXY_FORM,
            )


_PROXY_FORM = Text(
    "Write it as http://HOST:PORT or http://USER:PASSWORD@HOST:PORT, where the job or the runner sets it. In user and password, "
    "write @ as %40, # as %23, / as %2F, ? as %3F and % as %25.",
    "http://ホスト:ポート、またはhttp://ユーザ:パスワード@ホスト:ポートの形式で、ジョブまたはランナーの設定に書いてください。"
    "ユーザとパスワードの中では、@を%40、#を%23、/を%2F、?を%3F、%を%25と書きます。",
)


def _proxy_fault(value: str) -> Text | None:
    """Why an address can be that of no proxy. Says nothing of user and password."""
    address = value if "://" in value else f"http://{value}"
    scheme, _, rest = address.partition("://")
    credentials, _, place = rest.rpartition("@")
    if not _is_plain(value):
        return Text(
            "it has a space, a line break or another character that is not allowed in an address.",
            "空白や改行など、アドレスに使えない文字が含まれています。",
        )
    if scheme.lower() not in {"http", "https"}:
        kind = scheme if scheme.isalnum() and len(scheme) < 10 else "?"
        return Text(
            f"a proxy of the kind {kind}:// cannot be used, only http:// and https://.",
            f"{kind}://のプロキシには対応していません（http://とhttps://だけです）。",
        )
    if any(mark in credentials for mark in "#/?"):
        return Text(
            "user or password has a '#', '/' or '?' that is not encoded.",
            "ユーザまたはパスワードに「#」「/」「?」がそのまま入っています。",
        )
    try:
        parts = urlsplit(f"http://{place}")
        if not parts.hostname:
            return Text("it names no host.", "ホスト名がありません。")
        if parts.port == 0:
            return Text("its port is 0.", "ポートが0です。")
    except ValueError:
        return Text(
            f"its port is not a number from 1 to 65535 ({place}).", f"ポートが1から65535までの数ではありません（{place}）。"
        )
    return None


def proxy_failure(service: Text, proxy: Proxy | None) -> Problem:
    """Rendered when a proxy does not let us through to a service, which may be in order itself."""
    if proxy is None:
        through = Text("The proxy", "プロキシ")
        of = Text("HTTPS_PROXY or HTTP_PROXY", "HTTPS_PROXYまたはHTTP_PROXY")
    else:
        through = Text(f"The proxy {proxy.address} ({proxy.variable})", f"プロキシ{proxy.address}（{proxy.variable}）")
        of = same(proxy.variable)
    return Problem(
        kind=CATALOGUE["A012"],
        message=Text(
            f"{through.en} does not let us through to {service.en}.",
            f"{through.ja}を経由して{service.ja}に接続できません。",
        ),
        hint=Text(
            f"Correct {of.en} where the job or the runner sets it, start the proxy, or add the host to NO_PROXY.",
            f"ジョブまたはランナーの設定で{of.ja}を修正するか、プロキシを起動するか、ホストをNO_PROXYに追加してください。",
        ),
    )


def tls_failure(service: Text, error: BaseException) -> Problem:
    """Rendered when a certificate on the way to a service is not taken. The cause is in OpenSSL's words (x509_txt.c)."""
    reason, hint = _tls_reason(str(error))
    return Problem(
        kind=CATALOGUE["A013"],
        message=Text(f"No TLS connection to {service.en}: {reason.en}.", f"{service.ja}にTLSで接続できません: {reason.ja}。"),
        hint=hint,
    )


def _tls_reason(said: str) -> tuple[Text, Text]:
    lowered = said.lower()
    if "certificate has expired" in lowered or "not yet valid" in lowered:
        return (
            Text("its certificate is not valid today", "証明書が有効期間外です"),
            Text(
                "Check the runner's clock first. If it is right, tell whoever runs that server or the company's proxy.",
                "まずランナーの時計を確認してください。正しい場合は、サーバまたは社内プロキシの管理者に連絡してください。",
            ),
        )
    if "hostname mismatch" in lowered or "ip address mismatch" in lowered or "doesn't match" in lowered:
        return (
            Text("its certificate is for another host", "証明書が別のホストのものです"),
            Text(
                "Check the address, and whether a proxy or a portal of the network answers in its place.",
                "アドレスが正しいか、プロキシやネットワークの認証画面が代わりに応答していないかを確認してください。",
            ),
        )
    if "wrong_version_number" in lowered or "wrong version number" in lowered or "record layer failure" in lowered:
        return (
            Text("the other end does not speak TLS", "相手がTLSで応答しません"),
            Text(
                "Check whether the address should start with http://, not https://. The same goes for a proxy (HTTPS_PROXY is "
                "usually http://…).",
                "アドレスが「https://」ではなく「http://」でないか確認してください。プロキシのアドレスも同様です"
                "（HTTPS_PROXYの値は、多くの場合「http://…」です）。",
            ),
        )
    if "certificate" in lowered and "verify failed" in lowered:
        return (
            Text("its certificate is signed by an authority that is not known here", "証明書に署名した認証局を確認できません"),
            lines(_COMPANY, INTO_THE_CONTAINER),
        )
    return (
        Text("the TLS handshake failed", "TLSのハンドシェイクに失敗しました"),
        Text(
            "Run it again. If that does not help, check the proxies and firewalls on the way.",
            "もう一度実行してください。それでも変わらない場合は、途中のプロキシやファイアウォールを確認してください。",
        ),
    )
