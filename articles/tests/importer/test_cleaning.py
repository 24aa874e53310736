import time

import pytest

from articles.importer import cleaning
from articles.importer.records import ParsedByline
from articles.tests.importer.newsroom import PROFILE


@pytest.mark.parametrize(
    ("body", "title", "rest", "heading", "differs"),
    [
        ("# 碼頭重開\n\n正文", "碼頭重開", "\n正文", "碼頭重開", False),
        ("\n\n# 碼頭 重開！ ##\n正文", "碼頭重開!", "正文", "碼頭 重開！", False),
        ("# 另一題\n正文", "碼頭重開", "正文", "另一題", True),
        ("# 碼頭重開\n正文", "", "正文", "碼頭重開", False),
        ("## 小題\n正文", "碼頭", "## 小題\n正文", "", False),
        ("正文\n# 碼頭\n", "碼頭", "正文\n# 碼頭\n", "", False),
        ("#標籤\n正文", "碼頭", "#標籤\n正文", "", False),
        ("# 碼頭", "碼頭", "", "碼頭", False),
        ("", "碼頭", "", "", False),
    ],
)
def test_the_title_on_top_of_a_text_goes(body, title, rest, heading, differs):
    assert cleaning.without_title(body, title) == (rest, heading, differs)


FOOTER = "請訂閱《南灣新聞》電子報，支持獨立報道。\n\n訂閱 [網址：x](/web/2021/https://x)"


@pytest.mark.parametrize(
    ("body", "rest", "removed"),
    [
        (f"正文\n\n\n---\n\n\n{FOOTER}\n", "正文", 1),
        ("正文\n\n---\n\n請訂閱《南灣新聞》電子報，支持獨立報道。", "正文", 1),
        (f"{FOOTER}\n\n正文", "正文", 1),
        (f"前\n\n{FOOTER}\n\n後\n\n{FOOTER}", "前\n\n後", 2),
        ("記者說：「請訂閱《南灣新聞》電子報，好嗎？」", "記者說：「請訂閱《南灣新聞》電子報，好嗎？」", 0),
        (FOOTER, "", 1),
    ],
)
def test_boilerplate_goes_and_is_recorded(body, rest, removed):
    cleaned = cleaning.without_boilerplate(body, PROFILE)
    assert cleaned.body == rest
    assert [rule for rule, _text in cleaned.removed] == ["newsletter"] * removed
    assert all(text in body for _rule, text in cleaned.removed)


@pytest.mark.parametrize(
    ("body", "tidied"),
    [
        ("a\n\n\n\nb", "a\n\nb"),
        ("a\n \n\t\nb", "a\n\nb"),
        ("\n\na\n\n---\n\n***\n___\n", "a"),
        ("a\n\n---\n\nb", "a\n\n---\n\nb"),
        ("a\n\n--", "a\n\n--"),
        ("---", ""),
        ("", ""),
    ],
)
def test_tidy(body, tidied):
    assert cleaning.tidy(body) == tidied


BLOCK = "正文。\n\n![林岸](images/avatar.png)\n\n**專欄 | 記者林岸**\n\n住在碼頭旁。\n"


def test_a_byline_block_becomes_an_author():
    body, byline, block = cleaning.byline_block(BLOCK, PROFILE, "a/b.md")
    assert body.strip() == "正文。"
    assert byline == ParsedByline(
        "記者林岸", "", False, "專欄", "住在碼頭旁。", "rescued/a/images/avatar.png", "images/avatar.png"
    )
    assert block.startswith("![林岸]")


def test_a_portrait_of_the_wayback_machine_keeps_both_addresses():
    source = BLOCK.replace("images/avatar.png", "/web/2021im_/https://img.harbourlight.example/a.png")
    _body, byline, _block = cleaning.byline_block(source, PROFILE)
    assert byline.avatar_original_url == "https://img.harbourlight.example/a.png"
    assert byline.avatar_url == "https://web.archive.org/web/2021im_/https://img.harbourlight.example/a.png"


def test_a_footer_below_a_biography_is_no_part_of_it():
    _body, byline, _block = cleaning.byline_block(f"{BLOCK}\n---\n\n{FOOTER}", PROFILE)
    assert byline.biography == "住在碼頭旁。"


@pytest.mark.parametrize("body", ["正文。", "**專欄 | 林岸** 在正文裏", ""])
def test_a_text_without_a_block_stays(body):
    assert cleaning.byline_block(body, PROFILE) == (body, None, "")


@pytest.mark.parametrize(
    ("printed", "names", "generic"),
    [
        (["林岸"], ["林岸"], [False]),
        (["記者林岸"], ["林岸"], [False]),
        (["記者 林岸"], ["林岸"], [False]),
        (["南灣新聞記者林岸"], ["林岸"], [False]),
        (["記者林岸、記者莫聽雨"], ["林岸", "莫聽雨"], [False, False]),
        (["林岸", "記者林岸"], ["林岸"], [False]),
        (["南灣新聞記者"], ["南灣新聞記者"], [True]),
        (["記者"], ["記者"], [False]),
        (["Marian Quill"], ["Marian Quill"], [False]),
        ([], [], []),
    ],
)
def test_bylines(printed, names, generic):
    found = cleaning.bylines(printed, None, PROFILE)
    assert [byline.name for byline in found] == names
    assert [byline.generic for byline in found] == generic


def test_what_the_newsroom_printed_is_kept():
    (byline,) = cleaning.bylines(["記者林岸"], None, PROFILE)
    assert (byline.name, byline.credit) == ("林岸", "記者林岸")


def test_a_block_describes_the_author_that_the_byline_names():
    block = ParsedByline("林岸", role="專欄", biography="住在碼頭旁。", avatar_url="rescued/a.png")
    (byline,) = cleaning.bylines(["記者林岸"], block, PROFILE)
    assert (byline.name, byline.credit, byline.role, byline.biography) == ("林岸", "記者林岸", "專欄", "住在碼頭旁。")


def test_a_block_names_an_author_whom_no_byline_names():
    assert [b.name for b in cleaning.bylines(["莫聽雨"], ParsedByline("林岸"), PROFILE)] == ["莫聽雨", "林岸"]


@pytest.mark.parametrize(
    ("title", "body", "rule"),
    [
        ("南灣新聞告別    感謝讀者", "", "farewell"),
        ("Temporarily Offline", "\n \n", "offline"),
        ("", "", "empty"),
        ("南灣新聞告別茶會", "今早在碼頭舉行。", ""),
        ("", "正文", ""),
        ("碼頭", "", ""),
    ],
)
def test_placeholders(title, body, rule):
    assert cleaning.placeholder_rule(title, body, PROFILE) == rule


@pytest.mark.parametrize(
    "body",
    [
        "# a" + " " * 20_000 + "b",
        "a\n\n" + "---\n" * 200_000,
        "\n" * 200_000 + "x",
        "\n \n" * 100_000 + "x",
        "#" * 100_000,
    ],
    ids=["heading", "rules", "newlines", "blank-lines", "hashes"],
)
def test_time_stays_in_proportion(body):
    began = time.process_time()
    rest, _heading, _differs = cleaning.without_title(body, "a")
    cleaning.byline_block(rest, PROFILE)
    cleaning.without_boilerplate(rest, PROFILE)
    assert time.process_time() - began < 2
