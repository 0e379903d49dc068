"""What people look at on GitHub, looked at in a browser: the page of each ending, the READMEs, the pictures in docs/images."""
