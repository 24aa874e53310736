"""The form through which the record is corrected, and the list that leads to it."""

from datetime import date

from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from articles import corrections, publishing
from articles.models import Article, Byline, Correction, Tag
from articles.roles import EDITORS
from articles.tests.admin.roles import make_user
from articles.tests.factories import make_article, make_author, make_capture, make_figure, make_section, make_tag

LIST = "admin:articles_article_changelist"


def form_data(response):
    """Return what a browser would send back of a page's form, nothing changed."""
    form = response.context["adminform"].form
    forms = [form, *(row for formset in response.context["inline_admin_formsets"] for row in formset.formset.forms)]
    forms += [formset.formset.management_form for formset in response.context["inline_admin_formsets"]]
    data = {}
    for one in forms:
        for bound in one:
            value = bound.value()
            if value is None or value is False:
                continue
            data[bound.html_name] = value.replace("\n", "\r\n") if isinstance(value, str) else value
    return data


class DeskTest(TestCase):
    """An article with two figures, and an editor at the desk."""

    @classmethod
    def setUpTestData(cls):
        users = get_user_model().objects
        cls.editor = users.create_superuser("mei", password="a-password-for-the-test")
        cls.article = make_article(
            "60001",
            text_capture=make_capture("60001", body="第一段。\n\n第二段。\n"),
            title="渡輪照常關出",
            body="第一段。\n\n第二段。\n",
            authors=["林小鷗", "海風"],
            tags=["渡輪", "碼頭"],
        )
        cls.figures = [make_figure(cls.article, number) for number in (1, 2)]
        cls.url = reverse("admin:articles_article_change", args=[cls.article.pk])

    def setUp(self):
        self.client.force_login(self.editor)

    def post(self, data=None, **changed):
        if data is None:
            data = form_data(self.client.get(self.url))
        return self.client.post(self.url, data | changed)

    def assert_refused(self, response, words):
        self.assertContains(response, words)
        self.assertFalse(Correction.objects.exists())
        stored = Article.objects.get(pk=self.article.pk)
        self.assertEqual((stored.title, stored.body), (self.article.title, self.article.body))


