"""What a server's lines say: unwrapped from what other programs and JSON loggers put around them. Pure.

A line of the log need not be a statement: a model server logs its workers' output as messages of its own, a JSON logger has
the message in a field, and some write a whole traceback into one line. Nor is every statement one of trouble: frameworks warn
in the words of failures.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from aces_action.output.server_log import WIDTH, harmless


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One statement, as cleaned as its line, whose number in the log is `line`.

    `calm`: its level is below that of an error. `harmless`: it says in its own words that it does not matter.
    """

    text: str
    calm: bool
    harmless: bool
    line: int = 0


# TorchServe, MMS (multi-model server) and DJL log what their Python workers write at levels of their own: pytorch/serve#806,
# awslabs/multi-model-server#936. The worker's own words tell how bad it is.
_WORKER = re.compile(r"^.{0,60}?\bW-?\d[\w.-]*-std(?:out|err)\b[:\s]+(?:[\w.]+\s+-\s)?(?P<text>.*)$")
# vLLM puts a process before each line: vllm-project/vllm#25837
_PROCESS = re.compile(r"^\(\w[\w ]*pid=\d+\)\s?")
_FIELD = re.compile(r'"(?P<key>[\w.@-]+)"\s*:\s*"(?P<value>(?:[^"\\]|\\.)*)')
_MESSAGES = {
    *("message", "msg", "@message", "short_message", "full_message", "log", "text", "event", "body", "textpayload", "detail"),
    *("err", "error", "error_message", "exception", "exc_info", "exc_text", "exc", "stack", "stack_trace", "stacktrace"),
    *("stack_info", "traceback", "cause", "reason", "error.message", "error.stack", "exception.message", "exception.stacktrace"),
}
_LEVELS = {"level", "severity", "levelname", "lvl", "log.level", "loglevel", "@level", "log_level"}
_JSON = re.compile(r'\{\s*"')
_ESCAPED_END = re.compile(r"(?<!\\)\\n|#012")  # the second is syslog's
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)")

_CALM = r"info|information|debug|trace|notice|warn|warning|verbose|警告|情報"
_LOUD = r"error|err|fatal|critical|crit|severe|alert|emerg|panic|exception|エラー|致命的"
_LEVEL = re.compile(
    rf"\[\s*(?:{_CALM}|{_LOUD})\s*\]|【(?:{_CALM}|{_LOUD})】"
    rf"|\b(?:level|severity|lvl)=\"?(?:{_CALM}|{_LOUD})\b"
    rf"|^(?:npm )?(?:{_CALM}|{_LOUD})\s*:"
    rf"|(?-i:\b(?:INFO|DEBUG|TRACE|NOTICE|WARN|WARNING|ERROR|FATAL|CRITICAL|SEVERE)\b)"
    # TensorFlow, and glog: Triton
    r"|(?-i:(?:^|\s)[DIWEF](?:\d{4,8})?\s+(?:[\d:. ]+\s)?(?:tensorflow|external|[\w./-]+\.(?:cc|cpp|cu|h|py):\d+))"
    r"|(?-i:\[[WEI]\d*\s)"  # PyTorch
    r"|\b(?-i:\w*Warning): ",  # Python's warnings
    re.IGNORECASE,
)
_LEVEL_WORD = re.compile(rf"\W*(?:\w+=\W*|npm )?(?P<calm>(?:{_CALM})\b|[DIW]\d*\b|\w*Warning\b)", re.IGNORECASE)
_HEAD = 160  # characters in which a level stands

# In words of their own. TensorFlow on a machine without GPU speaks of errors that are none, also at the level E.
_HARMLESS = re.compile(
    r"\b(?:can|could|may|should) (?:be )?(?:safely )?ignored?\b|\bsafely ignored?\b|\bignor(?:e|ing) (?:above|this)\b"
    r"|\b(?:is|are|was) (?:not|no) (?:a |an )?(?:failure|error|problem|fatal|critical)\b|\bnon[- ]?fatal\b|\bnot a big deal\b"
    r"|\bharmless\b|\bfall(?:s|ing)? ?back\b|\bfell back\b|\bfallback to\b"
    r"|\bretrying\b|\bwill (?:be )?retr(?:y|ied)\b|\bretry (?:in|after|#?\d)|\bskipping\b|\bcontinuing (?:with|any)"
    r"|\bif you do not have\b|\bnormal if\b|\bno action (?:is )?(?:needed|required)\b"
    r"|\bcould not load dynamic library\b|\bfailed call to cuInit\b|\bunable to register cu\w+ (?:factory|plugin)\b"
    r"|\bcaught exception\b|\bhandled exception\b"
    r"|無視(?:して|でき|しま|可)|問題(?:は)?(?:ありません|ない)|影響(?:は)?(?:ありません|なし)|フォールバック|スキップ|続行|再試行|リトライ",
    re.IGNORECASE,
)
_OF_WHAT_STANDS_BEFORE = re.compile(r"\bignor(?:e|ing) (?:the )?(?:above|previous)\b|(?:上記|前|上)の.{0,20}無視", re.IGNORECASE)
_MESSAGE_FOLLOWS = re.compile(r"panicked at [^'\"]*:\d+:\d+:$")  # Rust since 1.73

