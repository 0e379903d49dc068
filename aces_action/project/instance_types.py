"""SageMaker's own list of instance types, from the API model that botocore ships."""

from __future__ import annotations

import gzip
import json
import re
from functools import cache
from importlib.util import find_spec
from pathlib import Path

_SHAPE = re.compile(r'"ProductionVariantInstanceType"\s*:\s*(?=\{\s*"type")')


@cache
def sagemaker_instance_types() -> tuple[str, ...]:
    """Instance types that an endpoint can have, without 'ml.' left off; empty where botocore's model is not to be found.

    botocore is not imported and its model of 2.6 MB not parsed: unpacking it and reading the one list takes 20 ms.
    """
    spec = find_spec("botocore")
    if spec is None or spec.origin is None:
        return ()
    models = sorted((Path(spec.origin).parent / "data" / "sagemaker").glob("*/service-2.json.gz"))
    if not models:
        return ()
    model = gzip.decompress(models[-1].read_bytes()).decode()
    shape = _SHAPE.search(model)
    return tuple(json.JSONDecoder().raw_decode(model, shape.end())[0].get("enum", ())) if shape else ()
