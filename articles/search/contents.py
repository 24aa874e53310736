"""Reads of articles what of them is searched. By plain statements, since every correction waits for them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection

from articles.models import Article
from articles.rendering import plain_text
from articles.search.documents import AUTHOR, SECTION, TAG, UNDATED, Content, Reading, mark

_SIGNED = (
    "SELECT byline.article_id, COALESCE(author.alias_of_id, author.id) FROM articles_byline byline "
    "JOIN articles_author author ON author.id = byline.author_id "
    "WHERE byline.article_id IN ({}) ORDER BY byline.position, byline.id"
)
_TAGGED = (
    "SELECT tagged.content_object_id, COALESCE(tag.alias_of_id, tag.id), tag.name FROM articles_taggedarticle tagged "
    "JOIN articles_tag tag ON tag.id = tagged.tag_id "
    "WHERE tagged.content_object_id IN ({}) ORDER BY tagged.position, tagged.id"
)
_SHOWN = "SELECT article_id, caption, credit FROM articles_figure WHERE article_id IN ({}) ORDER BY position, id"
# of a tag or an author its own name (0), and those of its aliases
_AUTHOR_NAMES = (
    "SELECT id, 0, name FROM articles_author WHERE id IN ({0}) "
    "UNION ALL SELECT alias_of_id, 1, name FROM articles_author WHERE alias_of_id IN ({0})"
)
_TAG_NAMES = _AUTHOR_NAMES.replace("articles_author", "articles_tag")


def contents(article_ids: Sequence[int], readings: Mapping[int, Reading]) -> dict[int, Content]:
    """Return what is searched of each published article, in the order of their days.

    ``readings`` are those of texts that have been read already, by article.
    """
    articles = (
        Article.objects.published()
        .filter(pk__in=article_ids)
        .order_by("sort_key")
        .values_list("pk", "title", "body", "published_on", "section")
    )
    signers: dict[int, list[int]] = defaultdict(list)
    tags: dict[int, list[str]] = defaultdict(list)
    captions: dict[int, list[str]] = defaultdict(list)
    marks: dict[int, set[int]] = defaultdict(set)
    for article_id, author in rows_of(_SIGNED, article_ids):
        signers[article_id].append(author)
        marks[article_id].add(mark(AUTHOR, author))
    authors = _names(_AUTHOR_NAMES, {author for found in signers.values() for author in found})
    tagged = rows_of(_TAGGED, article_ids)
    names = _names(_TAG_NAMES, {group for _article, group, _name in tagged})
    for article_id, group, name in tagged:
        tags[article_id] += [name, *names[group]]
        marks[article_id].add(mark(TAG, group))
    for article_id, caption, credit in rows_of(_SHOWN, article_ids):
        captions[article_id] += [text for text in (caption, credit) if text]
    return {
        pk: Content(
            day.toordinal() if day else UNDATED,
            (
                _clean(title),
                _clean("\n".join(dict.fromkeys(tags[pk]))),
                _clean(_byline([authors[author] for author in dict.fromkeys(signers[pk])])),
                _clean("\n".join(captions[pk])),
                readings[pk].text if pk in readings else text_of(body),
            ),
            tuple(sorted(marks[pk] | ({mark(SECTION, section)} if section else set()))),
        )
        for pk, title, body, day, section in articles
    }


def text_of(body: str) -> str:
    """Return an article's Markdown as it is searched."""
    return _clean(plain_text(body))


def _clean(text: str) -> str:
    return text.replace("\0", " ")


def _byline(authors: Sequence[Sequence[str]]) -> str:
    """Return the names that a hit shows, a line each; and after an empty line those of their aliases."""
    shown = "\n".join(names[0] for names in authors)
    other = "\n".join(name for names in authors for name in names[1:])
    return f"{shown}\n\n{other}" if other else shown


def _names(statement: str, groups: set[int]) -> dict[int, list[str]]:
    """Return the names of tags or authors and of their aliases, by the one that stands for them; its own is first."""
    names: dict[int, list[str]] = defaultdict(list)
    for group, _is_alias, name in sorted(rows_of(statement, sorted(groups), times=2)):
        names[group].append(name)
    return names


def placeholders(keys: Sequence[int]) -> str:
    """Return what stands for some keys in a plain statement, after ``IN``; what no row has, for none."""
    return ", ".join(["%s"] * len(keys)) or "NULL"


def rows_of(statement: str, keys: Iterable[int], times: int = 1) -> list[tuple[Any, ...]]:
    """Return the rows of a plain statement that names its keys, as ``{}``, so many times; none for no keys."""
    found = list(keys)
    if not found:
        return []
    with connection.cursor() as cursor:
        cursor.execute(statement.format(placeholders(found)), found * times)
        return list(cursor.fetchall())
