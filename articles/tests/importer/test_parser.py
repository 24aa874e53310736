import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from articles.importer.records import UnreadableError
from articles.rendering import columns
from articles.tests.importer.newsroom import DATA, PROFILE, kinds, page, read_data, read_text

UTC = datetime.UTC


def test_one_page_in_all_its_fields():
    capture = read_text(page(7001, title="碼頭重開", more="last_updated: 2019-05-04T20:00:00+08:00\n"))
    assert capture.key == "7001@20210703184911"
    assert capture.source_id == "7001"
    assert capture.kind == "text"
    assert capture.title == "碼頭重開"
    assert capture.published_on == datetime.date(2019, 5, 4)
    assert capture.updated_at == datetime.datetime(2019, 5, 4, 12, tzinfo=UTC)
    assert capture.captured_at == datetime.datetime(2021, 7, 3, 18, 49, 11, tzinfo=UTC)
    assert capture.original_url == "https://www.harbourlight.example/article/7001/x-7001/story"
    assert capture.wayback_url == f"https://web.archive.org/web/20210703184911/{capture.original_url}"
    assert capture.section == "要聞"
    assert [(byline.name, byline.credit) for byline in capture.bylines] == [("林小鷗", "記者林小鷗")]
    assert capture.tags == ("渡輪", "ferry")
    assert capture.body.startswith("碼頭第7001號閘門今早六時打開")
    assert capture.front_matter["title"] == "碼頭重開"
    assert capture.issues == ()
    assert capture.removed == ()


def test_the_same_bytes_are_read_the_same_way():
    assert read_text(page(7001)) == read_text(page(7001))


@pytest.mark.parametrize(
    ("name", "found", "title"),
    [
        ("utf-8-with-byte-order-mark.md", {"byte-order-mark"}, "碼頭重開"),
        ("utf-16-little-endian.md", {"byte-order-mark"}, "碼頭重開"),
        ("utf-16-big-endian.md", {"byte-order-mark"}, "碼頭重開"),
        ("windows-line-ends.md", {"line-ends"}, "碼頭重開"),
        ("old-macintosh-line-ends.md", {"line-ends"}, "碼頭重開"),
        ("nul-in-the-text.md", {"control-character"}, "碼頭重開"),
        ("control-character-in-the-title.md", {"control-character"}, "碼頭重開"),
        ("control-character-written-as-escape.md", {"control-character", "front-matter"}, "碼頭重開"),
        ("json-with-half-a-character.md", {"control-character", "guessed-id"}, "碼頭重開"),
        ("one-byte-that-is-not-utf-8.md", {"encoding"}, "碼頭重開"),
        ("front-matter-never-closed.md", {"front-matter"}, "碼頭重開"),
        ("front-matter-that-is-a-list.md", {"front-matter", "guessed-id", "missing-date", "missing-title"}, None),
        ("front-matter-with-an-unclosed-quote.md", {"front-matter"}, '"碼頭重開'),
        ("front-matter-empty.md", {"guessed-id", "missing-date"}, "碼頭重開"),
        ("duplicate-keys.md", {"duplicate-key"}, "碼頭又重開"),
        ("tag-list-that-is-a-string.md", {"wrong-type"}, "碼頭重開"),
        ("date-that-is-no-day.md", {"front-matter", "bad-date"}, "碼頭重開"),
        ("date-with-a-zone-of-twenty-digits.md", {"bad-date"}, "碼頭重開"),
        ("yaml-alias-bomb.md", {"front-matter", "missing-date"}, "碼頭重開"),
        ("yaml-tags-that-pyyaml-stumbles-over.md", {"front-matter", "wrong-type"}, "碼頭重開"),
        ("toml-with-a-mistake.md", {"front-matter", "guessed-id", "bad-date"}, "碼頭重開"),
        ("wrong-types.md", {"wrong-type", "bad-date"}, "['碼頭', '重開']"),
        ("marker-already-in-the-text.md", set(), "碼頭重開"),
        ("figures-of-every-kind.md", set(), "碼頭重開"),
    ],
)
def test_odd_files(name, found, title):
    capture = read_data(name)
    assert kinds(capture) == found
    assert title in (capture.title, None)
    assert capture.body
    assert all(issue.path == name and issue.message.endswith(".") for issue in capture.issues)
    # nothing that a database or a feed refuses
    assert not any(ord(character) < 32 and character not in "\n\t" for character in capture.body + capture.title)
    assert not any(ord(character) < 32 for tag in capture.tags for character in tag)
    repr(capture).encode()


