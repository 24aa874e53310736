"""Measures importer, search, site and admin: ``make bench``, ``CORPUS=folder make bench``, ``PARTS=search make bench``.

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
from typing import Any

from rich.console import Console
from rich.table import Table

from articles.tests import postgresql_server
from bench import admin, corpus, measure, site
from bench.steps import NAIVE_FILES, files_of

ROOT = Path(__file__).resolve().parents[1]
PARTS = ("import", "growth", "search", "readers", "site", "admin")
SEARCHED = int(os.environ.get("SEARCHED", "50000"))  # invented articles to search in
READ_BESIDE = 3000  # invented articles that a reader searches while they are imported anew
# p50, p95 and worst of the engine, by database and number of articles: what we want.
AIMS = {("sqlite", 50_000): "5, 15, 50", ("sqlite", 500_000): "15, 75, 250", ("postgresql", 50_000): "5, 40, 100"}
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

    def searched(self, database: str, count: int, vendor: str = "sqlite") -> Table:
        """Measure search on the imported archive, or on invented articles, and return what was found."""
        what = f"{count:,} invented articles" if count else "the archive just imported"
        what += " on PostgreSQL" if vendor == "postgresql" else ""
        self.console.print(f"  search in {what} …")
        with measure.one_core():
            said = self._said(vendor, "bench.search", str(count), database=database)
        table = Table("milliseconds", "p50", "p95", "worst", "aim", title=f"Search in {what}, on one core")
        for name, told, aim in (
            ("engine", "engine: 20 hits with snippets, total, facets, months", AIMS.get((vendor, count), "")),
            ("http", "the whole page over HTTP", "15 more at p50"),
            ("floor", "floor: bare FTS5, 20 ids", ""),
            ("icontains", "icontains: 20 ids and the total", "engine 50 times faster"),
            ("of_these", "engine, the same queries", ""),
            ("update", "one correction: the index's part", "5, 25"),
            ("correction", "one correction, its page rendered and all", ""),
        ):
            if name in said:
                table.add_row(told, *(f"{said[name][part]:,.1f}" for part in ("p50", "p95", "worst")), aim)
        ratio = said["index_mb"] / said["text_mb"]
        times = said["icontains"]["p50"] / said["engine"]["p50"]
        table.add_row("icontains : engine, at the median", f"{times:,.0f}", "", "", "50")
        table.add_row("index with its texts : text, in bytes", f"{ratio:.2f}", "", "", "1.75")
        rebuild = f"rebuild of {said['articles']:,}, in seconds"
        table.add_row(rebuild, f"{said['rebuild_seconds']:,.0f}", "", "", "120" if count == 50_000 else "")
        table.caption = "slowest: " + ", ".join(f"{text} {ms:,.0f}" for ms, text in said["slowest"][:5])
        return table

    def read_beside_a_writer(self, vendor: str) -> Table:
        """Measure a reader while an import changes every article."""
        name = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}[vendor]
        self.console.print(f"  a reader beside an import on {name} …")
        folder = corpus.invented_folder(READ_BESIDE)
        said = self._said(vendor, "bench.readers", str(folder), database="readers")
        table = Table("milliseconds", "searches", "p50", "p95", "worst", "aim", title=f"A reader on {name}")
        for part, told in (("quiet", "with nobody writing"), ("beside", "while an import changes every article")):
            figures = said[part]
            aim = f"p95 {2 * said['quiet']['p95']:,.1f}" if part == "beside" else ""
            shown = (f"{figures[key]:,.1f}" for key in ("p50", "p95", "worst"))
            table.add_row(told, f"{figures['searches']:,}", *shown, aim)
        return table

    def _said(self, vendor: str, module: str, *arguments: str, database: str) -> dict[str, Any]:
        """Run a module of the bench on a database, and return what it prints."""
        command = [sys.executable, "-W", "ignore", "-m", module, *arguments]
        if vendor == "postgresql":
            command = [sys.executable, "-m", "articles.tests.postgresql_server", "--durable", "--", *command]
        output = measure.run(command, self.environment(database), ROOT).output
        return dict(json.loads(output.splitlines()[-1]))

    def ratios(self) -> Table:
        """Return the ratios that say how good the importer is."""
        table = Table("ratio of rates", "now", "aim", title="Ratios")
        for what, above, below, aim in (
            ("import : update_or_create loop that leaves the same rows", "all", "whole", "20 or more"),
            ("import : update_or_create loop with a fraction of them", "all", "naive", ""),
            ("import : work that every file needs, one process", "all", "floor", ""),
            ("import, search index aside : the same work", "aside", "floor", "1 or more"),
            ("second import : read, checksum and Django's start", "again", "bare", "0.25 or more"),
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
        if last in self.peaks:
            for what, peaks in (("peak memory", self.peaks), ("of it own, without mapped files", self.own)):
                grown = peaks[last] / max(peaks[first], 1)
                table.add_row(f"{what}, {GROWTH[-1]:,} : {GROWTH[0]:,}", f"{grown:.2f}", "near 1")
        highest = max(self.peaks[name] for name in ("all", last) if name in self.peaks)
        table.add_row("peak memory of one process, MB", f"{highest:.0f}", "under 400")
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
    parser.add_argument(
        "--parts", nargs="+", choices=PARTS, default=os.environ.get("PARTS", "").split() or PARTS, metavar="PART",
        help=f"of: {', '.join(PARTS)}; default: PARTS, else all",
    )  # fmt: skip
    asked = parser.parse_args()
    if unknown := set(asked.parts) - set(PARTS):
        raise SystemExit(f"PARTS names {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}.")
    console = Console(width=None if sys.stdout.isatty() else 120)
    vendors = ["sqlite", "postgresql"] if postgresql_server.find_programs() else ["sqlite"]
    if len(vendors) == 1:
        console.print("PostgreSQL is not installed: measuring search on SQLite only.")

    tables: list[Table] = []
    with tempfile.TemporaryDirectory(prefix="newsarchive-bench-") as name:
        bench = Bench(Path(name), console)
        if "import" in asked.parts:
            tables.append(measure_import(bench, asked.folder))
        if "growth" in asked.parts:
            measure_growth(bench)
        if bench.rates:
            tables = [bench.table, bench.ratios(), *tables]
        if "search" in asked.parts:
            tables += [bench.searched(f"search {vendor}", SEARCHED, vendor) for vendor in vendors]
        if "readers" in asked.parts:
            tables += [bench.read_beside_a_writer(vendor) for vendor in vendors]
        if "site" in asked.parts:
            tables += measure_site(bench, asked.folder)
        if "admin" in asked.parts:
            tables.append(measure_admin(bench))
        for found in tables:
            console.print(found)
    console.print("make bench: done; each figure is one run, on this machine, just now.")


def measured_folder(bench: Bench, named: str) -> Path:
    """Return the folder that is measured: the one named, the sample, or invented articles."""
    folder = corpus.sample_folder(named)
    if folder is None:
        bench.console.print("No sample beside this checkout and no CORPUS: measuring invented articles.")
        folder = corpus.invented_folder()
    return folder


def measure_site(bench: Bench, named: str) -> list[Table]:
    """Measure the pages of the archive just imported; import it, if that was not measured."""
    if "all" not in bench.rates:
        bench.manage("all", "migrate", "--verbosity", "0")
        bench.manage("all", "import_seeds", str(measured_folder(bench, named)), "--no-progress", "--verbosity", "0")
    bench.console.print("  pages of the archive just imported, under load …")
    return site.measured(bench.environment("all"), bench.console)


def measure_admin(bench: Bench) -> Table:
    """Measure every kind of page of the admin on an archive of invented articles."""
    bench.console.print(f"  the admin's pages, {SEARCHED:,} invented articles …")
    bench.manage("admin", "migrate", "--verbosity", "0")
    said = bench._said("sqlite", "bench.admin", str(SEARCHED), database="admin")
    title = f"The admin with {said['articles']:,} articles; at most {admin.MOST_QUERIES} queries wanted"
    table = Table("page", "queries", "ms", "reads all of", title=title)
    for page in said["pages"]:
        scans = ", ".join(sorted({scan.split(":")[0] for scan in page["scans"]}))
        table.add_row(page["name"], str(page["queries"]), f"{page['milliseconds']:.0f}", scans)
    return table


def measure_import(bench: Bench, named: str) -> Table:
    """Measure the import of a folder step by step, and search in what was imported."""
    folder = measured_folder(bench, named)
    paths = files_of(folder)
    if not paths:
        raise SystemExit(f"{folder} holds no Markdown file.")
    size = sum(len(path.read_bytes()) for path in paths)  # reads all, so that no step pays for a cold disk
    bench.console.print(
        f"{len(paths):,} files, {size / 1e6:,.1f} MB, {os.cpu_count()} cores, Python {sys.version.split()[0]}"
    )
    for database in ("naive", "whole", "all", "aside"):
        bench.manage(database, "migrate", "--verbosity", "0")
    few = f"{min(NAIVE_FILES, len(paths)):,} files spread over all"
    bench.step("floor", "(a) read, sha256, front matter, render, sanitise", folder)
    bench.step("naive", f"(b) update_or_create loop, {few}", folder, "naive")
    bench.step("whole", f"(c) the same with all rows and search, {few}", folder, "whole")
    bench.imported("all", "(d) import_seeds, all files, fresh database", folder, "all")
    bench.imported("again", "(e) import_seeds again, nothing changed", folder, "all")
    bench.step("bare", "(f) Django's start, read, sha256", folder)
    bench.step("aside", "(g) as (d), search index aside", folder, "aside")
    return bench.searched("all", 0)


def measure_growth(bench: Bench) -> None:
    """Measure the import of ever more invented articles."""
    invented = corpus.invented_folder(GROWTH[-1])
    for count in GROWTH:
        bench.manage(f"invented{count}", "migrate", "--verbosity", "0")
        part = first_files(invented, count, bench.work / f"first {count}") if count < GROWTH[-1] else invented
        bench.imported(f"invented {count}", f"import_seeds, {count:,} invented articles", part, f"invented{count}")


if __name__ == "__main__":
    main()
