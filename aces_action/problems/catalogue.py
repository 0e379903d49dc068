"""Every kind of problem with its stable code: what the pages in docs/errors explain and each message links to.

The letter of a code names the part that finds the problem; each part has a module here, that of the endpoint has several.
"""

from __future__ import annotations

from collections.abc import Mapping

from aces_action.language import Text, same
from aces_action.problems import (
    access,
    accounts,
    action,
    autoscaling,
    batch,
    bootstrap,
    causes,
    configuration,
    content,
    doctor,
    endpoint,
    fleet,
    listing,
    preflight,
    preview,
    promotion,
    revisions,
    settings,
    smoke_test,
    terminal,
    weights,
)
from aces_action.problems.kind import Kind, Severity

__all__ = ["CATALOGUE", "PARTS", "Kind", "Severity"]

PARTS: Mapping[str, Text] = {
    "S": Text("Inputs and workflow variables", "入力とワークフローの変数"),
    "C": Text("Configuration files", "設定ファイル"),
    "A": Text("Credentials and access to AWS", "AWSの認証情報とアクセス"),
    "I": Text("The account's share of a project", "アカウントに必要なもの"),
    "M": Text("Promotion from another environment", "別の環境からの昇格"),
    "P": Text("Preflight, before anything is changed", "変更前の事前確認"),
    "W": Text("Weights", "重みファイル"),
    "E": Text("SageMaker endpoint", "SageMakerのエンドポイント"),
    "B": same("AWS Batch"),
    "T": Text("Smoke test", "スモークテスト"),
    "R": Text("Registration on the ACES Platform", "ACES Platformへの登録"),
    "F": Text("Fleet: many deployments in one workflow", "fleet（多数のデプロイ）"),
    "D": Text("Doctor: what surrounds a deployment", "診断（デプロイの周辺）"),
    "X": Text("The action itself", "このアクション自体"),
}
"""The parts by the letters of their codes, in the order in which a run comes to them."""

_MODULES = (
    settings,
    configuration,
    content,
    access,
    bootstrap,
    promotion,
    preflight,
    weights,
    endpoint,
    causes,
    autoscaling,
    batch,
    revisions,
    smoke_test,
    listing,
    accounts,
    fleet,
    doctor,
    action,
    terminal,
    preview,
)

CATALOGUE: Mapping[str, Kind] = {
    kind.code.removeprefix("ACES-"): kind
    for kind in sorted(
        (kind for module in _MODULES for kind in module.KINDS),
        key=lambda kind: (list(PARTS).index(kind.code.removeprefix("ACES-")[0]), kind.code),
    )
}
"""Every kind by its code without 'ACES-', in the order of the parts."""
