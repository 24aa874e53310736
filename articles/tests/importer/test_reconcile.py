from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.importer.reconcile import (
    ARTICLE_FIELDS,
    FIGURE_FIELDS,
    ConflictFound,
    ParsedArticle,
    StoredArticle,
    digest_of,
    imported_of,
    reconcile,
)

URL = "https://img.harbourlight.example/gate.jpg"
VALUES = {
    "title": "碼頭重開",
    "published_on": "2019-05-04",
    "section": "要聞",
    "authors": ["林岸"],
    "tags": ["渡輪"],
    "body": "正文。",
}
OTHER = {
    "title": "碼頭今早重開",
    "published_on": "2019-05-05",
    "section": None,
    "authors": ["林岸", "莫聽雨"],
    "tags": [],
    "body": "新的正文。",
}
OURS = {
    "title": "南灣碼頭重開",
    "published_on": None,
    "section": "文化",
    "authors": ["莫聽雨"],
    "tags": ["碼頭"],
    "body": "更正的正文。",
}


def parsed(capture: int = 1, figures: dict | None = None, **values) -> ParsedArticle:
    return ParsedArticle("7001", capture, VALUES | values, figures or {})


def stored(base: ParsedArticle, corrected: dict | None = None, put_right: dict | None = None) -> StoredArticle:
    return StoredArticle(imported_of(base), base.text_capture_id, corrected or {}, put_right or {})


def figure(caption: str = "閘門", credit: str = "", alt: str = "") -> dict:
    return {URL: {"caption": caption, "credit": credit, "alt": alt}}


def test_a_new_story_is_created_as_it_came():
    plan = reconcile(parsed(), None)
    assert (plan.action, plan.source_id, plan.values, plan.conflicts) == ("create", "7001", VALUES, ())
    assert plan.imported == imported_of(parsed())


def test_the_same_again_changes_nothing():
    plan = reconcile(parsed(), stored(parsed()))
    assert (plan.action, plan.values, plan.conflicts) == ("unchanged", {}, ())


@pytest.mark.parametrize("name", ARTICLE_FIELDS)
def test_an_untouched_field_follows_the_source(name):
    plan = reconcile(parsed(**{name: OTHER[name]}), stored(parsed()))
    assert plan.action == "update"
    assert plan.values[name] == OTHER[name]
    assert plan.conflicts == ()


@pytest.mark.parametrize("name", ARTICLE_FIELDS)
def test_a_corrected_field_stays_and_a_change_on_both_sides_is_a_conflict(name):
    ours = {(name, ""): (VALUES[name], OURS[name])}
    plan = reconcile(parsed(**{name: OTHER[name]}), stored(parsed(), ours))
    assert plan.values.get(name, OURS[name]) == OURS[name]
    (conflict,) = plan.conflicts
    assert (conflict.field, conflict.figure_url) == (name, "")
    assert (conflict.base, conflict.theirs, conflict.ours) == (VALUES[name], OTHER[name], OURS[name])
    assert plan.imported == imported_of(parsed(**{name: OTHER[name]}))


@pytest.mark.parametrize("name", ARTICLE_FIELDS)
def test_a_corrected_field_whose_source_did_not_change_is_no_conflict(name):
    other = "title" if name != "title" else "section"
    plan = reconcile(parsed(**{other: OTHER[other]}), stored(parsed(), {(name, ""): (VALUES[name], OURS[name])}))
    assert plan.values.get(name, OURS[name]) == OURS[name]
    assert plan.values[other] == OTHER[other]
    assert plan.conflicts == ()


@pytest.mark.parametrize("name", ARTICLE_FIELDS)
def test_a_source_that_comes_to_the_same_value_is_no_conflict(name):
    plan = reconcile(parsed(**{name: OURS[name]}), stored(parsed(), {(name, ""): (VALUES[name], OURS[name])}))
    assert plan.conflicts == ()
    assert plan.values.get(name, OURS[name]) == OURS[name]


@pytest.mark.parametrize("name", ARTICLE_FIELDS)
def test_a_source_that_comes_back_to_what_was_corrected_is_no_conflict(name):
    ours, made_against = {(name, ""): (None, OURS[name])}, {(name, ""): (VALUES[name],)}
    plan = reconcile(parsed(), stored(parsed(**{name: OTHER[name]}), ours, made_against))
    assert (plan.values[name], plan.conflicts) == (OURS[name], ())


def test_another_capture_that_gives_the_text_is_an_update():
    assert reconcile(parsed(capture=2), stored(parsed())).action == "update"


@pytest.mark.parametrize("name", FIGURE_FIELDS)
@pytest.mark.parametrize(("now", "conflicts"), [("閘門", 0), ("東閘", 1), ("六時的閘門", 0), ("閘口", 0)])
def test_captions_are_known_by_the_figure_s_address(name, now, conflicts):
    base = parsed(figures=figure(**{name: "閘門"}))
    ours = {(name, URL): ("閘門", "六時的閘門")}
    made_against = {(name, URL): ("閘口",)}
    plan = reconcile(parsed(capture=2, figures=figure(**{name: now})), stored(base, ours, made_against))
    assert plan.figures == {(name, URL): "六時的閘門"}
    assert [found.figure_url for found in plan.conflicts] == [URL] * conflicts


def test_a_correction_of_a_figure_that_is_gone_waits():
    base = parsed(figures=figure())
    plan = reconcile(parsed(capture=2), stored(base, {("caption", URL): ("閘門", "六時的閘門")}))
    assert (plan.figures, plan.conflicts) == ({}, ())


def test_a_conflict_is_the_same_one_as_long_as_both_sides_are():
    found = ConflictFound("title", "", "a", "b", "c")
    assert found.digest == replace(found, base="x").digest
    assert len({found.digest, replace(found, theirs="x").digest, replace(found, ours="x").digest}) == 3


def test_of_the_text_only_a_digest_is_remembered():
    imported = imported_of(parsed(body="字" * 10_000))
    assert imported["body"] == digest_of("字" * 10_000)
    assert len(str(imported)) < 500


SOME = st.fixed_dictionaries(
    {name: st.sampled_from([VALUES[name], OTHER[name], OURS[name]]) for name in ARTICLE_FIELDS}
)


@given(st.lists(SOME, min_size=1, max_size=5), st.sets(st.sampled_from(ARTICLE_FIELDS)))
def test_corrections_outlive_any_sequence_of_imports(sequence, corrected_fields):
    corrected = {(name, ""): (VALUES[name], OURS[name]) for name in corrected_fields}
    standing = VALUES | {name: OURS[name] for name in corrected_fields}
    last, listed = parsed(), []
    for values in sequence:
        now = parsed(**values)
        plan = reconcile(now, stored(last, corrected))
        standing |= plan.values
        listed += [(found.field, found.digest) for found in plan.conflicts]
        last = now
        for name in ARTICLE_FIELDS:
            assert standing[name] == (OURS[name] if name in corrected_fields else values[name])
        again = reconcile(now, stored(now, corrected))
        assert (again.action, again.conflicts) == ("unchanged", ())
    assert {name for name, _digest in listed} <= corrected_fields
