"""All targets by the names that they have in ``defaults.yaml`` and on the command line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from slo_compiler.targets import amp, gmp, helm, mimir, operator, thanos, vmalert
from slo_compiler.targets.alertmanagerconfig import manifests
from slo_compiler.targets.target import Target

TARGETS: Final[Mapping[str, Target]] = {
    "operator": Target(operator.emit, operator.check),
    "alertmanagerconfig": Target(manifests.emit, manifests.check),
    "helm": Target(helm.emit, helm.check),
    "mimir": Target(mimir.emit, mimir.check),
    "thanos": Target(thanos.emit, thanos.check),
    "vmalert": Target(vmalert.emit, vmalert.check),
    "amp": Target(amp.emit, amp.check),
    "gmp": Target(gmp.emit, gmp.check),
}
