"""What the preview answers to which address, by value: the server only sends it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from aces_action.cli.preview.content import PreviewSource, read_content
from aces_action.cli.preview.markup import ASSETS
from aces_action.cli.preview.page import detail_page, list_page
from aces_action.language import Language

EVENTS = "/events"

# Nothing is loaded from elsewhere, no script but ours runs, and no other page may frame this one or send it forms.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_ASSETS = Path(__file__).parent / "assets"
_SERVICE = re.compile(r"/services/([1-9][0-9]{0,5})")


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewSite:
    """What is shown, and how. `theme` None: light or dark as the reader's system prefers."""

    source: PreviewSource
    language: Language
    theme: Literal["light", "dark"] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteAnswer:
    status: int
    media_type: str
    body: bytes


def answer(path: str, site: PreviewSite) -> SiteAnswer:
    """To a GET of a path (without its query), from the files as they are now."""
    source, language, theme = site.source, site.language, site.theme
    if path == "/":
        return _html(list_page(read_content(source), language, theme))
    if match := _SERVICE.fullmatch(path):
        return _html(detail_page(int(match[1]), read_content(source), language, theme))  # or that there is none, or not yet
    if path == "/image":
        image = read_content(source).image
        return (
            SiteAnswer(status=200, media_type=image.media_type, body=image.content)
            if image
            else plain(404, "There is no picture.")
        )
    if (name := path.removeprefix("/")) in ASSETS:
        return asset(name)
    return plain(404, "There is nothing here.")


def asset(name: str) -> SiteAnswer:
    """One of the ASSETS."""
    return SiteAnswer(status=200, media_type=f"{ASSETS[name]}; charset=utf-8", body=(_ASSETS / name).read_bytes())


def plain(status: int, text: str) -> SiteAnswer:
    """For programs: no person is led here."""
    return SiteAnswer(status=status, media_type="text/plain; charset=utf-8", body=f"{text}\n".encode())


def is_own_name(host: str | None, listens_on: str) -> bool:
    """Whether a Host header names this server. A page of another site whose name was made to point here (DNS rebinding) has its
    own name in it; an address needs no name, so nobody can do that with one."""
    try:
        name = urlsplit(f"//{host}").hostname if host and not re.search(r"[@/\\?#\s]", host) else None
        if name is None:
            return False
        if name in {"localhost", listens_on.lower()} or name.endswith(".localhost"):
            return True
        ip_address(name.partition("%")[0])
    except ValueError:
        return False
    return True


def _html(body: bytes) -> SiteAnswer:
    return SiteAnswer(status=200, media_type="text/html; charset=utf-8", body=body)
