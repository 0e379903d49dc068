"""Which generations and models of a server are no longer needed, and their deletion. S3 is left alone: weights stay.

Deciding is pure. What an endpoint may be using is kept, whoever made that endpoint: deleting it would also keep AWS from scaling
and patching the endpoint (API reference: DeleteEndpointConfig).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from aces_action.aws.errors import AWS_ERRORS, explain, is_denied
from aces_action.aws.tags import Owner
from aces_action.deployment.changes import Change, noun
from aces_action.language import Text, sentences
from aces_action.problems import CATALOGUE, Problem
from aces_action.project.names import HASH_LENGTH
from aces_action.resources.endpoint.concurrency import run_of
from aces_action.resources.endpoint.history import Generation, before, read_generations
from aces_action.resources.endpoint.state import TRANSIENT, is_missing, read_config, read_endpoint, read_model, read_tags

if TYPE_CHECKING:
    import boto3
    from types_boto3_sagemaker import SageMakerClient
    from types_boto3_sagemaker.type_defs import PaginatorConfigTypeDef

YOUNG = timedelta(days=1)  # what is younger and has not served may be about to be used by another run
_READERS = 16  # side by side: two calls for each endpoint of the account
_PAGES: PaginatorConfigTypeDef = {"PageSize": 100}


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A model with a name of ours; whether it has our tags is asked only where it is to go."""

    name: str
    arn: str
    created: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What the endpoints of the account use or move to: the endpoint's name by that of the endpoint config, and of the model.

    `unclear`: what could not be looked at, each with its reason. It may be using anything.
    """

    configs: Mapping[str, str] = field(default_factory=dict)
    models: Mapping[str, str] = field(default_factory=dict)
    unclear: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """What becomes of one endpoint config or model, and why. Of an endpoint config, `models` are those that it refers to, and
    `run` is the run that last began to roll it out, as its tags said when this was decided."""

    resource: str
    name: str
    goes: bool
    reason: Text
    arn: str = ""
    models: tuple[str, ...] = ()
    run: str = ""

    @property
    def change(self) -> Change:
        return Change(verb="delete" if self.goes else "nothing", resource=self.resource, name=self.name, reasons=(self.reason,))


@dataclass(frozen=True, slots=True, kw_only=True)
class Undeleted:
    """Something that was to go and is still there."""

    fate: Fate
    problem: Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Deleted:
    """How deleting went: what is gone, and what is left and why. What was not tried after that is in neither."""

    gone: tuple[Fate, ...]
    left: tuple[Undeleted, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleaned:
    """What a clean-up deleted, and the warnings about what it did not."""

    changes: tuple[Change, ...] = ()
    warnings: tuple[Problem, ...] = ()


# Deciding


def decide(
    generations: Sequence[Generation],
    models: Sequence[Model],
    *,
    live: Collection[str],
    usage: Usage,
    keep: int,
    now: datetime,
) -> tuple[Fate, ...]:
    """The fate of each generation and each model, in the order of deletion: endpoint configs, then models.

    `live`: names of the endpoint configs that our endpoints serve or move to; without any (after a stop), the last good one
    counts as live. `keep`: how many of each mode that served before it stay for a rollback. Without `usage`: what may go at most.
    """
    current = [each for each in generations if each.name in live] or _last_good(generations)
    undo: set[str] = set()
    for serving in current:
        for is_async in (False, True):  # no endpoint of one mode can go back to a generation of the other
            earlier = [
                each
                for each in generations
                if each.is_async == is_async and each not in current and each.was_good and _before(each, serving)
            ]
            undo |= {each.name for each in sorted(earlier, key=_served, reverse=True)[:keep]}

    def judged(each: Generation) -> tuple[bool, Text]:
        if user := usage.configs.get(each.name):
            return False, _used_by(user)
        if each in current:
            if each.name in live:
                return False, Text("it serves", "稼働中です")
            return False, Text("it is the last that served", "最後に稼働していた世代です")
        if each.name in undo:
            return False, Text("it is kept for a rollback", "ロールバック用に残します")
        if each.served is None:
            return _unserved(each.created, now)
        if not each.was_good:
            return True, Text("it was given up", "取り下げられた世代です")
        if not any(_before(each, serving) for serving in current):
            return False, Text("it served after the one that serves now", "現在の世代より後に稼働していました")
        return True, Text(
            f"more than {keep} generations have served since", f"これより新しい世代を{keep}個より多く残しているため、不要です"
        )

    fates = [_fate(each, *judged(each)) for each in generations]
    return (*fates, *_models(models, fates, usage, now))


def decide_all(generations: Sequence[Generation], models: Sequence[Model], *, usage: Usage) -> tuple[Fate, ...]:
    """The fates where nothing is to be left, in the order of deletion: only what an endpoint uses stays."""
    everything = Text("it belongs to the server", "このサーバのものです")

    def judged(each: Generation) -> tuple[bool, Text]:
        user = usage.configs.get(each.name)
        return (False, _used_by(user)) if user else (True, everything)

    fates = [_fate(each, *judged(each)) for each in generations]
    return (*fates, *_models(models, fates, usage, None))


def _models(models: Iterable[Model], configs: Iterable[Fate], usage: Usage, now: datetime | None) -> Iterator[Fate]:
    """A model goes after the last endpoint config that refers to it. `now` None: however young it is."""
    kept = {model: each.name for each in configs if not each.goes for model in each.models}
    going = {model for each in configs if each.goes for model in each.models}
    for each in models:
        if user := usage.models.get(each.name):
            goes, reason = False, _used_by(user)
        elif config := kept.get(each.name):
            goes, reason = False, Text(f"endpoint config {config} refers to it", f"エンドポイント設定{config}が参照しています")
        elif each.name in going:
            goes, reason = True, Text("its endpoint config goes", "参照していたエンドポイント設定を削除するため、不要です")
        elif now is not None and now - each.created < YOUNG:
            goes, reason = _unserved(each.created, now)
        else:
            goes, reason = True, Text("no endpoint config refers to it", "参照しているエンドポイント設定がありません")
        yield Fate(resource="model", name=each.name, arn=each.arn, goes=goes, reason=reason)


def _fate(generation: Generation, goes: bool, reason: Text) -> Fate:
    return Fate(
        resource="endpoint config",
        name=generation.name,
        arn=generation.arn,
        goes=goes,
        reason=reason,
        models=generation.model_names,
        run=run_of(generation.tags),
    )


def _unserved(created: datetime, now: datetime) -> tuple[bool, Text]:
    if now - created < YOUNG:
        return False, Text(
            "it is younger than a day: another run may be about to use it",
            "作成から1日たっていません。別の実行が使おうとしている可能性があります",
        )
    return True, Text("it never served", "一度も稼働していません")


def _used_by(endpoint: str) -> Text:
    return Text(f"endpoint {endpoint} uses it", f"エンドポイント{endpoint}が使っています")


def _last_good(generations: Iterable[Generation]) -> list[Generation]:
    good = [each for each in generations if each.was_good]
    return [max(good, key=_served)] if good else []


def _served(generation: Generation) -> datetime:
    return generation.served or generation.created


def _before(generation: Generation, serving: Generation) -> bool:
    """Whether it served before another that serves. Of one whose tag is lost nobody knows since when: then all did."""
    return serving.served is None or before(generation, serving.served)


# Reading


def read_models(client: SageMakerClient, owner: Owner) -> list[Model]:
    """All models with a name of the server's. Raises ClientError."""
    pattern = re.compile(rf"{re.escape(owner.server)}-[0-9a-f]{{{HASH_LENGTH}}}", re.ASCII)
    pages = client.get_paginator("list_models").paginate(NameContains=f"{owner.server}-", PaginationConfig=_PAGES)
    return [
        Model(name=each["ModelName"], arn=each["ModelArn"], created=each["CreationTime"].astimezone(UTC))
        for page in pages
        for each in page["Models"]
        if pattern.fullmatch(each["ModelName"])
    ]


