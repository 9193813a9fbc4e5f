"""What all Python drivers share: a behaviour is a function of (bootstrap, prefix); what it returns, or the name of what it raises, is its outcome."""
import json
import sys
import time
import traceback


def main(behaviours, error_name):
    """argv: BOOTSTRAP PREFIX [BEHAVIOUR ...]; prints one JSON line for each behaviour."""
    bootstrap, prefix, *wanted = sys.argv[1:]
    for name, behave in behaviours.items():
        if wanted and name not in wanted:
            continue
        try:
            outcome = behave(bootstrap, f"{prefix}-{name}")
        except Exception as error:
            # What the cluster refused is an outcome; anything else is a fault of the driver, or something that never came.
            traceback.print_exc()
            refused = error_name(error)
            outcome = {"failed": f"{type(error).__name__}: {error}"} if refused is None else {"error": refused}
        print(json.dumps({"behaviour": name, "outcome": outcome}, sort_keys=True), flush=True)


def until(holds, seconds=30, step=0.05):
    """True as soon as holds() is, False when it is not within the time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if holds():
            return True
        time.sleep(step)
    return False
