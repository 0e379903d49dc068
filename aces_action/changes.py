"""A plan is data: the changes that would bring AWS and the platform to the desired state."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from aces_action.language import Text

Verb = Literal["create", "update", "replace", "attach", "delete", "nothing"]

_NOUNS = {
    "alarm": "アラーム",
    "endpoint": "エンドポイント",
    "endpoint config": "エンドポイント設定",
    "endpoint tags": "エンドポイントのタグ",
    "image": "イメージ画像",
    "job definition": "ジョブ定義",
    "log group": "ロググループ",
    "model": "モデル",
    "scalable target": "スケーラブルターゲット",
    "scaling policy": "スケーリングポリシー",
    "scheduled action": "スケジュール",
    "server image": "サーバのイメージ",
    "service": "サービス",
    "tenant": "テナント",
    "weights release": "重みファイルのリリース",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What happens to one resource and why.

    `resource` is the noun a user knows, one of those that `noun` translates; `name` its name. `attach` waits for an identical
    roll-out that is already under way. `reasons` has one line per cause ('image sha256:1f… -> sha256:9c…').
    `by_hand`: those of them that tell what somebody has changed beside the action, as far as that can be told.
    """

    verb: Verb
    resource: str
    name: str
    reasons: tuple[Text, ...] = ()
    by_hand: tuple[Text, ...] = ()

    @property
    def is_change(self) -> bool:
        return self.verb != "nothing"


def noun(resource: str) -> Text:
    """What a `resource` is called in a text."""
    return Text(resource, _NOUNS.get(resource, resource))
