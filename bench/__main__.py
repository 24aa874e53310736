"""Measures importer, search and site in one run and prints tables of ratios: ``make bench``, ``CORPUS=folder make bench``.

Ratios within one run on one machine can be compared; seconds from two machines cannot. Nothing is
asserted here. The database is a fresh SQLite file among the temporary files.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench import corpus, measure, site
from bench.steps import NAIVE_FILES, files_of

ROOT = Path(__file__).resolve().parents[1]
SEARCHED = int(os.environ.get("SEARCHED", "50000"))  # invented articles to search in
GROWTH = (3000, 12_000, 50_000)  # invented articles, to see how time and memory grow


class Bench:
    """One run: where it works, and what it has measured."""

    def __init__(self, work: Path, console: Console) -> None:
        self.work = work
        self.console = console
        self.table = Table("what", "files", "seconds", "files/s", "peak MB", "own MB", "processes", title="Measured")
        for column in self.table.columns[1:]:
            column.justify = "right"
        self.rates: dict[str, float] = {}
        self.files = 0  # of the folder
        self.peaks: dict[str, float] = {}
        self.own: dict[str, float] = {}

    def environment(self, database: str) -> dict[str, str]:
        """Return the environment of a run with the database of that name."""
        return {
            **os.environ,
            "DEBUG": "false",
            "SECRET_KEY": "only-for-one-measurement",
            "DATABASE_URL": f"sqlite:///{self.work / database}.sqlite3",
            "MEDIA_ROOT": str(self.work / "media"),
        }

    def manage(self, database: str, *arguments: str) -> measure.Measured:
        """Run one of the archive's own commands."""
        return measure.run([sys.executable, "manage.py", *arguments], self.environment(database), ROOT)

    def step(self, name: str, what: str, folder: Path, database: str = "none") -> None:
        """Measure a step of bench.steps by its own clock, unless the start of Django belongs to it."""
        self.console.print(f"  {what} …")
        command = [sys.executable, "-m", "bench.steps", name, str(folder)]
        measured = measure.run(command, self.environment(database), ROOT)
        own = json.loads(measured.output.splitlines()[-1])
        self._keep(name, what, own["files"], measured.seconds if name == "bare" else own["seconds"], measured)

    def imported(self, name: str, what: str, folder: Path, database: str) -> None:
        """Measure import_seeds from the start of its process to its end, and check what it says it has done."""
        self.console.print(f"  {what} …")
        report = self.work / f"{name}.json"
        measured = self.manage(
            database, "import_seeds", str(folder), "--report", str(report), "--no-progress", "--verbosity", "0"
        )
        said = json.loads(report.read_text())
        self._keep(name, what, said["files"], measured.seconds, measured)
        self.console.print(
            f"    created {said['created']:,}, updated {said['updated']:,}, unchanged {said['unchanged']:,}"
        )

    def _keep(self, name: str, what: str, files: int, seconds: float, measured: measure.Measured) -> None:
        self.rates[name] = files / seconds
        self.peaks[name], self.own[name] = measured.peak_mb, measured.own_mb
        memory = (f"{measured.peak_mb:,.0f}", f"{measured.own_mb:,.0f}", str(measured.processes))
        self.table.add_row(what, f"{files:,}", f"{seconds:.2f}", f"{files / seconds:,.0f}", *memory)

    def searched(self, database: str, count: int) -> Table:
        """Measure search on the imported archive, or on invented articles, and return what was found."""
        what = f"{count:,} invented articles" if count else "the archive just imported"
        self.console.print(f"  search in {what} …")
        if count:
            self.manage(database, "migrate", "--verbosity", "0")
        command = [sys.executable, "-W", "ignore", "-m", "bench.search", str(count)]
        said = json.loads(measure.run(command, self.environment(database), ROOT).output.splitlines()[-1])
        table = Table("milliseconds", "p50", "p95", "worst", "aim", title=f"Search in {what}")
        for name, told, aim in (
            ("engine", "engine: 20 hits with snippets, total, facets, months", "5, 15, 50"),
            ("http", "the whole page over HTTP", "15 more at p50"),
            ("floor", "floor: bare FTS5, 20 ids", ""),
            ("icontains", "icontains: 20 ids and the total", "engine 50 times faster"),
            ("correction", "one correction", "5, 25"),
        ):
            if name in said:
                table.add_row(told, *(f"{said[name][part]:,.1f}" for part in ("p50", "p95", "worst")), aim)
        if not count:  # what the import would have taken without its index, in one process as here
            seconds = self.files / self.rates["all"] - said["rebuild_seconds"]
            self.rates["aside"] = self.files / seconds
        ratio = said["index_mb"] / said["text_mb"]
        table.add_row("icontains : engine, at the median", f"{said['icontains']['p50'] / said['engine']['p50']:,.0f}")
        table.add_row("index with its texts : text, in bytes", f"{ratio:.2f}", "", "", "1.75")
        table.add_row(f"rebuild of {said['articles']:,}, in seconds", f"{said['rebuild_seconds']:,.0f}", "", "", "120")
        table.caption = "slowest: " + ", ".join(f"{text} {ms:,.0f}" for ms, text in said["slowest"][:5])
        return table

    def ratios(self) -> Table:
        """Return the ratios that say how good the importer is."""
        table = Table("ratio of rates", "now", "aim", title="Ratios")
        for what, above, below, aim in (
            ("import : update_or_create loop", "all", "naive", ""),
            ("import : work that every file needs, one process", "all", "floor", ""),
            ("the same, search index aside", "aside", "floor", "1 or more"),
            ("search index aside : update_or_create loop", "aside", "naive", "20 or more"),
            ("second import : read, checksum and Django's start", "again", "bare", "near 1"),
            *(
                (
                    f"invented articles, {many:,} : {GROWTH[0]:,}",
                    f"invented {many}",
                    f"invented {GROWTH[0]}",
                    "0.87 or more",
                )
                for many in GROWTH[1:]
            ),
        ):
            if above in self.rates and below in self.rates:
                table.add_row(what, f"{self.rates[above] / self.rates[below]:.2f}", aim)
        first, last = (f"invented {count}" for count in (GROWTH[0], GROWTH[-1]))
        for what, peaks in (("peak memory", self.peaks), ("of it own, without mapped files", self.own)):
            grown = peaks[last] / max(peaks[first], 1)
            table.add_row(f"{what}, {GROWTH[-1]:,} : {GROWTH[0]:,}", f"{grown:.2f}", "near 1")
        table.add_row(
            "peak memory of one process, MB", f"{max(self.peaks[name] for name in ('all', last)):.0f}", "under 400"
        )
        return table


