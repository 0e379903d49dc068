"""The platform's SQLite file: one connection per request, writers one at a time."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from flask import Flask, current_app, g

SCHEMA = """
CREATE TABLE IF NOT EXISTS tenants (
    uuid TEXT PRIMARY KEY, name TEXT NOT NULL, department TEXT NOT NULL,
    plan_id INTEGER NOT NULL, overflow_mode INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS users (
    id INTEGER PRIMARY KEY, tenant TEXT NOT NULL UNIQUE REFERENCES tenants ON DELETE CASCADE,
    email TEXT NOT NULL UNIQUE, full_name TEXT NOT NULL, role_id INTEGER NOT NULL DEFAULT 1, password_hash TEXT
);
CREATE TABLE IF NOT EXISTS tokens (
    token TEXT PRIMARY KEY, user INTEGER NOT NULL REFERENCES users ON DELETE CASCADE, expiry TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS images (
    tenant TEXT NOT NULL REFERENCES tenants ON DELETE CASCADE, key TEXT NOT NULL, media_type TEXT NOT NULL, content BLOB NOT NULL,
    sha256 TEXT NOT NULL, PRIMARY KEY (tenant, key)
);
CREATE TABLE IF NOT EXISTS services (
    tenant TEXT NOT NULL REFERENCES tenants ON DELETE CASCADE, name TEXT NOT NULL, fields TEXT NOT NULL, server TEXT NOT NULL,
    registered_at TEXT NOT NULL, updated_at TEXT NOT NULL, PRIMARY KEY (tenant, name)
);
CREATE TABLE IF NOT EXISTS dialects (tenant TEXT PRIMARY KEY, settings TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS faults (
    id INTEGER PRIMARY KEY CHECK (id = 1), kind TEXT NOT NULL, seconds REAL NOT NULL, times INTEGER, method TEXT,
    status INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS calls (
    id INTEGER PRIMARY KEY, at TEXT NOT NULL, method TEXT NOT NULL, path TEXT NOT NULL, status INTEGER,
    with_token INTEGER NOT NULL
);
"""
TABLES = ("tenants", "users", "tokens", "images", "services", "dialects", "faults", "calls")


def init_app(app: Flask, path: str) -> None:
    """Make the tables in the file at `path` where they are missing, and close each request's connection at its end."""
    app.config["DATABASE"] = path
    connection = _connect(path)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.executescript(SCHEMA)
    connection.close()
    app.teardown_appcontext(_close)


def database() -> sqlite3.Connection:
    """This request's connection, in autocommit mode: several statements that belong together go in `transaction()`."""
    if "database" not in g:
        g.database = _connect(current_app.config["DATABASE"])
    connection: sqlite3.Connection = g.database
    return connection


@contextmanager
def transaction() -> Iterator[sqlite3.Connection]:
    """All or nothing. IMMEDIATE: what is read inside cannot change before it is written."""
    connection = database()
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield connection
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _connect(path: str) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=10, isolation_level=None)
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = OFF")  # no call waits for the disk: nothing here has to outlive the machine
    return connection


def _close(_error: BaseException | None) -> None:
    connection: sqlite3.Connection | None = g.pop("database", None)
    if connection is not None:
        connection.close()
