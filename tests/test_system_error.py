"""What the system says of a file or a port, in either language."""

from __future__ import annotations

from pathlib import Path

import pytest

from aces_action.language import Text
from aces_action.system_error import system_reason


def test_a_refusal_of_the_system_is_told_in_both_languages(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="none") as missing:
        (tmp_path / "none").read_bytes()
    with pytest.raises(OSError, match="directory") as folder:
        tmp_path.read_bytes()
    assert system_reason(missing.value) == Text("No such file or directory", "ファイルがありません")
    assert system_reason(folder.value) == Text("Is a directory", "フォルダです")


@pytest.mark.parametrize(
    ("error", "said"), [(OSError(127, "Key has expired"), "Key has expired"), (OSError("odd"), "odd"), (OSError(), "OSError")]
)
def test_an_error_that_nobody_translated_keeps_the_systems_words(error: OSError, said: str) -> None:
    assert system_reason(error) == Text(said, said)
