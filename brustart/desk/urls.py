"""What people look at across the house."""

from brustart.accounts.access import Audience, route

from .views import demo, files, fund, public, system

PUBLIC, SIGNED_IN = Audience.PUBLIC, Audience.SIGNED_IN
ADMINISTRATOR, OVERSIGHT = Audience.ADMINISTRATOR, Audience.OVERSIGHT

urlpatterns = [
    route("", public.front, name="front", audience=PUBLIC),
    route("home/", files.home, name="home", audience=SIGNED_IN),
    route("programmes/", public.programmes, name="programmes", audience=PUBLIC),
    route("calls/<slug:code>/", public.call, name="call", audience=PUBLIC),
    route("files/", files.listing, name="files", audience=OVERSIGHT),
    route("files/<int:pk>/", files.file, name="file", audience=SIGNED_IN),
    route("files/<int:pk>/steps/", files.steps, name="file_steps", audience=SIGNED_IN),
    route("reviewing/", files.reviewing, name="reviewing", audience=Audience.REVIEWER),
    route("capacity/", fund.capacity, name="capacity", audience=OVERSIGHT),
    route("system/", system.system, name="system", audience=ADMINISTRATOR),
    route("system/mail/", system.mails, name="mails", audience=ADMINISTRATOR),
    route("system/mail/<int:pk>/", system.mail, name="mail", audience=ADMINISTRATOR),
    route("system/retry/", system.retry, name="retry", audience=ADMINISTRATOR),
    # Demo mode alone: each answers 404 in any other.
    route("demo/", demo.choose, name="demo", audience=PUBLIC),
    route("demo/become/", demo.become, name="demo_become", audience=PUBLIC),
    route("demo/example/<int:pk>/", demo.example, name="demo_example", audience=SIGNED_IN),
    route("demo/tour/step/", demo.tour_step, name="tour_step", audience=PUBLIC),
    route("demo/tour/dismiss/", demo.tour_dismiss, name="tour_dismiss", audience=PUBLIC),
]
