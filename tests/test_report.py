"""What a run tells when it ends: outputs, and the job summary in either language."""

from __future__ import annotations

import ast
import html
import json
import re
from dataclasses import replace
from pathlib import Path
from time import process_time

import pytest

from aces_action.changes import Change, noun
from aces_action.github.files import SUMMARY_LIMIT
from aces_action.language import Language, Text, same
from aces_action.ledger import Ledger, Write
from aces_action.output.check import Check
from aces_action.output.page.identifiers import is_long, short
from aces_action.output.report import Outcome, Report, StepRecord, how_far
from aces_action.output.server_log import ServerLog
from aces_action.output.summary import summary
from aces_action.output.tables import check_lines
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
    events = "<details><summary>What SageMaker did</summary>\n\n```text\n0:01  Updating\n0:09  InService\n```\n\n</details>"
    assert page.index("### What to do") < page.index("### Last lines of the server") < page.index(events)
    assert page.index(events) < page.index("### What this run has changed")
    assert "`AllTraffic/i-1`\n\n```text\nloading | <b>\nMemoryError: `x`\n```" in page


def test_why_there_are_no_lines_and_whose_they_are_is_said_in_either_language() -> None:
    missing = ServerLog(variant="", missing=Text("No log.", "ログがありません。"))
    report = Report(result="failed", server_logs=(missing, replace(LOG, is_new=False)))
    assert "No log.\n\n`AllTraffic/i-1` (of an instance that served before)" in shown(report)
    japanese = "サーバのログの末尾\n\nログがありません。\n\n`AllTraffic/i-1`（以前から稼働しているインスタンス）"
    assert japanese in shown(report, "ja")
    assert "Last lines" not in shown(Report(result="failed"))


def as_read(page: str) -> str:
    """The page's text without what keeps GitHub from making something of it."""
    return html.unescape(re.sub(r"<!-- -->|</?span>", "", page)).replace("\u200b", "")


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
        steps=[StepRecord(name=Text("Weights", "重みファイル"), seconds=3, result="failed")],
    )
    assert shown(report) == (
        f"## ❌ Weights: Link in the archive ([ACES-W004]({LINK.kind.help_url('en')}))\n\n"
        "plate · dev\n\n"
        "### What to do\n\n"
        "❌ <strong>models/latest -&gt; ../v2 is a symbolic link.</strong><br>"
        f"[ACES-W004]({LINK.kind.help_url('en')})\n\n"
        "Leave it out:\n\n"
        "```text\ntar czf deploy.tar.gz models/v2\n```\n\n"
        "<details><summary>⚠️ 1 warning: Setting without effect</summary>\n\n"
        f"⚠️ <strong>batch has no effect.</strong><br>[ACES-C012]({NO_EFFECT.kind.help_url('en')})\n\n"
        "</details>\n\n"
        "### What this run has changed\n\n"
        "Changed before it stopped:\n\n"
        "- weights released\n\n"
        "SageMaker may still be working.\n\n"
        "<details><summary>Steps: 1 in 3.0 s</summary>\n\n"
        "- ❌ `████████████████` Weights 3.0 s\n\n"
        "</details>\n"
    )


SOURCE = "https://github.com/org/plates/blob/" + "4f2d1c7b" * 5


def test_the_summary_of_a_failed_run_is_wholly_in_japanese_and_leads_to_the_line_in_the_commit() -> None:
    report = Report(title="plate · dev", result="failed", problems=[TOO_LONG, LINK], source_url=SOURCE)
    assert shown(report, "ja") == (
        f"## ❌ 文字列が長すぎます（[ACES-C005]({TOO_LONG.kind.help_url('ja')})） ほか1件\n\n"
        f"plate · dev · コミット [`4f2d1c7`](https://github.com/org/plates/commit/{'4f2d1c7b' * 5})\n\n"
        "### 対処方法\n\n"
        f"❌ <strong>titleが長すぎます。</strong><br>[ACES-C005]({TOO_LONG.kind.help_url('ja')})"
        f" · [`register.json:7`]({SOURCE}/register.json#L7)\n\n"
        f"❌ <strong>models/latest -&gt; ../v2 はシンボリックリンクです。</strong><br>[ACES-W004]({LINK.kind.help_url('ja')})\n\n"
        "含めないでください:\n\n"
        "```text\ntar czf deploy.tar.gz models/v2\n```\n\n"
        "### この実行で変更したもの\n\n"
        "何も変更していません。\n"
    )


