"""The files that a new project starts with: the first example, with the project's own values in it.

The example is what is read, tested and kept up to date; so what `init` writes is, too. Only the infra file, which differs by
serving mode, is put together here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from aces_action import __version__
from aces_action.language import Language, Text
from aces_action.packaged_files import resource
from aces_action.project.infra_file import infra_file

Mode = Literal["realtime-and-batch", "async", "realtime", "batch"]
MODES: tuple[Mode, ...] = get_args(Mode)

REGISTER = "server/algorithms/register.json"
ALGORITHM = "server/algorithms/algorithm.json"
WORKFLOW = ".github/workflows/build_on_push_develop.yml"
IMAGE = "server/algorithms/example_algorithm.png"

PLACEHOLDER = Path(__file__).with_name("placeholder.png")  # a landscape in grey, for the picture that the platform shows

PLACEHOLDER_OWNER = "ORG"
_ACTION = "aces-action"
_EXAMPLE = "examples/number-plate-detection"
_PROJECT, _ENV = "number-plate-detection", "dev"  # the example's
_ACCOUNT, _TENANT, _TASK = "123456789012", "3f2b8c1e-6d4a-4f7b-9a51-0c8e2d7f6b13", "numberplate"
_SCHEMAS = f"https://raw.githubusercontent.com/ORG/aces-action/v{__version__}/schemas"

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


@dataclass(frozen=True, slots=True, kw_only=True)
class NewProject:
    """What a new project is. `name` is the task_name; `platform_url` None in dev, where the action knows it; `owner`: to whom the
    action's repository belongs."""

    project: str
    env: str
    tenant_id: str
    account_id: str
    mode: Mode
    gpu: bool
    name: str
    title: str
    subtitle: str
    content: str
    image_path: str
    platform_url: str | None
    owner: str


def files(project: NewProject, language: Language) -> dict[str, bytes]:
    """Every file by its path in the repository. Comments are in the language, those of the example as they stand there."""
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
        WORKFLOW: _workflow(project),
    }
    texts = {path: text.replace(f"{PLACEHOLDER_OWNER}/{_ACTION}", f"{project.owner}/{_ACTION}") for path, text in texts.items()}
    return {path: text.encode() for path, text in texts.items()} | {project.image_path: PLACEHOLDER.read_bytes()}


def register(own: Mapping[str, str]) -> str:
    """register.json: the example's with one's own texts by their keys."""
    text = _read(REGISTER)
    example = json.loads(text)["services"][0]
    return _filled(text, {f'"{key}": {_quoted(example[key])}': f'"{key}": {_quoted(value)}' for key, value in own.items()})


def _workflow(project: NewProject) -> str:
    tenant = f"TENANT_ID: {project.tenant_id}"
    if project.platform_url:
        tenant += f"\n      PLATFORM_URL: {project.platform_url}"
    image = project.image_path if re.fullmatch(r"[\w./-]+", project.image_path, re.ASCII) else _quoted(project.image_path)
    own = {
        f"{_PROJECT}-{_ENV}": f"{project.project}-{project.env}",
        f"ENV: {_ENV}": f"ENV: {project.env}",
        f"Project: {_PROJECT}": f"Project: {project.project}",
        _ACCOUNT: project.account_id,
        f"TENANT_ID: {_TENANT}": tenant,
        f"FRONTEND_IMAGE_PATH: {IMAGE}": f"FRONTEND_IMAGE_PATH: {image}",
    }
    return _filled(_read(WORKFLOW), own)


def _infra(project: NewProject, language: Language) -> str:
    """By the guide's table of serving modes."""
    server, job = ("ml.g4dn.xlarge", "g4dn.xlarge") if project.gpu else ("ml.t2.xlarge", "m5.xlarge")
    size = (_GPU_COMMENT if project.gpu else _CPU_COMMENT).in_(language)
    with_batch = project.mode in {"realtime-and-batch", "batch"}
    lines = [
        f"# yaml-language-server: $schema={_SCHEMAS}/infra.schema.json",
        f"# {_ACCOUNT_COMMENT.in_(language)}",
        f"account_id: '{project.account_id}'",
        "",
        f"# {size}",
        *([f"SAGEMAKER_INSTANCE_TYPE: '{server}'"] if project.mode != "batch" else []),
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


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _filled(text: str, own: Mapping[str, str]) -> str:
    """The example's text with all values replaced at once, so that no replacement is taken for the example's."""
    return re.sub("|".join(re.escape(old) for old in own), lambda match: own[match[0]], text)
