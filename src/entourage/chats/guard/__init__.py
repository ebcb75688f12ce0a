"""The guard: what a fan wrote is weighed before a reply (`incoming`), a draft is judged after it was written (`outgoing`)."""