@pytest.mark.parametrize(
    ("file", "written"),
    [
        ("a b/ñ.json", "a%20b/%C3%B1.json#L7"),
        ("設定.yml", "%E8%A8%AD%E5%AE%9A.yml#L7"),
        ("a#b?c%d(e).json", "a%23b%3Fc%25d%28e%29.json#L7"),
        ("a\udcff.json", "a%3F.json#L7"),
    ],
)
def test_a_file_of_any_name_is_linked_by_its_encoded_path(file: str, written: str) -> None:
    problem = replace(TOO_LONG, file=file)
    assert f"]({SOURCE}/{written})" in shown(Report(problems=[problem], source_url=SOURCE))


@pytest.mark.parametrize("source", ["", "https://github.com/o/n/blob/main", "javascript:alert(1)//blob/4f2d1c7", f"{SOURCE})x"])
def test_without_the_address_of_a_commit_a_file_is_named_and_not_linked(source: str) -> None:
    page = shown(Report(problems=[TOO_LONG], source_url=source))
    assert " · `register.json:7`\n" in page
    assert "/blob/" not in page.replace("aces-action/blob", "")


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
        "## ✅ デプロイしました · エンドポイントplate-devが稼働中（12秒）\n\n"
        "plate · dev\n\n"
        "### 変更: 更新1件、変更なし1件\n\n"
        "- <strong>更新</strong> エンドポイント設定: イメージ a -&gt; b<br>tag<br>`plate-1f`\n\n"
        "<details><summary>変更なし1件</summary>\n\n- 変更なし サービス `plate`\n\n</details>\n\n"
        "<details><summary>出力: 1件</summary>\n\n- endpoint-name<br>`plate-dev`\n\n</details>\n\n"
        "<details><summary>ステップ: 2件、12秒</summary>\n\n"
        "- ✅ `████············` Weights 3.0秒\n"
        "- ❌ `····████████████` Plan 9.0秒\n\n"
        "</details>\n"
    )


SERVICE = Change(verb="create", resource="service", name="plate")


def test_what_waits_for_the_platform_is_not_told_as_done() -> None:
    report = Report(result="deployed", changes=[CHANGED, SERVICE], outputs={"registration": "deferred"})
    page = shown(report)
    assert "### Changes: 1 updated\n" in page
    assert "### Still to be done on the ACES Platform: 1 to create\n\n- <strong>to create</strong> service `plate`" in page
    assert "### Changes: 1 created, 1 updated\n" in shown(replace(report, outputs={"registration": "done"}))


@pytest.mark.parametrize("result", ["failed", "cancelled"])
def test_what_a_run_that_ended_badly_had_planned_is_folded_and_not_told_as_done(result: Outcome) -> None:
    page = shown(Report(result=result, changes=[CHANGED, SERVICE, AS_IT_IS]))
    assert "<details><summary>What was planned: 1 to create, 1 to update</summary>\n\n- <strong>to update</strong>" in page
    assert "created" not in page
    assert page.index("Nothing was changed.") < page.index("What was planned")


def test_a_long_identifier_is_short_where_it_is_read_and_whole_where_it_is_unfolded() -> None:
    digests = "sha256:" + "a1" * 32, "sha256:" + "b2" * 32
    changed = replace(CHANGED, reasons=(same(f"image {digests[0]} -> {digests[1]}"),))
    visible, _, folded = shown(Report(result="deployed", changes=[changed])).partition("<details><summary>In full</summary>")
    assert "image sha256:a1a1a1<!-- -->a1a1a1… -&gt; sha256:b2b2b2<!-- -->b2b2b2…" in visible
    assert all(digest in as_read(folded) for digest in digests)
    assert not any(digest in as_read(visible) for digest in digests)


