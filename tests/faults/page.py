"""The tables of docs/faults.md and of its Japanese side: what became of the matrix, by operation and kind of fault.

Each stands between two comments of the page, so the words around them are the page's own.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from aces_action.documentation.markdown import table
from aces_action.language import Language, Text
from sandbox import iam
from tests.faults.matrix import BESIDE, MATRIX, SIGNALS, Result
from tests.faults.stories import DEPLOYS
from tests.faults.surroundings import SURROUNDINGS

PAGES: Mapping[Language, str] = {"en": "docs/faults.md", "ja": "docs/ja/faults.md"}
_PASSED, _COMPLETED, _FAILED = "✓", "↻", "✗"
_BLOCK = re.compile(r"(<!-- make faults: ([\w-]+) -->\n).*?(\n<!-- end -->)", re.DOTALL)

_OPERATION, _STEP, _PROBLEM = Text("operation", "呼び出し"), Text("step", "ステップ"), Text("what is wrong", "問題")
_WHAT, _PLAYED, _TOTAL = Text("what", "対象"), Text("played", "件数"), Text("total", "合計")
_KINDS = {
    "throttled": Text("throttled", "スロットリング"),
    "error-500": Text("500", "500"),
    "slow": Text("slow", "遅延"),
    "reset": Text("reset", "切断"),
    "lost": Text("lost", "応答なし"),
    "expired": Text("expired", "期限切れ"),
    "denied": Text("denied", "拒否"),
    "malformed": Text("malformed", "不正"),
    "error-500-lasting": Text("permanent", "継続"),
    "unreachable": Text("no network", "接続不能"),
    "second-run-same": Text("same content", "同じ内容"),
    "second-run-other": Text("other content", "異なる内容"),
}
_STORIES = {
    "deploy": Text("first deployment", "初回のデプロイ"),
    "redeploy": Text("update", "更新"),
    "deploy-async": Text("real-time → asynchronous, scaled to zero", "リアルタイム→非同期（ゼロまで縮小）"),
    "redeploy-async": Text("asynchronous, scaled to zero no longer", "非同期（ゼロまでの縮小をやめる）"),
    "leave-async": Text("asynchronous → real-time", "非同期→リアルタイム"),
}
_SURROUNDINGS = {
    "full-disk-outputs": Text("no space for the step outputs", "ステップの出力を書く空きがない"),
    "full-disk-summary": Text("no space for the job summary", "ジョブサマリーを書く空きがない"),
    "full-disk-both": Text("no space for either", "どちらを書く空きもない"),
    "disk-fills-up": Text("the disk fills up while they are written", "書き込み中に空きがなくなる"),
    "read-only-workspace": Text("read-only workspace", "読み取り専用のワークスペース"),
    "no-dns-all": Text("no name resolves", "どの名前も解決できない"),
    "no-dns-github": Text("GitHub's name does not resolve", "GitHubの名前を解決できない"),
    "no-dns-aws": Text("AWS's name does not resolve", "AWSの名前を解決できない"),
    "no-dns-platform": Text("the platform's name does not resolve", "プラットフォームの名前を解決できない"),
    "clock-hour-behind": Text("the runner's clock is an hour behind", "ランナーの時計が1時間遅れている"),
    "clock-hour-ahead": Text("the runner's clock is an hour ahead", "ランナーの時計が1時間進んでいる"),
}
_PARTS: Mapping[Text, Callable[[str], bool]] = {
    Text("signals", "シグナル"): lambda kind: kind.startswith(SIGNALS),
    Text("network gone in a step", "ステップの途中で接続不能"): lambda kind: kind == "unreachable",
    Text("two runs at once", "2つの実行が同時"): lambda kind: kind in BESIDE,
    Text("surroundings", "実行環境"): lambda kind: kind in SURROUNDINGS,
}


def write(results: Iterable[Result], called: Mapping[str, Collection[str]], root: Path) -> None:
    """Writes both pages anew."""
    for path, text in pages(results, called, root).items():
        (root / path).write_text(text, encoding="utf-8")


def pages(results: Iterable[Result], called: Mapping[str, Collection[str]], root: Path) -> dict[str, str]:
    """Both pages by their paths, with these tables. `called`: the operations that each story has called."""
    found = dict[str, str]()
    for language, path in PAGES.items():
        page = (root / path).read_text(encoding="utf-8")
        tables = dict(_tables(sorted(results, key=lambda each: each.cell), called, language))
        pieces = _BLOCK.split(page)  # text, a comment, the table's name, the other comment, and so on
        pieces[2::4] = [f"\n{tables[name]}\n" for name in pieces[2::4]]
        found[path] = "".join(pieces)
    return found


def unnamed(called: Iterable[str], page: str) -> list[str]:
    """The operations of a recording that a page does not name."""
    return sorted(name for name in set(called) if f"| `{name}` |" not in page)


def counts(results: Iterable[Result]) -> tuple[int, int, int]:
    """How many passed, how many ended with an error and were completed by the run again, how many failed."""
    found = Counter(map(_outcome, results))
    return found[_PASSED], found[_COMPLETED], found[_FAILED]


def _outcome(result: Result) -> str:
    return _FAILED if result.objections else _PASSED if result.status == 0 else _COMPLETED


def _tables(results: Sequence[Result], called: Mapping[str, Collection[str]], language: Language) -> Iterator[tuple[str, str]]:
    def said(*texts: Text) -> list[str]:
        return [text.in_(language) for text in texts]

    def of(stories: Iterable[str], kinds: Collection[str]) -> list[Result]:
        return [each for name in stories for each in results if each.cell.story == name and each.cell.kind in kinds]

    whole = [name for name in called if DEPLOYS[name].whole]
    by_story = said(*(_STORIES[name] for name in whole))
    calls = said(_OPERATION, *(_KINDS[kind] for kind in MATRIX))
    cut = (*(f"{signal}-before" for signal in SIGNALS), "unreachable", *BESIDE)
    steps = [*said(_STEP), *SIGNALS, *said(*(_KINDS[kind] for kind in ("unreachable", *BESIDE)))]
    yield "counts", table([*said(_WHAT, _PLAYED), _PASSED, _COMPLETED, _FAILED], _count_rows(results, language))
    for name in whole:
        yield f"calls-{name}", _matrix(calls, MATRIX, of([name], MATRIX), row=_operation, rows=_quoted(called[name]))
        yield f"steps-{name}", _matrix(steps, cut, of([name], cut), row=_step)
    others = [name for name in called if name not in whole]
    more = {each for name in others for each in called[name]} - {each for name in whole for each in called[name]}
    yield "calls-others", _matrix(calls, MATRIX, of(others, MATRIX), row=_operation, rows=_quoted(more))
    yield "not-called", ", ".join(f"`{name}`" for name in _not_called(called))
    killed = of(whole, {"SIGKILL-after"})
    yield "killed", _matrix([*said(_OPERATION), *by_story], whole, killed, row=_operation, column=_story)
    around = sorted(of(whole, SURROUNDINGS), key=lambda each: [*SURROUNDINGS].index(each.cell.kind))
    names = {name: text.in_(language) for name, text in _SURROUNDINGS.items()}
    problems = _matrix([*said(_PROBLEM), *by_story], whole, around, row=lambda each: names[each.cell.kind], column=_story)
    yield "surroundings", problems


def _quoted(names: Iterable[str]) -> list[str]:
    return [f"`{name}`" for name in sorted(names)]


def _operation(result: Result) -> str:
    return f"`{result.cell.place.partition('#')[0]}`"


def _step(result: Result) -> str:
    return result.step


def _story(result: Result) -> str:
    return result.cell.story


def _kind(result: Result) -> str:
    return result.cell.kind


def _matrix(
    header: Sequence[str],
    columns: Sequence[str],
    results: Sequence[Result],
    *,
    row: Callable[[Result], str],
    column: Callable[[Result], str] = _kind,
    rows: Iterable[str] = (),
) -> str:
    """A table with the `rows` and one for each other name that `row` gives, as they come, and a column for each of `columns`."""
    cells: dict[str, dict[str, list[Result]]] = {name: {} for name in rows}
    for each in results:
        cells.setdefault(row(each), {}).setdefault(column(each), []).append(each)
    return table(header, ([name, *(_shown(found.get(each, [])) for each in columns)] for name, found in cells.items()))


def _shown(results: Sequence[Result]) -> str:
    """`✓`, or where there are several, how many of each: `2 ✓ 1 ↻`. Which of two runs is the first is decided by chance."""
    if results and all(each.cell.kind in BESIDE and not each.objections for each in results):
        return f"{_PASSED} {_COMPLETED}"
    found = Counter(map(_outcome, results))
    if len(results) <= 1:
        return next(iter(found), "")
    return " ".join(f"{found[mark]} {mark}" for mark in (_PASSED, _COMPLETED, _FAILED) if found[mark])


def _count_rows(results: Sequence[Result], language: Language) -> Iterator[list[str]]:
    for story, name in _STORIES.items():
        some = [each for each in results if each.cell.story == story and each.cell.kind in MATRIX]
        title = Text("calls: ", "呼び出し: ") + name
        yield [title.in_(language), *(f"{count:,}" for count in (len(some), *counts(some)))]
    for part, is_of in _PARTS.items():
        some = [each for each in results if is_of(each.cell.kind)]
        passed, completed, failed = counts(some)
        either = all(each.cell.kind in BESIDE for each in some)
        held = [f"{passed + completed:,} {_PASSED} {_COMPLETED}", ""] if either else [f"{passed:,}", f"{completed:,}"]
        yield [part.in_(language), f"{len(some):,}", *held, f"{failed:,}"]
    yield [f"**{_TOTAL.in_(language)}**", f"**{len(results):,}**", "", "", f"**{counts(results)[2]:,}**"]


_NAMED_OTHERWISE = ("iam:PassRole", "iam:CreateServiceLinkedRole", "s3:", "kms:", "ecr:")  # than what is called


def _not_called(called: Mapping[str, Collection[str]]) -> list[str]:
    """What docs/iam lets the deploying role call and no story here has called, as far as both have the same names."""
    allowed = set[str]()
    for name, document in iam.files().items():
        if name.startswith("aces-") and not name.endswith((".trust.json", "image-push.json")):
            for statement in json.loads(document)["Statement"]:
                allowed |= set(_listed(statement["Action"]))
    names = {name.replace("servicequotas:", "service-quotas:") for name in allowed}
    known = {name.replace("sagemaker-runtime:", "sagemaker:") for story in called.values() for name in story}
    return sorted(name for name in names - known if not name.startswith(_NAMED_OTHERWISE))


def _listed(action: str | list[str]) -> list[str]:
    return [action] if isinstance(action, str) else action
