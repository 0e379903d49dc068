"""Jobs of the smoke test: how they are submitted, and what becomes of a deployment in which one fails."""

from __future__ import annotations

import shlex
from dataclasses import dataclass

from aces_action.language import EMPTY, Text, lines, same, sentences
from aces_action.problems.advice import setting
from aces_action.problems.kind import Kind, snippet
from aces_action.problems.problem import Problem

B020 = Kind(
    code="ACES-B020",
    severity="error",
    title=Text("No job definition for this request", "リクエストに対応するジョブ定義がありません"),
    cause=Text(
        "The expectation says `batch: standard` or `batch: longtime`, but the infra file deploys no such job definition.",
        "期待する応答に`batch: standard`または`batch: longtime`とありますが、infraファイルではそのジョブ定義をデプロイしません。",
    ),
    fix=Text(
        "Name the other definition, or give the instance type of the missing one in the infra file.",
        "もう一方を指定するか、足りないジョブ定義のインスタンスタイプをinfraファイルに書いてください。",
    )
    + snippet("yaml", "aws_batch_instance_type: m5.xlarge\naws_longtime_batch_instance_type: m5.xlarge"),
    example="batch: longtime  # but the infra file has no aws_longtime_batch_instance_type",
)
B021 = Kind(
    code="ACES-B021",
    severity="error",
    title=Text("Batch did not take the job", "Batchがジョブを受け付けませんでした"),
    cause=Text(
        "AWS Batch refused SubmitJob for the smoke test: the queue is disabled or missing, it wants a share identifier, or the "
        "job "
        "overrides something that Batch does not allow. The message has Batch's own words.",
        "AWS Batchが、スモークテストのSubmitJobを拒否しました。キューが無効か存在しない、シェア識別子が必要、"
        "上書きできない設定がある、といった原因があります。Batchの応答をメッセージに示します。",
    ),
    fix=Text(
        "Fix what Batch names, in the queue or in the request's expectation, and deploy again.",
        "Batchが示した問題を、キューまたは期待する応答のファイルで直して、もう一度デプロイしてください。",
    )
    + snippet("yaml", "batch: standard\nshare_identifier: smoke"),
    example=Text(
        "ACES-B021 server/smoke-test/plate.png: Batch refused a job of plates:7 on the queue plates: ClientException: "
        "the queue is DISABLED",
        "ACES-B021 server/smoke-test/plate.png: AWS Batchが、キューplatesへのplates:7のジョブを拒否しました: "
        "ClientException: the queue is DISABLED",
    ),
)
B022 = Kind(
    code="ACES-B022",
    severity="error",
    title=Text("Unknown whether a job was submitted", "ジョブが送信されたかどうかわかりません"),
    cause=Text(
        "The answer to SubmitJob was lost, and the queue could not be searched for the job either. The job may be there and "
        "run. It "
        "is not submitted again, so that there are never two.",
        "SubmitJobの応答が届かず、キューでジョブを探すこともできませんでした。ジョブが実行されている可能性があります。"
        "二重に実行しないよう、もう一度送信はしていません。",
    ),
    fix=Text(
        "Look for the job by the name in the message, end it if it is there, and deploy again.",
        "メッセージにある名前のジョブを探し、あれば終了してから、もう一度デプロイしてください。",
    ),
    example=Text(
        "ACES-B022 server/smoke-test/plate.png: the answer was lost, so the job "
        "number-plate-detection-dev-algorithm-server-smoke-test-1f2e3d4c may or may not have been submitted.",
        "ACES-B022 server/smoke-test/plate.png: 応答が届かなかったため、"
        "ジョブnumber-plate-detection-dev-algorithm-server-smoke-test-1f2e3d4cが送信されたかどうかわかりません。",
    ),
)
B038 = Kind(
    code="ACES-B038",
    severity="error",
    title=Text("Job ran too long", "ジョブが時間内に終わりませんでした"),
    cause=Text(
        "The job ran, but had not ended when `max_seconds` of the expectation, or `batch-wait-timeout` of the run, was over. "
        "It was "
        "terminated.",
        "ジョブは動いていましたが、期待する応答の`max_seconds`、または`batch-wait-timeout`までに終わりませんでした。"
        "ジョブは終了させました。",
    ),
    fix=Text(
        "Read the job's log, use a smaller request, or allow more time.",
        "ジョブのログを確認し、リクエストを小さくするか、上限を長くしてください。",
    )
    + snippet("yaml", "batch-wait-timeout: 60m"),
    example=Text(
        "ACES-B038 server/smoke-test/plate.png: the job number-plate-detection-dev-algorithm-server-smoke-test-1f2e3d4c is "
        "still RUNNING after 30 min 00 s.",
        "ACES-B038 server/smoke-test/plate.png: ジョブnumber-plate-detection-dev-algorithm-server-smoke-test-1f2e3d4cは、"
        "30分00秒たってもRUNNINGのままです。",
    ),
)
B039 = Kind(
    code="ACES-B039",
    severity="error",
    title=Text("Job left no answer", "ジョブの応答がありません"),
    cause=Text(
        "The job ended as expected, but the object that `output` names is not in S3, or is older than the job.",
        "ジョブは期待どおりに終わりましたが、`output`のオブジェクトがS3にないか、ジョブより前のものです。",
    ),
    fix=Text(
        "Have the job write to SMOKE_TEST_OUTPUT_S3_URI, or let `output` name what it writes. The job role needs "
        "`s3:PutObject` there.",
        "ジョブがSMOKE_TEST_OUTPUT_S3_URIに書き込むようにするか、`output`を実際の書き込み先にしてください。"
        "ジョブロールには、そこへの`s3:PutObject`が必要です。",
    )
    + snippet("yaml", "batch: standard\noutput: s3://number-plate-detection-dev/results/${AWS_BATCH_JOB_ID}.json"),
    example=Text(
        "ACES-B039 server/smoke-test/plate.png: the job number-plate-detection-dev-algorithm-server-smoke-test-1f2e3d4c ended, "
        "but s3://number-plate-detection-dev/results/plate.json is not there.",
        "ACES-B039 server/smoke-test/plate.png: ジョブnumber-plate-detection-dev-algorithm-server-smoke-test-1f2e3d4cは終わりましたが、s3://number-plate-detection-dev/results/plate.jsonがありません。",
    ),
)
B040 = Kind(
    code="ACES-B040",
    severity="error",
    title=Text("Job ended with another exit code", "ジョブの終了コードが期待と異なります"),
    cause=Text(
        "The expectation asks for another exit code than the one with which the container ended.",
        "コンテナの終了コードが、期待する応答の`exit_code`と異なります。",
    ),
    fix=Text("Fix the program, or `exit_code` in the expectation.", "プログラムか、期待する応答の`exit_code`を直してください。")
    + snippet("yaml", "exit_code: 2"),
    example=Text(
        "ACES-B040 server/smoke-test/broken.png: the job number-plate-detection-dev-algorithm-server-smoke-test-1f2e3d4c ended "
        "with exit code 0, but 2 was expected.",
        "ACES-B040 server/smoke-test/broken.png: "
        "ジョブnumber-plate-detection-dev-algorithm-server-smoke-test-1f2e3d4cの終了コードは0ですが、期待する値は2です。",
    ),
)
B041 = Kind(
    code="ACES-B041",
    severity="error",
    title=Text("Jobs failed their smoke test", "ジョブのスモークテストが失敗しました"),
    cause=Text(
        "At least one job did not run as expected; the errors before this one say which. Nothing of this version is listed on "
        "the "
        "ACES Platform.",
        "期待どおりに実行されなかったジョブがあります。詳しくは、このエラーの前にあるエラーを見てください。"
        "このバージョンはACES Platformに登録していません。",
    ),
    fix=Text(
        "Fix what the other errors name and deploy again.", "ほかのエラーが示す問題を直して、もう一度デプロイしてください。"
    ),
    example=Text(
        "ACES-B041 1 of 2 jobs failed the smoke test; this version is not listed on the ACES Platform.",
        "ACES-B041 2件中1件のジョブがスモークテストに失敗しました。このバージョンはACES Platformに登録していません。",
    ),
)
B042 = Kind(
    code="ACES-B042",
    severity="warning",
    title=Text("Job could not be ended", "ジョブを終了できませんでした"),
    cause=Text(
        "A job of the smoke test that nobody waits for any more could not be terminated. It goes on until it ends by itself, "
        "or its "
        "own time is over.",
        "スモークテストの、もう待たないジョブを終了できませんでした。ジョブは、自分で終わるか、制限時間になるまで続きます。",
    ),
    fix=Text(
        "Terminate it by the command in the hint. A missing permission is in docs/iam.",
        "ヒントのコマンドで終了してください。足りない権限はdocs/iamにあります。",
    ),
    example=Text(
        "ACES-B042 The job number-plate-detection-dev-algorithm-server-smoke-test-1f2e3d4c could not be ended: The role may not "
        "call TerminateJob: it lacks batch:TerminateJob.",
        "ACES-B042 ジョブnumber-plate-detection-dev-algorithm-server-smoke-test-1f2e3d4cを終了できませんでした: "
        "ロールはTerminateJobを呼び出せません。batch:TerminateJobの権限がありません。",
    ),
)
KINDS = (B020, B021, B022, B038, B039, B040, B041, B042)


