"""The command line, `aces-action VERB …`: the same functions as the action's, for a person, a hook or another CI.

The modules of `aces_action.cli.commands` are imported when a verb is asked for: a quick verb does not wait for what a slow one
needs. Exit status: 0 done, 1 a step failed, 2 wrong arguments or configuration, 130
cancelled.
"""

from __future__ import annotations

import contextlib
import os
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from aces_action import __version__
from aces_action.cli.console import DETAILS, Terminal, terminal
from aces_action.cli.lazy_group import LazyGroup, language_option
from aces_action.cli.usage_error import WrongUse
from aces_action.github.commands import problem_text, redacted
from aces_action.language import Language, Text, same
from aces_action.problems import ActionError, internal_error
from aces_action.sanitiser import Sanitiser, neutralise
from aces_action.system_error import system_reason

# In the order of --help, each with its module
VERBS = {
    "init": "init",
    "validate": "validate",
    "preview": "preview",
    "weights": "weights",
    "tenant-id": "tenant_id",
    "bootstrap": "bootstrap",
    "doctor": "doctor",
    "plan": "deploy",
    "deploy": "deploy",
    "status": "status",
    "rollback": "server",
    "stop": "server",
    "start": "server",
    "destroy": "server",
}

_EXTRA_ARGUMENTS = re.compile(r"^Got unexpected extra arguments? \((?P<arguments>.*)\)")  # click: Command.parse_args
_DESTRUCTIVE = frozenset({"stop", "destroy"})
_NAME = "aces-action"
_CANCELLED = 130
_WHAT = Text(
    "Deploys inference algorithms to Amazon SageMaker and AWS Batch, and lists them on the ACES Platform.",
    "推論アルゴリズムをAmazon SageMakerとAWS Batchにデプロイし、ACES Platformに登録します。",
)
_VERSION_HELP = Text("Show the version and exit.", "バージョンを表示して終了します。")


def enter() -> int:
    """Runs this process's command line. After Ctrl-C it ends the process: threads may still wait for an answer of AWS's."""
    _open_streams()
    status = main()
    if status == _CANCELLED:
        sys.stderr.flush()
        os._exit(status)
    return status


def main(arguments: Sequence[str] | None = None, environ: Mapping[str, str] | None = None) -> int:
    """Runs one command of this process's terminal. Returns the exit status, whatever happens."""
    arguments = sys.argv[1:] if arguments is None else arguments
    environ = os.environ if environ is None else environ
    person = terminal(environ, arguments)
    language = person.language
    try:
        done = program(language).main(list(arguments), prog_name=_NAME, standalone_mode=False, obj=person)
        sys.stdout.flush()
        return int(done or 0)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.ctx.get_help())
        return 2
    except click.UsageError as error:
        say(usage_text(error, language))
        return 2
    except (click.Abort, KeyboardInterrupt):
        say(Text("Cancelled.", "中止しました。").in_(language))
        return _CANCELLED
    except ActionError as error:
        say(_told(error, person))
        return error.exit_status
    except BrokenPipeError:  # `aces-action validate | head`: nobody reads on, and Python would complain of that at its end
        _let_go_of_output()
        return 1
    except OSError as error:
        with contextlib.suppress(OSError):  # nobody may be left to read that
            say(Sanitiser(person.secrets).clean(_failed(error, language)))
        _let_go_of_output()
        return 1
    except Exception as error:  # noqa: BLE001  the one place that turns the unexpected into a text
        sanitiser = Sanitiser(person.secrets)
        if person.debug:
            import traceback

            say(sanitiser.clean(traceback.format_exc()))
        say(problem_text(redacted(internal_error(error, DETAILS), sanitiser.redact), language))
        return 1


def _let_go_of_output() -> None:
    """What cannot be written is given up: Python would try again at its end, complain, and end with a status of its own."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _open_streams() -> None:
    """A process that was started with a standard stream closed (`>&-`) has None in its place."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115  until the process ends


def say(text: str) -> None:
    """To the person, not into what the command prints."""
    click.echo(text, err=True)


