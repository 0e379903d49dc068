"""A browser that looks at articles: their boxes, what axe says of them, pictures. It reaches no network."""

from __future__ import annotations

import base64
import mimetypes
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Route
from playwright.sync_api import Page as Tab

from aces_action.language import Language
from tests.pages.boxes import Box, Page
from tests.pages.github import ROOT, Frame, document

Scheme = Literal["light", "dark"]
_SITE = "http://pages.invalid/"  # RFC 2606: nobody's, so what is not served here from the repository fails
_HEIGHT = 800
# GitHub serves the badge of a workflow itself; here a box of its size stands for it
_BADGE = '<svg xmlns="http://www.w3.org/2000/svg" width="140" height="20"><rect width="140" height="20" fill="#2da44e"/></svg>'

_BOXES = """
() => {
  const article = document.querySelector("article");
  const READ = /^(pre|td|th|a|h[1-6])$/;  // of which the text is judged as it is shown, which takes long to ask for
  const lines = element => {
    const range = document.createRange();
    range.selectNodeContents(element);
    const rects = [...range.getClientRects()].filter(each => each.width > 0 && each.height > 0);
    const middles = rects.map(each => (each.top + each.bottom) / 2).sort((one, other) => one - other);
    const high = parseFloat(getComputedStyle(element).fontSize) * 0.7;
    return middles.filter((each, at) => at === 0 || each - middles[at - 1] > high).length;
  };
  const inside = element => {
    const names = [];
    for (let each = element.parentElement; each && each !== article; each = each.parentElement) names.push(each.localName);
    return names;
  };
  const boxes = [...article.querySelectorAll("*")].filter(each => each.localName !== "br").map(each => {
    const {left, top, right, bottom} = each.getBoundingClientRect();
    const style = getComputedStyle(each);
    const own = [...each.childNodes].filter(node => node.nodeType === 3).map(node => node.data).join(" ").trim();
    return {
      tag: each.localName, own, inside: inside(each),
      text: READ.test(each.localName) ? each.innerText.trim() : each.textContent.trim().slice(0, 80),
      left, top: top + scrollY, right, bottom: bottom + scrollY,
      content: each.scrollWidth, room: style.display === "inline" ? 0 : each.clientWidth,
      overflow: style.overflowX, font_size: parseFloat(style.fontSize),
      lines: /^t[dh]$/.test(each.localName) ? lines(each) : 0,
      href: each.getAttribute("href") ?? each.getAttribute("src") ?? "",
      loaded: each.localName !== "img" || (each.complete && each.naturalWidth > 0),
    };
  });
  const style = getComputedStyle(article);
  const edge = article.getBoundingClientRect().right - parseFloat(style.paddingRight);
  return {width: innerWidth, content: document.documentElement.scrollWidth, edge, boxes};
}
"""

# Of the article alone: what else a page needs is on GitHub's. Browsers let the keyboard into what scrolls (Chrome since 130).
# GitHub underlines links within text, unless somebody's settings say otherwise; the stylesheet of npm does not (GitHub Docs:
# Managing accessibility settings, Link underlines). All colours are GitHub's; its own of code in a link in a table's grey
# rows are too near each other.
_AXE = """
async () => {
  const left = ["scrollable-region-focusable", "link-in-text-block", "color-contrast"];
  const rules = Object.fromEntries(left.map(each => [each, {enabled: false}]));
  const {violations} = await axe.run("article", {resultTypes: ["violations"], rules});
  return violations.flatMap(({id, nodes}) => nodes.map(({html, failureSummary}) => `${id}: ${html}: ${failureSummary}`));
}
"""

