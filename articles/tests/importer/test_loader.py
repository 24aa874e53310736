import datetime

import pytest

from articles.importer.captures import parsed_by
from articles.models import Article, Author, Byline, Capture, Figure, ImportIssue, Section, Tag, TaggedArticle
from articles.profile import load
from articles.search import index
from articles.tests.importer.newsroom import PROFILE, ROOT, import_once, page, read_text, write_pages

pytestmark = pytest.mark.django_db


def bring(folder, *pages: str, names: tuple[str, ...] = ()):
    for number, text in enumerate(pages, 1):
        (folder / (names[number - 1] if names else f"article_{number}.md")).write_text(text)
    return import_once(folder)


def test_one_page_in_all_its_rows(tmp_path):
    text = page(7001, title="碼頭重開", more="last_updated: 2019-05-04T20:00:00+08:00\n")
    bring(tmp_path, text)
    capture, article = Capture.objects.get(), Article.objects.get()
    parsed = read_text(text, "article_1.md")
    for name in (
        "key",
        "source_id",
        "path",
        "kind",
        "original_url",
        "wayback_url",
        "captured_at",
        "front_matter",
        "title",
        "published_on",
        "updated_at",
        "body",
        "fingerprint",
    ):
        stored = getattr(capture, name)
        assert (bytes(stored) if isinstance(stored, memoryview) else stored) == getattr(parsed, name), name
    assert capture.original_bytes == text.encode()
    assert capture.parsed_by == parsed_by(PROFILE)
    assert capture.pending is False
    assert capture.article == article.text_capture.article == article
    assert (article.source_id, article.title, article.body) == ("7001", "碼頭重開", parsed.body)
    assert article.published_on == datetime.date(2019, 5, 4)
    assert article.updated_at == datetime.datetime(2019, 5, 4, 12, tzinfo=datetime.UTC)
    assert article.status == Article.Status.PUBLISHED
    assert "<p>{{&lt; figure 1 &gt;}}</p>" in article.html
    assert article.excerpt.startswith("碼頭第7001號閘門")
    assert article.sort_key == "2019-05-04/000000007001"
    assert (article.section.name, article.section.slug, article.section.label_en) == (
        "要聞",
        "top-stories",
        "Top stories",
    )
    assert list(article.bylines.values_list("author__name", "credit", "position")) == [("林小鷗", "記者林小鷗", 0)]
    assert list(article.tagged.values_list("tag__name", "position")) == [("渡輪", 0), ("ferry", 1)]
    figure = article.figures.get()
    assert (figure.position, figure.kind, figure.caption) == (1, "image", "第7001號閘門")
    assert figure.capture == capture


def test_a_draft_waits_for_an_editor_and_stays_as_the_editor_left_it(tmp_path):
    bring(tmp_path, page(1, more="draft: true\n"))
    article = Article.objects.get()
    assert article.status == Article.Status.REVIEW
    assert not Article.objects.published().exists()
    Article.objects.update(status=Article.Status.WITHHELD, notice="應作者要求")
    bring(tmp_path, page(1, title="另一題"))
    article.refresh_from_db()
    assert (article.title, article.status, article.notice) == ("另一題", Article.Status.WITHHELD, "應作者要求")


def test_a_placeholder_is_a_capture_and_no_article(tmp_path):
    bring(tmp_path, page(1, title="Temporarily Offline", body=" "))
    capture = Capture.objects.get()
    assert (capture.kind, capture.placeholder_rule, capture.pending, capture.article) == (
        "placeholder",
        "offline",
        False,
        None,
    )
    assert not Article.objects.exists()
    assert not Tag.objects.exists()


def test_a_placeholder_that_turns_into_a_story(tmp_path):
    bring(tmp_path, page(1, title="Temporarily Offline", body=" "))
    assert bring(tmp_path, page(1, title="碼頭重開")).updated == 1
    assert Article.objects.get().title == "碼頭重開"


