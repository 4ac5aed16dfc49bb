# SPDX-FileCopyrightText: vigil authors
# SPDX-License-Identifier: Apache-2.0
"""What scripts that measure programs side by side share: pinned processes, and words about the machine."""
import os
import pathlib
import re
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]


class Failed(Exception):
    pass


def run_pinned(command, cores, folder, limit=None):
    """Standard output, wall seconds and peak KiB of a process on these cores, one thread for each."""
    environment = dict(os.environ, OMP_NUM_THREADS=str(len(cores)), OPENBLAS_NUM_THREADS="1", VIGIL_THREADS=str(len(cores)))
    words = ["taskset", "-c", ",".join(cores)] + (["timeout", str(limit)] if limit else []) + [str(word) for word in command]
    started = time.monotonic()
    with open(folder / "stdout", "w+") as out, open(folder / "stderr", "w+") as err:
        process = subprocess.Popen(words, stdout=out, stderr=err, env=environment)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.monotonic() - started
        out.seek(0)
        err.seek(0)
        text, complaint = out.read(), err.read()
    if limit and process.returncode == 124:
        raise Failed("not done after %g s" % limit)
    if process.returncode != 0:
        raise Failed(" ".join((complaint.strip() or "exit %d" % process.returncode).split("\n")[:2])[:300])
    return text, seconds, usage.ru_maxrss


def first_line(command):
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip().split("\n")[0]
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def machine():
    fields = dict(re.split(r":\s+", line, maxsplit=1) for line in
                  subprocess.run(["lscpu"], capture_output=True, text=True).stdout.splitlines() if re.search(r":\s+\S", line))
    return fields.get("Model name", "unknown").strip(), os.cpu_count()


def machine_name():
    """For the name of a file."""
    model, cores = machine()
    return re.sub(r"[^a-z0-9]+", "_", "%s %d cores" % (model.lower(), cores)).strip("_")


def commit():
    changed = subprocess.run(["git", "-C", str(ROOT), "status", "--porcelain", "--", ".", ":!benchmarks/results"],
                             capture_output=True, text=True).stdout.strip()
    return first_line(["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"]) + (" and uncommitted changes" if changed else "")


def seconds_text(value):
    return "%.3f s" % value if value < 10 else "%.1f s" % value
