"""Whether the settings of the infra file together are one of the ways to serve (the guide's table in 2.1)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from aces_action.language import EMPTY, Text
from aces_action.problems import Problem
from aces_action.project.document import Document, Path, dotted
from aces_action.project.instance_types import ENDPOINT, LONGTIME, STANDARD
from aces_action.project.rollout import autoscaling_problems, rollout_problems

_SERVICE = "ASYNC_COMPONENT_SERVICE"
_MODE = "SAGEMAKER_INFERENCE_MODE"

# SageMaker API reference, ContainerDefinition: 'The maximum length of all keys and values in the map, combined, is 32 KB'.
# AWS Batch User Guide, 'Service quotas': a job definition has at most 24 KiB; 2 KiB are left to what else is in it. Neither
# limits single variables there: names and values of at most 1,024 bytes and 100 of them are SageMaker's rules alone.
_SAGEMAKER_ENVIRONMENT = 32 * 1024
_BATCH_ENVIRONMENT = 22 * 1024


def serving_problems(infra: Document) -> list[Problem]:
    """Combinations that deploy nothing or cannot be deployed, and settings that nothing comes of."""
    if (serving := _serving(infra)) is None:
        return []
    with_batch, is_async = serving
    return [
        *(_with_batch(infra) if with_batch else _sagemaker_alone(infra)),
        *_settings_without_effect(infra, with_batch=with_batch, is_async=is_async),
    ]


def settings_problems(infra: Document) -> list[Problem]:
    """Settings of what is deployed, against each other and against AWS's limits for them together."""
    problems = list(_environment_problems(infra))
    if (serving := _serving(infra)) is None:
        return problems
    _, is_async = serving
    if infra.get(ENDPOINT) is not None:
        problems += [*rollout_problems(infra), *autoscaling_problems(infra, is_async=is_async)]
    return problems


def _serving(infra: Document) -> tuple[bool, bool] | None:
    """Whether Batch is deployed, and whether the endpoint is asynchronous; None where the service is none."""
    component = infra.get(_SERVICE) or "aws_batch"
    if not isinstance(infra.data, dict) or component not in ("sagemaker", "aws_batch"):
        return None
    with_batch = component == "aws_batch"
    return with_batch, (infra.get(_MODE) or ("realtime" if with_batch else "async")) == "async"


def _sagemaker_alone(infra: Document) -> Iterator[Problem]:
    if infra.get(ENDPOINT) is None:
        message = Text(
            f"{_SERVICE} is sagemaker, but {ENDPOINT} is missing: there is nothing to deploy.",
            f"{_SERVICE}がsagemakerですが、{ENDPOINT}がありません。デプロイするものがありません。",
        )
        hint = Text(
            f"Add {ENDPOINT}: ml.t2.xlarge (CPU) or ml.g4dn.xlarge (GPU).",
            f"{ENDPOINT}を追加してください（CPUならml.t2.xlarge、GPUならml.g4dn.xlargeなど）。",
        )
        yield infra.problem("C017", (_SERVICE,), message, hint)


