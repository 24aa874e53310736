"""Measures pages under the production server, beside a bare view of the same bytes and nginx: part of ``make bench``.

``DATABASE_URL=… python -m bench.site`` measures an archive that is there already.
"""

from __future__ import annotations

import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import quote

from rich.console import Console
from rich.table import Table

from bench.load import Load, LoadError, client, free_port, load, nginx_configuration

ROOT = Path(__file__).resolve().parents[1]
WORKERS = 2
# The first warms up. Many short ones: a round's connections stay with the worker that took them, and where one has
# taken all, a server does half of what it can.
ROUNDS = 10
LISTS = 60  # pages of the list of all articles that articles are taken from
LOOKED_AT = 61  # articles, to find one of median size
BROWSERS_ASK = {"Accept-Encoding": "gzip, deflate, br"}  # of the servers here, the site alone compresses pages
WORDS = ("選舉", "海港", "the")


@contextmanager
def served(command: list[str], environment: Mapping[str, str], port: int) -> Iterator[None]:
    """Run a server until it is no longer needed."""
    with subprocess.Popen(command, cwd=ROOT, env=dict(environment), stdout=subprocess.DEVNULL) as process:
        try:
            _await(port, process)
            yield
        finally:
            process.terminate()


def _await(port: int, process: subprocess.Popen[bytes]) -> None:
    for _try in range(200):
        if process.poll() is not None:
            raise LoadError(f"{process.args!r} ended with {process.returncode}")
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/no-such-page", timeout=5)  # noqa: S310
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
    raise LoadError(f"{process.args!r} does not answer")


def gunicorn(*arguments: str) -> list[str]:
    """Return the command of the production server."""
    return [sys.executable, "-m", "gunicorn", "--workers", str(WORKERS), "--log-level", "critical", *arguments]


