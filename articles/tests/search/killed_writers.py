"""Kills processes that correct articles, in the middle of their work: ``python -m articles.tests.search.killed_writers 100``.

Each child corrects titles and tells the parent after every commit. After each kill, every correction that was told
must be on record, its title or a later one must stand and be found, no former title may be found any more, and the
index must agree with the articles. Uses the database of the environment, which is to be empty.
"""  # noqa: E501

from __future__ import annotations

import os
import random
import signal
import sys
import time

ARTICLES = 12


def title_of(round_number: int, step: int) -> str:
    """Return the title that one step gives an article; no two steps give the same."""
    return f"更正{round_number}a{step} {'渡輪' * (step % 5)}"


def step_of(title: str, round_number: int) -> int:
    """Return the step of this round that gave an article its title; -1 for none."""
    return int(title.split()[0].partition("a")[2]) if title.startswith(f"更正{round_number}a") else -1


def correct_until_killed(pipe: int, round_number: int) -> None:
    """Correct one article after the other, and say so once it is committed."""
    from articles import corrections
    from articles.models import Article

    articles = list(Article.objects.order_by("pk"))
    for step in range(100_000):
        article = articles[step % ARTICLES]
        title = title_of(round_number, step)
        change = corrections.Change("title", title)
        corrections.apply(article, [change], reason="A test.", editor=None)
        os.write(pipe, f"{article.pk} {step}\n".encode())


def main() -> None:
    """Run the rounds; exit with a message at the first thing that is wrong."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsarchive.settings")
    import django

    django.setup()
    from django.db import connection

    from articles.models import Article, Correction
    from articles.search import index
    from articles.search.queries import Search, search
    from articles.tests.factories import make_article

    def found(title: str) -> list[int]:
        return [hit.article.pk for hit in search(Search(f'title:"{title.split()[0]}"')).hits]

    for number in range(ARTICLES):
        make_article(str(number), title=f"題{number}", body="船長說，風浪不大。" * 200, tags=["渡輪"])
    index.rebuild()
    chance = random.Random(5)  # noqa: S311
    told_in_all = killed_at_work = round_number = 0
    while killed_at_work < int(sys.argv[1]):
        round_number += 1
        connection.close()
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reading)
            correct_until_killed(writing, round_number)
        os.close(writing)
        # at any moment of some correction, once it has told of one; sometimes of its very first, which does not count
        first = b"" if chance.random() < 0.1 else os.read(reading, 1000)
        time.sleep(chance.uniform(0, 0.1))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        with os.fdopen(reading, "rb") as lines:
            told = [(int(key), int(step)) for key, step in map(bytes.split, (first + lines.read()).splitlines())]
        told_in_all += len(told)
        killed_at_work += bool(told)
        if problems := index.disagreements():
            sys.exit(f"round {round_number}: {problems}")
        titles = dict(Article.objects.values_list("pk", "title"))
        recorded = set(Correction.objects.filter(field="title").values_list("article", "after"))
        for key, step in told:
            if (key, title_of(round_number, step)) not in recorded:
                sys.exit(f"round {round_number}: the correction {step} of article {key} is not on record")
            # a later one may stand: told too, or committed by a child that could not tell any more
            if step_of(titles[key], round_number) < step:
                sys.exit(f"round {round_number}: the correction {step} of article {key} is lost: {titles[key]}")
            former = title_of(round_number, step)
            if titles[key] != former and (stale := found(former)):
                sys.exit(f"round {round_number}: the former title of article {key} still finds {stale}")
        for key, title in titles.items():
            if found(title) != [key] and not title.startswith("題"):
                sys.exit(f"round {round_number}: {title} finds {found(title)} instead of {key}")
    sys.stdout.write(f"{killed_at_work} killed at work, {told_in_all} corrections told, none lost\n")


if __name__ == "__main__":
    main()
