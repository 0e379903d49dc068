"""Commands that call what is deployed: each is one that the AWS CLI takes, as botocore's models of the services say."""

from __future__ import annotations

import json
import shlex
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import botocore.session
from botocore.model import Shape
from botocore.validate import ParamValidator
from hypothesis import given
from hypothesis import strategies as st

from aces_action.aws.tags import Owner
from aces_action.deployment.calls import (
    CalledEndpoint,
    CalledJob,
    CalledPlace,
    call_endpoint,
    call_job,
    example,
    job_example,
)
from aces_action.deployment.context import ProjectDeployment
from aces_action.deployment.links import Deployed, report_calls
from aces_action.project.load import load_project
from aces_action.project.model import JobRequest, Request, Server
from aces_action.project.names import names_for
from aces_action.settings import ServerSettings
from tests.reporting import MemoryReporter

if TYPE_CHECKING:
    from aces_action.aws.clients import Clients
    from aces_action.aws.identity import Identity
    from aces_action.resources.listing import PlatformClient
    from aces_action.settings import Settings

SERVER = "plates-dev-algorithm-server"
PLACE = CalledPlace(region="ap-northeast-1", bucket="plates-dev", server=SERVER)
ARN = f"arn:aws:batch:ap-northeast-1:123456789012:job-definition/{SERVER}:3"
NAMES = st.text(min_size=1, max_size=20).filter(lambda text: text.strip() and "\0" not in text and "/" not in text)


def request(name: str = "server/smoke-test/plate.png", **more: Any) -> Request:
    return Request(**{"name": name, "file": Path(name), "size": 1, "content_type": "image/png", **more})


def job_request(name: str = "server/smoke-test/job.png", **more: Any) -> JobRequest:
    return JobRequest(**{"name": name, "file": Path(name), "size": 1, "content_type": "image/png", "kind": "standard", **more})


def words_of(command: str) -> list[list[str]]:
    """Its parts as a shell would run them, one after the other."""
    parts: list[list[str]] = [[]]
    for word in shlex.split(command):
        if word == "&&":
            parts.append([])
        else:
            parts[-1].append(word)
    return parts


def parameters(words: list[str]) -> dict[str, Any]:
    """What the AWS CLI would send, by botocore's model: refused, where an option is no member or a required one is missing.

    The CLI makes an option of each member, in small letters with hyphens (`xform_name`), and takes structures as JSON. What is
    streamed comes out as a file, which has a place and no option.
    """
    _, service, verb, *options = words
    model = botocore.session.get_session().get_service_model(service)
    operation = model.operation_model("".join(part.capitalize() for part in verb.split("-")))
    taken = operation.input_shape
    assert taken is not None
    members = {botocore.xform_name(name, "-"): (name, shape) for name, shape in taken.members.items()}
    found: dict[str, Any] = {}
    if operation.has_streaming_output:
        assert not options[-1].startswith("--")
        options = options[:-1]
    given_options = dict(zip(options[::2], options[1::2], strict=True))
    assert given_options.pop("--region") == PLACE.region
    for option, value in given_options.items():
        name, shape = members[option.removeprefix("--")]
        found[name] = _read(shape, value)
    report = ParamValidator().validate(found, taken)
    assert not report.has_errors(), report.generate_report()
    return found


def _read(shape: Shape, value: str) -> Any:
    if shape.type_name in {"structure", "map", "list"}:
        return json.loads(value)
    if shape.type_name == "blob":
        assert value.startswith("fileb://")
        return value.encode()
    return int(value) if shape.type_name in {"integer", "long"} else value


def test_a_realtime_endpoint_is_sent_the_request_of_the_smoke_test() -> None:
    asked = request(accept="application/json", custom_attributes="a=1;b='x'")
    call = call_endpoint(PLACE, CalledEndpoint(name=SERVER, is_async=False, request=asked))
    [words] = words_of(call.command)
    assert words[-1] == "answer"
    assert parameters(words) == {
        "EndpointName": SERVER,
        "ContentType": "image/png",
        "Accept": "application/json",
        "CustomAttributes": "a=1;b='x'",
        "Body": b"fileb://server/smoke-test/plate.png",
    }


