"""An archive of what is rare, to look at: ``make screenshots EXTREMES=1``.

A story with twenty versions, one with forty figures, one of thirty thousand characters, one that nothing is known of,
long titles, a tag and an author with 2,900 articles, an author with one; all made from the texts of ``seeds/``.
"""

from __future__ import annotations

import datetime
import random
import re
import zlib
from pathlib import Path

from django.conf import settings
from django.urls import reverse
from PIL import Image, ImageDraw

from articles import derived
from articles.derived import sort_key_of
from articles.models import Article, Author, Byline, Capture, Section, Tag, TaggedArticle
from articles.search import index
from articles.tests import factories
from articles.tests.browser import archive

MANY = 2900
FIRST_DAY = datetime.date(2012, 3, 1)
LONG_WORD = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
TAGS = ("南灣日常", "街市", "渡輪", "電車", "海堤", "燈塔", "颱風", "天氣", "學校", "醫院")
SHAPES = ((1200, 800), (800, 1200), (1600, 500), (900, 900), (300, 200), (640, 1600))


def fill() -> None:
    """Make the archive."""
    archive.fill()
    chance = random.Random(1)  # noqa: S311
    texts = Article.objects.exclude(body="").values_list("body", flat=True).order_by("source_id")
    prose = re.sub(r"(?m)^(\{\{|\||[-#>*!\[]|\d+\.).*$", "", "\n".join(texts))
    found = re.findall(r"[一-鿿「][^。\n<>\[]{8,80}。", prose)
    sentences = [sentence for sentence in found if sentence.count("「") == sentence.count("」")]
    _versions(chance, sentences)
    _figures()
    _texts(chance, sentences)
    _crowd(chance, sentences)
    index.rebuild()


def pages() -> dict[str, str]:
    """Return the address of each page to look at, by its name."""

    def article(source_id: str) -> str:
        return reverse("articles:article", args=[source_id])

    crowd = Tag.objects.get(name="南灣日常").get_absolute_url()
    columnist = Author.objects.get(name="葉青禾").get_absolute_url()
    last = f"?page={-(-MANY // 30)}"
    return {
        "versions": article("910020"),
        "versions-record": reverse("articles:record", args=["910020"]),
        "versions-compare": reverse("articles:compare", args=["910020", "910001", "910020"]),
        "figures": article("910040"),
        "figures-record": reverse("articles:record", args=["910040"]),
        "characters": article("910300"),
        "characters-compare": reverse("articles:compare", args=["910300", "910299", "910300"]),
        "nothing-known": article("910301"),
        "nothing-known-record": reverse("articles:record", args=["910301"]),
        "title-191": article("900166"),
        "title-191-record": reverse("articles:record", args=["900166"]),
        "title-191-cite": reverse("articles:cite", args=["900166"]),
        "title-one-word": article("910302"),
        "tag-2900": crowd,
        "tag-2900-last": crowd + last,
        "author-2900": columnist,
        "author-one": Author.objects.get(name="一次過").get_absolute_url(),
        "tag-one": Tag.objects.get(name=LONG_WORD).get_absolute_url(),
        "search-2900": f"{reverse('articles:search')}?q=南灣",
        "search-long-title": f"{reverse('articles:search')}?q={LONG_WORD[:40]}",
        "home": reverse("articles:home"),
        "authors-by-number": reverse("articles:authors-by-number"),
        "tags": reverse("articles:tags"),
        "about": reverse("articles:about"),
        "year": reverse("articles:year", args=[2015]),
    }


