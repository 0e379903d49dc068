"""What a run tells when it ends: outputs, and the job summary in either language."""

from __future__ import annotations

import ast
import html
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from aces_action.changes import Change, noun
from aces_action.github.files import SUMMARY_LIMIT
from aces_action.language import Language, Text, same
from aces_action.ledger import Ledger, Write
from aces_action.output.check import Check
from aces_action.output.report import Report, StepRecord, how_far
from aces_action.output.server_log import ServerLog
from aces_action.output.summary import summary
from aces_action.output.tables import change_lines, check_lines
from aces_action.output.verdict import Entry, Verdict
from aces_action.problems import Problem
from aces_action.problems.catalogue import CATALOGUE
from aces_action.project.model import Request
from aces_action.smoke_test.model import Exchange, InvocationResult

ROOT = Path(__file__).parent.parent

LINK = Problem(
    kind=CATALOGUE["W004"],
    message=Text("models/latest -> ../v2 is a symbolic link.", "models/latest -> ../v2 はシンボリックリンクです。"),
    hint=Text("Leave it out:\ntar czf deploy.tar.gz models/v2", "含めないでください:\ntar czf deploy.tar.gz models/v2"),
)
TOO_LONG = Problem(
    kind=CATALOGUE["C005"], message=Text("title is too long.", "titleが長すぎます。"), file="register.json", line=7, column=9
)
NO_EFFECT = Problem(kind=CATALOGUE["C012"], message=Text("batch has no effect.", "batchは効果がありません。"))
CHANGED = Change(
    verb="update", resource="endpoint config", name="plate-1f", reasons=(Text("image a -> b", "イメージ a -> b"), same("tag"))
)
AS_IT_IS = Change(verb="nothing", resource="service", name="plate")


def shown(report: Report, language: Language = "en") -> str:
    return summary(report, language, lambda text: text)


LOG = ServerLog(variant="AllTraffic", stream="AllTraffic/i-1", lines=("loading | <b>", "MemoryError: `x`"))


def test_the_last_lines_of_the_server_stand_below_the_problems_as_they_are() -> None:
    report = Report(result="failed", problems=[LINK], server_logs=(LOG,), events=["0:01  Updating", "0:09  InService"])
    page = shown(report)
    assert page.index("### Problems") < page.index("### Last lines of the server") < page.index("### What SageMaker did")
    assert "<code>AllTraffic/i-1</code>\n\n<pre>loading | &lt;b&gt;\nMemoryError: `x`</pre>" in page
    assert "<pre>0:01  Updating\n0:09  InService</pre>" in page


def test_why_there_are_no_lines_and_whose_they_are_is_said_in_either_language() -> None:
    missing = ServerLog(variant="", missing=Text("No log.", "ログがありません。"))
    report = Report(result="failed", server_logs=(missing, replace(LOG, is_new=False)))
    assert "No log.\n\n<code>AllTraffic/i-1</code> (of an instance that served before)" in shown(report)
    assert "サーバのログの末尾\n\nログがありません。\n\n<code>AllTraffic/i-1</code>（以前から稼働しているインスタンス）" in shown(
        report, "ja"
    )
    assert "Last lines" not in shown(Report(result="failed"))


def written(*done: Text) -> Ledger:
    """The ledger of a run whose writes were all accepted."""
    ledger = Ledger()
    for text in done:
        ledger.send(Write(done=text, asks=text)).accept()
    return ledger


def many(count: int) -> list[Problem]:
    return [Problem(kind=CATALOGUE["C004"], message=same(f"number {number}.")) for number in range(count)]


