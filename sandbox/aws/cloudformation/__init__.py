"""CloudFormation: the calls are moto's to read and to write, templates, change sets and stacks are ours."""
