"""How far the state machines go: the same examples every time, and no clock."""

from hypothesis import HealthCheck, settings


def bounded(*, examples: int, steps: int) -> settings:
    return settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
