"""Wrongly decoded text: repaired where that is provably right, left alone everywhere else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.importer.decoding import repaired

CHINESE = "南灣渡輪，今日起減班。"


def misread(text, codec):
    if codec == "windows-1252":
        return "".join(bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in text.encode())
    return text.encode().decode(codec)


@pytest.mark.parametrize("codec", ["windows-1252", "latin-1", "cp1251", "koi8-r", "mac_roman", "cp437", "gb18030"])
def test_utf_8_read_as_another_code_page_is_repaired_and_named(codec):
    try:
        wrong = misread(CHINESE, codec)
    except UnicodeDecodeError:
        wrong = misread(CHINESE[:-1], codec)
    text, findings = repaired(f"<b>{wrong}</b>")
    assert text in {f"<b>{CHINESE}</b>", f"<b>{CHINESE[:-1]}</b>"}
    assert [finding.before for finding in findings] == [wrong]


@pytest.mark.parametrize(
    "honest",
    [
        "Привет, это новости из порта Южный залив",
        "Монгол хэлээр бичсэн өгүүлбэр",
        "Crème brûlée à la façon de l'île — « déjà vu »",
        "Ελληνικά νέα για το λιμάνι",
        "ᠮᠣᠩᠭᠣᠯ",
        "項目\nØ\u00a0一\nØ\u00a0二",
        "價錢 £20、€30、½ 及 ¾，氣溫 32°C",
        "南灣渡輪今日起減班，船長說海面比往日平靜",
        "南湾渡轮今日起减班，船长说海面比往日平静",
    ],
)
def test_honest_text_of_any_script_stays(honest):
    assert repaired(honest) == (honest, [])


def test_what_cannot_be_repaired_is_reported_and_left():
    broken = misread(CHINESE, "windows-1252")[:-1]
    text, findings = repaired(broken)
    assert text == broken
    assert findings
    assert not findings[0].after


@pytest.mark.parametrize("codec", ["windows-1252", "latin-1"])
@given(text=st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), min_size=2, max_size=40))
def test_repair_is_the_inverse_of_misreading(codec, text):
    assert repaired(misread(text, codec))[0] == text


@given(st.text())
def test_repair_never_raises_and_says_what_it_changed(text):
    result, findings = repaired(text)
    assert (result == text) == (not any(finding.after for finding in findings))
