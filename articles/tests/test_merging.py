"""One tag or author leads to another: the old address, search, the record, and the way back."""

import pytest
from django.urls import reverse

from articles import corrections, derived, grouping, merging
from articles.importer.suggestions import name_alone
from articles.models import Author, AuthorMerge, Byline, Suggestion, Tag, TagMerge
from articles.roles import CHIEF_EDITORS, EDITORS
from articles.search import index
from articles.search.queries import Search, search
from articles.tests.admin.roles import make_user
from articles.tests.factories import make_article, make_author, make_tag
from articles.tests.importer.newsroom import import_once, page

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
    row = merging.merge(Tag, "小輪", "渡輪", reason="同一樣船", editor=None)
    assert aliases() == {"小輪": "渡輪", "街渡": "渡輪"}
    assert (row.moved, row.reason) == (["街渡"], "同一樣船")
    assert client.get(old)["Location"] == new
    assert all(f"第{n}班" in client.get(new).content.decode() for n in (1, 2, 3))
    assert (found("渡輪"), found("小輪"), found("街渡")) == (3, 3, 3)
    assert index.disagreements() == []
    merging.undo(row)
    assert aliases() == {"街渡": "小輪"}
    assert client.get(old).status_code == 200
    assert (found("渡輪"), found("小輪")) == (1, 2)
    assert index.disagreements() == []
    with pytest.raises(merging.MergingError, match="undone already"):
        merging.undo(row)


def test_merging_again_says_nothing_new(stories):
    assert merging.merge(Tag, "街渡", "小輪", editor=None) is None
    assert merging.merge(Tag, "小輪", "街渡", editor=None) is None
    assert not TagMerge.objects.exists()


def test_an_alias_stands_for_its_tag(stories):
    merging.merge(Tag, "渡輪", "街渡", editor=None)
    assert aliases() == {"街渡": "小輪", "渡輪": "小輪"}


@pytest.mark.parametrize(
    ("name", "into", "message"), [("街渡", "渡輪", "leads to “小輪”"), ("無", "渡輪", "“無” is not there")]
)
def test_what_cannot_be_done_is_said(stories, name, into, message):
    with pytest.raises(merging.MergingError, match=message):
        merging.merge(Tag, name, into, editor=None)
    assert aliases() == {"街渡": "小輪"}


def test_a_merge_is_not_undone_once_the_tag_leads_elsewhere(stories):
    row = merging.merge(Tag, "小輪", "渡輪", editor=None)
    merging.release(Tag, "小輪")
    row.refresh_from_db()
    assert row.undone_at
    other = merging.merge(Tag, "小輪", "渡輪", editor=None)
    Tag.objects.filter(name="小輪").update(alias_of=None)
    with pytest.raises(merging.MergingError, match="does not lead"):
        merging.undo(other)
    with pytest.raises(merging.MergingError, match="is no alias"):
        merging.release(Tag, "小輪")


def test_an_alias_without_a_record_is_released(stories):
    merging.release(Tag, "街渡")
    assert aliases() == {}
    assert found("小輪") == 1
    assert index.disagreements() == []


def test_only_unused_tags_are_removed(stories):
    make_tag("無人用")
    make_tag("小艇", alias_of=Tag.objects.get(name="渡輪"))
    assert merging.remove_unused(Tag, Tag.objects.values_list("pk", flat=True)) == 1
    assert set(Tag.objects.values_list("name", flat=True)) == {"渡輪", "小輪", "街渡", "小艇"}


class TestDesk:
    LIST = reverse("admin:articles_tag_changelist")

    def act(self, client, action, *names, **data):
        chosen = list(Tag.objects.filter(name__in=names).values_list("pk", flat=True))
        return client.post(self.LIST, {"action": action, "_selected_action": chosen} | data, follow=True)

    def test_merge_asks_which_stays_and_is_undone(self, client, stories):
        client.force_login(make_user(CHIEF_EDITORS))
        assert "Choose two or more" in self.act(client, "merge", "渡輪").content.decode()
        asked = self.act(client, "merge", "渡輪", "小輪").content.decode()
        assert "渡輪 (1 article)" in asked
        assert "It can be undone" in asked
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
        assert "1 unused name was removed." in response.content.decode()
        assert set(Tag.objects.values_list("name", flat=True)) == {"渡輪", "小輪", "街渡"}


