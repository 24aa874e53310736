"""Numbers of things, and that no sentence of the commands counts without them."""

from __future__ import annotations

import pytest

from articles.counted import counted
from articles.importer.pipeline import ImportReport
from articles.importer.records import Issue
from articles.importer.summary import summary_lines
from articles.tests.importer.newsroom import read_text


@pytest.mark.parametrize(("number", "said"), [(0, "0 files"), (1, "1 file"), (2, "2 files"), (12345, "12,345 files")])
def test_counted(number, said):
    assert counted(number, "file") == said


def test_a_plural_of_its_own():
    assert [counted(number, "was", "were") for number in (1, 2)] == ["1 was", "2 were"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a\x00b", "1 control character was removed (U+0000)."),
        ("a\x00b\x01", "2 control characters were removed (U+0000, U+0001)."),
    ],
)
def test_an_issue_counts(text, said):
    (issue,) = [issue for issue in read_text(f"---\ntitle: t\n---\n{text}\n").issues if "control" in issue.kind]
    assert issue.message == said


def test_a_report_of_one_of_each():
    issue = Issue("a.md", None, "empty", "Nothing.")
    report = ImportReport(
        created=1, conflicts=1, text=1, placeholder=1, articles=1, figures=1, tags=1, issues=[issue], seconds=1.0
    )
    said = "\n".join(summary_lines(report))
    for part in (
        "1 file: 1 created",
        "1 conflict.",
        "1 placeholder, ",
        "now has 1 article, 1 figure, 1 tag.",
        "1 issue (",
        "(1 file a second)",
    ):
        assert part in said
