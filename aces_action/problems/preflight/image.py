"""P: the server image."""

from __future__ import annotations

from aces_action.language import Text
from aces_action.problems.kind import Kind, snippet

P003 = Kind(
    code="ACES-P003",
    severity="error",
    title=Text("Image not found in ECR", "ECRにイメージがありません"),
    cause=Text(
        "The ECR repository of the server image does not exist, or has no image with the tag of DEPLOY_TAG. The "
        "repository is named `${Project}-${ENV}-algorithm-server` unless the infra file names another.",
        "サーバのイメージのECRリポジトリがないか、DEPLOY_TAGのタグを付けたイメージがありません。リポジトリ名は、"
        "infraファイルで指定しない限り`${Project}-${ENV}-algorithm-server`です。",
    ),
    fix=Text(
        "If there is no repository yet, create it, with whatever else is missing in the account: `aces-action bootstrap "
        "--apply` (or "
        "`aws cloudformation deploy`, see docs/infra). Build and push the image in a step before this one, "
        "under "
        "exactly the name in the message. If you already have that step, compare its tag with DEPLOY_TAG.",
        "リポジトリがまだないときは、アカウントに足りないほかのものとあわせて、`aces-action bootstrap --apply`で作成してください"
        "（`aws cloudformation deploy`での作成はdocs/infraを参照）。"
        "このアクションより前のステップでイメージをビルドし、メッセージにある名前でpushしてください。"
        "そのステップがあるときは、タグがDEPLOY_TAGと同じか確認してください。",
    )
    + snippet(
        "sh",
        "docker push 123456789012.dkr.ecr.ap-northeast-1.amazonaws.com/number-plate-detection-dev-algorithm-server:deploy",
    ),
    example=Text(
        "ACES-P003 The ECR repository number-plate-detection-dev-algorithm-server has no image tagged 'deploy'.",
        "ACES-P003 ECRリポジトリnumber-plate-detection-dev-algorithm-serverに、タグ「deploy」のイメージがありません。",
    ),
)

P004 = Kind(
    code="ACES-P004",
    severity="error",
    title=Text("Image manifest not accepted by SageMaker", "SageMakerが受け付けないイメージ形式です"),
    cause=Text(
        "SageMaker takes an image for one processor, in Docker's own format only. Newer versions of `docker buildx` "
        "push the OCI format, or an index with provenance records beside the image, unless told otherwise. "
        "CreateModel would refuse it, after the weights have been copied.",
        "SageMakerが使えるのは、1種類のCPU向けの、Docker形式のイメージだけです。新しい`docker buildx`は、"
        "指定しない限り、OCI形式や、provenanceの記録を含むインデックスをpushします。そのままでは、"
        "後のCreateModelで拒否されます。",
    ),
    fix=Text(
        "Build and push it again. With docker/build-push-action:",
        "次のように、ビルドとpushをやり直してください。docker/build-push-actionの場合:",
    )
    + snippet(
        "yaml",
        "with:\n  platforms: linux/amd64\n  provenance: false\n  sbom: false\n  outputs: "
        "type=image,push=true,oci-mediatypes=false",
    ),
    example=Text(
        "ACES-P004 SageMaker does not take the image's manifest type application/vnd.oci.image.index.v1+json.",
        "ACES-P004 SageMakerは、このイメージのマニフェストの形式application/vnd.oci.image.index.v1+jsonに対応していません。",
    ),
)

P005 = Kind(
    code="ACES-P005",
    severity="error",
    title=Text("Image built for another architecture", "別のアーキテクチャ向けのイメージです"),
    cause=Text(
        "The image is built for a different processor than the instance has. Most often it is an arm64 image from a "
        "Mac with Apple silicon, for an x86 instance. Its container would exit at once with `exec format error`.",
        "イメージが、インスタンスとは別のCPU向けにビルドされています。多くは、"
        "AppleシリコンのMacでビルドしたarm64のイメージを、x86のインスタンスで使う場合です。そのままでは、"
        "コンテナが`exec format error`ですぐに終了します。",
    ),
    fix=Text(
        "Build it for the instance's processor: `linux/amd64`, or `linux/arm64` for Graviton types such as ml.c7g.",
        "インスタンスのCPUに合わせてビルドしてください。通常は`linux/amd64`、ml.c7gなどのGravitonでは`linux/arm64`です。",
    )
    + snippet("sh", "docker buildx build --platform linux/amd64 --provenance=false --sbom=false …"),
    example="FROM --platform=linux/arm64 python:3.13-slim\n\nSAGEMAKER_INSTANCE_TYPE: 'ml.t2.xlarge'",
)

KINDS = (
    P003,
    P004,
    P005,
)
