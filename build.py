#!/usr/bin/env python3
"""The one command: makes `.venv` from the lock file on the first run, then hands over to the program.

    python3 build.py            build content/ into site/
    python3 build.py --help     everything else
    python3 build.py test       all tests; --full runs the great counts too

Needs Python 3.11 or newer and nothing else, so it imports nothing but the standard library; and of that as little as it can before
it hands over, because every run waits for it. An older Python must still be able to read it, to be told that it is too old.
"""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


def say(text):
    print(text, file=sys.stderr, flush=True)


def stop(text):
    say(text)
    sys.exit(1)


def run(what, command, timeout=1800):
    """Run a command quietly; on failure show what it printed. Returns whether it succeeded."""
    import subprocess
    import time

    say(f"{what} ...")
    started = time.monotonic()
    try:
        done = subprocess.run(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, text=True, errors="replace",
            timeout=timeout, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        say(f"    not done after {timeout // 60} minutes, so it was given up")
        return False
    if done.returncode:
        say(done.stdout.rstrip())
    else:
        say(f"    done in {time.monotonic() - started:.0f} s")
    return done.returncode == 0


def stamp_of(lock):
    return VENV / f"{lock}.installed"


def mark_of(lock):
    """What the environment must have been made from: this Python, and the lock file to the byte."""
    return sys.version.encode() + b"\n\n" + (ROOT / lock).read_bytes()


def is_installed(lock):
    """Whether the packages of a lock file are all there. The stamp is written last, so an interrupted installation has none."""
    try:
        return PYTHON.exists() and stamp_of(lock).read_bytes() == mark_of(lock)
    except OSError:
        return False


def make_environment():
    """Make `.venv` anew, whatever stands there: a half-made one, one of another Python, or one of an older lock file."""
    import shutil

    try:
        import ensurepip  # noqa: F401  Debian's python3 comes without it, and then venv fails late and obscurely
        import venv
    except ImportError:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        stop(
            "This Python cannot make virtual environments: its venv module is not installed.\n"
            f"On Debian and Ubuntu this cures it:  apt install python{version}-venv\n"
            "Then run this command again."
        )
    if stamp_of("requirements.lock").exists():
        say("requirements.lock or Python has changed: installing anew into .venv (about a minute).")
    else:
        say("First run: installing what the program needs into .venv (about a minute).")
    shutil.rmtree(VENV, ignore_errors=True)
    say("Making a virtual environment ...")
    try:
        venv.create(VENV, with_pip=True, symlinks=os.name != "nt")
    except (
        Exception
    ) as error:  # a full disk, a folder that cannot be written, an ensurepip that fails: all end the same way
        printed = getattr(error, "output", None) or b""
        say(printed.decode(errors="replace").rstrip() if isinstance(printed, bytes) else str(printed))
        stop(f"The virtual environment could not be made in {VENV}: {error}")
    install("requirements.lock")


def install(lock):
    what = "building" if lock == "requirements.lock" else "testing"
    # -I keeps out what PYTHONPATH and the user's own folder hold: pip would take it for installed
    pip = [str(PYTHON), "-I", "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--quiet"]
    if not run(f"Installing the packages that {what} needs", [*pip, "--require-hashes", "-r", str(ROOT / lock)]):
        stop("The packages could not be installed. Check the connection to the internet and run this command again.")
    stamp_of(lock).write_bytes(mark_of(lock))


def find_chromium():
    """A browser to test with. EBBTIDE_CHROMIUM names one; else the system's; else Playwright's own."""
    import shutil
    import subprocess

    named = os.environ.get("EBBTIDE_CHROMIUM")
    if named:
        found = shutil.which(named)
        return found or stop(f"EBBTIDE_CHROMIUM names {named}, and there is no such program.")
    for name in CHROMIUM:
        if shutil.which(name):
            return shutil.which(name)
    code = "from playwright.sync_api import sync_playwright as p\nwith p() as q: print(q.chromium.executable_path)"
    own = subprocess.run([str(PYTHON), "-c", code], capture_output=True, text=True, check=False).stdout.strip()
    return own if own and Path(own).exists() else None


def make_ready_for_tests():
    """Packages, a browser and a PDF reader, each installed only where it is missing."""
    import shutil

    if not is_installed("requirements-test.lock"):
        install("requirements-test.lock")
    apt = shutil.which("apt-get") if hasattr(os, "geteuid") and os.geteuid() == 0 else None
    wanted = [] if find_chromium() else ["chromium"]
    wanted += [] if shutil.which("pdftotext") else ["poppler-utils"]
    if wanted and apt:
        os.environ["DEBIAN_FRONTEND"] = "noninteractive"
        run("Looking up Debian's packages", [apt, "update", "-qq"])
        run(
            f"Installing {' and '.join(wanted)}",
            [apt, "install", "-y", "-qq", "--no-install-recommends", *wanted, "fonts-dejavu-core"],
        )
    if not find_chromium():
        run("Installing Playwright's Chromium", [str(PYTHON), "-m", "playwright", "install", "chromium"])
    chromium = find_chromium()
    if not chromium:
        stop(
            "The tests need a Chromium browser and none could be installed. Install one (on Debian: apt install chromium) and run this again."
        )
    if not shutil.which("pdftotext"):
        stop(
            "The tests need pdftotext and it could not be installed. Install it (on Debian: apt install poppler-utils) and run this again."
        )
    os.environ["EBBTIDE_CHROMIUM"] = chromium


def hand_over(arguments):
    """Become the program. The environment is ours alone: what PYTHONPATH or the user's own packages hold stays out."""
    command = [str(PYTHON), "-s", *arguments]
    os.environ["PYTHONPATH"] = str(ROOT)
    if os.name == "nt":
        import subprocess

        sys.exit(subprocess.run(command, check=False).returncode)
    os.execv(PYTHON, command)


def main():
    if sys.version_info < (3, 11):
        stop(f"Ebbtide needs Python 3.11 or newer; this is {sys.version.split()[0]}.")
    try:
        if not is_installed("requirements.lock"):
            make_environment()
        arguments = sys.argv[1:]
        if arguments[:1] == ["test"]:
            make_ready_for_tests()
            more = [each for each in arguments[1:] if each != "--full"]
            if "--full" in arguments:
                os.environ["EBBTIDE_FULL"] = "1"
            os.chdir(ROOT)
            hand_over(["-m", "pytest", *more])
        hand_over(["-m", "ebbtide", *arguments])
    except KeyboardInterrupt:
        say("Stopped. The next run goes on from here.")
        sys.exit(130)


if __name__ == "__main__":
    main()
