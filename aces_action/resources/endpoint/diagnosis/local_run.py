"""How an image is started on a person's own machine as SageMaker starts it: commands to paste."""

from __future__ import annotations

import re
import shlex

from aces_action.credentials import hide_credentials
from aces_action.language import EMPTY, Text
from aces_action.project.instance_types import accelerator, processor
from aces_action.resources.endpoint.diagnosis.facts import Facts

_REGISTRY = re.compile(r"(?P<registry>\d{12}\.dkr\.ecr\.(?P<region>[\w-]+)\.amazonaws\.[\w.]+)/")
_LONGEST_VALUE = 200  # characters of an environment variable that are shown


def try_it(facts: Facts) -> Text:
    """The commands that start the image of these facts, with a word before them."""
    gpu = accelerator(facts.instance_type) == "GPU" if facts.instance_type else False
    place = Text(" with an NVIDIA GPU", "（NVIDIA GPUが必要です）") if gpu else EMPTY
    commands = "\n".join(_commands(facts, gpus=("--gpus all",) if gpu else ()))
    own = [name for name, value in facts.environment if _variable(name, value) == name]
    names, names_ja = ", ".join(own), "、".join(own)
    shell = Text(f"\nSet these variables first: {names}.", f"\n先に設定しておく環境変数: {names_ja}") if own else EMPTY
    return Text(
        f"Start the image on your own machine{place.en} as SageMaker does, with the argument 'serve' and the weights unpacked "
        f"into /opt/ml/model, read-only:\n{commands}{shell.en}\nIn a second terminal:\ncurl -i http://localhost:8080/ping",
        f"手元のマシン{place.ja}で、SageMakerと同じように、引数「serve」を付け、重みファイルを/opt/ml/modelに読み取り専用で展開して、"
        f"イメージを起動してください:\n{commands}{shell.ja}\n別のターミナルで:\ncurl -i http://localhost:8080/ping",
    )


def _commands(facts: Facts, *, gpus: tuple[str, ...]) -> list[str]:
    """Weights, registry, server.

    SageMaker runs `docker run <image> serve` with the model's environment, and the archive unpacked in /opt/ml/model (Developer
    Guide, 'Custom Inference Code with Hosting Services'), which the container cannot write to (aws/sagemaker-python-sdk#5698).
    """
    image = facts.image_uri or "<image>"
    platform = "linux/arm64" if processor(facts.instance_type) == "arm64" else "linux/amd64"
    weights = shlex.quote(facts.weights_uri) if facts.weights_uri else "s3://…/deploy.tar.gz"
    registry = _REGISTRY.match(image)
    login: list[str] = []
    if registry:
        password = f"aws ecr get-login-password --region {registry['region']}"
        login = [f"{password} | docker login --username AWS --password-stdin {registry['registry']}"]
    environment = [f"-e {_variable(name, value)}" for name, value in facts.environment]
    options = " ".join([f"--platform {platform}", *gpus, "-p 8080:8080", '-v "$PWD/model:/opt/ml/model:ro"', *environment])
    return [
        f"mkdir -p model && aws s3 cp {weights} - | tar -xz -C model",
        *login,
        f"docker run --rm {options} {image} serve",
    ]


def _variable(name: str, value: str) -> str:
    """What follows `-e`. Without a value, docker takes the one that the shell has: for what is secret or does not fit a line."""
    assignment = f"{name}={value}"
    fits = len(value) <= _LONGEST_VALUE and value.isprintable() and hide_credentials(assignment) == assignment
    return shlex.quote(assignment if fits else name)
