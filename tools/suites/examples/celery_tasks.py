"""Celery without a server: a worker (`celery -A celery_tasks worker -P solo`), and tasks that are sent to it."""

from pathlib import Path

from celery import Celery

for folder in ("queue", "done", "results"):
    Path(folder).mkdir(exist_ok=True)
Path("orders.csv").write_text("id,qty,price\n1,2,3.5\n2,1,8\n")
app = Celery("shop", broker="filesystem://", backend=f"file://{Path('results').absolute()}")
app.conf.broker_transport_options = {
    "data_folder_in": "queue",
    "data_folder_out": "queue",
    "processed_folder": "done",
    "store_processed": False,
}
app.conf.worker_hijack_root_logger = False


@app.task
def total(source, target):
    import pandas as pd

    frame = pd.read_csv(source)
    frame.assign(total=frame.qty * frame.price).to_csv(target, index=False)
    return len(frame)


@app.task
def broken(source):
    import pandas as pd

    return len(pd.read_csv(source))


if __name__ == "__main__":  # sends
    print(total.delay("orders.csv", "totals.csv").get(timeout=60))
