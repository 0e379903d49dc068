"""What `init` asks, writes and says: the questions, the files of a new project, the next steps."""
