"""What to do about a problem, where a workflow and a person at a terminal do it differently.

Each function gives a whole sentence in both languages, with the words of either (`Text.at_terminal`): put them together with
others by `sentences` and `lines`, never in an f-string.
"""

from __future__ import annotations

from aces_action.language import Text, lines, same, sentences

# what the command line has too
_AT_TERMINAL = frozenset({"validate", "bootstrap", "doctor", "plan", "deploy", "status", "rollback", "stop", "start", "destroy"})


def run_again(then: Text | None = None) -> Text:
    """`then`: a sentence on what that does, such as 'It goes on from there.'"""
    again = Text(
        "Run the job again.", "ジョブを再実行してください。", Text("Run the command again.", "コマンドを再実行してください。")
    )
    return sentences(again, then) if then else again


def fix_and_run_again(cause: Text) -> Text:
    """`cause`: what to fix, as an object: 'the cause', '原因'."""
    return Text(
        f"Fix {cause.en}, then run the job again.",
        f"{cause.ja}を修正し、ジョブを再実行してください。",
        Text(f"Fix {cause.en}, then run the command again.", f"{cause.ja}を修正し、コマンドを再実行してください。"),
    )


def create_in_account() -> Text:
    """What to do where something of the project's is not in the AWS account: the command, and the way without it."""
    return lines(
        Text(
            "At a terminal, this shows what is missing in the AWS account, and with --apply creates it:",
            "ターミナルで次のコマンドを実行すると、AWSアカウントに足りないものを確認できます。--applyを付けると作成します:",
            Text(
                "This shows what is missing in the AWS account, and with --apply creates it:",
                "次のコマンドで、AWSアカウントに足りないものを確認できます。--applyを付けると作成します:",
            ),
        ),
        same("aces-action bootstrap"),
        Text(
            "Without it: `aws cloudformation deploy`, as aces-action's docs/infra shows.",
            "このコマンドを使わない場合は、`aws cloudformation deploy`で作成します（aces-actionのdocs/infraを参照）。",
        ),
    )


def did_you_mean(meant: str) -> Text:
    return Text(f"Did you mean {meant}?", f"{meant}ではありませんか。")


def naming(command: str, english: str, japanese: str) -> Text:
    """A sentence with `{command}` in it, such as 'Run {command} first.': as a workflow and as a terminal calls it."""
    call = f"`command: {command}`"
    ours, theirs = (
        (f"`aces-action {command}`",) * 2 if command in _AT_TERMINAL else (f"the workflow's {call}", f"ワークフローの{call}")
    )
    return Text(
        english.replace("{command}", call),
        japanese.replace("{command}", call),
        Text(english.replace("{command}", ours), japanese.replace("{command}", theirs)),
    )


NEVER_DEPLOYED = naming(
    "deploy",
    "Nothing has been deployed yet: deploy it with {command}. If it was deployed, check project, environment, account and "
    "region.",
    "まだ何もデプロイされていません。{command}でデプロイしてください。デプロイ済みのはずなら、プロジェクト、環境、AWSアカウント、"
    "リージョンを確認してください。",
)


def setting(name: str, english: str, japanese: str) -> Text:
    """A sentence with `{setting}` in it: an input of the action, which at a terminal is an option of the same name."""
    call, own = f"`{name}`", f"`--{name}`"
    return Text(
        english.replace("{setting}", call),
        japanese.replace("{setting}", call),
        Text(english.replace("{setting}", own), japanese.replace("{setting}", own)),
    )
