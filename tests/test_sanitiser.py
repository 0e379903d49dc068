"""The gate for text from outside: whatever comes, and whatever the secrets are, what is printed is safe in every medium."""

from __future__ import annotations

import base64
import html
import io
import json
import re
import unicodedata
from pathlib import Path
from urllib.parse import quote, unquote

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from aces_action.changes import Change
from aces_action.cli.formats.github import as_github
from aces_action.cli.formats.json import as_json
from aces_action.cli.formats.result import CheckedDeployment, CheckResult
from aces_action.cli.formats.sarif import as_sarif
from aces_action.cli.formats.text import as_text
from aces_action.credentials import PIECE, KnownSecrets
from aces_action.github.files import write_outputs, write_summary
from aces_action.github.log import Log
from aces_action.language import same
from aces_action.ledger import Ledger, Write
from aces_action.output.report import Report, StepRecord
from aces_action.output.server_log import ServerLog, cleaned
from aces_action.output.summary import summary
from aces_action.problems import Problem
from aces_action.problems.catalogue import CATALOGUE
from aces_action.sanitiser import LONGEST, ZERO_WIDTH_SPACE, Sanitiser, one_line, seen
from aces_action.smoke_test.model import InvocationResult
from tests.pages.markup import objections

# of visible characters, as tokens are; without the stars that stand for a secret, and the marks of a cut
_VISIBLE = st.characters(min_codepoint=33, max_codepoint=0x2FF, categories=["L", "N", "P", "S"], exclude_characters="*.")
SECRETS = st.text(_VISIBLE)
LONG = st.text(_VISIBLE, min_size=PIECE, max_size=60)
OWN = "https://github.com/ORG/aces-action/"
HOSTILE = [
    "::error::gotcha", "##[error]gotcha", "\n", "\r", "\r\n", "\v", "\x85", "\u2028", " ", "\t", "\x00", "\x1b[2K", "\x1b]8;;",
    "\x9b",
    "\u202e", "\u200b", "\ufeff", "\ud800", "\udc83", "](javascript:alert(1))", "![x](http://evil.example/x.png)", "[y](//evil)",
    "<img src=x onerror=alert(1)>", "</pre><script>", "<http://evil.example>", "https://evil.example/", "www.evil.example",
    "a@b.example",
    "`", "```\n", "|", "~~", "**", "_", "# ", "- ", "&lt;", "\\", "…", '"', "'", "%0A::error::x", "あ", "👍",
    "\ud83d", "\ude00", "x" * 70,
]  # fmt: skip


