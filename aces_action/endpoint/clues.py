"""What servers write when they cannot go on: each with the cause it stands for, how much it counts, and what mends it.

The texts that the patterns stand for are in tests/endpoint/test_server_words.py, each with its source. Deciding only.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

from aces_action.endpoint.facts import Facts
from aces_action.endpoint.local_run import try_it
from aces_action.endpoint.remedies import gpu_driver, gpu_memory
from aces_action.language import EMPTY, Text, lines
from aces_action.problems import CATALOGUE, Kind

PROCESSOR, MEMORY, ACCESS, START, DISK, NETWORK, PING = (
    CATALOGUE[code] for code in ("E015", "E018", "E020", "E021", "E022", "E023", "E011")
)

Advice = Callable[[Facts, str], Text]


class Weight(IntEnum):
    """How much a statement counts for its cause."""

    SYMPTOM = 1
    """It follows from a cause that is not named."""
    EXCEPTION = 2
    """It may have ended the server, but programs also catch and log such."""
    CAUSE = 3
    """It names the cause."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clue:
    """`advice` of its own goes before the kind's; what it is given beside the facts is the statement.

    `at_any_level`: it is one in a warning too, as those who write it do not know how bad it is for the server.
    """

    kind: Kind
    pattern: re.Pattern[str]
    weight: Weight = Weight.CAUSE
    advice: Advice | None = None
    at_any_level: bool = False


