"""Replay: history through the services before go-live, each order with the chart as it stood when it was written.

    files -> sources -> partitions (one patient's whole history in one) -> history, rewinding -> calls -> asking (the
    service's own `answer`, which keeps nothing) -> tally -> report -> folder

A tally is counts, so partitions are worked off in any order, on any number of processes or machines, and their results
add up to the same report. The rules by which a chart is rewound, and the report's members, stand in REPLAY.md.
"""
