"""Citations, read back by libraries that know each format."""

from __future__ import annotations

import dataclasses
import html
import json
import re
import unicodedata
from datetime import UTC, date, datetime
from urllib.parse import parse_qs

import bibtexparser
import mwparserfromhell
import pytest
import rispy
from bibtexparser.middlewares import LatexDecodingMiddleware
from citeproc import Citation as Cited
from citeproc import CitationItem, CitationStylesBibliography, CitationStylesStyle, formatter
from citeproc.source.json import CiteProcJSON
from hypothesis import given
from hypothesis import strategies as st

from articles import citations
from articles.citations import Citation, Signature, one_line

ORIGINAL = "https://www.harbourlight.example/article/12/渡輪|碼頭/海 [一]"
FERRY = Citation(
    source_id="12",
    title="渡輪照常開出　碼頭人多",
    language="zh-Hant-HK",
    authors=(Signature("林小鷗"), Signature("南灣新聞記者", is_person=False)),
    publication="南灣新聞",
    publication_en="Harbour Light",
    published_on=date(2019, 6, 2),
    date_inferred=False,
    section="要聞",
    tags=("渡輪", "碼頭, 海港"),
    abstract="清晨的海港。",
    original_url=ORIGINAL,
    wayback_url=f"https://web.archive.org/web/20211230234506/{ORIGINAL}",
    captured_at=datetime(2021, 12, 30, 23, 45, 6, tzinfo=UTC),
    here="https://archive.example/article/12/",
)
ENGLISH = dataclasses.replace(
    FERRY, title="Ferries sail", language="en", authors=(Signature("Marian Quill"), Signature("Lo Mong Chiu"))
)
BARE = dataclasses.replace(
    FERRY, authors=(), published_on=None, section="", tags=(), abstract="", original_url="", wayback_url="",
    captured_at=None,
)  # fmt: skip
WAYBACK = (
    "https://web.archive.org/web/20211230234506/https://www.harbourlight.example/article/12/"
    "%E6%B8%A1%E8%BC%AA%7C%E7%A2%BC%E9%A0%AD/%E6%B5%B7%20%5B%E4%B8%80%5D"
)
# Everything that means something in one of the formats, and anything else that can be typed.
SPECIAL = "{}[]()|\\&%$#_~^<>=@,;:'\"`*-–—　 \t\n\r\x0b\x0c\x1c\x85\u2028\x00\x02海港aZ09"
texts = st.text(st.one_of(st.sampled_from(SPECIAL), st.characters()), min_size=1, max_size=40).filter(one_line)
urls = st.builds("https://x.example/{}".format, texts)
days = st.one_of(st.none(), st.dates())
records = st.builds(
    Citation,
    source_id=texts,
    title=texts,
    language=st.sampled_from(["zh-Hant-HK", "zh-Hant", "en"]),
    authors=st.lists(st.builds(Signature, texts, st.booleans()), max_size=3).map(tuple),
    publication=texts,
    publication_en=st.one_of(st.just(""), texts),
    published_on=days,
    date_inferred=st.booleans(),
    section=texts,
    tags=st.lists(texts, max_size=3).map(tuple),
    abstract=texts,
    original_url=st.one_of(st.just(""), urls),
    wayback_url=st.one_of(st.just(""), urls),
    captured_at=st.one_of(st.none(), st.datetimes(datetime(2, 1, 1), timezones=st.just(UTC))),
    here=urls,
)


# Plain text


@pytest.mark.parametrize(
    ("citation", "expected"),
    [
        (
            FERRY,
            "林小鷗、南灣新聞記者：〈渡輪照常開出　碼頭人多〉，《南灣新聞》，2019年6月2日，存檔於2021年12月30日："
            "https://web.archive.org/web/20211230234506/https://www.harbourlight.example/article/12/"
            "渡輪%7C碼頭/海%20%5B一%5D",
        ),
        (
            ENGLISH,
            "Marian Quill and Lo Mong Chiu, “Ferries sail”, Harbour Light, 2 June 2019, archived 30 December 2021 at "
            "https://web.archive.org/web/20211230234506/https://www.harbourlight.example/article/12/"
            "渡輪%7C碼頭/海%20%5B一%5D",
        ),
        (BARE, "〈渡輪照常開出　碼頭人多〉，《南灣新聞》，日期不詳，https://archive.example/article/12/"),
        (
            dataclasses.replace(BARE, published_on=date(2019, 6, 2), date_inferred=True),
            "〈渡輪照常開出　碼頭人多〉，《南灣新聞》，2019年6月2日（推斷），https://archive.example/article/12/",
        ),
        (
            dataclasses.replace(BARE, language="en", title="Ferries sail"),
            "“Ferries sail”, Harbour Light, undated, https://archive.example/article/12/",
        ),
    ],
)
def test_plain_text(citation: Citation, expected: str):
    assert citations.plain(citation) == expected


@given(records)
def test_plain_text_is_one_line(citation: Citation):
    assert len(citations.plain(citation).splitlines()) == 1


# Wikipedia


