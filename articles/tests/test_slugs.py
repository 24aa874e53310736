import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from articles.slugs import MAX_LENGTH, slug_of

NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("渡輪", "渡輪"),
        ("Ferry Pier", "Ferry_Pier"),
        ("New Bay, People's Party", "New_Bay,_People's_Party"),
        ("林·小鷗", "林·小鷗"),
        ("C++", "C++"),
    ],
)
def test_a_plain_name_is_its_own_address(name, slug):
    assert slug_of(name) == slug


@pytest.mark.parametrize("name", ["a/b", "a?b", "a#b", "50%", "a_b", ".", "..", "", "😀", "a\nb", "<b>", "x" * 200])
def test_an_awkward_name_ends_in_eight_digits_of_its_sha256(name):
    slug = slug_of(name)
    assert slug.strip("0123456789abcdef") != slug
    assert not set(slug) & set('/?#% <>\n"')
    assert slug not in ("", ".", "..")
    assert len(slug) <= MAX_LENGTH + 9


@pytest.mark.parametrize(
    ("one", "other"),
    [("a b", "a_b"), ("a/b", "a?b"), ("x" * 150, "x" * 151), ("渡輪/", "渡輪"), ("😀", "😁"), ("A", "a")],
)
def test_two_names_that_look_alike_stay_two(one, other):
    assert slug_of(one) != slug_of(other)


@given(st.lists(NAMES, unique=True, max_size=20))
def test_distinct_names_have_distinct_addresses(names):
    assert len({slug_of(name) for name in names}) == len(names)


@given(NAMES)
def test_every_name_has_an_address_that_a_path_can_hold(name):
    slug = slug_of(name)
    assert slug
    assert slug not in (".", "..")
    assert not set(slug) & set("/?#%")
    assert slug == slug_of(name)
    assert reverse("articles:tag", args=[slug])
