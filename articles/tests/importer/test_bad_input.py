"""Everything bad that a folder or an archive may hold: a clear issue each, and nothing else is lost."""

import io
import os
import re
import tarfile
import threading
import time
import tracemalloc
import zipfile
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from articles.importer import pipeline, preview, reader
from articles.importer.reader import MAX_BYTES, SourceError, entries, read
from articles.models import Article, Capture, ImportIssue, ImportRun
from articles.tests.importer.newsroom import DATA, import_once, page, tar_of, write_pages

pytestmark = pytest.mark.django_db

LARGE = 200 * 1024 * 1024
HEAD = "---\ntitle: 碼頭重開\ndate: 2019-05-04\n"


def run(*arguments, **options) -> str:
    out = StringIO()
    call_command("import_seeds", *map(str, arguments), jobs=1, stdout=out, **options)
    return out.getvalue()


def data(name: str):
    """Return what writes an odd file of tests/data."""
    return lambda path: path.write_bytes((DATA / name).read_bytes())


def text(content: str | bytes):
    return lambda path: path.write_bytes(content if isinstance(content, bytes) else content.encode())


def of_200_mb(path):
    with path.open("wb") as file:
        file.write(HEAD.encode())
        file.truncate(LARGE)


def nested(opening: str, closing: str = "") -> str:
    return f"{HEAD}deep: {opening * 5000}x{closing * 5000}\n---\n\n正文。\n"


LEVELS = "".join(" " * depth + "{0}\n" for depth in range(3500))  # 6 MB: of 5,000 such levels, the file is too large
# What is written, whether it becomes an article, and the issue: its kind, its line, what it says, and what helps.
FILES = {
    "200 MB": (of_200_mb, False, "too-large", None, "larger than 8 MB", "check what was saved"),
    "binary": (data("binary.md"), False, "binary", None, "binary, not text", "Check what was saved"),
    "a NUL": (data("nul-in-the-text.md"), True, "control-character", 7, "control characters were removed", "U+0000"),
    "invalid UTF-8": (
        data("one-byte-that-is-not-utf-8.md"),
        True,
        "encoding",
        9,
        "not UTF-8",
        "Save the file as UTF-8",
    ),
    "UTF-16": (data("utf-16-little-endian.md"), True, "byte-order-mark", 1, "utf-16", ""),
    "UTF-16, unmarked": (data("utf-16-without-byte-order-mark.md"), False, "binary", None, "binary", "Check what was"),
    "empty": (data("empty.md"), False, "empty", None, "is empty", "Rescue the page again"),
    "only spaces": (data("only-spaces.md"), False, "empty", None, "is empty", "Rescue the page again"),
    "never closed": (data("front-matter-never-closed.md"), True, "front-matter", 1, "never closed", "mark its end"),
    "alias bomb": (
        data("yaml-alias-bomb.md"),
        True,
        "front-matter",
        1,
        "aliases, which are not expanded",
        "shorten it",
    ),
    "nested [": (text(nested("[", "]")), True, "front-matter", 1, "nested too deeply", "shorten it"),
    "nested {": (text(nested("{a: ", "}")), True, "front-matter", 1, "nested too deeply", "shorten it"),
    "nested - - -": (
        text(f"{HEAD}deep:\n{'- ' * 5000}x\n---\n\n正文。\n"),
        True,
        "front-matter",
        1,
        "nested too",
        "shorten",
    ),
    "nested by depth": (
        text(HEAD + LEVELS.format("k:") + "---\n\n正文。\n"),
        True,
        "front-matter",
        1,
        "characters",
        "shorten",
    ),
    "nested lists": (text(f"{HEAD}---\n\n{'- ' * 5000}x\n"), True, "not-rendered", 5, "nested more than", "plain"),
    "nested lists, in lines": (
        text(f"{HEAD}---\n\n{LEVELS.format('- x')}"),
        True,
        "not-rendered",
        5,
        "characters",
        "plain",
    ),
    "nested quotations": (text(f"{HEAD}---\n\n{'> ' * 5000}x\n"), True, "not-rendered", 5, "nested more than", ""),
    "nested brackets": (text(f"{HEAD}---\n\n{'[' * 5000}x\n"), True, "not-rendered", 5, "5,000 times '['", ""),
    "duplicate keys": (data("duplicate-keys.md"), True, "duplicate-key", 3, "stands twice", "remove the other"),
    "tags in a string": (data("tag-list-that-is-a-string.md"), True, "wrong-type", 5, "not a list", "Write [a, b]"),
    "2021-02-30": (
        data("date-that-is-no-day.md"),
        True,
        "bad-date",
        3,
        "'2021-02-30', which is no date",
        "correct that",
    ),
}


