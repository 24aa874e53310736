"""One tag leads to another: the old address, search, the record, and the way back."""

import pytest
from django.urls import reverse

from articles import derived, tagging
from articles.models import Tag, TagMerge
from articles.roles import CHIEF_EDITORS, EDITORS
from articles.search import index
from articles.search.queries import Search, search
from articles.tests.admin.roles import make_user
from articles.tests.factories import make_article, make_tag

pytestmark = pytest.mark.django_db


@pytest.fixture
def stories():
    index.ensure()
    make_tag("街渡", alias_of=make_tag("小輪"))
    found = [
        make_article(f"6000{n}", title=f"第{n}班", tags=[name]) for n, name in enumerate(("渡輪", "小輪", "街渡"), 1)
    ]
    derived.rebuild(found)
    return found


def found(text):
    return search(Search(f"tag:{text}")).total


def aliases():
    return dict(Tag.objects.filter(alias_of__isnull=False).values_list("name", "alias_of__name"))


def test_merge_and_undo(client, stories):
    assert (found("渡輪"), found("小輪")) == (1, 2)
    old, new = Tag.objects.get(name="小輪").get_absolute_url(), Tag.objects.get(name="渡輪").get_absolute_url()
    row = tagging.merge("小輪", "渡輪", reason="同一樣船", editor=None)
    assert aliases() == {"小輪": "渡輪", "街渡": "渡輪"}
    assert (row.moved, row.reason) == (["街渡"], "同一樣船")
    assert client.get(old)["Location"] == new
    assert all(f"第{n}班" in client.get(new).content.decode() for n in (1, 2, 3))
    assert (found("渡輪"), found("小輪"), found("街渡")) == (3, 3, 3)
    assert index.disagreements() == []
    tagging.undo(row)
    assert aliases() == {"街渡": "小輪"}
    assert client.get(old).status_code == 200
    assert (found("渡輪"), found("小輪")) == (1, 2)
    assert index.disagreements() == []
    with pytest.raises(tagging.TaggingError, match="undone already"):
        tagging.undo(row)


def test_merging_again_says_nothing_new(stories):
    assert tagging.merge("街渡", "小輪", editor=None) is None
    assert tagging.merge("小輪", "街渡", editor=None) is None
    assert not TagMerge.objects.exists()


def test_an_alias_stands_for_its_tag(stories):
    tagging.merge("渡輪", "街渡", editor=None)
    assert aliases() == {"街渡": "小輪", "渡輪": "小輪"}


@pytest.mark.parametrize(
    ("name", "into", "message"), [("街渡", "渡輪", "leads to “小輪”"), ("無", "渡輪", "no tag “無”")]
)
def test_what_cannot_be_done_is_said(stories, name, into, message):
    with pytest.raises(tagging.TaggingError, match=message):
        tagging.merge(name, into, editor=None)
    assert aliases() == {"街渡": "小輪"}


def test_a_merge_is_not_undone_once_the_tag_leads_elsewhere(stories):
    row = tagging.merge("小輪", "渡輪", editor=None)
    tagging.release("小輪")
    row.refresh_from_db()
    assert row.undone_at
    other = tagging.merge("小輪", "渡輪", editor=None)
    Tag.objects.filter(name="小輪").update(alias_of=None)
    with pytest.raises(tagging.TaggingError, match="does not lead"):
        tagging.undo(other)
    with pytest.raises(tagging.TaggingError, match="is no alias"):
        tagging.release("小輪")


def test_an_alias_without_a_record_is_released(stories):
    tagging.release("街渡")
    assert aliases() == {}
    assert found("小輪") == 1
    assert index.disagreements() == []


def test_only_unused_tags_are_removed(stories):
    make_tag("無人用")
    make_tag("小艇", alias_of=Tag.objects.get(name="渡輪"))
    assert tagging.remove_unused(Tag.objects.values_list("pk", flat=True)) == 1
    assert set(Tag.objects.values_list("name", flat=True)) == {"渡輪", "小輪", "街渡", "小艇"}


class TestDesk:
    LIST = reverse("admin:articles_tag_changelist")

    def act(self, client, action, *names, **data):
        chosen = list(Tag.objects.filter(name__in=names).values_list("pk", flat=True))
        return client.post(self.LIST, {"action": action, "_selected_action": chosen} | data, follow=True)

    def test_merge_asks_which_stays_and_is_undone(self, client, stories):
        client.force_login(make_user(CHIEF_EDITORS))
        assert "two tags or more" in self.act(client, "merge", "渡輪").content.decode()
        assert "渡輪 (1 article)" in self.act(client, "merge", "渡輪", "小輪").content.decode()
        assert aliases() == {"街渡": "小輪"}
        self.act(client, "merge", "渡輪", "小輪", apply="1", stays="渡輪", reason="同一樣船")
        assert aliases() == {"小輪": "渡輪", "街渡": "渡輪"}
        row = TagMerge.objects.get()
        assert (
            "Undo this merge" in client.get(reverse("admin:articles_tagmerge_change", args=[row.pk])).content.decode()
        )
        undo = reverse("admin:articles_tagmerge_undo", args=[row.pk])
        assert "stands for itself" in client.post(undo, follow=True).content.decode()
        assert aliases() == {"街渡": "小輪"}
        assert "undone already" in client.post(undo, follow=True).content.decode()

    def test_what_cannot_be_merged_is_said_and_nothing_is(self, client, stories):
        client.force_login(make_user(CHIEF_EDITORS))
        make_tag("船")
        response = self.act(client, "merge", "渡輪", "街渡", "船", apply="1", stays="渡輪")
        assert "leads to “小輪” already" in response.content.decode()
        assert aliases() == {"街渡": "小輪"}
        self.act(client, "merge", "渡輪", "船", apply="1", stays="小輪")
        assert aliases() == {"街渡": "小輪"}

    def test_the_form_goes_by_way_of_the_record(self, client, stories):
        client.force_login(make_user(CHIEF_EDITORS))
        url = reverse("admin:articles_tag_change", args=[Tag.objects.get(name="小輪").pk])
        client.post(url, {"alias_of": Tag.objects.get(name="渡輪").pk})
        assert TagMerge.objects.get().moved == ["街渡"]
        client.post(url, {"alias_of": ""})
        assert aliases() == {"街渡": "小輪"}
        assert index.disagreements() == []

    def test_editors_make_tags_and_merge_none(self, client, stories):
        client.force_login(make_user(EDITORS))
        client.post(reverse("admin:articles_tag_add"), {"name": "船", "alias_of": Tag.objects.get(name="渡輪").pk})
        assert Tag.objects.get(name="船").alias_of is None

    def test_unused_ones_are_listed_and_removed(self, client, stories):
        client.force_login(make_user(CHIEF_EDITORS))
        make_tag("無人用")
        assert [tag.name for tag in client.get(self.LIST, {"use": "none"}).context["cl"].queryset] == ["無人用"]
        response = self.act(client, "remove_unused", "無人用", "渡輪")
        assert "1 unused tag was removed." in response.content.decode()
        assert set(Tag.objects.values_list("name", flat=True)) == {"渡輪", "小輪", "街渡"}
