"""The editors' forms: they find out what was changed; articles.corrections makes the changes."""

from __future__ import annotations

import contextlib
import json
from typing import Any, cast

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelectMultiple, RelatedFieldWidgetWrapper
from django.core.exceptions import ValidationError
from django.forms.widgets import Script
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as now
from django.utils.translation import gettext_lazy as _

from articles import corrections
from articles.changed_lines import as_lines, changed_lines
from articles.models import Article, Author, Byline, Correction, Figure, Tag, TaggedArticle

REASON_NEEDED = _("Give a reason for the change in the field “Reason” at the end of the form.")
REASON_MISSING = "reason"  # the error's code


def as_typed(value: Any) -> Any:
    """Return a value as a browser sends it back: other line ends and outer spaces are no change."""
    return value.replace("\r\n", "\n").replace("\r", "\n").strip() if isinstance(value, str) else value


class OrderedAutocomplete(AutocompleteSelectMultiple):
    """The admin's own Select2 with several choices, which stay in the order in which they were made."""

    def optgroups(self, name: str, value: list[str], attrs: dict[str, Any] | None = None) -> list[Any]:
        """Return the chosen options in the order of the values."""
        known = getattr(self.choices.field, "known", {})
        if value and known.keys() >= set(value):  # not fetched a second time
            names = [self.choices.field.label_from_instance(known[key]) for key in value]
            options = zip(value, names, strict=True)
            return [(None, [self.create_option(name, *option, True, n) for n, option in enumerate(options)], 0)]
        groups = super().optgroups(name, value, attrs)
        place = {chosen: number for number, chosen in enumerate(value)}
        groups[0][1].sort(key=lambda option: place.get(str(option["value"]), -1))
        return groups

    @property
    def media(self) -> forms.Media:
        """Return the Select2 files, and our own, which has to stand after the admin's jQuery."""
        return super().media + forms.Media(js=["admin/js/jquery.init.js", "articles/admin/ordered-autocomplete.js"])


