"""P: what has to be there before anything is changed."""

from __future__ import annotations

from aces_action.language import Text
from aces_action.problems.kind import Kind, snippet

KINDS = (
    Kind(
        code="ACES-P001",
        severity="error",
        title=Text("Bucket not usable", "バケットが使えません"),
        cause=Text(
            "The S3 bucket of the weights does not exist, or is in another region than the deployment. SageMaker takes weights "
            "from its own region only. The bucket is named `${Project}-${ENV}` unless the infra file names another.",
            "重みファイルのS3バケットがないか、デプロイ先とは別のリージョンにあります。"
            "SageMakerは、同じリージョンの重みファイルしか使えません。"
            "バケット名は、infraファイルで指定しない限り`${Project}-${ENV}`です。",
        ),
        fix=Text(
            "Check Project and ENV in the workflow, since the name is made of them, and AWS_REGION. To see which buckets there "
            "are:",
            "バケット名の元になる、ワークフローのProjectとENVを確認してください。AWS_REGIONも確認してください。"
            "どのバケットがあるかは、次のコマンドでわかります。",
        )
        + snippet("sh", "aws s3 ls | grep number-plate"),
        example="ACES-P001 There is no S3 bucket number-plate-dev.",
    ),
    Kind(
        code="ACES-P002",
        severity="error",
        title=Text("Weights not found", "重みファイルがありません"),
        cause=Text(
            "There is no archive of weights at its place in the bucket: it was never uploaded for this environment, or to "
            "another folder or under another name than `shared/weights/deploy.tar.gz`.",
            "バケットの所定の場所に、重みファイルがありません。この環境にまだアップロードしていないか、"
            "`shared/weights/deploy.tar.gz`とは別のフォルダや名前でアップロードしています。",
        ),
        fix=Text("Upload it:", "アップロードしてください。")
        + snippet(
            "sh",
            "aces-action weights push deploy.tar.gz --project ${Project} --env ${ENV}\n"
            "aws s3 cp deploy.tar.gz s3://${Project}-${ENV}/shared/weights/deploy.tar.gz  # with the AWS CLI",
        ),
        example=("ACES-P002 There are no weights at s3://number-plate-detection-dev/shared/weights/deploy.tar.gz."),
    ),
    Kind(
        code="ACES-P003",
        severity="error",
        title=Text("Image not found in ECR", "ECRにイメージがありません"),
        cause=Text(
            "The ECR repository of the server image does not exist, or has no image with the tag of DEPLOY_TAG. The repository "
            "is named `${Project}-${ENV}-algorithm-server` unless the infra file names another.",
            "サーバのイメージのECRリポジトリがないか、DEPLOY_TAGのタグを付けたイメージがありません。"
            "リポジトリ名は、infraファイルで指定しない限り`${Project}-${ENV}-algorithm-server`です。",
        ),
        fix=Text(
            "Build and push the image in a step before this one, under the very name in the message. If that step is there, "
            "compare its tag with DEPLOY_TAG.",
            "このアクションより前のステップでイメージをビルドし、メッセージにある名前でpushしてください。"
            "そのステップがあるときは、タグがDEPLOY_TAGと同じか確認してください。",
        )
        + snippet(
            "sh",
            "docker push 123456789012.dkr.ecr.ap-northeast-1.amazonaws.com/number-plate-detection-dev-algorithm-server:deploy",
        ),
        example="ACES-P003 The ECR repository number-plate-detection-dev-algorithm-server has no image tagged 'deploy'.",
    ),
    Kind(
        code="ACES-P004",
        severity="error",
        title=Text("Image manifest not accepted by SageMaker", "SageMakerが受け付けないイメージ形式です"),
        cause=Text(
            "SageMaker takes an image for one processor, in Docker's own format only. Newer versions of `docker buildx` push "
            "the OCI format, or an index with provenance records beside the image, unless told otherwise. CreateModel would "
            "refuse it after the weights have been copied.",
            "SageMakerが使えるのは、1種類のCPU向けの、Docker形式のイメージだけです。"
            "新しい`docker buildx`は、指定しない限り、OCI形式や、provenanceの記録を含むインデックスをpushします。"
            "そのままでは、後のCreateModelで拒否されます。",
        ),
        fix=Text(
            "Build and push it again like this; with docker/build-push-action:",
            "次のように、ビルドとpushをやりなおしてください。docker/build-push-actionの場合:",
        )
        + snippet(
            "yaml",
            "with:\n"
            "  platforms: linux/amd64\n"
            "  provenance: false\n"
            "  sbom: false\n"
            "  outputs: type=image,push=true,oci-mediatypes=false",
        ),
        example="ACES-P004 SageMaker does not take the image's manifest type application/vnd.oci.image.index.v1+json.",
    ),
    Kind(
        code="ACES-P005",
        severity="error",
        title=Text("Image built for another architecture", "別のアーキテクチャ向けのイメージです"),
        cause=Text(
            "The image is built for another processor than the instance has: mostly an arm64 image from a Mac with Apple "
            "silicon, for an x86 instance. Its container would end at once with `exec format error`.",
            "イメージが、インスタンスとは別のCPU向けにビルドされています。"
            "多くは、AppleシリコンのMacでビルドしたarm64のイメージを、x86のインスタンスで使う場合です。"
            "そのままでは、コンテナが`exec format error`ですぐに終了します。",
        ),
        fix=Text(
            "Build it for the instance's processor: `linux/amd64`, or `linux/arm64` for Graviton types such as ml.c7g.",
            "インスタンスのCPUに合わせてビルドしてください。通常は`linux/amd64`、ml.c7gなどのGravitonでは`linux/arm64`です。",
        )
        + snippet("sh", "docker buildx build --platform linux/amd64 --provenance=false --sbom=false …"),
        example="FROM --platform=linux/arm64 python:3.13-slim\n\nSAGEMAKER_INSTANCE_TYPE: 'ml.t2.xlarge'",
    ),
    Kind(
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
    ),
    Kind(
        code="ACES-P007",
        severity="error",
        title=Text("ACES Platform does not answer", "ACES Platformが応答しません"),
        cause=Text(
            "The platform's internal API did not answer: its name is not known to DNS, the connection fails, or it answers 502 "
            "to 504. The dev environment stops by itself at 22:00 JST. Names that end in `.internal` are known inside ACES's "
            "network only. Before the plan nothing has been changed.",
            "ACES Platformの内部APIが応答しません。ホスト名をDNSで解決できないか、接続に失敗したか、502〜504が返りました。"
            "開発環境は22:00に自動停止します。`.internal`で終わるホスト名は、ACESのネットワーク内でしか解決できません。"
            "計画（Plan）より前に出た場合は、まだ何も変更していません。",
        ),
        fix=Text(
            "In dev, start the platform's environment as the FAQ of the guide says. Otherwise check PLATFORM_URL and whether the "
            "runner may reach that host. Then run the job again: what is deployed already stays as it is.",
            "devの場合は、手順書のFAQ「ACES Platformのdev環境のサービスを起動する」のとおりに起動してください。"
            "それ以外は、PLATFORM_URLと、ランナーからそのホストに接続できるかを確認してください。"
            "その後、ジョブを再実行してください。デプロイ済みのものはそのまま使います。",
        ),
        example=(
            "ACES-P007 The ACES Platform at http://api-dev.aces-platform-dev.internal does not answer: "
            "DNS does not know the host api-dev.aces-platform-dev.internal"
        ),
    ),
    Kind(
        code="ACES-P008",
        severity="error",
        title=Text("Tenant not known to the ACES Platform", "ACES Platformにないテナントです"),
        cause=Text(
            "The platform has no tenant with the UUID of TENANT_ID. Each environment has its own tenants, so that of production "
            "is not known in dev.",
            "TENANT_IDのUUIDのテナントが、ACES Platformにありません。"
            "テナントは環境ごとに別なので、本番環境のUUIDは開発環境では使えません。",
        ),
        fix=Text(
            "Look the UUID up in the platform of this environment: `tenant.uuid` in the answer of the status API.",
            "その環境のACES Platformで、UUIDを調べてください。status APIが返す`tenant.uuid`です。",
        )
        + snippet("sh", "curl 'https://<API_ENDPOINT>/accounts/status' -H 'Authorization: Token <token>'"),
        example="env:\n  ENV: dev\n  TENANT_ID: 3f2b8c1e-6d4a-4f7b-9a51-0c8e2d7f6b13  # the tenant of production",
    ),
    Kind(
        code="ACES-P009",
        severity="error",
        title=Text("ACES Platform refused the token", "ACES Platformがトークンを拒否しました"),
        cause=Text(
            "The platform asks for a token and none is set, or it refuses the one in PLATFORM_TOKEN. Tokens expire.",
            "ACES Platformがトークンを求めていますが設定されていないか、PLATFORM_TOKENのトークンを拒否しました。"
            "トークンには有効期限があります。",
        ),
        fix=Text(
            "Get a new token by the login API of the guide, store it in a secret of the repository and pass that on:",
            "手順書のログインAPIで新しいトークンを取得し、リポジトリのsecretに保存して渡してください。",
        )
        + snippet("yaml", "with:\n  platform-token: ${{ secrets.PLATFORM_TOKEN }}"),
        example="ACES-P009 The ACES Platform at https://platform.example.com refused PLATFORM_TOKEN (401): Invalid token.",
    ),
    Kind(
        code="ACES-P010",
        severity="warning",
        title=Text("Not checked", "確認できませんでした"),
        cause=Text(
            "The role of the job may not look at something that the deployment itself does not need to see, such as the "
            "execution role. The deployment goes on; a mistake there shows only when AWS uses it.",
            "実行ロールなど、デプロイ自体には不要なものを参照する権限が、ジョブのロールにありません。"
            "デプロイは続けますが、そこに間違いがあっても、AWSが使うときまでわかりません。",
        ),
        fix=Text(
            "Nothing has to be done. To have it checked early, add the permission in the message, e.g. `iam:GetRole`.",
            "対応は必須ではありません。事前に確認したいときは、メッセージにある権限（`iam:GetRole`など）を追加してください。",
        ),
        example="ACES-P010 The role number-plate-dev-sagemaker-role: not checked, missing permission iam:GetRole.",
    ),
    Kind(
        code="ACES-P011",
        severity="error",
        title=Text("Instance type not known to EC2", "EC2にないインスタンスタイプです"),
        cause=Text(
            "EC2 does not offer an instance type of the infra file for Batch in this region: it is misspelt, or not every "
            "region has it. Jobs would wait for ever.",
            "infraファイルのBatchのインスタンスタイプが、このリージョンのEC2にありません。"
            "名前が誤っているか、このリージョンでは提供されていません。そのままでは、ジョブが開始されません。",
        ),
        fix=Text(
            "Correct `aws_batch_instance_type` or `aws_longtime_batch_instance_type`. To see what the region offers:",
            "`aws_batch_instance_type`または`aws_longtime_batch_instance_type`を直してください。"
            "リージョンで使えるものは、次のコマンドでわかります。",
        )
        + snippet(
            "sh",
            "aws ec2 describe-instance-type-offerings --region ap-northeast-1 \\\n"
            "  --filters 'Name=instance-type,Values=g4dn.*' --query 'InstanceTypeOfferings[].InstanceType'",
        ),
        example="aws_batch_instance_type: m5.xxlarge",
    ),
    Kind(
        code="ACES-P012",
        severity="error",
        title=Text("Weights archived", "重みファイルがアーカイブされています"),
        cause=Text(
            "A lifecycle rule or a person has moved the weights to S3 Glacier or to an archive tier. Objects there cannot be "
            "read, neither by this action nor by SageMaker, until they are restored, which takes minutes to hours.",
            "重みファイルが、ライフサイクルルールなどでS3 Glacierまたはアーカイブ層に移されています。"
            "復元するまで、このアクションもSageMakerも読み取れません。復元には数分から数時間かかります。",
        ),
        fix=Text(
            "Upload the weights again, which is quickest, or restore them. Keep `shared/weights/` out of the bucket's "
            "lifecycle rule.",
            "もう一度アップロードするのが最も早い方法です。または復元してください。"
            "バケットのライフサイクルルールから`shared/weights/`を除いてください。",
        )
        + snippet("sh", "aws s3 cp deploy.tar.gz s3://${Project}-${Env}/shared/weights/deploy.tar.gz"),
        example=(
            "ACES-P012 The weights at s3://number-plate-detection-dev/shared/weights/deploy.tar.gz are archived "
            "(GLACIER) and cannot be read."
        ),
    ),
    Kind(
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
    ),
    Kind(
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
    ),
    Kind(
        code="ACES-P015",
        severity="warning",
        title=Text(
            "Instance type may not be offered for endpoints", "エンドポイントで使えない可能性があるインスタンスタイプです"
        ),
        cause=Text(
            "Service Quotas has a quota `… for endpoint usage` for every instance type that SageMaker offers for endpoints "
            "in a region, and none for this one. Only SageMaker knows for certain, so the deployment goes on.",
            "Service Quotasには、"
            "SageMakerがリージョンのエンドポイントに提供するインスタンスタイプごとに、"
            "`… for endpoint usage`というクォータがあります。"
            "このタイプのクォータはありません。確実なことはSageMakerにしかわからないため、デプロイは続けます。",
        ),
        fix=Text(
            "If SageMaker refuses it, choose another SAGEMAKER_INSTANCE_TYPE or fallback type. To see what the region offers:",
            "SageMakerに拒否された場合は、別のSAGEMAKER_INSTANCE_TYPE（または代わりのインスタンスタイプ）にしてください。"
            "リージョンで使えるものは、次のコマンドでわかります。",
        )
        + snippet(
            "sh",
            "aws service-quotas list-aws-default-service-quotas --service-code sagemaker \\\n"
            "  --query \"Quotas[?ends_with(QuotaName, 'for endpoint usage')].QuotaName\"",
        ),
        example="SAGEMAKER_INSTANCE_TYPE: ml.p5.48xlarge",
    ),
    Kind(
        code="ACES-P016",
        severity="error",
        title=Text("Quota too small", "クォータが足りません"),
        cause=Text(
            "The account may not have so many instances of this type under endpoints. A blue/green update (all at once, "
            "canary, linear) makes the whole new fleet beside the old one, so that it needs twice as many for some minutes; "
            "a rolling one needs one batch more. New accounts often have a quota of 0 for GPU types.",
            "エンドポイントで使えるこのタイプのインスタンス数の上限を超えます。ブルー/グリーンの更新（一括、"
            "カナリア、線形）では、古いものと並べて新しいインスタンスをすべて作るため、"
            "一時的に2倍の数が必要です。ローリングでは1回分だけ多く必要です。新しいアカウントでは、"
            "GPUのタイプのクォータが0のことがよくあります。",
        ),
        fix=Text(
            "Ask for more with the command of the message, or make do with what there is: another instance type, a smaller "
            "count, or for updates a rolling rollout.",
            "メッセージのコマンドで引き上げを申請してください。または、別のインスタンスタイプ、少ない台数、"
            "更新にはローリングを使ってください。",
        )
        + snippet(
            "yaml",
            "SAGEMAKER_INSTANCE_TYPE: ml.g4dn.xlarge\n"
            "aws_batch_instance_type: g4dn.xlarge\n"
            "sagemaker:\n"
            "  instance_count: 4\n"
            "  rollout: {strategy: rolling, size: 1, alarms: [server-5xx]}",
        ),
        example=(
            "ACES-P016 The quota 'ml.g4dn.xlarge for endpoint usage' is 0 in ap-northeast-1, but 1 are needed: 0 in use "
            "and 1 new."
        ),
    ),
    Kind(
        code="ACES-P017",
        severity="warning",
        title=Text("Quota leaves no room for an update", "更新に必要なクォータの余裕がありません"),
        cause=Text(
            "The endpoint runs within the account's quota, but an update needs more instances for some minutes than the "
            "quota leaves. It is a warning while there is nothing to update; as soon as the plan has an update, it is "
            "ACES-P016.",
            "エンドポイントはクォータの範囲内で稼働していますが、更新中に一時的に必要な台数が、"
            "クォータの残りを超えます。更新するものがない間は警告です。計画に更新があると、"
            "ACES-P016になります。",
        ),
        fix=Text(
            "Ask for more with the command of the message before the next change.",
            "次に変更する前に、メッセージのコマンドで引き上げを申請してください。",
        ),
        example=(
            "ACES-P017 The quota 'ml.g4dn.xlarge for endpoint usage' is 1 in ap-northeast-1, but 2 are needed: 1 in use "
            "and 1 new."
        ),
    ),
    Kind(
        code="ACES-P018",
        severity="warning",
        title=Text("Weights larger than the instance's memory", "重みファイルがインスタンスのメモリより大きい"),
        cause=Text(
            "The archive of the weights is larger than the memory of the instance type, or than the memory of its GPUs. "
            "Unpacked, weights are hardly smaller. A server that loads all of them does not start.",
            "重みファイルのアーカイブが、インスタンスタイプのメモリ、またはGPUのメモリより大きくなっています。"
            "展開した重みが小さくなることはほとんどありません。すべてを読み込むサーバは起動しません。",
        ),
        fix=Text(
            "Choose a larger instance type, or leave out of the archive what the server does not load.",
            "より大きなインスタンスタイプを選ぶか、サーバが読み込まないものをアーカイブから除いてください。",
        ),
        example=(
            "ACES-P018 The archive of the weights has 20,480 MiB, more than the GPU memory of ml.g4dn.xlarge (16,384 "
            "MiB, on its GPUs 16,384 MiB)."
        ),
    ),
    Kind(
        code="ACES-P019",
        severity="error",
        title=Text("Job queue not usable", "ジョブキューが使えません"),
        cause=Text(
            "The platform submits the asynchronous API's jobs to this queue, and there is none of that name, somebody has "
            "disabled it, or Batch finds it invalid. The queue is named like its job definition unless the infra file names "
            "another.",
            "ACES Platformは、非同期APIのジョブをこのキューに送信します。"
            "この名前のキューがないか、無効になっているか、BatchがINVALIDとしています。"
            "キューの名前は、infraファイルで指定しない限り、ジョブ定義と同じです。",
        ),
        fix=Text(
            "Ask who set the AWS account up for the queue, or name another in the infra file:",
            "キューについてAWSアカウントの管理者に確認するか、infraファイルで別のキューを指定してください。",
        )
        + snippet("yaml", "batch:\n  queue: shared-gpu-queue"),
        example=(
            "ACES-P019 There is no job queue number-plate-detection-dev-algorithm-server: the platform could not submit a job."
        ),
    ),
    Kind(
        code="ACES-P020",
        severity="error",
        title=Text("Compute environment not usable", "コンピューティング環境が使えません"),
        cause=Text(
            "The job queue has no compute environment, none that works (enabled and valid), none for EC2, or not the one "
            "that the infra file names. Its jobs would stay RUNNABLE for ever.",
            "ジョブキューにコンピューティング環境がないか、"
            "稼働できる（ENABLEDかつVALIDの）ものがないか、EC2用ではないか、"
            "infraファイルで指定したものが含まれていません。そのままでは、"
            "ジョブがRUNNABLEのまま開始されません。",
        ),
        fix=Text(
            "Ask who set the AWS account up. If it is the name in the infra file that is wrong:",
            "AWSアカウントの管理者に確認してください。infraファイルの名前が誤っているときは、直してください。",
        )
        + snippet(
            "yaml",
            "aws_batch_instance_type: m5.xlarge\nbatch:\n  compute_environment: number-plate-detection-dev-algorithm-server",
        ),
        example="ACES-P020 The compute environment number-plate-detection-dev is DISABLED and VALID.",
    ),
    Kind(
        code="ACES-P021",
        severity="error",
        title=Text("Compute environment cannot run the jobs", "コンピューティング環境でジョブを実行できません"),
        cause=Text(
            "No instance of the compute environment can run a job as the infra file describes it: it has other instance "
            "types, all too small or of another kind, not enough vCPUs in all (`maxvCpus`), or no subnet in a zone that "
            "offers the type. Jobs would stay RUNNABLE for ever, without an error.",
            "infraファイルどおりのジョブを実行できるインスタンスが、コンピューティング環境にありません。"
            "インスタンスタイプが小さいか種類が違う、全体のvCPU（`maxvCpus`）が足りない、"
            "そのタイプのあるゾーンにサブネットがない、のいずれかです。そのままでは、エラーも出ずに、"
            "ジョブがRUNNABLEのまま開始されません。",
        ),
        fix=Text(
            "Let the compute environment and aws_batch_instance_type have the same instance type.",
            "コンピューティング環境とaws_batch_instance_typeで、同じインスタンスタイプを使ってください。",
        ),
        example=(
            "ACES-P021 No instance type of the compute environment number-plate-detection-dev can run a job that fills "
            "g4dn.xlarge; it has m5.xlarge."
        ),
    ),
    Kind(
        code="ACES-P022",
        severity="warning",
        title=Text("Compute environment has other instance types", "コンピューティング環境のインスタンスタイプが異なります"),
        cause=Text(
            "The compute environment does not have the instance type of the infra file, but another one that can probably "
            "run the job. The job definition is cut to the type of the infra file, so that part of a larger instance stays "
            "idle.",
            "コンピューティング環境に、infraファイルのインスタンスタイプがありません。ただし、"
            "他のタイプでジョブを実行できる見込みです。ジョブ定義はinfraファイルのタイプに合わせるため、"
            "より大きなインスタンスでは一部が使われません。",
        ),
        fix=Text(
            "Name an instance type of the compute environment in the infra file, or add yours to the environment.",
            "infraファイルにコンピューティング環境のインスタンスタイプを書くか、"
            "コンピューティング環境にタイプを追加してください。",
        ),
        example=(
            "ACES-P022 The compute environment number-plate-detection-dev has no m5.xlarge; jobs will run on another of "
            "its instance types: m5.2xlarge."
        ),
    ),
    Kind(
        code="ACES-P023",
        severity="error",
        title=Text("SNS topic not found", "SNSトピックがありません"),
        cause=Text(
            "The infra file names a topic that results of the asynchronous endpoint are announced to, and it does not exist. "
            "CreateEndpointConfig takes it all the same, and nobody would ever hear of a result.",
            "infraファイルで指定した、非同期エンドポイントの結果を通知するトピックがありません。"
            "CreateEndpointConfigは成功しますが、結果の通知が届きません。",
        ),
        fix=Text(
            "Correct the ARN, or make the topic:",
            "ARNを直すか、トピックを作成してください。",
        )
        + snippet("sh", "aws sns create-topic --name inference"),
        example="ACES-P023 There is no SNS topic arn:aws:sns:ap-northeast-1:123456789012:inference.",
    ),
    Kind(
        code="ACES-P024",
        severity="error",
        title=Text("CloudWatch alarm not found", "CloudWatchアラームがありません"),
        cause=Text(
            "The rollout of the infra file names an alarm that does not exist in the region. UpdateEndpoint would refuse it, "
            "or the update would go on unguarded.",
            "infraファイルのrolloutで指定したアラームが、リージョンにありません。"
            "UpdateEndpointが拒否するか、監視なしで更新されます。",
        ),
        fix=Text(
            "Correct sagemaker.rollout.alarms, or make the alarm. To see which there are:",
            "sagemaker.rollout.alarmsを直すか、アラームを作成してください。どのアラームがあるかは、次のコマンドでわかります。",
        )
        + snippet("sh", "aws cloudwatch describe-alarms --query 'MetricAlarms[].AlarmName'"),
        example="ACES-P024 There is no CloudWatch alarm server-5xx.",
    ),
    Kind(
        code="ACES-P025",
        severity="warning",
        title=Text("Alarm is ringing already", "アラームがすでに発生しています"),
        cause=Text(
            "An alarm that guards the rollout is in the state ALARM before the update begins. SageMaker would roll the "
            "update back at once, whatever the new version is like.",
            "ロールアウトを監視するアラームが、更新を始める前からALARM状態です。"
            "新しいバージョンに問題がなくても、SageMakerはすぐにロールバックします。",
        ),
        fix=Text(
            "See to the cause of the alarm first. If it is the update that mends it, leave the alarm out of "
            "sagemaker.rollout.alarms this time.",
            "先にアラームの原因を取り除いてください。今回の更新がその対処である場合は、"
            "今回だけsagemaker.rollout.alarmsから外してください。",
        ),
        example="ACES-P025 The alarm server-5xx is in the state ALARM now: an update would be rolled back at once.",
    ),
    Kind(
        code="ACES-P026",
        severity="error",
        title=Text("Subnet or security group not usable", "サブネットまたはセキュリティグループが使えません"),
        cause=Text(
            "A subnet or security group of the infra file does not exist in this account and region, or they are not all of "
            "one VPC. CreateModel would refuse them.",
            "infraファイルのサブネットまたはセキュリティグループが、このアカウントとリージョンにないか、"
            "同じVPCに属していません。CreateModelが拒否します。",
        ),
        fix=Text(
            "Correct sagemaker.subnets and sagemaker.security_group_ids in the infra file. To see what there is:",
            "infraファイルのsagemaker.subnetsとsagemaker.security_group_idsを直してください。"
            "使えるものは、次のコマンドでわかります。",
        )
        + snippet("sh", "aws ec2 describe-subnets --query 'Subnets[].[SubnetId, VpcId, AvailabilityZone]' --output table"),
        example="ACES-P026 subnet-0123456789abcdef0 does not exist in this account and region.",
    ),
    Kind(
        code="ACES-P027",
        severity="error",
        title=Text("Endpoint cannot change its mode", "エンドポイントのモードは変更できません"),
        cause=Text(
            "An endpoint is real-time or asynchronous from the beginning: UpdateEndpoint neither adds nor drops "
            "AsyncInferenceConfig. By convention the two have different names; here both would have the one that the infra "
            "file gives.",
            "エンドポイントは、作成時からリアルタイムか非同期のどちらかで、"
            "UpdateEndpointではAsyncInferenceConfigの追加も削除もできません。"
            "通常は2つの名前が異なりますが、infraファイルで同じ名前になっています。",
        ),
        fix=Text(
            "Give the new endpoint a name of its own:",
            "新しいエンドポイントに別の名前を付けてください。",
        )
        + snippet(
            "yaml",
            "SAGEMAKER_INSTANCE_TYPE: ml.m5.large\nASYNC_COMPONENT_SERVICE: sagemaker\nsagemaker:\n  endpoint_name: plates-async",
        ),
        example="ACES-P027 plates is a real-time endpoint and cannot become an asynchronous one.",
    ),
    Kind(
        code="ACES-P028",
        severity="warning",
        title=Text("Another deployment is under way", "別のデプロイが進行中です"),
        cause=Text(
            "Somebody else, mostly another run of the workflow, is updating the same endpoint. This run waits for the end of "
            "that, then makes its plan anew. The message links to the run, as far as the tags tell. With "
            "`concurrency: refuse` this is an error, and nothing is changed.",
            "同じエンドポイントを、別の誰か（多くはワークフローの別の実行）が更新しています。この実行は、"
            "その完了を待ってから計画し直します。タグからわかる場合は、メッセージにその実行へのリンクを示します。"
            "`concurrency: refuse`ではエラーになり、何も変更しません。",
        ),
        fix=Text(
            "Let the workflows that deploy one server wait for each other:",
            "同じサーバをデプロイするワークフローが、同時に動かないようにしてください。",
        )
        + snippet("yaml", "concurrency:\n  group: deploy-number-plate-detection-dev\n  cancel-in-progress: false"),
        example=(
            "ACES-P028 Another deployment of number-plate-detection-dev-algorithm-server is under way (Updating), started "
            "by https://github.com/ORG/plates/actions/runs/7: this one waits for it first."
        ),
    ),
    Kind(
        code="ACES-P029",
        severity="error",
        title=Text("Not checked, but has to be", "確認が必須ですが、確認できませんでした"),
        cause=Text(
            "Under `preflight: strict` everything has to be looked at before the deployment, and the job's role may not look "
            "at this, or AWS did not answer. Without it, this is the warning ACES-P010.",
            "`preflight: strict`では、デプロイ前にすべてを確認する必要がありますが、"
            "ジョブのロールに確認する権限がないか、AWSから応答がありませんでした。指定しない場合は、"
            "警告ACES-P010になります。",
        ),
        fix=Text(
            "Add the permission of the message to the role, or leave `preflight: strict` out.",
            "メッセージにある権限をロールに追加するか、`preflight: strict`を外してください。",
        ),
        example="ACES-P029 The role number-plate-dev-sagemaker-role: not checked, missing permission iam:GetRole.",
    ),
    Kind(
        code="ACES-P030",
        severity="warning",
        title=Text("Registration deferred", "登録を延期しました"),
        cause=Text(
            "The ACES Platform does not answer, and `platform: deferred` lets the deployment go on without it. What is "
            "deployed serves, but the platform does not list it yet, or lists the version before. The step output "
            "`registration` is `deferred`.",
            "ACES Platformが応答しませんが、`platform: deferred`のため、"
            "登録なしでデプロイを続けます。デプロイしたものは稼働しますが、"
            "ACES Platformには未登録か、以前の内容のままです。"
            "ステップの出力`registration`は`deferred`になります。",
        ),
        fix=Text(
            "When the platform is up again, register what serves now; that may be done as often as you like:",
            "ACES Platformが起動したら、稼働中のものを登録してください。何度実行しても構いません。",
        )
        + snippet("yaml", "with:\n  command: register"),
        example=(
            "ACES-P030 The ACES Platform at http://api-dev.aces-platform-dev.internal does not answer: DNS does not know "
            "the host api-dev.aces-platform-dev.internal"
        ),
    ),
    Kind(
        code="ACES-P031",
        severity="warning",
        title=Text("No quota for a fallback instance type", "代わりのインスタンスタイプのクォータが足りません"),
        cause=Text(
            "One of `sagemaker.instance_pools` is to stand in where AWS has no free instance of SAGEMAKER_INSTANCE_TYPE, but the "
            "account may not have so many instances of it under endpoints. New accounts often have a quota of 0 for GPU types. "
            "The deployment goes on: SageMaker tries the first choice before.",
            "`sagemaker.instance_pools`のいずれかは、"
            "SAGEMAKER_INSTANCE_TYPEのインスタンスの空きがAWSにないときに代わりに使われますが、"
            "エンドポイントで使えるこのタイプのインスタンス数の上限を超えます。"
            "新しいアカウントでは、GPUのタイプのクォータが0のことがよくあります。"
            "SageMakerは第一希望を先に試すため、デプロイは続けます。",
        ),
        fix=Text(
            "Ask for more with the command of the message, or name a type that the account has.",
            "メッセージのコマンドで引き上げを申請するか、アカウントで使えるタイプにしてください。",
        ),
        example=(
            "ACES-P031 The quota 'ml.g5.xlarge for endpoint usage' is 0 in ap-northeast-1, but 1 are needed: 0 in use and 1 new."
        ),
    ),
    Kind(
        code="ACES-P032",
        severity="warning",
        title=Text("Quota ends before the autoscaling does", "クォータがオートスケーリングの上限より小さくなっています"),
        cause=Text(
            "`sagemaker.autoscaling` may want more instances than the account may have under endpoints. There is room for the "
            "deployment itself. When the load comes, scaling out fails at the quota, and only AWS's activity log says so.",
            "`sagemaker.autoscaling`の上限まで増やすと、エンドポイントで使えるインスタンス数の上限を超えます。"
            "デプロイそのものはできますが、負荷が増えたときにクォータの上限でスケールアウトが失敗し、そのことはAWSの履歴にしか残りません。",
        ),
        fix=Text(
            "Ask for more with the command of the message, or lower `max_capacity`.",
            "メッセージのコマンドで引き上げを申請するか、`max_capacity`を小さくしてください。",
        ),
        example=(
            "ACES-P032 The autoscaling may want 8 × ml.g4dn.xlarge beside 1 of other endpoints, but the quota "
            "'ml.g4dn.xlarge for endpoint usage' is 4 in ap-northeast-1."
        ),
    ),
)

P028 = next(kind for kind in KINDS if kind.code == "ACES-P028")
