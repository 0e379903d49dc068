"""The files that a new project starts with: the first example, with the project's own values in it.

The example is what is read, tested and kept up to date; so what `init` writes is, too. Only what differs by serving mode is put
together here, and the algorithm, which takes any weights until it is replaced.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

import yaml

from aces_action.cli.init.comments import translated
from aces_action.language import Language, Text
from aces_action.origin import NAME, OWNER, RAW
from aces_action.packaged_files import resource
from aces_action.project.infra_file import infra_file

Mode = Literal["realtime-and-batch", "async", "realtime", "batch"]
MODES: tuple[Mode, ...] = get_args(Mode)

REGISTER = "server/algorithms/register.json"
ALGORITHM = "server/algorithms/algorithm.json"
WORKFLOW = ".github/workflows/build_on_push_develop.yml"
IMAGE = "server/algorithms/example_algorithm.png"
DOCKERFILE = "server/Dockerfile"
SMOKE_TEST = "server/smoke-test"
WEIGHTS = "weights"  # a folder for `weights pack`
IGNORED = ".gitignore"

PLACEHOLDER = Path(__file__).with_name("placeholder.png")  # a landscape in grey, for the picture that the platform shows

_EXAMPLE = "examples/number-plate-detection"
_STARTER = Path(__file__).with_name("starter")
_PROJECT, _ENV, _REGION = "number-plate-detection", "dev", "ap-northeast-1"  # the example's
_ACCOUNT, _TENANT, _TASK = "123456789012", "3f2b8c1e-6d4a-4f7b-9a51-0c8e2d7f6b13", "numberplate"
_SCHEMAS = f"{RAW}/schemas"

_ACCOUNT_COMMENT = Text(
    "The AWS account to deploy to (in quotes: YAML would drop a zero at its start)",
    "デプロイするAWSアカウントのID (先頭の0が消えないよう、必ず引用符で囲む)",
)
_CPU_COMMENT = Text(
    "Instance types of the algorithm server (for a GPU: ml.g4dn.xlarge, g4dn.xlarge or the like)",
    "アルゴリズムサーバのインスタンスサイズ (GPUサーバを使う場合は ml.g4dn.xlarge / g4dn.xlarge 等に変更する)",
)
_GPU_COMMENT = Text(
    "Instance types of the algorithm server (for a CPU: ml.t2.xlarge, m5.xlarge or the like)",
    "アルゴリズムサーバのインスタンスサイズ (CPUサーバを使う場合は ml.t2.xlarge / m5.xlarge 等に変更する)",
)
_COMPONENT_COMMENT = Text(
    "What runs the asynchronous API: sagemaker or aws_batch (default: aws_batch)",
    "非同期APIで実行するAWSコンポーネント ['sagemaker', 'aws_batch'] (省略すると'aws_batch')",
)
_INFERENCE_COMMENT = Text(
    "The endpoint: async or realtime (default under sagemaker: async)",
    "エンドポイントの種類 ['async', 'realtime'] (sagemakerで省略すると'async')",
)


_REQUEST_COMMENT = Text(
    "What the endpoint must answer to request.json before it is listed (the workflow's smoke-test-path)",
    "request.jsonを送ったときに期待する応答。満たすまで登録しない (ワークフローのsmoke-test-path)",
)
_JOB_COMMENT = Text(
    "job.json is not sent to the endpoint: a Batch job of the standard definition works it off",
    "job.jsonはエンドポイントに送らず、標準のジョブ定義のBatchジョブで処理する",
)
_PICTURE_COMMENT = Text("shown on the ACES Platform", "ACES Platformのデモ画面に表示するイメージ画像")
_PICTURE_OF_EXAMPLE = f"FRONTEND_IMAGE_PATH: {IMAGE}  # {_PICTURE_COMMENT.ja}"
_RUNNER_OF_EXAMPLE = "ubuntu-24.04 # the platform of dev has an internal address: take a runner that reaches it"
_RUNNER_COMMENT = Text(
    "Linux with Docker, where the ACES Platform's address can be reached",
    "ACES PlatformのURLに接続できる、Dockerの使えるLinux",
)
_WEIGHTS_COMMENT = Text(
    "The weights are not built here: every run deploys what `aces-action weights push` has put to S3.",
    "重みファイルはここでは作らない。`aces-action weights push`でS3に置いたものを、実行のたびにデプロイする。",
)
_TOKEN_COMMENT = Text(
    "a secret, if the platform asks for a token: gh secret set PLATFORM_TOKEN",
    "ACES Platformがトークンを求める場合のシークレット: gh secret set PLATFORM_TOKEN",
)
_CONTEXT_COMMENT = Text("Nothing but what the Dockerfile copies", "Dockerfileがコピーするものだけをビルドに使う")
_IGNORED_COMMENT = Text("Weights go to S3, not into git", "重みファイルはS3に置き、gitには入れない")
_WEIGHTS_README = Text(
    "Put your weight files into this folder in place of this one.",
    "このファイルの代わりに、重みファイルをこのフォルダに置きます。",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewProject:
    """What a new project is. `name` is the task_name; `platform_url` None where the action knows it; `runner`: labels of GitHub's
    `runs-on`; `owner`: to whom the action's repository belongs."""

    project: str
    env: str
    tenant_id: str
    account_id: str
    region: str
    mode: Mode
    gpu: bool
    name: str
    title: str
    subtitle: str
    content: str
    image_path: str
    platform_url: str | None
    runner: tuple[str, ...]
    owner: str

    @property
    def has_endpoint(self) -> bool:
        return self.mode != "batch"

    @property
    def has_jobs(self) -> bool:
        return self.mode in {"realtime-and-batch", "batch"}

    @property
    def bucket(self) -> str:
        return f"{self.project}-{self.env}"


