"""Takes out of the image what importing the SageMaker SDK does not load of the packages that it imports and that nobody calls.

    python requirements/unloaded_modules.py

The SDK imports numpy and pandas for two classes by which it would tell what an endpoint is sent, and pygments through rich for
showing tracebacks; we use it for neither. What these three do not load by that goes: 300 languages, plots, readers of files.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

PACKAGES = ("numpy", "pandas", "pygments")
# What is loaded: the SDK, and how rich would show a traceback if the caller's environment asked the SDK for it
LOADED = ("sagemaker.core.resources", "pygments.lexers.python", "pygments.formatters.terminal256")


def main() -> None:
    for name in LOADED:
        importlib.import_module(name)
    specs = [module.__spec__ for module in list(sys.modules.values()) if getattr(module, "__spec__", None)]
    loaded = {Path(spec.origin) for spec in specs if spec is not None and spec.has_location and spec.origin}
    for package in PACKAGES:
        (folder,) = importlib.import_module(package).__path__
        for pattern in ("*.py", "*.so"):
            for file in Path(folder).rglob(pattern):
                if file not in loaded:
                    file.unlink()


if __name__ == "__main__":
    main()