def _versions(chance: random.Random, sentences: list[str]) -> None:
    """Twenty versions within a day: each adds a paragraph, some change one, some the headline."""
    paragraphs = ["".join(chance.sample(sentences, 4)) for _number in range(30)]
    began = datetime.datetime(2020, 5, 4, 22, 10, tzinfo=datetime.UTC)
    captures = []
    for number in range(1, 21):
        shown = paragraphs[: number // 2 + 3]
        shown[number % 3] = "".join(chance.sample(sentences, 4))
        captures.append(
            factories.make_capture(
                f"9100{number:02d}",
                title=f"望潮角渡輪擱淺　{'全體乘客獲救' if number > 12 else f'已知{number // 3 * 7}人送院'}",
                body="\n\n".join(shown),
                updated_at=began + datetime.timedelta(minutes=37 * number),
                captured_at=began + datetime.timedelta(days=number),
            )
        )
    _publish(captures[-1], published_on=datetime.date(2020, 5, 5), others=captures[:-1])


def _figures() -> None:
    """Forty pictures of all shapes; of some there is only an address, one has a long caption and one none."""
    body = "四十張照片。\n\n" + "\n\n".join(f"{{{{< figure {number} >}}}}" for number in range(1, 41))
    capture = factories.make_capture("910040", title="四十張照片，一條堤", body=body)
    story = _publish(capture, published_on=datetime.date(2020, 6, 1))
    folder = Path(settings.MEDIA_ROOT, "rescued")
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(1, 41):
        size = SHAPES[number % len(SHAPES)]
        picture = Image.new("RGB", size, (70 + 4 * number, 110, 220 - 4 * number))
        ImageDraw.Draw(picture).line([(0, size[1]), (size[0], 0)], fill=(250, 240, 220), width=9)
        picture.save(folder / f"extreme-{number}.webp")
        words = "潮退之後，堤腳露出舊碼頭的木樁。" * (12 if number == 2 else 1)
        factories.make_figure(
            story,
            number,
            caption="" if number == 3 else f"第{number}張：{words}",
            credit="" if number % 4 else "葉青禾攝",
            file="" if number % 9 == 0 else f"rescued/extreme-{number}.webp",
        )


def _texts(chance: random.Random, sentences: list[str]) -> None:
    """A text of thirty thousand characters in two versions, one that nothing is known of, a title of one word."""
    parts: list[str] = []
    while sum(map(len, parts)) < 30_000:
        if len(parts) % 12 == 0:
            parts.append(f"## 第{len(parts) // 12 + 1}節")
        parts.append("".join(chance.choices(sentences, k=chance.randint(2, 7))))
    before = "\n\n".join(part for number, part in enumerate(parts) if number % 17)
    earlier = factories.make_capture("910299", title="南灣十年（未完）", body=before)
    capture = factories.make_capture("910300", title="南灣十年", body="\n\n".join(parts))
    _publish(capture, published_on=datetime.date(2021, 1, 2), others=[earlier])
    unknown = factories.make_capture(
        "910301", title="910301", body=sentences[0], captured_at=None, original_url="", wayback_url=""
    )
    _publish(unknown, published_on=None, section=None)
    word = factories.make_capture("910302", title=LONG_WORD, body=f"{LONG_WORD} {LONG_WORD.lower()}.")
    _publish(word, published_on=datetime.date(2021, 1, 3), authors=["一次過"], tags=[LONG_WORD])


def _publish(capture: Capture, *, others: list[Capture] | None = None, **kw: object) -> Article:
    story = factories.make_article(
        capture.source_id, text_capture=capture, title=capture.title, body=capture.body, **kw
    )
    Capture.objects.filter(pk__in=[other.pk for other in others or []]).update(article=story)
    derived.rebuild([story])
    return story


def _crowd(chance: random.Random, sentences: list[str]) -> None:
    """A tag and an author of many years, with many others beside them."""
    section = Section.objects.order_by("pk")[0]
    tags = [factories.make_tag(name) for name in TAGS]
    author = factories.make_author("葉青禾")
    captures, articles = [], []
    for number in range(MANY):
        source_id = str(800_000 + number)
        title = chance.choice(sentences)[:28].rstrip("，。「」、")
        body = "\n\n".join("".join(chance.sample(sentences, 3)) for _number in range(3))
        day = FIRST_DAY + datetime.timedelta(days=int(3400 * (number / MANY) ** 0.7))
        captures.append(
            Capture(
                key=f"{source_id}@many", source_id=source_id, path=f"{source_id}.md", sha256="0" * 64, title=title,
                original=zlib.compress(b"-"), original_size=1, parsed_by="extremes", kind="text", body=body,
                pending=False,
            )
        )  # fmt: skip
        articles.append(
            Article(
                source_id=source_id, title=title, body=body, published_on=day, section=section,
                sort_key=sort_key_of(day, source_id),
            )
        )  # fmt: skip
    for article, capture in zip(articles, Capture.objects.bulk_create(captures), strict=True):
        article.text_capture = capture
        derived.fill(article)
    articles = Article.objects.bulk_create(articles)
    Byline.objects.bulk_create(Byline(article=article, author=author) for article in articles)
    TaggedArticle.objects.bulk_create(
        TaggedArticle(content_object=article, tag=tag, position=position)
        for article in articles
        for position, tag in enumerate([tags[0], *chance.sample(tags[1:], chance.randint(0, 3))])
    )
    by_source = {capture.source_id: capture for capture in captures}
    for article in articles:
        by_source[article.source_id].article = article
    Capture.objects.bulk_update(captures, ["article"], batch_size=500)
