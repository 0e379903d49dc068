"""Two archives of the same image, saved by engines at different times, become the same image."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest

from release.archive import Image, rewrite, write_loadable
from release.engine import Ran, self_test_faults, workflow_variables

EPOCH = 1_800_000_000


def layer(*, mtime: float, content: bytes = b"print()\n", packed: bool = False) -> bytes:
    """A folder, a file with an extended attribute, a link to it and a deletion, as an engine writes them."""
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, kind in (
            ("action", tarfile.DIRTYPE),
            ("action/a.py", tarfile.REGTYPE),
            ("b", tarfile.LNKTYPE),
            (".wh.c", tarfile.REGTYPE),
        ):
            member = tarfile.TarInfo(name)
            member.type, member.mtime, member.mode = kind, mtime, 0o755
            if kind == tarfile.LNKTYPE:
                member.linkname = "action/a.py"
            elif name == "action/a.py":
                member.size, member.pax_headers = len(content), {"SCHILY.xattr.user.x": "1", "atime": str(mtime)}
            archive.addfile(member, io.BytesIO(content))
    return gzip.compress(written.getvalue()) if packed else written.getvalue()


def saved(
    path: Path, *, created: str, host: str, layers: list[bytes], label: str = "0.2.0", labels: tuple[str, ...] = ()
) -> Path:
    config = {
        "architecture": "amd64",
        "os": "linux",
        "created": created,
        "container": host,
        "config": {"Hostname": host, "Entrypoint": ["python3"], "Cmd": None, "Labels": {"version": label}},
        "history": [
            {"created": "2020-01-01T00:00:00.123456789Z", "created_by": "base"},
            {"created": created, "comment": f"FROM {host}", "created_by": f"#(nop) LABEL {' '.join(labels)}"},
        ],
        "rootfs": {"type": "layers", "diff_ids": []},
    }
    files = {"config.json": json.dumps(config).encode()} | {f"{number}.tar": content for number, content in enumerate(layers)}
    entry = {"Config": "config.json", "RepoTags": ["x:1"], "Layers": [f"{number}.tar" for number in range(len(layers))]}
    with tarfile.open(path, "w") as archive:
        for name, content in (files | {"manifest.json": json.dumps([entry]).encode()}).items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return path


BASE = layer(mtime=EPOCH + 5000, content=b"base")


def made(folder: Path, name: str, *, seconds: float, **other: Any) -> Image:
    values: dict[str, Any] = {"layers": [BASE, layer(mtime=EPOCH + seconds)], "host": name} | other
    archive = saved(folder / f"{name}.tar", created=f"2030-01-01T00:00:0{int(seconds) % 10}.5Z", **values)
    return rewrite(archive, folder / name, base_layers=1, epoch=EPOCH)


def test_times_and_the_engine_of_a_build_leave_no_trace(tmp_path: Path) -> None:
    first = made(tmp_path, "a", seconds=1.25, labels=("a=1", "b=2"))
    second = made(tmp_path, "b", seconds=77, labels=("b=2", "a=1"))
    assert first.layers == second.layers
    assert first.index == second.index
    assert json.loads((first.folder / first.blobs[0].digest).read_bytes()) == {
        "architecture": "amd64",
        "os": "linux",
        "config": {"Entrypoint": ["python3"], "Labels": {"version": "0.2.0"}},
        "created": "2027-01-15T08:00:00Z",
        "history": [
            {"created": "2020-01-01T00:00:00Z", "created_by": "base"},
            {"created": "2027-01-15T08:00:00Z", "created_by": "#(nop)"},
        ],
        "rootfs": {"type": "layers", "diff_ids": list(first.layers)},
    }


@pytest.mark.parametrize(
    "other",
    [
        {"layers": [BASE, layer(mtime=EPOCH, content=b"print(1)")]},
        {"layers": [BASE, layer(mtime=EPOCH - 1)]},  # the file's own time, not the build's
        {"layers": [layer(mtime=EPOCH), layer(mtime=EPOCH)]},
        {"label": "0.3.0"},
    ],
)
def test_another_image_stays_another(other: dict[str, Any], tmp_path: Path) -> None:
    assert made(tmp_path, "a", seconds=1).index != made(tmp_path, "b", seconds=1, **other).index


def test_the_layers_of_the_base_stay_as_they_are(tmp_path: Path) -> None:
    assert made(tmp_path, "a", seconds=1).layers[0] == f"sha256:{hashlib.sha256(BASE).hexdigest()}"


def test_it_does_not_matter_whether_the_engine_saves_layers_packed(tmp_path: Path) -> None:
    packed = {"layers": [gzip.compress(BASE), layer(mtime=EPOCH + 9, packed=True)]}
    assert made(tmp_path, "a", seconds=1).index == made(tmp_path, "b", seconds=1, **packed).index


def test_all_but_the_times_of_a_layer_is_kept_and_can_be_loaded(tmp_path: Path) -> None:
    image = made(tmp_path, "a", seconds=3)
    write_loadable(image.folder, image.manifest, tmp_path / "loadable.tar")
    with tarfile.open(tmp_path / "loadable.tar") as archive:
        (entry,) = json.load(archive.extractfile("manifest.json") or io.BytesIO())
        names = entry["Layers"]
        content = archive.extractfile(names[1])
        assert content
        with tarfile.open(fileobj=content) as own:
            members = own.getmembers()
            assert [(each.name, each.type, each.mode, each.mtime) for each in members] == [
                ("action", tarfile.DIRTYPE, 0o755, EPOCH),
                ("action/a.py", tarfile.REGTYPE, 0o755, EPOCH),
                ("b", tarfile.LNKTYPE, 0o755, EPOCH),
                (".wh.c", tarfile.REGTYPE, 0o755, EPOCH),
            ]
            assert members[1].pax_headers == {"SCHILY.xattr.user.x": "1"}
            file = own.extractfile("action/a.py")
            assert file
            assert file.read() == b"print()\n"


GOOD = Ran(status=2, log="::error title=Input missing::ACES-S001"), Ran(status=0, log="✓ Configuration")


@pytest.mark.parametrize(
    ("bare", "valid", "fault"),
    [
        (*GOOD, ""),
        (Ran(status=0, log="::error"), GOOD[1], "without inputs the image ended with 0"),
        (Ran(status=2, log="usage"), GOOD[1], "without inputs the image ended with 2"),
        (GOOD[0], Ran(status=2, log=""), "`validate` of examples/number-plate-detection ended with 2"),
        (GOOD[0], Ran(status=0, log="::error file=x::"), "`validate` of examples/number-plate-detection ended with 0"),
        (GOOD[0], Ran(status=0, log="Traceback (most recent call last)"), "the image shows a traceback"),
    ],
)
def test_an_image_that_does_not_run_as_it_must_is_seen(bare: Ran, valid: Ran, fault: str) -> None:
    faults = self_test_faults(bare, valid)
    assert [each.partition(":\n")[0].partition(", not")[0] for each in faults] == ([fault] if fault else [])


def test_the_variables_of_the_self_test_are_those_of_the_examples_workflow() -> None:
    root = Path(__file__).parents[2]
    workflow = root / "examples/number-plate-detection/.github/workflows/build_on_push_develop.yml"
    variables = workflow_variables(workflow.read_text(encoding="utf-8"))
    assert {"ENV", "Project", "AWS_ROLE_ARN", "TENANT_ID", "FRONTEND_IMAGE_PATH"} <= variables.keys()
    assert variables["FRONTEND_IMAGE_PATH"].endswith(".png")
