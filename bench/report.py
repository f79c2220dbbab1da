"""What the suites share: a result line, and the median and spread of runs."""
import json
import statistics


def line(suite, case, metric, values, unit, setting, peer=None, peer_values=None, better="higher"):
    """Prints one result. The ratio is the advantage over the peer: above 1 is better than it."""
    value = statistics.median(values)
    row = {"suite": suite, "case": case, "metric": metric, "value": value, "unit": unit, "peer": peer,
           "peer_value": None, "ratio": None, "runs": len(values),
           "spread": f"{min(values):.4g}..{max(values):.4g}", "setting": setting}
    if peer_values:
        row["peer_value"] = statistics.median(peer_values)
        row["ratio"] = value / row["peer_value"] if better == "higher" else row["peer_value"] / value
    print(json.dumps(row), flush=True)
