import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from articles.importer.frontmatter_blocks import MAX_BLOCK, plain_value, split


@pytest.mark.parametrize(
    "text",
    [
        "---\ntitle: 碼頭\ntags: [渡輪, ferry]\ndate: 2019-05-04\n---\nbody\n",
        '+++\ntitle = "碼頭"\ntags = ["渡輪", "ferry"]\ndate = 2019-05-04\n+++\nbody\n',
        '{\n"title": "碼頭",\n"tags": ["渡輪", "ferry"],\n"date": "2019-05-04"\n}\nbody\n',
    ],
    ids=["yaml", "toml", "json"],
)
def test_three_languages_say_the_same(text):
    metadata, body, _line, issues = split(text, "a.md")
    assert metadata == {"title": "碼頭", "tags": ["渡輪", "ferry"], "date": "2019-05-04"}
    assert body.strip() == "body"
    assert issues == []


def test_the_body_s_first_line_is_counted():
    text = "---\ntitle: a\n---\nfirst\n"
    _metadata, body, line, _issues = split(text, "a.md")
    # what follows the fence on its own line belongs to the body
    assert text.split("\n")[line:] == body.split("\n")[1:]


@pytest.mark.parametrize(
    ("text", "kind", "line", "metadata"),
    [
        ("just text", "no-front-matter", 1, {}),
        ("---\ntitle: a\nb\nc: d", "front-matter", 1, {"title": "a"}),
        ('---\nauthor: x\ntitle: "a\n---\nb', "front-matter", None, {"author": "x", "title": '"a'}),
        ("---\n- a\n- b\n---\nc", "front-matter", 1, {}),
        ("---\ntitle: a\ntitle: b\n---\nc", "duplicate-key", 3, {"title": "b"}),
        ("---\ntitle: a\nx: 9999-99-99\n---\nc", "front-matter", 1, {"title": "a", "x": "9999-99-99"}),
        (f"---\ntitle: a\nx: {'9' * 5000}\n---\nc", "front-matter", 1, {"title": "a", "x": "9" * 5000}),
        ("---\ntitle: a\nx: {a: 1}: 2\n---\nc", "front-matter", 3, {"title": "a", "x": "{a: 1}: 2"}),
        (
            '+++\ntitle = "a"\ndate = 2021-02-30\ntags = ["x", "y"]\n+++\nc',
            "front-matter",
            1,
            {"title": "a", "date": "2021-02-30", "tags": ["x", "y"]},
        ),
        (
            '{\n "title": "a",\n "tags": ["x", "y"],\n "x": oops\n}\nc',
            "front-matter",
            1,
            {"title": "a", "tags": ["x", "y"], "x": "oops"},
        ),
        ("---\ntitle: a\nx: : y\ntags: [x, y]\n---\nc", "front-matter", 3, {"title": "a", "x": ": y", "tags": "x, y"}),
        ("---\ntitle: a\nx: : y\ntags: []\n---\nc", "front-matter", 3, {"title": "a", "x": ": y", "tags": []}),
        ('---\ntitle: "a\\0b"\n---\nc', "control-character", 1, {"title": "ab"}),
        ('{\n"title": "a\\ud800b"\n}\nc', "control-character", 1, {"title": "ab"}),
    ],
)
def test_what_is_wrong_is_named_and_what_can_be_is_recovered(text, kind, line, metadata):
    found, _body, _line, issues = split(text, "a.md")
    assert [(issue.path, issue.kind) for issue in issues] == [("a.md", kind)]
    if line:
        assert issues[0].line == line
    assert found == metadata


@pytest.mark.parametrize(
    "value", ['!!int ""', '!!float ""', "!!bool x", "!!timestamp x", "!!binary x", "!!python/name:os", "!x y"]
)
def test_a_tag_that_pyyaml_stumbles_over_costs_no_article(value):
    metadata, body, _line, (issue,) = split(f"---\ntitle: 碼頭\nx: {value}\n---\nbody", "a.md")
    assert metadata["title"] == "碼頭"
    assert body.strip() == "body"
    assert issue.kind == "front-matter"


@pytest.mark.parametrize(
    "block",
    [
        "a: " + "[" * 25_000,
        "a: " + "{b: " * 5000 + "}" * 5000,
        "\n".join("  " * depth + f"k{depth}:" for depth in range(5000)),
        "- " * 5000 + "a",
        "? " * 5000 + "a",
        ("-" + " " * 10) * 19 + "x: [",
        "a: &a [x]\nb: &b [*a, *a]\nc: [*b, *b]",
        "x: " + "y" * MAX_BLOCK,
        "a." * 100_000 + "a = 1",
    ],
    ids=["flow", "flow-maps", "indentation", "sequences", "keys", "spaces", "aliases", "length", "dots"],
)
@pytest.mark.parametrize(("start", "end"), [("---", "---"), ("+++", "+++")])
def test_what_is_out_of_proportion_is_bounded(block, start, end):
    began = time.process_time()
    _metadata, body, _line, issues = split(f"{start}\n{block}\n{end}\nbody", "a.md")
    assert time.process_time() - began < 2
    assert body.strip() == "body"
    assert {issue.kind for issue in issues} <= {"front-matter", "duplicate-key"}
    assert issues


@pytest.mark.parametrize("block", ['"a": [' * 5000, '{"a":' * 5000 + "1" + "}" * 5000], ids=["lists", "maps"])
def test_json_that_is_nested_too_deeply(block):
    metadata, _body, _line, (issue,) = split('{\n"title": "碼頭",\n' + block + "\n}\nx", "a.md")
    assert metadata["title"] == "碼頭"
    assert issue.kind == "front-matter"


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (2**70, hex(2**70)),
        (float("nan"), "nan"),
        (float("inf"), "inf"),
        (b"x", "b'x'"),
        ({1: (2, 3)}, {"1": [2, 3]}),
        (None, None),
        (True, True),
    ],
)
def test_values_become_what_json_can_hold(value, plain):
    assert plain_value(value) == plain


def test_a_value_that_is_too_deep_is_cut():
    deep: list = []
    for _ in range(60):
        deep = [deep]
    assert "…" in str(plain_value(deep))


KEYS = st.sampled_from(["title", "date", "tags", "author", "url", "id", "draft", "lastmod", "x y", "<<", "?", "-"])
VALUES = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        [
            "2021-02-30",
            "[a, b",
            "{a: b}",
            "&x y",
            "*x",
            "|",
            ">-",
            "!!int x",
            '"\\ud800"',
            "'",
            "- a",
            "null",
            "1e999",
            "0x_",
        ]
    ),
)


@settings(max_examples=300)
@given(st.lists(st.tuples(KEYS, VALUES), max_size=8), st.sampled_from(["---", "+++", "{"]), st.sampled_from(": =:,"))
def test_nothing_that_looks_like_front_matter_raises(pairs, fence, sign):
    end = {"{": "}"}.get(fence, fence)
    block = "\n".join(f"{key}{sign} {value}" for key, value in pairs)
    metadata, body, line, issues = split(f"{fence}\n{block}\n{end}\nbody", "a.md")
    assert all(isinstance(key, str) for key in metadata)
    assert body.endswith("body")
    assert line >= 1
    repr(metadata).encode()
    assert all(issue.kind and issue.message for issue in issues)
