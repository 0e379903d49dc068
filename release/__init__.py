"""How a release is made and checked. Standard library only: nothing is installed where the release is made."""
