"""The commands that start an image on a person's machine as SageMaker does: to paste, and true."""

from __future__ import annotations

import shlex
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from aces_action.resources.endpoint.diagnosis.facts import Facts
from aces_action.resources.endpoint.diagnosis.local_run import try_it

IMAGE = "123456789012.dkr.ecr.ap-northeast-1.amazonaws.com/plates@sha256:1f"
FACTS = Facts(instance_types=("ml.m5.large",), image_uri=IMAGE, weights_uri="s3://plates-dev/releases/9c/deploy.tar.gz")


def docker_run(facts: Facts) -> list[str]:
    """The words of the one `docker run`, as a shell reads them."""
    (line,) = [line for line in try_it(facts).en.splitlines() if line.startswith("docker run")]
    return shlex.split(line)


def test_the_weights_are_unpacked_and_mounted_where_sagemaker_puts_them_and_the_port_is_the_one_that_it_asks() -> None:
    told = try_it(FACTS).en.splitlines()
    assert "mkdir -p model && aws s3 cp s3://plates-dev/releases/9c/deploy.tar.gz - | tar -xz -C model" in told
    words = docker_run(FACTS)
    assert words[words.index("-v") + 1] == "$PWD/model:/opt/ml/model:ro"
    assert words[words.index("-p") + 1] == "8080:8080"
    assert words[-2:] == [IMAGE, "serve"]


def test_an_image_in_ecr_needs_a_login_there_and_another_none() -> None:
    login = (
        "aws ecr get-login-password --region ap-northeast-1 | docker login --username AWS --password-stdin "
        "123456789012.dkr.ecr.ap-northeast-1.amazonaws.com"
    )
    assert login in try_it(FACTS).ja.splitlines()
    assert "docker login" not in try_it(replace(FACTS, image_uri="plates:deploy")).en


def test_a_gpu_is_asked_for_where_the_type_has_one() -> None:
    assert "--gpus" not in docker_run(FACTS)
    words = docker_run(replace(FACTS, instance_types=("ml.g4dn.xlarge",)))
    assert words[words.index("--gpus") + 1] == "all"
    assert "linux/arm64" in docker_run(replace(FACTS, instance_types=("ml.c7g.large",)))


def test_the_models_environment_is_set_and_what_is_secret_is_left_to_the_persons_shell() -> None:
    token = "hf_" + "a" * 34
    environment = (("WORKERS", "2"), ("GREETING", "it's me"), ("HF_TOKEN", token), ("DB_PASSWORD", "geheim"), ("LINES", "a\nb"))
    facts = replace(FACTS, environment=environment)
    words = docker_run(facts)
    given_values = [words[at + 1] for at, word in enumerate(words) if word == "-e"]
    assert given_values == ["WORKERS=2", "GREETING=it's me", "HF_TOKEN", "DB_PASSWORD", "LINES"]
    for text in (try_it(facts).en, try_it(facts).ja):
        assert token not in text
        assert "geheim" not in text
    assert "Set these variables first: HF_TOKEN, DB_PASSWORD, LINES." in try_it(facts).en


@given(st.dictionaries(st.from_regex(r"[A-Z][A-Z0-9_]{0,10}", fullmatch=True), st.text(max_size=300), max_size=4))
def test_whatever_the_environment_holds_the_command_is_one_line_that_a_shell_reads_as_meant(environment: dict[str, str]) -> None:
    words = docker_run(replace(FACTS, environment=tuple(environment.items())))
    values = [words[at + 1] for at, word in enumerate(words[:-2]) if word == "-e" and words[at - 1] != "-e"]
    assert [value.partition("=")[0] for value in values] == list(environment)
    assert all(value in (name, f"{name}={environment[name]}") for value, name in zip(values, environment, strict=True))
