"""What is left to do after `init`, as commands to paste in their order."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from aces_action.cli.init.template import DOCKERFILE, IGNORED, REGISTER, WEIGHTS, WORKFLOW, NewProject
from aces_action.github.git_folder import GitFolder
from aces_action.language import EMPTY, Text, sentences
from aces_action.project.infra_file import infra_file

_TOP = Path(WORKFLOW).parts[0]
_ANY_WEIGHTS = Text("The server that was created runs with any.", "作成したサーバは、どの重みファイルでも動きます。")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What to do and, if it is done by commands, these."""

    text: Text
    commands: tuple[Text, ...] = field(default=())


def next_steps(project: NewProject, workspace: Path, folder: GitFolder, made: frozenset[str]) -> Iterator[Step]:
    """The steps to a first deployment. `made`: the files that `init` has just written."""
    if os.path.relpath(workspace) != ".":
        yield Step(text=Text("Go into the folder:", "フォルダに移動します:"), commands=_same(f"cd {shlex.quote(str(workspace))}"))
    yield Step(text=_checked(project, made), commands=_same("aces-action preview"))
    if not (workspace / DOCKERFILE).exists():
        yield Step(
            text=Text(f"Write {DOCKERFILE}: the workflow builds it.", f"ワークフローがビルドする{DOCKERFILE}を用意します。")
        )
    if folder.remote is None:
        create = f"gh repo create {project.project} --private --source . --remote origin"
        yield Step(
            text=Text("Create the repository on GitHub:", "GitHubにリポジトリを作成します:"),
            commands=_same(*(() if folder.is_repository else ("git init -b develop",)), create),
        )
    yield Step(
        text=Text(
            "Create what the project needs on AWS (without --apply, this only shows the changes):",
            "プロジェクトに必要なものをAWSに作成します（--applyを外すと、変更内容だけを表示します）:",
        ),
        commands=_same("aces-action bootstrap --apply"),
    )
    yield Step(
        text=sentences(
            Text(
                f"Put your weight files into {WEIGHTS}/, pack them and upload them.",
                f"{WEIGHTS}/に重みファイルを置き、まとめてアップロードします。",
            ),
            _ANY_WEIGHTS if DOCKERFILE in made else EMPTY,
        ),
        commands=_same(
            f"aces-action weights pack {WEIGHTS} -o deploy.tar.gz",
            f"aces-action weights push deploy.tar.gz s3://{project.bucket}/shared/weights/",
        ),
    )
    yield Step(
        text=Text(
            "If the platform asks for a token, store it as the secret that the workflow passes on (gh asks for its value):",
            "ACES Platformがトークンを求める場合は、ワークフローが渡すシークレットとして保存します（値はghが入力を求めます）:",
        ),
        commands=_same("gh secret set PLATFORM_TOKEN"),
    )
    yield Step(
        text=Text(
            "Check that nothing is missing but the image, which the workflow builds:",
            "足りないものがないか確認します（サーバのイメージは、この後ワークフローがビルドします）:",
        ),
        commands=_same("aces-action doctor"),
    )
    yield _push(project, folder, made)


def _checked(project: NewProject, made: frozenset[str]) -> Text:
    infra = infra_file(project.project, project.env)
    texts = Text(
        f"Check the texts in {REGISTER} and the instance types in {infra}.",
        f"{REGISTER}の内容と、{infra}のインスタンスタイプを確認します。",
    )
    picture = Text(
        f"The picture {project.image_path} is a placeholder: replace it with the algorithm's.",
        f"{project.image_path}は仮の画像です。アルゴリズムの画像に差し替えます。",
    )
    shown = Text("To see the entry as the platform will show it:", "ACES Platformでの表示を確認するには:")
    return sentences(texts, picture if project.image_path in made else EMPTY, shown)


def _push(project: NewProject, folder: GitFolder, made: frozenset[str]) -> Step:
    """Branch, commit and push: what starts the workflow."""
    on_develop = folder.branch == "develop" or not folder.is_repository
    switch = [] if on_develop else [f"git switch {'' if folder.has_develop else '-c '}develop"]
    add = f"git add {_TOP} server" + (f" {IGNORED}" if IGNORED in made else "")
    own = [label for label in project.runner if not label.startswith("ubuntu-")]
    labels = ", ".join(project.runner)
    runner = Text(f"It needs a runner labelled {labels}.", f"ラベル{labels}のランナーが必要です。")
    text = Text(
        "Push to develop: the workflow builds the image and deploys.",
        "developにpushすると、ワークフローがイメージをビルドしてデプロイします。",
    )
    commit = Text('git commit -m "Deploy with aces-action"', 'git commit -m "aces-actionでデプロイする"')
    return Step(
        text=sentences(text, runner) if own else text,
        commands=(*_same(*switch, add), commit, *_same("git push -u origin develop")),
    )


def _same(*commands: str) -> tuple[Text, ...]:
    return tuple(Text(command, command) for command in commands)
