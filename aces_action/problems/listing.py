"""R: registration on the ACES Platform."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from aces_action.language import EMPTY, Text, joined, sentences
from aces_action.problems.advice import naming, run_again
from aces_action.problems.kind import Kind, snippet
from aces_action.problems.problem import Problem

REGISTER_FILE = "server/algorithms/register.json"

R001 = Kind(
    code="ACES-R001",
    severity="error",
    title=Text("ACES Platform refused the registration", "ACES Platformが登録を拒否しました"),
    cause=Text(
        "The ACES Platform does not accept a field of register.json or the image, or the registration would overwrite a "
        "service or an image of another project of the same tenant. What can be known in advance is reported by the plan, "
        "before anything is changed.",
        "ACES Platformがregister.jsonの項目またはイメージ画像を受け付けなかったか、"
        "登録すると同じテナントの別のプロジェクトのサービスや画像を上書きしてしまいます。"
        "事前にわかるものは、何かを変更する前の計画（Plan）で示します。",
    ),
    fix=Text(
        "Fix the field that the message names. If a service of another project has the same `name`, choose another in "
        "register.json and algorithm.json; if it has the same image, give the file another name. Is TENANT_ID another "
        "team's?",
        "メッセージにある項目を直してください。別のプロジェクトのサービスと`name`が重なるときは、"
        "register.jsonとalgorithm.jsonで別の名前にしてください。画像が重なるときは、ファイル名を変えてください。"
        "TENANT_IDが別のチームのものでないかも確認してください。",
    ),
    example=("ACES-R001 The tenant already has a service 'algorithm', of project 'car-parts': it would be overwritten."),
)
R002 = Kind(
    code="ACES-R002",
    severity="error",
    title=Text("ACES Platform stopped answering", "登録の途中でACES Platformが応答しなくなりました"),
    cause=Text(
        "The ACES Platform answered at the start of the run and stopped answering during the registration: usually the dev "
        "environment, which stops at 22:00 JST. The endpoint and the job definitions are deployed. The message says what had "
        "been registered by then, and what may have been registered without an answer.",
        "実行の始めには応答していたACES Platformが、登録の途中で応答しなくなりました。"
        "多くは、22:00に自動停止する開発環境です。エンドポイントとジョブ定義のデプロイは終わっています。"
        "それまでに登録したものと、応答がなく登録されたかどうかわからないものは、メッセージに示します。",
    ),
    fix=Text(
        "Start the platform's environment as the FAQ of the guide says and run the job again: it only registers what is missing.",
        "ガイドのFAQ「ACES Platformのdev環境のサービスを起動する」のとおりに起動し、ジョブを再実行してください。"
        "足りない登録だけを行います。",
    ),
    example=(
        "ACES-R002 The ACES Platform at http://api-dev.aces-platform-dev.internal does not answer: "
        "it answers 503 Service Unavailable. Already registered: image example_algorithm.png. "
        "Possibly registered, no answer: service number-plate."
    ),
)
R003 = Kind(
    code="ACES-R003",
    severity="error",
    title=Text("ACES Platform did not keep what was sent", "登録した内容がACES Platformに残っていません"),
    cause=Text(
        "The ACES Platform accepted the registration, but shows something else when it is read back. Usually two jobs "
        "registered the same service at the same time.",
        "ACES Platformは登録を受け付けましたが、読み直すと内容が違います。"
        "多くは、2つのジョブが同じサービスを同時に登録した場合です。",
    ),
    fix=Text(
        "Let only one run at a time deploy a project and run the job again. If that does not help, ask the platform's "
        "administrators.",
        "同じプロジェクトを同時にデプロイしないようにして、ジョブを再実行してください。"
        "解決しないときは、ACES Platformの管理者に問い合わせてください。",
    )
    + snippet("yaml", "concurrency:\n  group: deploy-dev\n  cancel-in-progress: false"),
    example=(
        "ACES-R003 The ACES Platform accepted the service algorithm, but shows something else: "
        'title: "Number Plate" -> "Number Plate Detection"'
    ),
)
R004 = Kind(
    code="ACES-R004",
    severity="error",
    title=Text("Unexpected answer from the ACES Platform", "ACES Platformの応答が想定と異なります"),
    cause=Text(
        "Something answers at PLATFORM_URL, but not as the ACES Platform's internal API does: an HTML page, a redirect, a "
        "listing in another format, or a server error.",
        "PLATFORM_URLから応答はありますが、ACES Platformの内部APIの応答ではありません。"
        "HTMLのページ、リダイレクト、形式の違う一覧、サーバのエラーなどです。",
    ),
    fix=Text(
        "PLATFORM_URL is the address of the internal API, not of the page that people log in to. If it is right, tell the "
        "platform's administrators what the message says.",
        "PLATFORM_URLには、ログインするページではなく、内部APIのURLを指定してください。"
        "正しい場合は、メッセージの内容をACES Platformの管理者に伝えてください。",
    ),
    example="env:\n  PLATFORM_URL: https://platform.example.com/login",
)
R005 = Kind(
    code="ACES-R005",
    severity="error",
    title=Text("Nothing to register", "登録できるものがありません"),
    cause=Text(
        "`command: register` lists what is already in service, and part of what the infra file asks for is missing: there is "
        "no endpoint, it is not in service or was not made by this action, or a job definition is missing.",
        "`command: register`は稼働中のものを登録しますが、infraファイルの内容の一部がありません。"
        "エンドポイントがない、稼働していない、このアクションが作ったものではない、またはジョブ定義がありません。",
    ),
    fix=Text(
        "Deploy first; with `platform: deferred` that works while the platform is asleep.",
        "先にデプロイしてください。`platform: deferred`を指定すると、ACES Platformが停止していてもデプロイできます。",
    )
    + snippet("yaml", "with:\n  command: deploy\n  platform: deferred"),
    example="ACES-R005 There is no endpoint number-plate-detection-dev-algorithm-server to register.",
)
KINDS = (R001, R002, R003, R004, R005)


def refused(status: int, answer: Text) -> Problem:
    """When the platform answers a registration with 400, 409, 413 or 422 and names no field."""
    return Problem(
        kind=R001,
        message=Text(
            f"The ACES Platform refused the registration ({status}): {answer.en}",
            f"ACES Platformが登録を拒否しました（{status}）: {answer.ja}",
        ),
    )


def field_refused(field: Text, reason: str, *, file: str | None) -> Problem:
    """When the platform refuses a field. `reason`: in the platform's words."""
    return Problem(
        kind=R001,
        message=Text(f"The ACES Platform refused {field.en}: {reason}", f"ACES Platformが{field.ja}を拒否しました: {reason}"),
        hint=Text("Nothing of this request was registered.", "このリクエストの内容は何も登録されていません。"),
        file=file,
    )


