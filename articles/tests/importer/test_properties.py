"""What holds in every history of an archive: files that change, imports of any part in any order, corrections."""

import itertools

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from articles import corrections
from articles.corrections import Change
from articles.models import Article, Correction, Figure
from articles.tests.importer.folders import TEXT
from articles.tests.importer.newsroom import content, empty_archive, import_once, page, tables

pytestmark = pytest.mark.django_db
# What is decided is the same on every database; PostgreSQL, which takes three times as long, tries fewer examples.
FEW = 8 if connection.vendor == "postgresql" else None

IDS = (1, 2, 3, 4)
TITLES = ("碼頭重開", "市集重開", "渡輪減班")
DAYS = ("2019-05-04", "2019-05-05", "")
PICTURE = "https://img.harbourlight.example/gate.jpg"
FIGURE = f'<figure><img src="{PICTURE}"><figcaption>{{}}</figcaption></figure>\n\n'
TEXTS = (  # the second is nearly the first, the third another story, the last too short to be told from others
    TEXT,
    TEXT + "又及：下周再議。",
    "。".join(f"市集今早的第{number}檔賣魚的人說生意不錯" for number in range(12)),
    "市集今早七時開門。",
)
CAPTIONS = ("閘門", "東閘", "六時的閘門")

files = st.tuples(
    st.just("write"),
    st.sampled_from(IDS),
    st.fixed_dictionaries(
        {
            "title": st.sampled_from(TITLES),
            "date": st.sampled_from(DAYS),
            "author": st.sampled_from(["記者林岸", "莫聽雨、林岸", ""]),
            "section": st.sampled_from(["要聞", "文化", ""]),
            "tags": st.sampled_from([("渡輪",), ("市集", "渡輪"), ()]),
            "body": st.builds("{}{}".format, st.sampled_from(CAPTIONS).map(FIGURE.format), st.sampled_from(TEXTS)),
        }
    ),
)
imports = st.tuples(st.just("import"), st.sets(st.sampled_from(IDS)), st.booleans())
values = st.one_of(
    st.tuples(st.just("title"), st.sampled_from([*TITLES, "編輯改的題目"])),
    st.tuples(st.just("published_on"), st.sampled_from([None, "2019-05-05", "2020-01-01"])),
    st.tuples(st.just("section"), st.sampled_from([None, "文化", "航海"])),
    st.tuples(st.just("authors"), st.sampled_from([["林岸"], ["周晴", "林岸"], []])),
    st.tuples(st.just("tags"), st.sampled_from([["渡輪"], ["燈塔", "渡輪"], []])),
    st.tuples(st.just("body"), st.sampled_from(["{{< figure 1 >}}\n\n編輯改的正文。", "無圖。"])),
    st.tuples(st.just("caption"), st.sampled_from([*CAPTIONS, "編輯寫的說明"])),
)
edits = st.tuples(st.just("correct"), st.integers(0, 3), values)


def standing(correction: Correction):
    """Return what an article shows where a correction says what it should."""
    return corrections.current_value(correction.article, correction.field, correction.figure_url)


def write(folder, number, values):
    (folder / f"article_{number}.md").write_text(page(number, **values))


def correct(place, field, value, editor) -> None:
    articles = list(Article.objects.order_by("source_id"))
    if not articles:
        return
    article = articles[place % len(articles)]
    url = PICTURE if field == "caption" else ""
    if url and not Figure.objects.filter(article=article, original_url=url).exists():
        return
    corrections.apply(article, [Change(field, value, url)], reason="核對原文", editor=editor)


def check(made: dict) -> None:
    """Check what every import must leave true."""
    kept = {row.pk: row for row in Correction.objects.select_related("article")}
    assert made.keys() <= kept.keys(), "a correction is lost"
    for pk, (field, value) in made.items():
        assert (kept[pk].field, kept[pk].after) == (field, value), "a correction was rewritten"
    in_force = [row for row in kept.values() if row.is_active]
    for row in in_force:
        if row.figure_url and not Figure.objects.filter(article=row.article, original_url=row.figure_url).exists():
            continue  # the text that stands has no such figure: the correction waits for it
        assert standing(row) == row.after
    # where nobody has corrected anything, the source has its way
    for article in Article.objects.select_related("text_capture"):
        if not any(row.article_id == article.pk and row.field == "title" for row in in_force):
            assert article.title == article.text_capture.title


@settings(max_examples=FEW or 40, suppress_health_check=list(HealthCheck))
@given(st.lists(st.one_of(files, imports, edits), max_size=14))
def test_corrections_stand_in_every_history(tmp_path_factory, steps):
    empty_archive()
    folder = tmp_path_factory.mktemp("pages")
    editor = get_user_model().objects.get_or_create(username="editor")[0]
    write(folder, 1, {})
    import_once(folder)
    made = {}
    for kind, *arguments in [*steps, ("import", set(), False)]:
        if kind == "write":
            write(folder, *arguments)
        elif kind == "correct":
            correct(arguments[0], *arguments[1], editor)
        else:
            only, dry_run = arguments
            before = tables()
            paths = [path for number in only if (path := folder / f"article_{number}.md").exists()]
            import_once(*(paths or [folder]), dry_run=dry_run)
            if dry_run:
                assert tables() == before
        made |= {row.pk: (row.field, row.after) for row in Correction.objects.all()}
        check(made)
    before = tables()
    import_once(folder)
    assert tables() == before
    assert content()["search"] == []


@settings(max_examples=FEW or 25, suppress_health_check=list(HealthCheck))
@given(st.lists(files, min_size=2, max_size=5, unique_by=lambda step: step[1]), st.randoms(use_true_random=False))
def test_files_in_any_order_and_in_any_parts_give_the_same_archive(tmp_path_factory, steps, chance):
    folder = tmp_path_factory.mktemp("pages")
    for _kind, number, values in steps:
        write(folder, number, values)
    empty_archive()
    import_once(folder)
    expected = content()
    paths = list(folder.iterdir())
    chance.shuffle(paths)
    empty_archive()
    for _turn, part in itertools.groupby(paths, key=lambda _path: chance.randrange(2)):
        import_once(*part)
    assert content() == expected


@settings(max_examples=FEW or 25, suppress_health_check=list(HealthCheck))
@given(st.lists(files, min_size=1, max_size=6), st.lists(files, min_size=1, max_size=6))
def test_an_archive_says_what_its_files_say_now_whatever_they_said_before(tmp_path_factory, before, now):
    """The texts of a clean import of the last state; what is remembered of earlier ones (issues, names) may stay."""
    folder = tmp_path_factory.mktemp("pages")
    empty_archive()
    for _kind, number, values in before:
        write(folder, number, values)
    import_once(folder)
    for _kind, number, values in now:
        write(folder, number, values)
    import_once(folder)
    grown = content()
    empty_archive()
    import_once(folder)
    clean = content()
    for table in ("Capture", "Article", "Figure", "Byline", "TaggedArticle", "Tag", "Suggestion", "Conflict"):
        assert grown[f"articles.{table}"] == clean[f"articles.{table}"], table
    assert grown["search"] == clean["search"] == []
