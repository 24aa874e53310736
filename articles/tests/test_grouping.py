"""Editors' decisions about versions: articles follow at once, and no later import takes them back."""

import pytest
from django.contrib.auth import get_user_model

from articles import corrections, grouping, profile
from articles.corrections import Change
from articles.importer import lock
from articles.models import Article, Capture, Conflict, Correction, ImportRun, Suggestion, Tag
from articles.tests.factories import make_capture, make_tag
from articles.tests.importer.newsroom import PROFILE, import_once, page, tables

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def newsroom(monkeypatch):
    """Let decisions read the same profile as the imports."""
    monkeypatch.setattr(profile, "current", lambda: PROFILE)


@pytest.fixture
def editor():
    return get_user_model().objects.create_user("mei")


@pytest.fixture
def folder(tmp_path):
    """Return a folder of five files: 7001 to 7003 are three stories, 7004 and 7005 two versions of one."""
    for number in (7001, 7002, 7003):
        write(tmp_path, number)
    for number in (7004, 7005):
        write(tmp_path, number, title="渡輪停航一天", body="風球改掛，碼頭整天關閉，人們在岸邊等候消息。")
    import_once(tmp_path)
    return tmp_path


def write(folder, number, **values):
    (folder / f"article_{number}.md").write_text(page(number, **values))


def stories():
    """Return each article's id with the source ids of its captures."""
    found = {}
    for source_id, story in Capture.objects.order_by("source_id").values_list("source_id", "article__source_id"):
        found.setdefault(story, []).append(source_id)
    return found


def pins():
    return dict(Capture.objects.exclude(pinned_story="").values_list("source_id", "pinned_story"))


APART = {"7001": ["7001"], "7002": ["7002"], "7003": ["7003"], "7004": ["7004", "7005"]}
MERGED = {"7001": ["7001"], "7002": ["7002", "7003"], "7004": ["7004", "7005"]}
SPLIT = {"7001": ["7001"], "7002": ["7002"], "7003": ["7003"], "7004": ["7004"], "7005": ["7005"]}


def test_the_evidence_alone(folder):
    assert stories() == APART


def test_merge_makes_one_story_under_the_lowest_id(folder, editor):
    assert grouping.merge(["7003", "7002"], editor=editor) == "7002"
    assert stories() == MERGED
    article = Article.objects.get(source_id="7002")
    assert article.text_capture.source_id == "7003"
    assert "7003號閘門" in article.body
    assert pins() == {"7002": "7002", "7003": "7002"}
    assert not Capture.objects.filter(pending=True).exists()


def test_merge_takes_all_versions_along(folder, editor):
    grouping.merge(["7005", "7001"], editor=editor)
    assert stories()["7001"] == ["7001", "7004", "7005"]


def test_who_decided_what_is_on_record(folder, editor):
    grouping.merge(["7002", "7003"], editor=editor)
    run = ImportRun.objects.first()
    assert (run.sources, run.state) == (["editor mei: merge 7002, 7003"], ImportRun.State.DONE)
    assert run.finished_at


@pytest.mark.parametrize("change", [False, True], ids=["the same files", "changed files"])
def test_a_merge_survives_the_next_imports(folder, editor, change):
    grouping.merge(["7002", "7003"], editor=editor)
    if change:
        write(folder, 7002, title="渡輪改道", date="2020-01-01", author="記者林岸")
        write(folder, 7003, title="渡輪復航", date="2020-06-01", author="記者林汐")
    assert import_once(folder).updated == (2 if change else 0)
    assert stories() == MERGED
    assert Article.objects.get(source_id="7002").title == ("渡輪復航" if change else "渡輪第7003航次準時開出")
    before = tables()
    import_once(folder)
    assert tables() == before


@pytest.mark.parametrize("change", [False, True], ids=["the same files", "changed files"])
@pytest.mark.parametrize("chosen", ["7004", "7005"])
def test_a_split_survives_the_next_imports(folder, editor, change, chosen):
    grouping.split(chosen, editor=editor)
    assert stories() == SPLIT
    assert pins() == {chosen: chosen}
    if change:
        for number in (7004, 7005):
            write(folder, number, title="渡輪全日停航", body="風球改掛，碼頭整天關閉，人們在岸邊等候最後消息。")
    assert import_once(folder).updated == (2 if change else 0)
    assert stories() == SPLIT


