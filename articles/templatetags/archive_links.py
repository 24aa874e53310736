"""Filters for addresses and labels in templates."""

import re
from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import Any
from urllib.parse import unquote, urlencode, urlsplit

from django import template
from django.conf import settings
from django.contrib.humanize.templatetags.humanize import intcomma
from django.core.paginator import Page
from django.http import QueryDict
from django.template import Context
from django.utils.dateformat import format as formatted
from django.utils.encoding import iri_to_uri
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from articles import profile, provenance, reading, variants
from articles.corrections import labels_of
from articles.languages import LANG_ATTRIBUTES, is_asked
from articles.models import Article, Correction, Section

register = template.Library()
register.filter(provenance.date_reason)

_CONTROL = re.compile(r"[\x00-\x1f]")
_HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U000323af]")
_REPLACED = re.compile("\ufffd+")
_LATIN_WORD = re.compile(r"[^\W\d_]{2,}")


@register.filter
def web_url(url: str) -> str:
    """Return the URL if a reader may follow it: http or https, or a path of this site; else an empty string.

    Addresses come out of rescued files, and a browser would run one that starts with ``javascript:``. What an address
    must not hold, such as a space, comes back percent-encoded.
    """
    return _web_url(str(url or "").strip())


@lru_cache(4096)  # a page asks for each of its addresses several times
def _web_url(url: str) -> str:
    if _CONTROL.search(url):
        return ""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    if parts.scheme in ("http", "https") and parts.netloc:
        return iri_to_uri(url)
    is_path = url.startswith("/") and not url.startswith(("//", "/\\"))
    return iri_to_uri(url) if is_path else ""


@register.filter
def readable_url(url: str) -> str:
    """Return the URL with its Chinese characters, where they can be read; it is for the eye, not for a link.

    What was replaced before the page was saved, and is ten signs for each lost byte, is left out.
    """
    decoded = unquote(url)
    return _REPLACED.sub("…", decoded) if decoded.isprintable() else url


@register.filter
def language_of(text: str) -> str:
    """Return the language to mark a text of the newsroom's with: Chinese newsrooms print English stories too.

    The browser chooses quotation marks, line breaks and a reading voice by it. A text in Latin script is taken to be
    in the newsroom's other language, of those that the profile gives its name in.
    """
    newsroom = profile.current()
    return _language_of(text[:500], newsroom.language, tuple(newsroom.publication))


@lru_cache(8192)  # a page asks for a hundred headlines, and the next page for most of them again
def _language_of(beginning: str, language: str, languages: tuple[str, ...]) -> str:
    if not language.startswith(("zh", "ja")):
        return language
    han = len(_HAN.findall(beginning))
    words = len(_LATIN_WORD.findall(_HAN.sub(" ", beginning)))
    if words and han < words:
        return next((code for code in languages if not code.startswith(("zh", "ja"))), language)
    if language.startswith("zh") and (script := variants.script_of(beginning)) and f"zh-{script}" not in language:
        return f"zh-{script}"
    return language


@register.filter
def as_read(text: str) -> str:
    """Return a text of the newsroom's in the script that the reader chose."""
    return reading.as_read(str(text or ""))


# After these, Chinese type leaves a gap of its own.
_CLOSING = "，。、；：？！」』》〉）】"
_GAP = re.compile(f"(?<=[{_CLOSING}])[ \\n]+")


@register.filter
def closed_up(text: str) -> str:
    """Return a text without the spaces after Chinese punctuation, as where paragraphs meet in an excerpt."""
    return _GAP.sub("", text)


# A phrase of a Chinese headline, with the brackets around it and the pause after it; and the space between two.
_OPENING = "「『《〈【（("
_PHRASE = re.compile(rf"[{_OPENING}]*[^{_OPENING}{_CLOSING}—…)]*[{_CLOSING}—…)]*")
_SPACE = re.compile("(\\s*\u3000\\s*|(?<=[\u2e80-\uffef]) +(?=[\u2e80-\uffef]))")
# How wide a phrase may be, in characters, to fit on a line: beside a phone's picture, and on a wide page.
_FITTING = (11, "phrase"), (16, "phrase long")
_LONG_HEADLINE = 60  # is set like a paragraph


@register.filter
@lru_cache(8192)
def phrased(title: str) -> str:
    """Return a headline whose phrases are marked, so that its lines can end where it pauses."""
    phrases = phrases_of(title)
    if len(phrases) < 2:
        return title
    return format_html_join("", "{}", ((as_phrase(phrase, phrase),) for phrase in phrases))


@lru_cache(8192)
def phrases_of(title: str) -> tuple[str, ...]:
    """Return the phrases of a headline and what parts them, or all of it if it is not set by phrases."""
    if len(title) > _LONG_HEADLINE or not _HAN.search(title):
        return (title,)
    parts = _SPACE.split(title)
    return tuple(phrase for part in parts for phrase in (_PHRASE.findall(part) if part.strip() else [part]) if phrase)


def as_phrase(phrase: str, shown: str) -> str:
    """Return a phrase of a headline, as it is ``shown``, marked as one if it fits on a line."""
    width = sum(1 if character > "\u2e7f" else 0.6 for character in phrase)
    name = next((name for most, name in _FITTING if width <= most), "")
    return format_html('<span class="{}">{}</span>', name, shown) if name and phrase.strip() else shown


@register.filter
def spaced(label: str) -> str:
    """Return a label with the space before what follows it, which Chinese punctuation brings with it."""
    return label if label.endswith(tuple(_CLOSING)) else f"{label} "


