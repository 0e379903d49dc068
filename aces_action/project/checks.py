"""Rules that no schema can say: between two files, between a file and the workflow, and within one file as a whole.

Pure functions of documents. They take what they can use of data that a schema may already have refused, and stay silent about
the rest.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from aces_action.problems import Problem
from aces_action.project.document import Document, Path, dotted
from aces_action.project.similar import closest

_PLACEHOLDER = re.compile(r"<REPLACE_YOUR_[^<>\s]*>?")


def placeholder_problems(document: Document) -> list[Problem]:
    """`<REPLACE_YOUR_…>` of the template that nobody replaced, in keys and values (comments may speak of it)."""
    problems = []
    for path in document.values:
        value = document.get(*path)
        if isinstance(value, str) and (found := _PLACEHOLDER.search(value)):
            hint = f"Replace {found.group()} by your own value."
            problems.append(document.problem("C009", path, f"{dotted(path)} still has {found.group()} of the template.", hint))
    for path in document.keys:
        if found := _PLACEHOLDER.search(str(path[-1])):
            message = f"The key {found.group()} of the template is still there."
            problems.append(document.problem("C009", path, message, "Replace it by your own.", of="key"))
    return problems


def task_names(algorithm: Document) -> tuple[str, ...]:
    """Every task_name of algorithm.json in order: that of the top and those of its `algorithms`."""
    entries = algorithm.get("algorithms")
    count = len(entries) if isinstance(entries, list) else 0
    names = [algorithm.get("task_name"), *(algorithm.get("algorithms", index, "task_name") for index in range(count))]
    return tuple(dict.fromkeys(name for name in names if isinstance(name, str) and name))


def register_problems(register: Document, tasks: tuple[str, ...] | None, image_path: str | None) -> list[Problem]:
    """register.json as a whole, against algorithm.json (`tasks`; None where that is not known) and FRONTEND_IMAGE_PATH."""
    problems = []
    plan = register.get("plan_id")
    if isinstance(plan, int) and plan != 1:
        hint = 'A private algorithm needs the business plan: write "plan_id": 1.'
        problems.append(register.problem("C013", ("plan_id",), f"plan_id is {plan}; 1 is the business plan.", hint))
    services = register.get("services")
    first_places: dict[str, Path] = {}
    known = None if tasks is None else frozenset(tasks)
    for index in range(len(services) if isinstance(services, list) else 0):
        at: Path = ("services", index)
        name = register.get(*at, "name")
        if isinstance(name, str):
            problems.extend(_name_problems(register, (*at, "name"), name, first_places))
            if known is not None and tasks is not None and name not in known:
                problems.append(_not_a_task(register, (*at, "name"), name, tasks))
        kind = register.get(*at, "type")
        for key in ("input_mimes", "output_mimes"):
            if kind in {"simple", "image"} and register.get(*at, key) is not None:
                message = f"{dotted((*at, key))} has no effect: the type is {kind}, not file."
                problems.append(register.problem("C012", (*at, key), message, "Delete it, or write type file.", of="key"))
        problems.extend(_image_key_problems(register, (*at, "image_key"), image_path))
    return problems


def _name_problems(register: Document, path: Path, name: str, first_places: dict[str, Path]) -> Iterator[Problem]:
    first = first_places.setdefault(name, path)
    if first != path:
        message = f'{dotted(path)} "{name}" is taken by {dotted(first)} in line {register.line(first)}.'
        yield register.problem("C010", path, message, "Each service has a name of its own.")


def _not_a_task(register: Document, path: Path, name: str, tasks: tuple[str, ...]) -> Problem:
    listed = ", ".join(f'"{task}"' for task in tasks[:5]) + (f" and {len(tasks) - 5} more" if len(tasks) > 5 else "")
    message = f'{dotted(path)} is "{name}", but algorithm.json has no such task_name; it has {listed}.'
    meant = tasks[0] if len(tasks) == 1 else closest(name, tasks[:50])
    hint = f'Did you mean "{meant}"?' if meant else "Write one of those, or add this task to algorithm.json."
    return register.problem("C006", path, message, hint)


def _image_key_problems(register: Document, path: Path, image_path: str | None) -> Iterator[Problem]:
    key = register.get(*path)
    if image_path is None or not isinstance(key, str) or key == (image := PurePosixPath(image_path).name):
        return
    message = f'{dotted(path)} is "{key}", but the file of FRONTEND_IMAGE_PATH is "{image}".'
    yield register.problem("C008", path, message, f'Write "image_key": "{image}", or change FRONTEND_IMAGE_PATH.')


def account_problems(infra: Document, role_account: str | None) -> list[Problem]:
    """account_id against the account in AWS_ROLE_ARN, where both are known."""
    account = infra.get("account_id")
    if role_account is None or not isinstance(account, str) or account == role_account or not re.fullmatch(r"[0-9]{12}", account):
        return []
    message = f"account_id is {account}, but AWS_ROLE_ARN is a role of the account {role_account}."
    return [infra.problem("C015", ("account_id",), message, "Correct the one that is wrong: both name the account to deploy to.")]


def instance_type_problems(infra: Document, known: tuple[str, ...]) -> list[Problem]:
    """SAGEMAKER_INSTANCE_TYPE against SageMaker's own list (empty: not at hand).

    A size that its family lacks is a mistake. A family that is not in the list may be newer than the list: a warning.
    """
    key = "SAGEMAKER_INSTANCE_TYPE"
    value = infra.get(key)
    if not isinstance(value, str) or not known or value in known or not re.fullmatch(r"ml\.[^.]+\.[^.]+", value):
        return []
    family = value.rpartition(".")[0]
    sizes = [name for name in known if name.startswith(f"{family}.")]
    if sizes:
        meant = closest(value, sizes)
        hint = (f"Did you mean {meant}? " if meant else "") + f"There are: {', '.join(sizes)}."
        return [infra.problem("C018", (key,), f"{key} is {value}: {family} has no such size on SageMaker.", hint)]
    meant = closest(value, known)
    message = f"{key} is {value}, which is not in the list of SageMaker's instance types that this action knows."
    hint = (f"Did you mean {meant}? " if meant else "") + "If it is newer than the list, the deploy goes on with it."
    return [infra.problem("C020", (key,), message, hint)]


def serving_problems(infra: Document) -> list[Problem]:
    """Whether the settings together are one of the ways to serve (the guide's table in 2.1), and which have no effect."""
    if not isinstance(infra.data, dict):
        return []
    component = infra.get("ASYNC_COMPONENT_SERVICE") or "aws_batch"
    if component == "sagemaker":
        return [*_sagemaker_alone(infra), *_settings_without_effect(infra, with_batch=False)]
    if component == "aws_batch":
        return [*_with_batch(infra), *_settings_without_effect(infra, with_batch=True)]
    return []


def _sagemaker_alone(infra: Document) -> Iterator[Problem]:
    if infra.get("SAGEMAKER_INSTANCE_TYPE") is None:
        message = "ASYNC_COMPONENT_SERVICE is sagemaker, but SAGEMAKER_INSTANCE_TYPE is missing: there is nothing to deploy."
        hint = "Add SAGEMAKER_INSTANCE_TYPE: ml.t2.xlarge (CPU) or ml.g4dn.xlarge (GPU)."
        yield infra.problem("C017", ("ASYNC_COMPONENT_SERVICE",), message, hint)


def _with_batch(infra: Document) -> Iterator[Problem]:
    endpoint, job = infra.get("SAGEMAKER_INSTANCE_TYPE"), infra.get("aws_batch_instance_type")
    longtime = infra.get("aws_longtime_batch_instance_type")
    if endpoint is None and job is None and longtime is None:
        message = "Neither SAGEMAKER_INSTANCE_TYPE nor aws_batch_instance_type is set: there is nothing to deploy."
        hint = "For both APIs:\nSAGEMAKER_INSTANCE_TYPE: ml.t2.xlarge\naws_batch_instance_type: m5.xlarge"
        yield infra.problem("C017", (), message, hint)
    if longtime is not None and job is None:
        message = "aws_longtime_batch_instance_type needs aws_batch_instance_type beside it."
        hint = "Add the standard job, e.g. aws_batch_instance_type: m5.xlarge."
        yield infra.problem("C021", ("aws_longtime_batch_instance_type",), message, hint, of="key")
    if endpoint is not None and job is None and longtime is None:
        message = "aws_batch_instance_type is missing: nothing will run the asynchronous API, only the synchronous one answers."
        hint = "Add aws_batch_instance_type, or write ASYNC_COMPONENT_SERVICE: sagemaker."
        yield infra.problem("C012", ("ASYNC_COMPONENT_SERVICE",), message, hint)
    if infra.get("SAGEMAKER_INFERENCE_MODE") == "async":
        message = "SAGEMAKER_INFERENCE_MODE async cannot go with ASYNC_COMPONENT_SERVICE aws_batch."
        hint = (
            "Under aws_batch the endpoint answers the synchronous API, and Batch the asynchronous one: delete the line.\n"
            "For an asynchronous endpoint write ASYNC_COMPONENT_SERVICE: sagemaker."
        )
        yield infra.problem("C021", ("SAGEMAKER_INFERENCE_MODE",), message, hint)
    names = [("batch", "job_definition_name"), ("batch", "longtime", "job_definition_name")]
    if infra.get(*names[0]) is not None and infra.get(*names[0]) == infra.get(*names[1]):
        message = "Both job definitions have the same name: each deploy would replace one by the other."
        yield infra.problem("C010", names[1], message, "Give the long-time one a name of its own.")


def _settings_without_effect(infra: Document, *, with_batch: bool) -> Iterator[Problem]:
    """Our own settings for something that is not deployed. The guide's keys stay unremarked: its template sets all of them."""
    has_endpoint = infra.get("SAGEMAKER_INSTANCE_TYPE") is not None
    is_async = (infra.get("SAGEMAKER_INFERENCE_MODE") or ("realtime" if with_batch else "async")) == "async"
    has_job = with_batch and infra.get("aws_batch_instance_type") is not None
    has_longtime = has_job and infra.get("aws_longtime_batch_instance_type") is not None
    conditions: Iterable[tuple[Path, bool, str]] = (
        (("sagemaker",), has_endpoint, "SAGEMAKER_INSTANCE_TYPE is not set"),
        (("sagemaker", "async"), not has_endpoint or is_async, "the endpoint is a real-time one"),
        (("SAGEMAKER_INFERENCE_MODE",), has_endpoint or not with_batch, "SAGEMAKER_INSTANCE_TYPE is not set"),
        (("batch",), has_job, "aws_batch_instance_type is not set" if with_batch else "ASYNC_COMPONENT_SERVICE is sagemaker"),
        (("batch", "longtime"), has_longtime or not has_job, "aws_longtime_batch_instance_type is not set"),
    )
    for path, has_effect, reason in conditions:
        if not has_effect and infra.get(*path) is not None:
            yield infra.problem("C012", path, f"{dotted(path)} has no effect: {reason}.", of="key")
