"""tasks.py: a program that it runs ends in its own way, and its exit code is passed on."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import footage

ROOT = Path(footage.__file__).parents[2]

RUN = """
import sys
from pathlib import Path
import tasks
tasks.BIN = Path(sys.executable).parent
tasks.install = lambda: None
tasks.TASKS["it"] = lambda *args: tasks.run(Path(sys.executable).name, *args)
tasks.main()
"""

# Interrupts all that was started here, itself too, as a terminal does, and takes a second to end.
INTERRUPTED = """
import os, signal, sys, time
time.sleep(0.5)
signal.signal(signal.SIGINT, signal.SIG_IGN)
os.killpg(0, signal.SIGINT)
time.sleep(1)
print("ended", flush=True)
sys.exit(2)
"""


def run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", RUN, "it", "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        start_new_session=True,
    )


@pytest.mark.parametrize("code", [0, 3])
def test_the_exit_code_is_that_of_the_program(code: int) -> None:
    assert run(f"raise SystemExit({code})").returncode == code


@pytest.mark.skipif(sys.platform == "win32", reason="no process groups")
def test_an_interrupt_waits_for_the_program_and_has_no_traceback() -> None:
    ended = run(INTERRUPTED)
    assert (ended.returncode, ended.stdout, ended.stderr) == (130, "ended\n", "")
