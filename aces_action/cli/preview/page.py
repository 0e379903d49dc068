"""The pages of the preview: values to HTML. Limits and their words come from the schema, what is wrong from the checks."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import lru_cache
from xml.etree.ElementTree import Element

from aces_action.cli.formats.result import CheckResult, counted
from aces_action.cli.preview.card import ServiceCard, card, picture, written
from aces_action.cli.preview.content import PlacedProblem, PreviewContent, PreviewField, PreviewService
from aces_action.cli.preview.markup import Content, document, element
from aces_action.language import Language, Text, same
from aces_action.output.sizes import size_text
from aces_action.problems.problem import Problem
from aces_action.project.document import Json
from aces_action.project.image import MAX_IMAGE
from aces_action.project.schema import PropertyRule
from aces_action.sanitiser import Sanitiser

_LISTED = ("title", "subtitle", "content", "name")  # whose limits a card shows, in the order in which it shows the texts
_AROUND = 60  # characters of a long line before and after what is wrong in it

_SKIP = Text("Skip to the content", "本文へ移動")
_PREVIEW = Text("Preview", "プレビュー")
_ALGORITHMS = Text("Algorithms", "アルゴリズム一覧")
_LIVE = Text("Watching for changes", "ファイルの変更を監視中")
_UPDATED = Text("Updated at {time}: {summary}", "{time}に更新: {summary}")
_LOST = Text("Not connected: run aces-action preview again", "接続が切れました。aces-action previewを実行し直してください")
_NO_PICTURE = Text("No picture", "画像がありません")
_UNUSABLE_PICTURE = Text("The picture cannot be shown", "画像を表示できません")
_EMPTY = Text(
    "register.json cannot be shown yet. The list appears as soon as the file can be read.",
    "register.jsonを表示できません。読み込めるようになると、一覧が表示されます。",
)
_NO_SERVICES = Text("No services in register.json.", "register.jsonにサービスがありません。")
_NO_SUCH_SERVICE = Text("register.json has no such service.", "register.jsonに、このサービスはありません。")
_BACK = Text("All algorithms", "一覧に戻る")
_PREVIOUS, _NEXT = Text("Previous", "前へ"), Text("Next", "次へ")
_SERVICES = Text("Services", "サービスの移動")
_UNTITLED = Text("(no title)", "（titleがありません）")
_PROBLEMS = Text("Problems", "問題")
_SEVERITIES = {"error": Text("Error", "エラー"), "warning": Text("Warning", "警告")}
_LIMITS = Text("Limits", "上限")
_MISSING = Text("not given", "指定なし")
_IMAGE = Text("picture", "画像")
_SENT_FOR_SERVICE = Text("This service in register.json", "このサービスの項目（register.json）")
_SENT_FOR_ALL = Text("For all services in register.json", "全サービス共通の項目（register.json）")
_FOOTER = Text(
    "Shows what a deploy would send. The platform's own pages may look different.",
    "デプロイで登録される内容を表示しています。実際のACES Platformの画面とは、見た目が異なることがあります。",
)


def list_page(content: PreviewContent, language: Language, theme: str | None = None) -> bytes:
    """All services, as the platform would list them."""
    problems = _problems(content.problems, language)
    if content.services is None:
        shown = element("p", _EMPTY.in_(language), class_="empty")
    elif not content.services:
        shown = element("p", _NO_SERVICES.in_(language), class_="empty")
    else:
        shown = element("div", *(_listed(service, content, language) for service in content.services), class_="cards")
    heading = _ALGORITHMS.in_(language)
    return _page(content, language, theme, heading, element("h1", heading), problems, shown)


def detail_page(number: int, content: PreviewContent, language: Language, theme: str | None = None) -> bytes:
    """One service with every key of it, or that there is none of this number."""
    services = content.services or ()
    service = next((each for each in services if each.number == number), None)
    back = element("a", f"← {_BACK.in_(language)}", href=f"/#link-{number}", id="back")
    if service is None:
        missing = element("p", _NO_SUCH_SERVICE.in_(language), class_="empty")
        empty = element("h1", _NO_SUCH_SERVICE.in_(language), class_="unseen")
        bar = element("nav", back, class_="bar", aria_label=_SERVICES.in_(language))
        return _page(
            content, language, theme, _NO_SUCH_SERVICE.in_(language), bar, empty, _problems(content.problems, language), missing
        )
    title = _title(service, language)
    before, after = (
        element("a", text.in_(language), href=f"/services/{to}", id=name) if 1 <= to <= len(services) else None
        for text, to, name in ((_PREVIOUS, number - 1, "previous"), (_NEXT, number + 1, "next"))
    )
    around = element("span", before, f"{number} / {len(services)}", after, class_="steps") if len(services) > 1 else None
    kind = service.field("type").value
    return _page(
        content,
        language,
        theme,
        title,
        element("nav", back, around, class_="bar", aria_label=_SERVICES.in_(language)),
        element(
            "div",
            _picture(service, content, language),
            element(
                "div",
                element("h1", _heading(service, language)),
                element("p", _marked(service.field("subtitle"), language), class_="subtitle"),
                element("p", _marked(service.field("content"), language), class_="content"),
                element("p", element("span", kind, class_="kind")) if isinstance(kind, str) else None,
                class_="text",
            ),
            class_="hero",
        ),
        _problems(content.problems, language),
        element(
            "div",
            _section(_SENT_FOR_SERVICE, service.fields, content, language),
            _section(_SENT_FOR_ALL, content.plan, content, language),
            class_="sections",
        ),
    )


def _page(content: PreviewContent, language: Language, theme: str | None, title: str, *main: Content) -> bytes:
    summary = counted(CheckResult(checked=(), problems=tuple(each.problem for each in content.problems))).in_(language)
    return document(
        language,
        f"{title} – {content.name}",
        element("a", _SKIP.in_(language), href="#main", class_="skip"),
        element(
            "header",
            element(
                "p", element("strong", "ACES Platform"), element("span", _PREVIEW.in_(language), class_="badge"), class_="brand"
            ),
            element("p", content.name, class_="repository"),
            element(
                "p",
                _LIVE.in_(language),
                id="status",
                role="status",
                data_live=_LIVE.in_(language),
                data_updated=_UPDATED.in_(language),
                data_lost=_LOST.in_(language),
            ),
            class_="top",
        ),
        element("main", *main, id="main", tabindex="-1", data_summary=summary),
        element("footer", element("p", _FOOTER.in_(language)), class_="bottom"),
        script=True,
        data_version=content.version,
        data_theme=theme,
    )


def _listed(service: PreviewService, content: PreviewContent, language: Language) -> Element:
    number = service.number
    link = element("a", _heading(service, language), href=f"/services/{number}", id=f"link-{number}")
    kind = service.field("type").value
    parts = ServiceCard(
        anchor=f"service-{number}",
        heading=element("h2", link),
        subtitle=_marked(service.field("subtitle"), language),
        content=_marked(service.field("content"), language),
        kind=kind if isinstance(kind, str) else None,
        picture=_picture(service, content, language),
    )
    limits = element("ul", class_="limits", aria_label=_LIMITS.in_(language))
    for key in _LISTED:
        limits.append(element("li", *_measured(service.field(key), language), class_="limit"))
    limits.append(element("li", *_image_measured(service.field("image_key"), content, language), class_="limit"))
    return card(parts, limits)


def _title(service: PreviewService, language: Language) -> str:
    title = service.field("title").value
    return title if isinstance(title, str) and title.strip() else _UNTITLED.in_(language)


def _heading(service: PreviewService, language: Language) -> Content:
    marked = _marked(service.field("title"), language)
    return _title(service, language) if marked is None else marked


def _marked(field: PreviewField, language: Language) -> Element | None:
    """The text, and what of it is beyond the limit marked as such."""
    if not isinstance(field.value, str) or not field.value.strip():
        return None
    fits, rest = field.split()
    shown = written(fits, language)
    if rest:
        shown.append(element("mark", rest, class_="over"))
    return shown


def _picture(service: PreviewService, content: PreviewContent, language: Language) -> Element:
    alternative = Text(f"Picture of {_title(service, 'en')}", f"{_title(service, 'ja')}のイメージ画像").in_(language)
    if content.image:
        return picture(f"/image?v={content.version}", alternative)
    unusable = bool(content.image_problems)
    first = element("strong", (_UNUSABLE_PICTURE if unusable else _NO_PICTURE).in_(language))
    return picture(None, "", first, *(element("span", problem.message.in_(language)) for problem in content.image_problems))


def _measured(field: PreviewField, language: Language) -> Iterator[Content]:
    """The key, how much of its limit the text takes, and what is wrong with it."""
    yield element("code", field.rule.key)
    if field.rule.most is not None and field.size is not None:
        yield _bar(field.size, field.rule.most)
        yield _count(field.size, field.rule, language)
    else:
        yield element("span", class_="bar-room")
        yield element("span", (_MISSING if field.value is None else same("–")).in_(language), class_="count")
    yield from _wrong(field.problems, language)


def _image_measured(field: PreviewField, content: PreviewContent, language: Language) -> Iterator[Content]:
    yield element("span", _IMAGE.in_(language))
    if content.image:
        size = len(content.image.content)
        yield _bar(size, MAX_IMAGE)
        yield element("span", f"{size_text(size).in_(language)}/{size_text(MAX_IMAGE).in_(language)}", class_="count")
    else:
        yield element("span", class_="bar-room")
        yield element("span", "–", class_="count")
    of_image = content.image_problems if content.image else ()  # else they stand in the picture's place
    yield from _wrong((*of_image, *field.problems), language)


def _bar(size: int, most: int) -> Element:
    """How full it is, for the eye alone: the count says the same. SVG, since the policy refuses a width in a style attribute."""
    share = min(100.0, 100 * size / most)
    return element(
        "svg",
        element("rect", class_="track", width="100%", height="100%", rx="2"),
        element("rect", class_="over" if size > most else "fill", width=f"{share:.1f}%", height="100%", rx="2"),
        class_="bar-room",
        aria_hidden="true",
    )


def _count(size: int, rule: PropertyRule, language: Language) -> Element:
    named = Text(" bytes", "バイト") if rule.unit == "bytes" else Text(" characters", "文字")
    over = " over" if rule.most is not None and size > rule.most else ""
    return element("span", f"{size:,}/{rule.most:,}{named.in_(language)}", class_=f"count{over}")


def _wrong(problems: Sequence[Problem], language: Language) -> Iterator[Element]:
    for problem in problems:
        yield element("p", problem.message.in_(language), class_=f"wrong {problem.severity}")


def _section(heading: Text, fields: Sequence[PreviewField], content: PreviewContent, language: Language) -> Element:
    """Every key that is there or should be, with its value, its limit, what the schema says of it, and what is wrong."""
    rows = element("dl", class_="fields")
    for field in (each for each in fields if each.rule.required or each.value is not None):
        measure = tuple(_measured(field, language))[1:] if field.size is not None else tuple(_wrong(field.problems, language))
        if field.rule.key == "image_key":
            measure = tuple(_image_measured(field, content, language))[1:]
        rows.append(
            element(
                "div",
                element("dt", element("code", field.rule.key)),
                element("dd", _value(field, language), element("div", *measure, class_="limit") if measure else None),
                element("dd", field.rule.description.in_(language), class_="about"),
                class_="field",
            )
        )
    return element("section", element("h2", heading.in_(language)), rows)


def _value(field: PreviewField, language: Language) -> Element:
    if field.value is None:
        return element("p", _MISSING.in_(language), class_="value unset")
    text = _marked(field, language)
    return element("p", _as_written(field.value) if text is None else text, class_="value")


def _as_written(value: Json) -> Element:
    if isinstance(value, list) and value and all(isinstance(each, str) for each in value):
        return element("span", ", ".join(map(str, value)))
    return element("code", json.dumps(value, ensure_ascii=False))


def _problems(problems: Sequence[PlacedProblem], language: Language) -> Element | None:
    """All problems with their lines, as `validate` tells them."""
    if not problems:
        return None
    count = counted(CheckResult(checked=(), problems=tuple(each.problem for each in problems))).in_(language)
    errors = any(each.problem.severity == "error" for each in problems)
    return element(
        "section",
        element("h2", _PROBLEMS.in_(language), element("span", count, class_="count"), id="problems-title"),
        *(_problem(each, language) for each in problems),
        class_=f"problems {'error' if errors else 'warning'}",
        aria_labelledby="problems-title",
    )


def _problem(placed: PlacedProblem, language: Language) -> Element:
    problem = placed.problem
    severity = element("span", f"{_SEVERITIES[problem.severity].in_(language)} {problem.code}", class_=f"code {problem.severity}")
    hints = [element("p", line, class_="hint") for line in problem.hint.in_(language).splitlines() if line.strip()]
    return element(
        "article",
        element("p", severity, element("span", problem.message.in_(language)), class_="what"),
        element("p", element("code", problem.place), class_="place") if problem.place else None,
        _excerpt(problem, placed.line) if placed.line is not None else None,
        *hints,
        class_="problem",
    )


@lru_cache(maxsize=8)
def _covered(line: str) -> str:
    """Once for all problems of a line: a file without line breaks has all of its own in the same one."""
    return Sanitiser().covered(line)


def _excerpt(problem: Problem, line: str) -> Element:
    """The line with its number, and what is wrong in it marked; of a long line what is around that."""
    line = _covered(line)
    start = min((problem.column or 1) - 1, len(line))
    ends_here = problem.end_column is not None and problem.end_line in {None, problem.line}
    end = max(start, min(problem.end_column - 1 if ends_here and problem.end_column else len(line), len(line)))
    before, wrong, after = line[:start].lstrip(), line[start:end], line[end:].rstrip()
    if len(before) > _AROUND:
        before = f"…{before[-_AROUND:]}"
    if len(wrong) > 4 * _AROUND:
        wrong, after = f"{wrong[: 4 * _AROUND]}…", ""
    after = f"{after[:_AROUND]}…" if len(after) > _AROUND else after
    return element(
        "pre", element("span", str(problem.line), class_="number"), before, element("mark", wrong or "\N{NO-BREAK SPACE}"), after
    )
