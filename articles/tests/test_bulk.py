"""Many articles in one step: planned, made, undone."""

import pytest

from articles import bulk, corrections, derived, steps
from articles.corrections import Change
from articles.models import Article, BulkChange, Correction, Figure
from articles.search import index
from articles.tests.factories import make_article, make_figure

pytestmark = pytest.mark.django_db
DONE = steps.replaced("渡輸", "渡輪")


@pytest.fixture
def stories():
    index.ensure()
    found = [
        make_article(str(60_001 + n), title=f"渡輸{n}", body=f"渡輸開出。\n\n渡輸{n}到岸。", tags=["渡輪"])
        for n in range(3)
    ]
    for story in found:
        story.imported = {"title": story.title, "tags": ["渡輪"]}
        story.save()
    make_figure(found[0], caption="渡輸與渡輸", alt="渡輸")
    derived.rebuild(found)
    return found


def plan(find="渡輸", put="渡輪", fields=bulk.TEXTS):
    return bulk.replace(bulk.chosen(Article.objects.values_list("pk", flat=True)), find, put, fields)


def titles():
    return list(Article.objects.order_by("source_id").values_list("title", flat=True))


def test_every_hit_is_planned_and_nothing_is_written(stories):
    planned = sorted(plan(), key=lambda one: one.article.pk)
    assert [len(one.hits) for one in planned] == [6, 3, 3]
    hit = planned[0].hits[2]
    assert (hit.label, hit.before, hit.old, hit.new, hit.after) == ("text", "渡輸開出。\n\n", "渡輸", "渡輪", "0到岸。")
    assert [one.label for one in planned[0].hits[3:]] == ["caption 1", "caption 1", "alternative text 1"]
    assert titles() == ["渡輸0", "渡輸1", "渡輸2"]


def test_no_more_than_somebody_looks_through(stories, monkeypatch):
    monkeypatch.setattr(bulk, "MOST", len(stories))
    assert len(bulk.chosen(Article.objects.values("pk"))) == len(stories)
    monkeypatch.setattr(bulk, "MOST", len(stories) - 1)
    with pytest.raises(bulk.BulkError, match=f"At most {len(stories) - 1} "):
        bulk.chosen(Article.objects.values("pk"))


def test_only_the_fields_that_were_chosen(stories):
    assert {change.field for one in plan(fields=["title"]) for change in one.changes} == {"title"}
    assert plan(fields=[]) == []
    assert plan(find="不見") == []


def test_letters_are_letters(stories):
    assert plan(find=".*") == []
    (one,) = plan(find="渡輸0", put=r"\1", fields=["title"])
    assert one.changes == [Change("title", r"\1")]


def test_a_step_is_corrections_and_search_follows(stories):
    step = bulk.make(plan(), DONE, reason="錯字", editor=None)
    assert titles() == ["渡輪0", "渡輪1", "渡輪2"]
    assert "渡輸" not in "".join(Article.objects.values_list("html", flat=True))
    assert Figure.objects.get().caption == "渡輪與渡輪"
    assert step.corrections.count() == 8
    assert set(step.corrections.values_list("reason", flat=True)) == {"錯字"}
    assert index.disagreements() == []


def test_undone_in_one_step_and_redone_in_another(stories):
    before = list(Article.objects.order_by("pk").values("title", "body", "html", "excerpt"))
    step = bulk.make(plan(), DONE, reason="錯字", editor=None)
    report = bulk.undo(step, reason="不是錯字", editor=None)
    assert (report.restored, report.kept) == (8, [])
    assert [(row["title"], row["body"]) for row in Article.objects.order_by("pk").values("title", "body")] == [
        (row["title"], row["body"]) for row in before
    ]
    # the titles are as imported again: nothing protects them any more
    assert not Correction.objects.filter(field="title", is_active=True).exists()
    assert index.disagreements() == []
    with pytest.raises(bulk.BulkError, match="undone already"):
        bulk.undo(step, reason="又", editor=None)
    bulk.undo(report.step, reason="確是錯字", editor=None)
    assert titles() == ["渡輪0", "渡輪1", "渡輪2"]


