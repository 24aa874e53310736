"""What search keeps of every published article, beside the tables that each database searches in its own way."""

from django.db import models


class SearchDocument(models.Model):
    """One article as it was indexed. Without an article, it is a number that must not be found any more."""

    # holds the day (search.documents.Numbering): dates, ranges and the months' histogram come from the number itself
    number = models.BigIntegerField(primary_key=True)
    # PROTECT: an article cannot go before search has forgotten it
    article = models.OneToOneField("articles.Article", models.PROTECT, null=True, related_name="search_document")
    stored = models.BinaryField(help_text="Title, tags, byline, captions and text as indexed, compressed by zlib.")
    marks = models.BinaryField(help_text="Numbers of section, authors and tags, eight bytes each.")
    serial = models.BigIntegerField(db_index=True, help_text="The write that brought this row.")

    def __str__(self) -> str:
        return str(self.number)


class SearchState(models.Model):
    """The one row that says which writes the index has seen, by which analyzer, and how days are numbered."""

    serial = models.BigIntegerField(default=0)
    epoch = models.CharField(max_length=32, help_text="Another one after each rebuild.")
    analyzer = models.CharField(max_length=40)
    base = models.IntegerField(default=730_120, help_text="The first day that has numbers, as an ordinal.")
    per_day = models.IntegerField(default=64, help_text="How many numbers each day has.")

    def __str__(self) -> str:
        return f"{self.epoch} {self.serial}"
