"""I: the account's share of a project, which `aces-action bootstrap` makes by CloudFormation."""

from __future__ import annotations

from collections.abc import Iterable

from aces_action.language import EMPTY, Text, lines, same, sentences
from aces_action.problems.advice import run_again
from aces_action.problems.kind import Kind, snippet
from aces_action.problems.problem import Problem

I001 = Kind(
    code="ACES-I001",
    severity="error",
    title=Text("Not enough is known for the stacks", "スタックの作成に必要な情報が足りません"),
    cause=Text(
        "Neither the repository nor the AWS account says what a parameter of the templates has to be: there is no git remote on "
        "GitHub, the account has no default VPC in the region, or the subnets do not exist.",
        "テンプレートのパラメータの値が、リポジトリからもAWSアカウントからもわかりません。GitHubのリモートがないか、"
        "リージョンに既定のVPCがないか、指定したサブネットがありません。",
    ),
    fix=Text("Give the parameter:", "パラメータを指定してください。")
    + snippet(
        "sh",
        "aces-action bootstrap --parameter Repository=OWNER/NAME\n"
        "aces-action bootstrap --parameter Subnets=subnet-0123456789abcdef0,subnet-0fedcba9876543210",
    ),
    example=Text(
        "ACES-I001 The account has no default VPC in ap-northeast-1, so the subnets for the jobs are unknown.",
        "ACES-I001 アカウントのap-northeast-1に既定のVPCがないため、ジョブを実行するサブネットがわかりません。",
    ),
)

I002 = Kind(
    code="ACES-I002",
    severity="error",
    title=Text("Bucket name taken", "バケット名が使われています"),
    cause=Text(
        "Another AWS account has a bucket of the name that the weights' bucket would have. All accounts share the names of "
        "buckets.",
        "重みファイルのバケットと同じ名前のバケットが、別のAWSアカウントにあります。バケット名は、すべてのアカウントで共通です。",
    ),
    fix=Text(
        "If the bucket is that of your project in another account, sign in there (AWS_PROFILE). Else choose another name in "
        "the infra file:",
        "それが自分のプロジェクトのバケットで、別のアカウントにある場合は、"
        "そのアカウントにサインインしてください（AWS_PROFILE）。"
        "そうでなければ、infraファイルで別の名前を指定してください。",
    )
    + snippet("yaml", "names:\n  bucket: example-corp-number-plate-detection-dev"),
    example=Text(
        "ACES-I002 The bucket name number-plate-detection-dev is taken by another AWS account.",
        "ACES-I002 バケット名number-plate-detection-devは、別のAWSアカウントが使用しています。",
    ),
)

I003 = Kind(
    code="ACES-I003",
    severity="error",
    title=Text("Data would be left behind", "データが取り残されます"),
    cause=Text(
        "The change would replace or delete the bucket of the weights or the repository of the images, and there is something in "
        "it. CloudFormation would keep a replaced one, but nothing would use it any more. Usually a name in the infra file was "
        "changed.",
        "この変更では、重みファイルのバケットまたはイメージのリポジトリが置き換えられるか削除されますが、中身が残っています。"
        "置き換えの場合、CloudFormationは古いものを残しますが、以後どこからも使われなくなります。"
        "多くの場合、infraファイルの名前が変わったことが原因です。",
    ),
    fix=Text(
        "Change the name in the infra file back. To move for good: create the new bucket or repository yourself, copy what is in "
        "the old one, and take the old one out of the stack, where it stays as it is:",
        "infraファイルの名前を元に戻してください。移行する場合は、新しいバケットやリポジトリを自分で作成して中身をコピーし、"
        "古いものをスタックから外してください（削除はされません）。",
    )
    + snippet("sh", "aces-action bootstrap --apply --parameter WithBucket=false"),
    example=Text(
        "ACES-I003 The bucket number-plate-detection-dev would be replaced by one of another name, and it is not empty.",
        "ACES-I003 バケットnumber-plate-detection-devは空ではありませんが、別の名前のものに置き換えられます。",
    ),
)

