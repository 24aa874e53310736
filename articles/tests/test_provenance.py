"""What imports noted, in words for readers."""

import datetime
import re
from pathlib import Path

import pytest
from django.utils.translation import override

from articles.importer.fingerprints import fingerprint_of
from articles.importer.versions import Version, group
from articles.provenance import date_reason, decision_in_words, grouping_reason, issue_in_words, suggestion_reason

DAY = datetime.date(2021, 3, 1)
DOCS = Path(__file__).parents[2] / "docs" / "front-matter.md"


TEXT = fingerprint_of("".join(f"第{number}班渡輪準時開出，" for number in range(40)))


@pytest.mark.parametrize(
    ("versions", "own", "other"),
    [
        (
            [Version(1, "11", "題", DAY, linked_id="12"), Version(2, "12", "題", DAY)],
            {"11": "Its address also names number 12.", "12": "The address of number 11 also names this one."},
            "names",
        ),
        (
            [Version(1, "11", "渡輪照常", DAY), Version(2, "12", "渡輪照常", DAY)],
            {
                "11": "Another page of this story has the same headline and the same day.",
                "12": "It has the same headline and the same day as number 11.",
            },
            "same title and day",
        ),
        (
            [Version(1, "11", "渡輪照常", DAY, fingerprint=TEXT), Version(2, "12", "新題", DAY, fingerprint=TEXT)],
            {
                "11": "100% of its text stands in another page of this story, of the same day and author.",
                "12": "100% of its text stands in number 11, of the same day and author.",
            },
            "of the text of",
        ),
        (
            [Version(2, "12", "渡輪照常", None, fingerprint=TEXT), Version(1, "11", "渡輪照常", DAY, fingerprint=TEXT)],
            {
                "11": "Another page of this story has the same headline and 100% of its text.",
                "12": "It has the same headline as number 11, and 100% of its text.",
            },
            "same title and 100%",
        ),
    ],
)  # fmt: skip
def test_knows_all_that_grouping_notes(versions: list[Version], own: dict[str, str], other: str) -> None:
    evidence = group(versions).evidence
    assert all(other in noted for noted in evidence.values())
    assert {source_id: grouping_reason(noted, source_id) for source_id, noted in evidence.items()} == own


def test_an_editor_s_decision_stands_above_evidence() -> None:
    assert grouping_reason("same title and day as 1", "2", decided=True).startswith("An editor of this archive")
    assert grouping_reason("", "2") == ""
    assert grouping_reason("a note of another version", "2") == "a note of another version"


@pytest.mark.parametrize(
    ("noted", "said"),
    [
        ("same title and day, 12% of the text", "same headline and day, 12% of the text in common"),
        ("same day, 64% of the text", "same day, 64% of the text in common"),
        ("always together, on 1,022 articles", "always together, on 1,022 articles"),
        ("the names differ only by width, case, spacing or script", None),
        ("the names differ only by a job, such as reporter or 記者", None),
        ("an editor's note", None),
    ],
)
def test_knows_why_something_is_suggested(noted: str, said: str | None) -> None:
    assert suggestion_reason(noted) == (said or noted)
    with override("zh-hant"):
        assert (suggestion_reason(noted) == noted) is (noted == "an editor's note")


def test_knows_all_that_is_suggested() -> None:
    texts = [
        [Version(1, "11", "渡輪照常", DAY, ("甲",), fingerprint=TEXT), Version(2, "12", "題", DAY, fingerprint=TEXT)],
        [Version(1, "11", "渡輪照常", DAY, ("甲",)), Version(2, "12", "渡輪照常", DAY, ("乙",))],
    ]
    for versions in texts:
        (noted,) = group(versions).suggestions.values()
        with override("zh-hant"):
            assert suggestion_reason(noted) != noted


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("merge 1, 2", "mei merged 1, 2 into one story"),
        ("split 2", "mei split 2 off"),
        ("release 2", "mei let the evidence decide again about 2"),
        ("text from 2@20210301121314", "mei let 2@20210301121314 give its story the text"),
        (
            "latest text again after 2@20210301121314",
            "mei let the latest capture give the text again, instead of 2@20210301121314",
        ),
    ],
)
def test_knows_what_editors_decide(what: str, said: str) -> None:
    assert decision_in_words(f"editor mei: {what}") == said


def test_knows_from_what_dates_are_inferred() -> None:
    neighbours = [Version(1, "11", "a", DAY), Version(2, "13", "b", DAY), Version(3, "12", "c", None)]
    ((_day, noted),) = group(neighbours).neighbour_dates.values()
    assert date_reason(noted) == "the articles before and after it, numbers 11 and 13, are of that day"
    picture = "the file name of a picture: 碼頭-20210301121314_1c80_large.jpg"
    assert date_reason(picture) == "from the file name of a picture: 碼頭-20210301121314_1c80_large.jpg"
    assert date_reason("version 12 of this story says so") == "another saved page of this story, number 12, says so"
    assert date_reason("an editor's note") == "an editor's note"


@pytest.mark.parametrize("source", ["stories.py", "parser.py"])
def test_importers_put_it_so(source: str) -> None:
    noted = {
        "stories.py": "version {capture.source_id} of this story says so",
        "parser.py": "the file name of a picture: ",
    }
    assert noted[source] in (Path(__file__).parents[1] / "importer" / source).read_text()


def test_every_kind_of_issue_has_its_words() -> None:
    rows = re.findall(r"^\| `([a-z0-9-]+)` \|.*\| (.*) \|$", DOCS.read_text(), re.MULTILINE)
    imported = {kind for kind, became in rows if not became.startswith("left out")}
    assert len(imported) > 15
    # that a file is gone from where it came from says nothing about the page
    assert {kind for kind in imported if not issue_in_words(kind)} == {"gone"}
    assert issue_in_words("no-such-kind") == ""
