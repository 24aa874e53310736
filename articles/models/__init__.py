"""The archive's tables, one module a noun."""

from .articles import Article, Byline
from .captures import Capture
from .corrections import AuthorMerge, BulkChange, Conflict, Correction, StatusChange, Suggestion, TagMerge
from .figures import Figure
from .imports import CaptureChange, ImportIssue, ImportRun
from .intake import ImportRequest
from .search import SearchBlock, SearchDictionary, SearchDocument, SearchState
from .stamps import Stamp
from .taxonomy import Author, Section, Tag, TaggedArticle

__all__ = [
    "Article",
    "Author",
    "AuthorMerge",
    "BulkChange",
    "Byline",
    "Capture",
    "CaptureChange",
    "Conflict",
    "Correction",
    "Figure",
    "ImportIssue",
    "ImportRequest",
    "ImportRun",
    "SearchBlock",
    "SearchDictionary",
    "SearchDocument",
    "SearchState",
    "Section",
    "StatusChange",
    "Stamp",
    "Suggestion",
    "Tag",
    "TagMerge",
    "TaggedArticle",
]
