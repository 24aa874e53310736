"""How far an import is: a bar on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from articles.importer.pipeline import Progress as Report
from articles.importer.reader import count

STEPS = {"files": "Reading files", "stories": "Writing stories", "articles": "Rendering articles anew"}
EVERY = 5000  # counts between two lines where there is no terminal


@contextlib.contextmanager
def progress_display(sources: Sequence[Path], stdout: Any, quiet: bool) -> Iterator[Report]:
    """Give a function that takes note of progress and shows it, with rate and time left on a terminal."""
    if quiet:
        yield lambda step, more: None
    elif not stdout.isatty():
        yield _lines(stdout)
    else:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), _Rate(), TimeRemainingColumn())
        with Progress(*columns, console=Console(file=stdout)) as bar:
            yield _bars(bar, sum(filter(None, map(count, sources))) or None)


class _Rate(ProgressColumn):
    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text(f"{speed:,.0f}/s" if speed else "")


def _bars(bar: Progress, total: int | None) -> Report:
    tasks: dict[str, TaskID] = {}

    def note(step: str, more: int) -> None:
        if step not in tasks:
            tasks[step] = bar.add_task(STEPS[step], total=total)
        bar.advance(tasks[step], more)

    return note


def _lines(stdout: Any) -> Report:
    done = dict.fromkeys(STEPS, 0)

    def note(step: str, more: int) -> None:
        before = done[step]
        done[step] += more
        if done[step] // EVERY > before // EVERY:
            with contextlib.suppress(BrokenPipeError):  # nobody reads any more; the import goes on nevertheless
                stdout.write(f"{STEPS[step]}: {done[step]:,}")

    return note
