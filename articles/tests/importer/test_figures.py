import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from articles.importer.figures import FIGURE_START, MAX_FIGURES, extract, local_file, marker, next_figure, original_of
from articles.tests.importer.newsroom import PROFILE, read_data

MARKER = re.compile(r"\{\{< figure (\d+) >\}\}")
IMAGE = '<figure><img src="https://img.harbourlight.example/a.jpg"></figure>'


def numbers(body: str) -> list[int]:
    return [int(number) for number in MARKER.findall(body)]


def test_figures_of_every_kind():
    capture = read_data("figures-of-every-kind.md")
    seen = [
        (f.kind, f.caption, f.alt, f.credit, f.original_url, f.archived_url, f.file, f.host) for f in capture.figures
    ]
    wayback = "https://web.archive.org/web"
    images = "https://img.harbourlight.example"
    assert seen == [
        (
            "image",
            "六時的閘門 & 船長",
            "閘門",
            "",
            f"{images}/gate.jpg",
            f"{wayback}/20210703184911im_/{images}/gate.jpg",
            "",
            "",
        ),
        ("image", "一箱橙", "橙", "", "images/oranges.png", "", "rescued/images/oranges.png", ""),
        ("image", "", "船長", "", f"{images}/captain.jpg", "", "", ""),
        ("image", "航線圖", "", "林小鷗", f"{images}/map.jpg", f"{wayback}/2021im_/{images}/map.jpg", "", ""),
        (
            "video",
            "",
            "",
            "",
            "https://www.youtube.com/embed/abc",
            f"{wayback}/2021if_/https://www.youtube.com/embed/abc",
            "",
            "YouTube",
        ),
        ("video", "", "", "", "https://www.youtube.com/watch?v=abcDEF", "", "", "YouTube"),
        ("video", "", "", "", "https://vimeo.com/12345", "", "", "Vimeo"),
        ("video", "直播", "", "", "https://www.facebook.com/plugins/video.php?id=1", "", "", "Facebook"),
        ("video", "", "", "", "https://clips.elsewhere.example/7.mp4", "", "", "clips.elsewhere.example"),
        ("video", "錄像", "", "", "https://clips.elsewhere.example/8.mp4", "", "", "clips.elsewhere.example"),
    ]
    assert numbers(capture.body) == list(range(1, 11))
    assert "這裏提到 `{{< video` 和 ![行內](x.png) 都不是圖。" in capture.body
    assert "沒有圖的框" in capture.body


def test_a_marker_stands_in_a_paragraph_of_its_own():
    body, figures, _cut = extract(f"前{IMAGE}後", PROFILE, "a.md")
    assert body == f"前\n\n{marker(1)}\n\n後"
    assert len(figures) == 1


def test_markers_that_were_in_the_file_show_no_figure():
    capture = read_data("marker-already-in-the-text.md")
    assert numbers(capture.body) == [1]
    assert len(capture.figures) == 1
    assert capture.body.index("figure 1") < capture.body.index(marker(1))


def test_more_figures_than_are_taken():
    body, figures, cut = extract(IMAGE * (MAX_FIGURES + 5), PROFILE, "a.md")
    assert cut
    assert len(figures) == MAX_FIGURES
    assert numbers(body) == list(range(1, MAX_FIGURES + 1))
    assert body.count("<img") == 5


@pytest.mark.parametrize(
    "caption", ["請在這輸入Caption。如不需要Caption，請將此行文字移除。", "請在這輸入 caption…", "", " \n "]
)
def test_a_placeholder_is_no_caption(caption):
    _body, (figure,), _cut = extract(
        f'<figure><img src="/a.jpg"><figcaption>{caption}</figcaption></figure>', PROFILE, ""
    )
    assert figure.caption == ""


