"""SIGTERM while mails are on their way: the daemon waits for the answers and commits them, so that nobody gets a
mail twice; and a second start finds a checkpoint and nothing to send."""
import collections
import re
import signal
import sys
import time

import zmq

from daemon_rig import RigError, play, send_all, wait_for
from load import PHASES, frames_of, scenario_lines


STOP_SECONDS = 15  # under sanitizers, beside other tests


def message_ids(rig):
    return sum(rig.mails().values(), collections.Counter())


def run(rig):
    frames = frames_of(scenario_lines(rig.directory, PHASES[:2]), 100)
    rig.write_config(rig.start_mail("--behave", ",".join(["take-and-wait"] * 20)))
    rig.start()
    send_all(zmq.Context(), rig.ports["ingest"], "stop-test", frames)
    taken = wait_for("mails on their way", lambda: len(message_ids(rig)))
    rig.process.send_signal(signal.SIGTERM)
    wait_for("the stop to begin", lambda: "stopping" in rig.log_tail())
    wait_for("the word on what the stop waits for", lambda: re.search(
        r"stopping: waiting for [0-9]+ deliveries that are under way, at most 31 s", rig.log()))
    rig.smtp.send_signal(signal.SIGUSR1)
    answered = time.monotonic()
    if rig.process.wait(60) != 0:
        raise RigError(f"the daemon ended with {rig.process.returncode}")
    # With so little data nothing else takes time: a wait that isn't told, or has no bound, shows here.
    if (took := time.monotonic() - answered) > STOP_SECONDS:
        raise RigError(f"the stop took {took:.1f} s after the last delivery:\n{rig.log_tail()}")
    for step in ("what is queued to be committed", "a checkpoint of the derived state, at most 20 s",
                 "what the store's log holds to become tables", "the store to be closed"):
        if f"stopping: waiting for {step}" not in rig.log():
            raise RigError(f"the log does not say that the stop waits for {step}")
    rig.start()
    if "from the checkpoint" not in rig.log_tail():
        raise RigError("the second start found no checkpoint")
    wait_for("the delivery of the rest", lambda: rig.metric("tocsin_outbox_dispatches") == 0)
    twice = {key: count for key, count in message_ids(rig).items() if count != 1}
    if twice:
        raise RigError(f"mails arrived twice: {twice}")
    rig.stop()
    print(f"{taken} mails were on their way at the stop, {len(message_ids(rig))} arrived, each once")


if __name__ == "__main__":
    sys.exit(play("stop", run))
