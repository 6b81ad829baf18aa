"""What an import linter cannot see: foreign keys, writers of state, acts in views, long rooms."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings

FLOORS = [
    "core",
    "cbe",
    "accounts",
    "fund",
    "applications",
    "screening",
    "review",
    "awards",
    "desk",
]
ROOT = Path(settings.ROOT)
PACKAGES = ("brustart", "applications", "scoring")
SOURCES = [
    path
    for package in PACKAGES
    for path in sorted((ROOT / package).rglob("*.py"))
    if "migrations" not in path.parts
]


def names(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_foreign_keys_point_down_only() -> None:
    """The account is the one thing that the ground floor may point up to."""
    upward = [
        f"{model._meta.label}.{field.name} -> {field.related_model._meta.label}"
        for model in apps.get_models()
        if model._meta.app_label in FLOORS
        for field in model._meta.get_fields()
        if field.concrete and field.is_relation
        if field.related_model._meta.label != settings.AUTH_USER_MODEL
        if FLOORS.index(field.related_model._meta.app_label) > FLOORS.index(model._meta.app_label)
    ]
    assert upward == []


def _writes_state(tree: ast.AST) -> Iterator[str]:
    """Assignments like `application.state = ...` to something named after a file."""
    for node in ast.walk(tree):
        targets = node.targets if isinstance(node, ast.Assign) else []
        for target in targets:
            for one in target.elts if isinstance(target, ast.Tuple) else [target]:
                if isinstance(one, ast.Attribute) and one.attr == "state":
                    yield ast.unparse(one.value)


def test_lifecycle_is_the_sole_writer_of_a_files_state() -> None:
    writers = {
        names(path)
        for path in SOURCES
        for owner in _writes_state(ast.parse(path.read_text("utf-8")))
        if owner in {"application", "file", "locked", "moved"}
    }
    assert writers == {"applications/lifecycle.py"}


VIEWS = [path for path in SOURCES if path.name == "views.py" or path.parent.name == "views"]
WRITES = {"save", "create", "bulk_create", "update_or_create", "get_or_create", "delete"}


@pytest.mark.parametrize("path", VIEWS, ids=names)
def test_views_call_acts_and_write_nothing_themselves(path: Path) -> None:
    calls = {
        ast.unparse(node.func)
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        if isinstance(node.func, ast.Attribute) and node.func.attr in WRITES
    }
    acts = {"reviewing.save", "accounts.save"}
    assert calls - acts == set()


@pytest.mark.parametrize("path", SOURCES, ids=names)
def test_no_room_holds_too_much(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= 400


TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
# A key inside an attribute, printed as a number of the reader's language: 1 000 in French.
BARE_KEY = re.compile(r'="[^"]*\{\{\s*[\w.]*(?:\.pk|_pk|(?<!auto)(?<!checkbox)_id)\s*\}\}')


@pytest.mark.parametrize("path", TEMPLATES, ids=names)
def test_keys_in_attributes_are_printed_without_separators(path: Path) -> None:
    text = re.sub(r"\{%.*?%\}", "", path.read_text("utf-8"))
    assert BARE_KEY.findall(text) == []


@pytest.mark.parametrize("path", TEMPLATES, ids=names)
def test_templates_hold_no_inline_style_or_script(path: Path) -> None:
    text = path.read_text("utf-8")
    assert " style=" not in text
    assert "<style" not in text
    assert " onclick=" not in text
    assert "<script>" not in text
