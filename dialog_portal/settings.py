"""Every setting of the portal. The environment is read here, once; `.env.example` explains each variable."""

from pathlib import Path

from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from dialog_portal.environment import (
    Environment,
    check_production,
    database_settings,
    development_keys,
    mail_settings,
    mailbox_settings,
    oauth_settings,
)

BASE_DIR = Path(__file__).resolve().parent.parent
env = Environment()

# Where the portal runs
PRODUCTION = env.flag("PRODUCTION", False)
VAR = Path(env.text("VAR_DIR", str(BASE_DIR / "var")))
BASE_URL = env.text("BASE_URL", None if PRODUCTION else "http://127.0.0.1:8000").rstrip("/")
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", "" if PRODUCTION else "127.0.0.1,localhost,[::1]")
DEBUG = False

# Keys: one for each use, and never stored in the database
_made = {} if PRODUCTION else development_keys(VAR / "keys.json")
SECRET_KEY = env.text("SECRET_KEY", _made.get("SECRET_KEY"))
LINK_KEYS = env.words(
    "LINK_KEYS", _made.get("LINK_KEY", "")
)  # the first signs; the others are still accepted
LETTER_KEYS = env.words("LETTER_KEYS", _made.get("LETTER_KEY", ""))
if not LINK_KEYS or not LETTER_KEYS:
    raise ImproperlyConfigured("LINK_KEYS and LETTER_KEYS are missing. See .env.example.")