def owned_models(client: SageMakerClient, owner: Owner, models: Iterable[Model]) -> list[Model]:
    """Those that carry our tags."""
    return [each for each in models if _owns(client, owner, each.arn)]


def read_usage(client: SageMakerClient) -> Usage:
    """What every endpoint of the account uses, whoever made it. Raises ClientError where they may not be listed."""
    pages = client.get_paginator("list_endpoints").paginate(PaginationConfig=_PAGES)
    names = [each["EndpointName"] for page in pages for each in page["Endpoints"]]
    # not as a context manager: that would read all of a large account before a cancelled job may end
    pool = ThreadPoolExecutor(_READERS, thread_name_prefix="usage")
    try:
        found = list(pool.map(lambda name: _used(client, name), names))
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
    return Usage(
        configs={config: name for name, each in zip(names, found, strict=True) for config in each.configs},
        models={model: name for name, each in zip(names, found, strict=True) for model in each.models},
        unclear=tuple(problem for each in found for problem in each.unclear),
    )


def _used(client: SageMakerClient, name: str) -> Usage:
    """What one endpoint uses: of the config that serves, and of the one that it moves to."""
    try:
        current = read_endpoint(client, name)
        if current is None:
            return Usage()
        configs = [each for each in dict.fromkeys((current.config_name, current.target_config)) if each]
        described = [read_config(client, config) for config in configs]
    except AWS_ERRORS as error:
        return Usage(unclear=(explain(error, resource=name),))
    unclear = []
    if current.status == "UpdateRollbackFailed":
        unclear.append(
            _unclear(
                Text(
                    f"The endpoint {name} is {current.status}: it serves a second endpoint config, which nobody names.",
                    f"エンドポイント{name}が{current.status}です。SageMakerが名前を示さない、もう1つのエンドポイント設定も使っています。",
                )
            )
        )
    unclear += [
        _unclear(
            Text(
                f"The endpoint config {config} of the endpoint {name} was deleted: nobody can tell which models it uses.",
                f"エンドポイント{name}のエンドポイント設定{config}が削除されているため、使っているモデルが分かりません。",
            )
        )
        for config, found in zip(configs, described, strict=True)
        if found is None
    ]
    models = {
        variant["ModelName"]: name
        for found in described
        for variants in ("ProductionVariants", "ShadowProductionVariants")
        for variant in (found or {}).get(variants, [])
        if "ModelName" in variant
    }
    return Usage(configs=dict.fromkeys(configs, name), models=models, unclear=tuple(unclear))


