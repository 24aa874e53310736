import json
import re
import time
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from articles.rendering import (
    ATTRIBUTES,
    MAX_LINES,
    TAGS,
    columns,
    excerpt_of,
    plain_text,
    problem_with,
    render,
    render_whole,
)

VECTORS = Path(__file__).resolve().parents[3] / "shared" / "security" / "vectors.json"


class Markup(HTMLParser):
    """Collects what a browser would act on."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, {name: value or "" for name, value in attributes}))


def assert_harmless(html: str) -> None:
    for tag, attributes in Markup(html).found:
        assert tag in TAGS
        for name, value in attributes.items():
            assert not name.startswith("on")
            assert name in ATTRIBUTES.get(tag, ()) or (tag, name) == ("a", "rel")
            if name in ("href", "src"):
                # what a browser passes over: tabs and line ends anywhere, spaces and control characters in front
                url = re.sub(r"[\t\n\r]", "", value).lstrip("".join(map(chr, range(33))))
                scheme = re.match(r"([a-z][a-z0-9+.-]*):", url, re.IGNORECASE)
                assert scheme is None or scheme[1].lower() in ("http", "https", "mailto")
    assert "<script" not in html.lower()
    # a feed refuses these
    assert not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", html)


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("渡輪**準時**開出", "<p>渡輪<strong>準時</strong>開出</p>"),
        ("他說**強調，**然後走了", "<p>他說<strong>強調，</strong>然後走了</p>"),
        ("# 題\n\n正文", "<h2>題</h2>\n<p>正文</p>"),
        ("a\n\n{{< figure 2 >}}\n\nb", "<p>a</p>\n<p>{{&lt; figure 2 &gt;}}</p>\n<p>b</p>"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
        ("[碼頭](https://a.example/)", '<p><a href="https://a.example/" rel="noopener nofollow">碼頭</a></p>'),
        ("<ruby>碼<rt>maa5</rt></ruby>", "<p><ruby>碼<rt>maa5</rt></ruby></p>"),
        ("", ""),
        ("\x00\x08", ""),
    ],
)
def test_rendering(text, html):
    assert render(text).html == html
    assert render(text).problem == ""


def test_tables_and_footnotes():
    html = render("| 航線 | 班次 |\n|---|---:|\n| 甲 | 7 |\n\n正文[^1]\n\n[^1]: 註腳").html
    assert "<table>" in html
    assert "<td>甲</td>" in html
    assert '<sup id="fnref:1"><a class="footnote-ref" href="#fn:1"' in html
    assert '<li id="fn:1">' in html


def test_one_text_leaves_nothing_behind_for_the_next():
    first = render("正文[^1]\n\n[^1]: 註腳").html
    assert "footnote" not in render("正文[^1]").html
    assert render("正文[^1]\n\n[^1]: 註腳").html == first


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[a](javascript:alert(1))",
        "[a](JaVaScRiPt:alert(1))",
        "[a](\x01java\x03script:alert(1))",
        "[a](&#106;avascript:alert(1))",
        '<a href="java&#1;script:alert(1)">a</a> &#1;&#2; <img src="&#8;vbscript&#9;:x">',
        "[a](data:text/html,<script>1</script>)",
        '<a href="vbscript:x">a</a>',
        "<iframe src='https://evil.example'></iframe>",
        "<style>body{display:none}</style>",
        "<svg onload=alert(1)><circle/></svg>",
        '<div style="position:fixed" class="header" id="content">a</div>',
        "<form action=x><input></form>",
        "<math><mi xlink:href='javascript:alert(1)'>",
        "<!--><script>alert(1)</script>-->",
        "<p id='search'>a</p>",
        "<base href='https://evil.example/'>",
        "`<script>alert(1)</script>`",
    ],
)
def test_hostile_markup_comes_to_nothing(text):
    html = render(text).html
    assert_harmless(html)
    assert "style=" not in html
    assert 'id="content"' not in html
    assert 'id="search"' not in html


def test_the_public_vectors():
    if not VECTORS.exists():
        pytest.skip("no ../shared/security/vectors.json: the public collection of hostile markup is not here")
    vectors = json.loads(VECTORS.read_text())
    assert sum(map(len, vectors.values())) > 1000
    for collection in vectors.values():
        for vector in collection:
            assert_harmless(render(vector).html)
            assert_harmless(render(f"正文\n\n{vector}\n\n**正文**").html)


def test_the_check_notices():
    for html in (
        "<script>",
        "<p onclick=x>",
        "<img src='' onerror=x>",
        '<a href="javascript:x">',
        '<a href=" java&#10;script:x">',
        "<iframe>",
    ):
        with pytest.raises(AssertionError):
            assert_harmless(html)


MARKS = st.sampled_from(
    list("[]()<>*_`~!&\\#|-+=:.1\"'^{} \n\t")
    + ["\n\n", "  \n", "    ", "> ", "- ", "1. ", "[^1]", "[^1]: ", "字", "，", "http://", "@", "</"]
    + [
        "<div>",
        "<a href=",
        "<!--",
        "<![",
        "<?",
        "{{< figure 1 >}}",
        "|-|-|",
        "```",
        "~~~",
        "\x00",
        "\x02",
        "\x03",
        "klzzwxh:0",
        "&#",
    ]
)


@settings(max_examples=400)
@given(st.lists(MARKS, max_size=60).map("".join))
def test_no_text_makes_it_raise(text):
    assert_harmless(render(text).html)
    assert len(excerpt_of(text)) <= 200
    assert "\n" not in excerpt_of(text)


# What begins, continues or ends something for Markdown, between blocks that mean nothing to it.
BLOCKS = st.lists(
    st.sampled_from(
        (
            "渡輪。¦渡輪\xa0開出¦a  ¦  b¦   c   ¦   \n d¦e   \n f¦\n¦\n\n¦\n \n¦\n   \n\n¦    code¦\tcode¦- 甲¦"
            "* 乙¦+ 丙¦1. 一¦2) 二¦10.¦7.21 元朗¦# 題¦####題 二  ¦## 題 #¦# ¦#¦=¦===¦---¦***¦> 引¦: 注¦~~~¦```¦**粗** ¦"
            "**粗**¦** x **¦**a****b**¦*斜*¦***¦__¦_¦`¦[a]: /u¦[a]¦[a](/u)¦![a](/u)¦[^1]¦[^1]: 註¦"
            "    註二¦<b>¦</b>¦<div>¦</div>¦<p>¦<!--¦-->¦<pre>¦</pre>¦<script>¦&amp;¦&¦\\¦\\*¦"
            "\x85¦\u2028¦\u3000¦\ue000¦{{< figure 1 >}}¦///Footnotes Go Here///¦"
            "a | b\n--- | ---\nc | d¦<table>¦<li>¦<a href='/'>¦</p>"
        ).split("¦")
    ),
    max_size=14,
)


@settings(max_examples=400)
@given(BLOCKS, st.sampled_from(["\n\n", "\n", ""]))
def test_blocks_that_are_rendered_apart_come_out_as_in_the_whole(blocks, between):
    text = between.join(blocks)
    assert render(text).html == render_whole(text)


@given(st.text(max_size=200))
def test_no_characters_make_it_raise(text):
    text = text.encode("utf-8", "replace").decode()
    assert_harmless(render(text).html)
    plain_text(text)


OUT_OF_PROPORTION = {
    "brackets": "[" * 10_000,
    "images": "![" * 10_000,
    "links": "[a](" * 10_000,
    "tags": "<a " * 10_000,
    "urls": "<http://" * 10_000,
    "declarations": "<![" * 10_000,
    "stars": "**a" * 10_000,
    "underscores": "_a" * 10_000,
    "ticks": "`a" * 10_000,
    "tildes": "~~~x\n" * 10_000,
    "lines": "a\n\n" * 50_000,
    "headings": "# a\n" * 50_000,
    "one line": "a" * 200_000,
    "long": "a\n" * 150_001,
    "quotations": "> " * 1000 + "a",
    "lists": "- " * 1000 + "a",
    "indentation": "\n".join("    " * depth + "- a" for depth in range(200)),
    "a wide table": "|".join("a" * 4000) + "\n" + "|".join("-" * 4000) + "\n" + "a\n" * 5000,
}
PROPORTIONATE = {
    "brackets": "[" * 1000,
    "image links": "![[]()" * 300,
    "tags": "<a " * 1000,
    "headings": "# a\n" * (MAX_LINES - 1),
    "underlined": "a\n===\n" * (MAX_LINES // 2 - 1),
    "loose list": "- a\n\n" * (MAX_LINES // 2 - 1),
    "quotations in lists": "> - " * 20 + "a",
    "spaces in lists": ("-" + " " * 10) * 22 + "x",
    "emphasis": "**a " * 2000,
    "honest": ("字" * 200 + "**強調，**" + "字" * 300 + "\n\n") * 200,
}


@pytest.mark.parametrize("text", OUT_OF_PROPORTION.values(), ids=OUT_OF_PROPORTION)
def test_what_is_out_of_proportion_is_shown_as_plain_paragraphs_at_once(text):
    began = time.process_time()
    rendered = render(text)
    excerpt_of(text)
    assert time.process_time() - began < 3
    if not rendered.problem:
        pytest.fail("it was rendered")
    assert {tag for tag, _attributes in Markup(rendered.html).found} <= {"p", "br"}


@pytest.mark.parametrize("text", PROPORTIONATE.values(), ids=PROPORTIONATE)
def test_what_is_just_below_the_limits_takes_seconds_at_most(text):
    began = time.process_time()
    assert render(text).problem == ""
    assert time.process_time() - began < 8


def test_the_same_text_always_has_the_same_answer():
    assert problem_with("[" * 1001) == problem_with("[" * 1001) == "the text has 1,001 times '[', more than 1,000"


def test_marks_of_footnotes_are_no_words():
    assert plain_text("少了近三成[^1]。\n\n[^1]: 每日平均[^long-name]。") == "少了近三成。\n\n 每日平均。"
    assert plain_text("[1] [^ 1] [^") == "[1] [^ 1] [^"


def test_plain_paragraphs_are_escaped():
    text = "<script>alert(1)</script>\n& 字\n\n二" + "[" * 1001
    html = render(text).html
    assert html.startswith("<p>&lt;script&gt;alert(1)&lt;/script&gt;<br>&amp; 字</p>\n<p>二")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("**渡輪**準時[開出](https://a.example/)。", "渡輪準時開出。"),
        ("前\n\n{{< figure 1 >}}\n\n後", "前 後"),
        ("## 題\n\n> 引文\n\n- 一\n- 二", "題 引文 一 二"),
        ("![圖](a.png)字", "字"),
        ("| a | b |\n|---|---|\n| 1 | 2 |", "| a | b | | 1 | 2 |"),
        ("<b>粗</b> 3 < 5", "粗 3 < 5"),
        ("字" * 300, "字" * 199 + "…"),
        ("", ""),
        ("最吵的一刻：\n\n| 時刻 | 分貝 |\n| --- | --- |\n| 十時 | 103 |\n\n醒獅。", "最吵的一刻： 醒獅。"),
    ],
)
def test_excerpts(text, words):
    assert excerpt_of(text) == words


def test_columns_are_html_and_excerpt():
    assert columns("**字**") == ("<p><strong>字</strong></p>", "字")
