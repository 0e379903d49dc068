"""The example projects are what a user starts from: they validate, are built as SageMaker needs it, and answer."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
import threading
import urllib.error
import urllib.request
import zipfile
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from aces_action.inputs import ON_WHAT_IS_THERE
from aces_action.project import load_project
from aces_action.project.model import JobRequest, Request
from aces_action.smoke_test.judge import content_problems, judge
from aces_action.smoke_test.load import load_requests
from aces_action.smoke_test.model import InvocationResult
from sandbox.archives import make_weights
from sandbox.seed import admin_session, make_bucket
from sandbox.server import Sandbox
from tests.project.conftest import EXAMPLES, IMAGE

SCHEMAS = EXAMPLES.parent / "schemas"
PROJECTS = ["number-plate-detection", "document-summary"]


def _environment(project: str) -> dict[str, str]:
    workflow = yaml.safe_load((EXAMPLES / project / ".github/workflows/build_on_push_develop.yml").read_text("utf-8"))
    return {key: str(value) for key, value in workflow["jobs"]["deploy"]["env"].items()}


@pytest.mark.parametrize("name", PROJECTS)
def test_nothing_is_wrong_with_an_example_under_its_own_workflow(name: str) -> None:
    environment = _environment(name)
    project, problems = load_project(
        EXAMPLES / name,
        project=environment["Project"],
        env=environment["ENV"],
        image_path=environment["FRONTEND_IMAGE_PATH"],
        role_account=environment["AWS_ROLE_ARN"].split(":")[4],
        config_path=None,
    )
    assert problems == []
    assert project is not None
    assert project.services[0].name == project.task_names[0]
    assert (project.infra.job is None) == (name == "document-summary")
    assert project.image is not None
    assert len(project.image.content) < 40_000


def test_the_guides_own_texts_fit() -> None:
    register = json.loads((EXAMPLES / "number-plate-detection/server/algorithms/register.json").read_text("utf-8"))
    sizes = {key: len(register["services"][0][key].encode()) for key in ("title", "subtitle", "content")}
    assert sizes == {"title": 22, "subtitle": 30, "content": 81}


@pytest.mark.parametrize("name", PROJECTS)
def test_the_workflow_has_the_guides_variables_and_its_trigger_in_a_comment(name: str) -> None:
    text = (EXAMPLES / name / ".github/workflows/build_on_push_develop.yml").read_text("utf-8")
    assert "  # push:\n  #   branches:\n  #     - 'develop'\n" in text
    block = text[text.index("    env:\n") : text.index("    steps:\n")]
    assert re.findall(r"^ {6}(\w+): ", block, re.MULTILINE) == [
        "ENV",
        "Project",
        "DEPLOY_TAG",
        "AWS_ROLE_ARN",
        "TENANT_ID",
        "FRONTEND_IMAGE_PATH",
    ]
    assert re.search(
        r"^ {6}FRONTEND_IMAGE_PATH: server/algorithms/\w+\.png  # ACES Platformのデモ画面に表示するイメージ画像$",
        block,
        re.MULTILINE,
    )


@pytest.mark.parametrize("name", PROJECTS)
def test_the_workflow_builds_an_image_that_sagemaker_takes(name: str) -> None:
    workflow = yaml.safe_load((EXAMPLES / name / ".github/workflows/build_on_push_develop.yml").read_text("utf-8"))
    job = workflow["jobs"]["deploy"]
    assert job["permissions"] == {"id-token": "write", "contents": "read"}
    (build,) = [step["with"] for step in job["steps"] if step["uses"].startswith("docker/build-push-action@")]
    assert (build["platforms"], build["provenance"], build["sbom"]) == ("linux/amd64", False, False)
    assert "oci-mediatypes=false" in build["outputs"].split(",")
    others = [step["uses"] for step in job["steps"] if not step["uses"].startswith("ORG/aces-action@")]
    assert all(re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", uses) for uses in others)


def test_the_workflow_about_the_endpoint_offers_every_such_command_and_takes_turns_with_the_deploys() -> None:
    folder = EXAMPLES / "number-plate-detection/.github/workflows"
    deploy, endpoint, night = (
        yaml.safe_load((folder / f"{name}.yml").read_text("utf-8"))
        for name in ("build_on_push_develop", "endpoint", "stop_at_night")
    )
    inputs = endpoint[True]["workflow_dispatch"]["inputs"]  # `on`, as YAML 1.1 reads it
    assert set(inputs["command"]["options"]) == ON_WHAT_IS_THERE
    assert (inputs["command"]["default"], inputs["confirm"]["default"]) == ("status", False)
    assert f"'{deploy['concurrency']['group']}'" in endpoint["concurrency"]["group"]
    assert night["concurrency"] == deploy["concurrency"]
    assert [entry["cron"] for entry in night[True]["schedule"]] == ["0 13 * * *"]  # 22:00 in Japan


@pytest.mark.parametrize("schema", ["register", "algorithm", "infra", "smoke-test", "fleet"])
def test_a_schema_is_one_and_its_examples_fit_it(schema: str) -> None:
    content = json.loads((SCHEMAS / f"{schema}.schema.json").read_text("utf-8"))
    Draft202012Validator.check_schema(content)
    assert content["title"]
    assert content["description"]
    for example in content["examples"]:
        Draft202012Validator(content).validate(example)


@contextmanager
def _served(name: str, model: Path) -> Iterator[str]:
    """The example's server on a free port, as a process of its own: both examples call their modules alike."""
    start = "import pathlib, sys, algorithm, server; s = server.make_server(algorithm.load(pathlib.Path(sys.argv[1])), 0)"
    serve = f"{start}; print(s.server_address[1], flush=True); s.serve_forever()"
    app = EXAMPLES / name / "server/app"
    command = [sys.executable, "-B", "-c", serve, str(model)]
    with subprocess.Popen(command, cwd=app, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        killer = threading.Timer(20, process.kill)
        killer.start()
        try:
            assert process.stdout is not None
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            killer.cancel()
            process.terminate()


def _ask(url: str, body: bytes | None = None) -> tuple[int, Any]:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data=body), timeout=10) as answer:  # noqa: S310  # our own server
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.loads(error.read())


