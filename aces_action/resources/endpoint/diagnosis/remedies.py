"""What fixes a known cause: with the names, numbers and commands of the endpoint that failed, as far as they are known."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from aces_action.aws.inference_ami import driver_hint
from aces_action.language import EMPTY, Text, lines, same, sentences
from aces_action.output.sizes import gib_text
from aces_action.problems.advice import run_again
from aces_action.problems.kind import Kind
from aces_action.problems.server_image import BUILD_HINT
from aces_action.project.instance_types import accelerator, family, processor, sagemaker_instance_types
from aces_action.resources.endpoint.diagnosis.facts import Facts
from aces_action.resources.endpoint.diagnosis.local_run import try_it
from aces_action.resources.endpoint.diagnosis.pings import ping_status, timed_out

_LONGEST = 3600  # seconds: the most that SageMaker takes for downloading, and for the first health check

_LIMIT = re.compile(
    r"service limit '(?P<name>[^']+)' is (?P<value>[\d,.]+)[^,]*"
    r"(?:, with current utilization of (?P<used>[\d,.]+)[^,]*? and a request delta of (?P<wanted>[\d,.]+))?",
    re.IGNORECASE,
)
# bentoml/BentoML#892
_ROLE_REFUSED = re.compile(r"role ARN\b.*\binvalid|(?:could not|cannot|unable to|failed to) assume", re.IGNORECASE)
_SERVES = re.compile(
    r"(?:listening (?:at|on)|running on|bind(?:s|ing)? to|started (?:\w+ )?(?:on|at))\W{1,3}(?:https?://)?"
    r"(?:port:? (?P<only>\d{2,5})|(?P<host>[\w.\[\]*-]*):(?P<port>\d{2,5}))",
    re.IGNORECASE,
)


def hint(kind: Kind, reason: str, facts: Facts, log: Sequence[str] = ()) -> Text:
    """What to do about a cause, with all that is known. `reason` is SageMaker's, `log` the server's cleaned lines.

    Empty for a kind that is no cause.
    """
    code = kind.code.removeprefix("ACES-")
    if code == "E012":
        return quota_hint(reason, facts)
    if code == "E020" and _ROLE_REFUSED.search(reason):
        return _trust(facts)
    advise = _ADVICE.get(code)
    return advise(facts, log) if advise else EMPTY


def _manifest(_facts: Facts, _log: Sequence[str]) -> Text:
    return BUILD_HINT


def _alarm(_facts: Facts, _log: Sequence[str]) -> Text:
    return Text(
        "An alarm of sagemaker.rollout.alarms went off while the new instances took over, so SageMaker rolled back. Look at "
        "its metric in CloudWatch for that time, and at the server's log.",
        "新しいインスタンスへの切り替え中にsagemaker.rollout.alarmsのアラームが発生したため、SageMakerが元に戻しました。"
        "その時間のメトリクスをCloudWatchで、またサーバのログを確認してください。",
    )


def _of_aws(_facts: Facts, _log: Sequence[str]) -> Text:
    return sentences(
        Text(
            "This is a failure within SageMaker, unless the server's log says more.",
            "サーバのログに手がかりがなければ、SageMaker側の障害です。",
        ),
        run_again(Text("If it fails again, ask AWS Support.", "変わらなければAWSサポートに問い合わせてください。")),
    )


def _unpacking(facts: Facts, _log: Sequence[str]) -> Text:
    uri = facts.weights_uri or "s3://…/deploy.tar.gz"
    pushed = re.sub(r"/releases/[0-9a-f]+/", "/", uri)  # as `release_key` has it
    return lines(
        sentences(
            Text("SageMaker could not unpack the weights.", "SageMakerが重みファイルを展開できませんでした。"),
            Text(
                "Check the archive, pack it again without links, hidden and unneeded files, and upload it.",
                "アーカイブを検査し、リンク、隠しファイル、不要なファイルを含めずに作り直して、アップロードしてください。",
            ),
            run_again(),
        ),
        same(
            f"aces-action weights check {uri}\naces-action weights pack <folder> -o deploy.tar.gz\n"
            f"aces-action weights push deploy.tar.gz {pushed}"
        ),
    )


def _ping(facts: Facts, log: Sequence[str]) -> Text:
    expected = Text(
        "The server must listen on 0.0.0.0:8080 and answer GET /ping with 200 (and take requests at POST /invocations).",
        "サーバは0.0.0.0:8080で待ち受け、GET /pingに200で応答する必要があります（リクエストはPOST /invocationsで受け取ります）。",
    )
    slow = any(timed_out(line) for line in log)
    now = _timeout(facts.startup_timeout)
    if facts.startup_timeout == _LONGEST:
        longer = Text(
            f"It already has the {_LONGEST} seconds that SageMaker allows at most: make it load faster.",
            f"すでにSageMakerの上限である{_LONGEST}秒を設定しています。読み込みを速くしてください。",
        )
    else:
        longer = Text(
            "If it only needs more time to load: raise sagemaker.container_startup_health_check_timeout in the infra file (up "
            f"to {_LONGEST} seconds{now.en}).",
            "読み込みに時間がかかるだけなら、infraファイルのsagemaker.container_startup_health_check_timeoutを延ばしてください"
            f"（最大{_LONGEST}秒{now.ja}）。",
        )
    return lines(_SLOW if slow else expected, *_seen(log), longer)


_SLOW = Text(
    "The server runs, but does not answer GET /ping in time (2 seconds): it is still loading its weights, or /ping itself does "
    "too much. Load the weights before the server listens or in the background, and let /ping answer at once.",
    "サーバは動いていますが、GET /pingに時間内（2秒）に応答していません。重みファイルの読み込み中か、/pingの処理が重すぎます。"
    "読み込みは待ち受けを始める前かバックグラウンドで行い、/pingにはすぐに応答してください。",
)


def _seen(log: Sequence[str]) -> Iterable[Text]:
    """What the server's lines tell of how it answers, where it is not as it should be."""
    answers = [status for line in log if (status := ping_status(line))]
    slow = any(timed_out(line) for line in log)
    if answers and answers[-1] != 200 and not slow:
        status = answers[-1]
        yield Text(f"By its log it answered GET /ping with {status}.", f"ログによると、GET /pingへの応答は{status}でした。")
    places = [found for line in log if (found := _SERVES.search(line))]
    proven = slow or 200 in answers
    if places and not proven and not any("8080" in line for line in log):
        last = places[-1]
        place = f"{last['host']}:{last['port']}" if last["port"] else f"port {last['only']}"
        yield Text(f"By its log it listens on {place}.", f"ログによると、待ち受けているのは{place}です。")
    if any("WORKER TIMEOUT" in line for line in log):
        yield Text(
            "gunicorn ended its workers because they took too long: raise its --timeout.",
            "gunicornが、時間のかかりすぎたワーカーを終了させています。gunicornの--timeoutを延ばしてください。",
        )


