"""Updates on their way to screens: `port` says what a bus is, `memory` and `redis` are the two there are."""
