"""A plan is data: the changes that would bring AWS and the platform to the desired state."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from aces_action.language import Text, same

Verb = Literal["create", "update", "replace", "attach", "nothing"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What happens to one resource and why.

    `resource` is the noun a user knows ('endpoint', 'model', 'endpoint config', 'job definition', 'image', 'service'),
    `name` its name. `attach` waits for an identical roll-out that is already under way. `reasons` has one line per cause
    ('image sha256:1f… -> sha256:9c…').
    """

    verb: Verb
    resource: str
    name: str
    reasons: tuple[Text, ...] = ()

    def __post_init__(self) -> None:  # until every text is in both languages
        reasons: tuple[Text | str, ...] = self.reasons
        object.__setattr__(self, "reasons", tuple(same(each) if isinstance(each, str) else each for each in reasons))

    @property
    def is_change(self) -> bool:
        return self.verb != "nothing"
