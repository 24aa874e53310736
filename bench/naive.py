"""The yardstick: an importer as one would write it in an afternoon, a row at a time.

It does less than import_seeds: no captures, no figures, no versions, no cleaning, no report, no
look at what an editor has corrected. It stays as it is, so that ratios can be compared over time.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import frontmatter

from articles.models import Article, Author, Byline, Capture, Section, Tag
from articles.rendering import render
from articles.slugs import slug_of


def import_file(path: Path) -> None:
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
            "html": render(post.content).html,
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


def run(paths: list[Path]) -> None:
    """Import files one by one."""
    for path in paths:
        import_file(path)