def files(project: NewProject, language: Language, *, smoke_test: bool) -> dict[str, bytes]:
    """Every file by its path in the repository, but for those of the server. `smoke_test`: there are requests to be answered."""
    listed = {
        "name": project.name,
        "title": project.title,
        "subtitle": project.subtitle,
        "content": project.content,
        "image_key": project.image_path.rpartition("/")[2],
    }
    texts = {
        REGISTER: register(listed),
        ALGORITHM: _filled(_read(ALGORITHM), {f'"{_TASK}"': _quoted(project.name)}),
        infra_file(project.project, project.env): _infra(project, language),
        WORKFLOW: _workflow(project, language, smoke_test=smoke_test),
        IGNORED: f"# {_IGNORED_COMMENT.in_(language)}\n/{WEIGHTS}/\n/deploy.tar.gz\n",
        f"{WEIGHTS}/README.txt": f"{_WEIGHTS_README.in_(language)}\n",
    }
    return _encoded(texts, project) | {project.image_path: PLACEHOLDER.read_bytes()}


def server_files(project: NewProject, language: Language) -> dict[str, bytes]:
    """A server that answers, whatever the weights are, with the requests that show that it does."""
    texts = {path: translated(_read(path), language) for path in (DOCKERFILE, "server/app/server.py", "server/app/job.py")}
    texts["server/app/algorithm.py"] = translated((_STARTER / "algorithm.py").read_text(encoding="utf-8"), language)
    texts["server/.dockerignore"] = f"# {_CONTEXT_COMMENT.in_(language)}\n*\n!app\n**/__pycache__\n"
    if project.has_endpoint:
        texts[f"{SMOKE_TEST}/request.json"] = '{"text": "hello"}\n'
        texts[f"{SMOKE_TEST}/request.json.expect.yml"] = _request_expected(language)
    if project.has_jobs:
        texts[f"{SMOKE_TEST}/job.json"] = '{"text": "hello"}\n'
        texts[f"{SMOKE_TEST}/job.json.expect.yml"] = _job_expected(language)
    return _encoded(texts, project)


def register(own: Mapping[str, str]) -> str:
    """register.json: the example's with one's own texts by their keys."""
    text = _read(REGISTER)
    example = json.loads(text)["services"][0]
    return _filled(text, {f'"{key}": {_quoted(example[key])}': f'"{key}": {_quoted(value)}' for key, value in own.items()})


def _request_expected(language: Language) -> str:
    schema = "schema:\n  type: object\n  required: [results]\n  properties:\n    results: {type: array, minItems: 1}\n"
    comment = _REQUEST_COMMENT.in_(language)
    return f"# yaml-language-server: $schema={_SCHEMAS}/smoke-test.schema.json\n# {comment}\nmax_seconds: 30\n{schema}"


def _job_expected(language: Language) -> str:
    return re.sub(
        "^# job.png .*", f"# {_JOB_COMMENT.in_(language)}", _read(f"{SMOKE_TEST}/job.png.expect.yml"), flags=re.MULTILINE
    )