def _weights(folder: Path, numbers: list[float]) -> Path:
    (folder / "checkpoints").mkdir()
    (folder / "checkpoints/model.pth").write_bytes(array("f", numbers).tobytes())
    (folder / "label.txt").write_text("plate\ncar\n")
    return folder


def test_the_detector_answers_with_a_score_for_each_label_and_refuses_what_is_no_image(tmp_path: Path) -> None:
    model = _weights(tmp_path, [1.0] * 256 + [0.0] * 256)
    image = (EXAMPLES / "number-plate-detection" / IMAGE).read_bytes()
    with _served("number-plate-detection", model) as url:
        assert _ask(f"{url}/ping") == (200, {})
        status, answer = _ask(f"{url}/invocations", image)
        assert status == 200
        assert [result["label"] for result in answer["results"]] == ["plate", "car"]
        assert answer["results"][0]["score"] == pytest.approx(0.7310585786300049)  # 1 / (1 + exp(-1))
        assert _ask(f"{url}/invocations", b"GIF89a") == (400, {"error": "the body must be a PNG or JPEG image"})
        assert _ask(f"{url}/elsewhere")[0] == 404


def test_the_summariser_answers_for_each_document_and_refuses_what_is_no_archive(tmp_path: Path) -> None:
    model = _weights(tmp_path, [1.0])
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as content:
        content.writestr("report.txt", "一つ目の文。二つ目の文。三つ目の文。")
    with _served("document-summary", model) as url:
        assert _ask(f"{url}/ping") == (200, {})
        expected = {"results": [{"file": "report.txt", "summary": "一つ目の文。 二つ目の文。"}]}
        assert _ask(f"{url}/invocations", archive.getvalue()) == (200, expected)
        status, answer = _ask(f"{url}/invocations", b"PK")
        assert status == 400
        assert "must be a plain ZIP archive" in answer["error"]


def test_the_detector_answers_its_own_smoke_test(tmp_path: Path) -> None:
    name, model = "number-plate-detection", _weights(tmp_path, [1.0] * 256 + [0.0] * 256)
    (request,), problems = load_requests(EXAMPLES / name, "server/smoke-test/plate.png", "realtime")
    assert isinstance(request, Request)
    assert (request.content_type, problems) == ("image/png", [])
    with _served(name, model) as url:
        status, content = _ask(f"{url}/invocations", request.file.read_bytes())
    body = json.dumps(content).encode()
    came = InvocationResult(status=status, content_type="application/json", body=body, size=len(body))
    assert judge(request, came, seconds=0, endpoint_name="local") == []


def test_the_detector_works_off_the_job_of_its_own_smoke_test(
    tmp_path: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "number-plate-detection"
    (request,), problems = load_requests(EXAMPLES / name, "server/smoke-test/job.png", "realtime", ["standard"])
    assert isinstance(request, JobRequest)
    assert problems == []
    session = admin_session()
    make_bucket(sandbox, session, "detector")
    client = session.client("s3", endpoint_url=sandbox.aws_url)
    make_weights(tmp_path / "deploy.tar.gz", megabytes=1)
    for key, file in (("weights", tmp_path / "deploy.tar.gz"), ("in", request.file)):
        client.put_object(Bucket="detector", Key=key, Body=file.read_bytes())
    for variable, key in (("WEIGHTS", "weights"), ("INPUT", "in"), ("OUTPUT", "out")):
        monkeypatch.setenv(f"{variable}_S3_URI", f"s3://detector/{key}")
    credentials = session.get_credentials()
    assert credentials is not None
    monkeypatch.setenv("AWS_ENDPOINT_URL", sandbox.aws_url)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", credentials.access_key)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", credentials.secret_key or "")
    server = EXAMPLES / name / "server/app/server.py"
    ended = subprocess.run([sys.executable, str(server), *request.command], capture_output=True, text=True, check=False)
    assert (ended.returncode, "answered" in ended.stdout) == (0, True), ended.stderr
    body = client.get_object(Bucket="detector", Key="out")["Body"].read()
    answer = InvocationResult(status=None, content_type="application/json", body=body, size=len(body))
    assert content_problems(request, answer) == []
