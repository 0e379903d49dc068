"""SageMaker's hosting: models, endpoint configs and endpoints, with AWS's life cycle."""
