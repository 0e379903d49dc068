"""Whether SageMaker will be able to unpack an archive of weights, found out in one pass over its bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Generator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from typing import Protocol

from aces_action.language import Text, lines, same, sentences
from aces_action.problems import CATALOGUE, Problem
from aces_action.weights.damage import Damaged
from aces_action.weights.gzip_stream import inflate
from aces_action.weights.rules import EXTRACTION_FAILS, Entry, Inspector, Policy
from aces_action.weights.tar_stream import members

_CHUNK = 1 << 20


class Source(Protocol):
    """Where the compressed bytes come from: an open file, standard input, the body of an S3 answer."""

    def read(self, size: int, /) -> bytes: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What is known of an archive after one pass. Sizes in bytes.

    `size`: compressed; `unpacked_size`: of all files in it; `entries`: its first files. When the archive was too damaged to be
    read to its end, the numbers count what was read and `sha256` (hex, of the compressed bytes) is empty.
    """

    name: str
    size: int
    unpacked_size: int
    sha256: str
    members: int
    files: int
    entries: tuple[Entry, ...]
    problems: tuple[Problem, ...]

    @property
    def ok(self) -> bool:
        return all(problem.severity != "error" for problem in self.problems)


def judge(source: Source, *, name: str, policy: Policy = "strict") -> Verdict:
    """Reads a .tar.gz once, to its last byte or to the first damage, in constant memory and without a file on disk.

    `policy` 'lenient' only warns of hidden files and of links that stay inside. Whatever is wrong with the archive is in the
    verdict; only what `source` itself raises is raised.
    """
    intake = _Intake(source)
    inspector = Inspector(policy)
    damage: Damaged | None = None
    with closing(intake.chunks()) as chunks:
        try:
            for member in members(inflate(chunks)):
                inspector.look_at(member)
        except Damaged as error:
            damage = error
    problems = list(inspector.problems(name, complete=damage is None))
    if damage is not None:
        problems.append(_problem(damage, name, inspector))
    return Verdict(
        name=name,
        size=intake.size,
        unpacked_size=inspector.unpacked_size,
        sha256="" if damage else intake.sha256.hexdigest(),
        members=inspector.members,
        files=inspector.files,
        entries=tuple(inspector.entries),
        problems=tuple(problems),
    )


class _Intake:
    """Reads the source in whole chunks and hashes each of them in another thread, while it is being inflated."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self.size = 0
        self.sha256 = hashlib.sha256()

    def chunks(self) -> Generator[bytes]:
        # The source is read in the calling thread: a cancelled job must not wait for a connection that hangs.
        with ThreadPoolExecutor(max_workers=1) as hasher:
            hashed: Future[None] | None = None
            while chunk := self._fill():
                if hashed is not None:
                    hashed.result()
                if len(chunk) == _CHUNK:
                    hashed = hasher.submit(self.sha256.update, chunk)
                else:  # the last one; a small archive needs no thread
                    self.sha256.update(chunk)
                self.size += len(chunk)
                yield chunk

    def _fill(self) -> bytes:
        """A whole chunk, however little the source hands out at a time; less only at its end."""
        chunk = self._source.read(_CHUNK)
        if not chunk or len(chunk) == _CHUNK:
            return chunk
        parts = bytearray(chunk)
        while len(parts) < _CHUNK and (chunk := self._source.read(_CHUNK - len(parts))):
            parts += chunk
        return bytes(parts)


def _problem(damage: Damaged, name: str, inspector: Inspector) -> Problem:
    command = same(inspector.command(name))
    if damage.hint:
        hint = lines(damage.hint, command) if damage.hint.en.endswith(":") else damage.hint
    elif damage.code == "W012":
        question = Text(
            "Is this the right file? If so, pack only what the server loads:",
            "ファイルは正しいですか。正しければ、サーバが読み込むものだけをまとめてください:",
        )
        hint = lines(question, command)
    else:
        whole = Text(
            "Is it whole on your side? Then upload it again:",
            "手元のファイルは壊れていませんか。壊れていなければ、アップロードしなおしてください:",
        )
        look = same("gzip -t deploy.tar.gz && tar tzf deploy.tar.gz")
        again = Text("If it is not, pack it again:", "壊れていれば、まとめなおしてください:")
        hint = lines(sentences(EXTRACTION_FAILS, whole), look, again, command)
    message = Text(f"{name}: {damage.text.en}.", f"{name}: {damage.text.ja}。")
    return Problem(kind=CATALOGUE[damage.code], message=message, hint=hint)
