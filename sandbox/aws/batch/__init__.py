"""AWS Batch: definitions, queues, environments and jobs that take time, wait, fail and are tried again."""

from sandbox.aws.batch.capacity import Resources, registered

__all__ = ["Resources", "registered"]
