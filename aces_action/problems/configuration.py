"""C: the project's files."""

from __future__ import annotations

from aces_action.language import Text
from aces_action.problems.kind import Kind, snippet

KINDS = (
    Kind(
        code="ACES-C001",
        severity="error",
        title=Text("File not found", "ファイルがありません"),
        cause=Text(
            "A file that a deployment needs is not in the checkout: register.json, algorithm.json, the infra file or the image "
            "of FRONTEND_IMAGE_PATH. The infra file is named after Project and ENV, so another value there looks for another "
            "file.",
            "デプロイに必要なファイルが、チェックアウトした中にありません。register.json、algorithm.json、infraファイル、"
            "またはFRONTEND_IMAGE_PATHのイメージ画像です。"
            "infraファイルの名前はProjectとENVで決まるので、その値が違うと別のファイルを探します。",
        ),
        fix=Text(
            "Compare the name with what is there: the message names the nearest. Is the file committed, and does "
            "`actions/checkout` run before this action?",
            "実際のファイル名と比べてください。近い名前はメッセージに示します。"
            "ファイルがコミットされているか、このアクションより前に`actions/checkout`があるかも確認してください。",
        )
        + snippet("sh", "git ls-files server"),
        example=(
            "ENV: dev\n"
            "Project: number-plate-detection\n"
            "\n"
            "looked for  server/infra/configs/number-plate-detection-dev-algorithm-server-infra.yml\n"
            "there is    server/infra/configs/number_plate_detection-dev-algorithm-server-infra.yml"
        ),
    ),
    Kind(
        code="ACES-C002",
        severity="error",
        title=Text("Not valid JSON", "JSONとして読めません"),
        cause=Text(
            "The file breaks JSON's rules at the place shown: mostly a comma after the last entry, a comment, single quotes, or "
            "a missing comma, quote, colon or bracket. Nothing below it can be checked, unless the rest is still clear.",
            "示した場所で、JSONの規則に反しています。多くは、最後の要素の後のカンマ、コメント、シングルクォート、"
            "カンマ、引用符、コロン、括弧の不足です。続きの内容がはっきりしている場合を除き、それより後は検査できません。",
        ),
        fix=Text(
            "Correct it at the place shown, or just before it. JSON has no comments: delete them.",
            "示した場所、またはその直前を直してください。JSONにはコメントを書けないので、削除してください。",
        )
        + snippet("sh", "python3 -m json.tool server/algorithms/register.json"),
        example='{\n    "plan_id": 1,  // business plan\n    "overflow_mode": 1,\n}',
    ),
    Kind(
        code="ACES-C003",
        severity="error",
        title=Text("Not valid YAML", "YAMLとして読めません"),
        cause=Text(
            "The file is not valid YAML at the place shown. Most often a `:` or the space after it is missing, quotes are not "
            "closed, there is a tab in the indentation, lines are not indented alike, text with `: ` or `#` is not quoted, or a "
            "second document follows after `---`.",
            "示した場所で、YAMLの規則に反しています。多くは、`:`またはその後の空白の不足、閉じられていない引用符、"
            "インデントのタブ、揃っていないインデント、"
            "引用符で囲んでいない`: `や`#`を含む文字列、`---`の後の2つ目のドキュメントです。",
        ),
        fix=Text(
            "Write what the message says is missing. Indent with spaces, and quote text that contains YAML's special characters.",
            "足りないものをメッセージのとおりに書いてください。"
            "インデントには空白を使い、YAMLの記号を含む文字列は引用符で囲んでください。",
        ),
        example="batch:\n\tmemory: 15000",
    ),
    Kind(
        code="ACES-C004",
        severity="error",
        title=Text("Does not match the schema", "スキーマと一致しません"),
        cause=Text(
            "A key that is needed is missing, or a value has the wrong type, is out of range, or is none of those that are "
            "allowed. The message says what the file has and what it should have.",
            "必要なキーがないか、値の型が違うか、範囲外か、使える値のどれでもありません。"
            "今の値と、あるべき値をメッセージに示します。",
        ),
        fix=Text(
            "Correct the value. With the `$schema` line of the examples your editor shows what each key takes while you type:",
            "値を直してください。サンプルにある`$schema`の行を書くと、入力中にエディタが各キーの値を教えてくれます。",
        )
        + snippet("json", '"$schema": "https://raw.githubusercontent.com/ORG/aces-action/v0.1.0/schemas/register.schema.json"'),
        example='"type": "movie",\n"results_to_show_default": "false"',
    ),
    Kind(
        code="ACES-C005",
        severity="error",
        title=Text("Text too long", "文字列が長すぎます"),
        cause=Text(
            "A text is longer than the platform or AWS keeps. The platform counts bytes of UTF-8, and a Japanese character has "
            "three: `title` 60 bytes, `subtitle` 30 bytes (ten Japanese characters), `content` 255 bytes (85 Japanese "
            "characters), `name` 30 characters. The environment variables of a container have a limit too, each and all "
            "together.",
            "ACES PlatformまたはAWSで使える長さを超えています。"
            "ACES PlatformではUTF-8のバイト数で数え、日本語の1文字は3バイトです。"
            "`title`は60バイト、`subtitle`は30バイト（日本語10文字）、`content`は255バイト（日本語85文字）、"
            "`name`は30文字までです。コンテナの環境変数にも、1つずつと全体の上限があります。",
        ),
        fix=Text("Shorten the text by as much as the message says.", "メッセージに示した分だけ短くしてください。"),
        example='"subtitle": "ナンバープレートの検出"',
    ),
    Kind(
        code="ACES-C006",
        severity="error",
        title=Text("Name is not a task_name", "nameと同じtask_nameがありません"),
        cause=Text(
            "`name` of a service in register.json is none of the `task_name`s of algorithm.json. The platform finds the "
            "algorithm by that name, which is also a part of the API's URL.",
            "register.jsonのサービスの`name`と同じ`task_name`が、algorithm.jsonにありません。"
            "ACES Platformはこの名前でアルゴリズムを見つけます。APIのURLにも使われます。",
        ),
        fix=Text(
            "Write the same name in both files.",
            "2つのファイルに同じ名前を書いてください。",
        )
        + snippet(
            "text",
            'server/algorithms/register.json    "name": "numberplate"\n'
            'server/algorithms/algorithm.json   "task_name": "numberplate"',
        ),
        example=(
            'server/algorithms/register.json    "name": "algorithm"\n'
            'server/algorithms/algorithm.json   "task_name": "numberplate"'
        ),
    ),
    Kind(
        code="ACES-C007",
        severity="error",
        title=Text("MIME types missing or wrong", "MIMEタイプがないか、正しくありません"),
        cause=Text(
            "A service of type `file` needs `input_mimes` and `output_mimes`: lists of MIME types, also for a single one. An "
            "entry of them is no MIME type, or one of the lists is missing or empty.",
            "`type`が`file`のサービスには、`input_mimes`と`output_mimes`が必要です。1つだけでもリストで書きます。"
            "どちらかがないか、空か、MIMEタイプではない値が入っています。",
        ),
        fix=Text(
            "Write one MIME type for each file that goes in or comes out:",
            "入力と出力のファイルごとに、MIMEタイプを1つずつ書いてください。",
        )
        + snippet("json", '"type": "file",\n"input_mimes": ["application/zip"],\n"output_mimes": ["application/json"]'),
        example='"type": "file",\n"input_mimes": "zip"',
    ),
    Kind(
        code="ACES-C008",
        severity="error",
        title=Text("Image not usable", "イメージ画像が使えません"),
        cause=Text(
            "The file of FRONTEND_IMAGE_PATH is not a whole PNG or JPEG image, whatever its name says, or `image_key` in "
            "register.json is another name than that of the file.",
            "FRONTEND_IMAGE_PATHのファイルが、名前にかかわらず、完全なPNGまたはJPEGの画像ではありません。"
            "または、register.jsonの`image_key`がそのファイル名と違います。",
        ),
        fix=Text(
            "Save the picture as PNG or JPEG (renaming a file does not convert it) and write its file name, "
            "without folders, as `image_key`. If the message speaks of Git LFS, let the checkout fetch the file:",
            "画像をPNGまたはJPEGで保存してください（名前を変えるだけでは変換されません）。"
            "`image_key`には、フォルダを除いたファイル名を書いてください。"
            "Git LFSと表示されたときは、チェックアウトでファイルを取得してください。",
        )
        + snippet("yaml", "- uses: actions/checkout@v5\n  with:\n    lfs: true"),
        example='FRONTEND_IMAGE_PATH: server/algorithms/example_algorithm.png\n\n"image_key": "number_plate.png"',
    ),
    Kind(
        code="ACES-C009",
        severity="error",
        title=Text("Placeholder left in a file", "ファイルにテンプレートの値が残っています"),
        cause=Text(
            "A key or value of a file still has a `<REPLACE_YOUR_…>` of the guide's template.",
            "ファイルのキーまたは値に、手順書のテンプレートの`<REPLACE_YOUR_…>`が残っています。",
        ),
        fix=Text(
            "Replace it, with its angle brackets, by your own value. To find all of them:",
            "山括弧も含めて、自分の値に置き換えてください。残りは次のコマンドで探せます。",
        )
        + snippet("sh", "grep -rn REPLACE_YOUR .github server"),
        example="account_id: '<REPLACE_YOUR_AWS_ACCOUNT_ID>'",
    ),
    Kind(
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
            "SAGEMAKER_INSTANCE_TYPE: 'ml.t2.xlarge'\n"
            "aws_batch_instance_type: m5.xlarge\n"
            "SAGEMAKER_INSTANCE_TYPE: 'ml.g4dn.xlarge'"
        ),
    ),
    Kind(
        code="ACES-C011",
        severity="error",
        title=Text("Unknown key", "不明なキーです"),
        cause=Text(
            "The schema has no such key: mostly a slip of the pen, upper for lower case, or a key at another depth than it "
            "belongs. It would be passed over in silence, and the setting you meant would not hold.",
            "スキーマにないキーです。多くは、書き間違い、大文字と小文字の違い、書く階層の違いです。"
            "そのままでは無視され、意図した設定になりません。",
        ),
        fix=Text(
            "Take the key that the message suggests, or delete the line.",
            "メッセージが示すキーに直すか、その行を削除してください。",
        ),
        example='"context": "画像から車のパーツの種類と位置を高速かつ高精度に検出。"',
    ),
    Kind(
        code="ACES-C012",
        severity="warning",
        title=Text("Setting without effect", "効果のない設定です"),
        cause=Text(
            "A setting is valid, but nothing uses it in this combination: `input_mimes` with another type than `file`, settings "
            "of Batch where SageMaker runs the asynchronous API, settings for an endpoint that is not deployed.",
            "設定の値は正しいのですが、この組み合わせでは使われません。例: `file`以外の`type`での`input_mimes`、"
            "非同期APIをSageMakerで実行するときのBatchの設定、デプロイしないエンドポイントの設定。",
        ),
        fix=Text(
            "Delete it, or change the setting that the message names so that it takes effect.",
            "削除するか、メッセージが示す設定を変えて、効果があるようにしてください。",
        ),
        example='"type": "simple",\n"input_mimes": ["application/zip"]',
    ),
    Kind(
        code="ACES-C013",
        severity="warning",
        title=Text("plan_id is not the business plan", "plan_idがbusinessプランではありません"),
        cause=Text(
            "`plan_id` is another number than 1. The registration sets the tenant's plan to it, and private algorithms need the "
            "business plan, which is 1.",
            "`plan_id`が1以外です。登録すると、テナントのプランがこの値になります。"
            "PrivateAlgorithmには、businessプラン（1）が必要です。",
        ),
        fix=Text("Unless another plan is meant:", "別のプランにする意図がなければ、次のように書いてください。")
        + snippet("json", '"plan_id": 1'),
        example='"plan_id": 0',
    ),
    Kind(
        code="ACES-C014",
        severity="error",
        title=Text("account_id is not an AWS account id", "account_idがAWSアカウントIDではありません"),
        cause=Text(
            "`account_id` is not 12 digits: there is a digit too few or too many, or something else than digits, such as "
            "hyphens.",
            "`account_id`が12桁の数字ではありません。桁数の誤りや、ハイフンなどの数字以外の文字があります。",
        ),
        fix=Text(
            "Write the 12 digits in quotes. This shows the account of your credentials:",
            "12桁の数字を引用符で囲んで書いてください。使用中の認証情報のアカウントは、次のコマンドでわかります。",
        )
        + snippet("sh", "aws sts get-caller-identity --query Account --output text"),
        example="account_id: '1234-5678-9012'",
    ),
    Kind(
        code="ACES-C015",
        severity="error",
        title=Text("Account differs from AWS_ROLE_ARN", "アカウントがAWS_ROLE_ARNと違います"),
        cause=Text(
            "`account_id` of the infra file, the account in AWS_ROLE_ARN and those in the ARNs of roles in the infra file are "
            "not all the same. One of them names another account than the one to deploy to, and AWS passes roles within an "
            "account only.",
            "infraファイルの`account_id`、AWS_ROLE_ARNのアカウント、infraファイルのロールのARNのアカウントが一致していません。"
            "どれかが、デプロイ先とは別のアカウントです。AWSでは、ロールは同じアカウントの中でしか渡せません。",
        ),
        fix=Text(
            "Correct the one that is wrong. In dev it is the account of the dev environment everywhere.",
            "誤っているものを直してください。devでは、すべて開発環境のアカウントです。",
        ),
        example=(
            "account_id: '123456789012'\n"
            "\n"
            "AWS_ROLE_ARN: arn:aws:iam::210987654321:role/number-plate-detection-dev-github-actions-role"
        ),
    ),
    Kind(
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
    ),
    Kind(
        code="ACES-C017",
        severity="error",
        title=Text("Nothing to deploy", "デプロイするものがありません"),
        cause=Text(
            "The infra file names no instance type that would be used: neither an endpoint nor a Batch job would come of it. "
            "Under `ASYNC_COMPONENT_SERVICE: sagemaker` only SAGEMAKER_INSTANCE_TYPE counts.",
            "infraファイルに、使われるインスタンスタイプがありません。エンドポイントもBatchのジョブもデプロイされません。"
            "`ASYNC_COMPONENT_SERVICE: sagemaker`では、SAGEMAKER_INSTANCE_TYPEだけが使われます。",
        ),
        fix=Text("Say what to deploy; for both APIs:", "デプロイするものを書いてください。同期APIと非同期APIの両方なら:")
        + snippet("yaml", "SAGEMAKER_INSTANCE_TYPE: 'ml.t2.xlarge'\naws_batch_instance_type: m5.xlarge"),
        example="ASYNC_COMPONENT_SERVICE: sagemaker\naws_batch_instance_type: m5.xlarge",
    ),
    Kind(
        code="ACES-C018",
        severity="error",
        title=Text("Wrong instance type", "インスタンスタイプが正しくありません"),
        cause=Text(
            "An instance type is not written as AWS writes it, or its family has no such size. SageMaker's begin with `ml.`; "
            "those of Batch are EC2's and do not.",
            "インスタンスタイプの書き方がAWSのものと違うか、そのファミリーにないサイズです。"
            "SageMakerのものは`ml.`で始まり、Batchのもの（EC2のインスタンスタイプ）は`ml.`で始まりません。",
        ),
        fix=Text("Correct it:", "次のように直してください。")
        + snippet("yaml", "SAGEMAKER_INSTANCE_TYPE: 'ml.g4dn.xlarge'\naws_batch_instance_type: g4dn.xlarge"),
        example="SAGEMAKER_INSTANCE_TYPE: 'g4dn.xlarge'\naws_batch_instance_type: ml.m5.xlarge",
    ),
    Kind(
        code="ACES-C019",
        severity="error",
        title=Text("File cannot be read", "ファイルを読めません"),
        cause=Text(
            "The file is there but cannot be used: a directory, not UTF-8 (some editors on Windows save Shift_JIS or UTF-16), "
            "larger than 1 MB (an image: 5 MB), without permission, or a path or link that leads out of the repository.",
            "ファイルはありますが、使えません。ディレクトリである、UTF-8でない（Windowsの一部のエディタはShift_JISやUTF-16で保存します）、"
            "1MB（画像は5MB）を超えている、読み取り権限がない、またはパスやリンクがリポジトリの外を指しています。",
        ),
        fix=Text(
            "Do as the message says. To turn Shift_JIS into UTF-8:",
            "メッセージのとおりに直してください。Shift_JISをUTF-8に変換するには:",
        )
        + snippet("sh", "iconv -f CP932 -t UTF-8 register.json > register.utf8.json && mv register.utf8.json register.json"),
        example="$ file server/algorithms/register.json\nserver/algorithms/register.json: Non-ISO extended-ASCII text",
    ),
    Kind(
        code="ACES-C020",
        severity="warning",
        title=Text("Instance type not known", "不明なインスタンスタイプです"),
        cause=Text(
            "The instance type's family is not in the list of AWS's types that this version of the action has: it is misspelt, "
            "or newer than the list.",
            "インスタンスタイプのファミリーが、このバージョンのアクションが持つAWSの一覧にありません。"
            "書き間違いか、一覧より新しいものです。",
        ),
        fix=Text(
            "If it is misspelt, correct it. If AWS has it, nothing needs to be done: the deployment goes on with it.",
            "書き間違いなら直してください。AWSにあるものなら、対応は不要です。そのままデプロイします。",
        ),
        example="SAGEMAKER_INSTANCE_TYPE: 'ml.g4nd.xlarge'",
    ),
    Kind(
        code="ACES-C021",
        severity="error",
        title=Text("Settings that cannot go together", "組み合わせられない設定です"),
        cause=Text(
            "Two settings exclude each other, or one needs another that is missing: each is valid alone, but AWS would refuse "
            "them together, or they contradict one another.",
            "2つの設定が両立しないか、一方に必要な他方がありません。"
            "それぞれは正しい値ですが、組み合わせるとAWSに拒否されるか、互いに矛盾します。",
        ),
        fix=Text(
            "Change or delete one of them; the message says which are possible. For an asynchronous endpoint:",
            "どちらかを変えるか、削除してください。可能な組み合わせはメッセージに示します。非同期のエンドポイントなら:",
        )
        + snippet("yaml", "SAGEMAKER_INSTANCE_TYPE: 'ml.g4dn.xlarge'\nASYNC_COMPONENT_SERVICE: sagemaker"),
        example="ASYNC_COMPONENT_SERVICE: aws_batch\nSAGEMAKER_INFERENCE_MODE: async",
    ),
    Kind(
        code="ACES-C023",
        severity="warning",
        title=Text("Account id without quotes", "アカウントIDが引用符で囲まれていません"),
        cause=Text(
            "`account_id` is written without quotes, so YAML takes it for a number. Here its 12 digits are taken as they are "
            "written, but other tools drop leading zeros, or read a number that begins with 0 as octal.",
            "`account_id`が引用符で囲まれていないため、YAMLでは数値になります。"
            "ここでは、書かれている12桁の数字をそのまま使いますが、"
            "ほかのツールでは、先頭の0が消えたり、0で始まる数値が8進数として読まれたりします。",
        ),
        fix=Text("Quote it:", "引用符で囲んでください。") + snippet("yaml", "account_id: '123456789012'"),
        example="account_id: 123456789012",
    ),
    Kind(
        code="ACES-C024",
        severity="warning",
        title=Text("File name does not fit the image's type", "画像の種類と拡張子が一致しません"),
        cause=Text(
            "The image is a PNG named as JPEG, or the other way round, or its name has another ending. The platform is told the "
            "real type, but browsers and people may go by the name.",
            "PNG画像にJPEGの拡張子が付いているか、その逆か、別の拡張子が付いています。"
            "ACES Platformには実際の種類を伝えますが、ブラウザや人は名前で判断することがあります。",
        ),
        fix=Text(
            "Rename the file, and with it `image_key` and FRONTEND_IMAGE_PATH:",
            "ファイル名を、`image_key`とFRONTEND_IMAGE_PATHも合わせて変えてください。",
        )
        + snippet("sh", "git mv server/algorithms/example_algorithm.png server/algorithms/example_algorithm.jpg"),
        example="$ file server/algorithms/example_algorithm.png\nserver/algorithms/example_algorithm.png: JPEG image data",
    ),
    Kind(
        code="ACES-C025",
        severity="warning",
        title=Text("Instance types that do not go together well", "インスタンスタイプの組み合わせに注意が必要です"),
        cause=Text(
            "Endpoint and Batch jobs run the same image, but on different hardware. An image built for CUDA may not start "
            "without a GPU, or be far slower; one built for CPUs leaves a GPU idle, which is paid for. Two job definitions on "
            "different processors (x86_64 and arm64) need an image that is built for both.",
            "エンドポイントとBatchのジョブは同じイメージを使いますが、ハードウェアが違います。"
            "CUDA向けのイメージは、GPUがないと起動しないか、とても遅くなることがあります。"
            "CPU向けのイメージでは、料金のかかるGPUが使われません。"
            "2つのジョブ定義のプロセッサ（x86_64とarm64）が違う場合は、両方向けにビルドしたイメージが必要です。",
        ),
        fix=Text(
            "Choose instance types of the same kind. If the server copes with both, nothing needs to be done.",
            "同じ種類のインスタンスタイプにしてください。サーバがどちらにも対応しているなら、対応は不要です。",
        )
        + snippet("yaml", "SAGEMAKER_INSTANCE_TYPE: 'ml.g4dn.xlarge'\naws_batch_instance_type: g4dn.xlarge"),
        example="SAGEMAKER_INSTANCE_TYPE: 'ml.g4dn.xlarge'\naws_batch_instance_type: m5.xlarge",
    ),
    Kind(
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
    ),
    Kind(
        code="ACES-C027",
        severity="error",
        title=Text("Project or environment not known", "プロジェクトまたは環境がわかりません"),
        cause=Text(
            "At a terminal only: neither a flag nor a workflow says which project and environment to check (an expression of the "
            "workflow cannot be evaluated there), and the names of the infra files do not tell either.",
            "ターミナルでの実行時だけのエラーです。検査するプロジェクトと環境が、オプションにもワークフローにもなく"
            "（ワークフローの式は、ターミナルでは評価できません）、infraファイルの名前からもわかりません。",
        ),
        fix=Text(
            "Run it at the top of the project's repository, or say which:",
            "プロジェクトのリポジトリの最上位で実行するか、オプションで指定してください。",
        )
        + snippet("sh", "aces-action validate --project number-plate-detection --env dev"),
        example="server/infra/configs/infra.yml",
    ),
    Kind(
        code="ACES-C030",
        severity="error",
        title=Text("Fallback instance types that cannot be used", "代わりのインスタンスタイプが使えません"),
        cause=Text(
            "`sagemaker.instance_pools` are the types that SageMaker takes where it has no free instance of "
            "SAGEMAKER_INSTANCE_TYPE. One of them is there twice, is SAGEMAKER_INSTANCE_TYPE itself, has another processor than "
            "it (SageMaker takes an image for one processor only), or is a burstable type beside `sagemaker.autoscaling`.",
            "`sagemaker.instance_pools`は、SAGEMAKER_INSTANCE_TYPEのインスタンスの空きがないときにSageMakerが使うタイプです。"
            "同じタイプが2回ある、SAGEMAKER_INSTANCE_TYPEと同じである、プロセッサが違う"
            "（SageMakerで使えるのは1種類のプロセッサ用のイメージだけです）、"
            "またはバースト可能なタイプを`sagemaker.autoscaling`と一緒に使っています。",
        ),
        fix=Text(
            "Name other types of the same kind, the best one first:",
            "同じ種類の別のタイプを、優先する順に書いてください。",
        )
        + snippet(
            "yaml", "SAGEMAKER_INSTANCE_TYPE: 'ml.g4dn.xlarge'\nsagemaker:\n  instance_pools: [ml.g5.xlarge, ml.g6.xlarge]"
        ),
        example="SAGEMAKER_INSTANCE_TYPE: 'ml.c5.xlarge'\nsagemaker:\n  instance_pools: [ml.c5.xlarge, ml.c7g.xlarge]",
    ),
    Kind(
        code="ACES-C031",
        severity="warning",
        title=Text("Fallback instance types of another kind", "代わりのインスタンスタイプの種類が違います"),
        cause=Text(
            "One of `sagemaker.instance_pools` has a GPU and SAGEMAKER_INSTANCE_TYPE has none, or the other way round, or they "
            "have different accelerators. All of them run the same image and weights: an image built for CUDA may not start "
            "without a GPU, or be far slower, and then only on the day on which AWS has no free instance of the first choice.",
            "`sagemaker.instance_pools`のいずれかとSAGEMAKER_INSTANCE_TYPEで、GPUの有無やアクセラレータの種類が違います。"
            "どれも同じイメージと重みファイルを使います。CUDA向けのイメージは、GPUがないと起動しないか、とても遅くなることがあります。"
            "しかも、第一希望のインスタンスの空きがAWSにない日に初めて起こります。",
        ),
        fix=Text(
            "Choose instance types of the same kind. If the server copes with both, nothing needs to be done.",
            "同じ種類のインスタンスタイプにしてください。サーバがどちらにも対応しているなら、対応は不要です。",
        )
        + snippet("yaml", "SAGEMAKER_INSTANCE_TYPE: 'ml.g4dn.xlarge'\nsagemaker:\n  instance_pools: [ml.g5.xlarge]"),
        example="SAGEMAKER_INSTANCE_TYPE: 'ml.g4dn.xlarge'\nsagemaker:\n  instance_pools: [ml.m5.xlarge]",
    ),
    Kind(
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
    ),
    Kind(
        code="ACES-C040",
        severity="warning",
        title=Text("Characters that only look right", "見た目だけ正しい文字"),
        cause=Text(
            "A value has characters that look like others: full-width letters or digits, typographic quotes, an invisible "
            "character, or a full-width ＃ that begins no comment. They became part of the value.",
            "値に、別の文字とよく似た文字が含まれています。全角の英数字、“ ”のような引用符、見えない文字、"
            "コメントにならない全角の＃などです。これらは値の一部になります。",
        ),
        fix=Text(
            "Type the value again with the input method off. If the characters are intended, nothing needs to be done.",
            "日本語入力をオフにして入力し直してください。意図したものであれば、対応は不要です。",
        )
        + snippet("yaml", "sagemaker:\n  environment:\n    MODEL_NAME: 'centernet'   # not “centernet”"),
        example="sagemaker:\n  environment:\n    MODEL_NAME: “centernet”",
    ),
    Kind(
        code="ACES-C041",
        severity="error",
        title=Text("Value that GitHub reads as a number", "GitHubが数値として読む値"),
        cause=Text(
            "A value of the workflow is written without quotes and looks like a number. GitHub passes on the number, not what is "
            "written: `1.10` arrives as `1.1`, `0123` as `123`.",
            "ワークフローの値が引用符なしで書かれていて、数値に見えます。GitHubは書かれたとおりの文字ではなく数値を渡すため、"
            "`1.10`は`1.1`に、`0123`は`123`になります。",
        ),
        fix=Text("Quote the value.", "値を引用符で囲んでください。") + snippet("yaml", "env:\n  DEPLOY_TAG: '1.10'"),
        example="env:\n  DEPLOY_TAG: 1.10",
    ),
    Kind(
        code="ACES-C042",
        severity="error",
        title=Text("Input or variable that the action does not have", "アクションにない入力または変数"),
        cause=Text(
            "The workflow sets an input under `with:` that the action does not have, or a variable whose name differs in upper "
            "and lower case. GitHub passes it on, but nothing reads it, so it has no effect.",
            "ワークフローの`with:`にアクションにない入力があるか、変数名の大文字と小文字が違います。"
            "値は渡されますが、どこからも読まれず、効果がありません。",
        ),
        fix=Text(
            "Correct the name, or delete the line. Names of inputs are written with hyphens.",
            "名前を修正するか、その行を削除してください。入力の名前はハイフンで書きます。",
        )
        + snippet("yaml", "with:\n  weights-policy: lenient"),
        example="with:\n  weights_policy: lenient",
    ),
    Kind(
        code="ACES-C043",
        severity="error",
        title=Text("Value that nothing expands", "展開されない値"),
        cause=Text(
            "A value of the workflow is written as a shell would expand it (`$HOME`, `${PATH}`), or as an incomplete GitHub "
            "expression. No shell reads `env:` and `with:`: the action gets the text as it is.",
            "ワークフローの値が、シェルの変数（`$HOME`、`${PATH}`）や、不完全なGitHubの式で書かれています。"
            "`env:`と`with:`はシェルを通らないため、書いたままの文字列がアクションに渡されます。",
        ),
        fix=Text("Write a GitHub expression.", "GitHubの式で書いてください。")
        + snippet("yaml", "env:\n  DEPLOY_TAG: ${{ github.sha }}"),
        example="env:\n  DEPLOY_TAG: ${GITHUB_SHA}",
    ),
    Kind(
        code="ACES-C044",
        severity="warning",
        title=Text("Environment variable that nothing expands", "展開されない環境変数"),
        cause=Text(
            "A variable of the container is written as a shell would expand it. Neither SageMaker nor Batch does: a `PATH` of "
            "`${PATH}:/opt/bin` leaves the container without its programs.",
            "コンテナの環境変数が、シェルの変数の書き方になっています。SageMakerもBatchも展開しないため、"
            "たとえば`PATH`を`${PATH}:/opt/bin`にすると、コンテナの中でプログラムが見つからなくなります。",
        ),
        fix=Text(
            "Write the value itself, or set the variable in the image. If the server expands it, nothing needs to be done.",
            "値そのものを書くか、イメージの中で設定してください。サーバが自分で展開する場合は、対応は不要です。",
        )
        + snippet("yaml", "sagemaker:\n  environment:\n    PYTHONPATH: /opt/program"),
        example="sagemaker:\n  environment:\n    PYTHONPATH: ${PYTHONPATH}:/opt/program",
    ),
    Kind(
        code="ACES-C045",
        severity="error",
        title=Text("Blank text", "空白だけの文字列"),
        cause=Text(
            "A text that the platform shows to people has nothing but blanks or invisible characters.",
            "ACES Platformの画面に表示される項目が、空白や見えない文字だけになっています。",
        ),
        fix=Text("Write the text.", "内容を書いてください。") + snippet("json", '"title": "Number Plate Detection"'),
        example='"subtitle": "　　"',
    ),
)


C019 = next(kind for kind in KINDS if kind.code == "ACES-C019")
