"""What a project needs in an AWS account, made by two stacks of CloudFormation: its roles, and all the rest.

What there has to be is decided by the repository, what there is by other means is left out, and what changes is what
CloudFormation itself says in a change set.
"""
