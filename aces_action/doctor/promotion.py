"""What a promotion needs: an environment that serves what may be promoted, and a repository that its image fits into."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from aces_action.doctor.input import DoctorInput
from aces_action.language import Text, same
from aces_action.output.check import Check, not_asked
from aces_action.output.sizes import size_text
from aces_action.problems import Problem
from aces_action.promotion.image import ImagePlan
from aces_action.promotion.version import PromotedVersion

SOURCE, REPOSITORY = Text("Source of the promotion", "昇格元"), Text("Image repository", "イメージのリポジトリ")
CONTENT = Text("Server image", "サーバのイメージ"), Text("Weights", "重みファイル")
_ONLY_A_RUN = Text("only a run knows it", "実行するまでわかりません")
_NO_INFRA = Text("its infra file is missing or has errors", "infraファイルがないか、エラーがあります")
_BY_A_JOB = Text(
    "only a job may assume its role (`command: doctor`)", "そのロールはジョブでだけ引き受けられます（`command: doctor`）"
)
_UNKNOWN = Text("the source was not read", "昇格元を確認できていません")


def reason_not_to_ask(asked: DoctorInput) -> Text | None:
    """Why the source cannot be read from here; None where it can."""
    if {"promote_from", "promote_from_role"} & asked.unknown:
        return _ONLY_A_RUN
    if asked.configuration.origin is None:
        return _NO_INFRA
    return _BY_A_JOB if asked.setting("promote_from_role") and not asked.in_job else None


def source_row(env: str, version: PromotedVersion | None, problems: Sequence[Problem] = ()) -> Check:
    """`problems`: what keeps its version from being promoted, or from being read."""
    needed = Text(f"{env}, with what has passed its smoke test", f"{env}で稼働し、スモークテストに合格しているもの")
    return Check(what=SOURCE, found=same(f"{env}  {version.label}" if version else env), needed=needed, problems=tuple(problems))


def repository_row(name: str, plan: ImagePlan | None, problems: Sequence[Problem] = ()) -> Check:
    """Of the target. `plan`: what there is to copy."""
    found = same("–")
    if plan:
        size = size_text(plan.size)
        copy = Text(f"{size.en} to copy", f"コピーする量: {size.ja}")
        found = copy if plan.change.is_change else Text("has the image already", "イメージはコピー済み")
    return Check(what=REPOSITORY, found=found, needed=same(name), problems=tuple(problems))


def rows_without_source() -> Iterator[Check]:
    """Of what comes from the source, where that is not known."""
    return (not_asked(what, _UNKNOWN) for what in CONTENT)