@pytest.mark.parametrize(
    ("text", "brief"),
    [
        ("arn:aws:iam::123456789012:role/deploy", "arn:…:role/deploy"),
        ("arn:aws-cn:sagemaker:cn-north-1:123456789012:endpoint/a", "arn:…:endpoint/a"),
        (
            "s3://b/shared/weights/releases/" + "0a" * 32 + "/deploy.tar.gz",
            "s3://b/shared/weights/releases/0a0a0a0a0a0a…/deploy.tar.gz",
        ),
        ("job 3bcf80c2-5d0b-44d8-a8b6-d726c89e213a", "job 3bcf80c2…"),
        ("4f2d1c7b" * 5, "4f2d1c7b4f2d…"),
        ("number-plate-ac6922992a", "number-plate-ac6922992a"),
        ("123456789012", "123456789012"),
        ("x" * 64, "x" * 64),
    ],
)
def test_identifiers_are_cut_to_what_tells_them_apart(text: str, brief: str) -> None:
    assert (short(text), short(brief), is_long(text)) == (brief, brief, text != brief)


def test_only_commands_and_files_of_a_hint_are_code() -> None:
    hint = Text(
        "Set `volume_size`:\nsagemaker:\n  volume_size: 200\nThen start one of:\n- a job\n- a command",
        "`volume_size`を設定してください:\nsagemaker:\n  volume_size: 200\nその後、再実行:\n- ジョブ\n- コマンド",
    )
    assert (
        "Set `volume_size`:\n\n```text\nsagemaker:\n  volume_size: 200\n```\n\nThen start one of:\n\n- a job\n- a command\n"
    ) in shown(Report(problems=[replace(LINK, hint=hint)]))
    assert (
        "`volume_size`を設定してください:\n\n```text\nsagemaker:\n  volume_size: 200\n```\n\nその後、再実行:\n\n- ジョブ\n"
    ) in shown(Report(problems=[replace(LINK, hint=hint)]), "ja")


def test_an_address_of_the_aws_console_in_a_hint_is_a_link_and_no_other_is() -> None:
    console = "https://ap-northeast-1.console.aws.amazon.com/servicequotas/home/services/sagemaker/quotas"
    page = shown(Report(problems=[replace(LINK, hint=same(f"{console}\nhttps://console.aws.amazon.com.evil.example/x"))]))
    assert f"\n[{console.removeprefix('https://')}]({console})\n" in page
    assert "```text\nhttps://console.aws.amazon.com.evil.example/x\n```" in page


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
        "1.17 GB, 5 members, 1.26 GB unpacked<br>`s3://plate-dev/shared/weights/deploy.tar.gz`"
        f"<br>SHA-256 `{'9c' * 32}`\n\n"
        "<details open><summary>2 files, 1.26 GB</summary>\n\n"
        "```text\nmodels/  1.26 GB\n  v2/  1.26 GB\n    <net>.pth  1.26 GB\n    net.yml  1 kB\n"
        "  latest -> v2  ← ACES-W004\n```\n\n</details>\n\n### What this run has changed\n\nNothing was changed.\n"
    )
    japanese = shown(report, "ja")
    assert "### 重みファイル\n\n" in japanese
    assert "\n1.17GB、メンバー5件、展開後1.26GB<br>`s3://plate-dev/shared/weights/deploy.tar.gz`<br>SHA-256 " in japanese
    assert "<details open><summary>2ファイル、1.26GB</summary>" in japanese
    assert japanese.index("### 対処方法") < japanese.index("### 重みファイル")


def test_the_tree_of_fine_weights_is_folded_and_comes_after_what_was_deployed() -> None:
    weights = replace(REFUSED, problems=())
    text = shown(Report(result="deployed", outputs={"endpoint-name": "plate-dev"}, weights=weights, weights_uri="s3://b/k"))
    fold = "<details><summary>Weights: 2 files, 1.26 GB</summary>"
    assert text.index("## ✅ Deployed · endpoint plate-dev is serving\n") < text.index(fold)


