"""Safety: backups that are known to restore, a doctor that counts everything again, and the nights on which both happen."""
