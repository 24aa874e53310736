"""Figures in their places, and links led to this archive."""

import re
from itertools import pairwise

import pytest
from django.test import SimpleTestCase, override_settings
from hypothesis import given
from hypothesis import strategies as st

from articles.models import Article, Figure
from articles.rendering import render as render_markdown
from articles.templatetags.archive_links import web_url
from articles.templatetags.article_text import (
    addresses_here,
    article_text,
    level_headings,
    link_images_elsewhere,
    linked_ids,
    place_figures,
    relink,
    wrap_tables,
)
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


REGION = '<div class="scrolls" role="region" tabindex="0" aria-label="&lt;表&gt; {}">'


class WrapTablesTests(SimpleTestCase):
    def test_table(self) -> None:
        for html, expected in (
            ("<p>a</p>", "<p>a</p>"),
            ("<table><tr><td>甲</td></tr></table>", REGION.format(1) + "<table><tr><td>甲</td></tr></table></div>"),
            (
                "<table></table><table></table>",
                f"{REGION.format(1)}<table></table></div>{REGION.format(2)}<table></table></div>",
            ),
            ('<a title="<table>">x</a>', '<a title="<table>">x</a>'),
            ('<a title="<td>1</td>">x</a>', '<a title="<td>1</td>">x</a>'),
            (
                '<table><tr><th></th><th align="left"> </th><th>甲</th></tr></table>',
                REGION.format(1) + "<table><tr><td></td><td></td><th>甲</th></tr></table></div>",
            ),
            (
                '<table><tr><th align="right">甲</th><td align="Center" colspan="2">乙</td></tr></table>',
                REGION.format(1)
                + '<table><tr><th class="right">甲</th><td class="center" colspan="2">乙</td></tr></table></div>',
            ),
            (
                "<table><tr><td>300億元</td><td><strong>−6.2%</strong></td><td>2019-06-12</td><td>第1個</td></tr></table>",
                REGION.format(1)
                + '<table><tr><td class="number">300億元</td><td class="number"><strong>−6.2%</strong></td>'
                + '<td class="number">2019-06-12</td><td>第1個</td></tr></table></div>',
            ),
            ("<p>&lt;table&gt;</p>", "<p>&lt;table&gt;</p>"),
        ):
            with self.subTest(html=html):
                assert wrap_tables(html, "<表>") == expected

    def test_takes_what_the_renderer_leaves(self) -> None:
        html = wrap_tables(render_markdown("| 甲 | 乙 |\n|---|--:|\n| 1 | 2 |").html, "Table")
        assert html.count("<div") == html.count("</div>") == 1
        assert html.index("<div") < html.index("<table") < html.index("</table>") < html.index("</div>")
        assert html.count('class="right"') == 2
        assert "align=" not in html


class LevelHeadingsTests(SimpleTestCase):
    def test_table(self) -> None:
        for before, after in (
            ("", ""),
            ("22", "22"),
            ("3", "2"),
            ("333", "222"),
            ("2424", "2323"),
            ("654", "232"),
            ("323", "223"),
        ):
            with self.subTest(before=before):
                made = level_headings("".join(f'<h{n} id="a">x <em>y</em></h{n}><p>z</p>' for n in before))
                assert made == "".join(f'<h{n} id="a">x <em>y</em></h{n}><p>z</p>' for n in after)

    def test_touches_nothing_else(self) -> None:
        html = '<hr><p title="<h4>">&lt;h3&gt;</p>'
        assert level_headings(html) == html
        assert level_headings(f"{html}<h5>x</h5>") == f"{html}<h2>x</h2>"

    @given(st.lists(st.sampled_from("23456"), max_size=12))
    def test_never_goes_down_by_two(self, levels: list[str]) -> None:
        made = [1, *map(int, re.findall(r"<h(\d)>", level_headings("".join(f"<h{n}>x</h{n}>" for n in levels))))]
        assert len(made) == len(levels) + 1
        assert all(after - before <= 1 for before, after in pairwise(made))


class ImagesElsewhereTests(SimpleTestCase):
    def test_table(self) -> None:
        source = "https://x.example/a.png?b=1&amp;c=2"
        link = f'<a href="{source}" rel="noreferrer" class="image-elsewhere">{{}}</a>'
        for html, expected in (
            (f'<img src="{source}">', link.format("&lt;pic&gt;")),
            (f'<p><img alt="海 &lt;" src="{source}"> b</p>', f"<p>{link.format('海 &lt;')} b</p>"),
            (
                '<a href="/x"><img src="HTTPS://x.example/a.png" alt="海"></a>',
                '<a href="/x"><span class="image-elsewhere">海</span></a>',
            ),
            ('<img src="https://web.archive.org/web/1im_/https://x.example/a.png">',) * 2,
            ('<img src="/media/a.png" alt="海">', '<img src="/media/a.png" alt="海">'),
            ('<a title="<img src=&quot;https://x.example/&quot;>">x</a>',) * 2,
        ):
            with self.subTest(html=html):
                assert link_images_elsewhere(html, "<pic>") == expected


@pytest.mark.django_db
@pytest.mark.parametrize("remote", [True, False])
def test_pictures_elsewhere_are_links_where_the_setting_says_so(settings, remote: bool) -> None:  # type: ignore[no-untyped-def]
    settings.IMAGE_HOSTS = ["x.example", "web.archive.org"] if remote else []
    inline = '<p>a <img src="https://x.example/inline.png"></p>'
    story = make_article("1", html=f"{inline}{MARKER.format(1)}{MARKER.format(2)}{MARKER.format(3)}")
    make_figure(story, 1)
    make_figure(story, 2, file="rescued/a.png")
    make_figure(story, 3, original_url="", archived_url="")
    html = article_text(story)
    assert html.count("<img") == (3 if remote else 1)
    assert "rescued/a.png" in html
    assert html.count("Look at this picture in the Wayback Machine") == (0 if remote else 1)
    assert html.count("This image was not saved.") == 1
    assert 'href="https://web.archive.org/web/20211230040506im_/' in html


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
    make_figure(story, 2, kind=Figure.Kind.VIDEO, host="Tide", original_url="https://tide.example/embed/1")
    html = article_text(story)
    assert "<script>" not in html
    assert "<i>" not in html
    assert 'alt="&quot;&gt;&lt;script&gt;' in html
    assert 'loading="lazy"' in html
    assert html.count("<img") == 1
    assert "<iframe" not in html
    assert '<a class="still" href="https://web.archive.org/web/' in html
    assert "data-player" not in html
    assert 'href="https://tide.example/embed/1"' in html


@pytest.mark.django_db
def test_a_video_of_a_known_host_names_its_player_and_loads_nothing() -> None:
    story = make_article("1", html=MARKER.format(1))
    url = "https://www.youtube.com/embed/hArB0urL1gh"
    make_figure(story, 1, kind=Figure.Kind.VIDEO, host="YouTube", original_url=url, archived_url="")
    html = article_text(story)
    assert f'<a class="still" href="{url}"' in html
    assert 'data-player="https://www.youtube-nocookie.com/embed/hArB0urL1gh"' in html
    assert "If you play the video, YouTube will learn of it." in html
    assert "src=" not in html
    with override_settings(VIDEO_HOSTS=[]):
        assert "data-player" not in article_text(story)
