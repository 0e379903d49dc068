"""One service as the platform's list shows it. The sandbox's platform shows its services by the same function."""

from __future__ import annotations

from dataclasses import dataclass
from xml.etree.ElementTree import Element

from aces_action.cli.preview.markup import Content, element, in_its_language
from aces_action.language import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceCard:
    """The parts of a service as they are shown; what is not there is None. `anchor`: its id in the page; `heading`: its title."""

    anchor: str
    heading: Element
    subtitle: Content
    content: Content
    kind: str | None
    picture: Element


def card(parts: ServiceCard, *more: Content) -> Element:
    """`more` stands below what the list shows."""
    kind = element("span", parts.kind, class_="kind") if parts.kind else None
    return element(
        "article",
        parts.picture,
        element(
            "div",
            element("div", parts.heading, kind, class_="head"),
            element("p", parts.subtitle, class_="subtitle") if parts.subtitle is not None else None,
            element("p", parts.content, class_="content") if parts.content is not None else None,
            class_="text",
        ),
        *more,
        class_="card",
        id=parts.anchor,
    )


def picture(address: str | None, alternative: str, *instead: Content) -> Element:
    """The picture at an address of the same server, or what is said in its place."""
    if address is None:
        return element("div", *instead, class_="picture missing")
    return element("div", element("img", src=address, alt=alternative), class_="picture")


def written(text: str, language: Language) -> Element:
    """A text of the caller's, marked with its language where that is another one than the page's."""
    return element("span", text, lang=in_its_language(text, language))


def facts(*rows: tuple[str, Content | tuple[Content, ...]]) -> Element:
    """Names with their values."""
    made = element("dl", class_="facts")
    for name, value in rows:
        made.append(element("dt", name))
        made.append(element("dd", *(value if isinstance(value, tuple) else (value,))))
    return made
