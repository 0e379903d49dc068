"""R: registration on the ACES Platform."""

from __future__ import annotations

from aces_action.language import Text
from aces_action.problems.kind import Kind, snippet

KINDS = (
    Kind(
        code="ACES-R001",
        severity="error",
        title=Text("ACES Platform refused the registration", "ACES Platformが登録を拒否しました"),
        cause=Text(
            "The platform does not take a field of register.json or the image, or the registration would overwrite a service or "
            "an image of another project of the same tenant. What can be known early is said in the plan, before anything is "
            "changed.",
            "ACES Platformがregister.jsonの項目またはイメージ画像を受け付けなかったか、"
            "登録すると同じテナントの別のプロジェクトのサービスや画像を上書きしてしまいます。"
            "事前にわかるものは、何かを変更する前の計画（Plan）で示します。",
        ),
        fix=Text(
            "Correct the field that the message names. If a service of another project has the same `name`, choose another in "
            "register.json and algorithm.json; if it has the same image, give the file another name. Is TENANT_ID another "
            "team's?",
            "メッセージにある項目を直してください。別のプロジェクトのサービスと`name`が重なるときは、"
            "register.jsonとalgorithm.jsonで別の名前にしてください。画像が重なるときは、ファイル名を変えてください。"
            "TENANT_IDが別のチームのものでないかも確認してください。",
        ),
        example=("ACES-R001 The tenant already has a service 'algorithm', of project 'car-parts': it would be overwritten."),
    ),
    Kind(
        code="ACES-R002",
        severity="error",
        title=Text("ACES Platform went away", "登録の途中でACES Platformが応答しなくなりました"),
        cause=Text(
            "The platform answered at the start of the run and stopped doing so during the registration: mostly the dev "
            "environment, which stops at 22:00 JST. Endpoint and job definitions are deployed; the message says what had been "
            "registered by then, and what may have been registered without an answer.",
            "実行の始めには応答していたACES Platformが、登録の途中で応答しなくなりました。"
            "多くは、22:00に自動停止する開発環境です。エンドポイントとジョブ定義のデプロイは終わっています。"
            "それまでに登録したものと、応答がなく登録されたかどうかわからないものは、メッセージに示します。",
        ),
        fix=Text(
            "Start the platform's environment as the FAQ of the guide says and run the job again: it only registers what is "
            "missing.",
            "手順書のFAQ「ACES Platformのdev環境のサービスを起動する」のとおりに起動し、ジョブを再実行してください。"
            "足りない登録だけを行います。",
        ),
        example=(
            "ACES-R002 The ACES Platform at http://api-dev.aces-platform-dev.internal does not answer: "
            "it answers 503 Service Unavailable. Already registered: image example_algorithm.png. "
            "Possibly registered, no answer: service number-plate."
        ),
    ),
    Kind(
        code="ACES-R003",
        severity="error",
        title=Text("ACES Platform did not keep what was sent", "登録した内容がACES Platformに残っていません"),
        cause=Text(
            "The platform took the registration, but shows something else when it is read back. Mostly two jobs register the "
            "same service at the same time.",
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
            "ACES-R003 The ACES Platform took the service algorithm, but shows it otherwise: "
            'title: "Number Plate" -> "Number Plate Detection"'
        ),
    ),
    Kind(
        code="ACES-R004",
        severity="error",
        title=Text("Unexpected answer from the ACES Platform", "ACES Platformの応答が想定と異なります"),
        cause=Text(
            "Something answers at PLATFORM_URL, but not as the platform's internal API does: an HTML page, a redirect, another "
            "form of listing, or an error of the server.",
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
    ),
    Kind(
        code="ACES-R005",
        severity="error",
        title=Text("Nothing to register", "登録できるものがありません"),
        cause=Text(
            "`command: register` lists what serves already, and something of what the infra file asks for is not there: the "
            "endpoint is missing, not in service or not made by this action, or a job definition is missing.",
            "`command: register`は稼働中のものを登録しますが、infraファイルの内容の一部がありません。"
            "エンドポイントがない、稼働していない、このアクションが作ったものではない、またはジョブ定義がありません。",
        ),
        fix=Text(
            "Deploy first; with `platform: deferred` that works while the platform is asleep.",
            "先にデプロイしてください。`platform: deferred`を指定すると、ACES Platformが停止していてもデプロイできます。",
        )
        + snippet("yaml", "with:\n  command: deploy\n  platform: deferred"),
        example="ACES-R005 There is no endpoint number-plate-detection-dev-algorithm-server to register.",
    ),
)
