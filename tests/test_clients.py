"""Clients of the tests are botocore's, and only made with less work: what they find is what botocore finds."""

from __future__ import annotations

import os
from copy import copy
from typing import Any

import botocore.session
import pytest
from botocore.compat import accepts_kwargs
from botocore.hooks import EventAliaser, HierarchicalEmitter
from botocore.utils import EVENT_ALIASES, get_environ_proxies

from tests import clients


@pytest.mark.parametrize("service", sorted({*EVENT_ALIASES, *EVENT_ALIASES.values(), "sagemaker", "batch", "s3"}))
def test_an_event_has_the_name_that_botocore_gives_it(service: str) -> None:
    own: Any = EventAliaser(HierarchicalEmitter())
    for event in (service, f"before-call.{service}", f"before-call.{service}.Describe", f"docs.*.{service}.complete-section"):
        assert clients._alias(own, event) == clients._find_alias(own, event)


def test_who_listens_to_a_copy_does_not_hear_of_its_origin() -> None:
    heard: list[str] = []
    origin = HierarchicalEmitter()
    origin.register("before-call.s3", lambda **_: heard.append("first"))
    other = copy(origin)
    other.register("before-call.s3", lambda **_: heard.append("second"))
    origin.emit("before-call.s3.GetObject")
    assert heard == ["first"]
    other.emit("before-call.s3.GetObject")
    assert heard == ["first", "first", "second"]


class _Callable:
    def __call__(self, **_: Any) -> None: ...


class _Listener:
    def takes_all(self, **_: Any) -> None: ...

    def takes_one(self, one: Any) -> None: ...


@pytest.mark.parametrize("listener", [_Listener().takes_all, _Listener().takes_one, lambda **_: None, lambda: None, _Callable()])
def test_a_listener_takes_what_its_signature_says(listener: Any) -> None:
    assert clients._accepts_kwargs(listener) == bool(accepts_kwargs(listener))


def test_a_proxy_of_the_environment_is_seen_from_when_it_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [each for each in os.environ if each.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    assert get_environ_proxies("http://example.com") == {}
    monkeypatch.setenv("http_proxy", "http://proxy.example.com:3128")
    assert get_environ_proxies("http://example.com") == {"http": "http://proxy.example.com:3128"}
    monkeypatch.setenv("NO_PROXY", "example.com")
    assert get_environ_proxies("http://example.com") == {}


def test_each_client_has_methods_of_its_own() -> None:
    session = botocore.session.get_session()
    one, other = (session.create_client("sts", "ap-northeast-1", aws_access_key_id="a", aws_secret_access_key="b") for _ in "12")
    kind: Any = type(one)
    kind.added = None
    assert not hasattr(other, "added")
    assert one.meta.service_model is other.meta.service_model