def test_without_a_smoke_test_the_placeholders_are_plain_to_see() -> None:
    [words] = words_of(call_endpoint(PLACE, CalledEndpoint(name=SERVER, is_async=False)).command)
    assert (parameters(words)["Body"], parameters(words)["ContentType"]) == (b"fileb://REQUEST_FILE", "CONTENT_TYPE")
    known = CalledEndpoint(name=SERVER, is_async=False, media_type="application/zip")
    assert parameters(words_of(call_endpoint(PLACE, known).command)[0])["ContentType"] == "application/zip"


def test_an_asynchronous_endpoint_finds_its_request_where_its_role_may_read() -> None:
    endpoint = CalledEndpoint(name=f"{SERVER}-async", is_async=True, request=request(), invocation_timeout=900)
    upload, words = words_of(call_endpoint(PLACE, endpoint).command)
    location = f"s3://plates-dev/async-inference/{SERVER}/requests/plate.png"
    assert upload[:5] == ["aws", "s3", "cp", "server/smoke-test/plate.png", location]
    assert upload[5:] == ["--content-type", "image/png", "--region", "ap-northeast-1"]
    assert parameters(words) == {
        "EndpointName": f"{SERVER}-async",
        "ContentType": "image/png",
        "InputLocation": location,
        "InvocationTimeoutSeconds": 900,
    }


def test_a_job_of_the_smoke_test_finds_its_request_and_leaves_its_answer_where_its_role_may() -> None:
    asked = job_request(
        command=("job", "--in", "${SMOKE_TEST_INPUT_S3_URI}"),
        environment=(("OUT", "${SMOKE_TEST_OUTPUT_S3_URI}"),),
        parameters=(("size", "1"),),
        share_identifier="team",
        output="answer.json",
    )
    upload, words = words_of(call_job(PLACE, CalledJob(kind="standard", definition_arn=ARN, queue="q", request=asked)).command)
    folder = f"s3://plates-dev/async-inference/{SERVER}/smoke-test"
    assert upload[3:5] == ["server/smoke-test/job.png", f"{folder}/by-hand/job.png"]
    sent = parameters(words)
    assert sent["jobDefinition"] == f"{SERVER}:3"
    assert (sent["jobQueue"], sent["parameters"], sent["shareIdentifier"]) == ("q", {"size": "1"}, "team")
    assert sent["containerOverrides"]["command"] == ["job", "--in", f"{folder}/by-hand/job.png"]
    assert {"name": "OUT", "value": f"{folder}/answers/by-hand/answer.json"} in sent["containerOverrides"]["environment"]
    assert "tags" not in sent


def test_a_job_without_a_request_runs_as_its_definition_says() -> None:
    [words] = words_of(call_job(PLACE, CalledJob(kind="longtime", definition_arn=ARN, queue="q")).command)
    assert parameters(words) == {"jobName": f"{SERVER}-by-hand", "jobQueue": "q", "jobDefinition": f"{SERVER}:3"}


@given(name=NAMES, content_type=NAMES)
def test_no_name_of_a_file_becomes_another_word_of_the_shell(name: str, content_type: str) -> None:
    asked = request(f"server/{name}", content_type=content_type)
    [words] = words_of(call_endpoint(PLACE, CalledEndpoint(name=SERVER, is_async=False, request=asked)).command)
    assert words.count(f"fileb://server/{name}") == 1
    assert words[words.index("--content-type") + 1] == content_type


def test_a_request_that_is_to_be_refused_is_no_example() -> None:
    assert example([request(status=400)]) is None
    assert example([request("a", status=400), request("b")]) == request("b")
    assert job_example([job_request(exit_code=3), job_request(kind="longtime")], "standard") is None
    assert job_example([job_request(), job_request(kind="longtime")], "longtime") == job_request(kind="longtime")


