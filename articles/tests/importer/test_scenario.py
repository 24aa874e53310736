"""The life of an archive: import, correct, import again, undo. docs/editors.md tells the same story."""

import itertools

import pytest
from django.contrib.auth import get_user_model

from articles import corrections
from articles.corrections import Change
from articles.importer import lock, reader
from articles.importer.undo import UndoError, undo
from articles.models import Article, Byline, Conflict, Correction, ImportIssue, ImportRun, TaggedArticle
from articles.tests.importer.folders import TEXT, bring, rows, write
from articles.tests.importer.newsroom import empty_archive

pytestmark = pytest.mark.django_db

PICTURE = "https://www.harbourlight.example/pictures/ferry-20190304101112_1c80_large.jpg"
FIGURE = f'<figure>\n<img src="{PICTURE}" alt="">\n<figcaption>{{}}</figcaption>\n</figure>'


def text(article):
    return Article.objects.get(source_id=article)


def tags(article):
    found = TaggedArticle.objects.filter(content_object__source_id=article)
    return list(found.values_list("tag__name", flat=True))


def authors(article):
    return list(Byline.objects.filter(article__source_id=article).values_list("author__name", flat=True))


def correct(article, editor, *changes):
    return corrections.apply(text(article), [Change(*change) for change in changes], reason="核對原文", editor=editor)


@pytest.fixture
def editor():
    return get_user_model().objects.create_user("editor")


def test_corrections_stay_changes_come_conflicts_are_listed_once_and_undo_restores(tmp_path, editor):
    body = f"{FIGURE.format('渡輪離岸')}\n\n{TEXT}"
    write(tmp_path, "101", title="渡輪咸班", body=body)
    write(tmp_path, "102", title="市集重開", date="2019-03-05", body=TEXT.replace("渡輪", "市集"))
    write(tmp_path, "103", title="燈塔百年", date="2019-03-06", body=TEXT.replace("渡輪", "燈塔"))
    assert bring(tmp_path).created == 3

    # ten corrections
    correct("101", editor, ("title", "渡輪減班"), ("published_on", "2019-03-03"), ("caption", "渡輪離開南灣", PICTURE))
    correct("101", editor, ("credit", "林岸攝", PICTURE), ("body", text("101").body.replace("三十多名", "四十多名")))
    correct("102", editor, ("section", "文化"), ("authors", ["周晴", "林岸"]), ("tags", ["市集"]))
    correct("103", editor, ("title", "南灣燈塔百年"), ("tags", ["燈塔"]))
    assert Correction.objects.filter(is_active=True).count() == 10

    # the same folder, rescued anew
    write(tmp_path, "101", title="渡輪減班", body=f"{FIGURE.format('渡輪離岸，攝於清晨')}\n\n{TEXT}又及：下周再議。")
    write(tmp_path, "102", title="市集重開了", date="2019-03-05", category="本地", body=TEXT.replace("渡輪", "市集"))
    write(tmp_path, "103", title="燈塔一百年", date="2019-03-07", body=TEXT.replace("渡輪", "燈塔") + "多一句。")
    before = rows()
    preview = bring(tmp_path, dry_run=True)
    assert rows() == before
    # what would change, and nothing of what is corrected
    shown = {(change.source_id, change.field) for change in preview.changes}
    assert shown == {("102", "title"), ("103", "published_on"), ("103", "body")}
    report = bring(tmp_path)

    # corrected fields stay
    assert text("101").title == "渡輪減班"
    assert text("101").published_on.isoformat() == "2019-03-03"
    assert "四十多名" in text("101").body
    figure = text("101").figures.get()
    assert (figure.caption, figure.credit) == ("渡輪離開南灣", "林岸攝")
    assert text("102").section.name == "文化"
    assert authors("102") == ["周晴", "林岸"]
    assert tags("102") == ["市集"]
    assert (text("103").title, tags("103")) == ("南灣燈塔百年", ["燈塔"])
    # untouched ones follow
    assert text("102").title == "市集重開了"
    assert text("103").published_on.isoformat() == "2019-03-07"
    assert text("103").body.endswith("多一句。")
    assert "多一句" in text("103").html
    # both changed: four conflicts, each with its three values (the title of 101 agrees by now: none)
    found = {(row.article.source_id, row.field): row for row in Conflict.objects.select_related("article")}
    assert set(found) == {("101", "body"), ("101", "caption"), ("102", "section"), ("103", "title")}
    assert report.conflicts == preview.conflicts == 4
    title = found["103", "title"]
    assert (title.base, title.theirs, title.ours) == ("燈塔百年", "燈塔一百年", "南灣燈塔百年")
    disputed = found["101", "body"]
    assert "三十多名" in disputed.base
    assert disputed.theirs.endswith("又及：下周再議。")
    assert "四十多名" in disputed.ours

    # a third import is silent
    before = rows()
    third = bring(tmp_path)
    assert (third.unchanged, third.conflicts, third.created, third.updated) == (3, 0, 0, 0)
    assert rows() == before

    # undo the second one: what it brought goes, what editors did stays
    run = ImportRun.objects.filter(changes__isnull=False).latest("pk")
    undo(run, _profile())
    assert text("102").title == "市集重開"
    assert text("103").published_on.isoformat() == "2019-03-06"
    assert "多一句" not in text("103").body
    assert text("103").title == "南灣燈塔百年"
    assert "四十多名" in text("101").body
    assert text("101").figures.get().caption == "渡輪離開南灣"
    assert Correction.objects.filter(is_active=True).count() == 10
    with pytest.raises(UndoError, match="undone already"):
        undo(run, _profile())