def parameters(wikitext: str) -> dict[str, str]:
    """Read a template's parameters; what is escaped in them means itself again."""
    template, *rest = mwparserfromhell.parse(wikitext).nodes
    assert rest == []
    assert template.name.strip() == "cite news"
    assert not mwparserfromhell.parse("".join(str(p.value) for p in template.params)).filter_wikilinks()
    return {str(p.name).strip(): html.unescape(str(p.value)).rstrip() for p in template.params}


def test_wikipedia_keeps_a_chinese_title_apart():
    assert parameters(citations.wikipedia(FERRY)) == {
        "author1": "林小鷗",
        "author2": "南灣新聞記者",
        "date": "2019-06-02",
        "script-title": "zh:渡輪照常開出　碼頭人多",
        "newspaper": "Harbour Light",
        "language": "zh-hk",
        "url": WAYBACK.split("06/", 1)[1],
        "url-status": "dead",
        "archive-url": WAYBACK,
        "archive-date": "2021-12-30",
    }


INFERRED = "<!-- inferred by the archive -->"


def test_wikipedia_is_told_in_a_comment_that_a_date_is_inferred():
    for edition in ("en", "zh"):
        written = citations.wikipedia(dataclasses.replace(FERRY, date_inferred=True), edition)
        assert f"|date=2019-06-02{INFERRED} |" in written
        assert mwparserfromhell.parse(written).strip_code() == ""


def test_the_chinese_wikipedia_has_it_as_title():
    read = parameters(citations.wikipedia(FERRY, "zh"))
    assert (read["title"], read["newspaper"]) == ("渡輪照常開出　碼頭人多", "南灣新聞")
    assert "script-title" not in read


def test_wikipedia_without_a_saved_copy_leads_here():
    read = parameters(citations.wikipedia(BARE))
    assert read["url"] == "https://archive.example/article/12/"
    assert not {"archive-url", "archive-date", "url-status", "author", "date"} & set(read)


def test_a_newspaper_without_a_latin_name():
    read = parameters(citations.wikipedia(dataclasses.replace(FERRY, publication_en="")))
    assert read["script-newspaper"] == "zh:南灣新聞"
    assert "newspaper" not in read


@pytest.mark.parametrize(
    ("language", "code"), [("zh-Hant-HK", "zh-hk"), ("zh-Hant", "zh-hant"), ("en", "en"), ("en-GB", "en-gb")]
)
def test_languages_are_those_that_wikipedia_knows(language: str, code: str):
    assert parameters(citations.wikipedia(dataclasses.replace(FERRY, language=language)))["language"] == code


@given(records, st.sampled_from(["en", "zh"]))
def test_nothing_in_a_citation_is_wikitext(citation: Citation, edition: str):
    written = citations.wikipedia(citation, edition)
    read = parameters(written)
    title = read.get("title") or read["script-title"].removeprefix("zh:")
    assert title.strip() == one_line(citation.title).strip()
    names = [value for name, value in read.items() if name.startswith("author")]
    assert [name.strip() for name in names] == [one_line(author.name).strip() for author in citation.authors]
    assert "\n" not in written
    inner = written.removeprefix("{{").removesuffix("}}").replace(INFERRED, "", citation.date_inferred)
    assert not re.search(r"\{\{|\}\}|\[|\]|''|~~~|__|<|>", inner)


# BibTeX


def entry_of(text: str) -> tuple[str, dict[str, str]]:
    """Read the one entry of a BibTeX file, its LaTeX decoded."""
    library = bibtexparser.parse_string(text, append_middleware=[LatexDecodingMiddleware()])
    assert library.failed_blocks == []
    (entry,) = library.entries
    return entry.key, {field.key: field.value for field in entry.fields}


def names_in(author: str) -> list[str]:
    """Read the names as BibTeX does: those in braces are whole."""
    return re.findall(r"\{((?:[^{}]|\{\})*)\}", author)


def test_bibtex():
    text = citations.bibtex(FERRY)
    assert "  author = {{林小鷗} and {南灣新聞記者}},\n  title = {{渡輪照常開出　碼頭人多}},\n" in text
    key, fields = entry_of(text)
    assert key == "harbour-light-12"
    assert fields["journal"] == "南灣新聞"
    assert (fields["year"], fields["month"], fields["date"]) == ("2019", "jun", "2019-06-02")
    assert fields["urldate"] == "2021-12-30"
    # a URL is verbatim to BibTeX; the library's decoder takes what follows % for a comment
    assert bibtexparser.parse_string(text).entries[0]["url"] == WAYBACK
    assert fields["keywords"] == "渡輪, 碼頭 海港"


def test_bibtex_says_that_a_date_is_inferred():
    assert entry_of(citations.bibtex(dataclasses.replace(FERRY, date_inferred=True)))[1]["note"] == "Date inferred"
    assert not {"date", "year", "note", "author", "urldate"} & set(entry_of(citations.bibtex(BARE))[1])


def unlatex(text: str) -> str:
    """Undo the escapes of LaTeX, whatever they stand for."""
    names = {"textbackslash": "\\", "textbraceleft": "{", "textbraceright": "}", "textasciitilde": "~"}
    names["textasciicircum"] = "^"
    return re.sub(r"\\(?:(text\w+)\{\}|(.))", lambda match: names[match[1]] if match[1] else match[2], text)