def program(language: Language) -> click.Group:
    """The whole command line in a language. Making it imports no verb."""
    return LazyGroup(
        name=_NAME,
        help=_WHAT.in_(language),
        params=[
            click.Option(
                ["--version"],
                is_flag=True,
                expose_value=False,
                is_eager=True,
                callback=_show_version,
                help=_VERSION_HELP.in_(language),
            ),
            language_option(language),
        ],
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
        verbs=VERBS,
        language=language,
    )


def usage_text(error: click.UsageError, language: Language) -> str:
    """What is wrong with the command line, and how to learn what is right."""
    text = _usage_text(error).in_(language)
    path = error.ctx.command_path if error.ctx else _NAME
    return f"✗ {neutralise(text)}\n  {path} --help"


def _usage_text(error: click.UsageError) -> Text:
    """click's own words in English; in Japanese by the kind of mistake."""
    english = error.format_message()
    match error:
        case WrongUse():
            return error.text
        case click.NoSuchOption():
            return Text(english, f"オプション{error.option_name}はありません。{_perhaps(error.possibilities)}")
        case click.NoSuchCommand():
            return _no_such_command(error, english)
        case click.MissingParameter(param=click.Argument() as argument):
            return Text(english, f"{argument.make_metavar(error.ctx or click.Context(click.Command(_NAME)))}を指定してください。")
        case click.MissingParameter(param=click.Option() as option):
            return Text(english, f"{option.opts[-1]}を指定してください。")
        case click.BadOptionUsage():
            needs = "requires" in english  # click has the same class for a value too few and one too many
            return Text(english, f"オプション{error.option_name}に{'は値が必要です' if needs else '値は指定できません'}。")
        case click.BadParameter(param=click.Option() as option) if isinstance(option.type, click.Choice):
            choices = "、".join(str(choice) for choice in option.type.choices)
            return Text(english, f"{option.opts[-1]}は次のいずれかでなければなりません: {choices}")
        case _ if extra := _EXTRA_ARGUMENTS.search(english):
            return Text(english, f"余分な引数があります: {extra['arguments']}")
        case _:
            return Text(english, f"コマンドラインが正しくありません: {english}")


def _no_such_command(error: click.NoSuchCommand, english: str) -> Text:
    """With the verb that was meant, if one looks like it. None is suggested that takes something away."""
    from difflib import get_close_matches

    name, group = error.command_name, error.ctx.command if error.ctx else None
    verbs = group.list_commands(error.ctx) if error.ctx and isinstance(group, click.Group) else []
    if verbs == list(VERBS) and get_close_matches(name, [*verbs, "register"], n=1) == ["register"]:
        return Text(
            f"No such command '{name}'. `aces-action deploy` lists what serves, and so does the workflow's `command: register`.",
            f"コマンド「{name}」はありません。登録は`aces-action deploy`、またはワークフローの`command: register`で行います。",
        )
    near = get_close_matches(name, verbs)
    meant = [] if _DESTRUCTIVE.intersection(near[:1]) else [each for each in near if each not in _DESTRUCTIVE]
    english += f" Did you mean '{meant[0]}'?" if meant else ""
    return Text(english, f"コマンド「{name}」はありません。{_perhaps(meant)}")


def _perhaps(possibilities: Sequence[str] | None) -> str:
    return f"もしかして: {'、'.join(possibilities)}" if possibilities else ""


def _show_version(ctx: click.Context, _parameter: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        click.echo(f"{_NAME} {__version__}")
        ctx.exit()


def _told(error: ActionError, person: Terminal) -> str:
    """The problems that ended a verb, in the same form as those that a verb finds."""
    from aces_action.cli.formats.result import CheckResult
    from aces_action.cli.formats.text import as_text

    result = CheckResult(checked=(), problems=error.problems, secrets=person.secrets)
    return as_text(
        result, person.language, lines=lambda _: (), width=person.width, colour=person.draws and person.colour
    ).rstrip()


def _failed(error: OSError, language: Language) -> str:
    reason = system_reason(error) + same(f": {error.filename}" if error.filename else "")
    return f"✗ {Text(f'Not possible: {reason.en}', f'実行できませんでした: {reason.ja}').in_(language)}"