@dataclass(frozen=True, slots=True, kw_only=True)
class TestedJob:
    """A job in words. `request` is the file, `definition` `name:revision`; `log` names group and stream, where there are any."""

    __test__ = False  # pytest would take it for a test

    request: str
    name: str
    job_id: str
    definition: str
    queue: str
    image: str = ""
    job_role: str = ""
    execution_role: str = ""
    log: str = ""


def no_job_definition(request: str, kind: str) -> Problem:
    """When a request names a job definition that is not deployed."""
    key = "aws_longtime_batch_instance_type" if kind == "longtime" else "aws_batch_instance_type"
    return Problem(
        kind=B020,
        message=Text(
            f"{request} asks for a job of the {kind} definition, which the infra file does not deploy.",
            f"{request}は{kind}のジョブ定義を指定していますが、infraファイルではデプロイしません。",
        ),
        hint=Text(
            f"Give {key} in the infra file, with `ASYNC_COMPONENT_SERVICE: aws_batch`, or name another definition.",
            f"infraファイルに{key}を書き、「ASYNC_COMPONENT_SERVICE: aws_batch」とするか、別のジョブ定義を指定してください。",
        ),
    )


def refused(request: str, definition: str, queue: str, reason: str) -> Problem:
    """When Batch refuses SubmitJob. `reason`: in its words."""
    return Problem(
        kind=B021,
        message=Text(
            f"{request}: Batch refused a job of {definition} on the queue {queue}: {reason}",
            f"{request}: AWS Batchが、キュー{queue}への{definition}のジョブを拒否しました: {reason}",
        ),
        hint=Text(
            "Check that the queue exists and is ENABLED, and what the request's expectation overrides.",
            "キューが存在して有効（ENABLED）か、期待する応答のファイルの上書きが正しいかを確認してください。",
        ),
        file=request,
    )