I004 = Kind(
    code="ACES-I004",
    severity="error",
    title=Text("Stack cannot be changed", "スタックを変更できません"),
    cause=Text(
        "A stack that is being changed, or whose last change has failed halfway, cannot be changed. The message names its "
        "status, and the first thing that failed. A stack of the same name may also be somebody else's.",
        "変更中のスタックや、前回の変更が途中で失敗したスタックは、変更できません。"
        "スタックの状態と、最初に失敗したものをメッセージに示します。同じ名前の、別のスタックの場合もあります。",
    ),
    fix=Text(
        "Wait for the change, or fix the cause and run the command in the message. A stack whose first creation failed "
        "(ROLLBACK_COMPLETE) holds nothing: `--apply` deletes it and creates it again.",
        "変更の完了を待つか、原因を修正してメッセージにあるコマンドを実行してください。"
        "最初の作成に失敗したスタック（ROLLBACK_COMPLETE）には何も残っていないため、`--apply`で削除して作り直します。",
    )
    + snippet("sh", "aces-action bootstrap --apply"),
    example=Text(
        "ACES-I004 The stack number-plate-detection-dev-project is in UPDATE_ROLLBACK_FAILED and cannot be changed.",
        "ACES-I004 スタックnumber-plate-detection-dev-projectはUPDATE_ROLLBACK_FAILEDのため、変更できません。",
    ),
)

I005 = Kind(
    code="ACES-I005",
    severity="error",
    title=Text("Stack failed", "スタックの作成または変更に失敗しました"),
    cause=Text(
        "CloudFormation could not create or change a resource, and has taken back what it had done until then. The message names "
        "the first resource that failed and gives AWS's own words: a missing permission, a name that is taken, a limit of the "
        "account.",
        "CloudFormationがリソースを作成または変更できず、それまでの変更を元に戻しました。"
        "最初に失敗したリソースとAWSの説明（権限の不足、名前の重複、アカウントの上限など）をメッセージに示します。",
    ),
    fix=Text(
        "Fix the cause and run the command again. Whatever exists by then is found and left out. Which permissions it takes is "
        "in "
        "docs/infra.",
        "原因を修正し、コマンドを再実行してください。そのときに存在するものは、自動で対象から外れます。"
        "必要な権限はdocs/infraにあります。",
    )
    + snippet("sh", "aces-action bootstrap --apply"),
    example=Text(
        "ACES-I005 The stack number-plate-detection-dev-project ended in ROLLBACK_COMPLETE: WeightsBucket (AWS::S3::Bucket) "
        "failed first: number-plate-detection-dev already exists",
        "ACES-I005 スタックnumber-plate-detection-dev-projectはROLLBACK_COMPLETEで終わりました。"
        "WeightsBucket（AWS::S3::Bucket）: number-plate-detection-dev already exists",
    ),
)

I006 = Kind(
    code="ACES-I006",
    severity="error",
    title=Text("No plan from CloudFormation", "CloudFormationで計画を作成できません"),
    cause=Text(
        "CloudFormation refused the change set: it checks parameters, names and quotas before anything is created.",
        "CloudFormationが変更セットを拒否しました。何かを作成する前に、パラメータ、名前、クォータなどを確認しています。",
    ),
    fix=Text(
        "Read what AWS says; the parameters and what they may be are in docs/iam and docs/infra.",
        "AWSの説明を確認してください。パラメータと指定できる値は、docs/iamとdocs/infraにあります。",
    )
    + snippet("sh", "aces-action bootstrap --parameter Branch=main"),
    example=Text(
        "ACES-I006 CloudFormation refused the change set of number-plate-detection-dev-roles: Parameter Branch failed to "
        "satisfy constraint: must match pattern [A-Za-z0-9._/-]+",
        "ACES-I006 CloudFormationがnumber-plate-detection-dev-rolesの変更セットを拒否しました: Parameter Branch failed to "
        "satisfy constraint: must match pattern [A-Za-z0-9._/-]+",
    ),
)

I007 = Kind(
    code="ACES-I007",
    severity="error",
    title=Text("Jobs would be ended", "ジョブが途中で終了します"),
    cause=Text(
        "The change would replace or delete a job queue or its compute environment while jobs wait or run there. Deleting a "
        "queue ends all its jobs. Usually a name in the infra file was changed.",
        "この変更では、待機中または実行中のジョブがあるジョブキューかコンピューティング環境が、置き換えられるか削除されます。"
        "ジョブキューを削除すると、そのすべてのジョブが終了します。多くの場合、infraファイルの名前が変わったことが原因です。",
    ),
    fix=Text(
        "Change the name in the infra file back, or wait until no job is left there:",
        "infraファイルの名前を元に戻すか、ジョブがすべて終わるまで待ってください。",
    )
    + snippet("sh", "aws batch list-jobs --job-queue number-plate-detection-dev-algorithm-server --job-status RUNNING"),
    example=Text(
        "ACES-I007 The job queue number-plate-detection-dev-algorithm-server would be replaced, but has jobs under way, such as "
        "4f1c0a52-9f8e-4d0c-8a41-0d4c4e0f7b11.",
        "ACES-I007 "
        "ジョブキューnumber-plate-detection-dev-algorithm-serverには終わっていないジョブ（4f1c0a52-9f8e-4d0c-8a41-0d4c4e0f7b11など）がありますが、置き換えの対象です。",
    ),
)

