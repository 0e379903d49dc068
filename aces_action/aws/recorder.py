"""Notes every write that goes out to AWS through a session in the run's ledger: whoever makes it, the SageMaker SDK too.

botocore tells of each request: `before-parameter-build` has its parameters, `request-created` comes before each attempt, once
it is signed, and `response-received` after each that was answered, also by nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from botocore.hooks import BaseEventHooks
from botocore.model import OperationModel

from aces_action.aws.answers import UNREADABLE
from aces_action.aws.errors import is_throttling
from aces_action.changes import noun
from aces_action.language import Text, same
from aces_action.ledger import Ledger, Sending, Write

# In the context of a request: service, operation and parameters, and its entry in the ledger
_REQUEST, _SENDING = "aces-action.request", "aces-action.sending"

_READS = ("Describe", "List", "Get", "Head", "BatchGet", "BatchCheck", "Simulate")
# Credentials, and requests to the server that is deployed: nothing of the account is changed
_NO_WRITES = frozenset({"sts", "sso", "sso-oidc", "signin", "sagemaker-runtime"})
_PARTS = frozenset({"UploadPart", "UploadPartCopy", "InitiateLayerUpload", "UploadLayerPart"})
_VERDICT = ".verdict.json"  # resources/weights/verdict_store.py: SUFFIX


@dataclass(frozen=True, slots=True)
class _Phrase:
    """Of one operation, with the request's parameters in braces: when it is done, as a wish, and in Japanese for both."""

    done: str
    asks: str
    ja: str


