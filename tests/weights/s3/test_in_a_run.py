from __future__ import annotations

from tests.conftest import Caller


def s3_calls(caller: Caller) -> list[str]:
    return sorted(call["operation"] for call in caller.control("GET", "calls") if call["service"] == "s3")


def test_a_run_over_unchanged_weights_costs_two_requests_and_a_later_change_restores_a_deleted_release(caller: Caller) -> None:
    first = caller.run()
    assert first.outputs["result"] == "deployed"
    caller.control("DELETE", "calls")
    again = caller.run()
    assert again.outputs["result"] == "unchanged"
    # the preflight's look at the bucket, then the weights and the verdict beside them
    assert s3_calls(caller) == ["GetObject", "HeadBucket", "HeadObject"]
    assert again.outputs["weights-uri"] == first.outputs["weights-uri"]

    key = first.outputs["weights-uri"].removeprefix(f"s3://{caller.bucket}/")
    s3 = caller.client("s3")
    s3.delete_object(Bucket=caller.bucket, Key=key)
    with caller.infra_file.open("a", encoding="utf-8") as infra:
        infra.write("batch: {attempts: 2}\n")
    changed = caller.run()
    assert changed.outputs["result"] == "deployed"
    assert s3.head_object(Bucket=caller.bucket, Key=key)["ContentLength"] > 0
