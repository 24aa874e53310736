import os
import time

import pytest
from django.core.files.storage import default_storage
from django.db import DatabaseError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from articles import corrections
from articles.corrections import Change
from articles.importer import loader, worker
from articles.importer.parser import parse
from articles.importer.reader import SourceError
from articles.models import Article, Capture, Conflict, ImportIssue, ImportRun
from articles.rendering import columns
from articles.tests.importer.newsroom import (
    DATA,
    content,
    content_digest,
    empty_archive,
    import_once,
    packed,
    page,
    tables,
    write_pages,
)

pytestmark = pytest.mark.django_db
PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)


def assert_sums(report):
    data = report.as_dict()
    assert data["files"] == data["created"] + data["updated"] + data["unchanged"] + data["captures"]["unreadable"]
    assert data["files"] == sum(data["captures"].values())
    assert data["captures"]["unreadable"] == report.unreadable
    assert all(set(issue) == {"path", "line", "kind", "message"} for issue in data["issues"])


def test_every_file_is_accounted_for(tmp_path):
    write_pages(tmp_path, 30)
    for odd in DATA.glob("*.md"):
        (tmp_path / odd.name).write_bytes(odd.read_bytes())
    (tmp_path / "article_900.md").write_text(page(900, title="Temporarily Offline", body=" "))
    files = len(list(tmp_path.rglob("*.md")))
    first = import_once(tmp_path)
    assert_sums(first)
    assert first.files == files
    assert first.unreadable == 4
    assert first.placeholder == 1
    assert (first.created, first.text) == (files - 4, files - 5)
    assert Capture.objects.count() == files - 4
    again = import_once(tmp_path)
    assert_sums(again)
    assert (again.files, again.unchanged, again.text) == (files, files - 4, files - 5)
    (tmp_path / "article_900.md").write_text(page(900, title="碼頭重開"))
    changed = import_once(tmp_path)
    assert_sums(changed)
    assert (changed.updated, changed.placeholder) == (1, 0)


def test_the_run_keeps_its_report(tmp_path):
    report = import_once(write_pages(tmp_path / "pages", 3))
    run = ImportRun.objects.get()
    assert run.state == ImportRun.State.DONE
    assert run.sources == [str(tmp_path / "pages")]
    assert run.finished_at
    assert run.report["created"] == report.created == 3


@pytest.mark.parametrize("name", ["a.zip", "a.tar", "a.tar.gz", "a.tar.xz"])
def test_an_archive_gives_the_same_rows_as_its_folder(tmp_path, name):
    folder = write_pages(tmp_path / "pages", 12)
    for odd in DATA.glob("*.md"):
        (folder / odd.name).write_bytes(odd.read_bytes())
    import_once(folder)
    expected = content()
    empty_archive()
    report = import_once(packed(folder, tmp_path / name))
    assert_sums(report)
    assert content() == expected


def test_a_second_import_writes_no_row_but_its_own(tmp_path):
    folder = write_pages(tmp_path / "pages", 40)
    for odd in DATA.glob("*.md"):
        (folder / odd.name).write_bytes(odd.read_bytes())
    import_once(folder)
    before = tables()
    assert before["articles.Article"]
    report = import_once(folder)
    assert tables() == before
    assert ImportRun.objects.count() == 2
    assert (report.created, report.updated, report.conflicts) == (0, 0, 0)
    # packed, or under another root, they are the same files
    import_once(packed(folder, tmp_path / "a.tar.gz"))
    assert tables() == before


def test_what_an_earlier_renderer_has_rendered_is_rendered_anew(tmp_path):
    folder = write_pages(tmp_path / "pages", 3)
    import_once(folder)
    before = tables()
    Article.objects.filter(source_id="7001").update(html="<p>as it was</p>", excerpt="as it was", rendered_by="0")
    import_once(folder, dry_run=True)
    assert Article.objects.get(source_id="7001").html == "<p>as it was</p>"
    done = []
    import_once(folder, progress=lambda step, count: done.append((step, count)))
    assert tables() == before
    assert [count for step, count in done if step == "articles"] == [1]


