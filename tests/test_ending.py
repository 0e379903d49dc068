"""The last lines of a run: the result last of all, whatever happened."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest

from aces_action.changes import Change
from aces_action.language import Text, same
from aces_action.output.ending import ending_texts, result_text
from aces_action.output.report import Call, Outcome, OutputName, Report, StepRecord
from aces_action.problems import Problem
from aces_action.problems.catalogue import CATALOGUE

SAGEMAKER = StepRecord(name=Text("SageMaker", "SageMaker"), seconds=302, result="done")
WEIGHTS = StepRecord(name=Text("Weights", "重みファイル"), seconds=60, result="done")
FAILED = replace(SAGEMAKER, result="failed")
TITLE = "plates · dev · ap-northeast-1"
CHANGES = [
    Change(verb="create", resource="endpoint config", name="plates-1f"),
    Change(verb="update", resource="endpoint", name="plates"),
    Change(verb="nothing", resource="service", name="plates"),
]
OOM = Problem(kind=CATALOGUE["E021"], message=same("m"))
NO_EFFECT = Problem(kind=CATALOGUE["C012"], message=same("m"))
CALL = Call(what=Text("Call it:", "呼び出す:"), command="aws sagemaker-runtime invoke-endpoint \\\n  --endpoint-name plates")


def report(
    result: Outcome, *, steps: tuple[StepRecord, ...] = (WEIGHTS, SAGEMAKER), problems: tuple[Problem, ...] = ()
) -> Report:
    return Report(title=TITLE, result=result, steps=list(steps), problems=list(problems), changes=CHANGES)


@pytest.mark.parametrize(
    ("told", "english", "japanese"),
    [
        (
            report("failed", steps=(WEIGHTS, FAILED), problems=(NO_EFFECT, OOM)),
            f"✗ failed at SageMaker (ACES-E021)  {TITLE}  1 warning  6 min 02 s",
            f"✗ SageMakerで失敗しました（ACES-E021）  {TITLE}  警告1件  6分02秒",
        ),
        (
            report("failed", problems=(OOM,)),
            f"✗ failed (ACES-E021)  {TITLE}  6 min 02 s",
            f"✗ 失敗しました（ACES-E021）  {TITLE}  6分02秒",
        ),
        (report("failed", steps=()), f"✗ failed  {TITLE}  0.0 s", f"✗ 失敗しました  {TITLE}  0.0秒"),
        (
            report("cancelled", steps=(FAILED,), problems=(OOM,)),
            f"✗ cancelled at SageMaker  {TITLE}  5 min 02 s",
            f"✗ SageMakerの途中でキャンセルされました  {TITLE}  5分02秒",
        ),
        (
            report("deployed"),
            f"✓ deployed  {TITLE}  1 created, 1 updated, 1 as it was  6 min 02 s",
            f"✓ デプロイしました  {TITLE}  作成1件、更新1件、変更なし1件  6分02秒",
        ),
        (
            report("planned", problems=(NO_EFFECT, NO_EFFECT)),
            f"✓ planned  {TITLE}  1 to create, 1 to update, 1 as it is  2 warnings  6 min 02 s",
            f"✓ 計画を作成しました  {TITLE}  作成1件、更新1件、変更なし1件  警告2件  6分02秒",
        ),
        (
            replace(report("deferred"), changes=CHANGES[2:]),
            f"⏳ still to be registered  {TITLE}  1 as it was  6 min 02 s",
            f"⏳ 登録が残っています  {TITLE}  変更なし1件  6分02秒",
        ),
    ],
)
def test_the_result_says_what_happened_where_and_how_long_it_took(told: Report, english: str, japanese: str) -> None:
    assert (result_text(told).en, result_text(told).ja) == (english, japanese)


@pytest.mark.parametrize("result", get_args(Outcome))
def test_the_result_is_one_line_and_the_last_for_every_ending(result: Outcome) -> None:
    told = replace(report(result), outputs={"endpoint-name": "plates", "endpoint-url": "https://x"}, calls=(CALL,))
    *_, last = ending_texts(told)
    for text in (last.en, last.ja, last.for_terminal().en, last.for_terminal().ja):
        assert text[:2] in {"✓ ", "✗ ", "⏳ "}
        assert "\n" not in text
        assert (text[0] == "✗") == (result in {"failed", "cancelled"})


def test_a_person_at_a_terminal_has_cancelled_it_themselves() -> None:
    assert result_text(report("cancelled", steps=(FAILED,))).for_terminal().ja.startswith("✗ SageMakerの途中で中止しました  ")


def test_what_waits_for_the_platform_is_not_passed_off_as_done() -> None:
    told = replace(report("deployed"), outputs={"registration": "deferred"})
    assert result_text(told).en.startswith("⏳ deployed, but still to be registered  ")


def test_a_listing_that_waits_is_not_counted_among_what_was_created() -> None:
    listing = Change(verb="create", resource="service", name="plates")
    told = replace(report("deployed"), changes=[*CHANGES[:2], listing], outputs={"registration": "deferred"})
    assert result_text(told).en.endswith(f"  {TITLE}  1 created, 1 updated  6 min 02 s")
    assert result_text(replace(told, outputs={})).en.endswith(f"  {TITLE}  2 created, 1 updated  6 min 02 s")


def test_above_a_good_end_stand_the_address_and_what_to_paste() -> None:
    arn = "arn:aws:batch:ap-northeast-1:123456789012:job-definition/plates:3"
    outputs: dict[OutputName, str] = {
        "endpoint-name": "plates",
        "endpoint-url": "https://x/invocations",
        "batch-job-definition-arn": arn,
    }
    told = replace(report("deployed"), outputs=outputs, calls=(CALL,))
    assert [text.en for text in ending_texts(told)][:-1] == [
        "",
        "endpoint        plates",
        "job definition  plates:3",
        "URL             https://x/invocations",
        "Call it:",
        "  aws sagemaker-runtime invoke-endpoint \\\n    --endpoint-name plates",
    ]


@pytest.mark.parametrize("result", ["failed", "cancelled", "stopped", "destroyed", "shown", "planned"])
def test_nothing_is_offered_to_be_called_that_may_not_serve(result: Outcome) -> None:
    told = replace(report(result), outputs={"endpoint-name": "plates", "endpoint-url": "https://x"}, calls=(CALL,))
    assert not any("https" in text.en or "aws " in text.en for text in ending_texts(told))


def test_a_plan_is_followed_by_the_command_that_carries_it_out() -> None:
    _, carry_out, _ = ending_texts(report("planned"))
    assert carry_out.en == "`command: deploy` carries it out."
    assert carry_out.for_terminal().en == "`aces-action deploy` carries it out."
    assert len(list(ending_texts(replace(report("planned"), changes=CHANGES[2:])))) == 1