def test_every_odd_file_is_read_by_some_test():
    tests = "".join(path.read_text() for path in DATA.parent.glob("importer/test_*.py"))
    assert [path.name for path in DATA.glob("*.md") if f'"{path.name}"' not in tests] == []


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("binary.md", "binary"),
        ("utf-16-without-byte-order-mark.md", "binary"),
        ("empty.md", "empty"),
        ("only-spaces.md", "empty"),
    ],
)
def test_files_that_hold_no_article(name, kind):
    with pytest.raises(UnreadableError) as caught:
        read_data(name)
    assert (caught.value.issue.path, caught.value.issue.kind) == (name, kind)


def test_bytes_of_another_encoding_cost_letters_and_not_the_article():
    capture = read_data("big5-instead-of-utf-8.md")
    assert capture.source_id == "7105"
    assert capture.published_on == datetime.date(2019, 5, 4)
    assert "encoding" in kinds(capture)


@pytest.mark.parametrize(
    ("name", "kind", "line"),
    [
        ("one-byte-that-is-not-utf-8.md", "encoding", 9),
        ("control-character-in-the-title.md", "control-character", 2),
        ("nul-in-the-text.md", "control-character", 7),
        ("duplicate-keys.md", "duplicate-key", 3),
        ("date-that-is-no-day.md", "bad-date", 3),
        ("tag-list-that-is-a-string.md", "wrong-type", 5),
    ],
)
def test_an_issue_says_on_which_line(name, kind, line):
    (found,) = [issue.line for issue in read_data(name).issues if issue.kind == kind]
    assert found == line


def test_the_alias_bomb_is_not_expanded():
    capture = read_data("yaml-alias-bomb.md")
    assert len(repr(capture.front_matter)) < 5000
    assert capture.source_id == "7119"


@pytest.mark.parametrize(
    ("text", "path", "source_id", "guessed"),
    [
        (page(7002), "other-name.md", "7002", False),
        ("---\ntitle: a\nsource_id: 77\n---\nx", "article_7001.md", "77", False),
        ("---\ntitle: a\nid: a/b\n---\nx", "article_7001.md", "a_b-c14cddc0", False),
        ("---\ntitle: a\n---\nx", "sub/article_7001.md", "7001", True),
        ("---\ntitle: a\n---\nx", "7001-some-title.md", "7001", True),
        ("---\ntitle: a\n---\nx", "碼頭 重開.md", "碼頭_重開", True),
        ("---\ntitle: a\n---\nx", "2019-05-04-opening.markdown", "2019", True),
    ],
)
def test_where_the_id_comes_from(text, path, source_id, guessed):
    capture = read_text(text, path)
    assert capture.source_id == source_id
    assert ("guessed-id" in kinds(capture)) is guessed


def test_ids_from_two_long_names_stay_two():
    one, other = (read_text("text", "a" * 240 + end) for end in ("x.md", "y.md"))
    assert one.source_id != other.source_id
    assert len(one.source_id) == len(other.source_id) == 100


@pytest.mark.parametrize(
    ("url", "original", "wayback", "moment"),
    [
        (
            "https://web.archive.org/web/20210703184911/https://x.example/1",
            "https://x.example/1",
            "https://web.archive.org/web/20210703184911/https://x.example/1",
            datetime.datetime(2021, 7, 3, 18, 49, 11, tzinfo=UTC),
        ),
        (
            "/web/20210703184911/https://x.example/1",
            "https://x.example/1",
            "https://web.archive.org/web/20210703184911/https://x.example/1",
            datetime.datetime(2021, 7, 3, 18, 49, 11, tzinfo=UTC),
        ),
        ("https://x.example/1", "https://x.example/1", "", None),
        (
            "https://web.archive.org/web/20219999000000/https://x.example/1",
            "https://x.example/1",
            "https://web.archive.org/web/20219999000000/https://x.example/1",
            None,
        ),
        ("/2019/05/opening/", "", "", None),
        ("javascript:alert(1)", "", "", None),
    ],
)
def test_urls(url, original, wayback, moment):
    capture = read_text(f'---\ntitle: a\nurl: "{url}"\n---\nx')
    assert (capture.original_url, capture.wayback_url, capture.captured_at) == (original, wayback, moment)


def test_the_version_that_a_url_names():
    url = "https://www.harbourlight.example/article/7001/x-7009/story"
    assert read_text(f"---\ntitle: a\nurl: {url}\n---\nx").linked_id == "7009"
    assert read_text(page(7001)).linked_id == ""


def test_a_placeholder_keeps_what_its_url_says():
    url = "https://www.harbourlight.example/article/7001/%E6%B8%A1%E8%BC%AA-ferry-7001/%E7%A2%BC%E9%A0%AD-%E9%87%8D%E9%96%8B"
    capture = read_text(f'---\ntitle: "Temporarily Offline"\ndate: ""\nurl: "{url}"\n---\n\n')
    assert (capture.kind, capture.placeholder_rule) == ("placeholder", "offline")
    assert (capture.title, capture.tags) == ("碼頭 重開", ("渡輪", "ferry"))
    assert (capture.body, capture.figures) == ("", ())
    assert kinds(capture) == set()