@pytest.mark.parametrize("name", FILES)
def test_a_bad_file_is_one_clear_issue_and_costs_nothing_else(tmp_path, name):
    write_file, becomes_article, kind, line, says, helps = FILES[name]
    folder = write_pages(tmp_path / "pages", 3)
    write_file(folder / "article_666.md")
    printed = run(folder, verbosity=2)
    assert f"4 files: {3 + becomes_article} created" in printed
    assert Article.objects.filter(source_id__startswith="700").count() == 3
    assert Article.objects.count() == 3 + becomes_article
    issue = ImportIssue.objects.get(kind=kind, message__contains=says)
    assert (issue.path, issue.line) == ("article_666.md", line)
    assert helps in issue.message
    place = f"article_666.md:{line}" if line else "article_666.md"
    assert f"  {place}: {issue.message}\n" in printed
    if becomes_article:
        article = Article.objects.get(text_capture__path="article_666.md")
        assert article.title in ("碼頭重開", "碼頭又重開")
        assert article.html


OPENINGS = [word.replace("_", " ") for word in "[ { < <a_ <![ ![[]() <http:// * >_ -_ {{<_ <figure> ` \\ & |".split()]


@pytest.mark.any_database
@pytest.mark.parametrize("opening", OPENINGS)
def test_a_megabyte_of_one_opening_is_read_in_seconds(tmp_path, opening):
    body = opening * (1_000_000 // len(opening))
    (tmp_path / "article_1.md").write_text(f"{HEAD}---\n\n{body}")
    (tmp_path / "article_2.md").write_text(f"---\ntitle: {body}")
    began = time.process_time()
    report = import_once(tmp_path)
    assert report.created == 2
    assert time.process_time() - began < 20  # what took the square of the time would take hours


@pytest.mark.any_database
def test_a_file_of_200_mb_is_not_read_into_memory(tmp_path):
    of_200_mb(tmp_path / "article_1.md")
    with tarfile.open(tmp_path / "a.tar.gz", "w:gz", compresslevel=1) as archive:
        archive.add(tmp_path / "article_1.md", "article_1.md")
    tracemalloc.start()
    try:
        for source in (tmp_path / "article_1.md", tmp_path / "a.tar.gz"):
            with pytest.raises((reader.UnreadableError, SourceError)):
                read(next(entries(source)))
        assert tracemalloc.get_traced_memory()[1] < 40 * 1024 * 1024
    finally:
        tracemalloc.stop()


# names


LONG = "碼" * 84 + ".md"  # 255 bytes, the most that Linux allows


@pytest.mark.parametrize(
    "name", ["😀👩‍👩‍👧.md", LONG, "a\nb.md", "q\"uote's & <b>.md", "\\back\\slash.md", "🏳️‍🌈/" + LONG]
)
def test_names_with_emoji_and_of_255_bytes(tmp_path, name):
    path = tmp_path / "pages" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{HEAD}---\n\n正文。\n")
    assert import_once(tmp_path / "pages").created == 1
    capture = Capture.objects.get()
    assert capture.path == name
    assert len(capture.source_id) <= 100
    assert Article.objects.get().title == "碼頭重開"
    assert import_once(tmp_path / "pages").unchanged == 1


def test_a_name_that_is_not_utf_8(tmp_path):
    with open(os.fsencode(tmp_path) + b"/caf\xe9.md", "w") as file:
        file.write(f"{HEAD}---\n\n正文。\n")
    assert import_once(tmp_path).created == 1
    assert Capture.objects.get().path == "caf\\udce9.md"


def test_an_image_of_255_bytes_beside_its_article(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path / "media"
    name = "a" * 251 + ".png"
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / name).write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(40))
    assert import_once(tmp_path / "pages").issues == []
    assert (tmp_path / "media" / "rescued" / name).exists()


# files that change


def test_a_file_that_vanishes_before_it_is_read(tmp_path, monkeypatch):
    folder = write_pages(tmp_path / "pages", 3)

    def found(source):
        for entry in entries(source):
            if entry.path.endswith("7002.md"):
                entry.location.unlink()
            yield entry

    monkeypatch.setattr(pipeline, "entries", found)
    report = import_once(folder)
    assert (report.created, report.unreadable) == (2, 1)
    (issue,) = report.issues
    assert (issue.path, issue.kind) == ("700/article_7002.md", "unreadable")
    assert (
        issue.message == "The file cannot be read: No such file or directory. Check that it is there and may be read."
    )


