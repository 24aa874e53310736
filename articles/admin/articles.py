"""Articles: the form through which the record is corrected."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.admin.utils import flatten_fieldsets
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet, Subquery
from django.forms.widgets import Script
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from articles import corrections, grouping, profile, provenance, publishing
from articles.changed_lines import changed_lines
from articles.forms import REASON_MISSING, STATUS_FIELDS, ArticleForm, FigureForm, FigureFormSet
from articles.importer.versions import id_order
from articles.models import Article, Figure
from articles.models.figures import WITHOUT_CAPTION, WITHOUT_PICTURE
from articles.rendering import render
from articles.search.titles import titled

from .base import VISIBLE, ArchiveAdmin, links_to, once, outside_link
from .bulk import BulkActions
from .publishing import StatusActions
from .record import RecordPage

RECORD = ["source_id", "date_inferred", "date_reason", "updated_at", "captures_shown", "corrections_shown"]
MOST_SHOWN = 30


class YearFilter(admin.SimpleListFilter):
    """Years through the sort key, which begins with the date and is indexed."""

    title = _("year")
    parameter_name = "year"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Return the years from the first to the last, newest first."""
        return list(once(request, "years", self._years))

    def _years(self) -> list[tuple[str, Any]]:
        days = Article.objects.filter(published_on__isnull=False).values("published_on")
        ends = (Subquery(days.order_by(way)[:1]) for way in ("sort_key", "-sort_key"))
        first, last = Article.objects.order_by("sort_key").values_list(*ends).first() or (None, None)
        years = [(str(y), str(y)) for y in range(last.year, first.year - 1, -1)] if first and last else []
        return [*years[:100], ("none", _("no date"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Article]) -> QuerySet[Article]:
        """Return the articles of that year."""
        chosen = self.value() or ""
        if chosen == "none":
            return queryset.filter(sort_key__lt="0001")
        if chosen.isdecimal():
            year = int(chosen)
            return queryset.filter(sort_key__gte=f"{year:04d}", sort_key__lt=f"{year + 1:04d}")
        return queryset


class SectionFilter(admin.RelatedFieldListFilter):
    """The sections, asked for once."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> Any:
        """Return the sections."""
        return once(request, "sections", lambda: super(SectionFilter, self).field_choices(field, request, model_admin))


class MissingFilter(admin.SimpleListFilter):
    """Articles whose figures lack something, through the indexes of such figures."""

    title = _("missing")
    parameter_name = "missing"
    figures = {"caption": WITHOUT_CAPTION, "picture": WITHOUT_PICTURE}

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Return what can be missing."""
        return [("caption", _("words of an image")), ("picture", _("image in any archive"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Article]) -> QuerySet[Article]:
        """Return the articles with such a figure."""
        if condition := self.figures.get(self.value() or ""):
            return queryset.filter(pk__in=Figure.objects.filter(condition).values("article"))
        return queryset


def _mark_reason(context: dict[str, Any]) -> None:
    """Mark the reason of the form where the words of a figure were changed without one."""
    form = context["adminform"].form
    asked = any(
        inline.formset.non_form_errors().data and inline.formset.non_form_errors().data[0].code == REASON_MISSING
        for inline in context["inline_admin_formsets"]
        if inline.formset.is_bound
    )
    if asked and "reason" in form.fields and "reason" not in form.errors:
        form.ask_for_reason()


class FigureInline(admin.StackedInline):
    """The figures of the article's text: their words are corrected here, their places in the text."""

    model = Figure
    form = FigureForm
    formset = FigureFormSet
    fields = ["picture", "caption", "credit", "alt"]
    readonly_fields = ["picture"]
    ordering = ["position"]
    extra = 0
    max_num = 0
    can_delete = False
    template = "admin/articles/article/figures.html"

    def has_add_permission(self, request: HttpRequest, obj: Article | None = None) -> bool:
        """Figures come from imports."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Article | None = None) -> bool:
        """Whoever may correct the article may correct its figures."""
        return request.user.has_perm("articles.change_article")

    def has_view_permission(self, request: HttpRequest, obj: Article | None = None) -> bool:
        """Whoever may see the article may see its figures."""
        return self.has_change_permission(request) or request.user.has_perm("articles.view_article")

    @admin.display(description=_("figure"))
    def picture(self, figure: Figure) -> SafeString | str:
        """Show the number and a thumbnail that leads to the source; browsers fetch it when it comes into view."""
        source = figure.src or figure.elsewhere
        label = f"{figure.position} · {figure.get_kind_display()} {figure.host}".strip()
        if not source.lower().startswith(("https://", "http://", "/")):
            return label
        if figure.kind == Figure.Kind.VIDEO or not figure.src:
            return outside_link(source, f"{label}: {source}")
        return format_html(
            '<a href="{0}" rel="noopener noreferrer" target="_blank" class="thumbnail">'
            '<img src="{0}" alt="" loading="lazy" referrerpolicy="no-referrer" width="160">{1}</a>',
            source,
            label,
        )


@admin.register(Article)
class ArticleAdmin(StatusActions, BulkActions, RecordPage, ArchiveAdmin):
    """Articles are corrected, never added or deleted: a story that must go is withheld."""

    form = ArticleForm
    inlines = [FigureInline]
    list_display = ["title", "source_id", "date", "section", "status"]
    list_only = ("title", "source_id", "published_on", "date_inferred", "section__name", "status", "sort_key")
    list_select_related = ["section"]
    list_filter = ["status", MissingFilter, ("section", SectionFilter), YearFilter, "date_inferred"]
    list_per_page = 50
    sortable_by = ["date"]
    ordering = ["-sort_key"]
    search_fields = ["source_id", "title"]
    search_help_text = _("A source id, an address of the newsroom's site, or words of the title.")
    autocomplete_fields = ["section"]
    readonly_fields = RECORD
    actions = ["replace", "file_under", "publish", "review", "withhold", "merge"]

    class Media:
        css = {"all": ["articles/admin/desk.css"]}
        js = [Script("articles/admin/preview.js", type="module")]

    def get_urls(self) -> list[Any]:
        """Add the address that renders a text."""
        view = self.admin_site.admin_view(self.preview_view)
        return [path("<int:pk>/preview/", view, name="articles_article_preview"), *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Article]:
        """Fetch what the form shows along with its article."""
        rows = super().get_queryset(request)
        if request.resolver_match and request.resolver_match.url_name == "articles_article_change":
            long = [f"text_capture__{name}" for name in ("original", "front_matter", "removed", "fingerprint")]
            rows = rows.select_related("section", "text_capture").prefetch_related("figures").defer("html", *long)
        return rows

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Article | None = None,
    ) -> HttpResponse:
        """Show the form, with the text as it was imported beside the text."""
        if obj is not None:
            _mark_reason(context)
            imported = obj.text_capture.body
            context |= {
                "imported_text": imported.translate(VISIBLE),
                "text_difference": changed_lines(imported, obj.body) if imported != obj.body else "",
            }
        return super().render_change_form(request, context, add, change, form_url, obj)

    @method_decorator(require_POST)
    def preview_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Return a text as readers would see it; nothing is stored."""
        article = get_object_or_404(Article.objects.defer("html", "imported"), pk=pk)
        if not self.has_change_permission(request, article):
            raise PermissionDenied
        rendered = render(request.POST.get("body", "").replace("\r\n", "\n"))
        article.html = rendered.html
        return TemplateResponse(
            request, "admin/articles/article/preview.html", {"article": article, "problem": rendered.problem}
        )

    @admin.display(description=_("date"), ordering="sort_key")
    def date(self, article: Article) -> str:
        """Show the date, unmistakable in every language, and whether the newsroom gave it."""
        if article.published_on is None:
            return "–"
        date = article.published_on.isoformat()
        inferred = gettext("inferred")  # a name of its own: xgettext does not look into f-strings
        return f"{date} ({inferred})" if article.date_inferred else date

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Article], search_term: str
    ) -> tuple[QuerySet[Article], bool]:
        """Find an id or an address; else words of titles."""
        term = search_term.strip()
        source_id = profile.current().source_id_in(term) or term
        if term and (by_id := queryset.filter(source_id=source_id)).exists():
            return by_id, False
        return titled(queryset, term), False

    @admin.action(description=_("Merge into one story…"), permissions=["merge"])
    def merge(self, request: HttpRequest, queryset: QuerySet[Article]) -> HttpResponse | None:
        """Make one story of several, under the lowest id, after showing what that means."""
        chosen = list(queryset.select_related(None).only("source_id", "title", "published_on")[: grouping.MOST + 1])
        chosen.sort(key=lambda article: id_order(article.source_id))
        if "apply" not in request.POST and 1 < len(chosen) <= grouping.MOST:
            context = {
                **self.admin_site.each_context(request),
                "title": gettext("Merge into one story"),
                "opts": self.opts,
                "action": "merge",
                "keys": [article.pk for article in chosen],
                "articles": chosen,
                "submit": gettext("Merge into one story"),
                "media": self.media,
            }
            return TemplateResponse(request, "admin/articles/article/merge.html", context)
        try:
            story = grouping.merge([article.source_id for article in chosen], editor=request.user)
        except grouping.GroupingError as error:
            self.message_user(request, str(error), messages.ERROR)
            return None
        article = Article.objects.only("source_id", "title").get(source_id=story)
        self.log_change(request, article, [{"changed": {"fields": [gettext("versions")]}}])
        said = gettext("These are one story now:"), gettext("Splitting a capture off takes it back.")
        self.message_user(request, format_html("{} {} ({})", said[0], links_to([article]), said[1]), messages.SUCCESS)
        return None

    def has_merge_permission(self, request: HttpRequest) -> bool:
        """Say who decides which captures are one story."""
        return request.user.has_perm("articles.merge_article")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Articles come from imports."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Article | None = None) -> bool:
        """An article is withheld, with a public notice, and stays citable."""
        return False

    def view_on_site(self, article: Article) -> str | None:
        """Return the article's public page, if readers see it."""
        return article.get_absolute_url() if article.status == Article.Status.PUBLISHED else None

    def get_fieldsets(self, request: HttpRequest, obj: Article | None = None) -> list[Any]:
        """Return the parts of the form; the reason is the last, beside the buttons."""
        may_change = self.has_change_permission(request, obj)
        names = ["authors", "tags"] if may_change else ["authors_shown", "tags_shown"]
        sets: list[Any] = [
            (None, {"fields": ["title", "published_on", "section", *names]}),
            (_("Text"), {"fields": ["body"], "classes": ["text"]}),
            (_("What readers see"), {"fields": list(STATUS_FIELDS)}),
            (_("Where it comes from"), {"fields": RECORD}),
        ]
        if may_change:
            sets.append((_("Why it changes"), {"fields": ["reason", "minor", "seen"], "classes": ["why"]}))
        return sets

    def get_readonly_fields(self, request: HttpRequest, obj: Article | None = None) -> list[str]:
        """Return what comes from the import alone, and for those who may only look, the names."""
        names = [] if self.has_change_permission(request, obj) else ["authors_shown", "tags_shown"]
        status = [] if self.has_withhold_permission(request) else list(STATUS_FIELDS)
        if status and obj is not None and obj.status != Article.Status.WITHHELD:
            status = ["notice"]  # an editor may send an article to review and back
        return [*RECORD, *names, *status]

    def get_form(self, request: HttpRequest, obj: Article | None = None, **kwargs: Any) -> type[ArticleForm]:
        """Return the form; those who may add authors or tags can do so beside the lists."""
        # Authors and tags are the form's own fields, and not read from the instance a second time.
        names = kwargs.get("fields") or flatten_fieldsets(self.get_fieldsets(request, obj))
        kwargs["fields"] = [name for name in names if name not in ("authors", "tags")]
        form = cast(type[ArticleForm], super().get_form(request, obj, **kwargs))
        form.may_add = {
            "authors": request.user.has_perm("articles.add_author"),
            "tags": request.user.has_perm("articles.add_tag"),
        }
        form.may_withhold = self.has_withhold_permission(request)
        return form

    @admin.display(description=_("authors"))
    def authors_shown(self, article: Article) -> str:
        """Show the names in order."""
        return ", ".join(corrections.current_value(article, "authors")) or "–"

    @admin.display(description=_("tags"))
    def tags_shown(self, article: Article) -> str:
        """Show the names in order."""
        return ", ".join(corrections.current_value(article, "tags")) or "–"

    @admin.display(description=_("evidence for the date"))
    def date_reason(self, article: Article) -> str:
        """Say from what an inferred date was inferred."""
        return provenance.date_reason(article.date_evidence) or "–"

    @admin.display(description=_("captures"))
    def captures_shown(self, article: Article) -> SafeString | str:
        """Link the files that the article was made from."""
        captures = article.captures.only("key", "captured_at", "article").order_by("captured_at")[:MOST_SHOWN]
        rows = (
            (
                reverse("admin:articles_capture_change", args=[capture.pk]),
                capture.key,
                gettext("gives the text") if capture.pk == article.text_capture_id else "",
            )
            for capture in captures
        )
        return format_html_join("", '<a class="row" href="{}">{} <b>{}</b></a>', rows) or "–"

    @admin.display(description=_("corrections"))
    def corrections_shown(self, article: Article) -> SafeString | str:
        """Link what editors changed, newest first."""
        made = list(article.corrections.defer("before", "after")[:MOST_SHOWN])
        labels = corrections.labels_of(made, article.figures.all())
        rows = (
            (
                reverse("admin:articles_correction_change", args=[row.pk]),
                row.created_at.date().isoformat(),
                labels[row.pk],
                row.reason,
            )
            for row in made
        )
        return format_html_join("", '<a class="row" href="{}">{} {}: {}</a>', rows) or "–"

    # Saving. The two methods below stand for Django's own, which would write the form's values past the record.

    def save_model(self, request: HttpRequest, obj: Article, form: ArticleForm, change: bool) -> None:
        """Save what is no correction: whether readers see the article, the notice, and the reason."""
        if any(name in form.changed_data for name in STATUS_FIELDS):
            publishing.set_status([obj.pk], obj.status, notice=obj.notice, reason=obj.status_reason)

    def save_related(self, request: HttpRequest, form: ArticleForm, formsets: list[Any], change: bool) -> None:
        """Make the corrections."""
        changes = [*form.changes, *(made for formset in formsets for made in formset.changes)]
        if changes:
            form.made = corrections.apply(
                form.instance,
                changes,
                reason=form.cleaned_data["reason"],
                editor=request.user,
                minor=form.cleaned_data["minor"],
            )

    def construct_change_message(
        self, request: HttpRequest, form: ArticleForm, formsets: list[Any], add: bool = False
    ) -> list[Any]:
        """Name in the admin's history what was changed indeed."""
        names = [corrections.label_of(row.field, row.figure_url) for row in form.made]
        names += [str(form.fields[name].label) for name in STATUS_FIELDS if name in form.changed_data]
        return [{"changed": {"fields": names}}] if names else []
