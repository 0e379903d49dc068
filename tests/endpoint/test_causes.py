"""What a user is told to do about SageMaker's reasons."""

from __future__ import annotations

import pytest

from aces_action.endpoint.causes import remedy


@pytest.mark.parametrize(
    ("reason", "english", "japanese"),
    [
        ('Failed to extract model data archive for container "container_1"', "without links", "アーカイブを作り直し"),
        ("The primary container did not pass the ping health check.", "GET /ping", "GET /ping"),
        ("ResourceLimitExceeded: The account-level service limit", "Service Quotas", "クォータ"),
        ("Unable to provision requested ML compute capacity", "no free instance", "空きがありません"),
        ("Unsupported manifest media type", "OCI format", "OCI形式"),
        ("exec format error", "another processor", "別のプロセッサ"),
        ("CannotPullContainerError", "could not pull", "取得できませんでした"),
        ("Model data download timed out", "took too long", "時間がかかりすぎました"),
        ("OutOfMemory", "ran out of memory", "メモリが不足"),
        ("One or more configured alarm(s) breached", "An alarm", "アラームが発生"),
    ],
)
def test_a_known_reason_has_its_remedy_in_both_languages(reason: str, english: str, japanese: str) -> None:
    assert english in remedy(reason).en
    assert japanese in remedy(reason).ja


def test_of_an_unknown_reason_nothing_is_claimed() -> None:
    assert not remedy("Something else.")
