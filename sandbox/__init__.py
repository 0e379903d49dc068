"""A local AWS, GitHub's OIDC endpoint and a local ACES Platform over real HTTP: for `make demo` and for the tests."""
