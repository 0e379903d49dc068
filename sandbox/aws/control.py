"""The control routes under /_sandbox: how a test makes AWS fail, and reads what was called. The table is in README.md."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

from flask import Flask, Response, jsonify, request
from moto.moto_api._internal.models import moto_api_backend
from werkzeug.exceptions import BadRequest, NotFound

from sandbox.aws.answers import Answer
from sandbox.aws.batch.records import rule_of
from sandbox.aws.batch.surroundings import remove, set_up
from sandbox.aws.hosting.records import Outcome
from sandbox.aws.iam import StandingRole, remove_roles, set_up_role
from sandbox.aws.lag import Lag
from sandbox.aws.rates import RATES, Rate, Throttle
from sandbox.aws.state import Fault, State
from sandbox.aws.wire import Call

PREFIX = "/_sandbox/"


def create_control(state: State) -> Flask:
    """All control routes, over the state of one server. What they do not understand is answered with 400 and the reason."""
    app = Flask(__name__)

    @app.errorhandler(KeyError)
    @app.errorhandler(TypeError)
    @app.errorhandler(ValueError)
    def not_understood(error: Exception) -> tuple[Response, int]:
        return jsonify(message=str(error)), 400

    @app.errorhandler(BadRequest)
    @app.errorhandler(NotFound)
    def refused(error: BadRequest | NotFound) -> tuple[Response, int]:
        return jsonify(message=error.description), error.code

    _add_whole_server(app, state)
    _add_clock(app, state)
    _add_iam(app, state)
    _add_lags(app, state)
    _add_rates(app, state)
    _add_hosting(app, state)
    _add_inference(app, state)
    _add_batch(app, state)
    return app


def _add_whole_server(app: Flask, state: State) -> None:
    @app.get("/_sandbox/faults")
    def list_faults() -> Response:
        with state.lock:
            return jsonify([asdict(fault) for fault in state.faults])

    @app.post("/_sandbox/faults")
    def add_fault() -> tuple[Response, int]:
        fault = Fault(**_wish())
        with state.lock:
            state.faults.append(fault)
        return jsonify(asdict(fault)), 201

    @app.delete("/_sandbox/faults")
    def clear_faults() -> tuple[str, int]:
        with state.lock:
            state.faults.clear()
        return "", 204

    @app.get("/_sandbox/calls")
    def list_calls() -> Response:
        with state.lock:
            return jsonify(state.calls)

    @app.delete("/_sandbox/calls")
    def clear_calls() -> tuple[str, int]:
        with state.lock:
            state.calls.clear()
        return "", 204

    @app.post("/_sandbox/reset")
    def reset() -> tuple[str, int]:
        with state.lock:
            moto_api_backend.reset()
            state.reset()
        return "", 204

    @app.delete("/_sandbox/wishes")
    def forget_wishes() -> tuple[str, int]:
        state.forget_wishes()
        return "", 204

    @app.post("/_sandbox/credentials")
    def credentials() -> tuple[str, int]:
        wish = _wish()
        if wish.keys() != {"lifetime_seconds"}:
            raise ValueError("lifetime_seconds is wanted, and nothing else")
        lifetime = wish["lifetime_seconds"]
        with state.lock:
            state.credentials_lifetime = None if lifetime is None else float(lifetime)
        return "", 204

    @app.post("/_sandbox/quotas")
    def set_quota() -> tuple[str, int]:
        wish = _wish()
        if wish.keys() != {"name", "value"}:
            raise ValueError("name and value are wanted, and nothing else")
        with state.lock:
            state.quotas[str(wish["name"])] = None if wish["value"] is None else float(wish["value"])
        return "", 204

    @app.delete("/_sandbox/quotas")
    def forget_quotas() -> tuple[str, int]:
        with state.lock:
            state.quotas.clear()
        return "", 204

    @app.get("/_sandbox/layers/<digest>")
    def layer(digest: str) -> Response:
        """What GetDownloadUrlForLayer leads to: in AWS a presigned URL of S3, which takes ranges. A fault of operation
        `GetLayer` cuts it, unless it is slow."""
        if "Authorization" in request.headers:  # beside a presigned URL's signature (Amazon S3 API Reference, 'Error responses')
            return Response("<Error><Code>InvalidArgument</Code></Error>", status=400, content_type="application/xml")
        content = state.layers.get(digest)
        if content is None:
            raise NotFound(f"No layer {digest}")
        asked = Call(service="s3", operation="GetLayer", protocol="s3", method="GET", path=request.path, access_key_id="")
        fault = state.take_fault(asked)
        answer = Response(content, content_type="application/octet-stream")
        answer.make_conditional(request, accept_ranges=True, complete_length=len(content))
        if fault is None or (fault.kind == "slow" and not state.stopping.wait(fault.seconds)):
            return answer
        whole = answer.get_data()
        headers = [*answer.headers]
        return Response((part for part in (whole[: len(whole) // 2],)), status=answer.status, headers=headers)


def _add_clock(app: Flask, state: State) -> None:
    @app.post("/_sandbox/clock")
    def clock() -> tuple[str, int]:
        wish = _wish()
        if wish.keys() != {"seconds"}:
            raise ValueError("seconds is wanted, and nothing else")
        with state.lock:
            state.clock_ahead = float(wish["seconds"])
        return "", 204


def _add_iam(app: Flask, state: State) -> None:
    @app.get("/_sandbox/permissions")
    def permissions() -> Response:
        with state.lock:
            return jsonify(enforced=state.permissions_enforced, used=[asdict(grant) for grant in sorted(state.grants_used)])

    @app.post("/_sandbox/permissions")
    def enforce() -> tuple[str, int]:
        wish = _wish()
        if wish.keys() != {"enforced"}:
            raise ValueError("enforced is wanted, and nothing else")
        with state.lock:
            state.permissions_enforced = bool(wish["enforced"])
            state.grants_used.clear()
        return "", 204

    @app.post("/_sandbox/roles")
    def put_roles() -> tuple[Response, int]:
        wish = _wish()
        roles = [StandingRole(**each) for each in wish["roles"]]
        with state.lock:
            return jsonify({role.name: set_up_role(role, wish["account"]) for role in roles}), 201

    @app.delete("/_sandbox/roles")
    def forget_roles() -> tuple[str, int]:
        with state.lock:
            remove_roles(tuple(_wish()["prefixes"]))
        return "", 204


def _add_lags(app: Flask, state: State) -> None:
    @app.post("/_sandbox/lags")
    def add_lag() -> tuple[str, int]:
        lag = Lag(**_wish())
        with state.lock:
            state.lags.append(lag)
        return "", 201

    @app.delete("/_sandbox/lags")
    def clear_lags() -> tuple[str, int]:
        with state.lock:
            state.lags.clear()
        return "", 204


def _add_rates(app: Flask, state: State) -> None:
    @app.get("/_sandbox/rates")
    def list_rates() -> Response:
        with state.lock:
            return jsonify([asdict(rate) for rate in state.throttle.rates] if state.throttle else [])

    @app.post("/_sandbox/rates")
    def set_rates() -> tuple[str, int]:
        wish = _wish()
        if unknown := wish.keys() - {"rates", "slow_motion"}:
            raise ValueError(f"{', '.join(sorted(unknown))} means nothing")
        rates = tuple(Rate(**each | {"operations": tuple(each.get("operations", ()))}) for each in wish.get("rates", ()))
        throttle = Throttle(rates or RATES, slow_motion=float(wish.get("slow_motion", 1)))
        with state.lock:
            state.throttle = throttle
        return "", 204

    @app.delete("/_sandbox/rates")
    def forget_rates() -> tuple[str, int]:
        with state.lock:
            state.throttle = None
        return "", 204


def _add_hosting(app: Flask, state: State) -> None:
    @app.delete("/_sandbox/hosting")
    def reset_hosting() -> tuple[str, int]:
        with state.lock:
            state.hosting.reset()
            state.targets.reset()
        return "", 204

    @app.post("/_sandbox/endpoints")
    def expect() -> tuple[str, int]:
        wish = _wish()
        seconds = {key.removesuffix("_seconds"): wish.pop(key) for key in list(wish) if key.endswith("_seconds")}
        with state.lock:
            name = wish.get("name")
            state.hosting.set_durations(name, replace(state.hosting.durations(name), **seconds))
            if "outcome" in wish:
                state.hosting.expect(Outcome(**wish))
            elif unknown := wish.keys() - {"name"}:
                raise ValueError(f"without an outcome, {', '.join(sorted(unknown))} means nothing")
        return "", 204

    @app.post("/_sandbox/capacity")
    def set_capacity() -> tuple[str, int]:
        wish = _wish()
        if wish.keys() != {"short"}:
            raise ValueError("short is wanted, and nothing else")
        with state.lock:
            state.hosting.short = frozenset(map(str, wish["short"]))
        return "", 204

    @app.delete("/_sandbox/endpoints")
    def forget() -> tuple[str, int]:
        with state.lock:
            state.hosting.forget_control()
        return "", 204

    @app.post("/_sandbox/endpoints/<name>/status")
    def hold(name: str) -> tuple[str, int]:
        wish = _wish()
        with state.lock:
            try:
                state.hosting.hold_status(name, wish["status"], wish.get("seconds"))
            except KeyError as error:
                raise NotFound(f"No endpoint {name}, or no status given") from error
        return "", 204


def _add_inference(app: Flask, state: State) -> None:
    @app.post("/_sandbox/answers")
    def add_answer() -> tuple[Response, int]:
        wanted = Answer(**_wish())
        with state.lock:
            state.answers.append(wanted)
        return jsonify(asdict(wanted)), 201

    @app.delete("/_sandbox/answers")
    def clear_answers() -> tuple[str, int]:
        with state.lock:
            state.answers.clear()
        return "", 204


def _add_batch(app: Flask, state: State) -> None:
    @app.get("/_sandbox/jobs")
    def list_job_rules() -> Response:
        with state.lock:
            return jsonify([asdict(rule) for rule in state.batch.rules])

    @app.post("/_sandbox/jobs")
    def expect_jobs() -> tuple[Response, int]:
        rule = rule_of(_wish())
        with state.lock:
            state.batch.expect(rule)
        return jsonify(asdict(rule)), 201

    @app.delete("/_sandbox/jobs")
    def forget_job_rules() -> tuple[str, int]:
        with state.lock:
            state.batch.forget_control()
        return "", 204

    @app.delete("/_sandbox/queues")
    def remove_queues() -> tuple[str, int]:
        names = set(_wish()["names"])
        with state.lock:
            remove(state.batch.environments, names)
        return "", 204

    @app.post("/_sandbox/environments")
    def set_environment() -> tuple[str, int]:
        wish = _wish()
        with state.lock:
            try:
                set_up(state.batch.environments, wish.pop("name"), wish)
            except KeyError as error:
                raise NotFound(f"No compute environment {error}") from error
        return "", 204

    @app.post("/_sandbox/jobs/clock")
    def put_ahead() -> tuple[str, int]:
        wish = _wish()
        if wish.keys() != {"seconds"}:
            raise ValueError("seconds is wanted, and nothing else")
        with state.lock:
            state.batch.put_ahead(float(wish["seconds"]))
        return "", 204


def _wish() -> dict[str, Any]:
    wish = request.get_json()
    if not isinstance(wish, dict):
        raise BadRequest("A JSON object is wanted")
    return wish
