"""A fleet: the deployments of many projects and environments in one workflow, and what becomes of them."""
