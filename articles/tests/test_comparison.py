"""Comparing two texts."""

import itertools
import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.comparison import CONTEXT, WORTH_FOLDING, Kind, Passage, Piece, compare, compare_names, passages, readable

MARKS = {Kind.SAME: "{}", Kind.DELETED: "[-{}-]", Kind.INSERTED: "[+{}+]"}


def shown(pieces: list[Piece]) -> str:
    """Return pieces as one line."""
    return "".join(MARKS[piece.kind].format(piece.text) for piece in pieces)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("", "", ""),
        ("渡輪照常開出", "渡輪照常開出", "渡輪照常開出"),
        ("", "渡輪", "[+渡輪+]"),
        ("渡輪", "", "[-渡輪-]"),
        ("渡輪照常開出", "渡輪今日開出", "渡輪[-照常-][+今日+]開出"),  # by character
        ("The quick fox", "The quickest fox", "The [-quick-][+quickest+] fox"),  # by word
        ("共12人到場", "共120人到場", "共[-12-][+120+]人到場"),  # a number is a word
        ("BNO簽證", "BN簽證", "[-BNO-][+BN+]簽證"),
        ("café au lait", "cafe\u0301 au lait", "[-café-][+cafe\u0301+] au lait"),
        ("一。\n二。\n三。", "一。\n三。", "一。\n[-二。\n-]三。"),
        ("𠮷野家開門", "𠮷野屋開門", "𠮷野[-家-][+屋+]開門"),
        # what two rewritten sentences share by chance would only confuse
        ("甲乙丙中丁戊己庚", "子丑寅中卯辰巳午", "[-甲乙丙中丁戊己庚-][+子丑寅中卯辰巳午+]"),
    ],
)
def test_marks_what_changed(before: str, after: str, expected: str) -> None:
    assert shown(compare(before, after)) == expected


def test_keeps_a_long_sentence_between_rewritten_ones() -> None:
    kept = "碼頭上的人比往日多，船公司加派兩班渡輪疏導人群。"
    pieces = compare("天地玄黃宇宙洪荒" * 9 + kept + "日月盈昃" * 9, "寒來暑往秋收冬藏" * 9 + kept + "閏餘成歲" * 9)
    assert Piece(Kind.SAME, kept) in pieces


# Few characters, so that much is shared; marks of every kind of word.
texts = st.one_of(st.text(max_size=200), st.text("甲乙丙，。\n ab1\u0301𠮷\U000f0000\x00", max_size=400))


def assert_holds_both(pieces: list[Piece], before: str, after: str) -> None:
    assert "".join(piece.text for piece in pieces if piece.kind is not Kind.INSERTED) == before
    assert "".join(piece.text for piece in pieces if piece.kind is not Kind.DELETED) == after
    for one, other in itertools.pairwise(pieces):
        assert one.kind is not other.kind
        assert (one.kind, other.kind) != (Kind.INSERTED, Kind.DELETED)
    assert all(piece.text for piece in pieces)


@given(texts, texts)
def test_holds_both_texts(before: str, after: str) -> None:
    assert_holds_both(compare(before, after), before, after)


