"""What acts at commit: messages ring when their transaction commits, and only then."""

from django.db import transaction
from django.utils import timezone
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from brustart.core import outbox, queue
from brustart.core.models import Message

from .machines import bounded


class Outbox(RuleBasedStateMachine):
    """Real commits and rollbacks, at two depths, beside a list of what should remain."""

    rung: list[int]

    def __init__(self) -> None:
        super().__init__()
        Message.objects.all().delete()
        self.rung.clear()
        self.expected = 0

    def put(self) -> None:
        outbox.put("test", now=timezone.now())

    @rule()
    def commit(self) -> None:
        with transaction.atomic():
            self.put()
            self.put()
        self.expected += 2

    @rule()
    def roll_back(self) -> None:
        with transaction.atomic():
            self.put()
            transaction.set_rollback(True)

    @rule()
    def roll_back_the_inner_part(self) -> None:
        with transaction.atomic():
            with transaction.atomic():
                self.put()
                transaction.set_rollback(True)
            self.put()
        self.expected += 1

    @rule()
    def commit_the_inner_part_only_to_lose_it(self) -> None:
        with transaction.atomic():
            with transaction.atomic():
                self.put()
            self.put()
            transaction.set_rollback(True)

    @invariant()
    def what_committed_has_rung_once(self) -> None:
        keys = sorted(Message.objects.values_list("pk", flat=True))
        assert len(keys) == self.expected
        assert sorted(self.rung) == keys


def test_messages_ring_when_they_are_committed(committed_db: object, monkeypatch) -> None:
    rung: list[int] = []
    monkeypatch.setattr(Outbox, "rung", rung, raising=False)
    monkeypatch.setattr(
        queue.current_app, "send_task", lambda name, args, **_: rung.append(args[1]), raising=False
    )
    run_state_machine_as_test(
        Outbox,
        settings=bounded(examples=25, steps=12),
    )
