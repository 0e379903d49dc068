"""C: settings of the infra file together: whether they are one of the ways to serve."""

from __future__ import annotations

from aces_action.language import EMPTY, Text
from aces_action.problems.configuration.schema import C005
from aces_action.problems.kind import Kind, snippet
from aces_action.problems.problem import Problem

C012 = Kind(
    code="ACES-C012",
    severity="warning",
    title=Text("Setting without effect", "効果のない設定です"),
    cause=Text(
        "A setting is valid, but nothing uses it in this combination: `input_mimes` with another type than `file`, settings "
        "of Batch where SageMaker runs the asynchronous API, settings for an endpoint that is not deployed. In a workflow: a "
        "variable of the job whose name differs in upper and lower case from one that the action reads.",
        "設定の値は正しいのですが、この組み合わせでは使われません。例: `file`以外の`type`での`input_mimes`、"
        "非同期APIをSageMakerで実行するときのBatchの設定、デプロイしないエンドポイントの設定。"
        "ワークフローでは、アクションが読む変数と大文字・小文字だけが違う、ジョブの変数です。",
    ),
    fix=Text(
        "Delete it, or change the setting that the message names so that it takes effect.",
        "削除するか、メッセージが示す設定を変えて、効果があるようにしてください。",
    ),
    example='"type": "simple",\n"input_mimes": ["application/zip"]',
)
C017 = Kind(
    code="ACES-C017",
    severity="error",
    title=Text("Nothing to deploy", "デプロイするものがありません"),
    cause=Text(
        "The infra file names no instance type that would be used: neither an endpoint nor a Batch job would come of it. "
        "Under `ASYNC_COMPONENT_SERVICE: sagemaker` only SAGEMAKER_INSTANCE_TYPE counts.",
        "infraファイルに、使われるインスタンスタイプがありません。エンドポイントもBatchのジョブもデプロイされません。"
        "`ASYNC_COMPONENT_SERVICE: sagemaker`では、SAGEMAKER_INSTANCE_TYPEだけが使われます。",
    ),
    fix=Text("Say what to deploy; for both APIs:", "デプロイするものを書いてください。同期APIと非同期APIの両方なら:")
    + snippet("yaml", "SAGEMAKER_INSTANCE_TYPE: 'ml.t2.xlarge'\naws_batch_instance_type: m5.xlarge"),
    example="ASYNC_COMPONENT_SERVICE: sagemaker\naws_batch_instance_type: m5.xlarge",
)
C021 = Kind(
    code="ACES-C021",
    severity="error",
    title=Text("Settings that cannot go together", "組み合わせられない設定です"),
    cause=Text(
        "Two settings exclude each other, or one needs another that is missing: each is valid alone, but AWS would refuse "
        "them together, or they contradict one another.",
        "2つの設定が両立しないか、一方に必要な他方がありません。"
        "それぞれは正しい値ですが、組み合わせるとAWSに拒否されるか、互いに矛盾します。",
    ),
    fix=Text(
        "Change or delete one of them; the message says which are possible. For an asynchronous endpoint:",
        "どちらかを変えるか、削除してください。可能な組み合わせはメッセージに示します。非同期のエンドポイントなら:",
    )
    + snippet("yaml", "SAGEMAKER_INSTANCE_TYPE: 'ml.g4dn.xlarge'\nASYNC_COMPONENT_SERVICE: sagemaker"),
    example="ASYNC_COMPONENT_SERVICE: aws_batch\nSAGEMAKER_INFERENCE_MODE: async",
)

KINDS = (
    C012,
    C017,
    C021,
)

_SERVICE, _MODE = "ASYNC_COMPONENT_SERVICE", "SAGEMAKER_INFERENCE_MODE"
_ENDPOINT, _JOB, _LONGTIME = "SAGEMAKER_INSTANCE_TYPE", "aws_batch_instance_type", "aws_longtime_batch_instance_type"

# Why a setting has no effect, completing '… has no effect: '
NO_ENDPOINT = Text(f"{_ENDPOINT} is not set", f"{_ENDPOINT}が設定されていません")
NO_JOB = Text(f"{_JOB} is not set", f"{_JOB}が設定されていません")
NO_LONGTIME_JOB = Text(f"{_LONGTIME} is not set", f"{_LONGTIME}が設定されていません")
NO_BATCH = Text(f"{_SERVICE} is sagemaker", f"{_SERVICE}がsagemakerです")
REALTIME = Text("the endpoint is a real-time one", "エンドポイントがリアルタイムです")


