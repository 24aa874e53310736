"""A cache server that is not there makes the site slower, and breaks nothing."""

import socket

import pytest
from django.core.cache import cache, caches
from django.test import override_settings

from articles.search import index
from articles.tests.factories import make_article
from newsarchive.cache import SECONDS_TO_LEAVE_IT, FailOpenRedisCache


@pytest.fixture
def dead():
    """Return the address of a Redis server on a port where nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    return f"redis://127.0.0.1:{port}/0"


@pytest.mark.parametrize(
    ("ask", "expected"),
    [
        (lambda c: c.get("a"), None),
        (lambda c: c.get("a", "otherwise"), "otherwise"),
        (lambda c: c.get_or_set("a", lambda: "made"), "made"),
        (lambda c: c.set("a", 1), None),
        (lambda c: c.add("a", 1), False),
        (lambda c: c.touch("a"), False),
        (lambda c: c.delete("a"), False),
        (lambda c: c.get_many(["a", "b"]), {}),
        (lambda c: c.set_many({"a": 1, "b": 2}), ["a", "b"]),
        (lambda c: c.delete_many(["a"]), None),
        (lambda c: c.has_key("a"), False),
        (lambda c: "a" in c, False),
        (lambda c: c.clear(), None),
    ],
)
def test_it_answers_like_an_empty_cache(dead, ask, expected, caplog):
    gone = FailOpenRedisCache(dead, {})
    assert ask(gone) == expected
    assert "goes on without" in caplog.text


def test_counting_says_that_there_is_nothing_to_count(dead):
    with pytest.raises(ValueError, match="not found"):
        FailOpenRedisCache(dead, {}).incr("a")


def test_it_is_asked_again_after_a_while_only(dead, monkeypatch, caplog):
    gone = FailOpenRedisCache(dead, {})
    clock = [1000.0]
    monkeypatch.setattr("newsarchive.cache.time.monotonic", lambda: clock[0])
    for seconds, warnings in ((0, 1), (1, 1), (SECONDS_TO_LEAVE_IT - 1.5, 1), (1, 2)):
        clock[0] += seconds
        gone.get("a")
        assert len(caplog.records) == warnings


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path", ["/", "/article/501/", "/article/501/?text=hans", "/search/?q=渡輪", "/about/", "/feed/"]
)
def test_pages_without_the_cache_server(dead, client, path):
    make_article("501", tags=["渡輪"], authors=["林小鷗"])
    index.rebuild()
    settings = {"default": {"BACKEND": "newsarchive.cache.FailOpenRedisCache", "LOCATION": dead}}
    with override_settings(CACHES=settings):
        assert isinstance(caches["default"], FailOpenRedisCache)
        assert cache.get("a") is None
        for _time in range(2):
            assert client.get(path).status_code == 200
