"""The mark that changes whenever anything that readers see does."""

from django.db import models


class Stamp(models.Model):
    """A random number, drawn anew by the database itself with every write; see ``articles.stamp``."""

    # On PostgreSQL each connection that writes has a row of its own, so that none waits for another.
    slot = models.BigIntegerField(primary_key=True)
    number = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.slot}: {self.number}"