def written_otherwise(secret: str) -> list[str]:
    """A secret as others may quote it."""
    octets = secret.encode()
    return [
        secret,
        secret[: len(secret) * 2 // 3],
        secret[2:],
        json.dumps(secret),
        json.dumps(secret, ensure_ascii=False),
        repr(secret),
        repr(octets),
        quote(secret),
        quote(secret, safe=""),
        html.escape(secret),
        base64.b64encode(octets).decode(),
        base64.b64encode(b"me:" + octets).decode(),
        base64.urlsafe_b64encode(b"user:" + octets + b"!").decode(),
        "\u200b".join(secret),
        f"\x1b[1m{secret[:5]}\x00{secret[5:]}",
    ]


@st.composite
def texts(draw: st.DrawFn) -> tuple[list[str], str]:
    """Secrets, and a text made of them and of what does harm."""
    secrets = draw(st.lists(LONG, min_size=1, max_size=3))
    forms = [form for secret in secrets for form in written_otherwise(secret)]
    parts = draw(st.lists(st.one_of(st.sampled_from(forms), st.sampled_from(HOSTILE), st.text(max_size=20)), max_size=12))
    return secrets, "".join(parts)


def pieces(secrets: list[str], shown: str) -> list[str]:
    """What of the secrets is to be read, also by who takes away escapes of HTML, JSON or URLs."""
    reading = [shown, html.unescape(shown), unquote(shown), shown.replace("\\\\", "\\").replace('\\"', '"')]
    found = {secret[at : at + PIECE] for secret in secrets for at in range(len(secret) - PIECE + 1)}
    return [piece for piece in found if any(piece in text for text in reading)]


def commands(printed: str) -> list[str]:
    """Lines that GitHub's runner takes for commands (actions/runner, ActionCommand.cs)."""
    return [line for line in re.split(r"[\r\n]", printed) if line.lstrip().startswith("::") or "##[" in line]


def unseen(printed: str) -> list[str]:
    """Characters that move a cursor or that nobody sees, but for line ends, tabs and what breaks a command."""
    return [
        each for each in printed if unicodedata.category(each) in {"Cc", "Cf", "Cs"} and each not in f"\n\t{ZERO_WIDTH_SPACE}"
    ]


def unescaped(text: str) -> str:
    for escaped, plain in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(escaped, plain)
    return text


def hostile_problem(text: str) -> Problem:
    return Problem(kind=CATALOGUE["R001"], message=same(f"The platform said {text}"), hint=same(text), file=f"a{text}", line=1)


def logged(text: str, secrets: list[str]) -> str:
    """What the log shows of a text from outside in all its places, after its masks."""
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii", newline="")
    stream.reconfigure(encoding="utf-8")
    log = Log(stream, workflow_commands=True, debug=True)
    for secret in secrets:
        log.mask(secret)
    stream.flush()
    masks = stream.buffer.tell()
    log.info(text)
    log.debug(text)
    log.group(text)
    log.problems([hostile_problem(text)] * 12)
    stream.flush()
    stream.buffer.seek(masks)
    return stream.buffer.read().decode()


@settings(max_examples=60)
@given(texts())
@example((["ACES-R00"], ""))
def test_no_line_of_the_log_shows_a_secret_or_is_a_command_that_nobody_meant(made: tuple[list[str], str]) -> None:
    secrets, text = made
    printed, own_words = logged(text, secrets), logged("", [])
    allowed = ("::debug::", "::group::", "::error file=")
    assert all(line.startswith(allowed) for line in commands(printed)), commands(printed)
    assert sum(line.startswith("::error") for line in commands(printed)) == 10
    # a secret may be a word of the log itself, such as a code
    assert set(pieces(secrets, unescaped(printed))) <= set(pieces(secrets, unescaped(own_words)))
    assert unseen(printed) == []


@settings(max_examples=60)
@given(texts())
@example((["0123456789"], "](javascript:alert(1))"))
def test_the_summary_shows_no_secret_and_no_link_picture_or_tag_from_outside(made: tuple[list[str], str]) -> None:
    secrets, text = made
    writes = Ledger()
    writes.send(Write(done=same(text), asks=same(text))).accept()
    report = Report(
        title=text,
        problems=[hostile_problem(text)],
        changes=[Change(verb="update", resource="service", name=text, reasons=(same(text),))],
        outputs={"endpoint-name": text},
        writes=writes,
        server_logs=[ServerLog(variant="x", stream=text, lines=cleaned([text], str), missing=same(text))],
        events=[text],
        weights_uri=text,
        steps=[StepRecord(name=same(text), seconds=1, result="failed")],
    )
    page = summary(report, "en", Sanitiser(secrets).redact)
    page.encode()
    assert pieces(secrets, page.replace("<!-- -->", "")) == []
    assert unseen(page) == []
    assert objections(page, OWN) == []


def every_format(text: str, secrets: list[str]) -> list[str]:
    """What `validate` prints of a result with a text from outside in all its places."""
    checked = (CheckedDeployment(project="p", env="dev", workflow=f"w{text}"),)
    result = CheckResult(checked=checked, problems=(hostile_problem(text),), secrets=tuple(secrets))
    return [
        as_text(result, "en", lines=lambda _: (), width=100, colour=False),
        as_github(result, "en"),
        as_json(result, "en"),
        as_sarif(result, "ja"),
    ]


@settings(max_examples=40)
@given(texts())
def test_every_format_of_the_command_line_takes_any_text_and_shows_no_secret(made: tuple[list[str], str]) -> None:
    secrets, text = made
    forms, formats = every_format(text, secrets), every_format("", [])
    for form, own_words in zip(forms, formats, strict=True):
        form.encode()
        shown = set(pieces(secrets, unescaped(form)))
        assert shown <= set(pieces(secrets, own_words))  # a secret may be a word of the format itself, such as uriBaseId
    json.loads(forms[2])
    json.loads(forms[3])


@settings(max_examples=40)
@given(texts())
def test_an_output_shows_no_secret_and_stays_json_if_it_was(made: tuple[list[str], str]) -> None:
    secrets, text = made
    sanitiser = Sanitiser(secrets)
    value = json.loads(sanitiser.output(json.dumps([{"name": text, "reasons": [text, None, 3]}], ensure_ascii=False)))
    assert value[0]["reasons"][1:] == [None, 3]
    for shown in (value[0]["name"], value[0]["reasons"][0], sanitiser.output(text), sanitiser.one_line(text, 5000)):
        shown.encode()
        assert pieces(secrets, shown) == []
        assert unseen(shown) == []


@settings(max_examples=40)
@given(LONG, st.integers(0, 2), st.binary(max_size=5))
def test_base64_of_a_secret_is_hidden_wherever_in_it_the_secret_stands(secret: str, before: int, after: bytes) -> None:
    octets = b"\0" * before + secret.encode()
    for encoded in (base64.b64encode(octets + after).decode(), base64.urlsafe_b64encode(octets + after).decode()):
        hidden = KnownSecrets([secret]).hide(encoded)
        assert len(hidden.replace("***", "")) <= len("ABCD==") + len(base64.b64encode(after))


@given(LONG, st.integers(4, 60), st.sampled_from(["…", "..."]))
def test_of_a_secret_that_was_cut_its_beginning_is_hidden_too(secret: str, length: int, cut: str) -> None:
    assert KnownSecrets([secret]).hide(f"token {secret[:length]}{cut}") == f"token ***{cut}"


@given(st.lists(LONG, min_size=2, max_size=3))
def test_each_line_of_a_secret_is_one(lines: list[str]) -> None:
    known = KnownSecrets(["\n".join(lines)])
    for line in lines:
        assert known.hide(f"a {line} b") == "a *** b"


@settings(max_examples=100)
@given(st.lists(st.sampled_from(HOSTILE)).map("".join))
def test_what_went_through_the_gate_stays_as_it_is_and_can_be_written(text: str) -> None:
    sanitiser = Sanitiser()
    once = sanitiser.clean(text)
    once.encode()
    assert sanitiser.clean(once) == once
    assert commands(once) == []


def test_lone_surrogates_become_the_replacement_character_and_pairs_the_character_they_are() -> None:
    assert seen("a\ud800b \ud83d\ude00 \udc83") == "a\ufffdb \U0001f600 \ufffd"


def test_every_character_without_a_width_goes() -> None:
    # of Unicode 15.0 and older: a newer Python knows more
    invisible = [chr(code) for code in range(0x13439) if unicodedata.category(chr(code)) in {"Cc", "Cf"}]
    assert [each for each in invisible if seen(each) == each] == ["\t", "\n"]


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp932", "utf-8"])
def test_the_log_takes_any_text_in_any_encoding(encoding: str) -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    log = Log(stream, workflow_commands=True, debug=True)
    log.mask("geheim-\ud800-geheim")
    for write in (log.info, log.debug, log.group):
        write("✓ あ \ud800 \udc83 👍")
    log.problems([hostile_problem("✗ \ud800")])
    stream.flush()
    assert stream.buffer.seek(0) == 0
    assert b"R001" in stream.buffer.read()


def test_outputs_and_summary_take_any_text(tmp_path: Path) -> None:
    output, page = tmp_path / "output", tmp_path / "summary"
    write_outputs(output, {"name": "a\ud800"})
    write_summary(page, "b\udc83")
    assert "a?" in output.read_text(encoding="utf-8")
    assert page.read_text(encoding="utf-8") == "b?"


def test_a_text_without_end_is_cut_and_its_last_word_is_no_half_secret() -> None:
    shown = Sanitiser().clean("word " * LONGEST)
    assert len(shown) <= LONGEST + 10
    assert "AKIA" not in Sanitiser().clean("x" * (LONGEST - 10) + " AKIAIOSFODNN7EXAMPLE")


def test_a_terminal_code_without_an_end_takes_nothing_of_our_own_words_away() -> None:
    assert seen("AWS said: \x1b]0;title. Run the job again.") == "AWS said: 0;title. Run the job again."


def test_a_credential_is_hidden_before_a_line_is_cut_or_flattened() -> None:
    key = "AKIA" + "Q" * 16
    assert one_line(f"{'x ' * 95}{key}").endswith("***")
    answer = InvocationResult(status=200, content_type="", body=f'{"x " * 95}\n{{"key": "{key}"}}'.encode(), size=300)
    assert "AKIA" not in answer.excerpt(200)


def test_words_of_few_letters_that_a_variable_calls_a_secret_do_not_hide_words() -> None:
    assert KnownSecrets(["abc\n{\nlong-enough"]).hide("{ abc }") == "{ abc }"


@pytest.mark.parametrize(
    ("line", "shown"), [("    key: AKIAIOSFODNN7EXAMPLE", "    key: " + "*" * 20), ("  t: my-own-token", "  t: " + "*" * 12)]
)
def test_a_line_of_a_file_is_shown_with_as_many_stars_as_its_secret_has_characters(line: str, shown: str) -> None:
    problem = Problem(kind=CATALOGUE["C004"], message=same("x"), file="f.yml", line=1, column=len(line), end_column=len(line) + 1)
    findings = CheckResult(checked=(), problems=(problem,), secrets=("my-own-token",))
    told = as_text(findings, "en", lines=lambda _: [line], width=100, colour=False).split("\n")
    assert f"  1 | {shown}" in told
    assert f"    | {' ' * (len(line) - 1)}^" in told
