"""P: the roles that the server runs under."""

from __future__ import annotations

import json
from collections.abc import Sequence

from aces_action.language import Text, lines
from aces_action.problems.advice import create_in_account
from aces_action.problems.kind import Kind, snippet
from aces_action.problems.problem import Problem

P006 = Kind(
    code="ACES-P006",
    severity="error",
    title=Text("Execution role not found", "実行ロールがありません"),
    cause=Text(
        "A role that the server would run under does not exist in the account: `${Project}-${ENV}-sagemaker-role` "
        "for the endpoint, `…-batch-job-role` and `…-batch-execution-role` for Batch, or the one that the infra file "
        "names.",
        "サーバが使うロールが、アカウントにありません。エンドポイントは`${Project}-${ENV}-sagemaker-role`、"
        "Batchは`…-batch-job-role`と`…-batch-execution-role`です（infraファイルで指定した場合はそのロール）。",
    ),
    fix=Text(
        "Check Project and ENV: the name consists of them. If the role has another name, write its ARN into the "
        "infra file. If there is none yet, create it: `aces-action bootstrap --apply` (or `aws cloudformation deploy`, see "
        "docs/iam).",
        "名前の元になるProjectとENVを確認してください。別の名前のロールを使うときは、"
        "infraファイルにARNを書いてください。ロールがまだないときは、`aces-action bootstrap --apply`で作成してください"
        "（`aws cloudformation deploy`での作成はdocs/iamを参照）。",
    )
    + snippet(
        "yaml",
        "sagemaker:\n  execution_role_arn: arn:aws:iam::123456789012:role/shared-sagemaker-role\nbatch:\n  "
        "job_role_arn: arn:aws:iam::123456789012:role/shared-batch-job-role\n  execution_role_arn: "
        "arn:aws:iam::123456789012:role/shared-batch-execution-role",
    ),
    example=Text(
        "ACES-P006 There is no IAM role number-plate-dev-sagemaker-role, which the server would run under.",
        "ACES-P006 サーバの実行に使うIAMロールnumber-plate-dev-sagemaker-roleがありません。",
    ),
)

P013 = Kind(
    code="ACES-P013",
    severity="error",
    title=Text("Execution role does not trust the service", "実行ロールがサービスを信頼していません"),
    cause=Text(
        "The role exists, but its trust policy does not let the service that runs the server assume it: "
        "`sagemaker.amazonaws.com` for the endpoint, `ecs-tasks.amazonaws.com` for Batch's containers. CreateModel "
        "would refuse it, and a job would fail at its start.",
        "ロールはありますが、サーバを実行するサービスがそのロールを引き受けることを、信頼ポリシーが許可していません。"
        "エンドポイントでは`sagemaker.amazonaws.com`、Batchのコンテナでは`ecs-tasks.amazonaws.com`です。"
        "そのままではCreateModelが拒否され、ジョブは開始時に失敗します。",
    ),
    fix=Text(
        "Add the statement in the message to the role's trust policy:",
        "メッセージにあるステートメントを、ロールの信頼ポリシーに追加してください。",
    )
    + snippet("json", '{"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}'),
    example=Text(
        "ACES-P013 The role number-plate-detection-dev-sagemaker-role does not trust sagemaker.amazonaws.com, which runs the "
        "server under it.",
        "ACES-P013 サーバを実行するsagemaker.amazonaws.comを、"
        "ロールnumber-plate-detection-dev-sagemaker-roleが信頼していません。",
    ),
)

P014 = Kind(
    code="ACES-P014",
    severity="error",
    title=Text("Execution role may not be passed", "実行ロールを渡す権限がありません"),
    cause=Text(
        "SageMaker and Batch accept a role only from a caller that may pass it to them. According to IAM's policy "
        "simulation, the job's own role may not. The calls that create resources would be refused. AWS does not say "
        "which service assumes the roles of a job definition, so `ecs-tasks.amazonaws.com` or `batch.amazonaws.com` "
        "is enough.",
        "SageMakerとBatchは、そのロールを渡す権限（iam:PassRole）のある相手からしかロールを受け取りません。"
        "IAMのシミュレーションによると、ジョブのロールにその権限がありません。そのままでは、"
        "作成の呼び出しが拒否されます。ジョブ定義のロールをどのサービスに渡すのかはAWSの文書にないため、"
        "`ecs-tasks.amazonaws.com`か`batch.amazonaws.com`のどちらかに渡せれば問題としません。",
    ),
    fix=Text(
        "Add the statement in the message to the role of AWS_ROLE_ARN.",
        "メッセージにあるステートメントを、AWS_ROLE_ARNのロールに追加してください。",
    ),
    example=Text(
        "ACES-P014 The job may not pass the role number-plate-detection-dev-sagemaker-role to sagemaker.amazonaws.com "
        "(iam:PassRole).",
        "ACES-P014 このジョブには、"
        "ロールnumber-plate-detection-dev-sagemaker-roleをsagemaker.amazonaws.comに渡す権限がありません（iam:PassRole）。",
    ),
)

KINDS = (
    P006,
    P013,
    P014,
)


def missing(name: str) -> Problem:
    """When there is no role of that name."""
    return Problem(
        kind=P006,
        message=Text(
            f"There is no IAM role {name}, which the server would run under.",
            f"サーバの実行に使うIAMロール{name}がありません。",
        ),
        hint=lines(
            create_in_account(),
            Text(
                "A role of another name goes into the infra file: sagemaker.execution_role_arn, batch.execution_role_arn or "
                "batch.job_role_arn.",
                "別の名前のロールを使う場合は、infraファイルで指定してください: sagemaker.execution_role_arn、"
                "batch.execution_role_arn、batch.job_role_arn",
            ),
        ),
    )


def no_trust(name: str, service: str) -> Problem:
    """When the trust policy of a role does not let the service assume it."""
    written = json.dumps({"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"})
    return Problem(
        kind=P013,
        message=Text(
            f"The role {name} does not trust {service}, which runs the server under it.",
            f"サーバを実行する{service}を、ロール{name}が信頼していません。",
        ),
        hint=Text(
            f"Add this statement to its trust policy:\n{written}",
            f"信頼ポリシーに次のステートメントを追加してください:\n{written}",
        ),
    )


def not_passable(arn: str, services: Sequence[str]) -> Problem:
    """When the job may pass a role to none of the services that may have to take it."""
    statement = {
        "Effect": "Allow",
        "Action": "iam:PassRole",
        "Resource": arn,
        "Condition": {"StringEquals": {"iam:PassedToService": services[0] if len(services) == 1 else services}},
    }
    name, written = arn.rpartition("/")[2], json.dumps(statement)
    named = Text(" or ".join(services), "または".join(services))
    return Problem(
        kind=P014,
        message=Text(
            f"The job may not pass the role {name} to {named.en} (iam:PassRole).",
            f"このジョブには、ロール{name}を{named.ja}に渡す権限がありません（iam:PassRole）。",
        ),
        hint=Text(
            f"Add this statement to the role of AWS_ROLE_ARN:\n{written}",
            f"AWS_ROLE_ARNのロールに次のステートメントを追加してください:\n{written}",
        ),
    )
