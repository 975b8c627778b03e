"""`planapo` and `python -m planapo`. An error: one sentence on stderr, exit code 1. Ctrl-C: exit code 130."""

from __future__ import annotations

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
    # A cluster that ends a job gets the same tidy end as Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        from planapo.command_line.app import run

        return run(arguments)
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
    if isinstance(error, EXPECTED):
        return _say(" ".join(str(error).split()))
    return _say(f"This should not have happened: {type(error).__name__}: {error} (--debug shows where).")


def _say(sentence: str, code: int = 1) -> int:
    print(f"planapo: {shown(sentence)}", file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
