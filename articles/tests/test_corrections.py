"""The one way an editor's change reaches an article."""

from django.contrib.auth import get_user_model
from django.test import TestCase

from articles import corrections
from articles.corrections import Change, CorrectionError
from articles.models import Author, Conflict, Correction, ImportRun, Section, Tag
from articles.slugs import slug_of
from articles.tests.factories import make_article, make_capture, make_figure

OLD = "渡輪照常關出"
NEW = "渡輪照常開出"


class CorrectionsTest(TestCase):
    """An article as an import left it, and an editor."""

    @classmethod
    def setUpTestData(cls):
        cls.editor = get_user_model().objects.create_user("mei", password="a-password-for-the-test")
        capture = make_capture(
            "50001", body="舊的正文。", bylines=[{"name": "林小鷗", "credit": "記者林小鷗"}, {"name": "海風"}]
        )
        cls.article = make_article(
            "50001",
            text_capture=capture,
            title=OLD,
            body="舊的正文。",
            authors=["林小鷗", "海風"],
            tags=["渡輪", "碼頭", "清晨"],
        )
        cls.figure = make_figure(cls.article, caption="碼頭", original_url="https://cdn.example/1.jpg")
        cls.article.imported = {
            "title": OLD,
            "published_on": "2021-12-28",
            "section": "本地",
            "authors": ["林小鷗", "海風"],
            "tags": ["渡輪", "碼頭", "清晨"],
            "figures": {"https://cdn.example/1.jpg": {"caption": "碼頭", "credit": "林小鷗攝", "alt": ""}},
        }
        cls.article.save()

    def apply(self, *changes, reason="印刷版如此", **kwargs):
        return corrections.apply(self.article, changes, reason=reason, editor=self.editor, **kwargs)

    def values(self):
        return corrections.active_values([self.article.pk]).get(self.article.pk, {})


class ApplyTest(CorrectionsTest):
    def test_a_change_is_made_recorded_and_protected(self):
        (row,) = self.apply(Change("title", NEW))
        row.refresh_from_db()
        self.assertEqual((row.before, row.after, row.reason), (OLD, NEW, "印刷版如此"))
        self.assertEqual((row.editor, row.is_active, row.is_minor), (self.editor, True, False))
        self.assertEqual(self.article.title, NEW)
        self.assertEqual(self.values(), {("title", ""): NEW})

    def test_what_is_derived_follows(self):
        self.apply(Change("body", "新的**正文**。"), Change("published_on", "2020-01-02"))
        self.article.refresh_from_db()
        self.assertIn("<strong>正文</strong>", self.article.html)
        self.assertIn("新的正文", self.article.excerpt)
        self.assertTrue(self.article.sort_key.startswith("2020-01-02"))

    def test_an_equal_value_leaves_no_row(self):
        self.assertEqual(self.apply(Change("title", OLD), Change("tags", ["渡輪", "碼頭", "清晨"])), [])
        self.assertFalse(Correction.objects.exists())

    def test_a_later_change_replaces_the_one_before(self):
        (first,) = self.apply(Change("title", "中間的題目"))
        (second,) = self.apply(Change("title", NEW))
        first.refresh_from_db()
        self.assertEqual((first.is_active, second.is_active), (False, True))
        self.assertEqual(second.before, "中間的題目")

    def test_the_imported_value_needs_no_protection(self):
        (first,) = self.apply(Change("title", NEW))
        (back,) = self.apply(Change("title", OLD))
        first.refresh_from_db()
        self.assertEqual((first.is_active, back.is_active), (False, False))
        self.assertEqual(self.values(), {})

    def test_the_imported_text_is_that_of_the_capture(self):
        self.apply(Change("body", "新的正文。"))
        (back,) = self.apply(Change("body", "舊的正文。"))
        self.assertFalse(back.is_active)

    def test_the_order_of_names_is_kept_and_is_a_change(self):
        self.apply(Change("authors", ["海風", "林小鷗"]), Change("tags", ["清晨", "渡輪"]))
        self.assertEqual(corrections.current_value(self.article, "authors"), ["海風", "林小鷗"])
        self.assertEqual(corrections.current_value(self.article, "tags"), ["清晨", "渡輪"])
        self.assertEqual([author.name for author in self.article.bylines_in_order()], ["海風", "林小鷗"])

    def test_new_names_make_rows_with_their_address(self):
        self.apply(
            Change("authors", ["新 記者"]), Change("tags", ["New People's Party, 2019"]), Change("section", "新版")
        )
        self.assertEqual(Author.objects.get(name="新 記者").slug, slug_of("新 記者"))
        self.assertEqual(Tag.objects.get(name="New People's Party, 2019").slug, slug_of("New People's Party, 2019"))
        self.assertEqual(Section.objects.get(name="新版").slug, slug_of("新版"))

    def test_a_returning_author_has_the_printed_credit(self):
        self.apply(Change("authors", ["海風"]))
        self.apply(Change("authors", ["林小鷗"]))
        self.assertEqual(self.article.bylines.get().credit, "記者林小鷗")

    def test_section_and_date_can_be_emptied(self):
        self.apply(Change("section", None), Change("published_on", None))
        self.assertIsNone(self.article.section)
        self.assertIsNone(self.article.published_on)

    def test_an_editors_date_is_not_inferred(self):
        self.article.imported["date_evidence"] = "the captions of its images"
        self.article.date_inferred, self.article.date_evidence = True, "the captions of its images"
        self.article.save()
        self.apply(Change("published_on", "2021-12-27"))
        self.assertEqual((self.article.date_inferred, self.article.date_evidence), (False, ""))
        self.apply(Change("published_on", "2021-12-28"))
        self.assertEqual((self.article.date_inferred, self.article.date_evidence), (True, "the captions of its images"))

    def test_a_figure_is_known_by_its_address(self):
        other = make_figure(
            self.article, 2, caption="另一幅", original_url="", archived_url="https://web.example/2.jpg"
        )
        url = "https://cdn.example/1.jpg"
        self.apply(Change("caption", "中環碼頭", url), Change("alt", "船", "https://web.example/2.jpg"))
        self.figure.refresh_from_db()
        other.refresh_from_db()
        self.assertEqual((self.figure.caption, other.caption, other.alt), ("中環碼頭", "另一幅", "船"))
        self.assertEqual(self.values()["caption", url], "中環碼頭")

    def test_a_minor_change_is_marked(self):
        self.assertTrue(self.apply(Change("title", NEW), minor=True)[0].is_minor)

    def test_all_or_nothing(self):
        with self.assertRaises(CorrectionError):
            self.apply(Change("title", NEW), Change("published_on", "the day before"))
        self.article.refresh_from_db()
        self.assertEqual(self.article.title, OLD)
        self.assertFalse(Correction.objects.exists())

    def test_what_is_refused(self):
        for change in (
            Change("html", "<p>"),
            Change("caption", "no figure named"),
            Change("caption", "…", "https://cdn.example/none.jpg"),
            Change("title", "…", "https://cdn.example/1.jpg"),
            Change("title", ""),
            Change("title", "題" * 501),
            Change("title", None),
            Change("body", "a\x00b"),
            Change("published_on", "2021-02-30"),
            Change("authors", "林小鷗"),
            Change("tags", [""]),
            Change("credit", "攝" * 301, "https://cdn.example/1.jpg"),
        ):
            with self.subTest(change), self.assertRaises(CorrectionError):
                self.apply(change)

    def test_a_reason_is_required(self):
        for reason in ("", "  ", "長" * 501):
            with self.subTest(reason), self.assertRaises(CorrectionError):
                self.apply(Change("title", NEW), reason=reason)
        self.assertFalse(Correction.objects.exists())


