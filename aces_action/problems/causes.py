"""E: the known causes of a roll-out that failed."""

from __future__ import annotations

from aces_action.language import Text
from aces_action.problems.endpoint.rollout import LOG
from aces_action.problems.kind import Kind, snippet

E010 = Kind(
    code="ACES-E010",
    severity="error",
    title=Text("SageMaker could not unpack the weights", "重みファイルを展開できません"),
    cause=Text(
        "SageMaker fetched `deploy.tar.gz`, but could not unpack it: links in it, a damaged archive, or another format under "
        "that name. The action checks the archive before it deploys, so this is mostly an archive under "
        "`weights-policy: lenient`.",
        "SageMakerが`deploy.tar.gz`を取得しましたが、展開できませんでした。リンクが含まれている、アーカイブが壊れている、"
        "名前と形式が異なる、といった原因があります。デプロイ前にアーカイブを検査しているため、"
        "多くは`weights-policy: lenient`で許可したアーカイブです。",
    ),
    fix=Text(
        "Pack the archive again, upload it and run the job again.",
        "アーカイブを作り直してアップロードし、ジョブを再実行してください。",
    )
    + snippet(
        "sh",
        "aces-action weights pack ObjectDetection -o deploy.tar.gz\n"
        "aces-action weights push deploy.tar.gz --project number-plate-detection --env dev",
    ),
    example=Text(
        "ACES-E010 SageMaker could not unpack the weights (endpoint number-plate-detection-dev-algorithm-server).\n  The "
        "endpoint number-plate-detection-dev-algorithm-server is Failed: Failed to extract model data archive for "
        'container "container_1". Please ensure that the object located at the URL is a valid tar.gz archive.',
        "ACES-E010 重みファイルを展開できません（エンドポイントnumber-plate-detection-dev-algorithm-server）。\n  エンド"
        "ポイントnumber-plate-detection-dev-algorithm-serverの状態はFailedです: Failed to extract model data archive for "
        'container "container_1". Please ensure that the object located at the URL is a valid tar.gz archive.',
    ),
)
E011 = Kind(
    code="ACES-E011",
    severity="error",
    title=Text("Server did not pass the health check", "ヘルスチェックに合格しませんでした"),
    cause=Text(
        "The container ran, but did not answer `GET /ping` on port 8080 with 200 in time: it listens on another port or on "
        "127.0.0.1, it has no such path, or it is still loading its weights. If its log shows health checks that timed out, "
        "it is the last of these.",
        "コンテナは起動しましたが、ポート8080の`GET /ping`に時間内に200を返しませんでした。"
        "別のポートや127.0.0.1で待ち受けている、そのパスがない、まだ重みファイルを読み込んでいる、といった原因があります。"
        "ログにタイムアウトしたヘルスチェックがあれば、読み込み中です。",
    ),
    fix=Text(
        "Let the server listen on `0.0.0.0:8080`. If it only needs longer to load its weights, give it more time in "
        "the infra file:",
        "サーバが`0.0.0.0:8080`で待ち受けるようにしてください。"
        "読み込みに時間がかかっているだけなら、infraファイルで待ち時間を長くしてください。",
    )
    + snippet("yaml", "sagemaker:\n  container_startup_health_check_timeout: 1800"),
    example=Text(
        "ACES-E011 Server did not pass the health check (endpoint number-plate-detection-dev-algorithm-server).\n  The "
        "endpoint number-plate-detection-dev-algorithm-server is Failed: The primary container for production variant "
        "AllTraffic did not pass the ping health check.",
        "ACES-E011 ヘルスチェックに合格しませんでした（エンドポイントnumber-plate-detection-dev-algorithm-server）。\n  "
        "エンドポイントnumber-plate-detection-dev-algorithm-serverの状態はFailedです: The primary container for "
        "production variant AllTraffic did not pass the ping health check.",
    ),
)
E012 = Kind(
    code="ACES-E012",
    severity="error",
    title=Text("Quota of instances used up", "インスタンスのクォータが足りません"),
    cause=Text(
        "The account may not have as many instances of this type under endpoints in this region. An update needs the old and "
        "the new ones at once. Many quotas are 0 until somebody asks for more.",
        "このリージョンのエンドポイントで、このタイプのインスタンスをこれ以上使えません。"
        "更新中は、新旧両方の分が必要です。申請するまで0になっているクォータも多くあります。",
    ),
    fix=Text(
        "Ask for more in the Service Quotas console, under Amazon SageMaker, `<instance type> for endpoint usage` "
        "(minutes to days), or delete an endpoint that is no longer used.",
        "Service QuotasのコンソールのAmazon SageMakerで、`<instance type> for endpoint usage`の引き上げを申請するか"
        "（数分から数日かかります）、使っていないエンドポイントを削除してください。",
    ),
    example=Text(
        "ACES-E012 Quota of instances used up (endpoint number-plate-detection-dev-algorithm-server).\n  SageMaker "
        "refused CreateEndpoint for number-plate-detection-dev-algorithm-server: ResourceLimitExceeded: The "
        "account-level service limit 'ml.g4dn.xlarge for endpoint usage' is 0 Instances, with current utilization of 0 "
        "Instances and a request delta of 1 Instances.",
        "ACES-E012 インスタンスのクォータが足りません（エンドポイントnumber-plate-detection-dev-algorithm-server）。\n  "
        "SageMakerがnumber-plate-detection-dev-algorithm-serverのCreateEndpointを拒否しました: ResourceLimitExceeded: "
        "The account-level service limit 'ml.g4dn.xlarge for endpoint usage' is 0 Instances, with current utilization of "
        "0 Instances and a request delta of 1 Instances.",
    ),
)
E013 = Kind(
    code="ACES-E013",
    severity="error",
    title=Text("No free instance of this type", "インスタンスに空きがありません"),
    cause=Text(
        "AWS has no free instance of the type in the region, or in the zones of your subnets, at the moment. That has "
        "nothing to do with quotas, and passes by itself: after minutes or after days.",
        "現在、リージョンまたは指定したサブネットのゾーンに、このタイプの空きがAWSにありません。"
        "クォータとは関係がなく、数分から数日で解消します。",
    ),
    fix=Text(
        "Run the job again later, choose another `SAGEMAKER_INSTANCE_TYPE`, or name several types in the infra file "
        "(`sagemaker.instance_pools`).",
        "時間をおいてジョブを再実行するか、別の`SAGEMAKER_INSTANCE_TYPE`にするか、"
        "infraファイルで複数のタイプを指定してください（`sagemaker.instance_pools`）。",
    ),
    example=Text(
        "ACES-E013 No free instance of this type (endpoint number-plate-detection-dev-algorithm-server).\n  The endpoint "
        "number-plate-detection-dev-algorithm-server is Failed: Unable to provision requested ML compute capacity due to "
        "InsufficientInstanceCapacity error.",
        "ACES-E013 インスタンスに空きがありません（エンドポイントnumber-plate-detection-dev-algorithm-server）。\n  エン"
        "ドポイントnumber-plate-detection-dev-algorithm-serverの状態はFailedです: Unable to provision requested ML "
        "compute capacity due to InsufficientInstanceCapacity error.",
    ),
)
E014 = Kind(
    code="ACES-E014",
    severity="error",
    title=Text("SageMaker refused the image's manifest", "イメージのマニフェストが対応外です"),
    cause=Text(
        "The image was pushed in the OCI format or as an index of several images; SageMaker takes one image in Docker's own "
        "format.",
        "イメージがOCI形式、または複数のイメージをまとめたインデックスとしてpushされています。"
        "SageMakerが受け付けるのは、Docker形式の単一のイメージです。",
    ),
    fix=Text("Build and push the image like this:", "次のようにビルドしてpushしてください。")
    + snippet(
        "sh",
        "docker buildx build --platform linux/amd64 --provenance=false --sbom=false \\\n"
        "  --output type=image,push=true,oci-mediatypes=false -t <repository>:<tag> .",
    ),
    example=Text(
        "ACES-E014 SageMaker refused the image's manifest (endpoint number-plate-detection-dev-algorithm-server).\n  "
        "SageMaker refused CreateModel for number-plate-detection-dev-algorithm-server: ValidationException: Unsupported "
        "manifest media type application/vnd.oci.image.index.v1+json.",
        "ACES-E014 イメージのマニフェストが対応外です（エンドポイントnumber-plate-detection-dev-algorithm-server）。\n  "
        "SageMakerがnumber-plate-detection-dev-algorithm-serverのCreateModelを拒否しました: ValidationException: "
        "Unsupported manifest media type application/vnd.oci.image.index.v1+json.",
    ),
)
E015 = Kind(
    code="ACES-E015",
    severity="error",
    title=Text("Image for another processor", "別のプロセッサ向けのイメージです"),
    cause=Text(
        "The instance cannot run the image's program (`exec format error`): built on a Mac with Apple silicon without "
        "`--platform`, or an entry point that is a script without a `#!` line.",
        "インスタンスがイメージのプログラムを実行できません（`exec format error`）。"
        "Appleシリコンのマシンで`--platform`を付けずにビルドした、"
        "エントリポイントが`#!`行のないスクリプトである、といった原因があります。",
    ),
    fix=Text(
        "Build for the instance's processor: `linux/amd64`, or `linux/arm64` for Graviton types such as ml.c7g.",
        "インスタンスのプロセッサ向けにビルドしてください。`linux/amd64`、ml.c7gなどGravitonのタイプでは`linux/arm64`です。",
    )
    + snippet("sh", "docker buildx build --platform linux/amd64 --push -t <repository>:<tag> ."),
    example=Text(
        "ACES-E015 Image for another processor: exec /opt/program/serve: exec format error\n  The endpoint "
        "number-plate-detection-dev-algorithm-server is Failed: Request to service failed.",
        "ACES-E015 別のプロセッサ向けのイメージです: exec /opt/program/serve: exec format error\n  エンドポイント"
        "number-plate-detection-dev-algorithm-serverの状態はFailedです: Request to service failed.",
    ),
)
E016 = Kind(
    code="ACES-E016",
    severity="error",
    title=Text("SageMaker could not pull the image", "イメージを取得できません"),
    cause=Text(
        "The image is gone from ECR, is in another region, or the endpoint's execution role or the repository's policy does "
        "not let SageMaker read it.",
        "イメージがECRから削除された、別のリージョンにある、"
        "エンドポイントの実行ロールまたはリポジトリポリシーが読み取りを許可していない、といった原因があります。",
    ),
    fix=Text(
        "Allow the execution role `ecr:BatchGetImage` and `ecr:GetDownloadUrlForLayer` on the repository, and "
        "`ecr:GetAuthorizationToken`. See that a lifecycle rule of ECR does not delete images that still serve.",
        "実行ロールに、リポジトリへの`ecr:BatchGetImage`と`ecr:GetDownloadUrlForLayer`、および`ecr:GetAuthorizationToken`を"
        "許可してください。稼働中のイメージをECRのライフサイクルルールが削除していないかも確認してください。",
    ),
    example=Text(
        "ACES-E016 SageMaker could not pull the image (endpoint number-plate-detection-dev-algorithm-server).\n  The "
        "endpoint number-plate-detection-dev-algorithm-server is Failed: The role "
        "'arn:aws:iam::123456789012:role/number-plate-detection-dev-sagemaker-role' does not have BatchGetImage "
        "permission for the image: '123456789012.dkr.ecr.ap-northeast-1.amazonaws.com/server:deploy'.",
        "ACES-E016 イメージを取得できません（エンドポイントnumber-plate-detection-dev-algorithm-server）。\n  エンドポイ"
        "ントnumber-plate-detection-dev-algorithm-serverの状態はFailedです: The role "
        "'arn:aws:iam::123456789012:role/number-plate-detection-dev-sagemaker-role' does not have BatchGetImage "
        "permission for the image: '123456789012.dkr.ecr.ap-northeast-1.amazonaws.com/server:deploy'.",
    ),
)
E017 = Kind(
    code="ACES-E017",
    severity="error",
    title=Text("Fetching the weights took too long", "重みファイルの取得がタイムアウトしました"),
    cause=Text(
        "SageMaker did not fetch and unpack `deploy.tar.gz` on the instance within its time.",
        "SageMakerが、制限時間内に`deploy.tar.gz`をインスタンスに取得して展開できませんでした。",
    ),
    fix=Text(
        "Give it more time in the infra file (up to 3600 seconds), or make the archive smaller.",
        "infraファイルで時間を長くするか（最大3,600秒）、アーカイブを小さくしてください。",
    )
    + snippet("yaml", "sagemaker:\n  model_data_download_timeout: 3600"),
    example=Text(
        "ACES-E017 Fetching the weights took too long (endpoint number-plate-detection-dev-algorithm-server).\n  The "
        "endpoint number-plate-detection-dev-algorithm-server is Failed: Model data download timed out.",
        "ACES-E017 重みファイルの取得がタイムアウトしました（エンドポイントnumber-plate-detection-dev-algorithm-server）"
        "。\n  エンドポイントnumber-plate-detection-dev-algorithm-serverの状態はFailedです: Model data download timed "
        "out.",
    ),
)
E018 = Kind(
    code="ACES-E018",
    severity="error",
    title=Text("Server ran out of memory", "サーバのメモリが不足しました"),
    cause=Text(
        "The instance's memory, or its GPU's, was too small for what the server loads; the system then kills it, often "
        "without a word of its own. Each worker process loads the model again.",
        "インスタンスまたはGPUのメモリが、サーバの読み込む量に足りませんでした。"
        "この場合、サーバ自身は何も出力せずに強制終了されることがあります。ワーカーのプロセスは、それぞれモデルを読み込みます。",
    ),
    fix=Text(
        "Choose a larger `SAGEMAKER_INSTANCE_TYPE`, run fewer workers, or load the model in half precision. For the "
        "GPU's memory another family counts, not a larger size.",
        "より大きい`SAGEMAKER_INSTANCE_TYPE`にするか、ワーカーを減らすか、モデルを半精度で読み込んでください。"
        "GPUのメモリを増やすには、サイズではなくファミリーを変える必要があります。",
    )
    + LOG,
    example=Text(
        "ACES-E018 Server ran out of memory: torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB.\n  "
        "SageMaker rolled back the update of number-plate-detection-dev-algorithm-server; it still serves "
        "number-plate-detection-dev-algorithm-server-1f0c9a2b7e, not "
        "number-plate-detection-dev-algorithm-server-9c1f2a04d1, and SageMaker gave no reason.",
        "ACES-E018 サーバのメモリが不足しました: torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 "
        "GiB.\n  SageMakerがnumber-plate-detection-dev-algorithm-serverの更新をロールバックしました。"
        "number-plate-detection-dev-algorithm-server-9c1f2a04d1ではなく、"
        "number-plate-detection-dev-algorithm-server-1f0c9a2b7eのまま稼働しています。SageMakerは理由を示していません。",
    ),
)
E019 = Kind(
    code="ACES-E019",
    severity="error",
    title=Text("An alarm rolled the update back", "アラームにより元に戻されました"),
    cause=Text(
        "A CloudWatch alarm of `sagemaker.rollout.alarms` went off while the new version took over the traffic, and "
        "SageMaker went back to what served before. That is what the alarms are for: mostly the new version answers "
        "with errors or too slowly.",
        "新しい内容への切り替え中に、`sagemaker.rollout.alarms`に指定したCloudWatchアラームが発生し、SageMakerが前の状態に戻しました。"
        "アラームの本来の働きです。多くは、新しい内容の応答がエラーになるか、遅すぎます。",
    ),
    fix=Text(
        "Look at the alarm's metric for that time and at the server's log, fix the server, and run the job again.",
        "その時間のアラームのメトリクスとサーバのログを確認し、サーバを修正してからジョブを再実行してください。",
    )
    + LOG,
    example=Text(
        "ACES-E019 An alarm rolled the update back (endpoint number-plate-detection-dev-algorithm-server).\n  Alarm "
        "number-plate-detection-dev-5xx is ALARM since 10:02:11 UTC: Threshold Crossed: 1 datapoint was greater than "
        "5.0.\n  SageMaker rolled back the update of number-plate-detection-dev-algorithm-server; it still serves "
        "number-plate-detection-dev-algorithm-server-1f0c9a2b7e, not "
        "number-plate-detection-dev-algorithm-server-9c1f2a04d1, and SageMaker gave no reason.",
        "ACES-E019 アラームにより元に戻されました（エンドポイントnumber-plate-detection-dev-algorithm-server）。\n  アラ"
        "ームnumber-plate-detection-dev-5xxの状態はALARMです（19:02:11 JSTから）: Threshold Crossed: 1 datapoint was "
        "greater than 5.0.\n  SageMakerがnumber-plate-detection-dev-algorithm-serverの更新をロールバックしました。"
        "number-plate-detection-dev-algorithm-server-9c1f2a04d1ではなく、"
        "number-plate-detection-dev-algorithm-server-1f0c9a2b7eのまま稼働しています。SageMakerは理由を示していません。",
    ),
)
E020 = Kind(
    code="ACES-E020",
    severity="error",
    title=Text("Execution role lacks access", "実行ロールの権限が不足しています"),
    cause=Text(
        "The role that the endpoint runs under may not read the weights or what else the server fetches, may not use the key "
        "they are encrypted with, or may not be assumed by SageMaker.",
        "エンドポイントの実行ロールに、重みファイルなどサーバが取得するものを読み取る権限がない、"
        "暗号化に使うキーの権限がない、SageMakerがロールを引き受けられない、といった原因があります。",
    ),
    fix=Text(
        "Allow the role `s3:GetObject` on the weights and `kms:Decrypt` on the bucket's key, in the role and, for a "
        "key, in the key's policy too. `docs/iam` has the role as a template.",
        "ロールに、重みファイルへの`s3:GetObject`と、バケットのキーへの`kms:Decrypt`を許可してください。"
        "キーについては、キーポリシーでの許可も必要です。`docs/iam`にロールのテンプレートがあります。",
    ),
    example=Text(
        "ACES-E020 Execution role lacks access (endpoint number-plate-detection-dev-algorithm-server).\n  The endpoint "
        "number-plate-detection-dev-algorithm-server is Failed: Failed to download model data for container "
        '"container_1". Please ensure that there is an object located at the URL and that the role passed to '
        "CreateModel has permissions to download the object.",
        "ACES-E020 実行ロールの権限が不足しています（エンドポイントnumber-plate-detection-dev-algorithm-server）。\n  エ"
        "ンドポイントnumber-plate-detection-dev-algorithm-serverの状態はFailedです: Failed to download model data for "
        'container "container_1". Please ensure that there is an object located at the URL and that the role passed to '
        "CreateModel has permissions to download the object.",
    ),
)
E021 = Kind(
    code="ACES-E021",
    severity="error",
    title=Text("Server failed while it started", "サーバの起動に失敗しました"),
    cause=Text(
        "The program in the image ended, or could not load what it needs: a Python module or library that the image lacks, a "
        "missing file below `/opt/ml/model`, no program `serve`, an error in the code. The message has the line of its log "
        "that tells most.",
        "イメージのプログラムが終了したか、必要なものを読み込めませんでした。イメージにPythonモジュールやライブラリがない、"
        "`/opt/ml/model`の下にファイルがない、`serve`というプログラムがない、コードの誤りがある、といった原因があります。"
        "メッセージに、サーバのログで最も手がかりになる行を示します。",
    ),
    fix=Text(
        "The message says what fixes the known causes: Windows line ends in a script, a missing module or library, "
        "a library that is too old, an NVIDIA driver that does not fit. For others, start the image as SageMaker does, with "
        "the weights in place, and fix what its log says:",
        "原因がわかるもの（スクリプトのWindows形式の改行、モジュールやライブラリの不足、古すぎるライブラリ、合わないNVIDIAドライバなど）は、"
        "メッセージに対処方法を示します。それ以外は、SageMakerと同じように重みファイルを置いてイメージを起動し、"
        "ログに出た問題を直してください。",
    )
    + snippet(
        "sh",
        "mkdir -p model && aws s3 cp s3://<bucket>/<key>/deploy.tar.gz - | tar -xz -C model\n"
        'docker run --rm -p 8080:8080 -v "$PWD/model:/opt/ml/model:ro" <image> serve   {0}\n'
        "curl -i http://localhost:8080/ping   {1}",
        Text("--gpus all where it has one", "GPUがあれば--gpus allを付ける"),
        Text("in a second terminal", "別のターミナルで実行する"),
    ),
    example=Text(
        "ACES-E021 Server failed while it started: ModuleNotFoundError: No module named 'cv2'\n  The endpoint "
        "number-plate-detection-dev-algorithm-server is Failed: The primary container for production variant AllTraffic "
        "did not pass the ping health check.",
        "ACES-E021 サーバの起動に失敗しました: ModuleNotFoundError: No module named 'cv2'\n  エンドポイント"
        "number-plate-detection-dev-algorithm-serverの状態はFailedです: The primary container for production variant "
        "AllTraffic did not pass the ping health check.",
    ),
)
E022 = Kind(
    code="ACES-E022",
    severity="error",
    title=Text("Disk of the instance is full", "インスタンスのディスク不足です"),
    cause=Text(
        "The instance's volume is too small for the archive, the files in it and what the server writes "
        "(`No space left on device`).",
        "インスタンスのボリュームが、アーカイブ、その中身、サーバが書き込むものを合わせた大きさに足りません"
        "（`No space left on device`）。",
    ),
    fix=Text(
        "Set a larger volume in the infra file (GB, up to 512). Types with a disk of their own, such as g4dn and g5, take no "
        "such setting: there a larger size has a larger disk.",
        "infraファイルでボリュームを大きくしてください（GB単位、最大512）。"
        "g4dnやg5などディスクを内蔵するタイプでは設定できないため、より大きいサイズにしてください。",
    )
    + snippet("yaml", "sagemaker:\n  volume_size: 200"),
    example=Text(
        "ACES-E022 Disk of the instance is full: OSError: [Errno 28] No space left on device\n  The endpoint "
        "number-plate-detection-dev-algorithm-server is Failed: The primary container for production variant AllTraffic "
        "did not pass the ping health check.",
        "ACES-E022 インスタンスのディスク不足です: OSError: [Errno 28] No space left on device\n  エンドポイント"
        "number-plate-detection-dev-algorithm-serverの状態はFailedです: The primary container for production variant "
        "AllTraffic did not pass the ping health check.",
    ),
)
E023 = Kind(
    code="ACES-E023",
    severity="error",
    title=Text("Network of the endpoint does not work", "ネットワークの設定に問題があります"),
    cause=Text(
        "The subnets in the infra file have no free IP addresses or no route to S3, a subnet or security group is gone or "
        "belongs to another VPC, or the server cannot reach what it fetches.",
        "infraファイルのサブネットに空きIPアドレスやS3への経路がない、サブネットやセキュリティグループが削除された、"
        "別のVPCのものである、サーバが接続先に到達できない、といった原因があります。",
    ),
    fix=Text(
        "Name subnets with free addresses for the old and the new instances at once and with a gateway endpoint for S3 "
        "or a NAT gateway, and security groups that let HTTPS out.",
        "新旧両方のインスタンスの分の空きIPアドレスがあり、S3のゲートウェイエンドポイントまたはNATゲートウェイを使えるサブネットと、"
        "HTTPSの送信を許可するセキュリティグループを指定してください。",
    )
    + snippet("yaml", "sagemaker:\n  subnets: [subnet-0a1b2c3d, subnet-4e5f6a7b]\n  security_group_ids: [sg-0a1b2c3d]"),
    example=Text(
        "ACES-E023 Network of the endpoint does not work (endpoint number-plate-detection-dev-algorithm-server).\n  The "
        "endpoint number-plate-detection-dev-algorithm-server is Failed: InsufficientFreeAddressesInSubnet: The "
        "specified subnet does not have enough free addresses to satisfy the request.",
        "ACES-E023 ネットワークの設定に問題があります（エンドポイントnumber-plate-detection-dev-algorithm-server）。\n  "
        "エンドポイントnumber-plate-detection-dev-algorithm-serverの状態はFailedです: InsufficientFreeAddressesInSubnet: "
        "The specified subnet does not have enough free addresses to satisfy the request.",
    ),
)
E024 = Kind(
    code="ACES-E024",
    severity="error",
    title=Text("Failure of SageMaker's own", "SageMaker側の障害です"),
    cause=Text(
        "SageMaker names no cause but says that the request failed. It says so, too, when the image does not start at "
        "all, which then stands in the server's log and has a code of its own.",
        "SageMakerは原因を示さず、リクエストが失敗したとだけ伝えています。イメージがまったく起動しないときにも同じ理由になりますが、"
        "その場合はサーバのログに手がかりがあり、別のコードで示します。",
    ),
    fix=Text(
        "Run the job again. If it fails again, try the image on a machine of yours, then ask AWS Support with the "
        "endpoint's ARN and the time.",
        "ジョブを再実行してください。変わらない場合は、手元のマシンでイメージを試し、"
        "エンドポイントのARNと時刻を添えてAWSサポートに問い合わせてください。",
    ),
    example=Text(
        "ACES-E024 Failure of SageMaker's own (endpoint number-plate-detection-dev-algorithm-server).\n  The endpoint "
        "number-plate-detection-dev-algorithm-server is Failed: Request to service failed. If failure persists after "
        "retry, contact customer support.",
        "ACES-E024 SageMaker側の障害です（エンドポイントnumber-plate-detection-dev-algorithm-server）。\n  エンドポイント"
        "number-plate-detection-dev-algorithm-serverの状態はFailedです: Request to service failed. If failure persists "
        "after retry, contact customer support.",
    ),
)
KINDS = (E010, E011, E012, E013, E014, E015, E016, E017, E018, E019, E020, E021, E022, E023, E024)
