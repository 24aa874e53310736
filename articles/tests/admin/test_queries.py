"""Every page of the admin asks at most fifteen questions, however many rows it shows, also for somebody who signs in
with a second factor.
"""

from django.apps import apps
from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice

from articles import bulk, corrections, merging, steps, two_factor
from articles.models import Author, Conflict, ImportIssue, ImportRun, Section, Suggestion, Tag
from articles.roles import CHIEF_EDITORS
from articles.tests.admin.roles import make_user
from articles.tests.factories import make_article, make_author, make_capture, make_figure, make_tag

MOST = 15
ROWS = 12
PASSWORD = "a-password-for-the-test"


class QueriesTest(TestCase):
    @classmethod
    def setUpTestData(cls):
        """Fill every list of the admin."""
        cls.editor = make_user(CHIEF_EDITORS)
        cls.articles = []
        run = ImportRun.objects.create(sources=["rescue.zip"], state="done", report={"issues": ROWS})
        for n in range(ROWS):
            article = make_article(
                f"6{n:04d}", authors=[f"作者{n}", "林勵"], tags=[f"標籤{n}", "渡輪"], section=f"版{n}"
            )
            cls.articles.append(article)
            capture = make_capture(f"7{n:04d}", article=article)
            make_figure(article, 1)
            make_figure(article, 2, caption="", alt="")
            corrections.apply(article, [corrections.Change("title", f"改{n}")], reason="核對", editor=cls.editor)
            Conflict.objects.create(
                article=article, field="title", digest=str(n), base="甲", ours="乙", theirs="丙", run=run
            )
            ImportIssue.objects.create(
                run=run, digest=str(n), path="a.md", kind=f"k{n % 3}", message="x", capture=capture
            )
            make_tag(f"別名{n}")
            merging.merge(Tag, f"別名{n}", f"標籤{n}", editor=cls.editor)
            make_author(f"記者{n}號")
            merging.merge(Author, f"記者{n}號", f"作者{n}", editor=cls.editor)
            for kind, left, right in (("tags", f"標籤{n}", "渡輪"), ("authors", f"作者{n}", "林勵")):
                Suggestion.objects.create(kind=kind, left=left, right=right, evidence="x")
            make_tag(f"專題{n}")
        for n in range(ROWS):
            plan = bulk.file_under(bulk.chosen([article.pk for article in cls.articles]), add_tags=[f"專題{n}"])
            bulk.make(plan, steps.filed(add_tags=[f"專題{n}"]), reason="專題", editor=cls.editor)

    def setUp(self):
        """Sign in with a second factor, in a process that has answered before and so knows its content types."""
        two_factor.begin(self.editor)
        device = two_factor.waiting(self.editor)
        two_factor.finish(self.editor, f"{totp(device.bin_key):06}")
        TOTPDevice.objects.update(last_t=-1)
        data = {"username": self.editor.username, "password": PASSWORD, "code": f"{totp(device.bin_key):06}"}
        self.assertRedirects(self.client.post(reverse("admin:login"), data | {"next": "/admin/help/"}), "/admin/help/")
        ContentType.objects.get_for_models(*apps.get_models())

    def check(self, *urls):
        counted = {}
        for url in urls:
            with CaptureQueriesContext(connection) as queries:
                response = self.client.get(url)
            self.assertEqual(response.status_code, 200, url)
            counted[url] = len(queries)
        self.assertEqual({url: count for url, count in counted.items() if count > MOST}, {})

    def test_lists_and_forms(self):
        urls = []
        for model in apps.get_app_config("articles").get_models():
            if not admin.site.is_registered(model):
                continue
            name = f"{model._meta.app_label}_{model._meta.model_name}"
            rows = list(model._default_manager.order_by("-pk")[:1])
            urls.append(reverse(f"admin:{name}_changelist"))
            urls += [reverse(f"admin:{name}_{view}", args=[row.pk]) for row in rows for view in ("change", "history")]
        self.check(*urls)

    def test_lists_and_forms_of_people(self):
        """Superusers see them."""
        self.editor.is_superuser = True
        self.editor.save()
        group = self.editor.groups.get()
        self.check(
            *(reverse(f"admin:auth_{name}_changelist") for name in ("user", "group")),
            reverse("admin:auth_user_change", args=[self.editor.pk]),
            reverse("admin:auth_group_change", args=[group.pk]),
        )

    def test_pages_of_their_own(self):
        articles = reverse("admin:articles_article_changelist")
        self.check(
            reverse("admin:index"),
            reverse("admin:help"),
            reverse("admin:two_factor"),
            reverse("admin:articles_article_record", args=[self.articles[0].pk]),
            f"{articles}?status__exact=published&missing=caption&year=2021",
            f"{articles}?q=改",
            reverse("admin:articles_tag_changelist") + "?use=none",
            reverse("admin:articles_author_changelist") + "?alias=yes",
        )

    def test_what_actions_ask(self):
        replace = {"look": "1", "find": "渡輪", "put": "小輪", "fields_searched": ["title", "body"], "reason": "核對"}
        alias, tag = (Tag.objects.get(name=name).pk for name in ("別名1", "渡輪"))
        file_under = {"look": "1", "add_tags": [alias], "remove_tags": [tag], "reason": "核對"}
        file_under |= {"section": Section.objects.earliest("pk").pk, "authors": [Author.objects.earliest("pk").pk]}
        for action, data in {"replace": replace, "file_under": file_under, "withhold": {}}.items():
            data |= {"action": action, "_selected_action": [article.pk for article in self.articles]}
            with self.subTest(action), CaptureQueriesContext(connection) as queries:
                response = self.client.post(reverse("admin:articles_article_changelist"), data)
            self.assertEqual(response.status_code, 200)
            self.assertContains(response, 'class="plan"' if "look" in data else "Withhold articles")
            self.assertLessEqual(len(queries), MOST, action)
