"""Search on the real sample: every query of all kinds finds exactly what brute force finds.

One text in six, so that it takes seconds on both databases; ``SAMPLE_STEP=1`` reads all of them, in some minutes.
"""

import os
import random
import zlib
from pathlib import Path

import pytest

from articles import derived
from articles.importer.parser import parse as parse_file
from articles.importer.records import SourceFile, UnreadableError
from articles.models import Article, Author, Byline, Capture, Section, Tag, TaggedArticle
from articles.profile import load
from articles.search import index
from articles.search.queries import PAGE, Search, search
from articles.search.syntax import parse
from articles.slugs import slug_of
from articles.tests.search.judge import judged_articles, verdict
from bench.search import queries

ROOT = Path(__file__).resolve().parents[3]
pytestmark = pytest.mark.django_db  # not marked corpus: it is for both databases


def fill(folder: Path) -> None:
    """Write every text of the sample as an article of its own: search has nothing to do with versions."""
    profile = load(ROOT / "seeds" / "archive.toml")
    sections: dict[str, Section] = {}
    authors: dict[str, Author] = {}
    tags: dict[str, Tag] = {}
    seen: set[str] = set()
    captures, articles, bylines, tagged = [], [], [], []
    for path in sorted(folder.rglob("*.md"))[:: int(os.environ.get("SAMPLE_STEP", "6"))]:
        try:
            found = parse_file(SourceFile(path.name, path.read_bytes(), "0" * 64), profile)
        except UnreadableError:
            continue
        if found.kind != "text" or found.source_id in seen:
            continue
        seen.add(found.source_id)
        if found.section and found.section not in sections:
            sections[found.section] = Section.objects.create(name=found.section, slug=slug_of(found.section))
        capture = Capture(
            key=found.key, source_id=found.source_id, path=path.name, sha256="0" * 64, original=zlib.compress(b""),
            original_size=0, parsed_by="test", kind="text", pending=False,
        )  # fmt: skip
        article = Article(
            source_id=found.source_id, text_capture=capture, title=found.title, body=found.body,
            published_on=found.published_on, section=sections.get(found.section), rendered_by="test",
            sort_key=derived.sort_key_of(found.published_on, found.source_id),
        )  # fmt: skip
        captures.append(capture)
        articles.append(article)
        for byline in found.bylines:
            author = authors.setdefault(byline.name, Author(name=byline.name, slug=slug_of(byline.name)))
            bylines.append(Byline(article=article, author=author))
        for position, name in enumerate(found.tags):
            tag = tags.setdefault(name, Tag(name=name, slug=slug_of(name)))
            tagged.append(TaggedArticle(content_object=article, tag=tag, position=position))
    for rows in (captures, articles, list(authors.values()), list(tags.values()), bylines, tagged):
        type(rows[0])._default_manager.bulk_create(rows, batch_size=500, ignore_conflicts=rows is bylines)
    index.rebuild()


def test_recall_and_precision_are_one(corpus):
    fill(corpus)
    judged = judged_articles()
    assert len(judged) > 1000
    chance = random.Random(11)  # noqa: S311
    texts = list(Article.objects.order_by("pk").prefetch_related("tags"))
    pool = [(f"{a.title}。{a.body}", [tag.name for tag in a.tags.all()]) for a in chance.sample(texts, 400)]
    typed = list(dict.fromkeys(text for _round in range(2) for text in queries(pool, chance)[:156]))
    names = [name for name in Author.objects.values_list("name", flat=True) if len(name) == 3][:20]
    typed += [f"author:{name}" for name in names] + [f"section:{name[:2]}" for name in ("眾聞", "眾說")]
    assert len(typed) >= 300
    differ = []
    for text in typed:
        expected = verdict(parse(text), judged)
        first = search(Search(text))
        found: set[int] = set()
        if first.total <= 200:
            for page in range(1, -(-first.total // PAGE) + 1):
                found |= {hit.article.pk for hit in search(Search(text, page=page)).hits}
        if first.total != len(expected) or (first.total <= 200 and found != expected):
            differ.append((text, first.total, len(expected)))
    assert differ == []
