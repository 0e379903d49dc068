"""`aces-action bootstrap`: what a project needs in its AWS account, by two stacks of CloudFormation."""

from __future__ import annotations

import shlex
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from aces_action.cli.console import Terminal
from aces_action.cli.deploy_settings import region_by_expression
from aces_action.cli.discovery import SelectedDeployment, seen_from_here, steps_of
from aces_action.cli.options import yes_option
from aces_action.cli.prompts import agrees
from aces_action.cli.run_command import ServerOptions, region_of, server_options
from aces_action.cli.usage_error import WrongUse
from aces_action.language import EMPTY, Language, Text, joined, same
from aces_action.problems import ActionError, ConfigurationError, Problem
from aces_action.sanitiser import Sanitiser

if TYPE_CHECKING:
    from aces_action.aws.clients import Clients
    from aces_action.bootstrap.needs import Needs
    from aces_action.bootstrap.plan import StackPlan, StackRequest
    from aces_action.bootstrap.stack import CloudFormation, Stack, StackEvent
    from aces_action.bootstrap.template import StackTemplate

_WHAT = joined(
    "\n\n",
    (
        Text(
            "Show what AWS CloudFormation would create in your account for this project: roles, bucket, ECR repository, job "
            "queues and compute environments. With --apply, create it.",
            "このプロジェクトのためにAWS CloudFormationでアカウントに作成するもの（ロール、バケット、ECRリポジトリ、"
            "ジョブキュー、コンピューティング環境）を表示します。--applyを指定すると作成します。",
        ),
        Text(
            "PATH is the top folder of the repository (default: the current folder). Its infra file and workflow say what is "
            "needed; what exists already, made by other means, is left out. Bucket and repository are never deleted.",
            "PATHはリポジトリの最上位のフォルダです（省略時は現在のフォルダ）。必要なものは、infraファイルとワークフローからわかります。"
            "別の方法で作成済みのものは対象から外します。バケットとリポジトリは削除しません。",
        ),
        Text(
            "Uses your own AWS credentials (AWS_PROFILE), which must be allowed to create roles. With --apply you are asked to "
            "confirm, unless you give --yes. Ctrl-C only ends the wait; the same command continues.",
            "自分のAWSの認証情報（AWS_PROFILE）を使います。ロールを作成する権限が必要です。--applyでは、--yesを指定しない限り確認を"
            "求めます。Ctrl-Cで中止しても、AWSの処理は続きます。同じコマンドで再開できます。",
        ),
        Text(
            "Exit status: 0 shown or done, 1 failed, 2 wrong arguments or configuration, 130 Ctrl-C.",
            "終了ステータス: 表示または完了は0、失敗は1、引数または設定の誤りは2、Ctrl-Cは130",
        ),
    ),
)
_WEIGHTS, _ARCHIVE = "weights", "deploy.tar.gz"  # as `init` and the guide name them
_SHORT = Text("Create what the project needs in AWS.", "AWSに必要なものを作成します。")
_APPLY = Text("Create or change it.", "作成または変更を実行します。")
_PARAMETER = Text(
    "Parameter of the templates, which wins over what the repository says. May be repeated.",
    "テンプレートのパラメータ。リポジトリの内容より優先します。複数回指定できます。",
)


def command(language: Language) -> click.Command:
    return click.Command(
        "bootstrap",
        callback=_bootstrap,
        params=[
            *server_options(language),
            click.Option(["--apply"], is_flag=True, help=_APPLY.in_(language)),
            click.Option(
                ["--parameter", "parameters"],
                multiple=True,
                metavar="NAME=VALUE",
                callback=_read_parameters,
                help=_PARAMETER.in_(language),
            ),
            yes_option(language),
        ],
        help=_WHAT.in_(language),
        short_help=_SHORT.in_(language),
    )


def _read_parameters(_ctx: click.Context, _parameter: click.Parameter, given: Sequence[str]) -> dict[str, str]:
    from aces_action.bootstrap import template

    known = (template.roles().parameters | template.project().parameters) - {"Project", "Env"}  # which have their own options
    read: dict[str, str] = {}
    for each in given:
        name, equals, value = each.partition("=")
        if not equals:
            raise WrongUse(
                Text(f"--parameter: '{each}' is not NAME=VALUE.", f"--parameter: 「{each}」はNAME=VALUEの形ではありません。")
            )
        if name not in known:
            raise WrongUse(_unknown_parameter(name, known))
        read[name] = value
    return read