def test_the_summary_of_a_failed_run_says_what_is_wrong_what_was_changed_and_what_goes_on() -> None:
    report = Report(
        title="plate · dev",
        result="failed",
        problems=[NO_EFFECT, LINK],
        writes=written(Text("weights released", "重みファイルのリリース")),
        under_way=Text("SageMaker may still be working.", "SageMakerの処理が続いている可能性があります。"),
    )
    assert shown(report) == (
        "## ❌ Failed\n\n"
        "plate · dev\n\n"
        "Changed before it stopped:\n\n"
        "- weights released\n\n"
        "SageMaker may still be working.\n\n"
        "### Problems\n\n"
        f"❌ **[ACES-W004]({LINK.kind.help_url('en')})** models/latest -&gt; ../v2 is a symbolic link.\n\n"
        "<pre>Leave it out:\ntar czf deploy.tar.gz models/v2</pre>\n\n"
        f"⚠️ **[ACES-C012]({NO_EFFECT.kind.help_url('en')})** batch has no effect.\n"
    )


def test_the_summary_of_a_failed_run_is_wholly_in_japanese_when_asked_for() -> None:
    report = Report(title="plate · dev", result="failed", problems=[TOO_LONG, LINK])
    assert shown(report, "ja") == (
        "## ❌ 失敗しました\n\n"
        "plate · dev\n\n"
        "何も変更していません。\n\n"
        "### 問題\n\n"
        f"❌ **[ACES-C005]({TOO_LONG.kind.help_url('ja')})** titleが長すぎます。<br><code>register.json:7:9</code>\n\n"
        f"❌ **[ACES-W004]({LINK.kind.help_url('ja')})** models/latest -&gt; ../v2 はシンボリックリンクです。\n\n"
        "<pre>含めないでください:\ntar czf deploy.tar.gz models/v2</pre>\n"
    )


def test_the_summary_of_a_deployment_has_changes_outputs_and_steps_in_japanese() -> None:
    report = Report(
        title="plate · dev",
        result="deployed",
        changes=[CHANGED, AS_IT_IS],
        outputs={"endpoint-name": "plate-dev", "failure-code": ""},
        steps=[
            StepRecord(name=same("Weights"), seconds=3, result="done"),
            StepRecord(name=same("Plan"), seconds=9, result="failed"),
        ],
    )
    assert shown(report, "ja") == (
        "## ✅ デプロイしました\n\n"
        "plate · dev\n\n"
        "### 変更\n\n"
        "|  | 対象 | 名前 | 理由 |\n| --- | --- | --- | --- |\n"
        "| 更新 | エンドポイント設定 | <code>plate-1f</code> | イメージ a -&gt; b<br>tag |\n"
        "| 変更なし | サービス | <code>plate</code> |  |\n\n"
        "### デプロイの結果\n\n"
        "| 出力 | 値 |\n| --- | --- |\n| endpoint-name | <code>plate-dev</code> |\n\n"
        "### ステップ\n\n"
        "|  | ステップ | 時間 |  |\n| --- | --- | ---: | --- |\n"
        "| ✅ | Weights | 3.0 s | `██████··················` |\n"
        "| ❌ | Plan | 9.0 s | `······██████████████████` |\n"
    )


REFUSED = Verdict(
    name="deploy.tar.gz",
    size=1_170_000_000,
    unpacked_size=1_260_000_000,
    sha256="9c" * 32,
    members=5,
    files=2,
    entries=(
        Entry(path="models/v2/<net>.pth", size=1_259_999_000),
        Entry(path="models/v2/net.yml", size=1000),
        Entry(path="models/latest", size=0, target="v2", code="ACES-W004"),
    ),
    problems=(LINK,),
)


def test_the_weights_of_a_refused_run_are_shown_as_a_tree_with_sizes_in_which_the_faults_are_marked() -> None:
    report = Report(problems=[LINK], weights=REFUSED, weights_uri="s3://plate-dev/shared/weights/deploy.tar.gz")
    assert shown(report).endswith(
        "### Weights\n\n"
        "<code>s3://plate-dev/shared/weights/deploy.tar.gz</code><br>1.17 GB, 5 members, 1.26 GB unpacked"
        f"<br>SHA-256 <code>{'9c' * 32}</code>\n\n"
        "<details open><summary>2 files, 1.26 GB</summary>\n\n"
        "<pre>models/  1.26 GB\n  v2/  1.26 GB\n    &lt;net&gt;.pth  1.26 GB\n    net.yml  1 kB\n"
        "  latest -&gt; v2  ← ACES-W004</pre>\n\n</details>\n"
    )
    japanese = shown(report, "ja")
    assert "### 重みファイル\n\n" in japanese
    assert "<br>1.17 GB、メンバー5件、展開後1.26 GB<br>SHA-256 " in japanese
    assert "<details open><summary>2ファイル、1.26 GB</summary>" in japanese
    assert japanese.index("### 問題") < japanese.index("### 重みファイル")


