"""Figures in their places, and links led to this archive."""

import pytest
from django.test import SimpleTestCase

from articles.models import Article, Figure
from articles.rendering import render as render_markdown
from articles.templatetags.archive_links import web_url
from articles.templatetags.article_text import addresses_here, article_text, linked_ids, place_figures, relink
from articles.tests.factories import make_article, make_capture, make_figure

MARKER = "<p>{{{{&lt; figure {} &gt;}}}}</p>\n"


def placed(html: str, *positions: int) -> str:
    figures = [Figure(position=position) for position in positions]
    return place_figures(html, figures, lambda figure: f"[{figure.position}]")


class PlaceFiguresTests(SimpleTestCase):
    def test_table(self) -> None:
        for html, positions, expected in (
            ("<p>a</p>\n" + MARKER.format(1) + "<p>b</p>", (1,), "<p>a</p>\n[1]<p>b</p>"),
            (MARKER.format(2) + MARKER.format(1), (1, 2), "[2][1]"),
            ("<p>a</p>" + MARKER.format(9), (), "<p>a</p>"),
            ("<p>a</p>", (1, 2), "<p>a</p>[1][2]"),
            (MARKER.format(1) + MARKER.format(1), (1,), "[1]"),
            ("<p>a {{&lt; figure 1 &gt;}} b</p>", (1,), "<p>a  b</p>[1]"),
            ('<p title="{{&lt; figure 1 &gt;}}">a</p>', (1,), '<p title="">a</p>[1]'),
            (MARKER.format(10), (1, 10), "[10][1]"),
        ):
            with self.subTest(html=html):
                assert placed(html, *positions) == expected

    def test_takes_the_markers_that_the_renderer_leaves(self) -> None:
        html = render_markdown("前\n\n{{< figure 1 >}}\n\n後").html
        assert "figure" not in placed(html, 1)
        assert placed(html, 1).index("前") < placed(html, 1).index("[1]") < placed(html, 1).index("後")

    def test_a_caption_that_looks_like_a_marker_stays(self) -> None:
        html = place_figures(MARKER.format(1), [Figure(position=1)], lambda _: "{{&lt; figure 7 &gt;}}")
        assert html == "{{&lt; figure 7 &gt;}}"


class RelinkTests(SimpleTestCase):
    here = {"5": "/article/5/"}

    def test_table(self) -> None:
        own = "https://www.hkcnews.com/article/5/a-1/b"
        for href, expected in (
            (own, "/article/5/"),
            (f"{own}?a=1&amp;b=2", "/article/5/"),
            (f"https://web.archive.org/web/20210101000000/{own}", "/article/5/"),
            (f"http://web.archive.org/web/20210101000000if_/{own}", "/article/5/"),
            ("https://www.hkcnews.com/article/6/x", "https://www.hkcnews.com/article/6/x"),
            (f"https://elsewhere.example/?u={own}", f"https://elsewhere.example/?u={own}"),
            ("https://www.hkcnews.com/about", "https://www.hkcnews.com/about"),
            ("#fn:1", "#fn:1"),
            ("http://[bad", "http://[bad"),
        ):
            with self.subTest(href=href):
                assert relink(f'<p><a href="{href}">x</a></p>', self.here) == f'<p><a href="{expected}">x</a></p>'

    def test_drops_what_was_meant_for_an_outside_link(self) -> None:
        html = '<a href="https://hkcnews.com/article/5/x" title="t" rel="nofollow noopener">x</a>'
        assert relink(html, self.here) == '<a href="/article/5/" title="t">x</a>'

    def test_touches_only_links(self) -> None:
        for html in (
            "<p>https://www.hkcnews.com/article/5/x</p>",
            '<img src="https://www.hkcnews.com/article/5/x">',
            '<img alt="<a href=&quot;https://www.hkcnews.com/article/5/x&quot;>">',
            '<p>&lt;a href="https://www.hkcnews.com/article/5/x"&gt;</p>',
        ):
            with self.subTest(html=html):
                assert relink(html, self.here) == html
                assert linked_ids(html) == set()

    def test_escapes_the_address(self) -> None:
        html = relink('<a href="https://www.hkcnews.com/article/5/x">x</a>', {"5": '/article/"><script>/'})
        assert "<script>" not in html


def test_web_url_lets_only_web_addresses_through() -> None:
    for url in ("https://a.example/x", "http://a.example", "/media/a.jpg", " https://a.example/ "):
        assert web_url(url) == url.strip()
    for url in ("javascript:alert(1)", "JAVASCRIPT:x", "java\nscript:x", "\x01javascript:x", "data:text/html,x", ""):
        assert web_url(url) == ""
    for url in ("//evil.example", "/\\evil.example", "https:evil", "http://[bad", "ftp://a.example", "x.jpg"):
        assert web_url(url) == ""


@pytest.mark.django_db
def test_finds_the_addresses_in_one_query(django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    make_capture("4", article=make_article("5"))
    make_article("6", status=Article.Status.WITHHELD)
    links = "".join(f'<a href="https://www.hkcnews.com/article/{number}/x">x</a>' for number in (4, 5, 6, 7))
    with django_assert_num_queries(1):
        assert addresses_here([Article(html=links)]) == {"4": "/article/5/", "5": "/article/5/"}
    with django_assert_num_queries(0):
        assert addresses_here([Article(html="<p>x</p>")]) == {}


@pytest.mark.django_db
def test_figures_are_escaped_and_load_nothing_from_others() -> None:
    story = make_article("1", html=MARKER.format(1) + MARKER.format(2))
    make_figure(story, 1, caption='"><script>x</script>', credit="<i>", alt="")
    make_figure(story, 2, kind=Figure.Kind.VIDEO, host="YouTube", original_url="https://youtube.example/embed/1")
    html = article_text(story)
    assert "<script>" not in html
    assert "<i>" not in html
    assert 'alt="&quot;&gt;&lt;script&gt;' in html
    assert 'loading="lazy"' in html
    assert html.count("<img") == 1
    assert "<iframe" not in html
    assert "Watch at YouTube (archived)" in html
    assert 'href="https://youtube.example/embed/1"' in html
