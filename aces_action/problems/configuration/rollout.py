"""C: updates and scaling in the infra file."""

from __future__ import annotations

from aces_action.language import Text
from aces_action.problems.kind import Kind, snippet

C026 = Kind(
    code="ACES-C026",
    severity="warning",
    title=Text("Rollout without alarms", "アラームのないロールアウトです"),
    cause=Text(
        "A canary, linear or rolling rollout waits between its steps so that alarms can stop it. Without alarms it only "
        "takes longer: SageMaker goes back by itself only if the new instances do not come up at all.",
        "canary、linear、rollingのロールアウトは、アラームで止められるように、段階の間で待ちます。"
        "アラームがないと、時間がかかるだけです。"
        "SageMakerが自動で元に戻すのは、新しいインスタンスが起動しない場合だけになります。",
    ),
    fix=Text(
        "Name CloudWatch alarms that exist, e.g. on the endpoint's errors and latency:",
        "エンドポイントのエラー数やレイテンシなど、既存のCloudWatchアラームの名前を書いてください。",
    )
    + snippet(
        "yaml",
        "sagemaker:\n  rollout:\n    strategy: canary\n    size: 10%\n    alarms: [number-plate-dev-5xx]",
    ),
    example="sagemaker:\n  rollout:\n    strategy: canary\n    size: 10%",
)
C032 = Kind(
    code="ACES-C032",
    severity="warning",
    title=Text("Rollout that may outlast its time limit", "ロールアウトが制限時間を超える可能性があります"),
    cause=Text(
        "The waits of the rollout and the time in which SageMaker may look for free instances "
        "(`sagemaker.provision_timeout`) are together longer than the update may take "
        "(`sagemaker.rollout.maximum_execution_timeout`; at the most 28,800 seconds). The update then times out, "
        "although nothing is wrong with the new version.",
        "ロールアウトの待ち時間と、SageMakerが空きインスタンスを探す時間（`sagemaker.provision_timeout`）の合計が、"
        "更新全体の制限時間（`sagemaker.rollout.maximum_execution_timeout`、最長28,800秒）を超えます。"
        "その場合、新しいバージョンに問題がなくても、更新がタイムアウトになります。",
    ),
    fix=Text(
        "Give the update more time, or shorten the waits:",
        "更新全体の制限時間を延ばすか、待ち時間を短くしてください。",
    )
    + snippet(
        "yaml",
        "sagemaker:\n  provision_timeout: 600\n  rollout:\n    strategy: canary\n    size: 10%\n"
        "    maximum_execution_timeout: 3600\n    alarms: [number-plate-dev-5xx]",
    ),
    example=(
        "sagemaker:\n  provision_timeout: 1200\n  rollout:\n    strategy: canary\n    size: 10%\n"
        "    maximum_execution_timeout: 900\n    alarms: [number-plate-dev-5xx]"
    ),
)

KINDS = (
    C026,
    C032,
)
