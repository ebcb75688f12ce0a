"""Work that must happen: a durable queue in the house's own database, workers, and schedules.

- `queue`: `enqueue` in the transaction of the cause; `retry_dead`, `list_dead`, `count`, `newest`, `prune`.
- `registry`: which function handles which kind of job.
- `context`: what a handler is given.
- `worker`: runs jobs, in this process or in processes of its own; as many as wanted, on both engines.
- `schedule`: enqueues jobs by the clock, each tick once however many processes watch.

What holds. A job runs at least once, and is finished once: an effect outside the database may be repeated after a
crash, so a handler notes its steps (`context.note`) before and after such an effect. Jobs of one *lane* never overlap.
Within a lane the due job with the lowest id goes first; a job that was asked for later (`run_at`, debounced) holds up
nobody before its time, but one that was tried and waits for another try keeps its place until it is done or dead.
Creators take turns, whoever has how much queued. Lanes and dedupe keys are a creator's own and never clash with another's.
What a person waits for (`urgent` kinds) goes before all other creators' other work: a worker of several jobs at once keeps
one place for it, and one from it so that the rest goes on too.
"""
