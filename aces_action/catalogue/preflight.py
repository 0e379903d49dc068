"""P: what has to be there before anything is changed."""

from __future__ import annotations

from aces_action.catalogue.kind import Kind, snippet
from aces_action.language import Text

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
        example="ACES-P010 The role number-plate-dev-sagemaker-role was not checked: missing permission iam:GetRole.",
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
)
