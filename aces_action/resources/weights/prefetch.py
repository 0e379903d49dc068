"""Lets an iterator work ahead in another thread, so that reading, inflating and inspecting overlap."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing
from queue import Empty, Queue
from threading import Event, Thread

_PATIENCE = 1.0
"""Seconds that the thread may take to notice that no more is wanted. One that hangs in a connection is left behind."""


def prefetch(pieces: Generator[bytes], depth: int) -> Generator[bytes]:
    """The pieces, none of them empty, up to `depth` of them made before they are asked for.

    Raises what `pieces` raises, in its place. Closing this generator closes `pieces` as soon as their thread notices. The thread
    is a daemon, and who asks for a piece waits for a queue alone: a cancelled job ends at once although a connection hangs.
    """
    waiting: Queue[bytes | Exception] = Queue(depth)
    unwanted = Event()

    def work() -> None:
        try:
            with closing(pieces):
                for piece in pieces:
                    waiting.put(piece)
                    if unwanted.is_set():
                        return
        except Exception as error:  # noqa: BLE001 - raised again where the pieces are taken
            waiting.put(error)
        else:
            waiting.put(b"")

    worker = Thread(target=work, name="ahead", daemon=True)
    worker.start()
    try:
        while piece := waiting.get():
            if isinstance(piece, Exception):
                raise piece
            yield piece
    finally:
        unwanted.set()
        try:
            while True:  # makes room for a thread that waits to put; it puts one more at most before it notices
                waiting.get_nowait()
        except Empty:
            worker.join(_PATIENCE)