def test_what_has_changed_since_stays_and_is_named(stories):
    step = bulk.make(plan(fields=["title", "body"]), DONE, reason="錯字", editor=None)
    corrections.apply(stories[1], [Change("title", "夜渡")], reason="印刷版如此", editor=None)
    report = bulk.undo(step, reason="不是錯字", editor=None)
    assert [(row.article, row.field) for row in report.kept] == [(stories[1], "title")]
    assert titles() == ["渡輸0", "夜渡", "渡輸2"]


def test_an_earlier_correction_is_back_in_force(stories):
    corrections.apply(stories[0], [Change("title", "渡輸甲")], reason="較早", editor=None)
    step = bulk.make(plan(fields=["title"]), DONE, reason="錯字", editor=None)
    bulk.undo(step, reason="不是錯字", editor=None)
    assert titles()[0] == "渡輸甲"
    assert Correction.objects.get(article=stories[0], is_active=True).after == "渡輸甲"


def test_section_authors_and_tags(stories):
    chosen = bulk.chosen([story.pk for story in stories[:2]])
    planned = bulk.file_under(
        chosen, section="海事", authors=["白鷺", "海風"], add_tags=["清晨", "渡輪"], remove_tags=["無"]
    )
    bulk.make(planned, DONE, reason="核對", editor=None)
    filed = Article.objects.filter(section__name="海事")
    assert len(filed) == 2
    for story in filed:
        assert corrections.current_value(story, "authors") == ["白鷺", "海風"]
        assert corrections.current_value(story, "tags") == ["渡輪", "清晨"]
    removed = bulk.file_under(bulk.chosen([stories[0].pk]), remove_tags=["渡輪"])
    bulk.make(removed, DONE, reason="核對", editor=None)
    assert corrections.current_value(stories[0], "tags") == ["清晨"]
    assert bulk.file_under(bulk.chosen([stories[0].pk]), section="海事", remove_tags=["渡輪"]) == []


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda: plan(find=""), "Say what to find"),
        (lambda: plan(find="渡", put="渡"), "Say what to find"),
        (lambda: bulk.file_under([]), "Choose what"),
        (lambda: bulk.file_under([], add_tags=["甲"], remove_tags=["甲"]), "added and removed"),
        (lambda: bulk.make([], DONE, reason="試", editor=None), "Nothing would change"),
    ],
)
def test_nonsense_is_refused(stories, ask, message):
    with pytest.raises(bulk.BulkError, match=message):
        ask()
    assert not BulkChange.objects.exists()


def test_too_many_hits_are_refused(stories):
    Article.objects.filter(pk=stories[0].pk).update(body="渡輸" * 2001)
    with pytest.raises(bulk.BulkError, match="more than 2000 places"):
        plan()


def test_one_bad_value_stops_the_whole_step(stories):
    with pytest.raises(corrections.CorrectionError, match="must not be empty"):
        bulk.make(plan(find="渡輸1", put="", fields=["title"]), DONE, reason="試", editor=None)
    with pytest.raises(corrections.CorrectionError, match="longer than"):
        bulk.make(plan(put="渡" * 500, fields=["title"]), DONE, reason="試", editor=None)
    with pytest.raises(corrections.CorrectionError, match="needs a reason"):
        bulk.make(plan(), DONE, reason=" ", editor=None)
    assert not BulkChange.objects.exists()
    assert titles() == ["渡輸0", "渡輸1", "渡輸2"]


def test_a_picture_shown_twice_is_changed_once(stories):
    url = Figure.objects.get().original_url
    make_figure(stories[0], 2, caption="渡輸與渡輸", alt="渡輸", original_url=url)
    bulk.make(plan(fields=["caption"]), DONE, reason="錯字", editor=None)
    assert set(Figure.objects.values_list("caption", flat=True)) == {"渡輪與渡輪"}
    assert Correction.objects.count() == 1