def unclear(request: str, name: str, queue: str) -> Problem:
    """When SubmitJob has no answer, and the queue cannot be searched."""
    return Problem(
        kind=B022,
        message=Text(
            f"{request}: the answer was lost, so the job {name} may or may not have been submitted.",
            f"{request}: 応答が届かなかったため、ジョブ{name}が送信されたかどうかわかりません。",
        ),
        hint=lines(
            Text("Look for it, and terminate it if it is there:", "次のコマンドで探し、あれば終了してください:"),
            same(f"aws batch list-jobs --job-queue {queue} --filters name=JOB_NAME,values={name}"),
        ),
        file=request,
    )


def ran_too_long(job: TestedJob, status: str, after: Text, said: str) -> Problem:
    """When a job runs and nobody waits for it any more. `said`: the last that it wrote."""
    return Problem(
        kind=B038,
        message=Text(
            f"{job.request}: the job {job.name} is still {status} after {after.en}.",
            f"{job.request}: ジョブ{job.name}は、{after.ja}たっても{status}のままです。",
        ),
        hint=lines(
            Text(f"The last line of its log: {said}", f"ログの最後の行: {said}") if said else EMPTY,
            where(job),
            setting(
                "batch-wait-timeout",
                "If it needs longer, set a longer {setting} or max_seconds.",
                "足りないときは、{setting}かmax_secondsを長くしてください。",
            ),
        ),
        file=job.request,
    )


def too_slow(job: TestedJob, taken: Text, limit: Text) -> Problem:
    """When a job ended well, but after max_seconds."""
    return Problem(
        kind=B038,
        message=Text(
            f"{job.request}: the job {job.name} took {taken.en} from its submission, but must end within {limit.en}.",
            f"{job.request}: ジョブ{job.name}は送信から{taken.ja}かかりました。上限は{limit.ja}です。",
        ),
        hint=Text(
            "The start of an instance counts too. Raise max_seconds, or use a smaller request.",
            "インスタンスの起動時間も含みます。max_secondsを長くするか、リクエストを小さくしてください。",
        ),
        file=job.request,
    )


