"""'Did you mean': the known word nearest to a mistyped one."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from itertools import islice

_LEAST = 4  # letters of a word of which one may be wrong
_LONG = 9  # letters of a word of which two may be wrong


def closest(word: str, known: Iterable[str]) -> str | None:
    """The known word most like this one, letters in any case, or None when none is near. Only the first 500 are compared."""
    by_folded = {candidate.casefold(): candidate for candidate in islice(known, 500)}
    matches = get_close_matches(word[:200].casefold(), by_folded, n=1, cutoff=0.7)
    return by_folded[matches[0]] if matches else None


def certain(word: str, known: Iterable[str]) -> str | None:
    """The known word that alone can be meant: it differs in case, hyphens, underscores and blanks, or by one slip of the pen
    (two in a long word), and no other comes near. None also where the word itself is known."""
    words = list(islice(known, 500))
    if word in words or len(word) > 100:
        return None
    same = [each for each in words if _letters(each) == _letters(word)]
    if same:
        return same[0] if len(same) == 1 else None
    distances = sorted((_slips(_letters(word), _letters(each)), each) for each in words)
    if not distances:
        return None
    allowed = 0 if len(word) < _LEAST else 1 if len(word) < _LONG else 2
    (nearest, meant), (second, _) = distances[0], (*distances, (len(word) + _LONG, ""))[1]
    return meant if 0 < nearest <= allowed and second > nearest + 1 else None


# What people say in place of a word that a choice or the name of an input has, where no edit distance leads there
_SYNONYMS = {
    "production": ("prod", "prd", "pro", "live", "release", "main", "master", "本番", "本番環境"),
    "staging": ("stg", "stage", "qa", "uat", "preprod", "検証", "ステージング", "確認環境"),
    "dev": ("develop", "development", "devel", "local", "開発", "開発環境"),
    "aws_batch": ("batch", "awsbatch", "aws batch"),
    "sagemaker": ("endpoint", "sage", "sm"),
    "realtime": ("real-time", "real time", "sync", "synchronous", "同期", "リアルタイム"),
    "async": ("asynchronous", "async_inference", "非同期"),
    "simple": ("json", "text", "normal", "default"),
    "image": ("images", "img", "picture", "png", "jpeg", "画像"),
    "file": ("files", "zip", "document", "ファイル"),
    "all_at_once": ("all", "blue_green", "bluegreen", "blue/green", "allatonce"),
    "lenient": ("warn", "loose", "relaxed"),
    "strict": ("error",),
    "refuse": ("fail", "stop", "abort", "error"),
    "ja": ("jp", "jpn", "japanese", "日本語", "ja_jp", "ja-jp"),
    "en": ("us", "eng", "english", "英語", "en_us", "en-us"),
    "any": ("all", "always", "true"),
    "yes": ("true", "y", "ok"),
    "aws-role-arn": ("role-to-assume", "role-arn", "role", "aws-role", "aws-iam-role"),
    "aws-region": ("region", "aws-default-region"),
    "deploy-tag": ("tag", "image-tag"),
    "platform-token": ("token", "api-token", "platform-api-token"),
    "platform-url": ("url", "api-url", "api-endpoint", "platform-endpoint"),
    "wait-timeout": ("timeout", "timeout-minutes", "wait"),
    "env": ("environment", "stage"),
    "project": ("project-name", "name"),
    "config-path": ("config", "infra-file", "infra-path", "config-file"),
    "frontend-image-path": ("image-path", "frontend-image", "image"),
    "tenant-id": ("tenant", "tenant-uuid"),
    "smoke-test-path": ("smoke-test", "smoke-tests"),
    "command": ("action", "mode", "cmd"),
    "keep-generations": ("generations", "keep"),
}


def synonym(word: str, known: Iterable[str]) -> str | None:
    """The one of these known words that people also call so."""
    said = word.strip().casefold()
    return next((each for each in known if said in _SYNONYMS.get(each, ())), None)


def meant_by(word: str, known: Iterable[str]) -> str | None:
    """The known word that is meant: by what people call it, by its beginning where no other begins so, else the most like it."""
    words = list(known)
    begun = [each for each in words if len(word) > 1 and each.startswith(word.casefold())]
    return synonym(word, words) or (begun[0] if len(begun) == 1 else closest(word, words))


def _letters(word: str) -> str:
    return "".join(letter for letter in word.casefold() if letter not in "-_ ")


def _slips(one: str, other: str) -> int:
    """How many letters are too many, missing, others, or have changed places with their neighbour (optimal string alignment)."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for at, letter in enumerate(one, 1):
        last, before, row = before, row, [at]
        for to, wanted in enumerate(other, 1):
            cost = min(before[to] + 1, row[to - 1] + 1, before[to - 1] + (letter != wanted))
            if at > 1 and to > 1 and letter == other[to - 2] and one[at - 2] == wanted:
                cost = min(cost, last[to - 2] + 1)
            row.append(cost)
    return row[-1]
