"""What was registered and is read back is no change, however AWS writes it; and what was changed is, and nothing else."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from aces_action.aws.clients import Clients
from aces_action.aws.tags import Owner
from aces_action.project.document import Source
from aces_action.project.jobs import job_problems
from aces_action.project.yaml_reader import read_yaml
from aces_action.resources.batch import DesiredJobDefinition, Instance, JobContainer, desired, plan
from aces_action.resources.batch.canonical import canonical
from aces_action.resources.batch.plan import CurrentJobDefinition, compare
from sandbox.aws.batch.definitions import violations
from sandbox.seed import admin_session
from sandbox.server import Sandbox
from tests.batch.answered import answered
from tests.batch.generated import SETTINGS, batch, job, value

G4 = Instance(instance_type="g4dn.xlarge", vcpus=4, memory=16384, gpus=1, architectures=("x86_64",))
ROLE = "arn:aws:iam::123456789012:role/job"
CONTAINER = JobContainer(image_uri="registry/server@sha256:1", weights_uri="s3://b/w", job_role_arn=ROLE, execution_role_arn=ROLE)
SCHEMA = json.loads((Path(__file__).parents[2] / "schemas/infra.schema.json").read_text(encoding="utf-8"))


def seeded(seed: int | str) -> Random:
    return Random(seed)  # noqa: S311


def definition(written: dict[str, Any], *, name: str = "server") -> DesiredJobDefinition:
    settings = job(written)
    roles = {"job_role_arn": settings.job_role_arn or ROLE, "execution_role_arn": settings.execution_role_arn or ROLE}
    container = JobContainer(image_uri=CONTAINER.image_uri, weights_uri=CONTAINER.weights_uri, **roles)
    return desired(settings, G4, name=name, container=container)


def read_back(spec: DesiredJobDefinition, chance: Random) -> CurrentJobDefinition:
    fields = answered(dict(spec.request), chance, revision=3)
    return CurrentJobDefinition(arn=fields["jobDefinitionArn"], revision=3, tags={}, fields=fields)


def test_the_generated_settings_are_right_and_reach_every_key() -> None:
    validator = Draft202012Validator(SCHEMA)
    seen: Counter[str] = Counter()
    for seed in range(300):
        written = batch(seeded(seed))
        seen.update(written.keys())
        validator.validate({"aws_batch_instance_type": "g4dn.xlarge", "batch": written})
    assert seen.keys() == SETTINGS.keys()


@pytest.mark.parametrize("thousands", range(10))
def test_what_was_registered_is_read_back_as_no_change(thousands: int) -> None:
    for seed in range(thousands * 1_000, thousands * 1_000 + 1_000):
        chance = seeded(seed)
        written = batch(chance)
        spec = definition(written)
        change = compare(spec, read_back(spec, chance))
        assert (change.verb, change.reasons) == ("nothing", ()), (seed, written)


# Which fields a key of the infra file is in; those that begin alike where it has several. The memory decides on /dev/shm too,
# the number of GPUs on a variable of the drivers, the attempts on whether rules make sense.
FIELDS = {
    "vcpus": ("VCPU",),
    "memory": ("MEMORY", "sharedMemorySize"),
    "shared_memory": ("sharedMemorySize",),
    "gpus": ("GPU", "environment.NVIDIA_DRIVER_CAPABILITIES"),
    "timeout": ("timeout",),
    "attempts": ("attempts", "evaluateOnExit"),
    "retry_on": ("evaluateOnExit",),
    "job_role_arn": ("jobRoleArn",),
    "execution_role_arn": ("executionRoleArn",),
    "command": ("command",),
    "user": ("user",),
    "environment": ("environment.",),
    "secrets": ("secrets.", "environment.WEIGHTS_S3_URI", "environment.NVIDIA_DRIVER_CAPABILITIES"),
    "ulimits": ("ulimits.",),
    "volumes": ("volumes.", "mountPoints."),
    "readonly_root_filesystem": ("readonlyRootFilesystem",),
    "propagate_tags": ("propagateTags",),
    "scheduling_priority": ("schedulingPriority",),
    "log_group": ("awslogs-group", "logConfiguration.logDriver"),
}


@pytest.mark.parametrize("key", SETTINGS)
def test_one_changed_setting_is_its_fields_in_the_reasons_and_nothing_else(key: str) -> None:
    changed = 0
    for seed in range(300):
        chance = seeded(f"{key} {seed}")
        before = batch(chance)
        after = {**before, key: value(SETTINGS[key], chance)}
        old, new = definition(before), definition(after)
        change = compare(new, read_back(old, chance))
        fields = [reason.en.partition(": ")[0] for reason in change.reasons]
        assert all(field.startswith(FIELDS[key]) for field in fields), (before, after, fields)
        assert change.is_change == (canonical(old.request) != canonical(new.request)) == (old.content_hash != new.content_hash)
        # what reaches AWS differently does not get lost: but for what AWS itself drops or takes for the same
        if old.request != new.request and key not in {"environment", "volumes"}:
            assert change.is_change, (before, after)
        changed += change.is_change
    assert changed > 50


@pytest.mark.parametrize("part", ["environment", "secrets", "command"])
def test_values_that_may_be_somebodys_secrets_are_not_in_the_reasons(part: str) -> None:
    def written(text: str) -> dict[str, Any]:
        return {part: [text] if part == "command" else {"TOKEN": text}}

    for old, new in (("canary-old", "canary-new"), ("canary-old", None), (None, "canary-new")):
        before, after = (definition(written(text) if text else {}) for text in (old, new))
        change = compare(after, read_back(before, seeded(0)))
        assert change.reasons
        assert "canary" not in repr(change)


def test_what_somebody_else_has_registered_by_hand_is_named_without_its_value() -> None:
    spec = definition({})
    fields = answered(dict(spec.request), seeded(0))
    fields["parameters"] = {"key": "canary"}
    fields["containerProperties"] |= {"privileged": True, "linuxParameters": {"sharedMemorySize": 3874, "maxSwap": 0}}
    fields["containerProperties"]["logConfiguration"] = {"logDriver": "splunk", "options": {"splunk-token": "canary"}}
    change = compare(spec, CurrentJobDefinition(arn="a", revision=1, tags={}, fields=fields))
    assert [reason.en for reason in change.reasons] == [
        "logConfiguration.logDriver: splunk -> (not set)",
        "maxSwap: removed",
        "parameters.key: removed",
        "privileged: removed",
        "splunk-token: removed",
    ]


def test_a_revision_of_an_earlier_version_with_another_hash_is_no_change_if_it_says_the_same() -> None:
    spec = definition({})
    fields = answered(dict(spec.request), seeded(0)) | {"tags": {"aces:content-hash": "0" * 64}}
    current = CurrentJobDefinition(arn="a", revision=7, tags=fields["tags"], fields=fields)
    assert compare(spec, current).verb == "nothing"


def test_a_revision_with_our_hash_that_says_something_else_is_a_change() -> None:
    spec = definition({"memory": 8000})
    other = answered(dict(definition({"memory": 4000}).request), seeded(0))
    current = CurrentJobDefinition(arn="a", revision=7, tags={"aces:content-hash": spec.content_hash}, fields=other)
    assert compare(spec, current).verb == "update"


def test_the_old_way_to_ask_for_resources_is_the_same_as_the_new_one() -> None:
    spec = definition({"vcpus": 2, "memory": 8000})
    fields = answered(dict(spec.request), seeded(0))
    gpus = [each for each in fields["containerProperties"]["resourceRequirements"] if each["type"] == "GPU"]
    fields["containerProperties"] |= {"vcpus": 2, "memory": 8000, "resourceRequirements": gpus}
    assert compare(spec, CurrentJobDefinition(arn="a", revision=1, tags={}, fields=fields)).verb == "nothing"


def test_what_has_no_problem_in_the_infra_file_is_nothing_that_batch_refuses() -> None:
    right = [written for written in (batch(seeded(seed)) for seed in range(300)) if is_right(written)]
    assert len(right) > 100
    assert {told for written in right for told in violations(dict(definition(written).request))} == set()


def is_right(written: dict[str, Any]) -> bool:
    document, _ = read_yaml(Source.of("infra.yml", yaml.safe_dump({"batch": written})))
    return document is not None and not job_problems(document)


@pytest.mark.parametrize("seed", [seed for seed in range(100) if is_right(batch(seeded(seed)))][:12])
def test_a_definition_that_went_over_http_is_read_back_as_no_change(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", sandbox.aws_url)
    batch_client, name = Clients(admin_session()).batch, f"round-trip-{seed}"
    owner = Owner(project="round-trip", env="dev", server=name)
    spec = definition(batch(seeded(seed)), name=name)
    # without the hash, as a revision that was adopted
    tags = {key: text for key, text in owner.tags("x").items() if key != "aces:content-hash"}
    batch_client.register_job_definition(**dict(spec.request), tags=tags)
    assert plan(batch_client, owner, spec).change.reasons == ()
