"""The pictures of both editors' manuals, made anew from seeds/sample: ``make pictures``.

They show an invented newsroom in an archive of its own that is thrown away afterwards.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
# where the pictures are kept, by the language that the browser asks for
FOLDERS = {"en-GB": ROOT / "docs" / "editors", "zh-HK": ROOT / "docs" / "editors.zh-hant"}
SIZE = {"width": 1280, "height": 800}
COLOURS = 64
PASSWORD = "only-for-the-pictures"  # noqa: S105


def main() -> None:
    """Make an archive, put work into it, and take every picture."""
    with tempfile.TemporaryDirectory() as folder:
        _configure(Path(folder))
        import django

        django.setup()
        from django.contrib.staticfiles.handlers import StaticFilesHandler
        from django.core.management import call_command
        from django.test.testcases import LiveServerThread

        call_command("migrate", verbosity=0)
        places = _archive()
        server = LiveServerThread("127.0.0.1", StaticFilesHandler, connections_override={}, port=0)
        server.daemon = True
        server.start()
        server.is_ready.wait()
        if server.error:
            raise server.error
        try:
            for locale in FOLDERS:
                _photograph(f"http://127.0.0.1:{server.port}", places, locale)
        finally:
            server.terminate()
    for folder in FOLDERS.values():
        print(f"{len(list(folder.glob('*.png')))} pictures are in {folder.relative_to(ROOT)}.")  # noqa: T201


def _configure(folder: Path) -> None:
    """Set what Django reads: an archive in that folder, by the name of the invented newsroom."""
    profile = folder / "archive.toml"
    text = (ROOT / "seeds" / "archive.toml").read_text(encoding="utf-8")
    profile.write_text(text.replace("眾新聞", "南灣新聞").replace("Citizen News", "Harbour Light"), encoding="utf-8")
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "newsarchive.settings",
        "DJANGO_ALLOW_ASYNC_UNSAFE": "true",
        "DEBUG": "true",
        "DATABASE_URL": f"sqlite:///{folder / 'archive.sqlite3'}",
        "MEDIA_ROOT": str(folder / "media"),
        "ARCHIVE_PROFILE": str(profile),
    }


def _archive() -> dict[str, Any]:
    """Import the samples, and leave something to do; return where each picture is taken."""
    from django.contrib.auth import get_user_model
    from django.urls import reverse

    from articles import bulk, corrections, profile, steps
    from articles.importer import suggestions, versions
    from articles.importer.pipeline import run_import
    from articles.models import Article, Author, Byline, Conflict, Suggestion, Tag

    run_import([ROOT / "seeds" / "sample"], profile.current(), jobs=1)
    people = get_user_model().objects
    editor = people.create_superuser("mei", password=PASSWORD)
    other = people.create_user("wai")

    port = Article.objects.get(source_id="900111")
    corrections.apply(port, [corrections.Change("title", "港口一日：街市")], reason="印刷版標題", editor=editor)
    corrections.apply(port, [corrections.Change("tags", ["港口一日", "攝影"])], reason="街市另有專頁", editor=other)
    ferry = Article.objects.get(source_id="900121")
    corrections.apply(ferry, [corrections.Change("title", "夜渡停航三個月後復航")], reason="核對公告", editor=editor)
    conflict = Conflict.objects.create(
        article=ferry,
        field="title",
        digest="picture",
        base=ferry.imported["title"],
        ours="夜渡停航三個月後復航",
        theirs="夜渡停航三個月後復辦　首班船載了十二個人",
    )
    # one person under two names, as in captures of two years
    signed = Byline.objects.filter(author__name="林岸").order_by("pk")[:2]
    longer = Author.objects.create(name="林岸（攝影）", slug="lam-ngon-photographs")
    Byline.objects.filter(pk__in=[row.pk for row in signed]).update(author=longer)
    suggestions.renew(versions.Grouping())
    bulk.make(
        bulk.file_under(list(bulk.chosen([port.pk])), add_tags=["圖片故事"]),
        steps.filed(add_tags=["圖片故事"]),
        reason="專題",
        editor=editor,
    )
    tags = {tag.name: tag.pk for tag in Tag.objects.all()}
    return {
        "article": reverse("admin:articles_article_change", args=[Article.objects.get(source_id="900125").pk]),
        "port": port,
        "record": reverse("admin:articles_article_record", args=[port.pk]),
        "conflict": reverse("admin:articles_conflict_change", args=[conflict.pk]),
        "suggestion": reverse(
            "admin:articles_suggestion_change", args=[Suggestion.objects.get(kind="authors", right="林岸（攝影）").pk]
        ),
        "articles": reverse("admin:articles_article_changelist"),
        "tags": reverse("admin:articles_tag_changelist"),
        "merge": [tags["渡輪"], tags["ferry"]],
    }


def _photograph(base: str, places: dict[str, Any], locale: str) -> None:
    from django.urls import reverse
    from playwright.sync_api import Page, sync_playwright

    from articles import corrections
    from articles.tests.browser import chromium

    def act(page: Page, action: str, keys: list[Any] | None = None, find: str = "") -> None:
        if find:
            page.locator("#searchbar").fill(find)
            page.keyboard.press("Enter")
        for key in keys or []:
            page.locator(f'.action-select[value="{key}"]').check()
        if not keys:
            page.locator("#action-toggle").check()
        page.locator("select[name=action]").select_option(action)
        page.locator("button[name=index]").click()

    def stale(page: Page) -> None:
        title = next(
            title for title in ("港口一日：街市清晨", "港口一日：清晨街市") if title != _title_of(places["port"])
        )
        corrections.apply(places["port"], [corrections.Change("title", title)], reason="原文如此", editor=None)
        page.locator("#id_title").fill("港口一日（街市）")
        page.locator("#id_reason").fill("與印刷版一致")
        page.locator("[name=_save]").click()

    def replace(page: Page) -> None:
        act(page, "replace", find="颱風")
        page.locator("#id_find").fill("白鷺")
        page.locator("#id_put").fill("大白鷺")
        page.locator("#id_reason").fill("天文台的正式名稱")
        page.locator("[name=look]").click()
        page.locator("#id_find").scroll_into_view_if_needed()

    def merge(page: Page) -> None:
        act(page, "merge", places["merge"])
        page.locator("#id_reason").fill("同一樣船")

    def withhold(page: Page) -> None:
        act(page, "withhold", find="900166")
        page.locator("#id_notice").fill("本文應當事人要求暫時移除。")
        page.locator("#id_reason").fill("來信，存檔編號 12")

    def editor(page: Page) -> None:
        page.locator(".text-panels .preview[data-ready]").wait_for()
        page.locator(".text-desk").evaluate("block => scrollTo(0, block.getBoundingClientRect().top + scrollY - 12)")

    wanted: list[tuple[str, str, Callable[[Page], None] | None, str]] = [
        ("desk", reverse("admin:index"), None, ""),
        ("article", places["article"], editor, ""),
        ("conflict", places["conflict"], None, "#content"),
        ("suggestion", places["suggestion"], None, "#content"),
        ("record", places["record"], None, "#content"),
        ("replace", places["articles"], replace, "#content"),
        ("merge", places["tags"], merge, "#content"),
        ("withhold", places["articles"], withhold, "#content"),
        ("stale", reverse("admin:articles_article_change", args=[places["port"].pk]), stale, "#content"),
    ]
    FOLDERS[locale].mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=["--no-sandbox"])
        page = browser.new_context(base_url=base, viewport=SIZE, locale=locale).new_page()
        # the samples' pictures are addresses that nobody has
        page.route("**/*", lambda route: route.continue_() if route.request.url.startswith(base) else route.abort())
        page.goto(reverse("admin:login"))
        page.locator("#id_username").fill("mei")
        page.locator("#id_password").fill(PASSWORD)
        page.locator("#login-form [type=submit]").click()
        page.locator("#user-tools").wait_for()
        for name, address, prepare, part in wanted:
            page.goto(address)
            if prepare:
                prepare(page)
            page.wait_for_load_state("networkidle")
            box = page.locator(part).bounding_box() if part else None
            clip = None
            if box:
                clip = {
                    "x": box["x"],
                    "y": box["y"],
                    "width": box["width"],
                    "height": min(box["height"], SIZE["height"]),
                }
            _keep(page.screenshot(clip=clip, full_page=bool(clip)), FOLDERS[locale] / f"{name}.png")  # type: ignore[arg-type]
        browser.close()


def _title_of(article: Any) -> str:
    article.refresh_from_db(fields=["title"])
    return str(article.title)


def _keep(data: bytes, file: Path) -> None:
    """Store a picture with few colours, which a page of an admin does not miss."""
    import io

    from PIL import Image

    with Image.open(io.BytesIO(data)) as shot:
        shot.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(file, optimize=True)


if __name__ == "__main__":
    sys.exit(main())
