"""`aces-action tenant-id`: the tenant of an account, as the guide finds it by two calls of curl."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import click

from aces_action import __version__
from aces_action.cli.console import Terminal, speak_utf8
from aces_action.cli.options import format_option, setting
from aces_action.cli.usage_error import WrongUse
from aces_action.inputs import ENVIRONMENTS, INPUTS
from aces_action.language import EMPTY, Language, Text, joined, same
from aces_action.problems import ActionError, ConfigurationError
from aces_action.sanitiser import Sanitiser

if TYPE_CHECKING:
    from aces_action.project.platform_contract import PlatformContract
    from aces_action.resources.listing.accounts import Credentials, Tenant

FORMATS = ("text", "json")
SHAPE_VERSION = 1

_LONGEST = 1024  # characters of a password
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_READ_URL = next(spec for spec in INPUTS if spec.name == "platform-url").read
_WHAT = joined(
    "\n\n",
    (
        Text(
            "Show the tenant of an account of the ACES Platform: its UUID for TENANT_ID, its name and its plan.",
            "ACES Platformのアカウントのテナントを表示します。UUID（TENANT_IDに設定する値）、名前、プランです。",
        ),
        Text(
            "Asks for the password without showing it, or reads it from standard input. Neither the password nor the token is "
            "stored or shown.",
            "パスワードは画面に表示せずに入力するか、標準入力から読み込みます。パスワードもトークンも、保存や表示はしません。",
        ),
        Text(
            "Exit status: 0 shown, 1 the platform refuses or does not answer, 2 wrong arguments.",
            "終了ステータス: 表示できれば0、ACES Platformが拒否したか応答がなければ1、引数が正しくなければ2",
        ),
    ),
)
_SHORT = Text("Show the tenant id of an account.", "アカウントのTENANT_IDを表示します。")
_ENV = Text("Environment; each has its own accounts.", "環境。アカウントは環境ごとに別です。")
_EMAIL = Text("E-mail address of the account.", "アカウントのメールアドレス。")
_ENDPOINT = Text(
    "Address of the accounts API. Default: the platform contract's for the environment.",
    "アカウントAPIのURL。省略時は、ACES Platformとの通信の定義にある、その環境のURL。",
)
_STDIN = Text("Read the password from standard input.", "パスワードを標準入力から読み込みます。")
_CONTRACT = Text("File in place of the packaged platform contract.", "ACES Platformとの通信を定義する独自のファイル。")


def command(language: Language) -> click.Command:
    def option(*names: str, text: Text, **more: Any) -> click.Option:
        return click.Option(list(names), help=text.in_(language), **more)

    return click.Command(
        "tenant-id",
        callback=_show,
        params=[
            option("--env", text=_ENV, type=click.Choice(ENVIRONMENTS), required=True),
            option("--email", text=_EMAIL, metavar="ADDRESS", required=True, callback=_email),
            option("--api-endpoint", text=_ENDPOINT, metavar="URL", callback=_endpoint),
            option("--password-stdin", text=_STDIN, is_flag=True),
            option("--platform-contract", text=_CONTRACT, metavar="FILE", callback=setting("platform-contract")),
            format_option(language, FORMATS, default=FORMATS[0]),
        ],
        help=_WHAT.in_(language),
        short_help=_SHORT.in_(language),
    )


def _show(
    *, env: str, email: str, api_endpoint: str | None, password_stdin: bool, platform_contract: str | None, form: str
) -> int:
    person = click.get_current_context().ensure_object(Terminal)
    from aces_action.resources.listing.accounts import Credentials

    if problems := person.no_way():
        raise ConfigurationError(problems)
    contract = accounts_contract(platform_contract)
    url = api_endpoint or accounts_url(contract, env)
    if url is None:
        raise WrongUse(
            Text(
                f"The address of the accounts API in {env} is not known: give --api-endpoint.",
                f"{env}のアカウントAPIのURLがわかりません。--api-endpointを指定してください。",
            )
        )
    if fault := not_private(url):
        raise WrongUse(fault)
    password = _from_stdin() if password_stdin else _asked(person)
    tenant = tenant_of(Credentials(email=email, password=password), url, contract, env)
    clean = Sanitiser((*person.secrets, password)).clean
    if form == "json":
        speak_utf8()
        found = {"uuid": tenant.uuid, "name": tenant.name and clean(tenant.name), "plan_id": tenant.plan_id}
        about = {"version": SHAPE_VERSION, "tool": {"name": "aces-action", "version": __version__}, "env": env}
        click.echo(json.dumps(about | {"tenant": found}, ensure_ascii=False, indent=2))
    else:
        for label, value in _lines(tenant.name and clean(tenant.name), tenant.plan_id):
            click.echo(f"{label.in_(person.language)}  {value.in_(person.language)}")
        click.echo(f"TENANT_ID: {tenant.uuid}")
    return 0


def accounts_contract(file: str | None) -> PlatformContract:
    """How the accounts API is spoken to: as packaged, or as the caller's file says. Raises ConfigurationError."""
    from aces_action.project.platform_contract import load_contract

    contract, wrong = load_contract(Path.cwd(), file)
    if contract is None:
        raise ConfigurationError(wrong)
    return contract