def test_a_changed_file_replaces_lists_and_figures(tmp_path):
    two = "".join(f'<figure><img src="https://img.harbourlight.example/{name}.jpg"></figure>\n' for name in "ab")
    bring(tmp_path, page(1, author="記者林岸、莫聽雨", tags=("渡輪", "碼頭", "夜渡"), body=f"前\n{two}"))
    assert Byline.objects.count() == 2
    assert Figure.objects.count() == 2
    bring(tmp_path, page(1, author="莫聽雨", tags=("夜渡", "渡輪"), body=f"後\n{two[: len(two) // 2]}"))
    article = Article.objects.get()
    assert list(article.bylines.values_list("author__name", flat=True)) == ["莫聽雨"]
    assert list(article.tagged.values_list("tag__name", flat=True)) == ["夜渡", "渡輪"]
    assert [figure.position for figure in article.figures.all()] == [1]
    assert article.body.startswith("後")
    assert "後" in article.html


def test_issues_are_kept_once_and_lead_to_their_capture(tmp_path):
    text = page(1, date="2021-02-30")
    bring(tmp_path, text)
    issue = ImportIssue.objects.get()
    assert (issue.path, issue.line, issue.kind, issue.capture) == ("article_1.md", 3, "bad-date", Capture.objects.get())
    import_once(tmp_path)
    bring(tmp_path, text + "\n")
    assert ImportIssue.objects.count() == 1


def test_a_changed_profile_reads_the_same_files_again(tmp_path):
    from articles.importer.pipeline import run_import

    folder = write_pages(tmp_path / "pages", 3)
    import_once(folder)
    text = (ROOT / "seeds" / "archive.toml").read_text()
    winds = "船長說，風浪不大。"
    rule = f"[[boilerplate]]\nname = 'winds'\npattern = '{winds}'\nreason = 'r'\nexample = '{winds}'\n\n[byline]"
    (tmp_path / "archive.toml").write_text(text.replace("[byline]", rule))
    report = run_import([folder], load(tmp_path / "archive.toml"), jobs=1)
    assert (report.created, report.updated, report.unchanged) == (0, 0, 3)
    assert not Article.objects.filter(body__contains="風浪").exists()
    assert not Article.objects.filter(html__contains="風浪").exists()


def test_authors_are_described_by_their_latest_story_in_whatever_order(tmp_path):
    def block(text):
        return f"正文\n\n![](images/{text}.png)\n\n**專欄 | 林岸**\n\n{text}"

    pages = [
        page(1, date="2019-01-01", author="林岸", body=block("舊介紹")),
        page(2, date="2020-01-01", author="記者林岸", body=block("新介紹")),
        page(3, date="2021-01-01", author="林岸"),
    ]
    for order in (pages, pages[::-1]):
        index.forget(Article.objects.values_list("pk", flat=True))
        Article.objects.all().delete()
        Capture.objects.all().delete()
        Author.objects.all().delete()
        for text in order:
            (tmp_path / "article_1.md").write_text(text)
            import_once(tmp_path / "article_1.md")
        author = Author.objects.get()
        assert (author.name, author.role, author.biography) == ("林岸", "專欄", "新介紹")
        assert author.avatar_url == "rescued/images/新介紹.png"


def test_generic_bylines_are_marked(tmp_path):
    bring(tmp_path, page(1, author="南灣新聞記者"), page(2, author="林岸"))
    assert dict(Author.objects.values_list("name", "is_generic")) == {"南灣新聞記者": True, "林岸": False}


def test_sections_stand_in_the_profile_s_order_and_unknown_ones_behind(tmp_path):
    bring(tmp_path, page(1, section="航海"), page(2, section="文化"), page(3, section="要聞"), page(4, section=""))
    assert list(Section.objects.values_list("name", flat=True)) == ["要聞", "文化", "航海"]
    assert Article.objects.get(source_id="4").section is None


def test_tags_that_differ_little_stay_apart(tmp_path):
    bring(tmp_path, page(1, tags=("A/B", "A?B", "A B", "a b", "臺", "台", "x" * 200, "New Bay, People's Party")))
    assert TaggedArticle.objects.count() == 8
    assert Tag.objects.values("slug").distinct().count() == 8


def test_a_query_count_that_does_not_grow_with_the_files(tmp_path, django_assert_max_num_queries):
    write_pages(tmp_path / "few", 5)
    write_pages(tmp_path / "many", 200, first=8001)
    with django_assert_max_num_queries(80):
        import_once(tmp_path / "few")
    with django_assert_max_num_queries(80):
        import_once(tmp_path / "many")