@register.filter(expects_localtime=True)
def full_date(day: date) -> str:
    """Return a day as a newspaper prints it, in the reader's language: 24 August 2019."""
    # Translators: how a day is written, in the letters of Django's "date" filter
    return formatted(day, _("j F Y"))


@register.filter
def day_and_month(day: date) -> str:
    """Return a day of any year in the reader's language: 24 August."""
    # Translators: how a day of any year is written, in the letters of Django's "date" filter
    return formatted(day, _("j F"))


@register.filter
def month_and_year(day: date) -> str:
    """Return a day's month and year in the reader's language: August 2019."""
    # Translators: how a month is written, in the letters of Django's "date" filter
    return formatted(day, _("F Y"))


@register.filter
def month_name(day: date) -> str:
    """Return a day's month, where its year stands nearby, in the reader's language: August."""
    # Translators: how a month is written under its year, in the letters of Django's "date" filter
    return formatted(day, _("F"))


@register.filter
def is_traditional(text: str) -> bool:
    """Return whether a text is Chinese in traditional characters, so that it can be read in simplified ones."""
    return language_of(text).startswith("zh") and variants.script_of(text[:500]) == "Hant"


@register.simple_tag
def interface_lang() -> str:
    """Return the value of ``lang`` for the site's own words."""
    return LANG_ATTRIBUTES[get_language() or settings.LANGUAGE_CODE]


@register.simple_tag(takes_context=True)
def this_page(context: Context, **changes: str) -> str:
    """Return the query string of this page with something changed: its language or its script, say."""
    query = _query(context)
    query.update(changes)
    return f"?{urlencode(query, doseq=True)}"


def _query(context: Context) -> dict[str, Any]:
    """Return what the reader asked for."""
    request = context.get("request")
    return {name: values for name, values in request.GET.lists() if is_asked(request, name)} if request else {}


@register.simple_tag(takes_context=True)
def addresses(context: Context, page: Page[Any] | str = "") -> SafeString:
    """Return the page's canonical address, and where it is found in each language, as ``link`` elements."""
    own = settings.SITE_URL + iri_to_uri(context["request"].path)
    query = {"page": str(page.number)} if isinstance(page, Page) and page.number > 1 else {}

    def address(**more: str) -> str:
        return f"{own}?{urlencode(query | more)}" if query or more else own

    alternates = [(LANG_ATTRIBUTES[code], address(lang=code)) for code, _name in settings.LANGUAGES]
    return format_html('<link rel="canonical" href="{}">\n', address()) + format_html_join(
        "\n", '<link rel="alternate" hreflang="{}" href="{}">', [*alternates, ("x-default", address())]
    )


@register.filter
def player_of(url: str) -> str:
    """Return where a video may be played inside the page (``video_hosts`` of the profile, VIDEO_HOSTS), or nothing."""
    player = profile.current().player_of(url)
    return player if player and urlsplit(player).hostname in settings.VIDEO_HOSTS else ""


@register.filter
def label(section: Section) -> str:
    """Return the section's name in the reader's language, where the profile has one."""
    if section.label_en and (get_language() or "").startswith("en"):
        return section.label_en
    return section.name


@register.filter
def with_gloss(section: Section) -> SafeString:
    """Return the section's name as the newsroom wrote it, and in the reader's language where the profile has one."""
    return _with_gloss(section.name, language_of(section.name), label(section))


@lru_cache(1024)
def _with_gloss(name: str, language: str, gloss: str) -> SafeString:
    shown = format_html('<span lang="{}">{}</span>', language, name)
    if gloss.lower() == name.lower():
        return shown
    return format_html('{} <span class="gloss" lang="en">{}</span>', shown, gloss)


@register.filter
def date_shown(article: Article) -> SafeString:
    """Return the article's date as an element; one that was inferred, or is missing, says so."""
    if article.published_on is None:
        return format_html("<span>{}</span>", _("undated"))
    shown = _time(article.published_on, get_language())
    if not article.date_inferred:
        return shown
    return format_html('{} <span class="inferred">{}</span>', shown, _("date inferred"))


@lru_cache(8192)
def _time(day: date, _language: str | None) -> SafeString:
    return format_html('<time datetime="{}">{}</time>', day.isoformat(), full_date(day))


def grouped(number: int) -> str:
    """Return a number with its thousands apart: what ``intcomma`` does, which takes as long for one that has none."""
    return str(number) if number < 1000 else intcomma(number)


@register.filter
def with_labels(corrections: Iterable[Correction]) -> list[tuple[Correction, str]]:
    """Return each correction with the name of what was corrected."""
    rows = list(corrections)
    labels = labels_of(rows)
    return [(row, labels[row.pk]) for row in rows]


@register.filter
def initial(name: str) -> str:
    """Return the first character of a name, to stand where there is no portrait."""
    return name[:1]


@register.simple_tag
def page_query(number: int) -> str:
    """Return the query string of a numbered page; the first page needs none."""
    if number == 1:
        return "?"
    query = QueryDict(mutable=True)
    query["page"] = str(number)
    return f"?{query.urlencode()}"


@register.simple_tag(takes_context=True)
def canonical_address(context: Context, number: int | str) -> str:
    """Return the absolute address of this list's page of that number; the first page has no number in it."""
    address = context["site_url"] + iri_to_uri(context["request"].path)
    return address + page_query(number) if isinstance(number, int) and number > 1 else address


@register.simple_tag
def page_numbers(page: Page[Any]) -> list[int | str]:
    """Return the page numbers to offer: the first, the last and those near this one."""
    return list(page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1))