def accounts_url(contract: PlatformContract, env: str) -> str | None:
    """Where the accounts of an environment are; None where the contract does not say."""
    return next((address for name, address in contract.api_endpoints.items() if name == env), None)


def tenant_of(credentials: Credentials, url: str, contract: PlatformContract, env: str) -> Tenant:
    """The tenant of an account. Raises ActionError, in words for a terminal."""
    from aces_action.problems.accounts import silent_accounts
    from aces_action.resources.listing.accounts import find_tenant
    from aces_action.resources.listing.connection import Circumstances

    try:
        return find_tenant(url, contract, credentials, Circumstances(env=env, silent=silent_accounts))
    except ActionError as error:
        raise ActionError(problem.for_terminal() for problem in error.problems) from error


def _lines(name: str | None, plan_id: int | None) -> list[tuple[Text, Text]]:
    """What is known beside the UUID."""
    found = []
    if name:
        found.append((Text("tenant", "テナント"), same(name)))
    if plan_id is not None:
        business = Text(" (business)", "（businessプラン）") if plan_id == 1 else EMPTY
        found.append((Text("plan", "プラン"), same(str(plan_id)) + business))
    return found


def _email(_ctx: click.Context, _parameter: click.Parameter, text: str) -> str:
    if fault := email_fault(text):
        raise WrongUse(Text(f"--email: {fault.en}", f"--email: {fault.ja}"))
    return text.strip()


def email_fault(text: str) -> Text | None:
    name, at, host = text.strip().rpartition("@")
    if not (name and at and host) or any(character.isspace() for character in text.strip()):
        return Text(f"'{text}' is no e-mail address.", f"「{text}」はメールアドレスではありません。")
    return None


def _endpoint(_ctx: click.Context, _parameter: click.Parameter, text: str | None) -> str | None:
    if text is None:
        return None
    if fault := endpoint_fault(text):
        raise WrongUse(Text(f"--api-endpoint: {fault.en}", f"--api-endpoint: {fault.ja}"))
    return text.rstrip("/")


def endpoint_fault(text: str) -> Text | None:
    """What is wrong with the form of an address. It may hold a password, and is not shown."""
    if _READ_URL(text) is not None:
        return None
    return Text(
        "It must be an address such as https://api-dev-platform.acesinc.co.jp, without user and query.",
        "https://api-dev-platform.acesinc.co.jpのようなURLを指定してください（ユーザ名とクエリは使えません）。",
    )


def not_private(url: str) -> Text | None:
    """A password goes over HTTPS, but for a server of this machine."""
    parts = urlsplit(url)
    if parts.scheme == "https" or parts.hostname in _LOOPBACK:
        return None
    return Text(
        "The API endpoint must begin with https://: the password would be sent unencrypted.",
        "APIエンドポイントは「https://」で始まるURLでなければなりません。パスワードが暗号化されずに送信されてしまいます。",
    )


def _from_stdin() -> str:
    if sys.stdin.isatty():
        raise WrongUse(
            Text(
                "--password-stdin: standard input is a terminal. Pipe the password, or leave the option out to be asked for it.",
                "--password-stdin: 標準入力がターミナルです。パスワードをパイプで渡すか、オプションを外して入力してください。",
            )
        )
    text = sys.stdin.readline(_LONGEST + 2).rstrip("\r\n")
    if not text or len(text) > _LONGEST:
        raise WrongUse(
            Text(
                "--password-stdin: no password on standard input.",
                "--password-stdin: 標準入力にパスワードがありません。",
            )
        )
    return text


def _asked(person: Terminal) -> str:
    if not sys.stdin.isatty():
        raise WrongUse(
            Text(
                "No terminal to prompt on: give the password on standard input, with --password-stdin.",
                "質問できない環境です。--password-stdinを指定し、標準入力でパスワードを渡してください。",
            )
        )
    question = Text("Password", "パスワード").in_(person.language)
    password: str = click.prompt(question, hide_input=True, err=True)
    return password
