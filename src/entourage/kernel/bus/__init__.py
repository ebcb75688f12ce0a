"""Updates on their way to screens: `port` says what a bus is, `memory` and `redis` are the two there are.

An update is sent after its commit, waits for nobody and may be lost, because a screen can always ask again. What must
happen is a job (`kernel.jobs`), never an update.
"""