def test_of_damaged_weights_the_summary_tells_how_far_they_were_read() -> None:
    damaged = replace(REFUSED, size=0, sha256="", files=0, entries=())
    assert "### Weights\n\nRead up to the damage: 5 members<br>`s3://b/k`\n\n###" in shown(
        Report(weights=damaged, weights_uri="s3://b/k")
    )


def test_a_tree_of_any_size_leaves_room_for_the_rest_of_the_summary() -> None:
    entries = tuple(Entry(path=f"{number}/" + "&" * 5000, size=1) for number in range(2000))
    text = shown(Report(weights=replace(REFUSED, entries=entries), weights_uri="s3://b/k"))
    assert len(text.encode()) < 300_000
    assert "\n…\n```\n" in text


def test_the_headings_are_english_by_choice_too() -> None:
    report = Report(result="unchanged", changes=[CHANGED, AS_IT_IS], outputs={"endpoint-name": "plate-dev"})
    text = shown(report)
    assert "- <strong>updated</strong> endpoint config: image a -&gt; b<br>tag<br>`plate-1f`" in text
    assert "- as it was service `plate`" in text
    assert re.findall(r"^## .*|^### .*|(?<=<summary>).*(?=</summary>)", text, re.MULTILINE) == [
        "## ✅ Nothing to do: everything is as it should be",
        "### Changes: 1 updated, 1 as it was",
        "1 as it was",
        "Outputs: 1",
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
    text = as_read(summary(report, "en", lambda each: each.replace(secret, "***")))
    assert secret not in text
    assert as_read(shown(report)).count(secret) == text.count("***") == 10


def test_text_from_outside_is_not_taken_for_markup() -> None:
    nasty = "a | b `c` *d* _e_ <b>f</b> [g](http://h) ~i~ \\j & ::error::k\n# l"
    report = Report(problems=[Problem(kind=CATALOGUE["R001"], message=same(nasty), hint=same("</pre><h1>x"))])
    lines = shown(report).splitlines()
    told = next(line for line in lines if line.startswith("❌ <strong>")).partition("<strong>")[2].partition("</strong>")[0]
    assert not re.search(r"[|`*_\[\]~<>\\]", told.replace("<!-- -->", ""))
    assert as_read(told) == nasty.replace("\n", " ")
    at = lines.index("</pre><h1>x")
    assert lines[at - 1 : at + 2] == ["```text", "</pre><h1>x", "```"]


def test_of_very_many_problems_those_that_do_not_fit_are_counted_by_their_code() -> None:
    report = Report(result="failed", problems=[*many(5_000), *[TOO_LONG] * 7, NO_EFFECT])
    text = shown(report)
    assert text.count("number ") == 200
    assert text.startswith(f"## ❌ Does not match the schema ([ACES-C004]({CATALOGUE['C004'].help_url('en')})) and 5,006 more\n")
    assert (
        "Not listed here: 4,807. The log has them all.\n\n"
        f"- 4,800 × [ACES-C004]({CATALOGUE['C004'].help_url('en')}) Does not match the schema\n"
        f"- 7 × [ACES-C005]({TOO_LONG.kind.help_url('en')}) Text too long\n\n"
        "<details><summary>⚠️ 1 warning: Setting without effect</summary>\n"
    ) in text


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
    assert re.findall(r"^### .*|(?<=<summary>).*(?=</summary>)", text, re.MULTILINE) == [
        "### 対処方法",
        "### この実行で変更したもの",
        "予定していた変更: 更新500件",
        "出力: 1件",
        "ステップ: 1件、1.0秒",
    ]
    assert "ここに示していないもの: " in text
    assert text.rstrip().endswith("_ここで省略しました（サイズの上限）。全文はログにあります。_")


def test_a_run_that_changed_nothing_says_so() -> None:
    assert how_far(Report()) == Text("Nothing was changed.", "何も変更していません。")


def test_a_run_that_stopped_midway_lists_what_it_changed_and_what_goes_on() -> None:
    report = Report(writes=written(Text("a", "あ"), Text("b", "い")), under_way=Text("It goes on.", "続いています。"))
    assert how_far(report) == Text(
        "Changed before it stopped:\n- a\n- b\nIt goes on.", "停止するまでに変更したもの:\n- あ\n- い\n続いています。"
    )


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
    assert check_lines([FINE, FULL, UNSEEN], lambda text: text.en, width=22) == [
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


def test_what_the_preflight_objects_to_is_open_with_links_to_the_codes_and_what_passed_is_folded() -> None:
    page = shown(Report(result="failed", checks=[FINE, FULL, UNSEEN]))
    link = f"[ACES-P016]({CATALOGUE['P016'].help_url('en')})"
    assert f"### Preflight\n\n- ❌ <strong>Quota</strong>: 0 (needed: 1 new) · {link}<br>Ask for more:\n" in page
    assert "\n- ➖ <strong>SNS</strong>: – · [ACES-P010]" in page
    assert "<details><summary>✅ Preflight: 1 passed</summary>\n\n- ✅ S3 bucket: plate-dev\n\n</details>" in page


def test_the_fix_of_a_check_stands_once_above_with_its_problem_and_its_row_is_folded() -> None:
    page = shown(Report(result="failed", checks=[FINE, FULL], problems=[*FULL.problems]))
    assert page.count("Ask for more:") == 1
    assert page.index("Ask for more:") < page.index("<details><summary>Preflight: ❌ 1 ✅ 1</summary>\n\n- ✅ S3 bucket")
    assert "### Preflight" not in page


def test_what_doctor_found_stays_open_although_it_stands_above() -> None:
    page = shown(Report(result="failed", checks=[FULL], checks_title=same("What a deployment needs"), problems=[*FULL.problems]))
    assert "### What a deployment needs\n\n- ❌ <strong>Quota</strong>" in page


def test_without_a_preflight_there_is_no_table_of_it() -> None:
    assert "Preflight" not in shown(Report(result="valid"))


def test_the_answers_to_the_smoke_test_are_lines_with_nothing_in_them_taken_for_markup() -> None:
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
    assert good == "- ✅ `smoke/a.png` · 200 · 0.3秒 · 17B · AllTraffic<br>``<b>|`***`|</b>``"
    assert bad == "- ❌ `smoke/a.png` · 1分00秒 · 応答なし"


def test_a_table_that_is_too_wide_leaves_out_what_is_needed_where_it_is_there() -> None:
    long = replace(FINE, needed=same("x" * 50))
    assert check_lines([long, FULL], lambda text: text.en, width=70)[0].startswith("   what ")
    assert "x" not in "".join(check_lines([long], lambda text: text.en, width=70))
    assert check_lines([long], lambda text: text.en, width=70)[0].endswith("found")


def test_what_is_needed_stands_below_where_it_would_make_the_table_too_wide() -> None:
    wide = replace(FULL, needed=same("1 new " * 9))
    assert check_lines([FINE, wide], lambda text: text.en, width=60)[:4] == [
        "   what       found",
        "✓  S3 bucket  plate-dev",
        "✗  Quota      0",
        f"   needed: {'1 new ' * 9}",
    ]


@pytest.mark.parametrize(
    "report",
    [
        Report(
            result="deployed",
            outputs={"registration": "deferred"},
            changes=[Change(verb="create", resource="service", name=f"{number}") for number in range(3_000)],
        ),
        Report(
            problems=[replace(NO_EFFECT, message=same(f"{number}")) for number in range(3_000)],
            checks=[Check(what=same("Quota"), found=same("1"), needed=same(f"{number}")) for number in range(3_000)],
        ),
    ],
)
def test_a_page_of_very_many_rows_takes_no_time_that_grows_with_their_square(report: Report) -> None:
    started = process_time()
    shown(report)
    assert process_time() - started < 1.5  # seconds; some 0.2 are usual, and ten times as many as it was
