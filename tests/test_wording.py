"""The house's words in every text of the program: one table per language, of what is not written and what is."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.test_language import JAPANESE

ROOT = Path(__file__).parent.parent
_CHARACTER = "[ぁ-んァ-ヶ一-龠々ー]"
# not, an example of it, but
_IN_JAPANESE = [
    (r"サーバー|ユーザー|フォルダー|ブラウザー|エディター|パラメーター", "サーバーのログ", "サーバのログ"),
    (r"(?<!ACES )(?:Platform|プラットフォーム)(?!を|の通信)", "プラットフォームに登録", "ACES Platformに登録"),
    (r"ガイドライン|手引|マニュアル", "手引にある手順", "ガイドにある手順"),
    (r"秘密情報|機密情報|秘密の値", "秘密情報を渡す", "シークレットを渡す"),
    (r"ウェイト|重みアーカイブ|重みのファイル|重みのフォルダ", "重みアーカイブを検査", "重みファイルを検査"),
    (r"公開版|発行版", "重みファイルの公開版", "重みファイルのリリース"),
    (r"既に|例えば|下さい|出来|分か(?:り|る|らな)|構い|全て", "既にあります", "すでにあります"),
    (r"(?<!その)他の|他で|他に", "他の実行", "ほかの実行"),
    (r"[い切しめ]なお[しすせ]", "まとめなおして", "まとめ直して"),
    (r"ことができ|ことが可能|ことが出来", "戻すことができます", "戻せます"),
    (r"に対して(?:し|行|実)|に関して|させていただ|であると考え", "AWSに対して行う呼び出し", "AWSの呼び出し"),
    (r"ホストランナー|サービスにリンクされた|クレーム|プッシュして", "GitHubホストランナー", "GitHubホステッドランナー"),
    (r"[\d}] (?:バイト|秒|分|時間|日|件|個|台|文字|回|%|(?:[kMGT]|[MG]i)?B(?![\w.]))", "221 B", "221B"),
    (rf"{_CHARACTER}[,;!?(]|[)]{_CHARACTER}", "失敗(理由)", "失敗（理由）"),
    (rf"{_CHARACTER} {_CHARACTER}", "ジョブを 再実行", "ジョブを再実行"),
    (r"[ｦ-ﾟＡ-Ｚａ-ｚ０-９]", "ｻｰﾊﾞ、１０個", "サーバ、10個"),
    (r"すべて終われば|失敗にします|0\.0時間", "すべて終われば0", "すべて成功すれば0"),
]
_IN_ENGLISH = [
    (r"not done with that", "is not done with that after 60:00 min", "is still rolling back after 60 minutes"),
    (r"\bSee to\b", "See to its cause first", "Resolve the alarm first"),
    (r"\bha(?:s|ve) not (?:the|a|any)\b", "where it has not the guide's name", "if it is not at the default location"),
    (r"found out|Find out whether", "could not be found out", "could not check"),
    (r"(?:gone|goes|went) on with|broken off|goes on without", "is gone on with by this", "resumes with this"),
    (r"hears? of", "before the platform hears of it", "before it is listed on the platform"),
    (r"honestly|\bjudges?\b", "judges the weight archive", "checks the weight archive"),
    (r"can be asked here", "Nobody can be asked here", "No terminal to prompt on"),
    (r"is a list of 0", "services is a list of 0", "services is empty"),
    (r"\bto be had\b|\bfor want of\b|\badmits?\b", "no tags to be had", "could not read the tags"),
    (r"platform is (?:asleep|awake)", "while the platform is asleep", "while the platform is down"),
    (r"(?:it|It) is not known (?:whether|which|what)|nobody knows", "it is not known which it is", "could not check"),
    (r"leads? out of the repository|took the place of|was quicker", "leads out of the repository", "points outside"),
    (r"[Dd]id not look|could not note|is given up", "Did not look for endpoints.", "Endpoints were not checked."),
]  # fmt: skip


def test_each_row_finds_what_it_is_for_and_nothing_else() -> None:
    for pattern, wrong, right in [*_IN_JAPANESE, *_IN_ENGLISH]:
        assert re.search(pattern, wrong), wrong
        assert not re.search(pattern, right), right


@pytest.fixture(scope="module")
def texts() -> dict[str, list[tuple[str, str]]]:
    """Every text of the program by language, each with its place; `{}` stands for what is put in."""
    found: dict[str, list[tuple[str, str]]] = {"en": [], "ja": []}
    for path in sorted((ROOT / "aces_action").rglob("*.py")):
        if path.name in {"clues.py", "log_statements.py"}:  # what servers write, as patterns
            continue
        english, others = _strings(ast.parse(path.read_text(encoding="utf-8")))
        for name, strings in (("en", english), ("ja", [each for each in others if JAPANESE.search(_written(each))])):
            found[name] += [(f"{path.relative_to(ROOT)}:{each.lineno}", _written(each)) for each in strings]
    assert min(map(len, found.values())) > 1000
    return found


def _strings(tree: ast.Module) -> tuple[list[ast.expr], list[ast.expr]]:
    """The English strings of `Text(…)`, and all others that are part of no other string."""
    calls = [
        (node.func.id, node.args) for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    ]
    firsts = [arguments[0] for name, arguments in calls if name == "Text" and arguments]
    firsts += [arguments[1] for name, arguments in calls if name in {"naming", "setting"} and len(arguments) > 2]
    english = [node for first in firsts for node in _strings_in(first)]
    inside = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values} | set(
        map(id, english)
    )
    return english, [node for node in _strings_in(tree) if id(node) not in inside]


def _strings_in(tree: ast.AST) -> Iterator[ast.expr]:
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str)):
            yield node


def _written(node: ast.expr) -> str:
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
    assert isinstance(node, ast.Constant)
    return re.sub("`[^`]*`|「[^」]*」", "", str(node.value))


def _faults(texts: list[tuple[str, str]], table: list[tuple[str, str, str]]) -> Iterator[str]:
    for pattern, _, right in table:
        for place, text in texts:
            text = re.sub("`[^`]*`|「[^」]*」|```.*?```", "", text, flags=re.DOTALL)  # noqa: PLW2901  code and quoted signs
            yield from (f"{place}: not '{match[0]}' but as in '{right}'" for match in re.finditer(pattern, text))


def test_every_japanese_text_is_in_the_houses_words(texts: dict[str, list[tuple[str, str]]]) -> None:
    assert list(_faults(texts["ja"], _IN_JAPANESE)) == []


def test_every_english_text_is_in_the_houses_words(texts: dict[str, list[tuple[str, str]]]) -> None:
    assert list(_faults(texts["en"], _IN_ENGLISH)) == []
