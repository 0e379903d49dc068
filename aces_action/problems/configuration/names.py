"""C: names, of keys, services and AWS's resources."""

from __future__ import annotations

from aces_action.language import Text
from aces_action.problems.kind import Kind, snippet

C010 = Kind(
    code="ACES-C010",
    severity="error",
    title=Text("Duplicate key or name", "キーまたは名前が重複しています"),
    cause=Text(
        "A key stands twice in the same object, of which readers take the last without a word, or two services or job "
        "definitions have the same name, so that one would replace the other.",
        "同じオブジェクトにキーが2つあります（多くの読み取りは、黙って最後のものを使います）。"
        "または、2つのサービスやジョブ定義の名前が同じで、一方が他方を上書きします。",
    ),
    fix=Text(
        "Keep one of the keys; give each service and each job definition a name of its own.",
        "キーは1つだけ残してください。サービスやジョブ定義には、それぞれ別の名前を付けてください。",
    ),
    example=(
        "SAGEMAKER_INSTANCE_TYPE: 'ml.t2.xlarge'\naws_batch_instance_type: m5.xlarge\nSAGEMAKER_INSTANCE_TYPE: 'ml.g4dn.xlarge'"
    ),
)
C016 = Kind(
    code="ACES-C016",
    severity="error",
    title=Text("Name does not fit AWS's rules", "AWSで使えない名前です"),
    cause=Text(
        "A name that is made of Project and ENV, or that the infra file gives, is too long for AWS or has characters that "
        "AWS refuses. Endpoints, models and buckets have at most 63 characters, and ours add `-algorithm-server` and a hash.",
        "ProjectとENVから作る名前、またはinfraファイルで指定した名前が、AWSには長すぎるか、使えない文字を含んでいます。"
        "エンドポイント、モデル、バケットの名前は63文字までで、`-algorithm-server`やハッシュが加わります。",
    ),
    fix=Text(
        "Choose a shorter Project, or give names of your own in the infra file:",
        "Projectを短くするか、infraファイルで名前を指定してください。",
    )
    + snippet("yaml", "names:\n  server: plate-dev-server"),
    example="Project: number-plate-detection-for-parking-lots\nENV: production",
)

KINDS = (
    C010,
    C016,
)
