"""The audit of what is locked: against a local OSV, and its issue with a stand-in for `gh` that writes down what it is asked."""

from __future__ import annotations

import json
import os
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from requirements.audit import Advisory, Package, locked_in, main, still_accepted, without

ROOT = Path(__file__).parents[2]
WORKFLOW = yaml.safe_load((ROOT / ".github/workflows/audit.yml").read_text(encoding="utf-8"))
LOCK = (
    "alpha==1.0.0 \\\n    --hash=sha256:aa\nbeta-b==2.0.0 ; sys_platform == 'linux' \\\n    --hash=sha256:bb\n    # via alpha\n"
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["results", "vulns", "id"]) | st.text(), inner),
    max_leaves=8,
)


@dataclass
class Osv:
    """OSV as far as it is asked here. `vulns`: of a package by its name, the advisories; `pages`: what is told one by one."""

    url: str = ""
    details: dict[str, dict[str, Any]] = field(default_factory=dict)
    pages: dict[str, list[str]] = field(default_factory=dict)
    answer: Callable[[Request], Response] | None = None
    asked: list[Any] = field(default_factory=list)

    def serve(self, request: Request) -> Response:
        if self.answer:
            return self.answer(request)
        if request.path.startswith("/v1/vulns/"):
            return Response(json.dumps(self.details[request.path.rpartition("/")[2]]))
        queries = json.loads(request.get_data())["queries"]
        self.asked += queries
        return Response(json.dumps({"results": [self._result(query) for query in queries]}))

    def _result(self, query: dict[str, Any]) -> dict[str, Any]:
        ids, page = self.pages.get(query["package"]["name"], []), int(query.get("page_token", 0))
        more = {"next_page_token": str(page + 1)} if page + 1 < len(ids) else {}
        return {"vulns": [{"id": each} for each in ids[page : page + 1]], **more} if ids else {}


