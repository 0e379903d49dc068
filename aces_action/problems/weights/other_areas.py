"""Kinds of other areas that weights have problems of as well."""

from __future__ import annotations

from aces_action.problems import access, configuration, preflight, settings

_KINDS = {kind.code: kind for module in (access, configuration, preflight, settings) for kind in module.KINDS}
A007, C019, P001, P002, S002 = (_KINDS[f"ACES-{code}"] for code in ("A007", "C019", "P001", "P002", "S002"))
