"""The list of corrections, and its feed."""

from xml.etree import ElementTree

import pytest
from django.test import Client

from articles.models import Article, Correction
from articles.tests.factories import make_article, make_correction

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"
URLS = ("/corrections/", "/corrections/feed/")


def body_of(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


def entries(client: Client) -> list[ElementTree.Element]:
    return list(ElementTree.fromstring(body_of(client, "/corrections/feed/")).iter(f"{ATOM}entry"))  # noqa: S314  ours


@pytest.mark.parametrize("url", URLS)
def test_tells_only_what_is_public(client: Client, url: str) -> None:
    make_correction(make_article("1", title="可見"), reason="Public.")
    make_correction(make_article("2", title="可見"), reason="Minor.", is_minor=True)
    for number, status in enumerate((Article.Status.WITHHELD, Article.Status.REVIEW), 3):
        make_correction(make_article(str(number), title="不可見", status=status), reason="Hidden.")
    body = body_of(client, url)
    assert "Public." in body
    assert "Minor." not in body
    assert "Hidden." not in body
    assert "不可見" not in body


def test_shows_differences_newest_first(client: Client) -> None:
    story = make_article("1", title="海 <港>")
    make_correction(story, before="渡輪關出", after="渡輪開出", reason="First <reason>.")
    make_correction(story, field="authors", before=["林小鷗"], after=["林小鷗", "周望潮"], reason="Second.")
    html = body_of(client, "/corrections/")
    assert html.index("Second.") < html.index("First &lt;reason&gt;.")
    assert "海 &lt;港&gt;" in html
    assert "關<span" in html
    assert "2 corrections" in html
    assert f'href="/article/1/record/#correction-{Correction.objects.first().pk}"' in html  # type: ignore[union-attr]
    assert "by an editor of this archive" in html


def test_folds_what_a_text_kept(client: Client) -> None:
    text = "\n\n".join(f"第{number:03}段：清晨的海港，渡輪照常開出。" for number in range(100))
    changed = text.replace("第050段：清晨", "第050段：黃昏")
    make_correction(make_article("1"), field="body", before=text, after=changed)
    html = body_of(client, "/corrections/")
    assert html.count("<details") == 2
    assert "清晨<span" in html
    (entry,) = entries(client)
    content = entry.findtext(f"{ATOM}content", "")
    assert "<del>清晨</del><ins>黃昏</ins>" in content
    assert len(content) < 1_500


def test_a_correction_of_the_marks_alone_is_shown_too(client: Client) -> None:
    before, after = "見[前文](https://a.example/)。", "見[前文](https://b.example/)。"
    make_correction(make_article("1"), field="body", before=before, after=after)
    assert ".example/" in body_of(client, "/corrections/")


def test_is_paginated(client: Client) -> None:
    story = make_article("1")
    for number in range(31):
        make_correction(story, reason=f"No. {number:02}.")
    assert "No. 30." in body_of(client, "/corrections/")
    assert "No. 00." not in body_of(client, "/corrections/")
    assert "No. 00." in body_of(client, "/corrections/?page=2")
    assert client.get("/corrections/?page=3").status_code == 404
    assert client.get("/corrections/?page=x").status_code == 404


def test_an_empty_list_says_so(client: Client) -> None:
    assert "No article has been corrected yet." in body_of(client, "/corrections/")
    assert entries(client) == []


def test_a_feed_entry_leads_to_the_record(client: Client) -> None:
    row = make_correction(make_article("1", title="海 & 港\x02"), reason="A\x08 typo.")
    (entry,) = entries(client)
    assert entry.findtext(f"{ATOM}title") == "海 & 港: title"
    link = entry.find(f"{ATOM}link")
    assert link is not None
    assert link.get("href") == f"http://127.0.0.1:8000/article/1/record/#correction-{row.pk}"
    assert entry.findtext(f"{ATOM}summary") == "A typo."
    assert entry.findtext(f"{ATOM}id") == f"tag:127.0.0.1,{row.created_at:%Y-%m-%d}:/corrections/{row.pk}/"
    assert entry.findtext(f"{ATOM}author/{ATOM}name") == "An editor of this archive"
    assert entry.findtext(f"{ATOM}updated") == row.created_at.isoformat()


def test_the_id_of_an_entry_stays_when_its_article_gets_another_number(client: Client) -> None:
    story = make_article("9")
    make_correction(story)
    before = entries(client)[0].findtext(f"{ATOM}id")
    story.source_id = "8"
    story.save()
    assert entries(client)[0].findtext(f"{ATOM}id") == before


@pytest.mark.parametrize("url", URLS)
def test_asks_few_queries(client: Client, django_assert_max_num_queries, url: str) -> None:  # type: ignore[no-untyped-def]
    for number in range(40):
        make_correction(make_article(str(number)), field="tags", before=["a"], after=["b"])
    with django_assert_max_num_queries(8):
        body_of(client, url)
