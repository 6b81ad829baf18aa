"""Files of startups: written before there is an account, by their people, or for them."""

from brustart.accounts.access import Audience, route
from brustart.accounts.views import confirm_email

from .views import documents, drafts, messages, papers, people, sections

APPLICANT, APPLYING, WRITING = Audience.APPLICANT, Audience.APPLYING, Audience.WRITING

urlpatterns = [
    route("applications/", drafts.my_files, name="my_files", audience=APPLICANT),
    route("applications/begin/<slug:code>/", drafts.begin, name="begin", audience=APPLYING),
    route("applications/<int:pk>/", drafts.tasks, name="tasks", audience=WRITING),
    route("applications/<int:pk>/check/", drafts.check, name="check", audience=WRITING),
    route("applications/<int:pk>/received/", drafts.received, name="received", audience=WRITING),
    route("applications/<int:pk>/withdraw/", drafts.withdraw, name="withdraw", audience=WRITING),
    route(
        "applications/<int:pk>/documents/", documents.documents, name="documents", audience=WRITING
    ),
    route("applications/<int:pk>/messages/", messages.messages, name="messages", audience=WRITING),
    route("applications/<int:pk>/<slug:key>/", sections.section, name="section", audience=WRITING),
    route("papers/<int:pk>/", papers.paper, name="paper", audience=Audience.SIGNED_IN),
    route(
        "submissions/<int:pk>/file.zip",
        papers.whole_file,
        name="whole_file",
        audience=Audience.SIGNED_IN,
    ),
    route("documents/<int:pk>/", documents.document, name="document", audience=Audience.READING),
    # Who works on them, and the address that a file is handed in with.
    route("account/confirm/", confirm_email, name="confirm_email", audience=Audience.SIGNED_IN),
    route("startups/", people.startups, name="startups", audience=APPLICANT),
    route("startups/<int:pk>/", people.people, name="people", audience=APPLICANT),
    route("startups/<int:pk>/leave/", people.leave, name="leave", audience=APPLICANT),
    route("members/<int:pk>/part/", people.change_part, name="change_part", audience=APPLICANT),
    route("members/<int:pk>/remove/", people.remove, name="remove_member", audience=APPLICANT),
    route("invitations/<int:pk>/revoke/", people.revoke, name="revoke", audience=APPLICANT),
    route(
        "invitation/<str:token>/", people.invitation, name="invitation", audience=Audience.PUBLIC
    ),
]
