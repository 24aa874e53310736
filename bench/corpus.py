"""What is measured: a folder, the Citizen News sample beside the checkout, or invented articles."""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import tarfile
import tempfile
from pathlib import Path

SAMPLES = Path(__file__).resolve().parents[2] / "shared" / "corpus"
INVENTED_ARTICLES = 3000
WORDS = (
    "海港 小鎮 燈塔 市集 漁船 圖書館 電車 議會 風暴 校園 醫院 山徑 書店 渡輪 街坊 劇院 記者 清晨 黃昏 合唱團"
).split()


def sample_folder(named: str = "") -> Path | None:
    """Return the folder that CORPUS names, or the sample's, unpacked outside of the checkout; None without one."""
    if named:
        source = Path(named).expanduser().resolve()
        if not source.exists():
            raise SystemExit(f"CORPUS names {named}, which does not exist.")
        if source.is_dir() and (packed := sorted(source.glob("*.tar.xz"))):
            return _unpacked(packed[0])
        return source if source.is_dir() else _unpacked(source)
    packed = sorted(SAMPLES.glob("*.tar.xz"))
    return _unpacked(packed[0]) if packed else None


def _cache(key: str) -> Path:
    """Return this user's folder for one corpus among the temporary files."""
    digest = hashlib.sha256(key.encode()).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"newsarchive-corpus-{os.getuid()}-{digest}"


def _unpacked(archive: Path) -> Path:
    """Unpack an archive once; two processes that do so at the same time do not meet."""
    state = archive.stat()
    folder = _cache(f"{archive.resolve()} {state.st_size} {state.st_mtime_ns}")
    if not folder.is_dir():
        new = Path(tempfile.mkdtemp(prefix=f"{folder.name}-"))
        with tarfile.open(archive) as members:
            members.extractall(new, filter="data")
        _move_into_place(new, folder)
    return folder


def _move_into_place(new: Path, folder: Path) -> None:
    try:
        new.rename(folder)
    except OSError:  # another process was first
        shutil.rmtree(new)


def invented_folder(count: int = INVENTED_ARTICLES) -> Path:
    """Write articles of an invented newsroom, the same ones each time."""
    folder = _cache(f"invented 2 {count}")
    if not folder.is_dir():
        new = Path(tempfile.mkdtemp(prefix=f"{folder.name}-"))
        chance = random.Random(1)  # noqa: S311
        for number in range(1, count + 1):
            (new / f"article_{number}.md").write_text(_invented_article(number, chance))
        _move_into_place(new, folder)
    return folder


def _invented_article(number: int, chance: random.Random) -> str:
    """Return one article, about as long as real ones: some 2,000 Chinese characters, two or three figures."""
    title = f"{chance.choice(WORDS)}與{chance.choice(WORDS)}的第{number}個故事"
    date = f"20{chance.randint(17, 21)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"
    url = f"https://www.harbourlight.example/article/{number}/story"
    paragraphs = []
    for place in range(12):
        paragraphs.append("，".join("".join(chance.choices(WORDS, k=6)) for _ in range(12)) + "。**重點**在此。")
        if place % 5 == 2:
            image = f"https://img.harbourlight.example/{number}-{place}.jpg"
            paragraphs.append(
                f'<figure>\n<img src="https://web.archive.org/web/2021im_/{image}" alt="">\n'
                f"<figcaption>{chance.choice(WORDS)}（圖）</figcaption>\n</figure>"
            )
    tags = "".join(f"- {tag}\n" for tag in chance.sample(WORDS, 4))
    return (
        f"---\ntitle: {title}\ndate: {date}\nauthor: 記者{chance.choice(WORDS)}\ncategory: {chance.choice(WORDS[:6])}\n"
        f"tags:\n{tags}url: https://web.archive.org/web/20211231000000/{url}\noriginal_url: {url}\n---\n\n# {title}\n\n"
        + "\n\n".join(paragraphs)
        + "\n"
    )
