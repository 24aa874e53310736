"""Which script a text is in, and what conversion may touch."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.variants import html_to_simplified, script_of, to_simplified


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("渡輪停航，居民說沒有船", "Hant"),
        ("渡轮停航，居民说没有船", "Hans"),
        ("皇后大道中三公里", ""),  # 后 and 里 are written in both
        ("The ferry stops", ""),
        ("", ""),
        ("他引述「这个」字，其餘說話照舊", "Hant"),  # a quotation does not turn the text
        ("衞生署", "Hant"),  # Hong Kong's own form
    ],
)
def test_the_script_of_a_text(text, script):
    assert script_of(text) == script


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("衞生署說麪包裏有頭髮", "卫生署说面包里有头发"),
        ("發展與理髮", "发展与理发"),
        ("乾淨的乾坤", "干净的乾坤"),  # by phrase: 乾 stays in 乾坤
        ("没有", "没有"),
        ("见 https://news.example/article/1/渡輪，說完", "见 https://news.example/article/1/渡輪，说完"),
        ("見 www.news.example/渡輪 一頁", "见 www.news.example/渡輪 一页"),
        ("Ferry", "Ferry"),
    ],
)
def test_a_text_in_simplified(text, expected):
    assert to_simplified(text) == expected


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>說話</p>", "<p>说话</p>"),
        ('<p title="說話">說</p>', '<p title="说话">说</p>'),
        ('<a href="/說話" title="說 > 話">說</a>', '<a href="/說話" title="说 > 话">说</a>'),
        ("<img alt='說' src='說'>", "<img alt='说' src='說'>"),
        ('<span aria-label="說" data-title="說">說</span>', '<span aria-label="说" data-title="說">说</span>'),
        ("<code>說</code>說<pre>說<b>說</b></pre>說", "<code>說</code>说<pre>說<b>說</b></pre>说"),
        ("<!-- 說 -->說", "<!-- 說 -->说"),
        ("說 &lt;p title=說&gt; 說", "说 &lt;p title=说&gt; 说"),
        ("說 < 說", "说 < 說"),  # what no sanitiser writes: left alone rather than guessed at
    ],
)
def test_html_in_simplified(html, expected):
    assert html_to_simplified(html) == expected


words = st.text(alphabet="說話頭髮abc 123，。<>&\"'=/", max_size=12)
names = st.sampled_from(["p", "a", "em", "code", "img", "說"])
attributes = st.sampled_from(["href", "src", "class", "id", "data-說", "alt", "title", "aria-label", "titles"])


@st.composite
def elements(draw: st.DrawFn) -> str:
    """Draw an element as a sanitiser writes it: quoted values, quotes and ampersands escaped in them."""
    name = draw(names)
    pairs = "".join(
        f' {attribute}="{value.replace("&", "&amp;").replace(chr(34), "&quot;")}"'
        for attribute, value in draw(st.dictionaries(attributes, words, max_size=3)).items()
    )
    text = draw(words).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f"<{name}{pairs}>{text}</{name}>"


_PART = re.compile(r'<(/?[^\s>"]+)((?: [^\s=]+="[^"]*")*)>')
READ = {"alt", "title", "aria-label"}


def skeleton(html: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the tags, each with its attributes; those that people read without their values."""
    found = []
    for name, pairs in _PART.findall(html):
        values = re.findall(r' ([^\s=]+)="([^"]*)"', pairs)
        found.append((name, [(key, "" if key in READ else value) for key, value in values]))
    return found


@given(st.lists(elements(), max_size=6).map("".join))
def test_tags_and_other_attributes_never_change(html):
    converted = html_to_simplified(html)
    assert skeleton(converted) == skeleton(html)
    # character for character the same length: nothing was lost, doubled or moved
    assert len(converted) == len(html)
    assert [c for c in converted if c.isascii()] == [c for c in html if c.isascii()]


@given(st.text(max_size=200))
def test_any_text_at_all_keeps_its_ascii(html):
    assert [c for c in html_to_simplified(html) if c.isascii()] == [c for c in html if c.isascii()]


@given(st.text(alphabet="說話頭髮裏著乾<>\"' =a", max_size=60))
def test_converting_twice_is_converting_once(html):
    once = html_to_simplified(html)
    assert html_to_simplified(once) == once
