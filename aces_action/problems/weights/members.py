"""W: members that must not be in an archive."""

from __future__ import annotations

from aces_action.language import EMPTY, Text, sentences
from aces_action.problems.kind import Kind, snippet
from aces_action.problems.weights.fault import FAILS_LATE, PACK, Fault

W004 = Kind(
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
        FAILS_LATE,
    ),
    fix=Text(
        "Pack the file itself in place of the link: `weights pack` does, and so does tar with both `--dereference` options. "
        "With `weights-policy: lenient` links that stay inside the archive cause only warnings.",
        "リンクではなく、ファイルそのものを含めてください。`weights pack`か、2つの`--dereference`を付けたtarでそうなります。"
        "`weights-policy: lenient`では、アーカイブの中を指すリンクは警告だけになります。",
    )
    + PACK,
    example="$ tar tvzf deploy.tar.gz\nlrwxrwxrwx test/test 0 2021-11-02 00:44 ObjectDetection/models/latest -> ../v2",
)

W005 = Kind(
    code="ACES-W005",
    severity="error",
    title=Text("Hidden file in the archive", "アーカイブに隠しファイルがあります"),
    cause=sentences(
        Text(
            "The archive holds a file or folder whose name begins with a dot, such as `.DS_Store` or `.ipynb_checkpoints`, "
            "or what macOS adds (`._…`, `__MACOSX`). The guide asks to leave them out, because SageMaker may fail on them.",
            "アーカイブに、`.DS_Store`や`.ipynb_checkpoints`のように名前がドットで始まるファイルやフォルダ、"
            "またはmacOSが加えるもの（`._…`、`__MACOSX`）が入っています。"
            "SageMakerのデプロイが失敗することがあるため、ガイドでは含めないことになっています。",
        ),
        FAILS_LATE,
    ),
    fix=Text(
        "Leave them out, as `weights pack` does by itself. On macOS put `COPYFILE_DISABLE=1` before tar. With "
        "`weights-policy: lenient` this is only a warning.",
        "含めないでください。`weights pack`は自動的に除きます。"
        "macOSのtarでは、コマンドの前に`COPYFILE_DISABLE=1`を付けてください。"
        "`weights-policy: lenient`では、警告だけになります。",
    )
    + PACK,
    example="$ tar tzf deploy.tar.gz\nObjectDetection/models/.DS_Store\nObjectDetection/models/._CenterNet.yml",
)

W006 = Kind(
    code="ACES-W006",
    severity="error",
    title=Text("Path leaves the archive", "アーカイブの外に出るパスです"),
    cause=sentences(
        Text(
            "A member has an absolute path, or one with `..`: unpacked, it would land outside of its folder, or nowhere.",
            "メンバーのパスが、絶対パスか、`..`を含むパスです。展開すると、フォルダの外に出るか、展開されません。",
        ),
        FAILS_LATE,
    ),
    fix=Text(
        "Go to the folder above your files and name what is in there, without a slash at the front:",
        "ファイルの1つ上のフォルダに移動し、先頭にスラッシュを付けずに、その中のフォルダ名を指定してください。",
    )
    + snippet(
        "sh",
        "cd datadrive\n"
        "aces-action weights pack ObjectDetection/models -o deploy.tar.gz\n"
        "tar czf deploy.tar.gz ObjectDetection/models  {0}",
        Text("with tar alone", "tarだけを使う場合"),
    ),
    example="tar czPf deploy.tar.gz /data/datadrive/ObjectDetection",
)

W007 = Kind(
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
        "メッセージのとおり、そのオプションなしでまとめ直してください。bsdtar（macOSのtar）は、空の領域があるファイルを、"
        "指定しなくてもスパースとして保存します。`--no-read-sparse`（3.6より前のbsdtarでは`--format ustar`）で防げます。",
    )
    + PACK,
    example="tar czf deploy.tar.gz --sparse --label v1 ObjectDetection",
)

W014 = Kind(
    code="ACES-W014",
    severity="warning",
    title=Text("File with its owner's rights", "所有者の権限で動くファイルがあります"),
    cause=Text(
        "A file has the setuid or setgid bit: whoever runs it has the rights of its owner. Weights do not need that, and it "
        "is usually an accident.",
        "setuidまたはsetgidのビットが付いたファイルがあり、実行すると所有者の権限で動きます。"
        "重みファイルには不要で、多くは意図しないものです。",
    ),
    fix=Text("Remove the bits before you pack:", "まとめる前に、ビットを外してください。")
    + snippet("sh", "chmod -R ug-s ObjectDetection"),
    example="$ tar tvzf deploy.tar.gz\n-rwsr-xr-x test/test 2785 2021-04-20 17:11 ObjectDetection/models/run",
)

KINDS = (
    W004,
    W005,
    W006,
    W007,
    W014,
)


_LEAVE_OUT = Text("Leave it out.", "含めないでください。")


def symbolic_link(target: str) -> Fault:
    return _symbolic_link(target, EMPTY)


def symbolic_link_outside(target: str) -> Fault:
    """When a link leads out of the archive although links inside are tolerated."""
    return _symbolic_link(target, _LEAVES)


def hard_link(target: str) -> Fault:
    return _hard_link(target, EMPTY)


def hard_link_outside(target: str) -> Fault:
    """See `symbolic_link_outside`."""
    return _hard_link(target, _LEAVES)


_LEAVES = Text(", which leaves the archive", "（アーカイブの外を指しています）")


def _symbolic_link(target: str, leaves: Text) -> Fault:
    text = Text(f"-> {target} is a symbolic link{leaves.en}", f"-> {target} はシンボリックリンクです{leaves.ja}")
    advice = Text("Store the file itself instead of a link to it.", "リンクではなく、ファイルそのものを含めてください。")
    return Fault(kind=W004, text=text, advice=advice)