def more_fields_refused(count: int) -> Problem:
    """When the platform refuses more fields than are shown one by one."""
    return Problem(
        kind=R001,
        message=Text(
            f"The ACES Platform refused {count} more fields.", f"ACES Platformは、ほかに{count}件の項目を拒否しました。"
        ),
    )


def name_taken(service: str, *, project: str) -> Problem:
    """When another project of the tenant has registered a service of the name."""
    return Problem(
        kind=R001,
        message=Text(
            f"The tenant already has a service {service!r}, of project {project!r}: it would be overwritten.",
            f"このテナントには、プロジェクト「{project}」のサービス「{service}」がすでにあり、上書きされてしまいます。",
        ),
        hint=Text(
            "Choose another `name` in register.json and `task_name` in algorithm.json. Or is TENANT_ID another team's?",
            "register.jsonの`name`とalgorithm.jsonの`task_name`を別の名前にしてください。"
            "TENANT_IDが別のチームのものでないかも確認してください。",
        ),
        file=REGISTER_FILE,
    )


def image_missing(image_key: str, *, service: str, uploaded: str | None) -> Problem:
    """When a service names an image that is not on the platform. `uploaded`: the file name in FRONTEND_IMAGE_PATH, if any."""
    return Problem(
        kind=R001,
        message=Text(
            f"The image_key {image_key!r} of service {service!r} is neither on the platform nor the file name in "
            "FRONTEND_IMAGE_PATH.",
            f"サービス「{service}」のimage_key「{image_key}」は、ACES Platformになく、"
            "FRONTEND_IMAGE_PATHのファイル名とも異なります。",
        ),
        hint=Text(
            f"Set image_key to {uploaded!r}, the name of that file.",
            f"image_keyを、そのファイル名「{uploaded}」にしてください。",
        )
        if uploaded
        else Text("Set FRONTEND_IMAGE_PATH to the image.", "FRONTEND_IMAGE_PATHに画像を指定してください。"),
        file=REGISTER_FILE,
    )


