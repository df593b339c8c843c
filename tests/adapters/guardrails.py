"""Guardrails: what was done with each check, counted from the very first."""

from __future__ import annotations

from typing import Final

from tests.adapters.case import Case


def checks(adapter: str, guardrail: str, action: str, more: str = "", phase: str = "input") -> str:
    labels = {
        "action": action,
        "adapter": adapter,
        "guardrail": guardrail,
        "origin": "user",
        **({"phase": phase} if phase else {}),
    }
    pairs = ", ".join(f'{name}="{value}"' for name, value in labels.items())
    return f"ml_guardrail_checks_total{{{pairs}{more}}}"


WHERE: Final = 'instance="gw:4000", job="gw"'
AT: Final = f", {WHERE}"


def litellm(status: str, hook: str = "pre_call") -> str:
    return (
        f'litellm_guardrail_requests_total{{guardrail_name="pii", status="{status}", hook_type="{hook}"{AT}}}'
    )


GUARDRAILS: Final = (
    Case(
        "LiteLLM: what was not seen yet is 0",
        {litellm("success"): "5+1x10"},
        (
            (
                "ml_guardrail_checks_total",
                "5m",
                {
                    checks("litellm", "pii", "allow", AT): 15,
                    checks("litellm", "pii", "block", AT): 0,
                    checks("litellm", "pii", "error", AT): 0,
                },
            ),
        ),
    ),
    Case(
        "LiteLLM: the very first error is seen",
        {litellm("success"): "5x20", litellm("error"): "_x10 1x10"},
        (
            (
                'sum(increase(ml_guardrail_checks_total{action="error"}[10m])) > bool 0.9',
                "10m",
                {"{}": 1},
            ),
        ),
    ),
    Case(
        "LiteLLM: hooks before and during the call are one phase, the one after is the other",
        {
            litellm("intervened"): "2x10",
            litellm("intervened", "during_call"): "3x10",
            litellm("intervened", "post_call"): "7x10",
        },
        (
            (
                'ml_guardrail_checks_total{action="block"}',
                "5m",
                {
                    checks("litellm", "pii", "block", AT): 5,
                    checks("litellm", "pii", "block", AT, "output"): 7,
                },
            ),
        ),
    ),
    Case(
        "LiteLLM: errors may be fail-open",
        {litellm("success"): "5x10", litellm("error"): "2x10"},
        (
            (
                'ml_guardrail_checks_total{action!~"allow|block"}',
                "5m",
                {checks("litellm", "pii", "fail_open", AT): 2},
            ),
        ),
        "[{use: litellm, errors: fail_open}]",
    ),
    Case(
        "agentgateway: every action has its name, and fail-open is 0 before the first",
        {
            f'agentgateway_guardrail_checks_total{{phase="Request", action="Allow"{AT}}}': "9x10",
            f'agentgateway_guardrail_checks_total{{phase="Request", action="Mask"{AT}}}': "4x10",
            f'agentgateway_guardrail_checks_total{{phase="Response", action="Reject"{AT}}}': "2x10",
        },
        (
            (
                "ml_guardrail_checks_total",
                "5m",
                {
                    checks("agentgateway", "agentgateway", "allow", AT): 9,
                    checks("agentgateway", "agentgateway", "mask", AT): 4,
                    checks("agentgateway", "agentgateway", "block", AT): 0,
                    checks("agentgateway", "agentgateway", "fail_open", AT): 0,
                    checks("agentgateway", "agentgateway", "allow", AT, "output"): 0,
                    checks("agentgateway", "agentgateway", "mask", AT, "output"): 0,
                    checks("agentgateway", "agentgateway", "block", AT, "output"): 2,
                    checks("agentgateway", "agentgateway", "fail_open", AT, "output"): 0,
                },
            ),
        ),
    ),
    Case(
        "agentgateway: the very first fail-open is seen",
        {
            f'agentgateway_guardrail_checks_total{{phase="Request", action="Allow"{AT}}}': "9x20",
            f'agentgateway_guardrail_checks_total{{phase="Request", action="FailOpen"{AT}}}': "_x10 1x10",
        },
        (
            (
                'sum(increase(ml_guardrail_checks_total{action="fail_open"}[10m])) > bool 0.9',
                "10m",
                {"{}": 1},
            ),
        ),
    ),
    Case(
        "LLM Guard: a scanner is a guardrail, and booleans are lower-case",
        {
            f'scanners_valid_total{{scanner="PromptInjection", source="input", valid="true"{AT}}}': "8x10",
            f'scanners_valid_total{{scanner="PromptInjection", source="input", valid="false"{AT}}}': "3x10",
            f'scanners_valid_total{{scanner="Toxicity", source="output", valid="true"{AT}}}': "6x10",
        },
        (
            (
                "ml_guardrail_checks_total",
                "5m",
                {
                    checks("llm-guard", "PromptInjection", "allow", AT): 8,
                    checks("llm-guard", "PromptInjection", "block", AT): 3,
                    checks("llm-guard", "Toxicity", "allow", AT, "output"): 6,
                    checks("llm-guard", "Toxicity", "block", AT, "output"): 0,
                },
            ),
        ),
    ),
    Case(
        "NeMo Guardrails: blocks by phase, errors, and what is left is allowed",
        {
            f"guardrails_request_duration_seconds_count{{{WHERE}}}": "0+10x20",
            f'guardrails_requests_blocked_total{{rail_type="Input"{AT}}}': "0+2x20",
            f'guardrails_requests_errors_total{{error_type="TimeoutError"{AT}}}': "0+1x20",
        },
        (
            (
                "ml_guardrail_checks_total",
                "10m",
                {
                    checks("nemo-guardrails", "nemo-guardrails", "block", AT): 40,
                    checks("nemo-guardrails", "nemo-guardrails", "block", AT, "output"): 0,
                    checks("nemo-guardrails", "nemo-guardrails", "error", AT, ""): 20,
                    checks("nemo-guardrails", "nemo-guardrails", "allow", AT, ""): 140,
                },
            ),
        ),
    ),
    Case(
        "NeMo Guardrails: a block that is counted before its request ends takes nothing back",
        {
            f"guardrails_request_duration_seconds_count{{{WHERE}}}": "1000x10 1001x10",
            f'guardrails_requests_blocked_total{{rail_type="Input"{AT}}}': "0x9 1x11",
        },
        (
            (
                'increase(ml_guardrail_checks_total{action="allow"}[9m]) < 2',
                "10m",
                {
                    '{action="allow", adapter="nemo-guardrails", guardrail="nemo-guardrails", origin="user"'
                    f"{AT}}}": 1
                },
            ),
        ),
    ),
)