# The line that ends a traceback of Python, of Java or of Node.js: the name of an exception, mostly with its message
EXCEPTION = re.compile(
    r"(?:^|[\s\]|'\"(])(?:[A-Za-z_][\w$]*\.)*(?!Warning)(?:[A-Z]\w*)?(?:Error|Exception|Exit|Interrupt|Fault)(?::\s|$|: ?$)"
)
_ERROR = re.compile(
    r"\b(?:error|fatal|critical|panic|exception|traceback|killed|sigkill|segmentation fault|core dumped|cannot|could not"
    r"|unable to|failed|failure|not found|no such file|denied|refused|exited with)\b|エラー|失敗|例外|見つかりません",
    re.IGNORECASE,
)
FRAME = re.compile(r'\s*(?:File "|at \S+ ?\(|Traceback \(most recent|\.\.\. \d+ more|stack backtrace|goroutine \d+ )')
ACCESS = re.compile(r"\"?(?:GET|POST|HEAD) /\S* HTTP/[\d.]+\"? \d{3}\b")


def statements(lines: Iterable[str]) -> list[Statement]:
    """All that cleaned lines say, in their order."""
    said: list[Statement] = []
    for number, line in enumerate(lines):
        if said and _MESSAGE_FOLLOWS.search(said[-1].text):
            said[-1] = replace(said[-1], text=f"{said[-1].text} {line.strip()}")
            continue
        if said and _OF_WHAT_STANDS_BEFORE.search(line):
            said[-1] = replace(said[-1], harmless=True)
        said += [replace(each, line=number) for each in _unwrapped(line)]
    return said


def _unwrapped(line: str) -> list[Statement]:
    found = _WORKER.match(line)
    inner, level = found["text"] if found else _PROCESS.sub("", line), ""
    if _JSON.search(inner):
        fields = [(each["key"].lower(), each["value"]) for each in _FIELD.finditer(inner)]
        level = next((value for key, value in fields if key in _LEVELS), "")
        messages = [value for key, value in fields if key in _MESSAGES and value]
        if messages:
            pieces = [piece for value in messages for piece in _unescaped(value).split("\n")]
            return [_statement(harmless(piece), level) for piece in pieces if piece.strip()]
    return [_statement(piece, level) for piece in _ESCAPED_END.split(inner) if piece.strip()]


def _unescaped(value: str) -> str:
    """The value of a JSON string, whole or cut; a carriage return stays visible."""

    def meant(found: re.Match[str]) -> str:
        escape = found[1]
        if escape == "r":
            return r"\r"
        try:
            return str(json.loads(f'"\\{escape}"'))
        except ValueError:
            return escape

    plain = _ESCAPE.sub(meant, value)
    return _ESCAPED_END.sub("\n", plain)


def _statement(text: str, level: str) -> Statement:
    found = _LEVEL.search(f"[{level}]") if level else _LEVEL.search(text[:_HEAD])
    exception = EXCEPTION.search(text)
    if found and not level and exception and exception.start() < found.start():
        found = None  # a word of the exception's own
    calm = bool(found and _LEVEL_WORD.match(found[0]))
    return Statement(text=text, calm=calm, harmless=_HARMLESS.search(text) is not None)


def notable(said: Sequence[Statement]) -> str:
    """The statement that tells most: the last exception, else the last error, else the last one. Empty where there is none."""
    relevant = [each for each in said if each.text.strip() and not FRAME.match(each.text) and not ACCESS.search(each.text)]
    for pattern in (EXCEPTION, _ERROR):
        for each in reversed(relevant):
            if not each.calm and not each.harmless and (found := pattern.search(each.text)):
                return excerpt(each.text, *found.span())
    return excerpt(relevant[-1].text, 0, 0) if relevant else ""


def excerpt(text: str, start: int, end: int) -> str:
    """At most `WIDTH` characters of a statement, around what was found in it."""
    plain = text.strip()
    if len(plain) <= WIDTH:
        return plain
    start, end = (at - (len(text) - len(text.lstrip())) for at in (start, end))
    first = max(0, min(start - WIDTH // 4, len(plain) - WIDTH))
    first = 0 if end <= WIDTH - 1 else first
    before, after = "…" if first else "", "…" if first + WIDTH < len(plain) else ""
    return f"{before}{plain[first + len(before) : first + WIDTH - len(after)]}{after}"
