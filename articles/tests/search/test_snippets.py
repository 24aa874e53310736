"""Passages with the hits marked."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.search.snippets import expression, marked, snippet
from articles.search.syntax import parse
from articles.search.tokens import canonical


def show(pieces):
    return "".join(f"[{piece.text}]" if piece.is_hit else piece.text for piece in pieces)


@pytest.mark.parametrize(
    ("query", "text", "expected"),
    [
        ("习近平", "見習近平", "見[習近平]"),
        ("台湾", "臺灣", "[臺灣]"),
        ("bno簽證", "BNO 签证", "[BNO 签证]"),
        ("cafe", "CAFÉ, cafes, Cafe\u0301!", "[CAFÉ], cafes, [Cafe\u0301]!"),
        ("tele*", "Telegram, hotel", "[Tele]gram, hotel"),
        ('"a b"', "a, b; ab", "[a, b]; ab"),
        ("7.21", "7.21 721", "[7.21] 721"),
        ("渡輪 -碼頭", "渡輪碼頭", "[渡輪]碼頭"),
        ("<script>", "<script>x</script>", "<[script]>x</[script]>"),
        ("amp", "&amp;", "&[amp];"),
        ("渡輪", "渡\u200b輪", "[渡\u200b輪]"),
        ("葛亮", "諸葛\U000e0100亮說", "諸[葛\U000e0100亮]說"),
        ("諸葛\U000e0100", "諸葛亮", "[諸葛]亮"),
        ("paper", "news\u00adpaper \u3164paper", "news\u00adpaper \u3164[paper]"),
        ('"a b"', "a \u3164b", "[a \u3164b]"),
    ],
)
def test_marked(query, text, expected):
    assert show(marked(text, expression(parse(query).wanted))) == expected


def test_a_snippet_shows_the_passages_and_leaves_out_the_rest():
    text = "前" * 200 + "渡輪" + "中" * 300 + "渡輪" + "後" * 200
    shown = show(snippet(text, expression(parse("渡輪").wanted)))
    assert shown == f"…{'前' * 40}[渡輪]{'中' * 40}…{'中' * 40}[渡輪]{'後' * 40}…"


@pytest.mark.parametrize("end", ["。」 ", "。」\u200b", ".)\u0301"])
def test_no_passage_begins_with_the_end_of_a_sentence(end):
    text = "前" * 200 + end + "中" * 38 + "渡輪"
    assert show(snippet(text, expression(parse("渡輪").wanted))) == f"…{'中' * 38}[渡輪]"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("渡輪" * 5000, id="one long row"),
        pytest.param("渡輪，" + "一" * 30 + "渡輪", id="two"),
        pytest.param(("渡輪" + "一" * 70) * 100, id="close by"),
        pytest.param("ferry " * 5000, id="words"),
    ],
)
def test_a_snippet_is_a_few_lines_however_many_hits_there_are(text):
    shown = snippet(text, expression(parse("渡輪 OR ferry").wanted))
    assert any(piece.is_hit for piece in shown)
    assert sum(len(piece.text) for piece in shown) <= 300


def test_without_a_hit_a_snippet_is_the_beginning():
    assert show(snippet("甲" * 500, None)) == "甲" * 160 + "…"
    assert snippet("", None) == []


def test_an_accent_stays_with_its_letter():
    for length in range(30, 50):
        text = "渡輪" + "e\u0301" * length + "x" * 500
        for piece in snippet(text, expression(parse("渡輪").wanted)):
            assert not piece.text.startswith("\u0301")


@pytest.mark.parametrize("sign", ["\u200b", "\ufe00", "\U000e0100", "\u3164"])
def test_no_passage_begins_with_an_invisible_sign(sign):
    text = "前" * 200 + sign * 200 + "渡" + sign * 3 + "輪" + "後" * 200
    assert show(snippet(text, expression(parse("渡輪").wanted))) == f"…[渡{sign * 3}輪]{'後' * 40}…"
    text = "前" * 200 + f"說{sign}" * 19 + "，" + sign + "渡輪"
    shown = "".join(piece.text for piece in snippet(text, expression(parse("渡輪").wanted)))
    assert shown[1] not in f"{sign}，"


@pytest.mark.parametrize(
    "between", ["\u200b", "\u0301", "_", " ", "\u200b ", "a\u200b", "渡\u200b", "\U000e0100", "\u3164", "a\u3164 "]
)
@pytest.mark.parametrize("query", ['"a b"', "a渡", '"渡 a"', '"渡 輪"'])
def test_long_rows_of_what_is_not_a_word_are_read_once(between, query):
    found = expression(parse(query).wanted)
    started = time.process_time()
    snippet("a" + between * 50_000 + "c", found)
    snippet("渡" + between * 50_000 + "c", found)
    assert time.process_time() - started < 1


TEXTS = st.text("渡輪碼頭年2019abA，, .\n<>&;é\u0301台臺\u200b\u3164\U000e0100", max_size=60)


@given(TEXTS, TEXTS)
def test_marked_pieces_are_the_text_and_hits_are_the_term(text, term):
    wanted = parse(term).wanted
    pieces = marked(text, expression(wanted))
    assert "".join(piece.text for piece in pieces) == text
    patterns = {one.pattern for one in wanted}
    for piece in pieces:
        if piece.is_hit:
            assert canonical(piece.text).strip(" ") in {pattern.strip(" ") for pattern in patterns}


@given(TEXTS, TEXTS)
def test_where_the_term_is_something_is_marked(text, term):
    (one, *_others) = parse(f'"{term}"').wanted or [None]
    if one and one.pattern in canonical(text):
        assert any(piece.is_hit for piece in marked(text, expression([one])))


@given(TEXTS, TEXTS)
def test_a_snippet_is_made_of_slices_of_the_text(text, term):
    parts = "".join(piece.text for piece in snippet(text, expression(parse(term).wanted))).split("…")
    assert all(part in text for part in parts)