def test_a_file_that_may_not_be_read(tmp_path, monkeypatch):
    # the tests may run as root, who may read everything
    folder = write_pages(tmp_path / "pages", 2)
    original = type(folder).open

    def refuse(path, *arguments, **options):
        if path.name == "article_7002.md":
            raise PermissionError(13, "Permission denied", str(path))
        return original(path, *arguments, **options)

    monkeypatch.setattr(type(folder), "open", refuse)
    report = import_once(folder)
    assert (report.created, report.unreadable) == (1, 1)
    assert "Permission denied. Check that it is there" in report.issues[0].message


def test_files_that_change_while_they_are_read(tmp_path):
    folder = write_pages(tmp_path / "pages", 60)
    paths = sorted(folder.rglob("*.md"))
    done = threading.Event()

    def rewrite():
        turn = 0
        while not done.is_set():
            turn += 1
            for number, path in enumerate(paths):
                path.write_text(page(7001 + number, title=f"第{turn}版") + "字" * (turn % 50))

    writer = threading.Thread(target=rewrite)
    writer.start()
    try:
        for _ in range(3):
            report = import_once(folder)
            assert report.files == 60
    finally:
        done.set()
        writer.join()
    # whatever moment a file was read at, its row, its text and its checksum are of that moment
    for capture in Capture.objects.all():
        assert capture.sha256 == reader.hashlib.sha256(capture.original_bytes).hexdigest()
        assert capture.title in capture.original_bytes.decode()
    import_once(folder)
    assert import_once(folder).unchanged == 60
    assert {capture.original_bytes for capture in Capture.objects.all()} == {path.read_bytes() for path in paths}


# archives


def zip_of(path, *members: tuple[str, bytes]):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return path


@pytest.mark.any_database
def test_a_zip_bomb_of_one_large_member(tmp_path):
    source = zip_of(tmp_path / "a.zip", ("article_1.md", bytes(100 * 1024 * 1024)), ("article_2.md", page(2).encode()))
    assert source.stat().st_size < 120_000
    report = import_once(source)
    assert (report.created, report.unreadable) == (1, 1)
    assert [(issue.path, issue.kind) for issue in report.issues] == [("article_1.md", "too-large")]


@pytest.mark.any_database
def test_a_zip_bomb_of_many_members(tmp_path):
    member = (HEAD + "---\n" + " " * (MAX_BYTES - 100)).encode()
    source = zip_of(tmp_path / "a.zip", *((f"article_{number}.md", member) for number in range(12)))
    with pytest.raises(
        CommandError, match="unpack to more than 250 times its size, as a zip bomb does. If you trust it"
    ):
        run(source)
    assert not Capture.objects.exists()


@pytest.mark.any_database
def test_a_zip_bomb_that_lies_about_its_size(tmp_path):
    source = zip_of(tmp_path / "a.zip", ("article_1.md", bytes(50 * 1024 * 1024)))
    content = bytearray(source.read_bytes())
    for mark, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        start = content.index(mark) + offset
        content[start : start + 4] = (1000).to_bytes(4, "little")
    source.write_bytes(content)
    report = import_once(source)
    assert [(issue.path, issue.kind) for issue in report.issues] == [("article_1.md", "unreadable")]


@pytest.mark.any_database
@pytest.mark.parametrize("kind", ["gz", "xz", "bz2"])
def test_a_tar_bomb(tmp_path, monkeypatch, kind):
    source = tmp_path / f"a.tar.{kind}"
    large = 80 * 1024 * 1024
    with tarfile.open(source, f"w:{kind}") as archive:
        for name, content in (("article_1.md", page(1).encode()), ("article_2.md", bytes(large))):
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    unpacked = []
    read_stream = tarfile._Stream.read

    def read_and_count(stream, size=None):
        data = read_stream(stream, size)
        unpacked.append(len(data))
        return data

    monkeypatch.setattr(tarfile._Stream, "read", read_and_count)
    with pytest.raises(CommandError, match="as a zip bomb does.*The rest was imported: 1 file."):
        run(source)
    assert 0 < sum(unpacked) < large / 100, "it is refused by what its header says"
    assert Article.objects.get().source_id == "1"
    assert ImportRun.objects.get().state == ImportRun.State.FAILED


