"""X: the action itself."""

from __future__ import annotations

from aces_action.language import Text
from aces_action.origin import ISSUES
from aces_action.problems.kind import Kind, snippet
from aces_action.problems.problem import Problem
from aces_action.sanitiser import one_line

X001 = Kind(
    code="ACES-X001",
    severity="error",
    title=Text("Internal error", "内部エラー"),
    cause=Text(
        "The action met something that it was not written for. That is a mistake in the action, not in your project. The log "
        "says what had been changed by then.",
        "想定していないことが起きました。プロジェクトではなく、このアクションの不具合です。"
        "それまでに何を変更したかは、ログに示します。",
    ),
    fix=Text(
        "Run the job again: passing causes go away, and it goes on from where it was. If the error comes back, choose "
        "'Re-run jobs' with 'Enable debug logging' and report it with the log, which then has the details.",
        "ジョブを再実行してください。一時的な原因なら解消し、続きから進みます。"
        "再び起きるときは、「Re-run jobs」で「Enable debug logging」を選んで実行し、詳細の出たログを添えて報告してください。",
    ),
    example=Text(
        "ACES-X001 Internal error in aces-action: KeyError: 'Account'",
        "ACES-X001 aces-action自身のエラーです: KeyError: 'Account'",
    ),
)
X002 = Kind(
    code="ACES-X002",
    severity="error",
    title=Text("Cancelled", "キャンセルされました"),
    cause=Text(
        "The job was cancelled: by hand, by a newer run of the same `concurrency` group, or by the job's `timeout-minutes`. "
        "What SageMaker has begun continues without the job; log and summary say what that is.",
        "ジョブがキャンセルされました。手動の操作、同じ`concurrency`グループの新しい実行、"
        "ジョブの`timeout-minutes`などによるものです。"
        "SageMakerが始めた処理はそのまま続きます。何が続いているかは、ログとジョブサマリーに示します。",
    ),
    fix=Text(
        "Run the job again: it finds what is done or still under way and goes on from there. Where `timeout-minutes` ended "
        "the job, set it higher than `wait-timeout`.",
        "ジョブを再実行してください。終わっている処理や進行中の処理を見つけて、その続きから進みます。"
        "`timeout-minutes`で終わった場合は、`wait-timeout`より長くしてください。",
    ),
    example=Text("ACES-X002 The job was cancelled (SIGINT).", "ACES-X002 ジョブがキャンセルされました（SIGINT）。"),
)
X003 = Kind(
    code="ACES-X003",
    severity="warning",
    title=Text("A service does not answer for long", "サービスが長い間応答していません"),
    cause=Text(
        "AWS, GitHub's token endpoint or the ACES Platform has failed or refused connections for more than ten "
        "seconds. The call is tried again, with growing pauses; missing permissions and wrong requests are never repeated.",
        "AWS、GitHubのトークンのエンドポイント、ACES Platformのいずれかで、"
        "エラーや接続の失敗が10秒以上続いています。"
        "間隔を延ばしながら再試行します。権限の不足や誤ったリクエストは再試行しません。",
    ),
    fix=Text(
        "Nothing has to be done while the run goes on. If it fails in the end, look at the service's status page and run the "
        "job again. 'Enable debug logging' shows each attempt.",
        "実行が続いている間は、対応は不要です。最後に失敗したときは、そのサービスの障害情報を確認し、ジョブを再実行してください。"
        "「Enable debug logging」を選ぶと、再試行が1回ごとに表示されます。",
    ),
    example=Text(
        "ACES-X003 sagemaker has not answered properly for 14 s (InternalFailure); it is tried again.",
        "ACES-X003 sagemakerから14秒間、正常な応答がありません（InternalFailure）。再試行しています。",
    ),
)
X004 = Kind(
    code="ACES-X004",
    severity="error",
    title=Text("The SageMaker SDK is not installed", "SageMaker SDKがインストールされていません"),
    cause=Text(
        "At a terminal only: `aces-action deploy`, `rollback`, `stop`, `start` and `destroy` write to SageMaker through its "
        "Python SDK, which is not part of the small installation that checks files and weights.",
        "ターミナルでの実行時だけのエラーです。`aces-action deploy`、`rollback`、`stop`、`start`、`destroy`は、"
        "SageMakerのPython SDKを使います。"
        "ファイルや重みファイルの検査だけに使う最小のインストールには、SDKが含まれていません。",
    ),
    fix=Text("Install the extra `deploy`, 190 MB:", "`deploy`を付けてインストールしてください（190MB）。")
    + snippet("sh", 'pip install "aces-action[deploy] @ git+https://github.com/ORG/aces-action@v0.1.0"'),
    example=Text(
        "ACES-X004 `aces-action rollback` needs the SageMaker SDK, which is not installed.",
        "ACES-X004 `aces-action rollback`にはSageMaker SDKが必要ですが、インストールされていません。",
    ),
)

