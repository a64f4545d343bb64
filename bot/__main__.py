"""Command line: python -m bot build | ask | search | evaluate | bench | doctor.

Exit codes: 0; 1 with one French sentence on stderr for a known error; 2 for usage. Commands
import what they need when they run, so that --help answers at once.
"""

from __future__ import annotations

import argparse
import sys

from bot.settings import Settings
from corpus.errors import CapError


def parser() -> argparse.ArgumentParser:
    """Describe the commands."""
    main_parser = argparse.ArgumentParser(
        prog="python -m bot", description="Cap E-commerce : les métiers de l’e-commerce."
    )
    commands = main_parser.add_subparsers(dest="command", required=True, metavar="COMMANDE")
    build = commands.add_parser("build", help="construit ou met à jour l’index")
    build.add_argument("--force", action="store_true", help="reconstruit tout")
    ask = commands.add_parser("ask", help="répond à une question")
    what = ask.add_mutually_exclusive_group(required=True)
    what.add_argument("question", nargs="?", help="la question")
    what.add_argument("--batch", metavar="FICHIER", help="questions en JSON, une par ligne")
    ask.add_argument("--json", action="store_true", help="réponse complète en JSON")
    search = commands.add_parser("search", help="montre les passages trouvés")
    search.add_argument("question")
    search.add_argument("-k", type=_positive, default=8, metavar="N", help="nombre de passages")
    search.add_argument("--mode", choices=("words", "meaning", "both"), default="both")
    search.add_argument("--json", action="store_true")
    evaluate = commands.add_parser("evaluate", help="note les réponses sur des questions témoins")
    evaluate.add_argument("file", nargs="?", metavar="FICHIER")
    evaluate.add_argument("--json", action="store_true")
    bench = commands.add_parser("bench", help="mesure les figures du README")
    names = ("retrieval", "search", "answers", "model", "load")
    bench.add_argument("name", nargs="?", choices=names)
    bench.add_argument("--json", action="store_true")
    commands.add_parser("doctor", help="dit ce qui est installé, ce qui manque et que faire")
    return main_parser


def _positive(text: str) -> int:
    """Read a whole number of at least 1, for argparse."""
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number


def main(argv: list[str] | None = None) -> int:
    """Run one command and return its exit code."""
    arguments = parser().parse_args(argv)
    try:
        settings = Settings.from_env()
        from bot import commands

        run = getattr(commands, arguments.command)
        return int(run(arguments, settings))
    except CapError as exc:
        sys.stderr.write(f"{exc}\n")
        return 1
    except BrokenPipeError:
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("Interrompu. Rien n’est perdu : relancez la même commande.\n")
        return 130


if __name__ == "__main__":
    sys.exit(main())