class MarkdownTextarea(forms.Textarea):
    """A text box that editor.js turns into a Markdown editor; without JavaScript it stays one."""

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Give the editor its words in the language of the request."""
        context = super().get_context(name, value, attrs)
        words = {
            "bold": now("Bold"),
            "italic": now("Italic"),
            "heading": now("Heading"),
            "quote": now("Quotation"),
            "list": now("List"),
            "numbers": now("Numbered list"),
            "link": now("Link"),
            "figure": now("Place of a figure"),
            "undo": now("Undo"),
            "redo": now("Redo"),
        }
        context["widget"]["attrs"]["data-words"] = json.dumps(words, ensure_ascii=False)
        return context

    class Media:
        css = {"all": ["vendor/easymde-2.21.0/easymde.min.css"]}
        js = ["vendor/easymde-2.21.0/easymde.min.js", Script("articles/admin/editor.js", type="module")]


class NamesField(forms.ModelMultipleChoiceField):
    """Rows chosen by name, in order; its value is the list of names."""

    def clean(self, value: Any) -> list[str]:
        """Return the names in the order in which they were chosen."""
        self.known = {str(row.pk): row for row in super().clean(value)}
        return list(dict.fromkeys(self.known[str(key)].name for key in value or []))


class ArticleForm(forms.ModelForm):
    """One article as an editor sees it.

    ``changes`` holds what differs from the stored article; only status and notice are saved from the instance.
    """

    authors = NamesField(Author.objects, label=_("Authors"), required=False, help_text=_("In the order of signing."))
    tags = NamesField(Tag.objects, label=_("Tags"), required=False, help_text=_("In the newsroom's order."))
    # The outer spaces and the last line end of a text are the newsroom's; they are no change.
    body = forms.CharField(
        label=_("Text"),
        required=False,
        strip=False,
        widget=MarkdownTextarea(attrs={"rows": 28, "class": "article-text"}),
    )
    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        max_length=500,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
        help_text=_("Needed when the record changes. Readers see it in the article's list of corrections."),
    )
    minor = forms.BooleanField(
        label=_("Minor"), required=False, help_text=_("A slip of the keyboard: kept off the public list.")
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = Article
        fields = ["title", "published_on", "section", "body", "status", "notice", "status_reason"]
        widgets = {
            "notice": forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"}),
            "status_reason": forms.Textarea(attrs={"rows": 2, "class": "vLargeTextField"}),
        }

    # Set by the admin for each request: which of the two lists may be added to, and whether to withhold is allowed.
    may_add: dict[str, bool] = {}
    may_withhold = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Fill in what the instance's own columns do not hold."""
        article: Article = kwargs["instance"]
        authors = list(article.bylines.order_by("position", "pk").values_list("author_id", "author__name"))
        tags = list(article.tagged.order_by("position", "pk").values_list("tag_id", "tag__name"))
        known = {"authors": [name for _pk, name in authors], "tags": [name for _pk, name in tags]}
        values = corrections.values_of(article, known)
        kwargs["initial"] = (kwargs.get("initial") or {}) | {
            "authors": [pk for pk, _name in authors],
            "tags": [pk for pk, _name in tags],
            "seen": json.dumps(_seen(article, values)),
        }
        super().__init__(*args, **kwargs)
        if "status" in self.fields and not self.may_withhold:
            choices = [choice for choice in Article.Status.choices if choice[0] != Article.Status.WITHHELD]
            cast(forms.ChoiceField, self.fields["status"]).choices = choices
            self.fields["status_reason"].help_text = _("Why it needs review. Readers never see it.")
        self.changes: list[corrections.Change] = []
        self.made: list[Correction] = []  # what became of them, once saved
        self.fields["body"].help_text = Article._meta.get_field("body").help_text
        for name, through in (
            ("authors", Byline._meta.get_field("author")),
            ("tags", TaggedArticle._meta.get_field("tag")),
        ):
            field = self.fields.get(name)
            if not isinstance(field, NamesField):
                continue
            picker = OrderedAutocomplete(
                through, admin.site, attrs={"class": "ordered-autocomplete", "data-width": "100%"}
            )
            picker.is_required = False
            picker.choices = field.choices
            field.widget = RelatedFieldWidgetWrapper(
                picker, through.remote_field, admin.site, can_add_related=self.may_add.get(name, False)
            )

        self._show_imported(article, values)

    def _show_imported(self, article: Article, values: dict[str, corrections.JsonValue]) -> None:
        """Say below each field that is not as imported what the last import has."""
        for name in corrections.ARTICLE_FIELDS:
            field = self.fields.get(name)
            if field is None or name == "body":  # the text's difference has a panel of its own
                continue
            with contextlib.suppress(corrections.CorrectionError):  # no import has brought a value
                imported = corrections.imported_value(article, name)
                if as_typed(imported) != as_typed(values[name]):
                    field.help_text = with_imported(field.help_text, imported, values[name])

    def clean(self) -> dict[str, Any]:
        """Refuse a form that was opened on another state of the article; collect the changes."""
        cleaned = super().clean() or self.cleaned_data
        # Locked, so that nobody else changes it between this look and the saving.
        stored = Article.objects.select_for_update().get(pk=self.instance.pk)
        self._refuse_stale(stored, cleaned)
        for name in corrections.ARTICLE_FIELDS:
            if name in cleaned:
                value = self._json(name, cleaned[name])
                if as_typed(value) != as_typed(corrections.current_value(stored, name)):
                    self.changes.append(corrections.Change(name, value))
        if self.changes and not cleaned.get("reason"):
            self.ask_for_reason()
        if (
            cleaned.get("status") == Article.Status.WITHHELD
            and "status_reason" in self.fields
            and not cleaned.get("status_reason", "").strip()
        ):
            self.add_error("status_reason", _("Say why it is withheld; readers do not see the reason."))
        return cleaned

    def ask_for_reason(self) -> None:
        """Mark the reason as missing; if nothing else is wrong, the browser goes there at once."""
        self.add_error("reason", _("Nothing is saved yet. Say why the record changes, and save again."))
        if list(self.errors) == ["reason"]:
            self.fields["reason"].widget.attrs["autofocus"] = True

    def _json(self, name: str, value: Any) -> corrections.JsonValue:
        if name == "published_on":
            return value.isoformat() if value else None
        if name == "section":
            return value.name if value else None
        if name == "body":
            return value.replace("\r\n", "\n")
        return value

    def _refuse_stale(self, stored: Article, cleaned: dict[str, Any]) -> None:
        """Refuse to save over what somebody else has saved meanwhile, and bring both together for another try.

        A field that only they have changed shows their value from now on. One that both have changed keeps
        what was typed, with their value beside it. The next try starts from the article as it is now.
        """
        seen, now = seen_in(self.data), _seen(stored)
        if seen == now:
            return
        changed = [key for key in seen | now if seen.get(key) != now.get(key)]
        data: Any = cast(Any, self.data).copy()
        data["seen"] = json.dumps(now)
        for name in corrections.ARTICLE_FIELDS:
            if name not in changed or name not in cleaned:
                continue
            theirs, typed = corrections.current_value(stored, name), self._json(name, cleaned[name])
            if corrections.fingerprint(typed) == seen.get(name):
                self._take_over(data, name, stored, theirs)
            elif as_typed(typed) != as_typed(theirs):
                self.add_error(name, both_changed(theirs, typed))
        if "status" in changed:
            for name in STATUS_FIELDS:
                data[name] = getattr(stored, name)
        self.data = data
        names = [f"{corrections.label_of(key.split()[0])}{key[len(key.split()[0]) :]}" for key in changed]
        raise ValidationError(
            format_html(
                '{} <a href="{}" target="_blank" rel="noopener">{}</a>',
                _(
                    "This article was changed after you opened the form (%(fields)s). Nothing was saved. What you "
                    "typed is still here, and what only they changed is here now: look it over, and save again."
                )
                % {"fields": ", ".join(names[:10])},
                "?",
                _("Open the article as it is now"),
            ),
            code="stale",
        )

    def _take_over(self, data: Any, name: str, stored: Article, value: corrections.JsonValue) -> None:
        if name in ("authors", "tags"):
            model = Author if name == "authors" else Tag
            keys = dict(model._default_manager.filter(name__in=value).values_list("name", "pk"))
            data.setlist(name, [keys[part] for part in value])
        elif name == "section":
            data[name] = stored.section_id or ""
        else:
            data[name] = value or ""


