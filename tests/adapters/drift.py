"""Drift detectors: scores the right way round, against the right threshold and reference."""

from __future__ import annotations

from typing import Final

from tests.adapters.case import Case

DRIFTED: Final = "ml_drift_score > ml_drift_threshold"


def trustyai(metric: str, request: str = "u1", feature: str = "amount") -> str:
    return (
        f'trustyai_{metric}{{model="fraud", metricName="{metric.upper()}", requestName="r", '
        f'request="{request}", subcategory="{feature}", instance="trusty:8080", job="trusty"}}'
    )


def drift(metric: str, adapter: str, detector: str, feature: str = "amount", model: str = "fraud") -> str:
    return (
        f'{metric}{{adapter="{adapter}", detector="{detector}", feature="{feature}", kind="input", '
        f'model="{model}"}}'
    )


def score(*identity: str) -> str:
    return drift("ml_drift_score", *identity)


def threshold(*identity: str) -> str:
    return drift("ml_drift_threshold", *identity)


TRUSTYAI: Final = (
    Case(
        "TrustyAI: a p-value is turned round, and a large one is no drift",
        {trustyai("meanshift"): "0.4x10"},
        (
            ("ml_drift_score", "2m", {score("trustyai", "trustyai-meanshift"): 0.6}),
            ("ml_drift_threshold", "2m", {threshold("trustyai", "trustyai-meanshift"): 0.95}),
            (DRIFTED, "2m", {}),
        ),
    ),
    Case(
        "TrustyAI: a small p-value is drift",
        {trustyai("kstest"): "0.01x10"},
        ((DRIFTED, "2m", {score("trustyai", "trustyai-kstest"): 0.99}),),
    ),
    Case(
        "TrustyAI: FourierMMD is not turned round, and a small one is no drift",
        {trustyai("fouriermmd"): "0.1x10"},
        (
            ("ml_drift_score", "2m", {score("trustyai", "trustyai-fouriermmd"): 0.1}),
            (DRIFTED, "2m", {}),
        ),
    ),
    Case(
        "TrustyAI: a large FourierMMD is drift",
        {trustyai("fouriermmd"): "0.9x10"},
        ((DRIFTED, "2m", {score("trustyai", "trustyai-fouriermmd"): 0.9}),),
    ),
    Case(
        "TrustyAI: of two requests the worse one counts",
        {trustyai("meanshift", "u1"): "0.4x10", trustyai("meanshift", "u2"): "0.02x10"},
        (("ml_drift_score", "2m", {score("trustyai", "trustyai-meanshift"): 0.98}),),
    ),
    Case(
        "TrustyAI: fairness is no drift",
        {trustyai("spd"): "0.9x10"},
        (("ml_drift_score", "2m", {}), ("ml_detector_info", "2m", {})),
    ),
    Case(
        "TrustyAI: a request that is made anew is another reference",
        {
            trustyai("meanshift", "u1"): "0.4x9 stale",
            trustyai("meanshift", "u2"): "_x10 0.4x10",
        },
        (
            (
                "ml_detector_info",
                "2m",
                {
                    'ml_detector_info{adapter="trustyai", detector="trustyai-meanshift", model="fraud", '
                    'reference_id="u1"}': 1
                },
            ),
            (
                "ml_detector_info",
                "8m",
                {
                    'ml_detector_info{adapter="trustyai", detector="trustyai-meanshift", model="fraud", '
                    'reference_id="u2"}': 1
                },
            ),
        ),
    ),
    Case(
        "TrustyAI: a detector that vanished ages, and does not vanish with it",
        {trustyai("meanshift"): "0.4x9 stale"},
        (
            ("ml_drift_score", "1h", {}),
            (
                "time() - ml_detector_last_run_timestamp_seconds",
                "1h",
                {'{adapter="trustyai", detector="trustyai-meanshift", model="fraud"}': 3600 - 270},
            ),
        ),
    ),
    Case(
        "TrustyAI: a detector that is gone for good is forgotten in the end",
        {trustyai("meanshift"): "0.4x9 stale"},
        (
            (
                "time() - ml_detector_last_run_timestamp_seconds",
                "10m",
                {'{adapter="trustyai", detector="trustyai-meanshift", model="fraud"}': 600 - 270},
            ),
            ("ml_detector_last_run_timestamp_seconds", "15m", {}),
        ),
        "[{use: trustyai, remember: 10m}]",
    ),
)

SELDON: Final = 'model_name="fraud", model_version="1.18", instance="det:8000", job="det"'

