"""Small rescued folders of an invented newsroom, written where a test wants them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings

from articles.importer.pipeline import ImportReport, run_import
from articles.models import (
    Article,
    Author,
    Byline,
    Capture,
    Conflict,
    Figure,
    ImportIssue,
    Section,
    Suggestion,
    Tag,
    TaggedArticle,
)
from articles.profile import ArchiveProfile, cached

HOST = "https://www.harbourlight.example"
CLAUSES = (
    "渡輪今早七時由南灣碼頭開出",
    "船長說海面比往日平靜",
    "碼頭外已有三十多名乘客等候",
    "有人帶着單車",
    "有人帶着一籃橘子",
    "售票員陳小姐記得每一位熟客",
    "她說這條航線已有四十年歷史",
    "新的時間表下月起生效",
    "班次由二十分鐘一班減至三十分鐘一班",
    "島上居民擔心孩子上學遲到",
    "運輸處表示會聽取意見",
    "下次諮詢會在禮堂舉行",
)
TEXT = "。\n\n".join("，".join(CLAUSES[start : start + 3]) for start in range(0, len(CLAUSES), 3)) + "。"


def profile() -> ArchiveProfile:
    """Return the profile of the project's own seeds, which knows the invented newsroom."""
    return cached(Path(settings.BASE_DIR) / "seeds" / "archive.toml")


def write(folder: Path, source_id: str, *, names: str = "", stamp: str = "20210712010203", **fields: Any) -> Path:
    """Write one capture; ``names`` is the id of another version that its URL names."""
    body = fields.pop("body", TEXT)
    title = fields.pop("title", f"南灣渡輪減班 {source_id}")
    values = {
        "title": title,
        "date": "2019-03-04",
        "author": "記者林岸",
        "category": "要聞",
        "tags": ["渡輪", "南灣"],
        "original_url": f"{HOST}/article/{source_id}/渡輪-{names or source_id}/title",
        **fields,
    }
    values["url"] = f"https://web.archive.org/web/{stamp}/{values['original_url']}"
    lines = ["---"]
    for key, value in values.items():
        if isinstance(value, list):
            lines += [f"{key}:", *(f'  - "{item}"' for item in value)]
        elif value is not None:
            lines.append(f'{key}: "{value}"')
    path = folder / f"article_{source_id}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([*lines, "---", "", f"# {title}", "", body, ""]), encoding="utf-8")
    return path


def bring(*sources: Path, **options: Any) -> ImportReport:
    """Import in this process."""
    return run_import(list(sources), profile(), **{"jobs": 1, **options})


def rows() -> dict[str, list[Any]]:
    """Return all of an archive's contents by natural keys, to be compared between two histories."""
    capture = [field.attname for field in Capture._meta.fields if field.name not in {"id", "article", "original"}]
    article = [field.attname for field in Article._meta.fields if field.name not in {"id", "text_capture", "section"}]
    queries: dict[str, Any] = {
        "captures": Capture.objects.values_list(*capture, "article__source_id"),
        "articles": Article.objects.values_list(*article, "section__name", "text_capture__key"),
        "figures": Figure.objects.values_list(
            "capture__key", "article__source_id", "position", "kind", "caption", "credit", "original_url", "file"
        ),
        "tagged": TaggedArticle.objects.values_list("content_object__source_id", "position", "tag__name"),
        "bylines": Byline.objects.values_list("article__source_id", "position", "author__name", "credit"),
        "tags": Tag.objects.values_list("name", "slug"),
        "authors": Author.objects.values_list("name", "slug", "role", "biography", "is_generic", "described_as_of"),
        "sections": Section.objects.values_list("name", "slug", "position"),
        "suggestions": Suggestion.objects.values_list("kind", "left", "right", "evidence", "state"),
        "issues": ImportIssue.objects.values_list("path", "line", "kind", "message", "capture__key"),
        "conflicts": Conflict.objects.values_list("article__source_id", "field", "digest", "state"),
    }
    return {
        name: sorted((tuple(map(repr, row)) for row in query.order_by()), key=str) for name, query in queries.items()
    }
