"""What fixes a cause that a server's own words give, where that is more than can be said of its kind. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable

from aces_action.language import EMPTY, Text, lines, same
from aces_action.resources.endpoint.diagnosis.facts import Facts
from aces_action.resources.endpoint.diagnosis.local_run import try_it
from aces_action.resources.endpoint.diagnosis.remedies import gpu_driver, gpu_memory

Advice = Callable[[Facts, str], Text]
"""Of what is known of the endpoint, and of the server's statement."""


def _told(en: str, ja: str) -> Advice:
    return lambda _facts, _said: Text(en, ja)


def _told_and_tried(en: str, ja: str) -> Advice:
    return lambda facts, _said: lines(Text(en, ja), try_it(facts))


def missing_module(facts: Facts, said: str) -> Text:
    found = re.search(
        r"(?:No module named|Cannot find module|NoClassDefFoundError:|ClassNotFoundException:)\s*['\"]?([\w./@-]+)", said
    )
    name = found[1] if found else ""
    what = (
        Text(f"The image lacks {name}", f"イメージに{name}がありません")
        if name
        else Text(
            "The image lacks a module, or has another version of it", "イメージにモジュールがないか、バージョンが異なります"
        )
    )
    return lines(
        Text(
            f"{what.en}. Install it in the Dockerfile (requirements.txt), or copy it if it is code of yours, and build again.",
            f"{what.ja}。Dockerfileでインストールし（requirements.txt）、自作のモジュールであればコピーして、ビルドし直してください。",
        ),
        try_it(facts),
    )


def missing_library(_facts: Facts, said: str) -> Text:
    found = re.search(r"\blib[\w.+-]+\.so[\w.]*", said)
    name = found[0] if found else "a shared library"
    name_ja = found[0] if found else "共有ライブラリ"
    if name.startswith(("libcuda.so", "libnvidia")):
        return Text(
            f"{name} belongs to NVIDIA's driver, which only GPU types have. Set SAGEMAKER_INSTANCE_TYPE to one, such as "
            "ml.g4dn.xlarge, or build the image without GPU.",
            f"{name}はNVIDIAドライバに含まれ、GPUのインスタンスタイプにしかありません。SAGEMAKER_INSTANCE_TYPEを"
            "ml.g4dn.xlargeなどのGPUタイプにするか、GPUを使わないイメージにしてください。",
        )
    example = Text(
        " (Debian and Ubuntu: apt-get install libgl1 libglib2.0-0; or use opencv-python-headless)",
        "（DebianとUbuntuでは apt-get install libgl1 libglib2.0-0、またはopencv-python-headlessを使用）",
    )
    hint = example if name.startswith(("libGL.", "libgthread", "libglib")) else EMPTY
    return Text(
        f"The image lacks {name}. Install the package that has it in the Dockerfile{hint.en} and build again.",
        f"イメージに{name_ja}がありません。これを含むパッケージをDockerfileでインストールし{hint.ja}、ビルドし直してください。",
    )


def missing_weights(facts: Facts, said: str) -> Text:
    found = re.search(r"/opt/ml/model[\w./@+-]*", said)
    path = (found[0] if found else "/opt/ml/model").rstrip(".")
    uri = facts.weights_uri or "s3://…/deploy.tar.gz"
    return lines(
        Text(
            f"The server looks for {path}, which is not in the weights. deploy.tar.gz is unpacked into /opt/ml/model as it is, "
            "with the folders in it. Correct the path in the server, or pack and upload the weights with that file.",
            f"サーバが読み込もうとした{path}が、重みファイルにありません。deploy.tar.gzは、中のフォルダごとそのまま/opt/ml/modelに"
            "展開されます。サーバが読み込むパスを直すか、このファイルを含めて重みファイルを作り直し、アップロードしてください。",
        ),
        Text(
            "The job summary lists what is in the weights; so does this:",
            "重みファイルの中身は、ジョブサマリーの「重みファイル」か、次のコマンドで確認できます:",
            Text("This lists what is in the weights:", "重みファイルの中身は、次のコマンドで確認できます:"),
        ),
        same(f"aws s3 cp {uri} - | tar -tz"),
    )


def driver(facts: Facts, _said: str) -> Text:
    return gpu_driver(facts)


def memory_of_gpu(facts: Facts, _said: str) -> Text:
    return gpu_memory(facts)


