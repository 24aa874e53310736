"""An archive with something of everything, and an address of every kind of page in it.

A new page needs a line in ``EXAMPLES``, or test_pages.py fails: then its HTML, feed or file is checked like all others.
"""

from __future__ import annotations

from datetime import UTC, date, datetime

from articles import derived
from articles.models import Article, Capture, Figure
from articles.search import index
from articles.tests import factories

HOSTILE = "海</title></script><script>alert(1)</script><!-- & \"'<b>"

# Name of the address in articles/urls.py -> examples. A query is part of an example.
EXAMPLES: dict[str, list[str]] = {
    "home": ["/", "/?page=2"],
    "article": [
        "/article/1/",
        "/article/2/",
        "/article/3/",
        "/article/4/",
        "/article/5/",
        "/article/6/",
        "/article/7/",
    ],
    "cite": ["/article/1/cite/", "/article/2/cite/"],
    "cite-file": [f"/article/1/cite.{suffix}" for suffix in ("bib", "ris", "json", "txt")],
    "record": ["/article/1/record/", "/article/2/record/"],
    "compare-chosen": ["/article/1/compare/?a=7&b=1"],
    "compare": ["/article/1/compare/7/1/"],
    "old-article-path": ["/article/1/tags/title", "/article/999/tags/title"],
    "about": ["/about/"],
    "corrections": ["/corrections/"],
    "corrections-feed": ["/corrections/feed/"],
    "lost": ["/lost/"],
    "lost-by-time": ["/lost/by-time/"],
    "authors": ["/authors/"],
    "authors-by-number": ["/authors/by-number/"],
    "tags": ["/tags/"],
    "section": ["/section/news/", "/section/news/?page=2"],
    "section-feed": ["/section/news/feed/"],
    "author": ["/author/lam/", "/author/staff/"],
    "author-feed": ["/author/lam/feed/"],
    "tag": ["/tag/ferry/", "/tag/ferry/?page=2"],
    "tag-feed": ["/tag/ferry/feed/"],
    "archive": ["/archive/"],
    "undated": ["/archive/undated/"],
    "year": ["/archive/2021/"],
    "month": ["/archive/2021/12/", "/archive/2021/12/?page=2"],
    "day": ["/archive/2021/12/28/"],
    "feed": ["/feed/"],
    "search": ["/search/", "/search/?q=渡輪", "/search/?q=渡輪&section=news&year=2021", "/search/?q=nothing-at-all"],
    "search-suggest": ["/search/suggest/?q=渡"],
    "search-description": ["/search/description.xml"],
}
# Those of newsarchive/urls.py and of the errors.
ELSEWHERE = [
    "/robots.txt",
    "/manifest.webmanifest",
    "/sitemap.xml",
    *(f"/sitemap-{name}.xml" for name in ("articles", "pages", "days", "sections", "authors", "tags")),
    "/nothing-here/",
]
# What an example answers, where that is not 200.
STATUS = {
    "/article/1/compare/?a=7&b=1": 302,
    "/article/1/tags/title": 301,
    "/article/999/tags/title": 404,
    "/article/5/": 410,
    "/article/6/": 404,
    "/article/7/": 301,
    "/nothing-here/": 404,
}

BODY = """第一段，有**強調**、[連結](https://x.example/a?b=c&d=e)和註腳。[^1]

{{< figure 1 >}}

## 小標題

> 引文

| 日期 | 班次 |
|:-----|-----:|
| 一   | 12   |

{{< figure 2 >}}

1. 一
2. 二
   - 丙

```
碼
```

<ruby>渡<rt>dou6</rt></ruby> <abbr title="x">x</abbr>

[^1]: 註腳的話。
"""


def build() -> None:
    """Make the archive."""
    section = factories.make_section("要聞", slug="news", label_en="News")
    lam = factories.make_author("林小鷗", slug="lam", biography="寫海。\n\n住在岸邊。", role="博客")
    lam.avatar_url = "https://web.archive.org/web/1im_/https://x.example/a b.png"
    lam.save()
    staff = factories.make_author("本報記者", slug="staff", is_generic=True)
    ferry = factories.make_tag("渡輪", slug="ferry")
    alias = factories.make_tag("Ferry", slug="ferry-in-english", alias_of=ferry)
    full = factories.make_article(
        "1", title="渡輪照常開出　碼頭人多", body=BODY, section=section, authors=[lam, staff],
        tags=[ferry, alias, "碼頭"], updated_at=datetime(2021, 12, 29, 3, 0, tzinfo=UTC),
    )  # fmt: skip
    factories.make_figure(full, 1)
    factories.make_figure(full, 2, kind=Figure.Kind.VIDEO, host="YouTube", original_url="https://v.example/?a=1&b=2")
    factories.make_figure(full, 3, caption=HOSTILE, credit="", archived_url="", original_url="")
    factories.make_correction(full)
    factories.make_correction(full, is_active=False, reason=HOSTILE)
    factories.make_capture("7", article=full, captured_at=datetime(2021, 12, 28, tzinfo=UTC))
    factories.make_article(
        "2", title=HOSTILE, body=f"{HOSTILE}\n\n{{{{< figure 1 >}}}}", section=None, authors=[HOSTILE], tags=[HOSTILE],
        published_on=None, text_capture=factories.make_capture("2", original_url="javascript:alert(1)", wayback_url=""),
    )  # fmt: skip
    factories.make_article(
        "3", title="A ferry sails", body="It sailed at dawn.", section=section, date_inferred=True,
        date_evidence="name of an image", published_on=date(2020, 12, 28),
    )  # fmt: skip
    factories.make_article("4", title="長" * 191, body="", section=section)
    factories.make_article("5", status=Article.Status.WITHHELD, notice="A court asked for it.\n\n<b>Really.</b>")
    factories.make_capture("6", kind=Capture.Kind.PLACEHOLDER, title="失落的標題", tag_names=["碼頭", "<b>"])
    for number in range(100, 160):
        factories.make_article(str(number), section=section, authors=[lam], tags=[alias])
    derived.rebuild(Article.objects.all())
    index.rebuild()