def first_files(folder: Path, count: int, target: Path) -> Path:
    """Return a folder with links to the first files of another."""
    for path in files_of(folder)[:count]:
        link = target / path.relative_to(folder)
        link.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(path, link)
        except OSError:  # another file system
            link.write_bytes(path.read_bytes())
    return target


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "folder", nargs="?", default=os.environ.get("CORPUS", ""), help="Markdown files; default: CORPUS"
    )
    named = parser.parse_args().folder
    console = Console(width=None if sys.stdout.isatty() else 120)
    folder = corpus.sample_folder(named)
    if folder is None:
        console.print("No sample beside this checkout and no CORPUS: measuring invented articles.")
        folder = corpus.invented_folder()
    paths = files_of(folder)
    if not paths:
        raise SystemExit(f"{folder} holds no Markdown file.")
    size = sum(len(path.read_bytes()) for path in paths)  # reads all, so that no step pays for a cold disk
    console.print(
        f"{len(paths):,} files, {size / 1e6:,.1f} MB, {os.cpu_count()} cores, Python {sys.version.split()[0]}"
    )

    with tempfile.TemporaryDirectory(prefix="newsarchive-bench-") as name:
        bench = Bench(Path(name), console)
        bench.files = len(paths)
        for database in ("naive", "all", *(f"invented{count}" for count in GROWTH)):
            bench.manage(database, "migrate", "--verbosity", "0")
        bench.step("floor", "(a) read, sha256, front matter, render, sanitise", folder)
        bench.step(
            "naive",
            f"(b) update_or_create loop, {min(NAIVE_FILES, len(paths)):,} files spread over all",
            folder,
            "naive",
        )
        bench.imported("all", "(c) import_seeds, all files, fresh database", folder, "all")
        bench.imported("again", "(d) import_seeds again, nothing changed", folder, "all")
        bench.step("bare", "(e) Django's start, read, sha256", folder)
        invented = corpus.invented_folder(GROWTH[-1])
        for count in GROWTH:
            part = first_files(invented, count, Path(name) / f"first {count}") if count < GROWTH[-1] else invented
            bench.imported(f"invented {count}", f"import_seeds, {count:,} invented articles", part, f"invented{count}")
        tables = [bench.searched(database, count) for database, count in (("all", 0), ("search", SEARCHED))]
        console.print("  pages of the archive just imported, under load …")
        tables += site.measured(bench.environment("all"), console)
        for found in (bench.table, bench.ratios(), *tables):
            console.print(found)
    console.print("make bench: done; each figure is one run, on this machine, just now.")


if __name__ == "__main__":
    main()
