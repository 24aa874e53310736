"""What helps where a database refuses is found by the code of its error, not by a word of its message."""

import contextlib
import sqlite3

import psycopg
import pytest
from django.db import DatabaseError, OperationalError, ProgrammingError, connection, transaction
from django.db.utils import DatabaseErrorWrapper
from psycopg import errors

from articles.importer import summary
from articles.importer.summary import advice_on

NOTHING_KNOWN = "Check the database"


def told(error: Exception) -> Exception:
    """Return what Django makes of a driver's error."""
    try:
        with DatabaseErrorWrapper(connection if isinstance(error, connection.Database.Error) else Wrapped(error)):
            raise error
    except DatabaseError as wrapped:
        return wrapped


class Wrapped:
    """A connection of the other driver, as far as wrapping an error asks for one."""

    def __init__(self, error: Exception) -> None:
        self.Database = psycopg if isinstance(error, psycopg.Error) else sqlite3
        self.errors_occurred = False


@contextlib.contextmanager
def sqlite(path, **options):
    found = sqlite3.connect(path, timeout=0, isolation_level=None, **options)
    try:
        yield found
    finally:
        found.close()


def filled(path):
    with sqlite(path) as found:
        found.execute("CREATE TABLE shelf (disk TEXT)")
        found.executemany("INSERT INTO shelf VALUES (?)", [("x" * 500,)] * 100)
    return path


def locked(path):
    with sqlite(filled(path)) as holder, sqlite(path) as found:
        holder.execute("BEGIN IMMEDIATE")
        found.execute("INSERT INTO shelf VALUES ('x')")


def full(path):
    with sqlite(filled(path)) as found:
        found.execute("PRAGMA max_page_count = 1")
        found.executemany("INSERT INTO shelf VALUES (?)", [("x" * 500,)] * 100)


def readonly(path):
    filled(path)
    with sqlite(f"file:{path}?mode=ro", uri=True) as found:
        found.execute("INSERT INTO shelf VALUES ('x')")


def corrupt(path):
    data = bytearray(filled(path).read_bytes())
    data[4096:8192] = b"\xff" * 4096
    path.write_bytes(data)
    with sqlite(path) as found:
        found.execute("SELECT count(*) FROM shelf WHERE disk > ''").fetchall()


def no_database(path):
    path.write_text("This is no database. " * 100)
    asking("SELECT * FROM shelf")(path)


def missing_folder(path):
    with sqlite(path / "none" / "archive.sqlite3") as found:
        found.execute("SELECT 1")


def asking(sql):
    def ask(path):
        with sqlite(path) as found:
            found.execute("CREATE TABLE IF NOT EXISTS shelf (disk TEXT)")
            found.execute(sql)

    return ask


@pytest.mark.parametrize(
    ("provoke", "says", "helps"),
    [
        (locked, "database is locked", summary.WAIT),
        (full, "database or disk is full", summary.SPACE),
        (readonly, "attempt to write a readonly database", summary.WRITE),
        (corrupt, "database disk image is malformed", summary.BACKUP),
        (no_database, "file is not a database", summary.SQLITE["NOTADB"]),
        (missing_folder, "unable to open database file", summary.SQLITE["CANTOPEN"]),
        (asking("SELECT * FROM space"), "no such table: space", summary.MIGRATE),
        (asking("SELECT column_of_old FROM shelf"), "no such column: column_of_old", summary.MIGRATE),
        (asking("INSERT INTO shelf (space) VALUES (1)"), "table shelf has no column named space", summary.MIGRATE),
        # words that helped once, in messages about something else
        (asking("SELECT disk FROM shelf JOIN shelf AS s"), "ambiguous column name: disk", NOTHING_KNOWN),
        (asking("SELECT space(disk) FROM shelf"), "no such function: space", NOTHING_KNOWN),
        (asking("ALTER TABLE shelf ADD COLUMN disk TEXT"), "duplicate column name: disk", NOTHING_KNOWN),
        (asking("relation"), 'near "relation": syntax error', NOTHING_KNOWN),
    ],
)
def test_sqlite(tmp_path, provoke, says, helps):
    with pytest.raises(sqlite3.DatabaseError) as caught:
        provoke(tmp_path / "archive.sqlite3")
    assert says in str(caught.value)
    assert advice_on(told(caught.value)) == helps


