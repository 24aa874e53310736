"""Every kind of page, feed and file of the site against the standard that describes it."""

from __future__ import annotations

import json
import re
import tempfile
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlsplit

import lxml.etree
import lxml.html
import pytest
from django.template.loader import render_to_string
from django.test import SimpleTestCase, TestCase
from django.urls import URLPattern, resolve

from articles import urls
from articles.tests.conformance import checker, examples

HERE = Path(__file__).parent
ATOM = "{http://www.w3.org/2005/Atom}"
SITE = "http://127.0.0.1:8000"

# schema.org's properties of the types that we use, as far as we use them.
PROPERTIES = {
    "NewsArticle": (
        "url mainEntityOfPage headline description inLanguage datePublished dateModified author publisher image "
        "articleSection keywords isAccessibleForFree isBasedOn archivedAt correction"
    ),
    "Person": "name url",
    "Organization": "name url",
    "NewsMediaOrganization": "name alternateName url",
    "ImageObject": "url caption creditText",
    "CorrectionComment": "datePublished text",
    "BreadcrumbList": "itemListElement",
    "ListItem": "position name item",
}
# Google's guide to article and breadcrumb markup: required and recommended.
EXPECTED = {
    "NewsArticle": {"headline", "image", "datePublished", "dateModified", "author"},
    "BreadcrumbList": {"itemListElement"},
    "ListItem": {"position", "name", "item"},
    "Person": {"name", "url"},
    "Organization": {"name", "url"},
    "NewsMediaOrganization": {"name"},
    "ImageObject": {"url"},
    "CorrectionComment": {"text"},
}


def paths() -> list[str]:
    """Return every example."""
    return [path for some in examples.EXAMPLES.values() for path in some] + examples.ELSEWHERE


def schema(name: str) -> lxml.etree.RelaxNG:
    """Read a schema of this folder."""
    return lxml.etree.RelaxNG(lxml.etree.parse(HERE / f"{name}.rng"))


def problems_with(xml: bytes, against: lxml.etree.RelaxNG) -> list[str]:
    """Return what a document has against a schema."""
    against.validate(lxml.etree.fromstring(xml))
    return [str(error) for error in against.error_log]


@dataclass(frozen=True)
class Answer:
    """What the site said, as far as it is looked at here."""

    status: int
    content_type: str
    content: bytes

    @classmethod
    def of(cls, response: Any) -> Answer:
        """Keep that of the test client's response."""
        return cls(response.status_code, response.get("Content-Type", "").split(";")[0], response.content)


