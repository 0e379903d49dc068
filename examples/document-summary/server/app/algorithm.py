"""A stand-in for a summariser, small enough to read: it picks the sentences whose words weigh most. Put your own network here.

It is honest about one thing that matters in a deploy: the answer depends on the weights, so you see which ones are served.
"""

import io
import re
import zipfile
import zlib
from array import array
from dataclasses import dataclass
from pathlib import Path

MAX_DOCUMENTS = 100
MAX_DOCUMENT = 1_000_000
SENTENCES = 2


@dataclass(frozen=True, kw_only=True)
class Model:
    weights: array  # one float32 for each bucket of words


def load(model_dir: Path) -> Model:
    """The first checkpoint (raw float32) under `model_dir`; at most 65,536 weights of it are used."""
    checkpoint = next(iter(sorted(model_dir.rglob("*.pth"))), None)
    if checkpoint is None:
        raise FileNotFoundError(f"no *.pth under {model_dir}: is it in deploy.tar.gz?")
    weights = array("f")
    with checkpoint.open("rb") as stream:
        content = stream.read(65_536 * weights.itemsize)
    weights.frombytes(content[: len(content) // weights.itemsize * weights.itemsize])
    if not weights:
        raise ValueError(f"{checkpoint} holds no float32 number")
    return Model(weights=weights)


def infer(model: Model, body: bytes) -> dict[str, object]:
    """A summary of each text in a ZIP archive. Raises ValueError for what is not one, or holds too much."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
            if len(members) > MAX_DOCUMENTS or any(member.file_size > MAX_DOCUMENT for member in members):
                raise ValueError(f"the archive may hold {MAX_DOCUMENTS} files of {MAX_DOCUMENT} bytes")
            texts = {member.filename: archive.read(member).decode() for member in members}
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError) as error:  # the last two: odd methods, passwords
        raise ValueError(f"the body must be a plain ZIP archive: {error}") from error
    return {"results": [{"file": name, "summary": summarise(model, text)} for name, text in texts.items()]}


def summarise(model: Model, text: str) -> str:
    """The sentences that weigh most, in their order."""
    sentences = [sentence.strip() for sentence in re.findall(r"[^。.!?！？\n]+[。.!?！？]?", text) if sentence.strip()]
    best = sorted(range(len(sentences)), key=lambda index: weigh(model, sentences[index]), reverse=True)[:SENTENCES]
    return " ".join(sentences[index] for index in sorted(best))


def weigh(model: Model, sentence: str) -> float:
    words = re.findall(r"\w+", sentence.lower())
    return sum(model.weights[zlib.crc32(word.encode()) % len(model.weights)] for word in words) / max(len(words), 1)
