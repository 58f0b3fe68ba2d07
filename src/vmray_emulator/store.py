"""The state of the server in SQLite: one table for each kind of object, one JSON object in each row."""

from __future__ import annotations

import json
import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from vmray_emulator.schemas.catalogue import FIRST_ID, SCHEMAS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from vmray_emulator.json_types import Json

Record = dict[str, Any]

# Columns with an index, because many queries use them: (kind, field).
_INDEXED: Final = (
    ("sample", "sample_md5hash"),
    ("sample", "sample_sha1hash"),
    ("sample", "sample_sha256hash"),
    ("submission", "submission_sample_id"),
    ("submission", "submission_parent_submission_id"),
    ("analysis", "analysis_sample_id"),
    ("analysis", "analysis_job_id"),
    ("job", "job_sample_id"),
)
# Kept in the database file. Raise it when a table, a setting's name or the content of a row changes.
_SCHEMA_VERSION: Final = 1
_OWN_TABLES: Final = """
CREATE TABLE IF NOT EXISTS counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sample_findings (
    sample_id INTEGER PRIMARY KEY, findings TEXT NOT NULL, content TEXT);
CREATE TABLE IF NOT EXISTS schedule (
    submission_id INTEGER PRIMARY KEY, root_id INTEGER NOT NULL, started REAL NOT NULL, planned REAL NOT NULL,
    finished INTEGER, options TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS schedule_finished ON schedule (finished);
CREATE TABLE IF NOT EXISTS event (
    id INTEGER PRIMARY KEY, root_id INTEGER NOT NULL, submission_id INTEGER NOT NULL, due REAL NOT NULL,
    verb TEXT NOT NULL, target INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS event_due ON event (due, id);
CREATE INDEX IF NOT EXISTS event_root ON event (root_id);
CREATE TABLE IF NOT EXISTS analysis_submission (analysis_id INTEGER NOT NULL, submission_id INTEGER NOT NULL,
    PRIMARY KEY (submission_id, analysis_id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS continuation (id INTEGER PRIMARY KEY, kind TEXT NOT NULL, ids TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
"""
_OWN_NAMES: Final = (
    "counter",
    "sample_findings",
    "schedule",
    "event",
    "analysis_submission",
    "continuation",
    "meta",
)


def column(field: str, *, of: str | None = None) -> str:
    """Return the SQL expression of a field. SQLite uses an index only for the same expression.

    Args:
        field: The full name.
        of: The table, where a query has several.
    """
    return f"json_extract({of}.body, '$.{field}')" if of else f"json_extract(body, '$.{field}')"


