"""Time and memory of a command and all the processes that it starts."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

SECONDS_BETWEEN_LOOKS = 0.05


@contextmanager
def one_core() -> Iterator[None]:
    """Run what is started meanwhile on one core: a database and who asks it take turns, and need not wake another."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


@dataclass(frozen=True)
class Measured:
    """What one command took."""

    seconds: float
    peak_mb: float  # resident memory of the process that had most, mapped files included
    own_mb: float  # the same without files: SQLite maps the database, and those pages are the system's to take back
    processes: int
    output: str


def run(command: list[str], environment: dict[str, str], folder: Path) -> Measured:
    """Run a command to its end, watching each of its processes' peak memory (Linux keeps it itself)."""
    peaks: dict[int, float] = {}
    own: dict[int, float] = {}
    start = time.perf_counter()
    with subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True) as process:
        if process.stdout is None:
            raise RuntimeError("the command's output was not caught")
        # What a command prints here is short, and fits the pipe.
        while process.poll() is None:
            for pid in _tree(process.pid):
                status = _status_mb(pid)
                peaks[pid] = max(peaks.get(pid, 0.0), status.get("VmHWM", 0.0))
                own[pid] = max(own.get(pid, 0.0), status.get("RssAnon", 0.0))
            time.sleep(SECONDS_BETWEEN_LOOKS)
        seconds = time.perf_counter() - start
        output = process.stdout.read()
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{output}")
    return Measured(seconds, max(peaks.values(), default=0.0), max(own.values(), default=0.0), len(peaks), output)


def _tree(pid: int) -> list[int]:
    """Return a process and its descendants."""
    found = [pid]
    for number in found:
        for children in Path(f"/proc/{number}/task").glob("*/children"):
            try:
                found += map(int, children.read_text().split())
            except OSError:  # it has just ended
                continue
    return found


def _status_mb(pid: int) -> dict[str, float]:
    """Return what Linux says of a process's memory, in MB; nothing elsewhere."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:  # it has just ended
        return {}
    fields = (line.split() for line in lines if line.endswith(" kB"))
    return {name.rstrip(":"): int(value) * 1024 / 1e6 for name, value, _ in fields}
