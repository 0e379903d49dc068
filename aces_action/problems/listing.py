"""R: registration on the ACES Platform."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from aces_action.language import EMPTY, Text, joined, same, sentences
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
    example=Text(
        "ACES-R001 The tenant already has a service 'algorithm', of project 'car-parts': it would be overwritten.",
        "ACES-R001 このテナントには、プロジェクト「car-parts」のサービス「algorithm」がすでにあり、上書きされてしまいます。",
    ),
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
    example=Text(
        "ACES-R002 The ACES Platform at http://HOST does not answer: it answers 503 Service Unavailable.",
        "ACES-R002 ACES Platform（http://HOST）から応答がありません: 503 Service Unavailableを返します。",
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
    example=Text(
        'ACES-R003 The ACES Platform accepted the service plate, but shows something else: title: "Plate" -> "Plates"',
        'ACES-R003 ACES Platformはサービス「plate」を受け付けましたが、登録内容が異なります: title: "Plate" -> "Plates"',
    ),
)
R004 = Kind(
    code="ACES-R004",
    severity="error",
    title=Text("Unexpected answer from the ACES Platform", "ACES Platformの応答が想定と異なります"),
    cause=Text(
        "Something answers a registration at PLATFORM_URL, but not as the ACES Platform's internal API does: an HTML page, a "
        "redirect, or a server error.",
        "PLATFORM_URLから登録に対する応答はありますが、ACES Platformの内部APIの応答ではありません。"
        "HTMLのページ、リダイレクト、サーバのエラーなどです。",
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
        "Deploy first; with `platform: deferred` that works while the platform is down.",
        "先にデプロイしてください。`platform: deferred`を指定すると、ACES Platformが停止していてもデプロイできます。",
    )
    + snippet("yaml", "with:\n  command: deploy\n  platform: deferred"),
    example=Text(
        "ACES-R005 There is no endpoint number-plate-detection-dev-algorithm-server to register.",
        "ACES-R005 登録するエンドポイントnumber-plate-detection-dev-algorithm-serverがありません。",
    ),
)
_CONTRACT = snippet("yaml", "with:\n  platform-contract: server/infra/platform.yml")
R006 = Kind(
    code="ACES-R006",
    severity="warning",
    title=Text("Cannot see what the ACES Platform lists", "ACES Platformの登録内容を確認できません"),
    cause=Text(
        "The ACES Platform does not list a tenant's services, or lists them in another format than the platform contract says. "
        "The registration continues without it: what was last sent decides whether to send again. It cannot be checked then "
        "whether a service belongs to another project.",
        "ACES Platformがテナントのサービスの一覧を返さないか、一覧の形式がACES Platformとの通信の定義と異なります。"
        "登録は一覧なしで続け、前回送信した内容と異なる場合だけ送信します。"
        "サービスが別のプロジェクトのものかどうかは確認できません。",
    ),
    fix=Text(
        "Nothing has to be done. If there is a listing, a contract of your own can say how to read it (docs/platform-api.md):",
        "対応は不要です。一覧の取得方法がある場合は、独自の定義ファイルに書いてください（docs/platform-api.md）。",
    )
    + _CONTRACT,
    example=Text(
        "ACES-R006 Cannot see what is listed: the answer of http://HOST to GET …/services is 404 Not Found (text/html).",
        "ACES-R006 登録内容を確認できません。http://HOSTのGET …/servicesに対する応答: 404 Not Found（text/html）。",
    ),
)
R007 = Kind(
    code="ACES-R007",
    severity="warning",
    title=Text("Registered without what serves it", "推論先の情報なしで登録しました"),
    cause=Text(
        "The ACES Platform refused a field beside register.json as unknown, mostly `server`: endpoint, job definitions and "
        "queues. register.json was sent once more without it.",
        "ACES Platformが、register.jsonにない項目（多くは、エンドポイント、ジョブ定義、キューを伝える`server`）を"
        "不明な項目として拒否したため、それを除いて送信し直しました。",
    ),
    fix=Text(
        "If the platform finds the server by itself, nothing has to be done; a contract without the field saves the first try. "
        "If it has another name for it, say so there:",
        "ACES Platformが推論先を自分で判断できる場合、対応は不要です。この項目のない定義ファイルにすると、最初の送信を省けます。"
        "項目の名前が違う場合は、そこに書いてください。",
    )
    + _CONTRACT,
    example=Text(
        "ACES-R007 The ACES Platform does not know `server`: register.json was registered without it.",
        "ACES-R007 ACES Platformが`server`を不明な項目として拒否したため、それを除いてregister.jsonを登録しました。",
    ),
)
R008 = Kind(
    code="ACES-R008",
    severity="warning",
    title=Text("Image not sent", "イメージ画像を送信できません"),
    cause=Text(
        "The ACES Platform has no route for images where the platform contract says. register.json is sent all the same.",
        "ACES Platformとの通信の定義にある、イメージ画像の送信先がACES Platformにありません。register.jsonは送信します。",
    ),
    fix=Text(
        "Put the image on the platform in its own way, and say in a contract of your own how to send it, or leave `image` and "
        "`image_upload` out there:",
        "画像はACES Platformの方法で登録してください。送信方法がわかる場合は独自の定義ファイルに書き、"
        "送信しない場合はそこから`image`と`image_upload`を除いてください。",
    )
    + _CONTRACT,
    example=Text(
        "ACES-R008 The image plate.png was not sent: the answer to PUT …/images/plate.png is 404 Not Found.",
        "ACES-R008 イメージ画像plate.pngを送信できません。PUT …/images/plate.pngに対する応答: 404 Not Found。",
    ),
)
R009 = Kind(
    code="ACES-R009",
    severity="warning",
    title=Text("What was sent is not remembered", "送信した内容を記録できません"),
    cause=Text(
        "Where the listing does not show everything, a hash of what was last sent is kept beside the weights in S3. It could not "
        "be written, so the next run sends the registration again.",
        "一覧ですべてを確認できない場合、最後に送信した内容のハッシュをS3の重みファイルの隣に保存します。"
        "それを書き込めなかったため、次の実行でも登録を送信します。",
    ),
    fix=Text(
        "Allow the role what the message names: docs/iam has the policy (`WeightsVerdict`).",
        "メッセージにある権限をロールに付与してください。ポリシーはdocs/iamにあります（`WeightsVerdict`）。",
    ),
    example=Text(
        "ACES-R009 s3://BUCKET/…/plates.registration.verdict.json could not be written: the role lacks s3:PutObject.",
        "ACES-R009 s3://BUCKET/…/plates.registration.verdict.jsonに書き込めません: ロールにs3:PutObjectの権限がありません。",
    ),
)
KINDS = (R001, R002, R003, R004, R005, R006, R007, R008, R009)


def unseen(platform: str, call: str, what: Text, *, content_type: str) -> Problem:
    """When the platform's answer is no listing. `what`: a predicate in English, a sentence in Japanese, as of R004."""
    kind = same(content_type) if content_type else Text("no content type", "Content-Typeなし")
    return Problem(
        kind=R006,
        message=Text(
            f"Cannot see what is listed: the answer of {platform} to {call} {what.en} ({kind.en}).",
            f"登録内容を確認できません。{platform}の{call}に対する応答: {what.ja}（{kind.ja}）。",
        ),
        hint=_GOES_ON,
    )


