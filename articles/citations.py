"""Citations of an article in the formats that people and programs ask for. Pure: a record in, text out.

Names stay as they were signed. A Hong Kong byline in Latin script has its family name first as often as last, so that
taking one apart would be a guess; every format has a way to give a name whole.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from urllib.parse import quote, unquote, urlencode

_MONTHS = "January February March April May June July August September October November December".split()
# What no format can carry: characters that XML and terminals forbid, and half characters.
_UNPRINTABLE = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")

# The full-width space stays: headlines are divided by it.
_SPACE = re.compile(r"[^\S\u3000]+")


@dataclass(frozen=True)
class Signature:
    """One author, as signed; ``is_person`` is false for a byline such as “staff”."""

    name: str
    is_person: bool = True
    url: str = ""


@dataclass(frozen=True)
class Citation:
    """What can be said of one article when citing it. URLs are absolute http(s) addresses or empty."""

    source_id: str
    title: str
    language: str  # BCP 47, of the text
    authors: tuple[Signature, ...]
    publication: str  # in the language of the text
    publication_en: str  # empty if it has no name in Latin script
    published_on: date | None
    date_inferred: bool
    section: str
    tags: tuple[str, ...]
    abstract: str
    original_url: str  # where the newsroom had it
    wayback_url: str
    captured_at: datetime | None  # of the copy at wayback_url
    here: str  # the article's page in this archive

    @property
    def url(self) -> str:
        """The address that a reader of the citation can follow: the saved copy, else the page here."""
        return ascii_url(self.wayback_url or self.here)

    @property
    def is_chinese(self) -> bool:
        """Whether the text is Chinese."""
        return self.language.lower().startswith("zh")

    @property
    def captured_on(self) -> date | None:
        """The day of the saved copy, in UTC as the Wayback Machine counts."""
        return self.captured_at.astimezone(UTC).date() if self.wayback_url and self.captured_at else None


@lru_cache(1024)  # every format of a citation asks for the same few
def one_line(text: str) -> str:
    """Return a text on one line: some readers of these formats end a line at any kind of separator."""
    return _SPACE.sub(" ", _UNPRINTABLE.sub(" ", text)).strip()


@lru_cache(1024)
def ascii_url(url: str) -> str:
    """Return a URL in which nothing needs escaping in any format; what is percent-encoded already stays."""
    return quote(_UNPRINTABLE.sub("", url), safe="%/:=&?~#+!$,;@()*.-_", errors="replace")


_ESCAPED_WORD = re.compile(r"(?:%[89A-Fa-f][0-9A-Fa-f])+")


def readable_url(url: str) -> str:
    """Return a URL for people: letters stand as themselves, all that could be mistaken stays escaped."""

    def letters(match: re.Match[str]) -> str:
        text = unquote(match[0])
        return text if text.isalnum() else match[0]

    return _ESCAPED_WORD.sub(letters, ascii_url(url))


# Plain text


def plain(citation: Citation) -> str:
    """Return one sentence in the manner of the text's own language, for a footnote or a message."""
    return _plain_chinese(citation) if citation.is_chinese else _plain_english(citation)


def _plain_chinese(citation: Citation) -> str:
    names = "、".join(one_line(author.name) for author in citation.authors)
    day = _chinese_day(citation.published_on) + ("（推斷）" if citation.date_inferred else "")
    url = readable_url(citation.url)
    copy = f"存檔於{_chinese_day(citation.captured_on)}：{url}" if citation.captured_on else url
    parts = [f"〈{one_line(citation.title)}〉", f"《{one_line(citation.publication)}》", day, copy]
    return (f"{names}：" if names else "") + "，".join(parts)


def _chinese_day(day: date | None) -> str:
    return f"{day.year}年{day.month}月{day.day}日" if day else "日期不詳"


def _plain_english(citation: Citation) -> str:
    names = _and([one_line(author.name) for author in citation.authors])
    day = _english_day(citation.published_on) + (" (inferred)" if citation.date_inferred else "")
    url = readable_url(citation.url)
    copy = f"archived {_english_day(citation.captured_on)} at {url}" if citation.captured_on else url
    parts = [f"“{one_line(citation.title)}”", one_line(citation.publication_en or citation.publication), day, copy]
    return ", ".join([names, *parts] if names else parts)