def test_the_tree_of_fine_weights_is_folded_and_comes_after_what_was_deployed() -> None:
    weights = replace(REFUSED, problems=())
    text = shown(Report(result="deployed", outputs={"endpoint-name": "plate-dev"}, weights=weights, weights_uri="s3://b/k"))
    assert "<details><summary>2 files, 1.26 GB</summary>" in text
    assert text.index("### Deployment") < text.index("### Weights")


def test_of_damaged_weights_the_summary_tells_how_far_they_were_read() -> None:
    damaged = replace(REFUSED, size=0, sha256="", files=0, entries=())
    assert shown(Report(weights=damaged, weights_uri="s3://b/k")).endswith(
        "### Weights\n\n<code>s3://b/k</code><br>Read up to the damage: 5 members\n"
    )


def test_a_tree_of_any_size_leaves_room_for_the_rest_of_the_summary() -> None:
    entries = tuple(Entry(path=f"{number}/" + "&" * 5000, size=1) for number in range(2000))
    text = shown(Report(weights=replace(REFUSED, entries=entries), weights_uri="s3://b/k"))
    assert len(text.encode()) < 300_000
    assert "\n…</pre>" in text


def test_the_headings_are_english_by_choice_too() -> None:
    report = Report(result="unchanged", changes=[CHANGED, AS_IT_IS], outputs={"endpoint-name": "plate-dev"})
    text = shown(report)
    assert "| update | endpoint config | <code>plate-1f</code> | image a -&gt; b<br>tag |" in text
    assert "| as it is | service | <code>plate</code> |  |" in text
    assert re.findall(r"^## .*|^### .*", text, re.MULTILINE) == [
        "## ✅ Nothing to do: everything is as it should be",
        "### Changes",
        "### Deployment",
    ]


def test_every_resource_that_the_program_changes_has_a_name_in_japanese() -> None:
    sources = [ast.parse(path.read_text(encoding="utf-8")) for path in (ROOT / "aces_action").rglob("*.py")]
    calls = [node for tree in sources for node in ast.walk(tree) if isinstance(node, ast.Call)]
    named = {
        keyword.value.value
        for call in calls
        if isinstance(call.func, ast.Name) and call.func.id == "Change"
        for keyword in call.keywords
        if keyword.arg == "resource" and isinstance(keyword.value, ast.Constant) and isinstance(keyword.value.value, str)
    }
    assert len(named) > 3
    assert all(re.search(r"[ァ-ヺ一-龠]", noun(resource).ja) for resource in named)


@pytest.mark.parametrize("secret", ["abc%20def", "a_b_c", "Tom&Jerry", "5*4*3", "x|y", "<token>", "two::colons", "##[x]", "a~b"])
def test_a_secret_does_not_reach_the_summary_whatever_it_is_made_of(secret: str) -> None:
    report = Report(
        title=f"title {secret}",
        result="failed",
        problems=[
            Problem(
                kind=CATALOGUE["R001"], message=same(f"it said {secret}"), hint=same(f"curl\n{secret}"), file=f"{secret}.json"
            )
        ],
        changes=[Change(verb="update", resource="image", name=f"n {secret}", reasons=(same(f"why {secret}"),))],
        outputs={"endpoint-name": f"out {secret}"},
        writes=written(same(f"done {secret}")),
        under_way=same(f"under way {secret}"),
        steps=[StepRecord(name=same(f"step {secret}"), seconds=1, result="done")],
    )
    text = html.unescape(summary(report, "en", lambda each: each.replace(secret, "***")))
    assert secret not in text.replace("\u200b", "")
    assert html.unescape(shown(report)).replace("\u200b", "").count(secret) == text.count("***") == 10


