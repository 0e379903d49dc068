"""`aces-action preview`: what the platform would list of a repository, as a page on this machine that follows the files."""
