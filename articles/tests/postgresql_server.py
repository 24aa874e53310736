"""A real PostgreSQL for the tests: found or installed, started in a temporary folder, stopped at the end.

    python -m articles.tests.postgresql_server --install        say where its programs are; install them if need be
    python -m articles.tests.postgresql_server -- COMMAND …     run a command with DATABASE_URL set to a fresh server
    python -m articles.tests.postgresql_server --durable -- …   the same, with every commit on disk, as on a real site

It listens on a Unix socket only, as an unprivileged user, and dies with the process that started it.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from articles.tests import debian

NAME = "newsarchive"
# No disk to wait for; nothing that another server could be brought up from; no plans made as machine code, which take
# longer to make than any query of a test to answer.
HASTY = (
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "wal_level=minimal",
    "max_wal_senders=0",
    "checkpoint_timeout=1h",
    "max_wal_size=4GB",
    "jit=off",
)
SECONDS_TO_START = 30


def find_programs() -> Path | None:
    """Return the folder that holds initdb and postgres, of the newest version on this machine."""
    folders = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: [int(n) for n in path.parent.name.split(".")]
    )
    if on_path := shutil.which("initdb"):
        folders.insert(0, Path(on_path).resolve().parent)
    return next(
        (folder for folder in reversed(folders) if all((folder / n).exists() for n in ("initdb", "postgres"))), None
    )


def programs() -> Path:
    """Return the folder of PostgreSQL's server programs, installing Debian's package where that is possible."""
    if not find_programs():
        debian.install("postgresql")
    if found := find_programs():
        return found
    raise SystemExit(
        "PostgreSQL's server programs (initdb, postgres) are missing, and the tests run on it too: "
        "install them, on Debian with `sudo apt-get install postgresql`."
    )


@contextlib.contextmanager
def running(durable: bool = False) -> Iterator[str]:
    """Start a server with an empty database; give its DATABASE_URL; stop it and remove its folder.

    Unless ``durable``, it does not wait for the disk: tests are quicker for it.
    """
    hasty = [] if durable else [f"-c{setting}" for setting in HASTY]
    folder = Path(tempfile.mkdtemp(prefix="newsarchive-postgresql-", dir="/tmp"))  # noqa: S108  a socket has a short path
    bin_folder = programs()
    who = _unprivileged()
    server = None
    try:
        if who:
            os.chown(folder, who["user"], who["group"])
        (folder / "log").touch()
        data = folder / "data"
        subprocess.run(
            [bin_folder / "initdb", "-D", data, "-U", NAME, "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync"],
            check=True, stdout=subprocess.DEVNULL, cwd=folder, env=_environment(), **who,
        )  # fmt: skip
        with (folder / "log").open("wb") as log:
            server = subprocess.Popen(
                [bin_folder / "postgres", "-D", data, "-k", folder, "-c", "listen_addresses=", *hasty],
                stdout=log, stderr=log, cwd=folder, env=_environment(),
                preexec_fn=_die_with_parent(signal.SIGQUIT), **who,
            )  # fmt: skip
        _wait_for(server, bin_folder, folder)
        subprocess.run([bin_folder / "createdb", "-h", folder, "-U", NAME, NAME], check=True, cwd=folder, **who)
        yield f"postgres://{NAME}@{quote(str(folder), safe='')}/{NAME}"
    finally:
        if server:
            server.send_signal(signal.SIGINT)  # PostgreSQL's "fast shutdown"
            try:
                server.wait(30)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()
        shutil.rmtree(folder)


def _unprivileged() -> dict[str, Any]:
    """Return how to start the server: it refuses to run as root."""
    if os.getuid() != 0:
        return {}
    names = {user.pw_name: user for user in pwd.getpwall()}
    user = names.get("postgres") or names["nobody"]
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def _environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def _die_with_parent(how: signal.Signals) -> Callable[[], None]:
    """Return what a new process runs first, so that Linux stops it at once should this process be killed."""
    prctl, set_parent_death_signal = getattr(ctypes.CDLL(None), "prctl", None), 1
    return lambda: prctl(set_parent_death_signal, how) if prctl else None


def _wait_for(server: subprocess.Popen[bytes], bin_folder: Path, folder: Path) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    ready = [bin_folder / "pg_isready", "-q", "-h", folder, "-U", NAME, "-d", "postgres"]
    while subprocess.run(ready, check=False).returncode != 0:
        if server.poll() is not None or time.monotonic() > deadline:
            raise SystemExit(f"PostgreSQL did not start: {(folder / 'log').read_text(errors='replace')}")
        time.sleep(0.1)


def main(arguments: list[str]) -> int:
    """Install, or run a command beside a server and return its exit status."""
    if arguments == ["--install"]:
        print(f"PostgreSQL: {programs()}")  # noqa: T201
        return 0
    durable = arguments[:1] == ["--durable"]
    arguments = arguments[durable:]
    if arguments[:1] != ["--"] or len(arguments) < 2:
        print(__doc__, file=sys.stderr)  # noqa: T201
        return 2
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the server is stopped and its folder removed
    with running(durable) as url:
        environment = {**os.environ, "DATABASE_URL": url}
        last_wish = _die_with_parent(signal.SIGTERM)
        return subprocess.run(arguments[1:], check=False, env=environment, preexec_fn=last_wish).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