def _english_day(day: date | None) -> str:
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}" if day else "undated"


def _and(names: list[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


# Wikipedia

_WIKI_MARKUP = re.compile(r"[<>&|{}\[\]~]|''+|__+|://")


def _wikitext(text: str) -> str:
    """Return a text that means itself in a template's parameter: no link, template, tag, bold or signature."""
    return _WIKI_MARKUP.sub(lambda match: "".join(f"&#{ord(character)};" for character in match[0]), one_line(text))


def _wiki_language(language: str) -> str:
    """Return the code that the citation templates know: ``zh-hk`` for ``zh-Hant-HK``."""
    parts = language.lower().split("-")
    if parts[0] == "zh" and len(parts) == 3 and len(parts[2]) == 2:
        return f"zh-{parts[2]}"
    return "-".join(parts)


def _wiki_url(url: str) -> str:
    """Return a URL without what would sign a page (``~~~~``) or switch something on it (``__NOTOC__``)."""
    return ascii_url(url).replace("~", "%7E").replace("__", "_%5F")


def wikipedia(citation: Citation, edition: str = "en") -> str:
    """Return ``{{cite news}}`` for the English Wikipedia, or for the Chinese one with ``edition="zh"``.

    The English one keeps titles in Chinese script apart (``script-title``); no translation is made up.
    """
    parts: list[tuple[str, str]] = []
    names = [_wikitext(author.name) for author in citation.authors]
    numbered = len(names) > 1
    parts += [(f"author{number}" if numbered else "author", name) for number, name in enumerate(names, 1)]
    if citation.published_on:
        # no parameter says so, and the templates check a date's form
        mark = "<!-- inferred by the archive -->" if citation.date_inferred else ""
        parts.append(("date", f"{citation.published_on.isoformat()}{mark}"))
    apart = edition == "en" and citation.is_chinese
    title = _wikitext(citation.title) or "[no title]"
    parts.append(("script-title", f"zh:{title}") if apart else ("title", title))
    if apart and not citation.publication_en:
        parts.append(("script-newspaper", f"zh:{_wikitext(citation.publication)}"))
    else:
        name = citation.publication_en if edition == "en" else citation.publication
        parts.append(("newspaper", _wikitext(name or citation.publication)))
    parts.append(("language", _wiki_language(citation.language)))
    if citation.wayback_url and citation.original_url and citation.captured_on:
        parts += [
            ("url", _wiki_url(citation.original_url)),
            ("url-status", "dead"),
            ("archive-url", _wiki_url(citation.wayback_url)),
            ("archive-date", citation.captured_on.isoformat()),
        ]
    else:
        parts.append(("url", _wiki_url(citation.url)))
    return "{{cite news " + " ".join(f"|{name}={value}" for name, value in parts) + "}}"


# BibTeX

_LATEX = {
    "\\": r"\textbackslash{}",
    "{": r"\textbraceleft{}",  # \{ would still count where braces are paired
    "}": r"\textbraceright{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{character: f"\\{character}" for character in "&%$#_"},
}


def _latex(text: str) -> str:
    return "".join(_LATEX.get(character, character) for character in one_line(text))


def bibtex(citation: Citation) -> str:
    """Return one BibTeX entry; biblatex reads it too. Names and title stand in braces of their own: they stay whole."""
    fields: list[tuple[str, str]] = []
    if citation.authors:
        fields.append(("author", " and ".join(f"{{{_latex(author.name)}}}" for author in citation.authors)))
    fields.append(("title", f"{{{_latex(citation.title)}}}"))
    fields.append(("journal", f"{{{_latex(citation.publication)}}}"))
    if day := citation.published_on:
        fields += [
            ("year", f"{day.year:04d}"),
            ("month", _MONTHS[day.month - 1][:3].lower()),
            ("date", day.isoformat()),
        ]
        fields += [("note", "Date inferred")] if citation.date_inferred else []
    fields.append(("url", citation.url))
    if citation.captured_on:
        fields.append(("urldate", citation.captured_on.isoformat()))
    fields.append(("language", _latex(citation.language)))
    if citation.tags:
        fields.append(("keywords", ", ".join(_latex(tag.replace(",", " ")) for tag in citation.tags)))
    lines = [f"  {name} = {value}," if name == "month" else f"  {name} = {{{value}}}," for name, value in fields]
    return "\n".join([f"@article{{{key(citation)},", *lines, "}", ""])


def key(citation: Citation) -> str:
    """Return a name for the article in a bibliography: letters, digits and hyphens."""
    words = re.findall("[a-z0-9]+", f"{citation.publication_en} {citation.source_id}".lower())
    return "-".join(words) or "article"


# RIS


def ris(citation: Citation) -> str:
    """Return one RIS record, for EndNote, Zotero, Mendeley and library catalogues."""
    day = citation.published_on
    rows = [
        ("TY", "NEWS"),
        ("ID", key(citation)),
        *(("AU", author.name) for author in citation.authors),
        ("TI", citation.title),
        ("T2", citation.publication),
        ("PY", f"{day.year:04d}" if day else ""),
        ("DA", _slashed(day)),
        ("N1", "Date inferred" if day and citation.date_inferred else ""),
        ("SE", citation.section),
        ("LA", citation.language),
        ("AB", citation.abstract),
        *(("KW", tag) for tag in citation.tags),
        ("UR", citation.url),
        ("Y2", _slashed(citation.captured_on)),
    ]
    lines = [f"{tag}  - {value}" for tag, text in rows if (value := one_line(text))]
    return "\r\n".join([*lines, "ER  - ", ""])


def _slashed(day: date | None) -> str:
    return day.isoformat().replace("-", "/") if day else ""


# CSL-JSON


def csl(citation: Citation) -> dict[str, object]:
    """Return the item that CSL processors (Zotero, pandoc, citeproc) take."""
    item: dict[str, object] = {
        "id": key(citation),
        "type": "article-newspaper",
        "title": one_line(citation.title),
        "author": [{"literal": one_line(author.name)} for author in citation.authors],
        "container-title": one_line(citation.publication),
        "issued": _csl_date(citation.published_on, is_inferred=citation.date_inferred),
        "section": one_line(citation.section),
        "language": citation.language,
        "abstract": one_line(citation.abstract),
        "keyword": ", ".join(one_line(tag) for tag in citation.tags),
        "URL": citation.url,
        "accessed": _csl_date(citation.captured_on),
    }
    return {name: value for name, value in item.items() if value}


def _csl_date(day: date | None, *, is_inferred: bool = False) -> dict[str, object]:
    if day is None:
        return {}
    return {"date-parts": [[day.year, day.month, day.day]], **({"circa": True} if is_inferred else {})}


def csl_json(citation: Citation) -> str:
    """Return a CSL-JSON file with one item."""
    return json.dumps([csl(citation)], ensure_ascii=False, indent=2) + "\n"


# COinS


def coins(citation: Citation) -> str:
    """Return the ContextObject that a ``<span class="Z3988">`` has in ``title``; Zotero reads it from lists."""
    pairs = [
        ("ctx_ver", "Z39.88-2004"),
        ("rft_val_fmt", "info:ofi/fmt:kev:mtx:dc"),
        ("rft.type", "newspaperArticle"),
        ("rft.title", one_line(citation.title)),
        ("rft.source", one_line(citation.publication)),
        *(("rft.creator", one_line(author.name)) for author in citation.authors),
        ("rft.date", citation.published_on.isoformat() if citation.published_on else ""),
        ("rft.language", citation.language),
        ("rft.identifier", citation.here),
    ]
    return urlencode([pair for pair in pairs if pair[1]])


@dataclass(frozen=True)
class Format:
    """One way to cite: what it is called, how it is written, and its file."""

    name: str
    label: str
    write: Callable[[Citation], str]
    suffix: str = ""  # of the download; empty if there is none
    content_type: str = ""


FORMATS: tuple[Format, ...] = (
    Format("text", "", plain, "txt", "text/plain; charset=utf-8"),
    Format("wikipedia", "Wikipedia", wikipedia),
    Format("wikipedia-zh", "維基百科", lambda citation: wikipedia(citation, "zh")),
    Format("bibtex", "BibTeX", bibtex, "bib", "application/x-bibtex; charset=utf-8"),
    Format("ris", "RIS", ris, "ris", "application/x-research-info-systems; charset=utf-8"),
    Format("csl", "CSL-JSON", csl_json, "json", "application/vnd.citationstyles.csl+json"),
)
BY_SUFFIX = {one.suffix: one for one in FORMATS if one.suffix}
