"""The script that texts are read in, and what never changes with it."""

from contextvars import copy_context

import pytest
from django.core.cache import cache

from articles import reading

HANT, HANS = "渡輪停航，居民說沒有船。", "渡轮停航，居民说没有船。"


@pytest.fixture
def in_simplified():
    with reading.original():  # puts back whatever was before
        reading.use(reading.SIMPLIFIED)
        yield


def test_texts_are_as_they_were_written_unless_asked_for_otherwise():
    assert reading.script() == "original"
    assert reading.as_read(HANT) == HANT
    assert reading.html_as_read(f"<p>{HANT}</p>", HANT) == f"<p>{HANT}</p>"


def test_converted(in_simplified):
    assert reading.as_read(HANT) == HANS
    assert reading.html_as_read(f'<p><a href="/{HANT}">{HANT}</a></p>', HANT) == f'<p><a href="/{HANT}">{HANS}</a></p>'


@pytest.mark.parametrize("text", [HANS, "The ferry stops", ""])
def test_only_traditional_texts_are_converted(in_simplified, text):
    html = f"<p>{text} 著</p>"
    assert reading.html_as_read(html, text) == html
    assert reading.as_read(text) == text


def test_a_conversion_is_kept_by_what_was_converted(in_simplified, monkeypatch):
    converted = []
    real = reading.variants.html_to_simplified
    monkeypatch.setattr(reading.variants, "html_to_simplified", lambda html: converted.append(html) or real(html))
    for html in ("<p>說</p>", "<p>說</p>", "<p>說話</p>"):
        reading.html_as_read(html, HANT)
    assert converted == ["<p>說</p>", "<p>說話</p>"]
    cache.clear()
    reading.html_as_read("<p>說</p>", HANT)
    assert len(converted) == 3


def test_the_original_can_be_asked_for_inside(in_simplified):
    with reading.original():
        assert reading.as_read(HANT) == HANT
    assert reading.as_read(HANT) == HANS


def test_one_request_does_not_choose_for_another(in_simplified):
    other = copy_context()
    other.run(reading.use, reading.ORIGINAL)
    assert reading.script() == reading.SIMPLIFIED