# Of each eighth of red, green and blue the colour that most pixels have, so that no hue is lost; then those that most pixels have
# at all. In place of each other one comes that which is nearest to it.
_PIXELS = """
async ([png, most]) => {
  const blob = await (await fetch(`data:image/png;base64,${png}`)).blob();
  const image = await createImageBitmap(blob);
  const canvas = new OffscreenCanvas(image.width, image.height);
  const context = canvas.getContext("2d");
  context.drawImage(image, 0, 0);
  const {data} = context.getImageData(0, 0, image.width, image.height);
  const counts = new Map();
  for (let at = 0; at < data.length; at += 4) {
    const colour = (data[at] << 16) | (data[at + 1] << 8) | data[at + 2];
    counts.set(colour, (counts.get(colour) ?? 0) + 1);
  }
  const ordered = [...counts].sort(([a, x], [b, y]) => y - x || a - b).map(([colour]) => colour);
  const hues = new Map();
  for (const colour of ordered) if (!hues.has(colour & 0xe0e0e0)) hues.set(colour & 0xe0e0e0, colour);
  const palette = [...new Set([...hues.values(), ...ordered])].slice(0, most);
  const parts = palette.map(colour => [colour >> 16, (colour >> 8) & 255, colour & 255]);
  const numbers = new Map(palette.map((colour, number) => [colour, number]));
  for (const colour of counts.keys()) {
    if (numbers.has(colour)) continue;
    const [red, green, blue] = [colour >> 16, (colour >> 8) & 255, colour & 255];
    let best = 0, least = Infinity;
    parts.forEach(([r, g, b], number) => {
      const far = (r - red) ** 2 + (g - green) ** 2 + (b - blue) ** 2;
      if (far < least) [best, least] = [number, far];
    });
    numbers.set(colour, best);
  }
  let indices = "";
  for (let at = 0; at < data.length; at += 4)
    indices += String.fromCharCode(numbers.get((data[at] << 16) | (data[at + 1] << 8) | data[at + 2]));
  return {width: image.width, palette: parts.flat(), indices: btoa(indices)};
}
"""


class Viewer:
    """One window, in which one article after the other is shown."""

    def __init__(self, tab: Tab, frame: Frame, language: Language) -> None:
        self._tab = tab
        self.frame = frame
        tab.goto(f"{_SITE}{language}-{frame.width}")

    def show(self, article: str) -> None:
        """Puts the article in place of the one before, and waits for its pictures."""
        self._tab.evaluate("article => { document.querySelector('article').innerHTML = article; scrollTo(0, 0) }", article)
        self._tab.evaluate("Promise.all([...document.images].map(each => each.decode().catch(() => null)))")

    def unfold(self) -> None:
        """Opens everything that is folded."""
        self._tab.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")

    def boxes(self) -> Page:
        found: dict[str, Any] = self._tab.evaluate(_BOXES)
        boxes = tuple(Box(**{**each, "inside": tuple(each["inside"])}) for each in found.pop("boxes"))
        return Page(boxes=boxes, **found)

    def violations(self) -> list[str]:
        """What axe-core finds in the article."""
        if not self._tab.evaluate("'axe' in window"):
            self._tab.evaluate(AXE_SCRIPT)
        found: list[str] = self._tab.evaluate(_AXE)
        return found

    def pixels(self, colours: int) -> dict[str, Any]:
        """The whole article as it is shown, in at most so many colours: width, palette, and the colour of each pixel by its
        number in that, in Base64."""
        shown = self._tab.locator("article").screenshot(animations="disabled")
        found: dict[str, Any] = self._tab.evaluate(_PIXELS, [base64.b64encode(shown).decode(), colours])
        return found


@contextmanager
def viewer(
    browser: Browser, frame: Frame, language: Language, *, scheme: Scheme = "light", more_style: str = ""
) -> Iterator[Viewer]:
    """A window as wide as the frame."""

    def serve(route: Route) -> None:
        name = route.request.url.removeprefix(_SITE)
        file = ROOT / name
        if route.request.resource_type == "document":
            route.fulfill(body=document("", frame, language, more_style=more_style), content_type="text/html; charset=utf-8")
        elif route.request.url.startswith(_SITE) and file.is_file() and ROOT in file.resolve().parents:
            route.fulfill(body=file.read_bytes(), content_type=mimetypes.guess_type(name)[0])
        elif route.request.url.startswith("https://github.com/") and route.request.url.split("?")[0].endswith("/badge.svg"):
            route.fulfill(body=_BADGE, content_type="image/svg+xml")
        else:
            route.abort()

    size = {"width": frame.width, "height": _HEIGHT}
    with browser.new_context(viewport=size, color_scheme=scheme) as context:  # type: ignore[arg-type]  # a ViewportSize
        tab = context.new_page()
        tab.route("**/*", serve)
        yield Viewer(tab, frame, language)
