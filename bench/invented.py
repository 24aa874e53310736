"""An archive of invented articles, written straight into a database, to measure search on.

Lengths and frequencies are near those of a Chinese newspaper, counted on a third of the Citizen News sample: a text has
1,440 characters in the mean (there 1,460), of 100 pairs of neighbours 68 are new to it (71), zlib leaves 0.43 of its
bytes (0.40), the most frequent pair is in 75 of 100 texts (66), and a character tells 9.8 bits (9.7). Words are as
unequal as ever (Zipf), and each text comes back to what it is about. It says nothing.
"""

from __future__ import annotations

import datetime
import itertools
import math
import random
import zlib
from collections.abc import Iterator

from django.db import transaction

from articles.derived import sort_key_of
from articles.models import Article, Author, Byline, Capture, Section, Tag, TaggedArticle
from articles.slugs import slug_of

WORDS = 24_000
TAGS = 5_000
AUTHORS = 300
FIRST_DAY = datetime.date(2017, 1, 1)
DAYS = 1800
BATCH = 1000
MATTERS = 24
MATTER_WEIGHTS = [1 / (rank + 2) for rank in range(MATTERS)]


class Language:
    """Invented words of one to four characters, the frequent ones short."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        characters = [chr(0x4E00 + 7 * number) for number in range(2900)]
        by_rank = [1 / (rank + 16) for rank in range(len(characters))]
        lengths = [1 if rank < 60 else 2 if rank < 20_000 else chance.choice((3, 3, 4)) for rank in range(WORDS)]
        letters = iter(chance.choices(characters, by_rank, k=sum(lengths)))
        self.words = ["".join(itertools.islice(letters, length)) for length in lengths]
        self.words[500], self.words[5000] = "BNO", "Telegram"
        self.weights = list(itertools.accumulate(1 / (rank + 12) for rank in range(WORDS)))
        self.names = list(itertools.accumulate(1 / (rank + 300) for rank in range(WORDS)))

    def sentence_words(self, count: int) -> list[str]:
        """Draw words."""
        return self.chance.choices(self.words, cum_weights=self.weights, k=count)

    def text(self) -> str:
        """Return one article's text."""
        count = min(15_000, max(40, int(self.chance.lognormvariate(math.log(455), 0.7))))
        words = self.sentence_words(count)
        matters = self.matters()
        for place in range(0, count, 4):
            words[place] = self.chance.choices(matters, MATTER_WEIGHTS)[0]
        for place in range(5, count, 6):
            words[place] += "，" if (place + 1) % 18 else "。" if (place + 1) % 90 else "。\n\n"
        return "".join(words)

    def matters(self) -> list[str]:
        """Draw what one article is about: names and turns of phrase that its text comes back to."""
        pieces = self.chance.choices(self.words, cum_weights=self.names, k=2 * MATTERS)
        return ["".join(pieces[place : place + 2]) for place in range(0, len(pieces), 2)]

    def title(self) -> str:
        """Return one article's title."""
        return "".join(self.sentence_words(self.chance.randint(5, 11)))


def articles_of(count: int) -> Iterator[tuple[int, str, str, datetime.date, list[int], int, int]]:
    """Yield number, title, text, day, tags, author and section of each article, the same ones each time."""
    chance = random.Random(1)  # noqa: S311
    language = Language(chance)
    tag_weights = list(itertools.accumulate(1 / (rank + 2) for rank in range(TAGS)))
    for number in range(1, count + 1):
        day = FIRST_DAY + datetime.timedelta(days=chance.randrange(DAYS))
        tags = chance.choices(range(TAGS), cum_weights=tag_weights, k=chance.randint(0, 8))
        author = int(AUTHORS * chance.random() ** 3)
        yield number, language.title(), language.text(), day, sorted(set(tags)), author, chance.randrange(6)


def fill(count: int) -> Language:
    """Write that many articles into an empty archive, without an index; return the language that they are in."""
    language = Language(random.Random(1))  # noqa: S311
    names = list(dict.fromkeys(language.words[100:]))
    sections = [Section.objects.create(name=f"版{n}", slug=f"section-{n}") for n in range(6)]
    authors = Author.objects.bulk_create(
        [Author(name=f"{names[n]}記者{n}", slug=slug_of(f"{n}")) for n in range(AUTHORS)]
    )
    tags = Tag.objects.bulk_create([Tag(name=f"{names[n]}{n}", slug=f"tag-{n}") for n in range(TAGS)])
    stories = articles_of(count)
    while batch := list(itertools.islice(stories, BATCH)):
        with transaction.atomic():
            captures = Capture.objects.bulk_create(
                Capture(
                    key=f"{number}@x", source_id=str(number), path=f"{number}.md", sha256="0" * 64,
                    original=zlib.compress(b"x"), original_size=1, parsed_by="bench", kind="text", pending=False,
                )
                for number, *_rest in batch
            )  # fmt: skip
            articles = Article.objects.bulk_create(
                Article(
                    source_id=str(number), text_capture=capture, title=title, body=text, excerpt=text[:200],
                    html=f"<p>{text}</p>", published_on=day, section=sections[section], rendered_by="bench",
                    sort_key=sort_key_of(day, str(number)),
                )
                for capture, (number, title, text, day, _tags, _author, section) in zip(captures, batch, strict=True)
            )  # fmt: skip
            Byline.objects.bulk_create(
                Byline(article=article, author=authors[row[5]]) for article, row in zip(articles, batch, strict=True)
            )
            TaggedArticle.objects.bulk_create(
                TaggedArticle(content_object=article, tag=tags[tag], position=position)
                for article, row in zip(articles, batch, strict=True)
                for position, tag in enumerate(row[4])
            )
    return language
