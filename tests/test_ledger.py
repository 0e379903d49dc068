"""What a run says of its writes when it does not come to its end. By value."""

from __future__ import annotations

from aces_action.language import Text
from aces_action.ledger import Ledger, Write

MODEL = Write(done=Text("model m created", "モデルmの作成"), asks=Text("create model m", "モデルmの作成"))
TAGS = Write(done=Text("tags of m set", "mのタグの設定"), asks=Text("set tags of m", "mのタグの設定"))


def test_what_was_refused_at_every_attempt_changed_nothing() -> None:
    ledger = Ledger()
    sending = ledger.send(MODEL)
    sending.refuse()
    sending.again()
    sending.refuse()
    assert ledger.last_words() == Text("Nothing was changed.", "何も変更していません。")


def test_a_refusal_says_nothing_of_the_attempt_before_it_that_got_no_answer() -> None:
    ledger = Ledger()
    sending = ledger.send(MODEL)
    sending.again()
    sending.refuse()
    assert ledger.last_words() == Text(
        "Sent but not answered (may or may not have been done):\n- create model m",
        "送信しましたが応答がなく、実行されたかどうかわからないもの:\n- モデルmの作成",
    )


def test_what_was_accepted_stands_before_what_was_not_answered() -> None:
    ledger = Ledger()
    ledger.send(TAGS)
    ledger.send(MODEL).accept()
    assert ledger.last_words().en == (
        "Changed before it stopped:\n- model m created\nSent but not answered (may or may not have been done):\n- set tags of m"
    )


def test_what_was_sent_again_and_accepted_then_is_told_once() -> None:
    ledger = Ledger()
    for _ in range(2):
        ledger.send(MODEL)
        ledger.send(MODEL).accept()
    assert ledger.last_words().en == "Changed before it stopped:\n- model m created"