def test_split_out_of_a_merge_leaves_the_others_together(folder, editor):
    grouping.merge(["7001", "7002", "7003"], editor=editor)
    grouping.split("7001", editor=editor)
    assert stories() == MERGED
    grouping.split("7003", editor=editor)
    assert stories() == APART
    assert pins() == {"7001": "7001", "7003": "7003"}


def test_the_chosen_text_survives_the_next_imports(folder, editor):
    grouping.merge(["7003", "7002"], editor=editor)
    article = Article.objects.get(source_id="7002")
    corrections.apply(article, [Change("title", "渡輪全日開出")], reason="印刷版如此", editor=editor)
    older = Capture.objects.get(source_id="7002")
    grouping.choose_text(older, editor=editor)
    article.refresh_from_db()
    assert (article.text_capture, article.title) == (older, "渡輪全日開出")
    assert "7002號閘門" in article.body
    assert set(article.figures.values_list("capture", flat=True)) == {older.pk}
    assert ImportRun.objects.latest("pk").sources == [f"editor mei: text from {older.key}"]
    write(folder, 7002, body="碼頭第7002號閘門關閉。")
    write(folder, 7003, body="碼頭第7003號閘門關閉。")
    import_once(folder)
    article.refresh_from_db()
    assert article.body == "碼頭第7002號閘門關閉。"
    with pytest.raises(grouping.GroupingError, match="so already"):
        grouping.choose_text(older, editor=editor)
    grouping.choose_text(older, editor=editor, chosen=False)
    article.refresh_from_db()
    assert (article.text_capture.source_id, article.title) == ("7003", "渡輪全日開出")


def test_of_two_texts_that_were_chosen_the_second_counts(folder, editor):
    for source_id, begins in (("7004", "7004"), ("7005", "7005")):
        grouping.choose_text(Capture.objects.get(source_id=source_id), editor=editor)
        assert Article.objects.get(source_id="7004").text_capture.source_id == begins
    assert Capture.objects.get(gives_text=True).source_id == "7005"


def test_a_page_that_caught_no_story_gives_no_text(folder, editor):
    with pytest.raises(grouping.GroupingError, match="in no story"):
        grouping.choose_text(make_capture("7009", kind="placeholder"), editor=editor)


def test_release_lets_the_evidence_decide_again(folder, editor):
    grouping.split("7005", editor=editor)
    grouping.release("7005", editor=editor)
    assert stories() == APART
    grouping.merge(["7002", "7003"], editor=editor)
    grouping.release("7002", editor=editor)
    assert stories() == APART
    assert pins() == {}


def test_corrections_of_merged_articles_survive(folder, editor):
    first, second = Article.objects.get(source_id="7002"), Article.objects.get(source_id="7003")
    corrections.apply(first, [Change("title", "晨渡")], reason="印刷版如此", editor=editor)
    image = second.figures.get().original_url
    changes = [Change("title", "夜渡"), Change("section", "海事"), Change("caption", "船頭", image)]
    corrections.apply(second, changes, reason="印刷版如此", editor=editor)
    grouping.merge(["7002", "7003"], editor=editor)
    for _again in range(2):
        article = Article.objects.get(source_id="7002")
        assert (article.title, article.section.name, article.figures.get().caption) == ("晨渡", "海事", "船頭")
        import_once(folder)
    assert Correction.objects.filter(article=article).count() == 4
    assert sorted(article.corrections.filter(is_active=True).values_list("field", "after")) == [
        ("caption", "船頭"),
        ("section", "海事"),
        ("title", "晨渡"),
    ]
    # 7002's title was corrected against its own; the story now has 7003's
    assert list(Conflict.objects.values_list("field", "theirs", "ours")) == [
        ("title", "渡輪第7003航次準時開出", "晨渡")
    ]