def _timeout(seconds: int | None) -> Text:
    return Text(f", now {seconds}", f"、現在は{seconds}秒") if seconds else EMPTY


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A quota as SageMaker's refusal or Service Quotas tells it. `used` and `wanted` where SageMaker says."""

    name: str
    value: str
    used: str = ""
    wanted: str = ""


def limit_in(reason: str) -> Limit | None:
    """The quota in SageMaker's refusal, as in: The account-level service limit '…' is 0 Instances, with current utilization …"""
    found = _LIMIT.search(reason)
    if found is None:
        return None
    numbers = {key: (found[key] or "").rstrip(".,") for key in ("value", "used", "wanted")}
    return Limit(name=found["name"], **numbers)


def quota_hint(reason: str, facts: Facts, known: Limit | None = None) -> Text:
    """`known` is the quota as Service Quotas tells it, for a reason that does not say."""
    limit = limit_in(reason) or known
    name = limit.name if limit else f"{facts.instance_type or '<instance type>'} for endpoint usage"
    now = EMPTY
    if limit and limit.used and limit.wanted:
        value, used, wanted = limit.value, limit.used, limit.wanted
        now = Text(
            f" is {value}, {used} are in use and {wanted} more were asked for",
            f"は{value}で、使用中が{used}、追加の要求が{wanted}です",
        )
    elif limit:
        now = Text(f" is {limit.value}, which is not enough", f"は{limit.value}で、足りません")
    else:
        now = Text(" is used up", "を使い切っています")
    what = Text(
        f"The account's quota '{name}'{now.en}. Ask for more in the Service Quotas console, or delete an endpoint that is no "
        "longer "
        "used. An update needs room for the old and the new instances at once.",
        f"アカウントのクォータ「{name}」{now.ja}。Service Quotasのコンソールで引き上げを申請するか、使っていないエンドポイントを"
        "削除してください。更新中は、新旧両方のインスタンスの分が必要です。",
    )
    region = facts.region
    link = f"https://{region}.console.aws.amazon.com/servicequotas/home/services/sagemaker/quotas" if region else ""
    return lines(what, same(link))


