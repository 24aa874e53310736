"""All settings, read from environment variables; docs/settings.md lists them.

Nothing needs to be set to try the archive on a laptop: with ``DEBUG=true`` every default works.
Every bad variable is reported in one go, before Django starts.
"""

import datetime
import os
import sys
import zoneinfo
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from environs import Env, EnvValidationError, validate

from articles import profile

BASE_DIR = Path(__file__).resolve().parent.parent
TESTING = "pytest" in sys.modules

env = Env(eager=False)

DEBUG = env.bool("DEBUG", False)
SECRET_KEY = env.str("SECRET_KEY", "")
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", [])
SITE_URL = env.str("SITE_URL", "http://127.0.0.1:8000").rstrip("/")
ARCHIVE_PROFILE = env.path("ARCHIVE_PROFILE", BASE_DIR / "seeds" / "archive.toml")
MEDIA_ROOT = env.path("MEDIA_ROOT", BASE_DIR / "var" / "media")
UPLOAD_FOLDER = env.path("UPLOAD_FOLDER", BASE_DIR / "var" / "uploads")
MAX_UPLOAD_MB = env.int("MAX_UPLOAD_MB", 500)
IMPORT_FOLDERS: list[str] = env.list("IMPORT_FOLDERS", [])
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", 0)
REQUIRE_TWO_FACTOR = env.bool("REQUIRE_TWO_FACTOR", False)
IMAGE_HOSTS: list[str] = env.list("IMAGE_HOSTS", ["web.archive.org"])
# The players that a page may frame, once a reader has asked for the video.
VIDEO_HOSTS: list[str] = env.list(
    "VIDEO_HOSTS", ["www.youtube-nocookie.com", "player.vimeo.com", "www.facebook.com", "www.dailymotion.com"]
)
# Offered to readers and editors; the first is also for whoever asks for "zh" and no more.
LANGUAGES = [("zh-hant", "繁體中文"), ("en", "English"), ("zh-hans", "简体中文")]
LANGUAGE_CODE = env.str("LANGUAGE_CODE", "zh-hant", validate=validate.OneOf([code for code, _name in LANGUAGES]))
TIME_ZONE = env.str("TIME_ZONE", "")
DATABASES = {
    "default": env.dj_db_url(
        "DATABASE_URL",
        f"sqlite:///{BASE_DIR / 'var' / 'archive.sqlite3'}",
        conn_max_age=600,
        conn_health_checks=True,
    )
}
CACHES = {
    "default": env.dj_cache_url("CACHE_URL", "locmem://?max_entries=1000"),
    # What many pages have in common (Django's tag "cache" looks here): in this process, since a server across the
    # network takes as long to ask as a template takes; and never from before a template was edited.
    "template_fragments": {
        "BACKEND": f"django.core.cache.backends.{'dummy.DummyCache' if DEBUG else 'locmem.LocMemCache'}",
        "LOCATION": "fragments",
        "OPTIONS": {"MAX_ENTRIES": 1000},
    },
}

try:
    env.seal()
except EnvValidationError as error:
    problems = "; ".join(f"{name}: {' '.join(texts)}" for name, texts in error.error_messages.items())  # type: ignore[union-attr]
    raise ImproperlyConfigured(f"These environment variables cannot be read. {problems}") from None

if not SECRET_KEY:
    if not (DEBUG or TESTING):
        raise ImproperlyConfigured(
            "SECRET_KEY is not set: give the environment a long random SECRET_KEY, or set DEBUG=true to try things out."
        )
    SECRET_KEY = "only-for-trying-the-archive-on-this-machine"  # noqa: S105
if DEBUG and not ALLOWED_HOSTS:
    ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
if DEBUG and not IMPORT_FOLDERS:
    IMPORT_FOLDERS = [str(BASE_DIR / "seeds")]
if not Path(ARCHIVE_PROFILE).is_file():
    raise ImproperlyConfigured(f"ARCHIVE_PROFILE names {ARCHIVE_PROFILE}, which is not a file.")
try:
    # Unless told otherwise, times are those that the newsroom knew, wherever the server stands.
    TIME_ZONE = TIME_ZONE or profile.load(Path(ARCHIVE_PROFILE)).time_zone
    zoneinfo.ZoneInfo(TIME_ZONE)
except profile.ProfileError as error:
    raise ImproperlyConfigured(str(error)) from None
except (zoneinfo.ZoneInfoNotFoundError, ValueError):
    raise ImproperlyConfigured(f"TIME_ZONE names {TIME_ZONE}, which is not a time zone.") from None

if CACHES["default"]["BACKEND"].endswith(".RedisCache"):
    CACHES["default"]["BACKEND"] = "newsarchive.cache.FailOpenRedisCache"