class TestAuthors:
    OLD, NEW = "記者林勵", "林勵"

    @pytest.fixture
    def stories(self):
        index.ensure()
        made = [
            make_article("61001", title="第一班", authors=[self.OLD, "白鷺"]),
            make_article("61002", title="第二班", authors=[self.NEW]),
        ]
        derived.rebuild(made)
        return made

    def by(self, name):
        return search(Search(f"author:{name}"))

    def test_merge_and_undo(self, client, stories):
        old, new = (Author.objects.get(name=name).get_absolute_url() for name in (self.OLD, self.NEW))
        assert (self.by(self.OLD).total, self.by(self.NEW).total) == (1, 2)  # the longer name has the shorter one
        record = merging.merge(Author, self.OLD, self.NEW, reason="同一人", editor=None)
        assert isinstance(record, AuthorMerge)
        assert client.get(old)["Location"] == new
        listed = client.get(new).content.decode()
        assert "第一班" in listed
        assert "第二班" in listed
        assert self.OLD in listed
        story = client.get(stories[0].get_absolute_url()).content.decode()
        assert f">{self.NEW}</a>" in story
        assert f">{self.OLD}</a>" not in story
        assert new in story
        assert (self.by(self.OLD).total, self.by(self.NEW).total) == (2, 2)
        bylines = {"".join(piece.text for piece in hit.byline) for hit in self.by(self.NEW).hits}
        assert bylines == {"林勵、白鷺", "林勵"}
        facets = search(Search("班")).facets["author"]
        assert {value.name: value.count for value in facets} == {"林勵": 2, "白鷺": 1}
        assert search(Search(author=Author.objects.get(name=self.OLD).slug)).total == 2
        assert index.disagreements() == []
        # the record of the article is what the newsroom signed
        assert corrections.current_value(stories[0], "authors") == [self.OLD, "白鷺"]
        assert [author.name for author in stories[0].bylines_in_order()] == ["林勵", "白鷺"]

        merging.undo(record)
        assert client.get(old).status_code == 200
        assert (self.by(self.OLD).total, self.by(self.NEW).total) == (1, 2)
        assert index.disagreements() == []

    def test_each_author_counts_once(self, client, stories):
        both = make_article("61003", authors=[self.OLD, self.NEW])
        derived.rebuild([both])
        merging.merge(Author, self.OLD, self.NEW, editor=None)
        page = client.get(both.get_absolute_url()).content.decode()
        assert page.count('rel="author"') == 1
        rows = client.get(reverse("articles:authors")).context["page"]
        assert {row.name: row.number for row in rows} == {"林勵": 3, "白鷺": 1}
        assert client.get(Author.objects.get(name=self.NEW).get_absolute_url()).context["page"].paginator.count == 3

    def test_imports_leave_it_alone(self, tmp_path):
        index.ensure()
        (tmp_path / "a.md").write_text(page(7001, author="林勵（記者）"))
        import_once(tmp_path)
        make_author("林勵")
        merging.merge(Author, "林勵（記者）", "林勵", editor=None)
        (tmp_path / "a.md").write_text(page(7001, author="林勵（記者）", title="第二版"))
        (tmp_path / "b.md").write_text(page(7002, author="林勵（記者）"))
        import_once(tmp_path)
        assert Author.objects.get(name="林勵（記者）").alias_of.name == "林勵"
        assert set(Byline.objects.values_list("author__name", flat=True)) == {"林勵（記者）"}
        assert self.by("林勵").total == 2
        assert not Suggestion.objects.filter(kind="authors").exists()

    def test_suggested_decided_and_remembered(self, tmp_path, client):
        for number, author in enumerate(("林勵（記者）", "林勵", "白 鷺", "白鷺", "林勵・白鷺")):
            (tmp_path / f"{number}.md").write_text(page(7001 + number, author=author))
        (tmp_path / "more.md").write_text(page(7009, author="林勵"))
        import_once(tmp_path)
        rows = {(row.left, row.right): row for row in Suggestion.objects.filter(kind="authors")}
        assert set(rows) == {("林勵", "林勵（記者）"), ("白 鷺", "白鷺")}
        assert "a job" in rows["林勵", "林勵（記者）"].evidence
        client.force_login(make_user(CHIEF_EDITORS))
        shown = client.get(reverse("admin:articles_suggestion_changelist"), {"kind__exact": "authors"})
        assert "2 articles" in shown.content.decode()
        assert "渡輪第7001航次準時開出" in shown.content.decode()
        row = rows["白 鷺", "白鷺"]
        url = reverse("admin:articles_suggestion_change", args=[row.pk])
        assert 'name="stays" value="白鷺"' in client.get(url).content.decode()
        decide = reverse("admin:articles_suggestion_decide", args=[row.pk])
        assert "which of the two" in client.post(decide, {"stays": "別人"}, follow=True).content.decode()
        client.post(decide, {"stays": "白鷺"})
        assert Author.objects.get(name="白 鷺").alias_of.name == "白鷺"
        grouping.dismiss(rows["林勵", "林勵（記者）"], None)
        (tmp_path / "later.md").write_text(page(7010, author="林勵"))
        import_once(tmp_path)
        states = dict(Suggestion.objects.filter(kind="authors").values_list("left", "state"))
        assert states == {"林勵": "dismissed", "白 鷺": "accepted"}

    def test_the_name_that_more_articles_have_stays(self, stories):
        make_article("61004", authors=[self.NEW])
        grouping.accept(Suggestion.objects.create(kind="authors", left=self.OLD, right=self.NEW), None)
        assert Author.objects.get(name=self.OLD).alias_of.name == self.NEW

    def test_at_the_desk(self, client, stories):
        client.force_login(make_user(CHIEF_EDITORS))
        make_author("無人用")
        listed = reverse("admin:articles_author_changelist")
        keys = dict(Author.objects.values_list("name", "pk"))
        data = {"action": "merge", "_selected_action": [keys[self.OLD], keys[self.NEW]]}
        assert f"{self.NEW} (1 article)" in client.post(listed, data).content.decode()
        client.post(listed, data | {"apply": "1", "stays": self.NEW, "reason": "同一人"})
        record = AuthorMerge.objects.get()
        assert (record.name, record.into, record.reason) == (self.OLD, self.NEW, "同一人")
        assert [row.name for row in client.get(listed, {"alias": "yes"}).context["cl"].queryset] == [self.OLD]
        assert [row.name for row in client.get(listed, {"use": "none"}).context["cl"].queryset] == ["無人用"]
        data = {"action": "remove_unused", "_selected_action": list(keys.values())}
        assert "1 unused name was removed" in client.post(listed, data, follow=True).content.decode()
        client.post(reverse("admin:articles_authormerge_undo", args=[record.pk]))
        assert Author.objects.get(name=self.OLD).alias_of is None
        url = reverse("admin:articles_author_change", args=[keys[self.OLD]])
        client.post(url, {"role": "專欄", "alias_of": keys[self.NEW]})
        author = Author.objects.get(name=self.OLD)
        assert (author.role, author.alias_of.name) == ("專欄", self.NEW)
        client.post(url, {"role": "專欄", "alias_of": ""})
        assert Author.objects.get(name=self.OLD).alias_of is None
        client.force_login(make_user(EDITORS))
        client.post(url, {"role": "記者", "alias_of": keys[self.NEW]})
        author = Author.objects.get(name=self.OLD)
        assert (author.role, author.alias_of) == ("記者", None)

    def test_what_an_editor_wrote_about_an_author_stays(self, client, tmp_path):
        avatar = "![x](https://img.harbourlight.example/a.png)"
        text = page(7001, author="林勵", body=f"碼頭。\n\n{avatar}\n**博客 | 林勵**\n自小坐船。")
        (tmp_path / "a.md").write_text(text)
        import_once(tmp_path)
        author = Author.objects.get(name="林勵")
        assert author.biography == "自小坐船。"
        client.force_login(make_user(EDITORS))
        client.post(reverse("admin:articles_author_change", args=[author.pk]), {"biography": "海員之後。"})
        (tmp_path / "b.md").write_text(text.replace("7001", "7009").replace("2019-05-04", "2021-05-04"))
        import_once(tmp_path)
        author.refresh_from_db()
        assert author.biography == "海員之後。"


@pytest.mark.parametrize(
    ("name", "alone"),
    [
        ("記者林勵", "林励"),
        ("林勵（記者）", "林励"),
        ("本報特約記者：林 勵", "林励"),
        ("攝影記者林勵", "林励"),
        ("By Jane Roe", "janeroe"),
        ("Jane Roe, Staff Reporter", "janeroe"),
        ("Byron Roe", "byronroe"),
        ("記者", "记者"),
        ("我是記者的故事", "我是记者的故事"),
        ("林勵・白鷺", "林励・白鹭"),
        ("", ""),
    ],
)
def test_a_name_without_a_job(name, alone):
    assert name_alone(name) == alone
