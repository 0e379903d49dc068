"""Rollback, start, stop and destroy, cut off before and after each of their writes: the same command again ends as one that was
not cut off. What a run knew is gone with it, so that AWS's tags alone can tell the next one what was asked."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
import requests
from botocore.parsers import ResponseParserError

from aces_action.aws.clients import Clients
from aces_action.aws.errors import AWS_ERRORS
from aces_action.aws.tags import Owner
from aces_action.cancellation import Cancelled
from aces_action.problems import ActionError
from aces_action.resources.endpoint.history import mark_withdrawn, read_generations
from aces_action.resources.endpoint.lifecycle.delete import find_endpoints, remove
from aces_action.resources.endpoint.lifecycle.prune import delete, owned_models, read_models, read_usage
from aces_action.resources.endpoint.lifecycle.prune_decision import decide_all
from aces_action.resources.endpoint.lifecycle.restore import restore
from aces_action.resources.endpoint.lifecycle.rollback import plan_rollback
from aces_action.resources.endpoint.lifecycle.start_stop import plan_start, plan_stop, stop
from sandbox.seed import Seeded, new_admin_session
from sandbox.server import Sandbox
from tests.commands.conftest import LATELY, LONG_AGO, Server

_WRITES = ("AddTags", "Create", "Update", "Delete")
WAYS = ("after", "rubbish")


@dataclass(kw_only=True)
class Knife:
    """Cuts a run off at its write number `at`, from 0: a signal `after` its answer, or `rubbish` in the place of that. Before a
    write AWS is as after the one before it. Counts the writes in any case."""

    at: int = -1
    way: str = ""
    writes: int = 0
    falls: bool = False

    def sending(self, event_name: str) -> None:
        self.falls = False
        if event_name.rpartition(".")[2].startswith(_WRITES):
            self.falls = self.writes == self.at
            self.writes += 1

    def received(self, event_name: str) -> None:
        if self.falls and event_name.rpartition(".")[2].startswith(_WRITES):
            self.falls = False
            raise Cancelled(2) if self.way == "after" else ResponseParserError("Unable to parse response: <html>")


class Bench:
    """Fresh servers whose calls go by the knife at hand."""

    def __init__(self, sandbox: Sandbox, seeded: Seeded, weights_uri: str) -> None:
        self.knife = Knife()
        session = new_admin_session()
        session.events.register("before-send.sagemaker", self._sending)
        session.events.register("response-received.sagemaker", self._received)
        self._sandbox, self._seeded, self._weights_uri, self._clients = sandbox, seeded, weights_uri, Clients(session)

    def server(self) -> Server:
        project = self._seeded.bucket.removesuffix("-dev")
        return Server(
            sandbox=self._sandbox,
            clients=self._clients,
            seeded=self._seeded,
            weights_uri=self._weights_uri,
            owner=Owner(project=project, env="dev", server=f"{project}-dev-{uuid.uuid4().hex[:6]}"),
        )

    def run(self, command: Callable[[Server], None], server: Server, knife: Knife) -> bool:
        """Whether it has come to its end."""
        self.knife = knife
        try:
            command(server)
        except (Cancelled, ActionError, *AWS_ERRORS):
            return False
        finally:
            self.knife = Knife()
        return True

    def clear(self) -> None:
        """Nothing is hosted any more."""
        for what in ("endpoints", "hosting"):
            requests.delete(f"{self._sandbox.aws_url}/_sandbox/{what}", timeout=10).raise_for_status()

    def _sending(self, event_name: str, **_: Any) -> None:
        self.knife.sending(event_name)

    def _received(self, event_name: str, response_dict: object, **_: Any) -> None:
        if response_dict is not None:  # else it was never sent
            self.knife.received(event_name)


@pytest.fixture
def bench(sandbox: Sandbox, ground: tuple[Seeded, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    monkeypatch.setenv("AWS_ENDPOINT_URL", sandbox.aws_url)
    bench = Bench(sandbox, *ground)
    yield bench
    bench.clear()


# Commands


def rollback(server: Server) -> None:
    restore(server.context(), plan_rollback(server.context()))


def start(server: Server) -> None:
    restore(server.context(), plan_start(server.context()))


def stopping(server: Server) -> None:
    stop(server.context(), plan_stop(server.context()))


def destroy(server: Server) -> None:
    """As `commands/destroy.py`: endpoints, endpoint configs, models."""
    client, owner = server.client, server.owner
    for found in find_endpoints(client, owner):
        remove(replace(server.context(), endpoint_name=found.name))
    generations, models = read_generations(client, owner), owned_models(client, owner, read_models(client, owner))
    decisions = decide_all(generations, models, usage=read_usage(client))
    deleted = delete(server.clients, decisions, endpoints=[server.name], reporter=server.reporter)
    if deleted.left:
        raise ActionError([each.problem for each in deleted.left])


# From where they start


def in_service(server: Server) -> None:
    server.stand(A=LONG_AGO, B=LONG_AGO + timedelta(days=1), C=LATELY)


def failed(server: Server) -> None:
    in_service(server)
    server.hold("Failed", None)


def mixed(server: Server) -> None:
    in_service(server)
    server.hold("UpdateRollbackFailed", None)


def gone(server: Server) -> None:
    in_service(server)
    stopping(server)


def under_way(server: Server) -> None:
    in_service(server)
    update_to(server, "D")


def by_hand(server: Server) -> None:
    in_service(server)
    variants = [dict(each) for each in server.content("C").config["ProductionVariants"]]
    server.client.create_endpoint_config(EndpointConfigName=f"{server.name}-byhand", ProductionVariants=variants)
    server.client.update_endpoint(EndpointName=server.name, EndpointConfigName=f"{server.name}-byhand")
    at_rest(server)


def unnoted(server: Server) -> None:
    """What served first serves again, and nothing says so."""
    in_service(server)
    server.client.update_endpoint(EndpointName=server.name, EndpointConfigName=server.config("A"))
    at_rest(server)


def left_by_an_earlier_version(server: Server) -> None:
    """A mark without what is to come, by a run that was cut off right after it."""
    in_service(server)
    mark_withdrawn(server.client, server.generations()["C"].arn, at=LATELY + timedelta(hours=1))


def update_to(server: Server, version: str) -> None:
    config = server.put(version, run=4).config_name
    server.client.update_endpoint(EndpointName=server.name, EndpointConfigName=config)


def at_rest(server: Server) -> None:
    while server.serves().endswith("Updating"):
        pass


def end(server: Server) -> object:
    """All that lasts: what serves, whether that is noted, and which generations are good to go back to."""
    generations, serves = server.generations(), server.serves()
    noted = bool(serves) and server.tags()["aces:content-hash"] == generations[serves].content_hash
    return serves, noted, {version: each.was_good for version, each in generations.items()}


CELLS = [
    (rollback, in_service, "B"),
    (rollback, failed, "B"),
    (rollback, mixed, "C"),
    (rollback, under_way, "C"),
    (rollback, by_hand, "C"),
    (rollback, unnoted, "C"),
    (rollback, left_by_an_earlier_version, "B"),
    (start, gone, "C"),
    (start, mixed, "C"),
    (stopping, unnoted, ""),
    (stopping, under_way, ""),
    (destroy, failed, ""),
]


@pytest.mark.parametrize("cell", range(len(CELLS)), ids=lambda cell: "-".join(each.__name__ for each in CELLS[cell][:2]))
def test_cut_off_at_any_write_the_same_command_again_ends_as_one_that_was_not(bench: Bench, cell: int) -> None:
    command, begin, serves = CELLS[cell]
    whole, first = bench.server(), Knife()
    begin(whole)
    assert bench.run(command, whole, first)
    assert whole.serves() == serves
    expected, wrong = end(whole), []
    for at in range(first.writes):
        for way in WAYS:
            if (at, way) == (first.writes - 1, "after"):
                continue  # by then all is done and noted: that run has ended
            bench.clear()  # what other cuts have left would be read each time
            server = bench.server()
            begin(server)
            if not bench.run(command, server, Knife(at=at, way=way)):
                assert bench.run(command, server, Knife())
            if end(server) != expected:
                wrong.append((at, way, end(server)))
    assert not wrong, (expected, first.writes)
