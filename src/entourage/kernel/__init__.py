"""The ground every room stands on: time, ids, errors, storage, people, jobs and updates."""