def test_text_from_outside_is_not_taken_for_markup() -> None:
    nasty = "a | b `c` *d* _e_ <b>f</b> [g](http://h) ~i~ \\j & ::error::k\n# l"
    report = Report(problems=[Problem(kind=CATALOGUE["R001"], message=same(nasty), hint=same("</pre><h1>x"))])
    lines = shown(report).splitlines()
    told = next(line for line in lines if "ACES-R001" in line).partition(")** ")[2]
    assert not re.search(r"[|`*_\[\]~<>\\]", told)
    assert html.unescape(told) == nasty.replace("\n", " ")
    assert "<pre>&lt;/pre&gt;&lt;h1&gt;x</pre>" in lines


def test_of_very_many_problems_those_that_do_not_fit_are_counted_by_their_code() -> None:
    report = Report(result="failed", problems=[*many(5_000), *[TOO_LONG] * 7, NO_EFFECT])
    text = shown(report)
    assert text.count("number ") == 200
    assert "Not listed here: 4,808. The log has them all." in text
    assert text.endswith(
        f"4,800 × [ACES-C004]({CATALOGUE['C004'].help_url('en')}) Does not match the schema<br>"
        f"7 × [ACES-C005]({TOO_LONG.kind.help_url('en')}) Text too long<br>"
        f"1 × [ACES-C012]({NO_EFFECT.kind.help_url('en')}) Setting without effect\n"
    )


def test_a_summary_stays_below_githubs_limit_with_all_its_parts() -> None:
    long = "長い説明と<記号>_*|" * 2_000
    report = Report(
        result="failed",
        problems=[Problem(kind=CATALOGUE["E001"], message=same(long), hint=same(long))] * 500,
        changes=[Change(verb="update", resource="service", name="x", reasons=(same(long),) * 20)] * 500,
        outputs={"endpoint-name": "plate-dev"},
        steps=[StepRecord(name=same("Plan"), seconds=1, result="done")],
    )
    text = shown(report, "ja")
    assert len(text.encode()) < SUMMARY_LIMIT
    assert re.findall(r"^### .*", text, re.MULTILINE) == ["### 問題", "### 変更", "### デプロイの結果", "### ステップ"]
    assert "ここに示していないもの: " in text


def test_a_run_that_changed_nothing_says_so() -> None:
    assert how_far(Report()) == Text("Nothing was changed.", "何も変更していません。")


def test_a_run_that_stopped_midway_lists_what_it_changed_and_what_goes_on() -> None:
    report = Report(writes=written(Text("a", "あ"), Text("b", "い")), under_way=Text("It goes on.", "続いています。"))
    assert how_far(report) == Text(
        "Changed before it stopped:\n- a\n- b\nIt goes on.", "停止するまでに変更したもの:\n- あ\n- い\n続いています。"
    )


def test_changes_in_the_log_have_their_reasons_below_them() -> None:
    assert change_lines([CHANGED, AS_IT_IS]) == [
        "update    endpoint config  plate-1f",
        "                           image a -> b",
        "                           tag",
        "as it is  service          plate",
    ]


def test_outputs_are_the_same_whatever_the_language() -> None:
    report = Report(result="failed", changes=[CHANGED, AS_IT_IS], problems=[NO_EFFECT, LINK], outputs={"endpoint-name": "plate"})
    outputs = report.step_outputs()
    assert json.loads(outputs.pop("changes")) == [
        {"verb": "update", "resource": "endpoint config", "name": "plate-1f", "reasons": ["image a -> b", "tag"]},
        {"verb": "nothing", "resource": "service", "name": "plate", "reasons": []},
    ]
    assert outputs == {"result": "failed", "has-changes": "true", "endpoint-name": "plate", "failure-code": "ACES-W004"}