def _capacity(facts: Facts, _log: Sequence[str]) -> Text:
    types = ", ".join(facts.instance_types)
    where = Text(f" of {types}", f"（{types}）") if types else EMPTY
    zones = (
        Text("More subnets in other zones also help.", "別のゾーンのサブネットを増やすのも有効です。") if facts.in_vpc else EMPTY
    )
    return sentences(
        Text(
            f"AWS has no free instance{where.en} at the moment; this is not about your quota.",
            f"現在、AWSにこのインスタンスタイプの空きがありません{where.ja}。クォータの問題ではありません。",
        ),
        Text(
            "Run the job again later, choose another SAGEMAKER_INSTANCE_TYPE,",
            "時間をおいてジョブを再実行するか、SAGEMAKER_INSTANCE_TYPEを変更するか、",
            Text(
                "Run the command again later, choose another SAGEMAKER_INSTANCE_TYPE,",
                "時間をおいてコマンドを再実行するか、SAGEMAKER_INSTANCE_TYPEを変更するか、",
            ),
        ),
        Text(
            "or name several types in the infra file (sagemaker.instance_pools).",
            "infraファイルで複数のタイプを指定してください（sagemaker.instance_pools）。",
        ),
        zones,
    )


def _processor(facts: Facts, _log: Sequence[str]) -> Text:
    wanted = "linux/arm64" if processor(facts.instance_type) == "arm64" else "linux/amd64"
    advice = Text(
        f"The image is built for another processor than the instance's ({wanted}), or its entry point is no program (a script "
        "without its #! line, or with Windows line ends).",
        f"イメージがインスタンス（{wanted}）とは別のプロセッサ向けにビルドされているか、エントリポイントが実行できる形式では"
        "ありません（#!行のないスクリプト、Windowsの改行など）。",
    )
    return lines(advice, BUILD_HINT.map(lambda text: text.replace("linux/amd64", wanted)))


def _pull(facts: Facts, _log: Sequence[str]) -> Text:
    image, role = facts.image_uri or "the image", facts.role_arn or "the execution role"
    image_ja, role_ja = facts.image_uri or "イメージ", facts.role_arn or "実行ロール"
    return Text(
        f"SageMaker could not pull {image}. Check that it is still in ECR, in the endpoint's region, and that {role} may read it "
        "(ecr:BatchGetImage, ecr:GetDownloadUrlForLayer, ecr:GetAuthorizationToken); for a repository of another account, also "
        "the repository's policy.",
        f"SageMakerが{image_ja}を取得できませんでした。エンドポイントと同じリージョンのECRに残っていること、{role_ja}に読み取りの権限"
        "（ecr:BatchGetImage、ecr:GetDownloadUrlForLayer、ecr:GetAuthorizationToken）があることを確認してください。"
        "別のアカウントのリポジトリの場合は、リポジトリポリシーも確認してください。",
    )


def _download(facts: Facts, _log: Sequence[str]) -> Text:
    now = _timeout(facts.download_timeout)
    return Text(
        "Fetching and unpacking the weights took too long. Set sagemaker.model_data_download_timeout in the infra file "
        f"(up to {_LONGEST} seconds{now.en}), or leave out of the archive what the server does not load.",
        "重みファイルの取得と展開に時間がかかりすぎました。infraファイルのsagemaker.model_data_download_timeout"
        f"（最大{_LONGEST}秒{now.ja}）を設定するか、サーバが読み込まないものをアーカイブから除いてください。",
    )


def _memory(facts: Facts, _log: Sequence[str]) -> Text:
    parts = []
    kind = facts.instance_type
    if facts.memory and facts.unpacked:
        files, memory = gib_text(facts.unpacked), gib_text(facts.memory)
        parts.append(
            Text(
                f"The weights have {files.en} unpacked; {kind} has {memory.en} of memory.",
                f"重みファイルは展開後{files.ja}、{kind}のメモリは{memory.ja}です。",
            )
        )
    elif facts.memory:
        memory = gib_text(facts.memory)
        parts.append(Text(f"{kind} has {memory.en} of memory.", f"{kind}のメモリは{memory.ja}です。"))
    larger = next_sizes(kind)
    names, names_ja = " or ".join(larger), "または".join(larger)
    choose = Text(
        "The server ran out of memory. Choose a larger SAGEMAKER_INSTANCE_TYPE in the infra file, or run fewer workers.",
        "サーバのメモリが不足しました。infraファイルのSAGEMAKER_INSTANCE_TYPEを、より大きいものにするか、ワーカーを減らしてください。",
    )
    sizes = Text(f"The next sizes: {names}.", f"次のサイズ: {names_ja}") if larger else EMPTY
    return lines(*parts, choose, sizes)


