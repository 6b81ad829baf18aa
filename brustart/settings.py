"""Settings of every environment: one file, read from the environment (docs/install.md lists it).

Three ways to run: production (SECRET_KEY and DATABASE_URL given), demo (BRUSTART_DEMO=1, or
`make run` on the embedded database), and tests. Importing this file starts nothing.
"""

from pathlib import Path

import environ
from bootstrap_wrapper import get_bootstrap_dir
from django.core.exceptions import ImproperlyConfigured

from brustart import embedded

ROOT = Path(__file__).resolve().parent.parent
env = environ.Env()
VAR = Path(env("BRUSTART_VAR", default=str(ROOT / "var")))

# --- what kind of portal this is ------------------------------------------------------------
DEMO = env.bool("BRUSTART_DEMO", default="DATABASE_URL" not in env.ENVIRON)
DEMO_MFA = env.bool("DEMO_MFA", default=False)  # demo accounts confirm mail and second factor too
DEBUG = env.bool("DEBUG", default=False)
PORT = env.int("PORT", default=8000)
SITE_URL = env("SITE_URL", default=f"http://localhost:{PORT}")
HTTPS = SITE_URL.startswith("https://")
_DEMO_KEY = "demo-only-key-that-no-production-portal-accepts-0123456789-abcdefghij"
SECRET_KEY = env("SECRET_KEY", default=_DEMO_KEY if DEMO else "")
if not SECRET_KEY:
    raise ImproperlyConfigured("SECRET_KEY is not set (docs/install.md).")
if DEMO and (HTTPS or SECRET_KEY != _DEMO_KEY):
    raise ImproperlyConfigured(
        "Demo mode lets anybody be anybody, so it refuses production settings: "
        "unset BRUSTART_DEMO, or unset SECRET_KEY and an https SITE_URL."
    )
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
if HTTPS:
    CSRF_TRUSTED_ORIGINS = [SITE_URL]

# --- the rooms, from the ground up ----------------------------------------------------------
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_htmx",
    "django_filters",
    "brustart.core",
    "brustart.cbe",
    "brustart.accounts",
    "brustart.fund",
    "applications",
    "scoring.screening",
    "scoring.review",
    "brustart.awards",
    "brustart.desk",
    "allauth",
    "allauth.account",
    "allauth.mfa",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "brustart.core.headers.ContentSecurityPolicy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "brustart.accounts.language.AccountLocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "applications.guests.GuestDrafts",
    "brustart.accounts.access.AudienceMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
ROOT_URLCONF = "brustart.urls"
WSGI_APPLICATION = "brustart.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "brustart.desk.context.portal",
            ],
            "builtins": ["brustart.core.templatetags.portal"],
        },
    }
]
CRISPY_ALLOWED_TEMPLATE_PACKS = CRISPY_TEMPLATE_PACK = "bootstrap5"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
INSTALLED_APPS.append("django.forms")

# --- data -----------------------------------------------------------------------------------
# "default" is the application's role, which can neither change a balance nor rewrite the ledger;
# "owner" is the same database as its owner, for `manage.py prepare` alone.
_application = env("DATABASE_URL", default=embedded.url("brustart_app"))
_owner = env(
    "DATABASE_OWNER_URL",
    default=_application if "DATABASE_URL" in env.ENVIRON else embedded.url("brustart_owner"),
)
DATABASES = {"default": env.db_url_config(_application), "owner": env.db_url_config(_owner)}
_pool = env.int("DATABASE_POOL_SIZE", default=0)  # gunicorn's threads share one pool a process
if _pool:
    DATABASES["default"].setdefault("OPTIONS", {})["pool"] = {"min_size": 2, "max_size": _pool}
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 60
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True  # a restarted database shows nobody an error
DATABASES["owner"]["TEST"] = {"MIRROR": "default"}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- people ---------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
PASSWORD_HASHERS = env.list(
    "PASSWORD_HASHERS", default=["django.contrib.auth.hashers.ScryptPasswordHasher"]
)
LOGIN_REDIRECT_URL = "home"
LOGIN_URL = "account_login"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
# Who applies goes on at once and confirms before handing in: accounts/logging_in.py.
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_CHANGE_EMAIL = True  # one address each; a new one counts once it is confirmed
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT = 15 * 60
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_ADAPTER = "brustart.accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {"request_login_code": "brustart.accounts.logging_in.RequestCodeForm"}
ACCOUNT_SIGNUP_FORM_CLASS = "brustart.accounts.forms.SignupExtras"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS

