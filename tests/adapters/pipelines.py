"""Pipelines: the time of the last success, however it is exposed."""

from __future__ import annotations

from typing import Final

from tests.adapters.case import Case


def last_success(adapter: str, pipeline: str) -> str:
    return f'ml_pipeline_last_success_timestamp_seconds{{adapter="{adapter}", pipeline="{pipeline}"}}'


FRESHNESS: Final = (
    Case(
        "Feast: an age becomes a time, and the freshest server counts",
        {
            'feast_feature_freshness_seconds{feature_view="cards", project="shop", instance="a"}': "60+30x20",
            'feast_feature_freshness_seconds{feature_view="cards", project="shop", instance="b"}': "30+30x20",
        },
        (
            (
                "ml_pipeline_last_success_timestamp_seconds",
                "5m",
                {last_success("feast", "shop/cards"): -30},
            ),
        ),
    ),
    Case(
        "CronJob: the time is taken as it is",
        {'kube_cronjob_status_last_successful_time{namespace="ml", cronjob="features"}': "42x10"},
        (
            (
                "ml_pipeline_last_success_timestamp_seconds",
                "2m",
                {last_success("kube-cronjob", "ml/features"): 42},
            ),
        ),
    ),
    Case(
        "CronJob: the namespace may be in another label",
        {
            'kube_cronjob_status_last_successful_time{namespace="monitoring", exported_namespace="ml", '
            'cronjob="features"}': "42x10"
        },
        (
            (
                "ml_pipeline_last_success_timestamp_seconds",
                "2m",
                {last_success("kube-cronjob", "ml/features"): 42},
            ),
        ),
        "[{use: kube-cronjob, namespace_label: exported_namespace}]",
    ),
)

DAG: Final = 'airflow_dagrun_duration_count{dag_id="features", job="statsd", instance="s:9102"}'
UP: Final = 'up{job="statsd", instance="s:9102"}'

AIRFLOW: Final = (
    Case(
        "Airflow: a success is latched, and ages",
        {DAG: "3x9 4x400", UP: "1x400"},
        (("ml_pipeline_last_success_timestamp_seconds", "20m", {last_success("airflow", "features"): 390}),),
    ),
    Case(
        "Airflow: the first run of a DAG counts, though its series is born at 1",
        {DAG: "_x40 1x100", UP: "1x140"},
        (
            ("ml_pipeline_last_success_timestamp_seconds", "19m", {}),
            ("ml_pipeline_last_success_timestamp_seconds", "1h", {last_success("airflow", "features"): 1290}),
        ),
    ),
    Case(
        "Airflow: a gap in scraping is no success",
        {DAG: "3x9 4x20 stale _x40 4x100", UP: "1x29 0x41 1x100"},
        (("ml_pipeline_last_success_timestamp_seconds", "1h", {last_success("airflow", "features"): 390}),),
    ),
    Case(
        "Airflow: a success after a restart of the exporter counts, though the count is what it was",
        {DAG: "1x20 stale _x40 1x100", UP: "1x200"},
        (("ml_pipeline_last_success_timestamp_seconds", "1h", {last_success("airflow", "features"): 1950}),),
    ),
)

PIPELINES: Final = (*FRESHNESS, *AIRFLOW)
