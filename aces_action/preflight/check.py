"""A check of the preflight: what it asks, and how it judges the answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from aces_action.output.check import Check
from aces_action.preflight.input import PreflightInput
from aces_action.preflight.queries import Answers, Query


def _nothing(*_given: object) -> Iterable[Query[Any]]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PreflightCheck:
    """One subject: its module has one, which `run.CHECKS` lists.

    `queries`: what is asked at once; several checks may name the same. `follow_ups`: what can be asked only with the answers to
    those. `rows`: the judgement, pure: a row for each thing, none where the deployment has nothing of the kind.
    """

    rows: Callable[[PreflightInput, Answers], list[Check]]
    queries: Callable[[PreflightInput], Iterable[Query[Any]]] = _nothing
    follow_ups: Callable[[PreflightInput, Answers], Iterable[Query[Any]]] = _nothing
