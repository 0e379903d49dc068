"""Tells which modules a run of the action loads, and takes out of the image what no run loads of the packages that nobody calls.

    python requirements/loaded_modules.py

prints the source files, one a line, of the standard library and of the packages: of these the image has bytecode. Any other
module is compiled when it is imported, which costs time and nothing else.

The SDK imports numpy and pandas for two classes by which it would tell what an endpoint is sent, and pygments through rich for
showing tracebacks; we use it for neither. What these three do not load by that goes: 300 languages, plots, readers of files.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any

import boto3

PACKAGES = ("numpy", "pandas", "pygments")
# What is loaded: the SDK, how rich would show a traceback if the caller's environment asked the SDK for it, and what we import
LOADED = (
    "sagemaker.core.resources",
    "pygments.lexers.python",
    "pygments.formatters.terminal256",
    "difflib",
    "encodings.utf_16_le",
    "encodings.utf_8_sig",
    "isal.igzip",
    "jsonschema",
    "requests",
    "statistics",
    "yaml",
)


def main() -> None:
    for name in LOADED:
        importlib.import_module(name)
    session: Any = boto3.session.Session("none", "none", region_name="ap-northeast-1")  # its overloads know literal names only
    for service in session.get_available_services():
        session.client(service)  # imports what its description asks for
    specs = [module.__spec__ for module in list(sys.modules.values()) if getattr(module, "__spec__", None)]
    loaded = {Path(spec.origin) for spec in specs if spec is not None and spec.has_location and spec.origin}
    for package in PACKAGES:
        (folder,) = importlib.import_module(package).__path__
        for pattern in ("*.py", "*.so"):
            for file in Path(folder).rglob(pattern):
                if file not in loaded:
                    file.unlink()
    print(*sorted(str(file) for file in loaded if file.suffix == ".py"), sep="\n")


if __name__ == "__main__":
    main()