class FormTest(DeskTest):
    def test_nothing_changed_nothing_recorded(self):
        response = self.post()
        self.assertRedirects(response, reverse(LIST))
        self.assertFalse(Correction.objects.exists())

    def test_a_change_with_a_reason_is_a_correction(self):
        response = self.post(title="渡輪照常開出", reason="印刷版如此", minor="on")
        self.assertRedirects(response, reverse(LIST))
        row = Correction.objects.get()
        self.assertEqual((row.field, row.before, row.after), ("title", "渡輪照常關出", "渡輪照常開出"))
        self.assertEqual((row.reason, row.editor, row.is_minor), ("印刷版如此", self.editor, True))
        self.assertEqual(Article.objects.get(pk=self.article.pk).title, "渡輪照常開出")
        self.assertIn("title", LogEntry.objects.get().get_change_message().lower())

    def test_every_field_reaches_the_record(self):
        section = make_section("文化")
        gull = make_author("白鷺")
        tags = [make_tag("清晨").pk, make_tag("渡輪").pk]
        authors = [gull.pk, *Byline.objects.filter(article=self.article).values_list("author_id", flat=True)[1:]]
        response = self.post(
            published_on="2021-12-27", section=section.pk, authors=authors, tags=tags, body="新段。", reason="核對"
        )
        self.assertRedirects(response, reverse(LIST))
        stored = Article.objects.get(pk=self.article.pk)
        self.assertEqual((stored.published_on, stored.section, stored.body), (date(2021, 12, 27), section, "新段。"))
        self.assertEqual(corrections.current_value(stored, "authors"), ["白鷺", "海風"])
        self.assertEqual(corrections.current_value(stored, "tags"), ["清晨", "渡輪"])
        fields = set(Correction.objects.values_list("field", flat=True))
        self.assertEqual(fields, {"published_on", "section", "authors", "tags", "body"})

    def test_a_change_of_order_alone_is_a_change(self):
        data = form_data(self.client.get(self.url))
        self.post(data, authors=data["authors"][::-1], reason="次序")
        self.assertEqual(Correction.objects.get().after, ["海風", "林小鷗"])

    def test_names_stand_in_their_order_in_the_form(self):
        Byline.objects.filter(article=self.article, author__name="林小鷗").update(position=9)
        content = self.client.get(self.url).content.decode()
        self.assertLess(content.index("海風</option>"), content.index("林小鷗</option>"))

    def test_the_script_that_keeps_the_order_finds_jquery(self):
        content = self.client.get(self.url).content.decode()
        self.assertLess(
            content.index("admin/js/jquery.init.js"), content.index("articles/admin/ordered-autocomplete.js")
        )

    def test_a_change_without_a_reason_is_refused_and_kept_on_screen(self):
        response = self.post(title="渡輪照常開出", reason=" ")
        self.assert_refused(response, "渡輪照常開出")
        self.assertIn("reason", response.context["adminform"].form.errors)
        self.assertContains(response, '<a href="#id_reason">The reason is missing')
        self.assertRegex(response.content.decode(), r'<input [^>]*name="reason"[^>]* autofocus')

    def test_a_caption_is_corrected_by_its_figure(self):
        self.post(**{"figures-1-caption": "中環碼頭", "reason": "地點"})
        row = Correction.objects.get()
        self.assertEqual((row.field, row.figure_url), ("caption", self.figures[1].original_url))
        self.figures[1].refresh_from_db()
        self.assertEqual(self.figures[1].caption, "中環碼頭")

    def test_a_caption_needs_a_reason_too(self):
        response = self.post(**{"figures-1-caption": "中環碼頭"})
        self.assert_refused(response, "中環碼頭")
        self.assertTrue(response.context["inline_admin_formsets"][0].formset.non_form_errors())

    def test_a_stale_form_is_refused_and_kept_on_screen(self):
        data = form_data(self.client.get(self.url))
        corrections.apply(self.article, [corrections.Change("tags", ["清晨"])], reason="較早的更正", editor=self.editor)
        response = self.post(data, title="渡輪照常開出", reason="印刷版如此")
        self.assertContains(response, "渡輪照常開出")
        self.assertTrue(response.context["adminform"].form.has_error("__all__", "stale"))
        self.assertEqual(Article.objects.get(pk=self.article.pk).title, "渡輪照常關出")
        self.assertEqual(Correction.objects.count(), 1)

    def test_a_form_without_its_mark_is_refused(self):
        response = self.post(seen="", title="渡輪照常開出", reason="印刷版如此")
        self.assert_refused(response, "渡輪照常開出")

    def test_withholding_is_no_correction_and_touches_nothing_else(self):
        response = self.post(status="withheld", notice="應作者要求。")
        self.assertIn("status_reason", response.context["adminform"].form.errors)
        self.post(status="withheld", notice="應作者要求。", status_reason="來信存檔")
        stored = Article.objects.get(pk=self.article.pk)
        self.assertEqual((stored.status, stored.notice, stored.title), ("withheld", "應作者要求。", "渡輪照常關出"))
        self.assertEqual(stored.status_reason, "來信存檔")
        self.assertFalse(Correction.objects.exists())

    def test_a_form_opened_before_does_not_publish_what_was_withheld_meanwhile(self):
        data = form_data(self.client.get(self.url))
        publishing.set_status([self.article.pk], "withheld", notice="應作者要求。", reason="來信")
        response = self.post(data, title="渡輪照常開出", reason="印刷版如此")
        self.assertTrue(response.context["adminform"].form.has_error("__all__", "stale"))
        self.post(form_data(response))
        stored = Article.objects.get(pk=self.article.pk)
        self.assertEqual((stored.status, stored.notice, stored.title), ("withheld", "應作者要求。", "渡輪照常開出"))

    def test_figures_of_other_articles_stay_out(self):
        other = make_figure(make_article("60002"), caption="別處")
        response = self.post(**{"figures-1-id": other.pk, "figures-1-caption": "改了", "reason": "試"})
        self.assertEqual(response.status_code, 200)
        other.refresh_from_db()
        self.assertEqual(other.caption, "別處")

    def test_hostile_text_is_shown_as_text(self):
        make_figure(
            self.article, 3, caption="<script>alert(3)</script>", original_url="javascript:alert(1)", archived_url=""
        )
        response = self.client.get(self.url)
        self.assertNotContains(response, "<script>alert(3)")
        self.assertNotContains(response, 'href="javascript:')

    def test_the_page_leads_to_captures_and_the_site(self):
        response = self.client.get(self.url)
        self.assertContains(response, reverse("admin:articles_capture_change", args=[self.article.text_capture_id]))
        self.assertContains(response, f'href="{self.article.get_absolute_url()}"')
        self.assertContains(response, 'referrerpolicy="no-referrer"', count=2)

    def test_few_queries_however_many_figures_and_captures(self):
        for number in range(3, 20):
            make_figure(self.article, number)
            make_capture(f"6{number:04}", article=self.article)
        self.client.force_login(make_user(EDITORS))
        with CaptureQueriesContext(connection) as queries:
            self.client.get(self.url)
        self.assertLessEqual(len(queries), 15)

    def test_neither_added_nor_deleted(self):
        self.assertEqual(self.client.get(reverse("admin:articles_article_add")).status_code, 403)
        url = reverse("admin:articles_article_delete", args=[self.article.pk])
        self.assertEqual(self.client.post(url, {"post": "yes"}).status_code, 403)