def deployment(example_name: str, **more: Any) -> ProjectDeployment:
    """What `report_calls` looks at of a deployment of one of the examples; no AWS."""
    root = Path(__file__).parents[1] / "examples" / example_name
    image = next(root.glob("server/algorithms/*.png")).relative_to(root).as_posix()
    project, problems = load_project(root, project=example_name, env="dev", image_path=image, role_account=None, config_path=None)
    assert project is not None, problems
    names = names_for(example_name, "dev", project.infra)
    settings = ServerSettings(
        env="dev", project=example_name, aws_role_arn=None, aws_region=PLACE.region, wait_timeout=1, concurrency="wait"
    )
    return ProjectDeployment(
        settings=cast("Settings", settings),
        server=Server(infra=project.infra, infra_file=project.infra_file),
        names=names,
        owner=Owner(project=example_name, env="dev", server=names.server, commit="", repository="", run_url=""),
        identity=cast("Identity", None),
        clients=cast("Clients", None),
        reporter=MemoryReporter(),
        platform=cast("PlatformClient", None),
        project=replace(project, **more),
    )


def told(d: ProjectDeployment, deployed: Deployed) -> list[tuple[str, dict[str, Any]]]:
    report_calls(d, deployed)
    calls = cast("MemoryReporter", d.reporter).report.calls
    return [(call.what.en, parameters(words_of(call.command)[-1])) for call in calls]


def test_the_report_calls_everything_that_serves_with_its_own_request() -> None:
    server = "number-plate-detection-dev-algorithm-server"
    d = deployment("number-plate-detection", requests=(request(),), job_requests=(job_request(),))
    arns = [
        f"arn:aws:batch:ap-northeast-1:123456789012:job-definition/{name}" for name in (f"{server}:3", f"{server}-longtime:2")
    ]
    calls = told(d, Deployed(endpoint=server, job=arns[0], longtime_job=arns[1]))
    assert [what for what, _ in calls] == ["Real-time endpoint", "Standard Batch job", "Long-time Batch job"]
    asked, submitted, later = (sent for _, sent in calls)
    assert (asked["EndpointName"], asked["ContentType"]) == (server, "image/png")
    assert (submitted["jobQueue"], submitted["jobDefinition"], "containerOverrides" in submitted) == (server, f"{server}:3", True)
    assert (later["jobQueue"], later["jobDefinition"]) == (f"{server}-longtime", f"{server}-longtime:2")
    assert "containerOverrides" not in later  # its request is of a standard job


def test_a_service_of_files_says_what_its_endpoint_takes() -> None:
    d = deployment("document-summary")
    [(what, asked)] = told(d, Deployed(endpoint="e"))
    assert (what, asked["ContentType"]) == ("Asynchronous endpoint", "application/zip")


def test_what_does_not_serve_is_not_called() -> None:
    d = deployment("number-plate-detection")
    assert told(d, Deployed()) == []
    assert told(d, Deployed(endpoint="e", serves=False)) == []


def test_nothing_that_begins_with_a_dash_becomes_an_option() -> None:
    dashed = request("-plate.png", custom_attributes="-a=1", accept="-x")
    for endpoint in (CalledEndpoint(name="e", is_async=is_async, request=dashed) for is_async in (True, False)):
        words = words_of(call_endpoint(PLACE, endpoint).command)[-1]
        assert {"--custom-attributes=-a=1", "--accept=-x"} < set(words)
    upload = words_of(call_endpoint(PLACE, CalledEndpoint(name="e", is_async=True, request=dashed)).command)[0]
    assert upload[upload.index("cp") + 1] == "./-plate.png"


def test_a_file_whose_name_log_and_page_cannot_show_is_no_example() -> None:
    unseen = ["a\nb.png", "a\u2028b.png", "a\u200bb.png", "a\x1b[0mb.png", "a\udcffb.png"]
    assert example([*map(request, unseen), request("日本 語.png")]) == request("日本 語.png")
    assert job_example([job_request(name) for name in unseen], "standard") is None
