"""C: the project's files and the workflow, by subject."""

from __future__ import annotations

from aces_action.problems.configuration import (
    account,
    contract,
    files,
    image,
    instance_types,
    json_syntax,
    names,
    register,
    rollout,
    schema,
    serving,
    text,
    workflow,
    workflow_job,
    yaml_syntax,
)

KINDS = (
    *account.KINDS,
    *contract.KINDS,
    *files.KINDS,
    *image.KINDS,
    *instance_types.KINDS,
    *json_syntax.KINDS,
    *names.KINDS,
    *register.KINDS,
    *rollout.KINDS,
    *schema.KINDS,
    *serving.KINDS,
    *text.KINDS,
    *workflow.KINDS,
    *workflow_job.KINDS,
    *yaml_syntax.KINDS,
)
