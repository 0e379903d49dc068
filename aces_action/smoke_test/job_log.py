"""The lines of a job's container as CloudWatch Logs gets them: read from where the last look ended, made harmless, told."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from aces_action.aws.errors import AWS_ERRORS, error_code, is_denied, missing_permission
from aces_action.credentials import hide_keys
from aces_action.language import EMPTY, Text
from aces_action.output.server_log import LINES, WIDTH, cleaned
from aces_action.sanitiser import shorten
from aces_action.smoke_test.job_model import JobObservation

if TYPE_CHECKING:
    from types_boto3_logs import CloudWatchLogsClient

LIVE_LINES = 40  # of one job that are told as they come; of the others only the last ones at the end, if it fails
_PAGES = 5  # of one look, of at most 10,000 events each (botocore: GetLogEvents, limit)
_REMEMBERED = 100  # lines before those that come: a private key may have begun in one of them


@dataclass(slots=True, kw_only=True)
class JobLog:
    """What is known of one job's lines. `lines` are the last of them, as log and summary may show them; `missing` says why there
    are none, or no more."""

    lines: deque[str] = field(default_factory=lambda: deque(maxlen=LINES))
    count: int = 0
    told: int = 0
    stream: str = ""
    missing: Text = EMPTY
    _token: str | None = None
    _before: deque[str] = field(default_factory=lambda: deque(maxlen=_REMEMBERED))

    @property
    def hidden(self) -> int:
        """How many lines came after those that were told."""
        return self.count - self.told

    def read(self, client: CloudWatchLogsClient, seen: JobObservation, redact: Callable[[str], str]) -> list[str]:
        """The lines that came since the last look and are to be told. Raises nothing: what cannot be read is a word beside it."""
        if seen.log_group is None:
            self.missing = _ELSEWHERE
            return []
        if not seen.log_stream or self._is_denied:
            return []
        if seen.log_stream != self.stream:  # another attempt has a stream of its own
            self.stream, self._token = seen.log_stream, None
        try:
            messages = self._messages(client, seen.log_group)
        except AWS_ERRORS as error:
            self.missing = _why(error)
            return []
        self.missing = EMPTY
        fresh = self._plain(messages, redact)
        self.lines.extend(fresh)
        live = fresh[: max(0, LIVE_LINES - self.told)]
        self.told += len(live)
        return [shorten(line, WIDTH) for line in live]

    @property
    def _is_denied(self) -> bool:
        return bool(self.missing) and self.missing not in (_NOT_THERE, _NO_ANSWER, _ELSEWHERE)

    def _messages(self, client: CloudWatchLogsClient, group: str) -> list[str]:
        messages: list[str] = []
        for _ in range(_PAGES):
            more: dict[str, Any] = {"nextToken": self._token} if self._token else {}
            page = client.get_log_events(logGroupName=group, logStreamName=self.stream, startFromHead=True, **more)
            messages += [event.get("message", "") for event in page.get("events", ())]
            token = page.get("nextForwardToken")
            if token == self._token or token is None:  # botocore: the same token again is the end of the stream
                break
            self._token = token
        return messages

    def _plain(self, messages: list[str], redact: Callable[[str], str]) -> tuple[str, ...]:
        """Cleaned. A private key has many lines, of which some may have come before."""
        pieces = [line for message in messages for line in message.split("\n")]
        self.count += sum(1 for line in pieces if line.strip())
        before = list(self._before)
        self._before.extend(pieces)
        known = hide_keys([*before, *pieces])
        unchanged = len(hide_keys(before))
        return cleaned(known[min(unchanged, len(known)) :], redact)


_ELSEWHERE = Text("The job's log does not go to CloudWatch Logs.", "ジョブのログの出力先は、CloudWatch Logsではありません。")
_NOT_THERE = Text("The job has written no log in CloudWatch yet.", "ジョブのログは、まだCloudWatchに出力されていません。")
_NO_ANSWER = Text("CloudWatch Logs did not answer.", "CloudWatch Logsが応答しませんでした。")


def _why(error: Any) -> Text:
    if isinstance(error, ClientError) and error_code(error) == "ResourceNotFoundException":
        return _NOT_THERE
    if isinstance(error, ClientError) and is_denied(error):
        permission = missing_permission(error, "logs")
        return Text(
            f"The job's log could not be read: the role of AWS_ROLE_ARN lacks {permission}.",
            f"ジョブのログを読み取れませんでした。AWS_ROLE_ARNのロールに{permission}の権限がありません。",
        )
    return _NO_ANSWER
