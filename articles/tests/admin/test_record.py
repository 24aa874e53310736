"""An article's record and the way back; conflicts settled one after the other."""

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from articles import corrections, derived
from articles.corrections import Change
from articles.models import Article, Conflict, Correction, ImportRun
from articles.roles import EDITORS
from articles.search import index
from articles.tests.admin.roles import make_user
from articles.tests.factories import make_article, make_figure

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client):
    client.force_login(make_user(EDITORS))
    return client


@pytest.fixture
def article():
    index.ensure()
    story = make_article("60001", title="渡輸一", tags=["渡輪"])
    story.imported = {"title": "渡輸一", "tags": ["渡輪"]}
    story.save()
    make_figure(story, caption="圖一")
    derived.rebuild([story])
    return story


def correct(article, field, value, figure_url=""):
    (row,) = corrections.apply(article, [Change(field, value, figure_url)], reason=f"改{value}", editor=None)
    return row


def state(article):
    article.refresh_from_db()
    return article.title, corrections.current_value(article, "tags"), article.figures.get().caption


class TestRestore:
    def history(self, article):
        """Correct four times; return the state after each, by the correction's number, and before the first."""
        url = article.figures.get().original_url
        states = {0: state(article)}
        for field, value, figure in (
            ("title", "渡輪二", ""),
            ("tags", ["渡輪", "清晨"], ""),
            ("caption", "船頭", url),
            ("title", "渡輪三", ""),
        ):
            row = correct(article, field, value, figure)
            states[row.pk] = state(article)
        return states

    def test_every_point_and_back(self, article):
        states = self.history(article)
        for point in [*states, *reversed(states)]:
            corrections.restore(article, point, reason="回到從前", editor=None)
            assert state(article) == states[point]
            assert index.disagreements() == []

    def test_as_imported_nothing_is_protected(self, article):
        self.history(article)
        corrections.restore(article, 0, reason="回到從前", editor=None)
        assert not Correction.objects.filter(is_active=True, field__in=["title", "tags"]).exists()

    def test_a_figure_that_is_gone_is_passed_over(self, article):
        self.history(article)
        article.figures.all().delete()
        corrections.restore(article, 0, reason="回到從前", editor=None)
        assert Article.objects.get().title == "渡輸一"

    def test_of_this_article_and_with_a_reason(self, article):
        other = correct(make_article("60002"), "title", "別處")
        with pytest.raises(corrections.CorrectionError, match="no such correction"):
            corrections.restore(article, other.pk, reason="試", editor=None)
        self.history(article)
        with pytest.raises(corrections.CorrectionError, match="needs a reason"):
            corrections.restore(article, 0, reason=" ", editor=None)
        assert Article.objects.get(pk=article.pk).title == "渡輪三"

    def test_the_page(self, desk, article):
        first, *_others = list(self.history(article))[1:]
        url = reverse("admin:articles_article_record", args=[article.pk])
        with CaptureQueriesContext(connection) as queries:
            content = desk.get(url).content.decode()
        assert len(queries) <= 15
        assert "渡<del>輸一</del><ins>輪二</ins>" in content
        assert "Choose which state" in desk.post(url, {"reason": "試"}).content.decode()
        assert "Choose which state" in desk.post(url, {"reason": "試", "point": "²"}).content.decode()
        assert "required" in desk.post(url, {"point": first}).content.decode()
        response = desk.post(url, {"point": first, "reason": "回到<從前>"}, follow=True)
        assert "3 fields were restored." in response.content.decode()
        assert "回到&lt;從前&gt;" in response.content.decode()
        assert state(article) == ("渡輪二", ["渡輪"], "圖一")


class TestConflicts:
    def conflict(self, article, field="title", theirs="停航", digest="1"):
        ours = corrections.current_value(article, field)
        return Conflict.objects.create(
            article=article, field=field, digest=digest, base="最初", theirs=theirs, ours=ours
        )

    def settle(self, desk, row, choice, **data):
        url = reverse("admin:articles_conflict_resolve", args=[row.pk])
        return desk.post(url, {"choice": choice} | data, follow=True)

    def page_of(self, row):
        return reverse("admin:articles_conflict_change", args=[row.pk])

    def test_the_next_one_is_shown_at_once(self, desk, article):
        rows = [self.conflict(article, theirs=f"停航{n}", digest=str(n)) for n in range(3)]
        response = self.settle(desk, rows[1], "keep")
        assert response.redirect_chain[-1][0] == self.page_of(rows[0])
        response = self.settle(desk, rows[0], "take")
        assert response.redirect_chain[-1][0] == self.page_of(rows[2])
        response = self.settle(desk, rows[2], "keep")
        assert response.redirect_chain[-1][0] == reverse("admin:index")
        assert Article.objects.get().title == "停航0"

    def test_all_three_and_their_differences(self, desk, article):
        correct(article, "title", "渡<輪>一")
        with CaptureQueriesContext(connection) as queries:
            content = desk.get(self.page_of(self.conflict(article))).content.decode()
        assert len(queries) <= 15
        for text in ("最初", "渡&lt;輪&gt;一", "停航", "<ins>停航</ins>"):
            assert text in content
        assert "渡<輪>一" not in content

    def test_the_import_that_brought_it_is_named_in_the_language_of_the_page(self, desk, article):
        run = ImportRun.objects.create(sources=[f"{settings.UPLOAD_FOLDER}/7/rescued.zip"])
        row = self.conflict(article)
        Conflict.objects.update(run=run)
        content = desk.get(self.page_of(row), headers={"accept-language": "zh-hant"}).content.decode()
        assert "匯入紀錄" in content.partition("field-run_link")[2][:300]
        link = f'<a href="{reverse("admin:articles_importrun_change", args=[run.pk])}">{run.pk}: rescued.zip</a>'
        assert link in content

    def test_a_third_value(self, desk, article):
        row = self.conflict(article)
        response = self.settle(desk, row, "edit", value="夜<渡>", reason=" ")
        assert "夜&lt;渡&gt;" in response.content.decode()
        assert "A reason of at most" in response.content.decode()
        assert Conflict.objects.filter(state="open").exists()
        self.settle(desk, row, "edit", value="夜渡", reason="印刷版如此")
        row.refresh_from_db()
        assert (row.state, Article.objects.get().title) == ("kept", "夜渡")
        assert Correction.objects.get(reason="印刷版如此").editor.username == "editors"

    def test_a_third_value_of_names_is_one_a_line(self, desk, article):
        row = self.conflict(article, "tags", ["小輪"])
        self.settle(desk, row, "edit", value="小輪\r\n 渡輪 \r\n\r\n", reason="核對")
        assert corrections.current_value(article, "tags") == ["小輪", "渡輪"]

    @pytest.mark.parametrize(("field", "value"), [("published_on", "昨天"), ("title", " ")])
    def test_a_value_that_cannot_be_stored_is_said(self, desk, article, field, value):
        row = self.conflict(article, field)
        self.settle(desk, row, "edit", value=value, reason="核對")
        row.refresh_from_db()
        assert row.state == "open"

    def test_settled_once(self, desk, article):
        row = self.conflict(article)
        self.settle(desk, row, "keep")
        for choice, data in (("take", {}), ("edit", {"value": "夜渡", "reason": "試"})):
            assert "already been settled" in self.settle(desk, row, choice, **data).content.decode()
        assert Article.objects.get().title == "渡輸一"
