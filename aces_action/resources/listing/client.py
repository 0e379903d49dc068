"""Talking to the ACES Platform: what comes back is either the value asked for or an `ActionError` that says what to do.

docs/platform-api.md tells what the guide fixes of this API. Answers are text from outside: they reach messages as one short line.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote, urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3 import exceptions as urllib3

from aces_action.http_answer import HttpAnswer, read_answer
from aces_action.language import EMPTY, Text, lines, same, sentences
from aces_action.network import Network, proxy_failure, tls_failure
from aces_action.output.ledger import Ledger, Sending, Write
from aces_action.problems import CATALOGUE, ActionError, Problem
from aces_action.project.model import Image
from aces_action.retries import Told, network_retry
from aces_action.sanitiser import Sanitiser, one_line

_DIRECT = Network()
AGAIN = Text(
    "Then run this job again: what is deployed already stays as it is, and only the rest is done.",
    "その後、ジョブを再実行してください。デプロイ済みのものはそのまま残り、残りの処理だけを行います。",
)
DEV_STOPS = Text(
    "The dev environment stops at 22:00 JST. Start it as the FAQ of the guide says "
    "(ACES Platformのdev環境のサービスを起動する, https://aces.kibe.la/notes/15646).",
    "dev環境は22:00（日本時間）に自動停止します。ガイドのFAQ「ACES Platformのdev環境のサービスを起動する」"
    "（https://aces.kibe.la/notes/15646）の手順で起動してください。",
)
CHECK_ADDRESS = Text(
    "Is PLATFORM_URL right, and may the runner reach that host (network, security group, proxy)? "
    "If so, ask the platform's administrators.",
    "PLATFORM_URLが正しいか、ランナーからそのホストに接続できるか（ネットワーク、セキュリティグループ、プロキシ）を確認してください。"
    "問題がなければ、ACES Platformの管理者に連絡してください。",
)
FIND_TENANT = Text(
    """\
