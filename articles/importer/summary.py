"""An import's report in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from articles.importer.pipeline import ImportReport

SHOWN = 10  # issues that are printed in full


def summary_lines(report: ImportReport, verbosity: int = 1) -> Iterator[str]:
    """Yield the lines that tell a person what became of every file."""
    if verbosity == 0:
        return
    if report.dry_run:
        yield "Dry run: nothing was written. This is what an import would do."
    yield (
        f"{report.files:,} files: {report.created:,} created, {report.updated:,} updated, "
        f"{report.unchanged:,} unchanged, {report.unreadable:,} unreadable; {report.conflicts:,} conflicts."
    )
    yield f"Captures: {report.text:,} with text, {report.placeholder:,} placeholders, {report.unreadable:,} unreadable."
    yield f"The archive now has {report.articles:,} articles, {report.figures:,} figures, {report.tags:,} tags."
    kinds = Counter(issue.kind for issue in report.issues)
    if kinds:
        counts = ", ".join(f"{count:,} {kind}" for kind, count in kinds.most_common())
        yield f"{len(report.issues):,} issues ({counts}). All are in the admin, under import issues:"
        shown = report.issues if verbosity > 1 else report.issues[:SHOWN]
        for issue in shown:
            place = f"{issue.path}:{issue.line}" if issue.line else issue.path
            yield f"  {place}: {issue.message}"
        if len(shown) < len(report.issues):
            yield f"  … and {len(report.issues) - len(shown):,} more (-v 2 prints all)."
    rate = report.files / report.seconds if report.seconds else 0
    yield f"Done in {report.seconds:.1f} s ({rate:,.0f} files a second)."