_PHRASES: Mapping[tuple[str, str], _Phrase] = {
    ("sagemaker", "CreateModel"): _Phrase("model {ModelName} created", "create model {ModelName}", "モデル{ModelName}の作成"),
    ("sagemaker", "CreateEndpointConfig"): _Phrase(
        "endpoint config {EndpointConfigName} created",
        "create endpoint config {EndpointConfigName}",
        "エンドポイント設定{EndpointConfigName}の作成",
    ),
    ("sagemaker", "CreateEndpoint"): _Phrase(
        "creation of endpoint {EndpointName} with {EndpointConfigName} accepted",
        "create endpoint {EndpointName} with {EndpointConfigName}",
        "エンドポイント{EndpointName}の作成（設定: {EndpointConfigName}）",
    ),
    ("sagemaker", "UpdateEndpoint"): _Phrase(
        "update of endpoint {EndpointName} to {EndpointConfigName} accepted",
        "update endpoint {EndpointName} to {EndpointConfigName}",
        "エンドポイント{EndpointName}の{EndpointConfigName}への更新",
    ),
    ("sagemaker", "UpdateEndpointWeightsAndCapacities"): _Phrase(
        "update of the instance counts of endpoint {EndpointName} accepted",
        "update the instance counts of endpoint {EndpointName}",
        "エンドポイント{EndpointName}のインスタンス数の更新",
    ),
    ("sagemaker", "DeleteEndpoint"): _Phrase(
        "deletion of endpoint {EndpointName} accepted", "delete endpoint {EndpointName}", "エンドポイント{EndpointName}の削除"
    ),
    ("sagemaker", "DeleteEndpointConfig"): _Phrase(
        "endpoint config {EndpointConfigName} deleted",
        "delete endpoint config {EndpointConfigName}",
        "エンドポイント設定{EndpointConfigName}の削除",
    ),
    ("sagemaker", "DeleteModel"): _Phrase("model {ModelName} deleted", "delete model {ModelName}", "モデル{ModelName}の削除"),
    ("batch", "RegisterJobDefinition"): _Phrase(
        "revision of job definition {jobDefinitionName} registered",
        "register a revision of job definition {jobDefinitionName}",
        "ジョブ定義{jobDefinitionName}のリビジョンの登録",
    ),
    ("batch", "DeregisterJobDefinition"): _Phrase(
        "job definition {jobDefinition} deregistered",
        "deregister job definition {jobDefinition}",
        "ジョブ定義{jobDefinition}の登録解除",
    ),
    ("batch", "SubmitJob"): _Phrase(
        "job {jobName} of {jobDefinition} submitted to queue {jobQueue}",
        "submit job {jobName} of {jobDefinition} to queue {jobQueue}",
        "ジョブ{jobName}（{jobDefinition}）のキュー{jobQueue}への送信",
    ),
    ("batch", "TerminateJob"): _Phrase("end of job {jobId} accepted", "end job {jobId}", "ジョブ{jobId}の終了"),
    ("batch", "CancelJob"): _Phrase("cancellation of job {jobId} accepted", "cancel job {jobId}", "ジョブ{jobId}のキャンセル"),
    ("logs", "CreateLogGroup"): _Phrase(
        "log group {logGroupName} created", "create log group {logGroupName}", "ロググループ{logGroupName}の作成"
    ),
    ("logs", "PutRetentionPolicy"): _Phrase(
        "retention of log group {logGroupName} set",
        "set the retention of log group {logGroupName}",
        "ロググループ{logGroupName}の保持期間の設定",
    ),
    ("application-autoscaling", "RegisterScalableTarget"): _Phrase(
        "scalable target {ResourceId} registered",
        "register scalable target {ResourceId}",
        "スケーラブルターゲット{ResourceId}の登録",
    ),
    ("application-autoscaling", "DeregisterScalableTarget"): _Phrase(
        "scalable target {ResourceId} deregistered",
        "deregister scalable target {ResourceId}",
        "スケーラブルターゲット{ResourceId}の解除",
    ),
    ("application-autoscaling", "PutScalingPolicy"): _Phrase(
        "scaling policy {PolicyName} of {ResourceId} set",
        "set scaling policy {PolicyName} of {ResourceId}",
        "{ResourceId}のスケーリングポリシー{PolicyName}の設定",
    ),
    ("application-autoscaling", "DeleteScalingPolicy"): _Phrase(
        "scaling policy {PolicyName} of {ResourceId} deleted",
        "delete scaling policy {PolicyName} of {ResourceId}",
        "{ResourceId}のスケーリングポリシー{PolicyName}の削除",
    ),
    ("application-autoscaling", "PutScheduledAction"): _Phrase(
        "scheduled action {ScheduledActionName} of {ResourceId} set",
        "set scheduled action {ScheduledActionName} of {ResourceId}",
        "{ResourceId}のスケジュールされたアクション{ScheduledActionName}の設定",
    ),
    ("cloudwatch", "PutMetricAlarm"): _Phrase("alarm {AlarmName} set", "set alarm {AlarmName}", "アラーム{AlarmName}の設定"),
    ("cloudwatch", "DeleteAlarms"): _Phrase(
        "alarm {AlarmNames} deleted", "delete alarm {AlarmNames}", "アラーム{AlarmNames}の削除"
    ),
    ("ecr", "CompleteLayerUpload"): _Phrase(
        "layer {layerDigests} copied to ECR repository {repositoryName}",
        "copy layer {layerDigests} to ECR repository {repositoryName}",
        "レイヤー{layerDigests}のECRリポジトリ{repositoryName}へのコピー",
    ),
    ("ecr", "PutImage"): _Phrase(
        "image {imageDigest} put into ECR repository {repositoryName}",
        "put image {imageDigest} into ECR repository {repositoryName}",
        "イメージ{imageDigest}のECRリポジトリ{repositoryName}への登録",
    ),
    ("s3", "CopyObject"): _Phrase(
        "weights released as s3://{Bucket}/{Key}",
        "release the weights as s3://{Bucket}/{Key}",
        "重みファイルのリリース（s3://{Bucket}/{Key}）",
    ),
    ("s3", "CreateMultipartUpload"): _Phrase(
        "copy of the weights to s3://{Bucket}/{Key} started",
        "start the copy of the weights to s3://{Bucket}/{Key}",
        "重みファイルのs3://{Bucket}/{Key}へのコピーの開始",
    ),
    ("s3", "CompleteMultipartUpload"): _Phrase(
        "weights released as s3://{Bucket}/{Key}",
        "release the weights as s3://{Bucket}/{Key}",
        "重みファイルのリリース（s3://{Bucket}/{Key}）",
    ),
    ("s3", "AbortMultipartUpload"): _Phrase(
        "unfinished copy of the weights to s3://{Bucket}/{Key} deleted",
        "delete the unfinished copy of the weights to s3://{Bucket}/{Key}",
        "重みファイルのs3://{Bucket}/{Key}への未完了のコピーの削除",
    ),
    ("s3", "PutObject"): _Phrase("s3://{Bucket}/{Key} written", "write s3://{Bucket}/{Key}", "s3://{Bucket}/{Key}の保存"),
    ("s3", "DeleteObject"): _Phrase("s3://{Bucket}/{Key} deleted", "delete s3://{Bucket}/{Key}", "s3://{Bucket}/{Key}の削除"),
}
_NOTE = _Phrase(
    "result of the weights' check saved in s3://{Bucket}/{Key} (what serves is unchanged)",
    "save the result of the weights' check in s3://{Bucket}/{Key}",
    "重みファイルの検査結果のs3://{Bucket}/{Key}への記録（稼働中のものは変わりません）",
)
_TAG = _Phrase("tags of {what} set: {tags}", "set tags of {what}: {tags}", "{what}のタグの設定: {tags}")
_UNTAG = _Phrase("tags of {what} deleted: {tags}", "delete tags of {what}: {tags}", "{what}のタグの削除: {tags}")
_TAGGING = {"AddTags": _TAG, "TagResource": _TAG, "DeleteTags": _UNTAG, "UntagResource": _UNTAG}


