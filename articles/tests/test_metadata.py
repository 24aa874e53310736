"""What an article's page says of itself to machines."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime

import pytest

from articles import metadata
from articles.citations import Citation, Signature
from articles.metadata import Image, Page

HERE = "https://archive.example/article/12/"
CITATION = Citation(
    source_id="12",
    title="渡輪照常開出",
    language="zh-Hant-HK",
    authors=(
        Signature("林小鷗", url="https://archive.example/author/lam/"),
        Signature("南灣新聞記者", is_person=False),
    ),
    publication="南灣新聞",
    publication_en="Harbour Light",
    published_on=date(2019, 6, 2),
    date_inferred=False,
    section="要聞",
    tags=("渡輪", "碼頭"),
    abstract="清晨的海港。",
    original_url="https://www.harbourlight.example/article/12/渡輪",
    wayback_url="https://web.archive.org/web/20211230234506/https://www.harbourlight.example/article/12/渡輪",
    captured_at=datetime(2021, 12, 30, 23, 45, 6, tzinfo=UTC),
    here=HERE,
)
PAGE = Page(
    citation=CITATION,
    site_name="南灣新聞",
    site_url="https://archive.example/",
    section_url="https://archive.example/section/top-stories/",
    updated_at=datetime(2019, 6, 3, 1, 2, tzinfo=UTC),
    images=(Image("https://archive.example/media/一.jpg", "碼頭", "林小鷗攝"),),
    corrections=((datetime(2022, 1, 1, tzinfo=UTC), "A wrong name."),),
)
BARE = dataclasses.replace(
    PAGE,
    citation=dataclasses.replace(
        CITATION, authors=(), published_on=None, section="", tags=(), abstract="", original_url="", wayback_url="",
        captured_at=None,
    ),
    section_url="", updated_at=None, images=(), corrections=(),
)  # fmt: skip


def all_of(pairs: metadata.Pairs, name: str) -> list[str]:
    return [value for key, value in pairs if key == name]


def test_highwire():
    pairs = metadata.highwire(CITATION)
    assert all_of(pairs, "citation_author") == ["林小鷗", "南灣新聞記者"]
    assert all_of(pairs, "citation_publication_date") == ["2019/06/02"]
    assert all_of(pairs, "citation_keywords") == ["渡輪", "碼頭"]
    assert all_of(pairs, "citation_public_url") == [HERE]


def test_dublin_core_names_the_kind_that_zotero_knows_first():
    pairs = metadata.dublin_core(CITATION)
    assert all_of(pairs, "DC.type") == ["newspaperArticle", "Text"]
    assert all_of(pairs, "DC.date") == ["2019-06-02"]
    assert all_of(pairs, "DC.source") == [CITATION.original_url]


def test_open_graph():
    pairs = metadata.open_graph(PAGE)
    assert dict(pairs) | {"article:tag": ""} == {
        "og:type": "article",
        "og:title": "渡輪照常開出",
        "og:url": HERE,
        "og:description": "清晨的海港。",
        "og:site_name": "南灣新聞",
        "og:locale": "zh_HK",
        "og:image": "https://archive.example/media/%E4%B8%80.jpg",
        "og:image:alt": "碼頭",
        "article:published_time": "2019-06-02",
        "article:modified_time": "2019-06-03T01:02:00+00:00",
        "article:section": "要聞",
        "article:author": "https://archive.example/author/lam/",
        "article:tag": "",
    }
    assert all_of(pairs, "article:tag") == ["渡輪", "碼頭"]
    assert metadata.twitter_card(PAGE) == [("twitter:card", "summary_large_image")]
    assert metadata.twitter_card(BARE) == [("twitter:card", "summary")]


@pytest.mark.parametrize(("language", "locale"), [("zh-Hant-HK", ["zh_HK"]), ("en-GB", ["en_GB"]), ("en", [])])
def test_a_locale_has_a_country(language: str, locale: list[str]):
    page = dataclasses.replace(PAGE, citation=dataclasses.replace(CITATION, language=language))
    assert all_of(metadata.open_graph(page), "og:locale") == locale


def test_nothing_is_said_of_what_is_not_known():
    for pairs in (metadata.highwire(BARE.citation), metadata.dublin_core(BARE.citation), metadata.open_graph(BARE)):
        assert all(value for _, value in pairs)
    article, _ = metadata.json_ld(BARE)["@graph"]
    assert not {"datePublished", "dateModified", "image", "isBasedOn", "archivedAt", "correction"} & set(article)
    assert all(value not in ("", [], None) for value in article.values())


def test_the_article_in_json_ld():
    article, _ = metadata.json_ld(PAGE)["@graph"]
    assert article["@type"] == "NewsArticle"
    assert article["author"] == [
        {"@type": "Person", "name": "林小鷗", "url": "https://archive.example/author/lam/"},
        {"@type": "Organization", "name": "南灣新聞記者"},
    ]
    assert article["publisher"] == {
        "@type": "NewsMediaOrganization",
        "name": "南灣新聞",
        "alternateName": "Harbour Light",
    }
    assert (article["datePublished"], article["dateModified"]) == ("2019-06-02", "2019-06-03T01:02:00+00:00")
    assert (article["isBasedOn"], article["archivedAt"]) == (CITATION.original_url, CITATION.wayback_url)
    assert article["correction"] == [
        {"@type": "CorrectionComment", "datePublished": "2022-01-01T00:00:00+00:00", "text": "A wrong name."}
    ]


def test_an_unsigned_story_is_the_newsrooms():
    article, _ = metadata.json_ld(BARE)["@graph"]
    assert article["author"] == [article["publisher"]]


def test_only_the_first_pictures_are_named():
    page = dataclasses.replace(PAGE, images=PAGE.images * 40)
    assert len(metadata.json_ld(page)["@graph"][0]["image"]) == metadata.IMAGES


def test_the_way_to_the_article():
    _, way = metadata.json_ld(PAGE)["@graph"]
    steps = [(step["position"], step["name"], step["item"]) for step in way["itemListElement"]]
    assert steps == [
        (1, "南灣新聞", "https://archive.example/"),
        (2, "要聞", "https://archive.example/section/top-stories/"),
        (3, "渡輪照常開出", HERE),
    ]
    assert len(metadata.json_ld(BARE)["@graph"][1]["itemListElement"]) == 2


def test_memento_links():
    original = "https://www.harbourlight.example/article/12/%E6%B8%A1%E8%BC%AA"
    assert metadata.memento_links(CITATION).split(", <") == [
        f'<{original}>; rel="original"',
        f'https://web.archive.org/web/{original}>; rel="timegate"',
        f"https://web.archive.org/web/20211230234506/{original}>; "
        'rel="memento"; datetime="Thu, 30 Dec 2021 23:45:06 GMT"',
    ]


@pytest.mark.parametrize("url", ["", "https://x.example/" + "a" * 3000, "https://x.example/" + "海" * 300])
def test_addresses_that_no_header_should_carry_are_left_out(url: str):
    assert metadata.memento_links(dataclasses.replace(CITATION, original_url=url, wayback_url=url)) == ""


def test_nothing_ends_a_header():
    hostile = 'https://x.example/a\r\nSet-Cookie: a=b>; rel="x", <y'
    links = metadata.memento_links(dataclasses.replace(CITATION, original_url=hostile, wayback_url=hostile))
    assert links.isascii()
    assert not set("\r\n") & set(links)
    assert links.count("<") == links.count(">") == 3
