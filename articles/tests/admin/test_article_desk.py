"""What stands beside an article's form: preview, original, differences, and the words of another editor."""

import json

from django.urls import reverse

from articles import corrections
from articles.models import Article, Correction
from articles.roles import REVIEWERS
from articles.tests.admin.roles import make_user
from articles.tests.admin.test_articles import DeskTest, form_data
from articles.tests.factories import make_author


class TogetherTest(DeskTest):
    """Two editors have one article open."""

    def change(self, field, value, figure_url=""):
        change = corrections.Change(field, value, figure_url)
        corrections.apply(self.article, [change], reason="較早的更正", editor=self.editor)

    def refused(self, data, **changed):
        """Save, expecting to be refused; return the page and what a second save would send."""
        count = Correction.objects.count()
        response = self.post(data, **changed)
        self.assertTrue(response.context["adminform"].form.has_error("__all__", "stale"))
        self.assertEqual(Correction.objects.count(), count)
        return response, form_data(response)

    def test_both_texts_are_kept_where_both_changed_a_field(self):
        data = form_data(self.client.get(self.url))
        self.change("title", "渡輪<照常>開出")
        response, again = self.refused(data, title="渡輪如常開出", reason="印刷版如此")
        self.assertContains(response, 'value="渡輪如常開出"')
        self.assertContains(response, "渡輪&lt;照常&gt;開出")
        self.assertNotContains(response, "<照常>")
        self.assertIn("title", response.context["adminform"].form.errors)
        self.assertRedirects(self.post(again), reverse("admin:articles_article_changelist"))
        self.assertEqual(Article.objects.get().title, "渡輪如常開出")
        self.assertEqual(Correction.objects.first().before, "渡輪<照常>開出")

    def test_what_only_the_other_changed_is_taken_over(self):
        data = form_data(self.client.get(self.url))
        for name, value in (
            ("body", "別人的新段。"),
            ("published_on", "2020-02-29"),
            ("section", "文化"),
            ("authors", ["白鷺", "海風"]),
            ("tags", []),
        ):
            self.change(name, value)
        self.change("caption", "別人的圖說", self.figures[0].original_url)
        response, again = self.refused(data, title="渡輪照常開出", reason="印刷版如此")
        self.assertContains(response, "別人的新段。")
        self.post(again)
        stored = Article.objects.get()
        self.assertEqual((stored.title, stored.body, stored.section.name), ("渡輪照常開出", "別人的新段。", "文化"))
        self.assertEqual(corrections.current_value(stored, "authors"), ["白鷺", "海風"])
        self.assertEqual(corrections.current_value(stored, "tags"), [])
        self.figures[0].refresh_from_db()
        self.assertEqual(self.figures[0].caption, "別人的圖說")
        self.assertEqual(Correction.objects.filter(reason="印刷版如此").count(), 1)

    def test_both_captions_are_kept(self):
        data = form_data(self.client.get(self.url))
        self.change("caption", "別人的圖說", self.figures[0].original_url)
        changed = {"figures-0-caption": "我的圖說", "figures-1-alt": "一艘船", "reason": "地點"}
        response, again = self.refused(data, **changed)
        self.assertContains(response, "別人的圖說")
        self.assertContains(response, "我的圖說")
        self.post(again)
        self.figures[0].refresh_from_db()
        self.figures[1].refresh_from_db()
        self.assertEqual((self.figures[0].caption, self.figures[1].alt), ("我的圖說", "一艘船"))

    def test_who_said_the_same_is_no_quarrel(self):
        data = form_data(self.client.get(self.url))
        self.change("title", "渡輪照常開出")
        _response, again = self.refused(data, title="渡輪照常開出", reason="印刷版如此")
        self.post(again)
        self.assertEqual(Correction.objects.count(), 1)

    def test_a_garbled_mark_is_refused(self):
        for seen in ("", "[]", "1", "null", "{", '{"title": 1}'):
            with self.subTest(seen):
                response = self.post(seen=seen, title="改", reason="試")
                self.assertTrue(response.context["adminform"].form.has_error("__all__", "stale"))

    def test_the_mark_holds_no_text(self):
        seen = json.loads(form_data(self.client.get(self.url))["seen"])
        self.assertEqual({len(value) for value in seen.values()}, {12})


class DifferencesTest(DeskTest):
    def test_nothing_is_said_of_what_is_as_imported(self):
        response = self.client.get(self.url)
        self.assertNotContains(response, 'class="imported"')
        self.assertNotContains(response, "What the archive has changed in it")

    def test_each_correction_shows_what_it_changed(self):
        imported = {"title": "渡輪照常關出", "authors": ["林小鷗", "海風"]}
        imported["figures"] = {self.figures[0].original_url: {"caption": self.figures[0].caption}}
        Article.objects.update(imported=imported)
        self.article.refresh_from_db()
        changes = [
            corrections.Change("title", "渡輪<照常>開出"),
            corrections.Change("authors", ["海風"]),
            corrections.Change("body", "第一段。\n\n第三段。\n"),
            corrections.Change("caption", "船頭", self.figures[0].original_url),
        ]
        make_author("海風")
        corrections.apply(self.article, changes, reason="核對", editor=self.editor)
        content = self.client.get(self.url).content.decode()
        self.assertEqual(content.count('class="imported"'), 3)
        self.assertIn("<ins>&lt;</ins>照常<del>關</del><ins>&gt;開</ins>出", content)
        self.assertIn("第<del>二</del><ins>三</ins>段。", content)
        self.assertIn("<del>林小鷗</del>", content)


class PreviewTest(DeskTest):
    def setUp(self):
        super().setUp()
        self.preview = reverse("admin:articles_article_preview", args=[self.article.pk])

    def shown(self, body):
        return self.client.post(self.preview, {"body": body})

    def test_the_text_is_rendered_with_its_figures_and_not_stored(self):
        response = self.shown("**船長**說：\r\n\r\n{{< figure 2 >}}")
        self.assertContains(response, "<strong>船長</strong>")
        self.assertContains(response, "圖 2：碼頭")
        self.assertEqual(Article.objects.get().body, self.article.body)

    def test_nothing_typed_runs(self):
        for body in (
            "<script>alert(1)</script>",
            "<img src=x onerror=alert(1)>",
            "[x](javascript:alert(1))",
            "[x](\x01java\tscript:alert(1))",
            "<svg/onload=alert(1)>",
            "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
            "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
            '</textarea><style>@import "//elsewhere.example"</style>',
            "<form action=//elsewhere.example><button>x</button></form>",
            '{{< figure 1 >}}" onmouseover="alert(1)',
        ):
            with self.subTest(body):
                content = self.shown(body).content.decode().lower()
                for bad in ("<script", "<svg", "<iframe", "<form", "<style", "javascript:alert", 'href="data:'):
                    self.assertNotIn(bad, content)
                self.assertNotRegex(content, r"<[^>]*\son\w+=")

    def test_a_text_out_of_proportion_is_shown_plainly_and_says_so(self):
        self.assertContains(self.shown("[" * 2000), "without formatting")

    def test_only_who_may_correct_asks(self):
        self.assertEqual(self.client.get(self.preview).status_code, 405)
        self.client.force_login(make_user(REVIEWERS))
        self.assertEqual(self.shown("甲").status_code, 403)
        self.client.logout()
        self.assertEqual(self.shown("甲").status_code, 302)