@given(texts, texts, st.integers(0, 300))
def test_holds_both_texts_when_there_is_too_much_to_do(before: str, after: str, work: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("articles.comparison.MOST_WORK", work)
        assert_holds_both(compare(before, after), before, after)


@given(texts)
def test_a_text_does_not_differ_from_itself(text: str) -> None:
    assert compare(text, text) == ([Piece(Kind.SAME, text)] if text else [])


@given(texts, texts)
def test_passages_hold_all_that_is_not_white(before: str, after: str) -> None:
    pieces = compare(before * 3, after + before * 3)
    found = [piece for passage in passages(pieces) for paragraph in passage.paragraphs for piece in paragraph]
    for kind in Kind:
        text = "".join(piece.text for piece in pieces if piece.kind is kind)
        again = "".join(piece.text for piece in found if piece.kind is kind)
        assert "".join(again.replace("¶", "").split()) == "".join(text.replace("¶", "").split())


@pytest.mark.parametrize(
    "alphabet", [[chr(0x4E00 + n) for n in range(3000)], list("甲乙"), list("甲，"), [f"w{n} " for n in range(3000)]]
)
def test_long_texts_take_no_time(alphabet: list[str]) -> None:
    draw = random.Random(5)  # noqa: S311
    before, after = ("".join(draw.choices(alphabet, k=30_000)) for _ in range(2))
    started = time.process_time()
    assert_holds_both(compare(before, after), before, after)
    assert time.process_time() - started < 5  # 0.3 s on a free machine; without the bound more than a minute


def test_an_edit_in_a_long_text_is_found_exactly() -> None:
    draw = random.Random(6)  # noqa: S311
    text = "".join(chr(0x4E00 + draw.randrange(3000)) for _ in range(30_000))
    pieces = compare(text, f"{text[:15_000]}海港{text[15_000:]}")
    assert [piece for piece in pieces if piece.kind is not Kind.SAME] == [Piece(Kind.INSERTED, "海港")]


def test_folds_what_is_far_from_any_change() -> None:
    before = "\n".join(f"第{n:03}段：清晨的海港，渡輪照常開出。" for n in range(100))
    after = before.replace("第050段：清晨", "第050段：黃昏")
    above, changed, below = passages(compare(before, after))[-3:]
    assert above.folded > WORTH_FOLDING
    assert below.folded > WORTH_FOLDING
    assert not changed.folded
    pieces = [piece for paragraph in changed.paragraphs for piece in paragraph]
    assert Piece(Kind.DELETED, "清晨") in pieces
    assert Piece(Kind.INSERTED, "黃昏") in pieces
    assert CONTEXT < sum(len(piece.text) for piece in pieces if piece.kind is Kind.SAME) < 6 * CONTEXT
    assert pieces[0].text.startswith(("第", "清", "渡"))  # at the beginning of a clause


def test_a_text_without_any_change_is_one_fold() -> None:
    text = "海" * (WORTH_FOLDING + 1)
    assert passages(compare(text, text)) == [Passage(((Piece(Kind.SAME, text),),), folded=len(text))]


def test_shows_where_a_paragraph_was_parted() -> None:
    (passage,) = passages(compare("渡輪開出。船長說。", "渡輪開出。\n船長說。"))
    assert [shown(list(paragraph)) for paragraph in passage.paragraphs] == ["渡輪開出。[+¶+]", "船長說。"]
    (passage,) = passages(compare("渡輪開出。\n船長說。", "渡輪開出。船長說。"))
    assert [shown(list(paragraph)) for paragraph in passage.paragraphs] == ["渡輪開出。[-¶-]船長說。"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("見[前文](https://a.example/1)。", "見[前文](https://web.archive.org/web/2021/https://a.example/1)。"),
        ("**船長**說。\n\n## 後記", "船長說。\n\n\n後記 "),
        ("一\n\n{{< figure 1 >}}\n\n二", "一\n\n{{< figure 3 >}}\n\n二"),
    ],
)
def test_reads_the_same(one: str, other: str) -> None:
    figures = {"1": "[photo.jpg]", "3": "[photo.jpg]"}
    assert readable(one, figures.__getitem__) == readable(other, figures.__getitem__)


def test_a_figure_is_a_line() -> None:
    assert readable("一\n\n{{< figure 1 >}}\n\n二", "[圖 {}]".format) == "一\n[圖 1]\n二"


def test_names_stay_whole() -> None:
    pieces = compare_names(["林鄭", "林鄭月娥", "渡輪"], ["林鄭月娥", "碼頭"])
    assert shown(pieces) == "[-林鄭-]林鄭月娥[-渡輪-][+碼頭+]"
    assert compare_names([], []) == []


def test_comparisons_of_one_page_share_their_work() -> None:
    draw = random.Random(7)  # noqa: S311
    before, after = ("".join(draw.choices("甲乙丙丁戊己庚辛", k=3000)) for _ in range(2))
    assert len(compare(before, after)) > len(compare(before, after, share=1000)) == 2
