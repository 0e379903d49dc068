"""Rules of SageMaker for updates (deployment guardrails) and automatic scaling that no schema can say."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from aces_action.problems.configuration import rollout as problems
from aces_action.problems.problem import Problem
from aces_action.project.document import Document, Path, dotted
from aces_action.project.instance_types import ENDPOINT, is_burstable
from aces_action.project.pools import pool_types

_ROLLOUT: Path = ("sagemaker", "rollout")
_AUTOSCALING: Path = ("sagemaker", "autoscaling")
_SEARCH: Path = ("sagemaker", "provision_timeout")
# Shares of the instances that each strategy takes, in per cent (API reference: TrafficRoutingConfig, RollingUpdatePolicy).
_SHARES = {"canary": (0, 50), "linear": (10, 50), "rolling": (5, 50)}


def rollout_problems(infra: Document) -> list[Problem]:
    """How an update reaches the endpoint."""
    if not isinstance(infra.get(*_ROLLOUT), dict):
        return []
    strategy = value if isinstance(value := infra.get(*_ROLLOUT, "strategy"), str) else ""
    return [
        *_excluded(infra),
        *_without_alarms(infra, strategy),
        *_without_watch(infra, strategy),
        *_size_problems(infra, strategy),
        *_part_of_one(infra, strategy),
        *_rollback_size_problems(infra, strategy),
        *_too_short(infra, strategy),
    ]


def _excluded(infra: Document) -> Iterator[Problem]:
    """SageMaker Developer Guide, 'Exclusions' of deployment guardrails. Its others (Marketplace containers, serverless and
    multi-variant endpoints, another name of the variant) cannot be asked for here; asynchronous endpoints are supported, and so
    are instance pools (AWS Machine Learning Blog, 'Capacity-aware inference')."""
    for path, value in pool_types(infra):
        if value.startswith("ml.inf1."):
            yield infra.at(_ROLLOUT, problems.all_at_once(dotted(path), value), of="key")
            return


def _without_alarms(infra: Document, strategy: str) -> Iterator[Problem]:
    if strategy in _SHARES and infra.get(*_ROLLOUT, "alarms") is None:
        yield infra.at((*_ROLLOUT, "strategy"), problems.without_alarms(strategy))


def _without_watch(infra: Document, strategy: str) -> Iterator[Problem]:
    """SageMaker looks at the alarms while it waits, and at no other time ('Auto-Rollback Configuration and Monitoring')."""
    waits = [(*_ROLLOUT, "wait_interval"), *([] if strategy == "rolling" else [(*_ROLLOUT, "termination_wait")])]
    if infra.get(*_ROLLOUT, "alarms") is None or any(_whole(infra, path, 300 if path == waits[0] else 0) != 0 for path in waits):
        return
    yield infra.at((*_ROLLOUT, "alarms"), problems.alarms_without_wait(), of="key")


def _size_problems(infra: Document, strategy: str) -> Iterator[Problem]:
    """A size in instances against all of them. Where they are scaled, their number is known only when it happens."""
    path: Path = (*_ROLLOUT, "size")
    size, count = infra.get(*path), _whole(infra, ("sagemaker", "instance_count"), 1)
    if strategy not in _SHARES or infra.get(*_AUTOSCALING) is not None:
        return
    if not isinstance(size, int | float) or isinstance(size, bool) or count is None or count < 1 or size < 1:
        return
    least, most = _SHARES[strategy]
    if not least <= 100 * size / count <= most:
        yield infra.at(path, problems.step_of_wrong_size(dotted(path), size, count, strategy, _SHARES[strategy]))


def _part_of_one(infra: Document, strategy: str) -> Iterator[Problem]:
    """A share of a single instance. What SageMaker makes of it is not documented: its limits are shares of 'the variant's total
    instance count' (API reference: TrafficRoutingConfig, RollingUpdatePolicy)."""
    path: Path = (*_ROLLOUT, "size")
    size, scaled = infra.get(*path), infra.get(*_AUTOSCALING) is not None
    most = _whole(infra, (*_AUTOSCALING, "max_capacity") if scaled else ("sagemaker", "instance_count"), None if scaled else 1)
    share = int(size[:-1]) if isinstance(size, str) and re.fullmatch(r"[0-9]{1,3}%", size) else 0
    least, largest = _SHARES.get(strategy, (0, 0))
    if most == 1 and share > 0 and least <= share <= largest:  # else the schema refuses it
        yield infra.at(path, problems.part_of_one_instance(dotted(path), str(size)))


