"""The one way an editor's change reaches an article: each change is recorded, with a reason, and can be undone.

A correction is *active* while it protects its field: a new import then leaves the field alone. It stops
being active when it is reverted, replaced, or says no more than the import itself.
"""

from __future__ import annotations

import datetime
import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from articles import derived
from articles.models import (
    Article,
    Author,
    BulkChange,
    Byline,
    Conflict,
    Correction,
    Figure,
    Section,
    Tag,
    TaggedArticle,
)
from articles.slugs import slug_of

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser, User
    from django.utils.functional import Promise

    # The admin's request.user; only a signed-in one gets as far as this module.
    Editor = User | AnonymousUser | None

JsonValue = Any  # what a JSONField holds: here a text, a list of texts, or None


class CorrectionError(ValueError):
    """A change that cannot be made as asked; the message is for the editor."""


@dataclass(frozen=True)
class Change:
    """A new value for one field of an article, or of one of its figures."""

    field: str
    value: JsonValue
    figure_url: str = ""


@dataclass(frozen=True)
class Correctable:
    """One field that editors may correct: its label, and how it is checked, read and written."""

    label: str | Promise
    check: Callable[[JsonValue], JsonValue]
    read: Callable[[Article], JsonValue] | None = None  # None: a field of figures
    write: Callable[[Article, JsonValue], None] | None = None

    @property
    def of_figure(self) -> bool:
        """Whether it is figures that have this field."""
        return self.read is None


# Each field's check, reader and writer; the table below puts them together.


def _text(max_length: int | None = None, *, required: bool = False) -> Callable[[JsonValue], JsonValue]:
    def check(value: JsonValue) -> str:
        if not isinstance(value, str) or "\x00" in value:
            raise CorrectionError(_("This is not a text: %(value)r.") % {"value": value})
        if required and not value.strip():
            raise CorrectionError(_("This must not be empty."))
        if max_length and len(value) > max_length:
            raise CorrectionError(_("This is longer than %(limit)d characters.") % {"limit": max_length})
        return value

    return check


def _check_section(value: JsonValue) -> str | None:
    return None if value is None else _text(100, required=True)(value)


def _check_date(value: JsonValue) -> str | None:
    if value is None:
        return None
    try:
        return datetime.date.fromisoformat(value).isoformat()
    except (TypeError, ValueError) as error:
        raise CorrectionError(_("This is not a date like 2021-12-28: %(value)r.") % {"value": value}) from error


def _check_names(value: JsonValue) -> list[str]:
    if not isinstance(value, list | tuple):
        raise CorrectionError(_("This is not a list of names: %(value)r.") % {"value": value})
    check = _text(200, required=True)
    return list(dict.fromkeys(check(name) for name in value))


def _write_title(article: Article, value: str) -> None:
    article.title = value
    article.save(update_fields=["title"])


def _write_body(article: Article, value: str) -> None:
    article.body = value
    article.save(update_fields=["body"])


def _read_date(article: Article) -> str | None:
    return article.published_on.isoformat() if article.published_on else None


def _write_date(article: Article, value: str | None) -> None:
    article.published_on = datetime.date.fromisoformat(value) if value else None
    # A date that an editor gave is not inferred; the import's own comes back with its evidence.
    as_imported = value == article.imported.get("published_on")
    article.date_evidence = article.imported.get("date_evidence", "") if as_imported else ""
    article.date_inferred = bool(article.date_evidence)
    article.save(update_fields=["published_on", "date_evidence", "date_inferred"])


def _write_section(article: Article, value: str | None) -> None:
    article.section = Section.objects.get_or_create(name=value, defaults={"slug": slug_of(value)})[0] if value else None
    article.save(update_fields=["section"])


def _read_authors(article: Article) -> list[str]:
    rows = Byline.objects.filter(article=article).order_by("position", "pk")
    return list(rows.values_list("author__name", flat=True))


def _write_authors(article: Article, names: list[str]) -> None:
    # What the newsroom printed for a name stays with it, also when the name was away for a while.
    printed = {row.get("name"): row.get("credit", "") for row in article.text_capture.bylines}
    Byline.objects.filter(article=article).exclude(author__name__in=names).delete()
    for position, name in enumerate(names):
        author = Author.objects.get_or_create(name=name, defaults={"slug": slug_of(name)})[0]
        Byline.objects.update_or_create(
            article=article,
            author=author,
            defaults={"position": position},
            create_defaults={"position": position, "credit": printed.get(name, "")},
        )


