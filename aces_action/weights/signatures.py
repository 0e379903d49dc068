"""What a file really is that was given the name of a .tar.gz, or that was found inside a gzip instead of a tar."""

from __future__ import annotations

import re

_PACK = "Pack the folder as one gzip tar and upload that:"
_UNPACK = "Unpack it, then pack the folder as one gzip tar and upload that:"
_LINK = "It came from a failed download. Fetch the real file, look at it with `tar tzf`, and upload that."

# (what the first bytes look like, what it is, what to do); the first match counts.
_SIGNATURES: tuple[tuple[re.Pattern[bytes], str, str], ...] = (
    (re.compile(rb"(?s).{257}ustar"), "a tar that was not compressed", "Compress it and upload the result:\ngzip -k deploy.tar"),
    (
        re.compile(rb"\x1f\x8b"),
        "a gzip file",
        "It was compressed twice. Take one layer off and upload the result:\ngunzip -c < FILE > deploy.tar.gz",
    ),
    (re.compile(rb"PK\x03\x04|PK\x05\x06"), "a zip archive (PyTorch's .pth and .pt files are zips as well)", _UNPACK),
    (re.compile(rb"7z\xbc\xaf\x27\x1c"), "a 7z archive", _UNPACK),
    (re.compile(rb"Rar!\x1a\x07"), "a RAR archive", _UNPACK),
    (re.compile(rb"BZh[1-9]"), "a bzip2 file", _UNPACK),
    (re.compile(rb"\xfd7zXZ\x00"), "an xz file", _UNPACK),
    (re.compile(rb"\x28\xb5\x2f\xfd"), "a Zstandard file", _UNPACK),
    (re.compile(rb"\x89HDF\r\n\x1a\n"), "an HDF5 file (Keras weights are)", _PACK),
    (re.compile(rb"\x80[\x02-\x05]"), "a Python pickle (old PyTorch weights are)", _PACK),
    (
        re.compile(rb"version https://git-lfs\.github\.com/spec/"),
        "a Git LFS pointer, not the file itself",
        "Fetch the real file and upload it again:\ngit lfs pull",
    ),
    (re.compile(rb"(?i)(\xef\xbb\xbf)?\s*<(!doctype html|html|head|body)"), "an HTML page, probably an error page", _LINK),
    (re.compile(rb"(\xef\xbb\xbf)?\s*<\?xml|<Error>"), "an XML text, probably an error message of S3", _LINK),
    (re.compile(rb"\s*\{\s*\""), "a JSON text", _LINK),
)


def describe(head: bytes) -> tuple[str, str]:
    """What the file that starts with `head` (512 bytes are enough) is, and what to do about it; the hint may end with a colon,
    for the command that packs a folder to follow."""
    for pattern, what, hint in _SIGNATURES:
        if pattern.match(head):
            return what, hint
    return f"something unknown that starts with the bytes {head[:8].hex(' ')}", _PACK
