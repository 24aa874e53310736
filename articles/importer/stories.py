"""From captures to stories: reads what grouping and reconciling decide upon, and applies no text yet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import prefetch_related_objects

from articles.derived import sort_key_of
from articles.importer import reconcile, versions
from articles.importer.loader import FieldChange, Story
from articles.models import Article, Capture, Conflict, Correction
from articles.search import index

TEXT = Capture.Kind.TEXT


def group_all() -> tuple[versions.Grouping, list[str]]:
    """Group every text capture of the archive; return the stories and the ids of those that must be looked at.

    All captures take part, since one new file can join two stories. Of each only a line is read.
    """
    stored: dict[str, tuple[str | None, str]] = {}
    pending: set[str] = set()

    def lines() -> Iterator[versions.Version]:
        rows = (
            Capture.objects.filter(kind=TEXT)
            .order_by("published_on")
            .values_list(
                "pk",
                "source_id",
                "title",
                "published_on",
                "bylines",
                "linked_id",
                "updated_at",
                "captured_at",
                "fingerprint",
                "pinned_story",
                "pending",
                "article__source_id",
                "evidence",
            )
        )
        for *line, waiting, story, evidence in rows.iterator(chunk_size=1000):
            stored[line[1]] = (story, evidence)
            if waiting or line[3] is None:  # undated ones may have new neighbours
                pending.add(line[1])
            line[4] = tuple(sorted(byline["name"] for byline in line[4]))
            line[8] = bytes(line[8])
            yield versions.Version(*line)

    grouping = versions.group(lines())
    touched = set()
    for source_id, (story, evidence) in stored.items():
        now = grouping.story_of[source_id]
        if source_id in pending or story != now or evidence != grouping.evidence.get(source_id, ""):
            touched.add(now)
            if story in grouping.story_of:
                touched.add(grouping.story_of[story])
    return grouping, sorted(touched, key=versions.id_order)


def plan(story_ids: list[str], grouping: versions.Grouping, *, explain: bool = False) -> list[Story]:
    """Decide what an import does to some stories; with ``explain``, say also what each changed field was before."""
    members: dict[str, list[str]] = {story: [] for story in story_ids}
    for source_id, story in grouping.story_of.items():
        if story in members:
            members[story].append(source_id)
    captures: dict[str, list[Capture]] = {story: [] for story in story_ids}
    found_captures = Capture.objects.filter(
        kind=TEXT, source_id__in=[source_id for found in members.values() for source_id in found]
    ).defer("original", "front_matter", "removed", "fingerprint", "body")
    for capture in found_captures:
        captures[grouping.story_of[capture.source_id]].append(capture)
    for found in captures.values():
        found.sort(key=lambda capture: versions.text_order(_line(capture)))
    _read_texts([found[-1] for found in captures.values() if found])
    _regroup(captures, grouping)
    columns = ["source_id", "imported", "text_capture"] + (["body"] if explain else [])
    rows = Article.objects.filter(source_id__in=story_ids).only(*columns)
    articles = {article.source_id: article for article in rows}
    corrected = _corrections(articles.values())
    return [
        _decide(story, tuple(found), articles.get(story), corrected, grouping, explain)
        for story, found in captures.items()
        if found
    ]


def _read_texts(captures: list[Capture]) -> None:
    """Read what only the captures that give the texts are asked for: the text, and its figures."""
    bodies = dict(Capture.objects.filter(pk__in=[capture.pk for capture in captures]).values_list("pk", "body"))
    for capture in captures:
        capture.body = bodies[capture.pk]
    prefetch_related_objects(captures, "figures")


def _decide(
    story: str,
    captures: tuple[Capture, ...],
    article: Article | None,
    corrections: dict[int, _Corrections],
    grouping: versions.Grouping,
    explain: bool,
) -> Story:
    stored = None
    if article is not None:
        known = corrections.get(article.pk, _Corrections())
        stored = reconcile.StoredArticle(article.imported, article.text_capture_id, known.corrected, known.put_right)
    decided = reconcile.reconcile(_parsed(story, captures, grouping), stored)
    evidence = tuple(grouping.evidence.get(capture.source_id, "") for capture in captures)
    changes = _changes(article, stored, decided) if explain else ()
    return Story(captures, evidence, decided, article.pk if article else None, changes)


def _changes(
    article: Article | None, stored: reconcile.StoredArticle | None, decided: reconcile.Plan
) -> tuple[FieldChange, ...]:
    """Return what readers would see change: corrected fields stay, and so are none of it."""
    if decided.action == "unchanged":
        return ()
    if article is None or stored is None:
        return (FieldChange(decided.source_id, "article", None, decided.values["title"]),)
    changed = [
        FieldChange(
            decided.source_id,
            name,
            article.body if name == "body" else article.imported.get(name),
            decided.values[name],
        )
        for name in reconcile.ARTICLE_FIELDS
        if article.imported.get(name) != decided.imported[name] and (name, "") not in stored.corrected
    ]
    figures = article.imported.get("figures", {})
    for url, words in decided.imported["figures"].items():
        changed += [
            FieldChange(decided.source_id, f"{name} of {url}", figures[url].get(name), after)
            for name, after in words.items()
            if url in figures and figures[url].get(name) != after and (name, url) not in stored.corrected
        ]
    return tuple(changed)


def _line(capture: Capture) -> versions.Version:
    return versions.Version(
        capture.pk,
        capture.source_id,
        updated_at=capture.updated_at,
        captured_at=capture.captured_at,
        gives_text=capture.gives_text,
    )


def _parsed(story: str, captures: tuple[Capture, ...], grouping: versions.Grouping) -> reconcile.ParsedArticle:
    text = captures[-1]
    day, evidence = _date(captures, grouping)
    return reconcile.ParsedArticle(
        source_id=story,
        text_capture_id=text.pk,
        values={
            "title": text.title,
            "published_on": day.isoformat() if day else None,
            "section": text.section_name or None,
            "authors": [byline["name"] for byline in text.bylines],
            "tags": text.tag_names,
            "body": text.body,
        },
        figures={
            figure.original_url or figure.archived_url: {
                name: getattr(figure, name) for name in reconcile.FIGURE_FIELDS
            }
            for figure in text.figures.all()
        },
        updated_at=text.updated_at.isoformat() if text.updated_at else None,
        date_evidence=evidence,
    )


def _date(captures: tuple[Capture, ...], grouping: versions.Grouping) -> tuple[Any, str]:
    """Return a story's date, and why, if the capture that gives the text does not say it."""
    if captures[-1].published_on:
        return captures[-1].published_on, ""
    for capture in reversed(captures):
        if capture.published_on:
            return capture.published_on, f"version {capture.source_id} of this story says so"
    for capture in reversed(captures):
        if capture.inferred_on:
            return capture.inferred_on, capture.inferred_from
    for capture in captures:
        if found := grouping.neighbour_dates.get(capture.source_id):
            return found
    return None, ""


