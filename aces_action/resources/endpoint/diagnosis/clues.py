"""What servers write when they cannot go on: each with the cause it stands for, how much it counts, and what fixes it.

The texts that the patterns stand for are in tests/endpoint/test_server_words.py, each with its source. Deciding only.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum

from aces_action.problems import causes as kinds
from aces_action.problems.kind import Kind
from aces_action.resources.endpoint.diagnosis import advice

PROCESSOR, MEMORY, ACCESS, START = kinds.E015, kinds.E018, kinds.E020, kinds.E021
DISK, NETWORK, PING = kinds.E022, kinds.E023, kinds.E011


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
    advice: advice.Advice | None = None
    at_any_level: bool = False


def _any_of(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


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
        advice=advice.windows_line_ends,
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
        advice=advice.no_program,
    ),
    Clue(
        kind=START,
        pattern=_any_of(r"\bexec (?:user process caused:? \"?|/?[\w./-]+: )no such file or directory", r"bad interpreter"),
        advice=advice.no_interpreter,
    ),
    Clue(
        kind=START,
        pattern=_any_of(
            r"unrecognized arguments?:? .*\bserve\b",
            r"(?:can't open file|cannot find module) ['\"]?\S*/serve['\"]?(?:\W|$)",
            r"(?:unknown|unexpected|invalid|no such) (?:command|argument|option)\W{1,4}serve\b",
        ),
        advice=advice.argument,
    ),
    Clue(
        kind=START,
        pattern=_any_of(
            r"\bexec:? .*permission denied",
            r"\bexec user process caused:? \"?permission denied",
            r"\bserve: permission denied",
        ),
        advice=advice.permission,
    ),
    # the image's libraries
    Clue(
        kind=START,
        pattern=_any_of(
            r"version [`'‘\"]?(?:GLIBC|GLIBCXX|CXXABI)_[\w.]+['’\"]? not found", r"error relocating .*symbol not found"
        ),
        advice=advice.libc,
    ),
    Clue(
        kind=START,
        pattern=_any_of(r"error while loading shared libraries", r"cannot open shared object file"),
        advice=advice.missing_library,
    ),
    # the GPU and its driver
    Clue(kind=START, pattern=_any_of(r"no kernel image is available"), advice=advice.no_kernel),
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
        advice=advice.driver,
    ),
    Clue(
        kind=START,
        pattern=_any_of(r"built for NVIDIA Driver Release", r"compatibility mode is UNAVAILABLE"),
        weight=Weight.EXCEPTION,  # NVIDIA's entry point goes on all the same: NVIDIA/TensorRT-LLM#23
        advice=advice.driver,
    ),
    Clue(
        kind=START,
        pattern=_any_of(
            r"engine plan file is (?:not compatible|generated on an incompatible)", r"unable to create TensorRT engine"
        ),
        advice=advice.engine,
    ),
    # memory: the GPU's first, since another family fixes it
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
        advice=advice.memory_of_gpu,
    ),
    # TensorFlow warns so before it raises, and says when that is no failure: tensorflow/tensorflow#43546
    Clue(kind=MEMORY, pattern=_any_of(r"\(GPU_\d+_bfc\) ran out of memory"), advice=advice.memory_of_gpu, at_any_level=True),
    Clue(kind=MEMORY, pattern=_any_of(r"java heap space|GC overhead limit exceeded"), advice=advice.java_heap),
    Clue(kind=MEMORY, pattern=_any_of(r"javascript heap out of memory|reached heap limit"), advice=advice.node_heap),
    Clue(
        kind=START,
        pattern=_any_of(r"insufficient shared memory|bus error.*shared memory|\bshm\b.*no space left"),
        advice=advice.shared_memory,
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
        advice=advice.port,
    ),
    Clue(kind=START, pattern=_any_of(r"\[emerg\]"), advice=advice.nginx),
    Clue(kind=START, pattern=_any_of(r"read-only file system|\bErrno 30\b|\bEROFS\b"), advice=advice.read_only),
    Clue(
        kind=START,
        pattern=_any_of(
            rf"{_NOT_THERE}.*/opt/ml/model\b(?!s)(?!\S*\.sock)",
            rf"/opt/ml/model\b(?!\S*\.sock)[^,;]*{_NOT_THERE}",
            r"no file named .* found in directory /opt/ml/model",
        ),
        advice=advice.missing_weights,
    ),
    Clue(
        kind=START,
        pattern=_any_of(
            r"\b(?:ModuleNotFoundError|ImportError)\b",
            r"\bno module named ['\"]?\w",
            r"\bcannot find module '",
            r"\b(?:NoClassDefFoundError|ClassNotFoundException)\b",
        ),
        advice=advice.missing_module,
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
        advice=advice.worker_start,
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
