"""What search keeps of every published article, beside the tables that each database searches in its own way."""

from django.db import models


class SearchDocument(models.Model):
    """One article as it was indexed. Without an article, it is a number that must not be found any more."""

    number = models.BigIntegerField(primary_key=True, help_text="Never used twice; in order of days after a rebuild.")
    # PROTECT: an article cannot go before search has forgotten it
    article = models.OneToOneField("articles.Article", models.PROTECT, null=True, related_name="search_document")
    day = models.IntegerField(help_text="The day of publication as an ordinal; 0 if nobody knows it.")
    # Title, tags, byline, captions and text as indexed, compressed, lie one after the other in blocks of many pages:
    # as rows of their own they would leave a fifth of each page empty.
    block = models.ForeignKey(
        "SearchBlock", models.DO_NOTHING, null=True, db_index=False, help_text="The block that has its texts."
    )
    start = models.IntegerField(help_text="Where in that block they begin, the first byte being 1.")
    length = models.IntegerField(help_text="How many bytes they are.")
    marks = models.BinaryField(help_text="Numbers of section, authors and tags, eight bytes each.")
    serial = models.BigIntegerField(db_index=True, help_text="The write that brought this row.")

    def __str__(self) -> str:
        return str(self.number)


class SearchBlock(models.Model):
    """Stored texts of several documents. It never changes; what was stored anew since lies in another block."""

    content = models.BinaryField()

    def __str__(self) -> str:
        return str(self.pk)


class SearchDictionary(models.Model):
    """What the stored texts are compressed with: pieces that come again and again in this archive's texts."""

    id = models.BigIntegerField(primary_key=True, help_text="Stands in every text that was compressed with it.")
    content = models.BinaryField()

    def __str__(self) -> str:
        return str(self.id)


class SearchState(models.Model):
    """The one row that says which writes the index has seen, and by which analyzer."""

    serial = models.BigIntegerField(default=0)
    epoch = models.CharField(max_length=32, help_text="Another one after each rebuild.")
    analyzer = models.CharField(max_length=40)

    def __str__(self) -> str:
        return f"{self.epoch} {self.serial}"