@pytest.mark.any_database
class EveryPage(TestCase):
    """All examples are asked for once."""

    answers: ClassVar[dict[str, Answer]]

    @classmethod
    def setUpTestData(cls) -> None:
        examples.build()
        client = cls.client_class()
        cls.answers = {path: Answer.of(client.get(path)) for path in paths()}

    def of_type(self, content_type: str) -> dict[str, bytes]:
        """Return the pages of a type."""
        return {
            path: answer.content
            for path, answer in self.answers.items()
            if answer.content_type == content_type and answer.content
        }

    def test_every_kind_of_page_has_an_example(self) -> None:
        names = [pattern.name for pattern in urls.urlpatterns if isinstance(pattern, URLPattern)]
        self.assertEqual(len(names), len(urls.urlpatterns), "an include() needs examples too: walk it here")
        self.assertEqual(set(names), set(examples.EXAMPLES), "add an example of the new page to examples.py")

    def test_every_example_is_one_of_its_kind(self) -> None:
        for name, some in examples.EXAMPLES.items():
            for path in some:
                with self.subTest(path):
                    self.assertEqual(resolve(urlsplit(path).path).view_name, f"articles:{name}")

    def test_every_example_answers_as_it_should(self) -> None:
        found = {path: answer.status for path, answer in self.answers.items() if answer.status != 200}
        self.assertEqual(found, examples.STATUS)

    def test_html_is_valid(self) -> None:
        pages = {path: page.decode() for path, page in self.of_type("text/html").items()}
        pages["500.html"] = render_to_string("500.html")
        self.assertGreater(len(pages), 25)
        with tempfile.TemporaryDirectory() as folder:
            self.assertEqual(checker.errors_in(pages, Path(folder)), [])

    def test_html_says_what_it_is(self) -> None:
        titles: dict[str, str] = {}
        for path, source in self.of_type("text/html").items():
            page = lxml.html.document_fromstring(source.decode())
            with self.subTest(path):
                title = page.findtext(".//title")
                self.assertTrue(title and title.strip())
                self.assertEqual(len(page.findall(".//h1")), 1)
                robots = page.xpath("//meta[@name='robots']/@content")
                if self.answers[path].status != 200 or robots == ["noindex"]:
                    continue
                self.assertNotIn(title, titles, f"{titles.get(title)} has the same title")
                titles[title] = path
                (canonical,) = page.xpath("//link[@rel='canonical']/@href")
                self.assertTrue(canonical.startswith(f"{SITE}/") and canonical.isascii(), canonical)
                self.assertEqual(page.xpath("//meta[@property='og:url']/@content"), [canonical])
                # an article without a text has nothing to describe it with
                if path != "/article/4/":
                    for name in ("description", "og:description", "og:title", "og:type", "og:site_name"):
                        (found,) = page.xpath("//meta[@name=$name or @property=$name]/@content", name=name)
                        self.assertTrue(found.strip(), name)

    def test_numbered_pages_name_their_neighbours(self) -> None:
        for path in ("/", "/section/news/", "/tag/ferry/", "/archive/2021/12/"):
            first, second = (
                lxml.html.document_fromstring(self.answers[f"{path}{query}"].content.decode())
                for query in ("", "?page=2")
            )
            with self.subTest(path):
                self.assertEqual(first.xpath("//head/link[@rel='prev']"), [])
                self.assertEqual(first.xpath("//head/link[@rel='next']/@href"), [f"{SITE}{path}?page=2"])
                self.assertEqual(second.xpath("//head/link[@rel='prev']/@href"), [f"{SITE}{path}"])
                self.assertEqual(second.xpath("//head/link[@rel='canonical']/@href"), [f"{SITE}{path}?page=2"])

    def test_feeds_are_valid_atom(self) -> None:
        feeds = self.of_type("application/atom+xml")
        self.assertGreaterEqual(set(feeds), {path for path in paths() if path.endswith("/feed/")})
        for path, xml in feeds.items():
            with self.subTest(path):
                self.assertEqual(problems_with(xml, schema("atom")), [])
                self.assertEqual(rules_of_atom_broken_by(lxml.etree.fromstring(xml), f"{SITE}{path}"), [])

    def test_sitemaps_are_valid(self) -> None:
        maps = self.of_type("application/xml")
        self.assertGreaterEqual(len(maps), 7)
        named = set()
        for path, xml in maps.items():
            with self.subTest(path):
                self.assertEqual(problems_with(xml, schema("sitemap")), [])
                locations = lxml.etree.fromstring(xml).xpath("//*[local-name()='loc']/text()")
                self.assertEqual(len(locations), len(set(locations)))
                if path == "/sitemap.xml":
                    named = {location.removeprefix(SITE) for location in locations}
        self.assertEqual(named, set(maps) - {"/sitemap.xml"})

    def test_json_ld_is_schema_orgs(self) -> None:
        found: set[str] = set()
        for path, source in self.of_type("text/html").items():
            page = lxml.html.document_fromstring(source.decode())
            for script in page.xpath("//script[@type='application/ld+json']/text()"):
                data = json.loads(script)
                with self.subTest(path):
                    self.assertEqual(data["@context"], "https://schema.org")
                    for item in data["@graph"]:
                        self.assertEqual(mistakes_in(item), [])
                        found |= types_in(item)
        self.assertEqual(found, set(PROPERTIES))

    def test_a_full_article_has_all_that_is_recommended(self) -> None:
        page = lxml.html.document_fromstring(self.answers["/article/1/"].content.decode())
        (script,) = page.xpath("//script[@type='application/ld+json']/text()")
        for item in json.loads(script)["@graph"]:
            self.assertEqual(lacks(item), [])

    def test_files_for_machines_are_json(self) -> None:
        for path in ("/manifest.webmanifest", "/search/suggest/?q=渡", "/article/1/cite.json"):
            json.loads(self.answers[path].content)


def rules_of_atom_broken_by(feed: lxml.etree._Element, address: str) -> list[str]:
    """Return the rules of RFC 4287 that a grammar cannot say, and that this feed breaks."""
    broken = []
    links = [link.get("href") for link in feed.findall(f"{ATOM}link") if link.get("rel") == "self"]
    if links != [address]:
        broken.append(f"4.1.1: the link to itself is {links}")
    entries = feed.findall(f"{ATOM}entry")
    ids = [entry.findtext(f"{ATOM}id") for entry in entries]
    if len(ids) != len(set(ids)):
        broken.append("4.1.1: two entries have one id")
    for entry in entries:
        if feed.find(f"{ATOM}author") is None and entry.find(f"{ATOM}author") is None:
            broken.append(f"4.1.2: {entry.findtext(f'{ATOM}id')} has no author")
        alternates = [link for link in entry.findall(f"{ATOM}link") if link.get("rel", "alternate") == "alternate"]
        if len(alternates) > 1 or (not alternates and entry.find(f"{ATOM}content") is None):
            broken.append("4.1.2: one alternate link, or a content")
        for element in entry.iter(f"{ATOM}content", f"{ATOM}summary"):
            if element.get("type") == "html":
                lxml.html.fragments_fromstring(element.text or "")
    return broken