def test_a_broken_disk_under_sqlite():
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorname = "SQLITE_IOERR_WRITE"
    assert advice_on(told(error)) == summary.DISK


STATES = [
    (errors.DiskFull, 'could not extend file "base/1": No space left on device', summary.SPACE),
    (errors.IoError, "could not read block 3", summary.DISK),
    (errors.UndefinedTable, 'relation "articles_article" does not exist', summary.MIGRATE),
    (errors.UndefinedColumn, 'column "what" does not exist', summary.MIGRATE),
    (errors.LockNotAvailable, "canceling statement due to lock timeout", summary.WAIT),
    (errors.DeadlockDetected, "deadlock detected", summary.WAIT),
    (errors.ReadOnlySqlTransaction, "cannot execute INSERT in a read-only transaction", summary.WRITE),
    (errors.InsufficientPrivilege, "permission denied for table articles_article", summary.WRITE),
    (errors.AdminShutdown, "terminating connection due to administrator command", summary.SERVER),
    (errors.DataCorrupted, "invalid page in block 3 of relation base/1", summary.BACKUP),
    (errors.IndexCorrupted, "index contains corrupted page", summary.BACKUP),
    (errors.InvalidPassword, "password authentication failed", summary.SERVER),
    (errors.InvalidCatalogName, 'database "archive" does not exist', summary.SERVER),
    # words that helped once, in messages about something else
    (errors.AmbiguousColumn, 'column reference "title" is ambiguous', NOTHING_KNOWN),
    (errors.DuplicateTable, 'relation "articles_article" already exists', NOTHING_KNOWN),
    (errors.DuplicateColumn, 'column "what" of relation "articles_article" already exists', NOTHING_KNOWN),
    (errors.TooManyConnections, "too many connections for role", NOTHING_KNOWN),
    (errors.QueryCanceled, "canceling statement due to statement timeout", NOTHING_KNOWN),
    (errors.OutOfMemory, "out of memory", NOTHING_KNOWN),
]


@pytest.mark.parametrize(("kind", "says", "helps"), STATES)
def test_postgresql_s_codes(kind, says, helps):
    assert advice_on(told(kind(says))) == helps


def test_a_server_that_is_not_there():
    with pytest.raises(psycopg.OperationalError) as caught:
        psycopg.connect("host=127.0.0.1 port=1 connect_timeout=2")
    assert advice_on(told(caught.value)) == summary.SERVER


def test_what_django_says_itself():
    for error in (OperationalError("connection already closed"), ProgrammingError("column or relation on disk")):
        assert advice_on(error) == NOTHING_KNOWN


@pytest.mark.django_db
@pytest.mark.postgresql
def test_postgresql_itself(subtests):
    for kind, says, helps in STATES:
        raising = f"DO $$ BEGIN RAISE EXCEPTION '{says}' USING ERRCODE = '{kind.sqlstate}'; END $$"
        with subtests.test(says):
            with pytest.raises(DatabaseError, match=says[:9]) as caught, transaction.atomic():
                connection.cursor().execute(raising)
            assert advice_on(caught.value) == helps


@pytest.mark.django_db
def test_a_real_database_without_a_table_or_a_column():
    for sql in ("SELECT * FROM nowhere", "SELECT no_such_one FROM articles_article"):
        with pytest.raises(DatabaseError) as caught, transaction.atomic():
            connection.cursor().execute(sql)
        assert advice_on(caught.value) == summary.MIGRATE