def _read_tags(article: Article) -> list[str]:
    rows = TaggedArticle.objects.filter(content_object=article).order_by("position", "pk")
    return list(rows.values_list("tag__name", flat=True))


def _write_tags(article: Article, names: list[str]) -> None:
    TaggedArticle.objects.filter(content_object=article).exclude(tag__name__in=names).delete()
    for position, name in enumerate(names):
        tag = Tag.objects.get_or_create(name=name, defaults={"slug": slug_of(name)})[0]
        TaggedArticle.objects.update_or_create(content_object=article, tag=tag, defaults={"position": position})


FIELDS: dict[str, Correctable] = {
    "title": Correctable(gettext_lazy("title"), _text(500, required=True), lambda a: a.title, _write_title),
    "published_on": Correctable(gettext_lazy("date"), _check_date, _read_date, _write_date),
    "section": Correctable(
        gettext_lazy("section"), _check_section, lambda a: a.section.name if a.section else None, _write_section
    ),
    "authors": Correctable(gettext_lazy("authors"), _check_names, _read_authors, _write_authors),
    "tags": Correctable(gettext_lazy("tags"), _check_names, _read_tags, _write_tags),
    "body": Correctable(gettext_lazy("text"), _text(), lambda a: a.body, _write_body),
    "caption": Correctable(gettext_lazy("caption"), _text()),
    "credit": Correctable(gettext_lazy("credit"), _text(300)),
    "alt": Correctable(gettext_lazy("alternative text"), _text()),
}
FIGURE_FIELDS = tuple(name for name, field in FIELDS.items() if field.of_figure)
ARTICLE_FIELDS = tuple(name for name, field in FIELDS.items() if not field.of_figure)


def url_of(figure: Figure) -> str:
    """Return the address by which corrections know a figure, since numbers shift between versions."""
    return figure.original_url or figure.archived_url


def label_of(field: str, figure_url: str = "", figure: int | None = None) -> str:
    """Return a field's name for people; that of a figure with its number, or else with the name of its file."""
    label = str(FIELDS[field].label) if field in FIELDS else field
    if figure:
        return _("%(field)s of figure %(number)d") % {"field": label, "number": figure}
    return f"{label} ({figure_url.rsplit('/', 1)[-1]})" if figure_url else label


def labels_of(rows: Iterable[Correction | Conflict], figures: Iterable[Figure] | None = None) -> dict[int, str]:
    """Return what each of these rows is about, by primary key, for people.

    Asks once for the figures, if any row is about one and they are not given.
    """
    known = list(rows)
    about = {row.article_id for row in known if row.figure_url}
    if figures is None:
        found = Figure.objects.filter(article__in=about).only("article", "position", "original_url", "archived_url")
        figures = found if about else ()
    numbers: dict[tuple[int | None, str], int] = {}
    for figure in sorted(figures, key=lambda figure: -figure.position):
        numbers[figure.article_id, url_of(figure)] = figure.position
    return {row.pk: label_of(row.field, row.figure_url, numbers.get((row.article_id, row.figure_url))) for row in known}


def current_value(article: Article, field: str, figure_url: str = "") -> JsonValue:
    """Return what the article says now.

    Raises CorrectionError for a field that is not correctable, or a figure that the article does not have.
    """
    read = _correctable(field, figure_url).read
    return read(article) if read else getattr(_figures(article, figure_url)[0], field)


def imported_value(article: Article, field: str, figure_url: str = "") -> JsonValue:
    """Return what the last import brought.

    Raises CorrectionError where no import brought anything.
    """
    if field == "body":
        return article.text_capture.body
    try:
        return article.imported["figures"][figure_url][field] if figure_url else article.imported[field]
    except KeyError as error:
        raise CorrectionError(
            _("No import has brought a value for “%(field)s”.") % {"field": label_of(field, figure_url)}
        ) from error


