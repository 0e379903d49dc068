"""The example project's listing, as values to vary."""

from __future__ import annotations

from pathlib import PurePosixPath

from aces_action.project.model import Image, Service
from aces_action.resources.listing import BatchTarget, Listing, PlatformServer, SageMakerTarget

TENANT = "3f2b8c1e-6d4a-4f7b-9a51-0c8e2d7f6b13"
TOKEN = "0123456789abcdef-secret"
PNG = b"\x89PNG\r\n\x1a\n a picture"
JOBS = "arn:aws:batch:ap-northeast-1:123456789012:job-definition/number-plate-detection-dev-algorithm-server"


def service(name: str = "number-plate", **fields: object) -> Service:
    values: dict[str, object] = {
        "name": name,
        "title": "Number Plate Detection",
        "subtitle": "ナンバープレート検出",
        "content": "画像から車のパーツの種類と位置を高速かつ高精度に検出。",
        "type": "simple",
        "image_key": "number_plate.png",
        "unit_name": "frame",
        "point_per_frame": 0,
        "results_to_show_default": False,
        "algorithms": ("NA",),
    }
    return Service(**values | fields)  # type: ignore[arg-type]


def server(project: str = "number-plate-detection", revision: int = 1) -> PlatformServer:
    name = f"{project}-dev-algorithm-server"
    return PlatformServer(
        project=project,
        env="dev",
        account_id="123456789012",
        region="ap-northeast-1",
        sync_api=SageMakerTarget(endpoint_name=name),
        async_api=BatchTarget(
            job_definition_arn=f"{JOBS}:{revision}",
            job_queue=name,
            longtime_job_definition_arn=f"{JOBS}-longtime:{revision}",
            longtime_job_queue=f"{name}-longtime",
        ),
    )


def image(content: bytes = PNG) -> Image:
    return Image(path=PurePosixPath("server/algorithms/number_plate.png"), media_type="image/png", content=content)


def listing(**fields: object) -> Listing:
    values: dict[str, object] = {
        "plan_id": 1,
        "overflow_mode": 1,
        "services": (service(),),
        "image": image(),
        "server": server(),
    }
    return Listing(**values | fields)  # type: ignore[arg-type]