def _unknown_parameter(name: str, known: frozenset[str]) -> Text:
    from difflib import get_close_matches

    near = get_close_matches(name, sorted(known), n=1)
    if near:
        return Text(
            f"--parameter: the templates have no parameter '{name}'. Did you mean {near[0]}?",
            f"--parameter: テンプレートにパラメータ「{name}」はありません。{near[0]}ではありませんか。",
        )
    return Text(
        f"--parameter: the templates have no parameter '{name}'. docs/iam and docs/infra list them.",
        f"--parameter: テンプレートにパラメータ「{name}」はありません。一覧はdocs/iamとdocs/infraにあります。",
    )


def _bootstrap(*, apply: bool, parameters: dict[str, str], yes: bool, **given: Any) -> int:
    options, person = ServerOptions(**given), click.get_current_context().ensure_object(Terminal)
    if apply and not (yes or person.asks):
        raise WrongUse(
            Text(
                "--apply: there is no terminal to ask for confirmation. Look at the plan without --apply, then give --yes.",
                "--apply: 確認の入力ができない環境です。--applyなしで計画を確認してから、--yesを指定してください。",
            )
        )
    deployment = options.deployment("bootstrap")
    if deployment.target.region is None and (unknown := region_by_expression(steps_of(options.path, deployment.target))):
        raise ConfigurationError(problem.for_terminal() for problem in seen_from_here(unknown, options.path))
    verb = Bootstrap(deployment=deployment, options=options, person=person, overrides=parameters, apply=apply, yes=yes)
    from aces_action.cli.aws import aws_explained, check_way

    with aws_explained():
        check_way(person)
        return verb.run()