def active_values(article_ids: Iterable[int]) -> dict[int, dict[tuple[str, str], JsonValue]]:
    """Return the corrected values that an import must leave alone: by article, then by field and figure."""
    values: dict[int, dict[tuple[str, str], JsonValue]] = defaultdict(dict)
    rows = Correction.objects.filter(article_id__in=list(article_ids), is_active=True).order_by("pk")
    for article_id, field, figure_url, after in rows.values_list("article_id", "field", "figure_url", "after"):
        values[article_id][field, figure_url] = after
    return dict(values)


def values_of(article: Article, known: dict[str, JsonValue] | None = None) -> dict[str, JsonValue]:
    """Return what the article says now in every field of its own; give what of it is known already."""
    known = known or {}
    return {name: known[name] if name in known else current_value(article, name) for name in ARTICLE_FIELDS}


def fingerprints(article: Article, known: dict[str, JsonValue] | None = None) -> dict[str, str]:
    """Return a short digest of every correctable value: two that are equal saw the same article.

    Give what ``values_of`` returned, if it is known already.
    """
    values = dict(known or values_of(article))
    for figure in sorted(article.figures.all(), key=lambda figure: figure.position):  # fetched already, perhaps
        values |= {f"{name} {figure.position}": getattr(figure, name) for name in FIGURE_FIELDS}
    return {key: fingerprint(value) for key, value in values.items()}


def fingerprint(value: JsonValue) -> str:
    """Return a short digest of one value; line ends and outer spaces, which browsers change, do not count."""
    if isinstance(value, str):
        value = value.replace("\r\n", "\n").replace("\r", "\n").strip()
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()[:12]


def apply(
    article: Article,
    changes: Iterable[Change],
    *,
    reason: str,
    editor: Editor,
    minor: bool = False,
    bulk: BulkChange | None = None,
) -> list[Correction]:
    """Make an editor's changes to one article, all or none; return the record of each that changed something.

    ``bulk`` is the step that they are part of, if many articles change in one. Raises CorrectionError for an empty
    reason, an unknown field or figure, or a value that cannot be stored.
    """
    reason = _checked_reason(reason)
    with transaction.atomic():
        stored = _locked(article.pk)
        rows = []
        for change in changes:
            value = _correctable(change.field, change.figure_url).check(change.value)
            if _differs(stored, change.field, change.figure_url, value):
                rows.append(_write(stored, change.field, change.figure_url, value, reason, editor, minor, bulk))
        if rows:
            derived.rebuild([stored])
    if rows:
        article.refresh_from_db()
    return rows


def revert(correction: Correction, *, reason: str, editor: Editor) -> Correction:
    """Give a corrected field back the value of the last import; return the record of it.

    Raises CorrectionError for an empty reason, or a correction that is no longer in force.
    """
    reason = _checked_reason(reason)
    with transaction.atomic():
        stored = _locked(correction.article_id)
        correction.refresh_from_db()
        if not correction.is_active:
            raise CorrectionError(_("This correction is no longer in force."))
        field, figure_url = correction.field, correction.figure_url
        value = imported_value(stored, field, figure_url)
        row = _write(stored, field, figure_url, value, reason, editor, correction.is_minor)
        derived.rebuild([stored])
    correction.is_active = False
    return row


def restore(article: Article, point: int, *, reason: str, editor: Editor) -> list[Correction]:
    """Give every corrected field what it had right after one correction, by its number; 0 is before the first.

    Fields that only imports have changed stay as they are. Raises CorrectionError for an empty reason, or a
    correction of another article.
    """
    with transaction.atomic():
        stored = _locked(article.pk)
        if point and not Correction.objects.filter(pk=point, article=stored).exists():
            raise CorrectionError(_("The article has no such correction."))
        changes: dict[tuple[str, str], Change] = {}
        for row in Correction.objects.filter(article=stored, pk__gt=point).order_by("pk"):
            key = row.field, row.figure_url
            if row.figure_url and not _has_figure(stored, row.figure_url):
                continue  # the text has no such figure any more
            changes.setdefault(key, Change(row.field, row.before, row.figure_url))
        rows = apply(stored, changes.values(), reason=reason, editor=editor)
    if rows:
        article.refresh_from_db()
    return rows


