"""The commands of the action: a module tells the story of each, after the configuration is known to be right."""
