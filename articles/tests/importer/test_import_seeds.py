"""``manage.py import_seeds``: its flags, what it prints, and what the seeds become."""

import json
import re
import subprocess
from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import TestCase

from articles.models import Article, Author, Capture, ImportIssue, ImportRun, Section, Tag
from articles.tests.importer.newsroom import ROOT, figures_of, page, write_pages
from articles.tests.importer.processes import manage

SEEDS = ROOT / "seeds"
EMPTY = "The file is empty. Rescue the page again, or remove the file."


def run(*arguments, **options) -> str:
    out = StringIO()
    call_command("import_seeds", *map(str, arguments), jobs=1, stdout=out, **options)
    return out.getvalue()


@pytest.mark.django_db
class TestCommand:
    def test_it_prints_a_report_that_adds_up(self, tmp_path):
        write_pages(tmp_path, 3)
        (tmp_path / "empty.md").write_text("")
        printed = run(tmp_path)
        assert "4 files: 3 created, 0 updated, 0 unchanged, 1 unreadable; 0 conflicts." in printed
        assert "empty.md: The file is empty." in printed

    def test_verbosity_0_prints_nothing(self, tmp_path):
        assert run(write_pages(tmp_path, 2), verbosity=0) == ""

    def test_the_report_as_json(self, tmp_path):
        write_pages(tmp_path / "pages", 3)
        (tmp_path / "pages" / "empty.md").write_text("")
        run(tmp_path / "pages", report=str(tmp_path / "report.json"))
        report = json.loads((tmp_path / "report.json").read_text())
        assert set(report) >= {
            "files",
            "created",
            "updated",
            "unchanged",
            "conflicts",
            "captures",
            "articles",
            "figures",
            "tags",
            "issues",
            "seconds",
        }
        assert report["files"] == 4
        assert report["captures"] == {"text": 3, "placeholder": 0, "unreadable": 1}
        assert report["issues"] == [{"path": "empty.md", "line": None, "kind": "empty", "message": EMPTY}]
        assert report["seconds"] > 0
        assert report["articles"] == Article.objects.count()

    def test_a_report_that_cannot_be_written(self, tmp_path):
        with pytest.raises(CommandError, match="The import is done, but"):
            run(write_pages(tmp_path, 1), report=str(tmp_path / "nowhere" / "report.json"))
        assert Article.objects.count() == 1

    def test_strict_fails_where_there_is_an_issue(self, tmp_path):
        write_pages(tmp_path, 1)
        run(tmp_path, strict=True)
        (tmp_path / "article_1.md").write_text(page(1, date="2021-02-30"))
        with pytest.raises(CommandError, match="--strict"):
            run(tmp_path, strict=True)
        assert Article.objects.count() == 2

    def test_a_dry_run_says_so(self, tmp_path):
        printed = run(write_pages(tmp_path, 2), dry_run=True)
        assert printed.startswith("Dry run: nothing was written.")
        assert not Article.objects.exists()

    @pytest.mark.parametrize(
        ("arguments", "sentence"),
        [
            (["nowhere"], "nowhere: there is no such file or folder."),
            (["broken.zip"], "broken.zip: the source cannot be read"),
            (["broken.tar.xz"], "broken.tar.xz: the source cannot be read"),
            (["--profile", "nowhere.toml"], "nowhere.toml: the profile cannot be read"),
            (["--profile", "broken.toml"], "broken.toml: the key"),
        ],
    )
    def test_what_cannot_be_used_is_a_sentence(self, tmp_path, monkeypatch, arguments, sentence):
        monkeypatch.chdir(tmp_path)
        for name in ("broken.zip", "broken.tar.xz"):
            (tmp_path / name).write_bytes(b"no archive")
        (tmp_path / "broken.toml").write_text("hosts = []\n")
        with pytest.raises(CommandError) as caught:
            run(*arguments)
        assert sentence in str(caught.value)

    def test_jobs_need_a_number_from_1_up(self):
        with pytest.raises(CommandError, match="--jobs"):
            call_command("import_seeds", str(SEEDS), jobs=0)

    def test_lines_of_progress_where_there_is_no_terminal(self, tmp_path, monkeypatch):
        monkeypatch.setattr("articles.importer.progress.EVERY", 2)
        folder = write_pages(tmp_path, 5)
        assert "Reading files: 4" in run(folder)
        assert "Reading files" not in run(folder, no_progress=True)

    @pytest.mark.parametrize("name", ["pages", "broken.zip", "nowhere.zip"])
    def test_a_bar_on_a_terminal(self, tmp_path, name):
        class Terminal(StringIO):
            def isatty(self):
                return True

        write_pages(tmp_path / "pages", 5)
        (tmp_path / "broken.zip").write_bytes(b"no archive")
        out = Terminal()
        try:
            call_command("import_seeds", str(tmp_path / name), jobs=1, stdout=out)
        except CommandError:
            assert name != "pages"
        else:
            assert "Reading files" in out.getvalue()
            assert "5/5" in out.getvalue()


