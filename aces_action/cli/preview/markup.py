"""HTML by the standard library's ElementTree: whatever is put into it is text, and shown as text."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, tostring

from aces_action.language import Language
from aces_action.sanitiser import Sanitiser

ASSETS = {"style.css": "text/css", "icon.svg": "image/svg+xml", "preview.js": "text/javascript"}
"""The files in `assets/`, each with its type, that every page may load. None has anything of the caller's in it."""

_JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")

_clean = Sanitiser().redact

Content = Element | str | None


def element(tag: str, /, *content: Content, **attributes: str | None) -> Element:
    """`element("p", "text", class_="soft", aria_label="…")`. What is None is left out. Characters that nobody sees, and what
    looks like a credential, are taken out of every text."""
    made = Element(tag)
    for key, value in attributes.items():
        if value is not None:
            made.set(key.rstrip("_").replace("_", "-"), _clean(value))
    last: Element | None = None
    for part in content:
        if isinstance(part, Element):
            made.append(part)
            last = part
        elif part is not None and last is None:
            made.text = (made.text or "") + _clean(part)
        elif part is not None and last is not None:
            last.tail = (last.tail or "") + _clean(part)
    return made


def in_its_language(text: str, language: Language) -> str | None:
    """The `lang` of a text of the caller's in a page of that language: fonts and screen readers go by it."""
    its_own = "ja" if _JAPANESE.search(text) else "en"
    return its_own if its_own != language else None


def document(language: Language, title: str, *body: Content, script: bool = False, **attributes: str | None) -> bytes:
    """A whole page. It loads nothing but the `ASSETS`. `attributes`: of the root."""
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("title", title),
        element("link", rel="icon", href="/icon.svg"),
        element("link", rel="stylesheet", href="/style.css"),
        element("script", src="/preview.js", defer="defer") if script else None,
    )
    root = element("html", head, element("body", *body), lang=language, **attributes)
    html: bytes = tostring(root, encoding="utf-8", method="html")
    return b"<!doctype html>\n" + html
