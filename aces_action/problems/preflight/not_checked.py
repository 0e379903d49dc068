"""P: what could not be looked at."""

from __future__ import annotations

from dataclasses import replace

from aces_action.language import Text
from aces_action.problems.kind import Kind
from aces_action.problems.problem import Problem

P010 = Kind(
    code="ACES-P010",
    severity="warning",
    title=Text("Not checked", "確認できませんでした"),
    cause=Text(
        "The job's role may not read something that the deployment itself does not need to read, such as the "
        "execution role. The deployment continues, but a mistake there shows only when AWS uses it.",
        "実行ロールなど、デプロイ自体には不要なものを参照する権限が、ジョブのロールにありません。"
        "デプロイは続けますが、そこに間違いがあっても、AWSが使うときまでわかりません。",
    ),
    fix=Text(
        "Nothing has to be done. To have it checked in advance, add the permission in the message, e.g. `iam:GetRole`.",
        "対応は必須ではありません。事前に確認したいときは、メッセージにある権限（`iam:GetRole`など）を追加してください。",
    ),
    example=Text(
        "ACES-P010 The role number-plate-dev-sagemaker-role: not checked, missing permission iam:GetRole.",
        "ACES-P010 ロールnumber-plate-dev-sagemaker-roleを確認できませんでした。iam:GetRoleの権限がありません。",
    ),
)

P029 = Kind(
    code="ACES-P029",
    severity="error",
    title=Text("Required check not possible", "確認が必須ですが、確認できませんでした"),
    cause=Text(
        "With `preflight: strict` everything has to be checked before the deployment, but the job's role may not "
        "read this, or AWS did not answer. Without `strict`, this is the warning ACES-P010.",
        "`preflight: strict`では、デプロイ前にすべてを確認する必要がありますが、"
        "ジョブのロールに確認する権限がないか、AWSから応答がありませんでした。指定しない場合は、"
        "警告ACES-P010になります。",
    ),
    fix=Text(
        "Add the permission in the message to the role, or leave out `preflight: strict`.",
        "メッセージにある権限をロールに追加するか、`preflight: strict`を外してください。",
    ),
    example=Text(
        "ACES-P029 The role number-plate-dev-sagemaker-role: not checked, missing permission iam:GetRole.",
        "ACES-P029 ロールnumber-plate-dev-sagemaker-roleを確認できませんでした。iam:GetRoleの権限がありません。",
    ),
)

KINDS = (
    P010,
    P029,
)


def no_permission(subject: Text, permission: str) -> Problem:
    """When the role of the job may not look at something. `subject` begins a sentence: 'The job queues'."""
    return Problem(
        kind=P010,
        message=Text(
            f"{subject.en}: not checked, missing permission {permission}.",
            f"{subject.ja}を確認できませんでした。{permission}の権限がありません。",
        ),
        hint=Text(
            f"Allow {permission} in the role of AWS_ROLE_ARN.",
            f"AWS_ROLE_ARNのロールに{permission}を許可してください。",
            Text(
                f"Sign in as somebody who has {permission} (AWS_PROFILE chooses the profile) to have it checked.",
                f"確認するには、{permission}の権限があるプロファイルをAWS_PROFILEで指定してください。",
            ),
        ),
    )


def no_answer(subject: Text, reason: str) -> Problem:
    """When AWS does not answer a question that the deployment can do without."""
    return Problem(
        kind=P010,
        message=Text(
            f"{subject.en}: not checked, AWS did not answer ({reason}).",
            f"{subject.ja}を確認できませんでした。AWSから応答がありません（{reason}）。",
        ),
    )


def refused(subject: Text, code: str) -> Problem:
    """When AWS answers such a question with an error."""
    return Problem(
        kind=P010,
        message=Text(
            f"{subject.en}: not checked, AWS answered {code}.", f"{subject.ja}を確認できませんでした。AWSの応答は{code}です。"
        ),
    )


def unknown_caller(subject: Text, arn: str) -> Problem:
    """When IAM knows nobody of the ARN of whom it was asked what they may do."""
    return Problem(
        kind=P010,
        message=Text(
            f"{subject.en}: not checked, IAM does not know {arn}.",
            f"{subject.ja}を確認できませんでした。{arn}がIAMにありません。",
        ),
    )


def as_error(problem: Problem) -> Problem:
    """Under `preflight: strict`, that something was not looked at."""
    return replace(problem, kind=P029)
