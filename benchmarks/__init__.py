"""Measurements: each printed figure names its workload, engine and durability."""
