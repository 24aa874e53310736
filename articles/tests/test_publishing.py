"""A withheld article is gone everywhere at once, and comes back whole."""

import pytest
from django.urls import reverse

from articles import bulk, derived, publishing
from articles.models import Article, BulkChange
from articles.search import index
from articles.tests.factories import make_article, make_capture, make_figure

pytestmark = pytest.mark.django_db


@pytest.fixture
def stories():
    """Return two articles of one day that share everything; the first will be withheld."""
    index.ensure()
    found = [
        make_article(number, title=f"霓虹渡輪{name}", authors=["林小鷗"], tags=["渡輪"], body=f"霓虹碼頭{name}。")
        for number, name in (("60001", "停航"), ("60002", "復航"))
    ]
    make_figure(found[0])
    make_capture("60003", article=found[0])
    derived.rebuild(found)
    return found


PUBLIC = (
    reverse("articles:home"),
    reverse("articles:archive"),
    reverse("articles:year", args=[2021]),
    reverse("articles:month", args=[2021, 12]),
    reverse("articles:day", args=[2021, 12, 28]),
    reverse("articles:feed"),
    reverse("sitemap-index"),
    reverse("articles:search") + "?q=霓虹",
    reverse("articles:search-suggest") + "?q=霓虹",
)


def everywhere(client, story):
    """Return all that readers get to see, but for the article's own page."""
    places = [story.section, *story.bylines_in_order(), *story.tags.all()]
    addresses = [*PUBLIC, *(place.get_absolute_url() for place in places)]
    addresses += [f"/sitemap-{name}.xml" for name in ("articles", "sections", "tags", "authors")]
    addresses.append(Article.objects.exclude(pk=story.pk).get().get_absolute_url())
    return {address: client.get(address).content.decode() for address in addresses}


def named(pages, story):
    return [url for url, content in pages.items() if story.title in content or story.get_absolute_url() in content]


@pytest.mark.parametrize("status", ["withheld", "review"])
def test_gone_at_once_and_back_at_once(client, stories, status):
    first, second = stories
    shown = named(everywhere(client, first), first)
    assert len(shown) > 10
    publishing.set_status([first.pk], status, notice="應作者要求。", reason="來信存檔")
    pages = everywhere(client, first)
    assert named(pages, first) == []
    assert len(named(pages, second)) > 10
    assert index.disagreements() == []
    assert not [url for url, content in pages.items() if "來信存檔" in content]
    publishing.set_status([first.pk], "published")
    assert named(everywhere(client, first), first) == shown
    assert index.disagreements() == []


def test_the_address_answers_with_the_notice(client, stories):
    publishing.set_status([stories[0].pk], "withheld", notice="應<b>作者</b>要求。", reason="來信存檔")
    response = client.get(stories[0].get_absolute_url())
    assert response.status_code == 410
    content = response.content.decode()
    assert "應&lt;b&gt;作者&lt;/b&gt;要求。" in content
    for text in ("來信存檔", stories[0].title, "霓虹碼頭停航", "林小鷗"):
        assert text not in content
    for address in ("/article/60003/", "/article/60001/old/title"):
        assert client.get(address, follow=True).status_code == 410


def test_notice_and_reason_go_with_the_state(stories):
    first = stories[0]
    publishing.set_status([first.pk], "withheld", notice=" 應作者要求。 ", reason="來信")
    publishing.set_status([first.pk], "review", notice="不留", reason="再看")
    first.refresh_from_db()
    assert (first.status, first.notice, first.status_reason) == ("review", "", "再看")
    publishing.set_status([first.pk], "published", reason="不留")
    first.refresh_from_db()
    assert (first.status, first.notice, first.status_reason) == ("published", "", "")


def test_only_what_changes_is_counted(stories):
    first, second = stories
    assert publishing.set_status([first.pk], "review") == [first.pk]
    assert publishing.set_status([first.pk, second.pk, 0], "review") == [second.pk]


def test_a_step_and_its_undoing_reach_search(client, stories):
    publishing.set_status([stories[1].pk], "withheld", notice="應作者要求。", reason="來信")
    both = [story.pk for story in stories]
    step = bulk.set_status(both, "review", reason="存疑", editor=None)
    assert bulk.set_status(both, "review", reason="存疑", editor=None) is None
    assert BulkChange.objects.count() == 1
    assert client.get(stories[0].get_absolute_url()).status_code == 404
    report = bulk.undo(step, reason="誤按", editor=None)
    assert (report.given_back, report.kept_statuses) == (2, [])
    assert client.get(stories[0].get_absolute_url()).status_code == 200
    assert "應作者要求。" in client.get(stories[1].get_absolute_url()).content.decode()
    assert index.disagreements() == []


@pytest.mark.parametrize(
    ("status", "words", "message"),
    [("withheld", {"reason": " "}, "Say why"), ("burnt", {}, "no such status"), ("", {}, "no such status")],
)
def test_nonsense_is_refused(stories, status, words, message):
    with pytest.raises(publishing.PublishingError, match=message):
        publishing.set_status([stories[0].pk], status, **words)
    with pytest.raises(publishing.PublishingError, match="At most"):
        publishing.set_status(range(2000), "review")
    assert set(Article.objects.values_list("status", flat=True)) == {"published"}