def _workflow(project: NewProject, language: Language, *, smoke_test: bool) -> str:
    tenant = f"TENANT_ID: {project.tenant_id}"
    if project.platform_url:
        tenant += f"\n      PLATFORM_URL: {project.platform_url}"
    if project.region != _REGION:
        tenant += f"\n      AWS_REGION: {project.region}"
    image = project.image_path if re.fullmatch(r"[\w./-]+", project.image_path, re.ASCII) else _quoted(project.image_path)
    runner = project.runner[0] if len(project.runner) == 1 else f"[{', '.join(project.runner)}]"
    inputs = f"language: {language}\n" + (f"          smoke-test-path: {SMOKE_TEST}\n" if smoke_test else "")
    own = {
        "  # push:\n  #   branches:\n  #     - 'develop'\n": "  push:\n    branches:\n      - develop\n",
        f"{_PROJECT}-{_ENV}": project.bucket,
        _RUNNER_OF_EXAMPLE: f"{runner} # {_RUNNER_COMMENT.in_(language)}",
        # GitHub docs, 'Managing environments for deployment': one that does not exist is created by the run that names it
        f"      name: {_ENV} #": f"      name: {project.env} #",
        f"ENV: {_ENV}": f"ENV: {project.env}",
        f"Project: {_PROJECT}": f"Project: {_scalar(project.project)}",
        _ACCOUNT: project.account_id,
        f"TENANT_ID: {_TENANT}": tenant,
        _PICTURE_OF_EXAMPLE: f"FRONTEND_IMAGE_PATH: {image} # {_PICTURE_COMMENT.in_(language)}",
        f"aws-region: {_REGION}": f"aws-region: {project.region}",
        f"      - uses: {OWNER}/": f"      # {_WEIGHTS_COMMENT.in_(language)}\n      - uses: {OWNER}/",
        "platform-token: ${{ secrets.PLATFORM_TOKEN }}\n": (
            f"{inputs}          platform-token: ${{{{ secrets.PLATFORM_TOKEN }}}} # {_TOKEN_COMMENT.in_(language)}\n"
        ),
    }
    return _filled(translated(_read(WORKFLOW), language), own)


def _infra(project: NewProject, language: Language) -> str:
    """By the guide's table of serving modes."""
    server, job = ("ml.g4dn.xlarge", "g4dn.xlarge") if project.gpu else ("ml.t2.xlarge", "m5.xlarge")
    size = (_GPU_COMMENT if project.gpu else _CPU_COMMENT).in_(language)
    with_batch = project.has_jobs
    lines = [
        f"# yaml-language-server: $schema={_SCHEMAS}/infra.schema.json",
        f"# {_ACCOUNT_COMMENT.in_(language)}",
        f"account_id: '{project.account_id}'",
        "",
        f"# {size}",
        *([f"SAGEMAKER_INSTANCE_TYPE: '{server}'"] if project.has_endpoint else []),
        *([f"aws_batch_instance_type: {job}", f"aws_longtime_batch_instance_type: {job}"] if with_batch else []),
        "",
        f"# {_COMPONENT_COMMENT.in_(language)}",
        f"ASYNC_COMPONENT_SERVICE: {'aws_batch' if with_batch else 'sagemaker'}",
    ]
    if not with_batch:
        lines += [f"# {_INFERENCE_COMMENT.in_(language)}", f"SAGEMAKER_INFERENCE_MODE: {project.mode}"]
    return "\n".join(lines) + "\n"


def _read(path: str) -> str:
    return resource(f"{_EXAMPLE}/{path}").read_text(encoding="utf-8")


def _encoded(texts: Mapping[str, str], project: NewProject) -> dict[str, bytes]:
    """With the owner of the action wherever the examples leave that open."""
    return {path: text.replace(f"{OWNER}/{NAME}", f"{project.owner}/{NAME}").encode() for path, text in texts.items()}


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _scalar(text: str) -> str:
    """A text in YAML, in quotes where it would be a number or the like: a project may be called 2024."""
    return text if text[0].isalpha() and yaml.safe_load(text) == text else f"'{text}'"


def _filled(text: str, own: Mapping[str, str]) -> str:
    """The example's text with all values replaced at once, so that no replacement is taken for the example's."""
    return re.sub("|".join(re.escape(old) for old in own), lambda match: own[match[0]], text)
