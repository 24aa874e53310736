"""The editors' forms: they find out what was changed; articles.corrections makes the changes."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelectMultiple, RelatedFieldWidgetWrapper
from django.core.exceptions import ValidationError
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from articles import corrections
from articles.models import Article, Author, Byline, Correction, Figure, Tag, TaggedArticle

REASON_NEEDED = _("Give a reason for the change in the field “Reason” at the end of the form.")


def as_typed(value: Any) -> Any:
    """Return a value as a browser sends it back: other line ends and outer spaces are no change."""
    return value.replace("\r\n", "\n").replace("\r", "\n").strip() if isinstance(value, str) else value


class OrderedAutocomplete(AutocompleteSelectMultiple):
    """The admin's own Select2 with several choices, which stay in the order in which they were made."""

    def optgroups(self, name: str, value: list[str], attrs: dict[str, Any] | None = None) -> list[Any]:
        """Return the chosen options in the order of the values."""
        groups = super().optgroups(name, value, attrs)
        place = {chosen: number for number, chosen in enumerate(value)}
        groups[0][1].sort(key=lambda option: place.get(str(option["value"]), -1))
        return groups

    @property
    def media(self) -> forms.Media:
        """Return the Select2 files, and our own, which has to stand after the admin's jQuery."""
        return super().media + forms.Media(js=["admin/js/jquery.init.js", "articles/admin/ordered-autocomplete.js"])


class NamesField(forms.ModelMultipleChoiceField):
    """Rows chosen by name, in order; its value is the list of names."""

    def clean(self, value: Any) -> list[str]:
        """Return the names in the order in which they were chosen."""
        rows = {str(row.pk): row.name for row in super().clean(value)}
        return list(dict.fromkeys(rows[str(key)] for key in value or []))


class ArticleForm(forms.ModelForm):
    """One article as an editor sees it.

    ``changes`` holds what differs from the stored article; only status and notice are saved from the instance.
    """

    authors = NamesField(Author.objects, label=_("Authors"), required=False, help_text=_("In the order of signing."))
    tags = NamesField(Tag.objects, label=_("Tags"), required=False, help_text=_("In the newsroom's order."))
    # The outer spaces and the last line end of a text are the newsroom's; they are no change.
    body = forms.CharField(
        label=_("Text"), required=False, strip=False, widget=forms.Textarea(attrs={"rows": 28, "class": "article-text"})
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
        fields = ["title", "published_on", "section", "body", "status", "notice"]

    # Set by the admin for each request: which of the two lists may be added to.
    may_add: dict[str, bool] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Fill in what the instance's own columns do not hold."""
        article: Article = kwargs["instance"]
        kwargs["initial"] = (kwargs.get("initial") or {}) | {
            "authors": list(article.bylines.order_by("position", "pk").values_list("author_id", flat=True)),
            "tags": list(article.tagged.order_by("position", "pk").values_list("tag_id", flat=True)),
            "seen": json.dumps(corrections.fingerprints(article)),
        }
        super().__init__(*args, **kwargs)
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
                through, admin.site, attrs={"class": "ordered-autocomplete", "style": "width: 100%"}
            )
            picker.is_required = False
            picker.choices = field.choices
            field.widget = RelatedFieldWidgetWrapper(
                picker, through.remote_field, admin.site, can_add_related=self.may_add.get(name, False)
            )

    def clean(self) -> dict[str, Any]:
        """Refuse a form that was opened on another state of the article; collect the changes."""
        cleaned = super().clean() or self.cleaned_data
        # Locked, so that nobody else changes it between this look and the saving.
        stored = Article.objects.select_for_update().get(pk=self.instance.pk)
        self._refuse_stale(stored, cleaned.get("seen", ""))
        for name in corrections.ARTICLE_FIELDS:
            if name in cleaned:
                value = self._json(name, cleaned[name])
                if as_typed(value) != as_typed(corrections.current_value(stored, name)):
                    self.changes.append(corrections.Change(name, value))
        if self.changes and not cleaned.get("reason"):
            self.add_error("reason", _("Say why the record changes."))
        return cleaned

    def _json(self, name: str, value: Any) -> corrections.JsonValue:
        if name == "published_on":
            return value.isoformat() if value else None
        if name == "section":
            return value.name if value else None
        if name == "body":
            return value.replace("\r\n", "\n")
        return value

    def _refuse_stale(self, stored: Article, seen: str) -> None:
        try:
            before = dict(json.loads(seen))
        except (TypeError, ValueError):
            before = {}
        now = corrections.fingerprints(stored)
        if before == now:
            return
        changed = [key for key in before | now if before.get(key) != now.get(key)]
        names = [f"{corrections.label_of(key.split()[0])}{key[len(key.split()[0]) :]}" for key in changed]
        raise ValidationError(
            format_html(
                '{} <a href="{}" target="_blank" rel="noopener">{}</a>',
                _(
                    "This article was changed after you opened the form (%(fields)s). Nothing was saved, and what you "
                    "typed is still here: open the article as it is now, and make your changes there."
                )
                % {"fields": ", ".join(names[:10])},
                "?",
                _("Open the article as it is now"),
            ),
            code="stale",
        )


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

    def clean(self) -> None:
        """Collect the changes."""
        super().clean()
        self.changes: list[corrections.Change] = []
        wanted: dict[tuple[str, str], str] = {}
        for form in self.initial_forms:
            # a form that failed has told why
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
            raise ValidationError(REASON_NEEDED)


class ReasonForm(forms.Form):
    """Why something is undone."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        widget=forms.TextInput(attrs={"class": "vTextField", "id": "id_revert_reason"}),
    )


class TagForm(forms.ModelForm):
    """One tag; an alias leads to a tag in one step."""

    class Meta:
        model = Tag
        fields = ["name", "alias_of"]

    def clean_alias_of(self) -> Tag | None:
        """Refuse chains and circles of aliases."""
        target = self.cleaned_data["alias_of"]
        if target is None:
            return None
        if target.pk == self.instance.pk:
            raise ValidationError(_("A tag cannot be an alias of itself."))
        if target.alias_of_id:
            raise ValidationError(_("“%(tag)s” is itself an alias: choose the tag that it leads to.") % {"tag": target})
        if self.instance.pk and self.instance.aliases.exists():
            raise ValidationError(_("Other tags are aliases of this one: lead them elsewhere first."))
        return target
