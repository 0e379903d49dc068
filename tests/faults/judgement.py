"""What is asked of a disturbed run, of what it says last, and of the run after it. All by value."""

from __future__ import annotations

import html
import re
import signal
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from moto.batch.models import batch_backends
from moto.cloudwatch.models import cloudwatch_backends
from moto.s3.models import s3_backends

from sandbox.aws.hosting.records import SERVING
from sandbox.seed import REGION
from tests.conftest import Caller, Ended
from tests.faults.injection import Call, Kind
from tests.faults.stories import OTHERS, Story
from tests.faults.surroundings import ORDINARY, Surroundings

Picture = Mapping[str, Any]
"""All that matters of what stands in AWS and on the platform, by names; without times and numbers of revisions."""

_VOLATILE = frozenset({"aces:served", "aces:withdrawn", "aces:rollout-seconds", "aces:rollout-run", "aces:smoke-tested"})
# Up to the next heading or fold, but for the one with the names in full
_EXTENT = re.compile(
    r"\n### (?:What this run has changed|この実行で変更したもの)\n(.*?)(?=\n### |\n<details><summary>(?!In full|全文)|\Z)",
    re.DOTALL,
)
_NOTHING = ("Nothing was changed", "何も変更していません", "nothing was changed")
# What a person would look for beside the name, in either language
_DEEDS: tuple[tuple[str, str], ...] = (
    (
        r"Create|PUT images",
        r"creat|releas|copie|stored|set up|begun|uploaded|registered|started|作成|リリース|登録|コピー|保存|開始",
    ),
    (
        r"CopyObject|PutObject|CompleteMultipartUpload",
        r"releas|copie|written|note|save|stored|リリース|書き込み|コピー|保存|記録",
    ),
    (r"UpdateEndpoint", r"updat|rolled out|更新"),
    (r"Deregister", r"taken off|detach|deregister|解除"),
    (r"Delete", r"delet|削除"),
    (r"Register|POST services", r"regist|set up|created|updated|put back|restored|登録|作成|復元|更新"),
    (r"Put", r"set up|set|created|updated|put back|restored|written|作成|復元|更新|設定"),
    (r"Tag", r"tag|noted|タグ|除外|記録"),
)
_NUMBERED = re.compile(r"-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")  # of an alarm that target tracking has made for itself

