"""Rules on the project and its file: what it is about, what came with it, what it promises."""

from applications.models import Document, Track

from .attached import Attached
from .facts import Facts
from .found import FAIL, NEEDS_EVIDENCE, PASS, Found, found

NO_HEALTH_DATA = "none"  # of the grounds of article 9(2) of the GDPR, as the form asks them
AID_LAW = "Regulation (EU) 2023/2831, art. 1 and 5 (S34); call rules [P]"
ONE_FILE = "Call rules [P]: one open file per enterprise and call"
DOCUMENTS = "Call rules [P]: presentation, financial plan, what the call itself asks"
ETHICS = "Law of 7 May 2004 on experiments on humans (S71); condition before payment [P]"
TRACK = "Call rules [P]: e-health, after Regulation (EU) 2017/745 and mHealthBelgium (S69, S70)"


def exclusions(facts: Facts) -> Found:
    """None of the activities and aids that aid law or the call leaves out, by declaration."""
    inputs = {
        "no_excluded_activity": facts.no_excluded_activity,
        "no_export_aid": facts.no_export_aid,
        "no_double_aid": facts.no_double_aid,
    }
    if facts.excluded == "yes":
        return found("exclusions", FAIL, "some", AID_LAW, excluded=facts.excluded)
    if all(inputs.values()):
        return found("exclusions", PASS, "none", AID_LAW, **inputs)
    return found("exclusions", NEEDS_EVIDENCE, "unknown", AID_LAW, **inputs)


def one_file(facts: Facts) -> Found:
    """No other open file of the enterprise in the call: neither a draft nor withdrawn."""
    others = facts.other_files
    if others is None:
        return found("one_file", NEEDS_EVIDENCE, "unknown", ONE_FILE, other_files=None)
    if others:
        return found("one_file", FAIL, "several", ONE_FILE, other_files=sorted(others))
    return found("one_file", PASS, "alone", ONE_FILE, other_files=[])


def documents(facts: Facts) -> Found:
    """Every document that is needed is there, and its text can be read if it is a PDF."""
    if facts.documents is None:
        return found("documents", NEEDS_EVIDENCE, "unknown", DOCUMENTS, documents=None)
    there = {one.answers for one in facts.documents}
    readable = {one.answers for one in facts.documents if _is_readable(one)}
    needed = sorted(facts.needed_documents)
    missing = [name for name in needed if name not in there]
    unread = [name for name in needed if name in there - readable]
    inputs = {"documents": sorted(there), "missing": missing, "unread": unread}
    if missing:
        return found("documents", NEEDS_EVIDENCE, "missing", DOCUMENTS, **inputs)
    if unread:
        return found("documents", NEEDS_EVIDENCE, "unreadable", DOCUMENTS, **inputs)
    return found("documents", PASS, "there", DOCUMENTS, **inputs)


def _is_readable(document: Attached) -> bool:
    """A scan is a picture by nature, and the text of spreadsheets and pictures is not taken out."""
    if document.type != "pdf" or document.kind == Document.Kind.SCAN:
        return True
    return document.reading == Document.Reading.READ


def ethics(facts: Facts) -> Found:
    """An e-health project says how it stands with an ethics committee; an opinion that it does
    not have yet becomes a condition before payment."""
    if facts.track == Track.DIGITAL:
        return found("ethics", PASS, "other_track", ETHICS, track=facts.track)
    inputs = {"track": facts.track, "ethics": facts.ethics}
    if facts.ethics == "not_required":
        return found("ethics", PASS, "not_required", ETHICS, **inputs)
    if facts.ethics == "required":
        return found("ethics", PASS, "condition", ETHICS, **inputs)
    if facts.ethics != "obtained":
        return found("ethics", NEEDS_EVIDENCE, "unknown", ETHICS, **inputs)
    opinion = {
        "ethics_committee": facts.ethics_committee,
        "ethics_on": facts.ethics_on,
        "ethics_reference": facts.ethics_reference,
    }
    there = {one.kind for one in facts.documents or ()}
    if Document.Kind.ETHICS in there and all(opinion.values()):
        return found("ethics", PASS, "obtained", ETHICS, **inputs, **opinion)
    return found("ethics", NEEDS_EVIDENCE, "no_opinion", ETHICS, **inputs, **opinion)


def track(facts: Facts) -> Found:
    """An e-health project has health data, is a medical device, or serves health professionals."""
    inputs = {
        "track": facts.track,
        "legal_basis": facts.legal_basis,
        "medical_device": facts.medical_device,
        "users": sorted(facts.users),
    }
    if not facts.track:
        return found("track", NEEDS_EVIDENCE, "unknown", TRACK, **inputs)
    if facts.track != Track.EHEALTH:
        return found("track", PASS, "digital", TRACK, **inputs)
    has_data = facts.legal_basis not in ("", NO_HEALTH_DATA)
    may_be_device = facts.medical_device in ("yes", "unsure")
    if has_data or may_be_device or "professionals" in facts.users:
        return found("track", PASS, "ehealth", TRACK, **inputs)
    if facts.legal_basis and facts.medical_device and facts.users:
        return found("track", NEEDS_EVIDENCE, "mismatch", TRACK, **inputs)
    return found("track", NEEDS_EVIDENCE, "unanswered", TRACK, **inputs)
