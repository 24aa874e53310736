"""The addresses that readers meet; the newsroom's own ``/article/<id>/…`` are among them."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from articles.citations import BY_SUFFIX
from articles.feeds import AuthorFeed, LatestArticles, LatestCorrections, SectionFeed, TagFeed
from articles.views import (
    archives,
    articles,
    citations,
    corrections,
    front,
    lost,
    overview,
    record,
    redirects,
    search,
)


class FourDigits:
    """A year."""

    regex = "[0-9]{4}"

    def to_python(self, value: str) -> int:
        """Read it."""
        return int(value)

    def to_url(self, value: int) -> str:
        """Write it with all its digits."""
        return f"{value:04d}"


class TwoDigits(FourDigits):
    """A month or a day."""

    regex = "[0-9]{2}"

    def to_url(self, value: int) -> str:
        """Write it with both its digits."""
        return f"{value:02d}"


class CitationFile(StringConverter):
    """The kind of a citation's file."""

    regex = "|".join(BY_SUFFIX)


register_converter(CitationFile, "citation_file")
register_converter(FourDigits, "yyyy")
register_converter(TwoDigits, "mm")

app_name = "articles"
urlpatterns = [
    path("", front.home, name="home"),
    path("article/<str:source_id>/", articles.article, name="article"),
    path("article/<str:source_id>/cite/", citations.cite, name="cite"),
    path("article/<str:source_id>/cite.<citation_file:suffix>", citations.download, name="cite-file"),
    path("article/<str:source_id>/record/", record.record, name="record"),
    path("article/<str:source_id>/compare/", record.compare_chosen, name="compare-chosen"),
    path("article/<str:source_id>/compare/<str:before>/<str:after>/", record.comparison, name="compare"),
    # last: whatever else stood behind an article's number at the newsroom
    path("article/<str:source_id>/<path:rest>", redirects.old_article_path, name="old-article-path"),
    path("about/", overview.about, name="about"),
    path("corrections/", corrections.corrections, name="corrections"),
    path("corrections/feed/", LatestCorrections(), name="corrections-feed"),
    path("lost/", lost.lost, name="lost"),
    path("lost/by-time/", lost.lost, {"by_time": True}, name="lost-by-time"),
    path("authors/", overview.authors, name="authors"),
    path("authors/by-number/", overview.authors, {"by_number": True}, name="authors-by-number"),
    path("tags/", overview.tags, name="tags"),
    path("section/<str:slug>/", archives.section, name="section"),
    path("section/<str:slug>/feed/", SectionFeed(), name="section-feed"),
    path("author/<str:slug>/", archives.author, name="author"),
    path("author/<str:slug>/feed/", AuthorFeed(), name="author-feed"),
    path("tag/<str:slug>/", archives.tag, name="tag"),
    path("tag/<str:slug>/feed/", TagFeed(), name="tag-feed"),
    path("archive/", archives.archive, name="archive"),
    path("archive/undated/", archives.undated, name="undated"),
    path("archive/<yyyy:year>/", archives.year, name="year"),
    path("archive/<yyyy:year>/<mm:month>/", archives.month, name="month"),
    path("archive/<yyyy:year>/<mm:month>/<mm:day>/", archives.day, name="day"),
    path("feed/", LatestArticles(), name="feed"),
    path("search/", search.search_page, name="search"),
    path("search/suggest/", search.suggest, name="search-suggest"),
    path("search/description.xml", search.description, name="search-description"),
]
