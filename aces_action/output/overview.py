"""What the caller's files describe, in two lines: the services, and what serves them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aces_action.language import Text

if TYPE_CHECKING:
    from aces_action.project.model import Project


def overview(project: Project) -> tuple[Text, Text]:
    count, services = len(project.services), project.services
    listed = Text(
        f"{count} service{'s' if count != 1 else ''}: {', '.join(f'{each.name} ({each.type})' for each in services)}",
        f"サービス{count}件: {'、'.join(f'{each.name}（{each.type}）' for each in services)}",
    )
    return listed, _serving(project)


def _serving(project: Project) -> Text:
    """One line that says what will be deployed, by the guide's table."""
    infra = project.infra
    parts = []
    if infra.endpoint:
        kind = (
            Text("asynchronous endpoint", "非同期エンドポイント")
            if infra.endpoint.mode == "async"
            else Text("real-time endpoint", "リアルタイムエンドポイント")
        )
        count, types = infra.endpoint.instance_count, infra.endpoint.instance_types
        parts.append(
            Text(f"{kind.en} on {count} × {', else '.join(types)}", f"{kind.ja}（{count} × {'、なければ'.join(types)}）")
        )
    if infra.job:
        machine = infra.job.instance_type
        parts.append(Text(f"standard Batch jobs on {machine}", f"標準のBatchジョブ（{machine}）"))
    if infra.longtime_job:
        machine = infra.longtime_job.instance_type
        parts.append(Text(f"long-time Batch jobs on {machine}", f"長時間のBatchジョブ（{machine}）"))
    return Text(", ".join(part.en for part in parts), "、".join(part.ja for part in parts))
