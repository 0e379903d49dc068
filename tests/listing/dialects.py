"""The forms in which the sandbox's platform speaks, each with the contract that a caller would use for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from aces_action.packaged_files import resource
from aces_action.project.platform_contract import PACKAGED, PlatformContract, load_contract, packaged_contract

_SERVICE_BODY = 'body: "merge(service, {plan_id: plan_id, overflow_mode: overflow_mode, server: server})"'
_ALL_BODY = 'body: "{plan_id: plan_id, overflow_mode: overflow_mode, services: services, server: server}"'


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """`settings` of the sandbox's control route; `edits` of the packaged contract, empty where it will do as it is.

    `warnings`: of a first registration; `resends_image`: there is no place for images, so each run tries.
    """

    name: str
    settings: Mapping[str, str]
    edits: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    resends_image: bool = False

    @property
    def sees(self) -> bool:
        return "ACES-R006" not in self.warnings


DIALECTS = (
    Dialect(name="as today", settings={}),
    Dialect(name="no listing, 404", settings={"listing": "404"}, warnings=("ACES-R006",)),
    Dialect(name="no listing, 405", settings={"listing": "405"}, warnings=("ACES-R006",)),
    Dialect(name="no listing, 501", settings={"listing": "501"}, warnings=("ACES-R006",)),
    Dialect(name="a page in place of a listing", settings={"listing": "page"}, warnings=("ACES-R006",)),
    Dialect(name="a bare array", settings={"listing": "array"}, warnings=("ACES-R006",)),
    Dialect(
        name="a bare array, by contract",
        settings={"listing": "array"},
        edits={
            "services: body.services": "services: body",
            "    plan_id: body.tenant.plan_id\n    overflow_mode: body.tenant.overflow_mode\n": "",
        },
    ),
    Dialect(name="a listing without server", settings={"listing": "bare"}),
    Dialect(
        name="a POST for each service",
        settings={"registration": "service"},
        edits={_ALL_BODY: _SERVICE_BODY, "per: all": "per: service"},
    ),
    Dialect(
        name="multipart images",
        settings={"images": "multipart"},
        edits={
            "  method: PUT\n  path: /internal/tenants/{tenant_id}/images/{image_key}\n  content: bytes": (
                "  method: POST\n  path: /internal/tenants/{tenant_id}/images\n  content: multipart"
            )
        },
    ),
    Dialect(name="no images", settings={"images": "none"}, warnings=("ACES-R008",), resends_image=True),
    Dialect(name="images without a look-up", settings={"images": "blind"}, resends_image=True),
    Dialect(name="images with ETags of another kind", settings={"images": "md5"}),
    Dialect(
        name="images without a look-up, by contract",
        settings={"images": "blind"},
        edits={
            "image: # [assumed]\n  method: HEAD\n  path: /internal/tenants/{tenant_id}/images/{image_key}\n"
            "  read:\n    sha256: headers.etag\n": ""
        },
    ),
    Dialect(name="strict about unknown fields", settings={"server": "refused"}, warnings=("ACES-R007",)),
    Dialect(name="unknown fields ignored", settings={"server": "ignored"}),
    Dialect(name="errors as Django REST framework nests them", settings={"errors": "rest"}),
    Dialect(name="answers without a body", settings={"answer": "nothing"}),
    Dialect(
        name="everything otherwise",
        settings={
            "listing": "405",
            "registration": "service",
            "images": "multipart",
            "server": "refused",
            "errors": "rest",
            "answer": "nothing",
        },
        edits={
            _ALL_BODY: _SERVICE_BODY,
            "per: all": "per: service",
            "  method: PUT\n  path: /internal/tenants/{tenant_id}/images/{image_key}\n  content: bytes": (
                "  method: POST\n  path: /internal/tenants/{tenant_id}/images\n  content: multipart"
            ),
        },
        warnings=("ACES-R006", "ACES-R007"),
    ),
)


def contract_of(dialect: Dialect, folder: Path) -> PlatformContract:
    """As a caller would have it: the packaged file, edited."""
    if not dialect.edits:
        return packaged_contract()
    text = resource(PACKAGED).read_text(encoding="utf-8")
    for old, new in dialect.edits.items():
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    (folder / "platform.yml").write_text(text, encoding="utf-8")
    contract, problems = load_contract(folder, "platform.yml")
    assert problems == []
    assert contract is not None
    return contract