INSTALLED_APPS = [
    "dialog_portal.access",
    "dialog_portal.links",
    "dialog_portal.outbox",
    "parties",
    "meetings",
    "minutes",
    "dialog_portal.dashboard",
    "dialog_portal.demo",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_prose_editor",
    "django_htmx",
    "csp",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
]
MIDDLEWARE = [
    "dialog_portal.links.guest_view.secret_page_headers",
    "dialog_portal.links.mailed_links.open_mailed_links",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "dialog_portal.base.utf8_only.utf8_only",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "dialog_portal.access.middleware.AccessMiddleware",
    "dialog_portal.base.row_numbers.RowNumbers",
]
ROOT_URLCONF = "dialog_portal.urls"
WSGI_APPLICATION = "dialog_portal.wsgi.application"
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
            ],
            "libraries": {
                "swedish": "dialog_portal.base.swedish",
                "plain_blocks": "dialog_portal.base.plain_blocks",
                "may": "dialog_portal.access.permission_tags",
                "addressee": "meetings.invitations.address_page",
                "mail": "dialog_portal.dashboard.mail_tags",
                "working_links": "dialog_portal.demo.working_links",
            },
            "builtins": [
                "dialog_portal.base.swedish",
                "dialog_portal.base.form_errors",
                "dialog_portal.access.permission_tags",
                "django.templatetags.static",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# Data
DATABASES = {"default": database_settings(env.text("DATABASE_URL", None if PRODUCTION else ""), VAR)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL = env.text("REDIS_URL", "")
if PRODUCTION:
    check_production(BASE_URL, ALLOWED_HOSTS, REDIS_URL)
CACHES = {
    "default": (
        {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
        if REDIS_URL
        else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    )
}

# Celery only wakes workers. The queue is the rows in the database, so no message of the broker has to survive.
CELERY_BROKER_URL = REDIS_URL or "memory://localhost"
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = (
    {
        "socket_connect_timeout": 2,
        "socket_timeout": 5,
        "max_retries": 1,
        "visibility_timeout": 600,
        "unacked_restore_interval": 10,
        "unacked_restore_throttle": 1,
    }
    if REDIS_URL
    else {"polling_interval": 0.1}  # seconds until a worker in the same process sees a message
)
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BEAT_SCHEDULE = {
    "send what is due": {"task": "outbox.sweep", "schedule": 30.0},
    "count the letters": {"task": "outbox.count", "schedule": 60.0},
    "forget old letters": {"task": "outbox.forget", "schedule": 86400.0},
    "beat is alive": {"task": "outbox.beat", "schedule": 30.0},
    "send planned letters": {"task": "meetings.send_due", "schedule": 60.0},
    "forget food and access needs": {"task": "meetings.forget_needs", "schedule": 3600.0},
    "forget old imports": {"task": "parties.forget_imports", "schedule": 86400.0},
    "read the reply mailbox": {"task": "meetings.read_mailbox", "schedule": 60.0},
    "send password letters": {"task": "access.send_password_letters", "schedule": 30.0},
    "send lost links": {"task": "meetings.send_links", "schedule": 30.0},
    "write morning letters": {"task": "dashboard.write_morning_letters", "schedule": 600.0},
    "finish publications": {"task": "minutes.finish_publications", "schedule": 60.0},
}
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR / "beat")

# Letters
MAIL_OAUTH = oauth_settings(
    env.text("MAIL_OAUTH_URL", ""),
    client=env.text("MAIL_OAUTH_CLIENT", ""),
    secret=env.text("MAIL_OAUTH_SECRET", ""),
    scope=env.text("MAIL_OAUTH_SCOPE", "https://outlook.office365.com/.default"),
)
MAIL = mail_settings(env.text("MAIL_URL", None if PRODUCTION else ""), MAIL_OAUTH)
MAIL_FROM = env.text("MAIL_FROM", None if PRODUCTION else "dialog@region.example")
MAIL_REPLY_TO = env.text("MAIL_REPLY_TO", MAIL_FROM)
MAILBOX = mailbox_settings(env.text("MAILBOX_URL", ""), MAIL_OAUTH)
MAIL_FROM_NAME = env.text("MAIL_FROM_NAME", "Kulturförvaltningen, Region Stockholm")
MAIL_CONNECTIONS = env.number("MAIL_CONNECTIONS", 2)
MAIL_PER_MINUTE = env.number("MAIL_PER_MINUTE", 300)
LETTER_FACTS_DAYS = env.number("LETTER_FACTS_DAYS", 730)  # days after a letter's useful_until
MAIL_TIMEOUT = 20  # seconds for each step of an SMTP conversation
MAIL_DEADLINE = 120  # seconds for a whole letter
MAIL_LEASE = 600  # seconds that a worker's claim of a letter lasts
# Mail that Django or allauth sends goes through the outbox too
EMAIL_BACKEND = "dialog_portal.outbox.django_mail.OutboxBackend"
DEFAULT_FROM_EMAIL = f"{MAIL_FROM_NAME} <{MAIL_FROM}>"

# Public files
PUBLIC_ROOT = Path(env.text("PUBLIC_ROOT", str(VAR / "public")))
STATIC_URL = "/static/"
STATIC_ROOT = Path(env.text("STATIC_ROOT", str(VAR / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "dialog_portal.base.stylesheets.BundlingStorage"},
}
WHITENOISE_MANIFEST_STRICT = True
WHITENOISE_KEEP_ONLY_HASHED_FILES = True  # halves the time that collecting takes

# Language and time
LANGUAGE_CODE = "sv"
LANGUAGES = [("sv", "Svenska")]
TIME_ZONE = "Europe/Stockholm"

# Sign-in: only people whom an administrator has invited
AUTH_USER_MODEL = "access.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_MIN_LENGTH = 15  # characters
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": PASSWORD_MIN_LENGTH},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "staff:start"
LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "dialog_portal.access.allauth_adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_SUBJECT_PREFIX = "Dialogportalen: "
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # nobody can make the portal write to an address of their choice
# The owner of an account gets a letter when its password or second factor changes
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_FORMS = {
    "login": "dialog_portal.access.sign_in.LoginForm",
    "reset_password": "dialog_portal.access.sign_in.ResetPasswordForm",
}
# Wrong passwords are counted for each client address, and also for each account, against many clients that guess
# together. One address is stopped at a sixteenth of the account's limit, so a stranger cannot lock the owner out, and
# 1000 tries an hour are useless against 15 characters that are in no list of passwords, and a second factor. Requests
# for a new password do not lock the owner out either: the number of letters is limited where the letters are written.
ACCOUNT_RATE_LIMITS = {"login_failed": "10/m/ip,60/h/ip,1000/h/key", "reset_password": "20/m/ip"}
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900
ALLAUTH_TRUSTED_PROXY_COUNT = env.number("TRUSTED_PROXIES", 0)
MFA_ADAPTER = "dialog_portal.access.allauth_adapter.SecondFactorAdapter"
MFA_FORMS = {
    "authenticate": "dialog_portal.access.sign_in.AuthenticateForm",
    "reauthenticate": "dialog_portal.access.sign_in.ReauthenticateForm",
    "activate_totp": "dialog_portal.access.sign_in.ActivateTOTPForm",
}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Dialogportalen"
MFA_TOTP_TOLERANCE = 1  # 30 seconds earlier or later: telephones' clocks differ, and people type slowly

# Transport and headers
SESSION_COOKIE_AGE = 10 * 60 * 60
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
SESSION_COOKIE_NAME = "__Host-session" if PRODUCTION else "session"
WRITER_COOKIE_NAME = "__Host-writer" if PRODUCTION else "writer"
CSRF_COOKIE_NAME = "__Host-csrf" if PRODUCTION else "csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "dialog_portal.dashboard.error_pages.csrf_failure"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PRODUCTION else None
SECURE_HSTS_SECONDS = 31_536_000 if PRODUCTION else 0
SILENCED_SYSTEM_CHECKS = [
    "security.W005",  # we do not know whether the other hosts of the domain use HTTPS
    "security.W021",  # nor may we put the domain on the browsers' preload list
    "security.W008",  # nginx redirects to HTTPS; the health probe uses plain HTTP inside the network
]
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
FILE_UPLOAD_HANDLERS = [
    "dialog_portal.base.upload_limit.LimitUpload",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
# A coordinator's form has two fields for each person; guests' forms are also limited by their bytes before reading
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2500
# The one style the editor injects
PROSE_EDITOR_STYLE = "'sha256-PlumsSlvJ7vvWzjqibGAYKq92O3y/4JTxWWsWJvyUYA='"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, PROSE_EDITOR_STYLE],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "object-src": [NONE],
        "frame-ancestors": [NONE],
    }
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        "mask": {"()": "dialog_portal.links.log_masking.MaskTokens"},
        "untraced": {"()": "dialog_portal.links.log_masking.WithoutTraceback"},
    },
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["mask"]}},
    "root": {"handlers": ["console"], "level": env.text("LOG_LEVEL", "INFO")},
    "loggers": {
        "django": {"handlers": [], "propagate": True, "level": "INFO"},
        "django.server": {"handlers": [], "propagate": True},
        "django.security.DisallowedHost": {"filters": ["untraced"]},  # scanners cause these all day
        "django.security.TooManyFieldsSent": {"filters": ["untraced"]},
        "fontTools": {"level": "WARNING"},
        "weasyprint": {"level": "ERROR"},
    },
}