STATUS_FIELDS = ("status", "notice", "status_reason")


def _seen(article: Article, values: dict[str, corrections.JsonValue] | None = None) -> dict[str, str]:
    """Return the mark of the article's state: that of what can be corrected, and whether readers see it."""
    status = corrections.fingerprint([getattr(article, name) for name in STATUS_FIELDS])
    return corrections.fingerprints(article, values) | {"status": status}


def seen_in(data: Any) -> dict[str, str]:
    """Return the fingerprints that a form was opened with; none if they are missing or no such thing."""
    try:
        return {str(key): str(value) for key, value in json.loads(data.get("seen", "")).items()}
    except (AttributeError, TypeError, ValueError):
        return {}


def both_changed(theirs: corrections.JsonValue, typed: corrections.JsonValue) -> SafeString:
    """Show another editor's value beside what was typed."""
    return format_html(
        '<div class="both-changed"><p>{}</p><pre class="as-it-came">{}</pre><p>{}</p>{}</div>',
        _("Somebody else has changed this too. Their text:"),
        "\n".join(as_lines(theirs)) or "–",
        _("From theirs to yours:"),
        changed_lines(theirs, typed),
    )


def with_imported(help_text: Any, imported: corrections.JsonValue, now: corrections.JsonValue) -> SafeString:
    """Return a field's help, and what the last import has instead of what stands now."""
    changes = changed_lines(imported, now)
    return format_html('{} <span class="imported">{} {}</span>', help_text, _("Corrected; what changed:"), changes)


