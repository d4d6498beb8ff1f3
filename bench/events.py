"""Events as emitters send them: 4.8 kB on average, of which facets are about 85 % and unique facets about a quarter."""

import random
from typing import Any

import msgspec

from driftline import clock
from driftline.event import ids, openlineage

START_US = 1_760_000_000_000_000
SECOND_US = 1_000_000
SPEC = "https://openlineage.io/spec/facets/"
PRODUCER = "https://github.com/OpenLineage/OpenLineage/tree/1.54.0/integration/spark"


def facet(name: str, /, **body: Any) -> dict[str, Any]:
    return {"_producer": PRODUCER, "_schemaURL": f"{SPEC}1-0-1/{name}.json#/$defs/{name}", **body}


def runs(amount: int, jobs: int = 40, seed: int = 5) -> list[bytes]:
    """Return START and COMPLETE of ``amount`` runs of ``jobs`` jobs, in the order in which they happen."""
    chance = random.Random(seed)
    made: list[bytes] = []
    for number in range(amount):
        begun = START_US + number * 2 * SECOND_US
        for place, state in enumerate(("START", "COMPLETE")):
            made.append(msgspec.json.encode(event(number, number % jobs, begun + place * SECOND_US, state, chance)))
    return made


def event(number: int, job: int, moment: int, state: str, chance: random.Random) -> dict[str, Any]:
    run = ids.uuid7(START_US + number * 2 * SECOND_US, lambda size: number.to_bytes(size, "big"))
    parent = ids.uuid7(START_US + number // 10 * SECOND_US, lambda size: (number // 10).to_bytes(size, "big"))
    query = (
        f"INSERT INTO mart.table_{job} SELECT a.id, b.value FROM raw.table_{job} a JOIN raw.other_{job} b USING (id) "
        * 3
    )
    secret = "".join(chance.choice("abcdefghijklmnopqrstuvwxyz0123456789") for _ in range(220))
    common = {
        "eventTime": clock.iso(moment),
        "eventType": state,
        "producer": PRODUCER,
        "schemaURL": openlineage.SCHEMA + "RunEvent",
        "run": {
            "runId": run,
            "facets": {
                "nominalTime": facet("NominalTimeRunFacet", nominalStartTime=clock.iso(moment)),
                "parent": facet(
                    "ParentRunFacet",
                    run={"runId": parent},
                    job={"namespace": "airflow", "name": f"dag_{job % 7}"},
                ),
                "processing_engine": facet("ProcessingEngineRunFacet", version="3.5.1", name="spark"),
                "spark_properties": facet("SparkPropertiesFacet", properties={"spark.app.id": secret}),
            },
        },
        "job": {
            "namespace": "warehouse",
            "name": f"load_{job}",
            "facets": {
                "sql": facet("SQLJobFacet", query=query),
                "jobType": facet("JobTypeJobFacet", processingType="BATCH", integration="SPARK", jobType="SQL_JOB"),
            },
        },
        "inputs": [dataset(f"raw.table_{job}", 8), dataset(f"raw.other_{job}", 8)],
        "outputs": [],
    }
    if state == "COMPLETE":
        output = dataset(f"mart.table_{job}", 8)
        output["facets"]["columnLineage"] = facet(
            "ColumnLineageDatasetFacet",
            fields={
                f"column_{place}": {
                    "inputFields": [
                        {"namespace": NAMESPACE, "name": f"raw.table_{job}", "field": f"column_{place}"},
                    ]
                }
                for place in range(6)
            },
        )
        output["outputFacets"] = {
            "outputStatistics": facet(
                "OutputStatisticsOutputDatasetFacet", rowCount=chance.randrange(10**6), size=number
            )
        }
        common["outputs"] = [output]
    return common


NAMESPACE = "postgres://warehouse.example:5432"


def dataset(name: str, columns: int) -> dict[str, Any]:
    fields = [{"name": f"column_{place}", "type": "double precision"} for place in range(columns)]
    return {
        "namespace": NAMESPACE,
        "name": name,
        "facets": {
            "schema": facet("SchemaDatasetFacet", fields=fields),
            "dataSource": facet("DatasourceDatasetFacet", name=NAMESPACE, uri=NAMESPACE),
        },
    }