SELDON_ALIBI_DETECT: Final = (
    Case(
        "Seldon: p-values and their one threshold are turned round",
        {
            f'seldon_metric_drift_p_val{{index="0", {SELDON}}}': "0.3x10",
            f'seldon_metric_drift_p_val{{index="1", {SELDON}}}': "0.001x10",
            f'seldon_metric_drift_threshold{{index="0", {SELDON}}}': "0.05x10",
        },
        (
            (
                "ml_drift_score",
                "2m",
                {
                    score("seldon-alibi-detect", "alibi-detect", "0"): 0.7,
                    score("seldon-alibi-detect", "alibi-detect", "1"): 0.999,
                },
            ),
            (
                "ml_drift_threshold",
                "2m",
                {
                    threshold("seldon-alibi-detect", "alibi-detect", "0"): 0.95,
                    threshold("seldon-alibi-detect", "alibi-detect", "1"): 0.95,
                },
            ),
            (DRIFTED, "2m", {score("seldon-alibi-detect", "alibi-detect", "1"): 0.999}),
        ),
    ),
    Case(
        "Seldon: a batch is seen by its new values, and its time stays",
        {f'seldon_metric_drift_p_val{{index="0", {SELDON}}}': "0.3x9 0.4x60"},
        (
            ("ml_detector_last_run_timestamp_seconds", "4m", {}),
            (  # Prometheus 3 does not count a change at the very beginning of a range
                "abs(ml_detector_last_run_timestamp_seconds - 375) <= bool 15",
                "30m",
                {'{adapter="seldon-alibi-detect", detector="alibi-detect", model="fraud"}': 1},
            ),
        ),
    ),
    Case(
        "Seldon: a new version of the detector is seen",
        {f'seldon_metric_drift_p_val{{index="0", {SELDON}}}': "0.3x10"},
        (
            (
                "ml_detector_info",
                "2m",
                {
                    'ml_detector_info{adapter="seldon-alibi-detect", detector="alibi-detect", '
                    'detector_version="1.18", model="fraud"}': 1
                },
            ),
        ),
    ),
)

OLD: Final = 'model="fraud", baseline_version="v1", instance="dw:9090", job="dw"'
NEW: Final = 'model="fraud", baseline_version="v2", instance="dw:9090", job="dw"'

DRIFT_WATCHDOG: Final = (
    Case(
        "drift-watchdog: a small index is no drift",
        {
            f'drift_watchdog_psi{{feature="amount", {OLD}}}': "0.1x10",
            f"drift_watchdog_last_check_timestamp{{{OLD}}}": "60x10",
        },
        (
            ("ml_drift_score", "2m", {score("drift-watchdog", "drift-watchdog"): 0.1}),
            ("ml_drift_threshold", "2m", {threshold("drift-watchdog", "drift-watchdog"): 0.2}),
            (DRIFTED, "2m", {}),
            (
                "ml_detector_last_run_timestamp_seconds",
                "2m",
                {
                    'ml_detector_last_run_timestamp_seconds{adapter="drift-watchdog", '
                    'detector="drift-watchdog", model="fraud"}': 60
                },
            ),
        ),
    ),
    Case(
        "drift-watchdog: what is left of an old baseline is ignored",
        {
            f'drift_watchdog_psi{{feature="amount", {OLD}}}': "0.9x30",
            f"drift_watchdog_last_check_timestamp{{{OLD}}}": "30x30",
            f'drift_watchdog_psi{{feature="amount", {NEW}}}': "_x10 0.1x20",
            f"drift_watchdog_last_check_timestamp{{{NEW}}}": "_x10 330x20",
        },
        (
            (DRIFTED, "4m", {score("drift-watchdog", "drift-watchdog"): 0.9}),
            ("ml_drift_score", "10m", {score("drift-watchdog", "drift-watchdog"): 0.1}),
            (
                "ml_detector_info",
                "10m",
                {
                    'ml_detector_info{adapter="drift-watchdog", detector="drift-watchdog", model="fraud", '
                    'reference_id="v2"}': 1
                },
            ),
        ),
    ),
    Case(
        "drift-watchdog: a large index is drift",
        {
            f'drift_watchdog_psi{{feature="amount", {OLD}}}': "0.3x10",
            f"drift_watchdog_last_check_timestamp{{{OLD}}}": "60x10",
        },
        ((DRIFTED, "2m", {score("drift-watchdog", "drift-watchdog"): 0.3}),),
    ),
)

DRIFT: Final = (*TRUSTYAI, *SELDON_ALIBI_DETECT, *DRIFT_WATCHDOG)