def _any_of(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


def _told(en: str, ja: str) -> Advice:
    return lambda _facts, _said: Text(en, ja)


def _told_and_tried(en: str, ja: str) -> Advice:
    return lambda facts, _said: lines(Text(en, ja), try_it(facts))


def _missing_module(facts: Facts, said: str) -> Text:
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


def _missing_library(_facts: Facts, said: str) -> Text:
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


def _missing_weights(facts: Facts, said: str) -> Text:
    found = re.search(r"/opt/ml/model[\w./@+-]*", said)
    path = (found[0] if found else "/opt/ml/model").rstrip(".")
    uri = facts.weights_uri or "s3://…/deploy.tar.gz"
    return Text(
        f"The server looks for {path}, which is not in the weights. deploy.tar.gz is unpacked into /opt/ml/model as it is, with "
        f"the folders in it. Look what is in it:\naws s3 cp {uri} - | tar -tz",
        f"サーバが読み込もうとした{path}が、重みファイルにありません。deploy.tar.gzは、中のフォルダごとそのまま/opt/ml/modelに展開されます。"
        f"中身を確認してください:\naws s3 cp {uri} - | tar -tz",
    )


def _driver(facts: Facts, _said: str) -> Text:
    return gpu_driver(facts)


def _gpu_memory(facts: Facts, _said: str) -> Text:
    return gpu_memory(facts)


_windows_line_ends = _told(
    "A script in the image has Windows line ends (CR LF), so Linux looks for a program whose name ends with a CR. Convert it to "
    "LF and build again: dos2unix <script>, or sed -i 's/\\r$//' <script>. So that it stays so, put this line into "
    ".gitattributes:\n* text=auto eol=lf",
    "イメージのスクリプトの改行がWindows形式（CR LF）のため、末尾にCRの付いた名前のプログラムを探しています。LFに変換して"
    "ビルドし直してください: dos2unix <スクリプト>、またはsed -i 's/\\r$//' <スクリプト>。再発を防ぐには、"
    ".gitattributesに次の行を追加してください。\n* text=auto eol=lf",
)
_no_interpreter = _told_and_tried(
    "The entry point itself is missing in the image, or the program in its #! line is. Most often the script has Windows line "
    "ends (CR LF): convert it to LF with dos2unix, and put '* text=auto eol=lf' into .gitattributes. Else look whether the image "
    "has the program of its #! line (Alpine has no bash).",
    "エントリポイントのファイル、またはその#!行のプログラムがイメージにありません。最も多い原因は、スクリプトの改行が"
    "Windows形式（CR LF）であることです。dos2unixでLFに変換し、.gitattributesに「* text=auto eol=lf」を追加してください。"
    "そうでなければ、#!行のプログラムがイメージにあるか確認してください（Alpineにbashはありません）。",
)
_no_program = _told_and_tried(
    "The image has no program of that name on its PATH. SageMaker runs `docker run <image> serve`: without an ENTRYPOINT, the "
    "image needs an executable file 'serve' on its PATH.",
    "その名前のプログラムが、イメージのPATHにありません。SageMakerは`docker run <image> serve`を実行するため、"
    "ENTRYPOINTがない場合は、実行可能な「serve」というファイルがPATHに必要です。",
)
_argument = _told_and_tried(
    "SageMaker adds the argument 'serve' to the image's ENTRYPOINT, in place of CMD, and this one does not take it. Let the "
    "ENTRYPOINT accept and ignore it.",
    "SageMakerは、CMDの代わりに引数「serve」をENTRYPOINTに渡しますが、このエントリポイントは受け付けません。"
    "受け取って無視するようにしてください。",
)
_permission = _told(
    "The file is not executable, or not for the user that the image runs as. Make it so and build again: RUN chmod +x <file> in "
    "the Dockerfile, or git update-index --chmod=+x <file>.",
    "ファイルに実行権限がないか、イメージの実行ユーザーに権限がありません。権限を付けてビルドし直してください: "
    "DockerfileでRUN chmod +x <ファイル>、またはgit update-index --chmod=+x <ファイル>。",
)
_read_only = _told(
    "/opt/ml/model is read-only while the server runs. Let the server write elsewhere, such as below /tmp (for caches: "
    "HF_HOME=/tmp/hf).",
    "サーバの稼働中、/opt/ml/modelは読み取り専用です。/tmpの下など、別の場所に書き込むようにしてください（キャッシュは"
    "HF_HOME=/tmp/hfなど）。",
)
_libc = _told(
    "The program was built on a newer Linux than the image's. Build it on the same base image that it runs on (in a Dockerfile "
    "with several stages: the same Debian or Ubuntu version in each), or take a newer base image.",
    "プログラムが、イメージより新しいLinuxでビルドされています。実行するものと同じベースイメージでビルドするか（マルチステージの"
    "Dockerfileでは、各ステージのDebianやUbuntuのバージョンを揃える）、ベースイメージを新しくしてください。",
)
_port = _told(
    "Two processes of the container want the same port. The health check needs exactly one on 0.0.0.0:8080: with nginx in "
    "front, the application behind it needs another port or a socket.",
    "コンテナ内の2つのプロセスが同じポートを使おうとしています。0.0.0.0:8080で待ち受けるのは1つだけにし、"
    "nginxを前に置く場合、その後ろのアプリケーションには別のポートかソケットを使ってください。",
)
_nginx = _told(
    "nginx refuses its configuration and does not start. Correct what the line names; it must listen on 8080. Check it with "
    "`nginx -t -c <file>` in the image.",
    "nginxが設定を受け付けず、起動しません。この行にある箇所を直してください（待ち受けるポートは8080）。"
    "イメージの中で`nginx -t -c <ファイル>`を実行すると確認できます。",
)
_no_kernel = _told(
    "The framework in the image was not built for this GPU (its compute capability). Install a build that supports it, such as "
    "PyTorch's for a fitting CUDA version, or take a family with another GPU.",
    "イメージのフレームワークが、このGPU（Compute Capability）に対応していません。対応するビルド（適切なCUDAバージョンの"
    "PyTorchなど）をインストールするか、別のGPUのファミリーにしてください。",
)
_engine = _told(
    "The TensorRT engine was built with another TensorRT version or for another GPU. Build it again with the image's version on "
    "the GPU of SAGEMAKER_INSTANCE_TYPE, and upload the weights again.",
    "TensorRTエンジンが、別のバージョンのTensorRTまたは別のGPUで作られています。イメージと同じバージョンを使い、"
    "SAGEMAKER_INSTANCE_TYPEのGPUで作り直して、重みファイルをアップロードし直してください。",
)
_java_heap = _told(
    "Java's own limit was reached, not the instance's: raise it, for instance with JAVA_TOOL_OPTIONS=-XX:MaxRAMPercentage=75 in "
    "the environment, before taking a larger type.",
    "インスタンスではなく、Javaのヒープの上限に達しました。インスタンスを大きくする前に、環境変数"
    "JAVA_TOOL_OPTIONS=-XX:MaxRAMPercentage=75などで上限を上げてください。",
)
_node_heap = _told(
    "Node.js's own limit was reached, not the instance's: raise it, for instance with NODE_OPTIONS=--max-old-space-size=8192 "
    "(MB) in the environment, before taking a larger type.",
    "インスタンスではなく、Node.jsのヒープの上限に達しました。インスタンスを大きくする前に、環境変数"
    "NODE_OPTIONS=--max-old-space-size=8192（MB）などで上限を上げてください。",
)
_shared_memory = _told(
    "Shared memory (/dev/shm) ran out, whose size SageMaker sets. Load data in the server's own process (num_workers=0), or "
    "exchange it between processes by files (torch.multiprocessing.set_sharing_strategy('file_system')).",
    "共有メモリ（/dev/shm）が不足しました。サイズはSageMakerが決めています。データの読み込みをサーバのプロセス内で行うか"
    "（num_workers=0）、プロセス間の受け渡しをファイルにしてください（torch.multiprocessing.set_sharing_strategy('file_system')）。",
)
_worker_start = _told_and_tried(
    "The model server's worker process ended while it loaded the model. If the lines before do not say why: want of memory, "
    "most often.",
    "モデルサーバのワーカーが、モデルの読み込み中に終了しました。前の行に理由がなければ、多くはメモリ不足です。",
)

_NOT_THERE = (
    r"(?:no such file|not found|cannot find|can't open|(?:not|n't) exist|(?:unable|failed) to open|could not open"
    r"|見つかりません|存在しません|ありません)"
)
_AFTER_CR = r"(?:no such file|not found|bad interpreter|invalid option|unexpected token|そのようなファイル)"

# The first that a statement matches counts, so what is more definite comes first.
CLUES: tuple[Clue, ...] = (
    # entry points
    Clue(
        kind=START,
        pattern=_any_of(rf"(?:\\r|\^M)(?:['’\"”`]|:).*{_AFTER_CR}", rf"{_AFTER_CR}.*(?:\\r|\^M)['’\"”`]", r"\$'\S*\\r'"),
        advice=_windows_line_ends,
    ),
    Clue(
        kind=PROCESSOR,
        pattern=_any_of(
            r"exec format error",
            r"cannot execute binary file",
            r"does not match the (?:detected )?host platform",
            r"実行形式エラー",
        ),
        at_any_level=True,
    ),
    Clue(
        kind=START,
        pattern=_any_of(
            r"executable file not found",
            r"stat \S*serve: no such file",
            r"no such file or directory: '(?:nginx|gunicorn|uvicorn|java|node|python3?|torchserve|tritonserver)'",
        ),
        advice=_no_program,
    ),
    Clue(
        kind=START,
        pattern=_any_of(r"\bexec (?:user process caused:? \"?|/?[\w./-]+: )no such file or directory", r"bad interpreter"),
        advice=_no_interpreter,
    ),
    Clue(
        kind=START,
        pattern=_any_of(
            r"unrecognized arguments?:? .*\bserve\b",
            r"(?:can't open file|cannot find module) ['\"]?\S*/serve['\"]?(?:\W|$)",
            r"(?:unknown|unexpected|invalid|no such) (?:command|argument|option)\W{1,4}serve\b",
        ),
        advice=_argument,
    ),
    Clue(
        kind=START,
        pattern=_any_of(
            r"\bexec:? .*permission denied",
            r"\bexec user process caused:? \"?permission denied",
            r"/?\S*\bserve: permission denied",
        ),
        advice=_permission,
    ),
    # the image's libraries
    Clue(
        kind=START,
        pattern=_any_of(
            r"version [`'‘\"]?(?:GLIBC|GLIBCXX|CXXABI)_[\w.]+['’\"]? not found", r"error relocating .*symbol not found"
        ),
        advice=_libc,
    ),
    Clue(
        kind=START,
        pattern=_any_of(r"error while loading shared libraries", r"cannot open shared object file"),
        advice=_missing_library,
    ),
    # the GPU and its driver
    Clue(kind=START, pattern=_any_of(r"no kernel image is available"), advice=_no_kernel),
    Clue(
        kind=START,
        pattern=_any_of(
            r"driver version is insufficient",
            r"unsatisfied condition: (?:cuda|driver|brand)",
            r"NVIDIA driver on your system is too old",
            r"driver/library version mismatch",
            r"unsupported display driver / cuda driver combination",
            r"forward compatibility was attempted",
            r"compiled with an unsupported toolchain",
            r"nvidia-container-cli: \w+ error",
            r"CUDA_ERROR_(?:COMPAT_NOT_SUPPORTED\w*|SYSTEM_DRIVER_MISMATCH|UNSUPPORTED_PTX_VERSION)",
            r"found no NVIDIA driver",
            r"torch\.cuda\.is_available\(\) is False",
            r"no CUDA-capable device is detected",
            r"no CUDA GPUs are available",
            r"CUDA(?: driver)? initialization (?:error|failed)",
        ),
        advice=_driver,
    ),
    Clue(
        kind=START,
        pattern=_any_of(r"built for NVIDIA Driver Release", r"compatibility mode is UNAVAILABLE"),
        weight=Weight.EXCEPTION,  # NVIDIA's entry point goes on all the same: NVIDIA/TensorRT-LLM#23
        advice=_driver,
    ),
    Clue(
        kind=START,
        pattern=_any_of(
            r"engine plan file is (?:not compatible|generated on an incompatible)", r"unable to create TensorRT engine"
        ),
        advice=_engine,
    ),
    # memory: the GPU's first, since another family mends it
    Clue(
        kind=MEMORY,
        pattern=_any_of(
            r"(?:CUDA|HIP|GPU|VRAM)\b.{0,40}\bout of memory",
            r"by allocator GPU_\d+_bfc",
            r"OOM when allocating tensor.*\bGPU:\d",
            r"CUDA_ERROR_OUT_OF_MEMORY|cudaErrorMemoryAllocation|hipErrorOutOfMemory",
            r"(?:CUBLAS|CUDNN|CUSOLVER|CUSPARSE)_STATUS_ALLOC_FAILED",
            r"\bcuda\w*Malloc\w*\b.*\bfail|cudaMalloc failed",
            r"torch\.(?:cuda\.)?OutOfMemoryError",
            r"free memory on device .* is less than desired GPU memory",
            r"no available memory for the cache blocks|larger than the maximum number of tokens that can be stored in KV cache",
            r"requested amount of GPU memory|not enough (?:GPU|CUDA|video) memory|insufficient (?:GPU|device) memory",
            r"RESOURCE_EXHAUSTED: out of memory (?:while trying to allocate|allocating)",
            r"GPU(?:の)?メモリ(?:が|の)?不足",
        ),
        advice=_gpu_memory,
    ),
    # TensorFlow warns so before it raises, and says when that is no failure: tensorflow/tensorflow#43546
    Clue(kind=MEMORY, pattern=_any_of(r"\(GPU_\d+_bfc\) ran out of memory"), advice=_gpu_memory, at_any_level=True),
    Clue(kind=MEMORY, pattern=_any_of(r"java heap space|GC overhead limit exceeded"), advice=_java_heap),
    Clue(kind=MEMORY, pattern=_any_of(r"javascript heap out of memory|reached heap limit"), advice=_node_heap),
    Clue(
        kind=START,
        pattern=_any_of(r"insufficient shared memory|bus error.*shared memory|\bshm\b.*no space left"),
        advice=_shared_memory,
    ),
    Clue(
        kind=DISK,
        pattern=_any_of(
            r"no space left on device",
            r"\bErrno 28\b",
            r"\bENOSPC\b",
            r"disk quota exceeded",
            r"(?:デバイス|ディスク).{0,6}(?:空き|容量).{0,8}(?:ありません|不足)",
        ),
    ),
    Clue(
        kind=MEMORY,
        pattern=_any_of(
            r"\bout of memory\b(?!\?)",
            r"(?<!On)OutOfMemory",  # -XX:+ExitOnOutOfMemoryError is an option of Java
            r"(?<!OutOf)MemoryError\b",
            r"std::bad_alloc",
            r"(?:cannot|failed to|can't|could not|unable to) allocate memory",
            r"memory allocation of \d+ bytes failed",
            r"not enough memory",
            r"unable to allocate [\d.]+ ?[KMGT]i?B",
            r"\bResourceExhaustedError\b",
            r"\bOOM[- ]kill(?!er dis)|\bOOMKilled\b(?!\W{1,4}false)",
            r"メモリ(?:が|の)?不足|メモリを(?:確保|割り当て)でき",
        ),
    ),
    Clue(
        kind=MEMORY,
        pattern=_any_of(
            r"(?:exit|status|return)(?:ed)?(?: with)?(?: code| status)?:? ?137\b",
            r"(?:exit ?code|returned|status):? -9\b",
            r"(?:^|: )Killed$",
            r"^(?:\S+: line \d+: )?\s*\d+ Killed\b",
            r"\bSignals\.SIGKILL\b|\(SIGKILL\)|signal: killed",
            r"^強制終了$",
        ),
    ),
    Clue(
        kind=MEMORY,
        pattern=_any_of(
            r"\bsent SIGKILL\b",
            r"\b(?:terminat|kill|die|exit|shut ?down|fail|crash)\w*\b[^.]{0,40}\bsignal:? ?(?:9\b|SIGKILL)",
        ),
        at_any_level=True,  # gunicorn warns of it
    ),
    # what the server fetches
    Clue(
        kind=ACCESS,
        pattern=_any_of(
            r"An error occurred \((?:AccessDenied\w*|403|AllAccessDisabled|KMS\.\w+)\) when calling the \w+ operation",
            r"not authorized to perform: (?:s3|kms|sts|secretsmanager|ssm):",
            r"\bNoCredentialsError\b",
        ),
    ),
    Clue(
        kind=NETWORK,
        pattern=_any_of(
            r"\b(?:ConnectTimeoutError|EndpointConnectionError|UnknownHostException|NameResolutionError)\b",
            r"could not connect to the endpoint URL",
            r"couldn't connect to 'https?://",
            r"(?:temporary failure in name resolution|name or service not known)",
            r"\b(?:ENOTFOUND|EAI_AGAIN)\b",
            r"\bdial tcp: lookup .*no such host",
            r"network is unreachable",
            r"^(?!.*host='(?:localhost|127\.)).*max retries exceeded with url",
        ),
    ),
    # the server's own setup
    Clue(
        kind=START,
        pattern=_any_of(
            r"address already in use",
            r"\bEADDRINUSE\b",
            r"\bport \d+ (?:is|was) already in use",
            r"\bconnection in use: \(",
            r"アドレスは(?:既|すで)に使用",
        ),
        weight=Weight.EXCEPTION,  # often what follows a crash: the old process still has the port
        advice=_port,
    ),
    Clue(kind=START, pattern=_any_of(r"\[emerg\]"), advice=_nginx),
    Clue(kind=START, pattern=_any_of(r"read-only file system|\bErrno 30\b|\bEROFS\b"), advice=_read_only),
    Clue(
        kind=START,
        pattern=_any_of(
            rf"{_NOT_THERE}.*/opt/ml/model\b(?!s)(?!\S*\.sock)",
            rf"/opt/ml/model\b(?!\S*\.sock)[^,;]*{_NOT_THERE}",
            r"no file named .* found in directory /opt/ml/model",
        ),
        advice=_missing_weights,
    ),
    Clue(
        kind=START,
        pattern=_any_of(
            r"\b(?:ModuleNotFoundError|ImportError)\b",
            r"\bno module named ['\"]?\w",
            r"\bcannot find module '",
            r"\b(?:NoClassDefFoundError|ClassNotFoundException)\b",
        ),
        advice=_missing_module,
    ),
    Clue(
        kind=START,
        pattern=_any_of(
            r"segmentation fault|core dumped|illegal instruction|\bSIG(?:SEGV|ILL|BUS|ABRT)\b",
            r"a fatal error has been detected by the Java",
            r"^thread 'main'(?: \(\d+\))? panicked at",
            r"^panic: |^fatal error: ",
        ),
    ),
    # What follows from another failure, and names it at most
    Clue(
        kind=START,
        pattern=_any_of(
            r"see root cause above",
            r"\bHaltServer\b|worker failed to boot",
            r"\b(?:CalledProcessError|ChildFailedError|BrokenProcessPool|ProcessExitedException|ProcessRaisedException)\b",
            r"\b(?:BrokenPipeError|ConnectionResetError|ConnectionRefusedError|CancelledError|EOFError|SystemExit|KeyboardInterrupt)\b",
            r"\bInterruptedException\b|\bWorkerInitializationException\b",
            r"exited unexpectedly|terminated abruptly",
            r"creating server: internal - failed to load",
            r"application startup failed",
            r"\b(?:Shard|Webserver)(?:CannotStart|Failed)\b",
            r"exited with (?:code|status)",
            r"^Traceback \(most recent call last\)",
        ),
        weight=Weight.SYMPTOM,
    ),
    Clue(
        kind=MEMORY,
        pattern=_any_of(r"\bworker died\b|\bbackend worker process died\b"),
        weight=Weight.SYMPTOM,
        advice=_worker_start,
        at_any_level=True,
    ),
    # nginx and gunicorn before a server that does not answer
    Clue(
        kind=PING,
        pattern=_any_of(
            r"(?:connect\(\) |\bno live upstreams|\bprematurely closed|\btimed out).*\bupstream",
            r"upstream timed out",
            r"WORKER TIMEOUT",
        ),
        weight=Weight.SYMPTOM,
        at_any_level=True,
    ),
    # any other failure
    Clue(
        kind=START,
        pattern=_any_of(
            r"(?-i:\b[A-Z]\w*(?:Error|Exception): )",
            r"(?-i:^\s*(?:[\w$]+\.)*[A-Z]\w*(?:Error|Exception)$)",
            r"(?-i:^(?:Uncaught )?(?:Error|Exception|RangeError): )",
            r"(?-i:\bException in thread )",
            r"permission denied|許可がありません",
            r"no such file or directory|そのようなファイルやディレクトリはありません",
            r"panicked at ",
            r"Unhandled '?error'? event|UnhandledPromiseRejection|unhandled promise rejection",
            r"failed to find application object|class uri .* invalid or not found",
            r"\bUNAVAILABLE: (?:Internal|Invalid argument|Not found|Unsupported)\b",
            r"\bfailed to (?:load|poll)\b.*\b(?:model|version|backend)\b",
            r"(?-i:^E\d{4,8} [\d:.]+ +\d+ )",
        ),
        weight=Weight.EXCEPTION,
    ),
)