def without_effect(place: str, reason: Text) -> Problem:
    """When a setting is for something that is not deployed."""
    return Problem(kind=C012, message=Text(f"{place} has no effect: {reason.en}.", f"{place}は効果がありません。{reason.ja}。"))


def no_endpoint_under_sagemaker() -> Problem:
    """When SageMaker runs the asynchronous API, but there is no instance type for it."""
    return Problem(
        kind=C017,
        message=Text(
            f"{_SERVICE} is sagemaker, but {_ENDPOINT} is missing: there is nothing to deploy.",
            f"{_SERVICE}がsagemakerですが、{_ENDPOINT}がありません。デプロイするものがありません。",
        ),
        hint=Text(
            f"Add {_ENDPOINT}: ml.t2.xlarge (CPU) or ml.g4dn.xlarge (GPU).",
            f"{_ENDPOINT}を追加してください（CPUならml.t2.xlarge、GPUならml.g4dn.xlargeなど）。",
        ),
    )


def nothing_to_deploy() -> Problem:
    """When there is neither an endpoint nor a Batch job."""
    both = f"{_ENDPOINT}: ml.t2.xlarge\n{_JOB}: m5.xlarge"
    return Problem(
        kind=C017,
        message=Text(
            f"Neither {_ENDPOINT} nor {_JOB} is set: there is nothing to deploy.",
            f"{_ENDPOINT}も{_JOB}もありません。デプロイするものがありません。",
        ),
        hint=Text(f"For both APIs:\n{both}", f"同期APIと非同期APIの両方を使う場合:\n{both}"),
    )


def longtime_job_alone() -> Problem:
    """When there is a long-time job without the standard one."""
    return Problem(
        kind=C021,
        message=Text(f"{_LONGTIME} also needs {_JOB}.", f"{_LONGTIME}には{_JOB}も必要です。"),
        hint=Text(f"Add the standard job, e.g. {_JOB}: m5.xlarge.", f"標準のジョブを追加してください。例: {_JOB}: m5.xlarge"),
    )


def no_job_for_asynchronous_api() -> Problem:
    """When Batch is to run the asynchronous API, and has no job."""
    return Problem(
        kind=C012,
        message=Text(
            f"{_JOB} is missing: nothing will run the asynchronous API, only the synchronous one answers.",
            f"{_JOB}がありません。同期APIだけが応答し、非同期APIを実行するものがありません。",
        ),
        hint=Text(f"Add {_JOB}, or write {_SERVICE}: sagemaker.", f"{_JOB}を追加するか、{_SERVICE}: sagemakerと書いてください。"),
    )


def async_endpoint_under_batch() -> Problem:
    """When Batch runs the asynchronous API, and the endpoint is to be asynchronous."""
    return Problem(
        kind=C021,
        message=Text(
            f"{_MODE} async cannot go with {_SERVICE} aws_batch.",
            f"{_MODE}のasyncは、{_SERVICE}がaws_batchの場合は使えません。",
        ),
        hint=Text(
            "Under aws_batch the endpoint answers the synchronous API, and Batch the asynchronous one: delete the line.\n"
            f"For an asynchronous endpoint write {_SERVICE}: sagemaker.",
            "aws_batchでは、同期APIにエンドポイントが、非同期APIにBatchが応答します。この行を削除してください。\n"
            f"非同期エンドポイントを使う場合は{_SERVICE}: sagemakerと書いてください。",
        ),
    )


def environment_too_large(place: str, size: int, limit: int, *, as_json: bool) -> Problem:
    """When all environment variables of a container together have more than `limit` bytes. `as_json`: those of a job."""
    counted = Text(" as JSON, in a job definition of 24 KiB in all", "（JSONとして。ジョブ定義は全体で24KiBまで）")
    what = counted if as_json else EMPTY
    return Problem(
        kind=C005,
        message=Text(
            f"{place} has {size:,} bytes{what.en}, but must have at most {limit:,}.",
            f"{place}は{size:,}バイトです{what.ja}。{limit:,}バイト以内にしてください。",
        ),
        hint=Text(
            "Put large values into a file of the image or of the weights.",
            "大きな値は、イメージや重みファイルの中のファイルに移してください。",
        ),
    )