@dataclass(frozen=True, slots=True, kw_only=True)
class Bootstrap:
    """One call of the verb."""

    deployment: SelectedDeployment
    options: ServerOptions
    person: Terminal
    overrides: dict[str, str]
    apply: bool
    yes: bool

    def run(self) -> int:
        """Returns 0, or 130 after Ctrl-C. Raises ActionError."""
        from aces_action.aws.clients import Clients
        from aces_action.aws.identity import check_account, who_am_i
        from aces_action.aws.session import open_session
        from aces_action.bootstrap import template
        from aces_action.bootstrap.stack import SERVICE

        region = region_of(self.deployment, self.person)
        session = open_session(region=region, role_arn=None, session_name="", token=str)
        clients, identity, server = Clients(session), who_am_i(Clients(session).sts), self.deployment.server
        if wrong := check_account(identity, configured=server.infra.account_id, infra_file=str(server.infra_file)):
            raise ActionError(wrong)
        client: CloudFormation = session.client(SERVICE)  # type: ignore[call-overload]  # its stubs are none of our dependencies
        target = self.deployment.target
        self._say(
            Text(
                f"{target.project} {target.env} in AWS account {identity.account}, {region}",
                f"{target.project} {target.env}（AWSアカウント{identity.account}、{region}）",
            )
        )
        stacks = [self._settled(client, of, region) for of in (template.roles(), template.project())]
        return self._go(client, clients, stacks, region=region, account=identity.account)

    def _settled(self, client: CloudFormation, of: StackTemplate, region: str) -> Stack:
        """The stack, once it takes a change. Raises ActionError (I004, I005)."""
        from aces_action.bootstrap.stack import delete, first_failure, follow, read_stack, told_cause, way_out
        from aces_action.problems import bootstrap as problems

        target = self.deployment.target
        stack = read_stack(client, of.stack(target.project, target.env))
        if stack.condition == "busy":
            if not self.apply:
                raise ActionError(problems.stack_busy(stack.name, stack.status))
            self._say(Text(f"\n▶ {stack.name} is being changed: waiting", f"\n▶ {stack.name}は変更中です。完了を待ちます"))
            self._watching(lambda: follow(client, stack.id, self._tell_event, time.sleep))
            stack = read_stack(client, stack.name)
        if stack.condition in {"never created", "stuck"} and not stack.is_of(target.project, target.env, of):
            raise ActionError(problems.stack_of_others(stack.name))
        if stack.condition == "stuck":
            cause = told_cause(first_failure(client, stack.id))
            raise ActionError(problems.stack_stuck(stack.name, stack.status, cause, way_out(stack, region)))
        if stack.condition == "never created":
            failed = problems.creation_had_failed(stack.name, told_cause(first_failure(client, stack.id)))
            if not self.apply:
                raise ActionError(failed)
            self._say(failed.message)
            self._confirm(
                Text(
                    "Delete this stack, which holds nothing, and start again?",
                    "中身のないこのスタックを削除して、やり直しますか？",
                )
            )
            self._watching(lambda: delete(client, stack, self._tell_event, time.sleep))
            stack = read_stack(client, stack.name)
        return stack

    def _go(self, client: CloudFormation, clients: Clients, stacks: Sequence[Stack], *, region: str, account: str) -> int:
        from aces_action.bootstrap.plan import Place, drop, losses, plan_stack, stack_requests
        from aces_action.bootstrap.stack import read_stack

        needs = self._needs()
        if needs.role_arn and account not in needs.role_arn.split(":"):
            self._say(
                Text(
                    f"Caution: the workflow deploys to another account, by its AWS_ROLE_ARN: {needs.role_arn}",
                    f"注意: ワークフローのAWS_ROLE_ARNは別のアカウントのものです: {needs.role_arn}",
                )
            )
        place = Place(clients=clients, region=region, overrides=self.overrides)
        plans: list[StackPlan] = []
        try:
            for request in stack_requests(place, needs, *stacks):
                plans.append(plan_stack(client, request, time.sleep))
                self._show(plans[-1])
            _refuse_losses([problem for plan in plans for problem in losses(clients, plan)])
            changing = [plan for plan in plans if plan.changes]
            if changing and self.apply:
                self._confirm(Text("Apply these changes?", "この変更を適用しますか？"))
                # the question may have stood there for hours
                _refuse_losses([problem for plan in plans for problem in losses(clients, plan)])
                for plan in changing:
                    self._carry_out(client, plan, plans)
        finally:
            for plan in plans:
                drop(client, plan, time.sleep)
        self._end(needs, [read_stack(client, stack.name) for stack in stacks], changes=bool(changing))
        return 0

    def _carry_out(self, client: CloudFormation, plan: StackPlan, open_plans: list[StackPlan]) -> None:
        """Follows it to its end. Once it has begun, its change set is no longer there to be discarded."""
        from aces_action.bootstrap.stack import follow, start

        if made := plan.change_set:
            self._say(same(f"\n▶ {plan.request.stack.name}"))
            known = start(client, plan.request.stack, made)
            open_plans.remove(plan)
            self._watching(lambda: follow(client, made.stack, self._tell_event, time.sleep, known=known))

    def _needs(self) -> Needs:
        """What the repository says."""
        from aces_action.bootstrap.needs import Needs
        from aces_action.bootstrap.repository import (
            as_in_tokens,
            branch_of,
            deploying,
            environment_of,
            github_repository,
            plans_under,
            role_of,
        )

        target, server = self.deployment.target, self.deployment.server
        steps = steps_of(self.options.path, target)
        own, remote = deploying(steps), github_repository(self.options.path)
        named = as_in_tokens(remote) if remote else None
        return Needs(
            project=target.project,
            env=target.env,
            infra=server.infra,
            names=self.deployment.names,
            repository=named or remote,
            sub_is_known=named is not None,
            branch=branch_of(own),
            environment=environment_of(own),
            role_arn=role_of(own),
            plans=plans_under(steps, f"{target.project}-{target.env}-aces-plan-role"),
        )

    def _watching(self, work: Callable[[], None]) -> None:
        """Does what waits for AWS. After Ctrl-C, or where AWS is not reached any more, it says that AWS carries on."""
        from aces_action.aws.errors import AWS_ERRORS

        try:
            work()
        except (KeyboardInterrupt, *AWS_ERRORS):
            self._say(
                Text(
                    "\nCloudFormation carries on. To follow it, run the same command again.",
                    "\nCloudFormationの処理は続いています。同じコマンドで、その完了を待てます。",
                )
            )
            raise

    def _confirm(self, question: Text) -> None:
        if self.yes:
            return
        click.echo()
        if not agrees(question, self.person):
            raise click.Abort

    def _show(self, plan: StackPlan) -> None:
        request = plan.request
        self._say(same(f"\n{request.stack.name}"))
        for part in request.left_out:
            self._say(
                Text(
                    f"    {part.what.en} {part.name} exists already and is left out",
                    f"    {part.what.ja}{part.name}はすでにあるため、対象から外します",
                )
            )
        for part in request.gone:
            self._say(
                Text(
                    f"    {part.what.en} {part.name} of this stack was deleted by other means. To create it again, give "
                    f"--apply --parameter {part.flag}=false, then --apply",
                    f"    このスタックの{part.what.ja}{part.name}は、別の方法で削除されています。作成し直すには、"
                    f"--apply --parameter {part.flag}=false、続いて --apply を実行してください",
                )
            )
        if request.trusted:
            self._say(
                Text(
                    f"    may be deployed from GitHub Actions as {request.trusted}",
                    f"    デプロイを許可するGitHub Actionsのsub: {request.trusted}",
                )
            )
        if request.placement and "Subnets" not in request.stack.parameters:
            self._say(_placement_text(request))
        for name, (old, new) in request.changed_parameters.items():
            self._say(same(f"    {name}: {old or '–'} → {new or '–'}"))
        if not plan.changes:
            self._say(Text("  nothing to do", "  変更はありません"))
        for change in plan.changes:
            properties = f" ({', '.join(change.properties)})" if change.properties else ""
            name = f" {_last(change.name)}" if change.name else ""
            self._say(
                Text(
                    f"  {change.mark} {change.word.en}  {change.kind} {change.resource}{name}{properties}",
                    f"  {change.mark} {change.word.ja}  {change.kind} {change.resource}{name}{properties}",
                )
            )
            if change.kind == "AWS::IAM::Role" and change.effect in {"delete", "replace"}:
                self._say(
                    Text(
                        "      Caution: whatever still runs under this role loses its permissions",
                        "      注意: このロールで稼働中のものは、権限を失います",
                    )
                )

    def _tell_event(self, event: StackEvent) -> None:
        if event.reason == "Resource creation Initiated":  # the second time that it is said to be in progress
            return
        mark = "✗" if event.status.endswith("_FAILED") else "✓" if event.status.endswith("_COMPLETE") else "·"
        reason = f"  {event.reason}" if event.reason and mark == "✗" else ""
        self._say(same(f"  {mark} {event.status}  {event.kind} {event.resource}{reason}"))

    def _end(self, needs: Needs, stacks: Sequence[Stack], *, changes: bool) -> None:
        if changes and not self.apply:
            self._say(Text("\nNothing was changed. To create it:", "\n何も変更していません。作成するには:"))
            self._say(same(self._again("--apply")))
            return
        outputs = {name: value for stack in stacks for name, value in stack.outputs.items()}
        if outputs:
            self._say(EMPTY)
        for name, value in outputs.items():
            self._say(same(f"{name}  {value}"))
        arn = outputs.get("RoleArn")
        if arn and needs.role_arn != arn:
            self._say(Text(f"Set AWS_ROLE_ARN in the workflow: {arn}", f"ワークフローのAWS_ROLE_ARNに設定してください: {arn}"))
        if arn and not needs.sub_is_known and "@" not in stacks[0].parameters.get("Repository", "@"):
            self._say(_with_ids(stacks[0].parameters["Repository"]))
        self._say(Text("\nNext:", "\n次の手順:"))
        if (self.options.path / _WEIGHTS).is_dir() and not (self.options.path / _ARCHIVE).exists():
            self._say(same(f"aces-action weights pack {_WEIGHTS} -o {_ARCHIVE}"))
        self._say(same(f"aces-action weights push {_ARCHIVE} --project {needs.project} --env {needs.env}"))
        self._say(same("aces-action doctor"))

    def _again(self, more: str) -> str:
        """The same command, with one option more."""
        given = self.options
        options = {"--project": given.project, "--env": given.env, "--config-path": given.config_path, "--region": given.region}
        words = ["aces-action", "bootstrap", *([] if str(given.path) == "." else [str(given.path)])]
        words += [word for name, value in options.items() if value for word in (name, value)]
        words += [word for name, value in self.overrides.items() for word in ("--parameter", f"{name}={value}")]
        return shlex.join([*words, more])

    def _say(self, text: Text) -> None:
        click.echo(Sanitiser(self.person.secrets).clean(text.in_(self.person.language)))