KINDS = (I001, I002, I003, I004, I005, I006, I007)


def repository_unknown() -> Problem:
    """When no git remote tells the GitHub repository."""
    return Problem(
        kind=I001,
        message=Text(
            "The GitHub repository is unknown: git has no remote `origin` on GitHub here.",
            "GitHubのリポジトリがわかりません。gitに、GitHubのリモート`origin`が設定されていません。",
        ),
        hint=lines(
            Text("The role trusts this one repository. Give it:", "ロールが信頼するリポジトリを指定してください:"),
            same("aces-action bootstrap --parameter Repository=OWNER/NAME"),
        ),
    )


def no_default_vpc(region: str) -> Problem:
    """When jobs need subnets, and the account has no default VPC."""
    return Problem(
        kind=I001,
        message=Text(
            f"The account has no default VPC in {region}, so the subnets for the jobs are unknown.",
            f"アカウントの{region}に既定のVPCがないため、ジョブを実行するサブネットがわかりません。",
        ),
        hint=_GIVE_SUBNETS,
    )


def no_such_subnets(subnets: Iterable[str]) -> Problem:
    """When subnets that were given do not exist, or not in one VPC."""
    names = ", ".join(subnets)
    return Problem(
        kind=I001,
        message=Text(f"These subnets are not all in one VPC: {names}.", f"1つのVPCのサブネットではありません: {names}"),
        hint=_GIVE_SUBNETS,
    )


_GIVE_SUBNETS = lines(
    Text(
        "Give subnets of one VPC with internet access. To list them:",
        "インターネットへの経路がある、1つのVPCのサブネットを指定してください。一覧は次のコマンドでわかります:",
    ),
    same("aws ec2 describe-subnets --query 'Subnets[].[VpcId,SubnetId,AvailabilityZone]' --output text"),
    same("aces-action bootstrap --parameter Subnets=SUBNET,SUBNET"),
)


def bucket_name_taken(bucket: str) -> Problem:
    """When the bucket is another account's."""
    return Problem(
        kind=I002,
        message=Text(
            f"The bucket name {bucket} is taken by another AWS account.",
            f"バケット名{bucket}は、別のAWSアカウントが使用しています。",
        ),
        hint=Text(
            "Sign in to that account if it is yours (AWS_PROFILE), or choose another name in the infra file: names.bucket.",
            "自分のアカウントであれば、そこにサインインしてください（AWS_PROFILE）。"
            "そうでなければ、infraファイルのnames.bucketで別の名前を指定してください。",
        ),
    )


def data_left_behind(resource: Text, name: str, *, replaced: bool) -> Problem:
    """When a bucket or repository with something in it would be replaced or deleted."""
    effect = (
        Text("would be replaced by one of another name", "別の名前のものに置き換えられます")
        if replaced
        else Text("would be deleted", "削除されます")
    )
    return Problem(
        kind=I003,
        message=Text(
            f"The {resource.en} {name} {effect.en}, and it is not empty.",
            f"{resource.ja}{name}は空ではありませんが、{effect.ja}。",
        ),
        hint=Text(
            "Nothing was changed. Change the name in the infra file back, or see the page of this code for how to move.",
            "何も変更していません。infraファイルの名前を元に戻してください。移行の手順は、このコードのページにあります。",
        ),
    )


def jobs_ended(resource: Text, name: str, job: str, *, replaced: bool) -> Problem:
    """When a queue or environment with jobs under way would be replaced or deleted. `job`: one of them."""
    effect = Text("replaced", "置き換え") if replaced else Text("deleted", "削除")
    return Problem(
        kind=I007,
        message=Text(
            f"The {resource.en} {name} would be {effect.en}, but has jobs under way, such as {job}.",
            f"{resource.ja}{name}には終わっていないジョブ（{job}など）がありますが、{effect.ja}の対象です。",
        ),
        hint=Text(
            "Nothing was changed. Change the name in the infra file back, or wait until the jobs have ended and run this again.",
            "何も変更していません。infraファイルの名前を元に戻すか、ジョブの終了後に再実行してください。",
        ),
    )


