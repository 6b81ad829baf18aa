"""Where Django's own formats are not those of Belgium: English is British, Dutch is Flemish."""
