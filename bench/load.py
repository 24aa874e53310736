"""Asks a server for pages as fast as it answers: with wrk where it is installed, else with threads of our own."""

from __future__ import annotations

import http.client
import itertools
import re
import shutil
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

CONNECTIONS = 8  # two workers of four threads
SECONDS = 1  # of one round

# Cycles through the paths; with a counter at the end, no two requests are for the same page. Its name must be one that
# some view reads (`articles.languages.READ`): any other makes no other page.
_SCRIPT = """
local paths = {%s}
local i, fresh = 0, %s
request = function()
  i = i + 1
  local path = paths[(i - 1) %% #paths + 1]
  if fresh then path = path .. (path:find("?", 1, true) and "&" or "?") .. "a=" .. os.time() .. "-" .. i end
  return wrk.format("GET", path)
end
"""


@dataclass(frozen=True)
class Load:
    """What a server did under load."""

    rate: float  # answers a second
    p50: float  # milliseconds
    p99: float


class LoadError(RuntimeError):
    """The server did not answer as it should have; the numbers would mean nothing."""


def client() -> str:
    """Return the name of what loads the server."""
    return "wrk" if shutil.which("wrk") else f"{CONNECTIONS} threads of Python, which is slower than wrk: install it"


def load(
    port: int,
    paths: Sequence[str],
    *,
    fresh: bool = False,
    headers: dict[str, str] | None = None,
) -> Load:
    """Load a server of this machine with GET requests for a second; ``fresh`` makes each address new.

    Raises LoadError if an answer was neither 200 nor 304.
    """
    run = _wrk if shutil.which("wrk") else _threads
    return run(port, paths, fresh, headers or {})


def _wrk(port: int, paths: Sequence[str], fresh: bool, headers: dict[str, str]) -> Load:
    quoted = ",".join('"' + path.replace("\\", "\\\\").replace('"', '\\"') + '"' for path in paths)
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(_SCRIPT % (quoted, "true" if fresh else "false"))
        script.flush()
        asked = [part for name, value in headers.items() for part in ("-H", f"{name}: {value}")]
        command = [
            "wrk",
            "-t1",
            f"-c{CONNECTIONS}",
            f"-d{SECONDS}s",
            "--timeout",
            "20s",
            "--latency",
            "-s",
            script.name,
            *asked,
        ]
        said = subprocess.run(
            [*command, f"http://127.0.0.1:{port}/"], capture_output=True, text=True, check=True
        ).stdout
    if bad := re.search(r"Non-2xx or 3xx responses: (\d+)|Socket errors: (.*)", said):
        raise LoadError(f"{bad[0]}; asked for {paths[0]} …")
    rate = re.search(r"Requests/sec:\s+([\d.]+)", said)
    if rate is None:
        raise LoadError(said)
    return Load(float(rate[1]), _latency(said, 50), _latency(said, 99))


def _latency(said: str, percent: int) -> float:
    found = re.search(rf"^\s+{percent}%\s+([\d.]+)(us|ms|s)\s*$", said, re.MULTILINE)
    if found is None:
        raise LoadError(said)
    return float(found[1]) * {"us": 0.001, "ms": 1, "s": 1000}[found[2]]


def _threads(port: int, paths: Sequence[str], fresh: bool, headers: dict[str, str]) -> Load:
    times: list[float] = []
    bad: list[int] = []
    numbers = itertools.count()
    end = time.perf_counter() + SECONDS

    def ask() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port)
        while time.perf_counter() < end:
            number = next(numbers)
            path = paths[number % len(paths)]
            if fresh:
                path += f"{'&' if '?' in path else '?'}a={time.time_ns()}-{number}"
            began = time.perf_counter()
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            answer.read()
            times.append((time.perf_counter() - began) * 1000)
            if answer.status not in (200, 304):
                bad.append(answer.status)
        connection.close()

    asking = [threading.Thread(target=ask) for _ in range(CONNECTIONS)]
    for thread in asking:
        thread.start()
    for thread in asking:
        thread.join()
    if bad or not times:
        raise LoadError(f"{len(bad)} answers such as {bad[:1]}; asked for {paths[0]} …")
    return Load(len(times) / SECONDS, statistics.median(times), sorted(times)[int(len(times) * 0.99)])


def free_port() -> int:
    """Return a port that nobody uses just now."""
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def nginx_configuration(folder: Path, port: int) -> str:
    """Return the settings of an nginx that serves a folder's files and writes nowhere else."""
    places = "".join(
        f"  {kind}_temp_path {folder}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    return (
        f"daemon off; worker_processes 2; pid {folder}/nginx.pid; error_log {folder}/error.log;\n"
        f"events {{ worker_connections 256; }}\n"
        f"http {{\n{places}  access_log off; default_type text/html; sendfile on; tcp_nopush on;\n"
        f"  keepalive_requests 1000000; server {{ listen 127.0.0.1:{port}; root {folder}/pages; }}\n}}\n"
    )
