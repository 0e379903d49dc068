"""P: the roles that the server runs under."""

from __future__ import annotations

from aces_action.language import Text
from aces_action.problems.kind import Kind, snippet

P006 = Kind(
    code="ACES-P006",
    severity="error",
    title=Text("Execution role not found", "実行ロールがありません"),
    cause=Text(
        "A role that the server would run under does not exist in the account: `${Project}-${ENV}-sagemaker-role` for the "
        "endpoint, `…-batch-job-role` and `…-batch-execution-role` for Batch, or the one that the infra file names.",
        "サーバが使うロールが、アカウントにありません。エンドポイントは`${Project}-${ENV}-sagemaker-role`、"
        "Batchは`…-batch-job-role`と`…-batch-execution-role`です（infraファイルで指定した場合はそのロール）。",
    ),
    fix=Text(
        "Check Project and ENV, of which the name is made. If the role has another name, write its ARN into the infra file; "
        "if there is none yet, ask who set the AWS account up.",
        "名前の元になるProjectとENVを確認してください。別の名前のロールを使うときは、infraファイルにARNを書いてください。"
        "ロールがまだないときは、AWSアカウントの管理者に依頼してください。",
    )
    + snippet(
        "yaml",
        "sagemaker:\n"
        "  execution_role_arn: arn:aws:iam::123456789012:role/shared-sagemaker-role\n"
        "batch:\n"
        "  job_role_arn: arn:aws:iam::123456789012:role/shared-batch-job-role\n"
        "  execution_role_arn: arn:aws:iam::123456789012:role/shared-batch-execution-role",
    ),
    example="ACES-P006 There is no IAM role number-plate-dev-sagemaker-role, which the server would run under.",
)

P013 = Kind(
    code="ACES-P013",
    severity="error",
    title=Text("Execution role does not trust the service", "実行ロールがサービスを信頼していません"),
    cause=Text(
        "The role exists, but its trust policy does not let the service that runs the server take it on: "
        "`sagemaker.amazonaws.com` for the endpoint, `ecs-tasks.amazonaws.com` for Batch's containers. CreateModel would "
        "refuse it, and a job would fail at its start.",
        "ロールはありますが、サーバを実行するサービスがそのロールを引き受けることを、"
        "信頼ポリシーが許可していません。"
        "エンドポイントでは`sagemaker.amazonaws.com`、"
        "Batchのコンテナでは`ecs-tasks.amazonaws.com`です。"
        "そのままではCreateModelが拒否され、ジョブは開始時に失敗します。",
    ),
    fix=Text(
        "Add the statement of the message to the role's trust policy:",
        "メッセージにあるステートメントを、ロールの信頼ポリシーに追加してください。",
    )
    + snippet("json", '{"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}'),
    example=(
        "ACES-P013 The role number-plate-detection-dev-sagemaker-role does not trust sagemaker.amazonaws.com, which "
        "runs the server under it."
    ),
)

P014 = Kind(
    code="ACES-P014",
    severity="error",
    title=Text("Execution role may not be passed", "実行ロールを渡す権限がありません"),
    cause=Text(
        "SageMaker and Batch take a role only from somebody who may pass it to them, and IAM's simulation of the job's "
        "own role says that it may not. The calls that create things would be refused. AWS does not say which service takes "
        "the roles of a job definition, so `ecs-tasks.amazonaws.com` or `batch.amazonaws.com` is enough.",
        "SageMakerとBatchは、"
        "そのロールを渡す権限（iam:PassRole）のある相手からしかロールを受け取りません。"
        "IAMのシミュレーションによると、ジョブのロールにその権限がありません。そのままでは、"
        "作成の呼び出しが拒否されます。ジョブ定義のロールをどのサービスに渡すのかはAWSの文書にないため、"
        "`ecs-tasks.amazonaws.com`か`batch.amazonaws.com`のどちらかに渡せれば問題としません。",
    ),
    fix=Text(
        "Add the statement of the message to the role of AWS_ROLE_ARN.",
        "メッセージにあるステートメントを、AWS_ROLE_ARNのロールに追加してください。",
    ),
    example=(
        "ACES-P014 The job may not pass the role number-plate-detection-dev-sagemaker-role to "
        "sagemaker.amazonaws.com (iam:PassRole)."
    ),
)

KINDS = (
    P006,
    P013,
    P014,
)
