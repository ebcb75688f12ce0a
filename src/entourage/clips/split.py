"""A whole number shared out by weights so that not one unit is lost: a pure rule."""

from collections.abc import Sequence


def largest_remainder(total: int, weights: Sequence[int]) -> list[int]:
    """Share out `total` (>= 0) in proportion to the weights (>= 0): parts rounded down, then one more each to the largest rests.

    Equal rests go in the order given. The parts add up to `total`, or are all 0 where no weight is above 0. No part differs from its exact
    share by a whole unit; so what does not exceed the sum of the weights gives nobody more than their weight.
    """
    if total < 0 or any(weight < 0 for weight in weights):
        msg = "neither the total nor a weight may be below zero"
        raise ValueError(msg)
    whole = sum(weights)
    if not whole:
        return [0] * len(weights)
    parts, rests = [], []
    for weight in weights:
        part, rest = divmod(total * weight, whole)
        parts.append(part)
        rests.append(rest)
    by_rest = sorted(range(len(parts)), key=lambda n: (-rests[n], n))
    for n in by_rest[: total - sum(parts)]:
        parts[n] += 1
    return parts