@pytest.fixture(scope="module")
def _server() -> Iterator[Osv]:
    osv = Osv()
    server = make_server("127.0.0.1", 0, Request.application(osv.serve), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    osv.url = f"http://127.0.0.1:{server.port}"
    yield osv
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def osv(_server: Osv) -> Osv:
    _server.details, _server.pages, _server.answer, _server.asked = {}, {}, None, []
    return _server


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    (tmp_path / "accepted.toml").touch()
    (tmp_path / "runtime.txt").write_text(LOCK, encoding="utf-8")
    return tmp_path / "runtime.txt"


def audited(osv: Osv, lock: Path, *more: str) -> int:
    return main([str(lock), *more], url=osv.url, accepted=lock.with_name("accepted.toml"))


def fixed_in(version: str, name: str, **more: Any) -> dict[str, Any]:
    events = [{"introduced": "0"}, {"fixed": version}]
    return {"affected": [{"package": {"name": name}, "ranges": [{"type": "ECOSYSTEM", "events": events}]}], **more}


def test_a_known_vulnerability_is_told_with_what_fixes_it(osv: Osv, lock: Path, capsys: pytest.CaptureFixture[str]) -> None:
    osv.pages["beta-b"] = ["GHSA-aaaa-bbbb-cccc"]
    osv.details["GHSA-aaaa-bbbb-cccc"] = fixed_in("2.0.1", "Beta_B")
    assert audited(osv, lock) == 1
    row = "| `beta-b` | 2.0.0 | [GHSA-aaaa-bbbb-cccc](https://osv.dev/vulnerability/GHSA-aaaa-bbbb-cccc) | 2.0.1 |"
    assert row in capsys.readouterr().out.splitlines()


def test_without_one_there_is_nothing_to_do(osv: Osv, lock: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert audited(osv, lock) == 0
    assert capsys.readouterr().out == "No known vulnerability in 2 packages and actions.\n"


def test_the_same_advisory_of_two_sources_is_told_once(osv: Osv, lock: Path, capsys: pytest.CaptureFixture[str]) -> None:
    osv.pages["alpha"] = ["PYSEC-2026-1", "GHSA-aaaa-bbbb-cccc"]
    osv.details["PYSEC-2026-1"] = {"aliases": ["CVE-2026-1", "GHSA-aaaa-bbbb-cccc"]}
    osv.details["GHSA-aaaa-bbbb-cccc"] = {"aliases": ["CVE-2026-1"]}
    assert audited(osv, lock) == 1
    shown = capsys.readouterr().out
    assert ("GHSA-aaaa-bbbb-cccc" in shown, "PYSEC" in shown) == (True, False)


def test_one_that_was_withdrawn_is_none(osv: Osv, lock: Path) -> None:
    osv.pages["alpha"] = ["PYSEC-2026-1"]
    osv.details["PYSEC-2026-1"] = {"withdrawn": "2026-02-01T00:00:00Z"}
    assert audited(osv, lock) == 0


def test_every_page_of_an_answer_is_read(osv: Osv, lock: Path, capsys: pytest.CaptureFixture[str]) -> None:
    osv.pages["alpha"] = [f"GHSA-{number}" for number in range(3)]
    osv.details = {id_: {} for id_ in osv.pages["alpha"]}
    assert audited(osv, lock) == 1
    shown = capsys.readouterr().out
    assert [id_ for id_ in osv.pages["alpha"] if f"[{id_}]" not in shown] == []
    assert [query.get("page_token") for query in osv.asked if query["package"]["name"] == "alpha"] == [None, "1", "2"]


@pytest.mark.parametrize("status", [302, 400, 404, 429, 500, 503])
def test_a_database_that_does_not_answer_never_counts_as_nothing_found(
    osv: Osv, lock: Path, status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    osv.answer = lambda _request: Response("{}", status)
    assert audited(osv, lock) == 2
    assert capsys.readouterr().out == ""


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(JSON)
def test_an_answer_of_any_shape_is_not_checked_or_says_nothing(osv: Osv, lock: Path, body: Any) -> None:
    osv.answer = lambda _request: Response(json.dumps(body))
    assert audited(osv, lock) == 2  # two results are asked for, and none of these has two with a package's advisory


def test_an_answer_without_end_ends(osv: Osv, lock: Path) -> None:
    osv.answer = lambda request: Response(
        json.dumps({"results": [{"next_page_token": "1"}] * len(json.loads(request.get_data())["queries"])})
    )
    assert audited(osv, lock) == 2


@pytest.mark.parametrize("id_", ["](https://evil.example)", "GHSA-1\n## Heading", "@everyone", "<img src=x>", "../../x", ""])
def test_a_name_that_would_be_markup_in_the_issue_is_refused(osv: Osv, lock: Path, id_: str) -> None:
    osv.pages["alpha"] = [id_]
    osv.details[id_] = {}
    assert audited(osv, lock) == 2


def test_a_version_that_would_be_markup_is_left_out(osv: Osv, lock: Path, capsys: pytest.CaptureFixture[str]) -> None:
    osv.pages["alpha"] = ["GHSA-1-2-3"]
    osv.details["GHSA-1-2-3"] = fixed_in("[1.0](https://evil.example)", "alpha")
    assert audited(osv, lock) == 1
    assert "evil" not in capsys.readouterr().out


@pytest.mark.usefixtures("lock")
def test_files_that_pin_nothing_are_no_audit(osv: Osv, tmp_path: Path) -> None:
    (tmp_path / "empty.txt").write_text("# nothing\n", encoding="utf-8")
    assert audited(osv, tmp_path / "empty.txt") == 2
    assert audited(osv, tmp_path / "missing.txt") == 2


def test_what_is_accepted_is_not_told_until_its_last_day_has_passed(tmp_path: Path) -> None:
    file = tmp_path / "accepted.toml"
    file.write_text('[CVE-2026-1]\nwhy = "never called"\nuntil = 2026-12-31\n', encoding="utf-8")
    known = {Package("PyPI", "a", "1"): [Advisory(id="GHSA-1", names=frozenset(["GHSA-1", "CVE-2026-1"]), fixed=())]}
    assert without(known, still_accepted(file, date(2026, 12, 31))) == {}
    assert without(known, still_accepted(file, date(2027, 1, 1))) == known


@pytest.mark.parametrize("entry", ["", 'why = "x"\n', "until = 2026-12-31\n", 'why = "x"\nuntil = "2026-12-31"\n'])
def test_what_is_accepted_has_a_reason_and_a_last_day(osv: Osv, lock: Path, entry: str) -> None:
    lock.with_name("accepted.toml").write_text(f"[CVE-2026-1]\n{entry}", encoding="utf-8")
    assert audited(osv, lock) == 2


def test_the_list_of_the_house_can_be_read() -> None:
    still_accepted(ROOT / "requirements/accepted.toml", date(2000, 1, 1))


def test_each_kind_of_file_is_read_for_what_it_pins(tmp_path: Path) -> None:
    (tmp_path / "package-lock.json").write_text(
        json.dumps(
            {
                "packages": {
                    "": {"name": "us", "version": "0"},
                    "node_modules/a": {"version": "1.0.0"},
                    "node_modules/a/node_modules/@s/b": {"version": "2.0.0"},
                    "node_modules/c": {"name": "d", "version": "3.0.0"},
                    "node_modules/linked": {"link": True},
                }
            }
        )
    )
    sha = "3d3c42e5aac5ba805825da76410c181273ba90b1"
    (tmp_path / "ci.yml").write_text(f"- uses: o/n@{sha} # v7.0.1\n- uses: ./\n- uses: o/m/sub@{sha} # v2\n- uses: o/x@v3\n")
    npm = {Package("npm", "a", "1.0.0"), Package("npm", "@s/b", "2.0.0"), Package("npm", "d", "3.0.0")}
    assert locked_in(tmp_path / "package-lock.json") == npm
    assert locked_in(tmp_path / "ci.yml") == {Package("GitHub Actions", "o/n", "7.0.1"), Package("GitHub Actions", "o/m", "2")}
    assert locked_in(tmp_path / "none.json") == set()


@pytest.mark.parametrize("name", ["runtime", "dev"])
def test_every_package_of_our_locks_is_asked_for(name: str) -> None:
    text = (ROOT / f"requirements/{name}.txt").read_text(encoding="utf-8")
    locked = locked_in(ROOT / f"requirements/{name}.txt")
    assert len(locked) == sum("==" in line for line in text.splitlines()) > 20


def test_the_job_that_runs_the_repositorys_files_may_write_nothing_and_the_other_runs_none() -> None:
    audit, issue = WORKFLOW["jobs"]["audit"], WORKFLOW["jobs"]["issue"]
    assert (WORKFLOW["permissions"], audit["permissions"], issue["permissions"]) == (
        {},
        {"contents": "read"},
        {"issues": "write"},
    )
    assert [step for step in issue["steps"] if "uses" in step] == []
    assert [step for job in (audit, issue) for step in job["steps"] if "${{" in step.get("run", "")] == []


@pytest.mark.parametrize(
    ("status", "there", "calls"),
    [
        ("1", "", ["issue create --title Known vulnerabilities in what we lock --body | a |"]),
        ("1", "7", ["issue edit 7 --body | a |"]),
        ("0", "7", ["issue close 7 --comment | a |"]),
        ("0", "", []),
    ],
)
def test_there_is_one_issue_which_is_closed_when_nothing_is_left(
    tmp_path: Path, status: str, there: str, calls: list[str]
) -> None:
    [step] = WORKFLOW["jobs"]["issue"]["steps"]
    gh = tmp_path / "gh"
    gh.write_text(f'#!/bin/sh\necho "$*" >>{tmp_path}/calls\n[ "$2" = list ] && echo {there}\nexit 0\n', encoding="utf-8")
    gh.chmod(0o755)
    environ = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "STATUS": status, "REPORT": "| a |", "TITLE": step["env"]["TITLE"]}
    subprocess.run(["bash", "-e", "-c", step["run"]], env=environ, check=True)
    listed, *others = (tmp_path / "calls").read_text(encoding="utf-8").splitlines()
    assert listed.startswith("issue list --app github-actions --state open")
    assert others == calls


@pytest.mark.parametrize(("osv_url", "status"), [("http://127.0.0.1:9", "2"), (None, "0")])
def test_the_step_hands_on_status_and_report_and_fails_only_if_it_could_not_ask(
    osv: Osv, tmp_path: Path, osv_url: str | None, status: str
) -> None:
    """The program itself, with another address of OSV."""
    [step] = [step for step in WORKFLOW["jobs"]["audit"]["steps"] if step.get("id") == "osv"]
    (tmp_path / "requirements").mkdir()
    source = (ROOT / "requirements/audit.py").read_text(encoding="utf-8")
    assert source.count("https://api.osv.dev") == 1
    (tmp_path / "requirements/audit.py").write_text(source.replace("https://api.osv.dev", osv_url or osv.url), encoding="utf-8")
    (tmp_path / "requirements/accepted.toml").touch()
    (tmp_path / "requirements/runtime.txt").write_text(LOCK, encoding="utf-8")
    (tmp_path / ".github/workflows").mkdir(parents=True)
    (tmp_path / ".github/workflows/ci.yml").touch()
    environ = {
        "PATH": f"{ROOT}/.venv/bin:{os.environ['PATH']}",
        "RUNNER_TEMP": str(tmp_path),
        "GITHUB_OUTPUT": str(tmp_path / "output"),
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary"),
    }
    ended = subprocess.run(["bash", "-e", "-c", step["run"]], env=environ, cwd=tmp_path, capture_output=True, check=False)
    assert ended.returncode == (1 if status == "2" else 0), ended.stderr
    lines = (tmp_path / "output").read_text(encoding="utf-8").splitlines()
    assert lines[0] == f"status={status}"
    assert lines[2:-1] == ([] if status == "2" else ["No known vulnerability in 2 packages and actions."])
    assert lines[1] == f"report<<{lines[-1]}"
