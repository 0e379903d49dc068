"""GitHub's OIDC token: what the user reads where there is none. The way over HTTP is tested from end to end."""

from __future__ import annotations

import pytest

from aces_action.github.oidc import fetch_token
from aces_action.problems import ActionError


@pytest.mark.parametrize(("url", "request_token"), [(None, "t"), ("", "t"), ("http://127.0.0.1:9/", None)])
def test_a_job_without_the_permission_is_told_to_ask_for_it_in_both_languages(url: str | None, request_token: str | None) -> None:
    with pytest.raises(ActionError) as raised:
        fetch_token(url, request_token)
    [problem] = raised.value.problems
    assert problem.code == "ACES-A002"
    assert problem.message.en == "The runner offers this job no OIDC token."
    assert problem.message.ja == "ランナーが、このジョブにOIDCトークンを提供していません。"
    assert problem.hint.ja == (
        "ジョブに、GitHubからトークンを取得する権限を与えてください。\n"
        "    permissions:\n      id-token: write\n      contents: read\n"
        "forkからのpull requestでは、この権限は得られません。その場合は`command: validate`を使ってください。"
    )


def test_an_endpoint_that_cannot_be_reached_is_named_as_the_cause() -> None:
    with pytest.raises(ActionError) as raised:
        fetch_token("nonsense://x", "t")
    [problem] = raised.value.problems
    assert problem.message.en == "GitHub's token endpoint does not answer (InvalidSchema)."
    assert problem.message.ja == "GitHubのトークンのエンドポイントが応答しません（InvalidSchema）。"
