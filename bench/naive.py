"""The yardsticks: importers as one would write them in an afternoon, a row at a time.

``import_bare`` does a fraction of what import_seeds does: no captures to speak of, no figures, no search, no
versions, no cleaning. ``import_whole`` leaves the same rows, search included; still no versions, no report, no look
at what an editor has corrected. Both stay as they are, so that ratios can be compared over time.
"""

from __future__ import annotations

import hashlib
import zlib
from datetime import date
from pathlib import Path
from unittest import mock

import frontmatter
from django.db import transaction

from articles import derived
from articles.importer.parser import parse
from articles.importer.records import SourceFile
from articles.models import Article, Author, Byline, Capture, Figure, Section, Tag, TaggedArticle
from articles.profile import ArchiveProfile, current
from articles.rendering import excerpt_of, plain_paragraphs, problem_with, render_whole
from articles.search import index
from articles.slugs import slug_of


def html_of(text: str) -> str:
    """Render by the library alone: what is saved on plain paragraphs is the importer's own."""
    return plain_paragraphs(text) if problem_with(text) else render_whole(text)


def import_bare(path: Path) -> None:
    """Create or update what one file says."""
    try:
        post = frontmatter.load(str(path))
    except Exception:  # noqa: BLE001  whatever YAML refuses: an afternoon's importer goes on
        return
    source_id = path.stem.removeprefix("article_")
    title = str(post.get("title") or "")[:500]
    section = author = None
    if name := str(post.get("category") or "")[:100]:
        section, _ = Section.objects.get_or_create(name=name, defaults={"slug": slug_of(name)})
    if name := str(post.get("author") or "")[:200]:
        author, _ = Author.objects.get_or_create(name=name, defaults={"slug": slug_of(name)})
    try:
        published_on = date.fromisoformat(str(post.get("date")))
    except ValueError:
        published_on = None
    capture, _ = Capture.objects.update_or_create(
        key=f"naive {source_id}",
        defaults={
            "source_id": source_id,
            "path": str(path),
            "sha256": "",
            "original": b"",
            "original_size": 0,
            "parsed_by": "naive",
            "kind": Capture.Kind.TEXT,
        },
    )
    article, _ = Article.objects.update_or_create(
        source_id=source_id,
        defaults={
            "text_capture": capture,
            "title": title,
            "published_on": published_on,
            "section": section,
            "body": post.content,
            "html": html_of(post.content),
            "sort_key": f"{published_on or ''} {source_id}",
        },
    )
    if author:
        Byline.objects.update_or_create(article=article, author=author)
    tags = post.get("tags")
    names = [str(name)[:200] for name in tags if name] if isinstance(tags, list) else []
    for name in names:
        Tag.objects.get_or_create(name=name, defaults={"slug": slug_of(name)})
    article.tags.add(*names)


def import_whole(path: Path, folder: Path, profile: ArchiveProfile) -> None:
    """Create or update every row that import_seeds makes of one file."""
    data = path.read_bytes()
    file = SourceFile(str(path.relative_to(folder)), data, hashlib.sha256(data).hexdigest())
    parsed = parse(file, profile)
    same = "source_id path kind placeholder_rule original_url wayback_url captured_at front_matter title published_on"
    same += " updated_at body linked_id inferred_on inferred_from fingerprint"
    capture, _ = Capture.objects.update_or_create(
        key=parsed.key,
        defaults={name: getattr(parsed, name) for name in same.split()}
        | {
            "sha256": file.sha256,
            "original": zlib.compress(data),
            "original_size": len(data),
            "section_name": parsed.section,
            "bylines": [vars(byline) for byline in parsed.bylines],
            "tag_names": list(parsed.tags),
            "removed": parsed.removed,
        },
    )
    for number, figure in enumerate(parsed.figures, 1):
        Figure.objects.update_or_create(capture=capture, position=number, defaults=vars(figure))
    if parsed.kind == "placeholder":
        return
    section = None
    if parsed.section:
        section, _ = Section.objects.get_or_create(name=parsed.section, defaults={"slug": slug_of(parsed.section)})
    article, _ = Article.objects.update_or_create(
        source_id=parsed.source_id,
        defaults={
            "text_capture": capture,
            "title": parsed.title,
            "published_on": parsed.published_on,
            "updated_at": parsed.updated_at,
            "section": section,
            "body": parsed.body,
            "sort_key": derived.sort_key_of(parsed.published_on, parsed.source_id),
        },
    )
    Capture.objects.filter(pk=capture.pk).update(article=article, pending=False)
    Figure.objects.filter(capture=capture).update(article=article)
    for place, byline in enumerate(parsed.bylines):
        author, _ = Author.objects.get_or_create(name=byline.name, defaults={"slug": slug_of(byline.name)})
        Byline.objects.update_or_create(
            article=article, author=author, defaults={"position": place, "credit": byline.credit}
        )
    for place, name in enumerate(parsed.tags):
        tag, _ = Tag.objects.get_or_create(name=name, defaults={"slug": slug_of(name)})
        TaggedArticle.objects.update_or_create(content_object=article, tag=tag, defaults={"position": place})
    with transaction.atomic():
        derived.rebuild([article])


def run_bare(paths: list[Path]) -> None:
    """Import files one by one."""
    for path in paths:
        import_bare(path)


def run_whole(paths: list[Path], folder: Path) -> None:
    """Import files one by one, with all their rows."""
    profile = current()
    index.ensure()
    with mock.patch.object(derived, "columns", lambda text: (html_of(text), excerpt_of(text))):
        for path in paths:
            import_whole(path, folder, profile)
