"""The invariants of the box office, each as a question to the database: `holdfast doctor`."""

from holdfast.audit.finding import Finding, findings_json
from holdfast.audit.run import audit

__all__ = ["Finding", "audit", "findings_json"]
