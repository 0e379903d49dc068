"""Every way in which a run ends, as the report that it leaves: what summary, pictures and golden files are made of."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache

from aces_action.changes import Change
from aces_action.fleet.combine import combine
from aces_action.fleet.jobs import Job
from aces_action.language import Language, Text, same
from aces_action.output.check import Check, not_asked
from aces_action.output.fleet import FleetEntry, OutcomeChange, RunOutcome
from aces_action.output.report import OutputName, PromotedFrom, Report
from aces_action.output.reporter import Step
from aces_action.output.server_log import ServerLog
from aces_action.output.status import as_json
from aces_action.problems import Problem
from aces_action.problems.action import job_cancelled
from aces_action.problems.advice import run_again
from aces_action.problems.causes import E021
from tests.pages import failures, project, server
from tests.pages.project import (
    ACCOUNT,
    ACTION_ROLE,
    BATCH_OUTPUTS,
    BEFORE_PLAN,
    CALLS,
    CHECKS,
    CONFIG,
    CONFIG_BEFORE,
    ENDPOINT_OUTPUTS,
    EXCHANGES,
    FIRST,
    FOUND_OUTPUTS,
    JOB,
    LISTED_OUTPUTS,
    LONGTIME,
    OUTPUTS,
    RELEASE,
    SERVER,
    SOURCE,
    TENANT,
    TITLE,
    UNCHANGED,
    UPDATED,
    WEIGHTS,
    WHOLE,
    as_it_is,
    exchange,
    job,
    steps,
    weights,
    written,
)


@cache
def endings() -> Mapping[str, Report]:
    """Each by its name. Nothing in them may be changed: they are shared."""
    reports = {**_good(), **_unfinished(), **_failed(), **_afterwards(), **_doctor(), **_fleets("en"), "hostile": _hostile()}
    reports["fleet-ja"] = _fleets("ja")["fleet"]
    for report in reports.values():
        report.title, report.source_url = report.title or TITLE, SOURCE
    return reports


def _good() -> dict[str, Report]:
    deployed = Report(
        result="deployed",
        checks=CHECKS,
        weights=weights(),
        weights_uri=WEIGHTS,
        steps=steps(*WHOLE),
        calls=CALLS,
        outputs=OUTPUTS,
    )
    alone = f"{SERVER}-async"
    asynchronous: dict[OutputName, str] = {name: value.replace(SERVER, alone) for name, value in ENDPOINT_OUTPUTS.items()}
    asynchronous["endpoint-config-name"] = CONFIG
    asynchronous["endpoint-url"] = asynchronous["endpoint-url"].replace("/invocations", "/async-invocations")
    return {
        "deployed": replace(deployed, changes=UPDATED, exchanges=EXCHANGES, jobs=[JOB]),
        "deployed-first": replace(deployed, changes=FIRST),
        "deployed-async": replace(
            deployed,
            changes=[
                replace(each, name=alone) if each.resource == "endpoint" else each
                for each in FIRST
                if each.resource != "job definition"
            ],
            outputs={**FOUND_OUTPUTS, **asynchronous, **LISTED_OUTPUTS},
            exchanges=EXCHANGES[:1],
            calls=CALLS[:1],
        ),
        "deployed-batch-only": replace(
            deployed,
            changes=[each for each in FIRST if each.resource not in {"model", "endpoint config", "endpoint"}],
            outputs={**FOUND_OUTPUTS, **BATCH_OUTPUTS, **LISTED_OUTPUTS},
            jobs=[JOB, replace(JOB, job_id="6bf4b3b2-26a7-48ec-9f34-84559fc6665b")],
            steps=steps(*(name for name in WHOLE if name != "SageMaker")),
            calls=CALLS[1:],
        ),
        "deployed-with-warnings": replace(deployed, changes=UPDATED, exchanges=EXCHANGES, problems=[*failures.PROCESSORS]),
        "promoted": _promoted(deployed),
        "unchanged": Report(
            result="unchanged",
            checks=CHECKS,
            changes=UNCHANGED,
            weights=weights(),
            weights_uri=WEIGHTS,
            outputs=OUTPUTS,
            calls=CALLS,
            steps=steps(*BEFORE_PLAN),
        ),
        "registered": Report(
            result="registered",
            changes=[
                Change(
                    verb="update",
                    resource="service",
                    name="numberplate",
                    reasons=(same("title: 'Number Plates' -> 'Number Plate Detection'"),),
                ),
                as_it_is("image", "example_algorithm.png"),
            ],
            outputs=LISTED_OUTPUTS,
            steps=steps("Configuration", "Credentials", "Registration"),
        ),
        "valid": Report(result="valid", steps=steps("Configuration")),
    }


def _promoted(deployed: Report) -> Report:
    """What dev serves, in staging for the first time."""

    def in_staging(text: str) -> str:
        return text.replace("detection-dev", "detection-staging")

    image = Change(
        verb="create",
        resource="server image",
        name=f"{ACCOUNT}.dkr.ecr.ap-northeast-1.amazonaws.com/{in_staging(SERVER)}@{project.DIGEST}",
    )
    return replace(
        deployed,
        title=TITLE.replace("dev", "staging"),
        changes=[image, *(replace(each, name=in_staging(each.name)) for each in FIRST)],
        outputs={name: in_staging(value) for name, value in OUTPUTS.items()},
        calls=[replace(each, command=in_staging(each.command)) for each in CALLS],
        weights_uri=RELEASE,
        exchanges=EXCHANGES[:1],
        promoted_from=PromotedFrom(
            env="dev",
            account=ACCOUNT,
            label=CONFIG,
            image_digest=project.DIGEST,
            weights_sha256=project.SHA256,
            served=datetime(2026, 11, 27, 1, 2, tzinfo=UTC),
            commit=project.COMMIT,
            run_url="https://github.com/example-org/number-plate-detection/actions/runs/1234567890",
        ),
    )


def _unfinished() -> dict[str, Report]:
    """Plans, and what waits for the platform."""
    planned = Report(result="planned", checks=CHECKS, weights=weights(), weights_uri=WEIGHTS, steps=steps(*BEFORE_PLAN))
    waits = replace(
        planned,
        checks=failures.SILENT,
        problems=[failures.DEFERRED],
        outputs={**FOUND_OUTPUTS, **ENDPOINT_OUTPUTS, **BATCH_OUTPUTS, "registration": "deferred"},
        calls=CALLS,
    )
    return {
        "planned": replace(planned, changes=UPDATED, outputs={**FOUND_OUTPUTS, "endpoint-name": SERVER}),
        "planned-unchanged": replace(planned, changes=UNCHANGED, outputs=FOUND_OUTPUTS),
        "deferred": replace(waits, result="deferred", changes=UNCHANGED[:6]),
        "deployed-not-listed": replace(waits, result="deployed", changes=UPDATED[:6], steps=steps(*WHOLE[:-2])),
    }


def _failed() -> dict[str, Report]:
    late = Report(checks=CHECKS, weights=weights(), weights_uri=WEIGHTS, changes=UPDATED)
    begun = (project.RELEASED, project.MODEL_CREATED, project.CONFIG_CREATED)
    crashed = exchange("plate.png", failures.ANSWER, problems=(failures.CRASHED,), status=500)
    killed = job(
        "job.png",
        problems=(failures.KILLED,),
        exit_code=137,
        reason="OutOfMemoryError: Container killed due to memory usage",
        lines=("reading s3://…/8ea45aa2.png", "loading CenterNet.pth (1.26 GB)", "Killed"),
    )
    refused = weights(failures.LINK, failures.HIDDEN, entries=failures.FAULTY)
    before_smoke_test, before_batch = WHOLE[:9], WHOLE[:8]
    serves_before: dict[OutputName, str] = {**FOUND_OUTPUTS, **ENDPOINT_OUTPUTS, "endpoint-config-name": CONFIG_BEFORE}
    return {
        "failed-configuration": Report(problems=[*failures.configuration()], steps=steps("Configuration", failed=True)),
        "failed-credentials": Report(problems=[failures.ROLE], steps=steps("Configuration", "Credentials", failed=True)),
        "failed-preflight": Report(
            checks=failures.PREFLIGHT,
            problems=[problem for check in failures.PREFLIGHT for problem in check.problems],
            steps=steps(*BEFORE_PLAN[:3], failed=True),
        ),
        "failed-weights": Report(
            checks=CHECKS,
            weights=refused,
            weights_uri=WEIGHTS,
            problems=[*refused.problems],
            outputs={"image-digest": project.DIGEST},
            steps=steps(*BEFORE_PLAN[:4], failed=True),
        ),
        "failed-sagemaker": replace(
            late,
            changes=FIRST,
            problems=[failures.NOT_STARTED],
            outputs={**FOUND_OUTPUTS, "endpoint-name": SERVER, "logs-url": OUTPUTS["logs-url"]},
            writes=written(*begun, project.CREATED),
            server_logs=(failures.SERVER_LOG,),
            events=failures.EVENTS,
            steps=steps(*WHOLE[:7], failed=True),
        ),
        "failed-batch": replace(
            late,
            problems=[failures.REFUSED],
            outputs={**FOUND_OUTPUTS, **ENDPOINT_OUTPUTS},
            writes=written(*begun, project.UPDATED_TO),
            steps=steps(*before_batch, failed=True),
        ),
        "failed-smoke-test-rolled-back": replace(
            late,
            problems=[failures.CRASHED, failures.ROLLED_BACK],
            outputs=serves_before,
            exchanges=[crashed, *EXCHANGES[1:]],
            writes=written(*begun, project.UPDATED_TO, project.UPDATED_BACK),
            steps=steps(*before_smoke_test, failed=True),
        ),
        "failed-smoke-test": replace(
            late,
            problems=[failures.CRASHED, failures.KILLED, failures.STAYS],
            outputs={**FOUND_OUTPUTS, **ENDPOINT_OUTPUTS, **BATCH_OUTPUTS},
            exchanges=[crashed],
            jobs=[killed],
            writes=written(*begun, project.UPDATED_TO, project.REVISION, project.LONGTIME_REVISION),
            steps=steps(*before_smoke_test, failed=True),
        ),
        "failed-registration": replace(
            late,
            changes=FIRST,
            problems=[failures.TAKEN],
            outputs={**FOUND_OUTPUTS, **ENDPOINT_OUTPUTS, **BATCH_OUTPUTS},
            exchanges=EXCHANGES,
            writes=written(*begun, project.CREATED, project.REVISION, project.LONGTIME_REVISION),
            steps=steps(*WHOLE[:10], failed=True),
        ),
        "cancelled": replace(
            late,
            result="cancelled",
            problems=[job_cancelled("SIGTERM")],
            outputs={**FOUND_OUTPUTS, "endpoint-name": SERVER},
            writes=written(*begun, project.UPDATED_TO),
            under_way=Text(
                f"SageMaker continues to update {SERVER}. The next run waits for it.",
                f"SageMakerは{SERVER}の更新を続けています。次の実行は、その完了を待ちます。",
            ),
            steps=steps(*WHOLE[:7], failed=True),
        ),
    }


def _afterwards() -> dict[str, Report]:
    """What the commands about a deployed server leave."""
    signed_in: tuple[Step, ...] = ("Configuration", "Credentials", "Plan", "SageMaker")
    status = json.dumps(as_json(server.STATUS))
    hours = Text(
        "960 instance-hours since it was created (1 × 40 days, by today's count)",
        "作成からの使用は960インスタンス時間（1台 × 40日、現在の台数での概算）",
    )
    deleted = [
        *(Change(verb="delete", resource="endpoint config", name=each.name) for each in server.GENERATIONS),
        *(Change(verb="delete", resource="model", name=each.name) for each in server.GENERATIONS),
        *(
            Change(verb="delete", resource="job definition", name=f"{name}:{number}")
            for name in (SERVER, LONGTIME)
            for number in (3, 2)
        ),
    ]
    return {
        "rolled-back": Report(
            result="rolled-back",
            changes=[
                as_it_is("model", CONFIG_BEFORE),
                as_it_is("endpoint config", CONFIG_BEFORE),
                Change(verb="update", resource="endpoint", name=SERVER, reasons=(same(f"{CONFIG} -> {CONFIG_BEFORE}"),)),
                Change(verb="update", resource="job definition", name=SERVER, reasons=(same(":3 -> :2"),)),
            ],
            outputs={**ENDPOINT_OUTPUTS, "endpoint-config-name": CONFIG_BEFORE, **BATCH_OUTPUTS},
            calls=CALLS,
            steps=steps(*signed_in, "Batch"),
        ),
        "stopped": Report(
            result="stopped",
            changes=[Change(verb="delete", resource="endpoint", name=SERVER, reasons=(hours,))],
            steps=steps(*signed_in),
        ),
        "started": Report(
            result="started",
            changes=[
                as_it_is("model", CONFIG),
                as_it_is("endpoint config", CONFIG),
                Change(
                    verb="create",
                    resource="endpoint",
                    name=SERVER,
                    reasons=(Text("there is no such endpoint", "このエンドポイントはまだありません"),),
                ),
            ],
            outputs=ENDPOINT_OUTPUTS,
            calls=CALLS[:1],
            steps=steps(*signed_in),
        ),
        "destroyed": Report(
            result="destroyed",
            changes=[Change(verb="delete", resource="endpoint", name=SERVER, reasons=(hours,)), *deleted],
            steps=steps(*signed_in),
        ),
        "status": Report(
            result="shown",
            server_status=server.STATUS,
            outputs={"endpoint-name": SERVER, "endpoint-config-name": CONFIG, "status": status},
            steps=steps("Configuration", "Credentials", "Status"),
        ),
    }


def _doctor() -> dict[str, Report]:
    title, silence = Text("Doctor", "診断"), Text("there are no AWS credentials that work", "使えるAWSの認証情報がありません")
    before = [
        Check(what=Text("Configuration", "設定"), found=Text("no errors", "エラーなし")),
        Check(
            what=Text("GitHub OIDC token", "GitHubのOIDCトークン"),
            found=same("repo:example-org/number-plate-detection:ref:refs/heads/develop"),
        ),
    ]
    role = Check(
        what=Text("Role of AWS_ROLE_ARN", "AWS_ROLE_ARNのロール"),
        found=Text("assumed", "引き受け可能"),
        needed=Text(
            f"{ACTION_ROLE.rpartition('/')[2]}, trusting this job", f"このジョブを信頼する{ACTION_ROLE.rpartition('/')[2]}"
        ),
    )
    runner = [
        Check(what=Text("Network to AWS", "AWSへの接続"), found=same("sts, s3, ecr, sagemaker, batch")),
        Check(what=Text("Clock", "時計"), found=Text("agrees with AWS's", "AWSと一致")),
        not_asked(
            Text("Docker engine", "Dockerエンジン"),
            Text("no socket of an engine is mounted here", "Dockerのソケットがマウントされていません"),
        ),
        Check(what=Text("Disk", "ディスク"), found=Text("77 GB free", "空き77 GB")),
    ]
    refused = replace(role, found=Text("not assumed", "引き受けられず"), problems=(failures.ROLE,))
    asleep = Check(what=same("ACES Platform"), found=Text("no answer", "応答なし"), problems=(failures.ASLEEP,))
    return {
        "doctor-healthy": Report(
            result="healthy", checks_title=title, checks=[*before, role, *CHECKS, *runner], steps=steps("Doctor")
        ),
        "doctor-obstacles": Report(
            checks_title=title,
            checks=[*before, refused, *(not_asked(each.what, silence) for each in CHECKS[:8]), asleep, *runner],
            problems=[failures.ROLE, failures.ASLEEP],
            steps=steps("Doctor"),
        ),
    }


def _fleets(language: Language) -> dict[str, Report]:
    """Many projects at once, by the words that their runs have left, in the language that these spoke."""
    jobs = f"{SOURCE.partition('/blob/')[0]}/actions/runs/9014326/job"
    update = OutcomeChange(
        verb="update",
        resource="endpoint",
        name=SERVER,
        reasons=tuple(
            reason.in_(language)
            for reason in (
                Text(f"image: sha256:{'1f' * 32} -> sha256:{'9c' * 32}", f"イメージ: sha256:{'1f' * 32} -> sha256:{'9c' * 32}"),
                Text("weights: 9c1f… -> 51d0…", "重みファイル: 9c1f… -> 51d0…"),
            )
        ),
    )
    config = OutcomeChange(verb="create", resource="endpoint config", name=CONFIG)
    name = "document-summary-dev-algorithm-server"
    own = CONFIG.replace(SERVER, name)
    foreign = replace(
        update,
        name=name,
        reasons=tuple(
            each.in_(language)
            for each in (
                Text(f"endpoint config: mine -> {own}", f"エンドポイント設定: mine -> {own}"),
                Text(
                    "it serves mine, which this action did not create", "稼働中のmineは、このアクションが作ったものではありません"
                ),
            )
        ),
    )
    outcomes: dict[FleetEntry, RunOutcome] = {
        FleetEntry(project="face-alignment", env="dev"): RunOutcome(
            result="failed",
            failure_code="ACES-A003",
            failure=Text(
                "AWS does not let this job assume arn:aws:iam::123456789012:role/face-alignment-dev-github-actions-role.",
                "このジョブはarn:aws:iam::123456789012:role/face-alignment-dev-github-actions-roleを引き受けられません。",
            ).in_(language),
        ),
        FleetEntry(project="document-summary", env="dev"): RunOutcome(
            result="planned", has_changes=True, by_hand=True, changes=(foreign,)
        ),
        FleetEntry(project="number-plate-detection", env="dev"): RunOutcome(
            result="planned", has_changes=True, changes=(config, update), more=3
        ),
        FleetEntry(project="car-parts", env="staging"): RunOutcome(result="planned", waits=True),
        **{FleetEntry(project=f"algorithm-{number}", env="dev"): RunOutcome(result="planned") for number in range(1, 9)},
    }
    entries = [*outcomes, *(FleetEntry(project=name, env="dev") for name in ("car-parts", "pose-estimation", "text-reading"))]
    ran = [
        Job(name=f"drift / Plan / {each.name}", url=f"{jobs}/{number}", ended="lost")
        for number, each in enumerate(entries[:-1], 60011)
    ]
    ran[-2:] = [replace(ran[-2], ended="cancelled"), replace(ran[-1], ended="failed")]
    steps_of_it = steps("Configuration", "Results")
    mixed = Report(result="combined", title="fleet", fleet=combine(entries, outcomes, ran), steps=steps_of_it)
    clean = [each for each in mixed.fleet if each.state == "unchanged"]
    return {"fleet": mixed, "fleet-unchanged": replace(mixed, fleet=clean)}


def _hostile() -> Report:
    """Text from outside that would like to be markup, is one long word, or stands at an address."""
    address = "https://evil.example.com/login"
    markup = (
        "</td></tr></table></pre><h1>hacked</h1> [click](javascript:alert(1)) ![x](https://evil.example.com/x.png) @octocat #1"
    )
    glued = f"詳細は{address}を参照してください。"
    endless, endless_japanese = "W" * 400, "改行のない長い説明文" * 30
    problem = replace(
        failures.NOT_STARTED,
        message=same(f"{markup} {endless} {glued}"),
        hint=same(f"{glued}\n{endless}\n```\n{markup}\n{endless_japanese}"),
        file="server/a|b`c`/<b>長い名前のファイル</b>.json",
        line=7,
    )
    return Report(
        title=f"{endless[:120]} · dev",
        problems=[problem, Problem(kind=E021, message=same(glued), hint=run_again())],
        checks=[
            Check(what=same(f"Bucket {endless}"), found=same(glued), needed=same(markup), problems=(problem,)),
            Check(what=same(endless_japanese), found=same(endless), needed=same("|" * 40)),
        ],
        changes=[
            Change(verb="update", resource="endpoint", name=endless, reasons=(same(glued), same(markup), same(endless_japanese))),
            Change(verb="nothing", resource="service", name=f"{TENANT}|`{markup}`"),
        ],
        exchanges=[exchange(f"{endless[:200]}.png", f'{{"html": "{markup}", "text": "{endless_japanese}"}}')],
        outputs={"endpoint-name": endless[:63], "weights-uri": RELEASE, "service-names": f"{ACCOUNT}, {markup}"},
        server_logs=(
            ServerLog(variant="AllTraffic", stream=f"AllTraffic/{markup}", lines=(markup, endless, glued, endless_japanese)),
        ),
        events=(f"AllTraffic: Creating: {markup} {endless}",),
        writes=written(("sagemaker", "CreateModel", {"ModelName": f"{endless} {markup}"})),
        under_way=same(glued),
        steps=steps("Configuration", "SageMaker", failed=True),
    )
