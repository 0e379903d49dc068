"""Known vulnerabilities in what this repository locks and pins, by OSV's database.

    python requirements/audit.py FILE…

reads pip's locks (.txt), npm's (.json; one that is not there holds nothing) and workflows (.yml: actions by their version
comment), and writes a table in Markdown. Ends with 0 if there is nothing to do, 1 if there is, 2 if that could not be checked:
silence of the database never counts as 'nothing'. Needs Python alone: what runs beside it in CI could be what it looks for.

requirements/accepted.toml names the advisories that do not concern us, each with a reason and a last day.
"""

from __future__ import annotations

import argparse
import http.client
import json
import re
import sys
import tomllib
import urllib.request
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

OSV = "https://api.osv.dev"
_PAGE = "https://osv.dev/vulnerability"
ACCEPTED = Path(__file__).with_name("accepted.toml")
_AT_ONCE = 1000  # queries of one request (OSV's API reference, 'POST /v1/querybatch')
_REQUESTS = 50  # of one run: what we lock fits into one
_LARGEST = 32 << 20  # bytes of an answer (the same, 'Are there any response size limits?')
_SECONDS = 60
# What comes from outside goes into an issue: nothing but what these let through
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{2,80}", re.ASCII)
_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+!_-]{0,40}", re.ASCII)


class NotCheckedError(Exception):
    """The database did not answer, or not as its reference says."""


@dataclass(frozen=True, slots=True, order=True)
class Package:
    """One version of a package. `ecosystem` as OSV names it."""

    ecosystem: str
    name: str
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Advisory:
    """`names`: its id and its ids elsewhere. `fixed`: the versions that it no longer holds for, as far as it says."""

    id: str
    names: frozenset[str]
    fixed: tuple[str, ...]


def locked_in(path: Path) -> set[Package]:
    """What a file pins."""
    if path.suffix == ".json" and not path.exists():
        return set()
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".json":
        return set(_of_npm(json.loads(text)))
    if path.suffix in {".yml", ".yaml"}:
        pins = re.findall(r"uses: ([\w.-]+/[\w.-]+)[\w./-]*@[0-9a-f]{40} # v(\d[\w.-]*)", text)
        return {Package("GitHub Actions", name, version) for name, version in pins}
    return {Package("PyPI", name, version) for name, version in re.findall(r"^([\w.-]+)==([^\s;\\]+)", text, re.MULTILINE)}


def _of_npm(lock: Mapping[str, Any]) -> Iterator[Package]:
    """Of a lock of version 2 or 3: its packages by the folder that they are put into."""
    for folder, entry in lock["packages"].items():
        if folder and "version" in entry:
            yield Package("npm", entry.get("name") or folder.rpartition("node_modules/")[2], entry["version"])


def advisories_for(packages: Iterable[Package], url: str = OSV) -> dict[Package, list[Advisory]]:
    """What is known of each, once each: OSV has the same advisory of several sources. Raises NotCheckedError."""
    found = _ids(sorted(packages), url)
    details = {
        each: _ask(f"{url}/v1/vulns/{quote(each, safe='')}") for each in sorted({id_ for ids in found.values() for id_ in ids})
    }
    known: dict[Package, list[Advisory]] = {}
    for package, ids in found.items():
        # GitHub's come first: they say most often what fixes it
        for id_ in sorted(ids, key=lambda each: (not each.startswith("GHSA-"), each)):
            advisory = _advisory(details[id_], id_, package)
            if "withdrawn" not in details[id_] and not any(advisory.names & other.names for other in known.get(package, ())):
                known.setdefault(package, []).append(advisory)
    return known


def _ids(packages: list[Package], url: str) -> dict[Package, set[str]]:
    found: dict[Package, set[str]] = {}
    queries = [
        ({"package": {"ecosystem": each.ecosystem, "name": each.name}, "version": each.version}, each) for each in packages
    ]
    for _ in range(_REQUESTS):
        now, queries = queries[:_AT_ONCE], queries[_AT_ONCE:]
        answer = _ask(f"{url}/v1/querybatch", {"queries": [query for query, _ in now]})
        results = answer.get("results")
        if not isinstance(results, list) or len(results) != len(now):
            raise NotCheckedError("OSV answered to fewer packages than it was asked for")
        for (query, package), result in zip(now, results, strict=True):
            ids = {each["id"] for each in result.get("vulns") or ()}
            if bad := [each for each in ids if not _ID.fullmatch(each)]:
                raise NotCheckedError(f"OSV names an advisory {bad[0]!r:.90}")
            if ids:
                found.setdefault(package, set()).update(ids)
            if token := result.get("next_page_token"):
                queries.append(({**query, "page_token": token}, package))
        if not queries:
            return found
    raise NotCheckedError("OSV's answers have no end")


