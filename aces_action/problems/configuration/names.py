"""C: names, of keys, services and AWS's resources."""

from __future__ import annotations

from aces_action.language import Text
from aces_action.problems.kind import Kind, snippet
from aces_action.problems.problem import Problem

C010 = Kind(
    code="ACES-C010",
    severity="error",
    title=Text("Duplicate key or name", "キーまたは名前が重複しています"),
    cause=Text(
        "A key stands twice in the same object, of which most readers silently take the last, or two services or job "
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


def key_twice(key: str, first_line: int) -> Problem:
    """When an object or mapping has a key again."""
    return Problem(
        kind=C010,
        message=Text(
            f'The key "{key}" is there twice; first in line {first_line}.',
            f"キー「{key}」が2回書かれています。最初は{first_line}行目です。",
        ),
        hint=Text(
            "Keep one of them: most readers take the last.",
            "どちらか一方を残してください。多くの場合、最後のものが使われます。",
        ),
    )


def service_name_taken(place: str, name: str, taken_by: str, line: int) -> Problem:
    """When a service has the name of one above it."""
    return Problem(
        kind=C010,
        message=Text(
            f'{place} "{name}" is taken by {taken_by} in line {line}.', f"{place}の「{name}」は{line}行目の{taken_by}と同じです。"
        ),
        hint=Text("Give each service its own name.", "サービスごとに別の名前にしてください。"),
    )


def same_job_definitions(name: str) -> Problem:
    """When the standard and the long-time job definition have one name."""
    return Problem(
        kind=C010,
        message=Text(
            f"Both job definitions are called {name}: each deploy would replace one by the other.",
            f"2つのジョブ定義の名前がどちらも{name}です。デプロイのたびに一方が他方を上書きします。",
        ),
        hint=Text("Give the long-time one its own name.", "長時間用のジョブ定義には別の名前を付けてください。"),
    )


def refused_name(what: Text, name: str, allowed: Text, key: str) -> Problem:
    """When AWS would refuse the name of `what`. `key`: where in the infra file another one can be given."""
    size = len(name)
    return Problem(
        kind=C016,
        message=Text(
            f"The {what.en} would be called '{name}' ({size} characters), which AWS refuses: it takes {allowed.en}.",
            f"{what.ja}の名前が「{name}」（{size}文字）になり、AWSでは使えません。使えるのは{allowed.ja}です。",
        ),
        hint=Text(
            f"Choose a shorter Project, or give {key} in the infra file.",
            f"Projectを短くするか、infraファイルで{key}を指定してください。",
        ),
    )
