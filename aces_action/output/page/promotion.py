"""What a promotion has brought: whose image and weights these are, and how they are known to be good."""

from __future__ import annotations

from aces_action.aws.tags import short_commit
from aces_action.durations import date_and_time
from aces_action.language import Language, Text
from aces_action.output.page.blocks import Block, Code, Line, PageHeading, PageList, Span
from aces_action.output.page.server_status import run_link
from aces_action.output.page.wording import dotted, words
from aces_action.output.report import Report


def promotion_blocks(report: Report, language: Language) -> list[Block]:
    """The source, and the names of the very bytes."""
    origin = report.promoted_from
    if origin is None:
        return []
    env, since = origin.env, date_and_time(origin.served) if origin.served else None
    passed = Text(f"smoke-tested in {env}", f"{env}でスモークテストに合格済み")
    serves: list[Span] = [words(Text(f"serves there since {since.en}", f"{since.ja}から稼働"), language)] if since else []
    account = words(Text(f"account {origin.account}", f"AWSアカウント {origin.account}"), language)
    commit: list[Span] = [Code(text=short_commit(origin.commit))] if origin.commit else []
    lines: list[Line] = [
        dotted([words(passed, language), *serves, account, *commit, *run_link(origin.run_url, language)]),
        (Code(text=origin.label),),
        (words(Text("image ", "イメージ "), language), Code(text=origin.image_digest)),
        (words(Text("weights SHA-256 ", "重みファイルのSHA-256 "), language), Code(text=origin.weights_sha256)),
    ]
    title = Text(f"Promoted from {env}", f"{env}からの昇格")
    return [PageHeading(text=words(title, language)), PageList(items=tuple((line,) for line in lines))]
