"""EC2's instance types and where they are offered: moto's, which looks through all of them at every request."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from typing import Any

from moto.ec2.models import EC2Backend

_MOTOS = {name: getattr(EC2Backend, name) for name in ("describe_instance_types", "describe_instance_type_offerings")}


def keep_answers() -> None:
    """What moto found once it need not look for again: the types are fixed, whatever else is in EC2."""
    for name, describe in _MOTOS.items():
        setattr(EC2Backend, name, _kept(describe))


def _kept(describe: Callable[..., list[Any]]) -> Callable[..., list[Any]]:
    found: dict[str, list[Any]] = {}

    @functools.wraps(describe)
    def answer(backend: EC2Backend, *args: Any, **asked: Any) -> list[Any]:
        key = json.dumps([backend.region_name, args, asked], sort_keys=True)
        if key not in found:
            found[key] = describe(backend, *args, **asked)
        return list(found[key])

    return answer
