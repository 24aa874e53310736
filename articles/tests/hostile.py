"""Hostile text in every field that an editor can type into, and what no page may make of it."""

from __future__ import annotations

import itertools
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree

from articles import corrections, publishing
from articles.models import Article, Author, Section, Tag
from articles.slugs import slug_of
from articles.tests import factories

VECTORS = Path(__file__).resolve().parents[3] / "shared" / "security" / "vectors.json"
FORBIDDEN = {"iframe", "object", "embed", "base", "style", "frame", "frameset", "applet", "math", "marquee"}
CONTROLS = "".join(map(chr, range(33)))
SCHEMES = {"", "http", "https", "mailto"}
ADDRESSES = {"href", "src", "action", "formaction", "xlink:href", "poster", "data", "srcset", "background"}


def vectors() -> list[str]:
    """Return the public collection of hostile markup; nothing where it is not there."""
    if not VECTORS.exists():
        return []
    return [text for collection in json.loads(VECTORS.read_text()).values() for text in collection]


def typed(text: str, most: int = 10_000) -> str:
    """Return what a form makes of a text: no NUL, no surrogate, none of the space around it, and not too long."""
    return text.replace("\x00", "").encode("utf-8", "ignore").decode()[:most].strip() or "x"


def plant(*texts: str) -> Article:
    """Return an article that has these texts, in turn, in every field that an editor can change.

    The article's own fields are corrected as an editor corrects them.
    """
    turn = itertools.cycle(texts)
    article = factories.make_article(section=None)
    url = factories.make_figure(article).original_url
    section, author, tag = (typed(next(turn), 90) for _name in range(3))
    Section.objects.get_or_create(name=section, defaults={"slug": slug_of(section), "label_en": section[:50]})
    body = typed(next(turn))
    changes = [
        corrections.Change("title", typed(next(turn), 500)),
        corrections.Change("body", f"{body}\n\n{{{{< figure 1 >}}}}\n\n正文 {body}"),
        corrections.Change("section", section),
        corrections.Change("authors", [author]),
        corrections.Change("tags", [tag, "清晨"]),
        *(corrections.Change(field, typed(next(turn), 300), url) for field in ("caption", "credit", "alt")),
    ]
    corrections.apply(article, changes, reason=typed(next(turn), 400), editor=None)
    words = typed(next(turn))
    Author.objects.filter(name=author).update(
        biography=words, role=words[:50], avatar_url=words, avatar_original_url=words
    )
    return article


def plant_notice(text: str) -> Article:
    """Return a withheld article whose public notice this text is."""
    article = factories.make_article()
    publishing.set_status([article.pk], "withheld", notice=typed(text), reason=typed(text))
    return article


def addresses_of(article: Article) -> list[str]:
    """Return the pages on which an article's fields are shown."""
    article.refresh_from_db()
    rows = [article, article.section, *Author.objects.filter(bylines__article=article)]
    rows += Tag.objects.filter(tagged_articles__content_object=article)
    return [row.get_absolute_url() for row in rows]


class _Page(HTMLParser):
    def __init__(self, url: str) -> None:
        super().__init__(convert_charrefs=True)
        self.url, self.count, self.links, self.data = url, {"main": 0, "h1": 0, "footer": 0}, [], None

    def handle_starttag(self, tag, attributes):
        assert tag not in FORBIDDEN, f"{self.url}: <{tag}>"
        found = {name: value or "" for name, value in attributes}
        assert not [name for name in found if name.startswith("on")], f"{self.url}: {self.get_starttag_text()}"
        assert "style" not in found and "srcdoc" not in found, f"{self.url}: {self.get_starttag_text()}"
        if tag in self.count:
            self.count[tag] += 1
        if tag == "script":
            self.data = "" if found.get("type") == "application/ld+json" else None
            assert self.data == "" or found.get("src", "").startswith("/static/"), self.get_starttag_text()
        if tag == "meta":
            assert "http-equiv" not in found, self.get_starttag_text()
        for name in ADDRESSES & set(found):
            # as browsers read it: without what surrounds it, and without tabs and ends of lines
            bare = re.sub(r"[\t\n\r]", "", found[name].strip(CONTROLS))
            scheme = bare.split(":")[0].lower() if re.match(r"[a-zA-Z][\w+.-]*:", bare) else ""
            assert scheme in SCHEMES or (tag == "img" and bare.startswith("data:image/")), f"{self.url}: {found[name]}"
            if name == "href":
                self.links.append(found[name])

    def handle_data(self, data):
        if self.data is not None:
            self.data += data

    def handle_endtag(self, tag):
        if tag == "script" and self.data is not None:
            json.loads(self.data)
            self.data = None


def check(url: str, response) -> list[str]:
    """Assert that a response is whole and harmless; return where it leads."""
    assert response.status_code < 500, f"{url} answered {response.status_code}"
    kind = response.headers.get("Content-Type", "")
    text = b"".join(response.streaming_content if response.streaming else [response.content]).decode()
    if "xml" in kind:
        ElementTree.fromstring(text)  # noqa: S314  # what the archive itself has made
    elif "json" in kind:
        json.loads(text)
    elif "html" in kind and text:
        page = _Page(url)
        page.feed(text)
        page.close()
        assert page.count["main"] == 1 and page.count["footer"] >= 1, f"{url}: the page is broken: {page.count}"
        return page.links
    return []


def crawl(client, start: list[str], most: int) -> int:
    """Fetch these pages, and those of the archive that they lead to, up to a number; return how many it were."""
    seen: dict[str, None] = dict.fromkeys(start)
    for number, url in enumerate(seen_in_order(seen)):
        if number >= most:
            return number
        for link in check(url, client.get(url)):
            parts = urlsplit(link)
            if not parts.netloc and parts.path.startswith("/") and not parts.path.startswith(("/static/", "/media/")):
                seen.setdefault(parts.path + (f"?{parts.query}" if parts.query else ""))
    return len(seen)


def seen_in_order(seen: dict[str, None]):
    """Yield the keys of a dictionary that grows."""
    done = 0
    while done < len(seen):
        yield list(seen)[done]
        done += 1
