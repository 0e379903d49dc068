"""P: what could not be looked at."""

from __future__ import annotations

from aces_action.language import Text
from aces_action.problems.kind import Kind

P010 = Kind(
    code="ACES-P010",
    severity="warning",
    title=Text("Not checked", "確認できませんでした"),
    cause=Text(
        "The role of the job may not look at something that the deployment itself does not need to see, such as the "
        "execution role. The deployment goes on; a mistake there shows only when AWS uses it.",
        "実行ロールなど、デプロイ自体には不要なものを参照する権限が、ジョブのロールにありません。"
        "デプロイは続けますが、そこに間違いがあっても、AWSが使うときまでわかりません。",
    ),
    fix=Text(
        "Nothing has to be done. To have it checked early, add the permission in the message, e.g. `iam:GetRole`.",
        "対応は必須ではありません。事前に確認したいときは、メッセージにある権限（`iam:GetRole`など）を追加してください。",
    ),
    example="ACES-P010 The role number-plate-dev-sagemaker-role: not checked, missing permission iam:GetRole.",
)

P029 = Kind(
    code="ACES-P029",
    severity="error",
    title=Text("Not checked, but has to be", "確認が必須ですが、確認できませんでした"),
    cause=Text(
        "Under `preflight: strict` everything has to be looked at before the deployment, and the job's role may not look "
        "at this, or AWS did not answer. Without it, this is the warning ACES-P010.",
        "`preflight: strict`では、デプロイ前にすべてを確認する必要がありますが、"
        "ジョブのロールに確認する権限がないか、AWSから応答がありませんでした。指定しない場合は、"
        "警告ACES-P010になります。",
    ),
    fix=Text(
        "Add the permission of the message to the role, or leave `preflight: strict` out.",
        "メッセージにある権限をロールに追加するか、`preflight: strict`を外してください。",
    ),
    example="ACES-P029 The role number-plate-dev-sagemaker-role: not checked, missing permission iam:GetRole.",
)

KINDS = (
    P010,
    P029,
)