_ANSWER = re.compile(r"(?<=/output/)[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(?=\.out$)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """A cell: the disturbed run, what the sandbox saw of it, and the picture after it; then clean runs, until one has changed
    nothing, with what each has written. Of a story that does not repeat there is at most `again`, where the first failed.
    `beside`: the run that went on at the same time."""

    first: Ended
    calls: Sequence[Call]
    after_first: Picture
    again: Ended | None
    after_again: Picture
    written_again: Sequence[str] = ()
    last: Ended | None = None
    written_last: Sequence[str] = ()
    beside: Ended | None = None


def picture(caller: Caller) -> dict[str, Any]:
    """Read from the sandbox's own records, and from the platform as anybody reads it."""
    hosting, batch, found = caller.sandbox.state.hosting, caller.sandbox.state.batch, dict[str, Any]()
    hosting._settle()
    for kind, records in (("model", hosting._models), ("config", hosting._configs), ("endpoint", hosting._endpoints)):
        for each in records.values():
            marks = {name for name in each.tags if name in _VOLATILE - {"aces:rollout-seconds", "aces:rollout-run"}}
            if each.tags.get("aces:withdrawn", "") <= each.tags.get("aces:served", ""):  # it has served again since
                marks.discard("aces:withdrawn")
            found[f"{kind} {each.name}"] = {"tags": _steady(each.tags), "marks": sorted(marks)}
    for endpoint in hosting._endpoints.values():
        serving = {"status": endpoint.status, "config": endpoint.config.name}
        counts = {name: scale.count for name, scale in endpoint.scales.items()}
        found[f"endpoint {endpoint.name}"] |= serving | {"counts": counts}
    for target in caller.sandbox.state.targets.all(hosting, REGION):
        found[f"target {target.resource_id}"] = [target.min_capacity, target.max_capacity, _steady(target.tags)]
        found |= {f"policy {name}": target.resource_id for name in target.policies}
        found |= {f"schedule {name}": target.resource_id for name in target.actions}
    alarms = cloudwatch_backends[caller.account][REGION].alarms.values()
    found |= {f"alarm {_NUMBERED.sub('', each.name)}": len(each.alarm_actions) for each in alarms}
    s3 = s3_backends[caller.account]["aws"]
    objects, *_ = s3.list_objects(s3.get_bucket(caller.bucket), None, None, None, None)
    # What was last sent stays noted where one look at the platform failed; that it is true, tests/listing holds
    kept = [each.name for each in objects if not each.name.endswith(".registration.verdict.json")]
    # An answer for each job that was tried, and for each inference by a number of its own
    found |= {f"object {_ANSWER.sub('', key)}": True for key in kept if "/smoke-test/answers/" not in key}
    revisions = [each for each in batch.revisions.values() if each.active]
    for job in sorted(revisions, key=lambda each: each.number):  # the newest is what serves
        tags = batch_backends[caller.account][REGION].list_tags_for_resource(job.arn)
        notes = sorted(name for name in tags if name in _VOLATILE - {"aces:rollout-run"})
        found[f"job {job.name}"] = [tags.get("aces:content-hash"), notes]
    for name, service in caller.listed().items():
        told = {key: value for key, value in service.items() if not key.endswith("_at")}
        found[f"service {name}"] = re.sub(r"(job-definition/[\w-]+):\d+", r"\1", str(told))
    return found


def _steady(tags: Mapping[str, str]) -> dict[str, str]:
    """Without times, and without the run: where two run at once it is either."""
    return {name: value for name, value in tags.items() if name not in _VOLATILE | {"aces:run-url"}}


def objections(
    story: Story,
    kind: Kind,
    played: Played,
    uncut: Picture,
    *,
    before: Picture = MappingProxyType({}),
    surroundings: Surroundings = ORDINARY,
) -> list[str]:
    """What a cell fails by, each as 'kind of failure: detail'. None: it holds. `uncut`: how an undisturbed run ends.

    `before`: how things stood. An old generation that should be gone may be there still: it costs nothing, and the clean-up of
    the next run that changes something deletes it.
    """
    kept = {
        name for name in before if name.startswith(("config ", "model ")) and name in played.after_again and name not in uncut
    }
    in_the_end = {**uncut, **{name: played.after_again[name] for name in kept}}
    return [*_of_the_run(story, kind, played, uncut, surroundings), *_of_the_runs_again(story, kind, played, in_the_end)]


def _of_the_run(story: Story, kind: Kind, played: Played, uncut: Picture, surroundings: Surroundings) -> Iterator[str]:
    first = played.first
    if story.serves:
        yield from _lives(kind, played, uncut)
    if first.status < 0:
        if kind.signum is not signal.SIGKILL:  # after that one nobody can say anything
            yield "hung: it had to be killed"
        return
    yield from _of_its_words(kind, first, surroundings)
    if played.beside:
        yield from _of_its_words(kind, played.beside, surroundings)
    elif first.status == 0:
        if (wrong := _differences(played.after_first, uncut)) and "::warning" not in first.log:
            yield f"false success: {wrong}"
    elif first.status != 2:
        yield from _told(first, played.calls)
    if surroundings.fails and first.status == 0:
        yield "false success: nothing can be deployed in these surroundings"


def _of_its_words(kind: Kind, ended: Ended, surroundings: Surroundings) -> Iterator[str]:
    if said := re.search(r"ACES-X001[^\n]*", ended.log):  # a token that is masked may have the number alone
        yield f"internal error: {said[0][:200]}"
    if "Traceback" in re.sub(r"^(::debug::.*|  \| .*)", "", ended.log, flags=re.MULTILINE):
        yield f"traceback: {ended.log[-300:]}"
    yield from _ended_honestly(kind, ended, surroundings)


def _ended_honestly(kind: Kind, ended: Ended, surroundings: Surroundings) -> Iterator[str]:
    result, code = ended.outputs.get("result", "none"), ended.outputs.get("failure-code", "")
    if "outputs" in surroundings.lost:  # then the last line of the log tells
        result, code = _last_line(ended.log), next(iter(ended.codes), "")
    fits = {
        0: result not in {"failed", "cancelled", "none"} and not code,
        1: result == "failed" and bool(code),
        130: result == "cancelled" and kind.name.startswith("SIGINT"),
        143: result == "cancelled" and kind.name.startswith("SIGTERM"),
    }
    if not fits.get(ended.status, False):
        yield f"dishonest end: status {ended.status}, result {result}, failure-code {code or 'none'}"
    if not ended.summary.startswith("## ") and "summary" not in surroundings.lost:
        yield "dishonest end: no summary"
    if surroundings.lost and "ACES-X005" not in ended.warnings:
        yield "dishonest end: no word of what could not be written"
    if ended.unread:
        yield f"outputs that the runner cannot read: {ended.unread[-200:]}"


def _last_line(log: str) -> str:
    """The result in it, in the outputs' words."""
    found = re.search(r"^(✓|✗)[^\n]*\n*\Z", log, re.MULTILINE)
    return {"✓": "deployed", "✗": "failed"}.get(found[1], "none") if found else "none"


def _told(ended: Ended, calls: Sequence[Call]) -> Iterator[str]:
    """The last words of log and summary name every write that went through, and deny none."""
    done = [call for call in calls if call.is_write and call.carried_out]
    for where, words in last_words(ended).items():
        if done and any(denial in words for denial in _NOTHING):
            yield f"'nothing was changed' said: in the {where}, after {', '.join(call.place for call in done)}"
        elif missing := [call for call in done if not names(words, call)]:
            yield f"write not named: in the {where}, {', '.join(f'{call.operation} {call.names}' for call in missing)}"


def last_words(ended: Ended) -> dict[str, str]:
    """What a run that failed says at its end: in the log between the last error and its result, in the summary below its heading.

    What was planned stands below that, and is no word for what was done.
    """
    _, _, log = ended.log.rpartition("\n✗ ")[0].rpartition("\n::error ")
    found = _EXTENT.search(ended.summary)
    summary = found[1].replace("<!-- -->", "") if found else ""
    return {"log": log.partition("\n")[2], "summary": html.unescape(summary)}


def names(words: str, call: Call) -> bool:
    """Whether one line has all the names of the write, and a word for it."""
    deed = next((deed for operation, deed in _DEEDS if re.search(operation, call.operation)), ".")
    return any(all(name in line for name in call.names) and re.search(deed, line) for line in words.splitlines())


def _lives(kind: Kind, played: Played, uncut: Picture) -> Iterator[str]:
    after = played.after_first
    if not any(name.startswith("endpoint ") and each["status"] in SERVING for name, each in after.items()):
        yield "live lost: no endpoint serves any more"
    if not _can_only_tell(kind, played.first) and _OTHERS in uncut and _OTHERS not in after:
        yield "live lost: others' scaling is not put back"


_OTHERS = f"schedule {OTHERS}"


def _can_only_tell(kind: Kind, first: Ended) -> bool:
    """Whether a run can do no more than tell of others' scaling, which it has taken off: it was cut off, or says itself that AWS
    does not take it back (E037)."""
    return kind.signum is not None or kind.everything or (OTHERS in first.log and "ACES-E037" in first.codes)


def _of_the_runs_again(story: Story, kind: Kind, played: Played, uncut: Picture) -> Iterator[str]:
    again, last = played.again, played.last
    if again is None:
        return
    if again.status != 0:
        yield f"run again failed: {again.status} {', '.join(again.codes)}"
        return
    wrong = _differences(played.after_again, uncut)
    if kind.others == "other":  # what the run beside this one has left is of no account, but for what serves
        wrong = [each for each in wrong if each.startswith(("endpoint ", "job ", "service ")) and " instead of None" not in each]
    if wrong:
        yield f"another end: {wrong}"
    if not story.repeats:
        return
    if last and last.status != 0:
        yield f"last run failed: {last.status} {', '.join(last.codes)}"
    elif played.written_last:
        yield f"last run changed something: {', '.join(played.written_last)}"
    elif (last or again).outputs.get("result") != "unchanged":
        yield f"last run is not 'unchanged': {(last or again).outputs.get('result')}"


def _differences(one: Picture, other: Picture) -> list[str]:
    names = sorted({**one, **other})
    return [f"{name}: {one.get(name)} instead of {other.get(name)}" for name in names if one.get(name) != other.get(name)]