windows_line_ends = _told(
    "A script in the image has Windows line ends (CR LF), so Linux looks for a program whose name ends with a CR. Convert it to "
    "LF and build again: dos2unix <script>, or sed -i 's/\\r$//' <script>. To prevent it, put this line into "
    ".gitattributes:\n* text=auto eol=lf",
    "イメージのスクリプトの改行がWindows形式（CR LF）のため、末尾にCRの付いた名前のプログラムを探しています。LFに変換して"
    "ビルドし直してください: dos2unix <スクリプト>、またはsed -i 's/\\r$//' <スクリプト>。再発を防ぐには、"
    ".gitattributesに次の行を追加してください。\n* text=auto eol=lf",
)
no_interpreter = _told_and_tried(
    "The entry point, or the program in its #! line, is missing in the image. Most often the script has Windows line "
    "ends (CR LF): convert it to LF with dos2unix, and put '* text=auto eol=lf' into .gitattributes. Otherwise check that the "
    "image has the program of the #! line (Alpine has no bash).",
    "エントリポイントのファイル、またはその#!行のプログラムがイメージにありません。最も多い原因は、スクリプトの改行が"
    "Windows形式（CR LF）であることです。dos2unixでLFに変換し、.gitattributesに「* text=auto eol=lf」を追加してください。"
    "そうでなければ、#!行のプログラムがイメージにあるか確認してください（Alpineにbashはありません）。",
)
no_program = _told_and_tried(
    "The image has no program of that name on its PATH. SageMaker runs `docker run <image> serve`: without an ENTRYPOINT, the "
    "image needs an executable file 'serve' on its PATH.",
    "その名前のプログラムが、イメージのPATHにありません。SageMakerは`docker run <image> serve`を実行するため、"
    "ENTRYPOINTがない場合は、実行可能な「serve」というファイルがPATHに必要です。",
)
argument = _told_and_tried(
    "SageMaker adds the argument 'serve' to the image's ENTRYPOINT, in place of CMD, and this one does not take it. Let the "
    "ENTRYPOINT accept and ignore it.",
    "SageMakerは、CMDの代わりに引数「serve」をENTRYPOINTに渡しますが、このエントリポイントは受け付けません。"
    "受け取って無視するようにしてください。",
)
permission = _told(
    "The file is not executable for the user that the image runs as. Fix that and build again: RUN chmod +x <file> "
    "in the Dockerfile, or git update-index --chmod=+x <file>.",
    "ファイルに実行権限がないか、イメージの実行ユーザに権限がありません。権限を付けてビルドし直してください: "
    "DockerfileでRUN chmod +x <ファイル>、またはgit update-index --chmod=+x <ファイル>。",
)
read_only = _told(
    "/opt/ml/model is read-only while the server runs. Let the server write elsewhere, such as below /tmp (for caches: "
    "HF_HOME=/tmp/hf).",
    "サーバの稼働中、/opt/ml/modelは読み取り専用です。/tmpの下など、別の場所に書き込むようにしてください（キャッシュは"
    "HF_HOME=/tmp/hfなど）。",
)
libc = _told(
    "The program was built on a newer Linux than the image's. Build it on the same base image that it runs on (in a Dockerfile "
    "with several stages: the same Debian or Ubuntu version in each), or use a newer base image.",
    "プログラムが、イメージより新しいLinuxでビルドされています。実行するものと同じベースイメージでビルドするか（マルチステージの"
    "Dockerfileでは、各ステージのDebianやUbuntuのバージョンを揃える）、ベースイメージを新しくしてください。",
)
port = _told(
    "Two processes of the container want the same port. The health check needs exactly one on 0.0.0.0:8080: with nginx in "
    "front, the application behind it needs another port or a socket.",
    "コンテナ内の2つのプロセスが同じポートを使おうとしています。0.0.0.0:8080で待ち受けるのは1つだけにし、"
    "nginxを前に置く場合、その後ろのアプリケーションには別のポートかソケットを使ってください。",
)
nginx = _told(
    "nginx refuses its configuration and does not start. Correct what the line names; it must listen on 8080. Check it with "
    "`nginx -t -c <file>` in the image.",
    "nginxが設定を受け付けず、起動しません。この行にある箇所を直してください（待ち受けるポートは8080）。"
    "イメージの中で`nginx -t -c <ファイル>`を実行すると確認できます。",
)
no_kernel = _told(
    "The framework in the image was not built for this GPU (its compute capability). Install a build that supports it, such as "
    "PyTorch's for a matching CUDA version, or choose a family with another GPU.",
    "イメージのフレームワークが、このGPU（Compute Capability）に対応していません。対応するビルド（適切なCUDAバージョンの"
    "PyTorchなど）をインストールするか、別のGPUのファミリーにしてください。",
)
engine = _told(
    "The TensorRT engine was built with another TensorRT version or for another GPU. Build it again with the image's version on "
    "the GPU of SAGEMAKER_INSTANCE_TYPE, and upload the weights again.",
    "TensorRTエンジンが、別のバージョンのTensorRT、または別のGPU用に作られています。イメージと同じバージョンを使い、"
    "SAGEMAKER_INSTANCE_TYPEのGPUで作り直して、重みファイルをアップロードし直してください。",
)
java_heap = _told(
    "Java's own limit was reached, not the instance's: raise it, for instance with JAVA_TOOL_OPTIONS=-XX:MaxRAMPercentage=75 in "
    "the environment, before choosing a larger type.",
    "インスタンスではなく、Javaのヒープの上限に達しました。インスタンスを大きくする前に、環境変数"
    "JAVA_TOOL_OPTIONS=-XX:MaxRAMPercentage=75などで上限を上げてください。",
)
node_heap = _told(
    "Node.js's own limit was reached, not the instance's: raise it, for instance with NODE_OPTIONS=--max-old-space-size=8192 "
    "(MB) in the environment, before choosing a larger type.",
    "インスタンスではなく、Node.jsのヒープの上限に達しました。インスタンスを大きくする前に、環境変数"
    "NODE_OPTIONS=--max-old-space-size=8192（MB）などで上限を上げてください。",
)
shared_memory = _told(
    "Shared memory (/dev/shm) ran out, whose size SageMaker sets. Load data in the server's own process (num_workers=0), or "
    "exchange it between processes by files (torch.multiprocessing.set_sharing_strategy('file_system')).",
    "共有メモリ（/dev/shm）が不足しました。サイズはSageMakerが決めています。データの読み込みをサーバのプロセス内で行うか"
    "（num_workers=0）、プロセス間の受け渡しをファイルにしてください（torch.multiprocessing.set_sharing_strategy('file_system')）。",
)
worker_start = _told_and_tried(
    "The model server's worker process ended while it loaded the model. If the lines before give no reason, it usually ran out "
    "of memory.",
    "モデルサーバのワーカーが、モデルの読み込み中に終了しました。前の行に理由がなければ、多くはメモリ不足です。",
)