def is_write(service: str, operation: str) -> bool:
    """Whether an operation changes something. Whatever is not known to read does."""
    return service not in _NO_WRITES and not operation.startswith(_READS)


def write_of(service: str, operation: str, request: Mapping[str, Any]) -> Write | None:
    """What a request writes, in words with the names in it. None for one that only reads, and for the parts of a copy, whose
    begin and end are told: of a layer its end alone, before which there is nothing to see."""
    if not is_write(service, operation) or operation in _PARTS:
        return None
    if operation in _TAGGING:
        return _tagging(_TAGGING[operation], request)
    phrase = _PHRASES.get((service, operation))
    if (service, operation) == ("s3", "PutObject") and str(request.get("Key", "")).endswith(_VERDICT):
        phrase = _NOTE
    if phrase is None:
        named = ", ".join(str(value) for value in request.values() if isinstance(value, str))
        text = same(f"{operation} ({service}): {named}")
        return Write(done=text, asks=text)
    names = _Names({name: ", ".join(map(str, value)) if isinstance(value, list) else value for name, value in request.items()})
    ja = phrase.ja.format_map(names)
    return Write(done=Text(phrase.done.format_map(names), ja), asks=Text(phrase.asks.format_map(names), ja))


class _Names(dict[str, Any]):
    """A request's parameters; one that is not there stands as a question mark, since to tell of a write must never fail."""

    def __missing__(self, _: str) -> str:
        return "?"


def _tagging(phrase: _Phrase, request: Mapping[str, Any]) -> Write:
    arn = str(request.get("ResourceArn") or request.get("ResourceARN") or request.get("resourceArn") or "?")
    given = request.get("Tags") or request.get("tags") or request.get("TagKeys") or request.get("tagKeys") or ()
    tags = ", ".join(each["Key"] if isinstance(each, Mapping) else str(each) for each in given)
    what = _resource(arn)
    ja = phrase.ja.format(what=what.ja, tags=tags)
    return Write(
        done=Text(phrase.done.format(what=what.en, tags=tags), ja), asks=Text(phrase.asks.format(what=what.en, tags=tags), ja)
    )


def _resource(arn: str) -> Text:
    """`arn:aws:sagemaker:…:endpoint-config/plates-1f` as 'endpoint config plates-1f'."""
    kind, _, name = re.sub(r"^([^:/]*)[:/]", r"\1 ", arn.split(":", 5)[-1]).partition(" ")
    kind_noun = noun(kind.replace("-", " "))
    return Text(f"{kind_noun.en} {name}", f"{kind_noun.ja}{name}") if name else same(arn)


def record_writes(events: BaseEventHooks, ledger: Ledger) -> None:
    """From now on every write of the clients that a session with these events makes is in the ledger before it is sent."""

    def asked(params: Mapping[str, Any], model: OperationModel, context: dict[str, Any], **_: Any) -> None:
        context[_REQUEST] = (model.service_model.service_name, model.name, params)

    def leaves(request: Any, **_: Any) -> None:
        context = request.context
        if (sending := context.get(_SENDING)) is not None:
            sending.again()
        elif _REQUEST in context and (write := write_of(*context[_REQUEST])):  # by now botocore has checked the parameters
            context[_SENDING] = ledger.send(write)

    def answered(
        response_dict: Mapping[str, Any] | None, parsed_response: Mapping[str, Any] | None, context: Mapping[str, Any], **_: Any
    ) -> None:
        sending: Sending | None = context.get(_SENDING)
        if sending is None or response_dict is None:
            return
        status, code = response_dict["status_code"], str((parsed_response or {}).get("Error", {}).get("Code", ""))
        if code == UNREADABLE:  # something on the way has answered: of what AWS has done it says nothing
            return
        if status < 300:
            sending.accept()
        elif status < 500 or is_throttling(code):
            sending.refuse()

    events.register("before-parameter-build", asked)
    events.register_last("request-created", leaves)  # after the signer, which may find no credentials
    events.register("response-received", answered)