def types_in(item: dict[str, Any]) -> set[str]:
    """Return the types of an item and of all in it."""
    inner = [value for values in item.values() for value in (values if isinstance(values, list) else [values])]
    return {item["@type"]}.union(*(types_in(value) for value in inner if isinstance(value, dict)))


def mistakes_in(item: dict[str, Any]) -> list[str]:
    """Return what is not as schema.org and Google's guide have it."""
    kind = item["@type"]
    found = [f"{kind} has no property {name}" for name in set(item) - set(PROPERTIES[kind].split()) - {"@type", "@id"}]
    for name, values in item.items():
        for value in values if isinstance(values, list) else [values]:
            if isinstance(value, dict):
                found += mistakes_in(value)
            elif value in ("", None, []):
                found.append(f"{kind}.{name} is empty")
            elif name.startswith("date") and not is_moment(value):
                found.append(f"{kind}.{name} is no date: {value}")
            elif name in ("url", "item", "isBasedOn", "archivedAt", "mainEntityOfPage") and not urlsplit(value).netloc:
                found.append(f"{kind}.{name} is no absolute URL: {value}")
    if kind == "BreadcrumbList":
        positions = [step["position"] for step in item["itemListElement"]]
        if len(positions) < 2 or positions != list(range(1, len(positions) + 1)):
            found.append(f"the steps are numbered {positions}")
    return found


def is_moment(text: str) -> bool:
    """Return whether a text is an ISO 8601 day, or a moment with its zone."""
    try:
        return bool(date.fromisoformat(text))
    except ValueError:
        return datetime.fromisoformat(text).tzinfo is not None


def lacks(item: dict[str, Any]) -> list[str]:
    """Return the recommended properties that an item or one in it does not have."""
    found = [f"{item['@type']} lacks {name}" for name in EXPECTED[item["@type"]] - set(item)]
    for values in item.values():
        for value in values if isinstance(values, list) else [values]:
            found += lacks(value) if isinstance(value, dict) else []
    return found


class TheChecksThemselves(SimpleTestCase):
    """Each notices what it is for."""

    def test_html(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            (error,) = checker.errors_in(
                {"good": "<!doctype html><html lang=en><title>x</title>", "bad": "<!doctype html><html lang=en><title>x"
                 "</title><ul><p>x</ul>"},
                Path(folder),
            )  # fmt: skip
        self.assertRegex(error, "^bad:1 Element “p” not allowed")

    def test_atom(self) -> None:
        good = (
            '<feed xmlns="http://www.w3.org/2005/Atom"><id>http://x/</id><title>x</title>'
            "<updated>2021-01-01T00:00:00Z</updated></feed>"
        )
        self.assertEqual(problems_with(good.encode(), schema("atom")), [])
        for broken in (
            good.replace("<title>x</title>", ""),
            good.replace("00Z", "00"),
            good.replace("<id>", "<link/><id>"),
            good.replace("<id>", "<entry/><id>"),
        ):
            self.assertNotEqual(problems_with(broken.encode(), schema("atom")), [], broken)

    def test_sitemap(self) -> None:
        good = (
            '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>http://x.example/</loc>'
            "<lastmod>2021-01-01</lastmod></url></urlset>"
        )
        self.assertEqual(problems_with(good.encode(), schema("sitemap")), [])
        for broken in (
            good.replace("2021-01-01", "yesterday"),
            good.replace("x.example/", "x.example/海"),
            re.sub("<loc>.*</loc>", "", good),
            re.sub("<url>.*</url>", "", good),
        ):
            self.assertNotEqual(problems_with(broken.encode(), schema("sitemap")), [], broken)

    def test_json_ld(self) -> None:
        article = {"@type": "NewsArticle", "headline": "x", "datePublished": "2021-01-01"}
        self.assertEqual(mistakes_in(article), [])
        self.assertIn("NewsArticle lacks author", lacks(article))
        self.assertEqual(mistakes_in(article | {"datePublished": "2021-01-01T00:00:00"}), [
            "NewsArticle.datePublished is no date: 2021-01-01T00:00:00"
        ])  # fmt: skip
        self.assertEqual(mistakes_in(article | {"title": "x"}), ["NewsArticle has no property title"])
        self.assertEqual(
            mistakes_in(article | {"author": {"@type": "Person", "url": "/author/"}}),
            ["Person.url is no absolute URL: /author/"],
        )
