"""The keys of AWS in the environment: whether they can be keys at all. Imports nothing of AWS's; nothing is asked."""

from __future__ import annotations

from collections.abc import Mapping

from aces_action.language import EMPTY, Text, sentences
from aces_action.problems import CATALOGUE, Problem

# What botocore reads (credentials.py, EnvProvider); the third is an older name of the last, and wins over it
KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SECURITY_TOKEN", "AWS_SESSION_TOKEN")


def wrong_keys(environ: Mapping[str, str]) -> dict[str, Problem]:
    """A001 by the variable's name, for each that holds what no key has: http.client would refuse it as a header, and quote it.

    Without an access key botocore looks at none of them.
    """
    if not environ.get(KEYS[0]):
        return {}
    return {name: _problem(name, wrong) for name in KEYS if (wrong := _what_is_wrong(environ.get(name, "")))}


def _what_is_wrong(key: str) -> Text:
    """What no key has, and where; a predicate in English, in Japanese what follows the variable's name."""
    within = key.strip()
    before, after = key[: len(key) - len(key.lstrip())], key[len(key.rstrip()) :]
    if key and not within:
        return Text("has nothing in it but white space", "には空白しか入っていません")
    for blank, where in (
        (after, Text("at its end", "の末尾")),
        (before, Text("at its beginning", "の先頭")),
        ("".join(each for each in within if each.isspace()), Text("inside", "の途中")),
    ):
        if blank:
            what = Text("a line break", "改行") if set(blank) & set("\r\n") else Text("a blank", "空白")
            return Text(f"has {what.en} {where.en}", f"{where.ja}に{what.ja}が入っています")
    if not within.isascii():
        return Text(
            "has a character that is not ASCII (a full-width or an invisible one?)",
            "にASCII以外の文字（全角文字や見えない文字など）が入っています",
        )
    if not within.isprintable():
        return Text("has a control character", "に制御文字が入っています")
    if within[:1] in {'"', "'"} or within[-1:] in {'"', "'"}:
        return Text("has quotation marks around it", "が引用符で囲まれています")
    return EMPTY


def _problem(name: str, wrong: Text) -> Problem:
    return Problem(
        kind=CATALOGUE["A001"],
        message=Text(f"{name} {wrong.en}: no AWS key looks like that.", f"{name}{wrong.ja}。AWSのキーとして正しくありません。"),
        hint=sentences(
            Text(
                f"Copy the key again, and nothing else, into the secret that {name} uses.",
                f"キーだけをコピーしなおし、{name}に渡しているシークレットに設定してください。",
            ),
            Text("With AWS_ROLE_ARN no keys are needed.", "AWS_ROLE_ARNを使えば、キーは不要です。"),
        ),
    )