class PermissionsTest(DeskTest):
    def login(self, *codenames):
        user = get_user_model().objects.create_user("tung", password="a-password-for-the-test", is_staff=True)
        user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
        self.client.force_login(user)

    def test_staff_without_rights_see_nothing(self):
        data = form_data(self.client.get(self.url))
        self.login()
        self.assertEqual(self.client.get(self.url).status_code, 403)
        self.assertEqual(self.client.get(reverse(LIST)).status_code, 403)
        self.assertEqual(self.post(data, title="改", reason="試").status_code, 403)

    def test_who_may_look_cannot_change(self):
        data = form_data(self.client.get(self.url))
        self.login("view_article")
        response = self.client.get(self.url)
        self.assertContains(response, "林小鷗, 海風")
        self.assertNotContains(response, 'name="title"')
        self.assertNotContains(response, 'name="figures-0-caption"')
        self.assertEqual(self.post(data, title="改", reason="試").status_code, 403)

    def test_who_may_change_articles_may_change_their_figures(self):
        self.login("change_article")
        self.post(**{"figures-0-alt": "一艘船", "reason": "補上"})
        self.assertEqual(Correction.objects.get().after, "一艘船")


class ListTest(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.editor = get_user_model().objects.create_superuser("mei", password="a-password-for-the-test")
        for number in range(60):
            make_article(
                str(70_000 + number),
                title=f"第{number}號航線",
                published_on=date(2019 + number % 3, 1, 1) if number else None,
                section=f"版面{number % 4}",
                authors=[f"記者{number}"],
                tags=[f"標籤{number}"],
            )

    def setUp(self):
        self.client.force_login(self.editor)

    def found(self, **query):
        return self.client.get(reverse(LIST), query).context["cl"].result_count

    def test_few_queries_and_no_long_columns(self):
        with CaptureQueriesContext(connection) as queries:
            self.client.get(reverse(LIST), {"q": "航線"})
        self.assertLessEqual(len(queries), 15)
        for query in queries:
            self.assertNotIn('"articles_article"."body"', query["sql"])
            if "COUNT(" in query["sql"]:
                self.assertIn("LIMIT", query["sql"])

    def test_search_by_id_address_and_title(self):
        self.assertEqual(self.found(q="70007"), 1)
        self.assertEqual(self.found(q="第7號"), 1)
        self.assertEqual(self.found(q="7000"), 0)
        url = "https://www.hkcnews.com/article/70009/some-title"
        self.assertEqual(self.found(q=url), 1)

    def test_filters(self):
        self.assertEqual(self.found(year="2020"), 20)
        self.assertEqual(self.found(year="none"), 1)
        self.assertEqual(self.found(year="²"), 60)
        self.assertEqual(self.found(status__exact="withheld"), 0)
        self.assertEqual(self.found(section__id__exact=make_section("版面1").pk), 15)

    def test_counting_stops_at_the_bound(self):
        from articles.admin.base import BoundedPaginator

        paginator = BoundedPaginator(Article.objects.all(), 5)
        paginator.LIMIT = 10
        self.assertEqual(paginator.count, 11)

    def test_tags_are_found_by_autocompletion(self):
        query = {"app_label": "articles", "model_name": "taggedarticle", "field_name": "tag", "term": "標籤5"}
        with CaptureQueriesContext(connection) as queries:
            rows = self.client.get(reverse("admin:autocomplete"), query).json()["results"]
        self.assertEqual(len(rows), 11)
        self.assertLessEqual(len(queries), 6)

    def test_the_form_reads_only_the_tags_it_shows(self):
        article = Article.objects.get(source_id="70001")
        response = self.client.get(reverse("admin:articles_article_change", args=[article.pk]))
        self.assertContains(response, "標籤1</option>")
        self.assertNotContains(response, "標籤2</option>")
        self.assertEqual(Tag.objects.count(), 60)
