"""Every word of the interface is translated: fails where one is missing, empty or doubtful, or not compiled."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[2]
LOCALES = ("zh_Hant", "zh_Hans")
ADVICE = "run `make messages`, and translate what is new in locale/*/LC_MESSAGES/django.po"

# How many of a function's first arguments are texts, and whether the first of them is a context.
FUNCTIONS = {"gettext": 1, "gettext_lazy": 1, "gettext_noop": 1, "ngettext": 2, "ngettext_lazy": 2}
WITH_CONTEXT = {"pgettext": 1, "pgettext_lazy": 1, "npgettext": 2, "npgettext_lazy": 2}

Message = tuple[str, str, str]  # context, singular, plural


def messages_in_python(source: str) -> set[Message]:
    """Return what a module translates, under whatever names it imports the functions."""
    tree = ast.parse(source)
    names = {name: name for name in (*FUNCTIONS, *WITH_CONTEXT)}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation":
            names |= {alias.asname: alias.name for alias in node.names if alias.asname}
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            texts = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
            found |= _message(names.get(called, ""), texts)
    return found


def _message(function: str, texts: list[str]) -> set[Message]:
    if (count := FUNCTIONS.get(function)) and len(texts) >= count:
        return {("", texts[0], texts[1] if count == 2 else "")}
    if (count := WITH_CONTEXT.get(function)) and len(texts) > count:
        return {(texts[0], texts[1], texts[2] if count == 2 else "")}
    return set()


_STRING = r"""u?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
_CALL = re.compile(rf"\b(n?p?gettext|_)\(\s*({_STRING}(?:\s*,\s*{_STRING})*)")


def messages_in_template(source: str) -> set[Message]:
    """Return what a template translates, from what Django makes of it for xgettext."""
    found = set()
    for call in _CALL.finditer(templatize(source)):
        texts = [ast.literal_eval(text) for text in re.findall(_STRING, call[2])]
        found |= _message("gettext" if call[1] == "_" else call[1], texts)
    return found


@cache
def messages() -> set[Message]:
    """Return everything that sources and templates translate."""
    found = set()
    for path in [*ROOT.glob("articles/**/*.py"), *ROOT.glob("newsarchive/**/*.py")]:
        if "tests" not in path.parts:
            found |= messages_in_python(path.read_text())
    for path in [*ROOT.glob("templates/**/*"), *ROOT.glob("articles/templates/**/*")]:
        if path.suffix in (".html", ".txt", ".xml"):
            found |= messages_in_template(path.read_text())
    return found


def catalog(locale: str) -> Path:
    return ROOT / "locale" / locale / "LC_MESSAGES"


def key_of(entry: polib.POEntry | polib.MOEntry) -> Message:
    return entry.msgctxt or "", entry.msgid, entry.msgid_plural or ""


def without_plural(found: set[Message]) -> set[tuple[str, str]]:
    """Return context and singular: gettext takes a text with and without a plural for one."""
    return {message[:2] for message in found}


@pytest.mark.parametrize("locale", LOCALES)
def test_every_word_is_in_the_catalog_and_no_other(locale):
    known = without_plural({key_of(entry) for entry in polib.pofile(str(catalog(locale) / "django.po"))})
    used = without_plural(messages())
    assert (sorted(used - known), sorted(known - used)) == ([], []), ADVICE


@pytest.mark.parametrize("locale", LOCALES)
def test_every_word_is_translated(locale):
    po = polib.pofile(str(catalog(locale) / "django.po"))
    assert [entry.msgid for entry in po if not entry.translated() or entry.fuzzy or entry.obsolete] == [], ADVICE


@pytest.mark.parametrize("locale", LOCALES)
def test_what_is_compiled_is_what_is_written(locale):
    po, mo = polib.pofile(str(catalog(locale) / "django.po")), polib.mofile(str(catalog(locale) / "django.mo"))

    def texts(entries: polib.POFile | polib.MOFile) -> dict[Message, object]:
        return {key_of(entry): entry.msgstr_plural or entry.msgstr for entry in entries}

    assert texts(mo) == texts(po), ADVICE
    assert mo.metadata["Plural-Forms"] == po.metadata["Plural-Forms"]


@pytest.mark.parametrize("locale", LOCALES)
def test_translations_keep_what_is_filled_in(locale):
    """A name that is misspelt in a translation is an error on the page, in that language only."""
    placeholder = re.compile(r"%\(\w+\)[sdr]|%[sdr]|\{\{.*?\}\}")
    wrong = []
    for entry in polib.pofile(str(catalog(locale) / "django.po")):
        original = set(placeholder.findall(f"{entry.msgid} {entry.msgid_plural or ''}"))
        for text in [*entry.msgstr_plural.values()] or [entry.msgstr]:
            if set(placeholder.findall(text)) != original:
                wrong.append((entry.msgid, text))
    assert wrong == []


def test_simplified_has_no_traditional_character():
    from articles.variants import script_of

    po = polib.pofile(str(catalog("zh_Hans") / "django.po"))
    texts = [text for entry in po for text in ([*entry.msgstr_plural.values()] or [entry.msgstr])]
    assert [text for text in texts if any(script_of(character) == "Hant" for character in text)] == []


# What Hong Kong says, and what a reader on the Mainland would look for in its place.
SAID_ELSEWHERE = {
    "上载": "上传", "汇入": "导入", "登入": "登录", "列印": "打印", "伺服": "服务器", "程式": "程序",
    "帐户": "账户", "设定": "设置", "网志": "博客", "软体": "软件", "短片": "视频", "影片": "视频",
    "压缩档": "压缩包", "资料库": "数据库", "搜寻": "搜索", "预设": "默认", "储存": "保存", "载入": "加载",
    "连结": "链接", "萤幕": "屏幕", "抽起": "撤去", "纪录": "记录",
}  # fmt: skip


def test_simplified_is_said_as_on_the_mainland():
    po = polib.pofile(str(catalog("zh_Hans") / "django.po"))
    texts = [text for entry in po for text in ([*entry.msgstr_plural.values()] or [entry.msgstr])]
    found = [(word, better, text) for text in texts for word, better in SAID_ELSEWHERE.items() if word in text]
    assert found == []


def test_the_languages_offered_are_those_translated():
    offered = {code for code, _name in settings.LANGUAGES} - {"en"}
    assert offered == {locale.lower().replace("_", "-") for locale in LOCALES}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("from django.utils.translation import gettext as _\n_('One ' 'text')", {("", "One text", "")}),
        (
            "from django.utils.translation import ngettext\nngettext('%(n)d page', '%(n)d pages', n)",
            {("", "%(n)d page", "%(n)d pages")},
        ),
        ("from django.utils.translation import pgettext\npgettext('verb', 'open')", {("verb", "open", "")}),
        ("print('not translated')", set()),
    ],
)
def test_python_is_read(source, expected):
    assert messages_in_python(source) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('{% load i18n %}<p>{% translate "It\'s here" %}</p>', {("", "It's here", "")}),
        ("{% translate 'open' context 'verb' %}", {("verb", "open", "")}),
        ('{% include "a.html" with label=_("Next") %}', {("", "Next", "")}),
        ("{% blocktranslate trimmed %}One\n  line{% endblocktranslate %}", {("", "One line", "")}),
        (
            "{% blocktranslate count n=pages %}{{ n }} page{% plural %}{{ n }} pages{% endblocktranslate %}",
            {("", "%(n)s page", "%(n)s pages")},
        ),
    ],
)
def test_templates_are_read(source, expected):
    assert messages_in_template(source) == expected