def test_a_correction_is_taken_over_where_the_text_stays(folder, editor):
    write(folder, 7002, more='updated: "2019-05-05T10:00:00+08:00"\n')
    import_once(folder)
    other = Article.objects.get(source_id="7003")
    changes = [Change("section", "海事"), Change("title", "夜渡"), Change("body", "夜裏的船。")]
    corrections.apply(other, changes, reason="印刷版如此", editor=editor)
    grouping.merge(["7002", "7003"], editor=editor)
    article = Article.objects.get(source_id="7002")
    assert article.text_capture.source_id == "7002"
    assert (article.section.name, article.title, article.body) == ("海事", "夜渡", "夜裏的船。")
    assert "夜裏的船" in article.html
    assert "merged" not in article.imported
    # the section was the same in both: no conflict there
    assert sorted(Conflict.objects.values_list("field", flat=True)) == ["body", "title"]
    assert "7003號閘門" in Conflict.objects.get(field="body").base


def test_corrections_stay_with_the_story_that_keeps_the_id(folder, editor):
    article = Article.objects.get(source_id="7004")
    corrections.apply(article, [Change("section", "海事")], reason="印刷版如此", editor=editor)
    grouping.split("7005", editor=editor)
    sections = Article.objects.filter(source_id__in=["7004", "7005"]).values_list("source_id", "section__name")
    assert dict(sections) == {"7004": "海事", "7005": "要聞"}


def test_a_split_publishes_nothing_that_was_withheld(folder, editor):
    Article.objects.filter(source_id="7004").update(status=Article.Status.WITHHELD, notice="應家屬要求")
    grouping.split("7005", editor=editor)
    rows = Article.objects.filter(source_id__in=["7004", "7005"]).values_list("status", "notice")
    assert set(rows) == {("withheld", "應家屬要求")}


def test_stories_of_different_status_are_not_merged(folder, editor):
    Article.objects.filter(source_id="7003").update(status=Article.Status.WITHHELD)
    before = tables()
    with pytest.raises(grouping.GroupingError, match=r"7003: withheld"):
        grouping.merge(["7002", "7003"], editor=editor)
    assert tables() == before
    Article.objects.filter(source_id="7002").update(status=Article.Status.WITHHELD)
    grouping.merge(["7002", "7003"], editor=editor)
    assert Article.objects.get(source_id="7002").status == "withheld"


def test_a_release_publishes_nothing_that_was_withheld(folder, editor):
    grouping.split("7005", editor=editor)
    Article.objects.filter(source_id="7005").update(status=Article.Status.WITHHELD)
    with pytest.raises(grouping.GroupingError, match="differ in status"):
        grouping.release("7005", editor=editor)
    assert stories() == SPLIT


@pytest.mark.parametrize(
    ("decide", "message"),
    [
        (lambda: grouping.merge([], editor=None), "at least two"),
        (lambda: grouping.merge(["7001"], editor=None), "at least two"),
        (lambda: grouping.merge(["7004", "7005"], editor=None), "at least two"),
        (lambda: grouping.merge(["7001", "9999"], editor=None), "no text of 9999"),
        (lambda: grouping.merge(map(str, range(7001, 7099)), editor=None), "At most 50"),
        (lambda: grouping.split("7001", editor=None), "own already"),
        (lambda: grouping.split("9999", editor=None), "no text of 9999"),
        (lambda: grouping.release("7001", editor=None), "No editor has decided"),
        (lambda: grouping.release("9999", editor=None), "no text of 9999"),
    ],
)
def test_nonsense_is_refused_and_changes_nothing(folder, decide, message):
    before = tables()
    with pytest.raises(grouping.GroupingError, match=message):
        decide()
    assert tables() == before


def test_nothing_is_decided_while_an_import_runs(folder):
    run = ImportRun.objects.create()
    with pytest.raises(grouping.GroupingError, match=f"Import {run.pk} is running"):
        grouping.merge(["7002", "7003"], editor=None)
    run.refresh_from_db()
    assert (stories(), run.state) == (APART, ImportRun.State.RUNNING)