def _owns(client: SageMakerClient, owner: Owner, arn: str) -> bool:
    try:
        return owner.owns(read_tags(client, arn))
    except ClientError as error:
        if is_missing(error):
            return False
        raise


# Doing


def clean_up(
    session: boto3.Session,
    client: SageMakerClient,
    owner: Owner,
    *,
    endpoints: Sequence[str],
    keep: int,
    now: datetime,
    say: Callable[[str], None],
) -> Cleaned:
    """Deletes what is no longer needed, after a deployment that went well. `endpoints`: names of ours.

    Never raises for what AWS answers: what is not deleted today goes another day. All endpoints of the account are read only
    when there is something to delete.
    """
    try:
        fates = _fates(client, owner, endpoints, keep=keep, now=now)
        if not any(each.goes for each in fates.decided):
            say("nothing to delete")
            return Cleaned()
    except AWS_ERRORS as error:
        return Cleaned(warnings=(_kept_all(explain(error)),))
    if fates.unclear:
        return Cleaned(warnings=(_kept_all(*fates.unclear),))
    for each in fates.decided:
        if not each.goes:
            say(f"keeps {each.resource} {each.name}: {each.reason.en}")
    going = [each for each in fates.decided if each.goes]
    deleted = delete(session, client, going, endpoints=endpoints, say=say)
    return Cleaned(
        changes=tuple(each.change for each in deleted.gone), warnings=tuple(_not_deleted(each) for each in deleted.left)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fates:
    decided: tuple[Fate, ...] = ()
    unclear: tuple[Problem, ...] = ()


def _fates(client: SageMakerClient, owner: Owner, endpoints: Iterable[str], *, keep: int, now: datetime) -> _Fates:
    generations, models = read_generations(client, owner), read_models(client, owner)
    described = [read_endpoint(client, name) for name in endpoints]
    live = {config for each in described if each for config in (each.config_name, each.target_config) if config}

    def judge(candidates: Sequence[Model], usage: Usage) -> tuple[Fate, ...]:
        return decide(generations, candidates, live=live, usage=usage, keep=keep, now=now)

    at_most = judge(models, Usage())
    going = {each.name for each in at_most if each.goes and each.resource == "model"}
    ours = owned_models(client, owner, [each for each in models if each.name in going])
    staying = [each for each in models if each.name not in going]
    if not any(each.goes for each in judge([*staying, *ours], Usage())):
        return _Fates()
    usage = read_usage(client)
    return _Fates(decided=judge([*staying, *ours], usage), unclear=usage.unclear)


def delete(
    session: boto3.Session,
    client: SageMakerClient,
    fates: Iterable[Fate],
    *,
    endpoints: Sequence[str],
    say: Callable[[str], None],
) -> Deleted:
    """Deletes those that go, endpoint configs before models.

    Looks at `endpoints` again before each, as another run may have set out for it meanwhile, and stops where one is at work;
    what another run has claimed since the decision stays. A model stays with any endpoint config that refers to it. What is gone
    already is fine. After a missing permission the rest of that kind is not tried.
    """
    from aces_action.resources.endpoint.rollout import writes as sdk

    gone: list[Fate] = []
    left: list[Undeleted] = []
    denied: set[str] = set()
    referred: set[str] = set()
    kinds = {"endpoint config": (sdk.delete_config, read_config), "model": (sdk.delete_model, read_model)}
    for fate in (each for each in fates if each.goes):
        obstacle: _Obstacle | None = None
        if fate.resource in denied or (fate.resource == "model" and fate.name in referred):
            referred |= {*fate.models}
            continue
        try:
            obstacle = _in_the_way(client, fate, endpoints)
            if obstacle is None:
                remove, read = kinds[fate.resource]
                remove(session, fate.name, partial(_is_gone, client, read, fate.name))
            problem = obstacle.problem if obstacle else None
        except (*AWS_ERRORS, ValueError) as error:  # ValueError: what the SDK cannot read
            problem = _failed(error, fate)
            if isinstance(error, ClientError) and is_denied(error):
                denied.add(fate.resource)
        if problem is not None:
            left.append(Undeleted(fate=fate, problem=problem))
            referred |= {*fate.models}
            if obstacle is not None and obstacle.for_all:
                break
            continue
        gone.append(fate)
        say(f"deleted {fate.resource} {fate.name}: {fate.reason.en}")
    return Deleted(gone=tuple(gone), left=tuple(left))


def _is_gone(client: SageMakerClient, read: Callable[[SageMakerClient, str], object], name: str) -> bool:
    return read(client, name) is None


@dataclass(frozen=True, slots=True)
class _Obstacle:
    """Why something must not be deleted now; `for_all`: nor anything else."""

    problem: Problem
    for_all: bool


def _in_the_way(client: SageMakerClient, fate: Fate, endpoints: Iterable[str]) -> _Obstacle | None:
    for name in endpoints:
        current = read_endpoint(client, name)
        if current is None:
            continue
        if current.status in TRANSIENT:
            status = current.status
            told = Text(f"The endpoint {name} is {status} again.", f"エンドポイント{name}が再び{status}になりました。")
            return _Obstacle(_unclear(told), for_all=True)
        if fate.name in {current.config_name, current.target_config}:
            told = Text(f"The endpoint {name} uses it now.", f"エンドポイント{name}が使い始めました。")
            return _Obstacle(_unclear(told), for_all=False)
    # last: a run claims an endpoint config right before it updates the endpoint to it
    if fate.resource == "endpoint config" and _run_now(client, fate) != fate.run:
        told = Text("Another run is about to roll it out.", "別の実行がこれをデプロイしようとしています。")
        return _Obstacle(_unclear(told), for_all=False)
    return None


def _run_now(client: SageMakerClient, fate: Fate) -> str:
    try:
        return run_of(read_tags(client, fate.arn))
    except ClientError as error:
        if is_missing(error):
            return fate.run
        raise


def _failed(error: Exception, fate: Fate) -> Problem:
    if isinstance(error, ClientError | BotoCoreError | ResponseParserError):
        return explain(error, resource=fate.name)
    said = f"{type(error).__name__}: {error}"
    return _unclear(Text(f"The SDK could not read it: {said}", f"SDKが読み取れませんでした: {said}"))


def _unclear(message: Text) -> Problem:
    return Problem(kind=CATALOGUE["E030"], message=message)


def _kept_all(*why: Problem) -> Problem:
    """One warning for however many things could not be looked at: they mostly have the same cause."""
    first, more = why[0], len(why) - 1
    rest = Text(f"And {more} more like it.", f"ほかに{more}件あります。") if more else Text("", "")
    return Problem(
        kind=CATALOGUE["E030"],
        message=sentences(
            Text(
                "Old generations are kept: it is not certain that nothing uses them.",
                "使われていないことを確認できないため、古い世代を残しました。",
            ),
            first.message,
            rest,
        ),
        hint=first.hint,
    )


def used_elsewhere(fate: Fate) -> Problem:
    """The warning about what should go and is in use."""
    kind = noun(fate.resource)
    message = Text(f"The {kind.en} {fate.name} stays: {fate.reason.en}.", f"{kind.ja}{fate.name}は残しました。{fate.reason.ja}。")
    hint = Text(
        "If that may go too, delete what uses it, then run the job again.",
        "これも削除してよい場合は、使っているものを削除してからジョブを再実行してください。",
    )
    return Problem(kind=CATALOGUE["E031"], message=message, hint=hint)


def _not_deleted(left: Undeleted) -> Problem:
    name, kind = left.fate.name, noun(left.fate.resource)
    start = Text(
        f"The {kind.en} {name} is no longer needed and could not be deleted.",
        f"{kind.ja}{name}は不要になりましたが、削除できませんでした。",
    )
    return replace(left.problem, kind=CATALOGUE["E031"], message=sentences(start, left.problem.message))
