"""Names under strokes and letters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles import derive_strokes
from articles.name_index import Heading, heading_of, index_key, strokes

SOURCE = """# Unicode version: 15.0.0
U+4E00\tkTotalStrokes\t1
U+4E01\tkTotalStrokes\t2
U+4E01\tkIRG_GSource\tG0-3621
U+8457\tkTotalStrokes\t11 12
U+20000\tkTotalStrokes\t3
"""


@pytest.mark.parametrize(
    ("name", "heading"),
    [
        ("丁浪", Heading(strokes=2)),
        ("林小鷗", Heading(strokes=8)),
        ("龍", Heading(strokes=16)),
        ("Ada Quay", Heading(letter="A")),
        ("élan", Heading(letter="E")),
        ("ｂｏ", Heading(letter="B")),
        (" 丁 ", Heading(strokes=2)),
        ("7號", Heading()),
        ("Ωmega", Heading()),
        ("", Heading()),
    ],
)
def test_table(name, heading):
    assert heading_of(name) == heading


def test_order():
    names = ["7號", "周望潮", "bo", "丁浪", "林一", "Ada", "周年", "丁一"]
    ordered = ["丁一", "丁浪", "周年", "周望潮", "林一", "Ada", "bo", "7號"]  # 周 and 林 have eight strokes each
    assert sorted(names, key=lambda name: index_key(name, True)) == ordered
    assert sorted(names, key=lambda name: index_key(name, False))[:3] == ["Ada", "bo", "丁一"]


@given(st.lists(st.text(alphabet="一丁周林AaÉz7 "), max_size=30), st.booleans())
def test_each_heading_is_one_stretch(names, chinese_first):
    headings = [heading_of(name) for name in sorted(names, key=lambda name: index_key(name, chinese_first))]
    changes = sum(one != other for one, other in zip(headings, headings[1:], strict=False))
    assert changes == max(len(set(headings)) - 1, 0)
    assert len({heading.anchor for heading in headings}) == len(set(headings))


def test_of_two_numbers_the_traditional_form_s_counts():
    assert derive_strokes.derive(SOURCE).splitlines()[2:] == ["1 一", "2 丁", "12 著"]
    assert "version 15.0.0" in derive_strokes.derive(SOURCE)


def test_every_character_of_the_basic_block_is_there():
    known = strokes()
    assert [chr(code) for code in range(0x4E00, 0x9FFD) if chr(code) not in known] == []
    assert {known[character] for character in "一乙"} == {1}
    assert max(known.values()) > 35
