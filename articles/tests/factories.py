"""Small plain functions that make rows for tests: every argument has a sensible value.

Each takes the model's own field names as keyword arguments. The newsroom, its people and its stories are
invented.
"""

import hashlib
import itertools
import zlib
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

from articles.derived import sort_key_of
from articles.models import (
    Article,
    Author,
    Byline,
    Capture,
    Correction,
    Figure,
    Section,
    Tag,
    TaggedArticle,
)
from articles.slugs import slug_of

_numbers = itertools.count(10_001)


def make_section(name: str = "本地", **kw: Any) -> Section:
    """Return the section of that name, made if it is not there."""
    return Section.objects.get_or_create(name=name, defaults={"slug": slug_of(name), **kw})[0]


def make_author(name: str = "林小鷗", **kw: Any) -> Author:
    """Return the author of that name, made if it is not there."""
    return Author.objects.get_or_create(name=name, defaults={"slug": slug_of(name), **kw})[0]


def make_tag(name: str = "渡輪", **kw: Any) -> Tag:
    """Return the tag of that name, made if it is not there."""
    return Tag.objects.get_or_create(name=name, defaults={"slug": slug_of(name), **kw})[0]


def make_capture(source_id: str = "", **kw: Any) -> Capture:
    """Make one capture of a page; of a text unless ``kind`` says otherwise."""
    source_id = source_id or str(next(_numbers))
    original = kw.pop("original_bytes", f"---\ntitle: {source_id}\n---\n".encode())
    captured_at = kw.pop("captured_at", datetime(2021, 12, 30, 4, 5, 6, tzinfo=UTC))
    stamp = f"{captured_at:%Y%m%d%H%M%S}" if captured_at else "undated"
    url = f"https://www.hkcnews.com/article/{source_id}/title"
    values = {
        "key": f"{source_id}@{stamp}-{next(_numbers)}",
        "source_id": source_id,
        "path": f"content/{source_id}.md",
        "sha256": hashlib.sha256(original).hexdigest(),
        "original": zlib.compress(original),
        "original_size": len(original),
        "parsed_by": "test",
        "kind": Capture.Kind.TEXT,
        "original_url": url,
        "wayback_url": f"https://web.archive.org/web/{stamp}/{url}",
        "captured_at": captured_at,
        "pending": False,
    }
    return Capture.objects.create(**(values | kw))


def make_article(
    source_id: str = "",
    *,
    authors: Iterable[Author | str] = (),
    tags: Iterable[Tag | str] = (),
    section: Section | str | None = "本地",
    **kw: Any,
) -> Article:
    """Make one published article and the capture of its text; ``html`` is made from ``body`` if not given."""
    source_id = source_id or str(next(_numbers))
    capture = kw.pop("text_capture", None) or make_capture(source_id)
    body = kw.pop("body", "海港的清晨，渡輪如常開出。\n\n碼頭上的人比往日多。")
    published_on = kw.pop("published_on", date(2021, 12, 28))
    if isinstance(section, str):
        section = make_section(section)
    values = {
        "source_id": source_id,
        "text_capture": capture,
        "title": f"渡輪照常開出 {source_id}",
        "published_on": published_on,
        "section": section,
        "body": body,
        "html": "".join(f"<p>{paragraph.replace('<', '&lt;')}</p>\n" for paragraph in body.split("\n\n")),
        "excerpt": " ".join(body.split())[:200],
        "rendered_by": "test",
        "sort_key": sort_key_of(published_on, source_id),
    }
    article = Article.objects.create(**(values | kw))
    Capture.objects.filter(pk=capture.pk).update(article=article)
    capture.article = article
    for position, author in enumerate(authors):
        author = make_author(author) if isinstance(author, str) else author
        Byline.objects.create(article=article, author=author, position=position, credit=author.name)
    for position, tag in enumerate(tags):
        tag = make_tag(tag) if isinstance(tag, str) else tag
        TaggedArticle.objects.create(content_object=article, tag=tag, position=position)
    return article


def make_figure(article: Article, position: int = 1, **kw: Any) -> Figure:
    """Make one figure of the article's text; an image unless ``kind`` says otherwise."""
    original = f"https://cdn.hkcnews.com/images/{article.source_id}-{position}.jpg"
    values = {
        "capture": article.text_capture,
        "article": article,
        "position": position,
        "kind": Figure.Kind.IMAGE,
        "caption": f"圖 {position}：碼頭",
        "credit": "林小鷗攝",
        "original_url": original,
        "archived_url": f"https://web.archive.org/web/20211230040506im_/{original}",
    }
    return Figure.objects.create(**(values | kw))


def make_correction(article: Article, **kw: Any) -> Correction:
    """Make the record of one correction; it changes nothing in the article itself."""
    values = {
        "article": article,
        "field": "title",
        "before": "渡輪照常關出",
        "after": article.title,
        "reason": "The newsroom's own printed edition has it so.",
    }
    return Correction.objects.create(**(values | kw))
