"""What is asked of a disturbed run, of what it says last, and of the run after it. All by value."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.aws.hosting.records import SERVING
from sandbox.seed import REGION
from tests.conftest import Caller, Ended
from tests.faults.injection import Call, Kind
from tests.faults.stories import OTHERS, Story

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
_READS = re.compile(r"(Describe|List|Get|Head|BatchGet|Simulate|AssumeRole|Invoke|GET|HEAD|token)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """A cell: the disturbed run, what the sandbox saw of it, and the picture after it; the run again, where there was need."""

    first: Ended
    calls: Sequence[Call]
    after_first: Picture
    again: Ended | None
    after_again: Picture


def picture(caller: Caller) -> dict[str, Any]:
    """Read from the sandbox itself and by an administrator."""
    hosting, found = caller.sandbox.state.hosting, dict[str, Any]()
    hosting._settle()
    for kind, records in (("model", hosting._models), ("config", hosting._configs), ("endpoint", hosting._endpoints)):
        for each in records.values():
            marks = {name for name in each.tags if name in _VOLATILE - {"aces:rollout-seconds", "aces:rollout-run"}}
            tags = {name: value for name, value in each.tags.items() if name not in _VOLATILE}
            found[f"{kind} {each.name}"] = {"tags": tags, "marks": sorted(marks)}
    for endpoint in hosting._endpoints.values():
        serving = {"status": endpoint.status, "config": endpoint.config.name}
        counts = {name: scale.count for name, scale in endpoint.scales.items()}
        found[f"endpoint {endpoint.name}"] |= serving | {"counts": counts}
    for target in caller.sandbox.state.targets.all(hosting, REGION):
        found[f"target {target.resource_id}"] = [target.min_capacity, target.max_capacity, target.tags]
        found |= {f"policy {name}": target.resource_id for name in target.policies}
        found |= {f"schedule {name}": target.resource_id for name in target.actions}
    alarms = caller.client("cloudwatch").describe_alarms()["MetricAlarms"]
    found |= {f"alarm {_NUMBERED.sub('', each['AlarmName'])}": len(each["AlarmActions"]) for each in alarms}
    objects = caller.client("s3").list_objects_v2(Bucket=caller.bucket).get("Contents", [])
    # What was last sent stays noted where one look at the platform failed; that it is true, tests/listing holds
    found |= {f"object {each['Key']}": True for each in objects if not each["Key"].endswith(".registration.verdict.json")}
    jobs = caller.client("batch").describe_job_definitions(status="ACTIVE")["jobDefinitions"]
    for job in sorted(jobs, key=lambda each: each["revision"]):  # the newest is what serves
        notes = sorted(name for name in job["tags"] if name in _VOLATILE - {"aces:rollout-run"})
        found[f"job {job['jobDefinitionName']}"] = [job["tags"].get("aces:content-hash"), notes]
    for name, service in caller.listed().items():
        told = {key: value for key, value in service.items() if not key.endswith("_at")}
        found[f"service {name}"] = re.sub(r"(job-definition/[\w-]+):\d+", r"\1", str(told))
    return found


def is_write(call: Call) -> bool:
    return not _READS.match(call.operation) and call.operation != "UploadPartCopy"


def objections(story: Story, kind: Kind, played: Played, uncut: Picture) -> list[str]:
    """What a cell fails by, each as 'kind of failure: detail'. None: it holds."""
    return [*_of_the_run(story, kind, played, uncut), *_of_the_run_again(kind, played, uncut)]


def _of_the_run(story: Story, kind: Kind, played: Played, uncut: Picture) -> Iterator[str]:
    first = played.first
    if first.status < 0:
        yield "hung: it had to be killed"
        return
    if "X001" in first.log:
        said = re.search(r"X001[^\n]*", first.log)
        yield f"internal error: {said[0][:200] if said else ''}"
    if "Traceback" in re.sub(r"^(::debug::.*|  \| .*)", "", first.log, flags=re.MULTILINE):
        yield f"traceback: {first.log[-300:]}"
    yield from _ended_honestly(kind, first)
    if first.status == 0:
        if (wrong := _differences(played.after_first, uncut)) and "::warning" not in first.log:
            yield f"false success: {wrong}"
    elif first.status != 2:
        yield from _told(first, played.calls)
    if story.serves:
        yield from _lives(kind, played.after_first)


def _ended_honestly(kind: Kind, ended: Ended) -> Iterator[str]:
    result, code = ended.outputs.get("result", "none"), ended.outputs.get("failure-code", "")
    fits = {
        0: result not in {"failed", "cancelled", "none"} and not code,
        1: result == "failed" and bool(code),
        130: result == "cancelled" and kind.name.startswith("SIGINT"),
        143: result == "cancelled" and kind.name.startswith("SIGTERM"),
    }
    if not fits.get(ended.status, False):
        yield f"dishonest end: status {ended.status}, result {result}, failure-code {code or 'none'}"
    if not ended.summary.startswith("## "):
        yield "dishonest end: no summary"


def _told(ended: Ended, calls: Sequence[Call]) -> Iterator[str]:
    """The last words of log and summary name every write that went through, and deny none."""
    done = [call for call in calls if is_write(call) and call.carried_out]
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


def _lives(kind: Kind, after: Picture) -> Iterator[str]:
    if not any(name.startswith("endpoint ") and each["status"] in SERVING for name, each in after.items()):
        yield "live lost: no endpoint serves any more"
    if kind.signum is None and any(name.startswith("target ") for name in after) and not _others(after):
        yield "live lost: others' scaling is not put back"


def _others(after: Picture) -> bool:
    """Whether others' schedule is there. Where a story has none, neither is there a target."""
    return f"schedule {OTHERS}" in after or not any(name.startswith("target ") for name in after)


def _of_the_run_again(kind: Kind, played: Played, uncut: Picture) -> Iterator[str]:
    again = played.again
    if again is None:
        return
    if again.status != 0:
        yield f"run again failed: {again.status} {', '.join(again.codes)}"
        return
    wrong = _differences(played.after_again, uncut)
    told = kind.signum is not None and OTHERS in played.first.log  # a run that is cancelled has no time for more than that
    if told:
        wrong = [each for each in wrong if OTHERS not in each]
    if wrong:
        yield f"another end: {wrong}"


def _differences(one: Picture, other: Picture) -> list[str]:
    names = sorted({**one, **other})
    return [f"{name}: {one.get(name)} instead of {other.get(name)}" for name in names if one.get(name) != other.get(name)]