def _profile():
    from articles.tests.importer.folders import profile

    return profile()


def test_undoing_the_first_import_leaves_nothing_but_what_was_corrected(tmp_path, editor):
    write(tmp_path, "101")
    write(tmp_path, "102", title="市集重開", date="2019-03-05")
    bring(tmp_path)
    correct("102", editor, ("title", "市集再開"))
    report = undo(ImportRun.objects.get(), _profile())
    assert (report.removed, report.kept) == (1, ["102"])
    assert list(Article.objects.values_list("source_id", "title")) == [("102", "市集再開")]


def test_only_the_last_import_can_be_undone(tmp_path):
    write(tmp_path / "one", "101")
    write(tmp_path / "two", "102", title="市集重開", date="2019-03-05")
    bring(tmp_path / "one")
    first = ImportRun.objects.get()
    bring(tmp_path / "two")
    with pytest.raises(UndoError, match="Only the last import"):
        undo(first, _profile())


def test_undo_of_new_versions_gives_a_story_its_former_text_and_id(tmp_path):
    write(tmp_path / "one", "105", title="渡輪減班")
    bring(tmp_path / "one")
    before = rows()
    write(tmp_path / "two", "104", title="渡輪減班", names="105", last_updated="2019-03-04 12:00:00")
    bring(tmp_path / "two")
    assert text("104").captures.count() == 2
    undo(ImportRun.objects.latest("pk"), _profile())
    after = rows()
    assert {name: after[name] for name in before} == before


def test_corrections_move_with_a_story_that_gets_a_lower_id(tmp_path, editor):
    write(tmp_path / "one", "105", title="渡輪減班")
    bring(tmp_path / "one")
    correct("105", editor, ("title", "南灣渡輪減班"))
    write(tmp_path / "two", "104", title="渡輪減班", names="105", last_updated="2019-03-04 12:00:00")
    bring(tmp_path / "two")
    assert not Article.objects.filter(source_id="105").exists()
    assert text("104").title == "南灣渡輪減班"
    assert text("104").corrections.count() == 1


def test_two_corrected_stories_that_turn_out_to_be_one_keep_both_corrections(tmp_path, editor):
    write(tmp_path / "one", "105", title="渡輪減班")
    write(tmp_path / "one", "103", title="南灣渡輪消息", body=TEXT.replace("，", "，又"))
    bring(tmp_path / "one")
    correct("105", editor, ("title", "渡輪減班了"), ("tags", ["船"]))
    correct("103", editor, ("title", "渡輪消息"))
    write(tmp_path / "two", "103", title="南灣渡輪消息", names="105", body=TEXT.replace("，", "，又"))
    bring(tmp_path / "two")
    assert list(Article.objects.values_list("source_id", flat=True)) == ["103"]
    assert (text("103").title, tags("103")) == ("渡輪消息", ["船"])
    assert text("103").corrections.count() == 3


def test_parts_in_any_order_end_in_the_same_rows(tmp_path):
    for number in range(1, 13):
        part = tmp_path / str(number % 4)
        story = number // 3
        write(
            part,
            str(200 + number),
            title=f"第{story}宗消息",
            names=str(200 + number + 1) if (number + 1) // 3 == story else "",
            date="" if number == 5 else f"2019-04-{story + 1:02}",
            author=f"記者{'林岸' if number % 2 else '周晴'}",
            tags=[f"標籤{number % 5}", "南灣"],
            body=TEXT.replace("，", f"{story}，"),
        )
    ends = []
    for order in itertools.islice(itertools.permutations("0123"), 0, 24, 5):
        empty_archive()
        for part in order:
            bring(tmp_path / part)
            bring(tmp_path / part)
        end = rows()
        end.pop("issues")  # a path in parts is the same, the order of findings is not kept
        ends.append(end)
    for end in ends[1:]:
        for table, found in end.items():
            assert found == ends[0][table], table
    assert len(ends[0]["articles"]) == 5