@pytest.mark.any_database
@pytest.mark.parametrize("kind", [tarfile.GNUTYPE_LONGNAME, tarfile.XHDTYPE, tarfile.XGLTYPE])
def test_a_tar_whose_header_is_a_bomb(tmp_path, kind):
    member = tarfile.TarInfo("././@LongLink")
    member.type = kind
    with tarfile.open(tmp_path / "a.tar.gz", "w:gz", compresslevel=1) as archive:
        member.size = 60 * 1024 * 1024
        archive.addfile(member, io.BytesIO(b"a" * member.size))
    tracemalloc.start()
    try:
        with pytest.raises(SourceError, match=r"a\.tar\.gz: the source cannot be read \(.*62,914,560 bytes\)"):
            list(entries(tmp_path / "a.tar.gz"))
        assert tracemalloc.get_traced_memory()[1] < 10 * 1024 * 1024
    finally:
        tracemalloc.stop()


def test_a_tar_with_names_that_lead_outside_and_symlinks(tmp_path):
    (tmp_path / "secret.md").write_text("secret")
    link, hard = tarfile.TarInfo("link.md"), tarfile.TarInfo("hard.md")
    link.type, link.linkname = tarfile.SYMTYPE, "../secret.md"
    hard.type, hard.linkname = tarfile.LNKTYPE, "../secret.md"
    names = ["../outside.md", "/absolute.md", "a/../../b.md"]
    source = tar_of(
        tmp_path / "a.tar",
        *((tarfile.TarInfo(name), page(number).encode()) for number, name in enumerate(names)),
        (link, b""),
        (hard, b""),
        (tarfile.TarInfo("article_9.md"), page(9).encode()),
    )
    before = sorted(tmp_path.iterdir())
    printed = run(source)
    assert "6 files: 1 created, 0 updated, 0 unchanged, 5 unreadable" in printed
    for name in names:
        assert f"{name}: The archive holds a file whose name leads outside the archive. It was left out: " in printed
    assert "link.md: This is a link, not a file. Links are not followed: put the file itself here." in printed
    assert sorted(tmp_path.iterdir()) == before
    assert b"secret" not in Capture.objects.get().original_bytes


def test_an_archive_that_breaks_off_gives_what_it_holds_and_says_so(tmp_path):
    pages = write_pages(tmp_path / "pages", 30)
    source = tmp_path / "a.tar"
    with tarfile.open(source, "w") as archive:
        archive.add(pages, "pages")
    source.write_bytes(source.read_bytes()[:40_000])
    with pytest.raises(
        CommandError, match=r"a\.tar: the source cannot be read \(.*\)\. The rest was imported: \d+ files\."
    ):
        run(source, write_pages(tmp_path / "others", 2, first=8001))
    assert Article.objects.filter(source_id__startswith="70").count() > 10
    assert Article.objects.filter(source_id__startswith="80").count() == 2
    assert not Capture.objects.filter(pending=True).exists()
    assert ImportRun.objects.get().state == ImportRun.State.FAILED
    with pytest.raises(CommandError, match=r"cannot be read"):
        run(source, dry_run=True)
    assert ImportRun.objects.count() == 1


# pictures


