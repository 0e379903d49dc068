"""A stand-in for a detector, small enough to read: a linear model over an image's bytes. Put your own network here.

It is honest about one thing that matters in a deploy: the answer depends on the weights, so you see which ones are served.
"""

import math
from array import array
from dataclasses import dataclass
from pathlib import Path

SIGNATURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")


@dataclass(frozen=True, kw_only=True)
class Model:
    labels: list[str]
    weights: array  # 256 float32 for each label


def load(model_dir: Path) -> Model:
    """The first checkpoint (raw float32) and label.txt under `model_dir`; without labels, one is made up."""
    checkpoint = next(iter(sorted(model_dir.rglob("*.pth"))), None)
    if checkpoint is None:
        raise FileNotFoundError(f"no *.pth under {model_dir}: is it in deploy.tar.gz?")
    names = [line.strip() for path in sorted(model_dir.rglob("label.txt")) for line in path.read_text("utf-8").splitlines()]
    labels = [name for name in names if name] or ["plate"]
    weights = array("f")
    with checkpoint.open("rb") as stream:
        weights.frombytes(stream.read(256 * weights.itemsize * len(labels)))
    if len(weights) < 256 * len(labels):
        raise ValueError(f"{checkpoint} has fewer than 256 weights for each of {len(labels)} labels")
    return Model(labels=labels, weights=weights)


def infer(model: Model, body: bytes) -> dict[str, object]:
    """A score for each label that adds up to 1. Raises ValueError for what is not a PNG or JPEG."""
    if not body.startswith(SIGNATURES):
        raise ValueError("the body must be a PNG or JPEG image")
    frequencies = [body.count(value) / len(body) for value in range(256)]
    logits = [
        sum(weight * frequency for weight, frequency in zip(model.weights[start : start + 256], frequencies, strict=True))
        for start in range(0, 256 * len(model.labels), 256)
    ]
    highest = max(logits)
    powers = [math.exp(logit - highest) for logit in logits]
    scores = [power / sum(powers) for power in powers]
    return {"results": [{"label": label, "score": score} for label, score in zip(model.labels, scores, strict=True)]}
