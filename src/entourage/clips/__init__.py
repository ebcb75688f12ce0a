"""Campaigns that pay clippers by the view: clips are counted honestly, earnings kept in a ledger, and paid to the cent."""