def test_pictures_that_cannot_be_kept_are_named(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path / "media"
    png = b"\x89PNG\r\n\x1a\n"
    members = [
        ("a.png", png),
        ("a.png/b.png", png),
        ("html.png", b"<html>"),
        ("../c.png", png),
        ("large.png", png + bytes(MAX_BYTES)),
        ("article_1.md", page(1).encode()),
    ]
    source = zip_of(tmp_path / "a.zip", *members)
    report = import_once(source)
    assert report.files == report.created == 1
    assert {(issue.path, issue.kind) for issue in report.issues} == {
        ("a.png/b.png", "unreadable"),
        ("html.png", "not-a-picture"),
        ("../c.png", "unsafe-path"),
        ("large.png", "too-large"),
    }
    assert all(re.search(r"put|check|give", issue.message, re.IGNORECASE) for issue in report.issues)
    assert ImportIssue.objects.count() == 4
    assert [path.name for path in (tmp_path / "media").rglob("*.png")] == ["a.png"]


# what the command prints


def test_a_dry_run_shows_a_readable_difference_and_writes_nothing(tmp_path):
    figure = '<figure><img src="https://img.harbourlight.example/gate.jpg"><figcaption>{}</figcaption></figure>'
    body = f"第一段。\n\n{figure.format('閘門')}\n\n第二段。"
    (tmp_path / "article_1.md").write_text(page(1, title="碼頭從開", body=body, tags=("渡輪",)))
    (tmp_path / "article_2.md").write_text(page(2))
    run(tmp_path)
    runs = ImportRun.objects.count()
    (tmp_path / "article_1.md").write_text(
        page(1, title="碼頭重開", body=body.replace("閘門", "東閘").replace("第二", "新的第二"), tags=("渡輪", "碼頭"))
    )
    (tmp_path / "article_3.md").write_text(page(3, title="市集重開", date="2019-09-09"))
    printed = run(tmp_path, dry_run=True)
    assert printed.startswith("Dry run: nothing was written. This is what an import would do.\n")
    assert "3 files: 1 created, 1 updated, 1 unchanged, 0 unreadable; 0 conflicts." in printed
    assert "  3 is a new article: '市集重開'\n" in printed
    assert "  1, caption of https://img.harbourlight.example/gate.jpg: '閘門' becomes '東閘'\n" in printed
    assert "  1, title: '碼頭從開' becomes '碼頭重開'\n" in printed
    assert "  1, tags: ['渡輪'] becomes ['渡輪', '碼頭']\n" in printed
    assert "  1, text:\n    -第二段。\n    +新的第二段。\n" in printed
    assert ImportRun.objects.count() == runs
    assert Article.objects.get(source_id="1").title == "碼頭從開"
    assert "becomes" not in run(tmp_path)
    assert Article.objects.get(source_id="1").title == "碼頭重開"


@pytest.mark.parametrize("parts", [1, 3])
def test_a_dry_run_reads_earlier_versions_in_bulk(tmp_path, monkeypatch, parts):
    """However many pages have changed: one query for the pages of a part, one for their figures."""
    monkeypatch.setattr(preview, "READ", 5)
    changed = 5 * parts
    body = "風球改掛，碼頭關閉。" * 9
    names = [tmp_path / f"article_{9001 + number}.md" for number in range(changed + 1)]
    for number, name in enumerate(names):
        name.write_text(page(9001 + number, title="渡輪停航", body=body))
    run(tmp_path)
    for number, name in enumerate(names[:-1]):  # the last gives the text
        name.write_text(page(9001 + number, title="渡輪停航", body=body, tags=(f"夜船{number}",)))
    asked = []
    found = preview.changes_of_other_pages

    def counted(*given):
        with CaptureQueriesContext(connection) as queries:
            changes = list(found(*given))
        asked.extend(queries)
        return changes

    monkeypatch.setattr(preview, "changes_of_other_pages", counted)
    printed = run(tmp_path, dry_run=True)
    for number in range(changed):
        assert f"an earlier version of 9001, tags: ['渡輪', 'ferry'] becomes ['夜船{number}']\n" in printed
    assert len(asked) == 1 + 2 * parts, [query["sql"][:200] for query in asked]


def test_a_dry_run_tells_of_earlier_versions_and_lost_pages_too(tmp_path):
    body = "風球改掛，碼頭關閉。" * 9
    for version in (9001, 9002, 9003):
        (tmp_path / f"article_{version}.md").write_text(page(version, title="渡輪停航", body=body))
    (tmp_path / "article_9004.md").write_text(page(9004, title="Temporarily Offline", body=" "))
    run(tmp_path)
    (tmp_path / "article_9002.md").write_text(
        page(9002, title="渡輪停航", body=f"{body}\n\n夜船照開。", tags=("夜船",))
    )
    (tmp_path / "article_9004.md").write_text(page(9004, title="Temporarily Offline", body=" ", tags=("夜船",)))
    printed = run(tmp_path, dry_run=True)
    assert "2 updated" in printed
    assert "  9002@20210703184911, an earlier version of 9001, tags: ['渡輪', 'ferry'] becomes ['夜船']\n" in printed
    assert "  9002@20210703184911, an earlier version of 9001, text:\n    +\n    +夜船照開。\n" in printed
    assert "  9004@20210703184911, a lost page, tags: ['渡輪', 'ferry'] becomes ['夜船']\n" in printed
    assert list(Capture.objects.filter(tag_names=["夜船"])) == []


def test_a_dry_run_does_not_send_anybody_to_issues_that_are_not_there(tmp_path):
    (tmp_path / "article_1.md").write_text(page(1, date="2021-02-30"))
    assert "1 issue (1 bad-date). This is what it would report:\n" in run(tmp_path, dry_run=True)
    assert "1 issue (1 bad-date). All are in the admin, under import issues:\n" in run(tmp_path)


def test_strict_and_report_together(tmp_path):
    write_pages(tmp_path / "pages", 2)
    (tmp_path / "pages" / "article_1.md").write_text(page(1, date="2021-02-30"))
    with pytest.raises(CommandError, match="^1 issue, and --strict was asked for. The import itself is done.$"):
        run(tmp_path / "pages", strict=True, report=str(tmp_path / "report.json"))
    assert '"kind": "bad-date"' in (tmp_path / "report.json").read_text()
    # a file that has not changed was reported already
    run(tmp_path / "pages", strict=True)
