"""The pages to look at: captures, imports, corrections, conflicts; and the names that articles are filed under."""

import datetime

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import SimpleTestCase, TestCase, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from articles import corrections
from articles.changed_lines import changed_lines
from articles.models import Author, Conflict, Correction, ImportIssue, ImportRun, Tag
from articles.slugs import slug_of
from articles.tests.factories import make_article, make_capture, make_tag


class RecordsTest(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.editor = get_user_model().objects.create_superuser("mei", password="a-password-for-the-test")
        cls.article = make_article("80001", title="渡輪照常關出")
        cls.article.imported = {"title": "渡輪照常關出"}
        cls.article.save()
        cls.import_run = ImportRun.objects.create(
            sources=["seeds"], report={"files": 3, "issues": [{"path": "secret.md"}]}
        )

    def setUp(self):
        self.client.force_login(self.editor)

    def page(self, name, row):
        return self.client.get(reverse(f"admin:articles_{name}_change", args=[row.pk]))

    def login_viewer(self):
        user = get_user_model().objects.create_user("tung", password="a-password-for-the-test", is_staff=True)
        user.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
        self.client.force_login(user)


class CaptureTest(RecordsTest):
    def test_the_original_is_shown_escaped_whatever_its_bytes(self):
        original = b"---\ntitle: x\n---\n<script>alert(1)</script>\x02 \xff\xfe \xe6\xb8\xa1"
        capture = make_capture("80002", original_bytes=original, wayback_url="javascript:alert(2)")
        response = self.page("capture", capture)
        self.assertContains(response, "&lt;script&gt;alert(1)&lt;/script&gt;␂ \ufffd\ufffd 渡")
        self.assertNotContains(response, "<script>alert(1)")
        self.assertNotContains(response, 'href="javascript:')
        self.assertNotContains(response, "_save")

    def test_nobody_writes(self):
        capture = make_capture("80003")
        url = reverse("admin:articles_capture_change", args=[capture.pk])
        self.assertEqual(self.client.post(url, {"title": "x"}).status_code, 403)
        self.assertEqual(self.client.get(reverse("admin:articles_capture_add")).status_code, 403)

    def test_the_list_leaves_the_files_alone(self):
        for number in range(60):
            make_capture(str(81_000 + number))
        with CaptureQueriesContext(connection) as queries:
            response = self.client.get(reverse("admin:articles_capture_changelist"), {"q": "81007"})
        self.assertEqual(response.context["cl"].result_count, 1)
        self.assertLessEqual(len(queries), 15)
        self.assertFalse([q for q in queries if '"original"' in q["sql"]])


class ImportsTest(RecordsTest):
    def test_runs_show_their_sums(self):
        response = self.page("importrun", self.import_run)
        self.assertContains(response, '<th scope="row">files that were read</th><td>3</td>')
        self.assertNotContains(response, "secret.md")

    def test_issues_by_kind_and_run(self):
        other = ImportRun.objects.create()
        for number, (kind, run) in enumerate([("bad-date", self.import_run), ("bad-date", other), ("no-title", other)]):
            ImportIssue.objects.create(run=run, digest=str(number), path="a.md", kind=kind, message="<b>no</b>")
        url = reverse("admin:articles_importissue_changelist")
        for query, number in (({}, 3), ({"kind": "bad-date"}, 2), ({"run": other.pk}, 2), ({"run": 999}, 0)):
            with self.subTest(query), CaptureQueriesContext(connection) as queries:
                response = self.client.get(url, query)
                self.assertEqual(response.context["cl"].result_count, number)
                self.assertLessEqual(len(queries), 15)
                self.assertFalse([q for q in queries if '"report"' in q["sql"]])
        self.assertContains(self.page("importissue", ImportIssue.objects.first()), "&lt;b&gt;no&lt;/b&gt;")

    @override_settings(TIME_ZONE="Asia/Hong_Kong")
    def test_a_run_is_offered_by_the_time_that_other_pages_show(self):
        ImportRun.objects.update(started_at=datetime.datetime(2021, 12, 29, 20, 30, tzinfo=datetime.UTC))
        response = self.client.get(reverse("admin:articles_importissue_changelist"))
        self.assertContains(response, f"{self.import_run.pk}: 2021-12-30 04:30")


class CorrectionTest(RecordsTest):
    def setUp(self):
        super().setUp()
        change = corrections.Change("title", "渡輪<照常>開出")
        (self.row,) = corrections.apply(self.article, [change], reason="印刷版如此", editor=self.editor)
        self.revert = reverse("admin:articles_correction_revert", args=[self.row.pk])

    def test_the_difference_is_shown_escaped(self):
        self.assertContains(self.page("correction", self.row), "<ins>&lt;</ins>照常<del>關</del><ins>&gt;開</ins>出")

    def test_revert_asks_for_a_reason(self):
        self.client.post(self.revert, {"reason": " "})
        self.row.refresh_from_db()
        self.assertTrue(self.row.is_active)
        response = self.client.post(self.revert, {"reason": "誤改"}, follow=True)
        self.assertContains(response, "誤改")
        self.article.refresh_from_db()
        self.assertEqual(self.article.title, "渡輪照常關出")
        self.assertNotContains(self.page("correction", self.row), self.revert)

    def test_revert_is_a_post_by_an_editor(self):
        self.assertEqual(self.client.get(self.revert).status_code, 405)
        self.login_viewer()
        self.assertNotContains(self.page("correction", self.row), self.revert)
        self.assertEqual(self.client.post(self.revert, {"reason": "誤改"}).status_code, 403)

    def test_the_list(self):
        with CaptureQueriesContext(connection) as queries:
            response = self.client.get(reverse("admin:articles_correction_changelist"), {"field": "title"})
        self.assertContains(response, "印刷版如此")
        self.assertLessEqual(len(queries), 15)
        self.assertFalse([q for q in queries if '"articles_article"."body"' in q["sql"]])


class ConflictTest(RecordsTest):
    def setUp(self):
        super().setUp()
        corrections.apply(
            self.article, [corrections.Change("title", "渡輪照常開出")], reason="印刷版如此", editor=self.editor
        )
        self.article.imported = {"title": "渡輪停航"}
        self.article.save()
        self.row = Conflict.objects.create(
            article=self.article, field="title", digest="1", base="渡輪照常關出", theirs="渡輪停航", ours="渡輪照常開出"
        )
        self.resolve = reverse("admin:articles_conflict_resolve", args=[self.row.pk])

    def test_all_three_values_are_shown(self):
        response = self.page("conflict", self.row)
        for text in ("渡輪照常關出", "渡輪停航", "渡輪照常開出"):
            self.assertContains(response, text)

    def test_take(self):
        self.client.post(self.resolve, {"choice": "take"})
        self.article.refresh_from_db()
        self.row.refresh_from_db()
        self.assertEqual((self.article.title, self.row.state), ("渡輪停航", Conflict.State.TAKEN))
        self.assertFalse(Correction.objects.filter(is_active=True).exists())

    def test_keep(self):
        self.client.post(self.resolve, {"choice": "keep"})
        self.article.refresh_from_db()
        self.row.refresh_from_db()
        self.assertEqual((self.article.title, self.row.state), ("渡輪照常開出", Conflict.State.KEPT))

    def test_nothing_without_a_choice_or_the_right(self):
        self.client.post(self.resolve, {"choice": "both"})
        self.login_viewer()
        self.assertEqual(self.client.post(self.resolve, {"choice": "take"}).status_code, 403)
        self.row.refresh_from_db()
        self.assertEqual(self.row.state, Conflict.State.OPEN)

    def test_the_list(self):
        response = self.client.get(reverse("admin:articles_conflict_changelist"), {"state__exact": "open"})
        self.assertContains(response, "渡輪照常開出")


class TaxonomyTest(RecordsTest):
    def test_a_new_row_gets_its_address_from_its_name(self):
        for model, name in ((Author, "白 鷺"), (Tag, "New People's Party, 2019")):
            opts = model._meta.model_name
            self.client.post(reverse(f"admin:articles_{opts}_add"), {"name": name})
            self.assertEqual(model.objects.get(name=name).slug, slug_of(name))

    def test_name_and_address_stay(self):
        tag = make_tag("渡輪")
        self.client.post(reverse("admin:articles_tag_change", args=[tag.pk]), {"name": "船", "slug": "ship"})
        tag.refresh_from_db()
        self.assertEqual((tag.name, tag.slug), ("渡輪", slug_of("渡輪")))

    def test_an_alias_leads_to_a_tag_in_one_step(self):
        ferry, ship, boat = make_tag("渡輪"), make_tag("船"), make_tag("小船")
        url = reverse("admin:articles_tag_change", args=[ship.pk])
        self.client.post(url, {"alias_of": ferry.pk})
        ship.refresh_from_db()
        self.assertEqual(ship.alias_of, ferry)
        for tag, target in ((boat, ship), (ferry, ship), (ferry, ferry)):
            with self.subTest(tag=tag, target=target):
                url = reverse("admin:articles_tag_change", args=[tag.pk])
                self.assertEqual(self.client.post(url, {"alias_of": target.pk}).status_code, 200)
                tag.refresh_from_db()
                self.assertIsNone(tag.alias_of)

    def test_a_tag_in_use_is_not_deleted(self):
        make_article("80009", tags=["渡輪"])
        url = reverse("admin:articles_tag_delete", args=[make_tag("渡輪").pk])
        self.assertEqual(self.client.post(url, {"post": "yes"}).status_code, 403)
        unused = make_tag("無人用")
        self.client.post(reverse("admin:articles_tag_delete", args=[unused.pk]), {"post": "yes"})
        self.assertFalse(Tag.objects.filter(name="無人用").exists())

    def test_every_list_and_the_front_page_open(self):
        self.assertContains(self.client.get(reverse("admin:index")), "articles/tag/")
        for name in (
            "article",
            "author",
            "capture",
            "conflict",
            "correction",
            "importissue",
            "importrun",
            "section",
            "tag",
        ):
            with self.subTest(name), CaptureQueriesContext(connection) as queries:
                self.assertEqual(self.client.get(reverse(f"admin:articles_{name}_changelist")).status_code, 200)
                self.assertLessEqual(len(queries), 15)


class DifferenceTest(SimpleTestCase):
    def test_kinds_of_values(self):
        self.assertIn("<ins>a</ins>", changed_lines(None, "a"))
        self.assertIn("<del>渡輪</del>", changed_lines(["渡輪", "碼頭"], ["碼頭"]))
        self.assertNotIn("碼頭", changed_lines(["渡輪", "碼頭"], ["碼頭"]))

    def test_long_texts_are_compared_in_bounded_time(self):
        html = changed_lines("甲乙" * 60_000, "乙甲" * 60_000)
        self.assertIn("<del>", html)
        html = changed_lines("\n".join("甲" for _ in range(60_000)), "\n".join("乙" for _ in range(60_000)))
        self.assertIn("<ins>", html)