def plan_out_of_date(stack: str) -> Problem:
    """When something else has changed a stack between plan and confirmation."""
    return Problem(
        kind=I004,
        message=Text(
            f"The stack {stack} has been changed since the plan was shown, which is no longer valid.",
            f"計画の表示後にスタック{stack}が変更されたため、計画は無効になりました。",
        ),
        hint=run_again(Text("That makes a new plan.", "計画を作成し直します。")),
    )


def stack_busy(stack: str, status: str) -> Problem:
    """When something is being done to a stack right now."""
    return Problem(
        kind=I004,
        message=Text(f"The stack {stack} is being changed ({status}).", f"スタック{stack}は変更中です（{status}）。"),
        hint=lines(Text("To wait for it, then continue:", "完了を待って続けるには:"), same("aces-action bootstrap --apply")),
    )


def creation_had_failed(stack: str, cause: Text) -> Problem:
    """When what is left of a stack is its first creation, which failed."""
    return Problem(
        kind=I004,
        message=_failed_before(stack, "ROLLBACK_COMPLETE", cause),
        hint=lines(
            Text(
                "Fix the cause first. This deletes the stack, which holds nothing, and creates it again:",
                "まず原因を修正してください。次のコマンドで、中身のないスタックを削除し、作り直します:",
            ),
            same("aces-action bootstrap --apply"),
        ),
    )


def stack_stuck(stack: str, status: str, cause: Text, command: str) -> Problem:
    """When a change failed and could not be taken back either. `command` gets it out of there."""
    return Problem(
        kind=I004,
        message=_failed_before(stack, status, cause),
        hint=lines(
            Text("Fix the cause, then:", "原因を修正してから、次のコマンドを実行してください:"),
            same(command),
            run_again(),
        ),
    )


def _failed_before(stack: str, status: str, cause: Text) -> Text:
    said = Text(f": {cause.en}", f"最初の失敗: {cause.ja}") if cause else EMPTY
    return Text(
        f"The stack {stack} is in {status} and cannot be changed{said.en or '.'}",
        f"スタック{stack}は{status}のため、変更できません。{said.ja}",
    )


def stack_of_others(stack: str) -> Problem:
    """When a stack of that name was not made from our template for this project."""
    return Problem(
        kind=I004,
        message=Text(
            f"There is a stack {stack} already, which is not of this project and environment, or has more in it than our "
            "template: it is left alone.",
            f"スタック{stack}はすでにありますが、このプロジェクトと環境のものではないか、"
            "テンプレート以外のリソースを含むため、変更しません。",
        ),
        hint=Text(
            "Choose another Project, or delete or rename that stack if nobody needs it.",
            "Projectを変更するか、不要であればそのスタックを削除してください。",
        ),
    )


def first_cause(resource: str, kind: str, reason: str) -> Text:
    """What failed first. `reason` in AWS's words, cleaned."""
    said = same(f": {reason}") if reason else EMPTY
    return Text(f"{resource} ({kind}) failed first{said.en}", f"{resource}（{kind}）{said.ja}")


def stack_failed(stack: str, status: str, cause: Text, advice: Text) -> Problem:
    """When an operation has ended otherwise than well."""
    said = Text(cause.en, f"最初の失敗: {cause.ja}") if cause else Text("AWS gives no reason.", "理由は示されていません。")
    return Problem(
        kind=I005,
        message=Text(f"The stack {stack} ended in {status}: {said.en}", f"スタック{stack}は{status}で終わりました。{said.ja}"),
        hint=sentences(advice, run_again(Text("Whatever exists by then is left out.", "すでにあるものは、対象から外れます。"))),
    )


def missing_permission(action: str) -> Text:
    """What to do where AWS names an action that whoever runs this may not call."""
    return Text(
        f"You lack {action}: sign in as somebody who has it (AWS_PROFILE), or have it added; docs/infra lists all that is "
        "needed.",
        f"{action}の権限がありません。権限のあるユーザでサインインするか（AWS_PROFILE）、権限の追加を依頼してください。"
        "必要な権限の一覧はdocs/infraにあります。",
    )


NAME_TAKEN = Text(
    "Something of that name exists already, made by other means.",
    "同じ名前のものが、別の方法ですでに作成されています。",
)


def change_set_refused(stack: str, reason: str) -> Problem:
    """When CloudFormation makes no change set. `reason` in its words, cleaned."""
    return Problem(
        kind=I006,
        message=Text(
            f"CloudFormation refused the change set of {stack}: {reason}",
            f"CloudFormationが{stack}の変更セットを拒否しました: {reason}",
        ),
    )
