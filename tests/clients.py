"""What botocore works out anew for every client and every call, here once per process or with less work.

It reads a service's description into shapes and writes a method for each operation, 700 for EC2; copies what listens to events,
and looks at each listener's signature; looks for old names in every event, for proxies in the whole environment, and for what a
user agent may not have. That is a third of all that Python calls in a first deployment.
"""

from __future__ import annotations

import functools
import inspect
import os
import urllib.request
from typing import Any

import botocore.utils
import requests.utils
from botocore import hooks, useragent
from botocore.client import ClientCreator
from botocore.compat import accepts_kwargs
from botocore.model import ServiceModel

# Their types tell only of what is public
_creator: Any = ClientCreator
_aliaser: Any = hooks.EventAliaser
_hooks: Any = hooks
_useragent: Any = useragent
_write_methods = _creator._create_methods
_find_alias = _aliaser._alias_event_name
_read_proxies = urllib.request.getproxies_environment
_ALIASED = {name.partition(".")[0] for name in botocore.utils.EVENT_ALIASES}  # no event without one of these has another name
_models: dict[int, tuple[Any, ServiceModel]] = {}  # by the description's id, which is no other's while it is kept
_methods: dict[ServiceModel, dict[str, Any]] = {}


def make_quickly() -> None:
    """Clients and their calls, from here on, in this process and its forks."""
    _aliaser._alias_event_name = _alias
    _hooks._PrefixTrie._recursive_copy = lambda _, trie: {"_root": _copied(trie["_root"])}
    _hooks.accepts_kwargs = _accepts_kwargs
    _creator._load_service_model = _kept_model
    _creator._create_methods = _kept_methods
    _useragent.sanitize_user_agent_string_component = functools.cache(_useragent.sanitize_user_agent_string_component)
    urllib.request.getproxies_environment = botocore.utils.getproxies = requests.utils.getproxies = _proxies  # type: ignore[attr-defined]


def _kept_model(creator: Any, service: str, api_version: str | None = None) -> ServiceModel:
    description = creator._loader.load_service_model(service, "service-2", api_version=api_version)
    if id(description) not in _models:
        _models[id(description)] = description, ServiceModel(description, service_name=service)
    return _models[id(description)][1]


def _kept_methods(creator: Any, model: ServiceModel) -> dict[str, Any]:
    if model not in _methods:
        _methods[model] = _write_methods(creator, model)
    return dict(_methods[model])  # whoever makes the class adds to them


def _alias(aliaser: Any, event: str) -> str:
    return event if _ALIASED.isdisjoint(event.split(".")) else _find_alias(aliaser, event)


def _accepts_kwargs(handler: Any) -> bool:
    code = getattr(handler, "__code__", None)
    return bool(code.co_flags & inspect.CO_VARKEYWORDS if code else accepts_kwargs(handler))


def _copied(node: dict[str, Any]) -> dict[str, Any]:
    """A node of a trie with lists of its own, of the same handlers."""
    values = node["values"]
    return {
        "chunk": node["chunk"],
        "children": {name: _copied(child) for name, child in node["children"].items()},
        "values": values and hooks.NodeList(values.first[:], values.middle[:], values.last[:]),
    }


def _proxies() -> dict[str, str]:
    named = any(name[-6:].lower() == b"_proxy" for name in os.environ._data)  # type: ignore[attr-defined]
    return _read_proxies() if named else {}
