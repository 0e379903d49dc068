"""Every write of a run, noted before it is sent: what a run that does not come to its end says of it is no guess.

Whoever sends requests feeds it in one place: `aws/recorder.py` for AWS, `resources/listing/client.py` for the platform.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from aces_action.language import EMPTY, Text, lines


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """A request that changes something, in words: what was `done` when it was accepted, and what it `asks` for."""

    done: Text
    asks: Text


class Sending:
    """One write on its way. `pending`: its attempts of which it is not known that nothing came of them."""

    __slots__ = ("accepted", "pending", "write")

    def __init__(self, write: Write) -> None:
        self.write, self.pending, self.accepted = write, 1, False

    def again(self) -> None:
        """It is sent once more."""
        self.pending += 1

    def accept(self) -> None:
        self.accepted = True

    def refuse(self) -> None:
        """Nothing came of the latest attempt."""
        self.pending -= 1


class Ledger:
    """The writes of a run, in their order. Requests come from several threads, and a signal may cut short any of them: there
    is no lock, since whoever would hold it may never let it go; each step is one that Python does as a whole.
    """

    def __init__(self) -> None:
        self._sent: list[Sending] = []

    def send(self, write: Write) -> Sending:
        """To be called before the request leaves."""
        sending = Sending(write)
        self._sent.append(sending)
        return sending

    @property
    def accepted(self) -> tuple[Write, ...]:
        return tuple(dict.fromkeys(each.write for each in self._sent if each.accepted))

    @property
    def unanswered(self) -> tuple[Write, ...]:
        """What may have been done: no answer came, or none that tells. Not what was accepted when it was asked for again."""
        accepted = set(self.accepted)
        open_ = (each.write for each in self._sent if not each.accepted and each.pending > 0)
        return tuple(write for write in dict.fromkeys(open_) if write not in accepted)

    @property
    def is_begun(self) -> bool:
        """Whether anything was changed, or may have been."""
        return bool(self.accepted or self.unanswered)

    def last_words(self) -> Text:
        """What was changed and what may have been, a line each; 'nothing' only where nothing came of any write."""
        accepted, unanswered = self.accepted, self.unanswered
        if not self.is_begun:
            return Text("Nothing was changed.", "何も変更していません。")
        return lines(
            Text("Changed before it stopped:", "停止するまでに変更したもの:") if accepted else EMPTY,
            *_listed(write.done for write in accepted),
            Text(
                "Sent but not answered (may or may not have been done):",
                "送信しましたが応答がなく、実行されたかどうかわからないもの:",
            )
            if unanswered
            else EMPTY,
            *_listed(write.asks for write in unanswered),
        )


def _listed(texts: Iterable[Text]) -> Iterable[Text]:
    return (Text(f"- {each.en}", f"- {each.ja}") for each in texts)
