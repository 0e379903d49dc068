"""B: revisions of AWS Batch's job definitions: going back, taking back, cleaning up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from aces_action.language import EMPTY, Text, joined, lines, same, sentences
from aces_action.problems.advice import naming, run_again
from aces_action.problems.kind import Kind, snippet
from aces_action.problems.problem import Problem

B010 = Kind(
    code="ACES-B010",
    severity="error",
    title=Text("No revision to roll back to", "ロールバック先のリビジョンがありません"),
    cause=Text(
        "`command: rollback` on a server of AWS Batch alone registers again what the previous revisions of its job definitions "
        "said. There are none: only one content has ever served, those before it were rolled back from, the server was "
        "destroyed in between, or nothing was deployed yet. Batch forgets a deregistered revision after 180 days.",
        "AWS Batchだけのサーバでは、`command: rollback`は、ジョブ定義の1つ前のリビジョンの内容をもう一度登録します。"
        "しかし、戻せるリビジョンがありません。稼働した内容が1つしかない、それより前はすべてロールバックの対象になっている、"
        "途中でサーバを削除した、またはまだデプロイしていないためです。登録解除したリビジョンは、180日後にBatchから消えます。",
    ),
    fix=Text(
        "Run the deployment of an earlier commit again ('Re-run all jobs' on its run), or fix the server and deploy. "
        "`command: status` lists the revisions.",
        "以前のコミットのデプロイを再実行する（その実行の「Re-run all jobs」）か、サーバを直してデプロイしてください。"
        "リビジョンの一覧は`command: status`で確認できます。",
    ),
    example=Text(
        "ACES-B010 There is no revision of number-plate-detection-dev-algorithm-server to go back "
        "to.\nnumber-plate-detection-dev-algorithm-server:1  served from 2026-05-11 02:10 UTC",
        "ACES-B010 number-plate-detection-dev-algorithm-serverには、戻せるリビジョンがありません。\n  "
        "number-plate-detection-dev-algorithm-server:1  2026-05-11 11:10 JSTから稼働",
    ),
)
B011 = Kind(
    code="ACES-B011",
    severity="warning",
    title=Text("The new revision was not taken back", "新しいリビジョンを取り消せませんでした"),
    cause=Text(
        "A step after the registration of the job definitions failed, so the revisions of this run are deregistered: jobs that "
        "are submitted by the definition's name then run on the one before again. This one stays: a job uses it, the platform "
        "may lead its users to it already, nobody could see whether a job uses it, or Batch refused to deregister it.",
        "ジョブ定義の登録より後の手順で失敗したため、この実行で登録したリビジョンを登録解除します。"
        "すると、ジョブ定義の名前で送信するジョブは、再び1つ前のリビジョンで動きます。しかし、このリビジョンは残しました。"
        "ジョブが使っている、ACES Platformがすでに使い始めている可能性がある、ジョブが使っているか確認できない、"
        "またはBatchが登録解除を拒否したためです。",
    ),
    fix=Text(
        "Fix what made the run fail and run the job again: then nothing else is needed. To have the revision before serve at "
        "once, deregister this one by the command in the message, once no job uses it; the permission is in docs/iam.",
        "失敗の原因を直してジョブを再実行すれば、ほかの作業は不要です。すぐに1つ前のリビジョンに戻すには、"
        "このリビジョンを使うジョブがなくなってから、メッセージにあるコマンドで登録解除してください。必要な権限はdocs/iamにあります。",
    )
    + snippet("sh", "aws batch deregister-job-definition --job-definition number-plate-detection-dev-algorithm-server:8"),
    example=Text(
        "ACES-B011 number-plate-detection-dev-algorithm-server:8 stays registered, although this run did not come to its end. "
        "Job 4f1c0a52-9f8e-4d0c-8a41-0d4c4e0f7b11 uses it.",
        "ACES-B011 実行は完了しませんでしたが、number-plate-detection-dev-algorithm-server:8の登録は残っています。"
        "ジョブ4f1c0a52-9f8e-4d0c-8a41-0d4c4e0f7b11が使っています。",
    ),
)
B012 = Kind(
    code="ACES-B012",
    severity="warning",
    title=Text("The platform still lists the revision that was rolled back", "ACES Platformの登録が古いままです"),
    cause=Text(
        "The platform submits jobs to the revision that it was told of, by its number. A rollback of the job definitions "
        "registers a new one. It is listed at once where platform, register.json and algorithm.json allow it; here they did "
        "not, which never keeps a rollback from its end.",
        "ACES Platformは、登録されている番号のリビジョンでジョブを実行します。"
        "ジョブ定義のロールバックは、新しいリビジョンを登録します。"
        "ACES Platformとregister.json、algorithm.jsonに問題がなければ、すぐに登録し直しますが、今回はできませんでした。"
        "ロールバック自体は、それによって失敗にはなりません。",
    ),
    fix=Text(
        "Run this when the platform is up and the files are right. Until then the platform's users get the revision that was "
        "rolled back.",
        "ACES Platformの稼働中に、ファイルを直してから、次のコマンドを実行してください。"
        "それまで、ACES Platformの利用者のジョブは、ロールバックする前のリビジョンで動きます。",
    )
    + snippet("yaml", "with:\n  command: register"),
    example=Text(
        "ACES-B012 The ACES Platform still points to the job definitions from before the rollback.",
        "ACES-B012 ACES Platformの登録は、ロールバックする前のジョブ定義のままです。",
    ),
)
B013 = Kind(
    code="ACES-B013",
    severity="warning",
    title=Text("Old revisions are kept", "古いリビジョンを残しました"),
    cause=Text(
        "After a deployment that registered a job definition, older revisions are deregistered, but for the `keep-generations` "
        "that served before. A revision that a job waits for or runs on is never deregistered, whoever submitted it and to "
        "whichever queue. Something could not be checked, or Batch refused. What is kept costs nothing.",
        "ジョブ定義を登録したデプロイの後、古いリビジョンを登録解除します（その前に稼働していた`keep-generations`個は残します）。"
        "待っているジョブや実行中のジョブが使うリビジョンは、誰がどのキューに送信したものでも、登録解除しません。"
        "今回は、確認できないものがあるか、Batchが拒否しました。残したものに費用はかかりません。",
    ),
    fix=Text(
        "Give the role the permission that the message names (docs/iam has all of them). The next deployment that registers a "
        "revision tries again.",
        "メッセージにある権限をロールに追加してください（必要な権限はすべてdocs/iamにあります）。"
        "次にリビジョンを登録するデプロイのときに、もう一度登録解除します。",
    ),
    example=Text(
        "ACES-B013 Old revisions of job definitions are kept: a job may still use them. The role may not call ListJobs: it "
        "lacks batch:ListJobs.",
        "ACES-B013 ジョブが使っていないことを確認できないため、ジョブ定義の古いリビジョンを残しました。"
        "ロールはListJobsを呼び出せません。batch:ListJobsの権限がありません。",
    ),
)
B014 = Kind(
    code="ACES-B014",
    severity="warning",
    title=Text("A revision in use stays", "使用中のリビジョンを残しました"),
    cause=Text(
        "`command: destroy` deregisters the revisions of the server's job definitions, but none that a job waits for or runs on.",
        "`command: destroy`は、サーバのジョブ定義のリビジョンを登録解除します。"
        "ただし、待っているジョブや実行中のジョブが使うものは登録解除しません。",
    ),
    fix=Text(
        "Wait for the jobs to end, or terminate them, then run `command: destroy` again.",
        "ジョブの終了を待つか、ジョブを終了させてから、もう一度`command: destroy`を実行してください。",
    )
    + snippet("sh", "aws batch terminate-job --job-id 4f1c0a52-9f8e-4d0c-8a41-0d4c4e0f7b11 --reason 'no longer wanted'"),
    example=Text(
        "ACES-B014 The job definition number-plate-detection-dev-algorithm-server:8 stays: job "
        "4f1c0a52-9f8e-4d0c-8a41-0d4c4e0f7b11 uses it.",
        "ACES-B014 ジョブ定義number-plate-detection-dev-algorithm-server:8は残しました。"
        "ジョブ4f1c0a52-9f8e-4d0c-8a41-0d4c4e0f7b11が使っています。",
    ),
)
B015 = Kind(
    code="ACES-B015",
    severity="error",
    title=Text("Not every revision was deregistered", "登録解除できなかったリビジョンがあります"),
    cause=Text(
        "`command: destroy` could not find out whether a job uses the revisions of the server's job definitions, so they stay.",
        "`command: destroy`が、サーバのジョブ定義のリビジョンをジョブが使っているか確認できなかったため、残しました。",
    ),
    fix=Text(
        "Fix what the message names, then run the job again: it deregisters what is left.",
        "メッセージにある原因を取り除いて、ジョブを再実行してください。残っているものを登録解除します。",
    ),
    example=Text(
        "ACES-B015 The job definitions stay: could not check whether a job uses them. The role may not call ListJobs: it lacks "
        "batch:ListJobs.",
        "ACES-B015 ジョブが使っているか確認できないため、ジョブ定義を残しました。ロールはListJobsを呼び出せません。"
        "batch:ListJobsの権限がありません。",
    ),
)
B016 = Kind(
    code="ACES-B016",
    severity="error",
    title=Text("The earlier revision cannot serve again", "以前のリビジョンに戻せません"),
    cause=Text(
        "The revision that `command: rollback` would bring back needs an image or weights that are gone: its jobs would fail. "
        "Nothing was changed.",
        "`command: rollback`で戻すリビジョンに必要なイメージまたは重みファイルがありません。"
        "戻してもジョブは失敗するため、何も変更していません。",
    ),
    fix=Text(
        "Restore what is missing, or deploy again: `command: deploy`.",
        "ないものを元に戻すか、`command: deploy`でデプロイし直してください。",
    ),
    example=Text(
        "ACES-B016 The revision number-plate-detection-dev-algorithm-server:7 cannot serve again: its weights "
        "s3://number-plate-detection-dev/shared/weights/releases/0d3e/deploy.tar.gz is gone.",
        "ACES-B016 リビジョンnumber-plate-detection-dev-algorithm-server:7には戻せません。重みファイルs3://number-plate-detection-dev/shared/weights/releases/0d3e/deploy.tar.gzがありません。",
    ),
)
B017 = Kind(
    code="ACES-B017",
    severity="warning",
    title=Text("Not noted on the revision", "リビジョンに記録できませんでした"),
    cause=Text(
        "Tags of a revision say since when it has served: that is what a rollback and the clean-up go by. The tag could not be "
        "written; all else is done.",
        "リビジョンのタグには、いつから稼働しているかを記録します。ロールバックと古いリビジョンの整理は、これをもとに判断します。"
        "このタグを書き込めませんでした。それ以外は完了しています。",
    ),
    fix=Text(
        "Fix what the message names (the permissions are in docs/iam), then run the job again: it notes it.",
        "メッセージにある原因を取り除いて（必要な権限はdocs/iamにあります）、ジョブを再実行してください。もう一度記録します。",
    ),
    example=Text(
        "ACES-B017 Could not record that number-plate-detection-dev-algorithm-server:8 serves. The role may not call "
        "TagResource: it lacks batch:TagResource.",
        "ACES-B017 number-plate-detection-dev-algorithm-server:8が稼働していることを記録できませんでした。"
        "ロールはTagResourceを呼び出せません。batch:TagResourceの権限がありません。",
    ),
)
B018 = Kind(
    code="ACES-B018",
    severity="warning",
    title=Text("Job definitions were not rolled back", "ジョブ定義はロールバックしませんでした"),
    cause=Text(
        "`command: rollback` brings back the job definitions that served with the endpoint's generation. Something about them "
        "was in the way, which never keeps the endpoint from going back.",
        "`command: rollback`は、エンドポイントの世代と一緒に稼働していたジョブ定義も元に戻します。"
        "今回は、ジョブ定義は戻せませんでしたが、エンドポイントはそのまま戻します。",
    ),
    fix=Text(
        "Fix what the message names. Then deploy the commit that serves again, or what is right by then.",
        "メッセージにある原因を取り除いてから、現在の世代のコミットか、正しいコミットをデプロイしてください。",
    ),
    example=Text(
        "ACES-B018 The job definitions stay as they are. There is no revision of number-plate-detection-dev-algorithm-server to "
        "go back to.",
        "ACES-B018 ジョブ定義はそのままです。number-plate-detection-dev-algorithm-serverには、戻せるリビジョンがありません。",
    ),
)
KINDS = (B010, B011, B012, B013, B014, B015, B016, B017, B018)


def not_rolled_back(why: Problem) -> Problem:
    """When the endpoint goes back, and its job definitions cannot."""
    head = Text("The job definitions stay as they are.", "ジョブ定義はそのままです。")
    return replace(why, kind=B018, message=sentences(head, why.message))


def nothing_to_go_back_to(names: Sequence[str], known: Text) -> Problem:
    """When no revision served before those that serve. `known`: the revisions, as lines."""
    listed = Text(", ".join(names), "、".join(names))
    return Problem(
        kind=B010,
        message=Text(f"There is no revision of {listed.en} to go back to.", f"{listed.ja}には、戻せるリビジョンがありません。"),
        hint=lines(
            Text(
                "Run the deployment of an earlier commit again, or fix the server and deploy.",
                "以前のコミットのデプロイを再実行するか、サーバを直してデプロイしてください。",
            ),
            known,
        ),
    )


def nothing_deployed(names: Sequence[str]) -> Problem:
    """When there is no active revision of ours at all."""
    listed = Text(", ".join(names), "、".join(names))
    return Problem(
        kind=B010,
        message=Text(
            f"There is no active revision of {listed.en}: nothing is deployed.",
            f"{listed.ja}には有効なリビジョンがありません。まだデプロイしていないか、登録解除されています。",
        ),
        hint=naming("deploy", "Run {command}.", "{command}を実行してください。"),
    )


def taken_back_failed(label: str, why: Text) -> Problem:
    """When a revision of a run that failed stays. `why`: a sentence."""
    return Problem(
        kind=B011,
        message=sentences(
            Text(
                f"{label} stays registered, although this run did not come to its end.",
                f"実行は完了しませんでしたが、{label}の登録は残っています。",
            ),
            why,
        ),
        hint=lines(
            Text(
                "Jobs submitted by its name run on it. To go back to the previous revision, once no job uses this one:",
                "名前で送信したジョブは、このリビジョンで動きます。1つ前に戻すには、使うジョブがなくなってから実行してください:",
            ),
            same(f"aws batch deregister-job-definition --job-definition {label}"),
        ),
    )


def taken_back_unknown(name: str, why: Text) -> Problem:
    """When nobody could see whether the run that failed has left a revision."""
    return Problem(
        kind=B011,
        message=sentences(
            Text(
                f"A revision of {name} that this run registered may still be there.",
                f"この実行で登録した{name}のリビジョンが残っている可能性があります。",
            ),
            why,
        ),
        hint=lines(
            Text("To see the revisions:", "リビジョンの一覧:"),
            same(f"aws batch describe-job-definitions --job-definition-name {name} --status ACTIVE"),
        ),
    )


def stays_listed(label: str, why: Text) -> Problem:
    """When a revision of a run that failed stays because it may be in use by the platform."""
    return Problem(
        kind=B011,
        message=sentences(
            Text(
                f"{label} stays registered, although this run did not come to its end.",
                f"実行は完了しませんでしたが、{label}の登録は残っています。",
            ),
            why,
        ),
        hint=run_again(),
    )


def used_by(jobs: Sequence[str]) -> Text:
    first, rest = jobs[0], len(jobs) - 1
    more = Text(f" and {rest} more", f"ほか{rest}件") if rest else EMPTY
    used = Text("use it", "が使っています") if rest else Text("uses it", "が使っています")
    return Text(f"job {first}{more.en} {used.en}", f"ジョブ{first}{more.ja}{used.ja}")


def sentence_of(reason: Text) -> Text:
    """A reason, which begins small and has no full stop, as a sentence."""
    return Text(f"{reason.en[:1].upper()}{reason.en[1:]}.", f"{reason.ja}。")


MAY_BE_LISTED = Text("The platform may have been told of it already.", "ACES Platformに、すでに登録された可能性があります。")

SERVES_BY_ANOTHER = Text("Another run has brought it to serve.", "別の実行が、すでに稼働させています。")


def no_time_to_look() -> Problem:
    """When a cancelled run has no time to see what jobs use."""
    return _uncertain(
        Text("There was no time to check which jobs use it.", "ジョブが使っているかを確認する時間がありませんでした。")
    )


def uses_unnamed_revision(job: str) -> Problem:
    """When Batch does not say which revision a job uses."""
    return _uncertain(
        Text(f"Batch does not say which revision job {job} uses.", f"ジョブ{job}が使うリビジョンを、Batchが示していません。")
    )


def _uncertain(message: Text) -> Problem:
    return Problem(kind=B013, message=message)


def kept_all(first: Problem) -> Problem:
    """When it could not be found out what jobs use, so that nothing is deregistered."""
    head = Text(
        "Old revisions of job definitions are kept: a job may still use them.",
        "ジョブが使っていないことを確認できないため、ジョブ定義の古いリビジョンを残しました。",
    )
    return Problem(kind=B013, message=sentences(head, first.message), hint=first.hint)


def not_deregistered(label: str, why: Problem) -> Problem:
    """When what is no longer needed could not be deregistered after a deployment."""
    start = Text(
        f"The job definition {label} is no longer needed and could not be deregistered.",
        f"ジョブ定義{label}は不要になりましたが、登録解除できませんでした。",
    )
    return replace(why, kind=B013, message=sentences(start, why.message))


def stays_in_use(label: str, why: Text) -> Problem:
    """When the server is destroyed and a job uses a revision."""
    return Problem(
        kind=B014,
        message=Text(f"The job definition {label} stays: {why.en}.", f"ジョブ定義{label}は残しました。{why.ja}。"),
        hint=naming(
            "destroy",
            "Once no job uses it, run {command} again to deregister it.",
            "使うジョブがなくなってから、もう一度{command}を実行してください。残ったリビジョンを登録解除します。",
        ),
    )


def use_unknown(why: Problem) -> Problem:
    """When the server is destroyed and nobody knows what jobs use."""
    head = Text(
        "The job definitions stay: could not check whether a job uses them.",
        "ジョブが使っているか確認できないため、ジョブ定義を残しました。",
    )
    return Problem(kind=B015, message=sentences(head, why.message), hint=why.hint)


def cannot_serve_again(label: str, parts: Sequence[Text]) -> Problem:
    """When the revision to come back lacks its image or weights. `parts`: those that are gone."""
    gone = Text(" and ".join(part.en for part in parts), "と".join(part.ja for part in parts))
    return Problem(
        kind=B016,
        message=Text(
            f"The revision {label} cannot serve again: {gone.en} is gone.",
            f"リビジョン{label}には戻せません。{gone.ja}がありません。",
        ),
        hint=naming(
            "deploy",
            "Restore what is missing, or deploy again with {command}.",
            "ないものを元に戻すか、{command}でデプロイし直してください。",
        ),
    )


def not_noted(label: str, why: Problem) -> Problem:
    """When the tag that says since when a revision serves could not be written."""
    start = Text(f"Could not record that {label} serves.", f"{label}が稼働していることを記録できませんでした。")
    return replace(why, kind=B017, message=sentences(start, why.message))


def not_listed_again(why: Sequence[Problem]) -> Problem:
    """When the job definitions were rolled back and the platform was not told. `why`: what kept it from that; none at a
    terminal, which has no token for it."""
    head = Text(
        "The ACES Platform still points to the job definitions from before the rollback.",
        "ACES Platformの登録は、ロールバックする前のジョブ定義のままです。",
    )
    first = sentences(*(same(f"{each.code}: ") + each.message for each in why[:1]))
    return Problem(
        kind=B012,
        message=sentences(head, first),
        hint=naming(
            "register",
            "Run {command}: it lists what serves now.",
            "{command}を実行してください。現在のリビジョンを登録し直します。",
        ),
    )


def revision_lines(rows: Sequence[Text], more: int) -> Text:
    """The known revisions for a hint."""
    rest = Text(f"and {more} more", f"ほか{more}件") if more > 0 else EMPTY
    head = Text("Known revisions:", "記録されているリビジョン:") if rows else EMPTY
    return lines(head, joined("\n", rows), rest)