@dataclass
class _Corrections:
    """The corrections in force of one article, as reconciling needs them."""

    corrected: dict[reconcile.Key, tuple[Any, Any]] = field(default_factory=dict)
    put_right: dict[reconcile.Key, tuple[Any, ...]] = field(default_factory=dict)


def _corrections(articles: Iterable[Article]) -> dict[int, _Corrections]:
    """Return the corrections in force by article, with the values that they were made against, one after the other."""
    by_id = {article.pk: article for article in articles}
    found: dict[int, _Corrections] = {}
    active = Correction.objects.filter(article__in=by_id, is_active=True).values("article").order_by()
    chains: dict[tuple[int, reconcile.Key], tuple[tuple[Any, ...], Any]] = {}
    for row in Correction.objects.filter(article__in=active).order_by("created_at", "id"):
        key = row.field, row.figure_url
        before, after = chains.get((row.article_id, key), ((), None))
        # an import that was taken in between begins anew: what was corrected before it is no decision about it
        chain = (*before, row.before) if before and after == row.before else (row.before,)
        chains[row.article_id, key] = chain, row.after
        if row.is_active:
            known = found.setdefault(row.article_id, _Corrections())
            known.corrected[key], known.put_right[key] = (None, row.after), chain
    with_text = [pk for pk, known in found.items() if ("body", "") in known.corrected]
    # of an imported text only the digest is remembered; the text itself stands where it was corrected or disputed
    texts = [
        *Correction.objects.filter(article__in=with_text, field="body").values_list("article", "before"),
        *Conflict.objects.filter(article__in=with_text, field="body").values_list("article", "theirs"),
    ]
    for pk, text in texts:
        if reconcile.digest_of(text) == by_id[pk].imported.get("body"):
            corrected = found[pk].corrected
            corrected["body", ""] = (text, corrected["body", ""][1])
    return found


def _regroup(captures: dict[str, list[Capture]], grouping: versions.Grouping) -> None:
    """Let each story have one article, under its permanent id, with all corrections of those it was made of.

    An article whose story got a lower id is renamed; of several, the one with the permanent id stays and
    takes over the others' corrections and conflicts. An article whose captures went to several stories goes
    to the one that its own id went to.
    """
    owners = {capture.article_id for found in captures.values() for capture in found if capture.article_id}
    articles = Article.objects.only("source_id", "published_on").in_bulk(owners)
    named = {article.source_id for article in Article.objects.filter(source_id__in=list(captures)).only("source_id")}
    # an article whose own id has no capture any more, after an undo, goes to the first of its stories
    homes = {
        article.pk: grouping.story_of[article.source_id]
        for article in articles.values()
        if article.source_id in grouping.story_of
    }
    with transaction.atomic():
        for story, found in captures.items():
            others = {
                article.source_id: article
                for capture in found
                if (article := articles.get(capture.article_id or 0))
                and article.source_id != story
                and homes.setdefault(article.pk, story) == story
            }
            for source_id in sorted(others, key=versions.id_order):
                article = others[source_id]
                if story in named:
                    del articles[article.pk]  # its captures in other stories have nothing to bring any more
                    _merge(article, story)
                else:
                    named.add(story)
                    article.source_id = story
                    article.sort_key = sort_key_of(article.published_on, story)
                    article.save(update_fields=["source_id", "sort_key"])


def _merge(gone: Article, story: str) -> None:
    stays = Article.objects.only("source_id").get(source_id=story)
    taken = set(Correction.objects.filter(article=stays, is_active=True).values_list("field", "figure_url"))
    for correction in Correction.objects.filter(article=gone):
        if correction.is_active and (correction.field, correction.figure_url) in taken:
            correction.is_active = False
        correction.article = stays
        correction.save(update_fields=["article", "is_active"])
    digests = Conflict.objects.filter(article=stays).values("digest")
    Conflict.objects.filter(article=gone).exclude(digest__in=digests).update(article=stays)
    index.forget([gone.pk])
    gone.delete()