def _rollback_size_problems(infra: Document, strategy: str) -> Iterator[Problem]:
    """A batch of a rollback in instances against all of them."""
    path: Path = (*_ROLLOUT, "rollback_size")
    size, count = _whole(infra, path, None), _whole(infra, ("sagemaker", "instance_count"), 1)
    if strategy != "rolling" or size is None or count is None or infra.get(*_AUTOSCALING) is not None:
        return
    if 1 <= count < size:
        yield infra.at(path, problems.rollback_larger_than_fleet(dotted(path), size, count))


def _too_short(infra: Document, strategy: str) -> Iterator[Problem]:
    """The time limit against the waits, which it must exceed (API reference: BlueGreenUpdatePolicy), and against the time in
    which instances are looked for."""
    path: Path = (*_ROLLOUT, "maximum_execution_timeout")
    limit, wait = _whole(infra, path, None), _whole(infra, (*_ROLLOUT, "wait_interval"), 300)
    termination = _whole(infra, (*_ROLLOUT, "termination_wait"), 0)
    if wait is None or termination is None:
        return
    steps = _steps(infra, strategy)
    waits = steps * wait + termination
    if limit is None:
        if waits >= problems.LONGEST_UPDATE:
            yield infra.at((*_ROLLOUT, "wait_interval"), problems.waits_above_longest_update(waits, steps))
    elif limit <= waits:
        yield infra.at(path, problems.limit_below_waits(dotted(path), limit, waits, steps))
    elif (search := _whole(infra, _SEARCH, None)) is not None and limit <= waits + search:
        yield infra.at(path, problems.limit_below_waits_and_search(dotted(path), limit, waits, dotted(_SEARCH), search))


def _steps(infra: Document, strategy: str) -> int:
    """After how many steps there is a wait: after each of linear and rolling, else once."""
    size, count = infra.get(*_ROLLOUT, "size"), _whole(infra, ("sagemaker", "instance_count"), 1)
    if strategy not in {"linear", "rolling"}:
        return 1
    if isinstance(size, str) and re.fullmatch(r"[1-9][0-9]?%", size):
        return math.ceil(100 / int(size[:-1]))
    if isinstance(size, int | float) and count and 1 <= size <= count:
        return math.ceil(count / size)
    return 1


def autoscaling_problems(infra: Document, *, is_async: bool) -> Iterator[Problem]:
    """How many instances there are, and when."""
    if not isinstance(infra.get(*_AUTOSCALING), dict):
        return
    value = infra.get(ENDPOINT)
    if isinstance(value, str) and is_burstable(value):
        # SageMaker Developer Guide, 'Configure model auto scaling with the console': refused on registering the variant
        yield infra.at(_AUTOSCALING, problems.burstable_endpoint(value), of="key")
    least, most = _whole(infra, (*_AUTOSCALING, "min_capacity"), None), _whole(infra, (*_AUTOSCALING, "max_capacity"), None)
    count = _whole(infra, ("sagemaker", "instance_count"), None)
    if least is not None and most is not None and least > most:
        yield infra.at((*_AUTOSCALING, "min_capacity"), problems.capacities_swapped(least, most))
    elif count is not None and ((most is not None and count > most) or (least is not None and count < least)):
        yield infra.at(("sagemaker", "instance_count"), problems.count_outside_capacities(count, least, most))
    if least == 0 and not is_async:
        # SageMaker Developer Guide, 'Scale an endpoint to zero instances': else with inference components only
        yield infra.at((*_AUTOSCALING, "min_capacity"), problems.realtime_without_instances())


def _whole(infra: Document, path: Path, default: int | None) -> int | None:
    """A whole number of the file; the default where there is none, None where there is something else."""
    value = infra.get(*path)
    if value is None:
        return default
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) and value == int(value) else None
