"""The way to the network as the environment describes it: proxies, CA bundles, addresses of AWS. What is wrong with it is told
before anything is called, and what fails on the way is told apart from a failure of AWS, GitHub or the platform."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from aces_action.language import Text
from aces_action.problems import Problem
from aces_action.problems.access import connection as problems
from aces_action.system_error import system_reason

# requests takes the first of these that is set (requests.sessions: merge_environment_settings), botocore the third, else the
# first (botocore.endpoint: EndpointCreator)
_BUNDLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "AWS_CA_BUNDLE")
_PROXIES = ("http", "https", "all")


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
        if (path := environ.get(variable, "")) and (problem := _bundle_problem(variable, path)):
            yield problem


def _bundle_problem(variable: str, path: str) -> Problem | None:
    """Why no certificates can be had from a path."""
    import ssl  # takes a hundredth of a second, which `validate` need not

    try:
        if not Path(path).exists():
            return problems.bundle_missing(variable, path)
        if Path(path).is_dir():
            return None  # a folder with files named by hashes, as `c_rehash` makes it: looked into only when one is needed
        ssl.create_default_context(cafile=path)
    except ssl.SSLError:
        return problems.bundle_without_certificates(variable, path)
    except OSError as error:
        return problems.bundle_not_readable(variable, path, system_reason(error))
    except ValueError:  # a NUL byte
        return problems.bundle_missing(variable, path)
    return None


def _endpoint_problems(environ: Mapping[str, str]) -> Iterator[Problem]:
    """botocore refuses such an address with a bare ValueError (botocore.args, botocore.endpoint: is_valid_endpoint_url)."""
    for variable, value in sorted(environ.items()):
        if not value or not (variable == "AWS_ENDPOINT_URL" or variable.startswith("AWS_ENDPOINT_URL_")):
            continue
        if _is_address(value):
            continue
        shown = without_password(value)
        better = f"https://{shown}"
        yield problems.not_an_address(variable, shown, better if _is_address(better) else "")


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
        if (found := _named_proxy(environ, scheme)) and (problem := _proxy_problem(*found)):
            yield problem


def _proxy_problem(variable: str, value: str) -> Problem | None:
    """Why an address can be that of no proxy. Says nothing of user and password."""
    address = value if "://" in value else f"http://{value}"
    scheme, _, rest = address.partition("://")
    credentials, _, host = rest.rpartition("@")
    if not _is_plain(value):
        return problems.proxy_not_usable(variable, "not-an-address")
    if scheme.lower() not in {"http", "https"}:
        return problems.proxy_of_another_kind(variable, scheme if scheme.isalnum() and len(scheme) < 10 else "?")
    if any(mark in credentials for mark in "#/?"):
        return problems.proxy_not_usable(variable, "credentials-not-encoded")
    try:
        parts = urlsplit(f"http://{host}")
        if not parts.hostname:
            return problems.proxy_not_usable(variable, "no-host")
        if parts.port == 0:
            return problems.proxy_not_usable(variable, "port-0")
    except ValueError:
        return problems.proxy_with_wrong_port(variable, host)
    return None


def proxy_failure(service: Text, proxy: Proxy | None) -> Problem:
    """A proxy does not let us through to a service (A012). None: it is not known which one."""
    return problems.proxy_refuses(service, *((proxy.variable, proxy.address) if proxy else ("", "")))


def is_unresolved(error: BaseException) -> bool:
    """Whether nothing was reached because DNS did not know the host: urllib3, requests and botocore each wrap that once more."""
    import socket  # whoever raised such an error has imported it

    cause: BaseException | None = error
    while cause and not isinstance(cause, socket.gaierror):
        cause = cause.__cause__ or cause.__context__
    return cause is not None


def tls_failure(service: Text, error: BaseException) -> Problem:
    """A certificate on the way to a service is not accepted (A013). The cause is in OpenSSL's words (x509_txt.c)."""
    return problems.no_tls(service, _tls_fault(str(error).lower()))


def _tls_fault(words: str) -> problems.TlsFault:
    if "certificate has expired" in words or "not yet valid" in words:
        return "out-of-date"
    if "hostname mismatch" in words or "ip address mismatch" in words or "doesn't match" in words:
        return "other-host"
    if "wrong_version_number" in words or "wrong version number" in words or "record layer failure" in words:
        return "no-tls"
    if "certificate" in words and "verify failed" in words:
        return "unknown-authority"
    return "handshake"