def test_a_run_without_changes_or_errors_says_so_in_its_outputs() -> None:
    outputs = Report(result="unchanged", changes=[AS_IT_IS], problems=[NO_EFFECT]).step_outputs()
    assert (outputs["has-changes"], outputs["failure-code"]) == ("false", "")


FINE = Check(what=Text("S3 bucket", "S3バケット"), found=same("plate-dev"), needed=same("plate-dev"))
FULL = Check(
    what=Text("Quota", "クォータ"),
    found=Text("0", "0台"),
    needed=Text("1 new", "新規1台"),
    problems=(Problem(kind=CATALOGUE["P016"], message=same("m"), hint=Text("Ask for more:\naws …", "申請してください:\naws …")),),
)
UNSEEN = Check(what=same("SNS"), found=same("–"), problems=(Problem(kind=CATALOGUE["P010"], message=same("m")),))


def test_the_preflight_is_a_table_in_the_log_with_what_to_do_below_a_row() -> None:
    assert check_lines([FINE, FULL, UNSEEN], lambda text: text.en) == [
        "   what       found      needed",
        "✓  S3 bucket  plate-dev  plate-dev",
        "✗  Quota      0          1 new",
        "   ACES-P016  Ask for more:",
        "–  SNS        –",
        "   ACES-P010  m",
    ]


def test_on_a_narrow_terminal_each_check_is_a_line_and_says_what_is_needed_only_where_it_is_missing() -> None:
    assert check_lines([FINE, FULL, UNSEEN], lambda text: text.en, width=30) == [
        "✓  S3 bucket: plate-dev",
        "✗  Quota: 0",
        "   needed: 1 new",
        "   ACES-P016  Ask for more:",
        "–  SNS: –",
        "   ACES-P010  m",
    ]
    assert check_lines([FINE, FULL, UNSEEN], lambda text: text.en, width=37)[0].startswith("   what")


def test_japanese_characters_take_two_columns_of_the_table() -> None:
    assert check_lines([FINE, FULL], lambda text: text.ja)[:3] == [
        "   対象        現状       必要",
        "✓  S3バケット  plate-dev  plate-dev",
        "✗  クォータ    0台        新規1台",
    ]


def test_the_preflight_is_a_table_in_the_summary_with_links_to_the_codes() -> None:
    page = shown(Report(result="failed", checks=[FINE, FULL, UNSEEN]))
    assert "### Preflight\n\n|  | what | found | needed | fix |" in page
    assert "| ✅ | S3 bucket | plate-dev | plate-dev |  |" in page
    link = f"[ACES-P016]({CATALOGUE['P016'].help_url('en')})"
    assert f"| ❌ | Quota | 0 | 1 new | {link}<br>Ask for more: |" in page
    assert "| ➖ | SNS | – |  | [ACES-P010]" in page


def test_without_a_preflight_there_is_no_table_of_it() -> None:
    assert "Preflight" not in shown(Report(result="valid"))


def test_the_answers_to_the_smoke_test_are_rows_with_nothing_in_them_taken_for_markup() -> None:
    body = b"<b>|`secret`|</b>"
    answer = InvocationResult(status=200, content_type="text/html", body=body, size=len(body), variant="AllTraffic")
    request = Request(name="smoke/a.png", file=Path("a.png"), size=1, content_type="image/png")
    report = Report(
        exchanges=[
            Exchange(request=request, seconds=0.314, answer=answer),
            Exchange(request=request, seconds=60, answer=None, problems=(LINK,)),
        ]
    )
    page = summary(report, "ja", lambda text: text.replace("secret", "***"))
    assert "### スモークテスト" in page
    good, bad = (line for line in page.splitlines() if "smoke/a.png" in line)
    assert good.startswith("| ✅ | <code>smoke/a.png</code> | 200 | 0.31 s | 17 | AllTraffic | <code>&lt;b&gt;&#124;&#96;")
    assert "secret" not in good
    assert bad == "| ❌ | <code>smoke/a.png</code> | – | 60.00 s | – | – | – |"