# --- languages ------------------------------------------------------------------------------
LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", "Français"), ("nl", "Nederlands"), ("en", "English")]
LOCALE_PATHS = [ROOT / "brustart" / "locale"]
USE_I18N = True
USE_TZ = True
USE_THOUSAND_SEPARATOR = True
TIME_ZONE = "Europe/Brussels"
FORMAT_MODULE_PATH = ["brustart.formats"]

# --- files and pages ------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
STATICFILES_DIRS = [ROOT / "brustart" / "static", ("bootstrap", get_bootstrap_dir())]
MEDIA_ROOT = VAR / "media"
_manifest = "whitenoise.storage.CompressedManifestStaticFilesStorage"
_plain = "django.contrib.staticfiles.storage.StaticFilesStorage"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": _plain if env.bool("PLAIN_STATIC", default=DEBUG) else _manifest},
}
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_REFERRER_POLICY = "same-origin"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
DATA_UPLOAD_MAX_NUMBER_FILES = 12
FILE_UPLOAD_HANDLERS = ["applications.quota.BoundedUploadHandler"]

# --- mail -----------------------------------------------------------------------------------
MAIL_FOLDER = VAR / "mail"
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", default="Brustart <noreply@brustart.example>")
if "EMAIL_URL" in env.ENVIRON:
    vars().update(env.email_url("EMAIL_URL"))
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = str(MAIL_FOLDER)

# --- work in the background -----------------------------------------------------------------
# The database is the queue (core/queue.py); the broker only wakes workers.
REDIS_URL = env("REDIS_URL", default="")
BROKER_FOLDER = Path(env("BROKER_FOLDER", default=str(VAR / "broker")))
CELERY_BROKER_URL = REDIS_URL or "filesystem://localhost"
if REDIS_URL:
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "global_keyprefix": env("BROKER_PREFIX", default="brustart:"),
        "socket_connect_timeout": 2,
        "socket_timeout": 30,
    }
else:
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(BROKER_FOLDER / "messages"),
        "data_folder_out": str(BROKER_FOLDER / "messages"),
        "control_folder": str(BROKER_FOLDER / "control"),
        "store_processed": False,
        "polling_interval": 0.05,
    }
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_DEFAULT_QUEUE = "screening"  # and the sweep's; the others: core/queue.py
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 4  # the database is the queue: a message is only a bell
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
_limit = env.int("TASK_SECONDS", default=10)  # a step that needs more is a defect
CELERY_TASK_SOFT_TIME_LIMIT, CELERY_TASK_TIME_LIMIT = _limit - 1, _limit
EMAIL_TIMEOUT = max(1, _limit // 2)  # a silent mail server is given up before the task is
CELERY_TIMEZONE = TIME_ZONE
WORK_LEASE_SECONDS = _limit + 2  # longer than the hard limit: a live worker keeps its claim
SWEEP_SECONDS = WORK_LEASE_SECONDS + 3  # longer than a lease: two sweeps find all that is lost
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR / "beat")
CELERY_BEAT_SCHEDULE = {
    "sweep": {"task": "brustart.sweep", "schedule": SWEEP_SECONDS},
    "remind": {"task": "brustart.remind", "schedule": 600.0},
}

# --- what the portal is about ---------------------------------------------------------------
FUND_CONTACT = {
    "phone": env("FUND_PHONE", default="02 000 00 00"),
    "address": env("FUND_ADDRESS", default="Brustart, 1000 Bruxelles / Brussel"),
    "email": env("FUND_EMAIL", default="contact@brustart.example"),
}
FUND_ACCOUNT = {  # from which awards are paid; the default is a made-up account
    "name": env("FUND_ACCOUNT_NAME", default="Brustart"),
    "iban": env("FUND_IBAN", default="BE71096123456769"),
    "bic": env("FUND_BIC", default="GKCCBEBB"),
}
FUND_AUTHORITY = env(
    "FUND_AUTHORITY", default="Région de Bruxelles-Capitale – Brussels Hoofdstedelijk Gewest"
)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": env("LOG_LEVEL", default="INFO")},
}
SILENCED_SYSTEM_CHECKS: list[str] = []
