"""What can be wrong with the server image in ECR."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from aces_action.language import Text, lines, sentences
from aces_action.problems.advice import create_in_account, run_again
from aces_action.problems.preflight import P003, P004, P005
from aces_action.problems.problem import Problem

_BUILD = """\
    platforms: linux/amd64
    provenance: false
    sbom: false
    outputs: type=image,push=true,oci-mediatypes=false
{or_} docker buildx build --platform linux/amd64 --provenance=false --sbom=false \\
      --output type=image,push=true,oci-mediatypes=false -t <repository>:<tag> ."""
BUILD_HINT = Text(
    "Build and push one image for one processor, in Docker's own format. With docker/build-push-action:\n",
    "1つのプロセッサ向けのイメージを、Docker形式でビルドしてpushしてください。docker/build-push-actionの場合:\n",
) + Text(_BUILD.format(or_="or:"), _BUILD.format(or_="または:"))


def no_repository(registry: str, repository: str, tag: str) -> Problem:
    """When ECR knows no repository of that name."""
    message = Text(
        f"There is no ECR repository {repository} in {registry}.", f"{registry}にECRリポジトリ{repository}がありません。"
    )
    pushed = _not_pushed(message, f"{registry}/{repository}:{tag}")
    return replace(pushed, hint=lines(create_in_account(), pushed.hint))


def no_image(registry: str, repository: str, tag: str) -> Problem:
    """When the repository has no image of that tag."""
    message = Text(
        f"The ECR repository {repository} has no image tagged '{tag}'.",
        f"ECRリポジトリ{repository}に、タグ「{tag}」のイメージがありません。",
    )
    return _not_pushed(message, f"{registry}/{repository}:{tag}")


def _not_pushed(message: Text, image: str) -> Problem:
    return Problem(
        kind=P003,
        message=message,
        hint=Text(
            f"Push the server image before this action runs, as {image} (DEPLOY_TAG is the tag).",
            f"このアクションを実行する前に、サーバのイメージを{image}としてpushしてください（タグはDEPLOY_TAGの値です）。",
            Text(
                f"Push the server image as {image} (DEPLOY_TAG is the tag). The workflow that `aces-action init` writes does "
                "so on each push to develop.",
                f"サーバのイメージを{image}としてpushしてください（タグはDEPLOY_TAGの値です）。"
                "`aces-action init`で作成したワークフローは、developへのpushのたびに、これを自動で行います。",
            ),
        ),
    )


def config_not_fetched(reason: str) -> Problem:
    """When the image is there, and its config cannot be had. `reason`: HTTP's status or an exception's name."""
    return Problem(
        kind=P003,
        message=Text(
            f"The image's config could not be fetched from ECR ({reason}).",
            f"イメージの設定をECRから取得できませんでした（{reason}）。",
        ),
        hint=sentences(
            run_again(),
            Text(
                "The runner must reach the S3 bucket behind ECR.",
                "ランナーから、ECRが使うS3バケットに接続できる必要があります。",
            ),
        ),
    )


def wrong_manifest(media_type: str) -> Problem:
    """When SageMaker would refuse the image for its format."""
    return Problem(
        kind=P004,
        message=Text(
            f"SageMaker does not take the image's manifest type {media_type}.",
            f"SageMakerは、このイメージのマニフェストの形式{media_type}に対応していません。",
        ),
        hint=BUILD_HINT,
    )


def wrong_architecture(built: Sequence[str], instance_type: str, runs: Sequence[str]) -> Problem:
    """When the instance cannot run what the image is built for. Both as Docker names them: 'amd64', 'arm64'."""
    of, on = Text(" and ".join(built), "と".join(built)), Text(" or ".join(runs), "または".join(runs))
    return Problem(
        kind=P005,
        message=Text(
            f"The image is built for {of.en}, but {instance_type} runs {on.en}.",
            f"イメージは{of.ja}向けにビルドされていますが、{instance_type}で動くのは{on.ja}です。",
        ),
        hint=BUILD_HINT.map(lambda text: text.replace("linux/amd64", f"linux/{runs[0]}")),
    )