def _hard_link(target: str, leaves: Text) -> Fault:
    text = Text(f"-> {target} is a hard link{leaves.en}", f"-> {target} はハードリンクです{leaves.ja}")
    advice = Text(
        "Both are names of one file on your disk: store it under each of them (GNU tar: --hard-dereference).",
        "どちらも、ディスク上の同じファイルの名前です。それぞれの名前で、ファイルそのものを含めてください"
        "（GNU tarでは--hard-dereference）。",
    )
    return Fault(kind=W004, text=text, advice=advice)


def hidden(component: str) -> Fault:
    text = Text(f"is hidden ('{component}')", f"は隠しファイルです（「{component}」）")
    return Fault(kind=W005, text=text, advice=_LEAVE_OUT)


def macos_leftover(component: str) -> Fault:
    text = Text(f"is a leftover of macOS ('{component}')", f"はmacOSが残したファイルです（「{component}」）")
    copyfile = Text(
        "On macOS put COPYFILE_DISABLE=1 before tar.",
        "macOSのtarでは、コマンドの前にCOPYFILE_DISABLE=1を付けてください。",
    )
    return Fault(kind=W005, text=text, advice=sentences(_LEAVE_OUT, copyfile))


_FROM_ABOVE = Text(
    "Run tar in the parent folder, and name the folders inside it.",
    "1つ上のフォルダでtarを実行し、その中のフォルダ名を指定してください。",
)


def absolute_path() -> Fault:
    return Fault(kind=W006, text=Text("has an absolute path", "のパスが絶対パスです"), advice=_FROM_ABOVE)


def leaves_archive() -> Fault:
    text = Text("leaves the folder that it is unpacked to ('..')", "は展開先のフォルダの外に出ます（「..」）")
    return Fault(kind=W006, text=text, advice=_FROM_ABOVE)


def _special(what: Text, advice: Text) -> Fault:
    return Fault(kind=W007, text=what, advice=advice)


def device() -> Fault:
    return _special(Text("is a device", "はデバイスファイルです"), _LEAVE_OUT)


def pipe() -> Fault:
    return _special(Text("is a named pipe (FIFO)", "は名前付きパイプ（FIFO）です"), _LEAVE_OUT)


def sparse_file() -> Fault:
    """The advice on bsdtar: it looks for holes by itself, --no-read-sparse came with 3.6 (libarchive#1614), macOS 15 still has
    3.5.3, and of its formats only pax, the default, can hold a sparse file."""
    return _special(
        Text(
            "is a sparse file, stored without its holes, which not every tool can unpack",
            "はスパースファイル（空の領域を省いて保存したファイル）です。展開できないツールがあります",
        ),
        Text(
            "The file itself is fine. Create the archive again without --sparse (-S) if you used GNU tar; with --no-read-sparse "
            "if you used bsdtar, the tar of macOS (before 3.6: with --format ustar).",
            "ファイル自体に問題はありません。GNU tarなら--sparse（-S）を付けずに、bsdtar（macOSのtar）なら--no-read-sparse"
            "（3.6より前では--format ustar）を付けて、まとめ直してください。",
        ),
    )


def volume_label() -> Fault:
    return _special(
        Text(
            "is a volume label, not a file, although some tools create a file from it",
            "はボリュームラベルで、ファイルではありません。ファイルとして展開するツールもあります",
        ),
        Text(
            "Create the archive again without the option --label (-V).",
            "オプション--label（-V）を付けずに、まとめ直してください。",
        ),
    )


def folder_dump() -> Fault:
    return _special(
        Text(
            "is a folder of an incremental backup, which not every tool can unpack",
            "は増分バックアップのフォルダです。展開できないツールがあります",
        ),
        Text(
            "Create the archive again without the options --listed-incremental (-g) and --incremental (-G).",
            "オプション--listed-incremental（-g）と--incremental（-G）を付けずに、まとめ直してください。",
        ),
    )


def continuation() -> Fault:
    return _special(
        Text("is only the rest of a file that begins in another archive", "は、別のアーカイブから続くファイルの残りの部分です"),
        Text(
            "Put everything into one archive, without the option --multi-volume (-M).",
            "オプション--multi-volume（-M）を付けずに、全体を1つのアーカイブにまとめてください。",
        ),
    )


def old_long_names() -> Fault:
    return _special(
        Text(
            "is an old list of long file names, of GNU tar, which current tools do not read",
            "は、古いGNU tarが書いた長いファイル名の一覧です。現在のツールは読み取りません",
        ),
        Text("Create the archive again with a current version of tar.", "新しいtarで、まとめ直してください。"),
    )


def solaris_attribute() -> Fault:
    return _special(
        Text(
            "is an access control list or attribute of another member, as Solaris's tar stores it; others unpack it as a file",
            "は、Solarisのtarが保存した、別のメンバーのACLまたは拡張属性です。ほかのツールではファイルとして展開されます",
        ),
        Text("Create the archive again without the options p and @.", "オプションpと@を付けずに、まとめ直してください。"),
    )


def unknown_type(flag: str) -> Fault:
    return _special(
        Text(
            f"has the unusual type '{flag}'; most tools treat it as a file",
            f"は特殊な種類「{flag}」です。多くのツールではファイルとして扱われます",
        ),
        Text("Create the archive again with another tool.", "別のツールで、まとめ直してください。"),
    )


def owners_rights(mode: int) -> Fault:
    return Fault(
        kind=W014,
        text=Text(f"would run with its owner's rights (mode {mode:o})", f"は所有者の権限で実行されます（モード{mode:o}）"),
        advice=Text("Servers do not need that: chmod -R ug-s DIR.", "サーバには不要です。chmod -R ug-s DIR で外してください。"),
    )
