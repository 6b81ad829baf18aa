"""What people fill in about awards; each form is imported from the module of its act."""
