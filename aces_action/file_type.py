"""What a file really is, told by its first bytes, whatever its name says.

Shared by all that is read: weights, pictures, the project's text files, requests of the smoke test. What to do about it depends
on what the file should have been, so that is said there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from aces_action.language import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class FileType:
    """`key` tells the types apart; `name` is a noun for the user, with its article."""

    key: str
    name: Text


CONVERTED_JPEG = FileType(
    key="text-jpeg",
    name=Text("a JPEG image that was converted as if it were text", "テキストとして変換されたJPEG画像"),
)
CONVERTED = frozenset({"text-png", "text-jpeg"})
"""The keys of pictures that something took for text: with other line ends, or in another encoding."""

_BOM = rb"(?:\xef\xbb\xbf)?\s*"
# (what the first bytes look like, which type it is, its name); the first match counts.
_SIGNATURES: tuple[tuple[str, bytes, Text], ...] = (
    # https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md; hawser was its name before the first release
    (
        "lfs",
        _BOM + rb"version https?://(?:git-lfs|hawser)\.github\.com/spec/",
        Text("a Git LFS pointer", "Git LFSのポインタ"),
    ),
    ("tar", rb"(?s:.{257})ustar", Text("a tar that was not compressed", "圧縮されていないtar")),
    ("gzip", rb"\x1f\x8b", Text("a gzip file", "gzipファイル")),
    (
        "office",
        rb"(?s)PK\x03\x04.{26}(?:\[Content_Types\]\.xml|_rels/|docProps/|word/|xl/|ppt/)|\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        Text("an Office document (Excel, Word)", "Officeの文書（Excel、Wordなど）"),
    ),
    ("zip", rb"PK\x03\x04|PK\x05\x06", Text("a zip archive", "zipアーカイブ")),
    ("7z", rb"7z\xbc\xaf\x27\x1c", Text("a 7z archive", "7zアーカイブ")),
    ("rar", rb"Rar!\x1a\x07", Text("a RAR archive", "RARアーカイブ")),
    ("bzip2", rb"BZh[1-9]1AY&SY", Text("a bzip2 file", "bzip2ファイル")),
    ("xz", rb"\xfd7zXZ\x00", Text("an xz file", "xzファイル")),
    ("zstd", rb"\x28\xb5\x2f\xfd", Text("a Zstandard file", "Zstandardファイル")),
    ("hdf5", rb"\x89HDF\r\n\x1a\n", Text("an HDF5 file", "HDF5ファイル")),
    ("pickle", rb"\x80[\x02-\x05]", Text("a Python pickle", "Pythonのpickle")),
    ("numpy", rb"\x93NUMPY", Text("a NumPy array", "NumPyの配列")),
    ("git-crypt", rb"\x00GITCRYPT\x00", Text("a file that git-crypt has encrypted", "git-cryptで暗号化されたファイル")),
    ("png", rb"\x89PNG\r\n\x1a\n", Text("a PNG image", "PNG画像")),
    # PNG specification, 5.2: the signature has CR LF and LF so that it tells of line ends that were converted, and a first byte
    # above 127 so that it tells of a copy as text
    (
        "text-png",
        rb"(?:\x89|\xef\xbf\xbd|\xc2\x89|\t|\?)PNG[\r\n]{1,4}\x1a[\r\n]{1,2}",
        Text("a PNG image that was converted as if it were text", "テキストとして変換されたPNG画像"),
    ),
    ("jpeg", rb"\xff\xd8\xff", Text("a JPEG image", "JPEG画像")),
    (
        "text-jpeg",
        rb"(?s)(?:(?:\xef\xbf\xbd){3,4}|\xc3\xbf\xc3\x98\xc3\xbf).{1,9}(?:JFIF|Exif)",
        CONVERTED_JPEG.name,
    ),
    ("gif", rb"GIF8[79]a", Text("a GIF image", "GIF画像")),
    ("bmp", rb"(?s)BM.{4}\x00\x00\x00\x00", Text("a BMP image", "BMP画像")),
    ("tiff", rb"II\*\x00|MM\x00\*", Text("a TIFF image", "TIFF画像")),
    ("webp", rb"(?s)RIFF.{4}WEBP", Text("a WebP image", "WebP画像")),
    ("heic", rb"(?s).{4}ftyp(?:heic|heix|mif1|avif)", Text("a HEIC or AVIF image", "HEICまたはAVIFの画像")),
    ("pdf", rb"%PDF-", Text("a PDF document", "PDF文書")),
    (
        "rtf",
        rb"\{\\rtf",
        Text("an RTF document (TextEdit and WordPad save that)", "RTF文書"),
    ),
    (
        "html",
        rb"(?is)" + _BOM + rb"(?:<!--.{0,400}?-->\s*|<\?xml[^>]*>\s*)?<(?:!doctype html|html|head|body)\b",
        Text("an HTML page, probably a login or error page", "HTMLのページ（おそらくログイン画面かエラーページ）"),
    ),
    ("svg", rb"(?s)" + _BOM + rb"(?:<\?xml[^>]*>\s*)?(?:<!--.{0,400}?-->\s*)?<svg\b", Text("an SVG drawing", "SVGの図")),
    (
        "s3-error",
        _BOM + rb"(?:<\?xml[^>]*>\s*)?<Error>",
        Text("an XML text, probably an error message of S3", "XMLのテキスト（おそらくS3のエラーメッセージ）"),
    ),
    ("xml", _BOM + rb"<\?xml", Text("an XML text", "XMLのテキスト")),
    ("not-found", _BOM + rb"(?:404: )?Not Found\s*\Z", Text("the answer 'Not Found'", "「Not Found」という応答")),
    # git diff, git format-patch, svn diff, diff -u
    (
        "patch",
        _BOM + rb"(?:diff --git |Index: .+\r?\n=+\r?\n|From [0-9a-f]{40} .+\r?\nFrom: |--- .+\r?\n\+\+\+ .+\r?\n@@ )",
        Text("a patch, not the file that it changes", "パッチ（変更後のファイルではない）"),
    ),
)
_TYPES = tuple((re.compile(pattern), FileType(key=key, name=name)) for key, pattern, name in _SIGNATURES)


def file_type(head: bytes) -> FileType | None:
    """The type of the file that starts with `head` (512 bytes are enough); None for plain text and what is not known."""
    return next((kind for pattern, kind in _TYPES if pattern.match(head)), None)