X005 = Kind(
    code="ACES-X005",
    severity="warning",
    title=Text("Outputs or summary not written", "出力またはサマリーを書き込めません"),
    cause=Text(
        "The step outputs or the job summary could not be written, usually because the runner's disk is full. The result of the "
        "run and its exit status are not affected, but outputs that are missing are empty for the steps that follow.",
        "ステップの出力またはジョブサマリーを書き込めませんでした。多くの場合、ランナーのディスクに空きがないことが原因です。"
        "実行の結果と終了ステータスには影響しませんが、書き込めなかった出力は、後続のステップでは空になります。",
    ),
    fix=Text(
        "Free space on the runner's disk, or use a larger runner, then run the job again: it leaves what is done as it is, and "
        "writes outputs and summary again. The whole result is also in the log.",
        "ランナーのディスクの空きを増やすか、ディスクの大きいランナーに変えてから、ジョブを再実行してください。"
        "終わっている処理はそのままで、出力とサマリーを書き込み直します。結果はすべてログにもあります。",
    )
    + snippet("sh", "df -h\ndocker system prune --force"),
    example=Text(
        "ACES-X005 The step outputs could not be written: No space left on device.",
        "ACES-X005 ステップの出力を書き込めません: ディスクに空きがありません。",
    ),
)

KINDS = (X001, X002, X003, X004, X005)


def internal_error(error: Exception, details: Text) -> Problem:
    """What nobody foresaw, as a problem (X001) to be reported to us. `details` says how to see more of it."""
    import traceback  # it and its own imports take 4 ms, which a run that fares well need not

    where = traceback.extract_tb(error.__traceback__)[-1]
    file = "aces_action" + where.filename.rpartition("aces_action")[2] if "aces_action" in where.filename else where.filename
    what = f"{type(error).__name__}: {one_line(str(error), 500)}"
    return Problem(
        kind=X001,
        message=Text(f"Internal error in aces-action: {what}", f"aces-action自身のエラーです: {what}"),
        hint=Text(
            f"At {file}:{where.lineno}. Please report it at {ISSUES}; {details.en}",
            f"{file}:{where.lineno}で起きました。{ISSUES}に報告してください。{details.ja}",
        ),
    )


def no_proper_answer(service: str, seconds: float, why: str) -> Problem:
    """When a service has not answered as it should for some time. `why`: an exception's name, or its answer's code."""
    return Problem(
        kind=X003,
        message=Text(
            f"{service} has not answered properly for {seconds:.0f} s ({why}); it is tried again.",
            f"{service}から{seconds:.0f}秒間、正常な応答がありません（{why}）。再試行しています。",
        ),
    )


OUTPUTS, PLAN_AND_SUMMARY, SUMMARY = (
    Text("The step outputs", "ステップの出力"),
    Text("The outputs `plan` and `summary`", "出力`plan`と`summary`"),
    Text("The job summary", "ジョブサマリー"),
)


def not_written(what: Text, reason: Text) -> Problem:
    """When a file of the runner's takes nothing. `what`: one of those above; `reason`: in the system's words."""
    return Problem(
        kind=X005,
        message=Text(
            f"{what.en} could not be written: {reason.en}.",
            f"{what.ja}を書き込めません: {reason.ja}。",
        ),
        hint=Text(
            "This does not change how the run ended. Free space on the runner's disk, then run the job again to have it written.",
            "実行の結果には影響しません。ランナーのディスクの空きを増やしてジョブを再実行すると、書き込まれます。",
        ),
    )


def sdk_not_installed(verb: str) -> Problem:
    """When a verb of the command line would write to SageMaker, and the small installation cannot."""
    install = 'pip install "aces-action[deploy] @ git+https://github.com/ORG/aces-action@v0.1.0"'
    return Problem(
        kind=X004,
        message=Text(
            f"`aces-action {verb}` needs the SageMaker SDK, which is not installed.",
            f"`aces-action {verb}`にはSageMaker SDKが必要ですが、インストールされていません。",
        ),
        hint=Text(f"Install it, 190 MB: {install}", f"次のようにインストールしてください（190MB）: {install}"),
    )


def job_cancelled(signal: str) -> Problem:
    """When GitHub, or somebody, ends the run by a signal."""
    return Problem(
        kind=X002,
        message=Text(f"The job was cancelled ({signal}).", f"ジョブがキャンセルされました（{signal}）。"),
        hint=Text("Run the job again to resume.", "再実行すると、続きから行います。"),
    )
