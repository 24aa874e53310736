"""The analyzer: canonical forms, tokens, n-grams, and that the tokens never say anything else than the substring."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.search import derive_characters, folding
from articles.search.documents import AUTHOR, SECTION, TAG, mark
from articles.search.tokens import (
    BETWEEN,
    FIRST,
    SHORT,
    canonical,
    characters,
    grams,
    mark_gram,
    needed_grams,
    phrase,
    runs,
    tokens,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("，。!?", ""),
        ("渡輪", "渡轮"),
        ("渡輪，碼頭", "渡轮/码头"),
        ("BNO簽證", " bno 签证"),
        ("ＢＮＯ　簽證", " bno 签证"),
        ("2019 年底", " 2019 年底"),
        ("Café, crème", " cafe creme "),
        ("Cafe\u0301", " cafe "),
        ("don't", " don t "),
        ("7.21", " 7 21 "),
        ("a_b", " a b "),
        ("台臺颱", canonical("臺臺臺")),
        ("ferry渡輪ferry", " ferry 渡轮 ferry "),
        ("渡\u200b輪", "渡轮"),
        ("ferry\u3164", " ferry "),
    ],
)
def test_canonical(text, expected):
    assert canonical(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("渡輪照常", "渡轮 轮照 照常 常"),
        ("渡", "渡"),
        ("2019年底", f"2019 {FIRST}年 年底 底"),
        ("渡輪 ferry", "渡轮 轮 ferry"),
    ],
)
def test_tokens(text, expected):
    assert tokens(text) == expected


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        ("渡輪", (["渡轮"], False)),
        ("渡", (["渡"], True)),
        ("bno簽證", (["bno", f"{FIRST}签", "签证"], False)),
        ("2019年", (["2019", f"{FIRST}年"], False)),
        ("渡輪 碼", (["渡轮", "轮", "码"], True)),
        ("831 太子站", (["831", f"{FIRST}太", "太子", "子站"], False)),
    ],
)
def test_phrases(term, expected):
    assert phrase(term) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("习近平", "習近平"),
        ("苹果日报", "蘋果日報"),
        ("台灣", "臺湾"),
        ("衞生", "衛生"),
        ("說話", "説话"),
        ("ＡＢＣ１", "abc1"),
    ],
)
def test_spellings_that_are_one(one, other):
    assert folding.fold(one) == folding.fold(other)


def test_the_table_is_what_opencc_gives_rise_to():
    assert derive_characters.derive() == folding.VARIANTS


def test_a_character_folds_to_one_that_stays():
    for code, folded in folding.TABLE.items():
        assert folded is None or (len(folded) == 1 and folding.fold(folded) == folded), hex(code)


@pytest.mark.parametrize(
    "sign",
    [
        pytest.param("\ufe00", id="variation selector"),
        pytest.param("\U000e0100", id="ideographic variation selector"),
        pytest.param("\u180b", id="Mongolian variation selector"),
        pytest.param("\u00ad", id="soft hyphen"),
        pytest.param("\u200d", id="joiner"),
        pytest.param("\u2060", id="word joiner"),
        pytest.param("\u2066", id="isolate"),
        pytest.param("\u061c", id="Arabic letter mark"),
        pytest.param("\ufeff", id="byte order mark"),
        pytest.param("\u034f", id="grapheme joiner"),
        pytest.param("\u115f", id="Hangul filler"),
        pytest.param("\uffa0", id="half-width Hangul filler"),
        pytest.param("\U000e0041", id="tag"),
        pytest.param("\U000e0fff", id="the last one"),
    ],
)
def test_an_invisible_sign_is_as_if_it_were_not_there(sign):
    for plain, signed in (("諸葛亮", f"諸葛{sign}亮{sign}"), ("ferry 渡輪", f"{sign}fer{sign}ry {sign}渡輪")):
        assert folding.fold(signed) == folding.fold(plain)
        assert canonical(signed) == canonical(plain)
        assert tokens(signed) == tokens(plain)
        assert characters(signed) == characters(plain)
        assert phrase(signed) == phrase(plain)


def test_every_invisible_sign_is_known_to_both_ways_of_reading():
    assert all(not folding.fold(sign) and not canonical(sign) for sign in folding.INVISIBLE)
    seen = "".join(map(chr, range(0xE000, folding.LIMIT + 2)))  # the letters among them, and no other sign
    assert canonical(seen).replace(" ", "").replace("/", "") == "".join(run for _is_chinese, run in runs(seen))


# Few characters, so that repeats and overlaps are frequent.
TEXTS = st.text("渡輪碼頭年2019abA，, .\n「」é\u0301台臺\u3164\U000e0100", max_size=30)


def contains_row(all_tokens: list[str], wanted: list[str], is_prefix: bool) -> bool:
    """Do what FTS5 does with a phrase."""
    for start in range(len(all_tokens) - len(wanted) + 1):
        here = all_tokens[start : start + len(wanted)]
        if here[:-1] == wanted[:-1] and (here[-1].startswith(wanted[-1]) if is_prefix else here[-1] == wanted[-1]):
            return True
    return False


@given(TEXTS, TEXTS)
def test_a_phrase_of_tokens_is_there_exactly_when_the_term_is(text, term):
    pattern = canonical(term)
    if pattern:
        assert contains_row(tokens(text).split(), *phrase(term)) == (pattern in canonical(text))


@given(TEXTS, TEXTS, st.integers(0, 3))
def test_the_needed_grams_of_a_term_are_those_of_every_text_that_has_it(text, term, part):
    pattern = canonical(term)
    if pattern and pattern in canonical(text):
        assert set(needed_grams(pattern, part)) <= grams(canonical(text), part)
    if pattern:
        assert needed_grams(pattern, part)


def test_what_stands_in_one_part_of_an_article_is_not_taken_for_another():
    read = canonical("渡輪 ferry 碼頭\U000323af\U000323af\U000323af a")  # with the letter of the highest number
    marks = {mark_gram(mark(kind, key)) for kind in (SECTION, AUTHOR, TAG) for key in (1, 2**32)}
    sets = [*(grams(read, part) for part in range(4)), marks]
    for one, other in itertools.combinations(sets, 2):
        assert not one & other
    assert all(-(2**63) <= number < 2**63 for number in set().union(*sets))


@given(st.text(max_size=60) | st.text("渡輪ab1，é\u0301\u3164\U000e0100\U0001d400\0 \n", max_size=30))
def test_short_texts_are_read_as_long_ones_are(text):
    read = "，".join([text] * SHORT)
    assert canonical(text) == canonical(f"{text}{' ' * SHORT}")
    assert BETWEEN.join(map(canonical, read.split(BETWEEN))) == canonical(read)


@given(st.text(max_size=200))
def test_any_text_is_analysed(text):
    assert canonical(canonical(text)) == canonical(text)
    assert len(characters(text).split()) == len(set(characters(text).split()))
    tokens(text), grams(canonical(text))