def resolve(conflict: Conflict, take: bool, editor: Editor) -> Conflict:
    """Settle a conflict: take the import's value, or keep the correction.

    Raises CorrectionError if it has been settled before.
    """
    with transaction.atomic():
        stored = _unsettled(conflict)
        if take:
            field, figure_url = conflict.field, conflict.figure_url
            value = _correctable(field, figure_url).check(conflict.theirs)
            _write(stored, field, figure_url, value, _("The value of the new import was taken."), editor, False)
            derived.rebuild([stored])
        _settle(conflict, Conflict.State.TAKEN if take else Conflict.State.KEPT)
    return conflict


def resolve_with(conflict: Conflict, value: JsonValue, *, reason: str, editor: Editor) -> Conflict:
    """Settle a conflict with a third value, as a correction.

    Raises CorrectionError if it has been settled before, for an empty reason, or a value that cannot be stored.
    """
    with transaction.atomic():
        stored = _unsettled(conflict)
        apply(stored, [Change(conflict.field, value, conflict.figure_url)], reason=reason, editor=editor)
        _settle(conflict, Conflict.State.KEPT)
    return conflict


def _unsettled(conflict: Conflict) -> Article:
    stored = _locked(conflict.article_id)
    conflict.refresh_from_db()
    if conflict.state != Conflict.State.OPEN:
        raise CorrectionError(_("This conflict has already been settled."))
    return stored


def _settle(conflict: Conflict, state: Conflict.State) -> None:
    conflict.state = state
    conflict.save(update_fields=["state"])


def _checked_reason(reason: str) -> str:
    reason = reason.strip()
    if not reason:
        raise CorrectionError(_("A correction needs a reason."))
    if len(reason) > 500:
        raise CorrectionError(_("A reason has at most 500 characters."))
    return reason


def _locked(article_id: int) -> Article:
    """Fetch the article as it is stored, and keep other writers away from it until the transaction ends."""
    return Article.objects.select_for_update().get(pk=article_id)


def _correctable(field: str, figure_url: str) -> Correctable:
    correctable = FIELDS.get(field)
    if correctable is None or correctable.of_figure != bool(figure_url):
        raise CorrectionError(
            _("“%(field)s” is not a field that can be corrected.") % {"field": label_of(field, figure_url)}
        )
    return correctable


def _figures(article: Article, figure_url: str) -> list[Figure]:
    """Return the article's figures with that address: nearly always one, more if a story shows it twice."""
    figures = [f for f in Figure.objects.filter(article=article).order_by("position") if url_of(f) == figure_url]
    if not figures:
        raise CorrectionError(_("The article has no figure %(url)s.") % {"url": figure_url})
    return figures


def _has_figure(article: Article, figure_url: str) -> bool:
    return any(url_of(figure) == figure_url for figure in Figure.objects.filter(article=article))


def _differs(article: Article, field: str, figure_url: str, value: JsonValue) -> bool:
    if figure_url:
        return any(getattr(figure, field) != value for figure in _figures(article, figure_url))
    return current_value(article, field) != value


def _write(
    article: Article,
    field: str,
    figure_url: str,
    value: JsonValue,
    reason: str,
    editor: Editor,
    minor: bool,
    bulk: BulkChange | None = None,
) -> Correction:
    """Record the change and make it; the derived columns are the caller's to rebuild."""
    try:
        as_imported = imported_value(article, field, figure_url) == value
    except CorrectionError:
        as_imported = False
    same_field = {"article": article, "field": field, "figure_url": figure_url}
    Correction.objects.filter(**same_field, is_active=True).update(is_active=False)
    row = Correction.objects.create(
        **same_field,
        before=current_value(article, field, figure_url),
        after=value,
        reason=reason,
        editor_id=editor.pk if editor else None,
        is_minor=minor,
        bulk=bulk,
        is_active=not as_imported,  # nothing is left to protect
    )
    if as_imported:
        Conflict.objects.filter(**same_field, state=Conflict.State.OPEN).update(state=Conflict.State.TAKEN)
    if write := FIELDS[field].write:
        write(article, value)
    else:
        Figure.objects.filter(pk__in=[figure.pk for figure in _figures(article, figure_url)]).update(**{field: value})
    return row