class Store:
    """Objects by kind and id. It has no lock: the server serialises its callers.

    Args:
        path: The database file, or None for a database in memory.

    Raises:
        ValueError: The file was written by another version of the emulator.
    """

    def __init__(self, path: Path | None) -> None:
        # The thread of the event loop and the thread of the control object share the lock of the server.
        self.db = sqlite3.connect(path or ":memory:", check_same_thread=False, isolation_level=None)
        self._check_version(path)
        self.db.execute("PRAGMA journal_mode=WAL")
        self.db.execute("PRAGMA synchronous=NORMAL")
        for kind in SCHEMAS:
            self.db.execute(f"CREATE TABLE IF NOT EXISTS {kind} (id INTEGER PRIMARY KEY, body TEXT NOT NULL)")
        for kind, field in _INDEXED:
            self.db.execute(f"CREATE INDEX IF NOT EXISTS {field}_of ON {kind} ({column(field)})")
        self.db.executescript(_OWN_TABLES)
        self.db.execute(f"PRAGMA user_version={_SCHEMA_VERSION}")

    def _check_version(self, path: Path | None) -> None:
        (tables,) = self.db.execute("SELECT count(*) FROM sqlite_master").fetchone()
        (version,) = self.db.execute("PRAGMA user_version").fetchone()
        if tables and version != _SCHEMA_VERSION:
            self.db.close()
            raise ValueError(
                f"the database {path} has the format {version}, this emulator reads the format "
                f"{_SCHEMA_VERSION} only; delete the file or choose another one"
            )

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Open a transaction: all changes are committed, or none after an exception."""
        if self.db.in_transaction:
            yield
            return
        self.db.execute("BEGIN")
        try:
            yield
        except BaseException:
            self.db.execute("ROLLBACK")
            raise
        self.db.execute("COMMIT")

    def close(self) -> None:
        """Close the database."""
        self.db.close()

    def clear(self) -> None:
        """Delete every object, counter and setting."""
        for name in (*SCHEMAS, *_OWN_NAMES):
            self.db.execute(f"DELETE FROM {name}")  # noqa: S608 - names of our own tables

    def next_number(self, name: str, first: int = 1) -> int:
        """Return the next number of a sequence. No number is returned twice."""
        sql = """INSERT INTO counter VALUES (?, ?)
                 ON CONFLICT DO UPDATE SET value = value + 1 RETURNING value"""
        (value,) = self.db.execute(sql, (name, first)).fetchone()
        return int(value)

    def insert(self, kind: str, **values: Json) -> Record:
        """Store a new object with the next id of its kind.

        Args:
            kind: Kind of object.
            values: Fields by short name. The other fields have their defaults.
        """
        number = self.next_number(kind, FIRST_ID[kind])
        record = SCHEMAS[kind].new(id=number, **values)
        self.db.execute(f"INSERT INTO {kind} VALUES (?, ?)", (number, json.dumps(record)))  # noqa: S608 - names of our own tables and fields
        return record

    def get(self, kind: str, number: int) -> Record | None:
        """Return one object, or None."""
        row = self.db.execute(f"SELECT body FROM {kind} WHERE id = ?", (number,)).fetchone()  # noqa: S608 - names of our own tables and fields
        return json.loads(row[0]) if row else None

    def put(self, kind: str, record: Record) -> None:
        """Store the new state of an object."""
        sql = f"UPDATE {kind} SET body = ? WHERE id = ?"  # noqa: S608 - names of our own tables and fields
        self.db.execute(sql, (json.dumps(record), record[f"{kind}_id"]))

    def change(self, kind: str, number: int, **values: Json) -> Record | None:
        """Set fields (short names) of an object, and return it. None when it does not exist."""
        record = self.get(kind, number)
        if record is not None:
            record.update({f"{kind}_{short}": value for short, value in values.items()})
            self.put(kind, record)
        return record

    def remove(self, kind: str, number: int) -> bool:
        """Delete an object. Return whether it existed."""
        return self.db.execute(f"DELETE FROM {kind} WHERE id = ?", (number,)).rowcount > 0  # noqa: S608 - names of our own tables and fields

    def select(
        self, kind: str, where: str = "1", values: Sequence[Any] = (), order: str = "id", limit: int = -1
    ) -> list[Record]:
        """Return the objects that match an SQL condition of the emulator."""
        sql = f"SELECT body FROM {kind} WHERE {where} ORDER BY {order} LIMIT {limit}"  # noqa: S608 - names of our own tables and fields
        return [json.loads(body) for (body,) in self.db.execute(sql, values)]

    def ids(self, kind: str, where: str, values: Sequence[Any], order: str, limit: int) -> list[int]:
        """Return the ids of the objects that match a condition."""
        sql = f"SELECT id FROM {kind} WHERE {where} ORDER BY {order} LIMIT {limit}"  # noqa: S608 - names of our own tables and fields
        return [number for (number,) in self.db.execute(sql, values)]

    def many(self, kind: str, numbers: Iterable[int]) -> Iterator[Record]:
        """Yield objects by id, in the given order. Deleted ones are left out."""
        for number in numbers:
            record = self.get(kind, number)
            if record is not None:
                yield record

    def count(self, kind: str) -> int:
        """Return the number of objects of a kind."""
        return int(self.db.execute(f"SELECT count(*) FROM {kind}").fetchone()[0])  # noqa: S608 - names of our own tables and fields

    def remember(self, name: str, value: Json) -> None:
        """Store a JSON value under a name."""
        self.db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, json.dumps(value)))

    def recall(self, name: str, default: Json = None) -> Json:
        """Return the value that is stored under a name."""
        row = self.db.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return json.loads(row[0]) if row else default