Set TENANT_ID to the tenant's UUID; every environment has its own. There are two ways to look it up:
- Log in to the platform as an administrator (dev: https://dev-platform.acesinc.co.jp, production: https://platform.acesinc.co.jp),
  press F12, click チーム管理 and read tenant.uuid in the answer of `status`.
- Read tenant.uuid in the answer of: curl '<API_ENDPOINT>/accounts/status' -H 'Authorization: Token <token>'
  (API_ENDPOINT in dev: https://api-dev-platform.acesinc.co.jp, in production: https://api-platform.acesinc.co.jp).""",
    """\
TENANT_IDにテナントのUUIDを設定してください。UUIDは環境ごとに異なります。調べ方は2通りあります。
- 管理者権限のユーザでACES Platformにログインし（開発環境: https://dev-platform.acesinc.co.jp、
  本番環境: https://platform.acesinc.co.jp）、F12キーを押して「チーム管理」をクリックし、`status`のレスポンスのtenant.uuidを見ます。
- 次のコマンドのレスポンスのtenant.uuidを見ます: curl '<API_ENDPOINT>/accounts/status' -H 'Authorization: Token <token>'
  （API_ENDPOINTは、開発環境: https://api-dev-platform.acesinc.co.jp、本番環境: https://api-platform.acesinc.co.jp）""",
)
_CURL = """\
curl -X POST '<API_ENDPOINT>/accounts/login/' -H 'Content-Type: application/json' -d '{"email": "…", "password": "…"}'"""
LOG_IN = lines(
    Text(
        "Tokens expire. Get one, and put it into the secret behind PLATFORM_TOKEN:",
        "トークンには有効期限があります。新しいトークンを取得し、PLATFORM_TOKENに渡しているシークレットに設定してください:",
    ),
    same(_CURL),
)
REGISTER_FILE = "server/algorithms/register.json"
SHOWN_ERRORS = 20
_LARGEST = 16 << 20  # bytes of an answer
_PASSING = frozenset({502, 503, 504})  # HTTP statuses worth another try


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """What the platform has for a tenant: its plan, and its services by name as they came."""

    plan_id: object
    overflow_mode: object
    services: Mapping[str, Mapping[str, object]]


class PlatformClient:
    """One platform at `url`, with the token if it asks for one. `timeout`: seconds to connect, seconds to answer.

    Failed connections and 502, 503, 504 are tried again, three times in about `8 * backoff` seconds: no call does harm twice.
    Each time is told to `tell`. `network`: the proxies, to name the one that does not let us through. What it writes is noted in
    the ledger `writes` before it is sent.
    """

    def __init__(
        self,
        url: str,
        *,
        token: str | None = None,
        timeout: tuple[float, float] = (5, 30),
        backoff: float = 0.5,
        network: Network = _DIRECT,
        tell: Told = lambda _call, _why: None,
    ) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            message = Text(
                f"PLATFORM_URL must be an http:// or https:// address, not {one_line(url)!r}.",
                f"PLATFORM_URLには「http://」または「https://」で始まるアドレスを指定します。「{one_line(url)}」は使えません。",
            )
            raise ActionError(_problem("S002", message))
        if token is not None and not re.fullmatch(r"[!-~]+", token):
            message = Text(
                "PLATFORM_TOKEN has a space, a line break or the like: no token has.",
                "PLATFORM_TOKENに空白や改行などが含まれています。トークンには含まれない文字です。",
            )
            raise ActionError(_problem("P009", message, LOG_IN))
        self._url = url.rstrip("/")
        self._shown = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
        self._host = parts.hostname
        self._token = token
        self.writes = Ledger()
        self._sanitiser = Sanitiser(() if token is None else (token,))  # a server may well send our token back
        self._timeout, self._network = timeout, network
        self._session = requests.Session()
        if token is not None:
            # As `auth`, not as a header: a .netrc on the runner would replace a header.
            self._session.auth = _signer(token)
        retry = network_retry(backoff=backoff, statuses=_PASSING, tell=tell)
        self._session.mount(f"{parts.scheme}://", HTTPAdapter(max_retries=retry))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._session.close()

    def registered(self, tenant_id: str) -> Registered:
        """The tenant's plan and services. Raises ActionError P007, P008, P009 or R004."""
        response = self._send("GET", tenant_id, "services")
        tenant, services = response.field("tenant"), response.field("services")
        if not isinstance(tenant, dict) or not isinstance(services, list):
            raise ActionError(self._unexpected(response, Text("is not a listing of services", "サービスの一覧ではありません")))
        named: dict[str, Mapping[str, object]] = {}
        for service in services:
            if not isinstance(service, dict) or not isinstance(service.get("name"), str):
                what = Text("has a service without a name", "nameのないサービスを含んでいます")
                raise ActionError(self._unexpected(response, what))
            named[service["name"]] = service
        return Registered(plan_id=tenant.get("plan_id"), overflow_mode=tenant.get("overflow_mode"), services=named)

    def register(self, tenant_id: str, body: Mapping[str, Any]) -> None:
        """Create or update the services of `body` by name. Raises as `registered`, and R001 with every field refused."""
        names = [service["name"] for service in body["services"]]
        write = registered(Text(f"service {', '.join(names)}", f"サービス{'、'.join(names)}"))
        self._send("POST", tenant_id, "services", names=names, write=write, json=body)

    def image_sha256(self, tenant_id: str, key: str) -> str | None:
        """The SHA-256 (hexadecimal) of the image by its ETag, empty where that is none; None if there is no such image."""
        response = self._send("HEAD", tenant_id, "images", key)
        if response.status == 404:
            return None
        tag = response.headers.get("ETag", "").removeprefix("W/").strip('"').lower()
        return tag if re.fullmatch(r"[0-9a-f]{1,64}", tag) else ""  # in small letters a secret would not be known for one

    def upload_image(self, tenant_id: str, key: str, image: Image) -> None:
        """Store or replace an image. Raises as `register`."""
        write = registered(Text(f"image {key}", f"イメージ画像{key}"))
        more: dict[str, Any] = {"data": image.content, "headers": {"Content-Type": image.media_type}}
        self._send("PUT", tenant_id, "images", key, write=write, **more)

    def _send(
        self, method: str, tenant_id: str, *path: str, names: list[str] | None = None, write: Write | None = None, **more: Any
    ) -> HttpAnswer:
        """`names`: of the services that the body names; `write`: how it is told what the request changes, if it does."""
        sending = self.writes.send(write) if write else None
        parts = (quote(part, safe="", errors="replace") for part in (tenant_id, *path))
        address = "/".join([self._url, "internal", "tenants", *parts])
        try:
            # A redirect is never followed: it may lead to another host, and the token with it.
            came = self._session.request(method, address, timeout=self._timeout, allow_redirects=False, stream=True, **more)
            if sending:
                _settle(sending, came)
            response = read_answer(came, _LARGEST)
        except (OSError, ValueError, urllib3.HTTPError) as error:  # requests' own, and what it lets pass
            raise ActionError(self._no_answer(error)) from error
        if not response.is_whole:
            size = f"{_LARGEST >> 20} MiB"
            raise ActionError(self._unexpected(response, Text(f"is larger than {size}", f"{size}を超えています")))
        if response.status < 300 or (response.status == 404 and method == "HEAD"):
            return response
        raise ActionError(self._error(response, tenant_id, names or []))

    def _error(self, response: HttpAnswer, tenant_id: str, names: list[str]) -> Problem | list[Problem]:
        status = response.status
        match status:
            case 502 | 503 | 504:
                phrase = _phrase(status)
                return self._asleep(Text(f"it answers {status} {phrase}", f"{status} {phrase}を返します"))
            case 401 | 403:
                said = self._said(response)
                what = (
                    Text("wants a token", "はトークンを必要としています")
                    if self._token is None
                    else Text("refused PLATFORM_TOKEN", "がPLATFORM_TOKENを拒否しました")
                )
                message = Text(
                    f"The ACES Platform at {self._shown} {what.en} ({status}): {said.en}",
                    f"ACES Platform（{self._shown}）{what.ja}（{status}）: {said.ja}",
                )
                return _problem("P009", message, LOG_IN)
            case 404 if response.field("detail") is not None:
                said = self._said(response)
                message = Text(
                    f"The ACES Platform at {self._shown} knows no tenant {tenant_id}: {said.en}",
                    f"ACES Platform（{self._shown}）にテナント{tenant_id}がありません: {said.ja}",
                )
                return _problem("P008", message, FIND_TENANT)
            case 400 | 409 | 413 | 422:
                return self._refused(response, names)
            case _ if status < 400:
                target = self._safe(response.headers.get("Location", ""))
                where = Text(f"to {target}, ", f"（{target}）") if target else EMPTY
                what = Text(
                    f"is a redirect {where.en}which is not followed", f"リダイレクト{where.ja}のため、転送先には接続しません"
                )
                return self._unexpected(response, what)
            case _:
                said = self._said(response)
                return self._unexpected(response, Text(f"is {status} {said.en}", f"{status} {said.ja}"))

    def _no_answer(self, error: Exception) -> Problem:
        cause = error.args[0] if error.args else error
        if isinstance(cause, urllib3.MaxRetryError) and cause.reason is not None:
            cause = cause.reason
        connect, read = self._timeout
        safe = self._safe(str(cause))
        match cause:
            case urllib3.NameResolutionError():
                inside = (
                    Text(
                        "; names in .internal are known only inside ACES's network",
                        "（.internalの名前はACESのネットワーク内でのみ解決できます）",
                    )
                    if self._host.endswith(".internal")
                    else EMPTY
                )
                return self._asleep(
                    Text(
                        f"DNS does not know the host {self._host}{inside.en}",
                        f"DNSでホスト{self._host}を解決できません{inside.ja}",
                    )
                )
            case urllib3.NewConnectionError() if isinstance(cause.__cause__, ConnectionRefusedError):
                return self._asleep(
                    Text(
                        "it refuses connections (nothing listens on that port)",
                        "接続を拒否しています（そのポートで待ち受けているものがありません）",
                    )
                )
            case urllib3.ConnectTimeoutError():
                return self._asleep(Text(f"no connection within {connect:g} s", f"{connect:g}秒以内に接続できません"))
            case urllib3.ReadTimeoutError():
                return self._asleep(
                    Text(
                        f"it took the connection, but did not answer within {read:g} s",
                        f"接続はできましたが、{read:g}秒以内に応答がありません",
                    )
                )
            case urllib3.ProtocolError():
                return self._asleep(Text("it broke the connection off", "接続が途中で切断されました"))
            case urllib3.SSLError():
                return replace(tls_failure(same(self._shown), cause), kind=CATALOGUE["P007"])
            case urllib3.ProxyError():
                told = proxy_failure(same(self._shown), self._network.proxy_for(self._url))
                return replace(told, kind=CATALOGUE["P007"])
            case _:
                return self._asleep(same(safe))

    def _asleep(self, cause: Text) -> Problem:
        advice = DEV_STOPS if "dev" in re.split(r"[.-]", self._host) else CHECK_ADDRESS
        message = Text(
            f"The ACES Platform at {self._shown} does not answer: {cause.en}.",
            f"ACES Platform（{self._shown}）から応答がありません: {cause.ja}。",
        )
        return _problem("P007", message, sentences(advice, AGAIN))

    def _refused(self, response: HttpAnswer, names: list[str]) -> list[Problem]:
        """One problem per field; `names` are those of the services sent, in their order, to say what 'services.0' is."""
        errors, status = response.field("errors"), response.status
        if not isinstance(errors, dict) or not errors:
            said = self._said(response)
            message = Text(
                f"The ACES Platform refused the registration ({status}): {said.en}",
                f"ACES Platformが登録を拒否しました（{status}）: {said.ja}",
            )
            return [_problem("R001", message)]
        problems = []
        for path, texts in list(errors.items())[:SHOWN_ERRORS]:
            field, file = _name_of_field(self._safe(path), names)
            why = self._safe("; ".join(map(str, texts)) if isinstance(texts, list) else str(texts))
            message = Text(
                f"The ACES Platform refused {field.en}: {why}",
                f"ACES Platformが{field.ja}を拒否しました: {why}",
            )
            hint = Text("Nothing of this request was registered.", "このリクエストの内容は何も登録されていません。")
            problems.append(_problem("R001", message, hint, file))
        if (more := len(errors) - SHOWN_ERRORS) > 0:
            message = Text(
                f"The ACES Platform refused {more} more fields.", f"ACES Platformは、ほかに{more}件の項目を拒否しました。"
            )
            problems.append(_problem("R001", message))
        return problems

    def _unexpected(self, response: HttpAnswer, what: Text) -> Problem:
        """`what` is what the answer is: a predicate in English, a sentence without its full stop in Japanese."""
        kind = self._safe(response.headers["Content-Type"]) if "Content-Type" in response.headers else ""
        told = same(kind) if kind else Text("no content type", "Content-Typeなし")
        message = Text(
            f"The answer of {self._shown} to {response.call} {what.en} ({told.en}).",
            f"{self._shown}の{response.call}に対する応答が想定と異なります: {what.ja}（{told.ja}）。",
        )
        hint = Text(
            "Is PLATFORM_URL the address of the platform's internal API? If it is, tell the platform's administrators.",
            "PLATFORM_URLがACES Platformの内部APIのアドレスか確認してください。"
            "正しい場合は、ACES Platformの管理者に連絡してください。",
        )
        return _problem("R004", message, hint)

    def _said(self, response: HttpAnswer) -> Text:
        """What the body says, as one line; of a page only that it is one."""
        detail, phrase = response.field("detail"), _phrase(response.status)
        if detail is None and "html" in response.headers.get("Content-Type", ""):
            return Text(f"{phrase}, with an HTML page", f"{phrase}（HTMLのページ）")
        return same(self._safe(response.text if detail is None else str(detail)) or phrase)

    def _safe(self, text: str) -> str:
        """Text from outside as one short line, without secrets."""
        return self._sanitiser.one_line(text)


def registered(what: Text) -> Write:
    """How it is told that something was, or is to be, put on the platform."""
    ja = f"{what.ja}の登録"
    return Write(done=Text(f"{what.en} registered", ja), asks=Text(f"register {what.en}", ja))


def _settle(sending: Sending, response: requests.Response) -> None:
    """What an answer says of a write. A refusal after an attempt that got no answer says nothing of that one."""
    retries = response.raw.retries
    if response.status_code < 300:
        sending.accept()
    elif response.status_code < 500 and not (retries and retries.history):
        sending.refuse()


def _signer(token: str) -> Callable[[requests.PreparedRequest], requests.PreparedRequest]:
    def sign(request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Token {token}"
        return request

    return sign


def _name_of_field(path: str, names: list[str]) -> tuple[Text, str | None]:
    """A refused field in the user's words, and the file that it comes from."""
    if (found := re.fullmatch(r"services\.([0-9]{1,4})(?:\.(.+))?", path)) and int(found[1]) < len(names):
        name, field = names[int(found[1])], found[2]
        service = Text(f"service {name!r}", f"サービス「{name}」")
        return (Text(f"{field} of {service.en}", f"{service.ja}の{field}") if field else service), REGISTER_FILE
    return same(path), REGISTER_FILE if path in ("plan_id", "overflow_mode") else None


def _phrase(status: int) -> str:
    return HTTPStatus(status).phrase if status in {known.value for known in HTTPStatus} else "(unknown status)"


def _problem(code: str, message: Text, hint: Text = EMPTY, file: str | None = None) -> Problem:
    return Problem(kind=CATALOGUE[code], message=message, hint=hint, file=file)
