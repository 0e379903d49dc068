"""Sentences for a workflow, rewritten for a terminal: those that have no words for a terminal of their own yet."""

from __future__ import annotations

import re

from aces_action.language import Text

# What a text says to a workflow, and what it says to a person
_OF_A_WORKFLOW = r"(?P<command>`command: (?:deploy|register|plan)`)"
_PHRASES = (
    (re.compile(r"(?:the|this) job again"), "the command again"),
    (re.compile(r"ジョブを再実行"), "コマンドを再実行"),
    (re.compile(r"`command: (status|rollback|stop|start|destroy|validate)`"), r"`aces-action \1`"),
    (re.compile(rf"{_OF_A_WORKFLOW}(?=[\u3001-\u9fff\uff01-\uff5e])"), r"ワークフローの\g<command>"),
    (re.compile(rf"(?<!ワークフローの){_OF_A_WORKFLOW}"), r"the workflow's \g<command>"),
    (re.compile(r"the role of AWS_ROLE_ARN lacks"), "you lack"),
    (re.compile(r"AWS_ROLE_ARNのロールに"), "使用中のAWS認証情報に"),
    (re.compile(r"(?<![-A-Za-z])wait-timeout"), "--wait-timeout"),
    (re.compile(r"\b(?:the runner|the action's container)\b"), "this machine"),
    (re.compile(r"アクションのコンテナ|ランナー"), "このマシン"),
)


def rewritten(text: Text) -> Text:
    """Without jobs to run again and inputs to set."""
    return text.map(in_a_persons_words)


def in_a_persons_words(text: str) -> str:
    for phrase, other in _PHRASES:
        text = phrase.sub(other, text)
    return text
