"""The caller's workflows: the steps that use the action, and what these give it."""