def no_output(job: TestedJob, uri: str, *, is_old: bool) -> Problem:
    """When the answer is not where it should be, or was there before the job."""
    what = (
        Text(f"{uri} is older than the job", f"{uri}はジョブより前のものです")
        if is_old
        else Text(f"{uri} is not there", f"{uri}がありません")
    )
    return Problem(
        kind=B039,
        message=Text(
            f"{job.request}: the job {job.name} ended, but {what.en}.",
            f"{job.request}: ジョブ{job.name}は終わりましたが、{what.ja}。",
        ),
        hint=lines(
            Text(
                "Have the job write its answer there, or let `output` in the expectation name what it writes.",
                "ジョブがそこに応答を書き込むようにするか、期待する応答のoutputを実際の書き込み先にしてください。",
            ),
            where(job),
        ),
        file=job.request,
    )


def other_exit_code(job: TestedJob, code: int, *, expected: int, said: str) -> Problem:
    """When a container ended by itself with another exit code than an expected one other than 0, or well instead."""
    return Problem(
        kind=B040,
        message=Text(
            f"{job.request}: the job {job.name} ended with exit code {code}, but {expected} was expected.",
            f"{job.request}: ジョブ{job.name}の終了コードは{code}ですが、期待する値は{expected}です。",
        ),
        hint=lines(Text(f"The last line of its log: {said}", f"ログの最後の行: {said}") if said else EMPTY, where(job)),
        file=job.request,
    )


def failed(count: int, total: int) -> Problem:
    """The last problem of jobs that failed where no endpoint is deployed beside them."""
    return Problem(
        kind=B041,
        message=Text(
            f"{count} of {total} jobs failed the smoke test; this version is not listed on the ACES Platform.",
            f"{total}件中{count}件のジョブがスモークテストに失敗しました。このバージョンはACES Platformに登録していません。",
        ),
        hint=Text(
            "Fix what the other errors name, then deploy again.", "ほかのエラーが示す問題を直して、もう一度デプロイしてください。"
        ),
    )


def not_ended(name: str, job_id: str, why: Problem) -> Problem:
    """When a job that nobody waits for cannot be terminated."""
    return Problem(
        kind=B042,
        message=Text(
            f"The job {name} could not be ended: {why.message.en}", f"ジョブ{name}を終了できませんでした: {why.message.ja}"
        ),
        hint=lines(Text("Terminate it:", "次のコマンドで終了してください:"), terminate_command(job_id)),
    )


def terminate_command(job_id: str) -> Text:
    return same(f"aws batch terminate-job --job-id {job_id} --reason 'smoke test'")


def left_running(name: str, job_id: str) -> Text:
    """What a run leaves that was cancelled and could not end a job. `job_id` empty: it may not be there."""
    if not job_id:
        return Text(
            f"The job {name} may have been submitted and may still run.",
            f"ジョブ{name}は送信された可能性があり、実行が続いているかもしれません。",
        )
    return sentences(
        Text(f"The job {name} may still run. Terminate it:", f"ジョブ{name}は続いている可能性があります。終了するには:"),
        terminate_command(job_id),
    )


def terminated(name: str, job_id: str) -> Text:
    """What a run leaves that was cancelled: a job that it has ended."""
    return Text(f"The job {name} ({job_id}) was terminated.", f"ジョブ{name}（{job_id}）を終了させました。")


def untested() -> Text:
    """What a run leaves whose jobs could not be asked."""
    return sentences(
        Text(
            "The jobs are untested, and this version is not listed on the ACES Platform.",
            "ジョブは未確認で、このバージョンはACES Platformに登録していません。",
        ),
        Text("The next deploy runs them again.", "次のデプロイで、もう一度実行します。"),
    )


def where(job: TestedJob) -> Text:
    """Where more is to be found."""
    if job.log:
        group, _, stream = job.log.partition(" ")
        command = f"aws logs tail {shlex.quote(group)} --since 1d --log-stream-names {shlex.quote(stream)}"
        return lines(Text("This shows the job's log:", "ジョブのログは、次のコマンドで確認できます:"), same(command))
    return Text(f"More: aws batch describe-jobs --jobs {job.job_id}", f"詳細: aws batch describe-jobs --jobs {job.job_id}")
