"""A bare Celery worker on the broker that ours uses; its one task does nothing.

The task leaves one byte in a file, by which its end is seen.
"""

import json
import os

from celery import Celery

app = Celery("control", broker=os.environ["CONTROL_BROKER_URL"], set_as_current=False)
app.conf.update(
    broker_transport_options=json.loads(os.environ["CONTROL_BROKER_OPTIONS"]),
    broker_connection_retry_on_startup=True,
    task_ignore_result=True,
    worker_enable_remote_control=False,
)
ENDS = os.environ["CONTROL_ENDS"]


@app.task(name="control.noop")
def noop() -> None:
    with open(ENDS, "ab", buffering=0) as ends:
        ends.write(b".")
