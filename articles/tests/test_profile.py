import re
from pathlib import Path

import pytest

from articles import profile
from articles.profile import KEYS, ProfileError, load

SEEDS = Path(__file__).resolve().parents[2] / "seeds" / "archive.toml"
DOCS = Path(__file__).resolve().parents[2] / "docs" / "archive-profile.md"
LEAST = """
hosts = ["Harbourlight.Example"]
time_zone = "Asia/Hong_Kong"
language = "zh-Hant"
source_id = '''/article/(?P<id>\\d+)'''
[publication]
zh-Hant = "南灣新聞"
en = "Harbour Light"
"""
HOST = "[[video_hosts]]\nname = 'Tide'\npattern = 'x'\n"


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "archive.toml"
    path.write_text(text)
    return path


def test_the_least_profile(tmp_path):
    least = load(written(tmp_path, LEAST))
    assert least.hosts == ("harbourlight.example",)
    assert least.sections == least.placeholders == least.boilerplate == least.video_hosts == ()
    assert least.byline.block is None
    assert least.version_id is None
    assert least.source_id_in("https://harbourlight.example/article/77/x") == "77"
    assert least.source_id_in("https://harbourlight.example/about") == ""


def test_the_profile_of_the_seeds_uses_every_key():
    text = SEEDS.read_text()
    load(SEEDS)
    missing = [key for keys in KEYS.values() for key in keys if not re.search(rf"(?m)^\[*{key}\b", text)]
    # titles, and roles, may be left out
    assert set(missing) <= {"roles", "title"}


@pytest.mark.parametrize(
    ("path", "tags", "title"),
    [
        ("7/渡輪-碼頭-7/渡輪停航", "渡輪-碼頭", "渡輪停航"),
        # a picture that was not found was saved as a page
        ("7/渡輪-碼頭-7/images/images/logo.svg", "渡輪-碼頭", ""),
        ("7/images/images/logo.svg", "", ""),
    ],
)
def test_an_address_tells_tags_and_title(path, tags, title):
    url = f"https://www.hkcnews.com/article/{path}"
    found = {name: getattr(load(SEEDS), f"url_{name}").search(url) for name in ("tags", "title")}
    assert [match[name] if match else "" for name, match in found.items()] == [tags, title]


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("zh-hant", "南灣新聞"),
        ("en", "Harbour Light"),
        ("en-gb", "Harbour Light"),
        ("fr", "南灣新聞"),
        ("", "南灣新聞"),
    ],
)
def test_the_publication_has_a_name_in_every_language(tmp_path, code, name):
    assert load(written(tmp_path, LEAST)).name_in(code) == name


