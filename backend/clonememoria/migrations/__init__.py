"""The schema's history, inside the package so that an installed copy can migrate itself."""
