"""A local ACES Platform: the routes of schemas/platform.openapi.yaml in Flask on SQLite, and a page of what is registered."""
