import io
import os
import tarfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from articles.importer.reader import MAX_BYTES, Entry, SourceError, count, entries, printable, read
from articles.importer.records import UnreadableError
from articles.tests.importer.newsroom import packed, tar_of, write_pages

FILES = {
    "article_1.md": b"one",
    "sub/article_2.markdown": b"two",
    "sub/images/a.png": b"\x89PNG",
    "碼頭/航線 三.mkd": b"three",
}


def folder_of(tmp_path: Path, files: dict[str, bytes]) -> Path:
    folder = tmp_path / "source"
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


def found(source: Path) -> dict[str, bytes]:
    return {entry.path: read(entry).data for entry in entries(source)}


def issues(source: Path) -> dict[str, str]:
    seen = {}
    for entry in entries(source):
        try:
            read(entry)
        except UnreadableError as error:
            seen[error.issue.path] = error.issue.kind
    return seen


@pytest.mark.parametrize("name", ["", "a.zip", "a.ZIP", "a.tar", "a.tar.gz", "a.tar.xz", "a.tar.bz2"])
def test_a_folder_and_its_archives_hold_the_same(tmp_path, name):
    folder = folder_of(tmp_path, FILES)
    if name == "a.ZIP":
        source = packed(folder, tmp_path / "a.zip").rename(tmp_path / name)
    else:
        source = packed(folder, tmp_path / name) if name else folder
    assert found(source) == FILES


def test_one_file_is_a_source_whatever_its_name(tmp_path):
    path = tmp_path / "story.txt"
    path.write_bytes(b"text")
    assert found(path) == {"story.txt": b"text"}


def test_what_is_neither_an_article_nor_an_image_is_passed_over(tmp_path):
    others = [
        "README.md",
        "sub/readme.markdown",
        ".hidden.md",
        ".git/x.md",
        "notes.txt",
        "a.html",
        "__MACOSX/._a.md",
        "x.md.bak",
    ]
    folder = folder_of(tmp_path, dict.fromkeys(others, b"x") | {"article_1.md": b"one"})
    assert list(found(folder)) == ["article_1.md"]
    assert list(found(packed(folder, tmp_path / "a.zip"))) == ["article_1.md"]


def test_the_order_is_that_of_the_names(tmp_path):
    folder = folder_of(tmp_path, {f"{name}/{number}.md": b"x" for name in "cab" for number in (3, 1, 2)})
    assert [entry.path for entry in entries(folder)] == [
        f"{name}/{number}.md" for name in "abc" for number in (1, 2, 3)
    ]


def test_the_checksum_is_that_of_the_bytes(tmp_path):
    (entry,) = entries(folder_of(tmp_path, {"a.md": b"abc"}))
    assert read(entry).sha256 == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


@pytest.mark.parametrize("name", ["a.zip", "a.tar", "a.tar.gz"])
def test_a_member_that_is_too_large_is_left_out(tmp_path, name):
    folder = folder_of(tmp_path, {"a.md": b"x" * (MAX_BYTES + 1), "b.md": b"x" * MAX_BYTES, "c.md": b"c"})
    assert issues(packed(folder, tmp_path / name)) == {"a.md": "too-large"}
    assert issues(folder) == {"a.md": "too-large"}


def test_links_are_not_followed(tmp_path):
    folder = folder_of(tmp_path, {"a.md": b"a"})
    secret = tmp_path / "secret.md"
    secret.write_text("secret")
    (folder / "b.md").symlink_to(secret)
    (folder / "broken.md").symlink_to(folder / "nowhere.md")
    (folder / "round").symlink_to(folder)
    assert issues(folder) == {"b.md": "link", "broken.md": "link"}


def test_a_pipe_under_an_article_s_name_does_not_hold_the_import_up(tmp_path):
    folder = folder_of(tmp_path, {"a.md": b"a"})
    os.mkfifo(folder / "b.md")
    assert issues(folder) == {"b.md": "unreadable"}


def test_a_folder_that_cannot_be_opened_is_named(tmp_path, monkeypatch):
    folder = folder_of(tmp_path, {"a.md": b"a", "closed/b.md": b"b"})
    scandir = os.scandir

    def refuse(path):
        if str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    assert issues(folder) == {"closed": "unreadable"}
    with pytest.raises(SourceError, match="Permission denied"):
        list(entries(folder / "closed"))


@pytest.mark.parametrize("name", ["a.zip", "a.tar", "a.tar.gz", "a.tar.xz", "a.tar.bz2"])
@pytest.mark.parametrize("data", [b"", b"not an archive at all", b"PK\x03\x04", b"\x1f\x8b\x08\x00"])
def test_a_file_that_is_no_archive(tmp_path, name, data):
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(SourceError, match="cannot be read"):
        list(entries(path))
    assert count(path) is None


@pytest.mark.parametrize("name", ["nowhere", "nowhere.zip", "nowhere.tar.gz", "nowhere.md"])
def test_a_source_that_is_not_there(tmp_path, name):
    with pytest.raises(SourceError, match="there is no such file or folder"):
        list(entries(tmp_path / name))


def test_a_tar_that_ends_early_gives_what_it_has_and_says_so(tmp_path):
    whole = packed(write_pages(tmp_path / "pages", 40), tmp_path / "a.tar")
    whole.write_bytes(whole.read_bytes()[:20_000])
    seen = []
    with pytest.raises(SourceError, match="cannot be read"):
        seen += [seen.append(entry.path) for entry in entries(whole)]
    assert seen


