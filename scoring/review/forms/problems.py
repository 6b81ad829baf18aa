"""What is wrong in several forms of a page, for the summary at its top."""

from django import forms

from applications.forms import Problem, anchor


def problems(*found: forms.Form) -> list[Problem]:
    """Each error of the forms that were sent, with the way to its field."""
    return [
        Problem(
            _place(form, name), str(form[name].label) if name in form.fields else "", str(error)
        )
        for form in found
        if form.is_bound
        for name, errors in form.errors.items()
        for error in errors
    ]


def _place(form: forms.Form, name: str) -> str:
    return anchor(form, name) if name in form.fields else "main"
