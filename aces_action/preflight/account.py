"""The AWS account that the run is signed in to. That it is the infra file's was seen at the sign-in."""

from __future__ import annotations

from aces_action.language import Text, same
from aces_action.output.check import Check
from aces_action.preflight.check import PreflightCheck
from aces_action.preflight.input import PreflightInput
from aces_action.preflight.queries import Answers


def _rows(inputs: PreflightInput, _answers: Answers) -> list[Check]:
    account, region = inputs.identity.account, inputs.region
    found = Text(f"{account} in {region}", f"{account}、{region}")
    return [Check(what=Text("AWS account", "AWSアカウント"), found=found, needed=same(inputs.infra.account_id or account))]


CHECK = PreflightCheck(rows=_rows)