_database = DATABASES["default"]
_database_file = Path(_database["NAME"])
if not _database["ENGINE"].endswith((".sqlite3", ".postgresql")):
    raise ImproperlyConfigured(
        "DATABASE_URL names a database that the archive does not run on: give it sqlite:////folder/archive.sqlite3 "
        "or postgres://user:password@host:5432/name."
    )
if _database["ENGINE"].endswith("sqlite3"):
    if _database["NAME"] in ("", ":memory:"):
        raise ImproperlyConfigured(
            "DATABASE_URL names no file, and what is kept in memory ends with each command: give it "
            "sqlite:////folder/archive.sqlite3."
        )
    if not os.environ.get("DATABASE_URL"):
        _database_file.parent.mkdir(exist_ok=True)
    elif not _database_file.parent.is_dir():  # made here, it would turn a slip of the keyboard into an empty archive
        raise ImproperlyConfigured(
            f"DATABASE_URL names a file in {_database_file.parent}, and there is no such folder: make it, or mend the "
            "address (after sqlite:// a full path begins with two more strokes)."
        )
    # Writers queue for the one write lock from their first statement on, so that no transaction
    # fails half way; readers never wait for them (WAL).
    _database["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 30,
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA temp_store=MEMORY;"
            "PRAGMA mmap_size=67108864; PRAGMA cache_size=-32768; PRAGMA journal_size_limit=67108864;"
            # An import would copy the log into the database, and wait for the disk, after each of its transactions.
            "PRAGMA wal_autocheckpoint=8192;"
        ),
    }

INSTALLED_APPS = [
    "articles.apps.DeskConfig",  # django.contrib.admin with a front page of its own
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.sitemaps",
    "django.contrib.staticfiles",
    "taggit",
    "axes",
    "django_tasks",
    "django_tasks_db",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "articles.apps.ArticlesConfig",
]
MIDDLEWARE = [
    "articles.languages.ChoiceIsRemembered",
    "articles.page_cache.PageCache",  # keeps finished answers, and gives them before all else is asked
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "articles.languages.ReadersChoice",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "articles.two_factor.SecondFactor",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "newsarchive.urls"
WSGI_APPLICATION = "newsarchive.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "articles.context_processors.archive",
            ],
        },
    },
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTHENTICATION_BACKENDS = ["articles.sign_in.GuessingIsSlow", "articles.sign_in.Password"]
AUTH_PASSWORD_VALIDATORS: list[dict[str, Any]] = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in (
        ("UserAttributeSimilarityValidator", {}),
        ("MinimumLengthValidator", {"min_length": 12}),
        ("CommonPasswordValidator", {}),
        ("NumericPasswordValidator", {}),
    )
]
# Ten wrong passwords for one name from one address, and that address waits a quarter of an hour with that name. Others
# do not: neither the owner of the name elsewhere, nor a colleague in the same office. Counted in the database, since
# each process may have a cache of its own; only signing in asks it.
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = datetime.timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_CLIENT_IP_CALLABLE = "articles.sign_in.client_address"
AXES_LOCKOUT_TEMPLATE = "admin/locked_out.html"
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_DISABLE_ACCESS_LOG = True  # who signed in from where is nobody's business for longer than needed
AXES_SENSITIVE_PARAMETERS = ["username"]  # kept out of logs: people type passwords there
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
OTP_TOTP_ISSUER = urlsplit(SITE_URL).hostname or "newsarchive"
SESSION_COOKIE_AGE = 12 * 60 * 60  # a working day
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"

USE_I18N = True
USE_TZ = True
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["newsarchive.formats"]
LANGUAGE_COOKIE_AGE = 365 * 24 * 60 * 60
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_HTTPONLY = True

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "var" / "static"
MEDIA_URL = "/media/"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG or TESTING
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# Imports that editors ask for wait in the database, and `manage.py import_worker` does them.
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
TAGGIT_CASE_INSENSITIVE = False
# An admin page of one article posts its figures' fields too: 79 figures have been seen on one.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000

# Safe over HTTPS by default; plain HTTP only where SITE_URL says so.
_https = SITE_URL.startswith("https://")
if not DEBUG:
    SECURE_SSL_REDIRECT = _https
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _https else None
    SECURE_HSTS_SECONDS = 31536000 if _https else 0
    SECURE_HSTS_INCLUDE_SUBDOMAINS = _https
    SECURE_HSTS_PRELOAD = _https
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = _https
CSRF_TRUSTED_ORIGINS = [SITE_URL]
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# Pages run and show only what the archive itself serves. A host without a scheme stands for https, and for http
# where the page itself came by http.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        # the one style that stands in a page: that of templates/500.html, which must not need another file
        "style-src": [SELF, "'sha256-PR9c3Dz13jMewLPM8yrAamNeX+BwACBQT8p7c9a+AZA='"],
        "img-src": [SELF, "data:", *IMAGE_HOSTS],
        "frame-src": VIDEO_HOSTS or [NONE],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