def gpu_memory(facts: Facts) -> Text:
    """For want of the GPU's memory: a larger size of the same family has the same GPU, or more of them."""
    return lines(
        Text(
            "The GPU ran out of memory. A larger size of the same family has the same GPU, or more of them. Choose a family "
            "whose GPU has more memory, load the model in half precision, or run fewer workers.",
            "不足したのはGPUのメモリです。同じファミリーの大きいサイズでもGPUは同じか、数が増えるだけです。"
            "GPUメモリの大きいファミリーにするか、半精度で読み込むか、ワーカーを減らしてください。",
        ),
        _gpus(facts.instance_type),
    )


def _gpus(instance_type: str) -> Text:
    """The memory of the type's GPU, and the families of endpoints whose GPU has more."""
    own = _GPU_MEMORY.get(family(instance_type), 0)
    if not own:
        return EMPTY
    offered = {family(each) for each in sagemaker_instance_types()}
    larger = [(name.removeprefix("ml."), size) for name, size in _GPU_MEMORY.items() if size > own and name in offered][:3]
    has = Text(f"Each GPU of {instance_type} has {own} GB.", f"{instance_type}のGPUメモリは1基あたり{own}GBです。")
    if not larger:
        return has
    more = ", ".join(f"{name} ({size} GB)" for name, size in larger)
    more_ja = "、".join(f"{name}（{size}GB）" for name, size in larger)
    return Text(f"{has.en} With more: {more}.", f"{has.ja}より大きいもの: {more_ja}")


# GB of one GPU, the smaller machines first, by AWS's page 'Amazon EC2 accelerated computing instances: specifications'
_GPU_MEMORY = {
    "ml.g4dn": 16,
    "ml.g5": 24,
    "ml.g6": 24,
    "ml.g6e": 48,
    "ml.p3": 16,
    "ml.p3dn": 32,
    "ml.p4d": 40,
    "ml.p4de": 80,
    "ml.p5": 80,
    "ml.p5e": 141,
    "ml.p5en": 141,
}


# botocore's text of ProductionVariant.InferenceAmiVersion
def gpu_driver(facts: Facts) -> Text:
    """For a GPU that the image cannot use, and for instances of GPU types that start no container: the driver they come with."""
    if not facts.instance_type or accelerator(facts.instance_type) != "GPU":
        kind = facts.instance_type or "The instance type"
        kind_ja = facts.instance_type or "インスタンスタイプ"
        return Text(
            f"The image needs a GPU but finds none. {kind} may have none: set SAGEMAKER_INSTANCE_TYPE to a GPU type, such "
            "as ml.g4dn.xlarge, or let the server run without GPU.",
            f"イメージがGPUを必要としていますが、見つかりません。{kind_ja}にGPUがない場合は、SAGEMAKER_INSTANCE_TYPEをml.g4dn.xlargeなどの"
            "GPUタイプにするか、GPUなしで動くようにしてください。",
        )
    return sentences(
        Text(
            "The instances' NVIDIA driver may not match the image's CUDA.",
            "インスタンスのNVIDIAドライバと、イメージのCUDAが合っていない可能性があります。",
        ),
        driver_hint(facts.instance_type, facts.inference_ami or None, facts.cuda),
    )


def next_sizes(instance_type: str, count: int = 2) -> tuple[str, ...]:
    """The next larger sizes of the same family that SageMaker has for endpoints; none for a type that it does not know."""
    known = sagemaker_instance_types()
    if instance_type not in known:
        return ()
    same_family = [each for each in known if family(each) == family(instance_type)]
    larger = [each for each in same_family if _size(each) > _size(instance_type)]
    return tuple(sorted(larger, key=_size)[:count])


def _size(instance_type: str) -> float:
    """A number by which the sizes of a family can be ordered: 4xlarge has twice what 2xlarge has."""
    size = instance_type.rpartition(".")[2]
    small = {"nano": 0.1, "micro": 0.15, "small": 0.2, "medium": 0.25, "large": 0.5, "xlarge": 1.0}
    found = re.match(r"(?:metal-)?(\d+)xl(?:arge)?", size)
    return float(found[1]) if found else small.get(size, 1000.0)


