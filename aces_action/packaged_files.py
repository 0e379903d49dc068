"""Files that are no Python and that the program reads: schemas, the account's templates, and the example that `init` starts from.

In the repository they lie beside the package, at the top, where people and editors look for them, and the schemas do so in the
image; a wheel has them inside the package (see `package-dir` in pyproject.toml).
"""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parent


def resource(path: str) -> Path:
    """Where a file or folder of the repository's top level is, such as `schemas/register.schema.json`."""
    inside = _PACKAGE / path
    return inside if inside.exists() else _PACKAGE.parent / path
