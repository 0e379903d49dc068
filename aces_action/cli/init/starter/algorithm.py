"""Your model goes here: `load` reads its weights once, `infer` answers one request. Server and Batch job both call them.

Until then the answer tells how long the request is and which weight files are there, so you see what is served.
"""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Model:
    weights: dict[str, int]  # bytes of each file of deploy.tar.gz, by its path in it


def load(model_dir: Path) -> Model:
    """Takes whatever deploy.tar.gz holds: read your own files here."""
    files = sorted(path for path in model_dir.rglob("*") if path.is_file())
    return Model(weights={path.relative_to(model_dir).as_posix(): path.stat().st_size for path in files})


def infer(model: Model, body: bytes) -> dict[str, object]:
    """The answer, which is sent as JSON. Raises ValueError for a request that is wrong: it is answered with status 400."""
    if not body:
        raise ValueError("the request is empty")
    return {"results": [{"bytes": len(body)}], "weights": model.weights}