def test_another_heading_than_the_title_is_kept():
    capture = read_text("---\ntitle: 碼頭重開\ndate: 2019-05-04\nid: 1\n---\n\n# 昔日碼頭\n\n正文")
    assert capture.title == "碼頭重開"
    assert capture.body == "## 昔日碼頭\n\n正文"
    assert kinds(capture) == {"other-heading"}


def test_the_heading_serves_where_there_is_no_title():
    assert read_text("# 碼頭重開\n\n正文").title == "碼頭重開"


def test_a_text_without_any_title():
    capture = read_text("正文")
    assert capture.title == "[7001]"
    assert kinds(capture) == {"no-front-matter", "guessed-id", "missing-date", "missing-title"}


def test_a_draft():
    capture = read_text("---\ntitle: a\nid: 1\ndate: 2019-05-04\ndraft: true\n---\nx")
    assert capture.draft
    assert kinds(capture) == {"draft"}


def test_the_day_is_inferred_from_the_latest_picture():
    images = "".join(
        f"\n![](https://img.harbourlight.example/a-{stamp}_1c80_large.jpg)\n"
        for stamp in ("20180508200516", "20180510000000", "20189999000000")
    )
    capture = read_text(f"---\ntitle: a\nid: 1\ndate: ''\n---\nx\n{images}")
    assert capture.published_on is None
    assert capture.inferred_on == datetime.date(2018, 5, 10)
    assert "a-20180510000000_1c80_large.jpg" in capture.inferred_from


def test_a_text_that_is_not_rendered_says_so():
    assert "not-rendered" in kinds(read_text("---\ntitle: a\n---\n" + "[" * 10_000))


def test_what_cleaning_took_out_is_recorded():
    capture = read_text(page(7001) + "\n---\n\n請訂閱《南灣新聞》電子報，支持獨立報道。\n")
    assert capture.removed == (("newsletter", "請訂閱《南灣新聞》電子報，支持獨立報道。"),)
    assert "電子報" not in capture.body


STARTS = st.sampled_from(
    [b"", b"---\n", b"+++\n", b"{\n", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\xff\xfe\x00\x00", b"---\ntitle: "]
)


def never_anything_else(data: bytes) -> None:
    try:
        capture = read_text(data)
    except UnreadableError as error:
        assert error.issue.message
        return
    assert capture.kind in ("text", "placeholder")
    assert capture.source_id
    assert len(capture.source_id) <= 100
    assert len(capture.title) <= 500
    assert "\x00" not in repr((capture.title, capture.body, capture.tags, capture.front_matter)).replace(
        "\\x00", "\x00"
    )
    repr(capture).encode()
    columns(capture.body)


@settings(max_examples=400)
@given(STARTS, st.binary(max_size=300))
def test_no_bytes_make_the_parser_raise_anything_else(start, data):
    never_anything_else(start + data)


LINES = st.sampled_from(
    [
        "---",
        "+++",
        "{",
        "}",
        "title: 碼頭",
        'title = "a"',
        '"title": "a",',
        "date: 2021-02-30",
        "date: 1 Jan 2020 00:00:00 +9999999999999",
        "tags: a, b",
        "tags:",
        "- a",
        "- {a: b}",
        "author: !!int ''",
        "x: &a [b]",
        "y: *a",
        "? a",
        "url: https://web.archive.org/web/2021/x",
        "url: https://www.harbourlight.example/article/7/x-8/y",
        "id: [1]",
        "draft: yes",
        "lastmod: 0001-01-01T00:00:00+14:00",
        '"\\ud800"',
        'title: "\\0"',
        "# a",
        "## b",
        "",
        "text",
        IMAGE := "![a](b.png)",
        "<figure><img src='c'></figure>",
        "{{< figure 1 >}}",
        "{{< video src='http://[' >}}",
        "[^1]: x",
        "| a | b |",
        "|-|-|",
        "- - - a",
        "> > b",
        "<script>",
        "<!--",
        "<![CDATA[",
        "&#0;",
        "\x00",
        "\x08",
        "\u2028",
        "😀",
        "~~~",
        "```",
    ]
)


@settings(max_examples=400)
@given(st.lists(LINES, max_size=25).map("\n".join))
def test_nothing_that_looks_like_an_article_makes_it_raise_anything_else(text):
    never_anything_else(text.encode())


@settings(max_examples=100)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_a_title_comes_through(title):
    import json

    capture = read_text("{\n" + f'"title": {json.dumps(title)},\n"id": "1"\n' + "}\n\n正文")
    expected = " ".join(
        "".join(c for c in title if c in "\n\t\r" or not (ord(c) < 32 or ord(c) == 127)).split("\n")
    ).strip()
    assert capture.title in (expected, "[1]")
    assert PROFILE