@given(records)
def test_bibtex_can_be_read_back_whatever_the_text(citation: Citation):
    library = bibtexparser.parse_string(citations.bibtex(citation))
    assert library.failed_blocks == []
    (entry,) = library.entries
    fields = {field.key: field.value for field in entry.fields}
    assert unlatex(fields["title"].removeprefix("{").removesuffix("}")) == one_line(citation.title)
    assert [unlatex(name) for name in names_in(fields.get("author", ""))] == [
        one_line(author.name) for author in citation.authors
    ]
    assert fields["url"].isascii()


# RIS


def record_of(text: str) -> dict:
    """Read the one record of a RIS file."""
    (record,) = rispy.loads(text)
    return record


def test_ris():
    record = record_of(citations.ris(FERRY))
    assert record["type_of_reference"] == "NEWS"
    assert record["authors"] == ["林小鷗", "南灣新聞記者"]
    assert record["title"] == "渡輪照常開出　碼頭人多"
    assert record["secondary_title"] == "南灣新聞"
    assert (record["year"], record["date"], record["access_date"]) == ("2019", "2019/06/02", "2021/12/30")
    assert record["keywords"] == ["渡輪", "碼頭, 海港"]
    assert record["urls"] == [WAYBACK]
    assert record["section"] == "要聞"


def test_ris_without_much():
    record = record_of(citations.ris(BARE))
    assert record["urls"] == ["https://archive.example/article/12/"]
    assert not {"year", "date", "authors", "access_date", "notes"} & set(record)


@given(records)
def test_ris_can_be_read_back_whatever_the_text(citation: Citation):
    text = citations.ris(citation)
    record = record_of(text)
    assert record["title"] == one_line(citation.title)
    assert record.get("authors", []) == [one_line(author.name) for author in citation.authors]
    assert record.get("keywords", []) == [one_line(tag) for tag in citation.tags]
    assert record["abstract"] == one_line(citation.abstract)
    assert all(re.match("[A-Z][A-Z0-9]  - ", line) for line in text.splitlines())


# CSL-JSON


def rendered(citation: Citation) -> str:
    """Set a citation with citeproc, in the style that comes with it."""
    source = CiteProcJSON(json.loads(citations.csl_json(citation)))
    style = CitationStylesStyle("harvard-cite-them-right", validate=False)
    bibliography = CitationStylesBibliography(style, source, formatter.plain)
    bibliography.register(Cited([CitationItem(citations.key(citation))]))
    return str(bibliography.bibliography()[0])


def test_csl():
    (item,) = json.loads(citations.csl_json(FERRY))
    assert item["type"] == "article-newspaper"
    assert item["author"] == [{"literal": "林小鷗"}, {"literal": "南灣新聞記者"}]
    assert item["issued"] == {"date-parts": [[2019, 6, 2]]}
    assert item["accessed"] == {"date-parts": [[2021, 12, 30]]}
    assert item["URL"] == WAYBACK


def test_csl_says_that_a_date_is_inferred():
    (item,) = json.loads(citations.csl_json(dataclasses.replace(FERRY, date_inferred=True)))
    assert item["issued"] == {"date-parts": [[2019, 6, 2]], "circa": True}


@pytest.mark.parametrize("citation", [FERRY, ENGLISH])
def test_a_processor_of_csl_sets_it(citation: Citation):
    text = rendered(citation)
    for part in (*(author.name for author in citation.authors), citation.title, citation.publication, "2019"):
        assert part in text


@given(records)
def test_csl_has_no_empty_field(citation: Citation):
    (item,) = json.loads(citations.csl_json(citation))
    assert all(item.values())
    assert item["title"] == one_line(citation.title)


# COinS


def test_coins():
    read = parse_qs(citations.coins(FERRY))
    assert read["ctx_ver"] == ["Z39.88-2004"]
    assert read["rft.title"] == ["渡輪照常開出　碼頭人多"]
    assert read["rft.creator"] == ["林小鷗", "南灣新聞記者"]
    assert read["rft.identifier"] == ["https://archive.example/article/12/"]
    assert "rft.date" not in parse_qs(citations.coins(BARE))


# What they share


@given(st.text(st.one_of(st.sampled_from(SPECIAL), st.characters())))
def test_one_line_has_no_control_character(text: str):
    line = one_line(text)
    assert len(line.splitlines()) <= 1
    assert not [character for character in line if unicodedata.category(character) in ("Cc", "Cs")]
    assert one_line(line) == line


@given(texts)
def test_urls_need_no_escaping_and_stay_the_same(text: str):
    url = citations.ascii_url(f"https://x.example/{text}")
    assert re.fullmatch(r"[!-~]+", url)
    assert not set(url) & set("<>[]{}|\\^`\"' ")
    assert citations.ascii_url(url) == url


def test_every_file_has_a_type():
    assert set(citations.BY_SUFFIX) == {"txt", "bib", "ris", "json"}
    assert all(one.content_type for one in citations.BY_SUFFIX.values())