def _with_batch(infra: Document) -> Iterator[Problem]:
    endpoint, job, longtime = infra.get(ENDPOINT), infra.get(STANDARD), infra.get(LONGTIME)
    if endpoint is None and job is None and longtime is None:
        message = Text(
            f"Neither {ENDPOINT} nor {STANDARD} is set: there is nothing to deploy.",
            f"{ENDPOINT}も{STANDARD}もありません。デプロイするものがありません。",
        )
        both = f"{ENDPOINT}: ml.t2.xlarge\n{STANDARD}: m5.xlarge"
        hint = Text(f"For both APIs:\n{both}", f"同期APIと非同期APIの両方を使う場合:\n{both}")
        yield infra.problem("C017", (), message, hint)
    if longtime is not None and job is None:
        message = Text(f"{LONGTIME} needs {STANDARD} beside it.", f"{LONGTIME}には{STANDARD}も必要です。")
        hint = Text(
            f"Add the standard job, e.g. {STANDARD}: m5.xlarge.", f"標準のジョブを追加してください。例: {STANDARD}: m5.xlarge"
        )
        yield infra.problem("C021", (LONGTIME,), message, hint, of="key")
    if endpoint is not None and job is None and longtime is None:
        message = Text(
            f"{STANDARD} is missing: nothing will run the asynchronous API, only the synchronous one answers.",
            f"{STANDARD}がありません。同期APIだけが応答し、非同期APIを実行するものがありません。",
        )
        hint = Text(
            f"Add {STANDARD}, or write {_SERVICE}: sagemaker.", f"{STANDARD}を追加するか、{_SERVICE}: sagemakerと書いてください。"
        )
        yield infra.problem("C012", (_SERVICE,), message, hint)
    if infra.get(_MODE) == "async":
        message = Text(
            f"{_MODE} async cannot go with {_SERVICE} aws_batch.",
            f"{_MODE}のasyncは、{_SERVICE}がaws_batchの場合は使えません。",
        )
        hint = Text(
            "Under aws_batch the endpoint answers the synchronous API, and Batch the asynchronous one: delete the line.\n"
            f"For an asynchronous endpoint write {_SERVICE}: sagemaker.",
            "aws_batchでは、同期APIにエンドポイントが、非同期APIにBatchが応答します。この行を削除してください。\n"
            f"非同期エンドポイントを使う場合は{_SERVICE}: sagemakerと書いてください。",
        )
        yield infra.problem("C021", (_MODE,), message, hint)


def _settings_without_effect(infra: Document, *, with_batch: bool, is_async: bool) -> Iterator[Problem]:
    """Our own settings for something that is not deployed. The guide's keys stay unremarked: its template sets all of them."""
    has_endpoint = infra.get(ENDPOINT) is not None
    has_job = with_batch and infra.get(STANDARD) is not None
    has_longtime = has_job and infra.get(LONGTIME) is not None
    no_endpoint = Text(f"{ENDPOINT} is not set", f"{ENDPOINT}が設定されていません")
    no_batch = (
        Text(f"{STANDARD} is not set", f"{STANDARD}が設定されていません")
        if with_batch
        else Text(f"{_SERVICE} is sagemaker", f"{_SERVICE}がsagemakerです")
    )
    conditions: Iterable[tuple[Path, bool, Text]] = (
        (("sagemaker",), has_endpoint, no_endpoint),
        (
            ("sagemaker", "async"),
            not has_endpoint or is_async,
            Text("the endpoint is a real-time one", "エンドポイントがリアルタイムです"),
        ),
        ((_MODE,), has_endpoint or not with_batch, no_endpoint),
        (("batch",), has_job, no_batch),
        (
            ("batch", "longtime"),
            has_longtime or not has_job,
            Text(f"{LONGTIME} is not set", f"{LONGTIME}が設定されていません"),
        ),
    )
    for path, has_effect, reason in conditions:
        if not has_effect and infra.get(*path) is not None:
            place = dotted(path)
            message = Text(f"{place} has no effect: {reason.en}.", f"{place}は効果がありません。{reason.ja}。")
            yield infra.problem("C012", path, message, of="key")


def _environment_problems(infra: Document) -> Iterator[Problem]:
    """All environment variables of a container together."""
    for path in (("sagemaker", "environment"), ("batch", "environment"), ("batch", "longtime", "environment")):
        environment = infra.get(*path)
        if not isinstance(environment, dict):
            continue
        variables = {name: value for name, value in environment.items() if isinstance(value, str)}
        if path[0] == "sagemaker":
            size = sum(len(name.encode()) + len(value.encode()) for name, value in variables.items())
            limit, what = _SAGEMAKER_ENVIRONMENT, EMPTY
        else:
            size = sum(len(json.dumps({"name": name, "value": value})) + 2 for name, value in variables.items())
            limit = _BATCH_ENVIRONMENT
            what = Text(" as JSON, in a job definition of 24 KiB in all", "（JSONとして。ジョブ定義は全体で24 KiBまで）")
        if size > limit:
            place = dotted(path)
            message = Text(
                f"{place} has {size:,} bytes{what.en}, but must have at most {limit:,}.",
                f"{place}は{size:,}バイトです{what.ja}。{limit:,}バイト以内にしてください。",
            )
            hint = Text(
                "Put large values into a file of the image or of the weights.",
                "大きな値は、イメージや重みファイルの中のファイルに移してください。",
            )
            yield infra.problem("C005", path, message, hint, of="key")
