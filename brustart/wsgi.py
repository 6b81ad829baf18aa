"""What gunicorn serves."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "brustart.settings")
import brustart.celery  # noqa: F401  (requests ring for workers)

application = get_wsgi_application()