def image_taken(image_key: str, *, service: str, project: str) -> Problem:
    """When a service of another project shows an image of the name, and ours is another picture."""
    return Problem(
        kind=R001,
        message=Text(
            f"{image_key!r} is also the image of service {service!r}, project {project!r}: it would be overwritten.",
            f"「{image_key}」はプロジェクト「{project}」のサービス「{service}」の画像でもあり、上書きされてしまいます。",
        ),
        hint=Text(
            "Give the file another name, in FRONTEND_IMAGE_PATH and in image_key of register.json.",
            "FRONTEND_IMAGE_PATHとregister.jsonのimage_keyで、ファイルを別の名前にしてください。",
        ),
        file=REGISTER_FILE,
    )


def stopped_answering(silence: Problem, *, registered: Sequence[Text], unanswered: Sequence[Text]) -> Problem:
    """When the platform stops answering in the middle. `silence`: that it does not answer, and why (P007)."""
    done, open_ = joined(", ", registered), joined(", ", unanswered)
    so_far = sentences(
        Text(f"Already registered: {done.en}.", f"それまでに登録したもの: {done.ja}。") if done else EMPTY,
        Text(f"Possibly registered, no answer: {open_.en}.", f"登録されたかどうかわからないもの: {open_.ja}。")
        if open_
        else EMPTY,
    )
    return replace(silence, kind=R002, message=sentences(silence.message, so_far))


def not_kept(resource: Text, name: str, differences: Sequence[Text]) -> Problem:
    """When what was just registered is not what the platform shows."""
    otherwise = joined("; ", differences)
    return Problem(
        kind=R003,
        message=Text(
            f"The ACES Platform accepted the {resource.en} {name}, but shows something else: {otherwise.en}",
            f"ACES Platformは{resource.ja}「{name}」を受け付けましたが、登録内容が異なります: {otherwise.ja}",
        ),
        hint=sentences(
            Text(
                "Check that no other job registers the same service at the same time.",
                "別のジョブが同じサービスを同時に登録していないか確認してください。",
            ),
            run_again(
                Text(
                    "If that does not help, ask the platform's administrators.",
                    "それでも変わらない場合は、ACES Platformの管理者に連絡してください。",
                )
            ),
        ),
    )


def no_endpoint(name: str) -> Problem:
    """When `command: register` finds no endpoint."""
    return _nothing_to_register(Text(f"There is no endpoint {name} to register.", f"登録するエンドポイント{name}がありません。"))


def endpoint_not_ours(name: str, *, project: str, env: str) -> Problem:
    """When `command: register` finds an endpoint without our tags."""
    return _nothing_to_register(
        Text(
            f"The endpoint {name} was not made by this action for {project} {env}.",
            f"エンドポイント{name}は、このアクションが{project}の{env}のために作ったものではありません。",
        )
    )


def endpoint_not_in_service(name: str, status: str) -> Problem:
    """When `command: register` finds an endpoint that does not serve."""
    return _nothing_to_register(
        Text(
            f"The endpoint {name} is not in service: it is {status}.",
            f"エンドポイント{name}は稼働していません（{status}）。",
        )
    )


def no_job_definition(name: str) -> Problem:
    """When `command: register` finds no job definition of ours."""
    return _nothing_to_register(
        Text(
            f"There is no job definition {name} of this action to register.",
            f"このアクションが作った、登録するジョブ定義{name}がありません。",
        )
    )


def _nothing_to_register(message: Text) -> Problem:
    return Problem(
        kind=R005,
        message=message,
        hint=naming(
            "deploy",
            "Run {command} first; with `platform: deferred` also while the platform is asleep.",
            "先に{command}を実行してください。`platform: deferred`を指定すると、ACES Platformの停止中でも実行できます。",
        ),
    )
