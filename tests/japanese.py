"""What is left of English in what a Japanese run shows: log, summary, outputs, help."""

from __future__ import annotations

import html
import re

JAPANESE = re.compile(r"[\u3041-\u30ff\u4e00-\u9fff]")
# What stands in any language: code, addresses, names in quotes, and the server's own lines
_QUOTED = re.compile(
    r"`[^`]*`|<code>.*?</code>|「[^」]*」|\"[^\"]*\"|https?://\S+|arn:\S+|^\s*\| .*|^::(?:add-mask|group|endgroup)::",
    re.MULTILINE,
)
_WORD = re.compile(r"(?<![\w./:@=$<>{}&%#*~+-])[A-Za-z]?[a-z]+(?![\w/@={}&%*~+-]|[.:(]\w)")
# A sentence of English has one of these, a command or a name has none
_OF_SENTENCES = frozenset({
    "a", "an", "and", "are", "as", "at", "be", "been", "by", "for", "from", "has", "have", "is", "it", "its", "no", "not", "of",
    "or", "that", "the", "their", "there", "this", "to", "was", "were", "will", "with",
})  # fmt: skip
# Names, and words of files, commands and APIs that are quoted there alone
NAMES = frozenset({
    "Amazon", "Auto", "Batch", "batch", "business", "Cancelled", "Chrome", "Chromium", "claim", "commit", "concurrency",
    "Creating", "deferred", "Deleting", "dev", "ecr", "Edge", "Failed", "false", "file", "fork", "gpu", "image", "InService",
    "kB", "Linux", "Logs", "main", "Manager", "no", "numberplate", "plan", "Platform", "production", "push", "Python",
    "Quotas", "required", "sagemaker", "Scaling", "Secrets", "Service", "simple", "staging", "sts", "Systems", "true",
    "Updating", "vCPU", "vCPUs", "zip",
})  # fmt: skip


def english_in(text: str, *, quoted: tuple[str, ...] = ()) -> list[str]:
    """The lines with English in them. `quoted`: words of AWS's, of the platform's or of a file's that are shown as they are."""
    for words in quoted:
        text = text.replace(words, "")
    text = re.sub(r"\x1b\[[0-9;]*m", "", html.unescape(text.replace("%0A", "\n")))
    lines = [
        _QUOTED.sub("", line) for line in re.sub(r"<pre>.*?</pre>|```.*?```", _japanese_alone, text, flags=re.DOTALL).splitlines()
    ]
    return [line for line in lines if _is_english(line)]


def _japanese_alone(block: re.Match[str]) -> str:
    """Of a block of code what is written in Japanese: the rest is code, or the server's words."""
    return "\n".join(line for line in block[0].splitlines() if JAPANESE.search(line))


def _is_english(line: str) -> bool:
    words = set(_WORD.findall(line))
    return bool(words - NAMES if JAPANESE.search(line) else words & _OF_SENTENCES - NAMES)
