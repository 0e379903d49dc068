"""W: the archive of weights."""

from __future__ import annotations

from aces_action.language import Text, sentences
from aces_action.problems.kind import Kind, snippet

_PACK = (
    snippet(
        "sh",
        "aces-action weights pack ObjectDetection -o deploy.tar.gz\n"
        "aces-action weights push deploy.tar.gz --project ${Project} --env ${ENV}",
    )
    + Text("\n\nOr with GNU tar and the AWS CLI:", "\n\nGNU tarとAWS CLIを使う場合は、次のとおりです。")
    + snippet(
        "sh",
        "tar czf deploy.tar.gz --exclude='.[!./]*' --exclude=__MACOSX --dereference --hard-dereference ObjectDetection\n"
        "aws s3 cp deploy.tar.gz s3://${Project}-${ENV}/shared/weights/deploy.tar.gz",
    )
)
_LATE = Text(
    "SageMaker would say 'Failed to extract model data archive' minutes later, without the name of the member.",
    "そのままでは、SageMakerが数分後に「Failed to extract model data archive」とだけ出して失敗します。",
)

KINDS = (
    Kind(
        code="ACES-W001",
        severity="error",
        title=Text("Not a gzip file", "gzipファイルではありません"),
        cause=sentences(
            Text(
                "The object is named .tar.gz, but is something else: an uncompressed tar, a zip (PyTorch's .pth files are zips "
                "too), an error page that was saved in its place, a Git LFS pointer, or empty. The message says what it looks "
                "like.",
                "名前は.tar.gzですが、中身が別のものです。例: 圧縮されていないtar、zip（PyTorchの.pthもzip）、"
                "代わりに保存されたエラーページ、Git LFSのポインタ、空のファイル。何に見えるかはメッセージに示します。",
            ),
            _LATE,
        ),
        fix=Text(
            "Pack the folder as one gzip tar and upload that:", "フォルダを1つのtar.gzにまとめて、アップロードしてください。"
        )
        + _PACK,
        example="$ file deploy.tar.gz\ndeploy.tar.gz: Zip archive data",
    ),
    Kind(
        code="ACES-W002",
        severity="error",
        title=Text("Damaged gzip stream", "gzipデータが壊れています"),
        cause=sentences(
            Text(
                "The compressed data is cut off, damaged, does not match its checksum, or is followed by something else: mostly "
                "an upload or a download that broke off.",
                "圧縮データが、途中で切れているか、壊れているか、チェックサムと一致しないか、後ろに別のデータが続いています。"
                "多くは、アップロードやダウンロードの中断が原因です。",
            ),
            _LATE,
        ),
        fix=Text(
            "Look at your own file. If it is whole, upload it again; if not, pack it again.",
            "手元のファイルを確認してください。壊れていなければアップロードしなおし、壊れていればまとめなおしてください。",
        )
        + snippet("sh", "aces-action weights check deploy.tar.gz"),
        example="$ gzip -t deploy.tar.gz\ngzip: deploy.tar.gz: unexpected end of file",
    ),
    Kind(
        code="ACES-W003",
        severity="error",
        title=Text("Damaged tar archive", "tarアーカイブが壊れています"),
        cause=Text(
            "The gzip layer is sound, but the tar inside is not: it stops early, has a damaged header, is followed by other "
            "data, or is no tar at all. Tools read such archives differently; some pass over the rest in silence, so that "
            "weights are missing without a word.",
            "gzipの層は正常ですが、中のtarに問題があります。途中で終わっている、ヘッダが壊れている、後ろに別のデータが続いている、"
            "またはtarではありません。ツールによって読み方が異なり、残りを黙って無視するものもあるため、"
            "重みファイルの一部が知らないうちに欠けることがあります。",
        ),
        fix=Text("Pack the folder again, in one go, and upload the result:", "フォルダをまとめなおし、アップロードしてください。")
        + _PACK,
        example="cat part1.tar.gz part2.tar.gz > deploy.tar.gz",
    ),
    Kind(
        code="ACES-W004",
        severity="error",
        title=Text("Link in the archive", "アーカイブにリンクがあります"),
        cause=sentences(
            Text(
                "The archive holds a symbolic or hard link. SageMaker may refuse to unpack it, and a link that leads out of the "
                "archive leads nowhere on the instance.",
                "アーカイブに、シンボリックリンクまたはハードリンクが入っています。SageMakerが展開できないことがあります。"
                "また、アーカイブの外を指すリンクは、インスタンスではどこにもつながりません。",
            ),
            _LATE,
        ),
        fix=Text(
            "Pack the file itself in place of the link: `weights pack` does, and so does tar with both `--dereference` options. "
            "With `weights-policy: lenient` links that stay inside the archive are only warned of.",
            "リンクではなく、ファイルそのものを含めてください。`weights pack`か、2つの`--dereference`を付けたtarでそうなります。"
            "`weights-policy: lenient`では、アーカイブの中を指すリンクは警告だけになります。",
        )
        + _PACK,
        example="$ tar tvzf deploy.tar.gz\nlrwxrwxrwx test/test 0 2021-11-02 00:44 ObjectDetection/models/latest -> ../v2",
    ),
    Kind(
        code="ACES-W005",
        severity="error",
        title=Text("Hidden file in the archive", "アーカイブに隠しファイルがあります"),
        cause=sentences(
            Text(
                "The archive holds a file or folder whose name begins with a dot, such as `.DS_Store` or `.ipynb_checkpoints`, "
                "or what macOS adds (`._…`, `__MACOSX`). The guide asks to leave them out, because SageMaker may fail on them.",
                "アーカイブに、`.DS_Store`や`.ipynb_checkpoints`のように名前がドットで始まるファイルやフォルダ、"
                "またはmacOSが加えるもの（`._…`、`__MACOSX`）が入っています。"
                "SageMakerのデプロイが失敗することがあるため、手順書では含めないことになっています。",
            ),
            _LATE,
        ),
        fix=Text(
            "Leave them out, as `weights pack` does by itself. On macOS put `COPYFILE_DISABLE=1` before tar. With "
            "`weights-policy: lenient` this is only a warning.",
            "含めないでください。`weights pack`は自動的に除きます。"
            "macOSのtarでは、コマンドの前に`COPYFILE_DISABLE=1`を付けてください。"
            "`weights-policy: lenient`では、警告だけになります。",
        )
        + _PACK,
        example="$ tar tzf deploy.tar.gz\nObjectDetection/models/.DS_Store\nObjectDetection/models/._CenterNet.yml",
    ),
    Kind(
        code="ACES-W006",
        severity="error",
        title=Text("Path leaves the archive", "アーカイブの外に出るパスです"),
        cause=sentences(
            Text(
                "A member has an absolute path, or one with `..`: unpacked, it would land outside of its folder, or nowhere.",
                "メンバーのパスが、絶対パスか、`..`を含むパスです。展開すると、フォルダの外に出るか、展開されません。",
            ),
            _LATE,
        ),
        fix=Text(
            "Go to the folder above your files and name what is in there, without a slash at the front:",
            "ファイルの1つ上のフォルダに移動し、先頭にスラッシュを付けずに、その中のフォルダ名を指定してください。",
        )
        + snippet(
            "sh",
            "cd datadrive\n"
            "aces-action weights pack ObjectDetection/models -o deploy.tar.gz\n"
            "tar czf deploy.tar.gz ObjectDetection/models  # with tar alone",
        ),
        example="tar czPf deploy.tar.gz /data/datadrive/ObjectDetection",
    ),
    Kind(
        code="ACES-W007",
        severity="error",
        title=Text("Special member in the archive", "アーカイブに特殊なメンバーがあります"),
        cause=Text(
            "A member is neither a plain file nor a folder nor a link: a device, a named pipe, a sparse file, a volume label, a "
            "folder of an incremental backup, the rest of a file from another volume, or a type that is rarely seen. The message "
            "says which. Tools differ on such members, and AWS does not document how SageMaker handles them.",
            "通常のファイル、フォルダ、リンクのどれでもないメンバーがあります。デバイス、名前付きパイプ、スパースファイル、"
            "ボリュームラベル、増分バックアップのフォルダ、別のボリュームから続くファイルの残り、珍しい種類などで、"
            "どれであるかはメッセージに示します。扱いはツールによって異なり、SageMakerでの扱いをAWSは公開していません。",
        ),
        fix=Text(
            "Leave out devices and pipes. The others come from an option of tar, and the files are fine: pack them again without "
            "that option, as the message says. bsdtar, the tar of macOS, stores a file with holes as sparse without being asked; "
            "`--no-read-sparse`, or `--format ustar` before bsdtar 3.6, prevents that.",
            "デバイスとパイプは含めないでください。その他は、tarのオプションによるもので、ファイル自体に問題はありません。"
            "メッセージのとおり、そのオプションなしでまとめなおしてください。bsdtar（macOSのtar）は、空の領域があるファイルを、"
            "指定しなくてもスパースとして保存します。`--no-read-sparse`（3.6より前のbsdtarでは`--format ustar`）で防げます。",
        )
        + _PACK,
        example="tar czf deploy.tar.gz --sparse --label v1 ObjectDetection",
    ),
    Kind(
        code="ACES-W008",
        severity="error",
        title=Text("Archive without files", "アーカイブにファイルがありません"),
        cause=Text(
            "The archive can be read, but holds no file: it is empty, or has folders or links only. The server would start "
            "without weights.",
            "アーカイブは読めますが、ファイルが入っていません。空か、フォルダやリンクだけです。"
            "そのままでは、サーバが重みファイルなしで起動します。",
        ),
        fix=Text("Name the folder of the weights when you pack:", "まとめるときに、重みのフォルダを指定してください。") + _PACK,
        example="tar czf deploy.tar.gz --files-from /dev/null",
    ),
    Kind(
        code="ACES-W009",
        severity="error",
        title=Text("Duplicate member", "メンバーが重複しています"),
        cause=Text(
            "Two members want the same place: a file that is there twice, of which the later replaces the earlier, or a name "
            "that is both a file and a folder. Which of them the server finds is a matter of chance.",
            "2つのメンバーが同じ場所を指しています。同じファイルが2つある（後のものが前のものを上書きする）か、"
            "同じ名前がファイルでもフォルダでもあります。サーバからどちらが見えるかは決まっていません。",
        ),
        fix=Text(
            "Name each folder once, and none inside of another that is named too. `weights pack` minds that by itself.",
            "各フォルダを1回だけ指定してください。指定したフォルダの中にあるものを、重ねて指定しないでください。"
            "`weights pack`では、重ねて指定しても1回だけ入ります。",
        )
        + _PACK,
        example="tar czf deploy.tar.gz ObjectDetection ObjectDetection/models",
    ),
    Kind(
        code="ACES-W010",
        severity="error",
        title=Text("Member name not usable", "使えない名前のメンバーです"),
        cause=Text(
            "The name of a member cannot be unpacked on Linux as it is meant: not UTF-8, empty, longer than 255 bytes, with a "
            "NUL, or with backslashes, as some tools on Windows write them.",
            "メンバーの名前が、Linuxで意図したとおりに展開できません。UTF-8でない、空である、255バイトを超える、NULを含む、"
            "または（Windowsの一部のツールが書く）バックスラッシュを含む名前です。",
        ),
        fix=Text(
            "Rename the file; `convmv -r -f cp932 -t utf-8 --notest DIR` renames a whole folder from Shift_JIS. Archives made on "
            "Windows: pack the folder on Linux, e.g. in WSL.",
            "ファイル名を変えてください。Shift_JISの名前は、`convmv -r -f cp932 -t utf-8 --notest DIR`で一括で変えられます。"
            "Windowsで作成したアーカイブは、Linux（WSLなど）でまとめなおしてください。",
        )
        + _PACK,
        example="$ tar tzf deploy.tar.gz\nObjectDetection\\models\\CenterNet.yml",
    ),
    Kind(
        code="ACES-W011",
        severity="error",
        title=Text("Weights changed during the check", "検査中に重みファイルが変わりました"),
        cause=Text(
            "The object in S3 was replaced or deleted while it was being read. Nothing has been deployed: what was checked is "
            "no longer what is there.",
            "読んでいる間に、S3のファイルが置き換えられたか、削除されました。"
            "検査したものと今あるものが違うので、何もデプロイしていません。",
        ),
        fix=Text(
            "Run the job again once the upload is complete.",
            "アップロードが完了してから、ジョブを再実行してください。",
        ),
        example="ACES-W011 s3://number-plate-detection-dev/shared/weights/deploy.tar.gz was replaced while it was being checked.",
    ),
    Kind(
        code="ACES-W012",
        severity="error",
        title=Text("Archive beyond all limits", "アーカイブが大きすぎます"),
        cause=Text(
            "Something in the archive is far larger than weights ever are: more bytes than any volume of SageMaker holds, more "
            "than 500,000 files and folders, or a header of enormous size. Reading was stopped there, to spare the runner.",
            "アーカイブに、重みファイルとしては考えられないほど大きいものがあります。"
            "SageMakerのどのボリュームにも入らない大きさ、50万を超えるファイルとフォルダ、巨大なヘッダなどです。"
            "ランナーを守るため、そこで読むのを止めました。",
        ),
        fix=Text(
            "Is it the right file? If so, pack only what the server loads: models, not data sets or virtual environments.",
            "正しいファイルか確認してください。正しければ、サーバが読み込むものだけ（データセットや仮想環境ではなく、モデル）を"
            "まとめてください。",
        )
        + _PACK,
        example="tar czf deploy.tar.gz datasets .venv ObjectDetection",
    ),
    Kind(
        code="ACES-W013",
        severity="error",
        title=Text("More problems in the archive", "アーカイブにほかにも問題があります"),
        cause=Text(
            "The archive has more problems than are listed one by one; this line gives their number. A warning where all of "
            "them are warnings.",
            "アーカイブに、個別に示した以外にも問題があり、その件数を示しています。すべて警告なら、これも警告です。",
        ),
        fix=Text(
            "Mend those that are listed: mostly all have the same cause, and one new archive is free of them.",
            "示されている問題を直してください。多くは原因が同じなので、まとめなおせばすべて解消します。",
        )
        + _PACK,
        example="ACES-W013 1,204 more problems with members of deploy.tar.gz are not listed.",
    ),
    Kind(
        code="ACES-W014",
        severity="warning",
        title=Text("File with its owner's rights", "所有者の権限で動くファイルがあります"),
        cause=Text(
            "A file has the setuid or setgid bit: whoever runs it has the rights of its owner. Weights do not need that, and it "
            "is mostly an accident.",
            "setuidまたはsetgidのビットが付いたファイルがあり、実行すると所有者の権限で動きます。"
            "重みファイルには不要で、多くは意図しないものです。",
        ),
        fix=Text("Take the bits off before you pack:", "まとめる前に、ビットを外してください。")
        + snippet("sh", "chmod -R ug-s ObjectDetection"),
        example="$ tar tvzf deploy.tar.gz\n-rwsr-xr-x test/test 2785 2021-04-20 17:11 ObjectDetection/models/run",
    ),
    Kind(
        code="ACES-W015",
        severity="warning",
        title=Text("Needless folder in the archive", "アーカイブに余分なフォルダがあります"),
        cause=Text(
            "Everything is below one folder that is named like the archive. The server finds the files one level deeper than "
            "their paths in the guide, and mostly looks for them in vain.",
            "中身がすべて、アーカイブと同じ名前の1つのフォルダの下にあります。"
            "サーバからは手順書のパスより1階層深い場所に見えるため、多くの場合、見つかりません。",
        ),
        fix=Text(
            "If that is not meant, pack what is inside of the folder:",
            "意図したものでなければ、フォルダの中身をまとめてください。",
        )
        + snippet(
            "sh", "aces-action weights pack -C deploy . -o deploy.tar.gz\ntar czf deploy.tar.gz -C deploy .  # with tar alone"
        ),
        example="$ tar tzf deploy.tar.gz\ndeploy/\ndeploy/ObjectDetection/models/CenterNet.yml",
    ),
    Kind(
        code="ACES-W016",
        severity="error",
        title=Text("Weights changed during the push", "アップロード中に重みファイルが変わりました"),
        cause=Text(
            "Somebody else uploaded weights to the same key while yours were on their way, or your file was changed after it had "
            "been checked. Your push has overwritten nothing of theirs; if it was complete a moment before theirs, it was "
            "there, and theirs has replaced it.",
            "アップロード中に、ほかの人が同じキーに重みファイルをアップロードしたか、検査した後に手元のファイルが変わりました。"
            "ほかの人のファイルを上書きしてはいません。こちらのアップロードが直前に完了していた場合は、"
            "ほかの人のファイルに置き換えられています。",
        ),
        fix=Text(
            "Look at what is there now. If yours is to replace it, push again: parts that are in S3 already are not sent again.",
            "今あるファイルを確認してください。置き換えてよければ、もう一度pushしてください。"
            "すでにS3にあるパートは、再送しません。",
        )
        + snippet("sh", "aces-action weights check s3://number-plate-detection-dev/shared/weights/deploy.tar.gz"),
        example="aces-action weights push deploy.tar.gz s3://number-plate-detection-dev/shared/weights/deploy.tar.gz",
    ),
    Kind(
        code="ACES-W017",
        severity="warning",
        title=Text("Result of the check not kept", "検査結果を保存できませんでした"),
        cause=Text(
            "The result of the check is kept beside the weights (`deploy.tar.gz.verdict.json`), so that unchanged weights are "
            "not read again. The role may not write it.",
            "変更のない重みファイルを読み直さずに済むように、"
            "検査結果を重みファイルの隣（`deploy.tar.gz.verdict.json`）に保存しますが、"
            "ロールに書き込みの権限がありません。",
        ),
        fix=Text(
            "Give the role `s3:PutObject` on `shared/weights/*`. Without it everything works, but each run reads the weights "
            "again.",
            "ロールに、`shared/weights/*`への`s3:PutObject`を付けてください。"
            "なくても動作しますが、実行のたびに重みファイルを読み直します。",
        )
        + snippet(
            "json",
            '{\n  "Effect": "Allow",\n  "Action": "s3:PutObject",\n'
            '  "Resource": "arn:aws:s3:::number-plate-detection-dev/shared/weights/*"\n}',
        ),
        example="ACES-W017 s3://number-plate-detection-dev/shared/weights/deploy.tar.gz.verdict.json could not be written.",
    ),
    Kind(
        code="ACES-W018",
        severity="warning",
        title=Text("Weights larger than the volume", "重みファイルがボリュームより大きいです"),
        cause=Text(
            "SageMaker downloads the archive to the instance's volume and unpacks it there; both together are larger than the "
            "volume.",
            "SageMakerはアーカイブをインスタンスのボリュームにダウンロードし、そこで展開します。"
            "両方を合わせた大きさが、ボリュームを超えています。",
        ),
        fix=Text(
            "Set a larger `sagemaker.volume_size` in the infra file (up to 512 GB), take an instance type with a larger volume "
            "of its own, or leave out what the server does not load.",
            "infraファイルの`sagemaker.volume_size`を大きくする（512GBまで）か、より大きいボリュームを持つインスタンスタイプにするか、"
            "サーバが読み込まないものを除いてください。",
        )
        + snippet("yaml", "sagemaker:\n  volume_size: 100"),
        example="sagemaker:\n  volume_size: 30  # and weights of 40 GB",
    ),
    Kind(
        code="ACES-W019",
        severity="warning",
        title=Text("Weights larger than the memory", "重みファイルがメモリより大きいです"),
        cause=Text(
            "The unpacked weights are larger than the memory of the instance type. A server that loads all of them does not "
            "start.",
            "展開した重みファイルが、インスタンスタイプのメモリより大きくなっています。すべてを読み込むサーバは起動しません。",
        ),
        fix=Text(
            "Choose an instance type with more memory, or leave out what the server does not load.",
            "メモリのより大きいインスタンスタイプにするか、サーバが読み込まないものを除いてください。",
        ),
        example="SAGEMAKER_INSTANCE_TYPE: 'ml.t2.large'  # 8 GiB of memory, and weights of 12 GB",
    ),
    Kind(
        code="ACES-W020",
        severity="error",
        title=Text("Cannot be packed", "まとめられません"),
        cause=Text(
            "`weights pack` was given a path that is not there, cannot be read, is not below the folder to pack from, or changed "
            "while it was read.",
            "`weights pack`に指定したパスが、存在しない、読み込めない、まとめる元のフォルダの下にない、"
            "または読み込み中に変わりました。",
        ),
        fix=Text(
            "Name folders below the folder you are in, or below the one given with `-C`.",
            "現在のフォルダ、または`-C`で指定したフォルダの下にあるフォルダを指定してください。",
        )
        + snippet("sh", "aces-action weights pack -C /home/me models -o deploy.tar.gz"),
        example="aces-action weights pack /home/me/models -o deploy.tar.gz",
    ),
    Kind(
        code="ACES-W021",
        severity="warning",
        title=Text("Decomposed names (NFD) in the archive", "アーカイブにNFD（濁点などが分かれた形）の名前があります"),
        cause=Text(
            "Names of members are in Unicode's decomposed form (NFD), as file systems of macOS may store them: `é` is two "
            "characters there, `e` and a mark. They look the same as typed names (NFC), but Linux compares bytes: a server that "
            "opens the typed name does not find the file.",
            "メンバーの名前が、濁点などを別の文字として持つUnicodeの形式（NFD）です。macOSのファイルシステムは、この形で保存することがあります。"
            "例えば「ガ」が、「カ」と濁点の2文字になっています。通常の入力（NFC）と見た目は同じですが、Linuxはバイト列で比べるため、"
            "サーバが通常の名前で開いても、ファイルが見つかりません。",
        ),
        fix=Text("Rename the files, then pack again:", "名前を変えてから、まとめなおしてください。")
        + snippet("sh", "convmv -r -f utf-8 -t utf-8 --nfc --notest ObjectDetection"),
        example="ACES-W021 deploy.tar.gz has decomposed names (NFD), as macOS makes them: 2. The first is models/ラベル.txt: …",
    ),
)