def bedrock(adapter: str, arn: str, source: str, policy: str) -> tuple[Case, ...]:
    """Sums of 300s, each exposed for ten scrapes; nothing is exposed, or NaN, where nothing happened."""
    labels = f'{arn}="g1", {source}="Input", instance="cw:9106", job="cw"'
    invocations = f"aws_bedrock_guardrails_invocations_sum{{{labels}}}"
    intervened = f"aws_bedrock_guardrails_invocations_intervened_sum{{{labels}}}"
    errors = f"aws_bedrock_guardrails_invocation_server_errors_sum{{{labels}}}"
    throttles = f"aws_bedrock_guardrails_invocation_throttles_sum{{{labels}}}"
    return (
        Case(
            f"{adapter}: the sums of two periods add up to a counter",
            {invocations: "100x9 40x9", intervened: "30x9 10x9", errors: "2x9 0x9", throttles: "1x9 1x9"},
            (
                (
                    "ml_guardrail_checks_total",
                    "9m30s",
                    {
                        checks(adapter, "g1", "allow"): 100,
                        checks(adapter, "g1", "block"): 40,
                        checks(adapter, "g1", "error"): 4,
                    },
                ),
            ),
            f"[{adapter}]",
        ),
        Case(
            f"{adapter}: a period without a check adds nothing and takes nothing back",
            {invocations: "100x9 NaN NaN NaN NaN NaN NaN stale", intervened: "30x9 NaN stale"},
            (
                (
                    "ml_guardrail_checks_total",
                    "20m",
                    {
                        checks(adapter, "g1", "allow"): 70,
                        checks(adapter, "g1", "block"): 30,
                        checks(adapter, "g1", "error"): 0,
                    },
                ),
            ),
            f"[{adapter}]",
        ),
        Case(
            f"{adapter}: series by policy are not counted twice",
            {
                invocations: "100x9",
                intervened: "30x9",
                intervened.replace("{", f'{{{policy}="TopicPolicy", '): "30x9",
            },
            (('ml_guardrail_checks_total{action="block"}', "4m30s", {checks(adapter, "g1", "block"): 30}),),
            f"[{adapter}]",
        ),
    )


BEDROCK: Final = (
    *bedrock(
        "bedrock-yace",
        "dimension_GuardrailArn",
        "dimension_GuardrailContentSource",
        "dimension_GuardrailPolicyType",
    ),
    *bedrock(
        "bedrock-cloudwatch-exporter", "guardrail_arn", "guardrail_content_source", "guardrail_policy_type"
    ),
)