def capture(number: int) -> Capture:
    return Capture.objects.get(source_id=str(number))


def article(number: int) -> Article:
    return Article.objects.get(source_id=str(number))


def issue_kinds(number: int) -> set[str]:
    return set(ImportIssue.objects.filter(capture__source_id=str(number)).values_list("kind", flat=True))


class TestSeeds(TestCase):
    """Each odd case that seeds/README.md lists."""

    @classmethod
    def setUpTestData(cls):
        run(no_progress=True)

    def test_every_file_is_in(self):
        seeds = ImportRun.objects.get()
        files = len([path for path in SEEDS.rglob("*.md") if path.name != "README.md"])
        assert seeds.report["files"] == seeds.report["created"] == files == Capture.objects.count()
        assert seeds.report["captures"] == {"text": files - 3, "placeholder": 3, "unreadable": 0}

    def test_every_odd_case_is_tested_here(self):
        listed = set(re.findall(r"`article_(\d+)_", (SEEDS / "README.md").read_text()))
        tested = set(re.findall(r"\b9001\d\d\b", (ROOT / "articles/tests/importer/test_import_seeds.py").read_text()))
        assert listed <= tested

    def test_the_real_seed(self):
        found = article(12012)
        assert found.title
        assert found.html
        assert "月費訂戶" not in found.body + found.html
        assert found.text_capture.original_bytes == (SEEDS / "article_12012.md").read_bytes()

    def test_versions(self):
        # 900101 (captured twice), 900102 and 900103 are one story, told last by the one that was updated last
        assert set(article(900101).captures.values_list("source_id", flat=True)) == {"900101", "900102", "900103"}
        assert article(900101).captures.count() == 4
        assert not Article.objects.filter(source_id__in=["900102", "900103"]).exists()
        linked = Capture.objects.filter(source_id="900101").order_by("captured_at")
        assert [row.linked_id for row in linked] == ["900102", "900103"]

    def test_a_series_is_not_one_story(self):
        assert len({article(number).title for number in (900111, 900112, 900113)}) == 1
        assert len({article(number).published_on for number in (900111, 900112, 900113)}) == 3

    def test_control_characters(self):
        for number in (900121, 900122):
            assert issue_kinds(number) == {"control-character"}
            assert all(ord(character) >= 32 for character in article(number).title)
            assert article(number).published_on

    def test_an_empty_author(self):
        assert article(900121).bylines.count() == 0

    def test_a_byte_order_mark(self):
        assert issue_kinds(900123) == {"byte-order-mark"}
        assert capture(900123).original_bytes.startswith(b"\xef\xbb\xbf")

    def test_windows_line_ends(self):
        assert issue_kinds(900124) == {"line-ends"}
        assert "\r" not in article(900124).body
        assert b"\r\n" in capture(900124).original_bytes

    def test_an_inferred_date(self):
        assert capture(900125).published_on is None
        assert capture(900125).inferred_on is not None
        assert capture(900125).inferred_from.startswith("the file name of a picture: 舊碼頭-渡輪-20180508")
        assert article(900125).published_on == capture(900125).inferred_on == date(2018, 5, 8)
        assert article(900125).date_inferred

    def test_placeholders(self):
        for number, rule in ((900131, "farewell"), (900132, "offline"), (900133, "empty")):
            found = capture(number)
            assert (found.kind, found.placeholder_rule, found.body) == ("placeholder", rule, "")
            assert not Article.objects.filter(source_id=str(number)).exists()
            assert found.title
            assert found.title not in ("Temporarily Offline", "南灣新聞告別    感謝讀者")
            assert found.tag_names

    def test_front_matter_in_toml_and_json(self):
        for number in (900141, 900142):
            assert issue_kinds(number) == set()
            assert article(number).published_on
            assert article(number).tags.count() > 1

    def test_hugo_s_keys(self):
        found = article(900143)
        assert found.published_on == date(2018, 4, 23)
        assert found.updated_at.isoformat() == "2018-04-24T00:15:00+00:00"
        assert [byline.author.name for byline in found.bylines.all()] == ["莫聽雨", "葉青禾"]
        assert found.section.name == "文化"
        assert capture(900143).front_matter["aliases"] == ["/2018/04/tide-bookshop/", "/culture/tide-bookshop/"]

    def test_a_draft(self):
        assert article(900144).status == Article.Status.REVIEW
        assert not Article.objects.published().filter(source_id="900144").exists()
        assert "draft" in issue_kinds(900144)

    def test_pelican_s_and_jekyll_s_keys(self):
        found = article(900145)
        assert found.published_on == date(2019, 8, 26)
        assert found.updated_at is not None
        assert found.tags.count() == 5
        assert "wrong-type" in issue_kinds(900145)

    def test_a_very_long_url(self):
        assert len(capture(900151).original_url) > 2500
        assert "%EF%BF%BD%EF%BF%BD-library-" in capture(900151).original_url

    def test_captions(self):
        captions = [(figure.caption, figure.alt) for figure in figures_of("900154")]
        assert not any("請在這輸入" in caption for caption, _alt in captions)
        assert any(caption == "" for caption, _alt in captions)
        assert any(caption for caption, _alt in captions)
        assert any(alt for _caption, alt in captions)

    def test_videos_of_four_hosts(self):
        hosts = [figure.host for figure in figures_of("900155") if figure.kind == "video"]
        assert len(hosts) == 4
        assert {"YouTube", "Facebook", "Vimeo"} < set(hosts)

    def test_links_to_other_articles_stay_in_the_text(self):
        assert article(900156).html.count("<a href=") >= 5

    def test_a_table_and_footnotes(self):
        html = article(900157).html
        assert "<table>" in html
        assert 'class="footnote"' in html
        assert len(figures_of("900157")) == 1

    def test_emphasis_beside_chinese_punctuation(self):
        html = article(900158).html
        assert "，</strong>" in html
        assert "**" not in html
        assert "<blockquote>" in html

    def test_a_long_article(self):
        assert len(article(900159).body) > 8000
        assert article(900159).html.count("<h2") + article(900159).html.count("<h3") >= 30

    def test_a_photo_story(self):
        assert [figure.position for figure in figures_of("900160")] == list(range(1, 13))
        assert re.findall(r"\{\{< figure (\d+) >\}\}", article(900160).body) == [str(n) for n in range(1, 13)]

    def test_markup_in_a_title_is_text(self):
        assert "<b>&amp;</b>" in article(900161).title
        assert Author.objects.filter(name__in=["林岸", "記者林岸"]).count() == 1

    def test_a_tag_with_a_comma(self):
        assert "New Bay, People's Party" in article(900162).tags.names()

    def test_a_wrongly_decoded_caption_is_never_changed_silently(self):
        (figure,) = figures_of("900163")
        assert figure.caption == "舊碼頭的紅色郵筒。"
        assert issue_kinds(900163) == {"wrongly-decoded"}
        assert "è\x88\x8aç¢¼" in capture(900163).original_bytes.decode()

    def test_hostile_markup(self):
        html = article(900164).html.lower()
        for word in ("<script", "onerror", "onclick", "onload", "javascript:", "<iframe", "<style", "<svg"):
            assert word not in html

    def test_no_front_matter(self):
        assert issue_kinds(900165) >= {"no-front-matter", "guessed-id"}
        assert article(900165).title.startswith("讀者來函")

    def test_a_long_title(self):
        assert len(article(900166).title) == 191

    def test_simplified_chinese_stays_as_it_is(self):
        assert re.search("[国会这们来时说对]", article(900167).body)

    def test_stories_of_one_day(self):
        days = {article(number).published_on for number in (900171, 900172, 900173, 900174)}
        assert len(days) == 1
        assert "\u3000" in article(900172).title

    def test_names_that_always_come_together_are_all_kept(self):
        assert {"陳海晴", "海晴", "Chan Hoi-ching"} <= set(article(900181).tags.names())
        assert {"南灣港鐵", "灣鐵", "South Bay Metro"} <= set(article(900182).tags.names())
        assert Tag.objects.filter(name="海晴").exists()

    def test_a_columnist(self):
        (byline,) = article(900183).bylines.all()
        assert byline.author.biography
        assert byline.author.avatar_url.startswith("rescued/")
        assert byline.author.role == "專欄"
        assert "**專欄 |" not in article(900183).body
        assert any(figure.archived_url for figure in figures_of("900183"))

    def test_no_boilerplate_is_left(self):
        for found in Article.objects.all():
            assert "電子報，支持獨立報道" not in found.body + found.html + found.excerpt
            assert "月費訂戶，" not in found.body + found.html + found.excerpt

    def test_the_site_looks_alive(self):
        assert Article.objects.published().count() > 25
        assert Section.objects.count() >= 5
        assert Author.objects.exclude(biography="").exists()


def test_a_wrong_path_on_the_command_line_is_one_sentence(tmp_path):
    (tmp_path / "db").mkdir()
    manage(tmp_path / "db", "migrate", "--verbosity", "0")
    with pytest.raises(subprocess.CalledProcessError) as caught:
        manage(tmp_path / "db", "import_seeds", str(tmp_path / "nowhere"))
    assert caught.value.returncode == 1
    assert caught.value.stderr.strip() == f"CommandError: {tmp_path}/nowhere: there is no such file or folder."