def no_listing_route(platform: str) -> Problem:
    """When the contract names no way to list."""
    return Problem(
        kind=R006,
        message=Text(
            f"Cannot see what {platform} lists: the platform contract has no `listing`.",
            f"{platform}の登録内容を確認できません。ACES Platformとの通信の定義に`listing`がありません。",
        ),
        hint=_GOES_ON,
    )


_GOES_ON = Text(
    "The registration continues without it, and is sent unless what was last sent is the same.",
    "一覧なしで登録を続けます。前回送信した内容と同じ場合は送信しません。",
)


def registered_without(fields: Sequence[str]) -> Problem:
    """When the platform refused fields as unknown, and took the registration without them."""
    names = Text(", ".join(f"`{name}`" for name in fields), "、".join(f"`{name}`" for name in fields))
    return Problem(
        kind=R007,
        message=Text(
            f"The ACES Platform does not know {names.en}: register.json was registered without it.",
            f"ACES Platformが{names.ja}を不明な項目として拒否したため、それを除いてregister.jsonを登録しました。",
        ),
        hint=Text(
            "Ask the platform's administrators how it learns which endpoint or queue serves the algorithm.",
            "アルゴリズムのエンドポイントやキューをどのように伝えるか、ACES Platformの管理者に確認してください。",
        ),
    )


def image_not_taken(image_key: str, call: str, what: Text) -> Problem:
    """When the platform has no place for images. `what`: as of `unseen`."""
    return Problem(
        kind=R008,
        message=Text(
            f"The image {image_key} was not sent: the answer to {call} {what.en}.",
            f"イメージ画像{image_key}を送信できません。{call}に対する応答: {what.ja}。",
        ),
        hint=Text(
            "register.json is still sent. Upload the image to the platform by other means.",
            "register.jsonは送信します。画像はACES Platformの方法で登録してください。",
        ),
    )


def not_remembered(uri: str, why: Text, *, is_stale: bool) -> Problem:
    """When the hash of what was sent cannot be written. `is_stale`: what stands there was sent before that."""
    hint = Text("The next run sends the registration again.", "次の実行でも登録を送信します。")
    if is_stale:
        hint = Text(
            "The record there is out of date: delete the object, or a return to the earlier content may not be sent.",
            "古い記録が残っています。オブジェクトを削除してください。前の内容に戻したときに送信されないことがあります。",
        )
    return Problem(
        kind=R009, message=Text(f"{uri} could not be written: {why.en}", f"{uri}に書き込めません: {why.ja}"), hint=hint
    )


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
            "Run {command} first; with `platform: deferred`, also while the platform is down.",
            "先に{command}を実行してください。`platform: deferred`を指定すると、ACES Platformの停止中でも実行できます。",
        ),
    )