class RevertTest(CorrectionsTest):
    def test_the_imported_value_comes_back_on_record(self):
        (row,) = self.apply(Change("tags", ["清晨"]))
        made = corrections.revert(row, reason="誤改", editor=self.editor)
        row.refresh_from_db()
        self.assertEqual((row.is_active, made.is_active), (False, False))
        self.assertEqual((made.before, made.after), (["清晨"], ["渡輪", "碼頭", "清晨"]))
        self.assertEqual(corrections.current_value(self.article, "tags"), ["渡輪", "碼頭", "清晨"])

    def test_a_figure_comes_back(self):
        url = "https://cdn.example/1.jpg"
        (row,) = self.apply(Change("caption", "中環碼頭", url))
        corrections.revert(row, reason="誤改", editor=self.editor)
        self.assertEqual(corrections.current_value(self.article, "caption", url), "碼頭")

    def test_the_text_comes_back_rendered(self):
        (row,) = self.apply(Change("body", "新的正文。"))
        corrections.revert(row, reason="誤改", editor=self.editor)
        self.article.refresh_from_db()
        self.assertEqual(self.article.body, "舊的正文。")
        self.assertIn("舊的正文", self.article.html)

    def test_not_twice_and_not_without_a_reason(self):
        (row,) = self.apply(Change("title", NEW))
        with self.assertRaises(CorrectionError):
            corrections.revert(row, reason=" ", editor=self.editor)
        corrections.revert(row, reason="誤改", editor=self.editor)
        with self.assertRaises(CorrectionError):
            corrections.revert(row, reason="誤改", editor=self.editor)


class ResolveTest(CorrectionsTest):
    def setUp(self):
        (self.correction,) = self.apply(Change("title", NEW))
        self.article.imported["title"] = "第三個題目"
        self.article.save(update_fields=["imported"])
        self.conflict = Conflict.objects.create(
            article=self.article,
            field="title",
            digest="d",
            base=OLD,
            theirs="第三個題目",
            ours=NEW,
            run=ImportRun.objects.create(),
        )

    def test_taking_ends_the_correction(self):
        corrections.resolve(self.conflict, True, self.editor)
        self.article.refresh_from_db()
        self.conflict.refresh_from_db()
        self.assertEqual((self.article.title, self.conflict.state), ("第三個題目", Conflict.State.TAKEN))
        self.assertEqual(self.values(), {})
        self.assertEqual(Correction.objects.first().before, NEW)

    def test_keeping_changes_nothing(self):
        corrections.resolve(self.conflict, False, self.editor)
        self.article.refresh_from_db()
        self.conflict.refresh_from_db()
        self.assertEqual((self.article.title, self.conflict.state), (NEW, Conflict.State.KEPT))
        self.assertEqual(self.values(), {("title", ""): NEW})

    def test_a_settled_one_stays_settled(self):
        corrections.resolve(self.conflict, False, self.editor)
        with self.assertRaises(CorrectionError):
            corrections.resolve(self.conflict, True, self.editor)

    def test_writing_the_imports_value_by_hand_settles_it(self):
        self.apply(Change("title", "第三個題目"))
        self.conflict.refresh_from_db()
        self.assertEqual(self.conflict.state, Conflict.State.TAKEN)


class ActiveValuesTest(CorrectionsTest):
    def test_one_query_for_many_articles(self):
        other = make_article("50002")
        self.apply(Change("title", NEW))
        corrections.apply(other, [Change("tags", ["渡輪"])], reason="補標籤", editor=None)
        with self.assertNumQueries(1):
            values = corrections.active_values([self.article.pk, other.pk, 0])
        self.assertEqual(values, {self.article.pk: {("title", ""): NEW}, other.pk: {("tags", ""): ["渡輪"]}})