def test_what_is_corrected_while_it_is_rendered_anew_stays(tmp_path):
    import_once(write_pages(tmp_path / "pages", 1))
    read = list(Article.objects.all())
    Article.objects.update(body="corrected", html="<p>corrected</p>", rendered_by="0")
    loader.write_rendered(read, [worker.plain("as it was")])
    assert Article.objects.get().html == "<p>corrected</p>"


def test_a_dry_run_writes_nothing_and_says_what_an_import_does(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path / "media"
    folder = write_pages(tmp_path / "pages", 5)
    (folder / "gate.png").write_bytes(PNG)
    preview = import_once(folder, dry_run=True)
    assert not any(tables().values())
    assert not ImportRun.objects.exists()
    assert not (tmp_path / "media").exists()
    done = import_once(folder)
    same = ("created", "updated", "unchanged", "conflicts", "articles", "figures", "tags", "captures", "issues")
    assert {key: preview.as_dict()[key] for key in same} == {key: done.as_dict()[key] for key in same}
    assert preview.as_dict()["dry_run"] is True
    before = tables()
    (folder / "article_1.md").write_text(page(1))
    assert import_once(folder, dry_run=True).created == 1
    assert tables() == before


def test_the_bytes_are_kept_exactly_as_they_came(tmp_path):
    for odd in DATA.glob("*.md"):
        (tmp_path / odd.name).write_bytes(odd.read_bytes())
    import_once(tmp_path)
    kept = {capture.path: capture.original_bytes for capture in Capture.objects.all()}
    assert len(kept) > 20
    for name, data in kept.items():
        assert data == (DATA / name).read_bytes()
        assert Capture.objects.get(path=name).original_size == len(data)


def test_images_beside_the_articles_are_kept_once(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path / "media"
    folder = tmp_path / "pages"
    (folder / "images").mkdir(parents=True)
    (folder / "images" / "gate.png").write_bytes(PNG)
    (folder / "images" / "page.png").write_bytes(b"<html><script>alert(1)</script>")
    (folder / "article_1.md").write_text(page(1, body="![](images/gate.png)"))
    report = import_once(folder)
    assert report.files == 1
    assert Article.objects.get().figures.get().file == "rescued/images/gate.png"
    kept = tmp_path / "media" / "rescued" / "images"
    assert (kept / "gate.png").read_bytes() == PNG
    assert not default_storage.exists("rescued/images/page.png")
    (folder / "images" / "gate.png").write_bytes(PNG + b"\x00")
    import_once(folder)
    assert [path.name for path in kept.iterdir()] == ["gate.png"]
    assert (kept / "gate.png").read_bytes() == PNG + b"\x00"


def test_progress_counts_files_and_stories(tmp_path):
    seen = {"files": 0, "stories": 0}

    def note(step, more):
        seen[step] += more

    import_once(write_pages(tmp_path, 7), progress=note)
    assert seen == {"files": 7, "stories": 7}


def test_a_source_that_is_not_there_starts_no_import(tmp_path):
    with pytest.raises(SourceError, match="there is no such file"):
        import_once(write_pages(tmp_path / "pages", 2), tmp_path / "nowhere")
    assert not any(tables().values())
    assert not ImportRun.objects.exists()


def test_a_file_that_has_gone_deletes_nothing(tmp_path):
    folder = write_pages(tmp_path, 3)
    import_once(folder)
    next(folder.rglob("*.md")).unlink()
    assert import_once(folder).files == 2
    assert Article.objects.count() == 3


def test_a_renamed_file_is_the_same_capture(tmp_path):
    folder = write_pages(tmp_path, 3)
    import_once(folder)
    path = next(folder.rglob("*.md"))
    path.rename(folder / "zzz.md")
    report = import_once(folder)
    assert (report.created, report.updated, report.unchanged) == (0, 0, 3)
    assert Article.objects.count() == 3


def test_a_correction_survives_a_changed_file_and_the_conflict_is_listed_once(tmp_path, django_user_model):
    editor = django_user_model.objects.create_user("editor")
    path = tmp_path / "article_1.md"
    path.write_text(page(1, title="碼頭從開", section="要聞"))
    import_once(tmp_path)
    article = Article.objects.get()
    corrections.apply(article, [Change("title", "碼頭重開")], reason="錯字", editor=editor)
    path.write_text(page(1, title="碼頭終於從開", section="文化"))
    report = import_once(tmp_path)
    article.refresh_from_db()
    assert (article.title, article.section.name) == ("碼頭重開", "文化")
    assert report.conflicts == 1
    conflict = Conflict.objects.get()
    assert (conflict.base, conflict.theirs, conflict.ours) == ("碼頭從開", "碼頭終於從開", "碼頭重開")
    before = tables()
    assert import_once(tmp_path).conflicts == 0
    assert tables() == before


def test_a_story_that_falls_apart_keeps_its_corrections_under_its_own_id(tmp_path, django_user_model):
    editor = django_user_model.objects.create_user("editor")
    for number in (5, 6, 7):
        (tmp_path / f"article_{number}.md").write_text(page(number, title="渡輪停航", body="風球改掛，碼頭關閉。" * 9))
    import_once(tmp_path)
    corrections.apply(Article.objects.get(source_id="5"), [Change("section", "文化")], reason="錯版", editor=editor)
    # 5 turns out to be a version of 3, and 6 and 7 to be stories of their own
    for number, title in ((3, "市集重開"), (5, "市集重開"), (6, "燈塔百年"), (7, "書店結業")):
        body = f"{title}，人們在岸邊說起，各有各的看法。" * 9
        (tmp_path / f"article_{number}.md").write_text(page(number, title=title, body=body))
    import_once(tmp_path)
    found = Capture.objects.order_by("source_id").values_list("source_id", "article__source_id", "article__title")
    assert list(found) == [
        ("3", "3", "市集重開"),
        ("5", "3", "市集重開"),
        ("6", "6", "燈塔百年"),
        ("7", "7", "書店結業"),
    ]
    assert Article.objects.count() == 3
    sections = dict(Article.objects.values_list("source_id", "section__name"))
    assert sections == {"3": "文化", "6": "要聞", "7": "要聞"}
    before = tables()
    import_once(tmp_path)
    assert tables() == before


def test_an_undated_article_can_change(tmp_path):
    (tmp_path / "article_1.md").write_text(page(1, date=""))
    import_once(tmp_path)
    (tmp_path / "article_1.md").write_text(page(1, date="", title="碼頭重開"))
    import_once(tmp_path)
    assert Article.objects.get().title == "碼頭重開"
    assert content()["search"] == []


def test_an_editor_s_decision_on_a_conflict_stays(tmp_path, django_user_model):
    editor = django_user_model.objects.create_user("editor")
    path = tmp_path / "article_1.md"
    path.write_text(page(1, title="甲"))
    import_once(tmp_path)
    corrections.apply(Article.objects.get(), [Change("title", "乙")], reason="錯字", editor=editor)
    path.write_text(page(1, title="丙"))
    import_once(tmp_path)
    corrections.resolve(Conflict.objects.get(), take=True, editor=editor)
    assert Article.objects.get().title == "丙"
    before = tables()
    import_once(tmp_path)
    assert tables() == before


def test_two_files_that_say_they_are_one_page(tmp_path):
    for name in ("b", "a", "c"):
        (tmp_path / f"{name}.md").write_text(page(1, title=name))
    report = import_once(tmp_path)
    assert_sums(report)
    assert (report.created, report.unreadable) == (1, 2)
    assert [issue.kind for issue in report.issues] == ["id-collision"] * 2
    assert Article.objects.get().title == "a"
    before = tables()
    assert_sums(import_once(tmp_path))
    assert tables() == before


@pytest.mark.parametrize("folders", [("x", "y"), (".", "archive"), ("x", "x/y")])
@pytest.mark.parametrize("name", ["pages", "a.zip", "a.tar"])
def test_two_files_of_one_name_in_two_folders_that_say_they_are_one_page(tmp_path, folders, name):
    for folder in folders:
        (tmp_path / "pages" / folder).mkdir(parents=True, exist_ok=True)
        (tmp_path / "pages" / folder / "article_1.md").write_text(page(1, title=folder))
    source = tmp_path / name if name == "pages" else packed(tmp_path / "pages", tmp_path / name)
    report = import_once(source)
    assert_sums(report)
    assert [issue.kind for issue in report.issues] == ["id-collision"]
    assert Article.objects.get().title == folders[0]
    before = tables()
    for _ in range(2):
        assert_sums(import_once(source))
        assert name == "a.tar" or tables() == before
    assert Article.objects.get().title == folders[0]


def test_two_sources_that_hold_two_files_of_one_path(tmp_path):
    for folder in ("old", "new"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "article_1.md").write_text(page(1, title=folder))
    report = import_once(tmp_path / "old", tmp_path / "new")
    assert [issue.kind for issue in report.issues] == ["id-collision"]
    before = tables()
    import_once(tmp_path / "old", tmp_path / "new")
    assert tables() == before
    # alone, it is the same file rescued anew
    assert import_once(tmp_path / "new").updated == 1
    assert Article.objects.get().title == "new"


def test_a_collision_is_reported_alike_in_whatever_order_the_files_come(tmp_path):
    names = ("a.md", "b.md")
    for name in names:
        (tmp_path / name).write_text(page(1, title=name))
    import_once(*(tmp_path / name for name in names))
    expected = content()
    assert expected["articles.ImportIssue"]
    empty_archive()
    assert_sums(import_once(*(tmp_path / name for name in reversed(names))))
    assert content() == expected


def test_the_same_bytes_twice_are_one_capture(tmp_path):
    for name in ("a", "b"):
        (tmp_path / f"{name}.md").write_text(page(1))
    report = import_once(tmp_path)
    assert_sums(report)
    assert (report.created, report.unchanged, report.issues) == (1, 1, [])
    assert import_once(tmp_path).unchanged == 2


def test_a_page_that_lost_its_text_does_not_take_it_from_the_archive(tmp_path):
    path = tmp_path / "article_1.md"
    path.write_text(page(1, title="碼頭重開"))
    import_once(tmp_path)
    path.write_text(page(1, title="Temporarily Offline", body=" "))
    report = import_once(tmp_path)
    assert_sums(report)
    assert [issue.kind for issue in report.issues] == ["lost-text"]
    assert Article.objects.get().title == "碼頭重開"


def test_an_import_that_broke_off_is_finished_by_the_next(tmp_path, monkeypatch):
    folder = write_pages(tmp_path, 20)
    import_once(folder)
    expected = content()
    empty_archive()
    monkeypatch.setattr(loader, "write_stories", _full_disk)
    with pytest.raises(DatabaseError):
        import_once(folder)
    assert Capture.objects.filter(pending=True).count() == 20
    assert not Article.objects.exists()
    monkeypatch.undo()
    report = import_once(folder)
    assert (report.unchanged, report.articles) == (20, 20)
    assert content() == expected
    assert list(ImportRun.objects.order_by("pk").values_list("state", flat=True)) == ["failed", "done"]


def _full_disk(*_arguments):
    raise DatabaseError("database or disk is full")


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.integers(1, 6),
            st.sampled_from(["碼頭重開", "市集重開", ""]),
            st.sampled_from(["2019-05-04", "2019-05-05", ""]),
            st.sampled_from(["20210703184911", "20210804000000"]),
            st.sampled_from(["渡輪準時。\n\n" * 9, "市集今早七時開門，賣魚的人說生意不錯。", " "]),
        ),
        min_size=1,
        max_size=8,
        unique_by=lambda case: (case[0], case[3]),
    ),
    st.randoms(use_true_random=False),
)
def test_the_order_and_the_number_of_imports_do_not_matter(tmp_path_factory, cases, chance):
    folder = tmp_path_factory.mktemp("pages")
    paths = []
    for number, (source_id, title, date, stamp, body) in enumerate(cases):
        paths.append(folder / f"{number}.md")
        paths[-1].write_text(page(source_id, title=title, date=date, stamp=stamp, body=body))
    empty_archive()
    import_once(folder)
    expected = content()
    before = tables()
    import_once(folder)
    assert tables() == before
    empty_archive()
    chance.shuffle(paths)
    cut = chance.randrange(len(paths) + 1)
    import_once(*paths[:cut])
    import_once(*paths[cut:], *paths[:cut])
    again = content()
    assert again == expected