def fetched(port: int, path: str) -> tuple[bytes, str]:
    """Return a page and its ETag."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}") as answer:  # noqa: S310
        return answer.read(), answer.headers.get("ETag", "")


class Site:
    """One run: the servers' environment, and what was measured."""

    def __init__(self, environment: Mapping[str, str], folder: Path, console: Console) -> None:
        self.environment = {
            **environment,
            "DEBUG": "false",
            "SECRET_KEY": "only-for-one-measurement-of-the-site-and-nothing-else-at-all",
            "ALLOWED_HOSTS": "127.0.0.1",
            "LANGUAGE_CODE": "zh-hant",
            "CACHE_URL": "locmem://?max_entries=1000",
        }
        self.folder = folder
        self.console = console
        self.paths: dict[str, str] = {}
        self.articles: list[str] = []
        self.rounds: dict[tuple[str, str], list[Load]] = {}

    def run(self) -> None:
        """Measure everything in rounds, each server in turn: what else this machine does hits all alike."""
        self._manage("collectstatic", "--noinput", "--verbosity", "0")
        pages = self.folder / "pages"
        pages.mkdir()
        with ExitStack() as running:
            ports = {"site": free_port()}
            own = {"PORT": str(ports["site"]), "SITE_URL": f"http://127.0.0.1:{ports['site']}"}
            running.enter_context(served(gunicorn(), self.environment | own, ports["site"]))
            etags = self._choose(ports["site"], pages)
            for what, middleware in (("bare", ""), ("bare, same middleware", "1")):
                ports[what] = free_port()
                bare = {"PORT": str(ports[what]), "BARE": str(pages), "BARE_MIDDLEWARE": middleware}
                command = gunicorn("bench.bare:application")
                running.enter_context(served(command, self.environment | bare, ports[what]))
            if nginx := shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin"):
                ports["nginx"] = free_port()
                settings = self.folder / "nginx.conf"
                settings.write_text(nginx_configuration(self.folder, ports["nginx"]))
                # its workers give up root's rights where it has them, and must still reach the files
                self.folder.chmod(0o755)
                command = [nginx, "-c", str(settings), "-e", str(self.folder / "error.log")]
                running.enter_context(served(command, os.environ, ports["nginx"]))
            for kind, path in self.paths.items():
                for _round in range(ROUNDS):
                    self._load(kind, "cached", ports["site"], [path])
                    self._load(kind, "304", ports["site"], [path], headers={"If-None-Match": etags[kind]})
                    for what in ports.keys() - {"site"}:
                        self._load(kind, what, ports[what], [f"/{kind}"])
            # at the end: they drive what is kept out of the cache
            for kind, path in self.paths.items():
                for _round in range(ROUNDS):
                    self._load(kind, "uncached", ports["site"], [path], fresh=True)
            for _round in range(ROUNDS):
                self._load("any article", "uncached", ports["site"], self.articles, fresh=True)

    def _manage(self, *arguments: str) -> None:
        subprocess.run([sys.executable, "manage.py", *arguments], cwd=ROOT, env=self.environment, check=True)

    def _choose(self, port: int, pages: Path) -> dict[str, str]:
        """Find an article of median size, a section and a word that is found; keep their bytes, return their ETags."""
        last = max(map(int, re.findall(r'href="\?page=(\d+)"', fetched(port, "/")[0].decode())), default=1)
        for page in range(1, last + 1, max(1, last // LISTS)):
            found = fetched(port, f"/?page={page}")[0].decode()
            self.articles += dict.fromkeys(re.findall(r'href="(/article/[^/"]+/)"', found))
        random.Random(1).shuffle(self.articles)  # noqa: S311
        by_size = sorted(self.articles[:LOOKED_AT], key=lambda path: len(fetched(port, path)[0]))
        home = fetched(port, "/")[0].decode()
        section = re.search(r'href="(/section/[^"]+)"', home)
        if section is None:
            raise LoadError("the front page names no section: is the archive empty?")
        searches = (f"/search/?q={quote(word)}" for word in WORDS)
        self.paths = {
            "article": by_size[len(by_size) // 2],
            "list": section[1],
            "home": "/",
            "search": next(path for path in searches if b"<mark>" in fetched(port, path)[0]),
        }
        etags = {}
        for kind, path in self.paths.items():
            content, etags[kind] = fetched(port, path)
            (pages / kind).write_bytes(content)
        return etags

    def _load(
        self,
        kind: str,
        what: str,
        port: int,
        paths: list[str],
        fresh: bool = False,
        headers: dict[str, str] | None = None,
    ) -> None:
        asked = BROWSERS_ASK | (headers or {})
        self.rounds.setdefault((kind, what), []).append(load(port, paths, fresh=fresh, headers=asked))

    @property
    def measured(self) -> dict[tuple[str, str], Load]:
        """Return the round of median rate of each."""
        return {
            case: sorted(rounds[1:], key=lambda one: one.rate)[len(rounds[1:]) // 2]
            for case, rounds in self.rounds.items()
        }

    def tables(self) -> list[Table]:
        """Return what was measured, and the ratios."""
        measured = self.measured
        raw = Table(
            "page", "kB", "what", "answers/s", "p50 ms", "p99 ms", title=f"Site, {WORKERS} workers, by {client()}"
        )
        for column in ("kB", "answers/s", "p50 ms", "p99 ms"):
            next(c for c in raw.columns if c.header == column).justify = "right"
        for (kind, what), found in measured.items():
            page = self.folder / "pages" / kind
            size = f"{page.stat().st_size / 1000:.0f}" if page.exists() else ""
            raw.add_row(kind, size, what, f"{found.rate:,.0f}", f"{found.p50:.1f}", f"{found.p99:.1f}")
        ratios = Table("answers/s, ratio", *self.paths, "aim for the article", title="Site")
        for above, below, aim in (
            ("uncached", "bare, same middleware", "0.5"),
            ("cached", "bare, same middleware", "0.9"),
            ("304", "bare, same middleware", "over 1, and over cached"),
            ("uncached", "bare", ""),
            ("cached", "bare", ""),
            ("304", "bare", ""),
            ("304", "cached", "over 1"),
            ("cached", "nginx", ""),
            ("bare", "nginx", ""),
        ):
            row = [
                f"{measured[kind, above].rate / measured[kind, below].rate:.2f}"
                for kind in self.paths
                if (kind, below) in measured
            ]
            if row:
                ratios.add_row(f"{above} : {below}", *row, aim)
        if ("article", "nginx") not in measured:
            ratios.caption = "nginx is not installed: not compared"
        return [raw, ratios]


def measured(environment: Mapping[str, str], console: Console) -> list[Table]:
    """Measure the site on the database of an environment, and return the tables."""
    with tempfile.TemporaryDirectory(prefix="newsarchive-site-") as name:
        site = Site(environment, Path(name), console)
        site.run()
        return site.tables()


if __name__ == "__main__":
    console = Console(width=None if sys.stdout.isatty() else 120)
    for table in measured(os.environ, console):
        console.print(table)