class FigureForm(forms.ModelForm):
    """The words of one figure."""

    class Meta:
        model = Figure
        fields = ["caption", "credit", "alt"]
        widgets = {
            "caption": forms.Textarea(attrs={"rows": 2, "class": "vLargeTextField"}),
            "alt": forms.Textarea(attrs={"rows": 2, "class": "vLargeTextField"}),
        }


class FigureFormSet(forms.BaseInlineFormSet):
    """The figures of one article; ``changes`` holds what differs from the stored ones."""

    def add_fields(self, form: forms.ModelForm, index: int | None) -> None:
        """Say below each field that is not as imported what the last import has."""
        super().add_fields(form, index)
        imported = self.instance.imported.get("figures", {}).get(corrections.url_of(form.instance))
        if not isinstance(imported, dict):
            return
        for name in corrections.FIGURE_FIELDS:
            now = getattr(form.instance, name)
            if name in imported and name in form.fields and as_typed(imported[name]) != as_typed(now):
                form.fields[name].help_text = with_imported(form.fields[name].help_text, imported[name], now)

    def clean(self) -> None:
        """Collect the changes."""
        super().clean()
        self.changes: list[corrections.Change] = []
        wanted: dict[tuple[str, str], str] = {}
        seen = seen_in(self.data)
        for form in self.initial_forms:
            if hasattr(form, "cleaned_data"):  # a form that failed has told why
                self._bring_together(form, seen)
            figure_url = corrections.url_of(form.instance)
            for name in corrections.FIGURE_FIELDS:
                value = as_typed(form.cleaned_data.get(name)) if hasattr(form, "cleaned_data") else None
                if value is None or value == as_typed(form.initial.get(name)):
                    continue
                if not figure_url:
                    raise ValidationError(_("A figure without an address cannot be corrected."))
                if wanted.setdefault((name, figure_url), value) != value:
                    raise ValidationError(_("The article shows one figure twice; give it the same words."))
                self.changes.append(corrections.Change(name, value, figure_url))
        if self.changes and not self.data.get("reason", "").strip():
            raise ValidationError(REASON_NEEDED, code=REASON_MISSING)

    def _bring_together(self, form: forms.ModelForm, seen: dict[str, str]) -> None:
        """Do for the words of a figure what the article's form does for its fields; that one refuses to save."""
        for name in corrections.FIGURE_FIELDS:
            theirs, typed = form.initial.get(name), form.cleaned_data.get(name)
            opened_on = seen.get(f"{name} {form.instance.position}")
            if opened_on == corrections.fingerprint(theirs) or as_typed(theirs) == as_typed(typed):
                continue
            if opened_on == corrections.fingerprint(typed):
                data: Any = cast(Any, form.data).copy()
                data[form.add_prefix(name)] = form.cleaned_data[name] = theirs
                form.data = data
            else:
                form.add_error(name, both_changed(theirs, typed))


class HideForm(forms.Form):
    """Why readers do not see articles."""

    reason = forms.CharField(
        label=_("Internal reason"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2, "class": "vLargeTextField"}),
        help_text=_("Readers never see it."),
    )


class WithholdForm(HideForm):
    """Why articles are withheld, and what readers are told."""

    field_order = ["notice", "reason"]
    notice = forms.CharField(
        label=_("Public notice"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"}),
        help_text=_("Shown in place of the article."),
    )


class ReasonForm(forms.Form):
    """Why something is undone."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        widget=forms.TextInput(attrs={"class": "vTextField", "id": "id_revert_reason"}),
    )