@pytest.mark.django_db(transaction=True)
class TestWorkers:
    """Imports by several processes."""

    def test_they_give_the_same_rows_as_one(self, tmp_path):
        folder = write_pages(tmp_path / "pages", 90)
        import_once(folder)
        expected = content_digest()
        empty_archive()
        report = import_once(folder, jobs=3)
        assert_sums(report)
        assert content_digest() == expected

    def test_one_that_crashes_costs_one_file(self, tmp_path, monkeypatch):
        folder = write_pages(tmp_path / "pages", 70)
        for number in (7003, 7050):
            (folder / f"deadly_{number}.md").write_text(page(f"9{number}"))
        parent = os.getpid()

        def deadly(file, profile):
            if "deadly" in file.path:
                assert os.getpid() != parent
                os._exit(1)
            return parse(file, profile)

        monkeypatch.setattr(worker, "parse", deadly)
        report = import_once(folder, jobs=2)
        assert_sums(report)
        assert (report.created, report.unreadable) == (70, 2)
        assert sorted((issue.path, issue.kind) for issue in report.issues) == [
            ("deadly_7003.md", "crashed"),
            ("deadly_7050.md", "crashed"),
        ]
        assert ImportIssue.objects.filter(kind="crashed").count() == 2
        assert Article.objects.count() == 70
        monkeypatch.undo()
        assert import_once(folder, jobs=2).created == 2

    def test_a_text_that_crashes_the_renderer_is_shown_plain(self, tmp_path, monkeypatch):
        folder = write_pages(tmp_path / "pages", 70)
        (folder / "article_1.md").write_text(page(1, body="deadly **text**"))
        parent = os.getpid()

        def deadly(body):
            if "deadly" in body:
                assert os.getpid() != parent
                os._exit(1)
            return columns(body)

        monkeypatch.setattr(worker, "columns", deadly)
        report = import_once(folder, jobs=2)
        assert_sums(report)
        assert (report.created, report.articles, report.unreadable) == (71, 71, 0)
        assert [(issue.path, issue.kind) for issue in report.issues] == [("article_1.md", "not-rendered")]
        assert Article.objects.get(source_id="1").html == "<p>deadly **text**</p>"
        assert Article.objects.get(source_id="7001").html.startswith("<p>碼頭第7001號閘門")

    def test_a_dry_run_with_workers_writes_nothing(self, tmp_path):
        report = import_once(write_pages(tmp_path / "pages", 40), jobs=2, dry_run=True)
        assert (report.created, report.articles) == (40, 40)
        assert not any(tables().values())

    def test_an_unexpected_error_stops_the_import_loudly(self, tmp_path, monkeypatch):
        folder = write_pages(tmp_path / "pages", 40)

        def broken(file, profile):
            raise ZeroDivisionError(file.path)

        monkeypatch.setattr(worker, "parse", broken)
        with pytest.raises(ZeroDivisionError):
            import_once(folder, jobs=2)

    def test_no_worker_is_left_behind(self, tmp_path):
        def children():
            with open(f"/proc/self/task/{os.getpid()}/children") as file:
                return file.read().split()

        before = children()
        import_once(write_pages(tmp_path / "pages", 40), jobs=2)
        ended = time.monotonic() + 5
        while children() != before and time.monotonic() < ended:
            time.sleep(0.05)
        assert children() == before
