"""`planapo` and `python -m planapo`. An error: one sentence on stderr, exit code 1. Ctrl-C: exit code 130."""

from __future__ import annotations

import os
import signal
import sys
import traceback

from planapo._words import shown
from planapo.command_line.errors import EXPECTED, STOPPED, Stopped


def main(arguments: list[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    arguments : list of str, optional
        Default: those of the process.

    Returns
    -------
    int
        Exit code: 0, 1 for an error, 130 where Ctrl-C ended it.
    """
    arguments = sys.argv[1:] if arguments is None else arguments
    # A cluster that ends a job, or a terminal that closes, gets the same tidy end as Ctrl-C.
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler)
    try:
        from planapo.command_line.app import run
        from planapo.command_line.screen import emit

        code = run(arguments)
        emit([])  # help and version are still on their way
        return code
    except BrokenPipeError:  # `planapo devices | head -1`: nobody reads on
        return _without_stdout(128 + signal.SIGPIPE)
    except ModuleNotFoundError as error:
        return _say(f'The command line needs {error.name}: pip install "planapo[cli]".')
    except KeyboardInterrupt:
        return _say("Stopped.", STOPPED)
    except Exception as error:
        if "--debug" in arguments:
            traceback.print_exc()
        return _answer(error)


def _answer(error: Exception) -> int:
    if isinstance(error, Stopped):
        return _say(str(error), STOPPED)
    if hasattr(error, "format_message"):  # the parser's own errors
        return _say(" ".join(error.format_message().split()).rstrip(".") + ": try planapo --help.")
    if isinstance(error, OSError) and error.filename is None:
        return _without_stdout(_say(f"Standard output cannot be written to: {error.strerror}."))
    if isinstance(error, EXPECTED):
        return _say(" ".join(str(error).split()))
    return _say(f"This should not have happened: {type(error).__name__}: {error} (--debug shows where).")


def _without_stdout(code: int) -> int:
    """Python would complain once more while it ends."""
    sys.stdout = open(os.devnull, "w")
    return code


def _say(sentence: str, code: int = 1) -> int:
    print(f"planapo: {shown(sentence)}", file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