def test_a_file_that_is_gone_from_the_source_deletes_nothing_and_is_reported_once(tmp_path):
    write(tmp_path / "one", "101")
    gone = write(tmp_path / "one", "102", title="市集重開", date="2019-03-05")
    write(tmp_path / "two", "103", title="燈塔百年", date="2019-03-06")
    bring(tmp_path / "one")
    # another folder, or a part of this one, says nothing about the rest
    assert bring(tmp_path / "two").issues == bring(gone.with_name("article_101.md")).issues == []
    gone.unlink()
    preview = bring(tmp_path / "one", dry_run=True)
    report = bring(tmp_path / "one")
    assert report.files == 1
    (issue,) = report.issues
    assert preview.issues == [issue]
    assert (issue.path, issue.line, issue.kind) == (gone.name, None, "gone")
    assert ImportIssue.objects.get().capture.source_id == "102"
    assert Article.objects.count() == 3
    assert bring(tmp_path / "one").issues == []


def test_a_folder_that_is_closed_or_damaged_is_not_taken_for_gone(tmp_path, monkeypatch):
    write(tmp_path / "one" / "closed", "101")
    write(tmp_path / "one", "102", title="市集重開", date="2019-03-05")
    bring(tmp_path / "one")

    def walk(source, onerror):
        onerror(PermissionError(13, "Permission denied", str(source / "closed")))
        yield str(source), ["closed"], ["article_102.md"]

    monkeypatch.setattr(reader.os, "walk", walk)
    (issue,) = bring(tmp_path / "one").issues
    assert (issue.path, issue.kind) == ("closed", "unreadable")


def test_a_second_import_waits_and_says_so(tmp_path, caplog, monkeypatch):
    calls = []

    def busy_once(file, how):
        calls.append(how)
        if len(calls) == 1:
            raise BlockingIOError

    monkeypatch.setattr(lock.fcntl, "flock", busy_once)
    monkeypatch.setattr(lock.connection, "vendor", "sqlite")
    with lock.one_at_a_time():
        assert len(calls) == 2
    assert "Another import is running" in caplog.text


def test_undo_asks_nothing_anew_that_was_decided_before_the_import(tmp_path, editor):
    for number, name in (("101", "渡輪"), ("102", "市集"), ("103", "燈塔"), ("104", "碼頭")):
        day = f"2019-03-0{int(number) - 100}"
        write(tmp_path, number, title=f"{name}消息", date=day, body=TEXT.replace("渡輪", name))
    bring(tmp_path)
    correct("101", editor, ("title", "渡輪的消息"), ("body", text("101").body + "更正。"))
    correct("101", editor, ("title", "渡輪之消息"))  # corrected once more: it is still the first title that was wrong
    correct("102", editor, ("title", "市集的消息"))
    correct("103", editor, ("title", "燈塔的消息"))
    for number, name in (("101", "渡輪"), ("102", "市集"), ("103", "燈塔"), ("104", "碼頭")):
        day = f"2019-03-0{int(number) - 100}"
        write(tmp_path, number, title=f"{name}新消息", date=day, body=TEXT.replace("渡輪", name) + "新的一句。")
    bring(tmp_path)
    assert Conflict.objects.filter(state="open").count() == 4
    corrections.resolve(Conflict.objects.get(article=text("101"), field="title"), False, editor)
    corrections.resolve(Conflict.objects.get(article=text("103")), True, editor)
    correct("104", editor, ("title", "碼頭的新消息"))  # made against what this import brought

    report = undo(ImportRun.objects.filter(changes__isnull=False).latest("pk"), _profile())
    # what waited about values that are gone is gone; the one correction of the new text meets another
    assert (report.conflicts, report.closed) == (1, 2)
    waiting = Conflict.objects.get(state="open")
    assert (waiting.article.source_id, waiting.base, waiting.theirs) == ("104", "碼頭新消息", "碼頭消息")
    titles = {number: text(number).title for number in ("101", "102", "103", "104")}
    assert titles == {"101": "渡輪之消息", "102": "市集的消息", "103": "燈塔消息", "104": "碼頭的新消息"}
    assert text("101").body.endswith("更正。")
    assert set(Conflict.objects.exclude(state="open").values_list("state", flat=True)) == {"kept", "taken"}

    # the same files once more: what was settled stays so, what waited waits again
    bring(tmp_path)
    asked = Conflict.objects.filter(state="open").values_list("article__source_id", "field")
    assert set(asked) == {("101", "body"), ("102", "title"), ("104", "title")}