def _refuse_losses(found: Sequence[Problem]) -> None:
    if found:
        raise ActionError(found)


def _last(name: str) -> str:
    """The name in an ARN."""
    return name.rpartition("/")[2] if name.startswith("arn:") else name


def _placement_text(request: StackRequest) -> Text:
    placement = request.placement
    assert placement is not None  # noqa: S101  asked before
    listed = ", ".join(f"{subnet} ({zone})" for subnet, zone in placement.subnets)
    return Text(
        f"    jobs run in {placement.vpc}: {listed}. Others: --parameter Subnets=SUBNET,SUBNET",
        f"    ジョブは{placement.vpc}で実行します: {listed}。変更するには --parameter Subnets=SUBNET,SUBNET",
    )


def _with_ids(repository: str) -> Text:
    """Which repositories have ids in their tokens: docs/iam/README.md."""
    query = "'\"\\(.owner.login)@\\(.owner.id)/\\(.name)@\\(.id)\"'"
    command = f'aces-action bootstrap --apply --parameter Repository="$(gh api repos/{repository} --jq {query})"'
    return Text(
        "\nIf the repository was created or renamed since 15 July 2026, its tokens have ids, and its jobs cannot assume the role "
        f"as it is. Then run this (gh has to be logged in):\n{command}",
        "\n2026年7月15日以降に作成または名前を変更したリポジトリでは、トークンにidが入るため、このままではジョブがロールを"
        f"引き受けられません。その場合は、次のコマンドを実行してください（ghへのログインが必要です）:\n{command}",
    )
