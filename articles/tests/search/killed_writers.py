"""Kills processes that correct articles, in the middle of their work: ``python -m articles.tests.search.killed_writers 100``.

Each child corrects titles and tells the parent after every commit. After each kill, what was told must be
found, and the index must agree with the articles. Uses the database of the environment, which is to be empty.
"""  # noqa: E501

from __future__ import annotations

import os
import random
import signal
import sys
import time

ARTICLES = 12


def correct_until_killed(pipe: int, round_number: int) -> None:
    """Correct one article after the other, and say so once it is committed."""
    from articles import corrections
    from articles.models import Article

    articles = list(Article.objects.order_by("pk"))
    for step in range(100_000):
        article = articles[step % ARTICLES]
        title = f"更正{round_number}a{step} {'渡輪' * (step % 5)}"
        change = corrections.Change("title", title)
        corrections.apply(article, [change], reason="A test.", editor=None)
        os.write(pipe, f"{article.pk} {round_number}a{step}\n".encode())


def main() -> None:
    """Run the rounds; exit with a message at the first thing that is wrong."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsarchive.settings")
    import django

    django.setup()
    from django.db import connection

    from articles.models import Article
    from articles.search import index
    from articles.search.queries import Search, search
    from articles.tests.factories import make_article

    for number in range(ARTICLES):
        make_article(str(number), title=f"題{number}", body="船長說，風浪不大。" * 200, tags=["渡輪"])
    index.rebuild()
    chance = random.Random(5)  # noqa: S311
    told_in_all = killed_at_work = 0
    round_number = 0
    while killed_at_work < int(sys.argv[1]):
        round_number += 1
        connection.close()
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reading)
            correct_until_killed(writing, round_number)
        os.close(writing)
        time.sleep(chance.uniform(0.03, 0.2))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        with os.fdopen(reading, encoding="utf-8") as lines:
            told = dict(line.split() for line in lines.read().splitlines() if len(line.split()) == 2)
        told_in_all += len(told)
        killed_at_work += bool(told)
        if found := index.disagreements():
            sys.exit(f"round {round_number}: {found}")
        titles = dict(Article.objects.values_list("pk", "title"))
        for key, words in told.items():
            title = titles[int(key)]
            # a later correction of the same article may have been committed, but not told any more
            if words not in title and search(Search(f'title:"{title}"')).total != 1:
                sys.exit(f"round {round_number}: the correction {words} of article {key} is lost: {title}")
        for key, title in titles.items():
            hits = [hit.article.pk for hit in search(Search(f'title:"{title}"')).hits]
            if hits != [key]:
                sys.exit(f"round {round_number}: {title} finds {hits} instead of {key}")
    sys.stdout.write(f"{killed_at_work} killed at work, {told_in_all} corrections told, none lost\n")


if __name__ == "__main__":
    main()