def test_a_decision_holds_the_import_lock(folder, monkeypatch):
    held = []
    real = lock.one_at_a_time
    monkeypatch.setattr(grouping, "one_at_a_time", lambda: held.append(stories()) or real())
    grouping.merge(["7002", "7003"], editor=None)
    assert held == [APART]


def suggestion(left, right, kind="versions"):
    return Suggestion.objects.create(kind=kind, left=left, right=right, evidence="same day, 60% of the text")


def test_accepting_versions_merges_them_once(folder, editor):
    row = suggestion("7002", "7003")
    grouping.accept(row, editor)
    assert (row.state, stories()) == ("accepted", MERGED)
    import_once(folder)
    row.refresh_from_db()
    assert row.state == "accepted"
    for decide in (grouping.accept, grouping.dismiss):
        with pytest.raises(grouping.GroupingError, match="already been decided"):
            decide(row, editor)


def test_a_suggestion_that_cannot_be_done_stays_open(folder, editor):
    row = suggestion("7002", "9999")
    with pytest.raises(grouping.GroupingError):
        grouping.accept(row, editor)
    row.refresh_from_db()
    assert row.state == "open"
    Suggestion.objects.all().delete()
    with pytest.raises(grouping.GroupingError, match="no longer there"):
        grouping.accept(row, editor)


def test_dismissing_is_for_good(tmp_path, editor):
    body = (
        "風球改掛，碼頭整天關閉，人們在岸邊等候消息。船公司說，明早六時視乎天氣再定。"
        "渡輪乘客可改乘巴士。機場快線照常行駛，隧道口排起長龍。"
    )
    write(tmp_path, 7101, body=body, title="停航", author="記者林岸")
    write(tmp_path, 7102, body=body, title="船停開", author="記者林汐")
    import_once(tmp_path)
    row = Suggestion.objects.get(kind="versions")
    assert (row.left, row.right) == ("7101", "7102")
    grouping.dismiss(row, editor)
    write(tmp_path, 7103)
    import_once(tmp_path)
    row.refresh_from_db()
    assert (row.state, Suggestion.objects.filter(kind="versions").count()) == ("dismissed", 1)
    assert list(stories()) == ["7101", "7102", "7103"]


class TestTags:
    def test_the_right_leads_to_the_left_if_neither_has_more_articles(self, editor):
        left, right = make_tag("台灣"), make_tag("臺灣")
        grouping.accept(suggestion("台灣", "臺灣", "tags"), editor)
        right.refresh_from_db()
        assert right.alias_of == left

    def test_an_alias_on_the_left_stands_for_its_tag_and_the_right_brings_its_own(self, editor):
        canonical = make_tag("渡輪")
        make_tag("渡船", alias_of=canonical)
        right = make_tag("小輪")
        make_tag("街渡", alias_of=right)
        grouping.accept(suggestion("渡船", "小輪", "tags"), editor)
        assert set(Tag.objects.filter(alias_of=canonical).values_list("name", flat=True)) == {"渡船", "小輪", "街渡"}
        assert not Tag.objects.filter(alias_of__alias_of__isnull=False).exists()

    def test_no_circle(self, editor):
        canonical = make_tag("渡輪")
        alias = make_tag("渡船", alias_of=canonical)
        row = suggestion("渡船", "渡輪", "tags")
        grouping.accept(row, editor)  # they are one already
        for tag in (canonical, alias):
            tag.refresh_from_db()
        assert (row.state, canonical.alias_of, alias.alias_of) == ("accepted", None, canonical)

    def test_a_tag_that_leads_elsewhere_or_is_gone(self, editor):
        make_tag("渡船", alias_of=make_tag("渡輪"))
        make_tag("巴士")
        for left, right, message in (("巴士", "渡船", "leads to “渡輪” already"), ("巴士", "無", "“無” is not there")):
            row = suggestion(left, right, "tags")
            with pytest.raises(grouping.GroupingError, match=message):
                grouping.accept(row, editor)
            row.refresh_from_db()
            assert row.state == "open"
