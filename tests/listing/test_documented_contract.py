"""The worked example of docs/platform-api.md: what stands there is what works."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import requests
import yaml

from aces_action.packaged_files import resource
from aces_action.project.platform_contract import PACKAGED, load_contract
from aces_action.resources.listing import PlatformClient, apply, plan
from tests.listing.examples import PNG, TENANT, TOKEN, listing, service

DOCS = Path(__file__).parents[2] / "docs/platform-api.md"


def example() -> str:
    """The packaged contract with the parts that the page gives otherwise."""
    blocks: list[str] = re.findall(r"```yaml\n(.*?)```", DOCS.read_text(encoding="utf-8"), flags=re.DOTALL)
    [parts] = [block for block in blocks if block.startswith("registration:")]
    packaged = yaml.safe_load(resource(PACKAGED).read_text(encoding="utf-8"))
    return yaml.safe_dump(packaged | yaml.safe_load(parts), allow_unicode=True)


@pytest.mark.parametrize("server", ["taken", "refused"])
def test_the_worked_example_registers_on_a_platform_that_speaks_so(platform: str, tmp_path: Path, server: str) -> None:
    (tmp_path / "platform.yml").write_text(example(), encoding="utf-8")
    contract, problems = load_contract(tmp_path, "platform.yml")
    assert problems == []
    settings = {"listing": "array", "registration": "service", "images": "multipart", "server": server}
    requests.post(f"{platform}/_sandbox/dialect", json={"tenant": TENANT, **settings}, timeout=5).raise_for_status()
    both = listing(services=(service(), service("other")))
    with PlatformClient(platform, token=TOKEN, contract=contract) as client:
        planned = plan(client, TENANT, both)
        assert planned.unseen == ()
        apply(client, planned)
        assert client.registered(TENANT).services.keys() == {"number-plate", "other"}
    assert requests.get(f"{platform}/internal/tenants/{TENANT}/images/number_plate.png", timeout=5).content == PNG


def test_every_route_of_the_packaged_contract_is_on_the_page() -> None:
    page = DOCS.read_text(encoding="utf-8")
    packaged = yaml.safe_load(resource(PACKAGED).read_text(encoding="utf-8"))
    assert [name for name in packaged if f"`{name}" not in page] == []
