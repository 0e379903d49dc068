"""The caller's files: loading with positions, schemas, rules across files. Start reading at `load`."""

from aces_action.project.load import load_listing_files, load_project, load_server

__all__ = ["load_listing_files", "load_project", "load_server"]