def _advisory(details: Mapping[str, Any], id_: str, package: Package) -> Advisory:
    fixed = [
        event["fixed"]
        for affected in details.get("affected", ())
        if _same(affected.get("package", {}).get("name", ""), package.name)
        for within in affected.get("ranges", ())
        if within.get("type") != "GIT"
        for event in within.get("events", ())
        if "fixed" in event
    ]
    shown = dict.fromkeys(each for each in fixed if _VERSION.fullmatch(each))
    return Advisory(id=id_, names=frozenset([id_, *details.get("aliases", ())]), fixed=tuple(shown))


def _same(name: str, other: str) -> bool:
    """PyPI takes `a_b`, `A.B` and `a-b` for one name; of npm and GitHub no two differ by that alone."""
    first, second = (re.sub(r"[-_.]+", "-", each).lower() for each in (name, other))
    return first == second


def _ask(url: str, body: Any = None) -> dict[str, Any]:
    """The JSON object of an answer. Raises NotCheckedError."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"})  # noqa: S310  OSV's, or a test's
    try:
        with urllib.request.urlopen(request, timeout=_SECONDS) as answer:  # noqa: S310
            content = json.loads(answer.read(_LARGEST + 1))
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise NotCheckedError(f"{url}: {type(error).__name__}: {error}") from error
    if not isinstance(content, dict):
        raise NotCheckedError(f"{url} answers no JSON object")
    return content


def still_accepted(path: Path, today: date) -> frozenset[str]:
    """The advisories of a TOML file whose last day has not passed. Raises NotCheckedError for one without `why` or `until`."""
    entries = tomllib.loads(path.read_text(encoding="utf-8"))
    for name, entry in entries.items():
        if not (isinstance(entry, dict) and isinstance(entry.get("why"), str) and type(entry.get("until")) is date):
            raise NotCheckedError(f'{path.name}: {name} needs why = "…" and until = YYYY-MM-DD')
    return frozenset(name for name, entry in entries.items() if today <= entry["until"])


def without(known: Mapping[Package, list[Advisory]], accepted: frozenset[str]) -> dict[Package, list[Advisory]]:
    """What is left of the advisories, by any of their names."""
    left = {package: [each for each in advisories if not each.names & accepted] for package, advisories in known.items()}
    return {package: advisories for package, advisories in left.items() if advisories}


def as_markdown(known: Mapping[Package, list[Advisory]], checked: int) -> str:
    """A table of what there is to do, or a line that there is nothing."""
    if not known:
        return f"No known vulnerability in {checked} packages and actions.\n"
    rows = [
        f"| `{package.name}` | {package.version} | [{each.id}]({_PAGE}/{each.id}) | {', '.join(each.fixed) or '–'} |"
        for package, advisories in sorted(known.items())
        for each in advisories
    ]
    head = "| package | locked | advisory | fixed in |\n| --- | --- | --- | --- |\n"
    to_do = (
        "\nPython packages: `make lock UPGRADE=--upgrade`; actions: Dependabot, or by hand. What does not concern us goes into "
        "`requirements/accepted.toml`, with the reason.\n"
    )
    return head + "\n".join(rows) + "\n" + to_do


def main(arguments: list[str], *, url: str = OSV, accepted: Path = ACCEPTED) -> int:
    parser = argparse.ArgumentParser(description="Known vulnerabilities in locks and workflows, by OSV's database.")
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    try:
        packages = {package for file in parser.parse_args(arguments).files for package in locked_in(file)}
        known = without(advisories_for(packages, url), still_accepted(accepted, datetime.now(UTC).date()))
    except (NotCheckedError, OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        # the rest: files and answers of any other shape. A traceback would end with 1, as if something had been found.
        print(f"Not checked: {type(error).__name__}: {error}", file=sys.stderr)
        return 2
    if not packages:
        print("Not checked: these files pin nothing", file=sys.stderr)
        return 2
    print(as_markdown(known, len(packages)), end="")
    return 1 if known else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
