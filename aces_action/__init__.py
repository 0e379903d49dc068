"""Deploys an inference algorithm to Amazon SageMaker and AWS Batch and lists it on the ACES Platform."""

__version__ = "0.1.0"
