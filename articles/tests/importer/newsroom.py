"""An invented newsroom to import from: its profile, its files, and what the archive holds of them."""

from __future__ import annotations

import hashlib
import io
import tarfile
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import models

from articles.importer.parser import parse
from articles.importer.pipeline import ImportReport, run_import
from articles.importer.records import ParsedCapture, SourceFile
from articles.models import (
    Article,
    CaptureChange,
    Figure,
    ImportRun,
    SearchBlock,
    SearchDictionary,
    SearchDocument,
    SearchState,
    Stamp,
)
from articles.profile import ArchiveProfile, load
from articles.search import index

ROOT = Path(__file__).resolve().parents[3]
DATA = ROOT / "articles" / "tests" / "data"
PROFILE: ArchiveProfile = load(ROOT / "seeds" / "archive.toml")
SITE = "https://www.harbourlight.example/article"


def read_text(text: str | bytes, path: str = "article_7001.md", profile: ArchiveProfile = PROFILE) -> ParsedCapture:
    """Parse one file's text."""
    data = text.encode() if isinstance(text, str) else text
    return parse(SourceFile(path, data, hashlib.sha256(data).hexdigest()), profile)


def read_data(name: str) -> ParsedCapture:
    """Parse one of the odd files in tests/data."""
    return read_text((DATA / name).read_bytes(), name)


def kinds(capture: ParsedCapture) -> set[str]:
    """Return the kinds of issue that a file had."""
    return {issue.kind for issue in capture.issues}


def page(
    source_id: int | str,
    *,
    title: str = "",
    date: str = "2019-05-04",
    author: str = "記者林小鷗",
    section: str = "要聞",
    tags: Iterable[str] = ("渡輪", "ferry"),
    body: str = "",
    stamp: str = "20210703184911",
    more: str = "",
) -> str:
    """Return one rescued page, as such a folder holds it."""
    title = title or f"渡輪第{source_id}航次準時開出"
    url = f"{SITE}/{source_id}/x-{source_id}/story"
    picture = f"https://web.archive.org/web/2021im_/https://img.harbourlight.example/{source_id}.jpg"
    listed = "".join(f'  - "{tag}"\n' for tag in tags)
    body = body or (
        f"碼頭第{source_id}號閘門今早六時打開，第一班船載着{source_id}箱橙離岸。\n\n"
        f'<figure>\n<img src="{picture}" alt="">\n'
        f"<figcaption>第{source_id}號閘門</figcaption>\n</figure>\n\n船長說，風浪不大。"
    )
    return (
        f'---\ntitle: "{title}"\ndate: "{date}"\nauthor: "{author}"\ncategory: "{section}"\ntags:\n{listed}'
        f'url: "https://web.archive.org/web/{stamp}/{url}"\noriginal_url: "{url}"\n{more}---\n\n# {title}\n\n{body}\n'
    )


def write_pages(folder: Path, count: int, first: int = 7001) -> Path:
    """Write a folder of different pages, some of them in folders of their own."""
    for number in range(first, first + count):
        own = folder / f"{number // 10}"
        own.mkdir(parents=True, exist_ok=True)
        day = f"2019-{number % 12 + 1:02}-{number % 28 + 1:02}"
        text = page(number, date=day, author=f"記者林{'岸汐潮'[number % 3]}", tags=("渡輪", f"航線{number % 7}"))
        (own / f"article_{number}.md").write_text(text)
    return folder


def packed(folder: Path, target: Path) -> Path:
    """Pack a folder as a zip or a tar, as the target's name says."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    if target.name.endswith(".zip"):
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in files:
                archive.write(path, path.relative_to(folder))
    else:
        kind = target.name.rpartition(".tar")[2].lstrip(".")
        with tarfile.open(target, f"w:{kind}") as tar:
            for path in files:
                tar.add(path, path.relative_to(folder))
    return target


def tar_of(target: Path, *members: tuple[tarfile.TarInfo, bytes]) -> Path:
    """Write a tar of exactly these members."""
    with tarfile.open(target, "w") as tar:
        for member, data in members:
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return target


def import_once(*sources: Path, **options: Any) -> ImportReport:
    """Import in this process."""
    return run_import(sources, PROFILE, **({"jobs": 1} | options))


# Their numbers follow the order of writes, or chance; that they say what the articles say is what counts.
NUMBERED = (SearchDocument, SearchBlock, SearchDictionary, SearchState, Stamp)


def tables() -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of every table of the archive, except those of import runs."""
    found = {}
    for model in apps.get_app_config("articles").get_models(include_auto_created=True):
        if model not in (ImportRun, *NUMBERED):
            rows = model._default_manager.order_by("pk").values_list()
            found[model._meta.label] = [tuple(map(_plain, row)) for row in rows]
    return found


# What differs between two imports of the same files, and says nothing about the archive.
_OWN_TO_A_RUN = {"id", "run", "created_at"}


def content() -> dict[str, list[tuple[str, ...]]]:
    """Return what the archive says, whatever numbers its rows have: rows by their natural keys, sorted."""
    names: dict[type[models.Model], dict[Any, str]] = {}
    natural = {"Capture": "key", "Article": "source_id", "Author": "name", "Tag": "name", "Section": "name"}
    for label, field in natural.items():
        model = apps.get_model("articles", label)
        names[model] = dict(model._default_manager.values_list("pk", field))
    found = {}
    for model in apps.get_app_config("articles").get_models(include_auto_created=True):
        if model in (ImportRun, CaptureChange, *NUMBERED):
            continue
        fields = [field for field in model._meta.concrete_fields if field.name not in _OWN_TO_A_RUN]
        rows = []
        for row in model._default_manager.order_by().values_list(*(field.attname for field in fields)):
            values = [
                names[field.related_model].get(value, "") if field.related_model in names else _plain(value)
                for field, value in zip(fields, row, strict=True)
            ]
            rows.append(tuple(map(str, values)))
        found[model._meta.label] = sorted(rows)
    found["search"] = [(line,) for line in index.disagreements()]
    return found


def empty_archive() -> None:
    """Make the archive what it was before its first import."""
    index.forget(Article.objects.values_list("pk", flat=True))
    Article.objects.all().delete()
    for model in apps.get_app_config("articles").get_models(include_auto_created=True):
        if model not in NUMBERED:
            model._default_manager.all().delete()


def content_digest() -> str:
    """Return a short form of all that the archive says."""
    return hashlib.sha256(repr(sorted(content().items())).encode()).hexdigest()


def figures_of(source_id: str) -> list[Figure]:
    """Return an article's figures in order."""
    return list(Figure.objects.filter(article__source_id=source_id).order_by("position"))


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value