def test_a_damaged_member_of_a_zip_costs_only_itself(tmp_path):
    path = packed(folder_of(tmp_path, {"a.md": b"a" * 999, "b.md": b"b" * 999}), tmp_path / "a.zip")
    data = path.read_bytes()
    start = data.index(b"a.md") + 4
    path.write_bytes(data[:start] + b"\xff\xff\xff" + data[start + 3 :])
    assert issues(path) == {"a.md": "unreadable"}
    assert len(list(entries(path))) == 2


def test_an_encrypted_member_of_a_zip(tmp_path):
    path = packed(folder_of(tmp_path, {"a.md": b"a", "b.md": b"b"}), tmp_path / "a.zip")
    data = bytearray(path.read_bytes())
    data[6] |= 1  # the flag in the member's own header, and in the list of members
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    assert issues(path) == {"a.md": "unreadable"}


def test_names_in_an_archive_that_lead_outside(tmp_path):
    names = ["../a.md", "/etc/b.md", "sub/../../c.md", "good.md"]
    tar = tar_of(tmp_path / "a.tar", *((tarfile.TarInfo(name), b"x") for name in names))
    expected = dict.fromkeys(names[:3], "unsafe-path")
    assert issues(tar) == expected
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for name in names:
            archive.writestr(name, b"x")
    assert issues(tmp_path / "a.zip") == expected


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE])
def test_members_of_a_tar_that_are_no_files(tmp_path, kind):
    member = tarfile.TarInfo("a.md")
    member.type, member.linkname = kind, "/etc/passwd"
    with tarfile.open(tmp_path / "a.tar", "w") as tar:
        tar.addfile(member)
        tar.addfile(tarfile.TarInfo("b.md"), io.BytesIO())
    assert issues(tmp_path / "a.tar") == {"a.md": "link"}
    assert len(list(entries(tmp_path / "a.tar"))) == 2


def test_nothing_is_unpacked_to_disk(tmp_path, monkeypatch):
    archive = packed(write_pages(tmp_path / "pages", 5), tmp_path / "a.tar.gz")
    empty = tmp_path / "empty"
    empty.mkdir()
    monkeypatch.chdir(empty)
    monkeypatch.setenv("TMPDIR", str(empty))
    assert len(found(archive)) == 5
    assert list(empty.iterdir()) == []


def test_counting_before_reading(tmp_path):
    folder = folder_of(tmp_path, FILES | {"README.md": b"x"})
    assert count(folder) == 3
    assert count(packed(folder, tmp_path / "a.tar")) is None
    assert count(folder / "article_1.md") == 1


@pytest.mark.parametrize(
    ("name", "shown"),
    [("a.md", "a.md"), ("a\udcff.md", "a\\udcff.md"), ("a\x00.md", "a\\x00.md"), ("😀.md", "😀.md")],
)
def test_any_name_can_be_printed_and_stored(name, shown):
    assert printable(name) == shown
    printable(name).encode()


def test_an_entry_that_has_an_issue_is_not_read():
    with pytest.raises(UnreadableError, match="no such"):
        read(Entry("a.md", data=b"x", issue=_issue("no such")))


def _issue(message: str):
    from articles.importer.records import Issue

    return Issue("a.md", None, "unreadable", message)


def _archive(name: str) -> bytes:
    data = io.BytesIO()
    if name.endswith(".zip"):
        compression = {"lzma.zip": zipfile.ZIP_LZMA, "bz2.zip": zipfile.ZIP_BZIP2}.get(name, zipfile.ZIP_DEFLATED)
        with zipfile.ZipFile(data, "w", compression) as archive:
            archive.writestr("a/article_1.md", "碼頭" * 50)
            archive.writestr("碼頭/2.md", "x")
    else:
        with tarfile.open(fileobj=data, mode=f"w:{name.rpartition('.tar')[2].lstrip('.')}") as tar:
            for member_name in ("a/article_1.md", "碼頭" * 40 + ".md"):
                member = tarfile.TarInfo(member_name)
                member.size = 300
                tar.addfile(member, io.BytesIO(b"x" * 300))
    return data.getvalue()


ARCHIVES = {
    name: _archive(name) for name in ("a.zip", "lzma.zip", "bz2.zip", "a.tar", "a.tar.gz", "a.tar.xz", "a.tar.bz2")
}
CHANGES = st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), min_size=1, max_size=6)


@settings(max_examples=400)
@given(st.sampled_from(sorted(ARCHIVES)), CHANGES, st.integers(0, 3))
def test_no_damage_makes_an_archive_raise_anything_else(tmp_path_factory, name, changes, cut):
    data = bytearray(ARCHIVES[name])
    for position, byte in changes:
        data[position % len(data)] = byte
    if cut == 0:
        del data[changes[0][0] % len(data) :]
    path = tmp_path_factory.getbasetemp() / f"damaged-{name}"
    path.write_bytes(data)
    count(path)
    try:
        for entry in entries(path):
            try:
                read(entry)
            except UnreadableError as error:
                assert error.issue.message
    except SourceError as error:
        assert str(path) in str(error)
