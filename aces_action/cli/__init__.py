"""What a person at a terminal gets: a module for each verb (`validate`, `init`), and one for each format of problems."""