@pytest.mark.parametrize(
    ("url", "original", "archived"),
    [
        ("https://a.example/x", "https://a.example/x", ""),
        (
            "https://web.archive.org/web/2021im_/https://a.example/x",
            "https://a.example/x",
            "https://web.archive.org/web/2021im_/https://a.example/x",
        ),
        (
            "/web/20210703184911/https://a.example/x",
            "https://a.example/x",
            "https://web.archive.org/web/20210703184911/https://a.example/x",
        ),
        ("//web.archive.org/web/2021/x", "x", "https://web.archive.org/web/2021/x"),
        ("https://web.archive.org/web/", "https://web.archive.org/web/", ""),
        ("", "", ""),
    ],
)
def test_the_original_is_inside_an_archived_address(url, original, archived):
    assert original_of(url) == (original, archived)


@pytest.mark.parametrize(
    ("src", "path", "name"),
    [
        ("images/a.png", "article_1.md", "rescued/images/a.png"),
        ("images/a.png?v=2#x", "sub/article_1.md", "rescued/sub/images/a.png"),
        ("../a.png", "sub/article_1.md", "rescued/a.png"),
        ("../../etc/passwd", "sub/article_1.md", ""),
        ("..", "article_1.md", ""),
        ("a/" * 200 + "a.png", "article_1.md", ""),
    ],
)
def test_an_image_beside_its_article_never_leads_outside(src, path, name):
    assert local_file(src, path) == name


@pytest.mark.parametrize(
    "source",
    [
        "<figure>",
        "<figure></figure>",
        '<figure><img src=""></figure>',
        "{{< video >}}",
        '{{< video src="x"',
        "{{< video\n>}}",
        "![]()",
        "![a] (b)",
        "<img>",
        "<iframe></iframe>",
        "a ![b](c) d",
    ],
)
def test_what_is_no_figure_stays_text(source):
    body, figures, _cut = extract(f"前\n\n{source}\n\n後", PROFILE, "a.md")
    assert figures == ()
    assert body == f"前\n\n{source}\n\n後"


PIECES = st.sampled_from(
    [
        IMAGE,
        "<figure>",
        "</figure>",
        "<figcaption>",
        '<img src="x">',
        "<img ",
        "![a](b)",
        "\n![a](b)\n",
        "![",
        "](",
        ")",
        "{{< ",
        " >}}",
        "{{< figure 1 >}}",
        "figure 1",
        '{{< video src="http://[" >}}',
        "{{< youtube x >}}",
        "{{% vimeo y %}}",
        "\n",
        " ",
        '"',
        "<iframe src='//v.example'></iframe>",
        ">",
        "字",
    ]
)


@settings(max_examples=500)
@given(st.lists(PIECES, max_size=25).map("".join))
def test_every_figure_has_its_number_in_the_text_once(source):
    body, figures, cut = extract(source, PROFILE, "a/b.md")
    assert not cut
    assert numbers(body) == list(range(1, len(figures) + 1))


HALF = st.sampled_from(["{{", "[", "   ", "\t", "<FIGURE>", "<Img src=x>"])


@settings(max_examples=500)
@given(st.lists(PIECES | HALF, max_size=25).map("".join))
def test_the_quick_look_for_the_next_figure_misses_none(source):
    found, position = [], 0
    while match := next_figure(source, position):
        found.append(match.span())
        position = match.end()
    assert found == [match.span() for match in FIGURE_START.finditer(source)]


@pytest.mark.parametrize(
    "source",
    [
        "<figure>" * 100_000,
        "<figure>" + "<img " * 100_000 + "</figure>",
        "<figure " * 100_000,
        "{{< video a " * 50_000,
        "{{< video" + " " * 100_000 + "x",
        "![" * 100_000,
        "![](" * 100_000,
        "<img " * 100_000,
        "{{< " * 100_000,
        "{{< " * 50_000 + "figure 1" + " >}}" * 50_000,
        "<figure><figcaption>" + "<a" * 100_000 + "</figure>",
    ],
    ids=lambda source: source[:25].strip(),
)
def test_time_stays_in_proportion(source):
    began = time.process_time()
    extract(source, PROFILE, "a.md")
    assert time.process_time() - began < 3
