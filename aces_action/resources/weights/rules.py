"""What may be in an archive of weights: looks at each member as it passes by and remembers little."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from unicodedata import is_normalized, normalize

from aces_action.language import EMPTY, Text, lines, same, sentences
from aces_action.problems import CATALOGUE, Kind, Problem, Severity
from aces_action.resources.weights.charset import charset_of
from aces_action.resources.weights.errors import ArchiveError, shown
from aces_action.resources.weights.limits import Limits
from aces_action.resources.weights.member import (
    DIRECTORY,
    FILE,
    FOLDER_DUMP,
    HARD_LINK,
    NO_FILE,
    OLD_LONG_NAMES,
    SETUID_SETGID,
    SOLARIS_ACL,
    SOLARIS_ATTRIBUTES,
    SYMBOLIC_LINK,
    VOLUME_LABEL,
    FileRun,
    Member,
)
from aces_action.resources.weights.unusual import LEAVE_OUT, unusual_kind
from aces_action.resources.weights.verdict import Entry, Policy

MAX_PROBLEMS = 20
"""Problems with members that are told one by one."""
MAX_ENTRIES = 200
"""Files that are listed."""
_MAX_PATH, _MAX_COMPONENT = 4096, 255  # bytes: Linux's PATH_MAX and NAME_MAX
_MAX_TOPS = 4
# What makes a path worth being taken apart, in a text of paths with a NUL before and behind each of them.
_UNUSUAL = ("\0\0", "\0.", "\0/", "/\0", "/.", "//", "\\", "__MACOSX")
_FOLDERS = frozenset({DIRECTORY, FOLDER_DUMP})
_LINKS = frozenset({SYMBOLIC_LINK, HARD_LINK})
_NO_PLACE = frozenset({VOLUME_LABEL, OLD_LONG_NAMES, SOLARIS_ACL, SOLARIS_ATTRIBUTES})
"""Their names are no paths, or those of the members that they belong to."""
_RENAME = Text("Rename it.", "名前を変えてください。")
_COPYFILE = Text(
    "On macOS put COPYFILE_DISABLE=1 before the command.",
    "macOSではコマンドの前にCOPYFILE_DISABLE=1を付けてください。",
)
_KEEP_ONE = Text("Keep one of the two.", "どちらか一方だけを残してください。")
_LINK_ADVICE = Text("Store the file itself instead of a link to it.", "リンクではなく、ファイルそのものを含めてください。")
_HARD_LINK_ADVICE = Text(
    "Both are names of one file on your disk: store it under each of them (GNU tar: --hard-dereference).",
    "どちらも、ディスク上の同じファイルの名前です。それぞれの名前で、ファイルそのものを含めてください"
    "（GNU tarでは--hard-dereference）。",
)
_LINK_LEAVES = Text(", which leaves the archive", " (アーカイブの外を指しています)")
_TAR_ALONE = Text("or with GNU tar alone:", "GNU tarだけで作る場合:")
EXTRACTION_FAILS = Text(
    "SageMaker would only say 'Failed to extract model data archive', minutes later.",
    "このままではSageMakerが数分後に「Failed to extract model data archive」とだけ出して失敗します。",
)
_MAY_FAIL = Text(
    "AWS does not document how SageMaker handles it; it may fail minutes later, with 'Failed to extract model data archive'.",
    "SageMakerでの扱いをAWSは公開していません。"
    "数分後に「Failed to extract model data archive」とだけ出して失敗することがあります。",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Finding:
    kind: Kind
    text: Text
    advice: Text
    number: int
    offset: int


class Inspector:
    """Inspects the members of one archive, in order, and adds up what passes by. `unpacked_size`: bytes of all files together."""

    def __init__(self, policy: Policy, limits: Limits, listed: int = MAX_ENTRIES) -> None:
        """`listed`: how many files are kept as entries."""
        self.members = 0
        self.files = 0
        self.unpacked_size = 0
        self.entries: list[Entry] = []
        self._policy = policy
        self._max_paths = limits.paths
        self._listed = listed
        self._findings: list[_Finding] = []
        self._untold: Counter[Severity] = Counter()
        self._code = ""  # of the first problem with the member that is looked at
        # Paths are kept as hashes (64 bits, seeded anew in each process): the memory does not grow with their length.
        self._files: set[int] = set()
        self._folders: set[int] = set()
        self._last_folder = ""
        self._tops: set[str] = set()
        self._links = 0
        self._decomposed = 0
        self._first_decomposed = ""

    def inspect(self, member: Member) -> None:
        """Raises ArchiveError (W012) when the archive has more members than can be remembered."""
        self.members += 1
        self._code = ""
        kind = member.kind
        if kind not in NO_FILE:
            self.files += 1
            self.unpacked_size += member.size
        if kind == FILE:
            if member.mode & SETUID_SETGID:
                text = Text(
                    f"would run with its owner's rights (mode {member.mode:o})",
                    f"は所有者の権限で実行されます（モード{member.mode:o}）",
                )
                advice = Text(
                    "Servers do not need that: chmod -R ug-s DIR.",
                    "サーバには不要です。chmod -R ug-s DIR で外してください。",
                )
                self._find("W014", member, text, advice)
        elif kind in _LINKS:
            self._links += 1
            self._inspect_link(member)
        elif kind != DIRECTORY:
            unusual = unusual_kind(kind)
            self._find("W007", member, unusual.what, unusual.advice)
        path = None if kind in _NO_PLACE else self._inspect_path(member)
        if path is not None:
            self._inspect_place(member, path)
        if len(self.entries) < self._listed and kind not in _FOLDERS:
            target = shown(member.target) if kind in _LINKS else ""
            self.entries.append(Entry(path=shown(member.path), size=member.size, target=target, code=self._code))

    def inspect_run(self, run: FileRun) -> None:
        """The same for a run of plain files, all at once unless one of them has a path that is not plain or not free."""
        paths = _plain_paths(run.paths)
        if paths is None or not self._take_places(paths):
            for member in run.members():
                self.inspect(member)
            return
        self.members += len(paths)
        self.files += len(paths)
        self.unpacked_size += sum(run.sizes)
        left = self._listed - len(self.entries)
        if left > 0:
            pairs = zip(run.paths[:left], run.sizes, strict=False)
            self.entries.extend(Entry(path=shown(path), size=size) for path, size in pairs)

    def problems(self, name: str, *, complete: bool) -> Iterator[Problem]:
        """What was found, in the order of the archive. `complete`: the whole of it was seen."""
        stem = PurePosixPath(name).name.removesuffix(".tar.gz")
        if complete and not self.files:
            nothing = Text("nothing", "何も") if not self.members else Text("no file", "ファイルが1つも")
            advice = Text("Name the folder of the weights:", "重みのフォルダを指定してください:")
            if self._links:
                nothing = Text("links alone and no file", "リンクだけで、ファイルが1つも")
                advice = Text("Pack the files that they lead to:", "リンク先のファイルをまとめてください:")
            yield Problem(
                kind=CATALOGUE["W008"],
                message=Text(f"{name} holds {nothing.en}.", f"{name}には{nothing.ja}入っていません。"),
                hint=lines(advice, self.command(name)),
            )
        elif complete and self._tops == {stem}:
            text = Text(
                f"Everything in {name} is below one folder '{shown(stem.encode())}'; the server will find it one level deeper.",
                f"{name}の中身がすべてフォルダ「{shown(stem.encode())}」の下にあります。サーバからは1階層深い場所に見えます。",
            )
            advice = Text(
                "If that is not meant, pack what is inside of it:", "意図したものでなければ、その中身をまとめてください:"
            )
            inside, archive = shlex.quote(stem), _file_name(name)
            pack = same(f"aces-action weights pack -C {inside} . -o {archive}")
            tar = same(f"tar czf {archive} -C {inside} .")
            yield Problem(kind=CATALOGUE["W015"], message=text, hint=lines(advice, pack, _TAR_ALONE, tar))
        if self._decomposed:
            yield self._decomposed_names(name)
        helped: set[str] = set()
        for finding in self._findings:
            command = EMPTY if finding.kind.code in helped else self.command(name)  # once for each code is enough
            helped.add(finding.kind.code)
            yield self._problem(finding, command, complete=complete)
        if count := self._untold.total():
            kind = replace(CATALOGUE["W013"], severity="error" if self._untold["error"] else "warning")
            text = Text(
                f"{count:,} more problems with members of {name} are not listed.",
                f"{name}のメンバーには、表示していない問題があと{count:,}件あります。",
            )
            yield Problem(kind=kind, message=text, hint=self.command(name))

    def _decomposed_names(self, name: str) -> Problem:
        """Rendered when names hold a letter and its mark, or a kana and its voicing, as two characters each."""
        first, count = self._first_decomposed, self._decomposed
        stored, typed = len(first.encode()), len(normalize("NFC", first).encode())
        return Problem(
            kind=CATALOGUE["W021"],
            message=Text(
                f"{name} has decomposed names (NFD), as macOS makes them: {count:,}. The first is {shown(first.encode())}: "
                f"{stored:,} bytes, where the name as it is typed (NFC) has {typed:,}.",
                f"{name}に、macOSが作るNFD（濁点などが分かれた形）の名前が{count:,}件あります。最初は{shown(first.encode())}"
                f"で、{stored:,}バイトです。通常の入力（NFC）では{typed:,}バイトです。",
            ),
            hint=Text(
                "They look the same, but on Linux a server that opens the typed name does not find the file. Rename them before "
                "you pack: convmv -r -f utf-8 -t utf-8 --nfc --notest DIR",
                "見た目は同じですが、Linuxのサーバが通常の名前で開いても、ファイルが見つかりません。"
                "まとめる前に名前を変えてください: convmv -r -f utf-8 -t utf-8 --nfc --notest DIR",
            ),
        )

    def _problem(self, finding: _Finding, command: Text, *, complete: bool) -> Problem:
        of = Text(f" of {self.members:,}", f"{self.members:,}件中") if complete else EMPTY
        message = Text(
            f"{finding.text.en} (member {finding.number:,}{of.en}, byte {finding.offset:,} of the tar).",
            f"{finding.text.ja}（{of.ja}{finding.number:,}番目のメンバー、tarの{finding.offset:,}バイト目）。",
        )
        why = EMPTY if finding.kind.severity != "error" else _MAY_FAIL if finding.kind.code == "ACES-W007" else EXTRACTION_FAILS
        hint = lines(sentences(finding.advice, why if command else EMPTY), command)
        return Problem(kind=finding.kind, message=message, hint=hint)

    def command(self, name: str) -> Text:
        """The commands, of which either packs the same folders again, without links and hidden files.

        Without --hard-dereference GNU tar stores a file that is reached twice as a hard link. Names that do not start in the
        folder where tar runs are left to the user: 'DIR'.
        """
        tops = sorted(top for top in self._tops if not _is_hidden(top))
        usable = 0 < len(tops) <= _MAX_TOPS and all(top.isprintable() and len(top) < 80 and top[0] != "-" for top in tops)
        folders = " ".join(map(shlex.quote, tops)) if usable else "DIR"
        archive = _file_name(name)
        return lines(
            same(f"aces-action weights pack {folders} -o {archive}"),
            _TAR_ALONE,
            same(f"tar czf {archive} --exclude='.[!./]*' --exclude=__MACOSX --dereference --hard-dereference {folders}"),
        )

    def _find(self, code: str, member: Member, text: Text, advice: Text, *, severity: Severity | None = None) -> None:
        """`text`: what follows the member's name in a sentence."""
        kind = CATALOGUE[code] if severity is None else replace(CATALOGUE[code], severity=severity)
        self._code = self._code or kind.code
        if len(self._findings) < MAX_PROBLEMS:
            text = Text(f"{shown(member.path)} {text.en}", f"{shown(member.path)} {text.ja}")
            self._findings.append(_Finding(kind=kind, text=text, advice=advice, number=member.number, offset=member.offset))
        else:
            self._untold[kind.severity] += 1

    def _inspect_link(self, member: Member) -> None:
        what = (
            Text("a symbolic link", "シンボリックリンク") if member.kind == SYMBOLIC_LINK else Text("a hard link", "ハードリンク")
        )
        tolerated = self._policy == "lenient" and self._stays_inside(member)
        outside = _LINK_LEAVES if self._policy == "lenient" and not tolerated else EMPTY
        text = Text(
            f"-> {shown(member.target)} is {what.en}{outside.en}",
            f"-> {shown(member.target)} は{what.ja}です{outside.ja}",
        )
        advice = _LINK_ADVICE if member.kind == SYMBOLIC_LINK else _HARD_LINK_ADVICE
        self._find("W004", member, text, advice, severity="warning" if tolerated else None)

    def _stays_inside(self, member: Member) -> bool:
        """Whether a link leads to a place in the archive, whatever other links (that stay inside) are on its way.

        Therefore '..' counts only at the start of a symbolic link: after a name, that name may be a link to somewhere higher.
        """
        target = member.target.decode("utf-8", "surrogateescape")
        if not target or target[0] == "/":
            return False
        parts = _components(target)
        if member.kind == HARD_LINK:
            return ".." not in parts and hash("/".join(parts)) in self._files
        ups = next((count for count, part in enumerate(parts) if part != ".."), len(parts))
        return ".." not in parts[ups:] and ups < len(_components(member.path.decode("utf-8", "surrogateescape")))

    def _inspect_path(self, member: Member) -> str | None:
        """The member's path without '.' and double slashes; None if it has no place in the archive."""
        try:
            text = member.path.decode()
        except UnicodeDecodeError:
            self._find_charset(member)
            return None
        if member.kind in _FOLDERS and not _components(text):
            return ""  # the root itself, which the SDK's repack_model names '/' and `tar -C DIR .` names './'; it makes nothing
        if not text or "\0" in text or len(member.path) > _MAX_PATH:
            what = Text("has a name that is empty, too long or holds a NUL", "の名前が空か、長すぎるか、NULを含んでいます")
            self._find("W010", member, what, _RENAME)
            return None
        if not is_normalized("NFC", text) and any(map(_is_decomposed, text.split("/"))):
            self._decomposed += 1
            self._first_decomposed = self._first_decomposed or text
            self._code = self._code or "ACES-W021"
        # Nearly all paths are plain; only the others are worth being taken apart.
        plain = text[0] not in "./" and "/." not in text and "//" not in text and "\\" not in text and "__MACOSX" not in text
        if plain and len(member.path) <= _MAX_COMPONENT:
            return text.rstrip("/")
        parts = _components(text)
        if text[0] == "/" or ".." in parts:
            absolute = Text("has an absolute path", "のパスが絶対パスです")
            leaves = Text("leaves the folder that it is unpacked to ('..')", "は展開先のフォルダの外に出ます（「..」）")
            advice = Text(
                "Run tar in the folder above, and name what is in there.",
                "1つ上のフォルダでtarを実行し、その中のフォルダ名を指定してください。",
            )
            self._find("W006", member, absolute if text[0] == "/" else leaves, advice)
            return None
        if "\\" in text:
            what = Text(
                "has a backslash in its name: a path of Windows, which Linux does not split",
                "の名前にバックスラッシュがあります。Windowsのパスで、Linuxでは区切りになりません",
            )
            self._find("W010", member, what, Text("Pack it on Linux.", "Linuxでまとめてください。"))
        if any(len(part.encode()) > _MAX_COMPONENT for part in parts):
            what = Text(f"has a name of more than {_MAX_COMPONENT} bytes", f"の名前が{_MAX_COMPONENT}バイトを超えています")
            self._find("W010", member, what, _RENAME)
        if not parts:
            self._find("W010", member, Text("is a file without a name", "は名前のないファイルです"), _RENAME)
        if hidden := next(filter(_is_hidden, parts), None):
            mac = hidden.startswith(("._", "__MACOSX"))
            what = Text("a leftover of macOS", "macOSが残したファイル") if mac else Text("hidden", "隠しファイル")
            found = Text(f"is {what.en} ('{shown(hidden.encode())}')", f"は{what.ja}です（「{shown(hidden.encode())}」）")
            advice = sentences(LEAVE_OUT, _COPYFILE) if mac else LEAVE_OUT
            self._find("W005", member, found, advice, severity="warning" if self._policy == "lenient" else None)
        return "/".join(parts)

    def _find_charset(self, member: Member) -> None:
        charset = charset_of(member.path)
        if charset is None:
            self._find("W010", member, Text("has a name that is not UTF-8", "の名前がUTF-8ではありません"), _RENAME)
            return
        what = Text(
            f"has a name that is not UTF-8 but probably {charset.title}",
            f"の名前がUTF-8ではありません。おそらく{charset.title}です",
        )
        advice = Text(
            f"Rename what you pack (convmv -r -f {charset.codec} -t utf-8 --notest DIR). If you have the archive alone, "
            f"bsdtar -xf ARCHIVE --options hdrcharset={charset.codec} unpacks it with the right names.",
            f"まとめる前に名前を変えてください（convmv -r -f {charset.codec} -t utf-8 --notest DIR）。アーカイブしかない場合は、"
            f"bsdtar -xf ARCHIVE --options hdrcharset={charset.codec} で、正しい名前で展開できます。",
        )
        self._find("W010", member, what, advice)

    def _inspect_place(self, member: Member, path: str) -> None:
        """Whether the path is free: each file once, and no file where a folder has to be. Folders may be named again."""
        folder, _, name = (path, "", "") if member.kind in _FOLDERS else path.rpartition("/")
        if folder != self._last_folder:
            self._enter(member, folder)
        if name:
            key = hash(path)
            if key in self._files:
                text = Text(
                    "is in the archive twice; the later one would replace the earlier",
                    "がアーカイブに2つあります。後のものが前のものを上書きします",
                )
                advice = Text("Name each folder only once.", "各フォルダを1回だけ指定してください。")
                self._find("W009", member, text, advice)
            elif key in self._folders:
                text = Text(
                    "is a file, but also a folder of other members", "はファイルですが、他のメンバーのフォルダでもあります"
                )
                self._find("W009", member, text, _KEEP_ONE)
            self._files.add(key)
            if not folder:
                self._note_top(name)
        if len(self._files) + len(self._folders) > self._max_paths:
            text = Text(
                f"it has more than {self._max_paths:,} files and folders",
                f"ファイルとフォルダが{self._max_paths:,}個を超えています",
            )
            raise ArchiveError("W012", text)

    def _take_places(self, paths: list[str]) -> bool:
        """Notes the files with their folders if each of them finds its place free, else nothing (False)."""
        files = set(map(hash, paths))
        free = len(files) == len(paths) and files.isdisjoint(self._files) and files.isdisjoint(self._folders)
        if not free:
            return False
        parents = {path.rpartition("/")[0] for path in paths}
        folders: set[int] = set()
        for parent in parents:
            folder = parent
            while folder and (key := hash(folder)) not in self._folders and key not in folders:
                if key in files or key in self._files:
                    return False
                folders.add(key)
                folder = folder.rpartition("/")[0]
        if len(self._files) + len(self._folders) + len(files) + len(folders) > self._max_paths:
            return False
        self._files |= files
        self._folders |= folders
        for parent in sorted(parents):
            self._note_top(parent.partition("/")[0])
        if "" in parents:
            for path in paths:
                if "/" not in path:
                    self._note_top(path)
        return True

    def _enter(self, member: Member, folder: str) -> None:
        self._last_folder = folder
        self._note_top(folder.partition("/")[0])
        while folder and (key := hash(folder)) not in self._folders:
            if key in self._files:
                text = Text(
                    f"needs a folder {shown(folder.encode())}, which is a file or link in this archive",
                    f"にはフォルダ {shown(folder.encode())} が必要ですが、このアーカイブではファイルかリンクです",
                )
                self._find("W009", member, text, _KEEP_ONE)
            self._folders.add(key)
            folder = folder.rpartition("/")[0]

    def _note_top(self, top: str) -> None:
        if top and len(self._tops) <= _MAX_TOPS:
            self._tops.add(top)


def _plain_paths(paths: list[bytes]) -> list[str] | None:
    """The paths without './' before them; None if one is not UTF-8 in NFC and in the plainest form. None is over PATH_MAX."""
    framed = b"\0%b\0" % b"\0".join(paths)
    if framed.startswith(b"\0./"):  # as `tar czf … -C DIR .` writes each of them
        framed = framed.replace(b"\0./", b"\0")
    try:
        text = framed.decode()
    except UnicodeDecodeError:
        return None
    if not is_normalized("NFC", text) or any(mark in text for mark in _UNUSUAL):
        return None
    return text[1:-1].split("\0")


def _components(path: str) -> list[str]:
    return [part for part in path.split("/") if part not in ("", ".")]


def _is_decomposed(component: str) -> bool:
    """Unlike a name with characters that NFC replaces, such as compatibility ideographs: people type those."""
    return normalize("NFD", component) == component != normalize("NFC", component)


def _is_hidden(component: str) -> bool:
    return component.startswith(".") or component == "__MACOSX"


def _file_name(name: str) -> str:
    return shlex.quote(PurePosixPath(name).name if name.endswith(".tar.gz") else "deploy.tar.gz")