def test_the_digest_changes_with_the_rules(tmp_path):
    one = load(written(tmp_path, LEAST)).digest
    assert load(written(tmp_path, LEAST)).digest == one
    assert load(written(tmp_path, LEAST + "# a remark\n")).digest != one


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("= nothing", "this is not a TOML file"),
        (LEAST.replace("hosts", "host"), "unknown key 'host'"),
        (LEAST.replace("hosts =", "# hosts ="), "the key 'hosts' is missing"),
        (LEAST.replace("Asia/Hong_Kong", "Asia/Atlantis"), "Asia/Atlantis"),
        (LEAST.replace("(?P<id>", "("), "needs a group named 'id'"),
        (LEAST.replace("(?P<id>", "(?P<id"), "unterminated name"),
        (LEAST.replace("'''/article/(?P<id>\\d+)'''", "''"), "source_id must not be empty"),
        (LEAST.partition("[publication]")[0] + "[publication]\n", "at least one name"),
        (LEAST + "[[sections]]\nname = '要聞'\nslug = 'top'\ncolour = 'red'\n", "unknown key 'colour' in sections"),
        (LEAST + "[[sections]]\nname = '要聞'\n", "the key 'slug' is missing"),
        (LEAST + "[byline]\nblok = ''\n", "unknown key 'blok' in byline"),
        (LEAST + "[byline]\nblock = 'x'\n", "needs a group named 'name'"),
        (
            LEAST + "[[boilerplate]]\nname = 'n'\npattern = '^請訂閱'\nreason = 'r'\nexample = '請看'\n",
            "'n' does not match its own example",
        ),
        (LEAST + "[[boilerplate]]\nname = 'n'\npattern = '('\nreason = 'r'\nexample = '('\n", "missing )"),
        (LEAST + HOST + "player = 'https://tide.example/{id}'\n", "needs both embed and player"),
        (LEAST + HOST + "embed = '''x'''\nplayer = 'https://tide.example/{id}'\n", "needs a group named 'id'"),
        (
            LEAST + HOST + "embed = '''(?P<id>x)'''\nplayer = 'http://tide.example/{id}'\n",
            "must be an https:// address",
        ),
        (LEAST + HOST + "embed = '''(?P<id>x)'''\nplayer = 'https://{id}/'\n", "must be an https:// address"),
        (LEAST.replace('["Harbourlight.Example"]', "3"), "hosts must be a list of texts"),
        (LEAST.replace('["Harbourlight.Example"]', "'harbourlight.example'"), "hosts must be a list of texts"),
        (LEAST.replace('["Harbourlight.Example"]', "[]"), "hosts needs at least one name"),
        (LEAST + "[byline]\ngeneric = '本報記者'\n", "generic must be a list of texts"),
    ],
)
def test_a_profile_that_cannot_be_used_says_why(tmp_path, text, sentence):
    path = written(tmp_path, text)
    with pytest.raises(ProfileError) as caught:
        load(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert sentence in str(caught.value)


@pytest.mark.parametrize(
    ("url", "player"),
    [
        ("https://www.youtube.com/embed/hArB0urL1gh", "https://www.youtube-nocookie.com/embed/hArB0urL1gh"),
        ("https://www.youtube.com/embed/hArB0urL1gh?start=3", "https://www.youtube-nocookie.com/embed/hArB0urL1gh"),
        ("https://www.youtube.com/watch?v=hArB0urL1gh", "https://www.youtube-nocookie.com/embed/hArB0urL1gh"),
        ("https://www.youtube.com/embed/too-short", ""),
        ("https://www.youtube.com.evil.example/embed/hArB0urL1gh", ""),
        ("javascript:https://www.youtube.com/embed/hArB0urL1gh", ""),
        ("https://player.vimeo.com/video/900155001", "https://player.vimeo.com/video/900155001"),
        (
            "https://www.facebook.com/plugins/video.php?href=https%3A%2F%2Fwww.facebook.com%2Fx&width=5",
            "https://www.facebook.com/plugins/video.php?href=https%3A%2F%2Fwww.facebook.com%2Fx&width=5",
        ),
        ("https://video.tidepool.example/embed/choir", ""),
        ("", ""),
    ],
)
def test_the_player_of_a_video_stands_at_a_known_address(url, player):
    assert load(SEEDS).player_of(url) == player


def test_a_profile_that_is_not_there(tmp_path):
    with pytest.raises(ProfileError, match=r"cannot be read \(No such file or directory\)"):
        load(tmp_path / "archive.toml")


def test_a_profile_that_is_no_text(tmp_path):
    path = tmp_path / "archive.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ProfileError, match="not a TOML file"):
        load(path)


def test_the_current_profile_is_the_setting_s(settings, tmp_path):
    settings.ARCHIVE_PROFILE = str(written(tmp_path, LEAST))
    assert profile.current().name_in("en") == "Harbour Light"


def test_the_examples_in_the_manual_can_be_used(tmp_path):
    blocks = re.findall(r"(?ms)^```toml\n(.*?)^```", DOCS.read_text())
    assert len(blocks) > 8
    top = "\n".join(block for block in blocks if not block.startswith("["))
    tables = "\n".join(block for block in blocks if block.startswith("["))
    manual = load(written(tmp_path, top + "\n" + tables))
    assert manual.name_in("en") == "Harbour Light"
    assert manual.boilerplate
    assert manual.placeholders
    assert manual.byline.block
