"""The comments of the example's files that `init` writes, in Japanese too: in English just as they stand there, line by line."""

from __future__ import annotations

from aces_action.language import Language, Text

_WORKFLOW = (
    Text("name: build on push develop", "name: developへのpushでビルドとデプロイ"),
    Text("name: Build, push and deploy", "name: ビルド・プッシュ・デプロイ"),
    Text(
        "# One deploy at a time. A second push waits: a deploy that is cut off leaves AWS at work on it.",
        "# デプロイは1つずつ実行し、次のpushは前の完了を待つ (途中で打ち切っても、AWS側の処理は続くため)",
    ),
    Text(
        "# The run is a deployment on GitHub. 'View deployment' opens the demo site, or the AWS console while nothing is listed "
        "there.",
        "# 実行はGitHubのデプロイメントになる。「View deployment」でデモサイトを開く (未登録ならAWSコンソール)",
    ),
    Text(
        "# the role trusts this environment: allow it the branch develop alone, on GitHub under Settings > Environments",
        "# ロールはこのenvironmentを信頼する。GitHubのSettings > Environmentsで、developブランチだけに許可する",
    ),
    Text("# the AWS role is assumed with GitHub's OIDC token", "# GitHubのOIDCトークンでAWSのロールを引き受ける"),
    Text(
        "# SageMaker runs linux/amd64 and refuses OCI manifests and image indexes. buildx makes an index as soon as it adds\n"
        "      # attestations (provenance, sbom), and OCI media types unless told otherwise.",
        "# SageMakerが動かすのはlinux/amd64のイメージで、OCI manifestとimage indexは受け付けない。buildxは、attestations\n"
        "      # (provenance, sbom) を付けるとindexを作り、指定がなければOCI media typesを使う",
    ),
)
_SERVER = (
    Text(
        "# A Batch job reads and writes S3 itself",
        "# BatchのジョブがS3を読み書きするために使う",
    ),
    Text(
        "# SageMaker starts the image with the argument `serve`, sends requests to port 8080 and puts the weights in "
        "/opt/ml/model. A Batch\n# job is started with the argument `job`.",
        "# SageMakerは引数`serve`でイメージを起動し、8080番ポートにリクエストを送る。重みファイルは/opt/ml/modelに展開される。\n"
        "# Batchのジョブは引数`job`で起動する",
    ),
    Text(
        "The two routes that SageMaker asks of a container: GET /ping and POST /invocations, on port 8080. With `job`, a Batch "
        "job.",
        "SageMakerがコンテナに求める2つの応答（8080番ポートのGET /pingとPOST /invocations）。"
        "引数`job`ではBatchのジョブを実行する。",
    ),
    Text("# where SageMaker extracts deploy.tar.gz", "# SageMakerがdeploy.tar.gzを展開する場所"),
    Text(
        "A server that answers with this model; port 0 takes a free one.",
        "modelで応答するサーバ。portが0なら空いているポートを使う。",
    ),
    Text("# the body stays unread", "# 本文は読まない"),
    Text(
        "# The weights are read before the port opens: SageMaker takes the first answer to /ping for 'ready'.",
        "# ポートを開く前に重みファイルを読む (SageMakerは/pingが最初に応答した時点で準備完了とみなす)",
    ),
    Text(
        "# As the container's first process Python ignores SIGTERM unless told otherwise, and SageMaker would wait 30 s to kill "
        "it.",
        "# コンテナの最初のプロセスになったPythonは、指定しない限りSIGTERMを無視し、停止まで30秒待たされる",
    ),
)
_JOB = (
    Text(
        "One Batch job: `job` as the container's argument. It reads INPUT_S3_URI, and leaves the answer at OUTPUT_S3_URI.",
        "Batchのジョブ（コンテナの引数は`job`）。INPUT_S3_URIを読み、結果をOUTPUT_S3_URIに書く。",
    ),
    Text(
        "A job has no /opt/ml/model: it fetches its weights itself, from where the job definition says.",
        "ジョブには/opt/ml/modelがないため、ジョブ定義が示す場所から重みファイルを自分で取得する。",
    ),
)
_ALGORITHM = (
    Text(
        "Your model goes here: `load` reads its weights once, `infer` answers one request. Server and Batch job both call them."
        "\n\n"
        "Until then the answer tells how long the request is and which weight files are there, so you see what is served.",
        "ここに自分のモデルを書く。`load`は重みファイルを一度だけ読み、`infer`は1つのリクエストに答える。サーバもBatchのジョブもこの2つを呼ぶ。\n\n"
        "書き換えるまでは、リクエストの長さと重みファイルの一覧を答えるので、何がデプロイされたかを確認できる。",
    ),
    Text("# bytes of each file of deploy.tar.gz, by its path in it", "# deploy.tar.gz内のパスと、そのファイルのバイト数"),
    Text(
        "Takes whatever deploy.tar.gz holds: read your own files here.",
        "deploy.tar.gzの中身は何でもよい。ここで自分のファイルを読む。",
    ),
    Text(
        "The answer, which is sent as JSON. Raises ValueError for a request that is wrong: it is answered with status 400.",
        "JSONで返す応答。リクエストが正しくなければValueErrorを送出する（ステータス400で応答する）。",
    ),
)
COMMENTS = (*_WORKFLOW, *_SERVER, *_JOB, *_ALGORITHM)


def translated(text: str, language: Language) -> str:
    """A file of the example with its comments in the language."""
    for comment in COMMENTS if language == "ja" else ():
        text = text.replace(comment.en, comment.ja)
    return text
