import datetime
import zoneinfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.importer import fields

ZONE = zoneinfo.ZoneInfo("Asia/Hong_Kong")
UTC = datetime.UTC
PLAIN = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=30)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


class Notes(list):
    """Collects what is reported."""

    def __call__(self, kind: str, message: str) -> None:
        self.append((kind, message))

    @property
    def kinds(self) -> list[str]:
        return [kind for kind, _message in self]


@pytest.mark.parametrize(("field", "key"), [(field, key) for field, keys in fields.KEYS.items() for key in keys])
def test_every_key_is_read(field, key):
    assert fields.first_of({key: "x"}, field) == "x"


@pytest.mark.parametrize("empty", [None, "", []])
def test_an_empty_value_lets_the_next_key_count(empty):
    assert fields.first_of({"author": empty, "authors": ["林小鷗"]}, "author") == ["林小鷗"]


@pytest.mark.parametrize(
    ("value", "text", "kinds"),
    [
        ("碼頭", "碼頭", []),
        (" 碼頭\n重開 ", "碼頭 重開", []),
        (["碼頭"], "碼頭", []),
        (7, "7", ["wrong-type"]),
        (["a", "b"], "['a', 'b']", ["wrong-type"]),
        ({"a": 1}, "{'a': 1}", ["wrong-type"]),
        ("x" * 501, "x" * 500, ["too-long"]),
    ],
)
def test_a_text(value, text, kinds):
    notes = Notes()
    assert fields.text_in({"title": value}, "title", notes) == text
    assert notes.kinds == kinds


@pytest.mark.parametrize(
    ("value", "names", "kinds"),
    [
        (["渡輪", "碼頭"], ["渡輪", "碼頭"], []),
        (["New Bay, People's Party"], ["New Bay, People's Party"], []),
        ("渡輪, 碼頭，夜渡、ferry pier", ["渡輪", "碼頭", "夜渡", "ferry pier"], ["wrong-type"]),
        (["渡輪", "渡輪", " 渡輪 ", ""], ["渡輪"], []),
        ([2019, "a\nb"], ["2019", "a b"], []),
        ([{"name": "林小鷗"}], ["林小鷗"], []),
        ([{"a": 1}, ["x"], None], [], ["wrong-type"] * 3),
        (["x" * 201], ["x" * 200], ["too-long"]),
        (None, [], []),
    ],
)
def test_names(value, names, kinds):
    notes = Notes()
    assert fields.names_in({"tags": value}, "tags", notes) == names
    assert notes.kinds == kinds


def test_an_author_is_not_split_at_commas():
    notes = Notes()
    assert fields.names_in({"author": "Quill, Marian"}, "author", notes) == ["Quill, Marian"]
    assert notes == []


@pytest.mark.parametrize(
    "value",
    [
        "2019-05-04",
        "2019/5/4",
        "2019.05.04",
        "2019年5月4日",
        "2019-05-04T23:30:00+08:00",
        "2019-05-04 9:30",
        "20190504",
        20190504,
        "Sat, 04 May 2019 10:00:00 +0800",
        "2019-05-04T00:30:00.123456789Z",
    ],
)
def test_a_date_in_any_usual_form(value):
    notes = Notes()
    assert fields.date_in({"date": value}, notes) == datetime.date(2019, 5, 4)
    assert notes == []


@pytest.mark.parametrize(
    "value",
    [
        "2021-02-30",
        "0000-00-00",
        "soon",
        "2021-13-01",
        "9999-99-99",
        7,
        ["2019-05-04", "x"],
        "99999999999999999999",
        "1 Jan 2020 00:00:00 +99999999999999999999",
        "1 Jan 99999999999999999999 00:00:00",
        ",",
        "Mon,",
    ],
)
def test_what_is_no_date(value):
    notes = Notes()
    assert fields.date_in({"date": value}, notes) is None
    assert notes.kinds == ["bad-date"]


@pytest.mark.parametrize(
    ("value", "moment", "kinds"),
    [
        ("2019-05-04T12:00:00+02:00", datetime.datetime(2019, 5, 4, 10, tzinfo=UTC), []),
        ("2019-05-04 12:00", datetime.datetime(2019, 5, 4, 4, tzinfo=UTC), []),
        ("2019-05-04", datetime.datetime(2019, 5, 3, 16, tzinfo=UTC), []),
        ("0001-01-01T00:00:00+14:00", None, ["bad-date"]),
        ("soon", None, ["bad-date"]),
        ("", None, []),
    ],
)
def test_the_time_of_the_last_update(value, moment, kinds):
    notes = Notes()
    assert fields.moment_in({"lastmod": value}, ZONE, notes) == moment
    assert notes.kinds == kinds


@pytest.mark.parametrize(
    ("metadata", "draft"),
    [
        ({"draft": True}, True),
        ({"draft": "true"}, True),
        ({"draft": False}, False),
        ({"draft": "false"}, False),
        ({"status": "draft"}, True),
        ({"status": "Hidden"}, True),
        ({"status": "published"}, False),
        ({}, False),
    ],
)
def test_drafts(metadata, draft):
    assert fields.is_draft(metadata) is draft


@given(PLAIN)
def test_no_value_raises(value):
    notes = Notes()
    metadata = {key: value for keys in fields.KEYS.values() for key in keys}
    assert len(fields.text_in(metadata, "title", notes)) <= 500
    assert all(len(name) <= 200 for name in fields.names_in(metadata, "tags", notes))
    assert isinstance(fields.date_in(metadata, notes), datetime.date | None)
    assert isinstance(fields.moment_in(metadata, ZONE, notes), datetime.datetime | None)
    assert fields.is_draft(metadata) in (True, False)