def _access(facts: Facts, _log: Sequence[str]) -> Text:
    role, role_ja = facts.role_arn or "the execution role", facts.role_arn or "実行ロール"
    uri = facts.weights_uri or "s3://…"
    return Text(
        f"The endpoint runs under {role}. Check that it may be assumed by sagemaker.amazonaws.com and has s3:GetObject on "
        f"{uri} and what else "
        "the server reads, and kms:Decrypt on the key of an encrypted bucket (the key's policy counts too).",
        f"エンドポイントは{role_ja}で動作します。sagemaker.amazonaws.comが引き受けられること、{uri}とサーバが読み込むほかのものへの"
        "s3:GetObject、暗号化されたバケットのキーへのkms:Decrypt（キーポリシーも必要です）があることを確認してください。",
    )


def _start(facts: Facts, _log: Sequence[str]) -> Text:
    return lines(Text("The server exited during startup.", "サーバが起動中に終了しました。"), try_it(facts))


def _trust(facts: Facts) -> Text:
    role, role_ja = facts.role_arn or "the execution role", facts.role_arn or "実行ロール"
    name = facts.role_arn.rpartition("/")[2] or "<role>"
    return Text(
        f"SageMaker cannot assume {role}: it does not exist, or its trust policy does not allow the service "
        f"sagemaker.amazonaws.com to call sts:AssumeRole. Check it:\naws iam get-role --role-name {name} --query "
        "Role.AssumeRolePolicyDocument",
        f"SageMakerが{role_ja}を引き受けられません。ロールが存在しないか、信頼ポリシーでsagemaker.amazonaws.comにsts:AssumeRoleが"
        f"許可されていません。確認してください:\naws iam get-role --role-name {name} --query Role.AssumeRolePolicyDocument",
    )


def _disk(facts: Facts, _log: Sequence[str]) -> Text:
    now = Text(f", now {facts.volume}", f"、現在は{facts.volume}") if facts.volume else EMPTY
    files = (
        Text(
            f" The weights have {gib_text(facts.unpacked).en} unpacked.",
            f"重みファイルは展開後{gib_text(facts.unpacked).ja}です。",
        )
        if facts.unpacked
        else EMPTY
    )
    return Text(
        "The instance's disk is full: archive, unpacked weights, and what the server writes. Set sagemaker.volume_size in the "
        "infra file (in GB, "
        f"up to 512{now.en}), or choose a larger SAGEMAKER_INSTANCE_TYPE where the type has its own disk (g4dn, g5, "
        f"…).{files.en}",
        "インスタンスのディスクがいっぱいになりました（アーカイブ、展開した重みファイル、サーバが書き込むもの）。"
        f"infraファイルのsagemaker.volume_size（GB単位、最大512{now.ja}）を設定するか、ディスクを内蔵するタイプ（g4dn、g5など）では"
        f"より大きいSAGEMAKER_INSTANCE_TYPEにしてください。{files.ja}",
    )


def _network(facts: Facts, _log: Sequence[str]) -> Text:
    if facts.instance_types and not facts.in_vpc:
        return Text(
            "The server could not reach something in the network. The endpoint is in no VPC of yours (sagemaker.subnets): what "
            "is "
            "reachable only from inside one needs that.",
            "サーバがネットワーク上の接続先に到達できませんでした。エンドポイントはVPC（sagemaker.subnets）に接続されていません。"
            "VPC内からのみ到達できる接続先には、その設定が必要です。",
        )
    return Text(
        "Check sagemaker.subnets and sagemaker.security_group_ids in the infra file: the subnets need free IP addresses (for "
        "the old and the new "
        "instances at once) and a route to S3, a gateway endpoint or a NAT gateway; the security groups must let HTTPS out.",
        "infraファイルのsagemaker.subnetsとsagemaker.security_group_idsを確認してください。サブネットには、空きIPアドレス（新旧両方の"
        "インスタンスの分）と、S3への経路（ゲートウェイエンドポイントまたはNATゲートウェイ）が必要です。"
        "セキュリティグループでは、HTTPSの送信を許可してください。",
    )


_ADVICE: Mapping[str, Callable[[Facts, Sequence[str]], Text]] = {
    "E010": _unpacking,
    "E011": _ping,
    "E013": _capacity,
    "E014": _manifest,
    "E015": _processor,
    "E016": _pull,
    "E017": _download,
    "E018": _memory,
    "E019": _alarm,
    "E020": _access,
    "E021": _start,
    "E022": _disk,
    "E023": _network,
    "E024": _of_aws,
}
