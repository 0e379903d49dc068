"""The local AWS: moto's server, with what it lacks added and with faults on request. README.md beside says what is whose."""
